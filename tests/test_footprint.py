"""A process that leaks, watched from outside: every kind of leak must be seen."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from guardian.lab.footprint import box, directory_mb, footprint, handed_mb

LEAKS = """
import sys, threading, os
held, never = [], threading.Event()
for line in sys.stdin:
    what = line.strip()
    if what == "memory": held.append(bytearray(os.urandom(20_000_000)))
    if what == "descriptors": held.append(open(sys.argv[1], "ab"))
    if what == "threads": threading.Thread(target=never.wait, daemon=True).start()
    if what == "disk":
        with open(sys.argv[1], "ab") as file:
            file.write(bytes(3_000_000))
            os.fsync(file.fileno())
    print(what, flush=True)
"""


@pytest.fixture
def leaky(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    command = (sys.executable, "-c", LEAKS, str(tmp_path / "file"))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        ask(process, "nothing")
        yield process
        assert process.stdin is not None
        process.stdin.close()


def ask(process: "subprocess.Popen[str]", what: str) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{what}\n")
    process.stdin.flush()
    assert process.stdout.readline() == f"{what}\n"


def test_each_leak_is_seen_and_alone(leaky: "subprocess.Popen[str]"):
    before = footprint(leaky.pid)
    ask(leaky, "descriptors")
    after = footprint(leaky.pid)
    assert (after.descriptors, after.threads) == (before.descriptors + 1, before.threads)
    ask(leaky, "threads")
    after = footprint(leaky.pid)
    assert (after.descriptors, after.threads) == (before.descriptors + 1, before.threads + 1)
    assert after.memory_mb == pytest.approx(before.memory_mb, abs=2)
    ask(leaky, "memory")
    assert footprint(leaky.pid).memory_mb == pytest.approx(before.memory_mb + 20, abs=3)


def test_what_is_written_is_counted(leaky: "subprocess.Popen[str]", tmp_path: Path):
    handed = handed_mb(leaky.pid)
    ask(leaky, "disk")
    assert handed_mb(leaky.pid) - handed == pytest.approx(3.0, abs=0.1)
    assert directory_mb(tmp_path) == pytest.approx(3.0, abs=0.1)
    assert footprint(leaky.pid).written_mb in (0.0, pytest.approx(3.0, abs=0.2))  # 0: these files lie in memory


def test_a_box_without_others_is_a_brain():
    assert next(iter(box(os.getpid()))) == "brain"


def test_a_process_that_has_ended_is_an_error():
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    with pytest.raises(OSError, match="No such"):
        footprint(ended.pid)
