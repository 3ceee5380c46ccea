"""Where false alarms lie close together in the picture: a bed or sofa that the configuration does not know. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from guardian.geometry import Point, distance
from guardian.settings import Place

APART = 0.12
"""In fractions of the frame: alarms nearer than this to one of a cluster are of that cluster."""
MARGIN = 0.08
"""What is added around a cluster: hips lie a little elsewhere each time."""
LEAST = 3
"""Scenes that make a cluster; two may be chance."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the hips of somebody were, (y, x) in fractions of the frame, as scene number `scene` alarmed."""

    scene: int
    room: str
    hips: Point


def clusters(spots: Sequence[Spot]) -> list[tuple[Spot, ...]]:
    """Spots that lie together, of at least `LEAST` scenes, the largest first."""
    groups: list[list[Spot]] = []
    for spot in spots:
        near = [group for group in groups if any(_together(spot, other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([spot, *(other for group in near for other in group)])
    enough = (tuple(group) for group in groups if len({spot.scene for spot in group}) >= LEAST)
    return sorted(enough, key=len, reverse=True)


def _together(a: Spot, b: Spot) -> bool:
    return a.room == b.room and distance(a.hips, b.hips) <= APART


def place(spots: Sequence[Spot], name: str) -> Place:
    """The area around some spots, as a place where one may lie."""
    rows, columns = zip(*(spot.hips for spot in spots), strict=True)
    top, bottom = _stretched(rows)
    left, right = _stretched(columns)
    return Place(name=name, kind="sofa", polygon=((left, top), (right, top), (right, bottom), (left, bottom)))


def _stretched(values: Sequence[float]) -> tuple[float, float]:
    return round(max(0.0, min(values) - MARGIN), 2), round(min(1.0, max(values) + MARGIN), 2)
