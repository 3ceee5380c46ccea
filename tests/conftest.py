"""What every test may lean on: the clips where they are, and a plain reason where hardware is not."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from guardian.io.providers import LOUD_LOGGERS

REPOSITORY = Path(__file__).resolve().parent.parent

settings.register_profile(
    "guardian",
    deadline=None,  # a loaded machine is no fault
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("guardian")


def clips_directory() -> Path:
    return Path(os.environ.get("GUARDIAN_DATA", REPOSITORY.parent / "shared" / "data"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs something that is not here, and say what it was."""
    if item.get_closest_marker("clips") and not clips_directory().is_dir():
        pytest.skip("no annotated clips: GUARDIAN_DATA names no directory")
    if item.get_closest_marker("home_assistant") and not os.environ.get("GUARDIAN_HASS"):
        pytest.skip("no Home Assistant: GUARDIAN_HASS names none; script/home-assistant makes one")
    if item.get_closest_marker("camera") and not Path("/dev/video0").exists():
        pytest.skip("no camera at /dev/video0")
    if item.get_closest_marker("pi") and not Path("/proc/device-tree/model").exists():
        pytest.skip("not a Raspberry Pi")


@pytest.fixture(scope="session")
def clips() -> Path:
    """The directory of the annotated clips; the test is skipped where there is none."""
    directory = clips_directory()
    if not directory.is_dir():
        pytest.skip("no annotated clips: GUARDIAN_DATA names no directory")
    return directory


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the source tree."""
    return REPOSITORY


@pytest.fixture
def quiet() -> Iterator[None]:
    """Let the loggers that phones switch off be as they were."""
    before = {name: logging.getLogger(name).level for name in LOUD_LOGGERS}
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)
