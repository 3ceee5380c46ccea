"""`guardian lab identify --rooms`: homes of two rooms, each with a camera, with and without handing over who goes from
one into the other.

What counts is what is said of somebody in the second room. Mostly it is who has just left the first; but two people
cross between the rooms, or both turn round in the door, or one goes where no camera is and another comes from there.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from heapq import merge
from multiprocessing import get_context

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from guardian.events import PersonIdentified
from guardian.handover import Handover
from guardian.identity import Recognition
from guardian.lab.analyse import NOON
from guardian.lab.console import stdout
from guardian.lab.identify.measure import (
    EMPTY_STEP,
    MINUTES,
    RIGHT,
    SIZES,
    STRANGER,
    UNDECIDED,
    WRONG,
    Told,
    figures,
    share,
)
from guardian.lab.identify.walks import APART, CALL, LIVE_HERE, walked
from guardian.lab.world.homes import home
from guardian.lab.world.residents import Resident, minute, passing, resident
from guardian.moment import Moment
from guardian.pipeline import Pipeline
from guardian.settings import Camera, Room, Settings
from guardian.skeleton import Observation

ROOMS = ("hall", "den")
KINDS = ("through", "through", "through", "crossed", "turned", "replaced")
"""What happens between the rooms, as often as it stands here."""
ROUNDS = 3
LONGEST_GAP = 5.0
"""Seconds from when a camera sees nothing more of somebody until the other one's scene begins, at most."""
BETWEEN = 3 * APART
"""Seconds between two scenes: nobody who left before one may be taken for who comes in it."""


@dataclass(frozen=True, slots=True)
class Leg:
    """What one camera sees of person `who`, from `begin` on, in seconds of the scene; `second` tells that it counts."""

    room: str
    who: int
    begin: float
    seen: tuple[Observation, ...]
    second: bool = False

    @property
    def end(self) -> float:
        """When it is over, in seconds of the scene."""
        return self.begin + self.seen[-1].time


@dataclass(frozen=True, slots=True)
class Scene:
    """What happens between the rooms: one of KINDS, or "enrolled"."""

    kind: str
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True)
class Second:
    """What was made of somebody in the second room, with or without handing over (`handed`)."""

    kind: str
    handed: bool
    told: Told


class _Theatre:
    """Two rooms with their cameras, and the people who walk there."""

    def __init__(self, seed: int, number: int) -> None:
        self._random = random = np.random.default_rng((seed, number, 2))
        self._places = {room: home(random) for room in ROOMS}
        self._people = [resident(random) for _ in range(LIVE_HERE + CALL)]
        self._scenes = 0

    def scenes(self) -> Iterator[Scene]:
        for who in range(LIVE_HERE):
            today = self._people[who].today(self._random)
            legs = (self._leg(room, who, today, 0.0, enrolled=True) for room in ROOMS)
            yield Scene("enrolled", tuple(legs))
        for _ in range(ROUNDS):
            for first in range(len(self._people)):
                yield self._between(str(self._random.choice(KINDS)), first)

    def _between(self, kind: str, first: int) -> Scene:
        others = [who for who in range(len(self._people)) if who != first]
        second = int(self._random.choice(others))
        days = {who: self._people[who].today(self._random) for who in (first, second)}
        here, there = (ROOMS[place] for place in self._random.permutation(2))
        before = [self._leg(here, first, days[first], 0.0)]
        if kind in ("crossed", "turned"):
            before.append(self._leg(there, second, days[second], 0.0))
            late = max(leg.end for leg in before)
            before = [replace(leg, begin=late - leg.end) for leg in before]
        after = {
            "through": [(there, first)],
            "crossed": [(there, first), (here, second)],
            "turned": [(here, first), (there, second)],
            "replaced": [(there, second)],
        }[kind]
        ended = max(leg.end for leg in before)
        gaps = self._random.uniform(0.0, LONGEST_GAP, len(after))
        legs = [
            replace(self._leg(room, who, days[who], ended + float(gap)), second=True)
            for (room, who), gap in zip(after, gaps, strict=True)
        ]
        return Scene(kind, (*before, *legs))

    def _leg(self, room: str, who: int, today: Resident, begin: float, *, enrolled: bool = False) -> Leg:
        self._scenes += 1
        does = minute if enrolled else passing
        return Leg(room, who, begin, walked(self._places[room], today, does, self._random, self._scenes))


class _Box:
    """A box that watches both rooms, in which the first `size` people are enrolled, and which may hand over."""

    def __init__(self, size: int, *, handed: bool) -> None:
        rooms = tuple(Room(name=room, camera=Camera(source="simulated")) for room in ROOMS)
        self._size, self._handed, self._time = size, handed, 0.0
        self._pipelines = {room.name: Pipeline(room, Settings(rooms=rooms), 0.0) for room in rooms}
        self._handover = Handover()

    def live(self, scene: Scene) -> list[Second]:
        """Enrol who is to be enrolled, or say what is made of who came into the second room."""
        if scene.kind != "enrolled":
            return [Second(scene.kind, self._handed, told) for told in self._watch(scene)]
        for leg in scene.legs if scene.legs[0].who < self._size else ():
            self._enrol(leg)
        return []

    def _enrol(self, leg: Leg) -> None:
        pipeline = self._pipelines[leg.room]
        pipeline.begin_enrolment(str(leg.who), self._time)
        for _ in range(MINUTES):
            self._watch(Scene("enrolled", (leg,)))
            if pipeline.enrolment is None:
                return
        pipeline.forget_person(str(leg.who), self._time)

    def _watch(self, scene: Scene) -> Iterable[Told]:
        begin = self._time + BETWEEN
        names = {number: set[str]() for number in range(len(scene.legs))}
        last = dict.fromkeys(names, Recognition.UNDECIDED)
        for time, room, number, seen in self._frames(scene, begin):
            self._time = time
            pipeline = self._pipelines[room]
            events = pipeline.update(replace(seen, time=time), Moment(time, NOON))
            earlier = self._handover.update(room, pipeline.figures, time)
            if self._handed:
                pipeline.hand_over(earlier)
            if number >= 0:
                names[number] |= {
                    str(each.person) for each in events if isinstance(each, PersonIdentified) and each.person
                }
                known = [figure.person.recognition for figure in pipeline.figures]
                last[number] = next((each for each in known if each is not Recognition.UNDECIDED), last[number])
        return [self._told(leg.who, names[each], last[each]) for each, leg in enumerate(scene.legs) if leg.second]

    def _frames(self, scene: Scene, begin: float) -> Iterator[tuple[float, str, int, Observation]]:
        """Every frame of both cameras in its order: time, room, which leg it is of (-1: nobody is there), and what is
        seen.
        """
        legs = [
            [(begin + leg.begin + each.time, leg.room, number, each) for each in leg.seen]
            for number, leg in enumerate(scene.legs)
        ]
        end = begin + max(leg.end for leg in scene.legs)
        empty = [
            (float(time), room, -1, Observation(time=0.0))
            for time in np.arange(self._time + EMPTY_STEP, end, EMPTY_STEP)
            for room in ROOMS
            if not any(
                leg.room == room and begin + leg.begin - EMPTY_STEP <= time <= begin + leg.end for leg in scene.legs
            )
        ]
        return merge(*legs, empty, key=lambda frame: frame[0])

    def _told(self, who: int, names: set[str], last: Recognition) -> Told:
        enrolled = who < self._size
        right = {str(who)} if enrolled else set[str]()
        if names:
            return Told(self._size, enrolled, WRONG if names - right else RIGHT)
        return Told(self._size, enrolled, STRANGER if last is Recognition.STRANGER else UNDECIDED)


def live(task: tuple[int, int]) -> list[Second]:
    """What was made of everybody who came into a second room of one home, by seed and number."""
    boxes = [_Box(size, handed=handed) for size in SIZES for handed in (False, True)]
    return [second for scene in _Theatre(*task).scenes() for box in boxes for second in box.live(scene)]


def identify_rooms(*, homes: int, seed: int, jobs: int, as_json: bool) -> int:
    """Print how people were told apart in the second room."""
    tasks, console = [(seed, number) for number in range(homes)], Console(stderr=True)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as workers:
        made = track(workers.map(live, tasks), total=homes, console=console, disable=not console.is_terminal)
        found = [second for of_home in made for second in of_home]
    if as_json:
        print(json.dumps(document(found, homes, seed)))
        return 0
    for size in SIZES:
        stdout().print(table(found, size))
    stdout().print(f"Simulated: {homes} homes of two rooms (seed {seed}), how the cameras hang left to be learnt.")
    return 0


def sorts(found: Sequence[Second], size: int) -> dict[str, dict[bool, tuple[int, int]]]:
    """What of how many in homes with so many enrolled, without and with handing over: of all, and wrong by kind."""
    by = {handed: [each for each in found if each.handed is handed] for handed in (False, True)}
    whole = {handed: figures([each.told for each in some], size) for handed, some in by.items()}
    rows = {name: {handed: whole[handed][name] for handed in by} for name in whole[False]}
    for kind in dict.fromkeys(KINDS):
        told = {
            handed: [each.told for each in some if each.kind == kind and each.told.size == size]
            for handed, some in by.items()
        }
        rows[f"any wrong name, {kind}"] = {
            handed: (sum(each.verdict == WRONG for each in some), len(some)) for handed, some in told.items()
        }
    return rows


def document(found: Sequence[Second], homes: int, seed: int) -> dict[str, object]:
    """The figures, labelled as simulated."""
    sizes = {
        str(size): {
            name: {"without": list(of[False]), "with": list(of[True])} for name, of in sorts(found, size).items()
        }
        for size in SIZES
    }
    return {"simulated": True, "homes": homes, "seed": seed, "enrolled": sizes}


def table(found: Sequence[Second], size: int) -> Table:
    """The figures with their intervals, without and with handing over."""
    made = Table(box=None)
    for heading in (f"second room, {size} enrolled", "without", "with hand-over"):
        made.add_column(heading, no_wrap=True)
    for name, of in sorts(found, size).items():
        made.add_row(name, share(*of[False]), share(*of[True]))
    return made
