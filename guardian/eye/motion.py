"""The motion gate: measures every frame for little, and says whether MoveNet must look at it.

The picture is brought down to a grid of cells of luma and compared with a short-term background. The whole picture has
its grain, and each cell its own noise, learnt while nobody is there, so that a dark camera, mains flicker and a
television in an empty room let MoveNet sleep; a change of the whole picture (cloud, exposure) is taken out first.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from guardian.eye import memory
from guardian.eye.engine import Image

ROWS, COLUMNS = 60, 80
SAMPLED_ROWS, SAMPLED_COLUMNS = 240, 320
BACKGROUND_SECONDS = 0.5
NOISE_SECONDS = 8.0
NOISE_FLOOR = 0.8
"""Mean absolute deviation in luma steps of 255: what is left of a good camera's noise in the mean of a cell."""
MOVED_AT = 6.0
"""A cell moved where it differs from its background by this many times its noise (4.8 standard deviations)."""
MEAN_TO_MEDIAN = 1.18
"""Mean over median of the absolute value of a normal distribution."""
LEAST_CELLS = 3
LINGER_SECONDS = 3.0
PERSON_SECONDS = 600.0
PERSON_LOOK_SECONDS = 1.0
EMPTY_LOOK_SECONDS = 15.0
"""In case that the gate has missed somebody: nobody comes into a room without moving three of its 4800 cells."""
EMPTY_REST_SECONDS = 0.25
SHARPNESS_SECONDS = 1.0
EARLY = 0.04
"""Seconds that a look may come before it is due, so that `at least once a second` holds at any frame rate."""


@dataclass(frozen=True, slots=True)
class View:
    """What the gate says of one frame: the measures as Observation defines them, and whether MoveNet must look.

    `rest` is for how many seconds no further frame needs to be measured: an empty still room costs less so.
    """

    brightness: float
    contrast: float
    sharpness: float
    motion: float
    change: float
    look: bool
    rest: float


class MotionGate:
    """Measures the frames of one camera in turn. Buffers are allocated once."""

    def __init__(self) -> None:
        shape = (ROWS, COLUMNS)
        self._cells, self._before, self._difference = (memory.picture(*shape) for _ in range(3))
        self._rows = self._sampled = memory.picture(0, 0)
        self._luma = np.zeros(shape, np.float32)
        self._background = np.zeros(shape, np.float32)
        self._noise = np.full(shape, NOISE_FLOOR, np.float32)
        self._grain = NOISE_FLOOR
        self._frame: Image | None = None
        self._time = 0.0
        self._sharpness = 0.0
        self._sharpness_due = 0.0
        self._moved_at = -math.inf
        self._looked_at = -math.inf
        self._person_at = -math.inf

    def measure(self, image: Image, now: float) -> View:
        """Return what a BGR frame, uint8 (height, width, 3), captured at `now`, is like.

        The image must stay as it is until the next call, which compares the two.
        """
        self._bring_down(image)
        change = self._change(image)
        motion = self._motion(now)
        if self._frame is None or motion * ROWS * COLUMNS >= LEAST_CELLS:  # nobody knows what went before the first
            self._moved_at = now
        if now >= self._sharpness_due:
            self._sharpness = sharpness(image)
            self._sharpness_due = now + SHARPNESS_SECONDS
        mean, spread = cv2.meanStdDev(self._cells)
        self._frame, self._time = image, now
        return View(
            brightness=float(mean[0, 0]) / 255,
            contrast=min(1.0, float(spread[0, 0]) / 255),
            sharpness=self._sharpness,
            motion=motion,
            change=change,
            look=self._must_look(now),
            rest=EMPTY_REST_SECONDS if self._is_empty(now) else 0.0,
        )

    @property
    def cells(self) -> NDArray[np.uint8]:
        """The luma of the last frame, uint8 (60, 80); overwritten by the next call of `measure`."""
        return self._cells

    def looked(self, now: float, *, person: bool) -> None:
        """Take note that MoveNet looked at `now` and whether it saw anybody."""
        self._looked_at = now
        if person:
            if now - self._person_at > EMPTY_LOOK_SECONDS:
                self._moved_at = now  # somebody came in unnoticed: look on
            self._person_at = now

    def _bring_down(self, image: Image) -> None:
        """Fill `_cells` with the mean luma of each cell, from every n-th pixel where there are more than enough."""
        height, width = image.shape[:2]
        step = max(1, min(height // SAMPLED_ROWS, width // SAMPLED_COLUMNS))
        if self._rows.shape != (height // step, width):
            self._rows = memory.picture(height // step, width)
            self._sampled = memory.picture(height // step, width // step)
        rows = image[: height // step * step : step]  # the fewest bytes are touched so
        cv2.cvtColor(rows, cv2.COLOR_BGR2GRAY, dst=self._rows)
        cv2.resize(self._rows, self._sampled.shape[::-1], dst=self._sampled, interpolation=cv2.INTER_NEAREST)
        self._cells, self._before = self._before, self._cells
        cv2.resize(self._sampled, (COLUMNS, ROWS), dst=self._cells, interpolation=cv2.INTER_AREA)
        self._rows.fill(0)
        self._sampled.fill(0)

    def _change(self, image: Image) -> float:
        """Return the mean absolute luma difference to the frame before, 0-1, and 0 for equal frames only."""
        if self._frame is None or self._frame.shape != image.shape:
            return 1.0
        cv2.absdiff(self._cells, self._before, dst=self._difference)
        mean: float = cv2.mean(self._difference)[0]
        if mean > 0:
            return mean / 255
        same = image is self._frame or np.array_equal(image, self._frame)
        return 0.0 if same else 0.5 / 255 / self._cells.size

    def _motion(self, now: float) -> float:
        """Return the share of cells that moved, 0-1, and take the frame into background and noise."""
        np.copyto(self._luma, self._cells)
        if self._frame is None:
            np.copyto(self._background, self._luma)
            return 0.0
        difference = self._luma - self._background
        difference -= median(difference)
        np.abs(difference, out=difference)
        elapsed = max(0.0, now - self._time)
        self._grain += (MEAN_TO_MEDIAN * median(difference) - self._grain) * fading(elapsed, NOISE_SECONDS)
        still = MOVED_AT * np.maximum(self._noise, self._grain)
        moved = float(np.count_nonzero(difference > still)) / difference.size
        cv2.accumulateWeighted(self._luma, self._background, fading(elapsed, BACKGROUND_SECONDS))
        if now - self._person_at > PERSON_SECONDS:
            self._learn_noise(difference, elapsed)
        return moved

    def _learn_noise(self, difference: NDArray[np.float32], elapsed: float) -> None:
        """Let each cell's noise follow what it shows; only where nobody can be, or stillness would be learnt away."""
        cv2.accumulateWeighted(difference, self._noise, fading(elapsed, NOISE_SECONDS))
        np.maximum(self._noise, NOISE_FLOOR, out=self._noise)

    def _must_look(self, now: float) -> bool:
        if now - self._moved_at <= LINGER_SECONDS:
            return True
        return now - self._looked_at >= (EMPTY_LOOK_SECONDS if self._is_empty(now) else PERSON_LOOK_SECONDS) - EARLY

    def _is_empty(self, now: float) -> bool:
        """Return whether nothing moves and nobody was seen for long."""
        return now - self._moved_at > LINGER_SECONDS and now - self._person_at > PERSON_SECONDS


def median(values: NDArray[np.float32]) -> float:
    """Return the upper median of an array of any shape."""
    half = values.size // 2
    return float(np.partition(values, half, axis=None)[half])


def fading(elapsed: float, seconds: float) -> float:
    """Return the weight of what is new after `elapsed` seconds in a memory that fades over `seconds`."""
    return 1 - math.exp(-elapsed / seconds)


def sharpness(image: Image) -> float:
    """Return how sharp a BGR frame is: 0 for a covered lens or fog, towards 1 for hard edges.

    Measured on every eighth row at full width: the strongest half per cent of the steps between neighbours, less what
    noise makes of all of them, against a step of 64 of 255.
    """
    rows = cv2.cvtColor(np.ascontiguousarray(image[::8]), cv2.COLOR_BGR2GRAY).astype(np.int16)
    steps = np.abs(np.diff(rows, axis=1)).ravel()
    if steps.size == 0:
        return 0.0
    rank = steps.size * 199 // 200
    strong = float(np.partition(steps, rank)[rank]) - 2.0 * float(steps.mean())
    return min(1.0, max(0.0, strong / 64))
