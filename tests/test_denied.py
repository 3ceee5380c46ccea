import os
import select
from pathlib import Path

import pytest
from films import write_film

from guardian.eye import sandbox
from guardian.eye.orders import EyeSettings
from guardian.eye.spawn import prove
from guardian.lab import denied
from guardian.lab.denied import run
from guardian.settings import Camera

QUIET_SECONDS = 1.0
TRIED = {
    *(
        "open",
        "openat",
        "socket",
        "execve",
        "fork",
        "clone",
        "vfork",
        "ptrace",
        "memfd_create",
        "kill",
        "write",
        "mmap",
    ),
    *("getppid", "unlink"),
}
"""What `proof` tries, as the C library calls it."""
KERNEL_LOG = Path("/dev/kmsg")
LINE = 'audit: type=1326 audit(1.2:3): auid=1 comm="{}" exe="/usr/bin/python3" sig=0 arch=c000003e syscall={} ip=0'


def number(name: str) -> int:
    found: int = sandbox.pyseccomp.resolve_syscall(sandbox.pyseccomp.Arch.NATIVE, name)
    return found


def test_what_was_denied_an_eye_is_named_and_others_are_none_of_ours(capsys: pytest.CaptureFixture[str]):
    lines = [LINE.format("guardian-eye", number("socket"))] * 2 + [LINE.format("firefox", number("bpf")), "else"]
    assert denied.denied(lines) == {"socket": 2}
    assert run(lines) == 1
    assert capsys.readouterr().out == "     2  socket\n"


def test_what_is_meant_to_be_denied_is_no_alarm(capsys: pytest.CaptureFixture[str]):
    assert run([LINE.format("guardian-eye", number("clone3"))]) == 0
    assert "clone3  (meant so)" in capsys.readouterr().out
    assert run([]) == 0
    assert capsys.readouterr().out == "nothing was denied to an eye\n"


def test_a_call_that_nobody_knows_keeps_its_number(monkeypatch: pytest.MonkeyPatch):
    assert denied.denied([LINE.format("guardian-eye", 9_999)]) == {"call 9999": 1}
    monkeypatch.setattr(sandbox, "pyseccomp", None)
    assert denied.denied([LINE.format("guardian-eye", 41)]) == {"call 41": 1}


def test_the_kernel_logs_what_a_real_eye_is_denied(tmp_path: Path):
    if os.geteuid() != 0 or not os.access(KERNEL_LOG, os.R_OK):
        pytest.skip("the kernel's log is not for us to read")
    descriptor = os.open(KERNEL_LOG, os.O_RDONLY | os.O_NONBLOCK)
    try:
        os.lseek(descriptor, 0, os.SEEK_END)
        prove(EyeSettings(camera=Camera(source=str(write_film(tmp_path / "walk.mp4")))))
        found = denied.denied(_lines(descriptor))
    finally:
        os.close(descriptor)
    named = found.keys() - denied.MEANT
    if not named:
        pytest.skip("this kernel keeps no audit records (CONFIG_AUDIT), or logs no more for now: it has a rate limit")
    assert named <= TRIED


def _lines(log: int) -> list[str]:
    """What the kernel has logged since; it writes it a moment later."""
    lines: list[str] = []
    while select.select([log], [], [], QUIET_SECONDS)[0]:
        lines.append(os.read(log, 8192).decode(errors="replace"))
    return lines
