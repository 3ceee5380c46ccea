"""Clocks and pins that a test or the demo moves by hand; they ship with the product."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from guardian.moment import Moment


class FakeClock:
    """Stands still until it is told otherwise; calling it gives the monotonic seconds."""

    def __init__(self, monotonic: float = 1_000.0, wall: datetime | None = None) -> None:
        self._monotonic = monotonic
        self._wall = wall or datetime(2025, 6, 1, 12, 0, tzinfo=timezone.utc)

    def __call__(self) -> float:
        """Seconds, as `monotonic`."""
        return self._monotonic

    def monotonic(self) -> float:
        """Seconds."""
        return self._monotonic

    def moment(self) -> Moment:
        """Now, on both clocks."""
        return Moment(self._monotonic, self._wall)

    def advance(self, seconds: float) -> float:
        """Let both clocks go on; return the new monotonic time. Raises ValueError where it would go back."""
        if seconds < 0:
            message = f"a monotonic clock cannot go back {-seconds} s"
            raise ValueError(message)
        self._monotonic += seconds
        self.step_wall(seconds)
        return self._monotonic

    def step_wall(self, seconds: float) -> None:
        """Move the wall clock alone, as a time server does; when summer time begins or ends it shows that."""
        zone = self._wall.tzinfo
        self._wall = (self._wall.astimezone(timezone.utc) + timedelta(seconds=seconds)).astimezone(zone)


class Level(NamedTuple):
    """A pin's level from `time` on."""

    time: float
    channel: int
    level: int


class FakeGpio:
    """The RPi.GPIO functions that Guardian uses, with pins in memory.

    `levels` is what each claimed output shows; `history` every change of it; `hold(pin, seconds)` keeps a button down.
    `broken` is raised by every call while it is set, as a lost chip does.
    """

    BCM, BOARD = 11, 10
    IN, OUT = 1, 0
    LOW, HIGH = 0, 1
    PUD_UP, PUD_OFF = 22, 20

    def __init__(self, clock: Callable[[], float], *, busy: Sequence[int] = ()) -> None:
        self.levels: dict[int, int] = {}
        self.history: list[Level] = []
        self.pulls: dict[int, int] = {}
        self.broken: Exception | None = None
        self._clock, self._busy = clock, frozenset(busy)
        self._mode: int | None = None
        self._held_until: dict[int, float] = {}
        self._lock = threading.Lock()

    def setmode(self, mode: int, /) -> None:
        """Choose the numbering."""
        self._check()
        self._mode = mode

    def setwarnings(self, _: bool, /) -> None:  # noqa: FBT001 - the library's signature
        """Do nothing: the fake never warns."""

    def setup(self, channel: int, direction: int, *, pull_up_down: int = PUD_OFF, initial: int = LOW) -> None:
        """Claim a pin. Raises RuntimeError where it is busy or no numbering was chosen."""
        self._check()
        if self._mode is None:
            message = "Please set pin numbering mode using GPIO.setmode(GPIO.BOARD) or GPIO.setmode(GPIO.BCM)"
            raise RuntimeError(message)
        if channel in self._busy:
            message = "GPIO busy"
            raise RuntimeError(message)
        if direction == self.OUT:
            self._set(channel, initial)
        else:
            self.pulls[channel] = pull_up_down

    def output(self, channel: int, value: int, /) -> None:
        """Set an output. Raises RuntimeError where the pin was not set up as one."""
        self._check()
        if channel not in self.levels:
            message = "The GPIO channel has not been set up as an OUTPUT"
            raise RuntimeError(message)
        self._set(channel, value)

    def input(self, channel: int, /) -> int:
        """Read a pin: a button to ground is LOW while held. Raises RuntimeError where it was not set up."""
        self._check()
        if channel in self.levels:
            return self.levels[channel]
        if channel not in self.pulls:
            message = "You must setup() the GPIO channel first"
            raise RuntimeError(message)
        with self._lock:
            held = self._clock() < self._held_until.get(channel, 0.0)
        return self.LOW if held or self.pulls[channel] != self.PUD_UP else self.HIGH

    def cleanup(self, channels: Sequence[int], /) -> None:
        """Give pins back."""
        self._check()
        for channel in channels:
            self.levels.pop(channel, None)
            self.pulls.pop(channel, None)

    def hold(self, channel: int, seconds: float) -> None:
        """Keep the button on this pin down for so long from now on; 0 lets it go."""
        with self._lock:
            self._held_until[channel] = self._clock() + seconds

    def _set(self, channel: int, value: int) -> None:
        self.levels[channel] = value
        self.history.append(Level(self._clock(), channel, value))

    def _check(self) -> None:
        if self.broken is not None:
            raise self.broken
