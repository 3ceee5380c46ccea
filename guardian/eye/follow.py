"""What the eye remembers of a body between frames: where to look next, which way up, and whether it looks like one.

All functions take the keypoints of one pose, float32 (17, 3): y and x in frame heights, score 0-1.
"""

from dataclasses import dataclass
from math import atan2, hypot

import numpy as np
from numpy.typing import NDArray

from guardian.eye.crop import Crop
from guardian.skeleton import HIPS, KNEES, LIMBS, SHOULDERS, TORSO, Keypoint, Keypoints

SEEN = 0.2
"""Least score of a keypoint that counts, as in MoveNet's own demonstration of cropping."""

UPRIGHT_TURN = 0.7
"""A torso that leans less than this, in radians (40 degrees), is upright as MoveNet likes it."""

TURNED = 0.8
"""A torso that leans more than this, in radians, is worth a look with the picture turned."""

SIDE_LIMITS = (0.12, 2.5)
"""Least and greatest side of a crop in frame heights: smaller is all blur, greater is the whole frame."""

TORSO_REACH, BODY_REACH = 1.9, 1.2
"""How far the crop goes from the hips, in units of the farthest torso keypoint and of the farthest keypoint at all.
The figures are those of MoveNet's own demonstration (TensorFlow Hub tutorial "MoveNet", cropping algorithm)."""

LEAST_KEYPOINTS = 5
LIMB_PER_TRUNK = 2.6
"""How much longer than the trunk a limb may look. An upper arm, forearm, thigh or shank is 0.5-0.85 of the trunk
(Drillis and Contini 1966); foreshortening of the trunk leaves room for three times as much, not more."""

_TORSO = np.array(TORSO)
_LONG = frozenset({*SHOULDERS, *HIPS, *KNEES, Keypoint.LEFT_ELBOW, Keypoint.RIGHT_ELBOW})
_BONES = np.array([limb for limb in LIMBS if limb[0] in _LONG and limb[1] not in (*SHOULDERS, *HIPS)])


def torso_score(keypoints: Keypoints) -> float:
    """Return the score of the weakest shoulder or hip, 0-1."""
    return float(keypoints[_TORSO, 2].min())


def pose_score(keypoints: Keypoints) -> float:
    """Return the mean score of all keypoints, 0-1: MultiPose's own score of a body follows it closely."""
    return float(keypoints[:, 2].mean())


def turn(keypoints: Keypoints) -> float:
    """Return how far the torso is turned from upright, in radians -pi to pi: pi / 2 where the head is to the right."""
    (shoulders_y, shoulders_x), (hips_y, hips_x) = _between(keypoints, SHOULDERS), _between(keypoints, HIPS)
    return atan2(shoulders_x - hips_x, hips_y - shoulders_y)


def _between(keypoints: Keypoints, pair: tuple[int, int]) -> tuple[float, float]:
    """Return the middle (y, x) of two keypoints. For so few numbers numpy's own mean costs ten times as much."""
    (one_y, one_x, _), (other_y, other_x, _) = keypoints[pair[0]].tolist(), keypoints[pair[1]].tolist()
    return (one_y + other_y) / 2, (one_x + other_x) / 2


def centre(keypoints: Keypoints) -> NDArray[np.float32]:
    """Return the middle (y, x) of shoulders and hips."""
    middle: NDArray[np.float32] = keypoints[_TORSO, :2].mean(axis=0)
    return middle


def reach(keypoints: Keypoints) -> float:
    """Return the distance from the hips to the farthest keypoint that is seen, along one axis, in frame heights."""
    return _reaches(keypoints)[1]


def _reaches(keypoints: Keypoints) -> tuple[float, float]:
    """Return the distances from the hips to the farthest keypoint of the torso, and of all that are seen or torso."""
    away = np.abs(keypoints[:, :2] - np.array(_between(keypoints, HIPS), np.float32)).max(axis=1)
    trunk = float(away[_TORSO].max())
    return trunk, max(trunk, float((away * (keypoints[:, 2] >= SEEN)).max()))


def around(keypoints: Keypoints, angle: float = 0.0) -> Crop:
    """Return the square around a body in which it is to be looked for next, turned by `angle`."""
    y, x = _between(keypoints, HIPS)
    trunk, body = _reaches(keypoints)
    half = max(TORSO_REACH * trunk, BODY_REACH * body)
    side = min(max(2 * half, SIDE_LIMITS[0]), SIDE_LIMITS[1])
    return Crop(y, x, side, angle)


def plausible(keypoints: Keypoints) -> bool:
    """Tell whether these could be the keypoints of a body: enough of them, and no limb out of all proportion.

    Coats, chairs and pets that MoveNet takes for people mostly fail here or by their score; whether a body ever moves
    is for the tracks to judge, which know time.
    """
    seen = keypoints[:, 2] >= SEEN
    if np.count_nonzero(seen) < LEAST_KEYPOINTS:
        return False
    (shoulders_y, shoulders_x), (hips_y, hips_x) = _between(keypoints, SHOULDERS), _between(keypoints, HIPS)
    across = keypoints[SHOULDERS[0], :2] - keypoints[SHOULDERS[1], :2]
    trunk = max(hypot(shoulders_y - hips_y, shoulders_x - hips_x), hypot(*across))
    shown = _BONES[seen[_BONES].all(axis=1)]
    lengths = keypoints[shown[:, 0], :2] - keypoints[shown[:, 1], :2]
    return bool((np.hypot(lengths[:, 0], lengths[:, 1]) <= LIMB_PER_TRUNK * trunk).all())


def same_body(one: Keypoints, other: Keypoints) -> bool:
    """Tell whether two poses are of one body: the middles lie within half of the smaller one's reach."""
    y, x = centre(one) - centre(other)
    return hypot(y, x) < min(reach(one), reach(other)) / 2


@dataclass(slots=True)
class Body:
    """A body that is followed: its last good keypoints and what is known of it. Times are seconds, as `now`.

    `found` is when MultiPose last saw something there, `seen` when a pose of it was last good enough to be told: minus
    infinity for one that never was, which is forgotten at once.
    """

    keypoints: Keypoints
    found: float
    seen: float
    stood: bool = False

    def learn(self, keypoints: Keypoints, now: float) -> None:
        """Take a pose that was good enough to be told as the place where to look next."""
        self.keypoints = keypoints
        self.seen = now
        self.stood = self.stood or (torso_score(keypoints) >= 1.5 * SEEN and abs(turn(keypoints)) < UPRIGHT_TURN)

    def turned(self) -> float | None:
        """Return the turn in which a lying body looks upright; None unless this one stood before and now leans far."""
        angle = turn(self.keypoints)
        return angle if self.stood and abs(angle) > TURNED else None
