"""Bodies of some stature and build that stroll over a floor, as a camera above it sees them."""

from dataclasses import dataclass
from math import atan2, cos, pi, sin

import numpy as np

from guardian.optics import Optics
from guardian.skeleton import Pose
from guardian.tracking import Track, TrackState

CAMERA = Optics(2.2, 18.0, 75.0)

# up, to the left and ahead, in statures: a body that stands with hanging arms
_AT_EASE = np.array(
    [
        *[(0.93, 0.0, 0.06), (0.94, 0.02, 0.05), (0.94, -0.02, 0.05), (0.93, 0.04, 0.0), (0.93, -0.04, 0.0)],
        *[(0.81, 0.11, 0.0), (0.81, -0.11, 0.0), (0.63, 0.13, 0.0), (0.63, -0.13, 0.0)],
        *[(0.48, 0.13, 0.02), (0.48, -0.13, 0.02), (0.52, 0.06, 0.0), (0.52, -0.06, 0.0)],
        *[(0.28, 0.05, 0.0), (0.28, -0.05, 0.0), (0.039, 0.05, 0.0), (0.039, -0.05, 0.0)],
    ]
)


@dataclass(frozen=True)
class Stroller:
    """Somebody who strolls: `tall` in metres, `legs` and `arms` how long beside the usual, `lean` of the head ahead in
    metres, `speed` in metres a second, `strides` a second.
    """

    tall: float = 1.70
    legs: float = 1.0
    arms: float = 1.0
    lean: float = 0.0
    speed: float = 0.7
    strides: float = 0.8

    def spot(self, time: float) -> tuple[float, float, float]:
        """Where the body is, metres ahead and aside, and where it goes, radians: round and round an oval."""
        angle = time * self.speed / 0.95
        ahead, aside = 3.4 + 0.8 * sin(angle), 1.1 * cos(angle)
        return ahead, aside, atan2(-1.1 * sin(angle), 0.8 * cos(angle))

    def points(self, time: float) -> np.ndarray:
        """The joints in the room (17, 3): up, ahead and to the right, metres."""
        body = _AT_EASE * self.tall
        hips = body[11, 0]
        body[11:13, 0] *= self.legs
        body[:11, 0] = self.tall * 0.94 - (self.tall * 0.94 - body[:11, 0]) * (0.94 * self.tall - hips * self.legs) / (
            0.94 * self.tall - hips
        )
        shoulders = body[5, 0]
        body[7:11, 0] = shoulders - (shoulders - body[7:11, 0]) * self.arms
        body[:5, 2] += self.lean
        step = 0.3 * sin(2 * pi * self.strides * time)
        body[15, 2], body[16, 2] = step, -step
        ahead, aside, way = self.spot(time)
        forward, left = body[:, 2], body[:, 1]
        return np.column_stack(
            [body[:, 0], ahead + forward * cos(way) + left * sin(way), aside + forward * sin(way) - left * cos(way)]
        )

    def pose(self, time: float, camera: Optics = CAMERA, noise: np.random.Generator | None = None) -> Pose:
        """The body in the picture."""
        keypoints = np.full((17, 3), 0.7, np.float32)
        for number, (up, ahead, aside) in enumerate(self.points(time)):
            seen = camera.seen_at(ahead, aside, up)
            assert seen is not None
            keypoints[number, :2] = seen
        if noise is not None:
            keypoints[:, :2] += noise.normal(0, 0.004, (17, 2))
        return Pose(keypoints, 0.7)

    def track(self, time: float, number: int = 1, noise: np.random.Generator | None = None) -> Track:
        """The body as a track."""
        return Track(number, self.pose(time, noise=noise), TrackState.CONFIRMED, born=0.0, seen=time)


def looks(who: Stroller, seconds: float = 20.0, camera: Optics = CAMERA) -> tuple[list[float], list[np.ndarray]]:
    """What is seen of somebody, five times a second."""
    times = [number / 5 for number in range(round(seconds * 5))]
    return times, [who.pose(time, camera).keypoints for time in times]
