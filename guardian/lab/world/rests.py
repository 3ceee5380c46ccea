"""`guardian lab places`: what is learned of where people rest in simulated homes of which nobody drew a place.

A household that accepts everything lives there for some days, and calls every alarm false. Then people fall there. All
of it is watched twice: by a box that has the learned places, and by one that has none.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import timedelta
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from guardian.errors import ConfigurationError
from guardian.events import URGENT_EVENTS, Event, PlaceAccepted, PlaceProposed
from guardian.geometry import Point, contains, hull
from guardian.incident import Incident, IncidentState
from guardian.lab import furniture
from guardian.lab.console import stdout
from guardian.lab.furniture import Piece
from guardian.lab.rotation import about
from guardian.lab.world.days import DAY, MERGED_SECONDS, visited
from guardian.lab.world.homes import ACTIVITIES, DEEP, RESTS, WIDE, Home, fall, home
from guardian.lab.world.seen import observe
from guardian.lab.world.truth import World
from guardian.moment import Moment
from guardian.pipeline import Pipeline
from guardian.rest_places import RestPlaces
from guardian.settings import Camera, Place, Room, Settings
from guardian.skeleton import Observation

Array = NDArray[np.float64]

ROOM = Room(name="room", camera=Camera(source="csi"))
DAY_SECONDS = 86_400.0
LONGEST_SITTING = 600.0
CALLED_FALSE_SECONDS = 300.0
"""So long after an alarm the household says that it was none."""
LYING_SECONDS = 75.0
BODY = 0.3
"""How thick somebody is who lies on a piece of furniture, metres."""
HIPS = 0.12
"""How high the hips of somebody are who lies on the floor, metres."""
GRID, STEP = 12, 0.2
COVERS = 0.5
"""Least share of an outline that has to be over one piece of furniture, to be called its place."""
LIE_ON = ("bed", "sofa")


@dataclass(slots=True)
class Lived:
    """What came of one home: its `pieces` to rest on, the day on which each was `proposed` and as what, and `wrong`
    proposals; alarms of each day without and with the learned places; square metres of open floor, and of those under
    learned beds and sofas; falls, and those found without and with the learned places.
    """

    pieces: tuple[str, ...] = ()
    proposed: dict[str, tuple[int, str]] = field(default_factory=dict)
    wrong: int = 0
    without: Counter[int] = field(default_factory=Counter)
    learned: Counter[int] = field(default_factory=Counter)
    floor: float = 0.0
    covered: float = 0.0
    falls: int = 0
    found_without: int = 0
    found_learned: int = 0


@dataclass(frozen=True, slots=True)
class _Task:
    seed: int
    number: int
    days: int
    falls: int
    only: tuple[str, ...] = tuple(ACTIVITIES)


class _Watch:
    """One box before the room: counts its alarms by day."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline, self._told = pipeline, float("-inf")

    def alarmed(self, observation: Observation) -> tuple[tuple[Event, ...], bool]:
        """What happened, and whether the household is alarmed anew."""
        now = observation.time
        events = self.pipeline.update(observation, _moment(now))
        fresh = any(isinstance(event, URGENT_EVENTS) for event in events) and now - self._told > MERGED_SECONDS
        self._told = now if fresh else self._told
        return events, fresh


def _moment(now: float) -> Moment:
    return Moment(now, DAY + timedelta(seconds=now))


class _Life:
    """A home with a box that learns, and, once something is learned, one beside it that does not."""

    def __init__(self, place: Home) -> None:
        self.place, self.rests = place, RestPlaces(ROOM.name)
        self.lived = Lived(pieces=tuple(spec.kind for spec in place.furniture if spec.kind in RESTS))
        self._watch = _Watch(Pipeline(ROOM, Settings(rooms=(ROOM,)), 0.0))
        self._bare: _Watch | None = None
        self._called: Incident | None = None

    def see(self, observation: Observation, day: int) -> None:
        """Take what the eye saw; the household accepts what is proposed, and calls every alarm false."""
        moment = _moment(observation.time)
        events, alarmed = self._watch.alarmed(observation)
        self.lived.learned[day] += alarmed
        self.lived.without[day] += self._bare.alarmed(observation)[1] if self._bare else alarmed
        proposed = self.rests.update(self._watch.pipeline.figures, events, moment, observation.aspect)
        for each in (*proposed, *self._call(moment, alarmed=alarmed)):
            self._bare = self._bare or deepcopy(self._watch)
            accepted = PlaceAccepted(time=each.time, room=ROOM.name, by="everybody", via="lab", number=each.number)
            self.rests.answer(accepted)
            self._watch.pipeline.furnish(self.rests.places)
            _judge(self.place, self.rests.places[-1], day, self.lived)

    def _call(self, moment: Moment, *, alarmed: bool) -> tuple[PlaceProposed, ...]:
        """Open an incident, and close it after a while as a false alarm."""
        called, now = self._called, moment.monotonic
        if called is None:
            self._called = _incident(now) if alarmed else None
            return self.rests.incident(self._called, moment) if self._called else ()
        if now - called.opened < CALLED_FALSE_SECONDS:
            return ()
        self._called = None
        return self.rests.incident(replace(called, state=IncidentState.RESOLVED, outcome="false alarm"), moment)


def live(task: _Task) -> Lived:
    """Live in one home for some days, and fall there."""
    life = _Life(home(np.random.default_rng((task.seed, task.number))))
    for day in range(task.days):
        random = np.random.default_rng((task.seed, task.number, day))
        for _, seen in visited(life.place, random, day, LONGEST_SITTING, task.only):
            life.see(replace(seen, time=seen.time + day * DAY_SECONDS), day)
    _lie_about(life.place, life.rests.places, life.lived)
    _fall(life.place, life.rests.places, task, life.lived)
    return life.lived


def _incident(now: float) -> Incident:
    return Incident(id=f"{now}", room=ROOM.name, kind="PersonDown", state=IncidentState.RAISED, opened=now, changed=now)


def _judge(place: Home, learned: Place, day: int, lived: Lived) -> None:
    """Say which piece of furniture a learned place is, if any."""
    pieces = {spec.kind: _seen(place, spec.piece()) for spec in place.furniture if spec.kind in RESTS}
    shares = {kind: share(learned.polygon, piece) for kind, piece in pieces.items()}
    best = max(shares, key=lambda kind: shares[kind])
    if shares[best] < COVERS:
        lived.wrong += 1
    else:
        lived.proposed.setdefault(best, (day + 1, learned.kind))


def _seen(place: Home, piece: Piece) -> tuple[Point, ...]:
    """The outline in the picture of a piece with somebody on it, in parts of width and height."""
    seat = furniture.seat(piece)
    top = (seat.height if seat else 0.0) + BODY
    corners = [
        (x * piece.size[0] / 2, high, z * piece.size[2] / 2)
        for x in (-1, 1)
        for z in (-1, 1)
        for high in (max(0.0, top - 2 * BODY), top)
    ]
    turned = np.array(corners) @ about("y", piece.facing).T + [piece.x, 0.0, piece.z]
    return hull(_parts(place, turned))


def _parts(place: Home, points: Array) -> list[Point]:
    """Points of the room (n, 3) as (x, y) in parts of the picture."""
    pixels, _ = place.camera.camera().project(points)
    return [(float(x), float(y)) for x, y in pixels / np.array(place.camera.size)]


def share(polygon: Sequence[Point], piece: Sequence[Point]) -> float:
    """Which share of a polygon is inside another, by a grid of points."""
    xs, ys = zip(*polygon, strict=True)
    grid = [
        (float(x), float(y)) for x in np.linspace(min(xs), max(xs), GRID) for y in np.linspace(min(ys), max(ys), GRID)
    ]
    inside = [point for point in grid if contains(polygon, point)]
    return sum(contains(piece, point) for point in inside) / max(1, len(inside))


def _lie_about(place: Home, places: Iterable[Place], lived: Lived) -> None:
    """Measure how much of the floor on which somebody who lies there is seen is under a learned bed or sofa."""
    xs, aways = np.arange(-WIDE / 2 + STEP, WIDE / 2, STEP), np.arange(1.0, DEEP, STEP)
    spots = np.array([(x, HIPS, -away) for x in xs for away in aways])
    solid = np.array([_under(spec.piece(), spots) for spec in place.furniture if spec.kind != "mat"])
    world = World(place.scene(1, [{"wait": {"for": 1.0}}]), place.pace)
    spots = spots[~solid.any(axis=0) & ~world.hidden(spots)]
    seen = [point for point in _parts(place, spots) if 0 < point[0] < 1 and 0 < point[1] < 1]
    soft = [each.polygon for each in places if each.kind in LIE_ON]
    lived.floor = len(seen) * STEP**2
    lived.covered = sum(any(contains(polygon, point) for polygon in soft) for point in seen) * STEP**2


def _under(piece: Piece, spots: Array) -> NDArray[np.bool_]:
    """Which of these spots (n, 3) are inside the ground plan of a piece."""
    local = (spots - [piece.x, 0.0, piece.z]) @ about("y", piece.facing)
    half = np.array([piece.size[0], piece.size[2]]) / 2
    return np.asarray((np.abs(local[:, [0, 2]]) < half).all(axis=1), np.bool_)


def _fall(place: Home, places: tuple[Place, ...], task: _Task, lived: Lived) -> None:
    """Let somebody fall in the home, again and again, before a box with the learned places and one without."""
    for number in range(task.falls):
        random = np.random.default_rng((task.seed, task.number, task.days + number))
        does, _ = fall(random, LYING_SECONDS)
        watches = [_Watch(Pipeline(ROOM, Settings(rooms=(ROOM,)), 0.0)) for _ in range(2)]
        watches[1].pipeline.furnish(places)
        found = [False, False]
        for observation in observe(World(place.scene(number, does), place.pace), random, empty=1.0):
            found = [watch.alarmed(observation)[1] or was for watch, was in zip(watches, found, strict=True)]
        lived.falls += 1
        lived.found_without += found[0]
        lived.found_learned += found[1]


def places(*, homes: int, days: int, falls: int, seed: int, jobs: int, only: str = "") -> int:
    """Print what was learned in so many homes within so many days, and what it does for alarms and falls. With `only`
    nothing else is done there; ConfigurationError where there is no such activity.
    """
    if only and only not in ACTIVITIES:
        message = f"{only[:60]!r} is no activity; one of {', '.join(ACTIVITIES)} would be right"
        raise ConfigurationError(message)
    console = Console(stderr=True)
    doing = (only,) if only else tuple(ACTIVITIES)
    tasks = [_Task(seed, number, days, falls, doing) for number in range(homes)]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as workers:
        made = track(workers.map(live, tasks), total=homes, console=console, disable=not console.is_terminal)
        lived = list(made)
    out = stdout()
    out.print(_proposals(lived, days))
    out.print(_alarms(lived, days))
    floor, covered = sum(each.floor for each in lived), sum(each.covered for each in lived)
    total, without, learned = (
        sum(count) for count in zip(*((e.falls, e.found_without, e.found_learned) for e in lived), strict=True)
    )
    out.print(
        f"Simulated: {homes} homes of which nobody drew a place, {days} days each (seed {seed}). Wrong proposals: "
        f"{sum(each.wrong for each in lived)}. Of {floor:.0f} m² of open floor {covered:.1f} m² are under a learned "
        f"bed or sofa. Of {total} falls {without} are found without the learned places, {learned} with them."
    )
    return 0


def _proposals(lived: Sequence[Lived], days: int) -> Table:
    """What there is to rest on, and how much of it was proposed by the end of each day, and as what."""
    table = Table(box=None)
    for head in ("there is", "homes", *(f"day {day + 1}" for day in range(days)), "proposed as"):
        table.add_column(head, no_wrap=True)
    for kind in RESTS:
        known = [each.proposed[kind] for each in lived if kind in each.proposed]
        names = Counter(name for _, name in known)
        table.add_row(
            kind,
            str(sum(kind in each.pieces for each in lived)),
            *(str(sum(proposed <= day + 1 for proposed, _ in known)) for day in range(days)),
            ", ".join(f"{count} {name}" for name, count in names.most_common()),
        )
    return table


def _alarms(lived: Sequence[Lived], days: int) -> Table:
    """False alarms of each day, without and with what was learned until then."""
    table = Table(box=None)
    for head in ("false alarms", *(f"day {day + 1}" for day in range(days)), "in all"):
        table.add_column(head, no_wrap=True)
    for head, counts in (
        ("without", [each.without for each in lived]),
        ("with learned places", [each.learned for each in lived]),
    ):
        daily = [sum(count[day] for count in counts) for day in range(days)]
        table.add_row(head, *map(str, daily), str(sum(daily)))
    return table
