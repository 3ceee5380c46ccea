"""What a still room costs beside a lively one, and how much memory the appliance takes: real processes, by /proc."""

import itertools
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import yaml

from guardian.errors import SourceError
from guardian.eye.orders import EyeSettings
from guardian.eye.spawn import EyeProcess
from guardian.lab.measure_eye import frames
from guardian.settings import Camera
from guardian.skeleton import Observation

FPS = 15.0
SETTLE_SECONDS = 5.0
"""Until an eye has started, and its gate has seen that nothing moves."""
GRAIN = 1.5
"""Standard deviation of the noise of a still room, in steps of 255."""
GRAINS = 16
STILL_SECONDS = 30.0
"""Longer than it is watched: beginning a film again costs what no camera does."""
READY_SECONDS = 60.0
_UTIME = 11
"""Where, behind the name, /proc/PID/stat has the ticks in user mode; those in the kernel follow (proc(5))."""


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has taken since it began."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[_UTIME]) + int(fields[_UTIME + 1])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> tuple[float, str]:
    """Return what a process holds in memory, in MB, and whether that is its proportional share or all that it maps.

    The eye lets only root see its share.
    """
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024 / 1e6, "PSS"
    except PermissionError:
        pass
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6, "RSS"


def children(pid: int) -> list[int]:
    """Return the processes that a process has started and that live."""
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return sorted(int(child) for each in found for child in each.read_text(encoding="utf-8").split())


def is_eye(pid: int) -> bool:
    """Tell whether a process is an eye: the daemon's other one is the embedded broker."""
    return b"guardian.eye" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")


def write_films(source: str, room: str, directory: Path, seconds: float) -> tuple[Path, Path]:
    """Write (still, lively) films of the same kind: the first frame of `room` with grain, and `seconds` of `source`."""
    rng = np.random.default_rng(1)
    first = next(iter(frames(Path(room), FPS)))[1]
    grainy = [np.clip(first + rng.normal(0, GRAIN, first.shape), 0, 255).astype(np.uint8) for _ in range(GRAINS)]
    lively = (image for now, image in frames(Path(source), FPS) if now <= seconds)
    still = itertools.islice(itertools.cycle(grainy), round(STILL_SECONDS * FPS))
    return _write(directory / "still.mp4", still), _write(directory / "lively.mp4", lively)


def _write(target: Path, images: Iterator[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]) -> Path:
    writer: cv2.VideoWriter | None = None
    for image in images:
        if writer is None:
            writer = cv2.VideoWriter(
                str(target), cv2.VideoWriter.fourcc(*"mp4v"), FPS, (image.shape[1], image.shape[0])
            )
        writer.write(image)
    if writer is not None:
        writer.release()
    return target


def cost(film: Path, seconds: float, settle: float = SETTLE_SECONDS) -> float:
    """Return the processor time of a real eye for so many seconds of a film that is played as a camera would."""
    with EyeProcess(EyeSettings(camera=Camera(source=str(film), fps=FPS), loop=True, allow_unconfined=True)) as eye:
        begun: float | None = None
        start = 0.0
        for record in eye.records():
            if not isinstance(record, Observation):
                continue
            begun = record.time if begun is None else begun
            if not start and record.time - begun >= settle:
                start, begun = cpu_seconds(eye.pid), record.time
            elif start and record.time - begun >= seconds:
                return cpu_seconds(eye.pid) - start
    message = f"{film}: the eye ended too early"
    raise SourceError(message)


def idle_ratio(still: Path, lively: Path, seconds: float) -> dict[str, float]:
    """Return the processor time of both rooms, watched at the same time, and that of the still one over the other's."""
    with ThreadPoolExecutor(2) as pool:
        idle, active = pool.map(lambda film: cost(film, seconds), (still, lively))
    return {
        "seconds": seconds,
        "still_cpu_percent": round(100 * idle / seconds, 1),
        "lively_cpu_percent": round(100 * active / seconds, 1),
        "idle_cpu_ratio": round(idle / max(active, 1e-9), 3),
    }


def memory(film: str, seconds: float) -> dict[str, object]:
    """Run the daemon on a film for so long; return the memory of brain and eye. Raises SourceError where none opens."""
    with tempfile.TemporaryDirectory(prefix="guardian-bench-") as directory, _daemon(film, Path(directory)) as brain:
        limit = time.monotonic() + READY_SECONDS
        while not any(map(is_eye, children(brain.pid))) and time.monotonic() < limit and brain.poll() is None:
            threading.Event().wait(0.05)
        threading.Event().wait(seconds)
        others = children(brain.pid) if brain.poll() is None else []
        if not any(map(is_eye, others)):
            message = f"{film}: the daemon or its eye ended too early; a film of more than {seconds:g} s would be right"
            raise SourceError(message)
        held = {("eye" if is_eye(pid) else "broker"): memory_mb(pid) for pid in others} | {
            "brain": memory_mb(brain.pid)
        }
    parts = {f"{name}_mb": round(each, 1) for name, (each, _) in held.items()}
    kinds = " and ".join(sorted({kind for _, kind in held.values()}))
    return {"kind": kinds, **parts, "total_mb": round(sum(each for each, _ in held.values()), 1)}


@contextmanager
def _daemon(film: str, directory: Path) -> Iterator["subprocess.Popen[bytes]"]:
    configuration = {
        "rooms": [{"name": "room", "camera": {"source": str(Path(film).resolve())}}],
        "mqtt": {"broker": "embedded", "port": 0},
        "panel": {"kind": "simulated"},
        "web": {"port": 0},
        "privacy": {"allow_unconfined": True},
        "state_directory": str(directory / "state"),
    }
    path = directory / "guardian.yaml"
    path.write_text(yaml.safe_dump(configuration), encoding="utf-8")
    command = [sys.executable, "-m", "guardian", "run", "--config", str(path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(READY_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
