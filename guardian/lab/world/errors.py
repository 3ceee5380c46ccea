"""How the eye errs: true keypoints become what MoveNet would have said, by an error model that was fitted on films.

For a body upright, leaning or lying, and each part of it seen or hidden, the model knows the score, how far off the
keypoint is, how often and for how long the whole body is missed, and how often left and right, or head and feet, are
taken for each other. Scores and offsets of successive frames belong together, since the eye follows a body. What the
edge of the picture cuts off is told of otherwise (cut.py).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guardian.lab.world.cut import Cut, is_cut
from guardian.lab.world.truth import Body
from guardian.skeleton import ANKLES, HEAD, HIPS, KEYPOINTS, KNEES, MIRRORED, SHOULDERS, Pose

Array = NDArray[np.float64]

TABLE = Path(__file__).with_name("errors.json")
LEANING, LYING = 35.0, 60.0
"""Tilt of the torso, degrees, from which on a body leans, and lies."""
LEAST_SEEN = 0.25
"""A body of which the camera sees less than this share is not found."""
MEMORY_SECONDS = 0.5
"""Over so much time scores and offsets forget what they were."""
PARTS: Mapping[str, tuple[int, ...]] = {
    "head": tuple(HEAD),
    "shoulders": tuple(SHOULDERS),
    "arms": (7, 8, 9, 10),
    "hips": tuple(HIPS),
    "knees": tuple(KNEES),
    "ankles": tuple(ANKLES),
}
PART_OF = np.array([next(i for i, part in enumerate(PARTS.values()) if k in part) for k in range(KEYPOINTS)])
UPSIDE_DOWN = [15, 16, 15, 16, 15, 11, 12, 13, 14, 9, 10, 5, 6, 7, 8, 1, 2]
"""Whose place each keypoint takes where head and feet are taken for each other."""


def state(body: Body) -> str:
    """How the body is held, as far as the errors differ by it."""
    return "lying" if body.tilt >= LYING else "leaning" if body.tilt >= LEANING else "upright"


def size(places: Array) -> float:
    """The size of a body in the picture, (n, 2) frame heights: the diagonal of its box."""
    return float(np.hypot(*np.ptp(places, axis=0)))


@dataclass(frozen=True, slots=True)
class Errors:
    """The fitted figures. `score` and `spread` are mean and standard deviation of a keypoint's score, `off` the
    standard deviation of its place in body sizes, all by state, then seen or hidden, then part (6,). By state: `missed`
    is the share of frames without the body, `burst` the mean seconds of such a gap, `swapped` and `flipped` shares of
    frames.
    """

    score: Mapping[str, Mapping[str, tuple[float, ...]]]
    spread: Mapping[str, Mapping[str, tuple[float, ...]]]
    off: Mapping[str, Mapping[str, tuple[float, ...]]]
    missed: Mapping[str, float]
    burst: Mapping[str, float]
    swapped: Mapping[str, float]
    flipped: Mapping[str, float]

    @staticmethod
    @cache
    def fitted() -> "Errors":
        """The table that ships, made by `python -m guardian.lab.world.fit_errors`."""
        table: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))
        return Errors(**{name: table[name] for name in Errors.__slots__})


@dataclass(slots=True)
class Finder:
    """Finds one body as MoveNet would, frame after frame, in a picture of that `aspect` (width / height)."""

    errors: Errors
    random: np.random.Generator
    aspect: float = 4 / 3
    cut: Cut = field(default_factory=Cut.fitted)
    _time: float | None = None
    _mood: Array = field(default_factory=lambda: np.zeros(KEYPOINTS + 1))
    _drift: Array = field(default_factory=lambda: np.zeros((KEYPOINTS, 2)))
    _missing: bool = False
    _swapped: bool = False
    _flipped: bool = False

    def find(self, body: Body, time: float) -> Pose | None:
        """The pose of the body in the frame captured at `time`, or None where it is not found."""
        how = state(body)
        elapsed = 1.0 if self._time is None else max(0.0, time - self._time)
        self._time = time
        kept = float(np.exp(-elapsed / MEMORY_SECONDS))
        fresh = np.sqrt(1 - kept**2)
        self._mood = kept * self._mood + fresh * self.random.normal(size=KEYPOINTS + 1)
        self._drift = kept * self._drift + fresh * self.random.normal(size=(KEYPOINTS, 2))
        self._missing = self._switched(self._missing, self.errors.missed[how], self.errors.burst[how], elapsed)
        self._swapped = self._switched(self._swapped, self.errors.swapped[how], 0.3, elapsed)
        self._flipped = self._switched(self._flipped, self.errors.flipped[how], 1.0, elapsed)
        cut = is_cut(body.keypoints[:, :2], self.aspect)
        seen = self.cut.finds(body.seen, float(self._mood[0])) if cut else body.seen >= LEAST_SEEN
        return self._pose(body, how, cut=cut) if seen and not self._missing else None

    def _pose(self, body: Body, how: str, *, cut: bool) -> Pose:
        seen = body.keypoints[:, 2] > 0
        order = np.arange(KEYPOINTS)
        if self._flipped:
            order = np.array(UPSIDE_DOWN)
        if self._swapped:
            order = order[MIRRORED]
        score, spread, off = (self._of(table, how, seen[order]) for table in self._tables())
        places = body.keypoints[order, :2]
        if cut:
            score, spread = self.cut.scored(score, spread, places, PART_OF, self.aspect)
            places = self.cut.placed(places, self._drift, self.aspect)
        else:
            places = places + self._drift * (off * size(places))[:, None]
        scores = np.clip(score + spread * (0.7 * self._mood[0] + 0.7 * self._mood[1:]), 0.02, 0.98)
        keypoints = np.column_stack([places, scores]).astype(np.float32)
        return Pose(keypoints, float(scores.mean()))

    def _tables(self) -> tuple[Mapping[str, Mapping[str, tuple[float, ...]]], ...]:
        return self.errors.score, self.errors.spread, self.errors.off

    @staticmethod
    def _of(table: Mapping[str, Mapping[str, tuple[float, ...]]], how: str, seen: NDArray[np.bool_]) -> Array:
        both = np.array([table[how]["hidden"], table[how]["seen"]])
        return np.asarray(both[seen.astype(int), PART_OF])

    def _switched(self, now: bool, share: float, seconds: float, elapsed: float) -> bool:  # noqa: FBT001 - a state
        """Whether a state that holds for `share` of the time, `seconds` at a time, holds now."""
        if now:
            return bool(self.random.random() < np.exp(-elapsed / max(0.05, seconds)))
        rate = share / max(1e-6, 1 - share) / max(0.05, seconds)
        return bool(self.random.random() < 1 - np.exp(-elapsed * rate))
