"""`guardian lab soak`: weeks of a home in minutes, with faults by chance, watched for anything that grows.

The real brain, journal, store and outbox, under a clock that is moved by hand. The eye is simulated: some visits and
falls of the lab's world are played again and again at other hours, and between them an empty room is looked at every
few seconds. Broker and phones are stand-ins that can fail. By chance, which a seed repeats, the camera goes blind, the
broker or the phones stay away, the wall clock is stepped, and the process begins anew on the same state.

What the stand-ins replace is not soaked here: the eye, the panel's, phones' and page's threads, and the network stack
are in `guardian lab soak --real` (real_soak.py).
"""

import gc
import os
import random
import tempfile
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from itertools import chain, count, takewhile
from pathlib import Path
from typing import Any

import numpy as np

from guardian.app import STORE
from guardian.brain import Brain
from guardian.commands import Notify, Publish
from guardian.contacts import Contact
from guardian.events import Acknowledged, ContactNotTold, ContactTold, Event, Resolved
from guardian.eye.watch import Cut, Seen
from guardian.habits import TOLD, needed
from guardian.incident import IncidentState
from guardian.io.database import peek
from guardian.io.journal import Journal, MessageShelf
from guardian.io.outbox import Outbox
from guardian.io.panel import NoPanel
from guardian.lab import footprint
from guardian.lab.soak_report import Sample, report
from guardian.lab.world.homes import ACTIVITIES, Home, fall, home
from guardian.lab.world.seen import observe
from guardian.lab.world.truth import World
from guardian.learned import LEARNED
from guardian.moment import Moment
from guardian.outputs import Outputs
from guardian.pause import PAUSES
from guardian.settings import Camera, Household, Mqtt, Room, Settings
from guardian.skeleton import Observation
from guardian.together import BOXES
from guardian.trials import KEPT as TRIED

START = datetime(2025, 3, 3, tzinfo=timezone.utc)
HOUR, DAY = 3600.0, 86_400.0
ROOM, WAY = "room", "ntfy"
IDLE_SECONDS = 4.0
"""Between two looks at the empty room: sooner than a camera counts as silent (guardian/view.py)."""
FPS = 5.0
VISITS, FALLS = 8, 2
"""Different ones, played again and again."""
VISITS_A_DAY, FALLS_A_DAY = 20, 3
LYING_SECONDS = 40.0
WINDOW = 20
ANSWER_SECONDS = 90.0
FAULTS_A_DAY = 3.0
SAMPLES = 48
STEPS = (-DAY, -HOUR, HOUR, DAY)
TABLES = ("incidents", "changes", "notices", "told", "messages", "scenes", "memories", "learned", "templates", "days")


@dataclass(slots=True)
class _Trouble:
    """What does not work now, each until so many seconds."""

    blind: float = 0.0
    broker: float = 0.0
    phones: float = 0.0


class SoakedCore:
    """One process after another on one state, under a clock of its own."""

    def __init__(self, directory: Path, settings: Settings) -> None:
        self._settings = settings.model_copy(update={"state_directory": directory})
        self._path = directory / STORE
        self.now, self.offset, self.lives = 1_000.0, 0.0, 0
        self.incidents, self._names = 0, count()
        self.trouble = _Trouble()
        self.boot()

    @property
    def moment(self) -> Moment:
        """Now, on both clocks."""
        return Moment(self.now, START + timedelta(seconds=self.now + self.offset))

    def boot(self) -> None:
        """Begin a process."""
        moment, self.lives = self.moment, self.lives + 1
        self._reports: deque[Event] = deque()
        self._held: list[Notify] = []
        self._answered = 0.0
        self._away = False
        self.journal = Journal(self._path, self._reports.append)
        stored = self.journal.open(moment)
        self.outbox = Outbox(shelf=MessageShelf(self.journal, lambda: self.moment), kept=self.journal.messages())
        outputs = Outputs(NoPanel(), self.journal, self._publish, self._held.append)
        self.brain = Brain(self._settings, outputs, self._name, moment)
        learned = {what: self.journal.learned(what) for what in (*LEARNED, TOLD, TRIED, BOXES, PAUSES)}
        days, told = self.journal.days(needed(moment.wall.date())), self.journal.told(moment)
        memories = self.journal.memories(moment)
        self.brain.begin(stored, self.journal.people(), moment, memories, learned, days=days, told=told)
        self._held += [each.notice for each in self.journal.untold(moment) if WAY not in each.told]

    def end(self) -> None:
        """End the process, as a service is stopped."""
        self.outbox.part()
        self.journal.close()

    def see(self, observation: Observation) -> None:
        """Let the eye have seen something, unless it is blind; and let all that waits be dealt with."""
        self.now = max(self.now, observation.time)
        if self.now >= self.trouble.blind:
            self.brain.take(Seen(ROOM, observation), self.moment)
        else:
            self.brain.tick(self.moment)
        self._settle()

    def cut(self, seconds: float) -> None:
        """Let the camera be gone for so long."""
        self.trouble.blind = self.now + seconds
        self.brain.take(Cut(ROOM, "The camera is gone."), self.moment)

    def _settle(self) -> None:
        while self._reports:
            self.brain.take(self._reports.popleft(), self.moment)
        self._answer()
        self._deliver()
        self._tell()

    def _answer(self) -> None:
        state = self.brain.state
        if state in (None, IncidentState.PENDING) or self.now < self._answered + ANSWER_SECONDS:
            return
        self._answered = self.now
        event: type[Event] = Acknowledged if state is IncidentState.RAISED else Resolved
        self.brain.take(event(time=self.now, room="", by="Anna", via="phone"), self.moment)  # type: ignore[call-arg]

    def _deliver(self) -> None:
        """Give the broker what waits, if it is there."""
        away = self.now < self.trouble.broker
        if away != self._away:
            self._away = away
            (self.outbox.part if away else self.outbox.rewind)()
        while not away and (taken := self.outbox.take(WINDOW)) is not None:
            self.outbox.settle(taken[0])

    def _tell(self) -> None:
        """Tell the contacts, if their provider answers."""
        held, fails = self._held[:], self.now < self.trouble.phones
        if not fails:
            self._held.clear()
        for notice in held:
            facts: dict[str, Any] = {"contact": notice.contact, "incident": notice.incident, "step": notice.step}
            kind = ContactNotTold if fails else ContactTold
            if not fails or notice.asked >= self.now - IDLE_SECONDS:
                self.brain.take(kind(time=self.now, room="", way=WAY, **facts), self.moment)

    def _publish(self, message: Publish) -> None:
        self.outbox.put(message)

    def _name(self) -> str:
        self.incidents += 1
        return f"i-{next(self._names)}"

    def sample(self, seconds: float) -> Sample:
        """Take one sample of this process and of the state's directory."""
        gc.collect()
        taken = footprint.footprint(os.getpid())
        rows = {table: peek(self._path, f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}  # noqa: S608 - ours
        traced = tracemalloc.get_traced_memory()[0] / 1e6
        return {
            "seconds": seconds,
            "life": float(self.lives),
            "alarms": float(self.incidents),
            "core traced_mb": traced,
            "core memory_mb": taken.memory_mb,
            "core descriptors": float(taken.descriptors),
            "core threads": float(taken.threads),
            "core handed_mb": footprint.handed_mb(os.getpid()),
            "core written_mb": taken.written_mb,
            "state mb": footprint.directory_mb(self._path.parent),
            "state rows": float(sum(rows.values())),
        }


class Days:
    """What the eye of one room sees from midnight to midnight."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self.place = home(self._random)
        names = ("walking through", "tidying and bending", "sitting", "tying shoes")
        doings = (ACTIVITIES[names[number % len(names)]][0](self._random, 20.0) for number in range(VISITS))
        falls = ([fall(self._random, LYING_SECONDS)[0]] for _ in range(FALLS))
        self._visits = [_film(self.place, self._random, number, does) for number, does in enumerate(doings)]
        self._falls = [_film(self.place, self._random, 100 + number, does) for number, does in enumerate(falls)]

    def live(self, begin: float) -> Iterator[Observation]:
        """One day from the monotonic second `begin` on."""
        chosen = [self._visits[each] for each in self._random.integers(0, VISITS, VISITS_A_DAY)]
        chosen += [self._falls[each] for each in self._random.integers(0, FALLS, FALLS_A_DAY)]
        self._random.shuffle(chosen)
        slot, now = DAY / (len(chosen) + 1), begin
        for number, film in enumerate(chosen):
            starts = begin + (number + float(self._random.uniform(0.2, 1.0))) * slot
            yield from _empty(now, starts)
            yield from (replace(each, time=starts + each.time) for each in film)
            now = starts + film[-1].time + IDLE_SECONDS
        yield from _empty(now, begin + DAY)


def _film(place: Home, random: np.random.Generator, seed: int, does: list[list[dict[str, Any]]]) -> list[Observation]:
    return list(observe(World(place.scene(seed, *does), place.pace), random, fps=FPS, empty=IDLE_SECONDS))


def _empty(begin: float, end: float) -> Iterator[Observation]:
    """The empty room, whose motion gate lets MoveNet sleep."""
    return (Observation(time=float(now), looked=False) for now in np.arange(begin, end, IDLE_SECONDS))


def settings_of(place: Home) -> Settings:
    """The configuration of that home."""
    return Settings(
        rooms=(Room(name=ROOM, camera=Camera(source="csi"), places=place.places),),
        household=Household(residents=1),
        contacts=tuple(Contact(name=name, ways=(f"{WAY}://topic",)) for name in ("Anna", "Bruno")),
        mqtt=Mqtt(broker="none"),
    )


class Faults:
    """What goes wrong, and when, by chance."""

    def __init__(self, seed: int, core: SoakedCore) -> None:
        self._chance, self._core = random.Random(seed), core  # noqa: S311 - chance that can be repeated
        self._next = self._wait()
        self._kinds: dict[str, Callable[[], None]] = {
            "camera gone": lambda: core.cut(self._chance.uniform(30, HOUR)),
            "broker away": lambda: self._lasts("broker", 12 * HOUR),
            "phones fail": lambda: self._lasts("phones", 6 * HOUR),
            "clock stepped": self._step,
            "restart": self._restart,
        }
        self.had: dict[str, int] = dict.fromkeys(self._kinds, 0)

    def look(self) -> None:
        """Let something go wrong where it is time."""
        if self._core.now >= self._next:
            kind = self._chance.choice(list(self._kinds))
            self.had[kind] += 1
            self._kinds[kind]()
            self._next = self._core.now + self._wait()

    def _wait(self) -> float:
        return self._chance.expovariate(FAULTS_A_DAY / DAY)

    def _lasts(self, part: str, most: float) -> None:
        setattr(self._core.trouble, part, self._core.now + self._chance.uniform(60, most))

    def _step(self) -> None:
        """The wall clock jumps, and is put right by the next step: it is never off by more than one."""
        self._core.offset = 0.0 if self._core.offset else self._chance.choice(STEPS)

    def _restart(self) -> None:
        self._core.end()
        self._core.boot()


def soak(
    directory: Path, hours: float, seed: int, *, every: float = 6.0, leak: Callable[[], None] = lambda: None
) -> tuple[list[Sample], dict[str, int]]:
    """Live through so many hours; return a sample of every `every` hours, and how often what went wrong. `leak` is
    called each time before: a test's way to plant one.
    """
    days, samples = Days(seed), list[Sample]()
    tracemalloc.start(1)
    core = SoakedCore(directory, settings_of(days.place))
    faults, begun = Faults(seed, core), core.now
    try:
        everything = chain.from_iterable(days.live(begun + number * DAY) for number in count())
        for observation in takewhile(lambda _: core.now < begun + hours * HOUR, everything):
            core.see(observation)
            faults.look()
            if core.now - begun >= len(samples) * every * HOUR:
                leak()
                samples.append(core.sample(core.now - begun))
        return samples, faults.had
    finally:
        core.end()
        tracemalloc.stop()


def run(hours: float, seed: int, directory: Path | None) -> int:
    """Live through so many hours on the state in a directory, or one that goes away, and print what grows; 0 where
    nothing is shown to, else 1. Samples: 48 in all. The first sixth of it does not count.
    """
    with tempfile.TemporaryDirectory(prefix="guardian-soak-", dir=directory) as state:
        samples, had = soak(Path(state), hours, seed, every=hours / SAMPLES)
    return report(samples, hours * HOUR / 6, (f"{times} x {kind}" for kind, times in had.items()))
