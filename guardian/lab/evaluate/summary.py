"""The figures: shares with intervals, rates per day, delays; for everything, and by kind, posture, light, source ..."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from guardian.lab.evaluate import intervals
from guardian.lab.evaluate.intervals import Interval
from guardian.lab.evaluate.manifest import Recording, Row
from guardian.lab.evaluate.scoring import Outcome, Score, Told, Verdict
from guardian.lab.evaluate.work import Watched

DAY_SECONDS, MONTH_DAYS = 86_400.0, 30.0
DIMENSIONS = ("kind", "posture", "light", "source", "subject")


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `of`, with the Wilson interval; value and interval are None of nothing."""

    hits: int
    of: int
    value: float | None
    interval: Interval | None

    @classmethod
    def so_many(cls, hits: int, of: int) -> "Share":
        """A share as counted."""
        return cls(hits, of, hits / of if of else None, intervals.wilson(hits, of))


@dataclass(frozen=True, slots=True)
class Rate:
    """How many per day of watching and per camera and month (of 30 days), with exact Poisson intervals.

    `at_most` is the most per day that agrees with having seen none, where none was seen.
    """

    count: int
    days: float
    per_day: float | None
    interval: Interval | None
    per_month: float | None
    month_interval: Interval | None
    at_most: float | None

    @classmethod
    def so_many(cls, count: int, seconds: float) -> "Rate":
        """A rate as counted in so many seconds."""
        days = seconds / DAY_SECONDS
        if days <= 0:
            return cls(count, 0.0, None, None, None, None, None)
        low, high = (bound / days for bound in intervals.poisson(count))
        month = (low * MONTH_DAYS, high * MONTH_DAYS)
        at_most = intervals.none_seen(days) if count == 0 else None
        return cls(count, days, count / days, (low, high), count / days * MONTH_DAYS, month, at_most)


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of some recordings.

    `falls` counts those that had to be found. `everyday` is the share of recordings without a fall in which no alarm
    rang. `long_lie_recall` also counts falls whose victim was found lying later. `cut_short` falls end with their file
    before they could be confirmed. `found_by` and `false_by` count hits and false alarms by the event that came first.
    Delays in seconds from ground contact. `resampled` are intervals by drawing subjects again.
    """

    recordings: int
    seconds: float
    falls: int
    missed: int
    excused: int
    cut_short: int
    sensitivity: Share
    long_lie_recall: Share
    precision: Share
    f1: float | None
    everyday: Share
    false_alarms: Rate
    behaviour_alarms: Rate
    suspected_delay: dict[str, float] | None
    alarm_delay: dict[str, float] | None
    coverage: float | None
    found_by: dict[str, int]
    false_by: dict[str, int]
    resampled: dict[str, Interval | None] | None


@dataclass(frozen=True, slots=True)
class Case:
    """One recording, how it was watched, and its score."""

    recording: Recording
    watched: Watched
    score: Score


def figures(cases: Sequence[Case], *, resample: bool = True) -> Figures:
    """Return the figures of some recordings."""
    outcomes = [outcome for case in cases for outcome in case.score.outcomes]
    had_to = [outcome for outcome in outcomes if outcome.verdict is not Verdict.EXCUSED]
    hits = sum(outcome.verdict is Verdict.HIT for outcome in outcomes)
    late = sum(outcome.verdict is Verdict.LATE for outcome in outcomes)
    false = sum(len(case.score.false_alarms) for case in cases)
    seconds = sum(case.watched.seconds for case in cases)
    calm = [case for case in cases if not case.recording.falls]
    looked = sum(case.watched.seconds + case.watched.held for case in cases)
    return Figures(
        recordings=len(cases),
        seconds=seconds,
        falls=len(had_to),
        missed=len(had_to) - hits,
        excused=len(outcomes) - len(had_to),
        cut_short=sum(outcome.cut_short for outcome in outcomes),
        sensitivity=Share.so_many(hits, len(had_to)),
        long_lie_recall=Share.so_many(hits + late, len(had_to)),
        precision=Share.so_many(hits, hits + false),
        f1=_f1(hits, len(had_to), false),
        everyday=Share.so_many(sum(not case.score.false_alarms for case in calm), len(calm)),
        false_alarms=Rate.so_many(false, seconds),
        behaviour_alarms=Rate.so_many(sum(len(case.score.behaviour) for case in cases), seconds),
        suspected_delay=_spread(outcomes, lambda outcome: outcome.suspected_delay),
        alarm_delay=_spread(outcomes, lambda outcome: outcome.alarm_delay),
        coverage=sum(case.watched.covered for case in cases) / looked if looked else None,
        found_by=_counted(each.alarm for each in outcomes if each.verdict is Verdict.HIT),
        false_by=_counted(alarm.told for case in cases for alarm in case.score.false_alarms),
        resampled=_resampled(cases) if resample else None,
    )


def _counted(alarms: Iterable[Told | None]) -> dict[str, int]:
    return dict(sorted(Counter(alarm.event for alarm in alarms if alarm is not None).items()))


def _spread(outcomes: Iterable[Outcome], delay: Callable[[Outcome], float | None]) -> dict[str, float] | None:
    return intervals.spread([each for each in map(delay, outcomes) if each is not None])


def _f1(hits: int, falls: int, false: int) -> float | None:
    return 2 * hits / (falls + hits + false) if falls + hits + false else None


def _resampled(cases: Sequence[Case]) -> dict[str, Interval | None] | None:
    """Intervals from drawing whole subjects again; None where there are fewer than two."""
    by_subject: dict[str, list[float]] = {}
    for case in cases:
        counts = by_subject.setdefault(_first(case.recording).subject, [0.0] * 4)
        had_to = [each for each in case.score.outcomes if each.verdict is not Verdict.EXCUSED]
        hits = sum(each.verdict is Verdict.HIT for each in had_to)
        own = (hits, len(had_to), len(case.score.false_alarms), case.watched.seconds / DAY_SECONDS)
        by_subject[_first(case.recording).subject] = [a + b for a, b in zip(counts, own, strict=True)]
    totals = intervals.bootstrap([tuple(counts) for counts in by_subject.values()])
    if totals is None:
        return None
    hits, falls, false, days = totals.T
    return {
        "sensitivity": intervals.middle_of(_ratio(hits, falls)),
        "precision": intervals.middle_of(_ratio(hits, hits + false)),
        "f1": intervals.middle_of(_ratio(2 * hits, falls + hits + false)),
        "false_alarms_per_day": intervals.middle_of(_ratio(false, days)),
    }


def _ratio(over: NDArray[np.float64], under: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(over, under, out=np.full_like(over, np.nan), where=under > 0)


def _first(recording: Recording) -> Row:
    return recording.rows[0]


def broken_down(cases: Sequence[Case], kinds: Mapping[int, str]) -> dict[str, dict[str, Figures]]:
    """Return the figures by dimension and value; dimensions that no row fills are left out.

    A fall counts where its own row says; a false alarm, and the time, where the row of what was going on says, if rows
    of everyday life say when they begin, and else where the first row of the file says.
    """
    found = {}
    for dimension in DIMENSIONS:
        groups: dict[str, list[Case]] = {}
        for case in cases:
            for value, part in _parts(case, partial(_value, dimension, kinds)).items():
                groups.setdefault(value, []).append(part)
        if set(groups) - {""}:
            found[dimension] = {value: figures(parts, resample=False) for value, parts in sorted(groups.items())}
    return found


def _value(dimension: str, kinds: Mapping[int, str], row: Row) -> str:
    return kinds[row.line] if dimension == "kind" else str(getattr(row, dimension))


def _parts(case: Case, value: Callable[[Row], str]) -> dict[str, Case]:
    """Share one recording out among the values of its rows."""
    rows: dict[str, list[Row]] = {}
    for row in case.recording.rows:
        rows.setdefault(value(row), []).append(row)
    first, watched, seconds = value(_first(case.recording)), case.watched, _seconds(case, value)
    whole = watched.seconds + watched.held
    return {
        name: Case(
            Recording(case.recording.path, case.recording.file, tuple(own)),
            _part(watched, seconds.get(name, 0.0) / whole if whole else 0.0),
            Score(
                tuple(outcome for outcome in case.score.outcomes if value(outcome.row) == name),
                tuple(alarm for alarm in case.score.false_alarms if value(alarm.row) == name),
                case.score.behaviour if name == first else (),
            ),
        )
        for name, own in rows.items()
    }


def _part(watched: Watched, share: float) -> Watched:
    """A share of the time of one file."""
    own, held, covered = (share * each for each in (watched.seconds, watched.held, watched.covered))
    return replace(watched, seconds=own, held=held, covered=covered, frames=round(share * watched.frames), told=())


def _seconds(case: Case, value: Callable[[Row], str]) -> dict[str, float]:
    """How long each value held in one file: from one activity to the next where their beginnings are known."""
    whole = case.watched.seconds + case.watched.held
    timed = sorted(
        (row.onset, value(row)) for row in case.recording.rows if row.kind == "adl" and row.onset is not None
    )
    if not timed:
        return {value(_first(case.recording)): whole}
    found: dict[str, float] = {}
    begins = [0.0, *(min(begin, whole) for begin, _ in timed[1:]), whole]
    for (_, name), (begin, end) in zip(timed, pairwise(begins), strict=True):
        found[name] = found.get(name, 0.0) + end - begin
    return found
