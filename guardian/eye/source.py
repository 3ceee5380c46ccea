"""What a source of frames is, whatever it reads from, and what all of them share: the rate and the buffers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from guardian.eye import memory
from guardian.eye.engine import Image

_ROTATIONS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
_QUARTERS = (cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE)


@dataclass(frozen=True, slots=True)
class Frame:
    """One image: `time` of capture in monotonic seconds, `image` uint8 (height, width, 3) BGR, `number` counted since
    the source was opened. `held` marks the repeated last frame of a file.

    The image is the source's own buffer: it stays as it is until the second next `read`, and is then written over.
    """

    time: float
    image: Image
    number: int
    held: bool = False


class Source(Protocol):
    """Anything that gives frames, at most `camera.fps` a second by their time of capture."""

    width: int
    height: int

    def read(self, not_before: float = 0.0) -> Frame | None:
        """Return the next frame, waiting for it; None at the end of a file.

        Frames captured before `not_before` are passed over, and cost little.

        Raises:
            SourceError: the camera or stream has stopped giving frames.

        """

    def close(self) -> None:
        """Let the device go and blacken the buffers."""


class Rate:
    """Lets frames pass at no more than `fps` a second on average, by their times alone."""

    def __init__(self, fps: float) -> None:
        self._period = 1.0 / fps
        self._due: float | None = None

    def due(self, now: float) -> bool:
        """Return whether the frame captured at `now` is to be looked at, and count it if so."""
        if self._due is None or now > self._due + self._period or now < self._due - 2 * self._period:
            self._due = now + self._period
            return True
        if now < self._due - self._period / 4:  # a quarter early is in time: cameras are not exact
            return False
        self._due += self._period
        return True


class Buffers:
    """Frames turned the right way up, in a few arrays that are used over and over."""

    def __init__(self, rotate: int, count: int) -> None:
        self._rotation = _ROTATIONS.get(rotate)
        self._images: list[Image] = [memory.picture(1, 1, 3) for _ in range(count)]

    def keep(self, image: Image, in_use: Sequence[Image]) -> Image:
        """Move an image, rotated, into a buffer that is not in use (one must be left), and return that buffer.

        What was handed over is black afterwards: nobody knows for how long a decoder's memory keeps what it held.
        """
        index = next(i for i, kept in enumerate(self._images) if not any(kept is used for used in in_use))
        height, width = image.shape[:2]
        shape = (width, height, 3) if self._rotation in _QUARTERS else (height, width, 3)
        if self._images[index].shape != shape:
            self._images[index] = memory.picture(*shape)
        kept = self._images[index]
        if self._rotation is not None:
            cv2.rotate(image, self._rotation, dst=kept)
        else:
            np.copyto(kept, image)
        image.fill(0)
        return kept

    def blacken(self) -> None:
        """Overwrite every picture."""
        for image in self._images:
            image.fill(0)
