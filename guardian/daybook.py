"""The days that the box counted, as a file that its owner may keep, read or bring to another box."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from guardian.app import LOCK, STORE, lock
from guardian.day import Day, understood
from guardian.errors import ConfigurationError, GuardianError
from guardian.io.store import Store, read_days
from guardian.private_file import new_private
from guardian.settings import Settings

KIND = "guardian days"
FORMAT = 1


def export(settings: Settings, path: Path) -> int:
    """Write every day that is kept to `path`, a line of JSON for each below one that says what it is; return how many.
    Only its owner may read the file. The box may run meanwhile. Raises GuardianError.
    """
    days = read_days(settings.state_directory / STORE)
    head = {"kind": KIND, "format": FORMAT, "household": settings.household.id}
    lines = (json.dumps(each, ensure_ascii=False) for each in (head, *(day.plain() for day in days)))
    with new_private(path) as file:
        file.writelines(f"{line}\n".encode() for line in lines)
    return len(days)


def bring_in(settings: Settings, path: Path) -> tuple[int, int]:
    """Keep the days of a file beside those that the box has; return how many were new and how many there already.

    A day that the box counted itself stays as it is. All of the file is read before anything is kept. Raises
    ConfigurationError where a line is wrong or the box runs, and GuardianError where it cannot be read or kept.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read: {error}"
        raise GuardianError(message) from error
    days = list(_read(path, lines))
    with alone(settings.state_directory):
        store = Store(settings.state_directory / STORE)
        try:
            known = {(day.who, day.date) for day in store.days()}
            new = [day for day in days if (day.who, day.date) not in known]
            for day in new:
                store.save_day(day)
        finally:
            store.close()
    return len(new), len(days) - len(new)


def _read(path: Path, lines: list[str]) -> Iterator[Day]:
    """The days of a file. Raises ConfigurationError with the line."""
    for number, line in enumerate(lines, 1):
        try:
            plain = json.loads(line)
            if number == 1:
                _recognise(plain)
            else:
                yield understood(plain)
        except ValueError as error:
            message = f"{path}:{number}: {error}"
            raise ConfigurationError(message) from error
    if not lines:
        message = f"{path} is empty; a file of `guardian days export` would be right"
        raise ConfigurationError(message)


def _recognise(head: object) -> None:
    if not isinstance(head, dict) or head.get("kind") != KIND:
        message = "this is no file of days; one of `guardian days export` would be right"
        raise ValueError(message)
    if head.get("format") != FORMAT:
        message = f"the file is of format {head.get('format')}; {FORMAT} would be right, or a newer Guardian"
        raise ValueError(message)


@contextmanager
def alone(state: Path) -> Iterator[None]:
    """Hold the state, so that no box runs on it meanwhile: one that does would write what it knows over what was
    changed. Raises GuardianError.
    """
    held = lock(state / LOCK)
    if held is None:
        message = f"{state} cannot be used: this user may not write there; sudo would be right"
        raise GuardianError(message)
    try:
        yield
    finally:
        os.close(held)
