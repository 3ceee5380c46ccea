"""The commands that a person types. Each prints what it found and ends with 0 well, 1 failed, 2 wrong use."""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from guardian import __version__, recording
from guardian.errors import ConfigurationError, GuardianError
from guardian.events import URGENT_EVENTS, Event
from guardian.eye.spawn import observe_file
from guardian.pipeline import Pipeline
from guardian.settings import Camera, Room, Settings
from guardian.skeleton import Observation

SCENE = ".jsonl"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except GuardianError as error:
        print(f"guardian: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="guardian", description="Falls seen as stick figures, and a human told.")
    parser.add_argument("--version", action="version", version=f"guardian {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    analyse = commands.add_parser("analyse", help="find what happens in a video or a skeleton scene")
    analyse.add_argument("source", nargs="+", help="a video file, or a skeleton scene (.jsonl)")
    analyse.add_argument("--json", action="store_true", help="one JSON line per event")
    analyse.add_argument("--hold", type=float, default=0.0, metavar="S", help="go on for S seconds with the last frame")
    analyse.set_defaults(run=_analyse)
    record = commands.add_parser("record", help="turn a video into a skeleton scene, without pixels")
    record.add_argument("source", help="a video file")
    record.add_argument("scene", help="the .jsonl file to write")
    record.set_defaults(run=_record)
    run = commands.add_parser("run", help="the daemon: watch, and call for help")
    run.add_argument("--config", type=Path, default=None, metavar="F", help="default: /etc/guardian/guardian.yaml")
    run.add_argument("--log-format", choices=("text", "json"), default="text")
    run.set_defaults(run=_run)
    demo = commands.add_parser("demo", help="the whole appliance on this machine, without hardware or configuration")
    demo.add_argument("--headless", action="store_true", help="answer the alarm by itself; exit 0 only if all worked")
    demo.add_argument("--seconds", type=float, default=None, help="how long (default: until Ctrl-C; headless: 120)")
    demo.add_argument("--source", default=None, help="a video file, in place of the bundled one")
    demo.set_defaults(run=_demo)
    return parser


def _run(options: argparse.Namespace) -> int:
    from guardian import app, configuration  # noqa: PLC0415 - the other commands need not load the whole appliance
    from guardian.io import logs  # noqa: PLC0415 - same

    logs.configure(options.log_format)
    return app.run(configuration.load(configuration.find(options.config, os.environ)))


def _demo(options: argparse.Namespace) -> int:
    from rich.console import Console  # noqa: PLC0415 - the other commands need not load the whole appliance

    from guardian.demo.show import FILM, show  # noqa: PLC0415 - same

    seconds = options.seconds or (120.0 if options.headless else None)
    return show(options.source or FILM, headless=options.headless, seconds=seconds, console=Console())


def observations(source: str, hold: float = 0.0) -> Iterator[Observation]:
    """What there is to see in a file: a scene is read, a video goes through a confined eye.

    Raises SourceError, SceneError and what EyeProcess.records raises.
    """
    if not source.endswith(SCENE):
        yield from observe_file(Camera(source=source), hold=hold)
        return
    if not Path(source).is_file():
        message = f"{source}: there is no such scene; a file written by `guardian record` would be right"
        raise ConfigurationError(message)
    with Path(source).open(encoding="utf-8") as lines:
        yield from recording.read(lines)


def _analyse(options: argparse.Namespace) -> int:
    for source in options.source:
        room = Room(name="room", camera=Camera(source=source))
        pipeline, found = Pipeline(room, Settings(rooms=(room,)), 0.0), Counter[str]()
        frames, looked, last = 0, 0, 0.0
        for observation in observations(source, options.hold):
            frames, looked, last = frames + 1, looked + bool(observation.poses), observation.time
            for event in pipeline.update(observation):
                found[type(event).__name__] += 1
                print(_json(source, event) if options.json else _line(event))
        end = {
            "source": source,
            "t": round(last, 3),
            "event": "EndOfSource",
            "frames": frames,
            "seconds": round(last, 3),
        }
        end["coverage"] = round(looked / frames, 3) if frames else 0.0
        alarms = sum(found[kind.__name__] for kind in URGENT_EVENTS)
        print(json.dumps(end) if options.json else f"{source}: {alarms} alarms in {last:.1f} s, {frames} frames")
    return 0


def _json(source: str, event: Event) -> str:
    facts = {name: value for name, value in asdict(event).items() if name != "time"}
    return json.dumps({"source": source, "t": round(event.time, 3), "event": type(event).__name__, **facts})


def _line(event: Event) -> str:
    return f"{event.time:8.2f} s  {type(event).__name__:16}  {' '.join(event.reasons)}"


def _record(options: argparse.Namespace) -> int:
    partial = Path(options.scene + ".partial")
    with partial.open("w", encoding="utf-8") as scene:
        scene.write(recording.header() + "\n")
        for observation in observations(options.source):
            scene.write(recording.dumps(observation) + "\n")
    partial.replace(options.scene)
    return 0


if __name__ == "__main__":
    sys.exit(main())
