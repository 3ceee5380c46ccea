"""An evaluation for human eyes: tables on the terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Column, Table

from guardian.lab.evaluate.evaluation import Result
from guardian.lab.evaluate.scoring import Verdict
from guardian.lab.evaluate.summary import Figures, Rate, Share

MOST_ROWS = 20
"""A dimension with more values than this is left to the JSON document."""
GROUP_HEAD = ("falls", "found", "95 %", "late", "false", "watched", "alarm p50 / p95")
POSITIVES = ("fall", "fallen", "fall_or_fallen")
METRICS = ("sensitivity", "specificity", "precision", "f1", "balanced_accuracy")
"""OmniFall's."""


def show(result: Result, console: Console) -> None:
    """Print the figures, their break-down, and every miss and false alarm."""
    found = result.overall
    title = f"{result.detector} on {result.manifest.file.name}"
    table = Table("", "figure", "95 %", title=title, title_justify="left", box=SIMPLE_HEAD)
    for row in rows(found):
        table.add_row(*row)
    console.print(table)
    for note in notes(result):
        console.print(note, highlight=False)
    for dimension, groups in result.by.items():
        if len(groups) > MOST_ROWS:
            console.print(f"By {dimension}: {len(groups)} values, which --json and --report tell.", highlight=False)
        elif len(groups) > 1:
            console.print(_groups(dimension, groups))
    if result.omnifall is not None:
        console.print(_omnifall(result.omnifall))
    for line in mistakes(result):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def rows(found: Figures) -> Iterator[tuple[str, str, str]]:
    """Yield the figures as (name, value, interval)."""
    yield ("falls found (sensitivity)", *shared(found.sensitivity))
    yield ("  by", counted(found.found_by), "")
    yield ("or found lying (long-lie recall)", *shared(found.long_lie_recall))
    yield ("true alarms (precision)", *shared(found.precision))
    resampled = found.resampled or {}
    yield ("F1", number(found.f1), between(resampled.get("f1")))
    yield ("everyday files in peace", *shared(found.everyday))
    by = f" ({counted(found.false_by)})" if found.false_by else ""
    yield ("false alarms", f"{found.false_alarms.count}{by}", "")
    yield ("a day", *rated(found.false_alarms))
    month = found.false_alarms
    yield ("a camera and month", number(month.per_month, 3), between(month.month_interval, 3))
    yield ("subjects drawn again", number(found.sensitivity.value), between(resampled.get("sensitivity")))
    for name, delay in (("suspected", found.suspected_delay), ("alarm", found.alarm_delay)):
        told = "-" if delay is None else f"{delay['p50']:.2f} / {delay['p95']:.2f} / {delay['max']:.2f} s"
        yield (f"{name}, p50 / p95 / max", told, "")
    yield ("not blind (coverage)", number(found.coverage), "")
    yield ("watched", f"{found.recordings} files, {duration(found.seconds)}", "")


def counted(by: Mapping[str, int]) -> str:
    """So many of each, in words."""
    return ", ".join(f"{name} {count}" for name, count in by.items()) or "-"


def shared(share: Share) -> tuple[str, str]:
    """A share and its interval in words."""
    if share.value is None:
        return "-", ""
    return f"{share.value:.3f} ({share.hits} of {share.of})", between(share.interval)


def rated(rate: Rate) -> tuple[str, str]:
    """A daily rate and its interval in words; of none seen, the most that there may be."""
    if rate.at_most is not None:
        return f"none seen: at most {number(rate.at_most)}", between(rate.interval, 3)
    return number(rate.per_day, 3), between(rate.interval, 3)


def number(value: float | None, digits: int = 3) -> str:
    """A number, or a dash."""
    if value is None:
        return "-"
    if value == round(value) or abs(value) >= 100:  # noqa: PLR2004 - three digits are enough
        return f"{value:,.0f}"
    return f"{value:.{digits}g}" if abs(value) >= 1 else f"{value:.{digits}f}"


def between(interval: tuple[float, float] | None, digits: int = 3) -> str:
    """An interval, or nothing."""
    return "" if interval is None else f"{number(interval[0], digits)} to {number(interval[1], digits)}"


def duration(seconds: float) -> str:
    """A time in the unit that suits it."""
    for unit, length in (("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.1f} s"


def notes(result: Result) -> Iterator[str]:
    """Yield what one must know to read the figures."""
    found = result.overall
    if found.excused:
        yield f"{found.excused} falls were got up from before they could be confirmed: they count neither way."
    if found.cut_short:
        yield f"{found.cut_short} missed falls end with their file before they could be confirmed; --hold goes on."
    if found.behaviour_alarms.count:
        yield f"{found.behaviour_alarms.count} alarms of behaviour (stillness and such) are not counted as false."
    if 0 < found.seconds < 86_400:  # noqa: PLR2004 - a day
        yield f"Watched for {duration(found.seconds)} only: a rate per day from so little says next to nothing."
    if result.hold:
        yield f"Alarms in the {result.hold:g} s for which last frames went on count, those seconds do not."


def _groups(dimension: str, groups: Mapping[str, Figures]) -> Table:
    table = Table(Column(dimension, no_wrap=True), box=SIMPLE_HEAD)
    for name in GROUP_HEAD:
        table.add_column(name, no_wrap=True)
    for row in group_rows(groups):
        table.add_row(*row)
    return table


def group_rows(groups: Mapping[str, Figures]) -> Iterator[tuple[str, ...]]:
    """Yield one row for each value of a dimension, under `GROUP_HEAD`."""
    for value, found in groups.items():
        share, interval = shared(found.sensitivity)
        delay = found.alarm_delay
        yield (
            value or "(not said)",
            str(found.falls),
            share.partition(" ")[0],
            interval,
            str(found.long_lie_recall.hits - found.sensitivity.hits),
            str(found.false_alarms.count),
            duration(found.seconds),
            "-" if delay is None else f"{delay['p50']:.2f} / {delay['p95']:.2f} s",
        )


def _omnifall(metrics: Mapping[str, Any]) -> Table:
    title = f"OmniFall's segment metrics, {metrics['segments']} segments"
    table = Table("", "segments", *METRICS, title=title, title_justify="left")
    for kind in POSITIVES:
        of = metrics[kind]
        table.add_row(kind, str(of["segments"]), *(number(of[name]) for name in METRICS))
    return table


def mistakes(result: Result) -> Iterator[str]:
    """Yield every fall that was not found in time and every false alarm, one line each."""
    for outcome in result.outcomes:
        row = outcome.row
        if outcome.verdict in (Verdict.MISSED, Verdict.LATE):
            how = outcome.verdict.value
            seen = "never suspected" if outcome.suspected is None else f"suspected at {outcome.suspected.time:.1f} s"
            yield f"{how:7} {row.path}  fall at {row.onset:g} s, {seen}  {row.notes}".rstrip()
    for alarm in result.false_alarms:
        more = f" (and {alarm.more} more)" if alarm.more else ""
        what = f"{alarm.told.event} at {alarm.told.time:.1f} s{more}"
        yield f"false   {alarm.path}  {what}  {' '.join(alarm.told.reasons)}"
