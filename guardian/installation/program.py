"""The program itself: one virtual environment for each version, beside each other, so that the last one can come back.

A version is complete or not there at all: it is built next to its place and moved in.
"""

import hashlib
import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from guardian.errors import InstallationError
from guardian.installation.machine import Machine, Run

PREFIX = "/opt/guardian"
VERSIONS = f"{PREFIX}/versions"
PACKAGE = f"{PREFIX}/package"
"""Where the Debian package lays a built environment. Versions are hard links to its files: dpkg puts new files in the
place of old ones and never writes into them, so what an upgrade takes away from here stays there."""
MADE_FROM = "made-from"
"""The file of an environment that tells what it was built from, as a SHA-256 sum."""
_OF_A_CLONE = ("guardian", "models", "systemd", "config", "pyproject.toml")
_PYTHON = "bin/python"
HOMES = ("/home", "/root", "/run/user")
"""What ProtectHome of the unit hides (systemd.exec(5))."""
GLIBC = 36
"""The minor version of Debian 12's."""


@dataclass(frozen=True, slots=True)
class Program:
    """One version. `source` is a wheel, a clone or a built environment; None where it is in its place already."""

    version: str
    source: Path | None
    kept: bool = False

    @property
    def noun(self) -> str:
        """Its version."""
        return f"program {self.version} in {self.path}"

    @property
    def path(self) -> str:
        """Where it belongs."""
        return f"{VERSIONS}/{self.version}"

    def is_so(self, machine: Machine) -> bool:
        """Whether this version is there, made from just this source."""
        path = machine.on(self.path)
        if not (path / _PYTHON).is_symlink():
            return False
        return self.source is None or _read(path / MADE_FROM) == sum_of(self.source)

    def do(self, machine: Machine) -> None:
        """Build or link it next to its place, and move it in. Raises InstallationError."""
        path = machine.on(self.path)
        if self.source is None:
            message = f"there is no program in {path}; --from with a wheel or a clone of Guardian would be right"
            raise InstallationError(message)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh, old = path.with_name(f".{self.version}.new"), path.with_name(f".{self.version}.old")
        for rest in (fresh, old):
            shutil.rmtree(rest, ignore_errors=True)
        if is_built(self.source):
            machine.run(["cp", "-al", str(self.source), str(fresh)])
        else:
            build(self.source, fresh, self.path, run=machine.run)
        if path.exists():
            path.rename(old)
        fresh.rename(path)
        shutil.rmtree(old, ignore_errors=True)

    def undo(self, machine: Machine) -> None:
        """Erase this version and every other."""
        shutil.rmtree(machine.on(VERSIONS), ignore_errors=True)


def source_of(running: Path, package: Path, version: str, wanted: Path | None) -> Path | None:
    """What to install from: what was `wanted`, else what runs, which has its environment at `running` and its code at
    `package`. Raises InstallationError where neither can be installed from.
    """
    if wanted is not None:
        known = wanted.suffix == ".whl" and wanted.is_file()
        if known or (wanted / "pyproject.toml").is_file() or is_built(wanted):
            return wanted.resolve()
        message = f"--from {wanted} is no program; a wheel of Guardian (.whl) or a clone of it would be right"
        raise InstallationError(message)
    if running == Path(VERSIONS) / version:
        return None
    if is_built(running):
        return running
    if (package.parent / "pyproject.toml").is_file():
        return package.parent
    message = (
        f"what runs ({running}) was installed with pip, and its wheel is gone; --from with the wheel would be right"
    )
    raise InstallationError(message)


def demand_interpreter(machine: Machine) -> None:
    """Raise InstallationError where the service could not run what is built or linked here: by a Python in somebody's
    home, which it may not read (ProtectHome in the unit), or by another one than a tree has.
    """
    theirs, ours = machine.on("/usr/bin/python3"), Path(f"{sys.base_prefix}/bin/python3")
    if any(ours.resolve().is_relative_to(home) for home in HOMES):
        message = f"{ours.resolve()} lies in a home, which the service may not read; an environment made with"
        message += " /usr/bin/python3 -m venv would be right, and this command from there"
        raise InstallationError(message)
    if machine.here or not theirs.is_symlink():
        return
    name = theirs.readlink().name
    real = theirs.parent / name
    if name != ours.resolve().name or (real.is_file() and _built_for(real) != _built_for(ours)):
        message = f"{machine.root} has {name}, which cannot run what is made here with {ours.resolve().name} of this"
        message += " machine; prepare it on one with the same system and kind of processor"
        raise InstallationError(message)


def _built_for(program: Path) -> bytes:
    """For which kind of processor a program is: e_machine in the header of an ELF file (elf(5))."""
    with program.open("rb") as file:
        return file.read(20)[18:]


def is_built(source: Path) -> bool:
    """Whether it is an environment that `build` made."""
    return (source / MADE_FROM).is_file()


def sum_of(source: Path) -> str:
    """The SHA-256 sum of a wheel, of what a clone holds that gets installed, or the one that an environment tells."""
    if is_built(source):
        return _read(source / MADE_FROM)
    if source.is_file():
        return hashlib.sha256(source.read_bytes()).hexdigest()
    total = hashlib.sha256()
    for path in sorted(_files(source)):
        total.update(f"{path.relative_to(source)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _files(clone: Path) -> Iterable[Path]:
    for name in _OF_A_CLONE:
        top = clone / name
        found = top.rglob("*") if top.is_dir() else (top,)
        yield from (path for path in found if path.is_file() and path.suffix != ".pyc")


def _read(path: Path) -> str:
    return path.read_text(encoding="ascii").strip() if path.is_file() else ""


def build(source: Path, destination: Path, final: str, *, run: Run, machine: str = os.uname().machine) -> None:
    """Make an environment at `destination` that is to run at `final`, with the program from a wheel or clone in it.

    `machine` is the kind of processor that it is for, as uname names it; for another one than ours nothing is compiled,
    and `source` has to be a wheel.

    It sees the packages of the system, as the Raspberry Pi's camera and pins need, but takes none of those that
    Guardian itself needs from there: what was tested is what runs. Raises InstallationError.
    """
    python = f"{sys.base_prefix}/bin/python3"
    run([python, "-m", "venv", "--without-pip", "--clear", str(destination)])
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    if machine == os.uname().machine:
        pip += ["--python", f"{destination}/{_PYTHON}", "install"]
    else:
        pip += ["install", *_for_another(machine, destination)]
    run([*pip, "--no-compile", str(source)])
    run([f"{destination}/{_PYTHON}", "-I", "-m", "compileall", "-q", "-j", "0", "-s", str(destination), "-p", final])
    _settle(destination, final)
    (destination / MADE_FROM).write_text(f"{sum_of(source)}\n", encoding="ascii")


def _for_another(machine: str, destination: Path) -> list[str]:
    """How pip takes wheels for this Python on another kind of processor, with a glibc as old as Debian 12 has it."""
    packages = f"{destination}/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
    platforms = [f"--platform=manylinux_2_{glibc}_{machine}" for glibc in range(17, GLIBC + 1)]
    platforms += [f"--platform=manylinux2014_{machine}"]
    return ["--target", packages, "--only-binary=:all:", *platforms]


def _settle(destination: Path, final: str) -> None:
    """Let the environment know no place but its final one, and have no programs but Python and ours."""
    for path in destination.glob("lib/python3*/site-packages/bin"):  # those for another processor
        (path / "guardian").replace(destination / "bin" / "guardian")
        shutil.rmtree(path)
    for path in (destination / "bin").iterdir():
        if path.name == "guardian":
            _, _, rest = path.read_text(encoding="utf-8").partition("\n")
            path.write_text(f"#!{final}/{_PYTHON}\n{rest}", encoding="utf-8")
            path.chmod(0o755)
        elif not path.name.startswith("python"):
            path.unlink()
    for direct in destination.glob("lib/python3*/site-packages/guardian_home-*/direct_url.json"):
        direct.unlink()  # it names where the wheel or clone was
    settings = destination / "pyvenv.cfg"
    lines = settings.read_text(encoding="utf-8").replace("= false", "= true").replace(str(destination), final)
    settings.write_text(lines, encoding="utf-8")
