"""A life as the box sees it: figures in rooms, every few seconds, through the stages that count days and stillness."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from guardian.behaviour import Stillness
from guardian.day import Day
from guardian.events import Event
from guardian.habits import Habits
from guardian.identity import Person
from guardian.lab.household.life import BATHROOM, DAY, HALL, KITCHEN, LIVING, OUT, Stretch
from guardian.moment import Moment
from guardian.posture import Figure, Posture
from guardian.settings import Place, Settings
from guardian.skeleton import KEYPOINTS, Keypoints, Pose
from guardian.tracking import Track, TrackState

ZONE = ZoneInfo("Europe/Madrid")
LOOK_SECONDS, IDLE_SECONDS = 5.0, 30.0
"""How often a room with somebody in it is looked at, and an empty one."""
TREMBLE, STIR = 0.003, 0.15
"""How much keypoints tremble from look to look, and how far limbs go when one shifts, in statures."""
ROOMS = {KITCHEN: "kitchen", LIVING: "living", BATHROOM: "bathroom", HALL: "hall"}
CORNERS = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9))


def settings(**more: object) -> Settings:
    """The configuration of that home: a bedroom without a camera, and four rooms with one."""
    rooms = [{"name": name, "kind": kind, "camera": {"source": "csi"}} for name, kind in ROOMS.items()]
    return Settings.model_validate({"rooms": rooms, "household": {"residents": 1, "timezone": ZONE.key}, **more})


@dataclass(slots=True)
class _Somebody:
    """How the body is held now, and when it shifts next."""

    random: np.random.Generator
    held: Keypoints
    stirs_at: float = 0.0

    def pose(self, stretch: Stretch, now: float) -> Pose:
        """The body as it is seen at `now`."""
        if now >= self.stirs_at:
            self.held = standing()
            self.held[:, :2] += self.random.uniform(-STIR, STIR, (KEYPOINTS, 2))
            self.stirs_at = now + float(self.random.exponential(60 * stretch.stirs))
        keypoints = self.held.copy()
        keypoints[:, :2] += self.random.normal(0, TREMBLE, (KEYPOINTS, 2))
        return Pose(keypoints, 0.7)


def standing() -> Keypoints:
    """Keypoints of some body, enough to tell whether it moves."""
    keypoints: Keypoints = np.full((KEYPOINTS, 3), 0.7, np.float32)
    keypoints[:, 0], keypoints[:, 1] = np.linspace(0.1, 0.9, KEYPOINTS), 0.5
    return keypoints


class Watched:
    """One home from the midnight of `first` on; `live` one day after the other."""

    def __init__(self, seed: int, first: date, home: Settings) -> None:
        self._random = np.random.default_rng((seed, 9))
        self._midnight = datetime.combine(first, datetime.min.time(), ZONE)
        self._began = self._midnight.timestamp()
        self.habits = Habits(home)
        self._stillness = {name: Stillness(name, home.behaviour, self.habits.still_usual) for name in ROOMS}
        self._body = _Somebody(self._random, standing())
        self._track = 0
        self.days: list[Day] = []

    def moment(self, now: float) -> Moment:
        """Seconds since the first midnight, on both clocks."""
        return Moment(now, datetime.fromtimestamp(self._began + now, timezone.utc).astimezone(ZONE))

    def live(self, day: date, plan: tuple[Stretch, ...]) -> Iterator[tuple[Moment, Event]]:
        """Live through a day; what is told, and when."""
        for stretch, after in pairwise((*plan, Stretch(DAY, OUT))):
            begins, ends = self._seconds(day, stretch.start), self._seconds(day, after.start)
            self._track += 1
            self._body.stirs_at = begins
            yield from self._stay(stretch, begins, ends)

    def _seconds(self, day: date, minutes: float) -> float:
        """The monotonic second of a wall time, as whoever lives by the clock has it."""
        wall = datetime.combine(day, datetime.min.time(), ZONE) + timedelta(minutes=minutes)
        return wall.timestamp() - self._began

    def _stay(self, stretch: Stretch, begins: float, ends: float) -> Iterator[tuple[Moment, Event]]:
        step = LOOK_SECONDS if stretch.room in ROOMS else IDLE_SECONDS
        others = 0.0
        for now in np.arange(begins, ends, step):
            moment = self.moment(float(now))
            events: tuple[Event, ...] = ()
            idle = now >= others
            others = now + IDLE_SECONDS if idle else others
            for room in ROOMS:
                if room == stretch.room or idle:
                    figures = self._figures(stretch, moment.monotonic) if room == stretch.room else ()
                    events += self._look(room, figures, moment)
            for event in (*events, *self.habits.tick(moment)):
                yield moment, event
            self.days += [each for each in self.habits.due(moment.monotonic) if each.date < moment.wall.date()]

    def _look(self, room: str, figures: tuple[Figure, ...], moment: Moment) -> tuple[Event, ...]:
        stillness = self._stillness[room]
        events = stillness.update(figures, moment)
        self.habits.see(room, figures, stillness.still, moment, in_view=True)
        return events

    def _figures(self, stretch: Stretch, now: float) -> tuple[Figure, ...]:
        own = _figure(self._track, self._body.pose(stretch, now), stretch, now)
        guests = [
            replace(own, person=_person(10_000 + number, own.person.track.pose, now))
            for number in range(stretch.guests)
        ]
        return (own, *guests)


def _figure(track: int, pose: Pose, stretch: Stretch, now: float) -> Figure:
    place = Place(name=stretch.place, kind=stretch.place, polygon=CORNERS) if stretch.place else None
    person, posture = _person(track, pose, now), Posture(stretch.posture)
    return Figure(person, posture, {}, place, 0.8, 0.0, None, None, None, None, None, raised=False)


def _person(track: int, pose: Pose, now: float) -> Person:
    return Person(Track(track, pose, TrackState.CONFIRMED, now, now))
