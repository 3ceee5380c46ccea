"""What the kernel says of a real eye at its work, and what stands in its memory when a frame is done with."""

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from films import FPS, HEIGHT, WIDTH, picture
from kernel_view import mappings, status
from numpy.typing import NDArray

from guardian.eye.orders import EyeSettings
from guardian.eye.sandbox import NAME
from guardian.eye.spawn import EyeProcess
from guardian.eye.wire import Hello, Record
from guardian.lab.canary.curtain import curtain
from guardian.settings import Camera
from guardian.skeleton import Observation

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may look into an eye: it is not dumpable")

CURTAIN_FRAMES, ALL_FRAMES = 15, 60
ENOUGH = 4
"""Frames after which every buffer has been used again; a machine that is busy passes over others."""


def write(path: Path, frames: int) -> Path:
    """A second of the curtain, before which a block moves; then the block alone. The last frame stays."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), FPS, (WIDTH, HEIGHT))
    for number in range(frames):
        frame = picture(number)
        if number < CURTAIN_FRAMES:
            frame[:40] = curtain(40, WIDTH)
        writer.write(frame)
    writer.release()
    return path


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("films") / "gone.mp4", ALL_FRAMES)


@contextmanager
def watching(film: Path) -> Iterator[tuple[EyeProcess, Iterator[Record], Hello]]:
    with EyeProcess(EyeSettings(camera=Camera(source=str(film), fps=FPS), pace="live", hold=60.0)) as eye:
        records = eye.records()
        try:
            hello = next(records)
            assert isinstance(hello, Hello)
            yield eye, records, hello
        finally:
            records.close()


def until(records: Iterator[Record], frame: int, count: int = 1) -> None:
    """Let the eye see so many frames of the film from this one on."""
    seen = (each for each in records if isinstance(each, Observation) and each.frame >= frame)
    assert len(list(islice(seen, count))) == count


def memory_of(pid: int) -> bytes:
    """All that the process can write to, while it stands still."""
    os.kill(pid, signal.SIGSTOP)
    os.waitid(os.P_PID, pid, os.WSTOPPED)
    pieces = []
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for begin, end, flags in mappings(pid):
            if {"rd", "wr"} <= flags and "io" not in flags:
                memory.seek(begin)
                pieces.append(memory.read(end - begin))
    os.kill(pid, signal.SIGCONT)
    return b"".join(pieces)


def rows(film: Path) -> list[bytes]:
    """A row of each of the first frames as it is decoded, of the left half of the curtain: BGR, and grey."""
    capture, found = cv2.VideoCapture(str(film)), []
    for _ in range(CURTAIN_FRAMES):
        good, frame = capture.read()
        assert good
        for form in (frame, cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)):
            half: NDArray[np.uint8] = np.ascontiguousarray(form[20, : WIDTH // 2])
            found.append(half.tobytes())
    return found


def copies(memory: bytes, film: Path) -> int:
    return sum(memory.count(row) for row in rows(film))


def test_the_kernel_holds_a_working_eye_to_all_of_it(film: Path):
    with watching(film) as (eye, records, hello):
        until(records, 5)
        found, limits = status(eye.pid), Path(f"/proc/{eye.pid}/limits").read_text()
        assert found["Name"] == NAME
        assert (found["NoNewPrivs"], found["Seccomp"]) == ("1", "2")
        assert "Max core file size        0                    0" in limits
        assert int(Path(f"/proc/{eye.pid}/coredump_filter").read_text(), 16) == 0
        assert hello.confinement.kept_from_dumps
        tasks = list(Path(f"/proc/{eye.pid}/task").iterdir())
        assert len(tasks) > 1
        assert {status(task.name)["Seccomp"] for task in tasks} == {"2"}, "every thread of it"


def test_its_frames_are_in_no_dump_and_locked_as_far_as_the_limit_goes(film: Path):
    with watching(film) as (eye, records, hello):
        until(records, 5)
        frames = [each for each in mappings(eye.pid) if {"dd", "wr"} <= each[2]]
        size = sum(end - begin for begin, end, _ in frames)
        assert size > 2 * WIDTH * HEIGHT * 3 + 192 * 192 * 3, "two frames, and what the models are shown"
        soft, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
        if soft > 2 * size:
            assert all("lo" in flags for _, _, flags in frames)
        assert hello.confinement.kept_from_swap is (hard == resource.RLIM_INFINITY) or hello.confinement.kept_from_swap


def test_a_frame_is_overwritten_when_it_is_done_with(film: Path, tmp_path: Path):
    stays = write(tmp_path / "stays.mp4", CURTAIN_FRAMES)
    with watching(stays) as (eye, records, _):
        until(records, CURTAIN_FRAMES)
        assert copies(memory_of(eye.pid), stays) > 0, "the frame that is looked at is found"
    with watching(film) as (eye, records, _):
        until(records, CURTAIN_FRAMES + 1, ENOUGH)
        assert copies(memory_of(eye.pid), film) == 0
