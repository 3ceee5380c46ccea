"""The panel on the 40-pin header: buzzer, three lamps and a button, through the RPi.GPIO API.

The patterns and the button are pure functions of time; the thread of GpioPanel only carries them to the pins. The
button is polled: edge detection of RPi.GPIO fails on Linux 6.6 and later, plain input and output work everywhere.
"""

import importlib
import logging
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import NamedTuple, Protocol, TypeAlias, cast

from guardian.commands import Lamp, ShowPanel, Sound
from guardian.errors import PanelError
from guardian.events import Event, FaultCleared, FaultOccurred
from guardian.header import named
from guardian.settings import Panel as Pins

log = logging.getLogger(__name__)

POLL_SECONDS = 0.015
DEBOUNCE_SECONDS = 0.030
HOLD_SECONDS = 3.0
LONG_HOLD_SECONDS = 10.0
PAUSE_SECONDS, PAUSE_LIMIT_SECONDS = 1.5, 5.0
"""The pause button has to be let go of after so long; who holds on to it for longer is in need, on whichever button."""
LONG_HOLD_LIMIT_SECONDS = 20.0
STUCK_SECONDS = 60.0
RETRY_SECONDS = 5.0

DARK = ShowPanel(Lamp.OFF, Sound.SILENT, "")
MISSING = (
    "no GPIO library can be used ({error}); install the one for this board: 'apt install python3-rpi-lgpio' or "
    "'pip install rpi-lgpio' (needed on a Raspberry Pi 5 and on Linux 6.6 or later; RPi.GPIO must be uninstalled "
    "first, since both bear the same name), or set panel.kind to simulated or none"
)
REFUSED = (
    "{pin} cannot be set up as {role}: {error}; see that no other program uses it ('gpioinfo' tells), that this user "
    "is in the group gpio, and that panel in the configuration names the pin that is wired"
)


class Gpio(Protocol):
    """The part of the RPi.GPIO module that Guardian uses; RPi.GPIO, rpi-lgpio and the fake all have it."""

    BCM: int
    IN: int
    OUT: int
    LOW: int
    HIGH: int
    PUD_UP: int

    def setmode(self, mode: int, /) -> None:
        """Choose the numbering: BCM."""

    def setwarnings(self, value: bool, /) -> None:  # noqa: FBT001 - the library's signature
        """Turn the library's own warnings on or off."""

    def setup(self, channel: int, direction: int, *, pull_up_down: int = ..., initial: int = ...) -> None:
        """Claim a pin, with `pull_up_down` for an input and `initial` for an output."""

    def output(self, channel: int, value: int, /) -> None:
        """Set a pin's level."""

    def input(self, channel: int, /) -> int:
        """Read a pin's level."""

    def cleanup(self, channels: Sequence[int], /) -> None:
        """Give the pins back as inputs."""


class Gesture(str, Enum):
    """What a hand did to the button; what it means depends on the alarm's state (app.button_event). PAUSE and WATCH are
    those of the pause button, which is another one: it was held for a moment, or pressed shortly.
    """

    PRESS = "press"
    HOLD = "hold"
    LONG_HOLD = "long hold"
    PAUSE = "pause"
    WATCH = "watch"


OnGesture: TypeAlias = Callable[[Gesture, float], None]
OnShown: TypeAlias = Callable[[ShowPanel, float], None]
Report: TypeAlias = Callable[[Event], None]


class Lights(NamedTuple):
    """Which of the three lamps are lit."""

    green: bool = False
    amber: bool = False
    red: bool = False


Rhythm: TypeAlias = tuple[float, ...]
"""Seconds on, off, on, off ..., and from the start again; () is never on."""

COLOURS: Mapping[Lamp, Lights] = {
    Lamp.OFF: Lights(),
    Lamp.STEADY: Lights(green=True),
    Lamp.WINK: Lights(green=True),
    Lamp.SLOW_BLINK: Lights(amber=True),
    Lamp.FAST_BLINK: Lights(red=True),
    Lamp.DOUBLE_BLINK: Lights(amber=True),
}
"""Green watches, or winks while a camera is paused, amber asks (pending, or cannot see), red calls."""

BLINKS: Mapping[Lamp, Rhythm] = {
    Lamp.OFF: (),
    Lamp.STEADY: (1.0,),
    Lamp.WINK: (0.2, 1.8),
    Lamp.SLOW_BLINK: (0.5, 0.5),
    Lamp.FAST_BLINK: (0.2, 0.2),
    Lamp.DOUBLE_BLINK: (0.15, 0.2, 0.15, 1.5),
}
"""None flashes more than three times a second (WCAG 2.3.1), for the sake of people with photosensitive epilepsy."""

BUZZES: Mapping[Sound, Rhythm] = {
    Sound.SILENT: (),
    Sound.PIPS: (0.12, 0.88),
    Sound.SIREN: (0.7, 0.15, 0.2, 0.15),
}
"""The siren is long-short, so that nobody takes it for the three even beeps of a smoke alarm (ISO 8201)."""


def is_on(rhythm: Rhythm, elapsed: float) -> bool:
    """Say whether a rhythm is on `elapsed` seconds after it began; every rhythm begins on."""
    left = elapsed % sum(rhythm) if rhythm else 0.0
    for place, seconds in enumerate(rhythm):
        if left < seconds:
            return place % 2 == 0
        left -= seconds
    return False


def blink(lamp: Lamp, elapsed: float) -> Lights:
    """Return the lamps `elapsed` seconds after the pattern began."""
    return COLOURS[lamp] if is_on(BLINKS[lamp], elapsed) else Lights()


def buzz(sound: Sound, elapsed: float) -> bool:
    """Return whether the buzzer sounds `elapsed` seconds after the pattern began."""
    return is_on(BUZZES[sound], elapsed)


class Button:
    """Debounces the button's level and names what the hand did.

    PRESS is said on release before 3 s; HOLD at 3 s, while still held; LONG_HOLD on release after 10 to 20 s. A button
    that is down from the start says nothing until it was once released. `hold_seconds` is another time than 3 s.
    """

    def __init__(self, hold_seconds: float = HOLD_SECONDS) -> None:
        self._hold_seconds = hold_seconds
        self.pressed_for = 0.0
        """Seconds that it was down when it was last released."""
        self._level = False
        self._level_since: float | None = None
        self._down_since: float | None = None
        self._armed = False
        self._hold_said = False

    def update(self, pressed: bool, now: float) -> tuple[Gesture, ...]:  # noqa: FBT001 - a level is a level
        """Take the raw level at `now` (seconds, never decreasing); return what has just become certain."""
        if self._level_since is None or pressed != self._level:
            self._level, self._level_since = pressed, now
        if now - self._level_since >= DEBOUNCE_SECONDS:
            if pressed and self._down_since is None:
                self._down_since, self._hold_said = self._level_since, False
            elif not pressed:
                return self._released(self._level_since)
        return self._held(now)

    def held(self, now: float) -> float:
        """Seconds that the button has been down, 0 where it is up."""
        return 0.0 if self._down_since is None else now - self._down_since

    def _held(self, now: float) -> tuple[Gesture, ...]:
        if self._hold_said or not self._armed or self.held(now) < self._hold_seconds:
            return ()
        if not self._level:
            # Up already, though not yet for long enough to be sure: a release just before 3 s is a press.
            return ()
        self._hold_said = True
        return (Gesture.HOLD,)

    def _released(self, at: float) -> tuple[Gesture, ...]:
        was_armed, self._armed = self._armed, True
        if self._down_since is None or not was_armed:
            self._down_since = None
            return ()
        seconds, said = at - self._down_since, self._hold_said
        self._down_since, self.pressed_for = None, seconds
        if seconds < self._hold_seconds and not said:
            return (Gesture.PRESS,)
        hold = () if said else (Gesture.HOLD,)
        return (*hold, Gesture.LONG_HOLD) if LONG_HOLD_SECONDS <= seconds <= LONG_HOLD_LIMIT_SECONDS else hold


class PauseButton:
    """Names what the hand did to the pause button: PAUSE on release after 1.5 to 5 s, WATCH on release before that, so
    that frantic presses close no camera; and HOLD at 5 s, which calls for help as the other button does.
    """

    def __init__(self) -> None:
        self._button = Button(PAUSE_LIMIT_SECONDS)

    def update(self, pressed: bool, now: float) -> tuple[Gesture, ...]:  # noqa: FBT001 - a level is a level
        """Take the raw level at `now` (seconds, never decreasing); return what has just become certain."""
        gestures = self._button.update(pressed, now)
        if Gesture.PRESS in gestures:
            return (Gesture.PAUSE if self._button.pressed_for >= PAUSE_SECONDS else Gesture.WATCH,)
        return tuple(gesture for gesture in gestures if gesture is Gesture.HOLD)


def load_gpio() -> tuple[Gpio, tuple[type[Exception], ...]]:
    """Import the GPIO library of this board; return it with the errors by which its calls fail.

    Raises PanelError, with the remedy, where there is none or this is no Raspberry Pi.
    """
    try:
        gpio = importlib.import_module("RPi.GPIO")
    except (ImportError, RuntimeError, OSError) as error:
        raise PanelError(MISSING.format(error=error)) from error
    # rpi-lgpio lets errors of the library below it through, and those derive from Exception alone.
    below = getattr(sys.modules.get("lgpio"), "error", None)
    return cast("Gpio", gpio), (*FAILURES, *([below] if below else []))


FAILURES: tuple[type[Exception], ...] = (RuntimeError, OSError, ValueError)


class GpioPanel:
    """Drives the pins from its own thread and calls `on_gesture` and `report` there; both must return at once.

    `failures` are the exceptions by which calls of `gpio` fail. After a failure the pins are claimed anew every 5 s;
    the fault and its end are reported as part `panel`.
    """

    def __init__(
        self,
        pins: Pins,
        gpio: Gpio,
        on_gesture: OnGesture,
        report: Report,
        *,
        failures: tuple[type[Exception], ...] = FAILURES,
        on_shown: OnShown | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pins, self._gpio, self._clock = pins, gpio, clock
        self._failures: tuple[type[Exception], ...] = (PanelError, *failures)
        self._on_gesture, self._report, self._on_shown = on_gesture, report, on_shown
        self._outputs = {
            "the buzzer": pins.buzzer,
            "the green lamp": pins.leds.green,
            "the amber lamp": pins.leds.amber,
            "the red lamp": pins.leds.red,
        }
        self._wanted = (DARK, clock())
        self._shown: tuple[ShowPanel, float] | None = None
        self._levels: dict[int, bool] = {}
        self._button, self._pause_button = Button(), PauseButton()
        self._stuck = False
        self._retry_at: float | None = None
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="panel", daemon=True)

    def open(self) -> None:
        """Claim the pins, all silent and dark. Raises PanelError with the pin's both numbers and the remedy."""
        pin, role = self._pins.button, "the button"
        try:
            self._gpio.setwarnings(False)  # noqa: FBT003 - the library's signature
            self._gpio.setmode(self._gpio.BCM)
            self._gpio.setup(pin, self._gpio.IN, pull_up_down=self._gpio.PUD_UP)
            if self._pins.pause_button is not None:
                pin, role = self._pins.pause_button, "the pause button"
                self._gpio.setup(pin, self._gpio.IN, pull_up_down=self._gpio.PUD_UP)
            for role, pin in self._outputs.items():  # noqa: B007 - the message names where it stopped
                self._gpio.setup(pin, self._gpio.OUT, initial=self._gpio.LOW)
        except self._failures as error:
            raise PanelError(REFUSED.format(pin=named(pin), role=role, error=error)) from error
        self._levels = dict.fromkeys(self._outputs.values(), False)

    def start(self) -> None:
        """Claim the pins and begin. Raises PanelError."""
        self.open()
        self._thread.start()

    def show(self, command: ShowPanel) -> None:
        """Show this from now on. Never blocks; from any thread."""
        if command != self._wanted[0]:
            self._wanted = (command, self._clock())
        self._wake.set()

    def close(self) -> None:
        """Silence and darken the panel and give the pins back."""
        self._closing.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        try:
            self._drive(Lights(), sounding=False)
            self._gpio.cleanup((*self._outputs.values(), *self._buttons))
        except self._failures as error:
            log.warning("panel=not_given_back error=%s", error)

    def step(self, now: float) -> None:
        """Read the button and set the pins once; what the thread does every 15 ms and whenever `show` was called."""
        if self._retry_at is not None and now < self._retry_at:
            return
        try:
            if self._retry_at is not None:
                self.open()
            pressed = [self._gpio.input(pin) == self._gpio.LOW for pin in self._buttons]
            command, since = self._wanted
            self._drive(blink(command.lamp, now - since), sounding=buzz(command.sound, now - since))
        except self._failures as error:
            self._failed(str(error), now)
            return
        self._worked(now)
        self._tell(pressed[0], now)
        for gesture in self._pause_button.update(pressed[1], now) if len(pressed) > 1 else ():
            log.info("panel=pause_button gesture=%s", gesture.value)
            self._on_gesture(gesture, now)

    @property
    def _buttons(self) -> tuple[int, ...]:
        """The pins of the button, and of the pause button where there is one."""
        return tuple(pin for pin in (self._pins.button, self._pins.pause_button) if pin is not None)

    def _run(self) -> None:
        while not self._closing.is_set():
            self.step(self._clock())
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()

    def _drive(self, lights: Lights, *, sounding: bool) -> None:
        for pin, level in zip(self._outputs.values(), (sounding, *lights), strict=True):
            if self._levels.get(pin) is not level:
                self._gpio.output(pin, self._gpio.HIGH if level else self._gpio.LOW)
                self._levels[pin] = level

    def _tell(self, pressed: bool, now: float) -> None:  # noqa: FBT001 - a level is a level
        if self._shown != self._wanted:
            self._shown = self._wanted
            if self._on_shown is not None:
                self._on_shown(self._shown[0], now)
        for gesture in self._button.update(pressed, now):
            log.info("panel=button gesture=%s", gesture.value)
            self._on_gesture(gesture, now)
        self._watch_for_a_stuck_button(now)

    def _watch_for_a_stuck_button(self, now: float) -> None:
        stuck = self._button.held(now) >= STUCK_SECONDS
        if stuck and not self._stuck:
            reason = f"The button on {named(self._pins.button)} has been down for {STUCK_SECONDS:.0f} s: free it"
            self._report(FaultOccurred(time=now, room="", part="button", reasons=(reason,)))
        elif self._stuck and not stuck:
            self._report(FaultCleared(time=now, room="", part="button"))
        self._stuck = stuck

    def _failed(self, error: str, now: float) -> None:
        first, self._retry_at = self._retry_at is None, now + RETRY_SECONDS
        self._levels.clear()
        # Nobody knows what the hand did meanwhile: time without a look must not count as time held.
        self._button, self._pause_button = Button(), PauseButton()
        if first:
            log.error("panel=failed error=%s retry_seconds=%s", error, RETRY_SECONDS)
            self._report(FaultOccurred(time=now, room="", part="panel", reasons=(f"The panel has failed: {error}",)))

    def _worked(self, now: float) -> None:
        if self._retry_at is not None:
            self._retry_at = None
            log.info("panel=works_again")
            self._report(FaultCleared(time=now, room="", part="panel"))
