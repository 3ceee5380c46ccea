"""`guardian lab days`: false alarms in simulated camera-days of ordinary life, by what was going on.

Nobody falls here: every alarm is false. A day is some twenty-five visits to the room, between which it is empty.
"""

import json
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from guardian import recording
from guardian.events import URGENT_EVENTS, Event, FallSuspected, LongLie, StillnessExceeded
from guardian.lab.console import stdout
from guardian.lab.evaluate.intervals import poisson
from guardian.lab.world.edges import AT_EDGE, at_edge
from guardian.lab.world.homes import ACTIVITIES, Home, home
from guardian.lab.world.seen import observe
from guardian.lab.world.truth import World
from guardian.moment import Moment
from guardian.network import judge_for
from guardian.pipeline import Pipeline
from guardian.settings import Camera, Falls, Room, Settings
from guardian.skeleton import Observation

DAYS_A_HOME = 3
"""After so many days the camera moves to another home: homes differ more than days do."""
MORNING, EVENING = 7 * 3600.0, 22.5 * 3600.0
MERGED_SECONDS = 60.0
SCENE_SECONDS = 60.0
LONGEST = 3500.0
"""Seconds that one stays in one place at most: the film language allows an hour."""
DAY = datetime(2025, 3, 3, tzinfo=timezone.utc)
DAYS_A_MONTH = 30.44


@dataclass(slots=True)
class Tally:
    """What came of some days: alarms, suspicions and stillness by activity, and how long each was watched."""

    days: int = 0
    alarms: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    suspected: Counter[str] = field(default_factory=Counter)
    stillness: int = 0
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    drawn: int = 0
    alarms_drawn: int = 0

    def add(self, other: "Tally") -> None:
        """Take the days of another one in."""
        self.days += other.days
        self.alarms += other.alarms
        self.kinds += other.kinds
        self.suspected += other.suspected
        self.stillness += other.stillness
        self.drawn += other.drawn
        self.alarms_drawn += other.alarms_drawn
        for activity, seconds in other.seconds.items():
            self.seconds[activity] += seconds


@dataclass(frozen=True, slots=True)
class _Task:
    seed: int
    day: int
    sensitivity: str
    save: Path | None


def live(seed: int, day: int) -> Iterator[tuple[str, Observation, Room]]:
    """One day of one camera: what was going on, and what the eye saw; seconds count from midnight."""
    place = home(np.random.default_rng((seed, day // DAYS_A_HOME)))
    room = Room(name="room", camera=Camera(source="csi"), places=place.places)
    doing = (*ACTIVITIES, *AT_EDGE)
    for name, observation in visited(place, np.random.default_rng((seed, day, 1)), day, only=doing):
        yield name, observation, room


def visited(
    place: Home,
    random: np.random.Generator,
    day: int,
    longest_sitting: float = LONGEST,
    only: Collection[str] = tuple(ACTIVITIES),
) -> Iterator[tuple[str, Observation]]:
    """One day of one home. `longest_sitting` cuts short what takes most of the day, and in which least happens; `only`
    these activities are done.
    """
    known = {**ACTIVITIES, **{name: each for name, each in at_edge(place).items() if name in only}}
    often = {name: random.poisson(mean) for name, (_, mean, _) in known.items()}
    visits = [name for name, times in often.items() if name in only for _ in range(times)]
    random.shuffle(visits)
    begin = MORNING
    for number, name in enumerate(visits):
        doing, _, seconds = known[name]
        longest = (EVENING - begin) / (len(visits) - number)
        most = longest_sitting if name == "sitting" else LONGEST
        does = doing(random, float(min(longest, most, random.exponential(seconds) + 3)))
        world = World(place.scene(day * 1000 + number, *does), place.pace)
        last = begin
        for observation in observe(world, random, begin):
            last = observation.time
            yield name, observation
        begin = last + max(1.0, float(random.uniform(0.0, 1.0)) * max(0.0, longest - (last - begin)))


def rings_anew(event: Event, told: float) -> bool:
    """Whether an event is another false alarm than the one that was told of at `told`, seconds. LongLie never is: it
    only says once more of a body that it still lies there.
    """
    urgent = isinstance(event, URGENT_EVENTS) and not isinstance(event, LongLie)
    return urgent and event.time - told > MERGED_SECONDS


def watch(task: _Task) -> Tally:
    """Watch one day."""
    tally, pipeline, told = Tally(days=1), None, -np.inf
    recent: deque[Observation] = deque()
    before = MORNING
    for name, observation, room in live(task.seed, task.day):
        now = observation.time
        if pipeline is None:
            falls = Falls.model_validate({"sensitivity": task.sensitivity})
            pipeline = Pipeline(room, Settings(rooms=(room,), falls=falls), now, network=judge_for(falls))
            tally.drawn = int(bool(room.places))
        recent.append(observation)
        while now - recent[0].time > SCENE_SECONDS:
            recent.popleft()
        tally.seconds[name] += min(5.0, now - before)
        before = now
        for event in pipeline.update(observation, Moment(now, DAY + timedelta(seconds=now))):
            tally.suspected[name] += isinstance(event, FallSuspected)
            tally.stillness += isinstance(event, StillnessExceeded)
            if rings_anew(event, told):
                told = now
                tally.alarms[name] += 1
                tally.kinds[type(event).__name__] += 1
                tally.alarms_drawn += bool(room.places)
                _save(task, recent, name, type(event).__name__)
    return tally


def _save(task: _Task, recent: deque[Observation], activity: str, kind: str) -> None:
    """Keep what led to an alarm, to be looked at by `guardian replay`."""
    if task.save is None:
        return
    name = f"day{task.day:03}-{round(recent[-1].time):05}-{kind}-{activity.replace(' ', '_')}.jsonl"
    lines = [recording.header(), *(recording.dumps(each) for each in recent)]
    (task.save / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def days(count: int, *, seed: int, jobs: int, sensitivity: str, save: Path | None, as_json: bool) -> int:
    """Print the false alarms of so many simulated camera-days."""
    if save is not None:
        save.mkdir(parents=True, exist_ok=True)
    tasks = [_Task(seed, day, sensitivity, save) for day in range(count)]
    total, console = Tally(), Console(stderr=True)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as workers:
        for tally in track(workers.map(watch, tasks), total=count, console=console, disable=not console.is_terminal):
            total.add(tally)
    if as_json:
        print(json.dumps(document(total, seed, sensitivity)))
    else:
        _print(total, seed, sensitivity)
    return 0


def document(total: Tally, seed: int, sensitivity: str) -> dict[str, object]:
    """The figures, labelled as simulated."""
    count = sum(total.alarms.values())
    low, high = poisson(count)
    return {
        "simulated": True,
        "seed": seed,
        "sensitivity": sensitivity,
        "days": total.days,
        "hours_with_people": round(sum(total.seconds.values()) / 3600, 1),
        "false_alarms": count,
        "per_day": round(count / total.days, 4),
        "interval": [round(low / total.days, 4), round(high / total.days, 4)],
        "per_month": round(DAYS_A_MONTH * count / total.days, 2),
        "by_activity": dict(total.alarms),
        "by_event": dict(total.kinds),
        "suspected": dict(total.suspected),
        "stillness": total.stillness,
        "days_with_places": total.drawn,
        "false_alarms_with_places": total.alarms_drawn,
    }


def _print(total: Tally, seed: int, sensitivity: str) -> None:
    found = document(total, seed, sensitivity)
    table = Table(box=None)
    for head in ("going on", "hours", "false alarms", "suspected"):
        table.add_column(head, no_wrap=True)
    for name in (*ACTIVITIES, *AT_EDGE):
        hours = total.seconds[name] / 3600
        table.add_row(name, f"{hours:.1f}", str(total.alarms[name]), str(total.suspected[name]))
    out = stdout()
    out.print(table)
    low, high = (round(edge / total.days, 4) for edge in poisson(sum(total.alarms.values())))
    out.print(
        f"Simulated: {total.days} camera-days (seed {seed}, sensitivity {sensitivity}), {found['false_alarms']} false "
        f"alarms, {found['per_day']} a day (95 %: {low} to {high}), {found['per_month']} a month; with places drawn "
        f"{total.alarms_drawn} in {total.drawn} days, without {sum(total.alarms.values()) - total.alarms_drawn} in "
        f"{total.days - total.drawn} days."
    )
