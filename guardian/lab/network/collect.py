"""`guardian lab windows MANIFEST.csv ... --out F.npz`: labelled windows of annotated scenes, to learn from.

Every scene passes through the product's own tracking and postures. Of each fall the windows are taken that end from
when the body meets the ground to some seconds later, of everyday life many in which a body came down, and some of the
rest.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from guardian.lab.analyse import NOON, observations
from guardian.lab.evaluate.evaluation import read_manifest
from guardian.lab.evaluate.manifest import Recording, Row
from guardian.lab.network.labelled import Labelled, joined, save
from guardian.lab.weigh import EARLY_SECONDS, LATE_SECONDS
from guardian.moment import Moment
from guardian.pipeline import Pipeline
from guardian.settings import Camera, Room, Settings
from guardian.skeleton import HIPS, KEYPOINTS
from guardian.trails import Trails
from guardian.window import STALE_SECONDS, STEP_SECONDS, STEPS, Grid

PACE_SECONDS = 0.5
"""How often a window is cut."""
FROM_SECONDS, TO_SECONDS = 1.5, 7.0
"""From so long after ground contact to so long after it a window shows a fall and that nobody got up; later ones show
less and less of how the body came down."""
SHOWN_SECONDS = 0.2
"""So long after its onset a body that fell must at least have been in sight, so that its window shows a fall."""
DROP = 0.15
"""Hips that came down by so many statures within a window make it one with a descent; sitting down is 0.2."""
PLAIN_SHARE, DESCENT_SHARE = 0.03, 0.5
"""The shares of windows of everyday life that are kept, without a descent and with one: there are very many of them."""


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    grid: Grid
    fell: bool


def cuts(recording: Recording) -> Iterator[_Cut]:
    """The labelled windows of one scene. Raises as `observations` does."""
    room = Room(name="room", camera=Camera(source=str(recording.file)))
    pipeline, trails, due = None, Trails(), 0.0
    random = np.random.default_rng(sum(recording.path.encode()))
    for observation in observations(str(recording.file)):
        now = observation.time
        pipeline = pipeline or Pipeline(room, Settings(rooms=(room,)), now)
        pipeline.update(observation, Moment(now, NOON + timedelta(seconds=now)))
        trails.update(pipeline.figures, now)
        if now < due:
            continue
        due = now + PACE_SECONDS
        suspected = {body: since for body, since, _ in pipeline.suspicions}
        for body in trails.bodies:
            grid = trails.grid(body, now)
            fell = None if grid is None else _fell(recording, now, suspected.get(body))
            if grid is not None and fell and now - unseen(grid) < (recording.falls[0].onset or 0.0) + SHOWN_SECONDS:
                continue  # who was out of the picture before he fell shows nothing of it
            if grid is not None and fell is not None and (fell or random.random() < _share(grid)):
                yield _Cut(grid, fell)


def _fell(recording: Recording, now: float, since: float | None) -> bool | None:
    """Whether the body of a window that ends now has fallen; None where nobody knows, or it is too soon or too late.

    Where two people are there, the one who fell is the one whose descent was noticed.
    """
    if not recording.falls:
        return False
    fall = recording.falls[0]
    if now < (fall.onset or 0.0):
        return False
    in_time = fall.end + FROM_SECONDS <= now <= fall.end + TO_SECONDS
    alone = fall.second_person != "yes" and len(recording.falls) == 1
    return True if in_time and (alone or _is_of(fall, since)) else None


def _is_of(fall: Row, since: float | None) -> bool:
    return since is not None and (fall.onset or 0.0) - EARLY_SECONDS <= since <= fall.end + LATE_SECONDS


def unseen(grid: Grid) -> float:
    """For how many seconds the body has not been seen, about: what is bridged counts as seen."""
    last = int(np.flatnonzero(grid.age < 1)[-1])
    return (STEPS - 1 - last) * STEP_SECONDS + float(grid.age[last]) * STALE_SECONDS


def came_down(grid: Grid) -> bool:
    """Whether the hips came down, or the body was lost from sight, within a window."""
    known = grid.age < 1
    hips = grid.keypoints[known][:, list(HIPS), 0].mean(axis=1)
    fell = float((hips - np.minimum.accumulate(hips)).max(initial=0.0))
    return fell >= DROP or not known[-1]


def _share(grid: Grid) -> float:
    return DESCENT_SHARE if came_down(grid) else PLAIN_SHARE


def _of_scene(task: tuple[int, Recording]) -> Labelled:
    group, recording = task
    found = list(cuts(recording))
    count = len(found)
    return Labelled(
        np.array([cut.grid.keypoints for cut in found], np.float32).reshape(count, STEPS, KEYPOINTS, 3),
        np.array([cut.grid.age for cut in found], np.float32).reshape(count, STEPS),
        np.array([cut.grid.height for cut in found], np.float32).reshape(count, STEPS, 2),
        np.array([cut.fell for cut in found], bool),
        np.full(count, group, np.int64),
    )


def gather(manifests: Sequence[Path], jobs: int) -> Labelled:
    """The windows of every scene; the same whatever the number of processes."""
    known = [each for manifest in manifests for each in read_manifest(manifest).recordings]
    console = Console(stderr=True)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as workers:
        made = workers.map(_of_scene, enumerate(known))
        parts = list(track(made, total=len(known), console=console, disable=not console.is_terminal))
    return joined(parts)


def collect(manifests: Sequence[Path], *, out: Path, jobs: int) -> int:
    """Write the windows of annotated scenes, and say how many there are."""
    labelled = gather(manifests, jobs)
    save(labelled, out)
    falls, scenes = int(labelled.fell.sum()), len(set(labelled.group.tolist()))
    print(f"{out}: {len(labelled.fell)} windows of {scenes} scenes, {falls} of them of a fall")
    return 0
