"""Where people come to rest, and get up from again by themselves: one stay after the other, each with what it shows.

Nothing is said of a stay that is not over, or that nobody saw end. A stay in which something was the matter (a fall, a
body that lies where one does not lie, an open incident) is held back, and counts only once a human has called that a
false alarm: a fallen person is no reason to rest there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from guardian.course import STEP_LIMIT_SECONDS, UPRIGHT_SECONDS
from guardian.geometry import Point, distance, middle
from guardian.posture import Figure, Posture, height_above
from guardian.skeleton import HIPS, KNEES, SHOULDERS
from guardian.tracking import Track, TrackState

LEAST_SECONDS = 120.0
"""Who rests for less has only sat down for a moment."""
UNSEEN_SECONDS, BRIEF_UNSEEN_SECONDS = 12 * 3600.0, 60.0
"""So long a resting body that is out of sight is waited for: a night, or a minute where it has hardly begun."""
SAME_BODY = 1.2
"""Whose track begins within so many statures of where a resting body was lost is that body."""
STRAYED = 0.8
"""Hips that rest so many statures from where they came to rest are in another place."""
LEFT = 0.4
"""Who is upright and so many statures from there has got up: one who sits may look as if he stood."""
BESIDE = 1.0
"""Somebody who stands or bends so near, in statures, may be helping up."""
RISING = 3.0
"""How many seconds of standing a second of rest takes back: a body that is misread for a frame still rests."""
SAMPLES, PACE_SECONDS = 30, 5.0
"""Where the body lies is noted so often at first, and half as often each time that there are so many notes."""
SPOT_SAMPLES = 5
"""Where the body is now is the middle of so many."""
PARTS = 3
"""A stay is told by so many parts, one after the other: the middle of each, since keypoints now and then jump."""
MOST_OPEN, MOST_HELD_BACK = 16, 16
RESTING = (Posture.LYING, Posture.SEATED)


@dataclass(frozen=True, slots=True)
class Stay:
    """One rest, from coming down to getting up: `length` seconds, of which `lying` and `seated` were seen so.

    `points` (y, x) are where hips were, and shoulders and knees while lying, in frame heights; `hips` is their middle,
    `stature` that of the body in frame heights. `height` is how far the hips were above where the feet had stood, in
    statures, or None where that is not known.
    """

    length: float
    lying: float
    seated: float
    stature: float
    height: float | None
    hips: Point
    points: tuple[Point, ...]

    @property
    def reclined(self) -> bool:
        """Whether the body mostly lay."""
        return self.lying >= self.seated


@dataclass(frozen=True, slots=True)
class _Sample:
    """Where the hips are when poses are turned upright (`spot`), and everything where the picture shows it, since a
    place is drawn there.
    """

    spot: Point
    hips: Point
    lying: bool
    shoulders: Point | None
    knees: Point | None
    height: float | None
    stature: float


@dataclass(slots=True)
class _Rest:
    """A stay that is not over: of the body with that `track`, `updated` when last seen."""

    track: int
    begun: float
    updated: float
    spot: Point
    lying: float = 0.0
    seated: float = 0.0
    placed: float = 0.0
    up: float = 0.0
    pace: float = PACE_SECONDS
    sampled: float = float("-inf")
    samples: list[_Sample] = field(default_factory=list)
    doubted: bool = False
    incidents: set[str] = field(default_factory=set)

    @property
    def seconds(self) -> float:
        """How long it was seen to rest."""
        return self.lying + self.seated

    def see(self, figure: Figure, hips: Point, now: float) -> None:
        """Take the body as it is in the frame captured at `now`."""
        step, self.updated = min(STEP_LIMIT_SECONDS, now - self.updated), now
        if figure.posture is Posture.UPRIGHT and distance(hips, self.spot) > LEFT * figure.stature:
            self.up += step
            return
        if figure.posture not in RESTING:
            return
        self.up = max(0.0, self.up - RISING * step)
        self.lying += step * (figure.posture is Posture.LYING)
        self.seated += step * (figure.posture is Posture.SEATED)
        self.placed += step * (figure.place is not None and figure.place.kind != "floor")
        if figure.person.track.hit and now - self.sampled >= self.pace:
            self.sampled = now
            self.samples.append(_sample(figure, hips))
            self.spot = centre([sample.spot for sample in self.samples[-SPOT_SAMPLES:]])
            if len(self.samples) > SAMPLES:
                self.samples, self.pace = self.samples[::2], 2 * self.pace

    def stay(self, now: float) -> Stay | None:
        """What is told of it; None where it was too short, or where a place is known already."""
        if self.seconds < LEAST_SECONDS or not self.samples or 2 * self.placed > self.seconds:
            return None
        heights = [sample.height for sample in self.samples if sample.height is not None]
        return Stay(
            length=now - self.begun,
            lying=self.lying,
            seated=self.seated,
            stature=median(sample.stature for sample in self.samples),
            height=median(heights) if heights else None,
            hips=centre([sample.hips for sample in self.samples]),
            points=tuple(point for part in _parts(self.samples) for point in _outline(part)),
        )


class Stays:
    """Follows every body of one room that rests."""

    def __init__(self) -> None:
        self._fallen: set[int] = set()
        self._incidents: set[str] = set()
        self._held_back: list[tuple[Stay, set[str]]] = []
        self.forget()

    def forget(self) -> None:
        """Let go of everybody: nothing of before holds."""
        self._rests: dict[int, _Rest] = {}
        self._known: set[int] = set()
        self._held_back.clear()

    def update(self, figures: Iterable[Figure], now: float) -> tuple[Stay, ...]:
        """Take all figures of the frame captured at `now`; return the stays that have ended well."""
        tracks = {figure.person.track.id: figure for figure in figures}
        present = {track: figure for track, figure in tracks.items() if _is_seen(figure, now)}
        self._fallen &= set(tracks)
        ended = [stay for figure in present.values() if (stay := self._follow(figure, present, now)) is not None]
        self._known = (self._known & set(tracks)) | set(present)
        stale = [track for track, rest in self._rests.items() if now - rest.updated > _patience(rest)]
        for track in stale:
            del self._rests[track]
        return tuple(ended)

    def fell(self, track: int) -> None:
        """A body has fallen, or lies where one does not lie."""
        self._fallen.add(track)
        if track in self._rests:
            self._rests[track].doubted = True

    def incident(self, name: str, *, is_open: bool) -> None:
        """An incident of the room is open, or is over: no stay meanwhile counts by itself."""
        if not is_open:
            self._incidents.discard(name)
            return
        self._incidents.add(name)
        for rest in self._rests.values():
            rest.incidents.add(name)

    def trust(self, name: str) -> tuple[Stay, ...]:
        """A human says that the incident was none; return the stays that were held back for nothing else."""
        for rest in self._rests.values():
            if name in rest.incidents:
                rest.incidents.discard(name)
                rest.doubted = rest.doubted and bool(rest.incidents)
        for _, doubts in self._held_back:
            doubts.discard(name)
        free = tuple(stay for stay, doubts in self._held_back if not doubts)
        self._held_back = [each for each in self._held_back if each[1]]
        return free

    def _follow(self, figure: Figure, present: Mapping[int, Figure], now: float) -> Stay | None:
        track, hips = figure.person.track, figure.hips
        assert hips is not None  # noqa: S101 - update left the others out
        rest = self._rest_of(track, present)
        if rest is not None and figure.posture in RESTING and distance(hips, rest.spot) > STRAYED * figure.stature:
            del self._rests[track.id]
            rest = None
        if rest is None and figure.posture in RESTING:
            rest = self._begin(track.id, hips, now)
        if rest is None:
            return None
        rest.see(figure, hips, now)
        if rest.up < UPRIGHT_SECONDS:
            return None
        del self._rests[track.id]
        self._fallen.discard(track.id)
        return self._ended(rest, figure, present, now)

    def _begin(self, track: int, hips: Point, now: float) -> _Rest:
        while len(self._rests) >= MOST_OPEN:
            del self._rests[min(self._rests, key=lambda track: self._rests[track].updated)]
        rest = _Rest(track, now, now, hips, doubted=track in self._fallen, incidents=set(self._incidents))
        self._rests[track] = rest
        return rest

    def _rest_of(self, track: Track, present: Mapping[int, Figure]) -> _Rest | None:
        """The stay of this track, or of the resting body that was lost where it begins."""
        if track.id in self._rests or track.id in self._known:
            return self._rests.get(track.id)
        lost = {
            other: distance(rest.spot, track.origin) / rest.samples[-1].stature
            for other, rest in self._rests.items()
            if rest.samples and other not in present and rest.updated < track.born
        }
        nearest = min(lost, key=lambda other: lost[other], default=None)
        if nearest is None or lost[nearest] > SAME_BODY:
            return None
        rest = self._rests[track.id] = self._rests.pop(nearest)
        rest.track, rest.updated = track.id, track.born
        return rest

    def _ended(self, rest: _Rest, figure: Figure, present: Mapping[int, Figure], now: float) -> Stay | None:
        stay = rest.stay(now)
        if stay is None or _is_helped(figure, present.values()):
            return None
        if not rest.doubted and not rest.incidents:
            return stay
        if rest.incidents:
            self._held_back = [*self._held_back, (stay, rest.incidents)][-MOST_HELD_BACK:]
        return None


def centre(points: Sequence[Point]) -> Point:
    """The median of points, each axis for itself."""
    return median(y for y, _ in points), median(x for _, x in points)


def _is_seen(figure: Figure, now: float) -> bool:
    """Whether it is somebody for sure, who is seen in this very frame."""
    track = figure.person.track
    return track.state is TrackState.CONFIRMED and track.seen >= now and figure.hips is not None


def _patience(rest: _Rest) -> float:
    return UNSEEN_SECONDS if rest.seconds >= LEAST_SECONDS else BRIEF_UNSEEN_SECONDS


def _is_helped(figure: Figure, others: Iterable[Figure]) -> bool:
    """Whether somebody stands or bends beside the body that gets up."""
    hips = figure.hips
    return any(
        hips is not None
        and other.hips is not None
        and other.person.track.id != figure.person.track.id
        and other.person.track.hit
        and other.posture in (Posture.UPRIGHT, Posture.BENT)
        and distance(hips, other.hips) < BESIDE * figure.stature
        for other in others
    )


def _sample(figure: Figure, hips: Point) -> _Sample:
    lying, picture = figure.posture is Posture.LYING, figure.person.track.pose.picture
    return _Sample(
        spot=hips,
        hips=middle(picture, HIPS) or hips,
        lying=lying,
        shoulders=middle(picture, SHOULDERS) if lying else None,
        knees=middle(picture, KNEES) if lying else None,
        height=height_above(hips, figure.floor, figure.stature),
        stature=figure.stature,
    )


def _parts(samples: Sequence[_Sample]) -> Iterable[Sequence[_Sample]]:
    """The samples, in `PARTS` runs of time; fewer where there are fewer samples."""
    each = -(-len(samples) // PARTS)
    return (samples[begin : begin + each] for begin in range(0, len(samples), each))


def _outline(part: Sequence[_Sample]) -> Iterable[Point]:
    """Where hips, shoulders and knees mostly were in this part of a stay."""
    seen = (
        [sample.hips for sample in part],
        [sample.shoulders for sample in part if sample.shoulders is not None],
        [sample.knees for sample in part if sample.knees is not None],
    )
    return (centre(points) for points in seen if 2 * len(points) > len(part))
