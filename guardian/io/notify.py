"""Phones: one contact told by its ways (apprise), on a thread of its own, and again with growing pauses until it works.

The ways hold secrets: they are never logged, nor is what a provider answers.
"""

import logging
import queue
import threading
from collections.abc import Callable

from guardian.commands import Notify
from guardian.events import Event, FaultCleared, FaultOccurred
from guardian.settings import Contact

log = logging.getLogger(__name__)

PAUSES = (5.0, 15.0, 60.0)


class Phones:
    """Tells contacts. `report` gets FaultOccurred with part "phone" when a contact cannot be reached, and when it can."""

    def __init__(
        self, contacts: tuple[Contact, ...], report: Callable[[Event], None], now: Callable[[], float]
    ) -> None:
        self._ways = {contact.name: contact.ways for contact in contacts}
        self._report, self._now = report, now
        self._waiting: queue.SimpleQueue[Notify | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._failed = False
        self._thread = threading.Thread(target=self._run, name="phones", daemon=True)
        if self._ways:
            self._thread.start()

    def tell(self, notice: Notify) -> None:
        """Hand over a notice; never blocks."""
        if notice.contact in self._ways:
            self._waiting.put(notice)

    def stop(self) -> None:
        """End the thread; a notice that is under way is finished."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._waiting.put(None)
            self._thread.join()

    def _run(self) -> None:
        import apprise  # noqa: PLC0415 - slow to import, and only a household with contacts needs it

        senders = {}
        for name, ways in self._ways.items():
            senders[name] = apprise.Apprise()
            for way in ways:
                senders[name].add(way)
        while (notice := self._waiting.get()) is not None:
            self._send(senders[notice.contact].notify, notice)

    def _send(self, notify: Callable[..., bool | None], notice: Notify) -> None:
        for pause in (*PAUSES, None):
            if notify(title=notice.title, body=notice.body):
                self._told(notice)
                return
            self._untold(notice)
            if pause is None or self._stopping.wait(pause):
                return

    def _told(self, notice: Notify) -> None:
        log.info("event=contact_told contact=%s incident=%s step=%s", notice.contact, notice.incident, notice.step)
        if self._failed:
            self._failed = False
            self._report(FaultCleared(time=self._now(), room="", part="phone"))

    def _untold(self, notice: Notify) -> None:
        log.warning("event=contact_not_told contact=%s incident=%s", notice.contact, notice.incident)
        if not self._failed:
            self._failed = True
            reason = f"{notice.contact} could not be told; check the contact's ways and the network."
            self._report(FaultOccurred(time=self._now(), room="", part="phone", reasons=(reason,)))
