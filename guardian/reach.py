"""What a camera sees of a room from where it hangs: how far ahead on the floor, at the height of a head, and how wide.

By the geometry of guardian.optics, for a camera without roll in an empty room; furniture hides some of it. Metres ahead
are counted on the floor from the spot below the lens.
"""

from dataclasses import dataclass
from math import atan, cos, degrees, inf, radians, sin, tan

from guardian.geometry import Point
from guardian.optics import Optics

TALL = 1.7
"""Metres: somebody who stands."""
ACROSS, FAR = 3.0, 12.0
"""Metres ahead at which a width is told, and beyond which no room of a home goes."""
STRAIGHT_DOWN = 90.0


@dataclass(frozen=True, slots=True)
class Reach:
    """From how far ahead to how far ahead something is in the picture, metres; `to` is infinite where nothing ends it,
    and less than `since` where it is nowhere.
    """

    since: float
    to: float

    @property
    def is_empty(self) -> bool:
        """Whether it is nowhere in the picture."""
        return self.to < self.since or self.since == inf


def upward(optics: Optics) -> float:
    """The angle of view from the bottom of the picture to its top, degrees."""
    return 2 * degrees(atan(0.5 / optics.focal))


def reach(optics: Optics, up: float) -> Reach:
    """Where what is so many metres above the floor is seen, along the middle of the picture."""
    lowest, highest = (optics.tilt + half for half in (upward(optics) / 2, -upward(optics) / 2))
    drop = optics.height - up
    if drop >= 0:
        nearest = _ahead(drop, lowest) if lowest > 0 else inf
        return Reach(nearest, _ahead(drop, highest) if highest > 0 else inf)
    nearest = _ahead(drop, highest) if highest < 0 else inf
    return Reach(nearest, _ahead(drop, lowest) if lowest < 0 else inf)


def _ahead(drop: float, angle: float) -> float:
    """How far ahead a ray, so many degrees below the horizontal, has dropped so far; 0 where it points backwards."""
    return 0.0 if abs(angle) >= STRAIGHT_DOWN else drop / tan(radians(angle))


def whole(optics: Optics, tall: float = TALL) -> Reach:
    """Where somebody who stands there is seen from head to feet."""
    feet, head = reach(optics, 0.0), reach(optics, tall)
    return Reach(max(feet.since, head.since), min(feet.to, head.to))


def width(optics: Optics, ahead: float, up: float = 0.0) -> float:
    """How many metres are seen across, so far ahead and so high above the floor."""
    depth = ahead * cos(radians(optics.tilt)) + (optics.height - up) * sin(radians(optics.tilt))
    return max(0.0, 2 * depth * tan(radians(optics.fov) / 2))


def outline(optics: Optics, up: float, limit: float) -> tuple[Point, ...]:
    """Return the corners of what is seen at a height above the floor, up to `limit` metres ahead, as (ahead, aside);
    none where nothing of it is seen so near.
    """
    seen = reach(optics, up)
    near, far = seen.since, min(seen.to, limit)
    if far <= near:
        return ()
    at_near, at_far = width(optics, near, up) / 2, width(optics, far, up) / 2
    return ((near, -at_near), (far, -at_far), (far, at_far), (near, at_near))


def sentences(optics: Optics) -> tuple[str, ...]:
    """Tell a human what is seen from there."""
    floor, whole_body = reach(optics, 0.0), whole(optics)
    if floor.is_empty:
        return ("No floor is seen: tilt the camera further down.",)
    told = [f"The floor is seen {_ahead_of(floor)}."]
    if whole_body.is_empty:
        told.append(f"Nobody of {TALL:g} m is seen whole anywhere: hang it higher, or tilt it less.")
    else:
        told.append(f"Who stands, {TALL:g} m tall, is seen from head to feet {_ahead_of(whole_body)}.")
    at = min(max(ACROSS, floor.since), floor.to)
    told.append(f"At {at:.1f} m ahead {width(optics, at):.1f} m of the floor are seen across.")
    return tuple(told)


def _ahead_of(seen: Reach) -> str:
    return f"from {seen.since:.1f} m ahead on" if seen.to > FAR else f"from {seen.since:.1f} to {seen.to:.1f} m ahead"
