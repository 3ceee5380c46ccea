"""The verbs of `guardian lab` that simulate homes: scenes, films, days and lives, and what is measured in them."""

import argparse
from collections.abc import Callable
from pathlib import Path

from guardian.arguments import Verbs, add_verb, whole, within

# What a verb needs is imported when it runs: `guardian --help` must stay quick.

LEAST_WIDTH, MOST_WIDTH = 64, 1920
"""Pixels: of the widest pictures, 16:9, a film's camera has 32 rows at least (guardian/lab/scene.py)."""

MOST_ROLL = 30
"""Degrees by which the camera of a scene may hang askew (guardian/lab/scene.py)."""


def _add_synthesise(verbs: Verbs) -> None:
    text = "write skeleton scenes of the simulated world, with a manifest of what is true"
    verb = add_verb(verbs, "synthesise", _synthesise, text)
    verb.add_argument("out", type=Path, metavar="OUT", help="the directory to write to")
    verb.add_argument("--count", type=whole, default=100, metavar="N", help="so many scenes (default: 100)")
    verb.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, another world (default: 1)")
    text = "how bodies fall: limp, or by physics, which needs MuJoCo (default: ragdoll)"
    verb.add_argument("--falls", choices=("ragdoll", "physics"), default="ragdoll", help=text)
    text = "cameras hang askew, turned clockwise by so many degrees, -30 to 30 (default: 0)"
    verb.add_argument("--roll", type=within(float, -MOST_ROLL, MOST_ROLL), default=0.0, metavar="DEG", help=text)
    text = "somebody walks through the room so many times before each scene (default: 0)"
    verb.add_argument("--walks", type=int, default=0, metavar="N", help=text)
    text = "who has fallen lies for so many seconds, 10 to 600 (default: 30 to 75, drawn for each)"
    verb.add_argument("--lying", type=within(float, 10, 600), metavar="S", help=text)
    text = "so large a share of the scenes happens at the edge of the picture, 0 to 1 (default: 0.2)"
    verb.add_argument("--edges", type=within(float, 0, 1), default=0.2, metavar="SHARE", help=text)
    verb.add_argument("--jobs", type=whole, default=1, metavar="N", help="so many processes (default: 1)")


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
    verb = add_verb(verbs, "films", _films, text)
    verb.add_argument("out", type=Path, metavar="OUT", help="the directory to write to")
    verb.add_argument("--count", type=whole, default=70, metavar="N", help="so many films (default: 70)")
    verb.add_argument(
        "--width",
        type=within(int, LEAST_WIDTH, MOST_WIDTH),
        metavar="W",
        help="pixels (default: as cameras have them)",
    )
    verb.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, another world (default: 1)")
    verb.add_argument("--walk-outs", action="store_true", help="films of people who walk out close to the camera")
    verb.add_argument("--jobs", type=whole, default=1, metavar="N", help="so many processes (default: 1)")


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
    verb = add_verb(verbs, "days", _days, text)
    verb.add_argument("--days", type=whole, default=90, metavar="N", help="so many camera-days (default: 90)")
    verb.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, other homes (default: 1)")
    verb.add_argument("--jobs", type=whole, default=1, metavar="N", help="so many processes (default: 1)")
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
    verb = add_verb(verbs, "optics", _optics, text)
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
    verb = add_verb(verbs, "places", _places, text)
    verb.add_argument("--homes", type=whole, default=12, metavar="N", help="so many homes (default: 12)")
    verb.add_argument("--days", type=whole, default=5, metavar="N", help="so many days in each (default: 5)")
    verb.add_argument("--falls", type=whole, default=10, metavar="N", help="then so many falls in each (default: 10)")
    verb.add_argument("--only", default="", metavar="ACTIVITY", help="nothing else is done, as in `guardian lab days`")
    verb.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, other homes (default: 1)")
    verb.add_argument("--jobs", type=whole, default=1, metavar="N", help="so many processes (default: 1)")


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
    verb = add_verb(verbs, "gestures", _gestures, text)
    verb.add_argument("--calls", type=whole, default=120, metavar="N", help="so many calls for help (default: 120)")
    verb.add_argument("--movements", type=whole, default=128, metavar="N", help="so many movements (default: 128)")
    text = "each movement goes on, with its pauses, for so many seconds, 10 to 3600 (default: 90)"
    verb.add_argument("--seconds", type=within(float, 10, 3600), default=90.0, metavar="S", help=text)
    verb.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, other people (default: 1)")
    verb.add_argument("--jobs", type=whole, default=1, metavar="N", help="so many processes (default: 1)")


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
    verb = add_verb(verbs, "household", _household, text)
    verb.add_argument("--days", type=whole, default=120, metavar="N", help="so many days in each home (default: 120)")
    verb.add_argument("--homes", type=whole, default=1, metavar="N", help="so many homes (default: 1)")
    verb.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, another life (default: 1)")
    verb.add_argument("--jobs", type=whole, default=1, metavar="N", help="so many processes (default: 1)")
    verb.add_argument("--json", action="store_true", help="one JSON document in place of the table")


def _household(options: argparse.Namespace) -> int:
    from guardian.lab.household.command import household

    return household(days=options.days, seed=options.seed, homes=options.homes, jobs=options.jobs, as_json=options.json)


def _add_identify(verbs: Verbs) -> None:
    text = "measure in simulated homes how well people are told apart by body and gait"
    verb = add_verb(verbs, "identify", _identify, text)
    verb.add_argument("--homes", type=whole, default=18, metavar="N", help="so many homes (default: 18)")
    verb.add_argument("--seed", type=int, default=200, metavar="S", help="other homes (default: 200)")
    text = "the box is told how each camera hangs, in place of learning it"
    verb.add_argument("--configured", action="store_true", help=text)
    text = "homes of two rooms, with and without handing over who goes from one into the other"
    verb.add_argument("--rooms", action="store_true", help=text)
    verb.add_argument("--jobs", type=whole, default=1, metavar="N", help="so many processes (default: 1)")
    verb.add_argument("--json", action="store_true", help="one JSON document in place of the table")


def _identify(options: argparse.Namespace) -> int:
    if options.rooms:
        from guardian.lab.identify.rooms import identify_rooms

        return identify_rooms(homes=options.homes, seed=options.seed, jobs=options.jobs, as_json=options.json)
    from guardian.lab.identify.measure import identify

    return identify(
        homes=options.homes,
        seed=options.seed,
        jobs=options.jobs,
        configured=options.configured,
        as_json=options.json,
    )


def _add_reidentify(verbs: Verbs) -> None:
    text = "measure whether what leaves the box tells who somebody is, in simulated homes where nobody is enrolled"
    verb = add_verb(verbs, "reidentify", _reidentify, text)
    verb.add_argument("--homes", type=whole, default=18, metavar="N", help="so many homes (default: 18)")
    verb.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, other homes (default: 1)")
    verb.add_argument("--jobs", type=whole, default=1, metavar="N", help="so many homes at a time (default: 1)")
    verb.add_argument("--json", action="store_true", help="one JSON document in place of the sentences")


def _reidentify(options: argparse.Namespace) -> int:
    from guardian.lab.identify.published import reidentify

    return reidentify(homes=options.homes, seed=options.seed, jobs=options.jobs, as_json=options.json)


VERBS: tuple[Callable[[Verbs], None], ...] = (
    _add_synthesise,
    _add_films,
    _add_days,
    _add_optics,
    _add_places,
    _add_gestures,
    _add_household,
    _add_identify,
    _add_reidentify,
)
