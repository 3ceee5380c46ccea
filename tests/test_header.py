import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian import header
from guardian.header import HEADER, Pin, Use
from guardian.settings import Leds, Panel


def test_the_header_has_forty_pins_in_physical_order_and_each_gpio_once() -> None:
    assert [pin.physical for pin in HEADER] == list(range(1, 41))
    assert sorted(pin.gpio for pin in HEADER if pin.gpio is not None) == list(range(28))


def test_power_ground_and_eeprom_stand_where_the_board_has_them() -> None:
    def where(function: str) -> set[int]:
        return {pin.physical for pin in HEADER if pin.function == function}

    assert where("3.3 V power") == {1, 17}
    assert where("5 V power") == {2, 4}
    assert where("ground") == {6, 9, 14, 20, 25, 30, 34, 39}
    assert {pin.physical for pin in HEADER if "EEPROM" in pin.reason} == {27, 28}


@pytest.mark.parametrize(
    ("gpio", "physical"), [(17, 11), (18, 12), (27, 13), (22, 15), (23, 16), (2, 3), (14, 8), (10, 19), (21, 40)]
)
def test_well_known_pins(gpio: int, physical: int) -> None:
    pin = header.find(gpio)
    assert pin is not None
    assert pin.physical == physical
    assert header.at(physical) is pin


@pytest.mark.parametrize(("gpio", "name", "physical"), [(0, "ID_SD", 27), (1, "ID_SC", 28)])
def test_the_eeprom_pins_are_refused_by_name_and_both_numbers(gpio: int, name: str, physical: int) -> None:
    reason = header.refusal(gpio)
    assert reason is not None
    assert f"GPIO {gpio} (physical pin {physical}), {name}" in reason
    assert "EEPROM" in reason


@pytest.mark.parametrize(("number", "function"), [(30, "ground"), (34, "ground"), (39, "ground")])
def test_a_physical_number_of_a_ground_pin_is_recognised(number: int, function: str) -> None:
    reason = header.refusal(number)
    assert reason is not None
    assert f"physical pin {number} is {function}" in reason
    assert "BCM" in reason


def test_a_physical_number_of_a_usable_pin_is_translated() -> None:
    reason = header.refusal(40)
    assert reason is not None
    assert "that is GPIO 21" in reason


@given(st.integers(min_value=-10, max_value=200))
def test_a_number_is_refused_exactly_where_it_is_no_usable_gpio(gpio: int) -> None:
    assert (header.refusal(gpio) is None) == (2 <= gpio <= 27)
    if 2 <= gpio <= 27:
        pin = header.find(gpio)
        assert pin is not None
        assert (header.caution(gpio) is None) == (pin.use is Use.SAFE)
        assert f"GPIO {gpio} (physical pin {pin.physical})" == header.named(gpio)


@given(st.dictionaries(st.sampled_from(["buzzer", "button", "leds.red", "leds.green"]), st.integers(0, 30), min_size=1))
def test_every_clash_and_every_bad_pin_is_named_once(functions: dict[str, int]) -> None:
    found = header.refusals(functions)
    bad = sum(header.refusal(gpio) is not None for gpio in functions.values())
    clashes = len(functions) - len(set(functions.values()))
    assert len(found) == bad + clashes
    assert all(sentence.split(":")[0] in functions for sentence in found)


@pytest.mark.parametrize(("gpio", "meant"), [(11, 17), (10, 15), (8, 14)])
def test_a_caution_tells_the_gpio_that_a_physical_number_would_be(gpio: int, meant: int) -> None:
    sentence = header.caution(gpio)
    assert sentence is not None
    assert f"if physical pin {gpio} was meant, that is GPIO {meant}" in sentence


def test_nobody_is_led_to_the_eeprom_pins() -> None:
    reason = header.refusal(28)
    assert reason is not None
    assert "was meant" not in reason


def test_two_functions_on_one_pin_are_both_named_with_both_numbers() -> None:
    (reason,) = header.refusals({"buzzer": 18, "button": 18})
    assert reason.startswith("button: GPIO 18 (physical pin 12) already serves buzzer")


def test_a_pin_that_is_taken_is_no_free_choice() -> None:
    reasons = header.refusals({"buzzer": 18, "button": 18, "leds.red": 22})
    assert [reason.rpartition("GPIO ")[2].split(", ") for reason in reasons] == [
        ["5", "6", "12", "13", "16", "17", "19", "20", "21", "23", "24", "25", "26", "27"]
    ]


def test_the_default_panel_is_safe() -> None:
    panel, leds = Panel(), Leds()
    functions = {
        "buzzer": panel.buzzer,
        "button": panel.button,
        "leds.green": leds.green,
        "leds.amber": leds.amber,
        "leds.red": leds.red,
    }
    assert header.refusals(functions) == ()
    assert header.cautions(functions) == ()


@pytest.mark.parametrize(
    ("gpio", "bus"), [(14, "serial"), (15, "serial"), (2, "I2C"), (3, "I2C"), (4, "1-wire"), (8, "SPI"), (11, "SPI")]
)
def test_shared_pins_are_allowed_with_a_caution(gpio: int, bus: str) -> None:
    assert header.refusals({"button": gpio}) == ()
    (sentence,) = header.cautions({"button": gpio})
    assert bus in sentence
    assert re.search(rf"GPIO {gpio} \(physical pin \d+\)", sentence)


def test_an_output_that_is_on_from_power_on_is_pointed_out_and_an_input_is_not() -> None:
    (sentence,) = header.cautions({"buzzer": 5})
    assert "pulled up at power-on" in sentence
    assert header.cautions({"button": 5, "pause_button": 6}) == ()


@pytest.mark.parametrize(
    ("written", "gpio"),
    [(18, 18), ("18", 18), ("GPIO18", 18), ("gpio 18", 18), ("BCM18", 18), ("pin 12", 18), ("physical pin 12", 18)],
)
def test_a_pin_can_be_written_in_either_numbering(written: int | str, gpio: int) -> None:
    assert header.number(written) == gpio


@given(st.sampled_from([pin for pin in HEADER if pin.gpio is not None]))
def test_both_numberings_of_a_pin_mean_the_same(pin: Pin) -> None:
    assert header.number(f"pin {pin.physical}") == header.number(f"GPIO{pin.gpio}") == pin.gpio


@pytest.mark.parametrize(
    ("written", "said"),
    [("pin 6", "ground"), ("pin 2", "5 V power"), ("physical 17", "3.3 V power"), ("pin 41", "no physical pin 41")],
)
def test_a_physical_pin_that_is_no_gpio_is_refused_by_name(written: int | str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        header.number(written)


@pytest.mark.parametrize("written", ["", "buzzer", "GPIO", "pin -3", "18.5", "²"])
def test_what_is_no_pin_is_refused(written: int | str) -> None:
    with pytest.raises(ValueError, match="is no pin"):
        header.number(written)


def test_a_gpio_off_the_header_is_said_to_be_on_no_pin() -> None:
    assert header.named(28) == "GPIO 28 (on no pin of the header)"
    assert header.at(0) is None
    assert header.at(41) is None
