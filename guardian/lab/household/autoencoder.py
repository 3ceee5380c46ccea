"""Another judge of days, to compare the rules with: how badly a linear autoencoder that learnt the days before gives a
day back.

Its best weights span the principal components (Baldi and Hornik 1989, Neural Networks 2:53), so they are computed, not
trained. It judges whole days, when they are over.
"""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from guardian.day import HOURS, Day
from guardian.usual import LEARNING_DAYS, LONGEST_DAYS

Vector = NDArray[np.float64]

COMPONENTS = 5
LEAST_SPREAD = 0.05
"""What hardly varies is not blown up: of what is counted as hours, three minutes."""
FIGURES = ("rising", "bedtime", "kitchen")
UNKNOWN_HOURS = 24.0
"""Stands for a time of day that was not seen: later than any."""


def vector(day: Day, rooms: Sequence[str]) -> Vector:
    """A day as numbers, in hours: how long somebody was in each room in each hour, and its times and counts."""
    hours = [seconds / 3600 for room in rooms for seconds in day.rooms.get(room, (0,) * HOURS)]
    times = [UNKNOWN_HOURS if (minutes := getattr(day, name)) is None else minutes / 60 for name in FIGURES]
    counts = [day.night_visits, day.visits, day.night_up / 3600, day.gap / 3600, day.away / 3600]
    longest = max((max(seconds) for seconds in day.still.values()), default=0) / 3600
    return np.array([*hours, *times, *counts, longest])


def strangeness(days: Sequence[Day], rooms: Sequence[str]) -> list[float | None]:
    """For each day, in order, by how many times it is given back worse than the days before it mostly were; None while
    there are fewer than LEARNING_DAYS of these.
    """
    table, scores = np.stack([vector(day, rooms) for day in days]), list[float | None]()
    for number, day in enumerate(days):
        before = [n for n in range(number) if day.date - days[n].date <= timedelta(days=LONGEST_DAYS)]
        scores.append(_score(table[before], table[number]) if len(before) >= LEARNING_DAYS else None)
    return scores


def _score(before: Vector, day: Vector) -> float:
    centre, spread = np.median(before, axis=0), np.maximum(LEAST_SPREAD, before.std(axis=0))
    learnt = (before - centre) / spread
    _, _, axes = np.linalg.svd(learnt, full_matrices=False)
    kept = axes[:COMPONENTS]

    def lost(rows: Vector) -> Vector:
        return np.asarray(np.linalg.norm(rows - rows @ kept.T @ kept, axis=-1))

    usual = float(np.median(lost(learnt)))
    return float(lost((day - centre) / spread)) / max(usual, 1e-6)
