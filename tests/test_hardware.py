from pathlib import Path

import pytest

from guardian.circuit import (
    BASE_VOLTS,
    FORWARD_VOLTS,
    WORST_PIN_VOLTS,
    ButtonWire,
    Buzzer,
    lamp_milliamperes,
    lamp_resistor,
    total_milliamperes,
)
from guardian.header import LAST_PULLED_UP, Use, at, find
from guardian.settings import Panel
from guardian.wiring import Fitting, parts
from guardian.workshop.diagram import diagram

HARDWARE = Path(__file__).resolve().parent.parent / "hardware"
README = (HARDWARE / "README.md").read_text(encoding="utf-8")
DEFAULTS = Panel()
WIRED = {
    "panel.leds.green": DEFAULTS.leds.green,
    "panel.leds.amber": DEFAULTS.leds.amber,
    "panel.leds.red": DEFAULTS.leds.red,
    "panel.buzzer": DEFAULTS.buzzer,
    "panel.button": DEFAULTS.button,
}
SUPPLY = {"ground of the lamps": "ground", "ground of buzzer and button": "ground", "5 V of the buzzer": "5 V power"}


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its first two lines."""
    section = README.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_table_of_pins_says_what_the_configuration_does_by_default():
    signals = {row[1].strip("`"): (int(row[2]), int(row[3])) for row in rows("Pins") if row[1]}
    assert {key: bcm for key, (bcm, _) in signals.items()} == WIRED
    for bcm, physical in signals.values():
        pin = find(bcm)
        assert pin is not None
        assert pin.physical == physical


def test_the_supply_pins_of_the_table_are_what_it_says():
    supply = {row[0]: int(row[3]) for row in rows("Pins") if not row[1]}
    assert supply.keys() == SUPPLY.keys()
    for part, physical in supply.items():
        pin = at(physical)
        assert pin is not None
        assert pin.function == SUPPLY[part]


@pytest.mark.parametrize("bcm", WIRED.values())
def test_every_signal_is_on_a_free_pin_that_is_off_until_it_is_driven(bcm: int):
    pin = find(bcm)
    assert pin is not None
    assert pin.use is Use.SAFE
    assert bcm > LAST_PULLED_UP


def test_the_drawing_is_what_the_default_configuration_gives():
    """Where it is stale: guardian pins --svg hardware/wiring.svg, on a machine without a configuration."""
    assert (HARDWARE / "wiring.svg").read_text(encoding="utf-8") == diagram(parts(DEFAULTS), Fitting())


def test_the_sums_in_the_readme_are_the_computed_ones():
    buzzer, short, long = Buzzer(), ButtonWire(), ButtonWire(3)
    lamps = {name: lamp_milliamperes(volts, lamp_resistor()) for name, volts in FORWARD_VOLTS.items()}
    worst = (WORST_PIN_VOLTS - BASE_VOLTS) / buzzer.resistor * 1_000
    for text in (
        f"{lamps['green']:.1f} mA for green, {lamps['red']:.1f} for red and {lamps['amber']:.1f} for amber",
        f"= {buzzer.pin_milliamperes:.1f} mA",
        f"= {worst:.1f} mA",
        f"{buzzer.milliamperes / (worst - 0.07):.0f} times",
        f"{short.pressed_volts:.2f} V",
        f"{long.pressed_volts:.2f} V",
        f"{long.release_seconds * 1_000:.1f} ms",
        f"{total_milliamperes(buzzer):.0f} mA",
    ):
        assert text in README, text


def test_every_value_in_the_drawing_is_in_the_list_of_parts():
    drawing = (HARDWARE / "wiring.svg").read_text(encoding="utf-8")
    parts = " ".join(" ".join(row) for row in rows("Parts"))
    for value in ("470 Ω", "1 kΩ", "10 kΩ", "BC337-40", "1N4001"):
        assert value in drawing
        assert value in parts


def test_the_parts_are_as_many_as_are_drawn():
    drawing = (HARDWARE / "wiring.svg").read_text(encoding="utf-8")
    for row in rows("Parts"):
        if row[0] == "resistor":
            value = row[2].partition(",")[0]
            assert drawing.count(f">{value}<") == int(row[1]), value
