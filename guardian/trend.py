"""Whether something has become less, and since when: Pettitt's test for one change point in a row of days.

It compares ranks, so a few odd days say little, and it does not ask how the figures are distributed (Pettitt 1979,
Applied Statistics 28:126).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import exp
from statistics import median

import numpy as np

LEAST_DAYS, LEAST_AFTER = 28, 7
"""Days without which nothing is told, and days since the change."""
CHANCE = 0.0005
"""How likely chance alone may make such a change: it is asked every day, of days that overlap."""


@dataclass(frozen=True, slots=True)
class Decline:
    """Since the day `since` the middle is `after`, where it was `before`."""

    since: date
    before: float
    after: float


def decline(days: Sequence[tuple[date, float]], least: float) -> Decline | None:
    """Tell of a decline by at least so much, of figures by day, the oldest first; None where there is none."""
    count = len(days)
    if count < LEAST_DAYS:
        return None
    values = np.array([value for _, value in days])
    above = np.sign(values[:, None] - values[None, :])
    weights = np.array([above[:split, split:].sum() for split in range(1, count)])
    split = int(weights.argmax()) + 1
    if exp(-6 * float(weights.max()) ** 2 / (count**3 + count**2)) > CHANCE or count - split < LEAST_AFTER:
        return None
    before, after = median(values[:split].tolist()), median(values[split:].tolist())
    return Decline(days[split][0], before, after) if before - after >= least else None
