"""`guardian analyse`: what happens in a video or a skeleton scene, through the same stages as in the home."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from guardian import recording
from guardian.errors import ConfigurationError, GuardianError, SceneError
from guardian.events import URGENT_EVENTS, Event
from guardian.eye.spawn import observe_file
from guardian.moment import Moment
from guardian.network import judge_for
from guardian.pipeline import Pipeline
from guardian.settings import Camera, Room, Settings
from guardian.skeleton import Observation

SCENE = ".jsonl"
NOON = datetime(2025, 6, 1, 12, 0, tzinfo=timezone.utc)
"""When a source begins: it does not say, and by day less stillness is usual."""


def observations(source: str, hold: float = 0.0, settings: Settings | None = None) -> Iterator[Observation]:
    """What there is to see in a file, times in seconds from its start: a scene is read, a video goes through an eye.

    `hold` seconds of the last observation follow the end.

    Raises:
        ConfigurationError: there is no such file.
        SceneError: it is no scene, or a damaged one.
        SourceError, SandboxError, ModelError, WireError: as EyeProcess.records does.

    """
    if not Path(source).is_file():
        message = f"{source}: there is no such file; a video, or a scene written by `guardian record`, would be right"
        raise ConfigurationError(message)
    if not source.endswith(SCENE):
        models = settings.models if settings else None
        unconfined = settings is not None and settings.privacy.allow_unconfined
        yield from observe_file(Camera(source=source), models, hold=hold, allow_unconfined=unconfined)
        return
    yield from recording.held(read_scene(source), hold)


def read_scene(source: str) -> Iterator[Observation]:
    """Read a skeleton scene. Raises SceneError, naming the file and the line or byte."""
    try:
        with Path(source).open(encoding="utf-8") as lines:
            yield from recording.read(lines)
    except UnicodeDecodeError as error:
        message = f"{source}: byte {error.start} is no text; a scene written by `guardian record` would be right"
        raise SceneError(message) from error
    except SceneError as error:
        message = f"{source}: {error}"
        raise SceneError(message) from error


def analyse(sources: Sequence[str], *, settings: Settings | None, hold: float, as_json: bool) -> int:
    """Print what happens in each source, to its end; 0 if all could be read, else the error's exit code."""
    worst = 0
    with _progress(len(sources)) as step:
        for source in sources:
            try:
                _analyse(source, settings, hold, as_json=as_json)
            except GuardianError as error:  # the other sources are worth their own answer
                print(f"guardian: {error}", file=sys.stderr)
                worst = max(worst, error.exit_code)
            step(source)
    return worst


def _analyse(source: str, settings: Settings | None, hold: float, *, as_json: bool) -> None:
    room = settings.rooms[0] if settings else Room(name="room", camera=Camera(source=source))
    settings = settings or Settings(rooms=(room,))
    pipeline: Pipeline | None = None
    found, frames, covered, last = Counter[str](), 0, 0, 0.0
    for observation in observations(source, hold, settings):
        pipeline = pipeline or Pipeline(room, settings, observation.time, network=judge_for(settings.falls))
        for event in pipeline.update(observation, Moment(observation.time, NOON + timedelta(seconds=observation.time))):
            found[type(event).__name__] += 1
            print(as_line(source, event) if as_json else _said(event), flush=True)
        frames, covered, last = frames + 1, covered + (not pipeline.view_lost), observation.time
    seconds, coverage = round(last, 3), round(covered / frames, 3) if frames else 0.0
    if as_json:
        end = {"source": source, "t": seconds, "event": "EndOfSource"}
        print(json.dumps({**end, "frames": frames, "seconds": seconds, "coverage": coverage}), flush=True)
        return
    alarms = sum(found[kind.__name__] for kind in URGENT_EVENTS)
    print(f"{source}: {alarms} {'alarm' if alarms == 1 else 'alarms'} in {last:.1f} s, {frames} frames")


def as_line(source: str, event: Event) -> str:
    """One event as a line of JSON; `t` in seconds from the start of the source."""
    nobody = {"person": None, "track": None, "place": None}
    facts = {**nobody, **{name: value for name, value in asdict(event).items() if name != "time"}}
    return json.dumps({"source": source, "t": round(event.time, 3), "event": type(event).__name__, **facts})


def _said(event: Event) -> str:
    return f"{event.time:8.2f} s  {type(event).__name__:16}  {' '.join(event.reasons)}".rstrip()


def record(source: str, scene: str) -> int:
    """Write a video as a skeleton scene; a scene that is there already is replaced once the new one is complete."""
    target = Path(scene)
    if not target.parent.is_dir():
        message = f"{scene}: there is no directory {target.parent}; make it first, or name another file"
        raise ConfigurationError(message)
    partial = target.with_name(target.name + ".partial")
    try:
        with partial.open("w", encoding="utf-8") as lines:
            lines.write(recording.header() + "\n")
            lines.writelines(recording.dumps(each) + "\n" for each in observations(source))
        partial.replace(target)
    except OSError as error:
        message = f"{scene}: {error.strerror}; a file in a directory that this user may write would be right"
        raise ConfigurationError(message) from error
    finally:
        partial.unlink(missing_ok=True)
    return 0


@contextmanager
def _progress(total: int) -> Iterator[Callable[[str], None]]:
    """A bar on a terminal, nothing in a pipe."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), BarColumn(), TextColumn("{task.completed}/{task.total} {task.description}"))
    with Progress(*columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=total)
        yield lambda source: bar.update(task, advance=1, description=Path(source).name)
