"""The evidence for a fall, from several views, fused in one number that can be explained: a belief, in nats.

Each view says how strongly it is there, 0-1, and has a weight; the belief is their weighted sum (the logarithm of the
odds, as of a logistic regression). Time is in the views: to lie for three seconds says more than for one. Rules of who
may be believed when (a state machine) are in falls.py; here is only how much everything seen speaks for a fall.
"""

from dataclasses import asdict, dataclass
from math import exp

from guardian.descent import Descent
from guardian.posture import ramp


@dataclass(slots=True)
class Since:
    """Seconds since a descent began in which the body was seen lying low (`down`), `sat` on the floor, on its feet
    (`up`) or in some other way, bent or seated (`other`); in which it sat `erect`, moved about (`moving`), or was seen
    otherwise `before` it first lay; in which it was out of sight, all of them (`gone`) and as far as they speak for a
    fall (`hidden`). How high the hips were `held` above the floor on an average, in statures, and how far the
    torso's score has `faded` from what it was before, 0-1.
    """

    down: float = 0.0
    sat: float = 0.0
    hidden: float = 0.0
    up: float = 0.0
    other: float = 0.0
    erect: float = 0.0
    moving: float = 0.0
    before: float = 0.0
    gone: float = 0.0
    held: float = 0.0
    faded: float = 0.0


@dataclass(frozen=True, slots=True)
class Views:
    """How strongly each view is there, 0-1.

    `fast`, `deep`, `sunk`, `abrupt` are of the descent: speed, drop of the shoulders, drop of the hips, impact; `low`
    tells that it began near the floor, and `reclined` that the hips hardly dropped of somebody who was not upright
    before, as when who sits there lies back. The others are of the time since: lying low, sat on the floor, out of
    sight, on the feet, held above the floor, in some other way (bent or seated), sitting erect, moving about; lying
    down only `late`, as who has let himself down and sat there first; `faded` is the collapse of the keypoints'
    scores.
    """

    fast: float = 0.0
    deep: float = 0.0
    sunk: float = 0.0
    abrupt: float = 0.0
    low: float = 0.0
    reclined: float = 0.0
    lying: float = 0.0
    sat: float = 0.0
    hidden: float = 0.0
    risen: float = 0.0
    held: float = 0.0
    other: float = 0.0
    erect: float = 0.0
    moving: float = 0.0
    late: float = 0.0
    faded: float = 0.0


WEIGHTS = {
    "fast": 3.5,
    "deep": 1.6,
    "sunk": 2.5,
    "abrupt": 0.3,
    "low": -3.0,
    "reclined": -2.8,
    "lying": 3.2,
    "sat": -1.0,
    "hidden": 3.0,
    "risen": -5.0,
    "held": -3.8,
    "other": -1.6,
    "erect": -3.0,
    "moving": -1.2,
    "late": -2.4,
    "faded": 1.1,
}
BIAS = -6.0
LAIN_SECONDS = 0.5
"""So long down is lain; less may be misread."""
PASSING_SECONDS = 0.5
"""A body passes through other postures on its way down; what was seen for less says little."""
TOLD = 0.2
"""Views that weigh less are not told of."""


def views(descent: Descent, since: Since) -> Views:
    """How strongly each view is there, of a descent and of what came after it."""
    seen = since.down + since.sat + since.up + since.other
    return Views(
        fast=ramp(descent.speed, 0.3, 0.8),
        deep=ramp(descent.shoulders, 0.3, 0.6),
        sunk=ramp(descent.hips, 0.1, 0.35),
        abrupt=ramp(descent.impact, 0.2, 1.0),
        low=ramp(descent.start, 0.28, 0.15),
        reclined=(1 - descent.stood) * ramp(descent.hips, 0.25, 0.12),
        lying=grown(since.down, 3.0),
        sat=grown(since.sat, 6.0),
        hidden=grown(since.hidden, 4.0),
        risen=grown(since.up, 0.7),
        held=ramp(since.held, 0.36, 0.5),
        other=since.other / (seen + PASSING_SECONDS),
        erect=ramp(since.erect, 0.5, 3.0),
        moving=ramp(since.moving / seen, 0.1, 0.6) if seen else 0.0,
        late=ramp(since.before, 1.0, 4.0) if since.down >= LAIN_SECONDS else 0.0,
        faded=ramp(since.faded, 0.1, 0.6),
    )


def belief(seen: Views) -> float:
    """The logarithm of the odds that this is a fall, in nats: 0 is one to one."""
    return float(BIAS + sum(WEIGHTS[name] * strength for name, strength in asdict(seen).items()))


def ranked(seen: Views) -> tuple[tuple[str, float], ...]:
    """What speaks for a fall and against it, in nats, the strongest first; what hardly says anything is left out."""
    parts = [(name, round(WEIGHTS[name] * strength, 2)) for name, strength in asdict(seen).items()]
    return tuple(sorted((part for part in parts if abs(part[1]) >= TOLD), key=lambda part: -abs(part[1])))


def grown(seconds: float, span: float) -> float:
    """0 at the beginning, towards 1 with the seconds: two thirds after `span`."""
    return 1 - exp(-seconds / span)
