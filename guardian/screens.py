"""Keeps what moves on a television, in a mirror or behind a window from being taken for a person of the room.

A body that was only ever seen within an outline that the household drew as a screen is a picture. One that reaches out
of it is a person, and stays one while its track lives: nobody who falls in front of a television is silenced. Where a
person was lost from sight before a screen, whatever appears in that screen may be that person, and counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from guardian.geometry import SEEN, Point, away, distance, torso_tilt
from guardian.settings import Place
from guardian.skeleton import Keypoints, Pose
from guardian.tracking import REACH, REACH_PER_SECOND, Track, TrackState, size, torso_middle

Outline: TypeAlias = Sequence[Point]
"""The corners of a screen, (y, x) in frame heights."""

MARGIN = 0.1
"""Keypoints so far outside of an outline, in body sizes, still count as within: what MoveNet sees it misses by 0.02 to
0.09 (standard deviation, guardian/lab/world/errors.json), and outlines are drawn by hand."""
LIMB = 3
"""So many keypoints outside are a part of a body, fewer are stray."""
OUTSIDE_SECONDS = 0.4
"""So long they must be outside; as long as a track takes to be confirmed."""
AWAITED_SECONDS = 600.0
"""So long somebody who was lost before a screen may be found again there: ten times the usual `long_lie_seconds`, so
that whoever lies there is told of."""
DOWN_DEGREES = 40.0
"""Whoever was lost with a torso tilted further may be down, and is not to be found elsewhere."""


@dataclass(slots=True)
class _Course:
    """How long a body has been reaching out of every screen, and when it was last told of."""

    outside: float = 0.0
    seen: float = 0.0
    person: bool = False

    def follow(self, track: Track, now: float, outlines: Sequence[Outline], *, moved: bool) -> None:
        """Take the body as it is in the frame captured at `now`."""
        step, self.seen = now - self.seen, now
        if self.person or not track.hit:
            return
        out = reaching_out(track.pose, outlines)
        self.outside = max(0.0, self.outside + (step if out is None or out >= LIMB else -step))
        self.person = moved or out is None or self.outside >= OUTSIDE_SECONDS


@dataclass(frozen=True, slots=True)
class _Lost:
    """Where and when a person was lost before which `screens`, numbers; none where it may be any."""

    seen: float
    screens: frozenset[int]
    spot: Point = (0.0, 0.0)
    size: float = 0.0
    upright: bool = False

    @staticmethod
    def of(track: Track, screens: frozenset[int]) -> "_Lost":
        """The person of a track that is lost."""
        tilt = torso_tilt(track.pose.keypoints)
        upright = tilt is not None and tilt <= DOWN_DEGREES
        return _Lost(track.seen, screens, torso_middle(track.pose), size(track.pose), upright)

    def may_be(self, track: Track) -> bool:
        """Whether the person may have gone on to where a track began, and is no longer before the screen."""
        reach = REACH + REACH_PER_SECOND * (track.born - self.seen)
        return self.upright and track.born > self.seen and distance(self.spot, track.origin) < reach * self.size


class Screens:
    """Tells pictures from persons in one room with the given `places`; those that are no screens are left alone."""

    def __init__(self, places: Iterable[Place] = ()) -> None:
        self._outlines: tuple[Outline, ...] = ()
        self._courses: dict[int, _Course] = {}
        self._persons: dict[int, Track] = {}
        self._lost: dict[int, _Lost] = {}
        self._unscreened: frozenset[int] = frozenset()
        self.furnish(places)

    def furnish(self, places: Iterable[Place]) -> None:
        """From now on these are the places of the room. Who counts by now stays a person while their track lives, and
        who is waited for may be before any of the screens: somebody may be down where one is drawn.
        """
        outlines = tuple(place.polygon for place in places if place.kind == "screen")
        if outlines != self._outlines:
            self._outlines, before_any = outlines, frozenset(range(len(outlines)))
            self._lost = {number: replace(lost, screens=before_any) for number, lost in self._lost.items()}

    def update(self, tracks: Sequence[Track], now: float, aspect: float, *, moved: bool = False) -> tuple[Track, ...]:
        """Take all tracks of the frame captured at `now`; return those that are persons, in the same order. `aspect` is
        the frame's width / height. While the camera has `moved` nothing is within a screen.
        """
        if not self._outlines:
            self._unscreened = frozenset(track.id for track in tracks)
            self._courses, self._persons, self._lost = {}, {}, {}
            return tuple(tracks)
        outlines = [[(y, x * aspect) for x, y in outline] for outline in self._outlines]
        self._courses = {
            track.id: self._courses.get(track.id) or _Course(seen=now, person=track.id in self._unscreened)
            for track in tracks
        }
        self._unscreened = frozenset()
        for track in tracks:
            self._courses[track.id].follow(track, now, outlines, moved=moved)
        self._await([track for track in tracks if self._courses[track.id].person], now, outlines)
        return tuple(track for track in tracks if self._courses[track.id].person or self._may_be_lost(track, outlines))

    def expect(self, now: float) -> None:
        """Somebody may be down before any of the screens: what a restart cannot know."""
        self._lost[0] = _Lost(now, frozenset(range(len(self._outlines))))

    def _await(self, persons: Iterable[Track], now: float, outlines: Sequence[Outline]) -> None:
        """Remember who was lost before a screen, until they are found again, may have gone on, or time is over."""
        found = {track.id: track for track in persons if track.hit}
        held = {track.id for track in persons if track.state is not TrackState.LOST}
        for number in [number for number in self._persons if number not in held]:
            last = self._persons.pop(number)
            screens = touched(last.pose.picture, outlines)
            if screens:
                self._lost[number] = _Lost.of(last, screens)
        self._persons.update(found)
        self._lost = {
            number: lost
            for number, lost in self._lost.items()
            if number not in found
            and now - lost.seen <= AWAITED_SECONDS
            and not any(lost.may_be(track) for track in found.values())
        }

    def _may_be_lost(self, track: Track, outlines: Sequence[Outline]) -> bool:
        """Whether a body within a screen has appeared there after a person was lost before it."""
        waited = [lost.screens for lost in self._lost.values() if lost.seen < track.born]
        return bool(waited) and not touched(track.pose.picture, outlines).isdisjoint(frozenset().union(*waited))


def touched(keypoints: Keypoints, outlines: Sequence[Outline]) -> frozenset[int]:
    """The numbers of the outlines in which at least one keypoint is seen."""
    points = _seen(keypoints)
    return frozenset(k for k, outline in enumerate(outlines) if any(away(outline, point) == 0 for point in points))


def reaching_out(pose: Pose, outlines: Sequence[Outline]) -> int | None:
    """How many keypoints are seen outside of every outline and not near one; None where that is all of them."""
    points, near = _seen(pose.picture), MARGIN * size(pose)
    out = sum(all(away(outline, point) > near for outline in outlines) for point in points)
    return None if points and out == len(points) else out


def _seen(keypoints: Keypoints) -> list[Point]:
    return [(y, x) for y, x, score in keypoints.tolist() if score >= SEEN]
