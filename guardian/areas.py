"""Places of the picture as areas of the room, in metres, where it is known how the camera looks at its floor."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import atan2, cos, hypot, sin

from guardian.geometry import Point, hull
from guardian.optics import Optics
from guardian.settings import Place

RISE: Mapping[str, float] = {"bed": 0.5, "sofa": 0.45, "chair": 0.45}
"""How high above the floor one rests on each kind, metres: seats are 0.43 to 0.5 m high, mattresses about 0.5."""
LIKELY: Mapping[str, tuple[float, float]] = {
    "bed": (0.5, 3.2),
    "sofa": (0.5, 4.0),
    "chair": (0.2, 1.8),
    "mat": (0.4, 3.5),
}
"""The longer side of each kind, metres, least and most: a double bed is 2.0 by 1.8, a corner sofa 3 by 2; an outline is
drawn by hand, and a learned one goes only as far as hips, shoulders and knees did."""


@dataclass(frozen=True, slots=True)
class Area:
    """A place as a level area: its `length` and `width`, the longer first, and how far its middle is `away` from the
    spot of the floor below the camera, all in metres.
    """

    place: Place
    length: float
    width: float
    away: float

    @property
    def is_likely(self) -> bool:
        """Whether such a thing may be so large."""
        least, most = LIKELY.get(self.place.kind, (0.0, float("inf")))
        return least <= self.length <= most

    @property
    def sentence(self) -> str:
        """What a human is told of it."""
        name, kind = self.place.name, self.place.kind
        length, width, away = (f"{metres:.1f}" for metres in (self.length, self.width, self.away))
        if self.is_likely:
            return f"{name}: about {length} x {width} m, {away} m away."
        least, most = LIKELY[kind]
        return (
            f"{name}: about {length} x {width} m, {away} m away?"
            f" A {kind} is {least:g} to {most:g} m long: look at its outline."
        )


def area(place: Place, optics: Optics) -> Area | None:
    """The area that a place covers; None where some of it is above the horizon."""
    raised = replace(optics, height=optics.height - RISE.get(place.kind, 0.0))
    spots = [raised.on_floor((y, x * optics.aspect)) for x, y in place.polygon] if raised.height > 0 else [None]
    corners = hull(spot for spot in spots if spot is not None)
    if None in spots or not corners:
        return None
    length, width = _sides(corners)
    ahead, aside = (sum(axis) / len(corners) for axis in zip(*corners, strict=True))
    return Area(place, length, width, hypot(ahead, aside))


def sentences(places: Iterable[Place], optics: Optics) -> Iterator[str]:
    """What a human is told of the places before a camera with these optics; nothing of screens, which hang."""
    return (sentence(place, optics) for place in places if place.kind != "screen")


@lru_cache(maxsize=128)
def sentence(place: Place, optics: Optics) -> str:
    """What a human is told of a place before a camera with these optics; asked for with every frame, and the same until
    one of them changes.
    """
    found = area(place, optics)
    return found.sentence if found else f"{place.name}: reaches above the horizon: look at its outline."


def _sides(corners: Sequence[Point]) -> tuple[float, float]:
    """The sides of the smallest rectangle around a convex polygon, one side of which lies along one of its edges."""
    turns = [atan2(b[1] - a[1], b[0] - a[0]) for a, b in zip(corners, (*corners[1:], corners[0]), strict=True)]
    sides = [tuple(sorted((_extent(corners, turn), _extent(corners, turn, across=True)))) for turn in turns]
    width, length = min(sides, key=lambda side: side[0] * side[1])
    return length, width


def _extent(corners: Sequence[Point], turn: float, *, across: bool = False) -> float:
    """How far a polygon reaches in a direction, or across it."""
    y, x = (-sin(turn), cos(turn)) if across else (cos(turn), sin(turn))
    along = [y * corner[0] + x * corner[1] for corner in corners]
    return max(along) - min(along)
