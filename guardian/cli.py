"""The commands that a person types: each says what it takes, and calls the module that does it.

Exit codes: 0 well, 1 failed at its job, 2 wrong use or configuration.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from guardian import __version__, doctor_command, install_command, privacy_command, users_command, workshop_commands
from guardian.arguments import Verbs, add_config, add_verb
from guardian.errors import GuardianError

if TYPE_CHECKING:
    from guardian.settings import Room

# What a command needs is imported when it runs: `guardian --help` must not load MoveNet's runtime, nor `run` the lab.


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
    except BrokenPipeError:  # whoever read our output has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="guardian", description="Falls seen as stick figures, and a human told.")
    parser.add_argument("--version", action="version", version=f"guardian {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (
        _add_run,
        _add_demo,
        _add_analyse,
        _add_record,
        _add_replay,
        _add_evaluate,
        _add_bench,
        _add_check_config,
        doctor_command.add,
        _add_drill,
        _add_enrol,
        _add_people,
        _add_days,
        _add_forget,
        users_command.add,
        privacy_command.add,
        workshop_commands.add,
        install_command.add,
        _add_lab,
    ):
        add(commands)
    return parser


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= 86_400:  # noqa: PLR2004 - a day
        message = f"{text} is wrong; seconds from 0 to 86400 would be right"
        raise argparse.ArgumentTypeError(message)
    return seconds


def _add_run(commands: Verbs) -> None:
    command = add_verb(commands, "run", _run, "the daemon: watch, and call for help")
    add_config(command)
    command.add_argument("--log-format", choices=("text", "json"), default="text")


def _run(options: argparse.Namespace) -> int:
    from guardian import app, configuration
    from guardian.io import logs

    logs.configure(options.log_format)
    return app.run(configuration.load(configuration.find(options.config, os.environ)))


def _add_check_config(commands: Verbs) -> None:
    command = add_verb(
        commands, "check-config", _check_config, "say whether a configuration is right, and what is wrong"
    )
    command.add_argument("file", type=Path, help="the configuration")


def _check_config(options: argparse.Namespace) -> int:
    from guardian import accounts, configuration
    from guardian.doctor import knowledge

    settings = configuration.check(options.file)
    page = accounts.standing(settings, options.file)
    rooms = ", ".join(room.name for room in settings.rooms)
    counted = f"{len(settings.rooms)} room{'s' * (len(settings.rooms) > 1)} ({rooms})"
    contacts = ", then ".join(contact.name for contact in settings.contacts) or "nobody"
    outputs = f"MQTT {settings.mqtt.broker}, panel {settings.panel.kind}, {contacts} to call"
    print(f"{options.file}: all is well: {counted}, {outputs}")
    if settings.web.exposed:
        print(page)
    for room in settings.rooms:
        for line in _areas(room):
            print(f"{room.name}: {line}")
    for neighbour in settings.neighbours:
        print(f"{neighbour.name}: another box, heard at {settings.mqtt.topic}/{neighbour.id}")
    for line in knowledge.said_of_drawn(settings):
        print(line)
    for sense in settings.senses:
        print(f"{sense.name}: {sense.what.value}{f' in {sense.room}' if sense.room else ''}, heard at {sense.topic}")
    return 0


def _areas(room: "Room") -> Iterator[str]:
    """How large the places of a room are, where its configuration says how the camera hangs."""
    from guardian.areas import sentences
    from guardian.optics import USUAL_FOV, Optics

    camera = room.camera
    if camera.mount_height is None or camera.tilt is None:
        return
    optics = Optics(camera.mount_height, camera.tilt, camera.fov or USUAL_FOV, camera.aspect)
    yield from sentences(room.places, optics)


def _add_drill(commands: Verbs) -> None:
    text = "walk through the rooms, and fall for practice: was it all seen, and does it ring? Saves a report"
    command = add_verb(commands, "drill", _drill, text)
    add_config(command)
    text = "a video file in place of the first room's camera; without it the box that runs is tried"
    command.add_argument("--source", default=None, metavar="FILE", help=text)
    command.add_argument("--room", action="append", default=[], metavar="R", help="only this room (may be repeated)")
    command.add_argument("--fall-room", default="", metavar="R", help="where to fall (default: the first room)")
    command.add_argument("--only", choices=("walk", "fall"), default=None, help="only one half")
    text = "how long each place is waited for (default: 60)"
    command.add_argument("--seconds", type=_seconds, default=60.0, metavar="N", help=text)
    text = "tell the contacts of the fall drill; every message begins with DRILL (default: nobody is called)"
    command.add_argument("--tell-contacts", action="store_true", help=text)
    text = "answer the drill's alarm by itself, in place of the button"
    command.add_argument("--answer", action="store_true", help=text)
    text = "the HTML file to write (default: guardian-drill-DATE-TIME.html, here)"
    command.add_argument("--report", type=Path, default=None, metavar="F", help=text)
    command.add_argument("--json", action="store_true", help="what was found as JSON; what is said goes to stderr")


def _drill(options: argparse.Namespace) -> int:
    from rich.console import Console

    from guardian import configuration
    from guardian.drill.command import Wish, drill

    needed = options.source is None or options.config is not None
    path = configuration.find(options.config, os.environ) if needed else None
    wish = Wish(
        config=path,
        demanded=options.config is not None,
        source=options.source,
        rooms=tuple(options.room),
        fall_room=options.fall_room,
        only=options.only,
        seconds=options.seconds,
        tell_contacts=options.tell_contacts,
        answer=options.answer,
        out=options.report,
        as_json=options.json,
    )
    settings = None if path is None else configuration.load(path)
    return drill(wish, settings, Console(stderr=options.json))


def _add_forget(commands: Verbs) -> None:
    text = "erase every scene that was kept to learn from mistakes, and where in the rooms people have been; or, with a"
    text += " NAME, all that is known of that person"
    command = add_verb(commands, "forget", _forget, text)
    command.add_argument("name", nargs="?", default=None, metavar="NAME", help="somebody enrolled")
    add_config(command)


def _forget(options: argparse.Namespace) -> int:
    from guardian import acquaint, configuration
    from guardian.home import scenes_of

    settings = configuration.load(configuration.find(options.config, os.environ))
    if options.name is not None:
        known = acquaint.forget(settings, options.name)
        print(f"{options.name}: {'erased' if known else 'nothing was known of that name; nothing is now'}")
        return 0
    directory = scenes_of(settings)
    erased = directory.forget()
    print(f"{directory.path}: {erased} {'scene' if erased == 1 else 'scenes'} erased")
    acquaint.forget_heat(settings)
    print("where people have been, in every room: erased")
    return 0


def _add_enrol(commands: Verbs) -> None:
    text = "let the running box get to know somebody, who agrees and walks through a room for a minute, alone"
    command = add_verb(commands, "enrol", _enrol, text)
    command.add_argument("name", metavar="NAME", help="a name, or any word for that person")
    command.add_argument("--room", default="", metavar="R", help="which room (needed where there are several)")
    add_config(command)


def _enrol(options: argparse.Namespace) -> int:
    from guardian import acquaint, configuration

    settings = configuration.load(configuration.find(options.config, os.environ))
    return 0 if acquaint.enrol(settings, options.name, options.room, lambda line: print(line, flush=True)) else 1


def _add_people(commands: Verbs) -> None:
    add_config(add_verb(commands, "people", _people, "say who is enrolled, and in which rooms"))


def _people(options: argparse.Namespace) -> int:
    from guardian import acquaint, configuration

    lines = acquaint.people(configuration.load(configuration.find(options.config, os.environ)))
    print("\n".join(lines) or "Nobody is enrolled.")
    return 0


def _add_days(commands: Verbs) -> None:
    text = "take the days that the box counted along: write them to a file, or bring in those of one"
    command = add_verb(commands, "days", _days, text)
    command.add_argument("verb", choices=("export", "import"), help="import is for a box that does not run")
    command.add_argument("file", type=Path, metavar="FILE.jsonl", help="a line of JSON for each day")
    add_config(command)


def _days(options: argparse.Namespace) -> int:
    from guardian import configuration, daybook

    settings = configuration.load(configuration.find(options.config, os.environ))
    if options.verb == "export":
        print(f"{options.file}: {daybook.export(settings, options.file)} days written, for your eyes only")
        return 0
    new, known = daybook.bring_in(settings, options.file)
    print(f"{options.file}: {new} days brought in; {known} were known, and stay as the box counted them")
    return 0


def _add_demo(commands: Verbs) -> None:
    text = "the whole appliance on this machine, without hardware or configuration"
    command = add_verb(commands, "demo", _demo, text)
    command.add_argument(
        "--headless", action="store_true", help="answer the alarm by itself; exit 0 only if all worked"
    )
    text = "how long (default: until Ctrl-C; headless: 120)"
    command.add_argument("--seconds", type=_seconds, default=None, metavar="N", help=text)
    command.add_argument("--source", default=None, metavar="FILE", help="a video file, in place of the bundled one")


def _demo(options: argparse.Namespace) -> int:
    from rich.console import Console

    from guardian.demo.show import FILM, show

    seconds = options.seconds or (120.0 if options.headless else None)
    return show(options.source or FILM, headless=options.headless, seconds=seconds, console=Console())


def _add_analyse(commands: Verbs) -> None:
    command = add_verb(commands, "analyse", _analyse, "find what happens in a video or a skeleton scene")
    command.add_argument("source", nargs="+", help="a video file, or a skeleton scene (.jsonl)")
    text = "take limits, and the places of the first room, from this configuration"
    command.add_argument("--config", type=Path, default=None, metavar="F", help=text)
    command.add_argument("--json", action="store_true", help="one JSON line per event")
    text = "go on for S seconds with the last frame"
    command.add_argument("--hold", type=_seconds, default=0.0, metavar="S", help=text)


def _analyse(options: argparse.Namespace) -> int:
    from guardian import configuration
    from guardian.lab.analyse import analyse

    settings = configuration.load(options.config) if options.config else None
    return analyse(options.source, settings=settings, hold=options.hold, as_json=options.json)


def _add_record(commands: Verbs) -> None:
    command = add_verb(commands, "record", _record, "turn a video into a skeleton scene, without pixels")
    command.add_argument("source", help="a video file")
    command.add_argument("scene", help="the .jsonl file to write")


def _record(options: argparse.Namespace) -> int:
    from guardian.lab.analyse import record

    return record(options.source, options.scene)


def _speed(text: str) -> float:
    speed = float(text)
    if not 0.01 <= speed <= 1000:  # noqa: PLR2004 - from a standstill to a blur
        message = f"{text} is wrong; 0.01 to 1000 times as fast as it happened would be right"
        raise argparse.ArgumentTypeError(message)
    return speed


def _add_replay(commands: Verbs) -> None:
    command = add_verb(commands, "replay", _replay, "show a skeleton scene as stick figures")
    command.add_argument("scene", help="a .jsonl file written by `guardian record`")
    command.add_argument("--svg", default=None, metavar="F", help="draw a film strip of the telling moments into F")
    command.add_argument("--gif", default=None, metavar="F", help="draw what led to the alarm into F, moving")
    command.add_argument("--speed", type=_speed, default=1.0, metavar="X", help="play X times as fast in the terminal")


def _replay(options: argparse.Namespace) -> int:
    from guardian.lab.replay import replay

    return replay(options.scene, svg=options.svg, gif=options.gif, speed=options.speed)


def _add_evaluate(commands: Verbs) -> None:
    from guardian.lab.evaluate.options import add_options

    command = add_verb(
        commands, "evaluate", _evaluate, "measure falls found, false alarms and delays against annotations"
    )
    text = "take limits, and the places of the first room, from this configuration"
    command.add_argument("--config", type=Path, default=None, metavar="F", help=text)
    text = "go on for S seconds with the last frame of each file"
    command.add_argument("--hold", type=_seconds, default=0.0, metavar="S", help=text)
    add_options(command)


def _evaluate(options: argparse.Namespace) -> int:
    from guardian import configuration
    from guardian.lab.evaluate.command import run

    return run(options, configuration.load(options.config) if options.config else None)


def _add_bench(commands: Verbs) -> None:
    command = add_verb(commands, "bench", _bench, "measure what the eye and the alarm cost on this machine")
    command.add_argument("--json", action="store_true", help="one JSON document in place of the table")
    command.add_argument("--source", default=None, metavar="F", help="a video file, in place of the bundled ones")


def _bench(options: argparse.Namespace) -> int:
    from guardian.lab.bench import bench

    return bench(options.source, as_json=options.json)


def _add_lab(commands: Verbs) -> None:
    from guardian.lab.commands import add_verbs

    text = "measure and improve the product itself"
    add_verbs(commands.add_parser("lab", help=text, description=text[0].upper() + text[1:] + "."))


if __name__ == "__main__":
    sys.exit(main())
