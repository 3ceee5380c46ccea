"""The body as 17 keypoints, and what the eye says of one frame.

Coordinates are in frame heights: y runs from 0 (top) to 1 (bottom), x from 0 (left) to the frame's aspect ratio
(width / height). One unit is the same length along both axes, so angles and lengths need no correction.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Keypoints: TypeAlias = NDArray[np.float32]


class Keypoint(IntEnum):
    """The COCO order, which MoveNet follows (TensorFlow Hub, movenet/singlepose/lightning, model card)."""

    NOSE = 0
    LEFT_EYE = 1
    RIGHT_EYE = 2
    LEFT_EAR = 3
    RIGHT_EAR = 4
    LEFT_SHOULDER = 5
    RIGHT_SHOULDER = 6
    LEFT_ELBOW = 7
    RIGHT_ELBOW = 8
    LEFT_WRIST = 9
    RIGHT_WRIST = 10
    LEFT_HIP = 11
    RIGHT_HIP = 12
    LEFT_KNEE = 13
    RIGHT_KNEE = 14
    LEFT_ANKLE = 15
    RIGHT_ANKLE = 16


KEYPOINTS = len(Keypoint)
HEAD = (Keypoint.NOSE, Keypoint.LEFT_EYE, Keypoint.RIGHT_EYE, Keypoint.LEFT_EAR, Keypoint.RIGHT_EAR)
SHOULDERS = (Keypoint.LEFT_SHOULDER, Keypoint.RIGHT_SHOULDER)
HIPS = (Keypoint.LEFT_HIP, Keypoint.RIGHT_HIP)
KNEES = (Keypoint.LEFT_KNEE, Keypoint.RIGHT_KNEE)
ANKLES = (Keypoint.LEFT_ANKLE, Keypoint.RIGHT_ANKLE)
TORSO = (*SHOULDERS, *HIPS)
MIRRORED = [int(Keypoint.NOSE), *(side for pair in range(1, KEYPOINTS, 2) for side in (pair + 1, pair))]
"""The order of keypoints that exchanges left and right."""

LIMBS: tuple[tuple[Keypoint, Keypoint], ...] = (
    (Keypoint.NOSE, Keypoint.LEFT_EYE),
    (Keypoint.NOSE, Keypoint.RIGHT_EYE),
    (Keypoint.LEFT_EYE, Keypoint.LEFT_EAR),
    (Keypoint.RIGHT_EYE, Keypoint.RIGHT_EAR),
    (Keypoint.LEFT_SHOULDER, Keypoint.RIGHT_SHOULDER),
    (Keypoint.LEFT_SHOULDER, Keypoint.LEFT_ELBOW),
    (Keypoint.LEFT_ELBOW, Keypoint.LEFT_WRIST),
    (Keypoint.RIGHT_SHOULDER, Keypoint.RIGHT_ELBOW),
    (Keypoint.RIGHT_ELBOW, Keypoint.RIGHT_WRIST),
    (Keypoint.LEFT_SHOULDER, Keypoint.LEFT_HIP),
    (Keypoint.RIGHT_SHOULDER, Keypoint.RIGHT_HIP),
    (Keypoint.LEFT_HIP, Keypoint.RIGHT_HIP),
    (Keypoint.LEFT_HIP, Keypoint.LEFT_KNEE),
    (Keypoint.LEFT_KNEE, Keypoint.LEFT_ANKLE),
    (Keypoint.RIGHT_HIP, Keypoint.RIGHT_KNEE),
    (Keypoint.RIGHT_KNEE, Keypoint.RIGHT_ANKLE),
)


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """The keypoints of one body in one frame.

    `keypoints` has shape (17, 3), float32, read-only: (y, x, score) a row, y and x in frame heights, score 0-1.
    `score` is MoveNet's confidence that this is a body, 0-1. Where the camera hangs askew and `keypoints` were turned
    upright, `askew` are the same as the picture shows them.
    """

    keypoints: Keypoints
    score: float
    askew: Keypoints | None = None

    @property
    def picture(self) -> Keypoints:
        """The keypoints where they are in the picture: what is drawn there, and what its edges cut off."""
        return self.keypoints if self.askew is None else self.askew

    def __post_init__(self) -> None:
        """Own a read-only copy, so that no stage can change what another one has seen."""
        keypoints = np.array(self.keypoints, dtype=np.float32)
        if keypoints.shape != (KEYPOINTS, 3):
            message = f"keypoints have shape {keypoints.shape}, not ({KEYPOINTS}, 3)"
            raise ValueError(message)
        keypoints.setflags(write=False)
        object.__setattr__(self, "keypoints", keypoints)


@dataclass(frozen=True, slots=True)
class Observation:
    """What the eye says of one frame; the only thing that ever crosses to the brain.

    `time` is the monotonic second of capture. `looked` is False where the motion gate let MoveNet sleep, so that no
    pose then means "nothing changed" and not "nobody there". `brightness` and `contrast` are mean and standard
    deviation of the luma, 0-1; `sharpness` is 0 (featureless) to 1; `motion` is the share of the picture that moved,
    0-1; `change` is the mean absolute luma difference to the frame before, 0-1, and exactly 0 only when two frames are
    the same to the bit. `aspect` is width / height. `held` marks the last frame of an ended file, repeated on request,
    which is not a frozen camera. `displaced` is the share of the scenery that is no longer where it was
    when the eye opened, 0-1, as last told. `frame` counts the frames captured since the eye opened.
    """

    time: float
    poses: tuple[Pose, ...] = ()
    aspect: float = 4 / 3
    looked: bool = True
    brightness: float = 0.5
    contrast: float = 0.2
    sharpness: float = 0.5
    motion: float = 0.0
    change: float = 0.01
    held: bool = False
    displaced: float = 0.0
    frame: int = field(default=0, compare=False)
