"""Frames become poses: MoveNet MultiPose finds the bodies."""

from pathlib import Path

import numpy as np

from guardian.eye.engine import MULTIPOSE, Engine, Image, Runtime, models_directory
from guardian.eye.letterbox import Letterbox, input_size
from guardian.skeleton import KEYPOINTS, Pose

PIXELS = 256 * 352
LEAST_SCORE = 0.11


class PoseFinder:
    """Finds the bodies in the frames of one camera: `find(frame, now)`."""

    def __init__(self, models: Path | None = None, *, runtime: Runtime = "auto", threads: int = 2) -> None:
        directory = models or models_directory()
        self._multipose = Engine(directory / MULTIPOSE, runtime=runtime, threads=threads)
        self._frame_shape: tuple[int, ...] = ()
        self._letterbox: Letterbox

    @property
    def invoke_seconds(self) -> float:
        """What the runtime's own invokes have taken so far, in seconds."""
        return self._multipose.invoke_seconds

    @property
    def invokes(self) -> int:
        """How often a model was run so far."""
        return self._multipose.invokes

    def find(self, frame: Image, now: float) -> tuple[Pose, ...]:  # noqa: ARG002
        """Return the poses, at most six, in a BGR frame, uint8 (height, width, 3), captured at `now`."""
        if frame.shape != self._frame_shape:
            self._fit(*frame.shape)
        self._letterbox.fill(frame)
        bodies = self._multipose.run()
        keypoints = bodies[:, : KEYPOINTS * 3].reshape(-1, KEYPOINTS, 3)
        keypoints[..., :2] = self._letterbox.to_frame(keypoints[..., :2])
        scores = bodies[:, -1]
        return tuple(Pose(keypoints[i], float(scores[i])) for i in np.flatnonzero(scores >= LEAST_SCORE))

    def _fit(self, height: int, width: int, channels: int) -> None:
        self._multipose.resize(*input_size(height, width, PIXELS))
        self._letterbox = Letterbox(height, width, self._multipose.picture)
        self._frame_shape = (height, width, channels)
