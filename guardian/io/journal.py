"""Writes to the store on a thread of its own: a disk that is slow, full or dead never holds up an alarm for long."""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from guardian.commands import Notify, Publish, Untold
from guardian.day import Day
from guardian.errors import StoreError
from guardian.events import ContactTold, Event, FaultCleared, FaultOccurred
from guardian.identity import Template
from guardian.incident import Incident
from guardian.io.store import Store, read_open_incidents
from guardian.moment import Moment

log = logging.getLogger(__name__)

T = TypeVar("T")

RETRY_SECONDS = 5.0
CLOSE_SECONDS = 3.0
PART = "store"
HISTORY = "history"
LOST = "The database was damaged: only what could be read of open alarms goes on, the rest is kept aside and not used."
SLOW = "The disk has not answered: what happens now may not survive a power cut."


@dataclass(frozen=True, slots=True)
class _Entry:
    """One thing to be written by `write`: it takes the place of what waits under the same name. `urgent` goes first;
    `notices` are what is to be told.
    """

    name: str
    moment: Moment
    write: Callable[[Store], None]
    urgent: bool = False
    notices: tuple[Notify, ...] = ()


class Journal:
    """Keeps the incidents in a file. `report` gets FaultOccurred and FaultCleared with part "store", and at the opening
    FaultOccurred with part "history" where a new file had to be begun; that stays until the next start.

    What could not be written is tried again every `retry_seconds`, and as soon as an incident changes: each incident as
    it was last.
    """

    def __init__(
        self,
        path: Path,
        report: Callable[[Event], None],
        *,
        open_store: Callable[[Path], Store] = Store,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._path, self._report, self._open_store = path, report, open_store
        self._retry_seconds = retry_seconds
        self._store: Store | None = None
        self._waiting: dict[tuple[str, bool], _Entry] = {}
        self._urgent_asked = 0
        self._changed = threading.Condition()
        self._faulty = False
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)

    def open(self, moment: Moment) -> tuple[Incident, ...]:
        """Open the file and begin; return the incidents that nobody has ended. Where it cannot be written, or is
        damaged, that is reported, and what can be read of it is returned: neither must end an alarm.
        """
        try:
            self._store = self._open_store(self._path)
            found = self._store.open_incidents(moment)
        except StoreError as error:
            self._fail(str(error), moment)
            found = self._salvaged(self._path, moment)
        if self._store is not None and self._store.aside is not None:
            self._report(FaultOccurred(time=moment.monotonic, room="", part=HISTORY, reasons=(LOST,)))
            found = self._salvaged(self._store.aside, moment)
            for incident in found:
                self.save(incident, moment)
        self._thread.start()
        return found

    def people(self) -> tuple[Template, ...]:
        """The enrolled people; nobody where the file cannot be read, since no alarm depends on a name."""
        return self._read("people_unreadable", lambda store: store.people(), ())

    def save(self, incident: Incident, moment: Moment, notices: Iterable[Notify] = ()) -> None:
        """Make an incident durable soon, with what is to be told of it; never blocks."""
        with self._changed:
            waiting = self._waiting.get((incident.id, False))
            every = (*(() if waiting is None else waiting.notices), *notices)
            told = tuple({each.contact: each for each in every}.values())
            entry = _Entry(incident.id, moment, lambda store: store.save(incident, moment, told), urgent=True)
            self._put(replace(entry, notices=told))

    def save_told(self, event: ContactTold, moment: Moment) -> None:
        """Keep soon that a contact was told; never blocks."""
        name = f"told {event.contact} of {event.incident} by {event.way}"
        self._put(_Entry(name, moment, lambda store: store.save_told(event, moment), urgent=True))

    def save_message(self, serial: int, message: Publish, moment: Moment) -> None:
        """Keep soon a message that the broker has not got; never blocks."""
        self._put(_Entry(f"message {serial}", moment, lambda store: store.save_message(serial, message)))

    def drop_message(self, serial: int, moment: Moment) -> None:
        """Forget soon a message that the broker has got, whether it is kept yet or waits for that; never blocks."""
        self._put(_Entry(f"message {serial}", moment, lambda store: store.drop_message(serial)))

    def messages(self) -> tuple[tuple[int, Publish], ...]:
        """What the broker had not got when the last process ended; nothing where the file cannot be read."""
        return self._read("messages_unreadable", lambda store: store.messages(), ())

    def told(self, moment: Moment) -> tuple[ContactTold, ...]:
        """When each contact was last told by each way; nothing where the file cannot be read."""
        return self._read("told_unreadable", lambda store: store.told(moment), ())

    def untold(self, moment: Moment) -> tuple[Untold, ...]:
        """What earlier processes were to tell within the last day; nothing where the file cannot be read."""
        return self._read("notices_unreadable", lambda store: store.untold(moment), ())

    def save_scene(self, incident: str, lines: Sequence[str], moment: Moment) -> None:
        """Keep the scene around an incident soon; never blocks."""
        kept = tuple(lines)
        self._put(_Entry(incident, moment, lambda store: store.save_scene(incident, kept, moment)))

    def save_memory(self, room: str, body: str, moment: Moment) -> None:
        """Keep what a room must not forget soon; never blocks."""
        self._put(_Entry(f"memory of {room}", moment, lambda store: store.save_memory(room, body, moment)))

    def save_learned(self, room: str, what: str, body: str, moment: Moment) -> None:
        """Keep what was learned of a room soon; never blocks."""
        self._put(_Entry(f"{what} learned of {room}", moment, lambda store: store.save_learned(room, what, body)))

    def save_day(self, day: Day, moment: Moment) -> None:
        """Keep a day soon; never blocks."""
        self._put(_Entry(f"day of {day.who}: {day.date}", moment, lambda store: store.save_day(day)))

    def forget_days(self, who: str, moment: Moment) -> None:
        """Erase every day of a person soon, also those that wait to be kept; never blocks."""
        with self._changed:
            for key in [key for key in self._waiting if key[0].startswith(f"day of {who}: ")]:
                del self._waiting[key]
        self._put(_Entry(f"no days of {who}", moment, lambda store: store.forget_days(who)))

    def days(self, since: date) -> tuple[Day, ...]:
        """The days that are kept from `since` on, the oldest first; none where the file cannot be read."""
        return self._read("days_unreadable", lambda store: store.days(since), ())

    def save_person(self, template: Template, moment: Moment) -> None:
        """Keep an enrolled person soon; never blocks."""
        name = f"template of {template.name} in {template.room}"
        self._put(_Entry(name, moment, lambda store: store.save_person(template)), last=True)

    def forget_person(self, name: str, moment: Moment) -> None:
        """Erase a person soon, after all that was asked for before; never blocks."""
        self._put(_Entry(f"erasure of {name}", moment, lambda store: store.forget_person(name)), last=True)

    def forget_view(self, room: str, moment: Moment) -> None:
        """Erase soon who was enrolled in a room; never blocks."""
        self._put(_Entry(f"erasure in {room}", moment, lambda store: store.forget_view(room)), last=True)

    def learned(self, what: str) -> dict[str, str]:
        """What was learned under that name, by room; nothing where the file cannot be read."""
        return self._read(f"learned_unreadable what={what}", lambda store: store.learned(what), {})

    def memories(self, moment: Moment) -> dict[str, tuple[float, str]]:
        """What was kept of each room, and how many seconds ago; nothing where the file cannot be read."""
        return self._read("memories_unreadable", lambda store: store.memories(moment), {})

    def wait(self, seconds: float, moment: Moment) -> bool:
        """Wait until all incidents are durable, for so long at most; not at all while the disk is known to fail."""
        with self._changed:
            if self._faulty:
                return False
            if self._changed.wait_for(lambda: self._faulty or not self._urgent_waiting(), seconds):
                return not self._faulty
        self._fail(SLOW, moment)
        return False

    def incidents(self, limit: int, moment: Moment) -> tuple[Incident, ...]:
        """The latest incidents, newest first. Raises StoreError."""
        return self._opened().incidents(limit, moment)

    def incident(self, incident: str, moment: Moment) -> Incident | None:
        """One incident by its id, or None. Raises StoreError."""
        return self._opened().incident(incident, moment)

    def scene(self, incident: str) -> tuple[str, ...]:
        """The lines of the scene around an incident; none where nothing was kept. Raises StoreError."""
        return self._opened().scene(incident)

    def scenes(self) -> frozenset[str]:
        """The ids of the incidents with a scene. Raises StoreError."""
        return self._opened().scenes()

    def close(self) -> None:
        """Write what waits, within a few seconds, and close the file."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(CLOSE_SECONDS)
        if self._store is not None and not self._thread.is_alive():
            self._store.close()

    def _read(self, fault: str, read: Callable[[Store], T], nothing: T) -> T:
        """Read the file as it was opened; where that cannot be done it is told, and what there is is nothing."""
        try:
            return read(self._opened())
        except StoreError as error:
            log.error("event=%s error=%r", fault, str(error))
            return nothing

    def _salvaged(self, path: Path, moment: Moment) -> tuple[Incident, ...]:
        try:
            return read_open_incidents(path, moment)
        except (StoreError, OSError) as error:
            log.error("event=incidents_unreadable error=%r", str(error))
            return ()

    def _opened(self) -> Store:
        if self._store is None:
            message = f"{self._path} could not be opened; `guardian doctor` says why"
            raise StoreError(message)
        return self._store

    def _put(self, entry: _Entry, *, last: bool = False) -> None:
        """Let it wait in the place of what it replaces, or, where the order matters, as the `last`."""
        key = (entry.name, not entry.urgent)
        with self._changed:
            if last:
                self._waiting.pop(key, None)
            self._waiting[key] = entry
            self._urgent_asked += entry.urgent
            self._changed.notify_all()

    def _urgent_waiting(self) -> bool:
        return any(entry.urgent for entry in self._waiting.values())

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closing)
                if not self._waiting:
                    return
                key = min(self._waiting, key=lambda key: key[1])  # incidents before scenes
                entry, asked = self._waiting[key], self._urgent_asked
            try:
                self._write(entry)
            except StoreError as error:
                self._fail(str(error), entry.moment)
                if self._pause(asked):
                    return
                continue
            self._written(key, entry)

    def _write(self, entry: _Entry) -> None:
        if self._store is None:
            self._store = self._open_store(self._path)
        entry.write(self._store)

    def _written(self, key: tuple[str, bool], entry: _Entry) -> None:
        with self._changed:
            if self._waiting.get(key) is entry:
                del self._waiting[key]
            cleared = self._faulty and not self._urgent_waiting()
            self._faulty = self._faulty and not cleared
            self._changed.notify_all()
        if cleared:
            log.info("event=store_works_again")
            self._report(FaultCleared(time=entry.moment.monotonic, room="", part=PART))

    def _fail(self, reason: str, moment: Moment) -> None:
        with self._changed:
            first, self._faulty = not self._faulty, True
            self._changed.notify_all()
        if first:
            log.error("event=store_failed reason=%r", reason)
            self._report(FaultOccurred(time=moment.monotonic, room="", part=PART, reasons=(reason,)))

    def _pause(self, asked: int) -> bool:
        """Wait before the next attempt, unless more that is urgent was asked for than was by the last one; say whether
        it is time to end instead.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._urgent_asked != asked, self._retry_seconds)
            return self._closing


@dataclass(frozen=True, slots=True)
class MessageShelf:
    """Where messages wait for a broker that is away (outbox.Shelf): the journal's file."""

    journal: Journal
    now: Callable[[], Moment]

    def keep(self, serial: int, message: Publish) -> None:
        """Keep a message under its number."""
        self.journal.save_message(serial, message, self.now())

    def drop(self, serial: int) -> None:
        """Forget it."""
        self.journal.drop_message(serial, self.now())
