"""`guardian lab synthesise OUT`: skeleton scenes of the simulated world, with a manifest of what is true."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal

import numpy as np

from guardian import recording
from guardian.lab.physics.tumble import engine
from guardian.lab.world import collection
from guardian.lab.world import falls as physical
from guardian.lab.world.collection import Landing
from guardian.lab.world.edges import Actions, at_edge, cut_spot, moved
from guardian.lab.world.homes import ACTIVITIES, Home, fall, home
from guardian.lab.world.seen import observe
from guardian.lab.world.truth import World
from guardian.skeleton import Observation

FALLS_SHARE = 0.5
EDGE_SHARE = 0.2
"""The share of scenes, usually, in which all of it happens at the edge of the picture."""
LYING_SECONDS = (30.0, 75.0)
LONGEST = 90.0
"""Seconds at most that an everyday scene rests in one place."""
FPS = (3.0, 5.0, 8.0, 10.0, 12.0, 15.0)
MOST_TRIES = 3
AT_EDGE = "at the edge of the picture"
Falls = Literal["ragdoll", "physics"]


@dataclass(frozen=True, slots=True)
class _Task:
    out: Path
    number: int
    seed: int
    falls: Falls
    roll: float
    walks: int
    lying: float | None
    edges: float = EDGE_SHARE


def synthesise(
    out: Path,
    *,
    count: int,
    seed: int,
    jobs: int,
    falls: Falls = "ragdoll",
    roll: float = 0.0,
    walks: int = 0,
    lying: float | None = None,
    edges: float = EDGE_SHARE,
) -> int:
    """Write so many scenes and manifest.csv; the same for the same seed, whatever the number of processes.

    Bodies fall limp ("ragdoll") or by "physics". Cameras hang askew by `roll` degrees, and before each scene somebody
    walks through the room so many times; who has fallen lies for `lying` seconds, or else for 30 to 75. A share `edges`
    of the scenes happens at the edge of the picture; the others are the same whatever it is. Raises
    ConfigurationError where the directory cannot be written, or where the physics need what is not installed.
    """
    if falls == "physics":
        engine()
    tasks = [_Task(out, number, seed, falls, roll, walks, lying, edges) for number in range(count)]
    return collection.write(out, _make, tasks, columns=collection.COLUMNS, things="scenes", jobs=jobs)


def _make(task: _Task) -> dict[str, str]:
    """Write one scene; return its row."""
    random = np.random.default_rng((task.seed, task.number))
    place = home(random, task.roll)
    path = f"{task.number:05}.jsonl"
    falls = random.random() < FALLS_SHARE
    edge = np.random.default_rng((task.seed, task.number, 3))  # of its own, so that all other scenes stay the same
    there = edge if edge.random() < task.edges else None
    world, row = _fall(place, random, task, there) if falls else _everyday(place, random, task.number, there)
    fps = float(random.choice(FPS))
    before = list(_walks(place, task, fps))
    begin = before[-1].time + 1 / fps if before else 0.0
    with (task.out / path).open("w", encoding="utf-8") as lines:
        lines.write(recording.header() + "\n")
        for each in chain(before, observe(world, random, begin, fps=fps, empty=5.0)):
            lines.write(recording.dumps(each) + "\n")
    row |= {name: f"{float(row[name]) + begin:.2f}" for name in ("fall_onset_s", "ground_contact_s") if name in row}
    said = [row.pop("notes", ""), f"simulated, {fps:g} frames a second, camera at {place.camera.height:g} m"]
    notes = "; ".join(filter(None, said))
    return {**row, "path": path, "source": "simulated", "subject": f"home-{task.number}", "notes": notes}


def _walks(place: Home, task: _Task, fps: float) -> Iterator[Observation]:
    """What the eye sees before the scene; after each walk the room is empty for longer than a lost body is waited for.

    It has chance of its own, so that the scene stays the same.
    """
    random, begin = np.random.default_rng((task.seed, task.number, 2)), 0.0
    for _ in range(task.walks):
        world = World(place.scene(task.number, *ACTIVITIES["walking through"][0](random, 10.0)), place.pace)
        for seen in observe(world, random, begin, fps=fps):
            yield seen
            begin = seen.time + 1 / fps


def _fall(
    place: Home, random: np.random.Generator, task: _Task, edge: np.random.Generator | None
) -> tuple[World, dict[str, str]]:
    drawn = float(random.uniform(*LYING_SECONDS))  # drawn in any case, so that the fall stays the same
    lying = drawn if task.lying is None else task.lying * place.pace
    if task.falls == "physics":
        told = physical.fall(random, place, lying)
        does, kind, posture, notes = told.does, str(told.kind), told.posture, told.notes
    else:
        does, limp = fall(random, lying)
        (kind, posture), notes = limp.split(", "), ""
    second = random.random() < 0.2  # noqa: PLR2004 - one in five has company
    others = [ACTIVITIES["walking through"][0](random, 10.0)[0]] if second else []
    if edge is None:
        world = World(place.scene(task.number, does, *others), place.pace)
        landing = Landing.of(world)
    else:
        notes = "; ".join(filter(None, [notes, AT_EDGE]))
        world, landing = _cut_off(place, edge, task.number, does, others)
    return world, {**landing.row(kind, posture, second=second), "notes": notes}


def _cut_off(
    place: Home, edge: np.random.Generator, number: int, does: Actions, others: list[Actions]
) -> tuple[World, Landing]:
    """The same fall where the edge of the picture cuts it off, but, if that can be had, with something of the body left
    to be seen on the floor: what lies outside of the picture nobody can find.
    """
    for _ in range(MOST_TRIES):
        there = moved(does, cut_spot(edge, place.camera))
        world = World(place.scene(number, there, *others), place.pace)
        landing = Landing.of(world)
        if not landing.hidden:
            break
    return world, landing


def _everyday(
    place: Home, random: np.random.Generator, seed: int, edge: np.random.Generator | None
) -> tuple[World, dict[str, str]]:
    known = ACTIVITIES if edge is None else at_edge(place)
    chance = random if edge is None else edge
    name = list(known)[int(chance.integers(len(known)))]
    doing, _, seconds = known[name]
    does = doing(chance, float(min(LONGEST, chance.exponential(seconds) + 5)))
    second = "yes" if len(does) > 1 else "no"
    return World(place.scene(seed, *does), place.pace), {"kind": "adl", "event": name, "second_person": second}
