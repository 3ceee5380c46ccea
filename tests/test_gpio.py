import math
import sys
import threading
from collections.abc import Callable
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.commands import Lamp, ShowPanel, Sound
from guardian.errors import PanelError
from guardian.events import Event, FaultCleared, FaultOccurred
from guardian.io.fakes import FakeClock, FakeGpio
from guardian.io.gpio import (
    DEBOUNCE_SECONDS,
    FAILURES,
    HOLD_SECONDS,
    LONG_HOLD_LIMIT_SECONDS,
    LONG_HOLD_SECONDS,
    POLL_SECONDS,
    RETRY_SECONDS,
    STUCK_SECONDS,
    Button,
    Gesture,
    GpioPanel,
    Lights,
    blink,
    buzz,
    load_gpio,
)
from guardian.settings import Panel as Pins

SECONDS = 30.0
PINS = Pins(kind="gpio")
WATCHING = ShowPanel(Lamp.STEADY, Sound.SILENT, "Watching.")
ALARM = ShowPanel(Lamp.FAST_BLINK, Sound.SIREN, "Help is needed.")
LAMPS = {lamp: {Lamp.STEADY: "green", Lamp.WINK: "green", Lamp.FAST_BLINK: "red"}.get(lamp, "amber") for lamp in Lamp}


def wait_for(wanted: Callable[[], bool]) -> None:
    tries = threading.Event()
    assert any(wanted() or tries.wait(0.01) for _ in range(int(SECONDS / 0.01)))


# The patterns.


def runs(levels: list[bool], step: float) -> list[tuple[bool, float]]:
    """The course of a level as (level, seconds) runs."""
    found: list[tuple[bool, float]] = []
    for level in levels:
        if found and found[-1][0] is level:
            found[-1] = (level, found[-1][1] + step)
        else:
            found.append((level, step))
    return [(level, round(seconds, 2)) for level, seconds in found]


def course(lamp: Lamp, seconds: float) -> list[bool]:
    return [any(blink(lamp, step / 100 + 0.005)) for step in range(round(seconds * 100))]


@pytest.mark.parametrize(
    ("lamp", "pattern"),
    [
        (Lamp.OFF, [(False, 4.0)]),
        (Lamp.STEADY, [(True, 4.0)]),
        (Lamp.WINK, [(True, 0.2), (False, 1.8)] * 2),
        (Lamp.SLOW_BLINK, [(True, 0.5), (False, 0.5)] * 4),
        (Lamp.FAST_BLINK, [(True, 0.2), (False, 0.2)] * 10),
        (Lamp.DOUBLE_BLINK, [(True, 0.15), (False, 0.2), (True, 0.15), (False, 1.5)] * 2),
    ],
)
def test_each_pattern_of_the_lamps(lamp: Lamp, pattern: list[tuple[bool, float]]):
    assert runs(course(lamp, 4.0), 0.01) == pattern


@pytest.mark.parametrize(
    ("sound", "pattern"),
    [
        (Sound.SILENT, [(False, 2.4)]),
        (Sound.PIPS, [(True, 0.12), (False, 0.88), (True, 0.12), (False, 0.88), (True, 0.12), (False, 0.28)]),
        (Sound.SIREN, [(True, 0.7), (False, 0.15), (True, 0.2), (False, 0.15)] * 2),
    ],
)
def test_each_pattern_of_the_buzzer(sound: Sound, pattern: list[tuple[bool, float]]):
    assert runs([buzz(sound, step / 100 + 0.005) for step in range(240)], 0.01) == pattern


@given(st.sampled_from(Lamp), st.floats(0, 1e6))
def test_only_the_lamp_of_the_colour_is_ever_lit(lamp: Lamp, elapsed: float):
    lit = blink(lamp, elapsed)._asdict()
    assert {colour for colour, on in lit.items() if on} <= {LAMPS[lamp]}


@given(st.sampled_from([lamp for lamp in Lamp if lamp is not Lamp.OFF]))
def test_every_pattern_begins_lit_so_that_a_change_is_seen_at_once(lamp: Lamp):
    assert any(blink(lamp, 0.0))


@pytest.mark.parametrize("sound", [Sound.PIPS, Sound.SIREN])
def test_every_sound_begins_at_once(sound: Sound):
    assert buzz(sound, 0.0)


@pytest.mark.parametrize("lamp", Lamp)
def test_no_lamp_flashes_more_than_three_times_in_any_second(lamp: Lamp):
    lit = course(lamp, 10.0)
    starts = [step for step in range(1, len(lit)) if lit[step] and not lit[step - 1]]
    assert all(sum(first <= start < first + 100 for start in starts) <= 3 for first in starts)


# The button.


def gestures(*levels: tuple[bool, float], button: Button | None = None) -> list[tuple[Gesture, float]]:
    """What a button says, polled as the panel does, of a course of (pressed, seconds): each with when it was said."""
    button, said, now, until = button or Button(), [], 0.0, 0.0
    for pressed, seconds in levels:
        until += seconds
        while now < until:
            said += [(gesture, now) for gesture in button.update(pressed, now)]
            now += POLL_SECONDS
    return said


UP, LET_GO = (False, 1.0), (False, 0.5)


def kinds(*levels: tuple[bool, float]) -> list[Gesture]:
    return [gesture for gesture, _ in gestures(*levels)]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.1, [Gesture.PRESS]),
        (2.9, [Gesture.PRESS]),
        (3.1, [Gesture.HOLD]),
        (9.9, [Gesture.HOLD]),
        (10.1, [Gesture.HOLD, Gesture.LONG_HOLD]),
        (19.9, [Gesture.HOLD, Gesture.LONG_HOLD]),
        (20.2, [Gesture.HOLD]),
        (300.0, [Gesture.HOLD]),
    ],
)
def test_what_the_hand_did_is_told_by_how_long(seconds: float, expected: list[Gesture]):
    assert kinds(UP, (True, seconds), LET_GO) == expected


def test_a_press_is_said_on_release_and_a_hold_while_it_is_still_held():
    ((press, pressed_at),) = gestures(UP, (True, 0.5), LET_GO)
    ((hold, held_at),) = gestures(UP, (True, 60.0))
    assert (press, hold) == (Gesture.PRESS, Gesture.HOLD)
    assert 1.5 <= pressed_at < 1.5 + DEBOUNCE_SECONDS + 2 * POLL_SECONDS
    assert 1.0 + HOLD_SECONDS <= held_at < 1.0 + HOLD_SECONDS + 2 * POLL_SECONDS


def test_contacts_that_bounce_are_one_press():
    bounce = [(level, 0.016) for level in (True, False, True, False)]
    assert kinds(UP, *bounce, (True, 0.5), *[(not level, 0.016) for level, _ in bounce], LET_GO) == [Gesture.PRESS]


def test_a_spark_that_is_shorter_than_the_debounce_is_no_press():
    assert kinds(UP, (True, 0.016), UP) == []


def test_a_contact_that_opens_for_an_instant_does_not_end_a_hold():
    assert kinds(UP, (True, 2.0), (False, 0.016), (True, 2.0), LET_GO) == [Gesture.HOLD]


def test_a_button_that_is_down_from_the_start_says_nothing_until_it_was_released():
    assert kinds((True, 15.0), UP) == []
    assert kinds((True, 15.0), UP, (True, 0.2), LET_GO) == [Gesture.PRESS]


def test_two_presses_are_two():
    assert kinds(UP, (True, 0.2), LET_GO, (True, 0.2), LET_GO) == [Gesture.PRESS] * 2


@given(st.lists(st.tuples(st.floats(0.06, 25.0), st.floats(0.06, 2.0)), min_size=1, max_size=4), st.floats(0.001, 0.02))
def test_every_hold_calls_for_help_and_nothing_shorter_does(presses: list[tuple[float, float]], poll: float):
    button, now = Button(), 0.0
    said: list[Gesture] = []

    def look(pressed: bool, seconds: float) -> int:  # noqa: FBT001 - a level is a level
        nonlocal now
        steps = math.ceil(seconds / poll)
        for _ in range(steps):
            said.extend(button.update(pressed, now))
            now += poll
        return steps

    look(pressed=False, seconds=1.0)
    for down, up in presses:
        said.clear()
        held = look(pressed=True, seconds=down) * poll
        look(pressed=False, seconds=up)
        if abs(held - HOLD_SECONDS) > poll * 2:
            assert (Gesture.HOLD in said) is (held > HOLD_SECONDS)
            assert (Gesture.PRESS in said) is (held < HOLD_SECONDS)
        if held < LONG_HOLD_SECONDS - 2 * poll or held > LONG_HOLD_LIMIT_SECONDS + 2 * poll:
            assert Gesture.LONG_HOLD not in said


# The panel on its pins.


class Bench:
    """A panel on fake pins, moved by hand."""

    def __init__(self, **options: object) -> None:
        self.clock = FakeClock()
        self.gpio = FakeGpio(self.clock)
        self.gestures: list[tuple[Gesture, float]] = []
        self.reports: list[Event] = []
        self.panel = GpioPanel(
            PINS,
            self.gpio,
            lambda gesture, now: self.gestures.append((gesture, now)),
            self.reports.append,
            clock=self.clock,
            **options,  # type: ignore[arg-type]
        )

    def run(self, seconds: float, step: float = POLL_SECONDS) -> None:
        for _ in range(round(seconds / step)):
            self.panel.step(self.clock.advance(step))

    @property
    def lights(self) -> Lights:
        return Lights(*(bool(self.gpio.levels[pin]) for pin in (PINS.leds.green, PINS.leds.amber, PINS.leds.red)))

    @property
    def sounding(self) -> bool:
        return bool(self.gpio.levels[PINS.buzzer])


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.panel.open()
    return made


def test_pins_are_claimed_silent_and_dark_and_the_button_with_its_pull_up(bench: Bench):
    assert bench.gpio.levels == dict.fromkeys((PINS.buzzer, PINS.leds.green, PINS.leds.amber, PINS.leds.red), 0)
    assert bench.gpio.pulls == {PINS.button: FakeGpio.PUD_UP}


PAUSING = Pins(kind="gpio", pause_button=24)


def hold_pause(*holds: tuple[float, float]) -> list[Gesture]:
    """What is said of holds (seconds down, seconds up) on the pause button of a whole panel."""
    clock, said = FakeClock(), list[Gesture]()
    gpio = FakeGpio(clock)
    panel = GpioPanel(PAUSING, gpio, lambda gesture, _: said.append(gesture), lambda _: None, clock=clock)
    panel.open()
    panel.step(clock.advance(1.0))
    panel.step(clock.advance(1.0))
    for down, up in holds:
        gpio.hold(24, down)
        for _ in range(round((down + up) / POLL_SECONDS)):
            panel.step(clock.advance(POLL_SECONDS))
    panel.close()
    return said


def test_the_pause_button_has_its_pin_and_is_let_go_of_after_two_seconds():
    assert hold_pause((2.0, 1.0)) == [Gesture.PAUSE]
    assert hold_pause((4.5, 1.0)) == [Gesture.PAUSE]


def test_short_presses_of_it_only_open_the_cameras():
    assert hold_pause((0.2, 0.2), (1.2, 0.2)) == [Gesture.WATCH] * 2


def test_who_holds_on_to_it_calls_for_help_whichever_button_it_is():
    assert hold_pause((5.5, 1.0)) == [Gesture.HOLD]
    assert hold_pause((15.0, 1.0)) == [Gesture.HOLD]


@given(st.lists(st.tuples(st.floats(0.05, 1.3), st.floats(0.06, 1.0)), min_size=1, max_size=6))
def test_frantic_presses_of_it_close_no_camera(presses: list[tuple[float, float]]):
    assert Gesture.PAUSE not in hold_pause(*presses)


def test_a_pause_button_that_is_busy_is_named_with_its_role():
    panel = GpioPanel(PAUSING, FakeGpio(FakeClock(), busy=(24,)), lambda *_: None, lambda _: None)
    with pytest.raises(PanelError, match=r"GPIO 24 \(physical pin 18\) cannot be set up as the pause button"):
        panel.start()
    panel.close()


def test_a_pin_that_is_busy_is_named_by_both_its_numbers_with_its_role():
    gpio = FakeGpio(FakeClock(), busy=(PINS.buzzer,))
    panel = GpioPanel(PINS, gpio, lambda *_: None, lambda _: None)
    with pytest.raises(PanelError, match=r"GPIO 18 \(physical pin 12\) cannot be set up as the buzzer: GPIO busy"):
        panel.start()
    panel.close()


def test_what_is_to_be_shown_is_on_the_pins_at_the_next_look(bench: Bench):
    bench.panel.show(ALARM)
    bench.run(POLL_SECONDS)
    assert bench.sounding
    assert bench.lights == Lights(red=True)


def test_the_pins_follow_the_patterns(bench: Bench):
    bench.panel.show(ALARM)
    for _ in range(400):
        bench.run(POLL_SECONDS)
        elapsed = bench.clock() - 1_000.0
        assert bench.sounding == buzz(Sound.SIREN, elapsed)
        assert bench.lights == blink(Lamp.FAST_BLINK, elapsed)


def test_saying_the_same_again_does_not_start_the_pattern_anew(bench: Bench):
    bench.panel.show(ALARM)
    bench.run(0.75)
    assert not bench.sounding
    bench.panel.show(ALARM)
    bench.run(POLL_SECONDS)
    assert not bench.sounding


def test_a_pin_is_written_only_when_its_level_changes(bench: Bench):
    bench.panel.show(WATCHING)
    bench.run(10.0)
    written = [each for each in bench.gpio.history if each.time > 1_000.0]
    assert [(each.channel, each.level) for each in written] == [(PINS.leds.green, 1)]


def test_the_button_is_heard_while_the_siren_sounds(bench: Bench):
    bench.panel.show(ALARM)
    bench.run(1.0)
    bench.gpio.hold(PINS.button, 0.2)
    bench.run(1.0)
    assert [gesture for gesture, _ in bench.gestures] == [Gesture.PRESS]


def test_close_silences_a_sounding_siren_and_gives_the_pins_back(bench: Bench):
    bench.panel.show(ALARM)
    bench.run(0.1)
    bench.panel.close()
    last = {each.channel: each.level for each in bench.gpio.history}
    assert last == dict.fromkeys((PINS.buzzer, PINS.leds.green, PINS.leds.amber, PINS.leds.red), 0)
    assert bench.gpio.levels == {}


def test_pins_that_break_mid_alarm_are_a_fault_and_the_siren_sounds_again_once_they_work():
    bench = Bench()
    bench.panel.open()
    bench.panel.show(ALARM)
    bench.run(0.1)
    bench.gpio.broken = RuntimeError("the chip is lost")
    bench.run(RETRY_SECONDS * 3)
    (fault,) = bench.reports
    assert isinstance(fault, FaultOccurred)
    assert (fault.part, fault.reasons) == ("panel", ("The panel has failed: the chip is lost",))
    bench.gpio.broken, bench.gpio.levels = None, {}
    bench.gpio.pulls = {}
    bench.run(RETRY_SECONDS + POLL_SECONDS)
    for _ in range(100):
        bench.run(POLL_SECONDS)
        assert bench.sounding == buzz(Sound.SIREN, bench.clock() - 1_000.0)
    assert bench.reports[1:] == [FaultCleared(time=bench.reports[-1].time, room="", part="panel")]


def test_broken_pins_are_tried_every_five_seconds_and_not_at_every_look(bench: Bench):
    tries = []

    class CountedError(RuntimeError):
        def __str__(self) -> str:
            tries.append(bench.clock())
            return "lost"

    bench.gpio.broken = CountedError()
    bench.run(RETRY_SECONDS * 4)
    assert 3 <= len({round(at, 1) for at in tries}) <= 5


@pytest.mark.parametrize("failure", [RuntimeError("x"), OSError(5, "x"), ValueError("x")])
def test_every_way_in_which_the_libraries_fail_is_a_fault(bench: Bench, failure: Exception):
    bench.gpio.broken = failure
    bench.run(POLL_SECONDS)
    assert [type(each) for each in bench.reports] == [FaultOccurred]


def test_time_in_which_the_pins_were_broken_is_no_time_in_which_the_button_was_held(bench: Bench):
    bench.run(1.0)
    bench.gpio.hold(PINS.button, 0.2)
    bench.run(0.1)
    bench.gpio.broken = RuntimeError("lost")
    bench.run(0.1)
    bench.gpio.broken = None
    bench.run(RETRY_SECONDS + 1.0)
    assert [type(each) for each in bench.reports] == [FaultOccurred, FaultCleared]
    assert bench.gestures == []


def test_pins_that_are_broken_at_the_end_are_logged_and_no_end(bench: Bench, caplog: pytest.LogCaptureFixture):
    bench.gpio.broken = OSError(5, "gone")
    bench.panel.close()
    assert "panel=not_given_back" in caplog.text


def test_a_button_that_is_stuck_is_a_fault_of_its_own_and_its_end_is_said(bench: Bench):
    bench.run(1.0)
    bench.gpio.hold(PINS.button, STUCK_SECONDS + 10)
    bench.run(STUCK_SECONDS + 5)
    (fault,) = bench.reports
    assert isinstance(fault, FaultOccurred)
    assert fault.part == "button"
    assert "GPIO 23 (physical pin 16)" in fault.reasons[0]
    bench.run(10.0)
    assert [(type(each), each.part) for each in bench.reports[1:] if isinstance(each, FaultCleared)] == [
        (FaultCleared, "button")
    ]
    assert [gesture for gesture, _ in bench.gestures] == [Gesture.HOLD]


def test_who_asks_is_told_when_the_pins_show_it():
    shown: list[tuple[ShowPanel, float]] = []
    bench = Bench(on_shown=lambda command, now: shown.append((command, now)))
    bench.panel.open()
    bench.panel.show(WATCHING)
    bench.run(0.1)
    bench.panel.show(ALARM)
    bench.run(0.1)
    assert [command for command, _ in shown] == [WATCHING, ALARM]


def test_the_thread_shows_what_it_is_told_and_hears_the_button_under_the_real_clock():
    shown, pressed = threading.Event(), threading.Event()
    gpio_clock = FakeClock()
    gpio = FakeGpio(gpio_clock)

    def on_shown(command: ShowPanel, _now: float) -> None:
        if command == ALARM:
            shown.set()

    panel = GpioPanel(PINS, gpio, lambda *_: pressed.set(), lambda _: None, on_shown=on_shown)
    panel.start()
    try:
        panel.show(ALARM)
        assert shown.wait(SECONDS)
        wait_for(lambda: panel._button._armed)
        gpio.hold(PINS.button, 1.0)
        wait_for(lambda: panel._button.held(1e9) > 0)
        gpio.hold(PINS.button, 0.0)
        assert pressed.wait(SECONDS)
    finally:
        panel.close()
    assert gpio.levels == {}
    assert gpio.history[-1].level == 0


# The library of the board.


def test_without_a_library_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "RPi", None)
    monkeypatch.setitem(sys.modules, "RPi.GPIO", None)
    with pytest.raises(PanelError, match="apt install python3-rpi-lgpio"):
        load_gpio()


def test_the_library_comes_with_the_errors_by_which_it_fails(monkeypatch: pytest.MonkeyPatch):
    class LgpioError(Exception):
        pass

    package, library, below = ModuleType("RPi"), ModuleType("RPi.GPIO"), ModuleType("lgpio")
    below.error = LgpioError  # type: ignore[attr-defined]
    for name, module in {"RPi": package, "RPi.GPIO": library, "lgpio": below}.items():
        monkeypatch.setitem(sys.modules, name, module)
    gpio, failures = load_gpio()
    assert gpio is library
    assert failures == (*FAILURES, LgpioError)


def test_an_older_library_has_no_other_below_it(monkeypatch: pytest.MonkeyPatch):
    for name in ("RPi", "RPi.GPIO"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.delitem(sys.modules, "lgpio", raising=False)
    assert load_gpio()[1] == FAILURES
