"""Fit what the eye makes of bodies that the picture's edge cuts off: `python -m guardian.lab.world.fit_cut DIR`.

DIR has scenes of the film language (NAME.yaml) beside what the real eye saw of them (NAME.jsonl), as for fit_errors, of
people at the edge: `guardian lab films OUT --walk-outs`. The table is printed; it becomes cut.json.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from guardian.lab import scene as scenes
from guardian.lab.analyse import read_scene
from guardian.lab.world.cut import OVERS, SHARES, framed, is_cut, left_inside
from guardian.lab.world.errors import PART_OF, PARTS, Errors, state
from guardian.lab.world.truth import World
from guardian.skeleton import KEYPOINTS, Observation

Array = NDArray[np.float64]

NEAR = 0.5
"""A pose whose keypoints are nearer to the framed truth than this, on an average, is of that body; in sizes of what is
left of it."""
FEW = 12
"""Fewer keypoints say nothing: the figure of the bin before stands for them."""
NORMAL = 1.4826
"""From the median of absolute deviations to a standard deviation: a few keypoints are somewhere else altogether."""
COLUMNS = ("share", "over", "part", "inset", "aside", "off", "score", "usual")


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What the films showed: one row of COLUMNS for each keypoint of a cut body that was found (n, 8), and for each
    frame of a cut body the share of it that is seen, and whether it was found (m, 2).
    """

    keypoints: Array
    frames: Array


def compare(directory: Path) -> Seen:
    """Go through all films of the directory that were recorded, as far as the edge cuts off the first person."""
    rows: list[Array] = []
    frames: list[tuple[float, float]] = []
    console = Console(stderr=True)
    films = [path for path in sorted(directory.glob("*.yaml")) if path.with_suffix(".jsonl").exists()]
    for path in track(films, console=console, transient=True, disable=not console.is_terminal):
        for seen, found in _cut_frames(World(scenes.load(path)), path.with_suffix(".jsonl")):
            frames.append((seen, float(found is not None)))
            rows += [] if found is None else [found]
    return Seen(np.concatenate([np.zeros((0, len(COLUMNS))), *rows]), np.array(frames).reshape(-1, 2))


def _cut_frames(world: World, recording: Path) -> Iterator[tuple[float, Array | None]]:
    """The share that is seen, and the rows of the keypoints if the body was found, of each frame that cuts it."""
    for observation in read_scene(str(recording)):
        body, aspect = world.bodies(observation.time)[0], observation.aspect
        places = body.keypoints[:, :2]
        inside = (places == framed(places, aspect)).all(axis=1)
        if observation.looked and is_cut(places, aspect) and inside.any():
            yield body.seen, _rows(body.keypoints, state(body), observation)


def _rows(truth: Array, how: str, observation: Observation) -> Array | None:
    places, aspect = truth[:, :2], observation.aspect
    inside, scale = framed(places, aspect), left_inside(places, aspect)
    poses = [np.asarray(pose.keypoints, float) for pose in observation.poses]
    apart = [float(np.abs(pose[:, :2] - inside).mean()) / scale for pose in poses]
    if not apart or min(apart) >= NEAR:
        return None
    found = poses[int(np.argmin(apart))]
    out = places - inside
    side = np.abs(out).argmax(axis=1)
    rows = np.arange(KEYPOINTS)
    gone = (found[:, :2] - inside) / scale
    inset = -np.sign(out[rows, side]) * gone[rows, side]
    off = np.abs(gone).mean(axis=1) * np.sqrt(np.pi / 2)
    usual = np.array(Errors.fitted().score[how]["seen"])[PART_OF]
    share = np.full(KEYPOINTS, (out == 0).all(axis=1).mean())
    kept = np.where(truth[:, 2] > 0, off, np.nan)  # what furniture hides says nothing of the edge
    return np.column_stack(
        [share, np.hypot(*out.T) / scale, PART_OF, inset, gone[rows, 1 - side], kept, found[:, 2], usual]
    )


def table(seen: Seen) -> dict[str, list[float] | list[list[float]]]:
    """The figures of `Cut`."""
    share, over, part, inset, aside, off, score, usual = seen.keypoints.T
    outside, inside = over > 0, (over == 0) & ~np.isnan(off)
    parts = [_means(OVERS, over, score, outside & (part == each)) for each in range(len(PARTS))]
    kept, missed = _means(SHARES, share, score / np.maximum(usual, 0.1), inside), seen.frames
    return {
        "inset": _means(OVERS, over, inset, outside),
        "trembles": [round(NORMAL * each, 4) for each in _means(OVERS, over, np.abs(aside), outside, np.median)],
        "score": [list(each) for each in zip(*parts, strict=True)],
        "spread": _means(OVERS, over, score, outside, np.std),
        "kept": kept,
        "off": _means(SHARES, share, off, inside),
        "found": _means(SHARES, missed[:, 0], missed[:, 1], np.ones(len(missed), bool)),
    }


def _means(
    limits: tuple[float, ...], at: Array, values: Array, which: NDArray[np.bool_], kind: object = np.mean
) -> list[float]:
    """One figure for each bin: what is too seldom seen is as in the bin before, or in the first that is known."""
    made: list[float | None] = []
    for low, high in pairwise(limits):
        chosen = values[which & (at > low if low else at >= low) & (at <= high)]
        last = made[-1] if made else None
        made.append(round(float(kind(chosen)), 4) if len(chosen) >= FEW else last)  # type: ignore[operator]
    first = next((each for each in made if each is not None), 0.0)
    return [first if each is None else each for each in made]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Fit what the eye makes of bodies that the picture's edge cuts off.")
    parser.add_argument("directory", type=Path, help="has NAME.yaml beside NAME.jsonl")
    print(json.dumps(table(compare(parser.parse_args().directory)), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
