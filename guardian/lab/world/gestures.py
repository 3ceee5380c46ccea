"""`guardian lab gestures`: how many simulated calls for help with an arm are found, and how often everyday arms ring.

Everyday movements are done without end, as nobody does them: the rate is that of an hour of them, not of a day.
"""

from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from guardian.events import HelpGestured
from guardian.lab.analyse import NOON
from guardian.lab.arms import EVERYDAY, HELP
from guardian.lab.console import stdout
from guardian.lab.evaluate.intervals import poisson, wilson
from guardian.lab.world.seen import observe
from guardian.lab.world.truth import World
from guardian.lab.world.waving import CALLING, Staged, calling, everyday, when
from guardian.moment import Moment
from guardian.pipeline import Pipeline
from guardian.settings import Behaviour, Camera, Room, Settings

LATE_SECONDS = 1.0
"""So long after the arm has gone down a call still counts as found."""
MERGED_SECONDS = 60.0
"""What is told again so soon is the same alarm."""
ROOM = Room(name="room", camera=Camera(source="simulated"))


@dataclass(frozen=True, slots=True)
class Watched:
    """What came of one scene: what was done and how the body was held, for how many `seconds`; the seconds, from the
    beginning of it, at which a gesture was told, and whether one was told before.
    """

    name: str
    posture: str
    seconds: float
    told: tuple[float, ...]
    before: bool

    @property
    def found(self) -> bool:
        """Whether it was told while it was done, or just after."""
        return any(time <= self.seconds + LATE_SECONDS for time in self.told)

    @property
    def alarms(self) -> int:
        """How many alarms the household has of it."""
        count, last = 0, float("-inf")
        for time in self.told:
            if time - last > MERGED_SECONDS:
                count, last = count + 1, time
        return count


@dataclass(frozen=True, slots=True)
class _Task:
    seed: int
    number: int
    seconds: float | None


def watch(task: _Task) -> Watched:
    """Watch one scene: a call for help, or, where there are `seconds`, so long of what arms do every day."""
    random = np.random.default_rng((task.seed, task.number, int(task.seconds is not None)))
    staged = calling(random, task.number) if task.seconds is None else everyday(random, task.number, task.seconds)
    return seen(staged, random)


def seen(staged: Staged, random: np.random.Generator) -> Watched:
    """What the box tells of a scene, seen with the errors of the eye."""
    world = World(staged.scene)
    begin, end = when(world)
    settings = Settings(rooms=(ROOM,), behaviour=Behaviour(help_gesture=True))
    pipeline = Pipeline(ROOM, settings, 0.0)
    told = []
    for observation in observe(world, random, empty=0.0):
        events = pipeline.update(observation, Moment(observation.time, NOON))
        told += [observation.time - begin for event in events if isinstance(event, HelpGestured)]
    after = tuple(time for time in told if time >= 0)
    return Watched(staged.name, staged.posture, end - begin, after, before=len(after) < len(told))


def gestures(*, calls: int, movements: int, seconds: float, seed: int, jobs: int) -> int:
    """Print how many of so many calls for help are found, and what is told of so many everyday movements, each done for
    so many seconds.
    """
    tasks = [*(_Task(seed, n, None) for n in range(calls)), *(_Task(seed, n, seconds) for n in range(movements))]
    console = Console(stderr=True)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as workers:
        made = workers.map(watch, tasks)
        watched = list(track(made, total=len(tasks), console=console, disable=not console.is_terminal))
    out = stdout()
    out.print(found_table(watched[:calls]))
    out.print(false_table(watched[calls:]))
    out.print(summary(watched[:calls], watched[calls:], seed))
    return 0


def found_table(calls: list[Watched]) -> Table:
    """How many calls were found, by how the body was held and by the way of calling, with Wilson's interval."""
    table = Table(box=None)
    for head in ("called from", *HELP, "all", "95 %"):
        table.add_column(head, no_wrap=True)
    for posture in (*CALLING, ""):
        rows = [each for each in calls if posture in ("", each.posture)]
        cells = [share([each for each in rows if each.name == way]) for way in HELP]
        low, high = wilson(sum(each.found for each in rows), len(rows)) or (0.0, 1.0)
        table.add_row(posture or "in all", *cells, share(rows), f"{low:.2f} to {high:.2f}")
    return table


def share(rows: list[Watched]) -> str:
    """How many of them were found."""
    return f"{sum(each.found for each in rows)} of {len(rows)}"


def false_table(movements: list[Watched]) -> Table:
    """What was told of everyday movements that nobody should be told of."""
    table = Table(box=None)
    for head in ("movement", "minutes", "told", "of these"):
        table.add_column(head, no_wrap=True)
    minutes: dict[str, float] = defaultdict(float)
    told: dict[str, Counter[str]] = defaultdict(Counter)
    for each in movements:
        minutes[each.name] += each.seconds / 60
        told[each.name][each.posture] += each.alarms
    for name in EVERYDAY:
        held = ", ".join(f"{count} {posture}" for posture, count in told[name].items() if count)
        table.add_row(name, f"{minutes[name]:.0f}", str(told[name].total()), held)
    return table


def summary(calls: list[Watched], movements: list[Watched], seed: int) -> str:
    """The figures in sentences."""
    delays = [each.told[0] for each in calls if each.found]
    middle, late = np.quantile(delays, [0.5, 0.9]) if delays else (np.nan, np.nan)
    hours = sum(each.seconds for each in movements) / 3600
    false = sum(each.alarms for each in movements)
    again = sum(len(each.told) > 1 for each in movements)
    early = sum(each.before for each in (*calls, *movements))
    rate, least, most = (figure / max(hours, 1e-9) for figure in (false, *poisson(false)))
    return (
        f"Simulated (seed {seed}): told {middle:.1f} s after the arm began to go up (90 %: {late:.1f} s). "
        f"{hours:.1f} hours of nothing but everyday movements of the arms: {false} told, {rate:.1f} an hour (95 %: "
        f"{least:.1f} to {most:.1f}); in {again} scenes again, so that help is called at once. Told of walking, "
        f"sitting down, lying down or falling before: {early} of {len(calls) + len(movements)} scenes."
    )
