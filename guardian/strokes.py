"""A body as strokes: its bones and the neck as lines, and a circle for the head. Whatever draws takes them from here.

Coordinates are (x, y) in frame heights, as one draws.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from guardian.geometry import SEEN, distance, extent, middle
from guardian.skeleton import HEAD, LIMBS, SHOULDERS, Keypoints

Dot = tuple[float, float]
Line = tuple[Dot, Dot]

HEAD_REACH, HEAD_LEAST, HEAD_MOST = 0.55, 0.05, 0.1
"""The head's radius: a share of its distance from the shoulders, within shares of the body's size."""
ROOM, CLOSEST = 1.3, 0.5
"""How much larger than the bodies' own extent the part of the frame is that is drawn, and its least height."""
_BONES = tuple(limb for limb in LIMBS if not set(limb) <= set(HEAD))


@dataclass(frozen=True, slots=True)
class Strokes:
    """One body: `bones` and the neck as lines, the `head` as (centre, radius) or None; `size` is its diagonal."""

    bones: tuple[Line, ...]
    head: tuple[Dot, float] | None
    size: float

    @property
    def dots(self) -> tuple[Dot, ...]:
        """The ends of all lines."""
        return tuple(dot for line in self.bones for dot in line)


Body = TypeVar("Body", bound=Strokes)


def strokes(keypoints: Keypoints) -> Strokes | None:
    """Draw a body; None where too little of it is seen."""
    box = extent(keypoints)
    if box is None:
        return None
    bones = [
        (_dot(keypoints, a), _dot(keypoints, b)) for a, b in _BONES if min(keypoints[a, 2], keypoints[b, 2]) >= SEEN
    ]
    head, shoulders = middle(keypoints, HEAD), middle(keypoints, SHOULDERS)
    skull = None
    if head is not None:
        reach = distance(head, shoulders) if shoulders is not None else 0.0
        radius = min(max(HEAD_REACH * reach, HEAD_LEAST * box.diagonal), HEAD_MOST * box.diagonal)
        skull = (head[1], head[0]), radius
        if shoulders is not None and reach > radius:
            chin = tuple(h + (s - h) * radius / reach for h, s in zip(head, shoulders, strict=True))
            bones.append(((chin[1], chin[0]), (shoulders[1], shoulders[0])))
    return Strokes(tuple(bones), skull, box.diagonal)


def _dot(keypoints: Keypoints, which: int) -> Dot:
    return float(keypoints[which, 1]), float(keypoints[which, 0])


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the frame, as all of what is drawn: its upper left `corner` and its `height`."""

    corner: Dot = (0.0, 0.0)
    height: float = 1.0

    def at(self, dot: Dot) -> Dot:
        """Where a dot of the frame is in the window."""
        return (dot[0] - self.corner[0]) / self.height, (dot[1] - self.corner[1]) / self.height

    def enlarged(self, body: Body) -> Body:
        """A body of the frame as it is in the window."""
        bones = tuple((self.at(start), self.at(end)) for start, end in body.bones)
        head = None if body.head is None else (self.at(body.head[0]), body.head[1] / self.height)
        return replace(body, bones=bones, head=head, size=body.size / self.height)


def window(dots: Iterable[Dot], aspect: float, room: float = ROOM) -> Window:
    """The part of a frame, of this width / height, where all dots are, with room around them; all of it where there are
    none. It has the frame's own aspect.
    """
    known = tuple(dots)
    if not known:
        return Window()
    left, right = (choose(x for x, _ in known) for choose in (min, max))
    top, bottom = (choose(y for _, y in known) for choose in (min, max))
    height = min(1.0, max(CLOSEST, room * (bottom - top), room * (right - left) / aspect))
    x = min(max((left + right - height * aspect) / 2, 0.0), aspect * (1 - height))
    y = min(max((top + bottom - height) / 2, 0.0), 1 - height)
    return Window((x, y), height)
