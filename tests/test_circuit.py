import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian import circuit
from guardian.circuit import ButtonWire, Buzzer
from guardian.io.gpio import DEBOUNCE_SECONDS

LAMP_VOLTS = st.floats(1.5, circuit.PIN_VOLTS - circuit.LEAST_HEADROOM)


@pytest.mark.parametrize(
    ("wanted", "above", "below"), [(325, 330, 220), (330, 330, 330), (1_226, 1_500, 1_000), (9.5, 10, 6.8), (1, 1, 1)]
)
def test_a_resistor_is_one_that_is_sold(wanted: float, above: float, below: float):
    assert (circuit.at_least(wanted), circuit.at_most(wanted)) == (above, below)


@given(st.floats(0.5, 1e7))
def test_what_is_sold_is_on_the_side_that_was_asked_for_and_close(wanted: float):
    above, below = circuit.at_least(wanted), circuit.at_most(wanted)
    assert below <= wanted * (1 + 1e-6)
    assert above >= wanted * (1 - 1e-6)
    assert above / below < 1.6


@pytest.mark.parametrize("wanted", [0.0, -330.0])
def test_no_resistor_is_nothing_or_less(wanted: float):
    with pytest.raises(ValueError, match="more than 0 would be right"):
        circuit.at_least(wanted)


@pytest.mark.parametrize(("value", "written"), [(330.0, "330 Ω"), (1_000.0, "1 kΩ"), (4_700.0, "4.7 kΩ")])
def test_a_resistor_is_written_as_shops_do(value: float, written: str):
    assert circuit.ohms(value) == written


def test_the_usual_lamps_share_one_resistor_of_470_ohms():
    assert circuit.lamp_resistor() == 470


@given(st.lists(LAMP_VOLTS, min_size=1, max_size=3))
def test_no_lamp_takes_more_than_the_weakest_pin_drives_and_each_is_lit(volts: list[float]):
    resistor = circuit.lamp_resistor(volts)
    for each in volts:
        assert 0 < circuit.lamp_milliamperes(each, resistor) <= circuit.DRIVE_MILLIAMPERES * (1 + 1e-6)


@pytest.mark.parametrize("volts", [3.0, 3.3, 2.81, 0.0, -1.0])
def test_a_blue_or_white_lamp_is_refused_and_what_would_be_right_is_said(volts: float):
    with pytest.raises(ValueError, match=r"cannot be lit from a pin of 3\.3 V; red, amber or yellow-green"):
        circuit.lamp_resistor([volts])


def test_the_usual_buzzer_has_a_base_resistor_of_1_kilohm():
    assert Buzzer().resistor == 1_000
    assert Buzzer().pin_milliamperes == pytest.approx(2.6)


@given(st.floats(0.5, circuit.MOST_MILLIAMPERES))
def test_the_transistor_is_fully_on_at_the_worst_pin_and_the_pin_is_not_overloaded(milliamperes: float):
    buzzer = Buzzer(milliamperes)
    worst = (circuit.WORST_PIN_VOLTS - circuit.BASE_VOLTS) / buzzer.resistor * 1_000
    bled = circuit.BASE_VOLTS / circuit.BASE_TO_GROUND * 1_000
    assert (worst - bled) * circuit.LEAST_GAIN >= milliamperes * circuit.OVERDRIVE * (1 - 1e-6)
    assert worst <= circuit.DRIVE_MILLIAMPERES
    assert buzzer.pin_milliamperes < circuit.PIN_MILLIAMPERES


@pytest.mark.parametrize(
    ("buzzer", "needed"),
    [(Buzzer(3.0, coil=False), False), (Buzzer(3.0), True), (Buzzer(20.0, coil=False), True), (Buzzer(), True)],
)
def test_a_transistor_is_there_where_a_pin_alone_would_not_do(buzzer: Buzzer, needed: bool):  # noqa: FBT001 - expected
    assert buzzer.needs_transistor is needed
    if not needed:
        assert buzzer.pin_milliamperes == buzzer.milliamperes


@pytest.mark.parametrize("milliamperes", [0.0, -5.0, 101.0, 500.0])
def test_a_buzzer_beyond_the_circuit_is_refused(milliamperes: float):
    with pytest.raises(ValueError, match="up to 100 mA would be right"):
        Buzzer(milliamperes)


def test_all_pins_together_stay_far_below_what_they_bear():
    assert circuit.total_milliamperes(Buzzer()) < circuit.PINS_MILLIAMPERES / 4


@given(st.floats(0.1, circuit.LONGEST_METRES))
def test_a_pressed_button_is_certainly_low_and_let_go_certainly_high_long_before_the_debounce_ends(metres: float):
    wire = ButtonWire(metres)
    assert wire.pressed_volts < circuit.LOW_VOLTS / 2
    assert wire.release_seconds < DEBOUNCE_SECONDS / 10


def test_a_short_wire_needs_nothing_and_a_long_one_a_pull_up_and_a_capacitor():
    assert (ButtonWire(1.0).is_long, ButtonWire(1.0).release_seconds) == (False, 0.0)
    assert ButtonWire(3.0).is_long
    assert 0.0005 < ButtonWire(3.0).release_seconds < 0.001


@pytest.mark.parametrize("metres", [0.0, -1.0, 10.5])
def test_a_button_at_the_end_of_no_wire_or_of_far_too_much_is_refused(metres: float):
    with pytest.raises(ValueError, match=r"up to 10 m, or a wireless one"):
        ButtonWire(metres)
