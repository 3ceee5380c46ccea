"""The kinds of fall, and how one of each kind goes: what disturbs the body, and what its muscles still do.

How people fall: Robinovitch and others, "Video capture of the circumstances of falls in elderly people residing in
long-term care" (Lancet 381, 2013): weight shifted wrongly 41 %, trip 21 %, bump 11 %, loss of support 11 %, collapse
11 %, slip 3 %. How long protection takes: Hsiao and Robinovitch, "Common protective movements govern unexpected falls
from standing height" (Journal of Biomechanics 31, 1998): the hands are on their way 0.2-0.3 s after the disturbance.
Slipping feet reach 1-2 m/s (Redfern and others, "Biomechanics of slips", Ergonomics 44, 2001).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

Kind: TypeAlias = Literal["imbalance", "trip", "slip", "faint", "chair", "bed", "furniture"]
KINDS: tuple[Kind, ...] = ("imbalance", "trip", "slip", "faint", "chair", "bed", "furniture")


@dataclass(frozen=True, slots=True)
class Fade:
    """A strength that stays whole for `hold` seconds, then falls towards `rest` with the time constant `seconds`."""

    hold: float
    seconds: float
    rest: float

    def at(self, time: float) -> float:
        """The strength at `time`, 0-1."""
        gone = max(time - self.hold, 0.0)
        return self.rest + (1.0 - self.rest) * float(np.exp(-gone / self.seconds))


@dataclass(frozen=True, slots=True)
class Course:
    """How one fall goes; angles in radians, speeds in metres a second, times in seconds from its onset.

    `legs`, `trunk` and `arms` are what is left of the muscles' strength. `lean` is the speed of the hips with which the
    body topples over its feet at the onset; `buckle` how far the knees give way; `stoop` how far the trunk bends.
    `reach` is when the arms start to reach for the ground, `step` when a foot is put out, None where they never do.
    `grip` is how long the swinging foot is stopped, `slide` the speed to which the foot in front is carried off.
    `soles` is the friction of the feet. `haul` is the share of the body's weight that drags or rolls it off its seat or
    bed; it has grown to that after `hauled` seconds.
    `rises` is how often it tries in vain to get up afterwards.
    """

    kind: Kind
    legs: Fade
    trunk: Fade
    arms: Fade
    lean: float = 0.0
    buckle: float = 0.2
    stoop: float = 0.0
    reach: float | None = None
    step: float | None = None
    grip: float = 0.0
    slide: float = 0.0
    soles: float = 0.6
    haul: float = 0.0
    hauled: float = 0.0
    rises: int = 0


Drawing: TypeAlias = Callable[[np.random.Generator], Course]


def _uniform(random: np.random.Generator, low: float, high: float) -> float:
    return float(random.uniform(low, high))


def _sometimes(random: np.random.Generator, share: float, low: float, high: float) -> float | None:
    value = _uniform(random, low, high)
    return value if random.random() < share else None


def _awake(random: np.random.Generator, kind: Kind) -> Course:
    """A fall of one who is awake: the legs fail soon, the trunk and the arms work until the ground is met."""
    return Course(
        kind,
        legs=Fade(_uniform(random, 0.25, 0.9), _uniform(random, 0.15, 0.5), _uniform(random, 0.03, 0.15)),
        trunk=Fade(_uniform(random, 0.5, 1.2), 0.6, _uniform(random, 0.1, 0.35)),
        arms=Fade(1.5, 0.5, 0.1),
        buckle=_uniform(random, 0.1, 0.9),
        reach=_sometimes(random, 0.8, 0.18, 0.4),
        step=_sometimes(random, 0.5, 0.15, 0.35),
    )


def _imbalance(random: np.random.Generator) -> Course:
    return replace(_awake(random, "imbalance"), lean=_uniform(random, 0.3, 0.8), stoop=_uniform(random, 0.0, 0.5))


def _trip(random: np.random.Generator) -> Course:
    course = _awake(random, "trip")
    return replace(
        course, lean=_uniform(random, 0.3, 0.8), grip=_uniform(random, 0.15, 0.5), stoop=_uniform(random, 0.1, 0.6)
    )


def _slip(random: np.random.Generator) -> Course:
    course = replace(_awake(random, "slip"), step=None)
    return replace(course, lean=_uniform(random, 0.1, 0.5), slide=_uniform(random, 0.8, 2.0))


def _faint(random: np.random.Generator) -> Course:
    fading = _uniform(random, 0.15, 0.9)
    return Course(
        "faint",
        legs=Fade(0.0, fading, 0.02),
        trunk=Fade(_uniform(random, 0.0, 0.4), fading, 0.03),
        arms=Fade(0.0, 0.3, 0.02),
        lean=_uniform(random, 0.05, 0.3),
        buckle=_uniform(random, 0.5, 1.3),
        stoop=_uniform(random, 0.0, 0.4),
    )


def _chair(random: np.random.Generator) -> Course:
    slumps = random.random() < 0.6  # noqa: PLR2004 - more slide than topple
    course = replace(_awake(random, "chair"), step=None, hauled=_uniform(random, 0.8, 2.0))
    if slumps:
        return replace(course, haul=_uniform(random, 0.4, 0.6), stoop=-0.3, soles=_uniform(random, 0.08, 0.3))
    return replace(course, haul=_uniform(random, 0.3, 0.5), stoop=_uniform(random, 0.8, 1.3), lean=0.2)


def _bed(random: np.random.Generator) -> Course:
    course = replace(_awake(random, "bed"), step=None, hauled=_uniform(random, 0.8, 1.8))
    return replace(course, haul=_uniform(random, 0.35, 0.6), stoop=_uniform(random, 0.0, 0.8))


def _furniture(random: np.random.Generator) -> Course:
    return replace(_awake(random, "furniture"), step=None, lean=_uniform(random, 0.4, 0.9), reach=0.2)


_DRAWN: Mapping[Kind, Drawing] = {
    "imbalance": _imbalance,
    "trip": _trip,
    "slip": _slip,
    "faint": _faint,
    "chair": _chair,
    "bed": _bed,
    "furniture": _furniture,
}


def drawn(kind: Kind, random: np.random.Generator, rises: int = 0) -> Course:
    """One fall of that kind, after which the body tries so often in vain to rise."""
    return replace(_DRAWN[kind](random), rises=rises)
