"""The parts of an installation, one noun each: whether it is so already, how it is made, and how it is undone.

Each can be made again without harm, so an installation that was interrupted is completed by the same command.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from guardian.errors import InstallationError
from guardian.installation.machine import ROOT, SERVICE, Machine, Owner


class Step(Protocol):
    """One part. `kept` says that it belongs to the household: it is taken off by --purge alone."""

    @property
    def noun(self) -> str:
        """What it is, as the plan says it."""

    @property
    def kept(self) -> bool:
        """Whether it is the household's own."""

    def is_so(self, machine: Machine) -> bool:
        """Whether there is nothing to do."""

    def do(self, machine: Machine) -> None:
        """Make it. Raises InstallationError or OSError."""

    def undo(self, machine: Machine) -> None:
        """Take it off; nothing where it is not there."""


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory, and its rights. Its content is nobody's but its owner's: undone, it goes with all that is in it."""

    path: str
    mode: int = 0o755
    owner: Owner = ROOT
    kept: bool = False

    @property
    def noun(self) -> str:
        """Its path."""
        return f"directory {self.path}"

    def is_so(self, machine: Machine) -> bool:
        """Whether it is there, with its rights."""
        path = machine.on(self.path)
        return path.is_dir() and path.stat().st_mode & 0o7777 == self.mode and machine.owns(self.owner, path)

    def do(self, machine: Machine) -> None:
        """Make it, and those above it."""
        path = machine.on(self.path)
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(self.mode)
        machine.give(self.owner, path)

    def undo(self, machine: Machine) -> None:
        """Erase it with all that is in it."""
        path = machine.on(self.path)
        if path.is_dir():
            shutil.rmtree(path)


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file whose content `text` gives. One that is `kept` is written where there is none, and never again."""

    path: str
    text: Callable[[], str]
    mode: int = 0o644
    owner: Owner = ROOT
    kept: bool = False

    @property
    def noun(self) -> str:
        """Its path."""
        return f"file {self.path}"

    def is_so(self, machine: Machine) -> bool:
        """Whether it is there as it should be; of one that is the household's, only its rights are ours."""
        path = machine.on(self.path)
        if not path.is_file():
            return False
        rights = path.stat().st_mode & 0o7777 == self.mode and machine.owns(self.owner, path)
        return rights and (self.kept or path.read_text(encoding="utf-8") == self.text())

    def do(self, machine: Machine) -> None:
        """Put it in its place whole."""
        path = machine.on(self.path)
        if self.kept and path.is_file():
            path.chmod(self.mode)
            machine.give(self.owner, path)
            return
        write(machine, path, self.text(), self.mode, self.owner)

    def undo(self, machine: Machine) -> None:
        """Erase it. The directory that it was in may be another program's by now."""
        erase(machine, self.path)


def write(machine: Machine, path: Path, text: str, mode: int, owner: Owner) -> None:
    """Put a file in its place whole, and nobody's but its owner's at any time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        machine.give(owner, descriptor)
        file.write(text)
        file.flush()
        os.fchmod(descriptor, mode)
        os.fsync(descriptor)
    fresh.replace(path)


def erase(machine: Machine, path: str) -> None:
    """Erase a file or link of that machine where it is there."""
    machine.on(path).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link."""

    path: str
    target: str
    kept: bool = False

    @property
    def noun(self) -> str:
        """Where it is and where it leads."""
        return f"link {self.path} -> {self.target}"

    def is_so(self, machine: Machine) -> bool:
        """Whether it leads there."""
        path = machine.on(self.path)
        return path.is_symlink() and str(path.readlink()) == self.target

    def do(self, machine: Machine) -> None:
        """Let it lead there from one moment to the next. Raises InstallationError where something else is there."""
        path = machine.on(self.path)
        if path.exists() and not path.is_symlink():
            message = f"{path} is in the way: it is no link of ours; move it away, and the same command again"
            raise InstallationError(message)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self.target)
        fresh.replace(path)

    def undo(self, machine: Machine) -> None:
        """Erase the link, never what it leads to, nor what is no link."""
        if machine.on(self.path).is_symlink():
            erase(machine, self.path)


@dataclass(frozen=True, slots=True)
class Account:
    """The service's user and its groups, as `path`, a file of sysusers.d, declares them.

    Its name stays on the machine as long as files bear its number. The groups that it was put into stay: by now others
    may use them.
    """

    path: str
    owner: Owner = SERVICE
    kept: bool = True

    @property
    def noun(self) -> str:
        """Its name."""
        return f"user {self.owner.user}"

    def is_so(self, machine: Machine) -> bool:
        """Whether the machine knows it, with each group that the declaration names."""
        known = machine.number("passwd", self.owner.user) is not None
        return known and set(self._groups(machine)) <= _groups_of(machine, self.owner.user)

    def _groups(self, machine: Machine) -> list[str]:
        try:
            lines = machine.on(self.path).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        fields = (line.split() for line in lines)
        return [field[2] for field in fields if field[:2] == ["m", self.owner.user]]

    def do(self, machine: Machine) -> None:
        """Make it. An image without systemd-sysusers at hand makes it at its first start. Raises InstallationError."""
        if machine.has("systemd-sysusers"):
            machine.run(["systemd-sysusers", f"--root={machine.root}", Path(self.path).name])
        elif machine.here:
            message = "systemd-sysusers is missing; apt-get install systemd (or systemd-standalone-sysusers), and again"
            raise InstallationError(message)

    def undo(self, machine: Machine) -> None:
        """Let the machine forget it."""
        if machine.number("passwd", self.owner.user) is not None:
            tree = [] if machine.here else ["--prefix", str(machine.root)]
            machine.run(["userdel", *tree, self.owner.user])


def _groups_of(machine: Machine, user: str) -> set[str]:
    lines = machine.on("/etc/group").read_text(encoding="utf-8", errors="replace").splitlines()
    fields = (line.split(":") for line in lines)
    return {field[0] for field in fields if user in field[-1].split(",")}
