"""False alarms of everybody in simulated days: `python -m guardian.lab.network.days --days 30 --seed 501 --jobs 2`.

The same days as `guardian lab days` has, in which nobody falls, with places drawn where the household drew them; who
decides takes the threshold that `guardian lab judge` chose.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from guardian.events import Event
from guardian.falls import FallDetector
from guardian.lab.evaluate.intervals import poisson
from guardian.lab.network.judge import BOTH, EITHER, EVERYBODY, GATED, RULES, SHIPPED, SLIDING
from guardian.lab.network.verdicts import ROOM, Decider, Either, Gated, Joined, Sliding
from guardian.lab.world.days import DAY, live, rings_anew
from guardian.moment import Moment
from guardian.network import Network, shipped
from guardian.opinion import Opinion
from guardian.pipeline import Pipeline
from guardian.settings import Falls, Settings


@dataclass(frozen=True, slots=True)
class Task:
    """One day to be watched, and the thresholds."""

    seed: int
    day: int
    network: Path
    gated: float
    sliding: float
    either: float
    weight: float
    bias: float


@dataclass(slots=True)
class _Count:
    """Alarms of one decider, those within a minute being one."""

    alarms: Counter[tuple[str, str]]
    told: float = float("-inf")

    def take(self, events: Sequence[Event], activity: str) -> None:
        """Count what was told while that was going on."""
        for event in events:
            if rings_anew(event, self.told):
                self.told = event.time
                self.alarms[activity, type(event).__name__] += 1


def watch(task: Task) -> dict[str, Counter[tuple[str, str]]]:
    """The false alarms of everybody in one day, by activity and event."""
    opinion, falls = Opinion(Network.load(task.network)), Falls()
    deciders: dict[str, Decider] = {
        GATED: Gated(opinion, task.gated, falls),
        SLIDING: Sliding(opinion, task.sliding),
        EITHER: Either(opinion, task.either, falls),
        BOTH: Joined(opinion, task.weight, task.bias, falls),
        SHIPPED: FallDetector(ROOM, falls, opinion),
    }
    counts = {name: _Count(Counter()) for name in (RULES, *deciders)}
    pipeline: Pipeline | None = None
    for activity, observation, room in live(task.seed, task.day):
        now = observation.time
        pipeline = pipeline or Pipeline(room, Settings(rooms=(room,)), now)
        events = pipeline.update(observation, Moment(now, DAY + timedelta(seconds=now)))
        counts[RULES].take(events, activity)
        opinion.update(pipeline.figures, now)
        for name, decider in deciders.items():
            counts[name].take(decider.update(pipeline.figures, now), activity)
    return {name: count.alarms for name, count in counts.items()}


def main(arguments: Sequence[str]) -> int:
    """Print the false alarms of everybody."""
    parser = argparse.ArgumentParser(description="Count the false alarms of rules and network in simulated days.")
    parser.add_argument("--days", type=int, default=30, metavar="N", help="so many camera-days (default: 30)")
    parser.add_argument("--seed", type=int, default=501, metavar="S", help="other homes (default: 501)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="so many processes (default: 1)")
    parser.add_argument("--network", type=Path, default=shipped(), metavar="F.tflite", help="default: the one kept")
    parser.add_argument("--gated", type=float, default=2.0, metavar="T", help="threshold of what the rules suspect")
    parser.add_argument("--sliding", type=float, default=2.0, metavar="T", help="threshold of the network alone")
    parser.add_argument("--either", type=float, default=4.0, metavar="T", help="threshold of the network or the rules")
    parser.add_argument("--weight", type=float, default=0.72, metavar="W", help="of the network beside the rules")
    parser.add_argument("--bias", type=float, default=0.5, metavar="B", help="of both together")
    wanted = parser.parse_args(arguments)
    thresholds = wanted.gated, wanted.sliding, wanted.either, wanted.weight, wanted.bias
    tasks = [Task(wanted.seed, day, wanted.network, *thresholds) for day in range(wanted.days)]
    total: dict[str, Counter[tuple[str, str]]] = {name: Counter() for name in EVERYBODY}
    console = Console(stderr=True)
    with ProcessPoolExecutor(wanted.jobs, mp_context=get_context("spawn")) as workers:
        made = workers.map(watch, tasks)
        for found in track(made, total=len(tasks), console=console, disable=not console.is_terminal):
            for name, alarms in found.items():
                total[name] += alarms
    show(total, wanted.days)
    return 0


def show(total: dict[str, Counter[tuple[str, str]]], days: int) -> None:
    """Print one line for each decider, and then of what its alarms were."""
    table = Table(box=None)
    for head in ("decided by", "false alarms", "a day (95 %)"):
        table.add_column(head, no_wrap=True)
    for name, alarms in total.items():
        count = sum(alarms.values())
        low, high = (edge / days for edge in poisson(count))
        table.add_row(name, str(count), f"{count / days:.2f} ({low:.2f} to {high:.2f})")
    Console(soft_wrap=True).print(table)
    for name, alarms in total.items():
        kinds = ", ".join(f"{number} {event} at {activity}" for (activity, event), number in alarms.most_common())
        print(f"{name}: {kinds or 'none'}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
