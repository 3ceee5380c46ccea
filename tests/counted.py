"""Whose tests count when the branches of nouns and stages are: those of what the appliance is made of.

Counting makes what is counted take two to three times as long. A day that the lab simulates would pay the most, and
takes by chance what a test of the stage itself should take on purpose; so would what is slow.
"""

import ast
from functools import cache
from pathlib import Path

from floors import PURE, SHOWS

TESTS = Path(__file__).resolve().parent


@cache
def _imported(file: Path) -> frozenset[str]:
    """Whole names of the modules that a file imports when it is loaded or run."""
    names = set[str]()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(names)


def _shows(file: Path) -> bool:
    return any(name.split(".")[:2] == ["guardian", show] for name in _imported(file) for show in SHOWS)


@cache
def shows(file: Path) -> bool:
    """Whether a test leans on what measures or shows the product, by itself or by what it imports beside it."""
    beside = (TESTS / f"{name}.py" for name in _imported(file))
    return _shows(file) or any(_shows(each) for each in beside if each.exists())


def counts(file: Path) -> bool:
    """Whether the fast tests of this file count."""
    return file.stem.removeprefix("test_") in PURE or not shows(file)
