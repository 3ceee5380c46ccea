"""Where this process keeps pictures: in memory that no dump holds and, where the kernel allows it, no swap takes."""

import ctypes
import mmap
import resource
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_LIBC = ctypes.CDLL(None, use_errno=True)

# include/uapi/asm-generic/mman.h
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4

_DUMP_FILTER = Path("/proc/self/coredump_filter")
"""Which kinds of memory a dump holds; 0 is none (core(5)). Debuggers that save a process heed it too."""


def keep_from_dumps() -> bool:
    """Leave all memory of this process out of any dump, that of decoder and model runtime too; return whether it is.

    Must come before the process is made undumpable, which takes its own files in /proc from it.
    """
    try:
        _DUMP_FILTER.write_text("0")
        return int(_DUMP_FILTER.read_text(), 16) == 0
    except OSError:
        return False


def keep_from_swap() -> bool:
    """Keep every page of this process, now and later, out of the swap; return whether the kernel agreed.

    It does where memory may be locked without a limit: for root, and where the unit says LimitMEMLOCK=infinity. With
    less nothing is asked for, since a process that reaches its limit gets no memory any more. Pages are locked when
    they are first touched, so this takes no memory of its own (mlockall(2), MCL_ONFAULT).
    """
    try:
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except (ValueError, OSError):
        return False
    locked: int = _LIBC.mlockall(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT)
    return locked == 0


def picture(*shape: int) -> NDArray[np.uint8]:
    """Return a black picture of this shape, uint8, in pages of its own that no dump holds.

    They are locked out of the swap as far as the limit for that goes; where the whole process is, they are anyway.
    """
    size = max(1, prod(shape))
    pages = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    pages.madvise(mmap.MADV_DONTDUMP)
    black = np.frombuffer(pages, np.uint8, prod(shape)).reshape(shape)
    _LIBC.mlock(ctypes.c_void_p(black.ctypes.data), ctypes.c_size_t(size))
    return black
