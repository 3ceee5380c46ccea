"""A sketch as a PNG of some 10 KB: lines, circles and the floor on paper, drawn from numbers that are in it.

No library that could open a camera's frame is loaded for it: the brain has none. A PNG is written as W3C's
"Portable Network Graphics Specification" describes it: signature, header, one compressed block of rows, end.
"""

import struct
import zlib
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.sketch import Sketch
from guardian.strokes import Dot, Strokes

HEIGHT = 480
NARROWEST, WIDEST = 240, 960
Colour: TypeAlias = tuple[int, int, int]
PAPER, GROUND, EDGE, FURNITURE = (247, 244, 237), (226, 219, 205), (120, 110, 95), (176, 190, 205)
STOOD, FELL, OTHERS, NOW = (205, 200, 190), (165, 158, 146), (70, 84, 96), (200, 30, 24)
"""Red on light paper, and greys by lightness alone: apart also for those who see no red or no green."""
BOLD, PLAIN, THIN = 0.024, 0.016, 0.006
"""Widths of lines, in heights of the drawing."""


class Canvas:
    """Paper that is `height` high and `aspect` times as wide; coordinates and widths are in its heights."""

    def __init__(self, aspect: float, height: int = HEIGHT) -> None:
        width = int(min(max(round(height * aspect), NARROWEST), WIDEST))
        self._scale = float(height)
        self._paper: NDArray[np.float32] = np.empty((height, width, 3), np.float32)
        self._paper[:] = PAPER

    def ground(self, top: float) -> None:
        """Colour all below `top` as floor, with its edge."""
        row = max(0, round(top * self._scale))
        self._paper[row:] = GROUND
        self._paper[row : row + 3] = EDGE

    def line(self, start: Dot, end: Dot, width: float, colour: Colour) -> None:
        """Draw a line with round ends."""
        a, b = np.array(start) * self._scale, np.array(end) * self._scale
        reach = width * self._scale / 2 + 1
        low, high = np.minimum(a, b) - reach, np.maximum(a, b) + reach
        rows, columns, patch = self._patch(low, high)
        if not patch.size:
            return
        along = b - a
        length = float(along @ along)
        x, y = columns[None, :] - a[0], rows[:, None] - a[1]
        share = np.clip((x * along[0] + y * along[1]) / length, 0, 1) if length > 0 else np.zeros((1, 1))
        away = np.hypot(x - share * along[0], y - share * along[1])
        self._mix(patch, reach - 0.5 - away, colour)

    def disc(self, centre: Dot, radius: float, colour: Colour) -> None:
        """Draw a filled circle."""
        middle, reach = np.array(centre) * self._scale, radius * self._scale + 1
        rows, columns, patch = self._patch(middle - reach, middle + reach)
        if patch.size:
            away = np.hypot(columns[None, :] - middle[0], rows[:, None] - middle[1])
            self._mix(patch, reach - 0.5 - away, colour)

    def body(self, body: Strokes, width: float, colour: Colour) -> None:
        """Draw a stick figure."""
        for start, end in body.bones:
            self.line(start, end, width, colour)
        if body.head is not None:
            self.disc(*body.head, colour)

    def png(self) -> bytes:
        """Everything so far, as a PNG of 8 bits a colour."""
        height, width = self._paper.shape[:2]
        rows = np.zeros((height, 1 + 3 * width), np.uint8)  # each row begins with 0: it is written as it is
        rows[:, 1:] = np.rint(self._paper).astype(np.uint8).reshape(height, -1)
        head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        chunks = _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows.tobytes())) + _chunk(b"IEND", b"")
        return b"\x89PNG\r\n\x1a\n" + chunks

    def _patch(
        self, low: NDArray[np.float64], high: NDArray[np.float64]
    ) -> tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.float32]]:
        """The part of the paper between two corners: the middles of its rows and columns, and itself, to draw on."""
        limits = self._paper.shape[1], self._paper.shape[0]
        left, top = (int(min(max(value, 0), limit)) for value, limit in zip(low, limits, strict=True))
        right, bottom = (int(min(max(value + 1, 0), limit)) for value, limit in zip(high, limits, strict=True))
        return np.arange(top, bottom) + 0.5, np.arange(left, right) + 0.5, self._paper[top:bottom, left:right]

    @staticmethod
    def _mix(patch: NDArray[np.float32], inside: NDArray[np.float64], colour: Colour) -> None:
        """Colour what is `inside` by more than half a dot, and mix at the edge."""
        cover = np.clip(inside, 0, 1)[..., None]
        patch += (cover * (np.array(colour) - patch)).astype(np.float32)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def drawn(sketch: Sketch) -> bytes:
    """Draw a sketch: the floor, furniture in thin lines, greys for before, others dark, and red for who matters now."""
    canvas = Canvas(sketch.aspect)
    canvas.ground(sketch.floor)
    for outline in sketch.outlines:
        for start, end in zip(outline, (*outline[1:], *outline[:1]), strict=True):
            canvas.line(start, end, THIN, FURNITURE)
    for body, colour in zip(sketch.before, (STOOD, FELL), strict=False):
        canvas.body(body, PLAIN, colour)
    for body in sketch.now[1:]:
        canvas.body(body, PLAIN, OTHERS)
    canvas.body(sketch.now[0], BOLD, NOW)
    return canvas.png()
