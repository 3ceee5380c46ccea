"""The last ten seconds of one body in a fixed shape, whatever the camera's pace, and what a network is given of them.

A *grid* is what was seen, resampled by time: `keypoints` (80, 17, 3) in statures from where the hips were when first
seen in it. A *window* is the input made of a grid: (80, 58). Both look back only. Pure: no clock, no chance, no files.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from guardian.geometry import SEEN
from guardian.skeleton import HIPS, KEYPOINTS, Keypoints

Array = NDArray[np.float32]

STEPS, STEP_SECONDS = 80, 0.125
SECONDS = STEPS * STEP_SECONDS
BRIDGED_SECONDS = 0.6
"""Between two samples so near in time the body is taken to have gone straight; a fall takes 0.6-0.9 s."""
STALE_SECONDS = 1.5
"""What was last seen so long ago is no longer shown: where nothing moves the eye looks once a second."""
FARTHEST = 2.0
"""Statures; what is farther is said to be so far. int8 tells 256 values apart, 4 statures in steps of 0.016."""
FASTEST = 4.0
"""Statures a second: nobody in a room goes faster."""
POSE, HIPS_AT, SPEED = slice(0, 34), slice(34, 36), slice(36, 38)
SCORES, AGE, HEIGHT = slice(38, 55), 55, slice(56, 58)
CHANNELS = 58
"""Keypoints from the middle of the hips, where these are, their speed, the scores, how old it is, height and floor."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A body at one time: its keypoints (17, 3) in frame heights, its stature there, and how high its hips were above
    where its feet last stood, in statures; None where that is unknown.
    """

    time: float
    keypoints: Keypoints
    stature: float
    height: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """What was seen at each of the 80 steps: `keypoints` (80, 17, 3) in statures, y and x from where the hips first
    were; `age` (80,), how old that is, 0-1 of `STALE_SECONDS`; `height` (80, 2), of the hips above the floor, in
    statures, and 1 where it is known. All 0, and the age 1, where nothing is known.
    """

    keypoints: Array
    age: Array
    height: Array


def grid(samples: Sequence[Sample], now: float) -> Grid | None:
    """The ten seconds before `now`; None where the body was never seen in them. `samples` are in the order of time."""
    times = np.array([sample.time for sample in samples])
    steps = now - STEP_SECONDS * np.arange(STEPS - 1, -1, -1)
    before = np.searchsorted(times, steps + 1e-6, side="right") - 1
    age = np.where(before >= 0, steps - times[np.maximum(before, 0)], np.inf) if len(times) else np.full(STEPS, np.inf)
    known = age < STALE_SECONDS
    if not known.any():
        return None
    index, after = np.maximum(before, 0), np.minimum(np.maximum(before, 0) + 1, len(times) - 1)
    gap = times[after] - times[index]
    bridged = (gap > 0) & (gap <= BRIDGED_SECONDS)
    share = np.where(bridged, age / np.where(bridged, gap, 1.0), 0.0)
    share = np.where(known, share, 0.0)
    points = np.stack([sample.keypoints for sample in samples]).astype(np.float32)
    above = np.array([(sample.height or 0.0, sample.height is not None) for sample in samples], np.float32)
    keypoints = points[index] + share[:, None, None] * (points[after] - points[index])
    scale = next(sample.stature for sample in reversed(samples) if sample.stature > 0)
    keypoints[..., :2] = (keypoints[..., :2] - _hips(keypoints[known][:1])) / scale
    keypoints[~known] = 0.0
    height = above[index] * known[:, None]
    aged = np.where(bridged & known, 0.0, np.clip(age, 0.0, STALE_SECONDS) / STALE_SECONDS)
    return Grid(keypoints.astype(np.float32), aged.astype(np.float32), height.astype(np.float32))


def windows(keypoints: Array, age: Array, height: Array) -> Array:
    """The network's input of n grids: (n, 80, 17, 3), (n, 80), (n, 80, 2) become (n, 80, 58), within -2 and 2."""
    count = len(keypoints)
    known = (age < 1.0)[..., None]
    hips = _hips(keypoints)[:, :, 0]
    seen = (keypoints[..., 2:] >= SEEN) & known[..., None]
    pose = np.where(seen, keypoints[..., :2] - hips[:, :, None], 0.0)
    speed = np.diff(hips, axis=1, prepend=hips[:, :1]) / STEP_SECONDS
    both = known & np.roll(known, 1, axis=1)
    both[:, 0] = False
    made = np.zeros((count, STEPS, CHANNELS), np.float32)
    made[..., POSE] = pose.reshape(count, STEPS, 2 * KEYPOINTS)
    made[..., HIPS_AT] = np.where(known, hips, 0.0)
    made[..., SPEED] = np.where(both, speed, 0.0) * (FARTHEST / FASTEST)
    made[..., SCORES] = keypoints[..., 2]
    made[..., AGE] = age
    made[..., HEIGHT] = height
    return np.clip(made, -FARTHEST, FARTHEST)


def _hips(keypoints: Array) -> Array:
    """(..., 1, 2): the middle of the hips; without weights, so that a score that trembles does not move it."""
    return np.asarray(keypoints[..., list(HIPS), :2].mean(axis=-2, keepdims=True), np.float32)
