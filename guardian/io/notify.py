"""Phones: every way to every contact on a thread of its own, and again with growing pauses until it works.

A provider that hangs holds up its own way alone: the other ways of the same contact, and everybody else, are told
meanwhile. The ways hold secrets: they are never logged, nor is what a provider answers.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from guardian.commands import Notify
from guardian.errors import ConfigurationError
from guardian.events import Event, FaultCleared, FaultOccurred
from guardian.settings import Contact

log = logging.getLogger(__name__)

PAUSES = (5.0, 15.0, 60.0)
"""Seconds before each new attempt. The alarm itself repeats what nobody answers, so that it may be given up then."""
WAITING = 16
"""Notices that wait for one way; beyond them the oldest is dropped."""
STOP_SECONDS = 3.0

Send: TypeAlias = Callable[[Notify], bool]
"""Tells one notice by one way; returns whether the provider took it. May take as long as the network does."""
Connect: TypeAlias = Callable[[str], Send]
"""Makes the Send of one way (an apprise URL). Raises ConfigurationError, without the way, where it is none."""

LOUD_LOGGERS = ("apprise", "urllib3", "requests")
SILENT = logging.CRITICAL + 1


def by_apprise(way: str) -> Send:
    """Connect by the library apprise. Its own log is switched off: addresses with secrets stand in it."""
    for name in LOUD_LOGGERS:
        logging.getLogger(name).setLevel(SILENT)
    import apprise  # noqa: PLC0415 - slow to import, and only a household with contacts needs it

    sender = apprise.Apprise()
    if not sender.add(way):
        message = "no such way is known; an address as in the documentation of apprise would be right"
        raise ConfigurationError(message)
    return lambda notice: bool(sender.notify(title=notice.title, body=notice.body))


class Phones:
    """Tells contacts. `report` gets FaultOccurred with part "phone" whenever another way fails, and FaultCleared when
    all of them work again.
    """

    def __init__(
        self,
        contacts: tuple[Contact, ...],
        report: Callable[[Event], None],
        now: Callable[[], float],
        *,
        connect: Connect = by_apprise,
        pauses: tuple[float, ...] = PAUSES,
    ) -> None:
        self._report, self._now = report, now
        self._lock = threading.Lock()
        self._failing: set[_Way] = set()
        self._ways = {
            contact.name: tuple(_Way(contact.name, way, connect, pauses, self._tried) for way in contact.ways)
            for contact in contacts
        }

    def tell(self, notice: Notify) -> None:
        """Hand over a notice for all ways of its contact; never blocks."""
        for way in self._ways.get(notice.contact, ()):
            way.tell(notice)

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """End: what waits is tried once more, and what hangs is left behind after `seconds`."""
        ways = [way for ways in self._ways.values() for way in ways]
        for way in ways:
            way.stop()
        deadline = time.monotonic() + seconds
        for way in ways:
            way.join(max(0.0, deadline - time.monotonic()))

    def _tried(self, way: "_Way", reason: str) -> None:
        """Learn that a way works (no reason) or why it does not."""
        with self._lock:
            if reason and way not in self._failing:
                self._failing.add(way)
                self._report(FaultOccurred(time=self._now(), room="", part="phone", reasons=(reason,)))
            elif not reason and way in self._failing:
                self._failing.remove(way)
                if not self._failing:
                    self._report(FaultCleared(time=self._now(), room="", part="phone"))


class _Way(threading.Thread):
    """One way to one contact. Of one incident only the latest notice is told: it says what is true now."""

    def __init__(
        self,
        contact: str,
        way: str,
        connect: Connect,
        pauses: tuple[float, ...],
        tried: Callable[["_Way", str], None],
    ) -> None:
        kind = way.partition("://")[0].lower()
        super().__init__(name=f"{contact} by {kind}", daemon=True)
        self._contact, self._kind = contact, kind
        self._connect: Callable[[], Send] = lambda: connect(way)
        self._pauses, self._tried = pauses, tried
        self._waiting: deque[Notify] = deque(maxlen=WAITING)
        self._changed = threading.Condition()
        self._stopping = False
        self.start()

    def tell(self, notice: Notify) -> None:
        """Let it be told in its turn, in place of what waits of the same incident."""
        with self._changed:
            newer = [each for each in self._waiting if each.incident != notice.incident]
            if len(newer) == WAITING:
                log.warning("event=notice_dropped contact=%s incident=%s", self._contact, newer[0].incident)
            self._waiting = deque((*newer, notice), maxlen=WAITING)
            self._changed.notify_all()

    def stop(self) -> None:
        """End once what waits was tried; no pause is waited for any more."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def run(self) -> None:
        """Tell what there is to tell, until stopped."""
        try:
            send = self._connect()
        except ConfigurationError as error:
            log.error("event=way_not_understood contact=%s way=%s reason=%r", self._contact, self._kind, str(error))
            self._tried(self, f"{self._contact} cannot be told by {self._kind}: {error}.")
            return
        while (notice := self._next()) is not None:
            self._send(send, notice)

    def _next(self) -> Notify | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopping)
            return self._waiting.popleft() if self._waiting else None

    def _send(self, send: Send, notice: Notify) -> None:
        about = f"contact={self._contact} way={self._kind} incident={notice.incident} step={notice.step}"
        for pause in (*self._pauses, None):
            if send(notice):
                log.info("event=contact_told %s", about)
                self._tried(self, "")
                return
            log.warning("event=contact_not_told %s", about)
            reason = f"{self._contact} could not be told by {self._kind}; check the contact's ways and the network."
            self._tried(self, reason)
            if pause is None or not self._is_still_news(notice, pause):
                return

    def _is_still_news(self, notice: Notify, pause: float) -> bool:
        """Wait for the pause; False as soon as this is the end, or something newer of the same incident waits."""

        def is_over() -> bool:
            return self._stopping or any(each.incident == notice.incident for each in self._waiting)

        with self._changed:
            return not self._changed.wait_for(is_over, pause)
