"""What a process takes of the machine at a moment, and all processes of a box, read from outside in /proc (proc(5))."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from guardian.lab.bench_room import children, is_eye, memory_mb


@dataclass(frozen=True, slots=True)
class Footprint:
    """MB in memory (the proportional share where it may be read), open descriptors, threads, and MB that the process
    has made the kernel write to block devices since it began: pages of 4 KiB that it made dirty, without what was
    deleted before it was written.
    """

    memory_mb: float
    descriptors: int
    threads: int
    written_mb: float


def footprint(pid: int) -> Footprint:
    """Read what a process takes. Raises OSError where it has ended, or belongs to somebody else."""
    process, counted = Path(f"/proc/{pid}"), _counted(pid)
    written = int(counted["write_bytes"]) - int(counted["cancelled_write_bytes"])
    return Footprint(
        memory_mb=memory_mb(pid)[0],
        descriptors=len(tuple((process / "fd").iterdir())),
        threads=len(tuple((process / "task").iterdir())),
        written_mb=written / 1e6,
    )


def handed_mb(pid: int) -> float:
    """Return what a process has handed to write() of any kind since it began, in MB: on a disk or not."""
    return int(_counted(pid)["wchar"]) / 1e6


def _counted(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/io").read_text(encoding="ascii").splitlines()
    return dict(line.split(": ", 1) for line in lines)


def box(pid: int) -> dict[str, Footprint]:
    """Read what the daemon takes, as `brain`, and each process that it has started and that lives, `eye` or `broker`.

    Raises OSError where the daemon itself has ended.
    """
    found = {"brain": footprint(pid)}
    for child in children(pid):
        with suppress(FileNotFoundError, ProcessLookupError):  # it may end while it is read
            found["eye" if is_eye(child) else "broker"] = footprint(child)
    return found


def directory_mb(directory: Path) -> float:
    """Return what the files of a directory hold in MB; one that goes away meanwhile holds nothing."""
    total = 0
    for path in directory.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total / 1e6
