"""Commands, their verbs, and numbers as they are read from a command line, with a plain word where they are wrong."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias, TypeVar

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name
Number = TypeVar("Number", int, float)


def whole(text: str) -> int:
    """Read a whole number of an argument, 1 or more."""
    number = int(text)
    if number < 1:
        message = f"{text} is wrong; 1 or more would be right"
        raise argparse.ArgumentTypeError(message)
    return number


def within(kind: Callable[[str], Number], low: float, high: float) -> Callable[[str], Number]:
    """Read a number of an argument that is from `low` to `high`."""

    def number(text: str) -> Number:
        value = kind(text)
        if not low <= value <= high:
            message = f"{text} is wrong; {low:g} to {high:g} would be right"
            raise argparse.ArgumentTypeError(message)
        return value

    return number


def add_verb(verbs: Verbs, name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
    """Add a command, or a verb of one, that `run` carries out, and of which `text` says what it does, in a phrase."""
    verb = verbs.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=run)
    return verb


def add_config(command: argparse.ArgumentParser) -> None:
    """Let a command take another configuration than that of the box."""
    text = "the configuration (default: $GUARDIAN_CONFIG, else /etc/guardian/guardian.yaml)"
    command.add_argument("--config", type=Path, default=None, metavar="F", help=text)
