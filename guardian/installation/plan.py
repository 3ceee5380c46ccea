"""What belongs onto a machine, as data and in order: each step needs only those before it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from guardian.installation import broker
from guardian.installation.archive import BACKUPS
from guardian.installation.machine import ROOT, SERVICE, SERVICE_READS, Machine
from guardian.installation.program import PREFIX, VERSIONS, Program
from guardian.installation.shipped import shipped
from guardian.installation.steps import Account, Directory, Link, Step, TextFile

CONFIGURATION = "/etc/guardian/guardian.yaml"
STATE = "/var/lib/guardian"
CURRENT, PREVIOUS = f"{PREFIX}/current", f"{PREFIX}/previous"
UNIT = "/etc/systemd/system/guardian.service"
SYSUSERS = "/usr/lib/sysusers.d/guardian.conf"
TMPFILES = "/usr/lib/tmpfiles.d/guardian.conf"
RULES = "/etc/udev/rules.d/99-guardian.rules"
RIGHTS = f"""# The rights of what Guardian keeps, also where an image was made without knowing the numbers of its users.
d {STATE} 0700 guardian guardian -
z {CONFIGURATION} 0640 root guardian -
z {broker.PASSWORDS["guardian"]} 0640 root guardian -
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be installed: the version and what it comes from, the one that was there before, whether a broker is
    wanted and how, and what a new configuration says of this home.
    """

    version: str
    source: Path | None = None
    previous: str | None = None
    broker: bool = False
    tls: bool = False
    names: Sequence[str] = ("localhost",)
    timezone: str = "UTC"
    topic: str = "guardian"
    household: str = "home"


def plan(wish: Wish) -> tuple[Step, ...]:
    """Every step, in order."""
    return (*program(wish), *_links(wish), *_household(wish), *_broker(wish), *_service())


def program(wish: Wish) -> tuple[Step, ...]:
    """The steps that nothing in use depends on yet."""
    return (Directory(VERSIONS), Program(wish.version, wish.source))


def _links(wish: Wish) -> tuple[Step, ...]:
    previous = () if wish.previous is None else (Link(PREVIOUS, f"versions/{wish.previous}"),)
    return (
        *previous,
        Link(CURRENT, f"versions/{wish.version}"),
        Link(f"{PREFIX}/bin", "current/bin"),
        Link("/usr/bin/guardian", f"{PREFIX}/bin/guardian"),
    )


def _household(wish: Wish) -> tuple[Step, ...]:
    return (
        TextFile(SYSUSERS, lambda: shipped("systemd/guardian.sysusers")),
        TextFile(TMPFILES, lambda: RIGHTS),
        Account(SYSUSERS),
        Directory("/etc/guardian", 0o755, ROOT, kept=True),
        TextFile(CONFIGURATION, lambda: configuration(wish), 0o640, SERVICE_READS, kept=True),
        Directory(STATE, 0o700, SERVICE, kept=True),
    )


def _broker(wish: Wish) -> tuple[Step, ...]:
    if not wish.broker:
        return ()
    return broker.steps(tls=wish.tls, names=wish.names, topic=wish.topic, household=wish.household)


def _service() -> tuple[Step, ...]:
    return (
        TextFile(RULES, lambda: shipped("systemd/99-guardian.rules")),
        TextFile(UNIT, lambda: shipped("systemd/guardian.service")),
        Link("/etc/systemd/system/multi-user.target.wants/guardian.service", UNIT),
    )


def remains() -> tuple[Step, ...]:
    """What is there beside the plan when it is taken off: traces of earlier versions, and the backups."""
    return (Directory(BACKUPS, 0o700, kept=True), Link(PREVIOUS, ""))


def configuration(wish: Wish) -> str:
    """The explained configuration, with this home's time zone and its broker in it."""
    text = re.sub(r"(?m)^(  timezone: )UTC\b", rf"\g<1>{wish.timezone}", shipped("config/guardian.yaml"), count=1)
    if not wish.broker:
        return text
    before, begins, rest = text.partition("\nmqtt:\n")
    ours, ends, after = rest.partition("\n\n")
    for line in broker.section(tls=wish.tls).splitlines()[1:]:
        key, _, value = line.strip().partition(": ")
        if value and key != "ca_file":
            ours = re.sub(rf"(?m)^(  {key}: )\S+", rf"\g<1>{value}", ours, count=1)
    if wish.tls:
        ours = re.sub(r"(?m)^  tls: null.*$", f"  tls:\n    ca_file: {broker.AUTHORITY}", ours, count=1)
    return f"{before}{begins}{ours}{ends}{after}"


def timezone_of(machine: Machine) -> str:
    """The time zone of that machine; UTC where it tells none."""
    local = machine.on("/etc/localtime")
    if local.is_symlink() and "zoneinfo/" in (target := str(local.readlink())):
        return target.partition("zoneinfo/")[2]
    file = machine.on("/etc/timezone")
    return file.read_text(encoding="ascii").strip() if file.is_file() else "UTC"


def current(machine: Machine) -> str | None:
    """The version that is in use on that machine."""
    return _leads_to(machine, CURRENT)


def previous(machine: Machine) -> str | None:
    """The version that was in use before it, and is still there."""
    version = _leads_to(machine, PREVIOUS)
    return version if version and machine.on(f"{VERSIONS}/{version}").is_dir() else None


def _leads_to(machine: Machine, link: str) -> str | None:
    path = machine.on(link)
    return path.readlink().name if path.is_symlink() else None
