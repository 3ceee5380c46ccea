"""Who did what on the page, and when: one line each in a file that does not grow for ever."""

import json
import logging
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path

from guardian.mention import Mention
from guardian.private_file import append_private

log = logging.getLogger(__name__)

AUDIT_FILE = "web-audit.jsonl"
MOST_BYTES = 256_000
"""When it is so long it becomes the old one, and the old one is gone: two to four thousand deeds are known."""
MOST_TEXT = 200
THE_BOX = "whoever has the secret of the box"
THE_COMMAND_LINE = "the command line"
PATIENCE_SECONDS = 2.0
"""How long one may wait for another to be written: a dead disk must not hold every thread of the page."""


@dataclass(frozen=True, slots=True)
class Deed:
    """`when` is the wall time in UTC as ISO 8601, `who` a name, `what` a sentence, `whence` an address."""

    when: str
    who: str
    what: str
    whence: str


class Audit:
    """The record of one box. Any thread may write to it."""

    def __init__(self, state_directory: Path, wall: Callable[[], float]) -> None:
        self._path = state_directory / AUDIT_FILE
        self._old = self._path.with_suffix(".jsonl.1")
        self._wall = wall
        self._lock = threading.Lock()

    def note(self, who: str, what: str, whence: str) -> None:
        """Write one deed down; what cannot be written is in the log of the service."""
        when = datetime.fromtimestamp(self._wall(), timezone.utc).isoformat(timespec="seconds")
        deed = Deed(when, who[:MOST_TEXT], what[:MOST_TEXT], whence[:MOST_TEXT])
        if not self._lock.acquire(timeout=PATIENCE_SECONDS):
            log.warning("event=deed_unwritten who=%r what=%r error='the disk does not answer'", deed.who, deed.what)
            return
        try:
            if self._path.exists() and self._path.stat().st_size > MOST_BYTES:
                self._path.replace(self._old)
            append_private(self._path, f"{json.dumps(asdict(deed))}\n")
        except OSError as error:
            log.warning("event=deed_unwritten who=%r what=%r error=%r", deed.who, deed.what, str(error))
        finally:
            self._lock.release()

    def take_out(self, mention: Mention) -> None:
        """Write over a name wherever it stands, as long as it was: deeds that are noted meanwhile go on at the end of
        the same file. Raises OSError.
        """
        for path in (self._path, self._old):
            if path.exists():
                with path.open("r+b") as file:
                    for begin, length in mention.places(file.read()):
                        file.seek(begin)
                        file.write(b"-" * length)
                    os.fsync(file.fileno())

    def latest(self, limit: int) -> Sequence[Deed]:
        """Return the latest deeds, the newest first, without what cannot be read."""
        found: list[Deed] = []
        for path in (self._path, self._old):
            if len(found) < limit:
                found += reversed(_read(path))
        return found[:limit]


def _read(path: Path) -> list[Deed]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    deeds = []
    for line in lines:
        try:
            read = json.loads(line)
            datetime.fromisoformat(read["when"])
            deeds.append(Deed(*(str(read[key]) for key in ("when", "who", "what", "whence"))))
        except (ValueError, KeyError, TypeError):
            continue
    return deeds
