"""The machine that is installed on: this one, or the tree of one that is not running yet."""

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from guardian.errors import InstallationError

Run: TypeAlias = Callable[[Sequence[str]], None]
SECONDS = 600.0


def run(command: Sequence[str]) -> None:
    """Run a command of the system. Raises InstallationError with what it said where it fails or is not there."""
    try:
        ended = subprocess.run(  # noqa: S603 - what runs is written in this package
            command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        message = f"{command[0]} cannot be run: {error}"
        raise InstallationError(message) from error
    if ended.returncode:
        said = (ended.stderr or ended.stdout).strip().splitlines()[-5:]
        message = f"{' '.join(command)} ended with {ended.returncode}: {' / '.join(said) or 'it said nothing'}"
        raise InstallationError(message)


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns a file, by the names that the machine itself gives them."""

    user: str = "root"
    group: str = "root"


ROOT = Owner()
SERVICE = Owner("guardian", "guardian")
SERVICE_READS = Owner("root", "guardian")


@dataclass(frozen=True, slots=True)
class Machine:
    """`root` is / for this machine, else the directory that holds the tree of another; `run` runs a command here."""

    root: Path = Path("/")
    run: Run = run

    def on(self, path: str | Path) -> Path:
        """Where a path of that machine is to be found from here."""
        return self.root / str(path).lstrip("/")

    @property
    def here(self) -> bool:
        """Whether it is this very machine."""
        return self.root == Path("/")

    @property
    def runs_systemd(self) -> bool:
        """Whether services can be started on it now; not within an image, nor where a container has no systemd."""
        return self.here and Path("/run/systemd/system").is_dir()

    @property
    def runs_udev(self) -> bool:
        """Whether devices are given to groups on it now; a container leaves that to what it runs on."""
        return self.here and Path("/run/udev/control").exists()

    def has(self, program: str) -> bool:
        """Whether this program, which works on trees, can be run here."""
        return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is not None

    def number(self, kind: str, name: str) -> int | None:
        """The number of a user (`passwd`) or group (`group`) of that machine; None where it has none of that name."""
        if name == "root":
            return 0
        try:
            lines = self.on(f"/etc/{kind}").read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return None
        fields = (line.split(":") for line in lines)
        return next((int(field[2]) for field in fields if field[0] == name and len(field) > 2), None)  # noqa: PLR2004

    def owns(self, owner: Owner, path: Path) -> bool:
        """Whether the path belongs to that owner; one that is not known yet owns whatever is to become its own."""
        wanted = self._numbers(owner)
        there = path.lstat()
        return wanted is None or os.geteuid() != 0 or (there.st_uid, there.st_gid) == wanted

    def give(self, owner: Owner, path: Path | int) -> None:
        """Give a path, or an open file, to its owner. One that the image has not yet gets it at the first start, by
        tmpfiles.d; who is not root prepares an image for trying out, and keeps it.
        """
        wanted = self._numbers(owner)
        if wanted is not None and os.geteuid() == 0:
            os.chown(path, *wanted)

    def _numbers(self, owner: Owner) -> tuple[int, int] | None:
        user, group = self.number("passwd", owner.user), self.number("group", owner.group)
        return None if user is None or group is None else (user, group)
