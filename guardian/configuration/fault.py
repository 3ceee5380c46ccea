"""One thing that is wrong with a configuration, where it stands, and how both are said."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from guardian.errors import ConfigurationError

KeyPath: TypeAlias = tuple[str | int, ...]

_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\uffff]+")
_LONGEST = 60


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong at `line` (from 1) with the key at `path` (empty: with the file); `message` tells the remedy."""

    line: int
    path: str
    message: str

    def said(self, name: str) -> str:
        """The fault as a line for a person: `guardian.yaml:12: rooms[0].camera.fps: ...`."""
        where = f"{name}:{self.line}: "
        return where + (f"{self.path}: {self.message}" if self.path else self.message)


def error(name: str, faults: Iterable[Fault]) -> ConfigurationError:
    """Return one error that tells all the faults of a file, in the order of its lines."""
    return ConfigurationError("\n".join(fault.said(name) for fault in sorted(set(faults))))


def dotted(path: KeyPath) -> str:
    """A key as a person would write it: `rooms[0].camera.fps`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{shown(part)}" for part in path)
    return text.removeprefix(".")


def shown(value: str) -> str:
    """A text of the file as it may be printed: one line, not too long, and of an address only its kind."""
    kind, address, _ = value.partition("://")
    text = _UNPRINTABLE.sub(" ", f"{kind}://..." if address else value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."
