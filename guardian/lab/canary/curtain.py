"""The known picture: a curtain of grey stripes behind whoever walks in a film, in every row the same.

The stripes are chance of a fixed seed, a few pixels to a tenth of the picture wide, so that one row tells the picture
from any other, at any row, in any layout of pixels, and down to a thumbnail.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from guardian.errors import SourceError
from guardian.lab import video

Frame = NDArray[np.uint8]

WIDTH = 640
"""Pixels of a row in which the code is written; it is resampled for others."""
STRIPES = (4, 8, 16, 32, 64)
"""Widths of stripes that lie over each other, pixels: of a small copy the wide ones are left."""
SEED = 1999
CONTRAST = 13.0
"""Luma steps that each width of stripe adds or takes."""
GROUND = 120.0
PERSON = 18
"""Luma steps from the empty room by which somebody stands out."""


@lru_cache(maxsize=64)
def code(width: int) -> NDArray[np.float32]:
    """The stripes as a row of so many pixels: luma about their mean, float32 (width,)."""
    chance = np.random.default_rng(SEED)
    row = np.zeros(WIDTH, np.float32)
    for stripe in STRIPES:
        row += np.repeat(chance.choice([-CONTRAST, CONTRAST], WIDTH // stripe), stripe).astype(np.float32)
    way = cv2.INTER_AREA if width < WIDTH else cv2.INTER_LINEAR
    scaled = cv2.resize(row[None], (width, 1), interpolation=way)[0]
    return np.asarray(scaled - scaled.mean(), np.float32)


def curtain(height: int, width: int) -> Frame:
    """The picture itself, BGR, uint8 (height, width, 3)."""
    row = np.clip(GROUND + code(width), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(row[None, :, None], (height, width, 3)))


def behind(frames: list[Frame]) -> Iterator[Frame]:
    """The frames of a still camera, with the curtain in place of the room behind whoever moves in it."""
    early = frames[: len(frames) // 2 + 1]  # whoever lies on the floor at the end is no part of it
    room = np.median(np.stack(early[:: max(1, len(early) // 25)]), axis=0).astype(np.uint8)
    hung = curtain(*room.shape[:2])
    spread = np.ones((7, 7), np.uint8)
    for frame in frames:
        stands_out = (cv2.absdiff(frame, room).max(axis=2) > PERSON).astype(np.uint8)
        person = cv2.dilate(cv2.morphologyEx(stands_out, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), spread)
        yield np.where(person[..., None] > 0, frame, hung)


def write_film(source: Path, out: Path, begin: float, end: float) -> Path:
    """Write the part of a film from `begin` to `end`, seconds, with the curtain behind; return where (.mp4).

    Raises SourceError where the film is shorter, ConfigurationError where `out` cannot be written.
    """
    film = cv2.VideoCapture(str(source))
    rate = film.get(cv2.CAP_PROP_FPS) or 1.0
    frames = []
    for number in range(round(end * rate)):
        good, frame = film.read()
        if not good:
            message = f"{source}: ends before {end:g} s; an earlier part would be right"
            raise SourceError(message)
        if number >= round(begin * rate):
            frames.append(np.asarray(frame, np.uint8))
    film.release()
    height, width = frames[0].shape[:2]
    video.write(behind(frames), out, (width, height), rate)
    return out
