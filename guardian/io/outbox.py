"""What still has to reach the broker: every state's latest word, and the events in their order."""

from collections.abc import Iterable
from itertools import count
from threading import Lock
from typing import Protocol

from guardian.commands import Publish

EVENTS_KEPT = 1_000
REMOVALS_KEPT = 64


class Shelf(Protocol):
    """Where messages outlive the process. Neither call may block."""

    def keep(self, serial: int, message: Publish) -> None:
        """Keep a message under its number."""

    def drop(self, serial: int) -> None:
        """Forget it."""


class NoShelf:
    """Keeps nothing."""

    def keep(self, serial: int, message: Publish) -> None:
        """Forget it at once."""

    def drop(self, serial: int) -> None:
        """There is nothing."""


class Outbox:
    """Messages that wait or are in flight. Any thread may put; one thread takes and settles.

    A retained message replaces the one that waits for the same topic: a broker that was away learns what is true, not
    what was. Of the other messages `events_kept` wait at most: beyond them the oldest fleeting one is given up, or the
    oldest where none is. States are remembered after delivery too, since a
    broker that restarts may have forgotten them; so are the latest removals (an empty retained payload), since it may
    as well have gone back to an older disk.

    While there is no connection, the messages that are neither retained nor fleeting are on the `shelf`, too; `kept`
    are those that an earlier process left there, by number. States need no shelf: a new process says them anyway.
    """

    def __init__(
        self, events_kept: int = EVENTS_KEPT, *, shelf: Shelf | None = None, kept: Iterable[tuple[int, Publish]] = ()
    ) -> None:
        self._events_kept = events_kept
        self._lock = Lock()
        self._shelf = NoShelf() if shelf is None else shelf
        self._waiting: dict[int, Publish] = dict(kept)
        self._shelved = set(self._waiting)
        self._away = True
        self._serials = count(max(self._waiting, default=-1) + 1)
        self._in_flight: dict[int, Publish] = {}
        self._states: dict[str, Publish] = {}
        self._dropped = 0

    def __len__(self) -> int:
        with self._lock:
            return len(self._waiting) + len(self._in_flight)

    @property
    def dropped(self) -> int:
        """How many events were given up because too many waited."""
        return self._dropped

    def put(self, message: Publish) -> None:
        """Let the message wait for its turn."""
        with self._lock:
            if message.retain:
                self._replace(message)
            serial = next(self._serials)
            self._waiting[serial] = message
            if self._away:
                self._shelve(serial, message)
            self._give_up()

    def _give_up(self) -> None:
        events = [serial for serial, each in self._waiting.items() if not each.retain]
        events.sort(key=lambda serial: not self._waiting[serial].fleeting)
        for serial in events[: max(0, len(events) - self._events_kept)]:
            del self._waiting[serial]
            self._unshelve(serial)
            self._dropped += 1

    def _shelve(self, serial: int, message: Publish) -> None:
        if not (message.retain or message.fleeting or serial in self._shelved):
            self._shelved.add(serial)
            self._shelf.keep(serial, message)

    def _unshelve(self, serial: int) -> None:
        if serial in self._shelved:
            self._shelved.remove(serial)
            self._shelf.drop(serial)

    def _replace(self, message: Publish) -> None:
        older = [serial for serial, each in self._waiting.items() if each.retain and each.topic == message.topic]
        for serial in older:
            del self._waiting[serial]
        if not message.payload:
            self._states.pop(message.topic, None)
        self._states[message.topic] = message
        removals = [topic for topic, each in self._states.items() if not each.payload]
        for topic in removals[: max(0, len(removals) - REMOVALS_KEPT)]:
            del self._states[topic]

    def knows(self, topic: str) -> bool:
        """Tell whether a retained message of this topic, or its removal, was put."""
        with self._lock:
            return topic in self._states

    def take(self, window: int) -> tuple[int, Publish] | None:
        """Give the next message, which is in flight from now on, and its serial; None while `window` of them are."""
        with self._lock:
            if not self._waiting or len(self._in_flight) >= window:
                return None
            serial = next(iter(self._waiting))
            message = self._in_flight[serial] = self._waiting.pop(serial)
            return serial, message

    def settle(self, serial: int) -> Publish | None:
        """Forget a message that was in flight, because the broker has it or will not have it; None where none was."""
        with self._lock:
            self._away = False
            self._unshelve(serial)
            return self._in_flight.pop(serial, None)

    def part(self) -> None:
        """Learn that the connection is gone, or the process ends: what was not delivered goes on the shelf."""
        with self._lock:
            self._away = True
            for serial, message in (*self._in_flight.items(), *self._waiting.items()):
                self._shelve(serial, message)

    def rewind(self) -> None:
        """Begin with a new connection: what was in flight waits again, before what waits; every state goes first."""
        with self._lock:
            back = {
                serial: each
                for serial, each in self._in_flight.items()
                if not each.retain or self._states.get(each.topic) is each
            }
            self._in_flight = {}
            queue = back | self._waiting
            waiting = {each.topic for each in queue.values() if each.retain}
            known = [each for topic, each in self._states.items() if topic not in waiting]
            self._waiting = {next(self._serials): each for each in known} | queue
