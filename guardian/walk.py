"""The walk test: whether, in each room and at each place of it, somebody was seen, how long, how surely and how tall.

Looks at a room go in, ticks come out. It takes what the box itself takes for a person, and measures nothing but that.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from guardian.gauge import gauge, readable
from guardian.geometry import mean_score
from guardian.ground import EYES
from guardian.optics import Optics
from guardian.settings import Place
from guardian.skeleton import TORSO, Keypoints, Pose

ROOM_SECONDS, PLACE_SECONDS = 10.0, 3.0
"""Being seen for so long is a tick: a room is walked through, at a place one only has to be."""
MOST_STEP_SECONDS = 1.0
"""Between two looks that are further apart nothing is known."""
LEAST_LOOKS = 8
BENT_ERROR, LEARNT_ERROR = 0.07, 0.1
"""Shares of the stature. The first of a camera of which the height is configured: who walks stoops, and the rendered
old women of the demonstration and the test scenes come out 5 to 6 % short. The second of one that learnt it from people
as if they were of usual stature, which they are to 7 % (guardian/ground.py), on top of that.
"""
SURE = 1.0
"""How sure the optics are that are configured."""
NO_PERSON = frozenset({"screen", "exit", "door"})
"""Places in which nobody stays: what moves on a screen is no person, and through a door one walks."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where somebody is to go: a room, or a `place` of it ("" is the room itself)."""

    room: str
    place: str = ""

    @property
    def seconds(self) -> float:
        """For how long one has to be seen there."""
        return PLACE_SECONDS if self.place else ROOM_SECONDS


def targets(room: str, places: Iterable[Place]) -> tuple[Target, ...]:
    """Where to go in a room: first about it, then to each place where one may be."""
    names = dict.fromkeys(place.name for place in places if place.kind not in NO_PERSON)
    return (Target(room), *(Target(room, name) for name in names))


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """Somebody who is seen: `keypoints` (17, 3) as in skeleton.Pose, the word for the posture, and the place or ""."""

    keypoints: Keypoints
    posture: str
    place: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One look at a room, as web.household.LookShown and RoomShown have it."""

    room: str
    time: float
    frame: int
    brightness: float
    aspect: float
    bodies: tuple[Body, ...] = ()
    optics: Optics | None = None
    sure: float = 0.0
    turn: float = 0.0


@dataclass(frozen=True, slots=True)
class Stature:
    """How tall somebody is over the floor, in metres, give or take `error`. `learnt` tells that the camera's height is
    not configured but learnt from people, as if they were of usual stature: then it says little.
    """

    metres: float
    error: float
    looks: int
    learnt: bool


@dataclass(frozen=True, slots=True, eq=False)
class Tick:
    """What was seen at a target: for how many seconds, in how many looks, how surely (`torso`, mean score of shoulders
    and hips, 0-1), in which posture mostly; `figure` is the look that was seen best. `expected` and `missed` are the
    seconds for which somebody was to be there after the first sight of them, and those of them in which nobody was seen
    in the room; `gap` is the longest time without anybody.
    """

    target: Target
    seconds: float = 0.0
    looks: int = 0
    torso: float = 0.0
    posture: str = ""
    figure: Keypoints | None = None
    expected: float = 0.0
    missed: float = 0.0
    gap: float = 0.0

    @property
    def done(self) -> bool:
        """Whether somebody was seen there for long enough."""
        return self.seconds >= self.target.seconds


@dataclass(frozen=True, slots=True)
class RoomSeen:
    """What a room was like meanwhile: `fps` frames a second, `brightness` (0-1) at the darkest and on average, how many
    people were there at most, and how tall the one who walked is, where that can be told.
    """

    room: str
    fps: float = 0.0
    brightness: float = 0.0
    darkest: float = 0.0
    most_people: int = 0
    stature: Stature | None = None


Postures: TypeAlias = dict[str, int]


@dataclass(slots=True)
class _Notes:
    """What is remembered of one room."""

    last: Look | None = None
    frames: int = 0
    seconds: float = 0.0
    bright: list[float] = field(default_factory=list)
    most: int = 0
    statures: list[float] = field(default_factory=list)
    sure: float = 0.0
    empty: float = 0.0


class Walk:
    """Follows somebody from target to target. `current` is where they are to be, or None."""

    def __init__(self, wanted: Sequence[Target]) -> None:
        self._ticks = {target: Tick(target) for target in wanted}
        self._postures: dict[Target, Postures] = {target: {} for target in wanted}
        self._notes = {target.room: _Notes() for target in wanted}
        self.current: Target | None = None

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """Every target, in order."""
        return tuple(self._ticks.values())

    @property
    def left(self) -> tuple[Target, ...]:
        """Where nobody was seen for long enough yet."""
        return tuple(tick.target for tick in self.ticks if not tick.done)

    @property
    def rooms(self) -> tuple[RoomSeen, ...]:
        """What each room was like, in order."""
        return tuple(_room_seen(room, notes) for room, notes in self._notes.items())

    def go_to(self, target: Target | None) -> None:
        """From now on somebody is to be there."""
        self.current = target
        for notes in self._notes.values():
            notes.empty = 0.0

    def update(self, look: Look) -> tuple[Target, ...]:
        """Take one look at a room; return which targets it completes. The same look twice is none."""
        notes = self._notes.get(look.room)
        if notes is None or (notes.last is not None and look.time <= notes.last.time):
            return ()
        step = 0.0 if notes.last is None else look.time - notes.last.time
        step = step if step <= MOST_STEP_SECONDS else 0.0
        _note(notes, look, step)
        before = {tick.target for tick in self.ticks if tick.done}
        self._expect(look, notes, step)
        if look.bodies:
            best = max(look.bodies, key=_torso)
            self._see(Target(look.room), best, step)
            for place in dict.fromkeys(body.place for body in look.bodies if body.place):
                there = [body for body in look.bodies if body.place == place]
                self._see(Target(look.room, place), max(there, key=_torso), step)
        return tuple(tick.target for tick in self.ticks if tick.done and tick.target not in before)

    def _see(self, target: Target, body: Body, step: float) -> None:
        tick = self._ticks.get(target)
        if tick is None:
            return
        torso, postures = _torso(body), self._postures[target]
        postures[body.posture] = postures.get(body.posture, 0) + 1
        better = tick.figure is None or torso > mean_score(tick.figure, TORSO)
        self._ticks[target] = replace(
            tick,
            seconds=tick.seconds + step,
            looks=tick.looks + 1,
            torso=tick.torso + (torso - tick.torso) / (tick.looks + 1),
            posture=max(postures, key=lambda word: postures[word]),
            figure=body.keypoints if better else tick.figure,
        )

    def _expect(self, look: Look, notes: _Notes, step: float) -> None:
        """Count for how long somebody who is to be in the room is not seen, once they were."""
        if self.current is None or self.current.room != look.room:
            return
        tick = self._ticks[self.current]
        if not look.bodies and not tick.expected:
            return
        notes.empty = 0.0 if look.bodies else notes.empty + step
        missed = 0.0 if look.bodies else step
        self._ticks[self.current] = replace(
            tick, expected=tick.expected + step, missed=tick.missed + missed, gap=max(tick.gap, notes.empty)
        )


def _torso(body: Body) -> float:
    return mean_score(body.keypoints, TORSO)


def _note(notes: _Notes, look: Look, step: float) -> None:
    """Remember what the look says of the room and of who stands in it."""
    if notes.last is not None and look.frame >= notes.last.frame and step:
        notes.frames += look.frame - notes.last.frame
        notes.seconds += step
    notes.last = look
    notes.bright.append(look.brightness)
    notes.most = max(notes.most, len(look.bodies))
    if look.optics is None or look.turn or len(look.bodies) != 1:
        return
    (body,) = look.bodies
    if body.posture == "upright" and readable(Pose(body.keypoints, 1.0), look.aspect):
        eyes = gauge([look.time], [body.keypoints], look.optics).eyes
        notes.statures += [float(each) / EYES for each in eyes]
        notes.sure = look.sure


def _room_seen(room: str, notes: _Notes) -> RoomSeen:
    bright = notes.bright or [0.0]
    return RoomSeen(
        room=room,
        fps=notes.frames / notes.seconds if notes.seconds else 0.0,
        brightness=float(np.mean(bright)),
        darkest=min(bright),
        most_people=notes.most,
        stature=_stature(notes),
    )


def _stature(notes: _Notes) -> Stature | None:
    """The middle of what was measured; as unsure as single looks differ, and as what it is measured with."""
    if len(notes.statures) < LEAST_LOOKS:
        return None
    metres = float(np.median(notes.statures))
    spread = float(np.percentile(np.abs(np.array(notes.statures) - metres), 68))
    learnt = notes.sure < SURE
    error = max(spread, (LEARNT_ERROR if learnt else BENT_ERROR) * metres)
    return Stature(metres, error, len(notes.statures), learnt)
