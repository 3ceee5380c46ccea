"""What keeps pictures out of dumps and swap, asked of the kernel, in processes of their own."""

import json
import mmap
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from kernel_view import flags_at

from guardian.eye import memory

KEPT = """
import json
from pathlib import Path
from guardian.eye import memory
print(json.dumps([memory.keep_from_dumps(), Path("/proc/self/coredump_filter").read_text(), memory.keep_from_swap()]))
"""


def kept(*before: str) -> tuple[bool, str, bool]:
    done = subprocess.run([*before, sys.executable, "-c", KEPT], capture_output=True, text=True, timeout=60, check=True)
    dumps, found, swap = json.loads(done.stdout)
    return dumps, found, swap


def test_a_picture_is_black_and_its_pages_are_in_no_dump():
    black = memory.picture(48, 64, 3)
    assert (black.shape, black.dtype, black.any()) == ((48, 64, 3), np.uint8, False)
    black[:] = 7
    assert black.ctypes.data % mmap.PAGESIZE == 0
    assert "dd" in flags_at(black.ctypes.data)


def test_a_picture_is_locked_where_the_limit_leaves_room():
    if resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] < 2**16:
        pytest.skip("no memory may be locked here")
    assert "lo" in flags_at(memory.picture(60, 80).ctypes.data)


def test_a_picture_of_nothing_and_one_beyond_the_limit_are_pictures_too():
    assert memory.picture(0, 0).size == 0
    huge = memory.picture(4320, 7680, 3)
    huge[-1, -1] = 1
    assert huge.sum() == 3


def test_no_kind_of_memory_is_left_for_a_dump():
    dumps, found, _ = kept()
    assert dumps
    assert int(found, 16) == 0


def test_all_memory_is_kept_from_the_swap_where_it_may_be_locked_without_a_limit():
    unlimited = resource.getrlimit(resource.RLIMIT_MEMLOCK)[1] == resource.RLIM_INFINITY
    assert kept()[2] is unlimited or kept()[2]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")
def test_a_process_with_a_limit_is_told_that_its_memory_may_be_swapped():
    assert not kept("prlimit", "--memlock=65536:65536", "setpriv", "--bounding-set=-all", "--inh-caps=-all")[2]


def test_a_system_without_such_a_file_is_told_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(memory, "_DUMP_FILTER", tmp_path / "absent" / "coredump_filter")
    assert not memory.keep_from_dumps()
