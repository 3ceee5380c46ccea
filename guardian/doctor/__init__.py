"""Examines the box and what is around it: one line for each part, and the remedy where something is wrong."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from guardian.doctor.box import (
    User,
    examine_box,
    examine_configuration,
    examine_state,
    examine_user,
    service_runs,
)
from guardian.doctor.bundle import write
from guardian.doctor.finding import Finding, State, worst
from guardian.doctor.knowledge import examine_views
from guardian.doctor.machine import Facts, examine_machine
from guardian.doctor.outputs import examine_contacts, examine_mqtt, examine_page, examine_panel, examine_voice
from guardian.doctor.senses import examine_senses
from guardian.doctor.sight import (
    examine_camera,
    examine_devices,
    examine_models,
    examine_runtime,
    examine_sandbox,
)
from guardian.io.clock import SystemClock, synchronised
from guardian.io.health import Sensors
from guardian.settings import Models, Settings

__all__ = ["Finding", "State", "bundle_up", "consult", "worst"]


def consult(path: Path, *, demanded: bool) -> Iterator[Finding]:
    """Yield the findings one after the other, since some take seconds. Where there is no sound configuration at `path`,
    the machine alone is examined; `demanded` says that somebody named the path.
    """
    settings, findings = examine_configuration(path, demanded=demanded)
    yield from findings
    yield examine_user(User.here(), settings)
    yield from examine_machine(Facts.of())
    models, unconfined = (settings.models, settings.privacy.allow_unconfined) if settings else (Models(), False)
    yield from examine_models(models)
    yield examine_runtime(models)
    yield examine_sandbox(models, allow_unconfined=unconfined)
    if settings is None:
        yield examine_devices()
    else:
        yield from _examine_household(settings)
    directory = settings.state_directory if settings else Path("/")
    clock = SystemClock(ZoneInfo(settings.household.timezone if settings else "UTC"))
    yield from examine_box(directory, clock.moment(), Sensors(), synchronised=synchronised())


def _examine_household(settings: Settings) -> Iterator[Finding]:
    """What the configuration names."""
    taken = service_runs(settings.state_directory)
    for room in settings.rooms:
        unconfined = settings.privacy.allow_unconfined
        yield examine_camera(room, settings.models, allow_unconfined=unconfined, taken=taken)
    yield from examine_views(settings)
    yield from examine_panel(settings.panel, taken=taken)
    yield examine_voice(settings.voice, settings.household.language)
    yield examine_mqtt(settings.mqtt, taken=taken)
    yield from examine_senses(settings)
    yield from examine_contacts(settings.contacts)
    yield examine_state(settings.state_directory)
    yield examine_page(settings.web, settings.state_directory, SystemClock().moment().wall)


def bundle_up(bundle: Path, path: Path, findings: Sequence[Finding]) -> None:
    """Write the findings, and what else somebody needs who helps from afar, without what is private.

    Raises ConfigurationError where the file cannot be written.
    """
    settings, _ = examine_configuration(path, demanded=True)
    write(bundle, findings, settings, Facts.of())
