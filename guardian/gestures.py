"""One arm held up, or waved, by somebody who sits or is on the floor: a call for help without a button.

Up in the picture is up in the room, once poses are turned upright (roll.py). So a hand that is well above head,
shoulders and hips is held up, whichever way the body sits or lies, and an arm that only rests beside a body that lies
with its head towards the camera is not: its hand is no higher than the hips. Two hands up are no call: so one
stretches, puts on a pullover, reads lying down. Nor is a hand at the head, where hair is dried and telephones are held.
What is left is told from everyday life by how long it goes on: whoever reaches for something, stretches or greets
lowers the arm sooner. Whoever stands can come to the button.
Lengths are in statures (posture.py), which no raised arm changes. Limits were chosen on simulated and drawn arms, and
judged on others (docs/behaviour.md).
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import hypot
from statistics import median

from guardian.course import UPRIGHT_SECONDS
from guardian.events import HelpGestured, PersonEvent, PersonRecovered
from guardian.geometry import Point, distance, middle, torso_tilt
from guardian.posture import HEAD_TO_ANKLES, Figure, Posture
from guardian.skeleton import ANKLES, HEAD, HIPS, KNEES, SHOULDERS, Keypoint, Keypoints
from guardian.tracking import TrackState, torso_middle

ARMS = ((Keypoint.LEFT_ELBOW, Keypoint.LEFT_WRIST), (Keypoint.RIGHT_ELBOW, Keypoint.RIGHT_WRIST))
LEAST = 0.3
"""Least score of a wrist that is believed: on rendered bodies 0.4 to 0.8 where it is held up, and 0.15 to 0.3 where the
eye has lost a raised hand and takes it for one in the lap, which it does for seconds at a time."""
SHORT, THIGHS = 0.87, 0.8
"""Who is shorter from head to ankles than this share of what it would be standing, or whose thighs take less of the
picture's height than this share of what the shanks take, does not stand. What the eye sees of rendered bodies: seated
0.6 to 0.83, or thighs of -0.2 to 0.8; standing 0.95 to 1 and 0.87 to 1.5. It cannot be told of somebody on a low chair
who faces a camera that looks down steeply: thighs of 0.8 to 1."""
LIES_DEGREES = 50.0
FRAMES, LATE = 4, 0.3
"""So few frames are enough, since the eye looks once a second where nothing moves, as an arm that is held still; and by
so many seconds the first of them may be late."""
MOST_STEP = 1.5
"""What was not seen for longer was not up meanwhile."""
LOW = 0.7
"""Least share of the frames in which the body does not stand."""
MARGIN = 0.05
"""By so much less than asked for may the hand be over everything in a single frame."""
APART_AT_LEAST = 0.1
SWING = 0.08
"""So far from one side to the other is a swing: that of a forearm of 0.15 statures which leans 15 degrees to each."""
WINDOW_SECONDS = 5.0
AGAIN_SECONDS = 6.0
"""After so long an arm that is still up, or up again, calls again: then help is called at once."""
FORGET_SECONDS, GONE = 60.0, 0.6
"""Who is on the feet within so long of a call, and has gone so many statures from where it came, has withdrawn it. Only
to look upright is not enough: so does many a one who sits."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an arm must do for so many `seconds`, lengths in statures, mostly: the hand `over` head, shoulders and hips,
    the `elbow` over the shoulders, the hand `apart` above the other one and `clear` of the head. `share` is the share
    of the time in which the hand is up, `strays` how far the body may go meanwhile, `swings` how often the hand goes to
    or fro.
    """

    seconds: float
    over: float
    elbow: float
    apart: float
    clear: float
    share: float
    strays: float
    swings: int = 0


HELD = Limits(5.0, over=0.05, elbow=-0.02, apart=0.15, clear=0.14, share=0.85, strays=0.1)
"""An arm of 0.33 statures brings the hand 0.13 above the eyes, which are 0.12 above the shoulders, even where it leans
by 40 degrees; a hand at the crown is 0.08 above them, and no more than 0.1 away."""
WAVED = Limits(5.0, over=0.02, elbow=-0.03, apart=0.2, clear=0.13, share=0.8, strays=0.1, swings=6)
LYING = Limits(5.0, over=0.19, elbow=0.03, apart=0.1, clear=0.25, share=0.65, strays=0.2)
"""An arm on the floor that points away from the camera goes up in the picture too, by 0.33 statures times the sine of
the angle by which the camera looks down on it, 0.19 at 35 degrees; one held up by 0.33 times its cosine, 0.27."""


@dataclass(frozen=True, slots=True)
class Glance:
    """One frame of one body, lengths in statures: how far the higher hand is `over` head, shoulders and hips, its
    `elbow` over the shoulders, and `apart` above the other hand; where it is as seen from the shoulders (`hand`) and
    from the `head`, down and to the right; where in the picture the shoulders are (`trunk`). `low` tells that the body
    does not stand, `lies` that its torso is more level than upright.
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
    """What the frame shows of the arms; None where it does not show whether a hand is up.

    Which hand is up is decided anew in each frame: the eye takes left for right now and then.
    """
    keypoints, scale = figure.person.track.pose.keypoints, figure.stature
    shoulders, head, hips = (middle(keypoints, which) for which in (SHOULDERS, HEAD, HIPS))
    arms = [pair for pair in ARMS if keypoints.item(pair[1], 2) >= LEAST]
    if shoulders is None or hips is None or head is None or not arms:
        return None
    elbow, wrist = min(arms, key=lambda pair: keypoints.item(pair[1], 0))
    other = next(each for _, each in ARMS if each is not wrist)
    y, x = keypoints.item(wrist, 0), keypoints.item(wrist, 1)
    over = (min(shoulders[0], head[0], hips[0]) - y) / scale
    if over < 0 and len(arms) < len(ARMS):
        return None
    return Glance(
        time=now,
        low=is_low(keypoints, scale),
        lies=(torso_tilt(keypoints) or 0.0) > LIES_DEGREES,
        over=over,
        elbow=(shoulders[0] - keypoints.item(elbow, 0)) / scale,
        apart=(keypoints.item(other, 0) - y) / scale,
        hand=((y - shoulders[0]) / scale, (x - shoulders[1]) / scale),
        head=((y - head[0]) / scale, (x - head[1]) / scale),
        trunk=(shoulders[0] / scale, shoulders[1] / scale),
    )


def is_low(keypoints: Keypoints, stature: float) -> bool:
    """Whether a body of this stature (frame heights) does not stand; False where its legs are not seen.

    Its posture does not tell: a raised arm makes it taller, and who sits facing the camera may look upright.
    """
    head, hips, knees, feet = (middle(keypoints, which) for which in (HEAD, HIPS, KNEES, ANKLES))
    if head is None or feet is None:
        return (torso_tilt(keypoints) or 0.0) > LIES_DEGREES
    if feet[0] - head[0] < SHORT * HEAD_TO_ANKLES * stature:
        return True
    return hips is not None and knees is not None and knees[0] - hips[0] < THIGHS * (feet[0] - knees[0])


@dataclass(slots=True)
class _Memory:
    """The last glances at one body; when it last called, and from where, until it has got up; since when it stands."""

    glances: deque[Glance] = field(default_factory=deque)
    told: float = float("-inf")
    spot: Point | None = None
    upright: float | None = None


class Gestures:
    """Watches the arms of everybody in one room. Tells nothing where it is not `on`."""

    def __init__(self, room: str, *, on: bool = True) -> None:
        self._room, self._on = room, on
        self._memories: dict[int, _Memory] = {}

    def update(self, figures: Iterable[Figure], now: float) -> tuple[PersonEvent, ...]:
        """Take all figures of the frame captured at `now`; return who calls for help, and who has got up since."""
        if not self._on:
            return ()
        seen = {each.person.track.id: each for each in figures if each.person.track.state is not TrackState.TENTATIVE}
        self._memories = {track: self._memories.get(track) or _Memory() for track in seen}
        return tuple(event for track, each in seen.items() for event in self._follow(self._memories[track], each, now))

    def _follow(self, memory: _Memory, figure: Figure, now: float) -> Iterator[PersonEvent]:
        if not figure.person.track.hit:
            return
        found = glance(figure, now)
        if found is not None:
            memory.glances.append(found)
        while memory.glances and now - memory.glances[0].time > WINDOW_SECONDS + LATE:
            memory.glances.popleft()
        told = sentence(memory.glances, now) if found is not None and now - memory.told >= AGAIN_SECONDS else ""
        if told:
            memory.told, memory.spot = now, torso_middle(figure.person.track.pose)
            yield self._event(HelpGestured, figure, now, told)
        if _has_gone(memory, figure, now):
            memory.spot = None
            yield self._event(PersonRecovered, figure, now, "Is on the feet again since the arm was raised.")

    def _event(self, kind: type[PersonEvent], figure: Figure, now: float, reason: str) -> PersonEvent:
        return kind(
            time=now,
            room=self._room,
            reasons=(reason,),
            track=figure.person.track.id,
            person=figure.person.name,
            place=figure.place.name if figure.place else None,
        )


def _has_gone(memory: _Memory, figure: Figure, now: float) -> bool:
    """Whether somebody who called has got up since, and gone away from there."""
    if memory.spot is None or now - memory.told > FORGET_SECONDS:
        return False
    if figure.posture is not Posture.UPRIGHT:
        memory.upright = None
        return False
    memory.upright = now if memory.upright is None else memory.upright
    gone = distance(memory.spot, torso_middle(figure.person.track.pose))
    return now - memory.upright >= UPRIGHT_SECONDS and gone >= GONE * figure.stature


def sentence(glances: Sequence[Glance], now: float) -> str:
    """What a caregiver is told of these glances; empty where nobody calls for help."""
    if sum(each.lies for each in glances) * 2 >= len(glances):
        return f"Lies and holds an arm up for {LYING.seconds:.0f} s." if calls(glances, now, LYING) else ""
    if calls(glances, now, WAVED):
        return f"Sits and waves a raised arm for {WAVED.seconds:.0f} s."
    return f"Sits and holds an arm up for {HELD.seconds:.0f} s." if calls(glances, now, HELD) else ""


def calls(glances: Iterable[Glance], now: float, limits: Limits) -> bool:
    """Whether one arm has done all of the time what these limits ask for, up to `now`."""
    few = [each for each in glances if now - each.time <= limits.seconds + LATE]
    if len(few) < FRAMES or few[-1].time - few[0].time < limits.seconds - LATE:
        return False
    up = [each.over >= limits.over - MARGIN and each.apart >= APART_AT_LEAST for each in few]
    return (
        _share(few, up) >= limits.share
        and sum(each.low or each.lies for each in few) >= LOW * len(few)
        and median(each.over for each in few) >= limits.over
        and median(each.elbow for each in few) >= limits.elbow
        and median(each.apart for each in few) >= limits.apart
        and hypot(*(median(each.head[axis] for each in few) for axis in (0, 1))) >= limits.clear
        and _strays([each.trunk for each in few]) <= limits.strays
        and max(swings([each.hand[axis] for each in few], SWING) for axis in (0, 1)) >= limits.swings
    )


def _share(few: Sequence[Glance], holds: Sequence[bool]) -> float:
    """In which share of the time something holds: where nothing moves frames are rare, and count for more."""
    times = [each.time for each in few]
    steps = [min(after - before, MOST_STEP) for before, after in pairwise(times)]
    return sum(step for step, held in zip(steps, holds[1:], strict=True) if held) / (times[-1] - times[0])


def _strays(places: Sequence[tuple[float, float]]) -> float:
    """How far from its middle place the body was most of the time."""
    y, x = (median(place[axis] for place in places) for axis in (0, 1))
    return median(hypot(place[0] - y, place[1] - x) for place in places)


def swings(places: Sequence[float], least: float) -> int:
    """How many times a series of places goes to or fro by at least so much."""
    count, way, turn = 0, 0, places[0]
    lowest = highest = places[0]
    for place in places:
        if way == 0:
            lowest, highest = min(lowest, place), max(highest, place)
            turned = highest - lowest >= least
            way = (1 if place == highest else -1) if turned else 0
        else:
            turned = (turn - place) * way >= least
            way = -way if turned else way
        if turned or (place - turn) * way > 0:
            turn = place
        count += turned
    return count
