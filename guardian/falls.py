"""Falls: a fast descent that stays down; a person lost after one; somebody lying where one does not lie; a long lie.

One `_Course` per track holds the recent path of shoulders and hips and, once something was suspected, how long the body
has since been down, up or unseen. Speeds and drops are in statures of that person, so that distance does not matter.
Absence is evidence: a skeleton that vanishes after a fast descent is a person on the floor behind something.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from guardian.events import FallConfirmed, FallSuspected, LongLie, PersonDown, PersonEvent, PersonRecovered
from guardian.geometry import Point, distance
from guardian.posture import Figure, Posture, raised
from guardian.settings import Falls
from guardian.tracking import TrackState

WINDOW_SECONDS = 1.6
"""A fall from standing takes 0.6-0.9 s to the ground, a collapse along furniture up to 1.5 s."""
SHOULDER_DROP, HIP_DROP, LYING_DROP = 0.38, 0.17, 0.32
"""Least descent of shoulders and hips, in statures. Sitting down drops the shoulders by 0.25 (the length of a thigh);
bending drops the hips by less than 0.1; a fall from a chair drops the hips by the height of the seat, 0.25. Of
a body that ends lying the shoulders tell enough, by more than the torso (0.29) by which they drop as somebody seated
lies back: hips may be hidden behind furniture, and both rise in the picture as one falls away from the camera."""
SPEED = 0.6
"""Least peak speed of the shoulders in statures a second: 1 m/s for an adult. Sitting down stays below 0.9 m/s, falls
exceed 1.3 m/s (Bourke et al. 2008, vertical velocity of the trunk)."""
SLOW_SPEED, SLOW_FACTOR = 0.3, 2.5
"""A descent slower than `SPEED` but faster than this, that ends lying, is a collapse or a slide; it takes so many times
longer to be confirmed, because lying down on purpose may look like it."""
SPEED_SECONDS = 0.3
UPRIGHT_SECONDS = 1.5
"""So long on one's feet is up again."""
VANISHED_SECONDS = 6.0
SAT_SECONDS = 12.0
"""Low without lying (sitting on the floor after a fast descent) takes longer to be sure of."""
FLAT_DEGREES = 60.0
"""Tilt of the torso from which on somebody who has come down lies, whatever the legs look like."""
DOWN_SHARE = 0.6
"""Least share of the confirm time in which the body must be seen down (or be hidden)."""
REST = ("bed", "sofa")
STEP_LIMIT_SECONDS = 2.0
"""The most that one frame can count for: after a gap nobody knows what happened meanwhile."""
REAPPEAR_STATURES = 1.5


class Phase(str, Enum):
    """How far a course has come."""

    WATCHING = "watching"
    SUSPECTED = "suspected"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class _Sample:
    time: float
    shoulders: float
    hips: float
    floor: Point | None


@dataclass(slots=True)
class _Course:
    """The recent path of one body and the evidence since its descent, all in seconds, statures or frame heights."""

    figure: Figure
    updated: float
    path: deque[_Sample] = field(default_factory=deque)
    phase: Phase = Phase.WATCHING
    fast: bool = False
    since: float = 0.0
    level: float = 0.0
    floor: Point | None = None
    down: float = 0.0
    sat: float = 0.0
    up: float = 0.0
    hidden: float = 0.0
    lying: float = 0.0
    told_long_lie: bool = False
    drop: str = ""

    @property
    def is_open(self) -> bool:
        """Whether something is suspected or known."""
        return self.phase is not Phase.WATCHING


class FallDetector:
    """Watches every person of one room for falls."""

    def __init__(self, room: str, settings: Falls) -> None:
        self._room = room
        self._settings = settings
        self._courses: dict[int, _Course] = {}

    def update(self, figures: Iterable[Figure], now: float) -> tuple[PersonEvent, ...]:
        """Take all figures of the frame captured at `now`; return what happened."""
        present = {figure.person.track.id: figure for figure in figures}
        events = [event for figure in present.values() for event in self._follow(figure, present.values(), now)]
        gone = [track for track in self._courses if track not in present]
        for track in gone:
            events.extend(self._await(track, present.values(), now))
        return tuple(events)

    def _follow(self, figure: Figure, present: Iterable[Figure], now: float) -> Iterator[PersonEvent]:
        course = self._courses.setdefault(figure.person.track.id, _Course(figure, now))
        step = min(STEP_LIMIT_SECONDS, now - course.updated)
        course.updated = now
        if figure.person.track.state is TrackState.TENTATIVE:
            return
        if not figure.person.track.hit and figure.person.track.state is TrackState.LOST:
            _miss(course, present, step)
        else:
            course.figure = figure
            if figure.person.track.hit:
                _extend(course, figure, now)
            _weigh(course, figure, step)
        yield from self._decide(course, now)

    def _await(self, track: int, present: Iterable[Figure], now: float) -> Iterator[PersonEvent]:
        """A track has ended. Where it had come down it stays a candidate until somebody stands up there."""
        course = self._courses[track]
        if not course.is_open:
            del self._courses[track]
            return
        step = min(STEP_LIMIT_SECONDS, now - course.updated)
        course.updated = now
        _miss(course, present, step)
        yield from self._decide(course, now)
        if not self._courses[track].is_open:
            del self._courses[track]

    def _decide(self, course: _Course, now: float) -> Iterator[PersonEvent]:
        """Move the course on as far as its evidence goes."""
        if course.phase is Phase.WATCHING:
            drop = _descent(course)
            if drop:
                course.drop = drop
                _start(course, Phase.SUSPECTED, now)
                yield self._event(FallSuspected, course, now, drop)
            elif course.lying >= self._down_seconds(course) and not _resting(course):
                _start(course, Phase.DOWN, now - course.lying)
                seconds = f"Lying on the floor for {now - course.since:.0f} s; nobody saw a fall."
                yield self._event(PersonDown, course, now, seconds)
        elif course.up >= UPRIGHT_SECONDS:
            seconds = f"On the feet again {now - course.since:.0f} s after going down."
            yield self._event(PersonRecovered, course, now, seconds)
            _reset(course)
        elif course.phase is Phase.SUSPECTED:
            yield from self._confirm(course, now)
        elif now - course.since >= self._settings.long_lie_seconds and not course.told_long_lie:
            course.told_long_lie = True
            yield self._event(LongLie, course, now, f"On the floor for {now - course.since:.0f} s.")

    def _confirm(self, course: _Course, now: float) -> Iterator[PersonEvent]:
        """Suspected: confirm by staying down, or by staying away; give up where it turns out to be a rest."""
        wait, since = self._settings.confirm_seconds * (1 if course.fast else SLOW_FACTOR), now - course.since
        reason = None
        if course.down >= wait and course.down >= DOWN_SHARE * (since - course.hidden):
            reason = f"Lying still on the floor for {since:.0f} s."
        elif course.fast and course.sat >= SAT_SECONDS:
            reason = f"Has not got up from the floor for {since:.0f} s."
        elif course.fast and course.hidden + course.down >= max(VANISHED_SECONDS, wait) and course.up == 0:
            reason = f"Has not been seen on the feet for {since:.0f} s since; out of sight or on the floor."
        if reason is None:
            hidden = course.hidden if course.fast and course.up == 0 else 0.0
            if since > self._give_up_seconds and course.down + course.sat + hidden < DOWN_SHARE * since:
                _reset(course)
        elif _resting(course):
            _reset(course)
        else:
            course.phase = Phase.DOWN
            yield self._event(FallConfirmed, course, now, course.drop, reason)

    @property
    def _give_up_seconds(self) -> float:
        return max(VANISHED_SECONDS, self._settings.confirm_seconds) + SAT_SECONDS

    def _down_seconds(self, course: _Course) -> float:
        """How long somebody may lie there before it is an event: longer on an exercise mat."""
        place = course.figure.place
        return self._settings.long_lie_seconds if place and place.kind == "mat" else self._settings.down_seconds

    def _event(self, kind: type[PersonEvent], course: _Course, now: float, *reasons: str) -> PersonEvent:
        figure = course.figure
        return kind(
            time=now,
            room=self._room,
            reasons=reasons,
            track=figure.person.track.id,
            person=figure.person.name,
            place=figure.place.name if figure.place else None,
        )


def _extend(course: _Course, figure: Figure, now: float) -> None:
    """Add where shoulders and hips are to the path; where the torso is unseen the path only ages."""
    while course.path and now - course.path[0].time > WINDOW_SECONDS:
        course.path.popleft()
    if figure.shoulders is not None and figure.hips is not None:
        course.path.append(_Sample(now, figure.shoulders[0], figure.hips[0], figure.floor))


def _miss(course: _Course, present: Iterable[Figure], step: float) -> None:
    """Count `step` seconds as out of sight, or as up where somebody who was not there before stands in that place."""
    if any(_same_place(course.figure, figure, course.since) for figure in present):
        course.up += step
    else:
        course.hidden += step


def _weigh(course: _Course, figure: Figure, step: float) -> None:
    """Count `step` seconds as down, sat low, or up."""
    lying = figure.posture is Posture.LYING or (course.is_open and _flat(course, figure))
    course.lying = 0.0 if not lying and figure.posture is not Posture.UNKNOWN else course.lying + step * lying
    if course.phase is Phase.WATCHING:
        return
    if lying:
        course.down += step
        course.up = 0.0
    elif figure.posture is Posture.UNKNOWN:
        course.hidden += step
    elif figure.posture is Posture.UPRIGHT and not _low(course, figure):
        course.up += step
    elif _low(course, figure):
        course.sat += step
        course.up = 0.0
    else:
        course.sat = 0.0


def _flat(course: _Course, figure: Figure) -> bool:
    """Whether the torso is level as low as the descent brought it: a body may lie so that its knees look lower."""
    return figure.tilt is not None and figure.tilt >= FLAT_DEGREES and _low(course, figure)


def _low(course: _Course, figure: Figure) -> bool:
    """Whether the hips are still as low as the descent brought them, and not on furniture."""
    hips = figure.hips
    return hips is not None and hips[0] > course.level - 0.1 * figure.stature and not _on_furniture(course, figure)


def _on_furniture(course: _Course, figure: Figure) -> bool:
    """Whether the body rests above the floor: as the feet stood before the descent, since a fall takes them along."""
    floor = course.floor if course.phase is Phase.SUSPECTED else figure.floor
    return raised(figure.hips, floor, figure.stature)


def _descent(course: _Course) -> str:
    """The sentence that tells of a fast descent within the window, or nothing."""
    if len(course.path) < 3:  # noqa: PLR2004 - two samples are a jump, not a path
        return ""
    last, scale = course.path[-1], course.figure.stature
    top = min(course.path, key=lambda sample: sample.shoulders)
    shoulders = (last.shoulders - top.shoulders) / scale
    hips = (last.hips - min(sample.hips for sample in course.path)) / scale
    lying = course.figure.posture is Posture.LYING
    if shoulders < (LYING_DROP if lying else SHOULDER_DROP) or (hips < HIP_DROP and not lying):
        return ""
    speed = _peak_speed(course.path) / scale
    course.fast = speed >= SPEED
    if not course.fast and (speed < SLOW_SPEED or not lying):
        return ""
    return (
        f"Shoulders dropped by {shoulders:.0%} of the body's height and hips by {hips:.0%} in "
        f"{last.time - top.time:.1f} s."
    )


def _peak_speed(path: deque[_Sample]) -> float:
    """The greatest mean downward speed of the shoulders over `SPEED_SECONDS`, in frame heights a second.

    Where frames are farther apart than that it is the speed between two of them.
    """
    best, samples = 0.0, list(path)
    for number, end in enumerate(samples[1:], start=1):
        near = (sample for sample in samples[:number] if end.time - sample.time <= SPEED_SECONDS)
        start = next(near, samples[number - 1])
        if end.time - start.time >= SPEED_SECONDS / 2:
            best = max(best, (end.shoulders - start.shoulders) / (end.time - start.time))
    return best


def _start(course: _Course, phase: Phase, since: float) -> None:
    hips = course.figure.hips
    course.phase, course.since = phase, since
    course.level = hips[0] if hips else 0.0
    course.floor = course.path[0].floor if course.path else course.figure.floor
    course.down = course.sat = course.up = course.hidden = 0.0
    course.told_long_lie = False


def _reset(course: _Course) -> None:
    course.phase, course.fast = Phase.WATCHING, False
    course.path.clear()
    course.down = course.sat = course.up = course.hidden = course.lying = 0.0


def _resting(course: _Course) -> bool:
    """Whether the body lies where one may lie: on a drawn bed or sofa, or, come down slowly, above the floor.

    After a fast descent only what is drawn counts: who falls away from the camera, or behind something, comes to lie as
    high in the picture as on a bed.
    """
    place = course.figure.place
    return place.kind in REST if place is not None else not course.fast and _on_furniture(course, course.figure)


def _same_place(lost: Figure, figure: Figure, since: float) -> bool:
    """Whether `figure` is seen to stand where the lost one went down, and was not there before."""
    spot: Point | None = lost.hips or lost.shoulders
    if spot is None or figure.hips is None or figure.posture is not Posture.UPRIGHT:
        return False
    if figure.person.track.state is not TrackState.CONFIRMED:
        return False
    return figure.person.track.born > since and distance(spot, figure.hips) < REAPPEAR_STATURES * lost.stature
