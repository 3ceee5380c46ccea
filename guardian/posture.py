"""How a body is held: upright, bent, seated, lying or unknown, with a score for each, from the keypoints of one person.

Nothing is calibrated. The scale is the person's own stature in the picture, remembered from when it last stood; the
floor is where its feet then were. So "lying" means low, flat and with the hips down, whichever way the camera looks.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from math import exp

from guardian.geometry import (
    EDGE,
    SEEN,
    Box,
    Point,
    contains,
    distance,
    extent,
    head_of,
    mean_score,
    middle,
    stature,
    torso_tilt,
    touches_edge,
)
from guardian.identity import Person
from guardian.settings import Place
from guardian.skeleton import ANKLES, HEAD, HIPS, KNEES, SHOULDERS, TORSO, Keypoints, Pose
from guardian.tracking import Track, torso_middle

READABLE = 0.2
"""Least mean torso score at which a posture is told at all."""
FEET_BELOW, HIPS_BELOW = 0.93, 0.9
"""Ankles, or hips, so far down in the picture (frame heights) are at its lower edge, or beyond it."""
STATURE_MEMORY_SECONDS, REST_MEMORY_SECONDS = 120.0, 12 * 3600.0
SAME_SPOT = 0.5
"""A track that begins within so many statures of where a resting body was lost is that body, found again."""
SWITCH_SECONDS, SWITCH_STATURES = 2.0, 1.2
"""So soon and so near after another was lost, a track is the same body, which moved too fast to be followed."""
HEAD_TO_ANKLES = 0.89
"""Eyes at 0.936 of the stature, ankles at 0.039 (Drillis and Contini 1966)."""
STATURE_RISE, STATURE_FALL = 0.3, 0.03
"""How fast the remembered stature follows: quickly up (more of the body seen), slowly down, a hit."""
FADE_SECONDS, MARGIN = 0.25, 0.1
"""What a body is called fades over so much time, and gives way only to a posture that scores so much better: a faller
whom the camera sees from the feet scores as much for bent as for lying, and would flicker between both. Lying needs no
margin, since it must not be shown as less."""
STRAIGHT, STRAIGHT_DEGREES = 0.45, 20.0
"""The legs of somebody who stands are 0.55 of the height from ankles to eyes (Drillis and Contini 1966), and the torso
is within so many degrees of upright."""
ERECT_DEGREES = 40.0
"""A torso tilted further is foreshortened and says little of the stature."""
RAISED = 0.25
"""Hips so far above the feet's last place, in statures, rest on furniture: seats and mattresses are 0.43-0.5 m high and
the hips' middle is 0.1 m above them, 0.33 of an adult's stature. On the floor it is 0.05; falling straight away from a
camera that looks down by 25 degrees adds 0.2 in the picture."""


SHRUNK, DEEPER, STEPPED = 0.12, 2.0, 0.5
"""Who looks shorter by more than the first, with feet that have not gone up by as much over the second, sits: a stature
takes up to as much of the picture as the feet are below the horizon, times stature over the camera's height; the camera
hangs at 0.85 m or higher. Whoever has gone so many statures is measured anew."""


class Posture(str, Enum):
    """State of the body, not what is being done."""

    UPRIGHT = "upright"
    BENT = "bent"
    SEATED = "seated"
    LYING = "lying"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Figure:
    """A person with its posture, and what the falls stage measures: points (y, x) in frame heights or None if unseen.

    `scores` are of upright, bent, seated, lying and sum to 1 (all 0 where unknown). `stature` is the length of the
    upright body here, in frame heights. `floor` is where the feet were when last upright, None if never seen so. `tilt`
    is of the torso, in degrees. `raised` tells that a lying or seated body rests above the floor, on furniture,
    `leaving` that it is at the left or right edge of the picture, `cut` that this edge goes through its torso, `below`
    that its feet are at the lower edge: keypoints are then guesses, and what is outside is told of as if it were what
    is left inside.
    """

    person: Person
    posture: Posture
    scores: dict[Posture, float]
    place: Place | None
    stature: float
    tilt: float | None
    head: Point | None
    shoulders: Point | None
    hips: Point | None
    feet: Point | None
    floor: Point | None
    raised: bool
    leaving: bool = False
    cut: bool = False
    below: bool = False


@dataclass(slots=True)
class _Memory:
    """What is remembered of one track: its stature, where its feet stood, how tall it was when `measured`, and
    where, and where and when (`hit`) it was last seen.
    """

    stature: float = 0.0
    standing: float = 0.0
    floor: Point | None = None
    measured: tuple[float, Point] | None = None
    seen: float = 0.0
    spot: Point = (0.0, 0.0)
    hit: float = 0.0
    resting: bool = False

    def fades(self, now: float) -> bool:
        """Whether it is too old: who lies in bed may be lost from sight for a night."""
        return now - self.seen > (REST_MEMORY_SECONDS if self.resting else STATURE_MEMORY_SECONDS)


class Postures:
    """Tells the posture of each person of one room with the given `places`."""

    def __init__(self, places: tuple[Place, ...] = ()) -> None:
        self._placed = True
        self._memories: dict[int, _Memory] = {}
        self.furnish(places)

    def furnish(self, places: tuple[Place, ...]) -> None:
        """From now on these are the places of the room; nobody is in a screen."""
        self._places = tuple(place for place in places if place.kind != "screen")

    def update(
        self, persons: Iterable[Person], now: float, aspect: float, *, placed: bool = True
    ) -> tuple[Figure, ...]:
        """Return one figure per person, in the same order. `aspect` is the frame's width / height; `placed` is False
        while the places are not where they were drawn.
        """
        self._placed = placed
        figures = tuple(self._figure(person, now, aspect) for person in persons)
        stale = [track for track, memory in self._memories.items() if memory.fades(now)]
        for track in stale:
            del self._memories[track]
        return figures

    def _figure(self, person: Person, now: float, aspect: float) -> Figure:
        keypoints = person.track.pose.keypoints
        memory = self._memory(person.track)
        memory.seen = now
        if person.track.hit:
            _remember_stature(memory, keypoints)
        scale = memory.stature or 1.0
        scores = posture_scores(keypoints, scale)
        posture = max(scores, key=lambda posture: scores[posture]) if any(scores.values()) else Posture.UNKNOWN
        if person.track.hit and posture is Posture.UPRIGHT:
            _remember_standing(memory, person.track.pose)
        if person.track.hit and posture is not Posture.UNKNOWN:
            memory.spot, memory.hit = torso_middle(person.track.pose), now
            memory.resting = posture in (Posture.LYING, Posture.SEATED)
        hips = middle(keypoints, HIPS)
        return Figure(
            person=person,
            posture=posture,
            scores=scores,
            place=self._place(middle(person.track.pose.picture, HIPS), aspect),
            stature=scale,
            tilt=torso_tilt(keypoints),
            head=head_of(keypoints),
            shoulders=middle(keypoints, SHOULDERS),
            hips=hips,
            feet=middle(keypoints, ANKLES),
            floor=memory.floor,
            raised=raised(hips, memory.floor, memory.stature),
            leaving=touches_edge(person.track.pose.picture, aspect),
            cut=_is_cut(person.track.pose.picture, aspect),
            below=_is_below(person.track.pose.picture),
        )

    def _memory(self, track: Track) -> _Memory:
        """What is known of this track, or of the resting body that was lost where it begins."""
        if track.id not in self._memories:
            known = [memory for memory in self._memories.values() if _continues(memory, track)]
            nearest = min(known, key=lambda memory: distance(memory.spot, track.origin), default=None)
            self._memories[track.id] = replace(nearest) if nearest else _Memory()
        return self._memories[track.id]

    def _place(self, hips: Point | None, aspect: float) -> Place | None:
        """The place where the hips are; beds and seats go before the floor they stand on."""
        if hips is None or not self._placed:
            return None
        y, x = hips[0], hips[1] / aspect
        found = [place for place in self._places if contains(place.polygon, (x, y))]
        return min(found, key=lambda place: place.kind == "floor", default=None)


def _is_cut(keypoints: Keypoints, aspect: float) -> bool:
    seen = (keypoints.item(each, 1) for each in TORSO if keypoints.item(each, 2) >= SEEN)
    return any(not EDGE < x < aspect - EDGE for x in seen)


def _is_below(keypoints: Keypoints) -> bool:
    """Whatever their score: what the lower edge cuts off is told of just above it, and scores low."""
    ankles, hips = (float(keypoints[list(pair), 0].mean()) for pair in (ANKLES, HIPS))
    return ankles >= FEET_BELOW or hips >= HIPS_BELOW


def _continues(memory: _Memory, track: Track) -> bool:
    """Whether the track that has begun is the body that is remembered: found again in its bed, or lost in a fall."""
    if not memory.stature or memory.hit >= track.born:
        return False
    away = distance(memory.spot, track.origin) / memory.stature
    if memory.resting and away < SAME_SPOT:
        return True
    return track.born - memory.hit <= SWITCH_SECONDS and away < SWITCH_STATURES


class Steady:
    """The posture that scored best of late, of each track: what is shown of a body, where `Figure.posture` is of one
    frame. Taking note of the same figures twice changes nothing.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[float, Posture, dict[Posture, float]]] = {}

    def postures(self, figures: Iterable[Figure]) -> tuple[Posture, ...]:
        """Return one posture per figure, in the same order, and forget who is no longer there."""
        self._known = {figure.person.track.id: self._held(figure) for figure in figures}
        return tuple(posture for _, posture, _ in self._known.values())

    def _held(self, figure: Figure) -> tuple[float, Posture, dict[Posture, float]]:
        track = figure.person.track
        before, held, known = self._known.get(track.id, (track.seen, figure.posture, figure.scores))
        share = 1 - exp((before - track.seen) / FADE_SECONDS)
        scores = {posture: old + share * (figure.scores[posture] - old) for posture, old in known.items()}
        best = max(scores, key=lambda posture: scores[posture])
        if not any(scores.values()):
            held = Posture.UNKNOWN
        elif scores[best] - scores.get(held, 0.0) > (0.0 if best is Posture.LYING else MARGIN):
            held = best
        return track.seen, held, scores


def _remember_stature(memory: _Memory, keypoints: Keypoints) -> None:
    """Guess the stature of somebody who was never seen standing; who was keeps that, however short he looks lying."""
    seen = stature(keypoints)
    if seen is None or mean_score(keypoints, TORSO) < READABLE:
        return
    if memory.standing or (memory.stature and (torso_tilt(keypoints) or 0.0) > ERECT_DEGREES):
        return
    gap = seen - memory.stature
    memory.stature += gap * (1.0 if not memory.stature else STATURE_RISE if gap > 0 else STATURE_FALL)


def _remember_standing(memory: _Memory, pose: Pose) -> None:
    """A standing body shows its stature and the floor: both are taken from it, so that walking nearer is followed.

    Only a body that is wholly in the picture, since where the head is cut off its keypoints are guesses, and straight:
    who begins to bend or to sit would seem to shrink, and to stand elsewhere.
    """
    feet, head, hips = (middle(pose.keypoints, which) for which in (ANKLES, HEAD, HIPS))
    if feet is None or head is None or hips is None or not head[0] < feet[0] or not is_whole(pose.picture):
        return
    straight = feet[0] - hips[0] > STRAIGHT * (feet[0] - head[0])
    if not straight or (torso_tilt(pose.keypoints) or 0.0) > STRAIGHT_DEGREES:
        return
    tall = distance(feet, head) / HEAD_TO_ANKLES
    if _has_sat_down(memory, tall, feet):
        return
    memory.standing = tall if not memory.standing else memory.standing + 0.2 * (tall - memory.standing)
    memory.stature = memory.standing
    memory.floor = feet
    _measure(memory, feet)


def is_whole(keypoints: Keypoints) -> bool:
    """Whether somebody who stands is in the picture from head to ankles: what is cut off is a guess."""
    feet, head = middle(keypoints, ANKLES), middle(keypoints, HEAD)
    return feet is not None and head is not None and head[0] > 0 and feet[0] < 1


def _has_sat_down(memory: _Memory, tall: float, feet: Point) -> bool:
    """Whether a body that looks as if it stood straight is too short for where its feet are: it sits and faces the
    camera. Whoever goes away looks shorter too, but then the feet go up in the picture.
    """
    if memory.measured is None or distance(feet, memory.measured[1]) > memory.measured[0]:
        return False
    before, where = memory.measured
    return tall < (1 - SHRUNK) * before - DEEPER * max(0.0, where[0] - feet[0])


def _measure(memory: _Memory, feet: Point) -> None:
    """Keep the greatest stature of late, and where it was: another place, another stature."""
    known = memory.measured
    if known is None or memory.standing >= known[0] or distance(feet, known[1]) > STEPPED * memory.standing:
        memory.measured = memory.standing, feet


def height_above(hips: Point | None, floor: Point | None, tall: float) -> float | None:
    """How far the hips are above the feet's last place, in statures; None where one is unknown, or not near there."""
    if hips is None or floor is None or abs(floor[1] - hips[1]) >= tall:
        return None
    return (floor[0] - hips[0]) / tall


def raised(hips: Point | None, floor: Point | None, tall: float) -> bool:
    """Whether the hips are held well above where the feet stood, and near there; False where one of both is unknown."""
    height = height_above(hips, floor, tall)
    return height is not None and height > RAISED


def ramp(value: float, low: float, high: float) -> float:
    """0 at `low`, 1 at `high` (which may be the smaller), straight between."""
    return min(1.0, max(0.0, (value - low) / (high - low)))


def posture_scores(keypoints: Keypoints, scale: float) -> dict[Posture, float]:
    """Scores of the four postures, summing to 1, or all 0 where the torso is not readable.

    `scale` is the person's stature in frame heights. Every measure is a fraction of it, so that children and the far
    end of the room are judged alike.
    """
    nothing = {Posture.UPRIGHT: 0.0, Posture.BENT: 0.0, Posture.SEATED: 0.0, Posture.LYING: 0.0}
    tilt, box, hips = torso_tilt(keypoints), extent(keypoints), middle(keypoints, HIPS)
    head = head_of(keypoints)
    if tilt is None or box is None or hips is None or head is None or mean_score(keypoints, TORSO) < READABLE:
        return nothing
    tall, held = box.height / scale, hips_held(keypoints, hips, box, scale)
    sat = (hips[0] - head[0]) / scale
    erect = ramp(tilt, 50, 30)
    leaning = ramp(tilt, 25, 45)
    flat = max(ramp(tilt, 45, 70), ramp(sat, 0.28, 0.12))
    low = ramp(tall, 0.55, 0.42)
    raw = {
        Posture.UPRIGHT: erect * ramp(held, 0.28, 0.4) * ramp(tall, 0.5, 0.7),
        Posture.BENT: max(leaning, ramp(sat, 0.35, 0.2)) * ramp(held, 0.14, 0.26),
        Posture.SEATED: erect * ramp(held, 0.4, 0.28) * ramp(sat, 0.12, 0.25),
        Posture.LYING: flat * low * ramp(held, 0.3, 0.16),
    }
    total = sum(raw.values())
    return {posture: score / total for posture, score in raw.items()} if total > 0 else nothing


def hips_held(keypoints: Keypoints, hips: Point, box: Box, scale: float) -> float:
    """How far the legs hold the hips up, in statures: above the ankles, or twice above the knees where feet are hidden.

    About 0.5 standing, 0.25 on a chair, 0.2 on all fours (knees), 0 lying. Legs that are not seen at all hold nothing
    up if the rest of the body is flat.
    """
    ankles, knees = middle(keypoints, ANKLES), middle(keypoints, KNEES)
    above_knees = None if knees is None else (knees[0] - hips[0]) / scale
    above_ankles = None if ankles is None else (ankles[0] - hips[0]) / scale
    if above_knees is not None:
        return max(above_knees, above_ankles or 0.0) if above_ankles is not None else 2 * max(0.0, above_knees)
    if above_ankles is not None:
        return max(0.0, above_ankles)
    return 0.5 if box.height > box.width else 0.0
