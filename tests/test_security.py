"""SECURITY.md: what it names exists, and what it says of a broker that was taken over is so."""

import ast
import re
from pathlib import Path

import pytest
from boxes import Box

from guardian.commands import Notify
from guardian.events import Acknowledged, FallConfirmed

TESTS = Path(__file__).parent
SECURITY = TESTS.parent / "SECURITY.md"
NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)`")

WHO = ("thief", "card", "Wi-Fi", "visitor", "malicious camera", "compromised eye", "compromised broker", "provider")


def missing(text: str) -> set[str]:
    """The tests that a text names and that there are not."""
    absent = set()
    for file, name in NAMED.findall(text):
        path = TESTS / file
        tree = ast.parse(path.read_text(encoding="utf-8")) if path.exists() else ast.Module([], [])
        if name not in {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}:
            absent.add(f"{file}::{name}")
    return absent


def claims(text: str) -> list[str]:
    """The rows that claim something."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [row for row in rows if row not in {"|---|---|", "| | shown by |"} and "see below" not in row]


def test_every_test_that_it_names_exists():
    text = SECURITY.read_text(encoding="utf-8")
    assert missing(text) == set()
    assert len(NAMED.findall(text)) > 40


@pytest.mark.parametrize("named", ["`test_security.py::test_that_is_not`", "`test_nowhere.py::test_x`"])
def test_one_that_is_not_there_would_be_found(named: str):
    assert missing(named)


def test_every_claim_names_a_test_or_says_that_it_is_not_shown():
    rows = claims(SECURITY.read_text(encoding="utf-8"))
    assert [row for row in rows if not (NAMED.search(row) or "not shown" in row)] == []


@pytest.mark.parametrize("who", WHO)
def test_everybody_has_a_table(who: str):
    heads = [line for line in SECURITY.read_text(encoding="utf-8").splitlines() if line.startswith("### ")]
    assert [head for head in heads if who in head]


def test_whoever_was_called_is_told_who_took_it_over_the_broker():
    box = Box()
    fell, taken = box.at(0), box.at(120)
    box.brain.take(FallConfirmed(time=fell.monotonic, room="kitchen", track=1, reasons=("Fell.",)), fell)
    box.let_pass(120)
    called = {each.contact for each in box.log.all("tell") if isinstance(each, Notify)}
    box.log.entries.clear()
    box.brain.take(Acknowledged(time=taken.monotonic, room="", by="Mallory", via="mqtt"), taken)
    told = {each.contact: each.title for each in box.log.all("tell") if isinstance(each, Notify)}
    assert told.keys() == called != set()
    assert all("Mallory has taken it" in title for title in told.values())
