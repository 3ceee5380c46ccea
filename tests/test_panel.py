import io
import sys
import threading

import pytest
from rich.console import Console

from guardian.commands import Lamp, ShowPanel, Sound
from guardian.errors import PanelError
from guardian.events import Event, FaultCleared, FaultOccurred
from guardian.io.fakes import FakeClock
from guardian.io.gpio import DARK, POLL_SECONDS, RETRY_SECONDS, Gesture, GpioPanel, Lights
from guardian.io.panel import HISTORY, NoPanel, SimulatedPanel, choose_panel, line
from guardian.settings import Panel as Pins

SECONDS = 30.0
WATCHING = ShowPanel(Lamp.STEADY, Sound.SILENT, "Watching.")
ASKING = ShowPanel(Lamp.SLOW_BLINK, Sound.PIPS, "Are you all right?")
ALARM = ShowPanel(Lamp.FAST_BLINK, Sound.SIREN, "Help is needed in the kitchen.")


class Bench:
    """A simulated panel whose time is moved by hand."""

    def __init__(self, console: Console | None = None, pins: Pins | None = None) -> None:
        self.clock = FakeClock()
        self.gestures: list[Gesture] = []
        self.reports: list[Event] = []
        self.panel = SimulatedPanel(
            lambda gesture, _: self.gestures.append(gesture),
            self.reports.append,
            pins=pins,
            console=console,
            clock=self.clock,
        )
        self.panel.open()

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / POLL_SECONDS)):
            self.panel.step(self.clock.advance(POLL_SECONDS))


def test_a_simulated_panel_can_be_read_like_the_one_on_the_wall():
    bench = Bench()
    assert (bench.panel.showing, bench.panel.lights, bench.panel.sounding) == (DARK, Lights(), False)
    bench.panel.show(ALARM)
    bench.run(POLL_SECONDS)
    assert (bench.panel.showing, bench.panel.lamp, bench.panel.sound) == (ALARM, Lamp.FAST_BLINK, Sound.SIREN)
    assert bench.panel.lights == Lights(red=True)
    assert bench.panel.sounding
    bench.run(0.75)
    assert not bench.panel.sounding


def test_a_simulated_panel_is_read_at_the_pins_that_it_was_given():
    bench = Bench(pins=Pins(kind="simulated", buzzer=5, button=6))
    bench.panel.show(ALARM)
    bench.run(POLL_SECONDS)
    assert bench.panel.gpio.levels[5] == 1
    assert bench.panel.sounding


def test_its_history_says_what_was_shown_from_when_on():
    bench = Bench()
    for command in (WATCHING, ASKING, ALARM):
        bench.panel.show(command)
        bench.run(1.0)
    assert [each.command for each in bench.panel.history] == [WATCHING, ASKING, ALARM]
    assert [each.time for each in bench.panel.history] == pytest.approx([1_000.0, 1_001.0, 1_002.0], abs=0.05)


def test_its_history_keeps_the_last_thousand():
    bench = Bench()
    for number in range(HISTORY + 5):
        bench.panel.show(ShowPanel(Lamp.STEADY, Sound.SILENT, str(number)))
        bench.panel.step(bench.clock.advance(POLL_SECONDS))
    texts = [each.command.text for each in bench.panel.history]
    assert (len(texts), texts[0], texts[-1]) == (HISTORY, "5", str(HISTORY + 4))


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (None, [Gesture.PRESS]),
        (4.0, [Gesture.HOLD]),
        (12.0, [Gesture.HOLD, Gesture.LONG_HOLD]),
    ],
)
def test_a_simulated_panel_is_pressed_by_a_call(seconds: float | None, expected: list[Gesture]):
    bench = Bench()
    bench.run(0.5)
    bench.panel.press() if seconds is None else bench.panel.hold(seconds)
    bench.run(15.0)
    assert bench.gestures == expected


def test_a_panel_that_breaks_mid_alarm_goes_on_where_the_alarm_stands():
    bench = Bench()
    bench.panel.show(ASKING)
    bench.run(1.0)
    bench.panel.gpio.broken = OSError(5, "Input/output error")
    bench.run(1.0)
    bench.panel.show(ALARM)
    bench.run(1.0)
    bench.panel.gpio.broken = None
    bench.run(RETRY_SECONDS)
    assert bench.panel.showing == ALARM
    assert [type(each) for each in bench.reports] == [FaultOccurred, FaultCleared]


def test_closing_silences_a_siren():
    bench = Bench()
    bench.panel.show(ALARM)
    bench.run(0.1)
    bench.panel.close()
    assert not bench.panel.sounding
    assert bench.panel.lights == Lights()


def test_every_change_is_one_line_that_a_person_can_read():
    out = io.StringIO()
    bench = Bench(Console(file=out, width=100))
    for command in (ALARM, ALARM, WATCHING):
        bench.panel.show(command)
        bench.run(1.0)
    assert [text.split() for text in out.getvalue().splitlines()] == [
        ["panel", "●", "fast", "blink", "SIREN", "Help", "is", "needed", "in", "the", "kitchen."],
        ["panel", "●", "steady", "silent", "Watching."],
    ]


@pytest.mark.parametrize("lamp", Lamp)
@pytest.mark.parametrize("sound", Sound)
def test_there_is_a_line_for_every_state(lamp: Lamp, sound: Sound):
    assert lamp.value in line(ShowPanel(lamp, sound, "text")).plain


def test_a_simulated_panel_lives_under_the_real_clock_too():
    heard = threading.Event()
    panel = SimulatedPanel(lambda *_: heard.set(), lambda _: None)
    panel.start()
    try:
        panel.show(ALARM)
        tries = threading.Event()
        assert any(panel.showing == ALARM or tries.wait(0.01) for _ in range(3_000))
        assert any(panel._button._armed or tries.wait(0.01) for _ in range(3_000))
        panel.press()
        assert heard.wait(SECONDS)
    finally:
        panel.close()
    assert not panel.sounding


def test_the_configuration_chooses_the_panel():
    none = choose_panel(Pins(kind="none"), lambda *_: None, lambda _: None)
    assert isinstance(none, NoPanel)
    none.start()
    none.show(ALARM)
    none.close()
    out = io.StringIO()
    simulated = choose_panel(Pins(kind="simulated"), lambda *_: None, lambda _: None, Console(file=out))
    assert isinstance(simulated, SimulatedPanel)
    simulated.open()
    simulated.show(ALARM)
    simulated.step(0.0)
    assert "SIREN" in out.getvalue()


def test_the_panel_on_the_header_is_driven_by_the_library_of_the_board(monkeypatch: pytest.MonkeyPatch):
    clock = FakeClock()
    library = SimulatedPanel(lambda *_: None, lambda _: None, clock=clock).gpio
    monkeypatch.setattr("guardian.io.panel.load_gpio", lambda: (library, (RuntimeError,)))
    panel = choose_panel(Pins(kind="gpio"), lambda *_: None, lambda _: None)
    assert type(panel) is GpioPanel
    panel.start()
    panel.close()
    assert library.history


def test_a_header_without_a_library_is_refused_with_the_remedy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "RPi", None)
    monkeypatch.setitem(sys.modules, "RPi.GPIO", None)
    with pytest.raises(PanelError, match=r"set panel\.kind to simulated or none"):
        choose_panel(Pins(kind="gpio"), lambda *_: None, lambda _: None)


def test_a_simulated_pause_button_is_held_where_there_is_one():
    said: list[Gesture] = []
    for pins, wanted in ((Pins(kind="simulated"), []), (Pins(kind="simulated", pause_button=24), [Gesture.PAUSE])):
        said.clear()
        clock = FakeClock()
        panel = SimulatedPanel(lambda gesture, _: said.append(gesture), lambda _: None, pins=pins, clock=clock)
        panel.open()
        panel.step(clock.advance(1.0))
        panel.step(clock.advance(1.0))
        panel.hold_pause(2.0)
        for _ in range(300):
            panel.step(clock.advance(0.015))
        assert said == wanted
        panel.close()
