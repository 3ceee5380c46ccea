"""`guardian lab VERB`: what measures, trains and improves the product, for engineers and installers."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias, TypeVar

# What a verb needs is imported when it runs: `guardian --help` must stay quick.

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name

Number = TypeVar("Number", int, float)

LEAST_WIDTH, MOST_WIDTH = 64, 1920
"""Pixels: of the widest pictures, 16:9, a film's camera has 32 rows at least (guardian/lab/scene.py)."""

MOST_ROLL = 30
"""Degrees by which the camera of a scene may hang askew (guardian/lab/scene.py)."""


def _add_ablate(verbs: Verbs) -> None:
    text = "score the same videos as other eyes would see them"
    verb = verbs.add_parser("ablate", help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=_ablate)
    verb.add_argument("manifest", type=Path, metavar="MANIFEST.csv", help="what happened in which video")
    text = "go on for S seconds with the last frame of each video"
    verb.add_argument("--hold", type=float, default=0.0, metavar="S", help=text)
    verb.add_argument("--jobs", type=int, default=1, metavar="N", help="so many scenes at a time (default: 1)")


def _ablate(options: argparse.Namespace) -> int:
    from guardian.lab.ablate import ablate

    return ablate(options.manifest, hold=options.hold, jobs=options.jobs)


def _whole(text: str) -> int:
    number = int(text)
    if number < 1:
        message = f"{text} is wrong; 1 or more would be right"
        raise argparse.ArgumentTypeError(message)
    return number


def _within(kind: Callable[[str], Number], low: int, high: int) -> Callable[[str], Number]:
    """Read a number of an argument that is from `low` to `high`."""

    def number(text: str) -> Number:
        value = kind(text)
        if not low <= value <= high:
            message = f"{text} is wrong; {low} to {high} would be right"
            raise argparse.ArgumentTypeError(message)
        return value

    return number


def _add_synthesise(verbs: Verbs) -> None:
    text = "write skeleton scenes of the simulated world, with a manifest of what is true"
    verb = verbs.add_parser("synthesise", help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=_synthesise)
    verb.add_argument("out", type=Path, metavar="OUT", help="the directory to write to")
    verb.add_argument("--count", type=_whole, default=100, metavar="N", help="so many scenes (default: 100)")
    verb.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, another world (default: 1)")
    text = "how bodies fall: limp, or by physics, which needs MuJoCo (default: ragdoll)"
    verb.add_argument("--falls", choices=("ragdoll", "physics"), default="ragdoll", help=text)
    text = "cameras hang askew, turned clockwise by so many degrees, -30 to 30 (default: 0)"
    verb.add_argument("--roll", type=_within(float, -MOST_ROLL, MOST_ROLL), default=0.0, metavar="DEG", help=text)
    text = "somebody walks through the room so many times before each scene (default: 0)"
    verb.add_argument("--walks", type=int, default=0, metavar="N", help=text)
    text = "who has fallen lies for so many seconds, 10 to 600 (default: 30 to 75, drawn for each)"
    verb.add_argument("--lying", type=_within(float, 10, 600), metavar="S", help=text)
    text = "so large a share of the scenes happens at the edge of the picture, 0 to 1 (default: 0.2)"
    verb.add_argument("--edges", type=_within(float, 0, 1), default=0.2, metavar="SHARE", help=text)
    verb.add_argument("--jobs", type=_whole, default=1, metavar="N", help="so many processes (default: 1)")


def _synthesise(options: argparse.Namespace) -> int:
    from guardian.lab.world.synthesise import synthesise

    return synthesise(
        options.out,
        count=options.count,
        seed=options.seed,
        jobs=options.jobs,
        falls=options.falls,
        roll=options.roll,
        walks=options.walks,
        lying=options.lying,
        edges=options.edges,
    )


def _add_films(verbs: Verbs) -> None:
    text = "draw films of the simulated world that are hard to see, with a manifest of what is true"
    verb = verbs.add_parser("films", help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=_films)
    verb.add_argument("out", type=Path, metavar="OUT", help="the directory to write to")
    verb.add_argument("--count", type=_whole, default=70, metavar="N", help="so many films (default: 70)")
    verb.add_argument(
        "--width",
        type=_within(int, LEAST_WIDTH, MOST_WIDTH),
        metavar="W",
        help="pixels (default: as cameras have them)",
    )
    verb.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, another world (default: 1)")
    verb.add_argument("--walk-outs", action="store_true", help="films of people who walk out close to the camera")
    verb.add_argument("--jobs", type=_whole, default=1, metavar="N", help="so many processes (default: 1)")


def _films(options: argparse.Namespace) -> int:
    from guardian.lab.world.films import films

    return films(
        options.out,
        count=options.count,
        seed=options.seed,
        jobs=options.jobs,
        width=options.width,
        walk_outs=options.walk_outs,
    )


def _add_days(verbs: Verbs) -> None:
    text = "count the false alarms in simulated days of ordinary life"
    verb = verbs.add_parser("days", help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=_days)
    verb.add_argument("--days", type=_whole, default=90, metavar="N", help="so many camera-days (default: 90)")
    verb.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, other homes (default: 1)")
    verb.add_argument("--jobs", type=_whole, default=1, metavar="N", help="so many processes (default: 1)")
    verb.add_argument("--sensitivity", choices=("low", "normal", "high"), default="normal", help="of falls")
    verb.add_argument("--save", type=Path, default=None, metavar="DIR", help="keep the minute before every alarm")
    verb.add_argument("--json", action="store_true", help="one JSON document in place of the table")


def _days(options: argparse.Namespace) -> int:
    from guardian.lab.world.days import days

    return days(
        options.days,
        seed=options.seed,
        jobs=options.jobs,
        sensitivity=options.sensitivity,
        save=options.save,
        as_json=options.json,
    )


def _add_optics(verbs: Verbs) -> None:
    text = "measure how well is learnt from people who walk in simulated homes how a camera hangs"
    verb = verbs.add_parser("optics", help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=_optics)
    text = "instead, what becomes of remembered optics after a restart, the camera turned meanwhile or not"
    verb.add_argument("--restart", action="store_true", help=text)
    verb.add_argument("--homes", type=int, default=40, metavar="N", help="so many homes (default: 40)")
    verb.add_argument("--seed", type=int, default=5, metavar="S", help="other homes (default: 5)")
    verb.add_argument("--jobs", type=int, default=1, metavar="N", help="so many processes (default: 1)")


def _optics(options: argparse.Namespace) -> int:
    from guardian.lab.optics import optics, restarts

    return (restarts if options.restart else optics)(homes=options.homes, seed=options.seed, jobs=options.jobs)


def _add_places(verbs: Verbs) -> None:
    text = "measure what is learned of where people rest, in simulated homes of which nobody drew a place"
    verb = verbs.add_parser("places", help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=_places)
    verb.add_argument("--homes", type=_whole, default=12, metavar="N", help="so many homes (default: 12)")
    verb.add_argument("--days", type=_whole, default=5, metavar="N", help="so many days in each (default: 5)")
    verb.add_argument("--falls", type=_whole, default=10, metavar="N", help="then so many falls in each (default: 10)")
    verb.add_argument("--only", default="", metavar="ACTIVITY", help="nothing else is done, as in `guardian lab days`")
    verb.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, other homes (default: 1)")
    verb.add_argument("--jobs", type=_whole, default=1, metavar="N", help="so many processes (default: 1)")


def _places(options: argparse.Namespace) -> int:
    from guardian.lab.world.rests import places

    return places(
        homes=options.homes,
        days=options.days,
        falls=options.falls,
        seed=options.seed,
        jobs=options.jobs,
        only=options.only,
    )


def _add_gestures(verbs: Verbs) -> None:
    text = "measure how many calls for help with an arm are found, and how often everyday arms are taken for one"
    verb = verbs.add_parser("gestures", help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=_gestures)
    verb.add_argument("--calls", type=_whole, default=120, metavar="N", help="so many calls for help (default: 120)")
    verb.add_argument("--movements", type=_whole, default=128, metavar="N", help="so many movements (default: 128)")
    text = "each movement goes on, with its pauses, for so many seconds, 10 to 3600 (default: 90)"
    verb.add_argument("--seconds", type=_within(float, 10, 3600), default=90.0, metavar="S", help=text)
    verb.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, other people (default: 1)")
    verb.add_argument("--jobs", type=_whole, default=1, metavar="N", help="so many processes (default: 1)")


def _gestures(options: argparse.Namespace) -> int:
    from guardian.lab.world.gestures import gestures

    return gestures(
        calls=options.calls,
        movements=options.movements,
        seconds=options.seconds,
        seed=options.seed,
        jobs=options.jobs,
    )


def _add_household(verbs: Verbs) -> None:
    text = "live months of somebody's life, with emergencies, and print what is told of both"
    verb = verbs.add_parser("household", help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=_household)
    verb.add_argument("--days", type=_whole, default=120, metavar="N", help="so many days in each home (default: 120)")
    verb.add_argument("--homes", type=_whole, default=1, metavar="N", help="so many homes (default: 1)")
    verb.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, another life (default: 1)")
    verb.add_argument("--jobs", type=_whole, default=1, metavar="N", help="so many processes (default: 1)")
    verb.add_argument("--json", action="store_true", help="one JSON document in place of the table")


def _household(options: argparse.Namespace) -> int:
    from guardian.lab.household.command import household

    return household(days=options.days, seed=options.seed, homes=options.homes, jobs=options.jobs, as_json=options.json)


def _add_identify(verbs: Verbs) -> None:
    text = "measure in simulated homes how well people are told apart by body and gait"
    verb = verbs.add_parser("identify", help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=_identify)
    verb.add_argument("--homes", type=_whole, default=18, metavar="N", help="so many homes (default: 18)")
    verb.add_argument("--seed", type=int, default=200, metavar="S", help="other homes (default: 200)")
    text = "the box is told how each camera hangs, in place of learning it"
    verb.add_argument("--configured", action="store_true", help=text)
    verb.add_argument("--jobs", type=_whole, default=1, metavar="N", help="so many processes (default: 1)")
    verb.add_argument("--json", action="store_true", help="one JSON document in place of the table")


def _identify(options: argparse.Namespace) -> int:
    from guardian.lab.identify.measure import identify

    return identify(
        homes=options.homes,
        seed=options.seed,
        jobs=options.jobs,
        configured=options.configured,
        as_json=options.json,
    )


def _add_weigh(verbs: Verbs) -> None:
    text = "fit the weights of the evidence to annotated scenes, and print them"
    verb = verbs.add_parser("weigh", help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=_weigh)
    verb.add_argument("manifests", type=Path, nargs="+", metavar="MANIFEST.csv", help="what happened in which scene")
    verb.add_argument("--hold", type=float, default=0.0, metavar="S", help="go on for S seconds with the last frame")


def _weigh(options: argparse.Namespace) -> int:
    from guardian.lab.weigh import weigh

    return weigh(options.manifests, hold=options.hold)


def _add_tune(verbs: Verbs) -> None:
    text = "propose changes of the configuration, by replaying annotated scenes under each; changes nothing"
    verb = verbs.add_parser("tune", help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=_tune)
    verb.add_argument("manifests", type=Path, nargs="+", metavar="MANIFEST.csv", help="what happened in which scene")
    verb.add_argument("--config", type=Path, default=None, metavar="F", help="begin with this configuration")
    verb.add_argument("--hold", type=float, default=0.0, metavar="S", help="go on for S seconds with the last frame")
    verb.add_argument("--jobs", type=int, default=1, metavar="N", help="so many scenes at a time (default: 1)")


def _tune(options: argparse.Namespace) -> int:
    from guardian import configuration
    from guardian.lab.tune import tune

    settings = configuration.load(options.config) if options.config else None
    return tune(options.manifests, settings, hold=options.hold, jobs=options.jobs)


def _add_windows(verbs: Verbs) -> None:
    text = "cut labelled windows from annotated scenes, for a network to learn from"
    verb = verbs.add_parser("windows", help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=_windows)
    verb.add_argument("manifests", type=Path, nargs="+", metavar="MANIFEST.csv", help="what happened in which scene")
    verb.add_argument("--out", type=Path, required=True, metavar="F.npz", help="the file to write")
    verb.add_argument("--jobs", type=_whole, default=1, metavar="N", help="so many scenes at a time (default: 1)")


def _windows(options: argparse.Namespace) -> int:
    from guardian.lab.network.collect import collect

    return collect(options.manifests, out=options.out, jobs=options.jobs)


def _add_judge(verbs: Verbs) -> None:
    text = "compare the rules, a network, and both together"
    verb = verbs.add_parser("judge", help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=_judge)
    verb.add_argument("manifests", type=Path, nargs="+", metavar="MANIFEST.csv", help="what happened in which scene")
    text = "choose thresholds by these scenes, from which the network must not have learned"
    verb.add_argument("--choose", type=Path, required=True, metavar="V.csv", help=text)
    verb.add_argument(
        "--network", type=Path, default=None, metavar="F.tflite", help="another network than the one kept"
    )
    verb.add_argument("--hold", type=float, default=0.0, metavar="S", help="go on for S seconds with the last frame")
    verb.add_argument("--jobs", type=_whole, default=1, metavar="N", help="so many scenes at a time (default: 1)")
    verb.add_argument("--json", action="store_true", help="one JSON document in place of the table")


def _judge(options: argparse.Namespace) -> int:
    from guardian.lab.network.judge import judge
    from guardian.network import shipped

    return judge(
        options.manifests,
        options.choose,
        network=options.network or shipped(),
        hold=options.hold,
        jobs=options.jobs,
        as_json=options.json,
    )


def _add_check_world(verbs: Verbs) -> None:
    text = "compare what is seen in simulated scenes with what is seen in real ones"
    verb = verbs.add_parser("check-world", help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=_check_world)
    verb.add_argument("manifests", type=Path, nargs="+", metavar="MANIFEST.csv", help="what happened in which scene")
    verb.add_argument("--real", type=Path, required=True, metavar="REAL.csv", help="the same of real recordings")
    verb.add_argument("--hold", type=float, default=0.0, metavar="S", help="go on for S seconds with the last frame")
    verb.add_argument("--jobs", type=_whole, default=1, metavar="N", help="so many recordings at a time (default: 1)")
    verb.add_argument("--json", action="store_true", help="one JSON document in place of the table")


def _check_world(options: argparse.Namespace) -> int:
    from guardian.lab.world.check import check_world

    return check_world(options.manifests, options.real, hold=options.hold, jobs=options.jobs, as_json=options.json)


def _add_kills(verbs: Verbs) -> None:
    text = "end the alarm at random points of its work, and count what would be noticed"
    verb = verbs.add_parser("kills", help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=_kills)
    verb.add_argument("--count", type=_whole, default=1_000, metavar="N", help="so many kills (default: 1000)")
    verb.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, other points (default: 1)")


def _kills(options: argparse.Namespace) -> int:
    from guardian.lab.kills import run

    return run(options.count, options.seed)


def _add_messages(verbs: Verbs) -> None:
    text = "print all that the box says in a language, for somebody who speaks it to check"
    verb = verbs.add_parser("messages", help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=_messages)
    verb.add_argument("--language", default="en", metavar="L", help="as in household.language (default: en)")


def _messages(options: argparse.Namespace) -> int:
    from guardian.lab.messages import run

    return run(options.language)


_VERBS: tuple[Callable[[Verbs], None], ...] = (
    _add_ablate,
    _add_check_world,
    _add_days,
    _add_films,
    _add_synthesise,
    _add_identify,
    _add_optics,
    _add_places,
    _add_gestures,
    _add_household,
    _add_weigh,
    _add_tune,
    _add_windows,
    _add_judge,
    _add_kills,
    _add_messages,
)


def add_verbs(lab: argparse.ArgumentParser) -> None:
    """Add every verb of the lab to the parser of `guardian lab`."""
    verbs = lab.add_subparsers(required=True, metavar="VERB")
    for add in _VERBS:
        add(verbs)
