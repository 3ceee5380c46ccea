"""Falls: a fast descent that stays down; a person lost after one; somebody lying where one does not lie; a long lie.

One `_Course` per track holds the recent path of shoulders and hips and, once something was suspected, how long the body
has since been down, up or unseen. What all of that says together is the evidence's; here are the states, and what must
not depend on any weight: who lies is told of in the end, who is lost after a descent is waited for, who stands is well.
Absence is evidence: a skeleton that vanishes after a fast descent is a person on the floor behind something.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TypeVar

from guardian.descent import Descent, Path
from guardian.events import FallConfirmed, FallSuspected, LongLie, PersonDown, PersonEvent, PersonRecovered
from guardian.evidence import Since, belief, ranked, views
from guardian.geometry import Point, distance, mean_score
from guardian.posture import Figure, Posture, raised
from guardian.settings import Falls
from guardian.skeleton import TORSO
from guardian.tracking import Track, TrackState, torso_middle

UPRIGHT_SECONDS = 1.5
"""So long on one's feet is up again."""
VANISHED_SECONDS, SAT_SECONDS = 6.0, 12.0
"""To be out of sight, or low without lying (sat on the floor), takes longer to be sure of than to lie."""
GIVE_UP_SECONDS = 20.0
"""A suspicion that has not become a fall for so long is none; a body that lies there is found by that."""
FLAT_DEGREES = 60.0
"""Tilt of the torso from which on somebody who has come down lies, whatever the legs look like."""
DOWN_SHARE = 0.6
"""Least share of the time in which the body must be seen down (or be hidden)."""
REST = ("bed", "sofa")
STEP_LIMIT_SECONDS = 2.0
"""The most that one frame can count for: after a gap nobody knows what happened meanwhile."""
REAPPEAR_STATURES = 1.2
"""Who appears so near to where a body was lost after a descent is that body; a visitor comes from farther away."""
SETTLE_SECONDS = 1.5
"""After a descent so long the limbs still come to rest; movement counts from then on."""
MOVE_SECONDS, MOVED = 1.0, 0.12
"""The middle of a torso that has gone so many statures in so long moves about; at rest it trembles by 0.03-0.06."""
MOVING_COUNTS = 0.3
"""Share of the time in which a body on the floor moves about that counts towards PersonDown: who exercises is well."""
RISING = 3.0
"""How many seconds of lying a second in another posture takes back: a body that is misread for a frame still lies."""
BELIEVED = {"low": 0.7, "normal": 0.0, "high": -0.7}
"""Belief (nats) from which on a suspicion is a fall, by the named step of sensitivity."""


Told = TypeVar("Told", bound=PersonEvent)


class Phase(str, Enum):
    """How far a course has come."""

    WATCHING = "watching"
    SUSPECTED = "suspected"
    DOWN = "down"


@dataclass(slots=True)
class _Course:
    """The recent path of one body and the evidence since its descent, all in seconds, statures or frame heights."""

    figure: Figure
    updated: float
    path: Path = field(default_factory=Path)
    phase: Phase = Phase.WATCHING
    descent: Descent | None = None
    since: float = 0.0
    level: float = 0.0
    floor: Point | None = None
    evidence: Since = field(default_factory=Since)
    up: float = 0.0
    lying: float = 0.0
    score: float = 0.0
    spot: Point | None = None
    spotted: float = 0.0
    moves: bool = False
    told_long_lie: bool = False

    @property
    def is_open(self) -> bool:
        """Whether something is suspected or known."""
        return self.phase is not Phase.WATCHING

    @property
    def fast(self) -> bool:
        """Whether it came down faster than one lets oneself down."""
        return self.descent is not None and self.descent.is_fast


class FallDetector:
    """Watches every person of one room for falls."""

    def __init__(self, room: str, settings: Falls) -> None:
        self._room = room
        self._settings = settings
        self._courses: dict[int, _Course] = {}

    def update(self, figures: Iterable[Figure], now: float) -> tuple[PersonEvent, ...]:
        """Take all figures of the frame captured at `now`; return what happened."""
        present = {figure.person.track.id: figure for figure in figures}
        events = [event for figure in present.values() for event in self._follow(figure, present, now)]
        gone = [track for track in self._courses if track not in present]
        for track in gone:
            events.extend(self._await(track, now))
        return tuple(events)

    def _follow(self, figure: Figure, present: Mapping[int, Figure], now: float) -> Iterator[PersonEvent]:
        track = figure.person.track
        course = self._courses.setdefault(track.id, _Course(figure, now))
        step = min(STEP_LIMIT_SECONDS, now - course.updated)
        course.updated = now
        if track.state is TrackState.TENTATIVE:
            return
        if not course.is_open and track.hit:
            course = self._courses[track.id] = self._lost_course(track, present) or course
        if not track.hit and track.state is TrackState.LOST:
            course.evidence.hidden += step
        else:
            course.figure = figure
            if track.hit:
                course.path.add(figure, now)
            _weigh(course, figure, step, now)
        yield from self._decide(course, now)

    def _lost_course(self, track: Track, present: Mapping[int, Figure]) -> _Course | None:
        """Take the open course of a body that was lost where this track began: whoever it is now, it is that body."""
        near = {
            lost: distance(torso_middle(course.figure.person.track.pose), track.origin) / course.figure.stature
            for lost, course in self._courses.items()
            if course.is_open and course.since < track.born and not (lost in present and present[lost].person.track.hit)
        }
        nearest = min(near, key=lambda lost: near[lost], default=None)
        return self._courses.pop(nearest) if nearest is not None and near[nearest] < REAPPEAR_STATURES else None

    def _await(self, track: int, now: float) -> Iterator[PersonEvent]:
        """A track has ended. Where it had come down it stays a candidate until somebody stands up there."""
        course = self._courses[track]
        if not course.is_open:
            del self._courses[track]
            return
        step = min(STEP_LIMIT_SECONDS, now - course.updated)
        course.updated = now
        course.evidence.hidden += step
        yield from self._decide(course, now)

    def _decide(self, course: _Course, now: float) -> Iterator[PersonEvent]:
        """Move the course on as far as its evidence goes."""
        if course.phase is Phase.WATCHING:
            descent = course.path.descent(course.figure)
            if descent is not None:
                _start(course, Phase.SUSPECTED, now, descent)
                yield self._event(FallSuspected, course, now, descent.sentence)
            else:
                yield from self._find_down(course, now)
        elif course.up >= UPRIGHT_SECONDS:
            seconds = f"On the feet again {now - course.since:.0f} s after going down."
            yield self._event(PersonRecovered, course, now, seconds)
            _reset(course)
        elif course.phase is Phase.SUSPECTED and course.descent is not None:
            yield from self._confirm(course, course.descent, now)
        elif now - course.since >= self._settings.long_lie_seconds and not course.told_long_lie:
            course.told_long_lie = True
            yield self._event(LongLie, course, now, f"On the floor for {now - course.since:.0f} s.")

    def _find_down(self, course: _Course, now: float) -> Iterator[PersonEvent]:
        """Tell of somebody who lies where one does not lie, whether or not a slow descent was seen."""
        if course.lying < self._down_seconds(course) or _resting(course):
            return
        _start(course, Phase.DOWN, now - course.lying, course.descent)
        seconds = f"Lying on the floor for {course.lying:.0f} s; nobody saw a fall."
        yield self._event(PersonDown, course, now, seconds)

    def _confirm(self, course: _Course, descent: Descent, now: float) -> Iterator[PersonEvent]:
        """Suspected: confirm by staying down, or by staying away; give up where it turns out to be a rest."""
        since = now - course.since
        if since <= SETTLE_SECONDS:
            course.descent = descent = _greater(descent, course.path.descent(course.figure))
        evidence = course.evidence
        hidden = evidence.hidden if descent.is_fast and course.up == 0 else 0.0
        low = evidence.down + evidence.sat + hidden
        seen = views(descent, evidence)
        sure = belief(seen) >= BELIEVED[self._settings.sensitivity]
        if sure and self._waited(evidence, hidden) and low >= DOWN_SHARE * since and course.up == 0:
            if _resting(course):
                _reset(course)
                return
            course.phase = Phase.DOWN
            fall = self._event(FallConfirmed, course, now, descent.sentence, _whereabouts(evidence, since))
            yield replace(fall, evidence=ranked(seen))
        elif since > GIVE_UP_SECONDS:
            _reset(course)
        else:
            yield from self._find_down(course, now)

    def _waited(self, evidence: Since, hidden: float) -> bool:
        """Whether the body has been down for long enough that whoever can would have got up."""
        wait = self._settings.confirm_seconds
        return evidence.down / wait + hidden / max(VANISHED_SECONDS, wait) + evidence.sat / SAT_SECONDS >= 1

    def _down_seconds(self, course: _Course) -> float:
        """How long somebody may lie there before it is an event: longer on an exercise mat, and longer where nobody was
        ever seen to stand there, so that it may be a bed.
        """
        place = course.figure.place
        known = place is not None or course.figure.floor is not None
        return self._settings.down_seconds if known and not (place and place.kind == "mat") else self._unsure_seconds

    @property
    def _unsure_seconds(self) -> float:
        return max(self._settings.down_seconds, self._settings.long_lie_seconds)

    def _event(self, kind: type[Told], course: _Course, now: float, *reasons: str) -> Told:
        figure = course.figure
        return kind(
            time=now,
            room=self._room,
            reasons=reasons,
            track=figure.person.track.id,
            person=figure.person.name,
            place=figure.place.name if figure.place else None,
        )


def _whereabouts(evidence: Since, since: float) -> str:
    """Where the body has been since it came down, for a human."""
    if evidence.down >= max(evidence.sat, evidence.hidden):
        return f"Lying still on the floor for {since:.0f} s."
    if evidence.sat > evidence.hidden:
        return f"Has not got up from the floor for {since:.0f} s."
    return f"Has not been seen on the feet for {since:.0f} s since; out of sight or on the floor."


def _greater(descent: Descent, later: Descent | None) -> Descent:
    """The whole descent, which went on after it was first suspected."""
    if later is None:
        return descent
    deeper = max(descent, later, key=lambda each: each.shoulders)
    return Descent(
        deeper.shoulders,
        max(descent.hips, later.hips),
        deeper.seconds,
        max(descent.speed, later.speed),
        max(descent.impact, later.impact),
    )


def _weigh(course: _Course, figure: Figure, step: float, now: float) -> None:
    """Count `step` seconds as down, sat low, held, or up."""
    lying = figure.posture is Posture.LYING or (course.is_open and _flat(course, figure))
    moves = _moves(course, figure, now)
    if lying:
        course.lying += step * (MOVING_COUNTS if moves else 1.0)
    elif figure.posture is not Posture.UNKNOWN:
        course.lying = max(0.0, course.lying - RISING * step)
    score = mean_score(figure.person.track.pose.keypoints, TORSO)
    if course.phase is Phase.WATCHING:
        course.score += (score - course.score) * min(1.0, step)
        return
    evidence = course.evidence
    evidence.moving += step * (moves and now - course.since > SETTLE_SECONDS)
    evidence.faded += (1 - score / max(course.score, 0.1) - evidence.faded) * min(1.0, step)
    if lying:
        evidence.down += step
        course.up = 0.0
        evidence.held += step * _on_furniture(course, figure)
    elif figure.posture is Posture.UNKNOWN:
        evidence.hidden += step
    elif figure.posture is Posture.UPRIGHT and not _low(course, figure):
        course.up += step
        evidence.up += step
    elif _low(course, figure):
        evidence.sat += step
        course.up = 0.0
    else:
        evidence.sat = 0.0
        evidence.held += step


def _moves(course: _Course, figure: Figure, now: float) -> bool:
    """Whether the middle of the torso goes somewhere, told once a `MOVE_SECONDS`."""
    spot = torso_middle(figure.person.track.pose)
    if course.spot is None or now - course.spotted >= MOVE_SECONDS:
        gone = 0.0 if course.spot is None else distance(course.spot, spot) / figure.stature
        course.moves = gone > MOVED * max(1.0, now - course.spotted)
        course.spot, course.spotted = spot, now
    return course.moves


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


def _start(course: _Course, phase: Phase, since: float, descent: Descent | None) -> None:
    hips = course.figure.hips
    course.phase, course.since, course.descent = phase, since, descent
    course.level = hips[0] if hips else 0.0
    course.floor = course.path.floor or course.figure.floor
    course.evidence, course.up = Since(), 0.0
    course.told_long_lie = False


def _reset(course: _Course) -> None:
    course.phase, course.descent = Phase.WATCHING, None
    course.path.clear()
    course.evidence, course.up = Since(), 0.0


def _resting(course: _Course) -> bool:
    """Whether the body lies where one may lie: on a drawn bed or sofa, or, come down slowly, above the floor.

    After a fast descent only what is drawn counts: who falls away from the camera, or behind something, comes to lie as
    high in the picture as on a bed.
    """
    place = course.figure.place
    return place.kind in REST if place is not None else not course.fast and _on_furniture(course, course.figure)
