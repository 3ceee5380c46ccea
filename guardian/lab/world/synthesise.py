"""`guardian lab synthesise OUT`: skeleton scenes of the simulated world, with a manifest of what is true."""

import csv
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

import numpy as np
from rich.console import Console
from rich.progress import track

from guardian import recording
from guardian.errors import ConfigurationError
from guardian.lab.physics.tumble import engine
from guardian.lab.world import falls as physical
from guardian.lab.world.errors import LEAST_SEEN
from guardian.lab.world.homes import ACTIVITIES, Home, fall, home
from guardian.lab.world.seen import observe
from guardian.lab.world.truth import World
from guardian.skeleton import HIPS, SHOULDERS

COLUMNS = (
    "path", "kind", "fall_onset_s", "ground_contact_s", "down_until_end", "source", "subject", "event", "posture",
    "second_person", "notes",
)  # fmt: skip
FALLS_SHARE = 0.5
LYING_SECONDS = (30.0, 75.0)
LONGEST = 90.0
"""Seconds at most that an everyday scene rests in one place."""
FPS = (3.0, 5.0, 8.0, 10.0, 12.0, 15.0)
GROUND = 0.24
"""Hips or shoulders lower than this, metres, have met the floor: their joints lie 0.1 m deep in the body."""
LONGEST_FALL = 7.0
"""Seconds at most from the onset until the body has met the ground."""
STAYS = 0.05
"""Metres around a height at which hips stay."""
HIDDEN_SECONDS = 2.0
"""A body that the camera does not see so long after its fall lies behind something, or outside the picture."""
SAMPLES_A_SECOND = 30.0
Falls = Literal["ragdoll", "physics"]


@dataclass(frozen=True, slots=True)
class _Task:
    out: Path
    number: int
    seed: int
    falls: Falls


def synthesise(out: Path, *, count: int, seed: int, jobs: int, falls: Falls = "ragdoll") -> int:
    """Write so many scenes and manifest.csv; the same for the same seed, whatever the number of processes.

    Bodies fall limp ("ragdoll") or by "physics". Raises ConfigurationError where the directory cannot be written, or
    where the physics need what is not installed.
    """
    if falls == "physics":
        engine()
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "manifest.csv").touch()
    except OSError as error:
        message = f"{out}: {error.strerror}; a directory that this user may write would be right"
        raise ConfigurationError(message) from error
    tasks = [_Task(out, number, seed, falls) for number in range(count)]
    console = Console(stderr=True)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as workers:
        made = track(workers.map(_make, tasks), total=count, console=console, disable=not console.is_terminal)
        rows = list(made)
    with (out / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    print(f"{out / 'manifest.csv'}: {count} scenes, {sum(row['kind'] == 'fall' for row in rows)} with a fall")
    return 0


def _make(task: _Task) -> dict[str, str]:
    """Write one scene; return its row."""
    random = np.random.default_rng((task.seed, task.number))
    place = home(random)
    path = f"{task.number:05}.jsonl"
    falls = random.random() < FALLS_SHARE
    world, row = _fall(place, random, task) if falls else _everyday(place, random, task.number)
    fps = float(random.choice(FPS))
    with (task.out / path).open("w", encoding="utf-8") as lines:
        lines.write(recording.header() + "\n")
        lines.writelines(recording.dumps(each) + "\n" for each in observe(world, random, fps=fps, empty=5.0))
    said = [row.pop("notes", ""), f"simulated, {fps:g} frames a second, camera at {place.camera.height:g} m"]
    notes = "; ".join(filter(None, said))
    return {**row, "path": path, "source": "simulated", "subject": f"home-{task.number}", "notes": notes}


def _fall(place: Home, random: np.random.Generator, task: _Task) -> tuple[World, dict[str, str]]:
    lying = float(random.uniform(*LYING_SECONDS))
    if task.falls == "physics":
        told = physical.fall(random, place, lying)
        does, kind, posture, notes = told.does, str(told.kind), told.posture, told.notes
    else:
        does, limp = fall(random, lying)
        (kind, posture), notes = limp.split(", "), ""
    second = random.random() < 0.2  # noqa: PLR2004 - one in five has company
    others = [ACTIVITIES["walking through"][0](random, 10.0)[0]] if second else []
    world = World(place.scene(task.number, does, *others), place.pace)
    onset = next(act.start for act in world.persons[0].acts if act.verb == "fall") / place.pace
    contact = grounded(world, onset)
    hidden = world.bodies(contact + HIDDEN_SECONDS)[0].seen < LEAST_SEEN
    return world, {
        "kind": "fall",
        "fall_onset_s": f"{onset:.2f}",
        "ground_contact_s": f"{contact:.2f}",
        "down_until_end": "yes",
        "event": "fall out of sight" if hidden else f"fall {kind}",
        "posture": posture,
        "notes": notes,
        "second_person": "yes" if second else "no",
    }


def _everyday(place: Home, random: np.random.Generator, seed: int) -> tuple[World, dict[str, str]]:
    names = list(ACTIVITIES)
    name = names[int(random.integers(len(names)))]
    doing, _, seconds = ACTIVITIES[name]
    does = doing(random, float(min(LONGEST, random.exponential(seconds) + 5)))
    second = "yes" if len(does) > 1 else "no"
    return World(place.scene(seed, *does), place.pace), {"kind": "adl", "event": name, "second_person": second}


def grounded(world: World, onset: float) -> float:
    """The second after `onset` at which hips or shoulders of the first person meet the floor.

    One who never does, but hangs on furniture, has met it when the hips come to where they stay.
    """
    times = [onset + step / SAMPLES_A_SECOND for step in range(round(LONGEST_FALL * SAMPLES_A_SECOND))]
    lowest = []
    for time in times:
        joints = world.bodies(time)[0].joints
        lowest.append(float(min(joints[list(HIPS), 1].mean(), joints[list(SHOULDERS), 1].mean())))
        if lowest[-1] < GROUND:
            return time
    return next(time for time, low in zip(times, lowest, strict=True) if low < lowest[-1] + STAYS)
