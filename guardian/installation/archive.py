"""What an upgrade could spoil, kept before it: the configuration and all that the box knows of its people."""

import os
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from guardian.errors import InstallationError
from guardian.installation.machine import Machine

BACKUPS = "/var/backups/guardian"
KEPT = 2
"""One to go back to, and the one that going back leaves behind. More would keep what somebody asked to be erased."""
_HELD = "held"
"""The file of a backup that lists what it holds, a path a line."""


def backup(machine: Machine, version: str, paths: Sequence[str], now: datetime) -> Path:
    """Copy the directories that are there, with owners and rights, as they are under this version; forget all but the
    last ones. The service must not run. Raises InstallationError or OSError.
    """
    backups = machine.on(BACKUPS)
    backups.mkdir(parents=True, exist_ok=True)
    backups.chmod(0o700)
    kept = backups / f"{now:%Y%m%dT%H%M%S}-{version}"
    shutil.rmtree(kept, ignore_errors=True)
    held = [path for path in paths if machine.on(path).is_dir()]
    for path in held:
        copy = kept / path.lstrip("/")
        copy.parent.mkdir(parents=True, exist_ok=True)
        machine.run(["cp", "-a", str(machine.on(path)), str(copy)])
    kept.mkdir(exist_ok=True)
    (kept / _HELD).write_text("".join(f"{path}\n" for path in held), encoding="utf-8")
    for old in _all(machine)[:-KEPT]:
        shutil.rmtree(old)
    return kept


def latest(machine: Machine, version: str) -> Path:
    """The last backup of what was there under this version. Raises InstallationError where there is none."""
    found = [path for path in _all(machine) if path.name.partition("-")[2] == version]
    if not found:
        message = f"there is no backup of {version} in {machine.on(BACKUPS)}; --restore with one would be right"
        raise InstallationError(message)
    return found[-1]


def restore(machine: Machine, kept: Path) -> None:
    """Put back what a backup holds, in the place of what is there. Raises InstallationError where it is none."""
    try:
        held = (kept / _HELD).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        message = (
            f"{kept} is no complete backup ({error.strerror}); one of those in {machine.on(BACKUPS)} would be right"
        )
        raise InstallationError(message) from error
    for path in held:
        place = machine.on(path)
        fresh, old = (place.with_name(f".{place.name}.{word}") for word in ("restored", "replaced"))
        for rest in (fresh, old):
            shutil.rmtree(rest, ignore_errors=True)
        machine.run(["cp", "-a", str(kept / path.lstrip("/")), str(fresh)])
        if place.exists():
            place.rename(old)
        fresh.rename(place)
        shutil.rmtree(old, ignore_errors=True)


def holding(directory: Path, backups: Path = Path(BACKUPS)) -> dict[Path, Path]:
    """Every complete backup of a directory, the oldest first, with where in it the copy of that is. Raises
    InstallationError where one may not look.
    """
    if backups.is_dir() and not os.access(backups, os.R_OK | os.X_OK):
        message = f"{backups} cannot be read by this user; sudo would be right"
        raise InstallationError(message)
    copies = {path.parent: path.parent / str(directory.resolve()).lstrip("/") for path in backups.glob(f"*/{_HELD}")}
    return {kept: copy for kept, copy in sorted(copies.items()) if copy.is_dir()}


def _all(machine: Machine) -> list[Path]:
    """Every complete backup, the oldest first."""
    return sorted(path.parent for path in machine.on(BACKUPS).glob(f"*/{_HELD}"))
