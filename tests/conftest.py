"""What every test may lean on: the clips where they are, and a plain reason where hardware is not."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from counted import counts
from hypothesis import HealthCheck, settings

from guardian.io.providers import LOUD_LOGGERS

if TYPE_CHECKING:
    from browsing import Visits
    from playwright.sync_api import Browser

REPOSITORY = Path(__file__).resolve().parent.parent

settings.register_profile(
    "guardian",
    deadline=None,  # a loaded machine is no fault
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("guardian")


def clips_directory() -> Path:
    return Path(os.environ.get("GUARDIAN_DATA", REPOSITORY.parent / "shared" / "data"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where branches are counted, count them in the tests that are to take them: see counted.py."""
    if config.pluginmanager.hasplugin("_cov"):
        for item in items:
            if item.get_closest_marker("slow") or not counts(item.path):
                item.add_marker("no_cover")


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


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """A real browser without a window; the test is skipped where there is none."""
    from guardian.lab.page_pictures import BROWSERS, browser_path, chromium  # noqa: PLC0415 - few tests need it

    if browser_path() is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed")
    with chromium() as browser:
        yield browser


@pytest.fixture
def visits(browser: "Browser") -> "Iterator[Visits]":
    """Opens pages in that browser, and closes them all."""
    from browsing import Visits  # noqa: PLC0415 - few tests need it

    visits = Visits(browser)
    yield visits
    visits.close()
