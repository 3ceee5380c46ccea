"""How fast something grows: the slope of a straight line through samples, with an interval that is honest about them.

Samples that are taken one soon after another are alike, and tell less than so many independent ones would. The interval
is widened for that: it counts n (1 - r) / (1 + r) samples, where r is the correlation of neighbouring residuals
(Bartlett 1935; Santer et al. 2000, J. Geophys. Res. 105:7337, for trends). Pure arithmetic.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

DAY_SECONDS = 86_400.0
FEWEST = 5
"""Samples that a line is drawn through at least."""
_LEAST_FREEDOM = 1.0
_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Growth:
    """By how much something grows in 24 h, in its own unit, and the 95 % interval of that."""

    per_day: float
    low: float
    high: float

    @property
    def proven(self) -> bool:
        """Whether it grows, as far as 95 % go."""
        return self.low > 0

    def within(self, most: float) -> bool:
        """Tell whether it is shown to grow by no more than `most` in a day."""
        return self.high <= most


def growth(seconds: Sequence[float], values: Sequence[float], lives: Sequence[float] | None = None) -> Growth:
    """Fit a line to samples (N,) at times (N,), all in one order. Where `lives` (N,) says which process each is of, the
    slope is that within processes: each begins at a level of its own. Raises ValueError for fewer than five samples.
    """
    if len(seconds) < FEWEST:
        message = f"{len(seconds)} samples are too few for a line; {FEWEST} or more would be right"
        raise ValueError(message)
    life = np.zeros(len(seconds)) if lives is None else np.asarray(lives, float)
    time, value = (_centred(np.asarray(each, float), life) for each in (seconds, values))
    spread = float((time**2).sum())
    slope = float((time * value).sum()) / spread
    residual = value - slope * time
    freedom = max(_LEAST_FREEDOM, _independent(residual) - 1 - len(np.unique(life)))
    error = float(np.sqrt((residual**2).sum() / freedom / spread))
    reach = student(freedom) * error
    return Growth(*(each * DAY_SECONDS for each in (slope, slope - reach, slope + reach)))


def _centred(values: NDArray[np.float64], life: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the values without the mean of their process."""
    centred: NDArray[np.float64] = values.copy()
    for each in np.unique(life):
        centred[life == each] -= values[life == each].mean()
    return centred


def _independent(residual: NDArray[np.float64]) -> float:
    """Return how many independent samples these are worth, never more than there are."""
    power = float((residual**2).sum())
    if power == 0:
        return float(len(residual))
    likeness = min(0.99, max(0.0, float((residual[1:] * residual[:-1]).sum()) / power))
    return len(residual) * (1 - likeness) / (1 + likeness)


def student(freedom: float) -> float:
    """Return the 97.5th percentile of Student's t, to 1 % from three degrees of freedom on, exactly for one and two.

    Above three by the expansion 26.7.5 of Abramowitz and Stegun (1964), with linear steps below it.
    """
    exact = {1: 12.7062, 2: 4.3027, 3: 3.1824}
    if freedom < 3:  # noqa: PLR2004 - the last of the exact ones
        return float(np.interp(freedom, list(exact), list(exact.values())))
    z, v = _Z, freedom
    terms = (
        z,
        (z**3 + z) / (4 * v),
        (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2),
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3),
    )
    return sum(terms)
