"""What tells one body from another: stature, proportions and gait over one walk, corrected for how the camera looks.

The figure is that of a stick: what is measured are joints, as the eye guesses them below clothes. A body that leans
has its head nearer to the camera than its feet when it comes, and farther when it goes; that is fitted and taken out.
"""

from dataclasses import dataclass
from math import log, nan
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.gait import Course, brisk, course, rhythm
from guardian.gauge import Gauged
from guardian.skeleton import HIPS, KNEES, SHOULDERS, Keypoint

Array: TypeAlias = NDArray[np.float64]
Pair: TypeAlias = tuple[Keypoint, Keypoint]

FEATURES = ("eyes", "shoulders", "hips", "knees", "upper arm", "arm", "lean", "speed", "rhythm")
"""The first is the logarithm of how high the eyes are in metres; the next six are lengths in parts of that; speed and
rhythm are logarithms of metres a second and strides a second. Breadth of shoulders and hips, length of stride and swing
of the arms were tried: what the eye errs is more than what people differ by."""

ELBOWS: Pair = (Keypoint.LEFT_ELBOW, Keypoint.RIGHT_ELBOW)
WRISTS: Pair = (Keypoint.LEFT_WRIST, Keypoint.RIGHT_WRIST)
ODD = 0.12
"""Looks at which the body is so much taller or shorter than usual, as a share, are wrong."""
LEANS: tuple[tuple[float, float], ...] = ((0.10, 0.05), (0.06, 0.04), (0.0, 0.03), (0.05, 0.03))
"""Metres by which eyes, shoulders, hips and knees are ahead of the ankles, and how much that differs."""
HEIGHT_NOISE = 0.06
LEAN, LEAN_LOOKS = 0.10, 3.0
"""Metres by which the eyes are usually ahead of the hips, and how many full views that weighs."""
LEAST, LEAST_WALKED = 10, 5
"""Looks, and looks while walking, without which nothing is told."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What was measured on one walk: `values` in the order of FEATURES, nan where nothing was seen of it, from so many
    `looks`.
    """

    values: tuple[float, ...]
    looks: int


def sign(seen: Gauged) -> Signature | None:
    """Take the signature of a body from the looks at it; None where they are too few, or it hardly walked. Looks at
    which it is not as tall as when it walks do not count: somebody seated who faces the camera seems to stand, and
    short.
    """
    going = course(seen)
    walked = going.walking & (seen.eyes > 0)
    if int(walked.sum()) < LEAST_WALKED:
        return None
    usual = np.abs(np.log(np.maximum(seen.eyes, 1e-3) / np.median(seen.eyes[walked]))) < ODD
    looks = int(usual.sum())
    if looks < LEAST:
        return None
    heights = (seen.eyes, *(seen.height(pair) for pair in (SHOULDERS, HIPS, KNEES)))
    eyes, shoulders, hips, knees = (
        _height(seen, going, height, usual, lean) for height, lean in zip(heights, LEANS, strict=True)
    )
    arms = (float(np.median((heights[1] - seen.height(pair))[usual])) for pair in (ELBOWS, WRISTS))
    lengths = (shoulders, hips, knees, *arms, _lean(seen, going, usual))
    return Signature((log(eyes), *(length / eyes for length in lengths), *_gait(seen, going)), looks)


def _height(seen: Gauged, going: Course, height: Array, usual: NDArray[np.bool_], lean: tuple[float, float]) -> float:
    """How high something is above the floor, corrected for by how much it is ahead of the ankles: that shows as a
    difference between coming and going.
    """
    ahead, spread = lean
    # What is nearer to the camera than the ankles seems the lower the more steeply the camera looks down at it.
    steep = -(going.towards * (seen.lens - height) / seen.ahead)[usual]
    rest = height[usual] - ahead * steep
    apart = steep - steep.mean()
    slope = float(apart @ rest) / (float(apart @ apart) + (HEIGHT_NOISE / spread) ** 2)
    return float(rest.mean() - slope * steep.mean())


def _lean(seen: Gauged, going: Course, usual: NDArray[np.bool_]) -> float:
    """By how much the eyes are ahead of the hips: who walks across the picture shows it in full (1, or -1)."""
    known = usual & going.walking
    ahead = (seen.eyes_across - seen.across[:, list(HIPS)].mean(axis=1))[known]
    view = going.sideways[known]
    return LEAN + float(view @ (ahead - LEAN * view)) / (float(view @ view) + LEAN_LOOKS)


def _gait(seen: Gauged, going: Course) -> tuple[float, float]:
    """Speed and rhythm, as FEATURES has them; nan where they were not seen."""
    speed = brisk(going)
    found = rhythm(seen, going, speed)
    return log(speed) if speed > 0 else nan, nan if found is None else found
