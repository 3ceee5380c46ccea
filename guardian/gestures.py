"""One arm held up, or waved, by somebody who sits or is on the floor: a call for help without a button.

Up in the picture is up in the room, once poses are turned upright (roll.py). So a hand that is well above head, shoulders
and hips is held up, whichever way the body sits or lies, and an arm that only rests beside a body that lies with its
head towards the camera is not: its hand is no higher than the hips. Both hands up are no call: so one stretches, puts on
a pullover, reads lying down. Nor is a hand at the head, where hair is dried and telephones are held. What is left is told
from everyday life by how long it goes on. Lengths are in statures (posture.py), which no raised arm changes.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import hypot
from statistics import median

from guardian.course import UPRIGHT_SECONDS
from guardian.events import HelpGestured, PersonEvent, PersonRecovered
from guardian.geometry import middle
from guardian.posture import HEAD_TO_ANKLES, Figure, Posture, posture_scores
from guardian.skeleton import ANKLES, HEAD, HIPS, KNEES, SHOULDERS, Keypoint, Keypoints
from guardian.tracking import TrackState

ARMS = ((Keypoint.LEFT_ELBOW, Keypoint.LEFT_WRIST), (Keypoint.RIGHT_ELBOW, Keypoint.RIGHT_WRIST))
LEAST = 0.15
HELD_SECONDS, WAVED_SECONDS = 6.0, 4.0
OVER_HELD, OVER_WAVED = 0.06, 0.0
CLEAR = 0.14
ELBOW = 0.0
APART = 0.2
SHARE = 0.75
FRAMES = 4
STRAY = 0.12
SWING, SWINGS = 0.1, 5
LIES = 50.0
SHORT, THIGHS = 0.86, 0.8
AGAIN_SECONDS = 6.0


@dataclass(frozen=True, slots=True)
class Glance:
    """One frame of one body, lengths in statures: how far the higher hand is `over` head, shoulders and hips, its `elbow`
    over the shoulders, `apart` above the other hand; `hand` is where it is from the middle of the shoulders (y, x),
    `head` where the head is, `trunk` where the middle of the shoulders is in the picture. `low` tells whether the body
    sits or lies.
    """

    time: float
    low: bool
    lies: bool
    over: float
    elbow: float
    apart: float
    hand: tuple[float, float]
    head: tuple[float, float]
    trunk: tuple[float, float]


def glance(figure: Figure, now: float) -> Glance | None:
    """What the frame shows of the arms; None where no hand, or no trunk, is seen."""
    keypoints, scale = figure.person.track.pose.keypoints, figure.stature
    shoulders, head, hips = (middle(keypoints, which) for which in (SHOULDERS, HEAD, HIPS))
    arms = [pair for pair in ARMS if keypoints.item(pair[1], 2) >= LEAST]
    if shoulders is None or hips is None or head is None or not arms:
        return None
    elbow, wrist = min(arms, key=lambda pair: keypoints.item(pair[1], 0))
    other = next(each for _, each in ARMS if each is not wrist)
    y, x = keypoints.item(wrist, 0), keypoints.item(wrist, 1)
    top = min(shoulders[0], head[0], hips[0])
    return Glance(
        time=now,
        low=is_low(keypoints, scale),
        lies=figure.tilt is not None and figure.tilt > LIES,
        over=(top - y) / scale,
        elbow=(shoulders[0] - keypoints.item(elbow, 0)) / scale,
        apart=(keypoints.item(other, 0) - y) / scale,
        hand=((y - shoulders[0]) / scale, (x - shoulders[1]) / scale),
        head=((head[0] - shoulders[0]) / scale, (head[1] - shoulders[1]) / scale),
        trunk=(shoulders[0] / scale, shoulders[1] / scale),
    )


def is_low(keypoints: Keypoints, scale: float) -> bool:
    """Whether the body sits or lies: too short from head to ankles for one who stands, or by its thighs."""
    head, hips, knees, feet = (middle(keypoints, which) for which in (HEAD, HIPS, KNEES, ANKLES))
    if head is not None and feet is not None and feet[0] - head[0] < SHORT * HEAD_TO_ANKLES * scale:
        return True
    if hips is not None and knees is not None and feet is not None:
        return knees[0] - hips[0] < THIGHS * (feet[0] - knees[0])
    trunk = keypoints.copy()
    trunk[7:11, 2] = 0.0
    scores = posture_scores(trunk, scale)
    return scores[Posture.SEATED] + scores[Posture.LYING] > scores[Posture.UPRIGHT] + scores[Posture.BENT]


@dataclass(slots=True)
class _Memory:
    glances: deque[Glance] = field(default_factory=deque)
    told: float = float("-inf")


class Gestures:
    """Watches the arms of everybody in one room."""

    def __init__(self, room: str) -> None:
        self._room = room
        self._memories: dict[int, _Memory] = {}

    def update(self, figures: Iterable[Figure], now: float) -> tuple[PersonEvent, ...]:
        """Take all figures of the frame captured at `now`; return who calls for help."""
        seen = {each.person.track.id: each for each in figures if each.person.track.state is TrackState.CONFIRMED}
        self._memories = {track: self._memories.get(track, _Memory()) for track in seen}
        return tuple(event for track, figure in seen.items() for event in self._follow(self._memories[track], figure, now))

    def _follow(self, memory: _Memory, figure: Figure, now: float) -> Iterator[PersonEvent]:
        found = glance(figure, now) if figure.person.track.hit else None
        if found is not None:
            memory.glances.append(found)
        while memory.glances and now - memory.glances[0].time > HELD_SECONDS + 0.5:
            memory.glances.popleft()
        if now - memory.told < AGAIN_SECONDS:
            return
        way = held(memory.glances, now) or waved(memory.glances, now)
        if way:
            memory.told = now
            yield HelpGestured(time=now, room=self._room, reasons=(way,), track=figure.person.track.id)


def recent(glances: Iterable[Glance], now: float, seconds: float) -> list[Glance]:
    return [each for each in glances if now - each.time <= seconds + 0.3]


def raised(few: list[Glance], seconds: float, over: float) -> bool:
    if len(few) < FRAMES or few[-1].time - few[0].time < seconds - 0.3:
        return False
    n = len(few)
    y, x = (median(each.hand[axis] - each.head[axis] for each in few) for axis in (0, 1))
    return (
        sum(each.low for each in few) >= SHARE * n
        and sum(each.over >= over - 0.06 and each.apart >= 0.1 for each in few) >= SHARE * n
        and median(each.over for each in few) >= over
        and median(each.elbow for each in few) >= ELBOW
        and median(each.apart for each in few) >= APART
        and hypot(y, x) >= CLEAR
        and _strays(few) <= STRAY
    )


def _strays(few: list[Glance]) -> float:
    ys, xs = zip(*(each.trunk for each in few), strict=True)
    my, mx = median(ys), median(xs)
    return median(hypot(y - my, x - mx) for y, x in zip(ys, xs, strict=True))


def held(glances: Iterable[Glance], now: float) -> str:
    few = recent(glances, now, HELD_SECONDS)
    return "held" if raised(few, HELD_SECONDS, OVER_HELD) else ""


def waved(glances: Iterable[Glance], now: float) -> str:
    few = recent(glances, now, WAVED_SECONDS)
    if not raised(few, WAVED_SECONDS, OVER_WAVED):
        return ""
    return "waved" if swings([each.hand[1] for each in few], SWING) >= SWINGS else ""


def swings(places: list[float], least: float) -> int:
    """How many times a series goes to or fro by at least so much."""
    count, way, low, high = 0, 0, places[0], places[0]
    for place in places:
        low, high = min(low, place), max(high, place)
        if way <= 0 and place - low >= least:
            count, way, high = count + 1, 1, place
        elif way >= 0 and high - place >= least:
            count, way, low = count + 1, -1, place
        if way > 0:
            high = max(high, place); low = high if place == high else low
        if way < 0:
            low = min(low, place)
    return count
