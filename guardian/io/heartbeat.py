"""A sign of life to somewhere outside: a box without power cannot say so itself, and silence at the other end must.

The address is fetched again and again while the core works. A service such as healthchecks (https://healthchecks.io/docs)
raises its own alarm when it was not fetched for a while. The address is a secret: it is never logged.
"""

import logging
import threading
import urllib.request
from collections.abc import Callable
from http.client import HTTPException

from guardian.events import Event, FaultCleared, FaultOccurred

log = logging.getLogger(__name__)

PART = "supervision"
TIMEOUT_SECONDS = 10.0
FAILURES = 3
"""So many in a row are a fault; a single one may be the network's hiccup."""


def fetch(url: str) -> None:
    """Fetch an address and drop what it says. Raises OSError or HTTPException where that fails."""
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - settings allow http and https
        answer.read(1)


class Heartbeat:
    """Fetches `url` every so many seconds while `alive` says so, on a thread of its own.

    `report` gets FaultOccurred with part "supervision" when three attempts in a row failed, and FaultCleared when one
    works again; it is called on that thread and must return at once.
    """

    def __init__(
        self,
        url: str,
        seconds: float,
        alive: Callable[[], bool],
        report: Callable[[Event], None],
        now: Callable[[], float],
        *,
        fetch: Callable[[str], None] = fetch,
    ) -> None:
        self._url, self._seconds, self._alive = url, seconds, alive
        self._report, self._now, self._fetch = report, now, fetch
        self._failures = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin with the first sign of life at once."""
        self._thread.start()

    def stop(self) -> None:
        """End; a fetch that hangs is left behind."""
        self._stopping.set()

    def beat(self) -> None:
        """Give one sign of life, if there is life; never raises."""
        if not self._alive():
            log.error("event=heartbeat_withheld reason='the core does not work'")
            return
        try:
            self._fetch(self._url)
        except (OSError, HTTPException, ValueError) as error:
            self._failures += 1
            log.warning("event=heartbeat_failed times=%d error=%s", self._failures, type(error).__name__)
            if self._failures == FAILURES:
                reason = "The service that watches over this box cannot be reached: if the box fails, nobody is told."
                self._report(FaultOccurred(time=self._now(), room="", part=PART, reasons=(reason,)))
            return
        if self._failures >= FAILURES:
            self._report(FaultCleared(time=self._now(), room="", part=PART))
        self._failures = 0

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.beat()
            self._stopping.wait(self._seconds)
