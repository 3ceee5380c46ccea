"""How the box itself is: room on the disk, heat, power and the clock, as faults that come and go.

Every limit has two ends, so that a value that hovers at one does not ring twice. What this machine has no sensor for is
not judged. Limits: the processor of a Raspberry Pi is slowed down from 80 degrees on (Raspberry Pi documentation,
"Frequency management and thermal control"); bits of get_throttled: the same, "vcgencmd".
"""

import logging
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Generic, TypeAlias, TypeVar

from guardian.events import Event, FaultCleared, FaultOccurred
from guardian.io.clock import trustworthy
from guardian.moment import Moment

log = logging.getLogger(__name__)

EXAMINE_SECONDS = 60.0
MEGABYTE = 1_000_000
DISK_LOW, DISK_ENOUGH = 200 * MEGABYTE, 300 * MEGABYTE
"""Free bytes of the state directory at which it is a fault, and at which it is well again. A year of incidents takes
some ten megabytes; the rest is room for whatever else fills the card."""
HOT, COOL = 80.0, 75.0
"""Degrees Celsius of the processor."""
HOTTEST, COLDEST = 150.0, -60.0
"""A sensor that says something beyond these does not work."""
POWER_QUIET_SECONDS = 300.0
UNDER_VOLTAGE_NOW, UNDER_VOLTAGE_SINCE = 1 << 0, 1 << 16
"""Bits of get_throttled: the supply is too low at this moment, and has been since the bit was last cleared."""


class Verdict(Enum):
    """What an examination found: ILL and WELL are certain; UNCHANGED lets stand what was found before."""

    WELL = "well"
    ILL = "ill"
    UNCHANGED = "unchanged"


Finding: TypeAlias = tuple[Verdict, str]
"""The verdict, and the sentence that a caregiver reads where it is ILL."""

NOTHING_KNOWN: Finding = (Verdict.UNCHANGED, "")


@dataclass(frozen=True, slots=True)
class Sensors:
    """Where this machine tells how it is; None from a reading means that it does not tell.

    `throttled` and `voltage` are looked for below `devices` and `hwmon`, whose numbers differ from board to board.
    """

    thermal: Path = Path("/sys/class/thermal/thermal_zone0/temp")
    devices: Path = Path("/sys/devices/platform")
    hwmon: Path = Path("/sys/class/hwmon")
    statvfs: Callable[[Path], os.statvfs_result] = field(default=os.statvfs)

    def temperature(self) -> float | None:
        """Degrees Celsius of the processor."""
        word = _read(self.thermal)
        degrees = int(word) / 1000 if word.lstrip("-").isdecimal() else None
        return degrees if degrees is not None and COLDEST <= degrees <= HOTTEST else None

    def throttled(self) -> int | None:
        """The bits of get_throttled, which the Raspberry Pi's kernel gives in hexadecimal."""
        for path in sorted(self.devices.glob("soc*/soc*:firmware/get_throttled")):
            try:
                return int(_read(path), 16)
            except ValueError:
                continue
        return None

    def under_voltage_alarm(self) -> bool | None:
        """The alarm of the kernel's own driver (rpi_volt), for kernels without get_throttled."""
        for path in sorted(self.hwmon.glob("hwmon*/name")):
            if _read(path) == "rpi_volt":
                word = _read(path.with_name("in0_lcrit_alarm"))
                return word == "1" if word in {"0", "1"} else None
        return None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


class Health:
    """Examines the box; remembers what was found, and says only what has changed."""

    def __init__(self, state_directory: Path, sensors: Sensors | None = None) -> None:
        self._state_directory, self._sensors = state_directory, sensors or Sensors()
        self._ill: set[str] = set()
        self._throttled = 0
        self._low_power_at: float | None = None

    def examine(self, moment: Moment) -> tuple[Event, ...]:
        """Look at everything once; return FaultOccurred or FaultCleared for each part that has changed.

        The parts are disk, temperature, power and clock. May take as long as the disk takes to answer.
        """
        findings: Mapping[str, Finding] = {
            "disk": self._disk(),
            "temperature": self._temperature(),
            "power": self._power(moment.monotonic),
            "clock": _clock(moment),
        }
        events: list[Event] = []
        for part, (verdict, reason) in findings.items():
            if verdict is Verdict.ILL and part not in self._ill:
                self._ill.add(part)
                events.append(FaultOccurred(time=moment.monotonic, room="", part=part, reasons=(reason,)))
            elif verdict is Verdict.WELL and part in self._ill:
                self._ill.remove(part)
                events.append(FaultCleared(time=moment.monotonic, room="", part=part))
        return tuple(events)

    def _disk(self) -> Finding:
        try:
            disk = self._sensors.statvfs(self._state_directory)
        except OSError as error:
            return Verdict.ILL, f"The state directory {self._state_directory} cannot be examined: {error.strerror}."
        if disk.f_flag & os.ST_RDONLY:
            return Verdict.ILL, "The disk can only be read, as a worn-out card is: replace it and start the box anew."
        free = disk.f_bavail * disk.f_frsize
        if free < DISK_LOW:
            return Verdict.ILL, f"Only {free // MEGABYTE} MB are free on the disk: make room for new incidents."
        return (Verdict.WELL, "") if free > DISK_ENOUGH else NOTHING_KNOWN

    def _temperature(self) -> Finding:
        degrees = self._sensors.temperature()
        if degrees is None:
            return NOTHING_KNOWN
        if degrees >= HOT:
            return Verdict.ILL, f"The processor is {degrees:.0f} °C hot and slows down: give the box air or a fan."
        return (Verdict.WELL, "") if degrees < COOL else NOTHING_KNOWN

    def _power(self, now: float) -> Finding:
        """The supply drops for moments only, so it is well again when none came for minutes."""
        bits, alarm = self._sensors.throttled(), self._sensors.under_voltage_alarm()
        if bits is None and alarm is None:
            return NOTHING_KNOWN
        known, self._throttled = self._throttled, bits or 0
        dropped = self._throttled & UNDER_VOLTAGE_NOW or self._throttled & ~known & UNDER_VOLTAGE_SINCE
        if dropped or alarm:
            self._low_power_at = now
            return Verdict.ILL, "The power supply is too weak: use the one made for this board, and a short cable."
        quiet = self._low_power_at is None or now - self._low_power_at >= POWER_QUIET_SECONDS
        return (Verdict.WELL, "") if quiet else NOTHING_KNOWN


def _clock(moment: Moment) -> Finding:
    if trustworthy(moment.wall):
        return Verdict.WELL, ""
    reason = (
        f"The clock says {moment.wall:%Y-%m-%d %H:%M}, which is long past: connect the box to the network once, so "
        "that it can ask a time server."
    )
    return Verdict.ILL, reason


Found = TypeVar("Found")
"""What an examination has to report."""


class Rounds(Generic[Found]):
    """Examines the box now and every 60 s, on a thread of its own: a disk that does not answer must hold up nothing.

    `report` is called on that thread and must return at once.
    """

    def __init__(
        self,
        examine: Callable[[Moment], Iterable[Found]],
        now: Callable[[], Moment],
        report: Callable[[Found], None],
        *,
        every: float = EXAMINE_SECONDS,
    ) -> None:
        self._examine, self._now, self._report, self._every = examine, now, report, every
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="health", daemon=True)

    def start(self) -> None:
        """Begin with the first examination at once."""
        self._thread.start()

    def stop(self, seconds: float = 2.0) -> None:
        """End; an examination that hangs is left behind after `seconds`."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        while not self._stopping.is_set():
            for found in self._examine(self._now()):
                self._report(found)
            self._stopping.wait(self._every)
