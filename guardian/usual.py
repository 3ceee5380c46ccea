"""What is usual for somebody, from the days that are kept: medians and quantiles in which older days count for less.

Robust on purpose: a few late mornings, a week of illness or a holiday move a median and a quantile little, and a change
of season is followed as old days fade. Nothing is said before LEARNING_DAYS ordinary days.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from guardian.day import Day

LEARNING_DAYS = 14
HALF_LIFE_DAYS, LONGEST_DAYS = 30.0, 90
"""A day of a month ago counts half of one of today; of what is older than the second nothing is said."""
KIND_DAYS = 6
"""Weekends are judged by weekends once there are so many of them; before, by every day."""
AWAY_SECONDS, WATCHED_SECONDS = 12 * 3_600, 18 * 3_600
"""A day away for longer, or watched for less, says nothing of what is usual at home."""
LOW, HIGH = 0.05, 0.95
SATURDAY = 5
DAY_MINUTES = 1_440


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of one figure, in its own unit: its `median` and the range `low` to `high` in which it was on
    `within` of the `of` days, which are `kind`: days, weekdays or weekend days. On `known` of them it was seen at all.
    """

    median: float
    low: float
    high: float
    within: int
    of: int
    kind: str
    known: int


class Usual:
    """What is usual for whoever these days are of, as of `today`, which itself does not count."""

    def __init__(self, days: Iterable[Day], today: date) -> None:
        self._today = today
        self._days = tuple(day for day in days if 0 < (today - day.date).days <= LONGEST_DAYS and _ordinary(day))

    @property
    def days(self) -> tuple[Day, ...]:
        """The ordinary days on which this rests."""
        return self._days

    @property
    def learned(self) -> int:
        """On how many ordinary days this rests."""
        return len(self._days)

    @property
    def ready(self) -> bool:
        """Whether enough was learned to expect anything."""
        return self.learned >= LEARNING_DAYS

    @property
    def progress(self) -> str:
        """How far learning has come, in a sentence."""
        if self.ready:
            return f"Knows what is usual from {self.learned} days."
        return f"Still learning what is usual: day {self.learned} of {LEARNING_DAYS}."

    def expected(self, figure: Callable[[Day], float | None]) -> Expected | None:
        """What is expected of a figure today; None while learning, and where most days did not have it."""
        if not self.ready:
            return None
        days, kind = self._alike()
        values = [(value, (self._today - day.date).days) for day in days if (value := figure(day)) is not None]
        if 2 * len(values) <= len(days):
            return None
        ordered = sorted(values)
        low, median, high = (quantile(ordered, share) for share in (LOW, 0.5, HIGH))
        within = sum(low <= value <= high for value, _ in values)
        return Expected(median, low, high, within, len(days), kind, len(values))

    def _alike(self) -> tuple[Sequence[Day], str]:
        """The days that today is compared with, and what they are called."""
        weekend = _weekend(self._today)
        alike = tuple(day for day in self._days if _weekend(day.date) is weekend)
        if len(alike) < KIND_DAYS:
            return self._days, "days"
        return alike, "weekend days" if weekend else "weekdays"

    def sentences(self) -> tuple[str, ...]:
        """What is believed, as a caregiver reads it."""
        rising = self.expected(lambda day: day.rising)
        bed = self.expected(lambda day: day.bedtime)
        kitchen = self.expected(lambda day: day.kitchen)
        visits = self.expected(lambda day: day.night_visits)
        speed = self.expected(lambda day: day.speed)
        return (
            self.progress,
            *((f"Usually up by {times(rising)}.",) if rising else ()),
            *((f"Usually in the kitchen by {times(kitchen)}.",) if kitchen else ()),
            *((f"Usually in bed by {times(bed)}.",) if bed else ()),
            *((f"Walks at about {speed.median / 10:.0f} cm/s.",) if speed else ()),
            *((f"Usually {visits.median:g} bathroom visits a night ({spread(visits)}).",) if visits else ()),
        )


def quantile(ordered: Sequence[tuple[float, int]], share: float) -> float:
    """The value up to which a `share` of the weight lies, of values in ascending order, each with its age in days."""
    weight = np.cumsum([0.5 ** (age / HALF_LIFE_DAYS) for _, age in ordered])
    return ordered[int(np.searchsorted(weight, share * weight[-1]))][0]


def clock(minutes: float) -> str:
    """Minutes after midnight, or before it, as HH:MM."""
    hours, rest = divmod(round(minutes) % DAY_MINUTES, 60)
    return f"{hours:02d}:{rest:02d}"


def times(expected: Expected) -> str:
    """Say a time of day with its range: 07:40 (06:50-08:30 on 19 of 21 weekdays)."""
    low, high = clock(expected.low), clock(expected.high)
    return f"{clock(expected.median)} ({low}-{high} on {expected.within} of {expected.of} {expected.kind})"


def spread(expected: Expected) -> str:
    """Say the range of a number: 1-3 on 19 of 21 days."""
    return f"{expected.low:g}-{expected.high:g} on {expected.within} of {expected.of} {expected.kind}"


def _ordinary(day: Day) -> bool:
    return day.away <= AWAY_SECONDS and day.watched >= WATCHED_SECONDS


def _weekend(day: date) -> bool:
    return day.weekday() >= SATURDAY
