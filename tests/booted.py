"""A real systemd for tests: this machine's Debian, booted once more in a container on an overlay that is forgotten.

`booted()` needs root, systemd-nspawn and a kernel with overlayfs and cgroup v2. Nothing is downloaded, and nothing of
the machine is written to: what the container writes lies in a tmpfs of a mount namespace of its own.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from waiting import eventually

BOOT = """
set -e
umask 022
mount -t tmpfs -o size=3G none "$1"
chmod 755 "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
echo "$2" >"$1/root/etc/machine-id"
[ -d /sys/fs/cgroup ] || exit 1
mount -t tmpfs none /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
exec systemd-nspawn --quiet --directory="$1/root" --boot --register=no --keep-unit --machine=guardian-trial \
    --console=pipe --resolv-conf=off --timezone=off --link-journal=no "${@:3}" systemd.unit=basic.target
"""
UNSHARED = ("unshare", "--mount", "--propagation", "private")
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
"""As sudo has it: a Python in somebody's home would be no program for a service."""
SECONDS = 60.0


class Machine:
    """The container, by the process id of its systemd."""

    def __init__(self, leader: int) -> None:
        self._leader = leader

    def run(self, script: str, *, seconds: float = SECONDS, check: bool = True) -> str:
        """Run a shell script in it and return what it printed; an AssertionError with all it said where it failed."""
        command = ("nsenter", "--target", str(self._leader), "--all", "bash", "-euo", "pipefail")
        environment = {**os.environ, "PATH": PATH, "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": "", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            command,
            check=False,
            input=f"umask 022\n{script}",
            capture_output=True,
            text=True,
            timeout=seconds,
            env=environment,
        )
        assert done.returncode == 0 or not check, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout.strip()

    def property(self, name: str, unit: str = "guardian") -> str:
        """A property of a unit (systemctl show)."""
        return self.run(f"systemctl show --property={name} --value {unit}")


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except FileNotFoundError:
        return []


@contextmanager
def booted(*options: str) -> Iterator[Machine]:
    """A machine that is up, with these options of systemd-nspawn.

    The test is skipped, with the reason, where none can be booted.
    """
    if os.geteuid() != 0:
        pytest.skip("only root can boot a container")
    if shutil.which("systemd-nspawn") is None:
        pytest.skip("no systemd-nspawn: apt install systemd-container")
    with tempfile.TemporaryDirectory(prefix="booted-") as directory, tempfile.TemporaryFile("w+") as said:
        container = subprocess.Popen(
            [
                "unshare",
                "--mount",
                "--propagation",
                "private",
                "bash",
                "-c",
                BOOT,
                "boot",
                directory,
                uuid.uuid4().hex,
                *options,
            ],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
        )
        try:
            machine = _up(container)
            if machine is None:
                said.seek(0)
                pytest.skip(f"no container can be booted here: {said.read().strip()[-500:]}")
            yield machine
        finally:
            for child in _children(container.pid):
                os.kill(child, signal.SIGKILL)  # its systemd, and with it all that it started
            container.wait(SECONDS)


def _up(container: "subprocess.Popen[bytes] | subprocess.Popen[str]") -> Machine | None:
    """The machine once its systemd has started everything; None where the container ended before."""

    def settled() -> bool:
        if container.poll() is not None:
            return True
        leaders = _children(container.pid)
        return bool(leaders) and Machine(leaders[0]).run("systemctl is-system-running || true", check=False) in {
            "running",
            "degraded",
        }

    eventually(settled, "the container is up", SECONDS)
    return None if container.poll() is not None else Machine(_children(container.pid)[0])
