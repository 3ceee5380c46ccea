"""Examines the machine for its numbers: memory, disk, heat, and what slows the processor down.

The words for the bits of get_throttled are as the Raspberry Pi documentation, "vcgencmd", gives them.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from guardian.io.health import Sensors
from guardian.moment import Moment
from guardian.vitals import Vitals

SLOWED = ("under-voltage", "frequency capped", "throttled", "soft temperature limit")
"""What each of the lowest bits of get_throttled says of this moment."""
_KIBIBYTE = 1024
_RESIDENT = 1
"""Which number of statm is the resident memory, in pages."""


@dataclass(frozen=True, slots=True)
class Examination:
    """Measures a machine whose state lies in `state_directory`; `process` is the number of the brain's process. Looks
    at the whole tree of processes below it: the eyes and the broker are the box, too.
    """

    state_directory: Path
    sensors: Sensors = field(default_factory=Sensors)
    proc: Path = Path("/proc")
    process: int = field(default_factory=os.getpid)

    def measure(self, moment: Moment) -> Vitals:
        """Measure everything once. May take as long as the disk takes to answer."""
        bits = self.sensors.throttled()
        return Vitals(
            time=moment.monotonic,
            memory=self._memory(),
            memory_free=self._memory_free(),
            disk_free=self._disk_free(),
            temperature=self.sensors.temperature(),
            throttling=None if bits is None else tuple(word for n, word in enumerate(SLOWED) if bits >> n & 1),
        )

    def _memory(self) -> int | None:
        """Resident bytes; what processes share is counted for each."""
        pages = [self._resident(number) for number in self._processes(self.process)]
        known = [each for each in pages if each is not None]
        return sum(known) * os.sysconf("SC_PAGE_SIZE") if known else None

    def _processes(self, number: int) -> Iterator[int]:
        yield number
        for path in self.proc.glob(f"{number}/task/*/children"):
            for child in _read(path).split():
                if child.isdecimal():
                    yield from self._processes(int(child))

    def _resident(self, number: int) -> int | None:
        words = _read(self.proc / str(number) / "statm").split()
        return int(words[_RESIDENT]) if len(words) > _RESIDENT and words[_RESIDENT].isdecimal() else None

    def _memory_free(self) -> int | None:
        for line in _read(self.proc / "meminfo").splitlines():
            name, _, rest = line.partition(":")
            size = rest.removesuffix("kB").strip()
            if name == "MemAvailable" and size.isdecimal():
                return int(size) * _KIBIBYTE
        return None

    def _disk_free(self) -> int | None:
        try:
            disk = self.sensors.statvfs(self.state_directory)
        except OSError:
            return None
        return disk.f_bavail * disk.f_frsize


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""
