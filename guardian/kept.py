"""What the box keeps of a household, where, and how long: a line for every table and every file of its state.

The table in docs/privacy.md is made from it, `guardian privacy list` says it, and a test compares it with the database
and with what the code writes: what is kept without a line here fails it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from guardian.app import LOCK, STORE
from guardian.io.database import peek
from guardian.io.outbox import EVENTS_KEPT
from guardian.io.phone_memory import FILE as PHONES
from guardian.io.phone_memory import MOST_RECEIPTS
from guardian.io.scenes import DIRECTORY
from guardian.io.store import DAYS_KEPT, NOTICES_KEPT_SECONDS, SCENES_KEPT
from guardian.settings import Settings
from guardian.web.audit import AUDIT_FILE, MOST_BYTES
from guardian.web.sessions import FAMILY, MOST_EACH, SESSIONS_FILE
from guardian.web.tokens import TOKEN_FILE
from guardian.web.users import MOST_USERS, USERS_FILE

DAY_SECONDS = 86_400.0
DAMAGED = f"{Path(STORE).stem}.damaged"
UNTIL_ERASED = "until it is erased"
_MONTHS = round(NOTICES_KEPT_SECONDS / DAY_SECONDS)


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that is kept: a table of the database, or a file or folder in the state directory. `holds` says what is
    in it, `until` how long it stays, `bound` how much of it there can be; `personal` whether it tells of anybody.
    `since` is SQL for the eldest in a table, as wall seconds or a date; empty: that is not known.
    """

    name: str
    holds: str
    until: str
    bound: str
    personal: bool = True
    since: str = ""


TABLES = (
    Kept(
        "incidents",
        "alarms: when, where, what was seen in sentences, who it was about if known, who took and ended it, and notes",
        UNTIL_ERASED,
        "about 1 kB for each alarm; no limit",
        since="min(opened)",
    ),
    Kept(
        "changes",
        "when an alarm came into which state, and by whom",
        UNTIL_ERASED,
        "some 10 lines for each alarm; no limit",
        since="min(at)",
    ),
    Kept(
        "notices",
        "messages to contacts about alarms",
        f"{_MONTHS} days",
        "one for each contact and alarm",
        since="min(asked)",
    ),
    Kept(
        "told",
        "which contact was told of which alarm, by which way, when",
        f"{_MONTHS} days",
        "one for each contact, way and alarm",
        since="min(at)",
    ),
    Kept(
        "messages",
        "MQTT messages that the broker has not got yet",
        "until the broker has them",
        f"{EVENTS_KEPT} messages",
    ),
    Kept(
        "scenes",
        "stick figures of 20 s before and after an alarm; no picture, no name",
        f"until {SCENES_KEPT} newer ones are there, or it is erased",
        f"{SCENES_KEPT} alarms",
        since="min(at)",
    ),
    Kept(
        "memories",
        "falls that were open, so that a power cut does not undo them",
        "until the next change",
        "one for each room",
        since="min(at)",
    ),
    Kept(
        "learned",
        "how a camera hangs, places drawn and learned, where in a room people have been (a coarse map of counts), what"
        " was said of unusual days, pauses and the weekly test",
        UNTIL_ERASED,
        "some for each room, each replaced by the next",
    ),
    Kept("people", "who was enrolled with an earlier Guardian; not used any more", UNTIL_ERASED, "one for each person"),
    Kept(
        "templates",
        "nine numbers of the body and gait of who was enrolled, by name and room: biometric data",
        UNTIL_ERASED,
        "one for each person and room",
    ),
    Kept(
        "days",
        "counts and durations of each day: of the household, and of who was enrolled",
        f"{DAYS_KEPT} days, or until it is erased",
        f"{DAYS_KEPT} days for each person",
        since="min(date)",
    ),
)
FILES = (
    Kept(STORE, "the database with the tables above, and -wal and -shm beside it", UNTIL_ERASED, "its tables"),
    Kept(
        DAMAGED,
        "a database that was damaged, moved aside; there only if that happened",
        "until anything is erased",
        "one",
    ),
    Kept(
        DIRECTORY,
        "stick figures of the box's own mistakes, where the household wants that (feedback.keep_scenes), and what was"
        " said of them",
        "feedback.keep_days (180 days if not said)",
        "feedback.most (200 if not said)",
    ),
    Kept(
        AUDIT_FILE,
        "who did what on the page, when, from which address; the older half has .1 at its end",
        "until so much newer is there",
        f"twice {MOST_BYTES // 1000} kB",
    ),
    Kept(
        USERS_FILE,
        "who may sign in on the page: name, role, a hash of the password",
        "until the user is removed",
        f"{MOST_USERS} users",
    ),
    Kept(
        SESSIONS_FILE,
        "who is signed in, since when and when last here; ids as hashes",
        f"{FAMILY.whole / DAY_SECONDS:.0f} days at most",
        f"{MOST_EACH} for each user, and as many known devices",
    ),
    Kept(
        PHONES,
        "the secret of the buttons on phones, and messages that a provider still repeats, with the contact",
        "until they are answered or over",
        f"{MOST_RECEIPTS} messages",
    ),
    Kept(TOKEN_FILE, "the secret of the page of who sits at the box", UNTIL_ERASED, "one", personal=False),
    Kept(LOCK, "nothing; whoever runs holds it", "always", "empty", personal=False),
)


def listed(settings: Settings) -> Iterator[str]:
    """Say in a sentence each what is kept now, how much of it, since when and until when. Raises StoreError."""
    state = settings.state_directory
    yield f"In {state} the box keeps:"
    yield from (_of_table(state / STORE, kept) for kept in TABLES if _count(state / STORE, kept.name))
    for kept in FILES:
        if kept.personal and kept.name != STORE and (state / kept.name).exists():
            yield f"- {kept.holds}: {_size(state / kept.name)}; {kept.until}."
    if settings.feedback.keep_scenes:
        yield f"Scenes of mistakes are kept for {settings.feedback.keep_days} days, {settings.feedback.most} at most."
    yield "No picture is among it: none is ever kept. What leaves the box is in docs/privacy.md."


def rows(path: Path, table: str) -> list[dict[str, Any]]:
    """All rows of a table, by column, in a database that another process may have open; none where there is no such
    table. Raises StoreError.
    """
    columns = _columns(path, table)
    if not columns:
        return []
    return [dict(zip(columns, row, strict=True)) for row in peek(path, f"SELECT * FROM {table}")]  # noqa: S608


def _count(path: Path, table: str) -> int:
    there = _columns(path, table)
    return int(peek(path, f"SELECT count(*) FROM {table}")[0][0]) if there else 0  # noqa: S608 - a name of TABLES


def _columns(path: Path, table: str) -> list[str]:
    asked = f"SELECT name FROM pragma_table_info('{table}')"  # noqa: S608 - a name of TABLES
    return [str(name) for (name,) in peek(path, asked)]


def _of_table(path: Path, kept: Kept) -> str:
    count, since = _count(path, kept.name), ""
    if kept.since:
        ((eldest,),) = peek(path, f"SELECT {kept.since} FROM {kept.name}")  # noqa: S608 - a name of TABLES
        day = eldest if isinstance(eldest, str) else datetime.fromtimestamp(eldest).astimezone().date().isoformat()
        since = f", the eldest of {day}"
    return f"- {kept.holds}: {count}{since}; {kept.until}."


def _size(path: Path) -> str:
    size = sum(file.stat().st_size for file in (path.rglob("*") if path.is_dir() else (path,)) if file.is_file())
    return f"{max(1, round(size / 1000))} kB"
