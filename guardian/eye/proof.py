"""Tries, from inside a locked-in eye, what a taken-over eye would try. Each attempt does no harm if it succeeds."""

import ctypes
import errno
import mmap
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from guardian.eye.wire import Attempt, Proof

_LIBC = ctypes.CDLL(None, use_errno=True)
_PTRACE_TRACEME = 0
# Not tempfile.gettempdir(), which tries a file out as soon as it is asked, before there is any confinement.
_TARGET = Path("/tmp") / f"guardian-eye-{os.getpid()}"  # noqa: S108 - never more than a name that is refused


def attempts() -> Iterator[Proof]:
    """Try everything in `Attempt`, in order, and yield what the kernel answered."""
    for attempt in Attempt:
        yield Proof(attempt, _error_of(_TRIES[attempt]))


def _error_of(attempt: Callable[[], None]) -> int:
    """Return the error number that the attempt ended in, 0 if it succeeded."""
    try:
        attempt()
    except OSError as error:
        return error.errno or errno.EIO
    return 0


def _open_for_writing() -> None:
    os.close(os.open(_TARGET, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    _TARGET.unlink()


def _open_for_reading() -> None:
    os.close(os.open("/etc/passwd", os.O_RDONLY))


def _new_socket() -> None:
    socket.socket().close()


def _execve() -> None:
    # A name that is not there: allowed, it would fail with ENOENT, and this process would live to say so.
    os.execve(_TARGET.with_suffix(".absent"), ["absent"], {})  # noqa: S606 - there is no shell in it


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _ptrace() -> None:
    if _LIBC.ptrace(_PTRACE_TRACEME, 0, None, None) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def _memfd() -> None:
    os.close(os.memfd_create("frames"))


def _signal_parent() -> None:
    os.kill(os.getppid(), 0)


def _write_to_stderr() -> None:
    os.write(2, b"\n")


def _map_code() -> None:
    mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()


_TRIES: dict[Attempt, Callable[[], None]] = {
    Attempt.OPEN_FOR_WRITING: _open_for_writing,
    Attempt.OPEN_FOR_READING: _open_for_reading,
    Attempt.NEW_SOCKET: _new_socket,
    Attempt.EXECVE: _execve,
    Attempt.FORK: _fork,
    Attempt.PTRACE: _ptrace,
    Attempt.MEMFD: _memfd,
    Attempt.SIGNAL_PARENT: _signal_parent,
    Attempt.WRITE_TO_STDERR: _write_to_stderr,
    Attempt.MAP_CODE: _map_code,
}
