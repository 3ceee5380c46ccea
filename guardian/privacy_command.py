"""`guardian privacy`: what is kept, all of it as files, and its erasure, as a person types it."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from guardian.arguments import Verbs, add_config, add_verb

YES = "yes"


def add(commands: Verbs) -> None:
    """Add the command and its verbs."""
    text = "say what the box keeps of the household, hand all of it over as files, or erase it"
    command = commands.add_parser("privacy", help=text, description=text[0].upper() + text[1:] + ".")
    verbs = command.add_subparsers(required=True, metavar="VERB", dest="verb")
    _add(verbs, "list", _list, "say what is kept now, how much of it, since when and until when")
    exporting = _add(
        verbs, "export", _export, "write all that is kept into a zip file, in open forms; beside a box too"
    )
    exporting.add_argument("file", type=Path, metavar="FILE.zip", help="the file to write; only you may read it")
    exporting.add_argument("--person", type=_name, default=None, metavar="NAME", help="only what names that person")
    erasing = _add(verbs, "erase", _erase, "erase what is kept of a person, or everything")
    who = erasing.add_mutually_exclusive_group(required=True)
    who.add_argument("--person", type=_name, default=None, metavar="NAME", help="somebody, also beside a running box")
    text = "all that is kept, users of the page as well; the box must not run meanwhile"
    who.add_argument("--everything", action="store_true", help=text)
    erasing.add_argument("--yes", action="store_true", help="do not ask whether that is meant")


def _name(text: str) -> str:
    if not text.strip():
        message = "it is empty; the name of a person would be right"
        raise argparse.ArgumentTypeError(message)
    return text.strip()


def _add(verbs: Verbs, name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
    verb = add_verb(verbs, name, run, text)
    add_config(verb)
    return verb


def _list(options: argparse.Namespace) -> int:
    from guardian import configuration, kept

    settings = configuration.load(configuration.find(options.config, os.environ))
    for line in kept.listed(settings):
        print(line)
    return 0


def _export(options: argparse.Namespace) -> int:
    from guardian import configuration, portable

    settings = configuration.load(configuration.find(options.config, os.environ))
    files = portable.export(settings, options.file, options.person)
    print(f"{options.file}: {len(files)} files, for your eyes only; README.txt in it says what they are")
    return 0


def _erase(options: argparse.Namespace) -> int:
    from guardian import configuration, oblivion

    settings = configuration.load(configuration.find(options.config, os.environ))
    whom = f"all that is known of {options.person}" if options.person is not None else "everything that the box keeps"
    if not options.yes and not _meant(f"Erase {whom} in {settings.state_directory}? It cannot be undone. Type {YES}: "):
        print("Nothing was erased.")
        return 1
    named = options.person is not None
    erasing = oblivion.erase_person(settings, options.person) if named else oblivion.erase_everything(settings)
    for line in erasing:
        print(line, flush=True)
    return 0


def _meant(question: str) -> bool:
    """Ask; without anybody who could answer, no."""
    print(question, end="", flush=True)
    return sys.stdin.readline().strip().casefold() == YES
