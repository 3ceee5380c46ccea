"""Take the pictures of the page that the documents show: the true demo, an alarm raised in it, and a real browser.

`python -m guardian.lab.page_pictures docs/pictures` writes those of DEVICES. It needs Chromium and the `dev` extra. One
browser is that of who set up the box, with a large screen; the other the telephone of a caregiver, who signs in for the
first time, looks, and takes the alarm.
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

OWN_PASSWORD = "violin harbour thimble"  # noqa: S105 - of nobody but the demo's Anna
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ANNOUNCED = "Page "
"""How the line begins in which the demo says where its page is."""
RAISED_SECONDS = 120
"""The demo's lady falls after half a minute; a slow machine takes longer to see it."""

DESK, PHONE = (1280, 800, 1.25), (390, 844, 2.0)
DEVICES: Mapping[str, tuple[int, int, float]] = {
    "sign-in.png": PHONE,
    "calm.png": PHONE,
    "asking.png": PHONE,
    "page.png": DESK,
    "phone.png": PHONE,
    "taken.png": PHONE,
    "users.png": DESK,
    "places.png": (1280, 800, 1.0),
}
"""Width and height in CSS pixels of the screen, and device pixels for each, of every picture, in the order in which
they are taken. That of the users is a part of the screen."""
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
        desk, phone = _open(browser, address, *DESK), _open(browser, "about:blank", *PHONE)
        password = let_in(desk, "Anna")
        desk.locator("#users-box").screenshot(path=directory / "users.png")
        phone.goto(address.partition("?")[0])
        phone.get_by_label("Your name").fill("Anna")
        phone.screenshot(path=directory / "sign-in.png")
        sign_in(phone, "Anna", password)
        choose(phone, OWN_PASSWORD)
        _reach(phone, "calm")
        phone.screenshot(path=directory / "calm.png")
        phone.locator("#countdown:visible").wait_for(timeout=1_000 * RAISED_SECONDS)
        phone.screenshot(path=directory / "asking.png")
        for page in (desk, phone):
            _reach(page, "raised")
            page.locator("#hero-stage .person[data-posture='lying']").wait_for()
        desk.evaluate("scrollTo(0, 0)")
        desk.screenshot(path=directory / "page.png")
        phone.screenshot(path=directory / "phone.png")
        phone.get_by_role("button", name="Acknowledge").click()
        _reach(phone, "acknowledged")
        phone.screenshot(path=directory / "taken.png")


def let_in(page: Page, name: str) -> str:
    """Let a caregiver in, on the page of an installer; return their one-time password."""
    page.get_by_role("button", name="Let somebody in").click()
    page.get_by_label("Their name").fill(name)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Caregiver:").click()
    password = page.locator("#ask-secret:visible").inner_text()
    page.get_by_role("button", name="I have passed it on").click()
    page.locator(f".user[data-user='{name}']").wait_for()
    return password


def sign_in(page: Page, name: str, password: str) -> None:
    """Sign in where one is asked to."""
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Your password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def choose(page: Page, password: str) -> None:
    """Choose a password of one's own, after a one-time password."""
    page.get_by_label("Your new password").fill(password)
    page.get_by_role("button", name="Keep this password").click()


def _reach(page: Page, mood: str) -> None:
    """Wait until the page has this colour, by which the box says how it stands."""
    page.wait_for_selector(f"html[data-mood={mood}]", timeout=1_000 * RAISED_SECONDS)


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
    parser.add_argument("directory", type=Path, help="where the pictures are written")
    options = parser.parse_args(arguments)
    try:
        take(options.directory)
    except ConfigurationError as error:
        parser.exit(error.exit_code, f"{error}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
