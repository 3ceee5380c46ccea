"""Plain bodies for tests of the stages: 17 keypoints of a standing, seated, bent or lying person, and how one moves."""

import numpy as np

from guardian.skeleton import Keypoints, Observation, Pose

# (y above the feet, x) in statures, of a body facing the camera
_STANDING = np.array(
    [
        *[(0.93, 0.0), (0.94, 0.02), (0.94, -0.02), (0.93, 0.04), (0.93, -0.04)],
        *[(0.81, 0.11), (0.81, -0.11), (0.63, 0.13), (0.63, -0.13), (0.48, 0.13), (0.48, -0.13)],
        *[(0.52, 0.08), (0.52, -0.08), (0.28, 0.08), (0.28, -0.08), (0.04, 0.08), (0.04, -0.08)],
    ]
)


def posed(points: np.ndarray, feet: tuple[float, float], stature: float, score: float = 0.7) -> Pose:
    keypoints: Keypoints = np.empty((17, 3), np.float32)
    keypoints[:, 0] = feet[0] - points[:, 0] * stature
    keypoints[:, 1] = feet[1] + points[:, 1] * stature
    keypoints[:, 2] = score
    return Pose(keypoints, score)


def tilted(degrees: float, feet: tuple[float, float] = (0.9, 0.7), stature: float = 0.6, score: float = 0.7) -> Pose:
    """A stiff body turned about its feet: 0 stands, 90 lies with the head to the right."""
    turn = np.radians(degrees)
    up, aside = _STANDING[:, 0], _STANDING[:, 1]
    points = np.stack([up * np.cos(turn) - aside * np.sin(turn), up * np.sin(turn) + aside * np.cos(turn)], axis=1)
    return posed(points, feet, stature, score)


def standing(feet: tuple[float, float] = (0.9, 0.7), stature: float = 0.6, score: float = 0.7) -> Pose:
    return tilted(0.0, feet, stature, score)


def seated(feet: tuple[float, float] = (0.9, 0.7), stature: float = 0.6, score: float = 0.7) -> Pose:
    """Thighs toward the camera: everything above the knees comes down by most of a thigh."""
    points = _STANDING.copy()
    points[:13, 0] -= 0.22
    return posed(points, feet, stature, score)


def bent(feet: tuple[float, float] = (0.9, 0.7), stature: float = 0.6, score: float = 0.7) -> Pose:
    """Straight legs, the torso level: tying a shoe."""
    points = _STANDING.copy()
    upper = points[:11].copy()
    points[:11, 0] = 0.52 - 0.6 * (upper[:, 1]) - 0.05
    points[:11, 1] = upper[:, 0] - 0.52
    return posed(points, feet, stature, score)


def posed_like(pose: Pose, shift: np.ndarray, score: float) -> Pose:
    """The same body with every keypoint off by `shift` (17, 2), in frame heights, and scored so."""
    keypoints = pose.keypoints.copy()
    keypoints[:, :2] += shift
    keypoints[:, 2] = score
    return Pose(keypoints, score)


def seen(time: float, *poses: Pose, **more: float | bool) -> Observation:
    return Observation(time=time, poses=poses, **more)
