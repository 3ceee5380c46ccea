"""The page as an app on a telephone: installed, without a connection, and with nothing of the home kept on it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import PHONE, TOKEN, Living, Visits
from playwright.sync_api import Page, expect

from guardian.entrance import Web
from guardian.web.page import STATIC
from guardian.web.server import WebServer

pytestmark = pytest.mark.slow


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebServer]:
    web = WebServer(Web(port=0), Living(), TOKEN, tmp_path, wall=time.time)
    web.start()
    yield web
    web.stop()


def ready(page: Page) -> None:
    """Wait until the service worker has this page in its care."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    assert page.evaluate("!!navigator.serviceWorker.controller")


def test_a_browser_finds_nothing_against_installing_it(web: WebServer, visits: Visits):
    page = visits.open(web.address, PHONE)
    ready(page)
    asking = page.context.new_cdp_session(page)
    manifest = asking.send("Page.getAppManifest")
    assert (manifest["errors"], manifest["url"]) == ([], f"{web.origin}/static/manifest.webmanifest?language=en")
    problems = [each["errorId"] for each in asking.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    assert [each for each in problems if each != "in-incognito"] == []  # a test's context is one
    assert visits.complaints == []


def test_the_icon_is_drawn_and_no_other_picture_is(web: WebServer, visits: Visits):
    page = visits.open(web.address)
    told = "onload: () => done('load'), onerror: () => done('error')"
    load = f"src => new Promise(done => Object.assign(new Image(), {{{told}, src}}))"
    assert page.evaluate(load, "/static/icon.svg") == "load"
    pixel = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
    for other in ("/static/icon.svg/x.png", "/favicon.ico", f"{web.origin}/api/picture.jpeg", pixel):
        assert page.evaluate(load, other) == "error"
    assert any("Content Security Policy" in said for said in visits.complaints)


def test_without_the_box_the_app_says_so_and_comes_back(web: WebServer, visits: Visits):
    page = visits.open(web.address, PHONE)
    ready(page)
    page.context.set_offline(True)
    page.goto(web.origin)
    expect(page.get_by_role("heading", name="No connection to the box")).to_be_visible()
    expect(page.get_by_text("call them or go and look")).to_be_visible()
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper != "rgba(0, 0, 0, 0)"
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All is well")


def test_nothing_of_the_home_stays_on_the_telephone(web: WebServer, visits: Visits):
    page = visits.open(web.address, PHONE)
    ready(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("All is well")
    kept = page.evaluate(
        "caches.keys().then(names => Promise.all(names.map(name => caches.open(name).then(c => c.keys()))))"
        ".then(all => all.flat().map(request => new URL(request.url).pathname))"
    )
    assert sorted(kept) == ["/static/icon.svg", "/static/offline.html", "/static/page.css"]
    assert all((STATIC / path.rpartition("/")[2]).is_file() for path in kept)
    assert page.evaluate("indexedDB.databases().then(all => all.length)") == 0
