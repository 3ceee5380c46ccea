"""Where the core takes its work from: in the order in which it came, but of what the eyes saw nothing that is stale.

A core that is slower than its eyes would fall behind without end: it would decide, ever later, on what was long ago,
and its memory would fill. A room's frame that had to wait is passed over where a newer one of the room is there, as a
camera drops what nobody fetches. Nothing else is ever left out.
"""

import logging
import queue
from collections.abc import Callable

from guardian.brain import Message
from guardian.eye.watch import Seen

log = logging.getLogger(__name__)

STALE_SECONDS = 2.0
"""From capture: less than the 5 s after which a room counts as unseen, and far less than any alarm waits for."""


class Inbox:
    """A queue for any number of threads that put and one that gets. `now` gives the seconds in which frames are
    timed.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._queue: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._newest: dict[str, float] = {}
        self._behind = False

    def put(self, message: Message | None) -> None:
        """Add something; None is the end."""
        if isinstance(message, Seen):
            self._newest[message.room] = message.observation.time
        self._queue.put(message)

    def get(self, timeout: float) -> Message | None:
        """The next, waited for so many seconds at most. Raises queue.Empty where there is none by then."""
        message = self._queue.get(timeout=timeout)
        while isinstance(message, Seen) and self._is_stale(message):
            message = self._queue.get(timeout=timeout)
        return message

    def qsize(self) -> int:
        """About how much waits."""
        return self._queue.qsize()

    def _is_stale(self, seen: Seen) -> bool:
        """Whether a frame had to wait and a newer one of its room is there; the beginning and the end are logged."""
        late = self._now() - seen.observation.time
        behind = late > STALE_SECONDS and self._newest[seen.room] > seen.observation.time
        if behind and not self._behind:
            log.warning("event=core_behind room=%r seconds=%.1f", seen.room, late)
        elif self._behind and late <= STALE_SECONDS:
            log.info("event=core_caught_up room=%r", seen.room)
        self._behind = behind or (self._behind and late > STALE_SECONDS)
        return behind
