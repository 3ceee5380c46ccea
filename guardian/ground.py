"""Learns from people who walk how high the camera hangs and how far it looks down, and how sure that is.

Whoever stands is a plumb line of about known length: feet and eyes in the picture, near and far, fit only one height
and one tilt. The tilt at which all these people come out most alike in stature is found by consensus, since some
lines are wrong (a hidden foot, somebody bent); then the height at which they are as tall as adults are.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import exp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guardian.geometry import middle
from guardian.optics import USUAL_FOV, Optics
from guardian.posture import Figure, Posture, is_whole
from guardian.settings import Camera
from guardian.skeleton import ANKLES, HEAD

Array = NDArray[np.float64]

STATURE = 1.66
"""Metres: between the means of adult women and men, 1.60 and 1.72 (NCD-RisC, eLife 5:e13410, 2016)."""
ANKLE, EYES = 0.039, 0.936
"""How high they are, in statures (Drillis and Contini 1966)."""
ERECT_DEGREES = 15.0
PACE_SECONDS = 0.5
"""How often a line is taken of everybody who stands: neighbours in time say the same."""
SHELVES, SHELF = 16, 24
"""Lines are kept by how low in the picture the feet are, so many of late on each shelf: near and far both count."""
FIT_SECONDS = 20.0
LEAST_LINES, MANY_LINES = 24, 120
LEAST_SPREAD, WIDE_SPREAD = 0.06, 0.2
"""Frame heights between near and far feet (10th and 90th percentile): below the least nothing can be learnt."""
TILTS: Array = np.arange(-10.0, 60.5, 0.5)
ALIKE = 0.05
"""Standard deviation, as a share, of the statures that are read from lines of one person."""
LIKELY_HEIGHTS = (0.5, 3.5)
NEARLY = 0.97
"""Tilts with at least this share of the best consensus might as well be right."""
EVIDENCE, MOST_SURE = 0.1, 0.9
"""The confidence is about the share of simulated homes in which height and tilt were right to 0.3 m and 5 degrees when
so much spoke for them (`guardian lab optics`); nothing that was learnt is ever surer than the second."""
VAGUE_DEGREES = 20.0
"""Where such tilts are so far apart nothing is sure."""


UNSEEN = 0.5
"""How sure remembered optics are, as a share of before, until people who walk agree with them."""
SAME_STATURE = 0.07
"""People may come out so much taller or shorter than usual, as a share: a woman and a man are each 4 % off the mean of
both (NCD-RisC). A camera that is tilted by 5 degrees more or less makes a difference of 6 % and more."""
SAME_ASPECT = 0.01


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a camera: its optics, and the confidence in them, 0-1. `before` tells that they were learnt
    before a restart, and nobody has walked by since.
    """

    optics: Optics
    confidence: float
    before: bool = False

    @property
    def sentence(self) -> str:
        """What a human is told of it."""
        tilt, high = "down" if self.optics.tilt >= 0 else "upwards", f"{self.optics.height:.1f}"
        degrees, sure = f"{abs(self.optics.tilt):.0f}", self.confidence
        if self.before:
            return (
                f"The camera hung about {high} m high and looked {degrees}° {tilt} before the restart"
                f" (sure to {sure:.0%})."
            )
        return f"The camera hangs about {high} m high and looks {degrees}° {tilt} (sure to {sure:.0%})."


class Ground:
    """Knows the optics of one camera as far as they are configured, and learns the rest.

    Height and tilt are learnt together: where only one is configured, it is not used. The field of view is never
    learnt.
    """

    def __init__(self, camera: Camera) -> None:
        self._fov = camera.fov or USUAL_FOV
        self._given = None if camera.mount_height is None or camera.tilt is None else (camera.mount_height, camera.tilt)
        self._moved = False
        self.forget()

    def forget(self) -> None:
        """Begin anew with nothing known."""
        self._shelves: list[deque[tuple[float, float]]] = [deque(maxlen=SHELF) for _ in range(SHELVES)]
        self._taken: dict[int, float] = {}
        self._fresh, self._fitted = 0, float("-inf")
        self._remembered: Known | None = None
        self.known: Known | None = None

    def remember(self) -> dict[str, float] | None:
        """What was learnt, as plain numbers; None where there is nothing, or all is configured."""
        known = self._remembered or self.known
        if known is None or self._given is not None:
            return None
        optics = known.optics
        numbers = {"height": optics.height, "tilt": optics.tilt, "fov": optics.fov, "aspect": optics.aspect}
        return {**numbers, "confidence": known.confidence}

    def recall(self, body: Mapping[str, Any]) -> None:
        """Take for likely what was learnt before a restart, until people who walk agree with it or do not.

        Raises ValueError, KeyError or TypeError where what was remembered is damaged.
        """
        height, tilt, fov, aspect, sure = (
            float(body[name]) for name in ("height", "tilt", "fov", "aspect", "confidence")
        )
        likely = LIKELY_HEIGHTS[0] <= height <= LIKELY_HEIGHTS[1] and TILTS[0] <= tilt <= TILTS[-1] and aspect > 0
        if not likely or not 0 <= sure <= MOST_SURE:
            message = f"a camera {height} m high that looks {tilt} degrees down, sure to {sure}"
            raise ValueError(message)
        if self._given is None and fov == self._fov:
            self._remembered = Known(Optics(height, tilt, fov, aspect), sure)
            self.known = replace(self._remembered, confidence=round(UNSEEN * sure, 2), before=True)

    def update(self, figures: Iterable[Figure], now: float, aspect: float, *, moved: bool = False) -> None:
        """Take the figures of the frame captured at `now`; fit anew from time to time. Once the camera is `moved`, or
        is back, nothing of before holds.
        """
        if moved != self._moved:
            self._moved = moved
            self.forget()
        if self._given is not None and not moved:
            self.known = Known(Optics(*self._given, self._fov, aspect), 1.0)
            return
        taken = self._taken
        self._taken = {
            figure.person.track.id: self._take(figure, now, taken.get(figure.person.track.id)) for figure in figures
        }
        if self._fresh and now - self._fitted >= FIT_SECONDS:
            self._fresh, self._fitted = 0, now
            lines = np.array([line for shelf in self._shelves for line in shelf]).reshape(-1, 2)
            self._compare(lines, aspect)
            found = fit(lines, Optics(1.0, 0.0, self._fov, aspect))
            if found is not None and (self._remembered is None or found.confidence > self._remembered.confidence):
                self.known, self._remembered = found, None

    def _compare(self, lines: Array, aspect: float) -> None:
        """Say whether what was remembered still holds, once there is enough to tell by."""
        if self._remembered is not None and len(lines) >= LEAST_LINES:
            optics = self._remembered.optics
            holds = abs(optics.aspect - aspect) < SAME_ASPECT and agree(lines, optics)
            self._remembered = self._remembered if holds else None
            self.known = self._remembered

    def _take(self, figure: Figure, now: float, taken: float | None) -> float:
        """Keep the line of somebody who stands; return when one was last taken of that track."""
        if taken is not None and now - taken < PACE_SECONDS:
            return taken
        line = standing_line(figure)
        if line is not None:
            self._shelves[int(line[0] * SHELVES)].append(line)
            self._fresh += 1
        return now


def standing_line(figure: Figure) -> tuple[float, float] | None:
    """Where ankles and eyes of somebody are who stands wholly in the picture, y in frame heights; None otherwise."""
    pose = figure.person.track.pose
    feet, eyes = middle(pose.keypoints, ANKLES), middle(pose.keypoints, HEAD)
    standing = figure.posture is Posture.UPRIGHT and figure.person.track.hit and not figure.leaving
    if not standing or feet is None or eyes is None or (figure.tilt or 0.0) > ERECT_DEGREES:
        return None
    return (feet[0], eyes[0]) if 0 < eyes[0] < feet[0] < 1 and is_whole(pose.picture) else None


def statures(lines: Array, tilts: Array, focal: float) -> Array:
    """How tall each line's person is under a camera at a height of 1, (tilts, lines); nan where that cannot be.

    `lines` (n, 2) are y of ankles and eyes. A body stands upright where its ankles are seen; both are above the floor
    by their share of its stature.
    """
    angle = np.radians(tilts)[:, None]
    below = lines[None] - 0.5
    ahead = focal * np.cos(angle)[..., None] - below * np.sin(angle)[..., None]
    down = focal * np.sin(angle)[..., None] + below * np.cos(angle)[..., None]
    slope = down / ahead
    feet, eyes = slope[..., 0], slope[..., 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (feet - eyes) / (feet * EYES - eyes * ANKLE)
    return np.where((ahead > 0).all(axis=-1) & (feet > 0) & (found > 0), found, np.nan)


def agree(lines: Array, optics: Optics) -> bool:
    """Whether the people of these lines (n, 2) are as tall as people are, before a camera with these optics."""
    tall = optics.height * statures(lines, np.array([optics.tilt]), optics.focal)
    known = tall[~np.isnan(tall)]
    return 2 * len(known) > len(lines) and abs(float(np.median(known)) / STATURE - 1) < SAME_STATURE


def fit(lines: Array, like: Optics) -> Known | None:
    """The optics that make the people of these lines (n, 2) most alike; None where they do not tell. `like` gives field
    of view and aspect.
    """
    if len(lines) < LEAST_LINES:
        return None
    far, near = np.quantile(lines[:, 0], [0.1, 0.9])
    share = consensus(lines, like.focal)
    best = float(share.max())
    if near - far < LEAST_SPREAD or best <= 0:
        return None
    good = share >= NEARLY * best
    tilt = float(np.average(TILTS[good], weights=share[good]))
    height = STATURE / float(np.nanmedian(statures(lines, np.array([tilt]), like.focal)))
    if not LIKELY_HEIGHTS[0] <= height <= LIKELY_HEIGHTS[1]:
        return None
    sharp = max(0.0, 1 - float(np.ptp(TILTS[good])) / VAGUE_DEGREES)
    spread = min(1.0, float(near - far) / WIDE_SPREAD)
    evidence = sharp * best * spread * min(1.0, len(lines) / MANY_LINES)
    confidence = MOST_SURE * (1 - exp(-evidence / EVIDENCE))
    return Known(Optics(round(height, 2), round(tilt, 1), like.fov, like.aspect), round(confidence, 2))


def consensus(lines: Array, focal: float) -> Array:
    """How far the lines agree with the median stature at each of `TILTS`, 0-1: 1 for who is as tall, 0.6 for who is
    off by `ALIKE`.
    """
    tall = statures(lines, TILTS, focal)
    known = ~np.isnan(tall)
    filled = np.where(known.any(axis=1, keepdims=True), tall, 1.0)
    usual = np.nanmedian(filled, axis=1, keepdims=True)
    off = (np.where(known, tall, np.inf) - usual) / (ALIKE * usual)
    return np.asarray(np.exp(-0.5 * off**2).mean(axis=1), np.float64)
