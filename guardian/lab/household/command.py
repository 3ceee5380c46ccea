"""`guardian lab household`: what is told of months of somebody's life, against what is true of them."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from multiprocessing import get_context
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from guardian.events import CheckInMissed, Event, NightWandering, RoutineBroken, StillnessExceeded
from guardian.lab.console import stdout
from guardian.lab.evaluate.intervals import poisson, wilson
from guardian.lab.household.autoencoder import strangeness
from guardian.lab.household.emergencies import KINDS, Emergency
from guardian.lab.household.life import Life
from guardian.lab.household.watched import ROOMS, Watched, settings
from guardian.usual import LEARNING_DAYS

FIRST = date(2025, 2, 3)
"""A Monday; summer time begins 55 days later."""
ALERTS = (RoutineBroken, NightWandering, StillnessExceeded, CheckInMissed)
LEARNS, APART = LEARNING_DAYS + 3, 4
"""No emergency before the first of these days, and then at least so many days between two."""
AGAIN_SECONDS = 6 * 3600.0
"""What is told so soon after another is of the same cause."""


@dataclass(slots=True)
class Result:
    """What came of one life: emergencies by kind with the minutes until something was told, or None; alerts of ordinary
    days; days that were ordinary and judged; bytes that the days take; of each day whether it was an emergency, and how
    strange an autoencoder found it.
    """

    found: list[tuple[str, float | None]] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    ill: int = 0
    ill_alerts: int = 0
    judged: int = 0
    bytes: int = 0
    days: int = 0
    strange: list[tuple[bool, float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Task:
    """One life: its seed, and so many days of it."""

    seed: int
    days: int


def live(task: Task) -> Result:
    """Live one life, and judge what was told."""
    life, random = Life(task.seed, FIRST, task.days), np.random.default_rng((task.seed, 7))
    watched, result, kinds = Watched(task.seed, FIRST, settings()), Result(), list(random.permutation(list(KINDS)))
    free, kinds_of_days = LEARNS, list[bool | None]()
    for number in range(task.days):
        mood, plan, emergency = life.mood(number), life.plan(number), None
        if number >= free and not (mood.away or mood.ill) and random.random() < 1 / APART:
            kind = kinds[len(result.found) % len(kinds)]
            plan, emergency = KINDS[kind](plan, random, life.rising(number))
            free = number + APART
        day = FIRST + timedelta(days=number)
        told = [(each, moment.wall.hour * 60 + moment.wall.minute) for moment, each in watched.live(day, plan)]
        alerts = [(each, minute) for each, minute in told if isinstance(each, ALERTS)]
        kinds_of_days.append(emergency is not None if not (mood.ill or mood.away) else None)
        if number >= LEARNING_DAYS:
            judge(result, alerts, emergency, number, ill=mood.ill)
    result.bytes, result.days = sum(len(day.encode()) for day in watched.days), len(watched.days)
    scores = strangeness(watched.days, list(ROOMS))
    result.strange = [
        (kind, score)
        for kind, score in zip(kinds_of_days, scores, strict=False)
        if kind is not None and score is not None
    ]
    return result


def judge(
    result: Result, alerts: Sequence[tuple[Event, int]], emergency: Emergency | None, number: int, *, ill: bool
) -> None:
    """Count the alerts of one day."""
    if emergency is not None:
        within = [minute for _, minute in alerts if emergency.begins <= minute <= emergency.ends]
        result.found.append((emergency.kind, within[0] - emergency.begins if within else None))
    elif ill:
        result.ill += 1
        result.ill_alerts += bool(alerts)
    else:
        result.judged += 1
        last = -1e9
        for event, minute in alerts:
            if 60 * (minute - last) > AGAIN_SECONDS:
                reason = " ".join(event.reasons)
                result.false.append(
                    f"day {number + 1}, {minute // 60:02}:{minute % 60:02} {type(event).__name__}: {reason}"
                )
                last = minute


def household(*, days: int, seed: int, homes: int, jobs: int, as_json: bool) -> int:
    """Print what was told of so many lives of so many days each."""
    tasks, console = [Task(seed + number, days) for number in range(homes)], Console(stderr=True)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as workers:
        lives = list(track(workers.map(live, tasks), total=homes, console=console, disable=not console.is_terminal))
    if as_json:
        print(json.dumps(document(lives, seed)))
    else:
        _print(lives, seed)
    return 0


def document(lives: Sequence[Result], seed: int) -> dict[str, Any]:
    """The figures, labelled as simulated."""
    found = [each for life in lives for each in life.found]
    delays = sorted(delay for _, delay in found if delay is not None)
    judged, false = sum(life.judged for life in lives), [alert for life in lives for alert in life.false]
    return {
        "simulated": True,
        "seed": seed,
        "homes": len(lives),
        "emergencies": len(found),
        "told": len(delays),
        "sensitivity": round(len(delays) / len(found), 3) if found else None,
        "sensitivity_interval": wilson(len(delays), len(found)),
        "by_kind": {kind: list(_of(found, kind)) for kind in KINDS},
        "delay_minutes": {str(share): _quantile(delays, share) for share in (0.5, 0.95)},
        "ordinary_days": judged,
        "false_alerts": len(false),
        "days_per_false_alert": round(judged / len(false), 1) if false else None,
        "false_alerts_in_50_days": [
            round(50 * edge / max(1, judged), 2) for edge in (len(false), *poisson(len(false)))
        ],
        "autoencoder_told": _at_as_many_false(lives, len(false)),
        "days_ill": sum(life.ill for life in lives),
        "days_ill_with_alerts": sum(life.ill_alerts for life in lives),
        "bytes_per_day": round(sum(life.bytes for life in lives) / max(1, sum(life.days for life in lives))),
        "false": false,
    }


def _of(found: Iterable[tuple[str, float | None]], kind: str) -> tuple[int, int, float | None]:
    """How many of a kind were told, of how many, and after how many minutes in the middle."""
    delays = [delay for each, delay in found if each == kind]
    told = sorted(delay for delay in delays if delay is not None)
    return len(told), len(delays), _quantile(told, 0.5)


def _at_as_many_false(lives: Iterable[Result], false: int) -> tuple[int, int]:
    """How many days with an emergency, of how many, an autoencoder finds strange, if its threshold is such that it is
    as often wrong as the rules were; chosen on these very days, so that it is flattered.
    """
    strange = [each for life in lives for each in life.strange]
    ordinary = sorted((score for emergency, score in strange if not emergency), reverse=True)
    threshold = ordinary[false] if false < len(ordinary) else 0.0
    found = [score > threshold for emergency, score in strange if emergency]
    return sum(found), len(found)


def _quantile(delays: Sequence[float], share: float) -> float | None:
    return round(float(np.quantile(delays, share)), 1) if delays else None


def _print(lives: Sequence[Result], seed: int) -> None:
    said, out = document(lives, seed), stdout()
    table = Table(box=None)
    for head in ("emergency", "told", "after, in the middle"):
        table.add_column(head, no_wrap=True)
    found = [each for life in lives for each in life.found]
    for kind in KINDS:
        told, of, delay = _of(found, kind)
        table.add_row(kind, f"{told} of {of}", "" if delay is None else f"{delay:.0f} min")
    out.print(table)
    for sentence, times in Counter(
        alert.split(": ", 1)[0].split(" ")[-1] for life in lives for alert in life.false
    ).items():
        out.print(f"false: {times} {sentence}")
    for number, life in enumerate(lives):
        for alert in life.false:
            out.print(f"  home {seed + number}, {alert}")
    low, high = said["sensitivity_interval"] or (0.0, 1.0)
    few, least, most = said["false_alerts_in_50_days"]
    out.print(
        f"Simulated: {len(lives)} homes (seed {seed}): {said['told']} of {said['emergencies']} emergencies told "
        f"(95 %: {low:.2f} to {high:.2f}), {said['false_alerts']} false alerts on {said['ordinary_days']} ordinary "
        f"days, {few} in 50 days (95 %: {least} to {most}); told on {said['days_ill_with_alerts']} of "
        f"{said['days_ill']} days of illness; {said['bytes_per_day']} bytes a day."
    )
    told, of = said["autoencoder_told"]
    out.print(f"An autoencoder with as many false alerts, when the days are over: {told} of {of} emergencies.")
