"""What a soak says: how fast each figure grows, with an interval, and whether that is shown to be little enough."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rich.table import Table

from guardian.lab.console import stdout
from guardian.lab.growth import Growth, growth

Sample: TypeAlias = dict[str, float]
"""`seconds` since the start, `alarms` until then, `life` where processes follow each other; and `WHOSE FIGURE`s."""
OWN = ("seconds", "life", "alarms")
MEMORY_MB_A_DAY = 1.0
"""The goal: what grows by less outlives any Raspberry Pi's patience by years."""
LIMITS = {"traced_mb": MEMORY_MB_A_DAY, "memory_mb": MEMORY_MB_A_DAY, "descriptors": 0.5, "threads": 0.5}
"""By how much a figure may grow in 24 h; the other figures are what alarms leave behind, and are told without."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure: at the first and the last sample that count, and how it grows in 24 h."""

    name: str
    first: float
    last: float
    growth: Growth
    most: float | None

    @property
    def grows(self) -> bool:
        """Whether it is shown to grow by more than it may."""
        return self.most is not None and self.growth.low > self.most

    @property
    def verdict(self) -> str:
        """What is shown, in words."""
        if self.most is None:
            return ""
        if self.growth.within(self.most):
            return "does not grow"
        return "GROWS" if self.grows else "not shown"


def findings(samples: Sequence[Sample], warm_up: float) -> tuple[Finding, ...]:
    """Judge what was sampled later than `warm_up` seconds. Raises ValueError where that is too little."""
    late = [each for each in samples if each["seconds"] >= warm_up]
    names = [name for name in (late[-1] if late else {}) if name not in OWN]
    return tuple(_finding(name, [each for each in late if name in each]) for name in names)


def _finding(name: str, samples: Sequence[Sample]) -> Finding:
    seconds, values = ([each[key] for each in samples] for key in ("seconds", name))
    of_a_process = name.endswith(("traced_mb", "memory_mb"))  # the others must not grow from one to the next either
    lives = [each.get("life", 0.0) for each in samples] if of_a_process else None
    found = growth(seconds, values, lives)
    return Finding(name, values[0], values[-1], found, LIMITS.get(name.rpartition(" ")[2]))


def report(samples: Sequence[Sample], warm_up: float, had: Iterable[str]) -> int:
    """Print the findings; 0 where nothing is shown to grow, else 1. Raises ValueError where there are too few."""
    found = findings(samples, warm_up)
    table = Table(box=None)
    for head in ("figure", "first", "last", "in 24 h", "95 %", ""):
        table.add_column(head, no_wrap=True)
    for each in found:
        interval = f"{each.growth.low:+.3g} to {each.growth.high:+.3g}"
        numbers = (f"{each.first:.6g}", f"{each.last:.6g}", f"{each.growth.per_day:+.3g}", interval)
        table.add_row(each.name, *numbers, each.verdict)
    out = stdout()
    out.print(table)
    hours, alarms = (samples[-1][key] / unit for key, unit in (("seconds", 3600.0), ("alarms", 1.0)))
    counted = f"{hours:.3g} h, of which the first {warm_up / 3600:.2g} do not count"
    out.print(f"{counted}; {alarms:g} alarms; faults: {', '.join(had)}")
    return int(any(each.grows for each in found))
