"""`guardian lab optics`: how well is learnt from people who walk in simulated homes how a camera hangs."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from guardian.ground import Ground, Known
from guardian.lab.analyse import NOON
from guardian.lab.console import stdout
from guardian.lab.world.homes import ACTIVITIES, home
from guardian.lab.world.seen import observe
from guardian.lab.world.truth import World
from guardian.moment import Moment
from guardian.pipeline import Pipeline
from guardian.roll import DEAD_DEGREES, SURE, Askew
from guardian.settings import Camera, Room, Settings

WALKS = (2, 5, 10, 20)
"""After so many walks through the room the optics are looked at."""
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
class _Task:
    seed: int
    number: int
    fov: bool
    rolls: tuple[float, ...] = (0.0,)


def learn(task: _Task) -> list[Learnt]:
    """Let people walk through one home; the field of view is configured, or taken for the usual one. Its camera hangs
    askew by one of `rolls`.
    """
    random = np.random.default_rng((task.seed, task.number))
    place = home(random, task.rolls[task.number % len(task.rolls)])
    truth = place.camera
    camera = Camera(source="simulated", fov=truth.fov if task.fov else None)
    room = Room(name="room", camera=camera)
    pipeline, ground, time = Pipeline(room, Settings(rooms=(room,)), 0.0), Ground(camera), 0.0
    found = []
    for walk in range(1, max(WALKS) + 1):
        world = World(place.scene(walk, *ACTIVITIES["walking through"][0](random, 10.0)), place.pace)
        for seen in observe(world, random, begin=time, empty=3.0):
            pipeline.update(seen, Moment(seen.time, NOON))
            ground.update(pipeline.figures, seen.time, seen.aspect)
            time = seen.time + 1
        if walk in WALKS:
            known, askew = ground.known, pipeline.roll
            off = (
                (0.0, 0.0)
                if known is None
                else (abs(known.optics.height - truth.height), abs(known.optics.tilt - truth.tilt))
            )
            turned = 0.0 if askew is None else abs(askew.degrees - truth.roll)
            found.append(Learnt(walk, time, known, *off, askew, turned))
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
