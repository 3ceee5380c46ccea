"""Bodies before a camera that hangs askew: turned by its roll, clockwise as one looks along it, in degrees."""

import numpy as np
from bodies import tilted

from guardian.geometry import turned
from guardian.optics import Optics
from guardian.skeleton import Pose

TRUE = Optics(2.1, 18.0)
ASPECT = 4 / 3


def askew(pose: Pose, roll: float) -> Pose:
    """The same body as that camera shows it."""
    return Pose(turned(pose.keypoints, -roll, ASPECT), pose.score)


def walking(time: float, roll: float) -> Pose:
    """Somebody who goes to and fro across the room."""
    aside = 1.4 * (abs((time / 4) % 4 - 2) - 1)
    ahead = 3.5 + 0.8 * float(np.sin(time / 17))
    feet, head = TRUE.seen_at(ahead, aside, 0.05), TRUE.seen_at(ahead, aside, 1.55)
    assert feet is not None
    assert head is not None
    tall = float(np.hypot(feet[0] - head[0], feet[1] - head[1])) / 0.894
    angle = float(np.degrees(np.arctan2(head[1] - feet[1], feet[0] - head[0])))
    return askew(tilted(angle, feet, tall), roll)
