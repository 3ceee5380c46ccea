"""Ends the alarm at random points of its work, and counts what a household would notice of that.

A life is one emergency in the real core with a real store on the disk: a fall, contacts who are called one after
another, somebody who takes it, or calls it off, and closes it. At a point drawn by chance the process is gone: before
or after a write, within a transaction, between two outputs, between a provider's yes and the note of it. What was in
memory is lost, another process begins with the same file some time later, and may be ended as well. Then it is counted:

- lost: an incident that others had been told of, and that the next process does not know;
- rang again: a siren or an urgent call after an acknowledgement that was on the disk;
- untold: a contact who was called and did not hear that it is over;
- twice: a contact who was told the same step twice, apart from those where the process ended between the provider's yes
  and the note of it, which no store can prevent, and which are counted as `in the gap`.
"""

import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, cast

from rich.console import Console
from rich.progress import track

from guardian.brain import Brain
from guardian.commands import Notify, Publish, ShowPanel, Sound
from guardian.contacts import Contact
from guardian.events import Acknowledged, Cancelled, ContactTold, Event, FallConfirmed, Resolved
from guardian.incident import Incident, IncidentState
from guardian.io.journal import Journal
from guardian.io.store import Store
from guardian.moment import Moment
from guardian.outputs import Outputs
from guardian.settings import AlarmSettings, Camera, Mqtt, Room, Settings

START = datetime(2025, 6, 1, 12, 0, tzinfo=timezone.utc)
WAY = "ntfy"
SETTINGS = Settings(
    rooms=(Room(name="kitchen", camera=Camera(source="/dev/video0")),),
    contacts=tuple(Contact(name=name, ways=(f"{WAY}://topic",)) for name in ("Anna", "Bruno", "Clara")),
    mqtt=Mqtt(broker="none"),
    alarm=AlarmSettings(view_lost_seconds=86_400),  # there is no camera here
)
STEP_SECONDS = 5.0
MOST_KILLS = 3
POINTS = 160
"""A life that nobody ends has some 100 points, or more where it takes longer; a kill beyond them does not come."""


class Killed(BaseException):
    """The process is gone."""


class Fuse:
    """Ends the process at the point that was drawn; None: never."""

    def __init__(self, points: int | None) -> None:
        self._left = points

    def burn(self) -> None:
        """Pass one point at which a process can end."""
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                raise Killed

    def pull(self) -> None:
        """End nothing any more."""
        self._left = None


class Statements:
    """A connection that can be cut before each statement, and right after it has committed."""

    def __init__(self, db: Any, fuse: Fuse) -> None:
        self._db, self._fuse = db, fuse

    def execute(self, *arguments: object) -> Any:
        """Carry out a statement, if it comes to that."""
        self._fuse.burn()
        return self._db.execute(*arguments)

    def __enter__(self) -> None:
        self._db.__enter__()

    def __exit__(self, *why: object) -> None:
        self._db.__exit__(*why)
        if why[0] is None:
            self._fuse.burn()

    def close(self) -> None:
        """Close the file."""
        self._db.close()


class Pages:
    """A journal that writes at once; of what is no matter of the alarm it keeps nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def save(self, incident: Incident, moment: Moment, notices: Iterable[Notify] = ()) -> None:
        """Write an incident with its notices."""
        self._store.save(incident, moment, tuple(notices))

    def save_told(self, event: ContactTold, moment: Moment) -> None:
        """Write that a contact was told."""
        self._store.save_told(event, moment)

    def wait(self, _seconds: float, _moment: Moment) -> bool:
        """There is nothing to wait for."""
        return True

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_arguments, **_fields: None


@dataclass
class Tally:
    """What was noticed, in so many lives with so many kills."""

    lives: int = 0
    kills: int = 0
    found: Counter[str] = field(default_factory=Counter)

    @property
    def failures(self) -> int:
        """How often something was noticed that must never be."""
        return sum(self.found[name] for name in ("lost", "rang again", "untold", "twice"))


class Life:
    """One emergency, from the fall to the end, through any number of processes."""

    def __init__(self, path: Path, chance: random.Random, tally: Tally, kills: int) -> None:
        self._path, self._chance, self._tally, self._kills = path, chance, tally, kills
        self._now = 0.0
        self._taken: Counter[tuple[str, str, int]] = Counter()
        self._last: dict[str, str] = {}
        self._unnoted: set[tuple[str, str, int]] = set()
        self._announced, self._quiet = False, False
        self._story = self._write_story()
        self._boot()

    def _write_story(self) -> list[tuple[float, type[Event]]]:
        answered = self._chance.uniform(3.0, 250.0)
        answer = self._chance.choice((Cancelled, Acknowledged))
        closed = answered + self._chance.uniform(5.0, 100.0)
        return [(1.0, FallConfirmed), (answered, answer), (closed, Resolved)]

    @property
    def _moment(self) -> Moment:
        return Moment(1_000.0 + self._now, START + timedelta(seconds=self._now))

    def _boot(self) -> None:
        """Begin a process; it may be killed while it begins."""
        draws = self._kills > 0
        self._kills -= draws
        self._fuse = Fuse(self._chance.randrange(POINTS) if draws else None)
        self._queue: list[Notify] = []
        self._store = Store(self._path)
        database = self._store._database  # noqa: SLF001 - the seam of the kill
        database._db = cast("Any", Statements(database._db, self._fuse))  # noqa: SLF001 - and here
        outputs = Outputs(cast("Any", self), cast("Journal", Pages(self._store)), self._publish, self._queue.append)
        names = (f"i-{number}" for number in range(int(self._now * 10), 10**9))
        self._brain = Brain(SETTINGS, outputs, lambda: next(names), self._moment)

    def _begin(self) -> None:
        stored, untold = self._store.open_incidents(self._moment), self._store.untold(self._moment)
        if self._announced and not stored and not self._ended():
            self._tally.found["lost"] += 1
        self._brain.begin(stored, (), self._moment, told=self._store.told(self._moment))
        self._queue += [each.notice for each in untold if WAY not in each.told]
        self._tell_all()

    def live(self) -> None:
        """Go through the story, process after process, and judge how it ended."""
        begun, over = False, False
        while not over:
            try:
                if not begun:
                    self._begin()
                    begun = True
                over = not self._story
                self._pass()
            except Killed:
                self._die()
                begun, over = False, False
        self._fuse.pull()
        self._judge()
        self._store.close()

    def _die(self) -> None:
        self._tally.kills += 1
        self._store.close()
        self._now += self._chance.uniform(0.5, 30.0)
        self._boot()

    def _pass(self) -> None:
        """What is due happens; a human whose press was lost with the process presses again."""
        self._now += STEP_SECONDS
        while self._story and self._story[0][0] <= self._now:
            self._brain.take(self._event(self._story[0][1]), self._moment)
            self._quiet |= self._story[0][1] is not FallConfirmed
            self._story.pop(0)
            self._tell_all()
        self._brain.tick(self._moment)
        self._tell_all()

    def _event(self, kind: type[Event]) -> Event:
        time = self._moment.monotonic
        if kind is FallConfirmed:
            return FallConfirmed(time=time, room="kitchen", track=1, reasons=("Fell in 0.6 s.",))
        return kind(time=time, room="", by="Anna", via="phone")  # type: ignore[call-arg]

    def _tell_all(self) -> None:
        while self._queue:
            self._tell(self._queue[0])
            del self._queue[0]

    def _tell(self, notice: Notify) -> None:
        """A provider takes it, and that is noted."""
        key = (notice.contact, notice.incident, notice.step)
        self._fuse.burn()
        if self._taken[key]:
            self._tally.found["in the gap" if key in self._unnoted else "twice"] += 1
        self._taken[key] += 1
        self._last[notice.contact] = notice.title
        if self._quiet and notice.urgent:
            self._tally.found["rang again"] += 1
        self._unnoted.add(key)
        self._fuse.burn()
        facts = {"contact": notice.contact, "way": WAY, "incident": notice.incident, "step": notice.step}
        self._brain.take(ContactTold(time=self._moment.monotonic, room="", **facts), self._moment)  # type: ignore[arg-type]
        self._unnoted.discard(key)

    def show(self, command: ShowPanel) -> None:
        """The panel (Outputs.panel)."""
        self._fuse.burn()
        if self._quiet and command.sound is Sound.SIREN:
            self._tally.found["rang again"] += 1

    def _publish(self, message: Publish) -> None:
        self._fuse.burn()
        self._announced |= message.topic.endswith("/alarm") and message.payload in {"pending", "raised"}

    def _ended(self) -> bool:
        known = self._store.incidents(1, self._moment)
        return bool(known) and known[0].state is IncidentState.RESOLVED

    def _judge(self) -> None:
        """It must be over, and whoever was called must have heard that it is."""
        self._tally.lives += 1
        if not self._ended():
            self._tally.found["lost"] += 1
        for incident in self._store.incidents(1, self._moment):
            called = (name for name in incident.told if not self._last.get(name, "").startswith("All clear"))
            self._tally.found["untold"] += len(tuple(called))


def kill(count: int, seed: int, *, progress: bool = False) -> Tally:
    """Live until so many kills have happened; the same seed gives the same lives."""
    chance, tally = random.Random(seed), Tally()  # noqa: S311 - chance that can be repeated
    directory = Path(tempfile.mkdtemp(prefix="guardian-kills-"))
    try:
        for number in track(range(count), "kills", console=Console(stderr=True), disable=not progress):
            while tally.kills <= number:
                path = directory / f"{tally.lives}.db"
                Life(path, chance, tally, chance.randint(1, MOST_KILLS)).live()
                path.unlink()
    finally:
        shutil.rmtree(directory)
    return tally


def run(count: int, seed: int) -> int:
    """Print what was noticed; 0 where nothing was that must never be, else 1."""
    tally = kill(count, seed, progress=sys.stderr.isatty())
    print(f"{tally.kills} kills in {tally.lives} emergencies (seed {seed})")
    for name, text in (
        ("lost", "incidents lost"),
        ("rang again", "rang again after they were taken"),
        ("untold", "contacts who were called and did not hear that it is over"),
        ("twice", "contacts told a step twice"),
        ("in the gap", "contacts told a step twice, killed between the provider's yes and the note of it"),
    ):
        print(f"{tally.found[name]:6d}  {text}")
    return 1 if tally.failures else 0
