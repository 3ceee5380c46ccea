"""A home under a virtual clock: whoever is where, looked at every few seconds, by the stages that count days."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from bodies import standing

from guardian.day import Day
from guardian.diary import Diary
from guardian.events import Event
from guardian.identity import Person, Recognition
from guardian.io.fakes import FakeClock
from guardian.posture import Figure, Posture
from guardian.routine import Routine
from guardian.settings import Place, Settings
from guardian.strangers import Strangers
from guardian.tracking import Track, TrackState

STEP = 5.0
CORNERS = [[0, 0], [1, 0], [1, 1]]
ROOMS = [
    {"name": "bedroom", "kind": "bedroom", "camera": {"source": "csi"}},
    {"name": "kitchen", "kind": "kitchen", "camera": {"source": "csi"}},
    {"name": "bathroom", "kind": "bathroom", "camera": {"source": "csi"}},
    {"name": "hall", "kind": "hall", "camera": {"source": "csi"}},
]


def settings(**more: object) -> Settings:
    return Settings.model_validate({"rooms": ROOMS, **more})


def figure(
    posture: Posture = Posture.UPRIGHT,
    place: str | None = None,
    *,
    who: str | None = None,
    track: int = 1,
    state: TrackState = TrackState.CONFIRMED,
    recognition: Recognition = Recognition.UNDECIDED,
) -> Figure:
    pose = standing()
    body = Track(id=track, pose=pose, state=state, born=0.0, seen=0.0, hit=True, moved=0.0, origin=(0.5, 0.5))
    where = None if place is None else Place.model_validate({"name": place, "kind": place, "polygon": CORNERS})
    person = Person(body, who, 0.0, Recognition.KNOWN if who else recognition)
    return Figure(person, posture, {}, where, 0.5, 0.0, None, None, None, None, None, raised=False)


class Lived:
    """One home, from `at` (wall time in `zone`) on."""

    def __init__(
        self, at: str = "2025-06-04T00:00", zone: str = "Europe/Madrid", days: Iterable[Day] = (), **more: object
    ) -> None:
        self.settings = settings(**more)
        self.clock = FakeClock(1_000.0, datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(zone)))
        self.diary = Diary(self.settings)
        self.routine, self.strangers = Routine(self.settings, days), Strangers(self.settings.behaviour)
        self.events: list[Event] = []
        self.dark: frozenset[str] = frozenset()
        self.paused: frozenset[str] = frozenset()
        self.diary.tick(self.clock.moment())

    def look(self, rooms: dict[str, tuple[Figure, ...]], still: dict[str, float] | None = None) -> None:
        """One look at every room."""
        self.clock.advance(STEP)
        moment = self.clock.moment()
        for room in self.settings.rooms:
            if room.name in self.paused:
                continue
            seen = rooms.get(room.name, ())
            self.diary.see(room.name, seen, still or {}, moment, in_view=room.name not in self.dark)
        self.diary.pause(self.paused, moment)
        self.diary.tick(moment)
        self.events += self.routine.tick(self.diary, moment)
        self.events += self.strangers.tick(self.diary, moment)

    def be(self, minutes: float, room: str = "", *figures: Figure, still: dict[str, float] | None = None) -> "Lived":
        """Be in a room for so many minutes, or nowhere that is seen."""
        for _ in range(round(minutes * 60 / STEP)):
            self.look({room: figures} if room else {}, still)
        return self

    def until(self, hhmm: str, room: str = "", *figures: Figure) -> "Lived":
        """Be in a room until this time of day, of the next day where it has passed."""
        for _ in range(2 * 24 * 3_600):
            self.look({room: figures} if room else {})
            if f"{self.clock.moment().wall:%H:%M}" == hhmm:
                return self
        message = f"it is never {hhmm}"
        raise AssertionError(message)

    @property
    def today(self) -> Day:
        """The household's day so far."""
        today = self.clock.moment().wall.date()
        return self.diary.household.look(today).close(today, "")

    def named(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]
