"""How sure a count can make us: intervals and exact tests, at 95 %. Pure arithmetic."""

from collections.abc import Callable, Sequence
from math import comb, exp, fsum, lgamma, log, sqrt

import numpy as np
from numpy.typing import NDArray

Interval = tuple[float, float]

Z = 1.959963984540054
"""The 97.5th percentile of the normal distribution."""
TAIL = 0.025
REPLICATES = 2000
_HALVINGS = 80


def wilson(hits: int, of: int) -> Interval | None:
    """The score interval of a share (Wilson 1927, JASA 22:209); None where there is nothing to share."""
    if of == 0:
        return None
    share, z2 = hits / of, Z * Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    reach = Z / (1 + z2 / of) * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    low, high = middle - reach, middle + reach
    return (0.0 if hits == 0 else low, 1.0 if hits == of else high)


def poisson(count: int) -> Interval:
    """The exact interval of a Poisson mean after `count` events (Garwood 1936, Biometrika 28:437)."""
    most = count + 10 * sqrt(count) + 20
    low = 0.0 if count == 0 else _crossing(lambda mean: 1 - _at_most(count - 1, mean) >= TAIL, most)
    return low, _crossing(lambda mean: _at_most(count, mean) <= TAIL, most)


def none_seen(exposure: float) -> float | None:
    """The most, per unit of exposure, that is compatible with having seen none at 95 %: the rule of three."""
    return -log(0.05) / exposure if exposure > 0 else None


def _at_most(count: int, mean: float) -> float:
    """The probability of `count` events or fewer."""
    if mean <= 0:
        return 1.0
    return min(1.0, fsum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(count + 1)))


def _crossing(holds: Callable[[float], bool], most: float) -> float:
    """Where, from 0 to `most`, something begins to hold and then holds on."""
    low, high = 0.0, most
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def sign_test(one: int, other: int) -> float:
    """The two-sided exact probability of so uneven a split of pairs that differ, or a more uneven one (McNemar's)."""
    pairs = one + other
    tail = sum(comb(pairs, k) for k in range(min(one, other) + 1))
    return min(1.0, float(2 * tail / 2**pairs))


def spread(values: Sequence[float]) -> dict[str, float] | None:
    """The median, 95th percentile (linear between ranks) and greatest of some values; None where there are none."""
    if not values:
        return None
    p50, p95 = np.percentile(values, (50, 95))
    return {"p50": float(p50), "p95": float(p95), "max": max(values)}


def bootstrap(counts: Sequence[tuple[float, ...]], seed: int = 0) -> NDArray[np.float64] | None:
    """Draw whole groups again, with replacement, and add up their counts: an array (REPLICATES, number of counts).

    Groups (subjects, say) and not single counts, because what one person does is alike. None for fewer than two.
    """
    if len(counts) < 2:  # noqa: PLR2004 - one group alone tells nothing of another
        return None
    draws = np.random.default_rng(seed).multinomial(len(counts), [1 / len(counts)] * len(counts), REPLICATES)
    totals: NDArray[np.float64] = draws @ np.asarray(counts, float)
    return totals


def middle_of(values: NDArray[np.float64]) -> Interval | None:
    """Where the middle 95 % of the defined values are."""
    defined = values[np.isfinite(values)]
    if not defined.size:
        return None
    low, high = np.percentile(defined, (100 * TAIL, 100 * (1 - TAIL)))
    return float(low), float(high)
