"""What processes asked the kernel for, as strace saw it: who wrote where."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

STRACE = shutil.which("strace")
_CALLS = (
    "%process,open,openat,openat2,creat,mkdir,mkdirat,mknod,mknodat,link,linkat,symlink,symlinkat,rename,renameat,"
    "renameat2,unlink,unlinkat,truncate,memfd_create,socket,connect,bind,write,writev,pwrite64,pwritev,pwritev2,"
    "sendto,sendmsg,sendmmsg,sendfile,splice,tee,vmsplice,copy_file_range,process_vm_writev,seccomp,prctl"
)
_LINE = re.compile(r"^(?P<name>\w+)\((?P<arguments>.*)\)\s+= (?P<result>-?\w+)(?:<(?P<path>[^>]*)>)?")
_OPENS = {"open", "openat", "openat2", "creat"}
_CHANGES = re.compile(r"^(mkdir|mknod|link|symlink|rename|unlink|truncate)")
_SENDS = {
    *("write", "writev", "pwrite64", "pwritev", "pwritev2", "sendto", "sendmsg", "sendmmsg", "sendfile", "splice"),
    *("tee", "vmsplice", "copy_file_range", "process_vm_writev"),
}
_FOR_WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT")


def tracing(directory: Path) -> list[str]:
    """What to put before a command so that all its processes are traced, each thread into a file of its own."""
    directory.mkdir()
    quiet = ("-ff", "-qq", "-y", "-s", "4096", "-e", "signal=none")
    return [STRACE or "strace", *quiet, "-e", f"trace={_CALLS}", "-o", str(directory / "t")]


@dataclass(frozen=True)
class Call:
    """One call that the kernel carried out, or not: `result` is the number or, below 0, -1. `path` is of the file that
    was opened.
    """

    name: str
    arguments: str
    result: int
    path: str

    @property
    def target(self) -> str:
        """What it opens for writing, changes or writes to; empty where it does none of that, or was refused."""
        if self.result < 0:
            return ""
        if self.name in _OPENS:
            return self.path if self.name == "creat" or _FOR_WRITING.search(self.arguments) else ""
        if _CHANGES.match(self.name):
            return re.findall(r'"([^"]*)"', self.arguments)[-1]
        if self.name in _SENDS:
            found = re.match(r"\d+<([^>]*)>", self.arguments)
            return found[1] if found else self.arguments
        return "memory" if self.name == "memfd_create" else ""


class Trace:
    """All that was traced, by the id of each thread."""

    def __init__(self, directory: Path) -> None:
        self.threads: dict[int, list[Call]] = {}
        for path in directory.iterdir():
            matches = filter(None, map(_LINE.match, path.read_text(errors="replace").splitlines()))
            self.threads[int(path.suffix[1:])] = [
                Call(each["name"], each["arguments"], _number(each["result"]), each["path"] or "") for each in matches
            ]

    @cached_property
    def eyes(self) -> list[list[int]]:
        """The threads of each eye, that which executed its program first."""
        return [
            list(self._with_children(thread))
            for thread, calls in self.threads.items()
            if any(call.name == "execve" and '"guardian.eye"' in call.arguments and not call.result for call in calls)
        ]

    def _with_children(self, thread: int) -> Iterator[int]:
        yield thread
        for call in self.threads.get(thread, ()):
            if call.name in {"clone", "clone3", "fork", "vfork"} and call.result > 0:
                yield from self._with_children(call.result)

    def targets(self, threads: Iterator[int] | list[int]) -> set[str]:
        """Everything that these threads opened for writing, changed or wrote to, from their program's start on."""
        return {call.target for thread in threads for call in self._of_program(thread)} - {""}

    def locked_in(self, eye: list[int]) -> list[Call]:
        """What the eye's own threads called once its filter was in force."""
        first, *others = eye
        calls = self._of_program(first)
        own = [self.threads.get(each, []) for each in others]
        threads = [each for each in own if not any(call.name == "execve" for call in each)]
        return [*calls[self._lock(calls) + 1 :], *(call for each in threads for call in each)]

    def _of_program(self, thread: int) -> list[Call]:
        """Without what the thread did before execve: a child is its parent still, until then."""
        calls = self.threads.get(thread, [])
        starts = [i for i, call in enumerate(calls) if call.name == "execve" and not call.result]
        return calls[starts[-1] :] if starts else calls

    @staticmethod
    def _lock(calls: list[Call]) -> int:
        """The place of the call that put the filter in force."""
        return max(
            (i for i, call in enumerate(calls) if call.name == "seccomp" and "len=" in call.arguments), default=0
        )

    def filter_flags(self, eye: list[int]) -> str:
        """What the eye told the kernel with its filter."""
        calls = self._of_program(eye[0])
        return calls[self._lock(calls)].arguments


def _number(text: str) -> int:
    return int(text, 0) if re.fullmatch(r"-?\d+|0x[0-9a-f]+", text) else -1
