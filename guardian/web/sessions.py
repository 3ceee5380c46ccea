"""Who is signed in: random ids in cookies, kept here as their hashes, and alive across a restart of the box.

A telephone that was signed out by every power cut would show a form where its owner needs the alarm.
"""

import hashlib
import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from guardian.private_file import write_private
from guardian.section import Section

log = logging.getLogger(__name__)

SESSIONS_FILE = "web-sessions.json"
ID_BYTES = 32
MOST_EACH = 20
"""Sessions of one user, and as many known devices: a telephone, a tablet and all that was forgotten somewhere."""
DAY = 86_400.0
SAVED_AGAIN_SECONDS = 3_600.0
"""How often it is written down that somebody was here; a memory card wears out."""


@dataclass(frozen=True, slots=True)
class Life:
    """How long a session lasts: seconds without a visit, and seconds in all."""

    idle: float
    whole: float


FAMILY = Life(90 * DAY, 365 * DAY)
"""Whoever opens the page once a quarter stays signed in for a year: it has to be there when the alarm is."""
INSTALLER = Life(DAY, 7 * DAY)
"""Who may change the box signs in for the work at hand."""
DEVICE = Life(365 * DAY, 730 * DAY)
"""How long a device counts as known to a user: not as signed in, only as no stranger."""


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in, or with `device` a device on which there was one. `id_hash` is of its id; `name` whose it is, empty
    for whoever came by the secret link; `stamp` ends it when the password, or the secret, is another. `opened` and
    `seen` are wall seconds.
    """

    id_hash: str
    name: str
    stamp: str
    opened: float
    seen: float
    idle: float
    whole: float
    device: bool = False

    def over(self, now: float) -> bool:
        """Tell whether it has ended. A clock that was set back ends none."""
        return now - self.seen > self.idle or now - self.opened > self.whole


class _File(Section):
    version: Literal[1]
    sessions: tuple[Session, ...]


class Sessions:
    """All sessions of one box. Everything but `save` is quick and of one thread; `wall` gives wall seconds."""

    def __init__(self, state_directory: Path, wall: Callable[[], float]) -> None:
        self._path = state_directory / SESSIONS_FILE
        self._wall = wall
        self._writing = threading.Lock()
        self._written = 0
        self._changes = 0
        self._saved_at = wall()
        self._kept = {each.id_hash: each for each in self._load() if not each.over(wall())}

    def open(self, name: str, stamp: str, life: Life, *, device: bool = False) -> str:
        """Begin a session; return the id that its cookie carries. The oldest of too many ends."""
        given, now = secrets.token_urlsafe(ID_BYTES), self._wall()
        new = Session(_hash(given), name, stamp, now, now, life.idle, life.whole, device)
        mine = [each for each in self._kept.values() if (each.name, each.device) == (name, device)]
        for oldest in sorted(mine, key=lambda each: each.seen)[: max(0, len(mine) - MOST_EACH + 1)]:
            del self._kept[oldest.id_hash]
        self._kept[new.id_hash] = new
        self._changes += 1
        return given

    def get(self, given: str, *, device: bool = False) -> Session | None:
        """Return the session of an id, and note that it was here; None where there is none, or it is over."""
        found, now = self._kept.get(_hash(given)), self._wall()
        if found is None or found.device is not device:
            return None
        if found.over(now):
            self.close(given)
            return None
        self._kept[found.id_hash] = replace(found, seen=max(now, found.seen))
        return found

    def close(self, given: str) -> None:
        """End the session of an id; where there is none, nothing."""
        if self._kept.pop(_hash(given), None) is not None:
            self._changes += 1

    def now(self) -> float:
        """Give the wall seconds by which sessions end."""
        return self._wall()

    def count(self, name: str, stamp: str) -> int:
        """Count the devices on which somebody is signed in."""
        now = self._wall()
        mine = (each for each in self._kept.values() if (each.name, each.stamp, each.device) == (name, stamp, False))
        return sum(not each.over(now) for each in mine)

    @property
    def due(self) -> bool:
        """Tell whether there is something to save by now."""
        return self._changes != self._written or self._wall() - self._saved_at > SAVED_AGAIN_SECONDS

    def save(self) -> None:
        """Write them down; on any thread. A disk that fails is no reason to send anybody away."""
        with self._writing:
            changes, now = self._changes, self._wall()
            lasting = tuple(each for each in tuple(self._kept.values()) if not each.over(now))
            try:
                write_private(self._path, _File(version=1, sessions=lasting).model_dump_json())
            except OSError as error:
                log.warning("event=sessions_unsaved error=%r", str(error))
            self._written, self._saved_at = changes, now

    def _load(self) -> tuple[Session, ...]:
        try:
            return _File.model_validate_json(self._path.read_text(encoding="utf-8")).sessions
        except FileNotFoundError:
            return ()
        except (OSError, ValueError) as error:
            log.warning("event=sessions_lost file=%s error=%s", self._path, type(error).__name__)
            return ()


def _hash(given: str) -> str:
    """What is kept of an id: who reads the file cannot come in with it."""
    return hashlib.sha256(given.encode("utf-8", "replace")).hexdigest()
