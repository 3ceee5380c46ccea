"""Holding new alarms for a stated time: always shown, always ending by itself, and losing nothing that happened."""

from collections.abc import Callable, Mapping

from guardian.events import PersonEvent, Snoozed
from guardian.transitions import severity_of

MAX_HELD = 32
MAX_SNOOZE_SECONDS = 14_400.0


class Held:
    """Events that are kept until something is over: none is lost, unless the body gets up or walks out."""

    def __init__(self) -> None:
        self._events: dict[tuple[str, int], PersonEvent] = {}

    def hold(self, event: PersonEvent) -> None:
        """Keep the gravest of each body, and the newest bodies if there are many."""
        key = (event.room, event.track)
        held = self._events.pop(key, event)
        self._events[key] = max(held, event, key=lambda each: severity_of(type(each).__name__))
        if len(self._events) > MAX_HELD:
            del self._events[next(iter(self._events))]

    def forget(self, event: PersonEvent) -> None:
        """Drop what was held of a body that got up or walked out."""
        self._events.pop((event.room, event.track), None)

    def release(self, over: Callable[[str], bool] = lambda _: True) -> tuple[PersonEvent, ...]:
        """Give back, and hold no longer, what was held of the rooms of which it is over."""
        return tuple(self._events.pop(key) for key in list(self._events) if over(key[0]))


class Snoozes:
    """Rooms whose new alarms are held for a time ("" is every room), and the events that are held."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._held = Held()

    def start(self, event: Snoozed, now: float) -> None:
        """Begin, prolong or shorten the snooze of a room; no seconds end it at the next tick."""
        self._until[event.room] = now + max(0.0, min(event.seconds, MAX_SNOOZE_SECONDS))

    def until(self, room: str) -> float:
        """Return when new alarms of the room are no longer held; minus infinity where none are."""
        return max(self._until.get(each, float("-inf")) for each in ("", room))

    def hold(self, event: PersonEvent) -> None:
        """Keep the event for the end of the snooze."""
        self._held.hold(event)

    def forget(self, event: PersonEvent) -> None:
        """Drop what was held of a body that got up or walked out."""
        self._held.forget(event)

    def end(self, now: float) -> tuple[PersonEvent, ...]:
        """End what is over, and give back what was held by it."""
        self._until = {room: until for room, until in self._until.items() if until > now}
        return self._held.release(lambda room: self.until(room) <= now)

    @property
    def rooms(self) -> Mapping[str, float]:
        """Which rooms are snoozed ("" is every room), and until when."""
        return dict(self._until)
