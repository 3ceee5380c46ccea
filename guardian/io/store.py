"""What must survive a power cut: incidents with every change of state, and the stick figures around them. No pixels.

SQLite in WAL mode with synchronous=FULL: when `save` returns, the incident is on the disk. Times are kept as seconds of
the wall clock (UTC) and turned back into this process's monotonic seconds on loading.
"""

import json
import logging
import zlib
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

from guardian.commands import Ask, Notify, Publish, Untold
from guardian.day import Day, decode
from guardian.events import ContactTold
from guardian.identity import Template
from guardian.incident import Incident, IncidentState
from guardian.io import erasure
from guardian.io.database import Database, peek
from guardian.moment import Moment

log = logging.getLogger(__name__)

OPEN = "SELECT body FROM incidents WHERE open ORDER BY opened"
PEOPLE = "SELECT body FROM templates UNION ALL SELECT template FROM people"
PEOPLE_TABLES = {"templates": "SELECT name FROM templates", "people": "SELECT name FROM people"}
"""Where names are: another Guardian knew nobody, or kept all of them in the second."""
SCENES_KEPT = 200
NOTICE_SECONDS = 86_400.0
"""What nobody could be told for a day is not told any more."""
NOTICES_KEPT_SECONDS = 90 * 86_400.0
"""So long it can be looked up who was told."""
DAYS_KEPT = 1_830
"""Of each person: five years. Drawn at random, a day of eight rooms is 800 bytes with one hour in three filled."""
_TIMES = ("opened", "changed", "deadline")


def read_learned(path: Path) -> dict[str, dict[str, str]]:
    """What was learned, by its name and then by room, in a file that another process may have open; nothing where there
    is none yet. Changes nothing. Raises StoreError.
    """
    found: dict[str, dict[str, str]] = {}
    for room, what, body in peek(path, "SELECT room, what, body FROM learned"):
        found.setdefault(str(what), {})[str(room)] = str(body)
    return found


def read_open_incidents(path: Path, moment: Moment) -> tuple[Incident, ...]:
    """The incidents that nobody has ended, oldest first, in a file that can be read and not be opened to be written:
    its disk is full or read-only, or it is damaged elsewhere. Changes nothing. Raises StoreError.
    """
    return _incidents((body for (body,) in peek(path, OPEN)), moment)


def read_people(path: Path) -> tuple[str, ...]:
    """The names that are kept in a file that another process may have open, sorted; changes nothing. Raises
    StoreError.
    """
    there = {str(table) for (table,) in peek(path, "SELECT name FROM sqlite_master")}
    names = {str(name) for table, ask in PEOPLE_TABLES.items() if table in there for (name,) in peek(path, ask)}
    return tuple(sorted(names))


def read_days(path: Path) -> tuple[Day, ...]:
    """The days that are kept in a file that another process may have open, the oldest first; a damaged one is left out
    and told. Changes nothing. Raises StoreError.
    """
    there = {str(table) for (table,) in peek(path, "SELECT name FROM sqlite_master")}
    rows = peek(path, "SELECT body FROM days ORDER BY date, who") if "days" in there else []
    return _decoded(body for (body,) in rows)


class Store:
    """What the household's database holds. Any thread may call."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path)

    @property
    def aside(self) -> Path | None:
        """Where the file was moved that was found damaged when this one was opened; None where it was sound."""
        return self._database.aside

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def save(self, incident: Incident, moment: Moment, notices: Iterable[Notify] = ()) -> None:
        """Make an incident durable, and with it what is to be told of it: both, or neither, in place of what was to be
        told to the same contacts. Raises StoreError, for instance where the disk is full.
        """
        shift = moment.wall.timestamp() - moment.monotonic
        body = {**asdict(incident), "state": incident.state.value}
        body.update({name: body[name] + shift for name in _TIMES if body[name] is not None})
        row = (incident.id, incident.opened + shift, incident.open, json.dumps(body))
        change = (incident.id, moment.wall.timestamp(), incident.state.value)
        self._database.write(
            ("INSERT OR REPLACE INTO incidents VALUES (?, ?, ?, ?)", row),
            (
                "INSERT INTO changes VALUES (?, ?, ?, ?, ?)",
                (*change, incident.acknowledged_by, incident.acknowledged_via),
            ),
            *(("INSERT OR REPLACE INTO notices VALUES (?, ?, ?, ?, ?)", _row(notice, shift)) for notice in notices),
        )

    def save_told(self, event: ContactTold, moment: Moment) -> None:
        """Keep that a contact was told, and drop what is too old to be looked up. Raises StoreError."""
        at, old = moment.wall_at(event.time).timestamp(), moment.wall.timestamp() - NOTICES_KEPT_SECONDS
        row = (event.incident, event.contact, event.way, event.step, at)
        self._database.write(
            ("INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?, ?)", row),
            ("DELETE FROM told WHERE at < ?", (old,)),
            ("DELETE FROM notices WHERE asked < ?", (old,)),
        )

    def told(self, moment: Moment) -> tuple[ContactTold, ...]:
        """When each contact was last told by each way, the oldest first. Raises StoreError."""
        query = "SELECT contact, way, incident, step, max(at) FROM told GROUP BY contact, way ORDER BY max(at)"
        shift = moment.wall.timestamp() - moment.monotonic
        return tuple(
            ContactTold(time=at - shift, room="", contact=contact, way=way, incident=incident, step=step)
            for contact, way, incident, step, at in self._database.read(query, ())
        )

    def untold(self, moment: Moment) -> tuple[Untold, ...]:
        """What was to be told within the last day, the oldest first, and by which ways it was; what makes no sense is
        left out and told. Raises StoreError.
        """
        shift, now = moment.wall.timestamp() - moment.monotonic, moment.wall.timestamp()
        query = "SELECT incident, contact, step, asked, body FROM notices WHERE asked > ? ORDER BY asked"
        marks = self._database.read("SELECT incident, contact, step, way FROM told", ())
        found = []
        for *key, asked, text in self._database.read(query, (now - NOTICE_SECONDS,)):
            incident, contact, step = key
            times = {"incident": incident, "step": step, "asked": min(asked, now) - shift}
            try:
                notice = Notify(contact, **times, **_letter(text))
            except (ValueError, TypeError) as error:
                log.error("event=notice_unreadable error=%r", error)
                continue
            found.append(Untold(notice, frozenset(way for *mark, way in marks if mark == key)))
        return tuple(found)

    def open_incidents(self, moment: Moment) -> tuple[Incident, ...]:
        """The incidents that nobody has ended, oldest first. Raises StoreError."""
        return self._load(OPEN, (), moment)

    def incidents(self, limit: int, moment: Moment) -> tuple[Incident, ...]:
        """The latest incidents, newest first. Raises StoreError."""
        return self._load("SELECT body FROM incidents ORDER BY opened DESC LIMIT ?", (limit,), moment)

    def incident(self, incident: str, moment: Moment) -> Incident | None:
        """One incident by its id, or None. Raises StoreError."""
        return next(iter(self._load("SELECT body FROM incidents WHERE id = ?", (incident,), moment)), None)

    def save_message(self, serial: int, message: Publish) -> None:
        """Keep a message that the broker has not got, under its number. Raises StoreError."""
        row = (serial, message.topic, message.payload)
        self._database.write(("INSERT OR REPLACE INTO messages VALUES (?, ?, ?)", row))

    def drop_message(self, serial: int) -> None:
        """Forget a message. Raises StoreError."""
        self._database.write(("DELETE FROM messages WHERE serial = ?", (serial,)))

    def messages(self) -> tuple[tuple[int, Publish], ...]:
        """The messages that the broker has not got, by number and in their order. Raises StoreError."""
        rows = self._database.read("SELECT serial, topic, payload FROM messages ORDER BY serial", ())
        return tuple((serial, Publish(topic, payload)) for serial, topic, payload in rows)

    def save_scene(self, incident: str, lines: Iterable[str], moment: Moment) -> None:
        """Keep the skeleton scene around an incident; the oldest scenes make room. Raises StoreError."""
        packed = zlib.compress("\n".join(lines).encode())
        self._database.write(
            ("INSERT OR REPLACE INTO scenes VALUES (?, ?, ?)", (incident, moment.wall.timestamp(), packed)),
            (
                "DELETE FROM scenes WHERE incident NOT IN (SELECT incident FROM scenes ORDER BY at DESC LIMIT ?)",
                (SCENES_KEPT,),
            ),
        )

    def scene(self, incident: str) -> tuple[str, ...]:
        """The lines of the scene around an incident; none where nothing was kept. Raises StoreError."""
        rows = self._database.read("SELECT lines FROM scenes WHERE incident = ?", (incident,))
        return tuple(zlib.decompress(rows[0][0]).decode().splitlines()) if rows else ()

    def scenes(self) -> frozenset[str]:
        """The ids of the incidents with a scene. Raises StoreError."""
        return frozenset(row[0] for row in self._database.read("SELECT incident FROM scenes", ()))

    def save_memory(self, room: str, body: str, moment: Moment) -> None:
        """Keep what a room must not forget, in place of what was kept of it. Raises StoreError."""
        row = (room, moment.wall.timestamp(), body)
        self._database.write(("INSERT OR REPLACE INTO memories VALUES (?, ?, ?)", row))

    def memories(self, moment: Moment) -> dict[str, tuple[float, str]]:
        """What was kept of each room, and how many seconds ago. Raises StoreError."""
        rows = self._database.read("SELECT room, at, body FROM memories", ())
        return {str(room): (max(0.0, moment.wall.timestamp() - at), str(body)) for room, at, body in rows}

    def save_learned(self, room: str, what: str, body: str) -> None:
        """Keep what was learned of a room, in place of what was kept of it under that name. Raises StoreError."""
        self._database.write(("INSERT OR REPLACE INTO learned VALUES (?, ?, ?)", (room, what, body)))

    def learned(self, what: str) -> dict[str, str]:
        """What was learned under that name, by room. Raises StoreError."""
        rows = self._database.read("SELECT room, body FROM learned WHERE what = ?", (what,))
        return {str(room): str(body) for room, body in rows}

    def forget_learned(self, what: str) -> None:
        """Erase what was learned under that name, of every room, and the bytes of it in the file. Raises StoreError."""
        self._database.write(("DELETE FROM learned WHERE what = ?", (what,)))
        self._database.scrub()

    def save_person(self, template: Template) -> None:
        """Keep an enrolled person, in place of what was kept under the name for that room. Raises StoreError."""
        self._database.write(
            ("INSERT OR REPLACE INTO templates VALUES (?, ?, ?)", (template.name, template.room, template.encode())),
            ("DELETE FROM people WHERE name = ?", (template.name,)),
        )

    def forget_person(self, name: str) -> None:
        """Erase a person: templates, days, scenes, and the name in whatever happened or was said of it; and the bytes
        of all that in the files. Raises StoreError.
        """
        self._database.write(*erasure.statements(self._database, name))
        self._database.scrub()

    def forget_view(self, room: str) -> None:
        """Erase who was enrolled in a room, whose camera has another view by now. Raises StoreError."""
        self._database.write(("DELETE FROM templates WHERE room = ?", (room,)))
        self._database.scrub()

    def people(self) -> tuple[Template, ...]:
        """The enrolled people, by name and in the order of rooms; one that is damaged, or of another Guardian, is left
        out and told. Raises StoreError.
        """
        found = []
        for (text,) in self._database.read(PEOPLE, ()):
            try:
                found.append(Template.decode(str(text)))
            except ValueError as error:
                log.error("event=person_unreadable error=%r", str(error))
        return tuple(found)

    def save_day(self, day: Day) -> None:
        """Keep a day, in place of what was kept of it; the oldest of that person make room. Raises StoreError."""
        oldest = "SELECT date FROM days WHERE who = ? ORDER BY date DESC LIMIT ?"
        self._database.write(
            ("INSERT OR REPLACE INTO days VALUES (?, ?, ?)", (day.who, day.date.isoformat(), day.encode())),
            (f"DELETE FROM days WHERE who = ? AND date NOT IN ({oldest})", (day.who, day.who, DAYS_KEPT)),  # noqa: S608
        )

    def days(self, since: date = date.min) -> tuple[Day, ...]:
        """The days that are kept from `since` on, the oldest first; a damaged one is left out and told. Raises
        StoreError.
        """
        query = "SELECT body FROM days WHERE date >= ? ORDER BY date, who"
        return _decoded(body for (body,) in self._database.read(query, (since.isoformat(),)))

    def forget_days(self, who: str) -> None:
        """Erase every day of a person. Raises StoreError."""
        self._database.write(("DELETE FROM days WHERE who = ?", (who,)))

    def _load(self, query: str, values: tuple[object, ...], moment: Moment) -> tuple[Incident, ...]:
        return _incidents((body for (body,) in self._database.read(query, values)), moment)


def _incidents(bodies: Iterable[str], moment: Moment) -> tuple[Incident, ...]:
    """Read incidents; one that makes no sense is left out and told: the others must not go down with it."""
    found = []
    for text in bodies:
        try:
            found.append(_incident(text, moment))
        except (ValueError, KeyError, TypeError) as error:
            log.error("event=incident_unreadable error=%r", error)
    return tuple(found)


def _decoded(bodies: Iterable[bytes]) -> tuple[Day, ...]:
    found = []
    for body in bodies:
        try:
            found.append(decode(body))
        except ValueError as error:
            log.error("event=day_unreadable error=%r", str(error))
    return tuple(found)


def _row(notice: Notify, shift: float) -> tuple[object, ...]:
    said = {"title": notice.title, "body": notice.body, "urgent": notice.urgent, "ask": notice.ask.value}
    if notice.held_until is not None:
        said["held_until"] = notice.held_until.isoformat()
    return notice.incident, notice.contact, notice.step, notice.asked + shift, json.dumps(said)


def _letter(text: str) -> dict[str, Any]:
    """Read what `_row` wrote of a notice. Raises ValueError or TypeError on what it did not."""
    said = json.loads(text)
    held = said.get("held_until")
    return {
        **said,
        "ask": Ask(said.get("ask", Ask.TAKE)),
        "held_until": None if held is None else datetime.fromisoformat(held),
    }


def _incident(text: str | bytes, moment: Moment) -> Incident:
    body = json.loads(text)
    shift = moment.wall.timestamp() - moment.monotonic
    body.update({name: body[name] - shift for name in _TIMES if body[name] is not None})
    lists = {name: tuple(body[name]) for name in ("reasons", "told")}
    return Incident(**{**body, **lists, "state": IncidentState(body["state"])})
