"""The work itself: what the pipeline says of each file, one after another, on all cores, or on a cluster."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol, TypeVar

from guardian.errors import ConfigurationError, GuardianError
from guardian.events import Event, FallSuspected, PersonEvent, PersonRecovered, ViewLost, ViewRestored
from guardian.lab.analyse import NOON, observations
from guardian.lab.evaluate.scoring import ALARMS, Told
from guardian.moment import Moment
from guardian.network import judge_for
from guardian.pipeline import Pipeline
from guardian.settings import Camera, Room, Settings

KEPT = ALARMS | {kind.__name__ for kind in (FallSuspected, PersonRecovered, ViewLost, ViewRestored)}
PATIENCE = "10s"
"""How long a scheduler may take to answer."""

In = TypeVar("In")
Out = TypeVar("Out")
Step = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Task:
    """One file to be watched, and how."""

    path: str
    file: Path
    hold: float
    settings: Settings | None


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen and told of one file. `seconds` are the file's own, `held` those for which its last frame went on;
    `covered` are those of both in which the view was not lost; `fault` says why it could not be watched to its end.
    """

    path: str
    seconds: float = 0.0
    held: float = 0.0
    frames: int = 0
    covered: float = 0.0
    told: tuple[Told, ...] = ()
    fault: str = ""


def watch(task: Task) -> Watched:
    """Let one file pass through a pipeline of its own, in constant memory."""
    settings = task.settings
    room = settings.rooms[0] if settings else Room(name="room", camera=Camera(source=str(task.file)))
    settings = settings or Settings(rooms=(room,))
    kept = KEPT | set(settings.behaviour.alarm_events)
    pipeline: Pipeline | None = None
    told: list[Told] = []
    first, last, end, frames, covered, fault = 0.0, 0.0, 0.0, 0, 0.0, ""
    try:
        for seen in observations(str(task.file), task.hold, settings):
            if pipeline is None:
                pipeline = Pipeline(room, settings, seen.time, network=judge_for(settings.falls))
                first = last = end = seen.time
            events = pipeline.update(seen, Moment(seen.time, NOON + timedelta(seconds=seen.time)))
            told += [plain(event) for event in events if type(event).__name__ in kept]
            covered += 0.0 if pipeline.view_lost else seen.time - end
            frames, end, last = frames + 1, seen.time, last if seen.held else seen.time
    except GuardianError as error:  # the other files are worth their own answer
        fault = str(error)
    own, held, covered = (round(each, 3) for each in (last - first, end - last, covered))
    return Watched(task.path, own, held, frames, covered, tuple(told), fault)


def plain(event: Event) -> Told:
    """One event without what only its stage needs."""
    name, time = type(event).__name__, round(event.time, 3)
    if isinstance(event, PersonEvent):
        return Told(time, name, event.track, event.place, event.reasons)
    return Told(time, name, reasons=event.reasons)


def heard(file: Path, hold: float = 0.0) -> dict[str, Watched]:
    """Read what another detector told of each file: the lines that `guardian analyse --json` prints.

    `hold` says for how long last frames went on. Raises ConfigurationError, naming the line.
    """
    found: dict[str, list[Told]] = {}
    ends: dict[str, tuple[float, int, float]] = {}
    number = 1
    try:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):  # noqa: B007 - told below
            row = json.loads(line)
            told = found.setdefault(str(row["source"]), [])
            if row["event"] == "EndOfSource":
                frames = int(row.get("frames", 0))
                ends[row["source"]] = float(row.get("seconds", row["t"])), frames, float(row.get("coverage", 1.0))
            else:
                reasons = tuple(map(str, row.get("reasons", ())))
                told.append(Told(float(row["t"]), str(row["event"]), row.get("track"), row.get("place"), reasons))
    except OSError as error:
        message = f"{file}: {error.strerror}; the lines of `guardian analyse --json` would be right"
        raise ConfigurationError(message) from error
    except (ValueError, KeyError, TypeError) as error:
        message = f"{file}: line {number}: {error!r}; a line of `guardian analyse --json` would be right"
        raise ConfigurationError(message) from error
    watched = {}
    for path, told in found.items():
        seconds, frames, coverage = ends.get(path, (0.0, 0, 1.0))
        own = max(0.0, round(seconds - hold, 3))
        watched[path] = Watched(path, own, hold, frames, coverage * (own + hold), tuple(told))
    return watched


class Crew(Protocol):
    """Who does the work."""

    def each(self, function: Callable[[In], Out], things: Sequence[In], step: Step) -> list[Out]:
        """Return what the function makes of each thing, in the order of the things; `step` is called for each."""
        ...


class Alone:
    """One after another, in this process."""

    def each(self, function: Callable[[In], Out], things: Sequence[In], step: Step) -> list[Out]:
        """Return what the function makes of each thing."""
        made = []
        for thing in things:
            made.append(function(thing))
            step()
        return made


@dataclass(frozen=True, slots=True)
class Processes:
    """Several processes of this machine."""

    executor: Executor

    def each(self, function: Callable[[In], Out], things: Sequence[In], step: Step) -> list[Out]:
        """Return what the function makes of each thing; where one fails, the others are not begun."""
        futures = [self.executor.submit(function, thing) for thing in things]
        try:
            for future in as_completed(futures):
                future.result()
                step()
        except BrokenProcessPool as error:
            message = f"a process was ended from outside ({error}); fewer --jobs need less memory"
            raise GuardianError(message) from error
        finally:
            for future in futures:
                future.cancel()
        return [future.result() for future in futures]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Workers of a Dask scheduler, which see the files under the same names."""

    client: Any

    def each(self, function: Callable[[In], Out], things: Sequence[In], step: Step) -> list[Out]:
        """Return what the function makes of each thing."""
        from distributed import as_completed as finished  # noqa: PLC0415 - an extra, needed for a cluster only

        futures = self.client.map(function, list(things), pure=False)
        try:
            for future in finished(futures, loop=self.client.loop):  # type: ignore[no-untyped-call]
                future.result()
                step()
            made: list[Out] = self.client.gather(futures)
        finally:
            self.client.cancel(futures)
        return made


@contextmanager
def crew(jobs: int = 1, scheduler: str | None = None) -> Iterator[Crew]:
    """Call together who does the work, and let them go. Raises ConfigurationError where there is no such scheduler."""
    if scheduler is not None:
        with _client(scheduler) as client:
            yield Cluster(client)
    elif jobs > 1:
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as executor:
            yield Processes(executor)
    else:
        yield Alone()


def _client(address: str) -> Any:
    try:
        from distributed import Client  # noqa: PLC0415 - an extra, needed for a cluster only
    except ImportError as error:
        message = "--scheduler needs Dask; `pip install guardian-home[lab]` would be right"
        raise ConfigurationError(message) from error
    try:
        return Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        message = (
            f"{address}: no Dask scheduler answers ({error}); an address such as tcp://127.0.0.1:8786 would be right"
        )
        raise ConfigurationError(message) from error
