"""What people do with their arms while they sit, lie or stand: calls for help, and what one does every day.

A movement is a few reaches of each arm. A place to reach for is seen from its own shoulder, in arm lengths, on the left
side of the body: outward, up along the chest, forward; or, for calls for help, outward, up in the room, forward. Where
head and mouth are follows from adult proportions (Drillis and Contini 1966): shoulders 0.26 of the stature apart, eyes
0.12 above them, an arm up to the wrist 0.33 long.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.lab.animate import Segment, ease
from guardian.lab.figure import Figure, Skeleton
from guardian.lab.rotation import from_vector, unit

Array: TypeAlias = NDArray[np.float64]
Sides: TypeAlias = Literal["left", "right", "both"]

CROWN, BROW, EAR, MOUTH, NAPE = (
    (-0.38, 0.62, 0.05),
    (-0.32, 0.45, 0.28),
    (-0.14, 0.42, 0.08),
    (-0.36, 0.24, 0.36),
    (-0.30, 0.42, -0.18),
)
OUT: Array = np.array([-1.0, 1.0, 1.0])
"""Mirrors a place from the left side to the right one."""
LEVEL = 0.08
"""Shoulders that differ in height by more, metres, are those of a body on its side: it raises the upper arm."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One arm (0 left, 1 right) goes to `place` from `begin` on, in `rise` seconds, and is back at `end`.

    There it swings by `swing` to each side, `rate` times a second. `room` tells that up is up in the room.
    """

    arm: int
    begin: float
    end: float
    place: tuple[float, float, float]
    swing: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rate: float = 0.0
    rise: float = 0.8
    room: bool = False

    @property
    def cuts(self) -> tuple[float, ...]:
        """When it begins, is there, leaves, and is back."""
        rise = min(self.rise, (self.end - self.begin) / 2)
        return self.begin, self.begin + rise, self.end - rise, self.end

    def share(self, time: float) -> float:
        """How far the arm is there, 0-1."""
        begin, there, leaves, end = self.cuts
        return ease((time - begin) / max(1e-6, there - begin)) * ease((end - time) / max(1e-6, end - leaves))

    def moves(self, begin: float, end: float) -> bool:
        """Whether the arm moves within that stretch between two cuts."""
        start, there, leaves, back = self.cuts
        holds = there <= begin and end <= leaves and not self.rate
        return begin < back and end > start and not holds

    def target(self, time: float, figure: Figure) -> Array:
        """Where the wrist is to be, in the chest's frame."""
        wave = np.sin(2 * np.pi * self.rate * (time - self.begin)) if self.rate else 0.0
        place = (np.array(self.place) + np.array(self.swing) * wave) * (OUT if self.arm else 1.0)
        return np.asarray(upright(figure).T @ place if self.room else place)


def upright(figure: Figure) -> Array:
    """The rotation from the chest's frame to one that stands upright in the room, its y up: the shortest one."""
    up = figure.chest.T @ np.array([0.0, 1.0, 0.0])
    axis = np.cross(np.array([0.0, 1.0, 0.0]), up)
    angle = float(np.arctan2(np.linalg.norm(axis), up[1]))
    turn: Array = from_vector(unit(axis) * angle).T
    return turn


def reaching(figure: Figure, reaches: Sequence[Reach], time: float) -> Figure:
    """The figure with its arms where these reaches have them at `time`."""
    hands, elbows = figure.hands.copy(), figure.elbows.copy()
    for each in reaches:
        share = each.share(time)
        pole = np.array([0.6, -0.7, -0.2]) * (OUT if each.arm else 1.0)
        hands[each.arm] = hands[each.arm] * (1 - share) + each.target(time, figure) * share
        elbows[each.arm] = elbows[each.arm] * (1 - share) + pole * share
    return replace(figure, hands=hands, elbows=elbows)


def segments(figure: Figure, reaches: Sequence[Reach], seconds: float) -> list[Segment]:
    """The stretches of a movement; a stretch in which no arm moves is still, as the motion gate will find it."""
    cuts = sorted({0.0, seconds, *(min(max(cut, 0.0), seconds) for each in reaches for cut in each.cuts)})
    return [_stretch(figure, reaches, a, b) for a, b in pairwise(cuts)]


def _stretch(figure: Figure, reaches: Sequence[Reach], begin: float, end: float) -> Segment:
    if not any(each.moves(begin, end) for each in reaches):
        held = reaching(figure, reaches, (begin + end) / 2)
        return Segment(end - begin, lambda _: held)
    return Segment(end - begin, lambda t: reaching(figure, reaches, begin + t))


def upper_arm(skeleton: Skeleton, figure: Figure) -> int | None:
    """Which arm is the upper one of a body on its side; None where neither is."""
    transforms = skeleton.transforms(figure)
    bones = {name: number for number, name in enumerate(skeleton.body.mesh.bones)}
    left, right = (
        float((transforms[bones[name]] @ np.append(skeleton.body.joints[name], 1.0))[1])
        for name in ("upperarm_l", "upperarm_r")
    )
    return None if abs(left - right) < LEVEL else int(right > left)


Doing: TypeAlias = Callable[[np.random.Generator, tuple[int, ...], float], list[Reach]]
"""Makes the reaches of these arms that fill so many seconds."""


def _u(random: np.random.Generator, low: float, high: float) -> float:
    return float(random.uniform(low, high))


def _raised(random: np.random.Generator) -> tuple[float, float, float]:
    """Up in the room, as far as the shoulder goes: many old arms stay 40 degrees short of the vertical."""
    off, way, reach = np.radians(_u(random, 0, 40)), np.radians(_u(random, -20, 100)), _u(random, 0.85, 1.0)
    return reach * np.sin(off) * np.cos(way), reach * np.cos(off), reach * np.sin(off) * np.sin(way)


def _hold_up(random: np.random.Generator, arms: tuple[int, ...], seconds: float) -> list[Reach]:
    """The arm straight up and kept there."""
    place, rise = _raised(random), _u(random, 0.7, 1.5)
    return [Reach(arm, 0.0, seconds, place, rise=rise, room=True) for arm in arms]


def _wave(random: np.random.Generator, arms: tuple[int, ...], seconds: float) -> list[Reach]:
    """The raised arm to and fro, from the shoulder."""
    place, rate, wide = _raised(random), _u(random, 0.6, 2.0), _u(random, 0.25, 0.5)
    return [Reach(arm, 0.0, seconds, place, (wide, 0.0, 0.0), rate, 1.0, room=True) for arm in arms]


def _wave_hand(random: np.random.Generator, arms: tuple[int, ...], seconds: float) -> list[Reach]:
    """The hand beside or above the head to and fro, from the elbow."""
    place = (_u(random, 0.15, 0.4), _u(random, 0.5, 0.75), _u(random, 0.1, 0.35))
    swing, rate = (_u(random, 0.15, 0.3), 0.0, 0.0), _u(random, 0.8, 2.2)
    return [Reach(arm, 0.0, seconds, place, swing, rate, room=True) for arm in arms]


def _at(
    place: tuple[float, float, float],
    lasts: tuple[float, float],
    pause: tuple[float, float],
    swing: tuple[float, float, float] = (0.0, 0.0, 0.0),
    rate: tuple[float, float] = (0.0, 0.0),
    *,
    vary: float = 0.06,
    rise: float = 0.8,
    room: bool = False,
) -> Doing:
    """A movement that is at one place: how long each time, after which pause, and how the hand moves there."""

    def make(random: np.random.Generator, arms: tuple[int, ...], seconds: float) -> list[Reach]:
        def reach(arm: int, begin: float, end: float) -> Reach:
            x, y, z = (float(each) for each in np.array(place) + random.normal(0, vary, 3))
            return Reach(arm, begin, end, (x, y, z), swing, _u(random, *rate), rise, room)

        reaches, time = list[Reach](), _u(random, 0.0, 0.5)
        while not reaches or time < seconds - lasts[0]:
            end = min(seconds, time + _u(random, *lasts))
            reaches += [reach(arm, time, end) for arm in arms]
            time = end + _u(random, *pause)
        return reaches

    return make


HELP: Mapping[str, Doing] = {"hold up": _hold_up, "wave": _wave, "wave hand": _wave_hand}

EVERYDAY: Mapping[str, tuple[Doing, Sides, tuple[str, ...]]] = {
    "drinking": (_at(MOUTH, (1.5, 4.0), (2.0, 15.0)), "right", ("seated", "floor")),
    "eating": (_at(MOUTH, (1.2, 2.0), (1.0, 4.0)), "right", ("seated",)),
    "telephone": (_at(EAR, (30.0, 120.0), (5.0, 20.0)), "right", ("seated", "lying", "standing")),
    "hair drying": (
        _at(CROWN, (8.0, 30.0), (1.0, 4.0), (0.12, 0.12, 0.08), (0.5, 1.8)),
        "right",
        ("seated", "standing"),
    ),
    "hair drying, both": (
        _at(CROWN, (8.0, 30.0), (1.0, 4.0), (0.12, 0.1, 0.08), (0.5, 1.8)),
        "both",
        ("seated", "floor"),
    ),
    "combing": (
        _at((-0.25, 0.55, -0.05), (4.0, 12.0), (1.0, 5.0), (0.05, 0.22, 0.1), (0.5, 1.2)),
        "right",
        ("seated",),
    ),
    "brushing teeth": (
        _at(MOUTH, (10.0, 40.0), (1.0, 3.0), (0.07, 0.0, 0.03), (1.5, 3.0)),
        "right",
        ("standing", "seated"),
    ),
    "scratching the head": (
        _at(CROWN, (1.5, 5.0), (5.0, 20.0), (0.05, 0.05, 0.0), (2.0, 3.0)),
        "right",
        ("seated", "lying"),
    ),
    "head on the hand": (_at(EAR, (20.0, 90.0), (3.0, 10.0)), "right", ("seated",)),
    "hand behind the head": (_at(NAPE, (10.0, 60.0), (3.0, 10.0)), "right", ("seated", "lying")),
    "remote control": (_at((-0.1, 0.05, 0.85), (1.0, 6.0), (4.0, 15.0)), "right", ("seated", "lying")),
    "waving to a visitor": (
        _at((0.3, 0.62, 0.3), (1.5, 4.0), (8.0, 25.0), (0.22, 0.0, 0.0), (1.0, 2.5), vary=0.1, room=True),
        "right",
        ("seated", "standing"),
    ),
    "pointing": (_at((0.3, 0.4, 0.8), (1.0, 3.5), (4.0, 15.0), vary=0.25, room=True), "right", ("seated", "floor")),
    "stretching": (_at((0.1, 0.97, 0.0), (2.0, 4.5), (20.0, 45.0), vary=0.08), "both", ("seated", "lying", "floor")),
    "stretching one arm": (_at((0.0, 0.97, 0.1), (2.0, 4.0), (15.0, 40.0), vary=0.1), "right", ("seated", "lying")),
    "reaching to a shelf": (
        _at((0.15, 0.75, 0.55), (1.2, 3.5), (3.0, 12.0), vary=0.12, room=True),
        "right",
        ("seated", "standing"),
    ),
    "pulling on a pullover": (
        _at((-0.2, 0.8, 0.05), (3.0, 7.0), (10.0, 30.0), (0.1, 0.15, 0.1), (0.4, 1.0)),
        "both",
        ("seated",),
    ),
    "knitting": (_at((-0.2, -0.45, 0.5), (20.0, 60.0), (1.0, 4.0), (0.06, 0.06, 0.0), (1.0, 2.5)), "both", ("seated",)),
    "conducting": (
        _at((0.1, 0.25, 0.6), (8.0, 40.0), (2.0, 6.0), (0.3, 0.25, 0.1), (0.8, 1.8)),
        "both",
        ("seated", "standing"),
    ),
    "clapping": (
        _at((-0.2, 0.0, 0.6), (2.0, 6.0), (4.0, 15.0), (0.15, 0.0, 0.0), (2.0, 3.0)),
        "both",
        ("seated", "floor"),
    ),
    "newspaper": (_at((-0.1, -0.05, 0.6), (30.0, 90.0), (2.0, 6.0)), "both", ("seated",)),
    "book above the face": (_at((-0.15, 0.35, 0.72), (20.0, 90.0), (2.0, 6.0)), "both", ("lying",)),
    "telephone above the face": (_at((-0.2, 0.15, 0.55), (20.0, 90.0), (2.0, 6.0), vary=0.08), "right", ("lying",)),
    "arm on the pillow": (_at((0.3, 0.85, 0.05), (20.0, 90.0), (3.0, 10.0), vary=0.1), "right", ("lying",)),
    "arm on the backrest": (_at((0.85, 0.05, -0.25), (20.0, 90.0), (3.0, 10.0)), "right", ("seated",)),
    "gymnastics, arms in turn": (
        _at((0.05, 0.97, 0.1), (1.5, 3.5), (0.3, 1.5), vary=0.05),
        "right",
        ("seated", "lying", "floor"),
    ),
    "gymnastics, both arms": (
        _at((0.1, 0.95, 0.1), (1.5, 4.0), (0.3, 1.5), vary=0.05),
        "both",
        ("seated", "lying", "standing"),
    ),
    "throwing a ball": (
        _at((0.1, 0.7, 0.4), (0.8, 1.4), (2.0, 8.0), vary=0.12, rise=0.35),
        "right",
        ("seated", "standing"),
    ),
    "dancing": (
        _at((0.3, 0.55, 0.4), (4.0, 20.0), (1.0, 4.0), (0.3, 0.3, 0.2), (0.6, 1.4)),
        "both",
        ("seated", "standing"),
    ),
    "cleaning a window": (
        _at((0.0, 0.7, 0.6), (5.0, 25.0), (1.0, 6.0), (0.35, 0.15, 0.0), (0.4, 1.2), room=True),
        "right",
        ("standing",),
    ),
    "hanging up washing": (
        _at((0.0, 0.8, 0.45), (3.0, 8.0), (3.0, 8.0), (0.1, 0.05, 0.0), (0.2, 0.6)),
        "both",
        ("standing",),
    ),
    "changing a lamp": (
        _at((-0.2, 0.92, 0.3), (6.0, 25.0), (2.0, 6.0), (0.04, 0.0, 0.04), (0.8, 1.5)),
        "right",
        ("standing",),
    ),
}
"""Each with the arms that do it (a right hand may be a left one) and how the body is held meanwhile."""

MOVEMENTS: tuple[str, ...] = (*HELP, *EVERYDAY)


def movement(name: str, sides: Sides, seconds: float, random: np.random.Generator) -> list[Reach]:
    """The reaches of that movement with those arms, filling so many seconds; KeyError where it is unknown."""
    arms = {"left": (0,), "right": (1,), "both": (0, 1)}[sides]
    return (HELP[name] if name in HELP else EVERYDAY[name][0])(random, arms, seconds)
