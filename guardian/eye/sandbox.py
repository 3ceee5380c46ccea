"""Confines this process by the kernel: first to the files it needs, then to the system calls of its steady state.

The order matters, and why is in docs/decisions. `confine_files` runs when every import is done and no thread has been
started, before model and camera are opened: new user and network namespace, no new privileges, not dumpable, no core
file, Landlock. `lock_in` runs when both are open: seccomp, an allow-list for all threads; everything else gets EPERM,
and a line in the kernel's log with the name of the process and the number of the call.
"""

import ctypes
import errno
import logging
import mmap
import os
import resource
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from guardian.errors import SandboxError
from guardian.eye.wire import Confinement

try:
    import pyseccomp
except RuntimeError:  # what it raises where the C library is missing
    pyseccomp = None

_LOG = logging.getLogger(__name__)
_LIBC = ctypes.CDLL(None, use_errno=True)

# include/uapi/linux/prctl.h and sched.h
_PR_SET_NAME = 15
_PR_SET_DUMPABLE = 4
_PR_GET_DUMPABLE = 3
_PR_SET_NO_NEW_PRIVS = 38
_PR_GET_NO_NEW_PRIVS = 39
_CLONE_NEWUSER = 0x1000_0000
_CLONE_NEWNET = 0x4000_0000
_CLONE_THREAD = 0x0001_0000

# include/uapi/linux/landlock.h; the three calls have the same number on every architecture
_LANDLOCK_CREATE_RULESET = 444
_LANDLOCK_ADD_RULE = 445
_LANDLOCK_RESTRICT_SELF = 446
_LANDLOCK_VERSION = 1
_RULE_PATH = 1
_RULE_PORT = 2
_WRITE_FILE = 1 << 1
_READ_FILE = 1 << 2
_READ_DIR = 1 << 3
_TRUNCATE = 1 << 14
_IOCTL_DEV = 1 << 15
_FILE_RIGHTS = 1 | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_CONNECT_TCP = 1 << 1

NAME = "guardian-eye"
"""What the kernel calls this process, in the lists of processes and in its log; 15 letters at most."""

_RUNTIME_FILES = ("/proc/cpuinfo", "/sys/devices/system/cpu", "/dev/null", "/dev/urandom")
"""What TensorFlow Lite (cpuinfo) and the C library read while a model is opened."""

_NETWORK_FILES = ("/etc", "/run/systemd/resolve", "/usr/lib", "/lib", "/usr/share/ca-certificates")
"""Name resolution loads its modules late, and TLS reads the authorities."""

_CSI_FILES = ("/dev", "/sys", "/run/udev", "/usr/share/libcamera", "/usr/lib", "/etc", "/proc")
"""libcamera walks the media devices and loads the tuning of the sensor."""

_STEADY_CALLS = (
    *("read", "readv", "pread64", "lseek", "_llseek", "close", "fstat", "fstat64"),
    *("brk", "munmap", "mlock", "munlock", "madvise", "mremap", "futex", "futex_time64", "set_robust_list", "rseq"),
    *("rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigreturn", "sigaltstack", "restart_syscall"),
    *("sched_yield", "sched_getaffinity", "getcpu", "getpid", "gettid", "getrandom", "exit", "exit_group"),
    *("clock_gettime", "clock_gettime64", "clock_getres", "clock_nanosleep", "clock_nanosleep_time64"),
    *("nanosleep", "gettimeofday", "poll", "ppoll", "ppoll_time64"),
    *("select", "_newselect", "pselect6", "pselect6_time64"),
)
_SOCKET_CALLS = (
    *("recvfrom", "recvmsg", "recv", "sendto", "sendmsg", "send"),
    *("write", "writev", "shutdown", "getsockopt", "setsockopt"),
)
_CSI_CALLS = (
    *("ioctl", "dup", "eventfd2", "timerfd_create", "timerfd_settime"),
    *("epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait"),
)
_CALLS_WITH_MEMORY = ("mmap", "mmap2", "mprotect")
_PROTECTION_ARGUMENT = 2
_UNKNOWN_CALL = -1
_LOGGING_API = 3
"""What libseccomp calls a kernel, from 4.14 on, that logs what a filter denied."""
_DESCRIPTORS = 1024
"""How far to look for open ones; the eye has a dozen, and one that is overlooked stays denied."""


@dataclass(frozen=True, slots=True)
class Access:
    """What the eye needs of the machine: files and directories to read, devices to drive, whether the source comes
    over the network (and from which TCP port), whether it is a CSI camera.
    """

    read: tuple[Path, ...] = ()
    devices: tuple[Path, ...] = ()
    network: bool = False
    port: int | None = None
    csi: bool = False


def confine_files(access: Access) -> Confinement:
    """Give up everything but the files in `access`, for good; return what the kernel granted.

    Raises:
        SandboxError: no_new_privs, the dumpable flag or Landlock, where the kernel has it, could not be set; or a
            thread runs already, which Landlock would not bind.

    """
    user, network = _leave_namespaces(keep_network=access.network)
    _LIBC.prctl(_PR_SET_NAME, NAME.encode(), 0, 0, 0)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1, "no_new_privs")
    _prctl(_PR_SET_DUMPABLE, 0, "the dumpable flag")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    abi = landlock_abi()
    if abi:
        _restrict_files(access, abi)
    return Confinement(
        landlock=abi,
        no_new_privs=_LIBC.prctl(_PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1,
        undumpable=_LIBC.prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0) == 0,
        user_namespace=user,
        network_namespace=network,
    )


def lock_in(access: Access, wire: int, confinement: Confinement) -> Confinement:
    """Deny every thread of this process, now and later, any system call outside the steady state.

    Writing is left for the pipe `wire` alone, device control for the camera's descriptors, sending and receiving for
    the sockets that are open now.

    Raises:
        SandboxError: libseccomp is missing or the kernel refuses the filter.

    """
    if pyseccomp is None:
        message = "the eye cannot be confined: libseccomp is missing; apt install libseccomp2"
        raise SandboxError(message)
    allowed = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.EPERM))
    try:
        allowed.set_attr(pyseccomp.Attr.CTL_TSYNC, 1)
        if pyseccomp.get_api() >= _LOGGING_API:
            allowed.set_attr(pyseccomp.Attr.CTL_LOG, 1)
        _allow_steady_state(allowed, wire)
        _allow_source(allowed, access)
        allowed.load()
    except OSError as error:
        message = f"the eye cannot be confined: the kernel refuses the seccomp filter ({error}); it needs seccomp"
        raise SandboxError(message) from error
    return replace(confinement, seccomp=True, no_new_privs=True)


def landlock_abi() -> int:
    """Return the kernel's Landlock ABI, 0 where it has none."""
    abi: int = _LIBC.syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), _LANDLOCK_VERSION)
    return max(0, abi)


def call_name(number: int) -> str:
    """Return the name of a system call, or its number where nobody knows that, or libseccomp is missing."""
    if pyseccomp is None:
        return f"call {number}"
    try:
        return str(pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, number).decode())
    except ValueError:
        return f"call {number}"


def threads() -> int:
    """Return how many threads this process has."""
    return sum(1 for _ in Path("/proc/self/task").iterdir())


def _prctl(option: int, value: int, name: str) -> None:
    if _LIBC.prctl(option, value, 0, 0, 0) != 0:
        message = f"the eye cannot be confined: {name}: {os.strerror(ctypes.get_errno())}"
        raise SandboxError(message)


def _leave_namespaces(*, keep_network: bool) -> tuple[bool, bool]:
    """Move into a user and a network namespace of our own where the kernel lets us; return which of them it did.

    The first drops every capability over the rest of the machine, the second has no interface. Both are a second wall
    behind seccomp, and containers and hardened kernels forbid them.
    """
    network = 0 if keep_network else _CLONE_NEWNET
    if _LIBC.unshare(_CLONE_NEWUSER | network) == 0:
        return True, bool(network)
    if network and _LIBC.unshare(network) == 0:
        return False, True
    _LOG.info("namespaces=refused error=%s", os.strerror(ctypes.get_errno()))
    return False, False


def handled_rights(abi: int) -> tuple[int, int, int]:
    """Return what this ABI can deny: rights over files, over TCP ports, and scopes (abstract sockets, signals).

    Source: Documentation/userspace-api/landlock.rst, "Previous limitations".
    """
    files = (1 << 13) - 1
    for since, right in ((2, 13), (3, 14), (5, 15)):
        files |= (1 << right) if abi >= since else 0
    return files, 0b11 if abi >= 4 else 0, 0b11 if abi >= 6 else 0  # noqa: PLR2004 - the ABI that brought them


def _restrict_files(access: Access, abi: int) -> None:
    """Put this thread, and all that it starts, under a Landlock domain."""
    if threads() > 1:
        message = (
            f"the eye cannot be confined: {threads()} threads run before Landlock, which binds only one; "
            "set OPENBLAS_NUM_THREADS=1 before Python starts"
        )
        raise SandboxError(message)
    files, ports, scopes = handled_rights(abi)
    attributes = (ctypes.c_uint64 * 3)(files, ports, scopes)
    ruleset = _landlock(_LANDLOCK_CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(_ruleset_bytes(abi)), 0)
    try:
        for path, rights in _path_rights(access):
            _allow_path(ruleset, path, rights & files)
        if ports and access.port is not None:
            rule = (ctypes.c_uint64 * 2)(_CONNECT_TCP, access.port)
            _landlock(_LANDLOCK_ADD_RULE, ruleset, _RULE_PORT, ctypes.byref(rule), 0)
        _landlock(_LANDLOCK_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _ruleset_bytes(abi: int) -> int:
    """Return the size of struct landlock_ruleset_attr in this ABI."""
    return 8 if abi < 4 else 16 if abi < 6 else 24  # noqa: PLR2004 - net came with ABI 4, scopes with 6


def _path_rights(access: Access) -> Iterable[tuple[Path, int]]:
    """Yield every path that stays open to the eye, with its rights."""
    readable = [*access.read, *map(Path, _RUNTIME_FILES)]
    readable += map(Path, _NETWORK_FILES) if access.network else ()
    readable += map(Path, _CSI_FILES) if access.csi else ()
    for path in readable:
        yield path, _READ_FILE | _READ_DIR
    for path in access.devices:
        yield path, _READ_FILE | _WRITE_FILE | _IOCTL_DEV


def _allow_path(ruleset: int, path: Path, rights: int) -> None:
    """Add a rule for a file or for all beneath a directory; a path that is not there needs none."""
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _FILE_RIGHTS
        rule = ctypes.create_string_buffer(rights.to_bytes(8, "little") + descriptor.to_bytes(4, "little"), 12)
        _landlock(_LANDLOCK_ADD_RULE, ruleset, _RULE_PATH, rule, 0)
    finally:
        os.close(descriptor)


def _landlock(*arguments: object) -> int:
    result: int = _LIBC.syscall(*arguments)
    if result < 0:
        message = f"the eye cannot be confined: Landlock: {os.strerror(ctypes.get_errno())}"
        raise SandboxError(message)
    return result


def _allow_steady_state(allowed: "pyseccomp.SyscallFilter", wire: int) -> None:
    """Allow what Python, numpy, OpenCV and TensorFlow Lite call once everything is open."""
    for name in _STEADY_CALLS:
        _allow(allowed, name)
    _allow(allowed, "write", pyseccomp.Arg(0, pyseccomp.EQ, wire))
    for name in ("tgkill", "kill"):
        _allow(allowed, name, pyseccomp.Arg(0, pyseccomp.EQ, os.getpid()))
    _allow(allowed, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_THREAD, _CLONE_THREAD))
    _add(allowed, pyseccomp.ERRNO(errno.ENOSYS), "clone3")  # its flags lie in memory; the C library falls back to clone
    for name in _CALLS_WITH_MEMORY:
        _allow(allowed, name, pyseccomp.Arg(_PROTECTION_ARGUMENT, pyseccomp.MASKED_EQ, mmap.PROT_EXEC, 0))
    by_descriptor = pyseccomp.Arg(3, pyseccomp.MASKED_EQ, 0x1000, 0x1000)  # AT_EMPTY_PATH: how glibc spells fstat
    _allow(allowed, "newfstatat", by_descriptor)


def _allow_source(allowed: "pyseccomp.SyscallFilter", access: Access) -> None:
    """Allow what reading from this source needs, on the descriptors it has now."""
    sockets, devices = _open_descriptors()
    for descriptor in devices if access.devices else ():
        _allow(allowed, "ioctl", pyseccomp.Arg(0, pyseccomp.EQ, descriptor))
    for descriptor in sockets if access.network else ():
        for name in _SOCKET_CALLS:
            _allow(allowed, name, pyseccomp.Arg(0, pyseccomp.EQ, descriptor))
    if access.csi:
        for name in _CSI_CALLS:
            _allow(allowed, name)


def _open_descriptors() -> tuple[Sequence[int], Sequence[int]]:
    """Return the open sockets and character devices beyond standard input, output and error."""
    sockets, devices = [], []
    for descriptor in range(3, _DESCRIPTORS):
        try:
            mode = os.fstat(descriptor).st_mode
        except OSError:
            continue
        if stat.S_ISSOCK(mode):
            sockets.append(descriptor)
        elif stat.S_ISCHR(mode):
            devices.append(descriptor)
    return sockets, devices


def _allow(allowed: "pyseccomp.SyscallFilter", name: str, *conditions: "pyseccomp.Arg") -> None:
    _add(allowed, pyseccomp.ALLOW, name, *conditions)


def _add(allowed: "pyseccomp.SyscallFilter", action: int, name: str, *conditions: "pyseccomp.Arg") -> None:
    """Add a rule for a call by name; one that this architecture or library does not know stays denied."""
    call = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
    if call != _UNKNOWN_CALL:
        allowed.add_rule(action, call, *conditions)
