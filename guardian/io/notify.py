"""Phones: every way to every contact on a thread of its own, again and again until it works or a day has passed.

A provider that hangs holds up its own way alone: the other ways of the same contact, and everybody else, are told
meanwhile. What is to be told is in the store before it comes here, and what was told is reported, so that a process
that is killed is followed by one that goes on (`resume`). The ways hold secrets: they are never logged, nor is what a
provider answers.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from guardian import messages
from guardian.commands import Ask, Notify, Untold
from guardian.contacts import WAY_FILE, Contact
from guardian.errors import ConfigurationError
from guardian.events import ContactNotTold, ContactTold, Event, FaultCleared, FaultOccurred
from guardian.io.drawings import FILE
from guardian.io.providers import hush, plain
from guardian.moment import Moment
from guardian.phrasebook import ENGLISH, Phrasebook

log = logging.getLogger(__name__)

PAUSES = (5.0, 15.0, 60.0, 120.0, 300.0)
"""Seconds before each new attempt; the last one again and again. A network that is back is used within five minutes."""
EXPIRE_SECONDS = 86_400.0
"""What could not be told for a day is given up: it is news no more, and the incident is repeated if it still rings."""
WAITING = 64
"""Incidents of which something waits for one way; beyond them the oldest is dropped."""
STOP_SECONDS = 3.0
MOST_TITLE = 250
LOOK_SECONDS = 30.0
"""So often it is asked whether the quiet hours are over."""

Send: TypeAlias = Callable[[Notify], bool]
"""Tells one notice by one way; returns whether the provider took it. May take as long as the network does."""
Connect: TypeAlias = Callable[[str], Send]
"""Makes the Send of one way; `ways` knows them all. Raises ConfigurationError, without the way, where it is none."""


class Apprised:
    """One way by the library apprise, which shows a drawing where its service can."""

    def __init__(self, way: str) -> None:
        hush()
        import apprise  # noqa: PLC0415 - slow to import, and only a household with contacts needs it

        self._sender = apprise.Apprise()
        if not self._sender.add(way):
            message = "no such way is known; an address as in the documentation of apprise would be right"
            raise ConfigurationError(message)

    def __call__(self, notice: Notify) -> bool:
        """Tell a notice; whether the provider took it."""
        return bool(self._sender.notify(title=notice.title, body=notice.body))

    def show(self, notice: Notify, caption: str, png: bytes) -> bool:
        """Send a drawing after the words, where the service takes files: an SMS would only come twice."""
        from apprise.attachment.memory import AttachMemory  # noqa: PLC0415 - as above

        able = [service for service in self._sender if service.attachment_support]
        drawing: Any = AttachMemory(content=png, name=FILE, mimetype="image/png")  # type: ignore[no-untyped-call]
        title = plain(notice.title, MOST_TITLE)
        sent = tuple(service.notify(body=caption, title=title, attach=drawing) for service in able)
        return bool(sent) and all(sent)


def by_apprise(way: str) -> Send:
    """Connect by the library apprise. Its own log is switched off: addresses with secrets stand in it."""
    return Apprised(way)


class Phones:
    """Tells contacts. `report` gets ContactTold and ContactNotTold of each notice and way; and FaultOccurred with part
    "phone" whenever another way fails, FaultCleared when all of them work again. `told` gets what a way has told, and
    the way: more may follow the words. Both are called on any thread, and return at once.
    """

    def __init__(
        self,
        contacts: tuple[Contact, ...],
        report: Callable[[Event], None],
        moment: Callable[[], Moment],
        *,
        connect: Connect = by_apprise,
        pauses: tuple[float, ...] = PAUSES,
        book: Phrasebook = ENGLISH,
        told: Callable[[Notify, Send], None] = lambda _notice, _way: None,
    ) -> None:
        self._report, self._moment = report, moment
        self._lock = threading.Lock()
        self._failing: set[_Way] = set()
        self._ways = {
            contact.name: tuple(
                _Way(
                    contact.name,
                    label,
                    partial(connect, way),
                    pauses=pauses,
                    outcome=self._outcome,
                    moment=moment,
                    book=book,
                    told=told,
                )
                for label, way in zip(labels_of(contact.ways), contact.ways, strict=True)
            )
            for contact in contacts
        }

    def resume(self, untold: Iterable[Untold]) -> None:
        """Go on with what an earlier process left: each notice by the ways that had not told it yet."""
        for each in untold:
            for way in self._ways.get(each.notice.contact, ()):
                if way.label not in each.told:
                    way.tell(each.notice)

    def tell(self, notice: Notify) -> None:
        """Hand over a notice for all ways of its contact; never blocks."""
        for way in self._ways.get(notice.contact, ()):
            way.tell(notice)

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """End: what was not tried yet is tried once, and what hangs is left behind after `seconds`."""
        ways = [way for ways in self._ways.values() for way in ways]
        for way in ways:
            way.stop()
        deadline = time.monotonic() + seconds
        for way in ways:
            way.join(max(0.0, deadline - time.monotonic()))

    def _outcome(self, way: "_Way", fault: str, event: Event | None = None) -> None:
        """Learn that a way works (no fault) or why it does not, and what came of a notice."""
        if event is not None:
            self._report(event)
        with self._lock:
            if fault and way not in self._failing:
                self._failing.add(way)
                self._report(FaultOccurred(time=self._moment().monotonic, room="", part="phone", reasons=(fault,)))
            elif not fault and way in self._failing:
                self._failing.remove(way)
                if not self._failing:
                    self._report(FaultCleared(time=self._moment().monotonic, room="", part="phone"))


def labels_of(ways: Iterable[str]) -> list[str]:
    """Name each way of a contact by its kind alone, such as ntfy, or by the name of its file; with a number where
    several are called so.
    """
    counts = Counter[str]()
    labels = []
    for way in ways:
        kind = way.rpartition("/")[2] if way.startswith(WAY_FILE) else way.partition("://")[0].lower()
        counts[kind] += 1
        labels.append(kind if counts[kind] == 1 else f"{kind} {counts[kind]}")
    return labels


@dataclass(slots=True)
class _Letter:
    """A notice that waits: it was tried so often, and is due at a monotonic second."""

    notice: Notify
    due: float
    tries: int = 0


def _is_question(notice: Notify) -> bool:
    """Whether it only asks somebody who has answered once more: neither kept nor counted as a call."""
    return notice.ask is Ask.CONFIRM


def _subject(notice: Notify) -> tuple[str, bool]:
    """What a notice is about: of the same only the latest is told."""
    return notice.incident, _is_question(notice)


def _held(letter: _Letter, moment: Moment) -> bool:
    """Whether the contact's quiet hours hold it back, by a clock that may have been set meanwhile."""
    until = letter.notice.held_until
    return until is not None and moment.wall < until


def _waits(letter: _Letter, moment: Moment) -> float:
    """For how many seconds it waits; none where it is due. Of what is held back it is asked again now and then."""
    pause = letter.due - moment.monotonic
    return max(pause, LOOK_SECONDS) if _held(letter, moment) else pause


def _order(letter: _Letter) -> tuple[bool, bool, float]:
    """What comes before what: an emergency before a test, and both before the rest."""
    notice = letter.notice
    return not notice.urgent, notice.ask is Ask.TEST, letter.due


class _Way(threading.Thread):
    """One way to one contact. Of one incident only the latest notice is told: it says what is true now."""

    def __init__(
        self,
        contact: str,
        label: str,
        connect: Callable[[], Send],
        *,
        pauses: tuple[float, ...],
        outcome: Callable[["_Way", str, Event | None], None],
        moment: Callable[[], Moment],
        book: Phrasebook,
        told: Callable[[Notify, Send], None],
    ) -> None:
        super().__init__(name=f"{contact} by {label}", daemon=True)
        self.label = label
        self._contact, self._connect = contact, connect
        self._pauses, self._outcome, self._moment, self._book = pauses, outcome, moment, book
        self._told = told
        self._waiting: dict[tuple[str, bool], _Letter] = {}
        self._changed = threading.Condition()
        self._stopping = False
        self.start()

    def tell(self, notice: Notify) -> None:
        """Let it be told in its turn, in place of what waits of the same incident; a question takes no call's place."""
        with self._changed:
            self._waiting.pop(_subject(notice), None)
            if len(self._waiting) == WAITING:
                oldest = min(self._waiting.values(), key=lambda letter: letter.notice.asked).notice
                log.warning("event=notice_dropped contact=%s incident=%s", self._contact, oldest.incident)
                del self._waiting[_subject(oldest)]
            self._waiting[_subject(notice)] = _Letter(notice, self._moment().monotonic)
            self._changed.notify_all()

    def stop(self) -> None:
        """End once what was not tried yet was; no pause is waited for any more."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def run(self) -> None:
        """Tell what there is to tell, until stopped; what was held back in one piece."""
        try:
            send = self._connect()
        except ConfigurationError as error:
            log.error("event=way_not_understood contact=%s way=%s reason=%r", self._contact, self.label, str(error))
            self._outcome(self, f"{self._contact} cannot be told by {self.label}: {error}.", None)
            return
        while letters := self._next():
            self._try(send, letters)

    def _next(self) -> list[_Letter]:
        """Wait for what is due next, what is urgent first; nothing where it is time to end."""
        with self._changed:
            while True:
                moment = self._moment()
                if self._stopping:
                    untried = [each for each in self._waiting.values() if not each.tries and not _held(each, moment)]
                    return self._taken(untried[:1])
                due = [letter for letter in self._waiting.values() if _waits(letter, moment) <= 0]
                if due:
                    first = min(due, key=_order)
                    held = [letter for letter in due if letter.notice.held_until is not None]
                    return self._taken(held if first in held else [first])
                waits = (_waits(letter, moment) for letter in self._waiting.values())
                self._changed.wait(min(waits, default=None))

    def _taken(self, letters: list[_Letter]) -> list[_Letter]:
        for letter in letters:
            del self._waiting[_subject(letter.notice)]
        return sorted(letters, key=lambda letter: letter.notice.asked)

    def _try(self, send: Send, letters: list[_Letter]) -> None:
        moment = self._moment()
        notice = messages.together([messages.as_told(each.notice, moment, self._book) for each in letters], self._book)
        about = f"contact={self._contact} way={self.label} incident={notice.incident} step={notice.step}"
        if send(notice):
            log.info("event=contact_told %s", about)
            for letter in letters:
                told = None if _is_question(letter.notice) else ContactTold(**self._facts(letter.notice))
                self._outcome(self, "", told)
            self._told(notice, send)
            return
        log.warning("event=contact_not_told %s", about)
        for letter in letters:
            self._fail(letter)

    def _fail(self, letter: _Letter) -> None:
        """Try it again after a while, unless that makes no sense any more."""
        first, given_up = not letter.tries, self._moment().monotonic - letter.notice.asked > EXPIRE_SECONDS
        if not given_up:
            self._try_again(letter)
        reason = f"{self._contact} could not be told by {self.label}; check the contact's ways and the network."
        event = ContactNotTold(**self._facts(letter.notice), reasons=(reason,), given_up=given_up)
        told = (first or given_up) and not _is_question(letter.notice)
        self._outcome(self, reason, event if told else None)

    def _try_again(self, letter: _Letter) -> None:
        """Let it wait for its pause, unless another one of the same incident waits by now."""
        letter.due = self._moment().monotonic + self._pauses[min(letter.tries, len(self._pauses) - 1)]
        letter.tries += 1
        with self._changed:
            self._waiting.setdefault(_subject(letter.notice), letter)

    def _facts(self, notice: Notify) -> dict[str, Any]:
        return {
            "time": self._moment().monotonic,
            "room": "",
            "contact": self._contact,
            "way": self.label,
            "incident": notice.incident,
            "step": notice.step,
        }
