"""What goes wrong in a life: each kind takes a day's plan and gives it back with the emergency in it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from guardian.lab.household.life import DAY, HALL, KITCHEN, LIVING, OUT, UNSEEN, Stretch, laid_out, visit


@dataclass(frozen=True, slots=True)
class Emergency:
    """From minute `begins` of a day until `ends`, when somebody has come."""

    kind: str
    begins: float
    ends: float


Plan: TypeAlias = tuple[Stretch, ...]
Change: TypeAlias = Callable[[Plan, np.random.Generator, float], tuple[Plan, Emergency]]


def not_up(plan: Plan, random: np.random.Generator, rises: float) -> tuple[Plan, Emergency]:
    """Fallen beside the bed at night, where nothing is seen, until somebody comes."""
    fell, found = float(random.uniform(60, rises - 40)), rises + float(random.uniform(300, 480))
    changed = cut(plan, fell, found, [Stretch(fell, UNSEEN)], (LIVING, "seated", "sofa"))
    return changed, Emergency("not up", rises, found)


def out_of_sight(plan: Plan, random: np.random.Generator, rises: float) -> tuple[Plan, Emergency]:
    """By day, fallen where nothing is seen."""
    fell = at_home(plan, random, rises + 90, 960)
    found = fell + float(random.uniform(300, 480))
    changed = cut(plan, fell, found, [Stretch(fell, UNSEEN)], (LIVING, "seated", "sofa"))
    return changed, Emergency("out of sight", fell, min(found, DAY))


def wanders(plan: Plan, random: np.random.Generator, rises: float) -> tuple[Plan, Emergency]:
    """Up and about in the middle of the night."""
    begins, lasts = float(random.uniform(60, min(200, rises - 120))), float(random.uniform(75, 150))
    ends = min(begins + lasts, rises - 10)
    rounds, at = [], begins
    while at < ends:
        rounds.append(Stretch(at, str(random.choice([KITCHEN, LIVING])), stirs=0.3))
        at += float(random.uniform(3, 15))
    return cut(plan, begins, ends, rounds, (UNSEEN, "upright", None)), Emergency("wanders", begins, ends + 30)


def often_up(plan: Plan, random: np.random.Generator, rises: float) -> tuple[Plan, Emergency]:
    """Many visits to the bathroom in one night, as with an infection."""
    times = sorted(random.uniform(15, rises - 30, int(random.integers(5, 9))))
    visits = [each for at in times for each in visit(random, float(at))]
    kept = [each for each in plan if each.start == 0 or each.start >= rises]
    return laid_out([*kept, *visits]), Emergency("often up", float(times[0]), rises + 60)


def motionless(plan: Plan, random: np.random.Generator, rises: float) -> tuple[Plan, Emergency]:
    """Does not move in the armchair any more."""
    begins = at_home(plan, random, rises + 90, 1_080)
    ends = begins + float(random.uniform(200, 300))
    sits = [Stretch(begins, LIVING, "seated", "chair", stirs=1e9)]
    return cut(plan, begins, ends, sits, (LIVING, "seated", "sofa")), Emergency("motionless", begins, min(ends, DAY))


def no_meals(plan: Plan, random: np.random.Generator, rises: float) -> tuple[Plan, Emergency]:
    """Up, and not once in the kitchen."""
    instead = replace(plan[0], room=LIVING, posture="seated", place="sofa", stirs=float(random.uniform(2, 6)))
    changed = tuple(replace(instead, start=each.start) if each.room == KITCHEN else each for each in plan)
    return changed, Emergency("no meals", rises, DAY)


KINDS: Mapping[str, Change] = {
    "not up": not_up,
    "out of sight": out_of_sight,
    "wanders": wanders,
    "often up": often_up,
    "motionless": motionless,
    "no meals": no_meals,
}


def cut(plan: Plan, begins: float, ends: float, instead: Iterable[Stretch], after: tuple[str, str, str | None]) -> Plan:
    """A plan with other stretches between two minutes, and one afterwards until the next begins."""
    room, posture, place = after
    before = [each for each in plan if each.start < begins]
    later = [each for each in plan if each.start > ends]
    return laid_out([*before, *instead, Stretch(ends, room, posture, place, stirs=3.0), *later])


def at_home(plan: Plan, random: np.random.Generator, first: float, last: float) -> float:
    """Some minute between two at which somebody can be seen, and has been for a while."""
    spans = [
        (max(first, each.start + 2), min(last, after.start - 2))
        for each, after in pairwise((*plan, Stretch(DAY, OUT)))
        if each.room not in (UNSEEN, OUT, HALL) and not each.guests
    ]
    spans = [(low, high) for low, high in spans if high > low] or [(first, last)]
    low, high = spans[int(random.integers(len(spans)))]
    return float(random.uniform(low, high))
