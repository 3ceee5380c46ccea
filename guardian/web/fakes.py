"""A household that a test or a designer of the page moves by hand; it ships with the product."""

import queue
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from guardian.day import Day
from guardian.events import HumanEvent
from guardian.moment import Moment
from guardian.web.household import PastIncident, RecordedScene, RoomShown, Snapshot


class FakeHousehold:
    """Shows what it is told to show. `submitted` holds what humans did; `looked` counts the snapshots taken.

    `broken` is raised by whatever reads the store, while it is set.
    """

    def __init__(self, *rooms: RoomShown, monotonic: float = 1_000.0, wall: datetime | None = None) -> None:
        moment = Moment(monotonic, wall or datetime(2025, 6, 1, 12, 0, tzinfo=timezone.utc))
        self.submitted: queue.Queue[HumanEvent] = queue.Queue()
        self.past: list[PastIncident] = []
        self.scenes: dict[str, RecordedScene] = {}
        self.counted: list[Day] = []
        self.looked = 0
        self.broken: Exception | None = None
        self._snapshot = Snapshot(moment=moment, rooms=rooms)
        self._lock = threading.Lock()

    def show(self, **changes: Any) -> None:
        """Replace fields of the snapshot from now on."""
        with self._lock:
            self._snapshot = replace(self._snapshot, **changes)

    def snapshot(self) -> Snapshot:
        """Return what is shown."""
        with self._lock:
            self.looked += 1
            return self._snapshot

    def incidents(self, limit: int) -> Sequence[PastIncident]:
        """Return the first `limit` of `past`."""
        self._check()
        return self.past[:limit]

    def scene(self, incident_id: str) -> RecordedScene | None:
        """Return one of `scenes`."""
        self._check()
        return self.scenes.get(incident_id)

    def days(self, who: str) -> Sequence[Day]:
        """Return those of `counted` that are of `who`."""
        self._check()
        return [day for day in self.counted if day.who == who]

    def submit(self, event: HumanEvent) -> None:
        """Keep the event for whoever looks."""
        self.submitted.put(event)

    def _check(self) -> None:
        if self.broken is not None:
            raise self.broken
