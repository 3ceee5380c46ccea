"""`guardian lab optics`: how well is learnt from people who walk in simulated homes how a camera hangs."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from guardian.ground import Ground, Known
from guardian.lab.analyse import NOON
from guardian.lab.console import stdout
from guardian.lab.world.homes import ACTIVITIES, Home, home
from guardian.lab.world.seen import observe
from guardian.lab.world.truth import World
from guardian.moment import Moment
from guardian.pipeline import Pipeline
from guardian.roll import DEAD_DEGREES, SURE, Askew
from guardian.settings import Camera, Room, Settings

WALKS = (2, 5, 10, 20)
"""After so many walks through the room the optics are looked at."""
ROOM = Room(name="room", camera=Camera(source="simulated"))
LEARNT_WALKS, AGAIN_WALKS, TURNED = 10, (1, 3), (0.0, 3.0, 5.0, -5.0)
"""Walks before a restart, walks after it at which is looked, and degrees by which the camera was tilted meanwhile."""
RIGHT_METRES, RIGHT_DEGREES = 0.3, 5.0
CONFIDENCES = (0.0, 0.3, 0.5, 0.7, 0.9)
ROLLS = (0.0, 5.0, -10.0, 15.0, -5.0, 10.0, -15.0)


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was known after so many `walks` and `seconds`, and how far `height` (metres) and `tilt` (degrees) are
    off; the same of how far `askew` it hangs, and how far that `roll` (degrees) is off.
    """

    walks: int
    seconds: float
    known: Known | None
    height: float
    tilt: float
    askew: Askew | None = None
    roll: float = 0.0

    @property
    def right(self) -> bool:
        """Whether both are as good as anybody needs."""
        return self.height <= RIGHT_METRES and self.tilt <= RIGHT_DEGREES


@dataclass(frozen=True, slots=True)
class Restarted:
    """What has become of remembered optics `walks` after a restart, for a camera `turned` by so many degrees meanwhile:
    whether they `hold`, were dropped (False), or nothing can be said yet (None).
    """

    walks: int
    turned: float
    holds: bool | None


@dataclass(frozen=True, slots=True)
class _Task:
    seed: int
    number: int
    fov: bool
    rolls: tuple[float, ...] = (0.0,)


class _Camera:
    """One camera of one home before and after it was turned, and what is learnt from people who walk there."""

    def __init__(self, place: Home, ground: Ground) -> None:
        self.place, self.ground, self.time = place, ground, 0.0
        self._pipeline = Pipeline(ROOM, Settings(rooms=(ROOM,)), 0.0)

    @property
    def askew(self) -> Askew | None:
        """By how much it is known to hang askew."""
        return self._pipeline.roll

    def walk(self, number: int, random: np.random.Generator) -> None:
        """Let somebody walk through."""
        world = World(self.place.scene(number, *ACTIVITIES["walking through"][0](random, 10.0)), self.place.pace)
        for seen in observe(world, random, begin=self.time, empty=3.0):
            self._pipeline.update(seen, Moment(seen.time, NOON))
            self.ground.update(self._pipeline.figures, seen.time, seen.aspect)
            self.time = seen.time + 1


def restart(task: _Task) -> list[Restarted]:
    """Learn the optics of one home, begin anew with what was learnt, the camera turned or not, and walk again."""
    random = np.random.default_rng((task.seed, task.number))
    place = home(random)
    settings = Camera(source="simulated", fov=place.camera.fov)
    before = _Camera(place, Ground(settings))
    for walk in range(LEARNT_WALKS):
        before.walk(walk, random)
    kept, found = before.ground.remember(), list[Restarted]()
    for turned in TURNED if kept is not None else ():
        camera = place.camera.model_copy(update={"tilt": place.camera.tilt + turned})
        after = _Camera(replace(place, camera=camera), Ground(settings))
        after.ground.recall(kept or {})
        optics = after.ground.known.optics if after.ground.known else None
        for walk in range(1, max(AGAIN_WALKS) + 1):
            after.walk(LEARNT_WALKS + walk, random)
            if walk in AGAIN_WALKS:
                known = after.ground.known
                same = known is not None and known.optics == optics
                found.append(Restarted(walk, turned, None if known and known.before else same))
    return found


def learn(task: _Task) -> list[Learnt]:
    """Let people walk through one home; the field of view is configured, or taken for the usual one. Its camera hangs
    askew by one of `rolls`.
    """
    random = np.random.default_rng((task.seed, task.number))
    place = home(random, task.rolls[task.number % len(task.rolls)])
    truth = place.camera
    camera = Camera(source="simulated", fov=truth.fov if task.fov else None)
    walked, found = _Camera(place, Ground(camera)), []
    for walk in range(1, max(WALKS) + 1):
        walked.walk(walk, random)
        if walk in WALKS:
            known, askew = walked.ground.known, walked.askew
            off = (
                (0.0, 0.0)
                if known is None
                else (abs(known.optics.height - truth.height), abs(known.optics.tilt - truth.tilt))
            )
            turned = 0.0 if askew is None else abs(askew.degrees - truth.roll)
            found.append(Learnt(walk, walked.time, known, *off, askew, turned))
    return found


def optics(*, homes: int, seed: int, jobs: int) -> int:
    """Print how far off height, tilt and roll are, by walks and by confidence."""
    console = Console(stderr=True)
    for fov, rolls in ((True, (0.0,)), (False, (0.0,)), (False, ROLLS)):
        tasks = [_Task(seed, number, fov, rolls) for number in range(homes)]
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as workers:
            made = track(workers.map(learn, tasks), total=homes, console=console, disable=not console.is_terminal)
            found = [each for learnt in made for each in learnt]
        if rolls == ROLLS:
            stdout().print(askew_table(f"camera askew by {min(ROLLS):g} to {max(ROLLS):g}°", found))
        else:
            stdout().print(table("field of view configured" if fov else "field of view taken for 62°", found))
    return 0


def restarts(*, homes: int, seed: int, jobs: int) -> int:
    """Print what becomes of remembered optics after a restart, by how far the camera was turned meanwhile."""
    tasks = [_Task(seed, number, fov=True) for number in range(homes)]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as workers:
        found = [each for restarted in workers.map(restart, tasks) for each in restarted]
    made = Table(box=None)
    for head in ("camera tilted by", "after", "homes", "holds", "dropped or replaced", "not known yet"):
        made.add_column(head, no_wrap=True)
    for turned in TURNED:
        for walks in AGAIN_WALKS:
            of = [each.holds for each in found if (each.turned, each.walks) == (turned, walks)]
            counts = (str(sum(holds is kind for holds in of)) for kind in (True, False, None))
            made.add_row(f"{turned:g}°", f"{walks} walks", str(len(of)), *counts)
    stdout().print(made)
    return 0


def table(title: str, found: Sequence[Learnt]) -> Table:
    """Errors by the number of walks, and then by confidence."""
    made = Table(title=title, box=None, title_justify="left")
    heads = ("after", "homes", "known", "height off, p50 / p90", "tilt off, p50 / p90", "right to 0.3 m and 5°")
    for head in heads:
        made.add_column(head, no_wrap=True)
    for walks in WALKS:
        of = [each for each in found if each.walks == walks]
        minutes = float(np.median([each.seconds for each in of])) / 60 if of else 0.0
        made.add_row(f"{walks} walks, {minutes:.1f} min", *_figures(of))
    for low, high in zip(CONFIDENCES, (*CONFIDENCES[1:], 1.01), strict=True):
        of = [each for each in found if each.known is not None and low <= each.known.confidence < high]
        made.add_row(f"confidence {low:g} to {min(1.0, high):g}", *_figures(of))
    return made


def askew_table(title: str, found: Sequence[Learnt]) -> Table:
    """Errors of the roll by the number of walks, and then by confidence."""
    made = Table(title=title, box=None, title_justify="left")
    for head in (
        "after",
        "homes",
        "known",
        f"sure to {SURE:.0%}",
        "askew off, p50 / p90",
        f"right to {DEAD_DEGREES:g}°",
    ):
        made.add_column(head, no_wrap=True)
    for walks in WALKS:
        of = [each for each in found if each.walks == walks]
        made.add_row(f"{walks} walks", *_askew_figures(of))
    for low, high in zip(CONFIDENCES, (*CONFIDENCES[1:], 1.01), strict=True):
        of = [each for each in found if each.askew is not None and low <= each.askew.confidence < high]
        made.add_row(f"confidence {low:g} to {min(1.0, high):g}", *_askew_figures(of))
    return made


def _askew_figures(of: Sequence[Learnt]) -> Iterator[str]:
    known = [each.askew for each in of if each.askew is not None]
    off = [each.roll for each in of if each.askew is not None]
    yield str(len(of))
    yield str(len(known))
    yield str(sum(each.confidence >= SURE for each in known))
    if not known:
        yield from ("-", "-")
        return
    yield " / ".join(f"{value:.1f}°" for value in np.quantile(off, [0.5, 0.9]))
    yield f"{sum(each <= DEAD_DEGREES for each in off) / len(off):.0%}"


def _figures(of: Sequence[Learnt]) -> Iterator[str]:
    known = [each for each in of if each.known is not None]
    yield str(len(of))
    yield str(len(known))
    if not known:
        yield from ("-", "-", "-")
        return
    yield " / ".join(f"{value:.2f} m" for value in np.quantile([each.height for each in known], [0.5, 0.9]))
    yield " / ".join(f"{value:.1f}°" for value in np.quantile([each.tilt for each in known], [0.5, 0.9]))
    yield f"{sum(each.right for each in known) / len(known):.0%}"
