"""Holding new alarms for a stated time: always shown, always ending by itself, and losing nothing that happened."""

from collections.abc import Mapping

from guardian.events import PersonEvent, Snoozed
from guardian.transitions import severity_of

MAX_HELD = 32
MAX_SNOOZE_SECONDS = 14_400.0


class Snoozes:
    """Rooms whose new alarms are held for a time ("" is every room), and the events that are held: none is lost."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._held: dict[tuple[str, int], PersonEvent] = {}

    def start(self, event: Snoozed, now: float) -> None:
        """Begin, prolong or shorten the snooze of a room; no seconds end it at the next tick."""
        self._until[event.room] = now + max(0.0, min(event.seconds, MAX_SNOOZE_SECONDS))

    def until(self, room: str) -> float:
        """Return when new alarms of the room are no longer held; minus infinity where none are."""
        return max(self._until.get(each, float("-inf")) for each in ("", room))

    def hold(self, event: PersonEvent) -> None:
        """Keep the event for the end of the snooze: the gravest of each body, the newest bodies if there are many."""
        key = (event.room, event.track)
        held = self._held.pop(key, event)
        self._held[key] = max(held, event, key=lambda each: severity_of(type(each).__name__))
        if len(self._held) > MAX_HELD:
            del self._held[next(iter(self._held))]

    def forget(self, event: PersonEvent) -> None:
        """Drop what was held of a body that got up or walked out."""
        self._held.pop((event.room, event.track), None)

    def end(self, now: float) -> tuple[PersonEvent, ...]:
        """End what is over, and give back what was held by it."""
        self._until = {room: until for room, until in self._until.items() if until > now}
        over = [key for key in self._held if self.until(key[0]) <= now]
        return tuple(self._held.pop(key) for key in over)

    @property
    def rooms(self) -> Mapping[str, float]:
        """Which rooms are snoozed ("" is every room), and until when."""
        return dict(self._until)
