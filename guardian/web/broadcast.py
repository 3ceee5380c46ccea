"""One look at the household, told to every open page: twenty viewers cost one snapshot, and one encoding for each
language that they read, like one.

A viewer that does not keep up is dropped; its page notices, says so, and comes back with a fresh state.
"""

import asyncio
import logging
from collections.abc import Callable

from guardian.phrasebook import ENGLISH, Phrasebook
from guardian.web import payload
from guardian.web.household import Household, Snapshot

log = logging.getLogger(__name__)

PERIOD_SECONDS = 0.1
BEAT_SECONDS = 1.0
BACKLOG = 40
"""Messages that a viewer may be behind before it is dropped: about four seconds of a lively room."""
VIEWERS = 32


class Viewer:
    """One open page that reads a language, with the messages that it has not yet taken. `gone` is set when it is
    dropped.
    """

    def __init__(self, book: Phrasebook = ENGLISH) -> None:
        self.book = book
        self.gone = asyncio.Event()
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue(BACKLOG)

    def offer(self, message: bytes) -> None:
        """Put a message in the queue, or give the viewer up where that is full."""
        try:
            self._waiting.put_nowait(message)
        except asyncio.QueueFull:
            self.gone.set()

    async def take(self) -> bytes:
        """Wait for the next message."""
        return await self._waiting.get()


class Broadcast:
    """The one that looks, and the viewers that it tells. All of it runs in the page's event loop.

    `now` gives monotonic seconds.
    """

    def __init__(self, household: Household, now: Callable[[], float]) -> None:
        self._household = household
        self._now = now
        self._viewers: set[Viewer] = set()
        self._watched = asyncio.Event()
        self._last: dict[Phrasebook, dict[str, bytes]] = {}
        self._beaten = float("-inf")

    @property
    def viewers(self) -> int:
        """How many pages are open."""
        return len(self._viewers)

    def join(self, book: Phrasebook = ENGLISH) -> Viewer | None:
        """Take in a new page that reads a language, and tell it all there is to know; None where there are too many."""
        if len(self._viewers) >= VIEWERS:
            return None
        viewer = Viewer(book)
        snapshot = self._household.snapshot()
        skeleton, beat = payload.message("skeleton", payload.SKELETON), payload.message("beat", payload.beat(snapshot))
        for message in (skeleton, beat, *self._messages(snapshot, book).values()):
            viewer.offer(message)
        self._viewers.add(viewer)
        self._watched.set()
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Forget a page."""
        self._viewers.discard(viewer)
        if not self._viewers:
            self._watched.clear()

    def step(self) -> None:
        """Look once, and tell every viewer what is new; at least a sign of life every second."""
        snapshot = self._household.snapshot()
        beats: list[bytes] = []
        if self._now() - self._beaten >= BEAT_SECONDS:
            self._beaten = self._now()
            beats = [payload.message("beat", payload.beat(snapshot))]
        messages = {book: self._messages(snapshot, book) for book in {viewer.book for viewer in self._viewers}}
        news = {book: [*self._news(book, each), *beats] for book, each in messages.items()}
        self._last = messages
        for viewer in tuple(self._viewers):
            for message in news[viewer.book]:
                viewer.offer(message)
            if viewer.gone.is_set():
                log.info("event=viewer_dropped reason=slow viewers=%d", len(self._viewers) - 1)
                self.leave(viewer)

    async def run(self) -> None:
        """Go on until cancelled; while nobody watches, nothing is done."""
        while True:
            await self._watched.wait()
            self.step()
            await asyncio.sleep(PERIOD_SECONDS)

    def close(self) -> None:
        """Send every viewer away: the server is about to stop."""
        for viewer in tuple(self._viewers):
            viewer.gone.set()
            self.leave(viewer)

    def _news(self, book: Phrasebook, messages: dict[str, bytes]) -> list[bytes]:
        last = self._last.get(book, {})
        return [message for name, message in messages.items() if last.get(name) != message]

    def _messages(self, snapshot: Snapshot, book: Phrasebook) -> dict[str, bytes]:
        return {
            "state": payload.message("state", payload.state(snapshot, self._now(), book)),
            "known": payload.message("known", payload.known(snapshot, book)),
            "people": payload.message("people", payload.people(snapshot, book)),
        }
