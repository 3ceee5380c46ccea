"""How alike a signature and those of the enrolled are, beside how people differ: who it is, nobody known, or unclear.

Of one person, signatures differ from day to day and by what the eye errs, the less the longer it looks; from person to
person they differ more. What is asked is under which of both a signature is the more likely (the two-covariance model
of speaker verification: Brummer and de Villiers, "The speaker partitioning problem", Odyssey 2010). Both are compared
in one room only, before one camera. The tables are fitted to simulated homes that judge nothing
(`python -m guardian.lab.identify.fit`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, pi
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.likeness_tables import DAILY, ENROLLED, NOISE, PEOPLE, USUAL
from guardian.signature import Signature

Array: TypeAlias = NDArray[np.float64]
Belief: TypeAlias = tuple[tuple[str | None, float], ...]
"""By how much likelier than before anything was seen it is each of the enrolled, by name, and None: nobody of them.
Only the ratios count. Empty where too little was seen."""
Earlier: TypeAlias = tuple[tuple[float, Belief], ...]
"""How likely this body is each who may have been seen before, 0-1, and what was believed of them; the rest, up to 1, is
that it is somebody of whom nothing is known yet."""

STRANGERS = 0.05
"""The share of walks, before anything is seen, that are taken to be a stranger's; the enrolled share the rest."""
NAMED, NOBODY = 0.85, 0.65
"""How likely it must be that it is that person, or that it is none of the enrolled, before that is said."""
ODDS = 10.0
"""By how much more likely a person must be than the next one, for each of the others who are enrolled: with more people
there are more who are alike."""
KEPT = 0.5
"""What an earlier walk tells, as a share of its logarithm: shoes, clothes and stoop of one day err in both walks alike.
However many walks follow each other, they tell no more than two would."""


@dataclass(frozen=True, slots=True)
class Known:
    """The signature of somebody enrolled, by name."""

    name: str
    signature: Signature


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who it is, by name; None where it is a `stranger`, or where it cannot be told. `score` is how likely the nearest
    of the enrolled is, 0-1, and `belief` what is handed on to the next walk.
    """

    name: str | None = None
    score: float = 0.0
    stranger: bool = False
    belief: Belief = ()


UNCLEAR = Verdict()


def compare(seen: Signature, enrolled: Sequence[Known], earlier: Earlier = ()) -> Verdict:
    """Say who it is among the enrolled, or that it is none of them, or that it cannot be told. `earlier` is what was
    made of this body before, where it was perhaps seen.
    """
    if not enrolled:
        return UNCLEAR
    values, names = np.array(seen.values), [each.name for each in enrolled]
    near = [_likely(values, np.array(each.signature.values) + ENROLLED, _within(seen, each)) for each in enrolled]
    chances = np.array([*near, _likely(values, USUAL, PEOPLE + NOISE / seen.looks)])
    usual = _usual(len(names))
    chances += np.log(_expected(names, usual, earlier))
    shares = np.exp(chances - chances.max())
    shares /= shares.sum()
    belief = tuple(zip((*names, None), map(float, shares / usual), strict=True))
    nearest = int(shares[:-1].argmax())
    score = float(shares[nearest])
    others = np.delete(shares[:-1], nearest)
    if score >= NAMED and score >= ODDS * len(others) * others.max(initial=0.0):
        return Verdict(names[nearest], score, belief=belief)
    return Verdict(None, score, stranger=bool(shares[-1] >= NOBODY), belief=belief)


def _usual(enrolled: int) -> Array:
    """How likely each of so many is before anything is seen; the last is a stranger."""
    return np.array([*[(1 - STRANGERS) / enrolled] * enrolled, STRANGERS])


def _expected(names: Sequence[str], usual: Array, earlier: Earlier) -> Array:
    """How likely each of `names` is, and a stranger, by what was made of this body before."""
    expected = (1 - sum(weight for weight, _ in earlier)) * usual
    for weight, belief in earlier:
        known = {name: share**KEPT for name, share in belief}
        nobody = known.pop(None, 1.0)
        shares = usual * [*(known.get(name, nobody) for name in names), nobody]
        # Who is enrolled there and not here is a stranger here.
        shares[-1] += usual[0] * sum(share for name, share in known.items() if name not in names)
        expected = expected + weight * shares / shares.sum()
    return expected


def _within(seen: Signature, known: Known) -> Array:
    """How two signatures of one person differ: by the day, and by what was not seen for longer."""
    return np.asarray(DAILY + NOISE * (1 / seen.looks + 1 / known.signature.looks), np.float64)


def _likely(values: Array, centre: Array, spread: Array) -> float:
    """The logarithm of a normal density, over what both know."""
    told = ~np.isnan(values) & ~np.isnan(centre)
    off, spread = (values - centre)[told], spread[np.ix_(told, told)]
    _, size = np.linalg.slogdet(spread)
    return -0.5 * (float(off @ np.linalg.solve(spread, off)) + float(size) + int(told.sum()) * log(2 * pi))
