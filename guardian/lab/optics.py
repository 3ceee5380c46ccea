"""`guardian lab optics`: how well a camera's height and tilt are learnt from people who walk in simulated homes."""

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
from guardian.settings import Camera, Room, Settings

WALKS = (2, 5, 10, 20)
"""After so many walks through the room the optics are looked at."""
RIGHT_METRES, RIGHT_DEGREES = 0.3, 5.0
SURE = (0.0, 0.3, 0.5, 0.7, 0.9)


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was known after so many `walks` and `seconds`, and how far `height` (metres) and `tilt` (degrees) are
    off.
    """

    walks: int
    seconds: float
    known: Known | None
    height: float
    tilt: float

    @property
    def right(self) -> bool:
        """Whether both are as good as anybody needs."""
        return self.height <= RIGHT_METRES and self.tilt <= RIGHT_DEGREES


@dataclass(frozen=True, slots=True)
class _Task:
    seed: int
    number: int
    fov: bool


def learn(task: _Task) -> list[Learnt]:
    """Let people walk through one home; the field of view is configured, or taken for the usual one."""
    random = np.random.default_rng((task.seed, task.number))
    place = home(random)
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
            known = ground.known
            off = (
                (0.0, 0.0)
                if known is None
                else (abs(known.optics.height - truth.height), abs(known.optics.tilt - truth.tilt))
            )
            found.append(Learnt(walk, time, known, *off))
    return found


def optics(*, homes: int, seed: int, jobs: int) -> int:
    """Print how far off height and tilt are, by walks and by confidence."""
    console = Console(stderr=True)
    for fov in (True, False):
        tasks = [_Task(seed, number, fov) for number in range(homes)]
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as workers:
            made = track(workers.map(learn, tasks), total=homes, console=console, disable=not console.is_terminal)
            found = [each for learnt in made for each in learnt]
        title = "field of view configured" if fov else "field of view taken for 62°"
        stdout().print(table(title, found))
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
    for low, high in zip(SURE, (*SURE[1:], 1.01), strict=True):
        of = [each for each in found if each.known is not None and low <= each.known.confidence < high]
        made.add_row(f"confidence {low:g} to {min(1.0, high):g}", *_figures(of))
    return made


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
