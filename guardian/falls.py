"""Falls: a fast descent that stays down; a person lost after one; somebody lying where one does not lie; a long lie.

One course per track holds the recent path of shoulders and hips and, once something was suspected, how long the body
has since been down, up or unseen. What all of that says together is the evidence's, and what the last ten seconds look
like the network's (opinion.py), where there is one; here are the states, and what must not depend on any weight: who
lies is told of in the end, who is lost after a descent is waited for, who stands is well.
Absence is evidence: a skeleton that vanishes after a fast descent is a person on the floor behind something.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from guardian.course import SETTLE_SECONDS, UPRIGHT_SECONDS, Course, Phase
from guardian.descent import Descent
from guardian.events import FallConfirmed, FallSuspected, LongLie, PersonDown, PersonEvent, PersonRecovered
from guardian.evidence import WEIGHTS, Since, Views, belief, ranked, views
from guardian.geometry import Point, distance
from guardian.opinion import Opinion
from guardian.posture import SWITCH_SECONDS, SWITCH_STATURES, Figure, Posture
from guardian.settings import Falls
from guardian.tracking import Track, TrackState, torso_middle

VANISHED_SECONDS, SAT_SECONDS = 6.0, 15.0
"""To be out of sight, or low without lying (sat on the floor), takes longer to be sure of than to lie."""
GIVE_UP_SECONDS = 20.0
"""A suspicion that has not become a fall for so long is none; a body that lies there is found by that."""
STAYS_SECONDS = 5.0
DOWN_SHARE = 0.6
"""Least share of the time in which the body must be seen down (or be hidden)."""
REAPPEAR_STATURES = 1.2
"""Who appears so near to where a body was lost after a descent is that body; a visitor comes from farther away."""
EXITS, EXIT_STATURES = 64, 0.5
"""Where people were last seen upright before they left, so many of late, is a way out, so far around."""
RECALLED_SECONDS = 2 * 3600.0
"""After a restart a body that came down longer ago is no longer waited for; its incident is kept by the alarm."""
BELIEVED = {"low": 1.8, "normal": 0.6, "high": -0.6}
"""Belief (nats) from which on a suspicion is a fall, by the named step of sensitivity."""
CONVINCED = {"low": 4.0, "normal": 3.0, "high": 2.0}
"""What the network must say (nats) of somebody who came down, so that it is a fall whatever the rules believe."""
ALONE = {"low": 5.0, "normal": 3.0, "high": 2.0}
"""What it must say of somebody in whom the rules have seen no descent, """
LIKELY = 0.0
"""and what it must go on saying."""
RESTS, RESTS_LIKELY = 3.0, 1.0
"""The same of somebody who seems to rest on furniture that nobody drew: who falls away from the camera seems to."""
UNLIKELY = {"low": 1.0, "normal": 0.0, "high": -4.0}
"""Where it has never said more than that since the descent, the rules wait until the body has been lying, or out of
sight, for long."""
DOWN_BEFORE, SURE_SECONDS = 1.5, 1.75
"""It was taught by bodies that had been down for so long (lab/network/collect.py), and must go on saying so until the
body has been down for that long before anybody is told.
"""
UNSEEN = "The way the body moved and lies now is that of somebody who fell, though no descent was seen."

MAT_DOUBT = 2.0
SUSPECTED = -2.1
"""Belief, below that of a fall, from which on a faint descent is told of as a suspicion."""
SAT_DOWN = 0.0
"""Belief from which on somebody who came down and sits on the floor is waited for, however erect: a hard landing. Who
plays there with a child has come down more softly."""

Told = TypeVar("Told", bound=PersonEvent)


class FallDetector:
    """Watches every person of one room for falls."""

    def __init__(self, room: str, settings: Falls, opinion: Opinion | None = None) -> None:
        self._room = room
        self._settings = settings
        self._opinion = opinion or Opinion()
        self._convinced, self._alone = CONVINCED[settings.sensitivity], ALONE[settings.sensitivity]
        self._unlikely = UNLIKELY[settings.sensitivity]
        self._courses: dict[int, Course] = {}
        self._found: set[int] = set()
        self._exits: deque[Point] = deque(maxlen=EXITS)

    def update(self, figures: Iterable[Figure], now: float) -> tuple[PersonEvent, ...]:
        """Take all figures of the frame captured at `now`; return what happened."""
        present = {figure.person.track.id: figure for figure in figures}
        self._found = {track for track in self._found if track in present and not present[track].person.track.hit}
        events = [event for figure in present.values() for event in self._follow(figure, present, now)]
        gone = [track for track in self._courses if track not in present]
        for track in gone:
            events.extend(self._await(track, now))
        return tuple(events)

    @property
    def suspicions(self) -> tuple[tuple[int, float, Views], ...]:
        """Track, since when, and the evidence, of each course that began with a descent and is open."""
        courses = self._courses.items()
        return tuple((track, each.since, views(each.descent, each.evidence)) for track, each in courses if each.descent)

    @property
    def open_falls(self) -> tuple[tuple[int, str, bool], ...]:
        """Track, phase, and whether a long lie was told, of each open course."""
        courses = self._courses.items()
        return tuple((track, each.phase.value, each.told_long_lie) for track, each in courses if each.is_open)

    def remember(self, now: float) -> tuple[dict[str, Any], ...]:
        """The open courses as plain numbers and words: what a restart must not forget."""
        return tuple(course.encode(now) for course in self._courses.values() if course.is_open)

    def recall(self, remembered: Iterable[Mapping[str, Any]], now: float) -> None:
        """Go on with courses that were open before a restart, times as they are now; nobody was seen meanwhile.

        Raises ValueError, KeyError or TypeError where one is damaged.
        """
        for number, body in enumerate(remembered, start=1):
            course = Course.decode(body, now)
            limit = GIVE_UP_SECONDS if course.phase is Phase.SUSPECTED else RECALLED_SECONDS
            if now - course.since <= limit:
                self._courses[-number] = course  # the tracks of this process count from 1

    def _follow(self, figure: Figure, present: Mapping[int, Figure], now: float) -> Iterator[PersonEvent]:
        track = figure.person.track
        if track.id in self._found:
            return
        course = self._courses.setdefault(track.id, Course(figure, now))
        if track.state is TrackState.TENTATIVE:
            course.updated = now
            return
        if not course.is_open and track.hit:
            course = self._courses[track.id] = self._lost_course(track, present) or course
            if course.path.ended < track.born:
                self._take_path(course, track, present)
        if not track.hit and track.state is TrackState.LOST:
            course.at_exit = course.at_exit if course.lost else self._at_exit(course.figure)
            course.miss(now)
        else:
            course.see(figure, now)
        yield from self._decide(course, now)

    def forget(self) -> None:
        """What was seen so far is over: nobody is waited for."""
        self._courses.clear()
        self._found.clear()

    def forget_exits(self) -> None:
        """The view is another one: where people left is elsewhere."""
        self._exits.clear()

    def _at_exit(self, figure: Figure) -> bool:
        """Whether the body was last seen where others were before they left."""
        near = EXIT_STATURES * figure.stature
        return figure.hips is not None and any(distance(figure.hips, spot) < near for spot in self._exits)

    def _lost_course(self, track: Track, present: Mapping[int, Figure]) -> Course | None:
        """Take the open course of a body that was lost where this track began: whoever it is now, it is that body."""
        near = {
            lost: distance(torso_middle(course.figure.person.track.pose), track.origin) / course.figure.stature
            for lost, course in self._courses.items()
            if course.is_open and course.since < track.born and not (lost in present and present[lost].person.track.hit)
        }
        nearest = min(near, key=lambda lost: near[lost], default=None)
        if nearest is None or near[nearest] >= REAPPEAR_STATURES:
            return None
        self._opinion.join(track.id, nearest)
        self._found.add(nearest)  # that track may be kept as lost for a while, but its body is this one
        return self._courses.pop(nearest)

    def _take_path(self, course: Course, track: Track, present: Mapping[int, Figure]) -> None:
        """A body that moved too fast to be followed is a new track: its path goes on from where the last one ended."""
        for lost, other in self._courses.items():
            seen = other.figure.person.track
            near = SWITCH_STATURES * other.figure.stature
            if (
                lost != track.id
                and not (lost in present and present[lost].person.track.hit)
                and 0 < track.born - other.path.ended <= SWITCH_SECONDS
                and distance(torso_middle(seen.pose), track.origin) < near
            ):
                course.path.follow(other.path)
                return

    def _await(self, track: int, now: float) -> Iterator[PersonEvent]:
        """A track has ended. Where it had come down it stays a candidate until somebody stands up there."""
        course = self._courses[track]
        if not course.is_open:
            del self._courses[track]
            if course.figure.posture is Posture.UPRIGHT and course.figure.hips is not None:
                self._exits.append(course.figure.hips)
            return
        course.miss(now)
        yield from self._decide(course, now)

    def _decide(self, course: Course, now: float) -> Iterator[PersonEvent]:
        """Move the course on as far as its evidence goes."""
        if course.phase is Phase.WATCHING:
            yield from self._watch(course, now)
        elif course.walked_out:
            course.reset()
        elif course.up >= UPRIGHT_SECONDS:
            seconds = f"On the feet again {now - course.since:.0f} s after going down."
            if course.told:
                yield self._event(PersonRecovered, course, now, seconds)
            course.reset()
            course.lying = course.stooped = 0.0
        elif course.phase is Phase.SUSPECTED and course.descent is not None:
            again = course.path.descent(course.figure) if course.rose else None
            if again is not None:
                yield from self._suspect(course, again, now)
            else:
                yield from self._confirm(course, course.descent, now)
        elif course.phase is Phase.SUSPECTED:
            yield from self._confirm_unseen(course, now)
        elif now - course.since >= self._settings.long_lie_seconds and not course.told_long_lie:
            course.told_long_lie = True
            yield self._event(LongLie, course, now, f"On the floor for {now - course.since:.0f} s.")

    def _watch(self, course: Course, now: float) -> Iterator[PersonEvent]:
        """Nothing is suspected of the body yet."""
        out = course.walks_out
        descent = None if out else course.path.descent(course.figure)
        if descent is not None:
            yield from self._suspect(course, descent, now)
        elif not out and self._looks_fallen(course):
            course.begin(Phase.SUSPECTED, course.figure.person.track.seen - DOWN_BEFORE, None)
        else:
            yield from self._find_down(course, now)

    def _suspect(self, course: Course, descent: Descent, now: float) -> Iterator[PersonEvent]:
        """Begin to follow a descent, and tell of it: of a faint one only once there is more to it."""
        course.begin(Phase.SUSPECTED, now, descent)
        if not descent.faint:
            course.told = True
            yield self._event(FallSuspected, course, now, descent.sentence)

    def _find_down(self, course: Course, now: float) -> Iterator[PersonEvent]:
        """Tell of somebody who lies where one does not lie, whether or not a slow descent was seen."""
        low = course.lying + course.stooped
        if low < self._down_seconds(course) or course.resting:
            return
        course.begin(Phase.DOWN, now - low, course.descent)
        course.told = True
        seconds = f"Lying on the floor for {low:.0f} s; nobody saw a fall."
        yield self._event(PersonDown, course, now, seconds)

    def _confirm(self, course: Course, descent: Descent, now: float) -> Iterator[PersonEvent]:
        """Suspected: confirm by staying down, or by staying away; give up where it turns out to be a rest."""
        since = now - course.since
        if since <= SETTLE_SECONDS:
            course.descent = descent = _greater(descent, course.path.descent(course.figure))
        evidence = course.evidence
        hidden = evidence.gone if descent.is_fast and course.up == 0 else 0.0
        low = evidence.down + evidence.sat + hidden
        seen = views(descent, evidence)
        believed = belief(seen) - BELIEVED[self._settings.sensitivity] - self._doubt(course)
        said = course.hear(self._opinion.of(course.figure.person.track.id))
        convinced = said is not None and said >= self._convinced and not course.may_lie
        if not course.told and (not descent.faint or ((believed >= SUSPECTED or convinced) and not course.leaving)):
            course.told = True
            yield self._event(FallSuspected, course, now, descent.sentence)
        waited = self._waited(evidence, hidden) and low >= DOWN_SHARE * since
        denied = believed >= 0 and course.denied(self._unlikely)
        held = denied and not (course.lost and since >= self._unsure_seconds)
        believes = believed >= 0 and waited and not held
        stays = self._stays(course, believed - WEIGHTS["erect"] * seen.erect, since) or (denied and course.lost)
        if (believes or (convinced and since >= self._settings.confirm_seconds)) and course.up == 0:
            if course.resting and not convinced:  # who falls away from the camera lies as high as on a bed
                course.reset()
                return
            course.phase, course.told = Phase.DOWN, True
            fall = self._event(FallConfirmed, course, now, descent.sentence, _whereabouts(evidence, since))
            yield replace(fall, evidence=ranked(seen) if said is None else (*ranked(seen), ("network", round(said, 2))))
        elif evidence.sat >= self._unsure_seconds and not course.resting:
            course.phase, course.told = Phase.DOWN, True
            yield self._event(PersonDown, course, now, descent.sentence, _whereabouts(evidence, since))
        elif since > GIVE_UP_SECONDS and not stays:
            course.reset()
        else:
            yield from self._find_down(course, now)

    def _looks_fallen(self, course: Course) -> bool:
        """Whether the network is sure of a fall in which the rules saw no descent, where one may not lie."""
        track = course.figure.person.track
        stands = track.hit and course.figure.posture is Posture.UPRIGHT
        if stands or course.by_exit or course.may_lie or course.figure.floor is None:
            return False
        said = self._opinion.of(track.id)
        return said is not None and said >= self._alone and not self._sits(course, said, RESTS)

    @staticmethod
    def _sits(course: Course, said: float, least: float) -> bool:
        """Whether the body seems to rest on furniture that nobody drew: it sits there, or no more than that is said."""
        return course.resting and (course.figure.posture is Posture.SEATED or said < least)

    def _confirm_unseen(self, course: Course, now: float) -> Iterator[PersonEvent]:
        """Suspected by the network alone: a fall if it goes on saying so until whoever can would have got up."""
        descent = course.path.descent(course.figure)
        said = self._opinion.of(course.figure.person.track.id)
        if descent is not None and not descent.faint:
            yield from self._suspect(course, descent, now)
        elif said is None or said < LIKELY or self._sits(course, said, RESTS_LIKELY) or course.may_lie or course.up > 0:
            course.reset()
        elif now - course.since >= self._settings.confirm_seconds:
            course.phase, course.told = Phase.DOWN, True
            fall = self._event(FallConfirmed, course, now, UNSEEN, _whereabouts(course.evidence, now - course.since))
            yield replace(fall, evidence=(("network", round(said, 2)),))
        elif not course.told and now - course.since >= SURE_SECONDS:
            course.told = True
            yield self._event(FallSuspected, course, now, UNSEEN)

    @staticmethod
    def _doubt(course: Course) -> float:
        """How much more must be believed on an exercise mat, where people let themselves down, and roll about."""
        return MAT_DOUBT if course.exercises else 0.0

    @staticmethod
    def _stays(course: Course, believed: float, since: float) -> bool:
        """Whether the body is still down, if not as one who has fallen would be."""
        sits = believed >= SAT_DOWN and course.evidence.sat >= DOWN_SHARE * since
        return sits or course.lying >= STAYS_SECONDS

    def _waited(self, evidence: Since, hidden: float) -> bool:
        """Whether the body has been down for long enough that whoever can would have got up."""
        wait = self._settings.confirm_seconds
        return evidence.down / wait + hidden / max(VANISHED_SECONDS, wait) + evidence.sat / SAT_SECONDS >= 1

    def _down_seconds(self, course: Course) -> float:
        """How long somebody may lie there before it is an event: longer on an exercise mat, and longer where nobody was
        ever seen to stand there, so that it may be a bed.
        """
        known = course.figure.place is not None or course.figure.floor is not None
        sure = known and not course.exercises and not course.settled
        return self._settings.down_seconds if sure else self._unsure_seconds

    @property
    def _unsure_seconds(self) -> float:
        return max(self._settings.down_seconds, self._settings.long_lie_seconds)

    def _event(self, kind: type[Told], course: Course, now: float, *reasons: str) -> Told:
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
        descent.faint and later.faint,
        max(descent.start, later.start),
        max(descent.stood, later.stood),
    )
