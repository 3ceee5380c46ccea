"""Fit the error model on films of which the truth is known: `python -m guardian.lab.world.fit_errors DIR`.

DIR has scenes of the film language (NAME.yaml) beside what the real eye saw of them (NAME.jsonl, by `guardian record`).
The table is printed; it becomes errors.json by `> guardian/lab/world/errors.json`. With --light, only films in that
light are read, as DIR/manifest.csv of `guardian lab films` tells it.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from guardian.lab import scene as scenes
from guardian.lab.analyse import read_scene
from guardian.lab.evaluate import manifest
from guardian.lab.world.errors import LEAST_SEEN, PART_OF, PARTS, UPSIDE_DOWN, size, state
from guardian.lab.world.truth import Body, World
from guardian.skeleton import MIRRORED, Pose

Array = NDArray[np.float64]

NEAR = 0.5
"""A pose whose keypoints are nearer to the truth than this, on an average and in body sizes, is of that body."""
MOST_OFF = 0.35
"""Offsets are cut at so many body sizes: beyond that a keypoint is not off but somewhere else."""
STATES = ("upright", "leaning", "lying")


@dataclass(slots=True)
class Pairs:
    """What was seen of bodies in one state."""

    scores: dict[tuple[bool, int], list[float]] = field(default_factory=lambda: defaultdict(list))
    offs: dict[tuple[bool, int], list[float]] = field(default_factory=lambda: defaultdict(list))
    frames: int = 0
    missed: int = 0
    gaps: int = 0
    missed_seconds: float = 0.0
    swapped: int = 0
    flipped: int = 0

    def take(self, body: Body, pose: Pose) -> None:
        """Compare one pose with the truth, head and feet or left and right put right first."""
        truth, found = body.keypoints, np.asarray(pose.keypoints, float)
        orders = {"as it is": np.arange(len(truth)), "swapped": np.array(MIRRORED), "flipped": np.array(UPSIDE_DOWN)}
        apart = {name: np.hypot(*(found[:, :2] - truth[order, :2]).T).mean() for name, order in orders.items()}
        best = min(apart, key=lambda name: apart[name])
        self.swapped += best == "swapped"
        self.flipped += best == "flipped"
        order = orders[best]
        off = np.abs(found[:, :2] - truth[order, :2]).mean(axis=1) / size(truth[:, :2]) * np.sqrt(np.pi / 2)
        for keypoint, part in enumerate(PART_OF):
            key = bool(truth[order[keypoint], 2]), int(part)
            self.scores[key].append(float(found[keypoint, 2]))
            self.offs[key].append(min(float(off[keypoint]), MOST_OFF))


def compare(directory: Path, light: str | None = None) -> dict[str, Pairs]:
    """Go through all films of the directory that were recorded, in any light or in one.

    Raises ConfigurationError where there is a light but no manifest.
    """
    pairs = {name: Pairs() for name in STATES}
    console = Console(stderr=True)
    films = [path for path in sorted(directory.glob("*.yaml")) if path.with_suffix(".jsonl").exists()]
    if light is not None:
        lit = {Path(row.path).stem for row in manifest.read(directory / "manifest.csv").rows if row.light == light}
        films = [path for path in films if path.stem in lit]
    for path in track(films, console=console, transient=True, disable=not console.is_terminal):
        world = World(scenes.load(path))
        for time, body, pose, was_missing in _paired(world, path.with_suffix(".jsonl")):
            each = pairs[state(body)]
            each.frames += 1
            if pose is None:
                each.missed += 1
                each.gaps += not was_missing
                each.missed_seconds += time
            else:
                each.take(body, pose)
    return pairs


def _paired(world: World, recording: Path) -> Iterator[tuple[float, Body, Pose | None, bool]]:
    """Seconds since the last frame, the body, its pose if it was found, and whether it was missing before."""
    missing, last = [False] * len(world.persons), 0.0
    for observation in read_scene(str(recording)):
        if not observation.looked:
            continue
        for number, body in enumerate(world.bodies(observation.time)):
            if body.seen < LEAST_SEEN:
                continue
            truth, scale = body.keypoints[:, :2], size(body.keypoints[:, :2])
            near = [(_apart(pose, truth) / scale, pose) for pose in observation.poses]
            found = min(near, key=lambda each: each[0], default=None)
            pose = found[1] if found is not None and found[0] < NEAR else None
            yield observation.time - last, body, pose, missing[number]
            missing[number] = pose is None
        last = observation.time


def _apart(pose: Pose, truth: Array) -> float:
    return float(np.hypot(*(pose.keypoints[:, :2] - truth).T).mean())


def table(pairs: dict[str, Pairs]) -> dict[str, object]:
    """The figures of the error model; a part never seen so takes those of the body upright."""

    def of(measure: str, kind: str, name: str, *, seen: bool) -> list[float]:
        values = []
        for part in range(len(PARTS)):
            for candidate in (name, "leaning", "upright"):
                found = getattr(pairs[candidate], measure)[seen, part]
                if len(found) >= 20:  # noqa: PLR2004 - fewer say nothing
                    break
            values.append(_figure(kind, found))
        return values

    tables: dict[str, object] = {}
    for key, measure, kind in (("score", "scores", "mean"), ("spread", "scores", "deviation"), ("off", "offs", "mean")):
        tables[key] = {
            name: {"seen": of(measure, kind, name, seen=True), "hidden": of(measure, kind, name, seen=False)}
            for name in STATES
        }
    shares = {name: max(1, each.frames) for name, each in pairs.items()}
    tables["missed"] = {name: round(pairs[name].missed / shares[name], 4) for name in STATES}
    tables["burst"] = {name: round(pairs[name].missed_seconds / max(1, pairs[name].gaps), 3) for name in STATES}
    tables["swapped"] = {name: round(pairs[name].swapped / shares[name], 4) for name in STATES}
    tables["flipped"] = {name: round(pairs[name].flipped / shares[name], 4) for name in STATES}
    tables["frames"] = {name: pairs[name].frames for name in STATES}
    return tables


def _figure(kind: str, values: list[float]) -> float:
    if not values:
        return 0.1
    return round(float(np.mean(values) if kind == "mean" else np.std(values)), 4)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Fit the error model on films of which the truth is known.")
    parser.add_argument("directory", type=Path, help="has NAME.yaml beside NAME.jsonl")
    parser.add_argument("--light", default=None, metavar="L", help="only films in this light")
    options = parser.parse_args()
    print(json.dumps(table(compare(options.directory, options.light)), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
