"""A body measured over the floor: how high its joints are, how far aside, and where it walks, in metres.

A camera that looks down sees what is high shorter than what is low. So a body is taken to stand upright above its
ankles, and each joint is measured in that plane (single view metrology; see guardian/optics.py). Where the optics are
only guessed, all bodies of that camera are measured wrongly in the same way, and can still be compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians, sin
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.geometry import middle, tilt
from guardian.optics import Optics
from guardian.skeleton import ANKLES, HEAD, HIPS, SHOULDERS, Keypoints, Pose

Array: TypeAlias = NDArray[np.float64]

SURE = 0.3
"""Least score of shoulders, hips and ankles, and of one point of the head, of a body that is measured."""
UPRIGHT_DEGREES = 30.0
RIM = 0.012
"""Frame heights: what is so near the edge of the picture may be cut off by it."""
ANKLE = 0.065
"""Metres: 0.039 of the stature of adults (Drillis and Contini 1966)."""
FARTHEST = 12.0
HEAD_SCORE = 0.25
_LEAST = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Gauged:
    """Some n looks at one body. `time` (n,) in seconds; `ahead` and `aside` (n,) where it stands; `up` and `across`
    (n, 17) how high each keypoint is and how far to the right; `eyes` and `eyes_across` (n,) the same of the head;
    `treads` (n, 2) how far ahead each ankle is, were it on the floor; `lens` how high the camera is. All in metres.
    """

    lens: float
    time: Array
    ahead: Array
    aside: Array
    up: Array
    across: Array
    eyes: Array
    eyes_across: Array
    treads: Array

    def height(self, of: tuple[int, int]) -> Array:
        """How high the middle between two keypoints is, (n,)."""
        return np.asarray(self.up[:, list(of)].mean(axis=1), np.float64)

    def gap(self, of: tuple[int, int]) -> Array:
        """How far the first of two keypoints is to the right of the second, (n,)."""
        return np.asarray(self.across[:, of[0]] - self.across[:, of[1]], np.float64)


def readable(pose: Pose, aspect: float) -> bool:
    """Whether a body is upright and wholly in the picture, and seen well enough to be measured."""
    keypoints, seen = pose.keypoints, pose.picture
    torso_and_feet = [*SHOULDERS, *HIPS, *ANKLES]
    if keypoints[torso_and_feet, 2].min() < SURE or keypoints[list(HEAD), 2].max() < SURE:
        return False
    low, high = seen[:, :2].min(axis=0), seen[:, :2].max(axis=0)
    if min(low[0], low[1]) < RIM or high[0] > 1 - RIM or high[1] > aspect - RIM:
        return False
    return _lean(keypoints) <= UPRIGHT_DEGREES


def _lean(keypoints: Keypoints) -> float:
    shoulders, hips = middle(keypoints, SHOULDERS), middle(keypoints, HIPS)
    return 90.0 if shoulders is None or hips is None else tilt(shoulders, hips)


def gauge(times: Sequence[float], looks: Sequence[Keypoints], optics: Optics) -> Gauged:
    """Measure the looks (each (17, 3), as `readable` has them) at one body; those that cannot stand on the floor are
    left out.
    """
    seen = np.asarray(looks, np.float64).reshape(-1, 17, 3)
    angle, focal = radians(optics.tilt), optics.focal
    below, right = seen[..., 0] - 0.5, seen[..., 1] - optics.aspect / 2
    forward = focal * cos(angle) - below * sin(angle)
    down = focal * sin(angle) + below * cos(angle)
    lift = optics.height - ANKLE
    feet_below = below[:, list(ANKLES)].mean(axis=1)
    feet_forward = focal * cos(angle) - feet_below * sin(angle)
    feet_down = focal * sin(angle) + feet_below * cos(angle)
    ahead = lift * feet_forward / np.maximum(feet_down, _LEAST)
    good = (feet_down > _LEAST) & (ahead > 0) & (ahead < FARTHEST) & (forward > _LEAST).all(axis=1)
    seen, forward, down, right, ahead = seen[good], forward[good], down[good], right[good], ahead[good]
    up, across = optics.height - ahead[:, None] * down / forward, ahead[:, None] * right / forward
    trust = (seen[:, list(HEAD), 2] > HEAD_SCORE).astype(float)
    trust /= np.maximum(1.0, trust.sum(axis=1, keepdims=True))
    feet = list(ANKLES)
    return Gauged(
        lens=optics.height,
        time=np.asarray(times, np.float64)[good],
        ahead=ahead,
        aside=across[:, list(HIPS)].mean(axis=1),
        up=up,
        across=across,
        eyes=(up[:, list(HEAD)] * trust).sum(axis=1),
        eyes_across=(across[:, list(HEAD)] * trust).sum(axis=1),
        treads=lift * forward[:, feet] / np.maximum(down[:, feet], _LEAST),
    )
