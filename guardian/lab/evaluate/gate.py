"""Floors under the quality: what a run must reach, or else it has failed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import isfinite

from guardian.errors import ConfigurationError
from guardian.lab.evaluate.summary import Figures

Figure = Callable[[Figures], float | None]


def _delay(kind: str, rank: str) -> Figure:
    return lambda found: (getattr(found, kind) or {}).get(rank)


AT_LEAST: dict[str, Figure] = {
    "sensitivity": lambda found: found.sensitivity.value,
    "long_lie_recall": lambda found: found.long_lie_recall.value,
    "precision": lambda found: found.precision.value,
    "f1": lambda found: found.f1,
    "everyday": lambda found: found.everyday.value,
    "coverage": lambda found: found.coverage,
    "falls": lambda found: found.falls,
}
AT_MOST: dict[str, Figure] = {
    "missed": lambda found: found.missed,
    "false_alarms": lambda found: found.false_alarms.count,
    "false_alarms_per_day": lambda found: found.false_alarms.per_day,
    **{
        f"{kind}_{rank}": _delay(kind, rank)
        for kind in ("alarm_delay", "suspected_delay")
        for rank in ("p50", "p95", "max")
    },
}
FIGURES = {**AT_LEAST, **AT_MOST}


@dataclass(frozen=True, slots=True)
class Floor:
    """A figure, and the value that it must reach (or, where less is better, not exceed)."""

    key: str
    value: float

    def missed(self, found: Figures) -> str:
        """Say how the figure falls short; "" where it does not. What cannot be told has not been reached."""
        figure = FIGURES[self.key](found)
        right = f"at {'least' if self.key in AT_LEAST else 'most'} {self.value:g} would be right"
        if figure is None:
            return f"{self.key} cannot be told from this manifest; {right}"
        good = figure >= self.value if self.key in AT_LEAST else figure <= self.value
        return "" if good else f"{self.key} is {figure:.4g}; {right}"


def floor(text: str) -> Floor:
    """Read KEY=VALUE. Raises ConfigurationError."""
    key, _, value = text.partition("=")
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if key not in FIGURES or not isfinite(number):
        message = f"--floor {text}: is wrong; KEY=NUMBER would be right, KEY one of {', '.join(FIGURES)}"
        raise ConfigurationError(message)
    return Floor(key, number)


def shortfalls(floors: Iterable[Floor], found: Figures) -> Iterator[str]:
    """Yield one sentence for each floor that was not reached."""
    yield from (sentence for sentence in (each.missed(found) for each in floors) if sentence)
