"""`guardian lab identify`: how often people are named rightly, wrongly or not at all in simulated homes.

Everybody who lives there is enrolled on day 0 by walking through the room for a minute, through the real pipeline, and
walks there on four other days, dressed otherwise; strangers call twice. A walk counts as wrong if a wrong name was ever
said during it, even if a right one followed.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context

from rich.console import Console
from rich.progress import track
from rich.table import Table

from guardian.events import PersonIdentified
from guardian.identity import Recognition
from guardian.lab.analyse import NOON
from guardian.lab.console import stdout
from guardian.lab.evaluate.intervals import wilson
from guardian.lab.identify.walks import APART, Walk, place_of, walks
from guardian.moment import Moment
from guardian.pipeline import Pipeline
from guardian.settings import Camera, Room, Settings
from guardian.skeleton import Observation

SIZES = (3, 6)
"""How many of those who live there are enrolled; who is not counts as a stranger."""
EMPTY_STEP = 1.0
MINUTES = 2
"""So often somebody walks through again who was not enrolled after a minute."""
RIGHT, WRONG, STRANGER, UNDECIDED = "right", "wrong", "stranger", "undecided"


@dataclass(frozen=True, slots=True)
class Told:
    """What was made of one walk, in a home of so many (`size`) enrolled people: `enrolled` tells whether this one was,
    `verdict` one of RIGHT, WRONG, STRANGER, UNDECIDED.
    """

    size: int
    enrolled: bool
    verdict: str


@dataclass(frozen=True, slots=True)
class _Task:
    seed: int
    number: int
    configured: bool


class _Household:
    """One home in which the first `size` people are enrolled."""

    def __init__(self, size: int, camera: Camera) -> None:
        room = Room(name="room", camera=camera)
        self.size, self._time = size, 0.0
        self._pipeline = Pipeline(room, Settings(rooms=(room,)), 0.0)

    def enrol(self, walk: Walk) -> None:
        """Let somebody walk through for a minute, and again where that was too little."""
        self._pipeline.begin_enrolment(str(walk.who), self._time)
        for _ in range(MINUTES):
            self._pass(walk)
            if self._pipeline.enrolment is None:
                return
        self._pipeline.forget_person(str(walk.who), self._time)

    def watch(self, walk: Walk) -> Told:
        """Say what is made of an ordinary walk."""
        names, last = self._pass(walk)
        enrolled, right = walk.who < self.size, {str(walk.who)} if walk.who < self.size else set[str]()
        if names - right:
            return Told(self.size, enrolled, WRONG)
        if names:
            return Told(self.size, enrolled, RIGHT)
        return Told(self.size, enrolled, STRANGER if last is Recognition.STRANGER else UNDECIDED)

    def _stay_empty(self, until: float) -> None:
        """Let nobody be seen for a while, so that whoever comes next is no longer taken for who has left."""
        while self._time + EMPTY_STEP < until:
            self._time += EMPTY_STEP
            self._pipeline.update(Observation(time=self._time), Moment(self._time, NOON))

    def _pass(self, walk: Walk) -> tuple[set[str], Recognition]:
        """Show one walk to the pipeline; return every name that was said, and what is thought at last."""
        names, last, begin = set[str](), Recognition.UNDECIDED, self._time + APART
        self._stay_empty(begin)
        for each in walk.seen:
            seen = replace(each, time=each.time + begin)
            self._time = seen.time
            events = self._pipeline.update(seen, Moment(seen.time, NOON))
            names |= {str(each.person) for each in events if isinstance(each, PersonIdentified) and each.person}
            known = [figure.person.recognition for figure in self._pipeline.figures]
            last = next((each for each in known if each is not Recognition.UNDECIDED), last)
        return names, last


def live(task: _Task) -> list[Told]:
    """Enrol and watch the people of one home."""
    found = list[Told]()
    households = list[_Household]()
    for walk in walks(task.seed, task.number):
        households = households or [_Household(size, _camera(task)) for size in SIZES]
        for household in households:
            if walk.day > 0:
                found.append(household.watch(walk))
            elif walk.who < household.size:
                household.enrol(walk)
    return found


def _camera(task: _Task) -> Camera:
    """The camera as an installer configures it: not at all, or as it truly hangs."""
    if not task.configured:
        return Camera(source="simulated")
    true = place_of(task.seed, task.number).camera
    return Camera(source="simulated", fov=true.fov, mount_height=true.height, tilt=true.tilt)


def identify(*, homes: int, seed: int, jobs: int, configured: bool, as_json: bool) -> int:
    """Print how people were told apart."""
    tasks, console = [_Task(seed, number, configured) for number in range(homes)], Console(stderr=True)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as workers:
        made = track(workers.map(live, tasks), total=homes, console=console, disable=not console.is_terminal)
        found = [told for of_home in made for told in of_home]
    if as_json:
        print(json.dumps(document(found, homes, seed)))
    else:
        stdout().print(table(found))
        how = "told the box" if configured else "left to be learnt"
        stdout().print(f"Simulated: {homes} homes (seed {seed}), how the camera hangs {how}.")
    return 0


def figures(found: Iterable[Told], size: int) -> dict[str, tuple[int, int]]:
    """What of how many, for homes with so many enrolled."""
    home = Counter((told.enrolled, told.verdict) for told in found if told.size == size)
    decided = sum(home[True, verdict] for verdict in (RIGHT, WRONG, STRANGER))
    total, calls = (sum(count for (here, _), count in home.items() if here is enrolled) for enrolled in (True, False))
    return {
        "right, of decided": (home[True, RIGHT], decided),
        "undecided, of all walks": (home[True, UNDECIDED], total),
        "wrong name, of decided": (home[True, WRONG], decided),
        "taken for a stranger, of decided": (home[True, STRANGER], decided),
        "strangers called unknown": (home[False, STRANGER], calls),
        "strangers undecided": (home[False, UNDECIDED], calls),
        "strangers given a name": (home[False, WRONG], calls),
    }


def document(found: Sequence[Told], homes: int, seed: int) -> dict[str, object]:
    """The figures, labelled as simulated."""
    counts = {str(size): {name: list(of) for name, of in figures(found, size).items()} for size in SIZES}
    return {"simulated": True, "homes": homes, "seed": seed, "enrolled": counts}


def table(found: Sequence[Told]) -> Table:
    """The figures with their intervals, by how many are enrolled."""
    made = Table(box=None)
    made.add_column("simulated walks", no_wrap=True)
    for size in SIZES:
        made.add_column(f"{size} enrolled", no_wrap=True)
    columns = [figures(found, size) for size in SIZES]
    for name in columns[0]:
        made.add_row(name, *(share(*column[name]) for column in columns))
    return made


def share(count: int, total: int) -> str:
    """Say a share with its 95 % interval."""
    interval = wilson(count, total)
    if interval is None:
        return "-"
    low, high = interval
    return f"{count / total:.1%} ({low:.1%} to {high:.1%}; {count} of {total})"
