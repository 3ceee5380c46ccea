"""A whole frame, scaled into a model's input with bars where the shapes differ, and the exact way back."""

import cv2
import numpy as np
from numpy.typing import NDArray

from guardian.eye import memory
from guardian.eye.engine import Image

STRIDE = 32
"""MultiPose wants sides that are multiples of this (TensorFlow Hub, movenet/multipose/lightning, model card)."""


def input_size(frame_height: int, frame_width: int, pixels: int) -> tuple[int, int]:
    """Return the (height, width) of at most `pixels`, both multiples of 32, in which the frame comes out largest.

    Of sizes that show it equally large, the smallest is taken, since the cost grows with the area.
    """
    sizes = [
        (height, width)
        for height in range(STRIDE, pixels // STRIDE + 1, STRIDE)
        for width in range(STRIDE, pixels // height + 1, STRIDE)
    ]
    return max(sizes, key=lambda size: (min(size[0] / frame_height, size[1] / frame_width), -size[0] * size[1]))


class Letterbox:
    """Frames of one size into one picture, uint8 (height, width, 3), centred; the bars stay as they are (black)."""

    def __init__(self, frame_height: int, frame_width: int, picture: Image) -> None:
        height, width = picture.shape[:2]
        scale = min(height / frame_height, width / frame_width)
        inner_height = max(1, min(height, round(frame_height * scale)))
        inner_width = max(1, min(width, round(frame_width * scale)))
        top, left = (height - inner_height) // 2, (width - inner_width) // 2
        self._inner = picture[top : top + inner_height, left : left + inner_width]
        self._scaled: Image = memory.picture(inner_height, inner_width, 3)
        # Averaging keeps thin limbs when much is thrown away; linear is cheaper and as good near the frame's own size.
        self._interpolation = cv2.INTER_AREA if scale < 1 / 2 else cv2.INTER_LINEAR
        aspect = frame_width / frame_height
        self._gain = np.array([height / inner_height, width / inner_width * aspect], np.float32)
        self._offset = np.array([-top / inner_height, -left / inner_width * aspect], np.float32)

    def fill(self, frame: Image) -> None:
        """Scale a BGR frame, uint8 (frame_height, frame_width, 3), into the picture as RGB."""
        height, width = self._scaled.shape[:2]
        cv2.resize(frame, (width, height), dst=self._scaled, interpolation=self._interpolation)
        cv2.cvtColor(self._scaled, cv2.COLOR_BGR2RGB, dst=self._inner)
        self._scaled.fill(0)

    def to_frame(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map (..., 2) points (y, x) in fractions of the picture's height and width to frame heights."""
        return points * self._gain + self._offset

    def to_picture(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map (..., 2) points (y, x) in frame heights to fractions of the picture's height and width."""
        return (points - self._offset) / self._gain
