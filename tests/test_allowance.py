"""An eye that eats memory ends itself, in the real process and by the real limit; the brain goes on."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from guardian.demo.show import FILM
from guardian.errors import SourceError
from guardian.eye import allowance, spawn
from guardian.eye.orders import orders_for
from guardian.eye.spawn import EyeProcess, observe_file
from guardian.eye.wire import Hello
from guardian.settings import Camera, Models

GREEDY = """
from guardian.eye import allowance
most = allowance.limit(64 * 1024 * 1024)
assert most == allowance.limit(1 << 40)  # it can be lowered and never raised
kept = bytearray(16 * 1024 * 1024)
try:
    bytearray(256 * 1024 * 1024)
except MemoryError:
    print("refused")
"""
LEAK = """
import os
os.environ["OPENBLAS_NUM_THREADS"] = "1"
from guardian.eye import allowance, motion, process
limit, sharpness, kept = allowance.limit, motion.MotionGate.measure, []
allowance.limit = lambda: limit(256 * 1024 * 1024)
def leaking(self, *arguments):
    kept.append(bytearray(8 * 1024 * 1024))
    return sharpness(self, *arguments)
motion.MotionGate.measure = leaking
process.main()
"""


def status(pid: int, name: str) -> str:
    return Path(f"/proc/{pid}/{name}").read_text(encoding="ascii")


def test_beyond_its_limit_a_process_is_given_nothing_more():
    done = subprocess.run([sys.executable, "-c", GREEDY], capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n"


def test_where_the_machine_has_a_lower_limit_that_one_holds(monkeypatch: pytest.MonkeyPatch):
    said: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (1 << 20, 1 << 20))
    monkeypatch.setattr(resource, "setrlimit", lambda _which, limits: said.append(limits))
    assert allowance.limit() == 1 << 20
    assert said == [(1 << 20, 1 << 20)]


def test_a_system_that_tells_nothing_and_forbids_everything_is_no_end(monkeypatch: pytest.MonkeyPatch):
    def refused(*_: object, **__: object) -> int:
        raise PermissionError

    monkeypatch.setattr(Path, "write_text", refused)
    allowance.offer_first()
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: "Name: eye\n")
    monkeypatch.setattr(resource, "setrlimit", lambda *_: None)
    assert allowance.limit(7) == 7


@pytest.mark.slow
def test_an_open_eye_has_a_limit_and_is_offered_before_the_brain():
    with EyeProcess(orders_for(Camera(source=str(FILM)), Models(), allow_unconfined=True)) as eye:
        records = eye.records()
        assert isinstance(next(records), Hello)
        most, hard = resource.prlimit(eye.pid, resource.RLIMIT_DATA)
        assert most == hard <= allowance.MOST_MORE_BYTES + 2**29
        offered = int(status(eye.pid, "oom_score_adj"))
    assert offered >= int(status(os.getpid(), "oom_score_adj"))


@pytest.mark.slow
def test_an_eye_that_eats_memory_ends_before_it_has_eaten_much(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(spawn, "_COMMAND", [sys.executable, "-c", LEAK])
    with pytest.raises(SourceError, match="failed in itself"):
        list(observe_file(Camera(source=str(FILM)), allow_unconfined=True))
