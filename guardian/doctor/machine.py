"""Examines what Guardian runs on: the board, its system, and the library for its pins.

Kernels and libraries: RPi.GPIO finds its pins by /dev/gpiomem and by numbers in sysfs that changed with Linux 6.6, and
knows no Raspberry Pi 5; rpi-lgpio has the same interface on top of gpiochips (rpi-lgpio documentation, "Differences").
"""

import os
import platform
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from guardian.doctor.finding import Finding, fail, ok, warn

ARCHITECTURES = ("x86_64", "aarch64")
OLDEST = {"debian": 12, "raspbian": 12, "ubuntu": 22.04}
BROKEN_FROM = (6, 6)
PLACES = (
    "usr/lib/python3/dist-packages",
    "usr/local/lib/python3*/dist-packages",
    "opt/guardian/current/lib/python3*/site-packages",
)
"""Where a service that was installed finds its packages."""
LGPIO = "sudo apt-get install python3-rpi-lgpio (on other systems: pip install rpi-lgpio)"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a machine says of itself: its board (empty where it tells none), system by os-release, architecture and
    kernel as uname has them, and which library for the pins there is: RPi.GPIO, rpi-lgpio or none ("").
    """

    board: str
    system: str
    release: str
    architecture: str
    kernel: str
    library: str

    @classmethod
    def of(cls, root: Path = Path("/")) -> "Facts":
        """Those of this machine; of another one's tree what the tree tells, and the rest of this one."""
        here = root == Path("/")
        release = _os_release(root)
        return cls(
            board=_text(root / "proc/device-tree/model").rstrip("\0\n") if here else "",
            system=release.get("ID", ""),
            release=release.get("VERSION_ID", ""),
            architecture=os.uname().machine,
            kernel=platform.release() if here else "",
            library=_library(root),
        )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _os_release(root: Path) -> dict[str, str]:
    lines = (_text(root / "etc/os-release") or _text(root / "usr/lib/os-release")).splitlines()
    pairs = (line.partition("=") for line in lines)
    return {key: value.strip('"') for key, _, value in pairs}


def _library(root: Path) -> str:
    """By the metadata that each lays beside its code: both bear the same name within Python."""
    names = {path.name.lower() for place in PLACES for path in root.glob(f"{place}/*-info")}
    if any(name.startswith(("rpi_lgpio-", "rpi-lgpio-")) for name in names):
        return "rpi-lgpio"
    return "RPi.GPIO" if any(name.startswith("rpi.gpio-") for name in names) else ""


def examine_machine(facts: Facts) -> Iterator[Finding]:
    """Board, system and the library for the pins."""
    yield _architecture(facts)
    yield _system(facts)
    if "raspberry pi" in facts.board.lower():
        yield _pins(facts)


def _architecture(facts: Facts) -> Finding:
    text = f"{facts.board or 'a computer'} ({facts.architecture})"
    if facts.architecture in ARCHITECTURES:
        return ok("board", text)
    if facts.architecture == "armv7l":
        remedy = "a 64-bit system on the same board is quicker; else pip install with the extra tflite, on Python 3.11"
        return warn("board", f"{text}: a 32-bit system has only the older runtime", remedy)
    return fail("board", f"{text} has no runtime for the models", "a 64-bit system: arm64 or amd64")


def _system(facts: Facts) -> Finding:
    text = f"{facts.system or 'unknown'} {facts.release}".strip()
    oldest = OLDEST.get(facts.system)
    number = re.match(r"\d+(\.\d+)?", facts.release)
    if oldest is None or number is None:
        return warn("system", f"{text} was never tried", "Debian or Raspberry Pi OS 12 or later was")
    if float(number[0]) < oldest:
        return fail("system", f"{text} is too old", f"{facts.system} {oldest} or later")
    return ok("system", text)


def _pins(facts: Facts) -> Finding:
    numbers = re.match(r"(\d+)\.(\d+)", facts.kernel)
    new_kernel = numbers is not None and (int(numbers[1]), int(numbers[2])) >= BROKEN_FROM
    if facts.library == "":
        return warn("gpio library", "there is none: no buzzer, lamps or button", LGPIO)
    if facts.library == "RPi.GPIO" and ("pi 5" in facts.board.lower() or new_kernel):
        why = "does not work on a Raspberry Pi 5" if "pi 5" in facts.board.lower() else f"fails on Linux {facts.kernel}"
        return warn("gpio library", f"RPi.GPIO {why}", f"sudo apt-get remove python3-rpi.gpio; {LGPIO}")
    return ok("gpio library", facts.library)
