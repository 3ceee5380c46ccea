"""`guardian lab VERB`: what measures, trains and improves the product, for engineers and installers."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from guardian.arguments import Verbs, add_verb, whole
from guardian.lab.world_commands import VERBS

# What a verb needs is imported when it runs: `guardian --help` must stay quick.


def _add_ablate(verbs: Verbs) -> None:
    text = "score the same videos as other eyes would see them"
    verb = add_verb(verbs, "ablate", _ablate, text)
    verb.add_argument("manifest", type=Path, metavar="MANIFEST.csv", help="what happened in which video")
    text = "go on for S seconds with the last frame of each video"
    verb.add_argument("--hold", type=float, default=0.0, metavar="S", help=text)
    verb.add_argument("--jobs", type=int, default=1, metavar="N", help="so many scenes at a time (default: 1)")


def _ablate(options: argparse.Namespace) -> int:
    from guardian.lab.ablate import ablate

    return ablate(options.manifest, hold=options.hold, jobs=options.jobs)


def _add_weigh(verbs: Verbs) -> None:
    text = "fit the weights of the evidence to annotated scenes, and print them"
    verb = add_verb(verbs, "weigh", _weigh, text)
    verb.add_argument("manifests", type=Path, nargs="+", metavar="MANIFEST.csv", help="what happened in which scene")
    verb.add_argument("--hold", type=float, default=0.0, metavar="S", help="go on for S seconds with the last frame")


def _weigh(options: argparse.Namespace) -> int:
    from guardian.lab.weigh import weigh

    return weigh(options.manifests, hold=options.hold)


def _add_tune(verbs: Verbs) -> None:
    text = "propose changes of the configuration, by replaying annotated scenes under each; changes nothing"
    verb = add_verb(verbs, "tune", _tune, text)
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
    verb = add_verb(verbs, "windows", _windows, text)
    verb.add_argument("manifests", type=Path, nargs="+", metavar="MANIFEST.csv", help="what happened in which scene")
    verb.add_argument("--out", type=Path, required=True, metavar="F.npz", help="the file to write")
    verb.add_argument("--jobs", type=whole, default=1, metavar="N", help="so many scenes at a time (default: 1)")


def _windows(options: argparse.Namespace) -> int:
    from guardian.lab.network.collect import collect

    return collect(options.manifests, out=options.out, jobs=options.jobs)


def _add_judge(verbs: Verbs) -> None:
    text = "compare the rules, a network, and both together"
    verb = add_verb(verbs, "judge", _judge, text)
    verb.add_argument("manifests", type=Path, nargs="+", metavar="MANIFEST.csv", help="what happened in which scene")
    text = "choose thresholds by these scenes, from which the network must not have learned"
    verb.add_argument("--choose", type=Path, required=True, metavar="V.csv", help=text)
    verb.add_argument(
        "--network", type=Path, default=None, metavar="F.tflite", help="another network than the one kept"
    )
    verb.add_argument("--hold", type=float, default=0.0, metavar="S", help="go on for S seconds with the last frame")
    verb.add_argument("--jobs", type=whole, default=1, metavar="N", help="so many scenes at a time (default: 1)")
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
    verb = add_verb(verbs, "check-world", _check_world, text)
    verb.add_argument("manifests", type=Path, nargs="+", metavar="MANIFEST.csv", help="what happened in which scene")
    verb.add_argument("--real", type=Path, required=True, metavar="REAL.csv", help="the same of real recordings")
    verb.add_argument("--hold", type=float, default=0.0, metavar="S", help="go on for S seconds with the last frame")
    verb.add_argument("--jobs", type=whole, default=1, metavar="N", help="so many recordings at a time (default: 1)")
    verb.add_argument("--json", action="store_true", help="one JSON document in place of the table")


def _check_world(options: argparse.Namespace) -> int:
    from guardian.lab.world.check import check_world

    return check_world(options.manifests, options.real, hold=options.hold, jobs=options.jobs, as_json=options.json)


def _add_kills(verbs: Verbs) -> None:
    text = "end the alarm at random points of its work, and count what would be noticed"
    verb = add_verb(verbs, "kills", _kills, text)
    verb.add_argument("--count", type=whole, default=1_000, metavar="N", help="so many kills (default: 1000)")
    verb.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, other points (default: 1)")
    text = "kill the real daemon by signal 9, in place of the core at work in this process: some 10 s each"
    verb.add_argument("--real", action="store_true", help=text)


def _kills(options: argparse.Namespace) -> int:
    from guardian.lab import kills, real_kills

    run = real_kills.run if options.real else kills.run
    return run(options.count, options.seed)


def _add_soak(verbs: Verbs) -> None:
    verb = add_verb(verbs, "soak", _soak, "let the box work for long, with faults, and print what grows")
    verb.add_argument("--hours", type=whole, default=24, metavar="N", help="so many simulated hours (default: 24)")
    verb.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, other faults (default: 1)")
    text = "the real daemon in real time, watched from outside; needs Mosquitto"
    verb.add_argument("--real", action="store_true", help=text)
    verb.add_argument("--minutes", type=whole, default=90, metavar="N", help="with --real, so long (default: 90)")
    text = "keep its state below DIR meanwhile: on a disk, or no bytes are written (default: where temporary files are)"
    verb.add_argument("--directory", type=Path, default=None, metavar="DIR", help=text)


def _soak(options: argparse.Namespace) -> int:
    from guardian.lab import real_soak, soak

    if options.real:
        return real_soak.run(options.minutes, options.seed, options.directory)
    return soak.run(options.hours, options.seed, options.directory)


def _add_faults(verbs: Verbs) -> None:
    text = "break the real daemon in each way that fails in homes, and print what its household notices"
    verb = add_verb(verbs, "faults", _faults, text)
    verb.add_argument("words", nargs="*", metavar="WORD", help="only faults with one of these words in their name")


def _faults(options: argparse.Namespace) -> int:
    from guardian.lab.faults import run

    return run(options.words)


def _add_messages(verbs: Verbs) -> None:
    text = "print all that the box says in a language, for somebody who speaks it to check"
    verb = add_verb(verbs, "messages", _messages, text)
    verb.add_argument("--language", default="en", metavar="L", help="as in household.language (default: en)")


def _messages(options: argparse.Namespace) -> int:
    from guardian.lab.messages import run

    return run(options.language)


def _add_denied(verbs: Verbs) -> None:
    add_verb(verbs, "denied", _denied, "name the calls that the kernel denied an eye; its log comes from a pipe")


def _denied(_options: argparse.Namespace) -> int:
    from guardian.lab.denied import run

    return run(sys.stdin)


def _add_fuzz_wire(verbs: Verbs) -> None:
    text = "give the brain's decoder what a taken-over eye could send"
    verb = add_verb(verbs, "fuzz-wire", _fuzz_wire, text)
    text = "so many pieces (default: 1000000, some minutes)"
    verb.add_argument("--count", type=whole, default=1_000_000, metavar="N", help=text)
    verb.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, other pieces (default: 1)")


def _fuzz_wire(options: argparse.Namespace) -> int:
    from guardian.lab.fuzz_wire import run

    return run(options.count, options.seed)


_VERBS: tuple[Callable[[Verbs], None], ...] = (
    _add_ablate,
    _add_check_world,
    _add_weigh,
    _add_tune,
    _add_windows,
    _add_judge,
    _add_kills,
    _add_soak,
    _add_faults,
    _add_messages,
    _add_denied,
    _add_fuzz_wire,
)


def add_verbs(lab: argparse.ArgumentParser) -> None:
    """Add every verb of the lab to the parser of `guardian lab`."""
    verbs = lab.add_subparsers(required=True, metavar="VERB")
    for add in (*VERBS, *_VERBS):
        add(verbs)
