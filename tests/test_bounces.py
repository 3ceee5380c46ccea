"""The button's debounce under contacts that bounce and wires that catch noise, as the panel polls it."""

from collections.abc import Callable

import pytest
from bounces import SEALED, WORN, WORST, Contact, levels, noisy, press
from hypothesis import given
from hypothesis import strategies as st

from guardian.io.fakes import FakeClock, FakeGpio
from guardian.io.gpio import DEBOUNCE_SECONDS, HOLD_SECONDS, POLL_SECONDS, Gesture, GpioPanel
from guardian.settings import Panel as Pins

PINS = Pins(kind="gpio")
PHASES = st.floats(0.0, POLL_SECONDS)
CONTACTS = st.sampled_from([SEALED, WORN])
HELD = st.floats(3 * DEBOUNCE_SECONDS, HOLD_SECONDS - 0.3)


class Wired(FakeGpio):
    """Pins whose button is moved by a course of levels."""

    def __init__(self, clock: FakeClock, level: Callable[[float], bool]) -> None:
        super().__init__(clock)
        self._now, self._begun, self._level = clock, clock(), level

    def input(self, channel: int, /) -> int:
        pressed = channel == PINS.button and self._level(self._now() - self._begun)
        return self.LOW if pressed else self.HIGH


def heard(level: Callable[[float], bool], seconds: float, phase: float) -> list[Gesture]:
    """What a whole panel says of a level in so many seconds, if its first look is at `phase` seconds."""
    clock, said = FakeClock(), list[Gesture]()
    panel = GpioPanel(PINS, Wired(clock, level), lambda gesture, _: said.append(gesture), said.append, clock=clock)  # type: ignore[arg-type]
    panel.open()
    clock.advance(phase)
    for _ in range(int(seconds / POLL_SECONDS)):
        panel.step(clock.advance(POLL_SECONDS))
    return said


def one(contact: Contact, held: float) -> Callable[[float], bool]:
    return levels(tuple(press(contact, held)), rest=False)


@pytest.mark.parametrize(("contact", "milliseconds"), [(SEALED, 1.6), (WORN, 6.2), (WORST, 157.0)])
def test_a_modelled_contact_takes_as_long_as_the_measured_ones(contact: Contact, milliseconds: float):
    assert sum(length for _, length in contact.closing) == pytest.approx(milliseconds)
    assert contact.closing[0][0]
    assert not contact.closing[-1][0]
    assert len(contact.closing) >= 8


@given(CONTACTS, HELD, PHASES)
def test_a_press_is_one_press_however_the_contact_bounces(contact: Contact, held: float, phase: float):
    assert heard(one(contact, held), held + 2, phase) == [Gesture.PRESS]


@given(CONTACTS, st.floats(HOLD_SECONDS + 0.1, 6.0), PHASES)
def test_a_hold_is_one_call_for_help_however_the_contact_bounces(contact: Contact, held: float, phase: float):
    assert heard(one(contact, held), held + 2, phase) == [Gesture.HOLD]


@given(HELD, PHASES)
def test_even_the_worst_switch_that_was_measured_is_one_press(held: float, phase: float):
    assert heard(one(WORST, held), held + 2.5, phase) == [Gesture.PRESS]


@given(st.integers(0, 10_000), PHASES)
def test_noise_on_a_long_wire_presses_nothing(seed: int, phase: float):
    assert heard(noisy(lambda _: False, seed), 20.0, phase) == []


@given(st.integers(0, 10_000), PHASES)
def test_noise_neither_ends_a_hold_nor_repeats_it(seed: int, phase: float):
    assert heard(noisy(one(WORN, 5.0), seed), 7.0, phase) == [Gesture.HOLD]
