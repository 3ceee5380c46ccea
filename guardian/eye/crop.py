"""A square part of the frame around one body, turned so that its torso is up, and the exact way back."""

from dataclasses import dataclass
from math import cos, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from guardian.eye.engine import Image

ON_PIXELS = 1e-3
"""Pixels by which an edge may miss the line between two of them."""


@dataclass(frozen=True, slots=True)
class Crop:
    """Where a square lies in the frame: centre and side in frame heights, `turn` in radians.

    `turn` is how far the square's upward edge is turned from the frame's, clockwise as one sees the picture: pi / 2
    for a body whose head points to the right.
    """

    y: float
    x: float
    side: float
    turn: float = 0.0

    def on_pixels(self, height: int) -> "Crop":
        """Return the nearest square whose edges lie between the pixels of a frame of so many lines, not turned.

        Such a part is scaled into the picture, which takes a third of the time of a warp.
        """
        side = max(1, round(self.side * height))
        top, left = round(self.y * height - side / 2), round(self.x * height - side / 2)
        return Crop((top + side / 2) / height, (left + side / 2) / height, side / height)

    def cut(self, frame: Image, picture: Image) -> None:
        """Draw this part of a BGR frame, uint8 (height, width, 3), into a square picture as RGB, black outside."""
        part = self._part(frame)
        if part is None:
            self._warp(frame, picture)
        else:
            cv2.resize(part, picture.shape[:2], dst=picture, interpolation=cv2.INTER_LINEAR)
        cv2.cvtColor(picture, cv2.COLOR_BGR2RGB, dst=picture)

    def _part(self, frame: Image) -> Image | None:
        """Return this part of the frame as it is; None where it is turned, not on pixels or not wholly inside."""
        height, width = frame.shape[:2]
        side, top, left = (each * height for each in (self.side, self.y - self.side / 2, self.x - self.side / 2))
        whole = [round(each) for each in (top, left, side)]
        if self.turn or any(abs(a - b) > ON_PIXELS for a, b in zip((top, left, side), whole, strict=True)):
            return None
        y, x, length = whole
        inside = length > 0 and y >= 0 and x >= 0 and y + length <= height and x + length <= width
        return frame[y : y + length, x : x + length] if inside else None

    def _warp(self, frame: Image, picture: Image) -> None:
        height, size = frame.shape[0], picture.shape[0]
        step = self.side * height / size
        along, across = step * cos(self.turn), step * sin(self.turn)
        middle = size / 2 - 0.5
        # cv2 counts from the centre of the first pixel, frame heights from its edge: hence the halves.
        matrix = np.array(
            [
                [along, -across, self.x * height - 0.5 - middle * (along - across)],
                [across, along, self.y * height - 0.5 - middle * (along + across)],
            ]
        )
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        cv2.warpAffine(frame, matrix, (size, size), dst=picture, flags=flags, borderMode=cv2.BORDER_CONSTANT)

    def to_frame(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map (..., 2) points (y, x) in fractions of the picture to frame heights."""
        if not self.turn:
            corner = np.array([self.y - self.side / 2, self.x - self.side / 2], np.float32)
            upright: NDArray[np.float32] = points * np.float32(self.side) + corner
            return upright
        y, x = (points[..., 0] - 0.5) * self.side, (points[..., 1] - 0.5) * self.side
        points = _turned(y, x, self.turn)
        points += np.array([self.y, self.x], np.float32)
        return points

    def to_picture(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map (..., 2) points (y, x) in frame heights to fractions of the picture."""
        y, x = (points[..., 0] - self.y) / self.side, (points[..., 1] - self.x) / self.side
        points = _turned(y, x, -self.turn)
        points += np.float32(0.5)
        return points


def _turned(y: NDArray[np.float32], x: NDArray[np.float32], angle: float) -> NDArray[np.float32]:
    """Return vectors (y, x) turned clockwise by `angle`, as (..., 2). For so few, BLAS costs more than it saves."""
    turned: NDArray[np.float32] = np.empty((*y.shape, 2), np.float32)
    turned[..., 0] = y * cos(angle) + x * sin(angle)
    turned[..., 1] = x * cos(angle) - y * sin(angle)
    return turned
