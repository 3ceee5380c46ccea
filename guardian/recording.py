"""Skeleton scenes: observations as lines of JSON, versioned, with no pixel in them. Pure: text in, observations out."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from guardian.errors import SceneError
from guardian.skeleton import Observation, Pose

FORMAT = "guardian-scene"
VERSION = 1
HELD_PACE = 0.1
"""Seconds between frames of a scene that has one frame only."""
MOST_ROLL = 90.0
_NUMBERS = ("time", "aspect", "brightness", "contrast", "sharpness", "motion", "change", "frame")
_LATER = ("displaced",)
"""Numbers that the first scenes did not have."""
_FLAGS = ("looked", "held")


def header(roll: float | None = None) -> str:
    """The first line of a scene; `roll` is by how many degrees poses were turned to be upright when they were seen,
    where that is known.
    """
    return json.dumps({"format": FORMAT, "version": VERSION} | ({} if roll is None else {"roll": roll}))


def roll_of(line: str) -> float | None:
    """The roll in the first line of a scene; None where it does not say."""
    try:
        roll = json.loads(line).get("roll")
    except (ValueError, AttributeError):
        return None
    return float(roll) if isinstance(roll, int | float) and abs(roll) <= MOST_ROLL else None


def dumps(observation: Observation) -> str:
    """One observation as one line."""
    row: dict[str, object] = {name: getattr(observation, name) for name in (*_NUMBERS, *_LATER, *_FLAGS)}
    row["poses"] = [
        {"score": round(pose.score, 4), "keypoints": np.round(pose.keypoints.astype(float), 4).tolist()}
        for pose in observation.poses
    ]
    return json.dumps(row)


def loads(line: str, number: int) -> Observation:
    """Read the observation in line `number` of a scene. Raises SceneError, naming the line."""
    try:
        row = json.loads(line)
        poses = tuple(Pose(np.array(pose["keypoints"], np.float32), float(pose["score"])) for pose in row["poses"])
        numbers = {name: row[name] for name in _NUMBERS} | {name: row.get(name, 0.0) for name in _LATER}
        _check_finite(*numbers.values(), *(pose.keypoints.sum() + pose.score for pose in poses))
        return Observation(poses=poses, **numbers, **{name: bool(row[name]) for name in _FLAGS})
    except (ValueError, KeyError, TypeError) as error:
        message = f"line {number}: {error}; a line written by `guardian record` would be right"
        raise SceneError(message) from error


def _check_finite(*numbers: float) -> None:
    if not np.isfinite(numbers).all():
        message = "one of its numbers is infinite or none at all"
        raise ValueError(message)


def held(observations: Iterable[Observation], seconds: float) -> Iterator[Observation]:
    """Yield the observations, and then the last one again, as a camera would give it, for so many seconds."""
    last, pace = None, HELD_PACE
    for observation in observations:
        pace = observation.time - last.time if last is not None and observation.time > last.time else pace
        last = observation
        yield observation
    if last is not None:
        for number in range(1, round(seconds / pace) + 1):
            yield replace(last, time=last.time + number * pace, held=True, motion=0.0, change=0.0)


def read(lines: Iterable[str]) -> Iterator[Observation]:
    """Yield the observations of a scene. Raises SceneError where it is no scene, of another version, or damaged."""
    numbered = enumerate(lines, 1)
    _, first = next(numbered, (0, ""))
    try:
        head = json.loads(first)
    except ValueError:
        head = None
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        message = f'line 1: this is no skeleton scene; {{"format": "{FORMAT}", "version": {VERSION}}} would be right'
        raise SceneError(message)
    if head.get("version") != VERSION:
        message = f"line 1: version {head.get('version')} of the scene format; version {VERSION} would be right"
        raise SceneError(message)
    for number, line in numbered:
        if line.strip():
            yield loads(line, number)
