"""Other windows of the same kind: what a body, a lens and a finder could as well have shown. For training alone.

All take and return n grids as `keypoints` (n, 80, 17, 3), `age` (n, 80), `height` (n, 80, 2), and leave what they
are given as it is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from guardian.skeleton import MIRRORED, TORSO
from guardian.window import STALE_SECONDS, STEP_SECONDS, STEPS

Array = NDArray[np.float32]

SLOWER, FASTER = 0.7, 1.2
"""How much slower or faster the same may be done: gravity is the same for everybody, caution is not, and who holds
on to something falls slowly.
"""
ROLL_DEGREES = 6.0
"""How far a camera may hang askew (standard deviation)."""
LARGER = 0.08
"""Error of a stature that was read from the picture (standard deviation)."""
SCORE_NOISE, SCORE_SHIFT, PLACE_NOISE = 0.06, 0.1, 0.01
"""Standard deviations: of scores, of what all scores of a window are higher or lower by, and of places in statures.
From home to home scores differ more than in the simulator (`guardian lab check-world`).
"""
LOST_SHARE, SWAPPED_SHARE, FLOORLESS_SHARE, STILL_SHARE = 0.3, 0.3, 0.3, 0.4
"""How many windows lose the body for a while, have left and right exchanged for a while, do not know the floor, and end
in a body that is still to the digit.
"""
STILL, FRESH = 0.15, 0.2
"""Statures by which a body that rests may have trembled, and how old what was last seen of it may be."""
LOST_STEPS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Grids:
    """n grids (see window.py)."""

    keypoints: Array
    age: Array
    height: Array


def mirrored(grids: Grids, chosen: NDArray[np.bool_]) -> Grids:
    """As a mirror shows it: sides exchanged, and left become right."""
    other = grids.keypoints[:, :, MIRRORED] * np.array([1, -1, 1], np.float32)
    return Grids(np.where(chosen[:, None, None, None], other, grids.keypoints), grids.age, grids.height)


def stretched(grids: Grids, speed: Array) -> Grids:
    """The same done `speed` (n,) times as fast, up to the same end; before the beginning nothing is known."""
    back = (STEPS - 1 - np.arange(STEPS)) * speed[:, None]
    step = np.rint(STEPS - 1 - back).astype(int)
    rows = np.arange(len(speed))[:, None]
    index = np.maximum(step, 0)
    outside = step < 0
    age = np.where(outside, 1.0, grids.age[rows, index])
    gone = (age >= 1.0)[..., None]
    keypoints = np.where(gone[..., None], 0.0, grids.keypoints[rows, index])
    height = np.where(gone, 0.0, grids.height[rows, index])
    return Grids(keypoints.astype(np.float32), age.astype(np.float32), height.astype(np.float32))


def turned(grids: Grids, degrees: Array, scale: Array) -> Grids:
    """Turned (n,) about where the hips first were, and `scale` (n,) times as large."""
    angle = np.radians(degrees)
    turn = scale[:, None, None] * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]).transpose(
        2, 0, 1
    )
    keypoints = grids.keypoints.copy()
    keypoints[..., :2] = np.einsum("ntki,nji->ntkj", keypoints[..., :2], turn)
    return Grids(keypoints, grids.age, grids.height * np.stack([scale, np.ones_like(scale)], axis=1)[:, None])


def lost(grids: Grids, begin: NDArray[np.int64], steps: NDArray[np.int64]) -> Grids:
    """The body is not found for so many steps: what was seen before goes on, and grows old."""
    number = np.arange(STEPS)
    inside = (number >= begin[:, None]) & (number < (begin + steps)[:, None]) & (begin > 0)[:, None]
    index = np.where(inside, np.maximum(begin - 1, 0)[:, None], number)
    rows = np.arange(len(begin))[:, None]
    older = (number - index) * STEP_SECONDS / STALE_SECONDS
    age = np.minimum(1.0, grids.age[rows, index] + older)
    gone = (age >= 1.0)[..., None]
    keypoints = np.where(gone[..., None], 0.0, grids.keypoints[rows, index])
    height = np.where(gone, 0.0, grids.height[rows, index])
    return Grids(keypoints.astype(np.float32), age.astype(np.float32), height.astype(np.float32))


def swapped(grids: Grids, begin: NDArray[np.int64], steps: NDArray[np.int64]) -> Grids:
    """Left and right are taken for each other for so many steps."""
    number = np.arange(STEPS)
    inside = (number >= begin[:, None]) & (number < (begin + steps)[:, None])
    other = grids.keypoints[:, :, MIRRORED]
    return Grids(np.where(inside[..., None, None], other, grids.keypoints), grids.age, grids.height)


def stilled(grids: Grids, chosen: NDArray[np.bool_]) -> Grids:
    """Since it came to rest the body has not moved at all: where nothing moves nobody looks, and it is where it was."""
    torso = grids.keypoints[:, :, list(TORSO), :2]
    away = np.linalg.norm(torso - torso[:, -1:], axis=-1).max(axis=-1)
    rests = (away < STILL) & (grids.age < 1.0) & (grids.age[:, -1:] < FRESH)
    since = np.logical_and.accumulate(rests[:, ::-1], axis=1)[:, ::-1] & chosen[:, None]
    keypoints = np.where(since[..., None, None], grids.keypoints[:, -1:], grids.keypoints)
    return Grids(keypoints.astype(np.float32), np.where(since, 0.0, grids.age).astype(np.float32), grids.height)


def blurred(grids: Grids, random: np.random.Generator) -> Grids:
    """Scores and places that tremble, the scores of a window all a bit higher or lower."""
    count = len(grids.age)
    known = (grids.age < 1.0)[..., None]
    places = random.normal(0, PLACE_NOISE, (*grids.keypoints.shape[:3], 2))
    scores = random.normal(0, SCORE_NOISE, grids.keypoints.shape[:3]) + random.normal(0, SCORE_SHIFT, (count, 1, 1))
    keypoints = grids.keypoints.copy()
    keypoints[..., :2] += np.where(known[..., None], places, 0.0)
    keypoints[..., 2] = np.where(known, np.clip(keypoints[..., 2] + scores, 0.0, 1.0), 0.0)
    return Grids(keypoints, grids.age, grids.height)


def floorless(grids: Grids, chosen: NDArray[np.bool_]) -> Grids:
    """Nobody was ever seen to stand there, so that the floor is unknown."""
    return Grids(grids.keypoints, grids.age, np.where(chosen[:, None, None], 0.0, grids.height).astype(np.float32))


def varied(grids: Grids, random: np.random.Generator) -> Grids:
    """Every grid once, changed in all these ways by chance."""
    count = len(grids.age)

    def chance(share: float) -> NDArray[np.bool_]:
        return random.random(count) < share

    def stretch(share: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return random.integers(1, STEPS, count), random.integers(1, LOST_STEPS, count) * chance(share)

    grids = mirrored(grids, chance(0.5))
    grids = stretched(grids, random.uniform(SLOWER, FASTER, count).astype(np.float32))
    roll, scale = random.normal(0, ROLL_DEGREES, count), np.exp(random.normal(0, LARGER, count))
    grids = turned(grids, roll.astype(np.float32), scale.astype(np.float32))
    grids = swapped(lost(grids, *stretch(LOST_SHARE)), *stretch(SWAPPED_SHARE))
    return floorless(stilled(blurred(grids, random), chance(STILL_SHARE)), chance(FLOORLESS_SHARE))
