"""Plain measurements on keypoints: middles, angles, boxes, distances. Lengths in frame heights, angles in degrees."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import atan2, cos, degrees, hypot, radians, sin

import numpy as np
from numpy.typing import NDArray

from guardian.skeleton import ANKLES, HEAD, HIPS, KNEES, SHOULDERS, Keypoint, Keypoints

SEEN = 0.2
"""Least score of a keypoint that is used at all. MoveNet's own demonstration uses 0.2 too for single keypoints; people
on the floor score low (0.2-0.45), and a higher gate would lose just them."""

EDGE = 0.02
"""A keypoint so near to the left or right edge of the picture, in frame heights: the body is partly outside."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle: `top` < `bottom` in y, `left` < `right` in x."""

    top: float
    left: float
    bottom: float
    right: float

    @property
    def height(self) -> float:
        """Extent in y."""
        return self.bottom - self.top

    @property
    def width(self) -> float:
        """Extent in x."""
        return self.right - self.left

    @property
    def diagonal(self) -> float:
        """The length of the diagonal: the size of a body whichever way it is turned."""
        return hypot(self.height, self.width)


def middle(keypoints: Keypoints, which: Sequence[Keypoint], least: float = SEEN) -> Point | None:
    """The score-weighted mean (y, x) of those of `which` that score at least `least`; None where none does.

    For so few points plain numbers are ten times as fast as arrays, and every stage asks for these.
    """
    total = y = x = 0.0
    for keypoint in which:
        score = keypoints.item(keypoint, 2)
        if score >= least:
            total += score
            y += score * keypoints.item(keypoint, 0)
            x += score * keypoints.item(keypoint, 1)
    return (y / total, x / total) if total > 0 else None


def mean_score(keypoints: Keypoints, which: Sequence[Keypoint]) -> float:
    """Mean score of some keypoints, 0-1."""
    return sum(keypoints.item(keypoint, 2) for keypoint in which) / len(which)


def distance(a: Point, b: Point) -> float:
    """Length of the line between two points."""
    return hypot(a[0] - b[0], a[1] - b[1])


def tilt(upper: Point, lower: Point) -> float:
    """Angle of the line from `lower` to `upper` against the vertical: 0 = upper above, 90 = level, 180 = below."""
    return degrees(atan2(abs(upper[1] - lower[1]), lower[0] - upper[0]))


def torso_tilt(keypoints: Keypoints, least: float = SEEN) -> float | None:
    """Tilt of the line from hips to shoulders, 0-180; None where either is unseen."""
    shoulders, hips = middle(keypoints, SHOULDERS, least), middle(keypoints, HIPS, least)
    return None if shoulders is None or hips is None else tilt(shoulders, hips)


def torso_length(keypoints: Keypoints, least: float = SEEN) -> float | None:
    """Length of the line from hips to shoulders; None where either is unseen."""
    shoulders, hips = middle(keypoints, SHOULDERS, least), middle(keypoints, HIPS, least)
    return None if shoulders is None or hips is None else distance(shoulders, hips)


def extent(keypoints: Keypoints, least: float = SEEN) -> Box | None:
    """The box of the keypoints that score at least `least`; None where fewer than three do."""
    seen = [(y, x) for y, x, score in keypoints.tolist() if score >= least]
    if len(seen) < 3:  # noqa: PLR2004 - two points make a line, not a body
        return None
    ys, xs = zip(*seen, strict=True)
    return Box(min(ys), min(xs), max(ys), max(xs))


def touches_edge(keypoints: Keypoints, aspect: float) -> bool:
    """Whether a body is at the left or right edge of a picture of that width / height: partly outside, it may be."""
    box = extent(keypoints)
    return box is not None and not (box.left > EDGE and box.right < aspect - EDGE)


def contains(polygon: Sequence[Point], point: Point) -> bool:
    """Whether `point` is inside `polygon` (both in the same coordinates, any order of axes); even-odd rule."""
    inside = False
    v, u = point
    for (v1, u1), (v2, u2) in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
        if (v1 > v) != (v2 > v) and u < (u2 - u1) * (v - v1) / (v2 - v1) + u1:
            inside = not inside
    return inside


def away(polygon: Sequence[Point], point: Point) -> float:
    """How far `point` is outside of `polygon`, in the coordinates of both; 0 within."""
    if contains(polygon, point):
        return 0.0
    return min(_from_line(point, a, b) for a, b in zip(polygon, (*polygon[1:], polygon[0]), strict=True))


def _from_line(point: Point, a: Point, b: Point) -> float:
    """How far a point is from the line between `a` and `b`."""
    (v, u), (v1, u1), (dv, du) = point, a, (b[0] - a[0], b[1] - a[1])
    length = dv * dv + du * du
    along = 0.0 if length == 0 else min(1.0, max(0.0, ((v - v1) * dv + (u - u1) * du) / length))
    return hypot(v - v1 - along * dv, u - u1 - along * du)


def hull(points: Iterable[Point]) -> tuple[Point, ...]:
    """The corners of the smallest convex polygon around `points`, in turn (Andrew's monotone chain); fewer than three
    where they are on one line.
    """
    ordered = sorted(set(points))
    if len(ordered) < 3:  # noqa: PLR2004 - a line has no inside
        return tuple(ordered)
    return (*_chain(ordered)[:-1], *_chain(ordered[::-1])[:-1])


def _chain(ordered: Sequence[Point]) -> list[Point]:
    """One side of the hull of points in their order."""
    chain: list[Point] = []
    for point in ordered:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(a: Point, b: Point, c: Point) -> float:
    """Twice the area of a triangle: positive where its corners turn one way, 0 on a line."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def stature(keypoints: Keypoints, least: float = SEEN) -> float | None:
    """Length of the body from head to feet along its own axis, as if it stood: in frame heights, None where unknown.

    Torso, thighs and shanks are added, so that a bent or seated body keeps its stature. Where the legs are hidden or
    foreshortened the torso stands for them: a torso (shoulders to hips) is 0.29 of the stature, the legs from hips to
    ankles 0.49 (Drillis and Contini 1966, segment lengths as fractions of stature).
    """
    torso = torso_length(keypoints, least)
    if torso is None:
        return None
    knees, hips, ankles = (middle(keypoints, which, least) for which in (KNEES, HIPS, ANKLES))
    if knees is None or hips is None or ankles is None:
        return torso / 0.29
    legs = distance(hips, knees) + distance(knees, ankles)
    return max(torso / 0.29, (torso + legs) / (0.29 + 0.49))


def head_of(keypoints: Keypoints, least: float = SEEN) -> Point | None:
    """Where the head is: its keypoints, or the shoulders where none of them is seen."""
    return middle(keypoints, HEAD, least) or middle(keypoints, SHOULDERS, least)


def turned(keypoints: Keypoints, degrees: float, aspect: float) -> Keypoints:
    """The same keypoints in a picture that was turned clockwise about its middle; `aspect` is its width / height."""
    angle = radians(degrees)
    below, right = keypoints[:, 0] - 0.5, keypoints[:, 1] - aspect / 2
    made: Keypoints = keypoints.copy()
    made[:, 0] = 0.5 + right * sin(angle) + below * cos(angle)
    made[:, 1] = aspect / 2 + right * cos(angle) - below * sin(angle)
    return made


def spread(keypoints: Keypoints, other: Keypoints, least: float = SEEN) -> float | None:
    """Mean distance between two poses over the keypoints that both see; None where they share fewer than three."""
    both = (keypoints[:, 2] >= least) & (other[:, 2] >= least)
    if both.sum() < 3:  # noqa: PLR2004 - fewer is chance
        return None
    gaps: NDArray[np.float32] = keypoints[both, :2] - other[both, :2]
    return float(np.hypot(gaps[:, 0], gaps[:, 1]).mean())
