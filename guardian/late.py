"""Parts of the box that may not start: each is reported and tried again, and keeps none of the others from working."""

import logging
import threading
from collections.abc import Callable

from guardian.errors import GuardianError
from guardian.events import Event, FaultCleared, FaultOccurred

log = logging.getLogger(__name__)

RETRY_SECONDS = 30.0


class Late:
    """Starts parts. What does not start is told to `report`, as of `now`, and tried again on a thread of its own."""

    def __init__(self, report: Callable[[Event], None], now: Callable[[], float]) -> None:
        self._report, self._now = report, now
        self._parts: dict[str, Callable[[], None]] = {}
        self._stopping = threading.Event()
        self._starter = threading.Thread(target=self._start_late, name="starter", daemon=True)

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that have not started yet, and are tried again."""
        return tuple(self._parts)

    def begin(self, part: str, start: Callable[[], None]) -> None:
        """Start a part, now or later."""
        try:
            start()
        except GuardianError as error:
            self.report(part, error)
            self._parts[part] = start

    def report(self, part: str, error: GuardianError) -> None:
        """Tell of a part that does not work."""
        log.error("event=part_not_started part=%s reason=%r", part, str(error))
        self._report(FaultOccurred(time=self._now(), room="", part=part, reasons=(str(error),)))

    def start(self) -> None:
        """Try again what did not start, until all of it has."""
        self._starter.start()

    def stop(self) -> None:
        """Try no more; waits for a try that is under way."""
        self._stopping.set()
        if self._starter.ident is not None:
            self._starter.join()

    def _start_late(self) -> None:
        while self._parts and not self._stopping.wait(RETRY_SECONDS):
            for part, start in tuple(self._parts.items()):
                try:
                    start()
                except GuardianError as error:
                    log.warning("event=part_not_started part=%s reason=%r", part, str(error))
                    continue
                del self._parts[part]
                self._report(FaultCleared(time=self._now(), room="", part=part))
