"""Trees of machines to install on, and built programs to install from."""

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from guardian.installation.machine import Machine, run
from guardian.installation.program import MADE_FROM

OS_RELEASE = 'ID=debian\nVERSION_ID="12"\n'
ACCOUNTS = "root:x:0:0::/root:/bin/sh\n"
GROUP = "root:x:0:\nvideo:x:44:\naudio:x:29:\n"


@dataclass
class System:
    """Stands for the commands of a system that runs: remembers what was asked of it, copies, and knows users."""

    root: Path
    asked: list[str] = field(default_factory=list)

    def __call__(self, command: Sequence[str]) -> None:
        if command[0] == "cp":
            run(command)
            return
        self.asked.append(" ".join(command))
        if command[0] == "systemd-sysusers":
            add(self.root / "etc/passwd", "guardian:x:994:994::/:/usr/sbin/nologin")
            group = self.root / "etc/group"
            group.write_text(group.read_text().replace("44:", "44:guardian").replace("29:", "29:guardian"))
            add(group, "gpio:x:995:guardian")
            add(group, "guardian:x:994:")
        elif command[0] == "userdel":
            passwd = self.root / "etc/passwd"
            passwd.write_text(ACCOUNTS)


def add(path: Path, line: str) -> None:
    path.write_text(f"{path.read_text()}{line}\n")


class Running(Machine):
    """A tree that is taken for this very machine, with systemd."""

    @property
    def here(self) -> bool:
        return True

    @property
    def runs_systemd(self) -> bool:
        return True

    @property
    def runs_udev(self) -> bool:
        return True

    def has(self, program: str) -> bool:
        return program != "nothing"


class Image(Machine):
    """The tree of another machine, where systemd-sysusers can be run."""

    def has(self, program: str) -> bool:
        return program != "nothing"


def tree(root: Path) -> Path:
    """A Debian that has nothing yet."""
    (root / "etc").mkdir(parents=True)
    (root / "etc/os-release").write_text(OS_RELEASE)
    (root / "etc/passwd").write_text(ACCOUNTS)
    (root / "etc/group").write_text(GROUP)
    return root


def image(root: Path) -> Image:
    return Image(tree(root), System(root))


def running(root: Path) -> Running:
    return Running(tree(root), System(root))


def asked(machine: Machine) -> list[str]:
    """What was asked of its system."""
    assert isinstance(machine.run, System)
    return machine.run.asked


def built(path: Path, content: str = "1" * 64) -> Path:
    """A built environment, as the Debian package has one."""
    (path / "bin").mkdir(parents=True)
    (path / "bin/python").symlink_to(sys.executable)
    (path / MADE_FROM).write_text(f"{content}\n")
    return path


def everything(root: Path) -> set[str]:
    """Every path below it, but for what the accounts of a system change by themselves."""
    return {str(path.relative_to(root)) for path in root.rglob("*")}


def mosquitto(machine: Machine) -> None:
    """Let the tree have a mosquitto, and the user that its package makes."""
    program = machine.on("/usr/sbin/mosquitto")
    program.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy("/bin/true", program)
    add(machine.on("/etc/group"), "mosquitto:x:113:")
