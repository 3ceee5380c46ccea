"""Examines the box itself: its configuration, whose rights it has, disk, heat, power and clock."""

import fcntl
import grp
import os
import pwd
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from guardian import configuration
from guardian.app import LOCK
from guardian.doctor.finding import Finding, fail, failed, ok, warn
from guardian.doctor.sight import is_device
from guardian.errors import ConfigurationError
from guardian.events import FaultOccurred
from guardian.io.health import COOL, Health, Sensors
from guardian.moment import Moment
from guardian.settings import Settings

SERVICE = "guardian"
"""The user under which the service runs."""
OTHERS = 0o007
NOW, SINCE = 0, 16
"""Where in get_throttled the bits begin that tell of this moment, and of the time since the start of the machine."""
LOW_POWER, SLOWED = 0b0001, 0b1110
"""Under-voltage; and frequency capped, throttled or soft limit of heat (Raspberry Pi documentation, "vcgencmd")."""
SUPPLY = "the power supply made for this board, and a short cable"
COOLING = "a heat sink or a fan, and a place out of the sun"
REMEDIES = {
    "disk": "df -h shows what is full; on a worn-out card nothing helps but a new one",
    "temperature": COOLING,
    "clock": "timedatectl tells whether a time server is asked; without a network, a clock module",
}


@dataclass(frozen=True, slots=True)
class User:
    """Who runs the doctor, in which groups, and whether this machine has a user for the service."""

    name: str
    root: bool
    groups: frozenset[str]
    service: bool

    @classmethod
    def here(cls) -> "User":
        """The user of this process."""
        known = {group.gr_gid: group.gr_name for group in grp.getgrall()}
        users = {user.pw_uid: user.pw_name for user in pwd.getpwall()}
        name = users.get(os.geteuid(), str(os.geteuid()))
        groups = frozenset(known.get(number, str(number)) for number in (os.getegid(), *os.getgroups()))
        return cls(name, os.geteuid() == 0, groups, SERVICE in users.values())


def examine_configuration(path: Path, *, demanded: bool) -> tuple[Settings | None, tuple[Finding, ...]]:
    """Read the configuration: the settings, None where there are none, and what to say of it. `demanded` says that
    somebody named this path.
    """
    if not demanded and not _is_there(path):
        remedy = "copy config/guardian.yaml there, or name one with --config"
        return None, (warn("configuration", f"there is no {path}: the machine alone is examined", remedy),)
    try:
        settings = configuration.load(path)
    except ConfigurationError as error:
        remedy = "put it right, and see guardian check-config"
        return None, tuple(failed("configuration", line, remedy) for line in str(error).splitlines())
    if path.stat().st_mode & OTHERS and holds_secrets(settings):
        remedy = f"sudo chown root:guardian {path}; sudo chmod 640 {path}"
        return settings, (warn("configuration", f"every user of this machine can read the secrets in {path}", remedy),)
    return settings, (ok("configuration", str(path)),)


def _is_there(path: Path) -> bool:
    """Whether this user can see it."""
    try:
        path.stat()
    except OSError:
        return False
    return True


def holds_secrets(settings: Settings) -> bool:
    """Whether the configuration is for the eyes of the household alone: addresses of contacts and of the service that
    watches over the box, and cameras' passwords.
    """
    addresses = bool(settings.contacts) or settings.supervision.url is not None
    return addresses or any("@" in room.camera.source for room in settings.rooms)


def examine_user(user: User, settings: Settings | None) -> Finding:
    """See that this user may use camera and pins."""
    if user.root:
        remedy = "sudo -u guardian guardian doctor"
        text = "root may do everything, so this tells little of the service"
        return warn("permissions", text, remedy) if user.service else ok("permissions", "root may do everything")
    wanted = () if settings is None else groups_wanted(settings)
    missing = [group for group in wanted if group not in user.groups]
    if missing:
        remedy = f"sudo usermod -aG {','.join(missing)} {user.name}, and log in again"
        return warn("permissions", f"{user.name} is not in the group {' and '.join(missing)}", remedy)
    return ok("permissions", f"{user.name}, in the groups {', '.join(wanted)}" if wanted else user.name)


def groups_wanted(settings: Settings) -> tuple[str, ...]:
    """The groups that own what the settings name."""
    video = any(is_device(room.camera.source) for room in settings.rooms)
    return (*(("video",) if video else ()), *(("gpio",) if settings.panel.kind == "gpio" else ()))


def service_runs(state_directory: Path) -> bool:
    """Whether a Guardian holds this state, and with it cameras, pins and broker."""
    try:
        descriptor = os.open(state_directory / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def examine_state(directory: Path) -> Finding:
    """See that incidents can be kept, and by nobody else be read."""
    remedy = f"sudo install -d -o guardian -g guardian -m 700 {directory}"
    try:
        mode = directory.stat().st_mode
    except FileNotFoundError:
        return warn("state", f"there is no {directory} yet", f"the service makes it; by hand: {remedy}")
    except OSError as error:
        return fail("state", f"{directory} cannot be looked at: {error.strerror}", remedy)
    probe = directory / ".doctor"
    try:
        probe.write_text("", encoding="ascii")
        probe.unlink()
    except OSError as error:
        return fail("state", f"{directory} cannot be written: {error.strerror}", remedy)
    if mode & OTHERS:
        return warn("state", f"every user of this machine can look into {directory}", f"sudo chmod 700 {directory}")
    return ok("state", f"{directory} can be written")


def examine_box(
    directory: Path, moment: Moment, sensors: Sensors, *, synchronised: bool | None = None
) -> Iterator[Finding]:
    """Disk, heat, power and clock, by the limits of the running service."""
    there = next(path for path in (directory, *directory.parents) if _is_there(path))
    told = (event for event in Health(there, sensors).examine(moment) if isinstance(event, FaultOccurred))
    faults = {event.part: " ".join(event.reasons) for event in told}
    for finding in (
        _disk(there, sensors),
        _temperature(sensors.temperature()),
        _clock(moment, synchronised=synchronised),
    ):
        ill = finding.part in faults
        yield fail(finding.part, faults[finding.part], REMEDIES[finding.part]) if ill else finding
    yield from examine_power(sensors.throttled(), sensors.under_voltage_alarm())


def _disk(there: Path, sensors: Sensors) -> Finding:
    free = sensors.statvfs(there)
    return ok("disk", f"{free.f_bavail * free.f_frsize / 1e9:.1f} GB free at {there}")


def _temperature(degrees: float | None) -> Finding:
    if degrees is None:
        return ok("temperature", "not known here")
    text = f"the processor is {degrees:.0f} °C hot"
    return warn("temperature", text, COOLING) if degrees >= COOL else ok("temperature", text)


def _clock(moment: Moment, *, synchronised: bool | None) -> Finding:
    text = f"{moment.wall:%Y-%m-%d %H:%M %Z}"
    if synchronised is False:
        return warn("clock", f"{text}, which no time server has confirmed", REMEDIES["clock"])
    return ok("clock", text)


def examine_power(bits: int | None, alarm: bool | None) -> Iterator[Finding]:  # noqa: FBT001 - a reading
    """The supply and what slows the processor down, by get_throttled and the kernel's alarm of low voltage."""
    if bits is None and alarm is None:
        yield ok("power", "not known here")
        return
    told = bits or 0
    if alarm or told >> NOW & LOW_POWER:
        yield fail("power", "the supply is too weak at this moment", SUPPLY)
    elif told >> SINCE & LOW_POWER:
        yield warn("power", "the supply has been too weak since the machine started", SUPPLY)
    else:
        yield ok("power", "the supply has never been too weak since the machine started")
    if told >> NOW & SLOWED:
        yield warn("throttling", "the processor is slowed down at this moment", f"{COOLING}; {SUPPLY}")
    elif told >> SINCE & SLOWED:
        yield warn("throttling", "the processor has been slowed down since the machine started", COOLING)
    elif bits is not None:
        yield ok("throttling", "the processor has never been slowed down since the machine started")
