import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from guardian.header import LAST_PULLED_UP, Use, at, find
from guardian.settings import Panel

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


def test_the_drawing_shows_the_same_pins_side_by_side():
    drawing = ET.parse(HARDWARE / "wiring.svg")  # noqa: S314 - our own file
    texts = [
        (element.text or "", float(element.get("x", "0")), float(element.get("y", "0")))
        for element in drawing.iter("{http://www.w3.org/2000/svg}text")
    ]
    shown = {text: y for text, _, y in texts if re.fullmatch(r"\d{1,2}", text)}
    for bcm in WIRED.values():
        pin = find(bcm)
        assert pin is not None
        (label,) = [y for text, _, y in texts if text == f"GPIO {bcm}"]
        assert abs(shown[str(pin.physical)] - label) < 20
    grounds = [y for text, _, y in texts if text == "ground"]
    assert sorted(round(y) // 20 for y in grounds) == sorted(round(shown[p] - 13) // 20 for p in ("9", "14"))


def test_the_sums_in_the_readme_are_right():
    led, base, beta, pressed, pulled = (
        (3.3 - 2.0) / 330 * 1000,
        (3.3 - 0.7) / 1.0,
        100 / 2.6,
        3.3 * 1 / (50 + 1),
        3.3 * 1 / (10 + 1),
    )
    for text in (
        f"= {led:.1f} mA",
        f"= {base:.1f} mA",
        f"= {beta:.0f} times",
        f"= {pressed:.2f} V",
        f"= {pulled:.1f} V",
    ):
        assert text in README, text


def test_every_value_in_the_drawing_is_in_the_list_of_parts():
    drawing = (HARDWARE / "wiring.svg").read_text(encoding="utf-8")
    parts = " ".join(" ".join(row) for row in rows("Parts"))
    for value in ("330 Ω", "1 kΩ", "10 kΩ", "BC337-40", "2N2222A", "1N4001"):
        assert value in drawing
        assert value in parts


def test_the_parts_are_as_many_as_are_drawn():
    drawing = (HARDWARE / "wiring.svg").read_text(encoding="utf-8")
    for row in rows("Parts"):
        if row[0] == "resistor":
            value = row[2].partition(",")[0]
            assert drawing.count(f">{value}<") == int(row[1]), value
