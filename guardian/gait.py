"""How somebody walks, from a body measured over the floor: which way, how fast, in which rhythm."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.gauge import Gauged
from guardian.skeleton import ANKLES

Array: TypeAlias = NDArray[np.float64]

HALF_SECONDS = 0.7
"""Direction and speed are those of the line through what is seen so long before and after."""
LEAST_LOOKS, LEAST_SECONDS = 4, 0.6
WALKING = 0.25
"""Metres a second from which on somebody walks, and so looks where the way goes."""
GAP_SECONDS, LEAST_STRETCH = 0.7, 6
"""A stretch of walking has no longer gap, and at least so many looks."""
STRIDES: Array = np.arange(0.4, 1.3, 0.02)
"""Strides (two steps) a second that are thought of."""
USUAL_STRIDE, USUAL_SPREAD = (-0.24, 0.62), 0.2
"""The logarithm of strides a second is about the first plus the second times that of the speed in metres a second;
fitted to simulated walks, with so much spread."""
SWING = 0.15
"""Square metres: half the mean square by which a foot is ahead of the other."""
JITTER_SECONDS = 0.5
"""Over so much time the eye forgets how it erred (guardian/lab/world/errors.py)."""
ANKLE_NOISE, STEP_NOISE = 0.007, 0.003
"""Square metres: how far off the gap between two ankles is across the picture, and how irregular steps are."""
BRISK = 0.75
"""Which share of the moments of a walk are slower than its speed: turns and starts do not count."""


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Where a body goes at each of n looks: `walking` (n,) whether it does; `way` (n, 2) its direction, ahead and to
    the right, of length 1; `towards` and `sideways` (n,) how much of that is towards the camera, and to the right of
    the line of sight, -1 to 1; both 0 where it stands. `speed` (n,) in metres a second.
    """

    walking: NDArray[np.bool_]
    way: Array
    towards: Array
    sideways: Array
    speed: Array


def course(seen: Gauged) -> Course:
    """Tell at each look where the body goes."""
    near = (np.abs(seen.time[:, None] - seen.time[None, :]) <= HALF_SECONDS).astype(float)
    count = near.sum(axis=1)
    mean = near @ seen.time / count
    apart = near * (seen.time[None, :] - mean[:, None])
    spread = (apart * seen.time[None, :]).sum(axis=1)
    enough = (count >= LEAST_LOOKS) & (spread > count * LEAST_SECONDS**2 / 12)
    spots = np.column_stack([seen.ahead, seen.aside])
    pace = np.where(enough[:, None], apart @ spots / np.maximum(spread, 1e-6)[:, None], 0.0)
    speed = np.hypot(pace[:, 0], pace[:, 1])
    way = pace / np.maximum(speed, 1e-6)[:, None]
    sight = spots / np.maximum(np.hypot(seen.ahead, seen.aside), 1e-6)[:, None]
    walking = speed > WALKING
    towards = np.where(walking, -(way * sight).sum(axis=1), 0.0)
    sideways = np.where(walking, way[:, 1] * sight[:, 0] - way[:, 0] * sight[:, 1], 0.0)
    return Course(walking, way, towards, sideways, speed)


def stretches(seen: Gauged, walking: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """The numbers of the looks of each stretch of walking without a gap."""
    looks = np.flatnonzero(walking)
    if not len(looks):
        return []
    parts = np.split(looks, np.flatnonzero(np.diff(seen.time[looks]) > GAP_SECONDS) + 1)
    return [part for part in parts if len(part) >= LEAST_STRETCH]


def rhythm(seen: Gauged, going: Course, speed: float) -> float | None:
    """The logarithm of strides a second; None where nobody walks for long enough.

    The rhythm is the mean over all that are thought of, each weighted by how well a wave of it fits the gap between the
    ankles along the way (a periodogram, Bretthorst 1988), and by how usual it is at that speed.
    """
    parts = stretches(seen, going.walking)
    if not parts or speed <= 0:
        return None
    logs = np.log(STRIDES)
    likely = -0.5 * ((logs - USUAL_STRIDE[0] - USUAL_STRIDE[1] * np.log(speed)) / USUAL_SPREAD) ** 2
    gap = (seen.treads[:, 0] - seen.treads[:, 1]) * going.way[:, 0] + seen.gap(ANKLES) * going.way[:, 1]
    deep = going.way[:, 0] * seen.ahead / seen.lens
    noise = ANKLE_NOISE * (going.way[:, 1] ** 2 + deep**2) + STEP_NOISE
    for part in parts:
        likely = likely + _waves(seen.time[part], gap[part], np.sqrt(noise[part]))
    share = np.exp(likely - likely.max())
    share /= share.sum()
    return float(share @ logs)


def _waves(time: Array, gap: Array, noise: Array) -> Array:
    """How much speaks for a wave of each of `STRIDES`, in nats.

    What the eye errs at one look it errs at the next one too; so each look is taken without what the one before tells
    of its error.
    """
    kept = np.exp(-np.diff(time) / JITTER_SECONDS)
    fresh = np.sqrt(1 - kept**2)

    def whitened(waves: Array) -> Array:
        scaled = waves / noise
        return np.concatenate([scaled[..., :1], (scaled[..., 1:] - kept * scaled[..., :-1]) / fresh], axis=-1)

    angle = 2 * np.pi * STRIDES[:, None] * time[None, :]
    cosine, sine, seen = whitened(np.cos(angle)), whitened(np.sin(angle)), whitened(gap)
    a, b = (cosine**2).sum(axis=1) + 1 / SWING, (sine**2).sum(axis=1) + 1 / SWING
    c, size = (cosine * sine).sum(axis=1), a * b - (cosine * sine).sum(axis=1) ** 2
    p, q = cosine @ seen, sine @ seen
    return np.asarray(0.5 * (b * p**2 - 2 * c * p * q + a * q**2) / size - 0.5 * np.log(size), np.float64)


def brisk(going: Course) -> float:
    """The speed of a walk, metres a second, turns and starts left aside; 0 where there is none."""
    speeds = going.speed[going.walking]
    return float(np.quantile(speeds, BRISK)) if len(speeds) >= LEAST_STRETCH else 0.0
