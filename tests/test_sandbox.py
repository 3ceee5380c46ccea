import ctypes
import errno
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from guardian.errors import SandboxError
from guardian.eye import sandbox
from guardian.eye.sandbox import Access, handled_rights, landlock_abi, lock_in
from guardian.eye.wire import Confinement

needs_landlock = pytest.mark.skipif(landlock_abi() == 0, reason="this kernel has no Landlock")

CONFINED = """
import errno, json, os, resource, socket, sys
from pathlib import Path
from guardian.eye import sandbox

def tried(attempt):
    try:
        attempt()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "done"

def connected(port):
    with socket.socket() as client:
        client.connect(("127.0.0.1", port))

home, abi = Path(sys.argv[1]), int(sys.argv[2])
network = len(sys.argv) > 3
port = int(sys.argv[3]) if network else None
if abi >= 0:
    sandbox.landlock_abi = lambda: abi
given = sandbox.confine_files(sandbox.Access(read=(home / "mine",), network=network, port=port))
print(json.dumps({
    "landlock": given.landlock, "user": given.user_namespace, "network": given.network_namespace,
    "no_new_privs": given.no_new_privs, "undumpable": given.undumpable,
    "core": resource.getrlimit(resource.RLIMIT_CORE),
    "read mine": tried(lambda: (home / "mine" / "file").read_text()),
    "read other": tried(lambda: (home / "other").read_text()),
    "write mine": tried(lambda: (home / "mine" / "file").write_text("x")),
    "make": tried(lambda: (home / "mine" / "new").touch()),
    "list mine": tried(lambda: os.listdir(home / "mine")),
    "connect": tried(lambda: connected(port)) if network else None,
    "connect elsewhere": tried(lambda: connected(port ^ 1)) if network else None,
}))
"""


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a script in an interpreter of its own: what it gives up is given up for good."""
    environment = {"PATH": "/usr/bin:/bin", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def confined(home: Path, abi: int = -1, port: int | None = None) -> dict[str, Any]:
    (home / "mine").mkdir()
    (home / "mine" / "file").write_text("mine")
    (home / "other").write_text("other")
    done = run(CONFINED, home, abi, *([port] if port else []))
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@needs_landlock
def test_only_the_named_files_are_left_and_only_to_read(tmp_path: Path):
    found = confined(tmp_path)
    assert found["landlock"] == landlock_abi()
    assert found["read mine"] == found["list mine"] == "done"
    assert found["read other"] == found["write mine"] == found["make"] == "EACCES"


@pytest.mark.parametrize("abi", [1, 2, 3, 4, 5, 6, 7])
def test_files_are_closed_under_every_older_landlock(tmp_path: Path, abi: int):
    if abi > landlock_abi():
        pytest.skip(f"this kernel has Landlock {landlock_abi()}")
    found = confined(tmp_path, abi)
    assert found["landlock"] == abi
    assert found["read mine"] == "done"
    assert found["read other"] == found["write mine"] == found["make"] == "EACCES"


def test_without_landlock_the_rest_of_the_wall_is_built(tmp_path: Path):
    found = confined(tmp_path, 0)
    assert found["landlock"] == 0
    assert found["no_new_privs"]
    assert found["undumpable"]
    assert found["core"] == [0, 0]


def test_a_source_without_network_is_given_none_where_the_kernel_allows(tmp_path: Path):
    found = confined(tmp_path)
    allowed = subprocess.run(["unshare", "--user", "--net", "true"], capture_output=True, check=False).returncode == 0
    assert found["user"] is allowed
    assert found["network"] or not allowed


def test_a_stream_may_connect_to_its_own_port_only(tmp_path: Path):
    if landlock_abi() < 4:
        pytest.skip(f"Landlock {landlock_abi()} knows no ports")
    found = confined(tmp_path, port=9)
    assert not found["network"]
    assert found["connect"] == "ECONNREFUSED"
    assert found["connect elsewhere"] == "EACCES"


def test_a_thread_from_before_landlock_is_refused(tmp_path: Path):
    if landlock_abi() == 0:
        pytest.skip("this kernel has no Landlock")
    script = "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()\n" + CONFINED
    done = run(script, tmp_path, -1)
    assert done.returncode != 0
    assert "2 threads run before Landlock" in done.stderr
    assert "OPENBLAS_NUM_THREADS=1" in done.stderr


@pytest.mark.parametrize(
    ("abi", "files", "ports", "scopes"),
    [
        (1, 0x1FFF, 0, 0),
        (2, 0x3FFF, 0, 0),
        (3, 0x7FFF, 0, 0),
        (4, 0x7FFF, 3, 0),
        (5, 0xFFFF, 3, 0),
        (6, 0xFFFF, 3, 3),
        (7, 0xFFFF, 3, 3),
    ],
)
def test_no_older_kernel_is_asked_for_rights_it_does_not_know(abi: int, files: int, ports: int, scopes: int):
    assert handled_rights(abi) == (files, ports, scopes)


def answering(number: int) -> Callable[..., int]:
    """A system call that fails with this error."""

    def fail(*_: object) -> int:
        ctypes.set_errno(number)
        return -1

    return fail


def test_a_kernel_that_refuses_landlock_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sandbox, "_LIBC", SimpleNamespace(syscall=answering(errno.EOPNOTSUPP)))
    assert landlock_abi() == 0
    with pytest.raises(SandboxError, match="Landlock: Operation not supported"):
        sandbox._landlock(444)


def test_a_kernel_that_refuses_no_new_privs_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sandbox, "_LIBC", SimpleNamespace(prctl=answering(errno.EINVAL)))
    with pytest.raises(SandboxError, match="no_new_privs: Invalid argument"):
        sandbox._prctl(38, 1, "no_new_privs")


def test_namespaces_are_a_bonus(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sandbox, "_LIBC", SimpleNamespace(unshare=answering(errno.EPERM)))
    assert sandbox._leave_namespaces(keep_network=False) == (False, False)
    monkeypatch.setattr(sandbox, "_LIBC", SimpleNamespace(unshare=lambda flags: 0 if flags == 0x4000_0000 else -1))
    assert sandbox._leave_namespaces(keep_network=False) == (False, True)
    monkeypatch.setattr(sandbox, "_LIBC", SimpleNamespace(unshare=lambda _flags: 0))
    assert sandbox._leave_namespaces(keep_network=True) == (True, False)


def test_without_libseccomp_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sandbox, "pyseccomp", None)
    with pytest.raises(SandboxError, match="apt install libseccomp2"):
        lock_in(Access(), 3, Confinement())


def test_the_eye_imports_without_libseccomp_and_says_so():
    script = """
import ctypes.util
found = ctypes.util.find_library
ctypes.util.find_library = lambda name: None if name == "seccomp" else found(name)
from guardian.eye import sandbox, wire
try:
    sandbox.lock_in(sandbox.Access(), 3, wire.Confinement())
except sandbox.SandboxError as error:
    print(error)
"""
    assert "apt install libseccomp2" in run(script).stdout


def test_a_kernel_that_refuses_the_filter_is_named(monkeypatch: pytest.MonkeyPatch):
    class Refused(sandbox.pyseccomp.SyscallFilter):
        def load(self) -> None:
            raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(sandbox.pyseccomp, "SyscallFilter", Refused)
    with pytest.raises(SandboxError, match="refuses the seccomp filter"):
        lock_in(Access(), 3, Confinement())


LOCKED = """
import os, socket, sys
from guardian.eye import sandbox, wire
pair, others = socket.socketpair(), os.pipe()
network = sys.argv[1] == "network"
sandbox.lock_in(sandbox.Access(network=network), others[1], wire.Confinement())

def tried(attempt):
    try:
        attempt()
    except OSError as error:
        return str(error.errno)
    return "done"

def later():
    answers.append(tried(lambda: os.open("/dev/null", os.O_RDONLY)))

answers = [tried(lambda: pair[0].send(b"x")), tried(socket.socketpair), tried(lambda: os.write(others[1], b"x"))]
import _thread
done = _thread.allocate_lock()
done.acquire()
_thread.start_new_thread(lambda: (later(), done.release()), ())
done.acquire()
os.write(others[1], " ".join(answers).encode())
os._exit(int(os.read(others[0], 100).decode().removeprefix("x") != sys.argv[2]))
"""


@pytest.mark.parametrize(("kind", "expected"), [("network", "done 1 done 1"), ("file", "1 1 done 1")])
def test_only_a_stream_keeps_its_socket_and_later_threads_are_bound_too(kind: str, expected: str):
    assert run(LOCKED, kind, expected).returncode == 0
