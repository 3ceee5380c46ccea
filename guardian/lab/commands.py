"""`guardian lab VERB`: what measures, trains and improves the product, for engineers and installers."""

import argparse
from collections.abc import Callable
from typing import TypeAlias

# What a verb needs is imported when it runs: `guardian --help` must stay quick.

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name

_VERBS: tuple[Callable[[Verbs], None], ...] = ()


def add_verbs(lab: argparse.ArgumentParser) -> None:
    """Add every verb of the lab to the parser of `guardian lab`."""
    verbs = lab.add_subparsers(required=True, metavar="VERB")
    for add in _VERBS:
        add(verbs)
