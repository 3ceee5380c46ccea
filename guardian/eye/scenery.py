"""Whether the scenery is still where it was: how much of a room's edges has gone from its place since the eye opened.

The edges of the motion gate's cells are compared with a reference, block by block: a person, a chair or a door hides or
moves some blocks, a knock on the camera all of them. How bright a block is does not count, only how its edges lie, so
that a lamp or a cloud changes little. The reference is never written anywhere, and ends with the eye.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from guardian.eye.motion import fading

Cells = NDArray[np.uint8]
Edges = NDArray[np.float32]

PACE_SECONDS = 1.0
SETTLE_SECONDS = 10.0
"""So long the picture settles after the eye has opened (exposure, white balance) before it becomes the reference."""
FOLLOW_SECONDS = 1800.0
"""Over so much time the reference follows what stays in its place: daylight wanders, furniture is moved."""
BLOCK = 10
"""Cells along the side of a block: 48 of them in 60 x 80 cells."""
SMOOTHED = 1.2
"""Standard deviation, in cells, of the smoothing before edges are taken: noise goes, and half a cell of tremble."""
TEXTURE = 3.0
"""Least spread of a block's edges, in luma steps a cell, that tells where they are; noise alone makes 0.5."""
LEAST_BLOCKS = 6
"""With fewer blocks that show any edge nothing is said."""
ALIKE = 0.5
"""Least correlation of the edges of a block that is where it was."""
STAYS = 0.35
"""Displaced shares below this let the reference follow."""


class Scenery:
    """Compares the cells of one camera with what they were. `displaced` is the last answer, 0-1."""

    def __init__(self) -> None:
        self._reference: Edges | None = None
        self._opened: float | None = None
        self._measured = -math.inf
        self.displaced = 0.0

    def look_anew(self) -> None:
        """Forget what was compared with: what is seen next takes its place."""
        self._reference, self.displaced = None, 0.0

    def measure(self, cells: Cells, now: float) -> float:
        """Return which share of the blocks with edges, 0-1, is not where it was; looks once a second.

        `cells` are the luma of the picture, (rows, columns), captured at `now`. Where too little can be made out (dark,
        covered) the answer stays what it was: what cannot be seen is said by brightness and contrast.
        """
        self._opened = now if self._opened is None else self._opened
        if now - self._opened < SETTLE_SECONDS or now - self._measured < PACE_SECONDS:
            return self.displaced
        elapsed, self._measured = now - self._measured, now
        edges = edges_of(cells)
        if self._reference is None:
            self._reference = edges if tells(edges) else None  # an eye that opens in the dark waits for light
            return self.displaced
        share = displaced(self._reference, edges)
        if share is not None:
            self.displaced = share
            if share < STAYS:
                self._reference += (edges - self._reference) * fading(elapsed, FOLLOW_SECONDS)
        return self.displaced


def edges_of(cells: Cells) -> Edges:
    """The gradient of smoothed luma, float32 (rows, columns, 2), in luma steps a cell."""
    smooth = cv2.GaussianBlur(cells, (0, 0), SMOOTHED).astype(np.float32)
    slopes = np.stack([cv2.Scharr(smooth, cv2.CV_32F, 0, 1), cv2.Scharr(smooth, cv2.CV_32F, 1, 0)], axis=-1) / 32
    return np.asarray(slopes, np.float32)


def displaced(reference: Edges, edges: Edges) -> float | None:
    """Which share of the blocks that show edges in either is not alike, 0-1; None where too few do."""
    before, after = blocks(reference), blocks(edges)
    spread = np.sqrt((before**2).mean(axis=1)), np.sqrt((after**2).mean(axis=1))
    textured = spread[0] > TEXTURE
    if not (tells(reference) and tells(edges)):
        return None
    alike = (before * after).mean(axis=1) / np.maximum(spread[0] * spread[1], 1e-6)
    return float(np.count_nonzero(alike[textured] < ALIKE) / np.count_nonzero(textured))


def tells(edges: Edges) -> bool:
    """Whether enough blocks show edges."""
    return int(np.count_nonzero(np.sqrt((blocks(edges) ** 2).mean(axis=1)) > TEXTURE)) >= LEAST_BLOCKS


def blocks(edges: Edges) -> Edges:
    """(blocks, values) of (rows, columns, 2); what does not fill a block at the lower and right border is left out."""
    rows, columns = edges.shape[0] // BLOCK, edges.shape[1] // BLOCK
    cut = edges[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK, 2)
    return np.asarray(cut.transpose(0, 2, 1, 3, 4).reshape(rows * columns, -1), np.float32)
