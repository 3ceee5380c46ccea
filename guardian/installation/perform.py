"""Walks through a plan: installs, upgrades, goes back to the version before, and takes off again.

Everything that is done is said, a line each, so that whoever installs knows what is now on the machine.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from guardian import configuration
from guardian.errors import ConfigurationError, GuardianError, InstallationError
from guardian.installation import archive, broker
from guardian.installation.machine import Machine
from guardian.installation.plan import CONFIGURATION, STATE, Wish, current, plan, previous, program, remains
from guardian.installation.program import PREFIX, VERSIONS
from guardian.installation.steps import Account, Step
from guardian.settings import Settings

Say: TypeAlias = Callable[[str], None]
UNIT = "guardian.service"
UNFINISHED = f"{PREFIX}/unfinished"
"""Is there from the first thing that is made until the service runs with it: who is interrupted goes on from there."""


def demand_rights(machine: Machine) -> None:
    """Raise InstallationError where this user may not change this machine."""
    if machine.here and os.geteuid() != 0:
        message = "only root may change this machine; sudo guardian install, or --root DIR to prepare an image"
        raise InstallationError(message)
    if not machine.root.is_dir():
        message = f"--root {machine.root} is no directory; the tree of a Debian system would be right"
        raise InstallationError(message)


def settings_of(machine: Machine) -> Settings | None:
    """What that machine is configured to do; None where it has no configuration yet.

    Raises ConfigurationError where this version does not understand it, so that nothing is touched then. The files that
    it names are not looked at: those of an image are elsewhere.
    """
    path = machine.on(CONFIGURATION)
    return configuration.parse(path.read_text(encoding="utf-8-sig"), str(path)) if path.is_file() else None


def fitted(wish: Wish, machine: Machine) -> Wish:
    """The wish, with what the machine knows already: the version before, a broker that was set up, its configuration.

    Raises InstallationError, ConfigurationError.
    """
    settings, was = settings_of(machine), current(machine)
    before = previous(machine) if was == wish.version else was
    known = replace(
        wish,
        previous=before if before != wish.version else None,
        broker=wish.broker or broker.there(machine),
        tls=wish.tls or broker.uses_tls(machine),
    )
    if known.broker:
        broker.demand_mosquitto(machine, tls=known.tls)
    return known if settings is None else replace(known, topic=settings.mqtt.topic, household=settings.household.id)


def foreseen(wish: Wish, machine: Machine) -> list[str]:
    """The plan as lines: what is there already, and what would be done."""
    wish = fitted(wish, machine)
    return [f"{'is there' if step.is_so(machine) else 'to do':8}  {step.noun}" for step in plan(wish)]


def install(wish: Wish, machine: Machine, now: datetime, say: Say, restored: Path | None = None) -> bool:
    """Make the machine as the wish says; whether anything was to be done. An upgrade is preceded by a backup, and
    `restored` is one that is put back. Raises InstallationError, ConfigurationError or OSError.
    """
    if restored is None:
        wish = fitted(wish, machine)  # raises before anything is touched
    with _watched(machine):
        _make(program(wish), machine, say)  # which may take minutes, and the old version goes on meanwhile
        if restored is not None or current(machine) not in (None, wish.version):
            _set_aside(wish, machine, now, say, restored)
        if restored is not None:
            wish = fitted(wish, machine)
        _make(plan(wish), machine, say)
        for version in _forgotten(machine):
            shutil.rmtree(version)
            say(f"removed   {version}")
        unfinished = machine.on(UNFINISHED)
        if not unfinished.exists() and (_is_active(machine) or not machine.runs_systemd):
            return False
        _start(machine, wish, say)
        unfinished.unlink(missing_ok=True)
    return True


@contextmanager
def _watched(machine: Machine) -> Iterator[None]:
    """Whatever goes wrong within, the home is watched afterwards, by the version that is in use then."""
    try:
        yield
    except (OSError, GuardianError):
        if machine.runs_systemd:
            with suppress(InstallationError):  # there may be none yet
                machine.run(["systemctl", "start", UNIT])
        raise


def _set_aside(wish: Wish, machine: Machine, now: datetime, say: Say, restored: Path | None) -> None:
    """Copy configuration and people while nobody writes them, and put back what is to be restored."""
    if machine.runs_systemd:
        machine.run(["systemctl", "stop", UNIT])
    kept = archive.backup(machine, current(machine) or wish.version, _belongings(machine), now)
    say(f"kept      what was there, in {kept}")
    if restored is not None:
        _mark(machine)
        archive.restore(machine, restored)
        say(f"restored  {restored}")


def _mark(machine: Machine) -> None:
    unfinished = machine.on(UNFINISHED)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    unfinished.touch()


def _make(steps: Iterable[Step], machine: Machine, say: Say) -> None:
    for step in steps:
        if step.is_so(machine):
            continue
        _mark(machine)
        step.do(machine)
        say(f"made      {step.noun}")


def _belongings(machine: Machine) -> Sequence[str]:
    """Where configuration and people are; a configuration that cannot be understood has them where they usually are."""
    try:
        settings = settings_of(machine)
    except ConfigurationError:
        settings = None
    state = STATE if settings is None else str(settings.state_directory)
    return ("/etc/guardian", state)


def _forgotten(machine: Machine) -> list[Path]:
    """The versions that are neither in use nor the one to go back to."""
    known = {current(machine), previous(machine)}
    return [path for path in machine.on(VERSIONS).iterdir() if path.name not in known]


def _is_active(machine: Machine) -> bool:
    if not machine.runs_systemd:
        return False
    try:
        machine.run(["systemctl", "is-active", "--quiet", UNIT])
    except InstallationError:
        return False
    return True


def _start(machine: Machine, wish: Wish, say: Say) -> None:
    if not machine.runs_systemd:
        say("          the service starts with the machine")
        return
    machine.run(["systemctl", "daemon-reload"])
    if machine.runs_udev:
        machine.run(["udevadm", "control", "--reload"])
        machine.run(["udevadm", "trigger"])
    if wish.broker:
        machine.run(["systemctl", "restart", "mosquitto.service"])
    machine.run(["systemctl", "restart", UNIT])
    say("started   the service; systemctl status guardian says how it is")


def rollback(machine: Machine, say: Say) -> None:
    """Let the version before install itself again, with configuration and people as they were under it. What is there
    now is kept as a backup by that. Raises InstallationError where there is no version before, or no backup of it.
    """
    version = previous(machine)
    if version is None:
        message = f"there is no version before {current(machine) or 'this one'} on {machine.root}; nothing was changed"
        raise InstallationError(message)
    kept = archive.latest(machine, version)
    python = machine.on(f"{VERSIONS}/{version}/bin/python")
    tree = [] if machine.here else ["--root", str(machine.root)]
    machine.run([str(python), "-I", "-m", "guardian", "install", *tree, "--restore", str(kept)])
    say(f"back at   {version}, with what it knew; --rollback once more returns to the newer one")


def uninstall(machine: Machine, say: Say, *, purge: bool) -> None:
    """Take Guardian off. Configuration and people stay unless `purge`; what stays is said.

    Raises InstallationError or OSError.
    """
    _, state = _belongings(machine)
    wish = Wish(current(machine) or "", broker=broker.there(machine), tls=broker.uses_tls(machine))
    if machine.runs_systemd and machine.on(f"/etc/systemd/system/{UNIT}").exists():
        machine.run(["systemctl", "stop", UNIT])
    steps = (*plan(wish), *remains())
    last = [step for step in steps if isinstance(step, Account)]  # as long as it owns files, they have a name
    for step in (*(step for step in reversed(steps) if step not in last), *last):
        if purge or not step.kept:
            step.undo(machine)
    machine.on(UNFINISHED).unlink(missing_ok=True)
    prefix = machine.on(PREFIX)
    if prefix.is_dir() and not any(prefix.iterdir()):
        prefix.rmdir()
    if machine.runs_systemd:
        machine.run(["systemctl", "daemon-reload"])
        if wish.broker:
            machine.run(["systemctl", "try-restart", "mosquitto.service"])
    for line in left(machine, state):
        say(f"left      {line}")


def left(machine: Machine, state: str = STATE) -> list[str]:
    """What is still there of Guardian, and why; `state` is where the configuration kept what the box knows."""
    known = {
        "/etc/guardian": "the configuration, with passwords and certificates where a broker was set up",
        state: "the people it knows and its incidents",
        archive.BACKUPS: "copies of both from before an upgrade",
        "/etc/systemd/system/guardian.service.d": "settings of the service that somebody made here",
    }
    lines = [f"{path}: {what}" for path, what in known.items() if machine.on(path).exists()]
    if lines and machine.number("passwd", "guardian") is not None:
        lines.append("the user guardian, who owns them; guardian uninstall --purge erases all of this")
    return lines
