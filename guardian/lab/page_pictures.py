"""Take the pictures of the page that the documents show: the true demo, an alarm raised in it, and a real browser.

`python -m guardian.lab.page_pictures docs/pictures` writes page.png, phone.png and places.png. It needs Chromium and
the `dev` extra.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from guardian.errors import ConfigurationError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ANNOUNCED = "Page "
"""How the line begins in which the demo says where its page is."""
RAISED_SECONDS = 120
"""The demo's lady falls after half a minute; a slow machine takes longer to see it."""

DEVICES: Mapping[str, tuple[int, int, float]] = {
    "page.png": (1280, 800, 1.25),
    "phone.png": (390, 844, 2.0),
    "places.png": (1280, 800, 1.0),
}
"""Width and height in CSS pixels, and device pixels for each, of every picture."""
DRAWING = "places.png"
"""The one that is taken of another film, in which nobody falls: while there is an alarm, nobody draws."""
EVERYDAY = Path(__file__).parents[1] / "demo" / "everyday.mp4"
CORNERS = ((0.42, 0.36), (0.84, 0.36), (0.86, 0.6), (0.4, 0.6))
"""What is drawn in it, around the sofa on which the demo's lady lies, in fractions of the view."""


def browser_path() -> str | None:
    """Where a browser is installed that can be driven, or None."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


@contextmanager
def demo(*options: str) -> Iterator[str]:
    """Run the demo; yields the address of its page. Raises ConfigurationError where it does not start."""
    command = [sys.executable, "-m", "guardian", "demo", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # noqa: S603 - ours
    with process:
        try:
            assert process.stdout is not None  # noqa: S101 - piped
            found = next((line for line in process.stdout if line.startswith(ANNOUNCED)), None)
            if found is None:
                message = "the demo ended before it said where its page is; `guardian demo` says why"
                raise ConfigurationError(message)
            yield found.split()[1]
        finally:
            process.terminate()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window. Raises ConfigurationError where none is installed, or nothing that drives it."""
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only who develops has it
    except ImportError as error:
        message = "the Python package playwright is missing; pip install '.[dev]' would be right"
        raise ConfigurationError(message) from error
    path = browser_path()
    if path is None:
        message = f"no browser is installed; one of {', '.join(BROWSERS)} would be right"
        raise ConfigurationError(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def take(directory: Path) -> None:
    """Write the pictures of a place that is drawn, and of a raised alarm. Raises ConfigurationError where demo or
    browser do not start.
    """
    with chromium() as browser, demo("--source", str(EVERYDAY)) as address:
        drawing = _open(browser, address, *DEVICES[DRAWING])
        _draw(drawing)
        drawing.screenshot(path=directory / DRAWING)
    with chromium() as browser, demo() as address:
        from playwright.sync_api import expect  # noqa: PLC0415 - only who develops has it

        alarming = {name: device for name, device in DEVICES.items() if name != DRAWING}
        pages = {name: _open(browser, address, *device) for name, device in alarming.items()}
        for page in pages.values():
            expect(page.locator("html")).to_have_attribute("data-mood", "raised", timeout=1_000 * RAISED_SECONDS)
            expect(page.locator("#hero-stage .person[data-posture='lying']")).to_be_visible()
        for name, page in pages.items():
            page.screenshot(path=directory / name)


def _draw(page: Page) -> None:
    """Draw a sofa in the first room once somebody has lain there, up to where it would be saved."""
    page.get_by_role("button", name="Draw places").first.click()
    page.locator("#places .warm.lying").first.wait_for(timeout=1_000 * RAISED_SECONDS)
    page.get_by_role("button", name="Draw a new place").click()
    page.get_by_label("What is there?").select_option("sofa")
    view = page.locator("#places .outline")
    box = view.bounding_box() or {"x": 0, "y": 0, "width": 0, "height": 0}
    for x, y in CORNERS:
        view.click(position={"x": x * box["width"], "y": y * box["height"]})


def _open(browser: Browser, address: str, width: int, height: int, scale: float) -> Page:
    """Open the page as a device of this size would, by daylight and without the pulse of the alarm."""
    page = browser.new_page(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        color_scheme="light",
        reduced_motion="reduce",
    )
    page.goto(address)
    return page


def main(arguments: Sequence[str]) -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(prog="python -m guardian.lab.page_pictures", description=__doc__)
    parser.add_argument("directory", type=Path, help="where page.png, phone.png and places.png are written")
    options = parser.parse_args(arguments)
    try:
        take(options.directory)
    except ConfigurationError as error:
        parser.exit(error.exit_code, f"{error}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
