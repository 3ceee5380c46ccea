"""The panel that the configuration asks for: on the header, simulated in the terminal, or none."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

from rich.console import Console
from rich.text import Text

from guardian.commands import Lamp, ShowPanel, Sound
from guardian.io.fakes import FakeGpio
from guardian.io.gpio import DARK, GpioPanel, Lights, OnGesture, Report, load_gpio
from guardian.settings import Panel as Pins

HISTORY = 1_000
PRESS_SECONDS = 0.2
COLOURS = {
    Lamp.OFF: "dim",
    Lamp.STEADY: "green",
    Lamp.WINK: "cyan",
    Lamp.SLOW_BLINK: "yellow",
    Lamp.FAST_BLINK: "bold red",
    Lamp.DOUBLE_BLINK: "magenta",
}
SOUNDS = {Sound.SILENT: "silent", Sound.PIPS: "pip … pip …", Sound.SIREN: "SIREN"}


class Panel(Protocol):
    """What the appliance asks of a panel."""

    def start(self) -> None:
        """Begin. Raises PanelError where it cannot be driven."""

    def show(self, command: ShowPanel) -> None:
        """Show this from now on; never blocks."""

    def close(self) -> None:
        """Fall silent and dark."""


class Shown(NamedTuple):
    """What a panel showed from `time` on."""

    time: float
    command: ShowPanel


class NoPanel:
    """A box without a panel."""

    def start(self) -> None:
        """Do nothing."""

    def show(self, command: ShowPanel) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class SimulatedPanel(GpioPanel):
    """The panel's own code on pins in memory: it is read through its properties, and pressed by a call.

    With `console`, every change is printed as one coloured line. Its time is `clock`'s: under a fake clock it is moved
    by `step` instead of `start`.
    """

    def __init__(
        self,
        on_gesture: OnGesture,
        report: Report,
        *,
        pins: Pins | None = None,
        console: Console | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._board = pins or Pins(kind="simulated")
        self._console = console
        self._lock = threading.Lock()
        self._history: deque[Shown] = deque(maxlen=HISTORY)
        self.gpio = FakeGpio(clock)
        super().__init__(self._board, self.gpio, on_gesture, report, on_shown=self._remember, clock=clock)

    @property
    def history(self) -> tuple[Shown, ...]:
        """The last 1000 states, oldest first, each from when the pins showed it."""
        with self._lock:
            return tuple(self._history)

    @property
    def showing(self) -> ShowPanel:
        """What the pins show now."""
        history = self.history
        return history[-1].command if history else DARK

    @property
    def lamp(self) -> Lamp:
        """The lamps' pattern."""
        return self.showing.lamp

    @property
    def sound(self) -> Sound:
        """The buzzer's pattern."""
        return self.showing.sound

    @property
    def lights(self) -> Lights:
        """Which lamps are lit at this instant."""
        leds = self._board.leds
        return Lights(*(bool(self.gpio.levels.get(pin, 0)) for pin in (leds.green, leds.amber, leds.red)))

    @property
    def sounding(self) -> bool:
        """Whether the buzzer is on at this instant."""
        return bool(self.gpio.levels.get(self._board.buzzer, 0))

    def press(self) -> None:
        """Press the button shortly."""
        self.hold(PRESS_SECONDS)

    def hold(self, seconds: float) -> None:
        """Keep the button down for `seconds` from now on; returns at once."""
        self.gpio.hold(self._board.button, seconds)

    def hold_pause(self, seconds: float) -> None:
        """Keep the pause button down for `seconds` from now on; returns at once. Nothing where there is none."""
        if self._board.pause_button is not None:
            self.gpio.hold(self._board.pause_button, seconds)

    def _remember(self, command: ShowPanel, now: float) -> None:
        with self._lock:
            self._history.append(Shown(now, command))
        if self._console is not None:
            self._console.print(line(command))


def line(command: ShowPanel) -> Text:
    """One coloured line that says what the panel shows."""
    colour = COLOURS[command.lamp]
    return Text.assemble(
        ("panel ", "dim"),
        ("● ", colour),
        (f"{command.lamp.value:<12}", colour),
        (f" {SOUNDS[command.sound]:<11}", "bold red" if command.sound is Sound.SIREN else ""),
        (f" {command.text}", colour),
    )


def choose_panel(pins: Pins, on_gesture: OnGesture, report: Report, console: Console | None = None) -> Panel:
    """Make the panel that `pins.kind` names; `console` is where a simulated one prints its changes.

    Raises PanelError where the header is asked for and no GPIO library works here.
    """
    if pins.kind == "none":
        return NoPanel()
    if pins.kind == "simulated":
        return SimulatedPanel(on_gesture, report, pins=pins, console=console)
    gpio, failures = load_gpio()
    return GpioPanel(pins, gpio, on_gesture, report, failures=failures)
