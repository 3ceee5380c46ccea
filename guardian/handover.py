"""Who leaves a room by a door or an edge of the picture, and who comes into another one soon after: perhaps the same.

What is handed over is what was made of who left, and how likely it is the same body. Bodies themselves are never
compared between two cameras, which measure them wrongly in different ways (guardian/identity.py): each says by itself
how well a body fits those enrolled before it, and that can be added up. Where several left or several came, each has
only its part, so two who cross are told apart by their bodies, or not at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from guardian.likeness import Belief, Earlier
from guardian.posture import Figure
from guardian.tracking import LOST_AFTER_SECONDS, TrackState

WITHIN_SECONDS = 20.0
"""From one camera's sight into another's: ten metres of corridor at half a metre a second, as frail people walk."""
OVERLAP_SECONDS = 2.0
"""So long two cameras may both see somebody who walks through a door."""
CONTINUITY = 0.8
"""How likely somebody who comes in is who has left, where one did and nobody else came: there are rooms without a
camera, out of which others come."""
REMEMBERED_SECONDS = 2 * WITHIN_SECONDS

_Key: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True)
class _Left:
    """When somebody was last seen who left, in monotonic seconds, and what was made of who it was."""

    at: float
    belief: Belief


class Handover:
    """The comings and goings in the rooms of one box, of late."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Forget who has come and gone: somebody may have been erased."""
        self._left: dict[_Key, _Left] = {}
        self._came: dict[_Key, float] = {}
        self._bordered: set[_Key] = set()

    def update(self, room: str, figures: Iterable[Figure], now: float) -> Mapping[int, Earlier]:
        """Take who is seen in a room in the frame captured at `now`; return what was made before of those who came in
        lately, by track.
        """
        figures = tuple(figures)
        here = {figure.person.track.id for figure in figures}
        self._bordered = {key for key in self._bordered if key[0] != room or key[1] in here}
        self._left = {key: left for key, left in self._left.items() if now - left.at <= REMEMBERED_SECONDS}
        self._came = {key: at for key, at in self._came.items() if now - at <= REMEMBERED_SECONDS}
        for figure in figures:
            self._follow((room, figure.person.track.id), figure, now)
        late = now - WITHIN_SECONDS
        return {
            track: self._earlier((place, track))
            for (place, track), at in self._came.items()
            if place == room and track in here and at >= late
        }

    def _follow(self, key: _Key, figure: Figure, now: float) -> None:
        track = figure.person.track
        if track.hit:
            self._left.pop(key, None)
        if track.hit and track.seen - track.born <= LOST_AFTER_SECONDS and _at_border(figure):
            self._bordered.add(key)
        if track.state is TrackState.CONFIRMED and key in self._bordered and now - track.born <= WITHIN_SECONDS:
            self._came[key] = track.born
        if track.state is TrackState.LOST and _at_border(figure):
            self._left[key] = _Left(track.seen, figure.person.belief)

    def _earlier(self, came: _Key) -> Earlier:
        """What was made of each who may be the one who came, by how likely that is."""
        left = [key for key in self._left if self._may_be(key, came)]
        rivals = {key: sum(self._may_be(key, other) for other in self._came) for key in left}
        return tuple((CONTINUITY / max(len(left), rivals[key]), self._left[key].belief) for key in left)

    def _may_be(self, left: _Key, came: _Key) -> bool:
        gone = self._came[came] - self._left[left].at
        return left != came and -OVERLAP_SECONDS <= gone <= WITHIN_SECONDS


def _at_border(figure: Figure) -> bool:
    """Whether somebody is where one comes and goes: at an edge of the picture, or in a door within it."""
    return figure.leaving or (figure.place is not None and figure.place.kind == "door")
