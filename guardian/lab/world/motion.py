"""A motion: how the 17 joints of one body move through the room, in metres."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.skeleton import KEYPOINTS

Joints: TypeAlias = NDArray[np.float32]
RATE = 30.0
"""Frames a second of every motion."""


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """`joints` is (frames, 17, 3), float32, read-only: x right, y up, z ahead, metres; keypoints in COCO order.

    The floor is y = 0. The body begins at the origin and faces +z. `cause` is the kind of fall (trip, slip, faint, ...)
    or the activity. `onset` and `contact` are seconds from the beginning, of falls only. `rest` is the kind of place on
    which the body ends, None on its feet. `stature` is in metres. Raises ValueError where the shape is wrong or a fall
    lacks its times.
    """

    cause: str
    kind: Literal["fall", "adl"]
    joints: Joints
    stature: float
    onset: float | None = None
    contact: float | None = None
    rest: str | None = None

    def __post_init__(self) -> None:
        joints = np.array(self.joints, dtype=np.float32)
        if joints.ndim != 3 or joints.shape[1:] != (KEYPOINTS, 3) or not len(joints):  # noqa: PLR2004 - an axis each
            message = f"joints have shape {joints.shape}, not (frames, {KEYPOINTS}, 3)"
            raise ValueError(message)
        if (self.kind == "fall") != (self.onset is not None and self.contact is not None):
            message = f"{self.cause}: a fall has an onset and a contact, and nothing else has"
            raise ValueError(message)
        joints.setflags(write=False)
        object.__setattr__(self, "joints", joints)

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return len(self.joints) / RATE
