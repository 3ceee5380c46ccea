import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.circuit import ButtonWire, Buzzer
from guardian.header import HEADER, Use, at
from guardian.settings import Leds, Panel
from guardian.wiring import GROUND, VOLTS_3, VOLTS_5, Fitting, Role, nearest, parts, sentence, uses

USABLE = sorted(pin.gpio for pin in HEADER if pin.gpio is not None and pin.use is not Use.NEVER)
PANELS = st.permutations(USABLE).map(
    lambda p: Panel(buzzer=p[0], button=p[1], pause_button=p[2], leds=Leds(green=p[3], amber=p[4], red=p[5]))
)
FITTINGS = st.builds(
    lambda milliamperes, coil, metres: Fitting(Buzzer(milliamperes, coil), ButtonWire(metres)),
    st.floats(1, 100),
    st.booleans(),
    st.floats(0.1, 10),
)


def test_the_usual_panel_is_wired_as_the_readme_says():
    wired = {
        part.key: (part.pin.physical, part.ground.physical, part.supply and part.supply.physical)
        for part in parts(Panel())
    }
    assert wired == {
        "leds.green": (11, 9, None),
        "leds.amber": (13, 9, None),
        "leds.red": (15, 9, None),
        "buzzer": (12, 14, 4),
        "button": (16, 14, None),
    }
    assert uses(parts(Panel())) == {
        4: "buzzer",
        9: "lamps",
        11: "green lamp",
        12: "buzzer",
        13: "amber lamp",
        14: "buzzer+button",
        15: "red lamp",
        16: "button",
    }


@given(PANELS, FITTINGS)
def test_every_part_has_its_pin_a_ground_and_what_feeds_it(panel: Panel, fitting: Fitting):
    wired = parts(panel, fitting)
    assert {part.key: part.pin.gpio for part in wired} == panel.pins
    assert [part.pin.physical for part in wired] == sorted(part.pin.physical for part in wired)
    for part in wired:
        assert part.ground.function == GROUND
        expected = {
            Role.LAMP: None,
            Role.BUZZER: VOLTS_5 if fitting.buzzer.needs_transistor else None,
            Role.BUTTON: VOLTS_3 if fitting.wire.is_long else None,
        }[part.role]
        assert (part.supply and part.supply.function) == expected
    assert len({part.ground.physical for part in wired if part.role is Role.LAMP}) == 1


@given(PANELS, FITTINGS)
def test_every_pin_that_is_taken_says_for_what(panel: Panel, fitting: Fitting):
    wired = parts(panel, fitting)
    used = uses(wired)
    for part in wired:
        assert used[part.pin.physical] == part.name
        assert ("lamps" if part.role is Role.LAMP else part.name) in used[part.ground.physical].split("+")
    assert all(used.values())


@pytest.mark.parametrize(("physical", "function", "expected"), [(16, GROUND, 14), (40, GROUND, 39), (7, GROUND, 9)])
def test_the_nearest_is_the_least_way_off(physical: int, function: str, expected: int):
    pin = at(physical)
    assert pin is not None
    assert nearest(function, pin).physical == expected


def test_a_pause_button_is_called_so():
    (pause,) = [part for part in parts(Panel(pause_button=24)) if part.key == "pause_button"]
    assert (pause.name, pause.role, pause.pin.physical, pause.ground.physical) == ("pause button", Role.BUTTON, 18, 20)


def test_each_part_is_told_as_the_way_that_its_wire_goes():
    fitting = Fitting()
    told = {part.key: sentence(part, fitting) for part in parts(Panel())}
    assert told["leds.green"] == (
        "GPIO 17 (physical pin 11), 470 Ω, the long leg of the lamp, its short leg, physical pin 9 (ground)"
    )
    assert told["button"] == "GPIO 23 (physical pin 16), 1 kΩ, the button, physical pin 14 (ground)"
    assert told["buzzer"] == (
        "GPIO 18 (physical pin 12), 1 kΩ, the base of an NPN transistor, 10 kΩ from there to ground; "
        "its emitter to physical pin 14 (ground), its collector to the buzzer's -; "
        "the buzzer's + to physical pin 4 (5 V power); a diode across the buzzer, its band towards +"
    )


def test_a_long_wire_and_a_piezo_are_told_as_they_are_wired():
    long = Fitting(Buzzer(20, coil=False), ButtonWire(5))
    told = {part.key: sentence(part, long) for part in parts(Panel(), long)}
    assert told["button"].endswith("; at the pin 10 kΩ to physical pin 17 (3.3 V power) and 100 nF to ground")
    assert "diode" not in told["buzzer"]
    assert "transistor" in told["buzzer"]


def test_a_buzzer_that_a_pin_can_drive_stands_between_pin_and_ground():
    small = Fitting(Buzzer(3, coil=False))
    (buzzer,) = [part for part in parts(Panel(), small) if part.key == "buzzer"]
    assert sentence(buzzer, small) == ("GPIO 18 (physical pin 12), the buzzer's +, its -, physical pin 14 (ground)")
