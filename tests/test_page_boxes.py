"""Other boxes of the household on the page, in a real browser."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import PHONE, TOKEN, Living, Visits, button, incident
from playwright.sync_api import Page, expect

from guardian.entrance import Web
from guardian.events import Acknowledged, FaultOccurred, Resolved
from guardian.incident import IncidentState
from guardian.neighbour import Neighbour
from guardian.neighbours import RoomThere, Seen
from guardian.web.server import WebServer

pytestmark = pytest.mark.slow

UPSTAIRS = Neighbour(id="up", name="Upstairs", page="https://upstairs.local:8377")
ROOMS = (
    RoomThere("bedroom", "armed", "", occupied=True, count=1),
    RoomThere("bath", "degraded", "The camera points elsewhere.", occupied=False),
)


@pytest.fixture
def household() -> Living:
    return Living()


@pytest.fixture
def page(household: Living, tmp_path: Path, visits: Visits) -> Iterator[Page]:
    web = WebServer(Web(port=0), household, TOKEN, tmp_path, wall=time.time)
    web.start()
    yield visits.open(web.address)
    assert visits.complaints == []
    web.stop()


def seen(**fields: object) -> Seen:
    return replace(Seen(UPSTAIRS, lives=True, heard=time.monotonic(), rooms=ROOMS), **fields)


def there(state: IncidentState = IncidentState.RAISED) -> Seen:
    """Upstairs, where Anna has fallen."""
    return seen(incidents=(incident(state, id="i7", room="bedroom"),))


def test_the_rooms_of_another_box_are_shown_and_its_page_is_linked(page: Page, household: Living):
    expect(page.locator("#boxes-box")).to_be_hidden()
    household.show(boxes=(seen(),))
    box = page.locator('[data-box="Upstairs"]')
    expect(box).to_contain_text("Answers")
    expect(box.get_by_role("listitem").first).to_contain_text("bedroom")
    expect(box.get_by_role("listitem").first).to_contain_text("Somebody is there")
    expect(box).to_contain_text("Seeing poorly")
    expect(box).to_contain_text("Its stick figures are on the other box.")
    expect(box.get_by_role("link", name="Open the page of Upstairs")).to_have_attribute("href", UPSTAIRS.page or "")


def test_what_rings_at_another_box_is_answered_here(page: Page, household: Living):
    household.show(boxes=(there(),))
    expect(page.locator("#title")).to_have_text("ALARM: Anna has fallen")
    expect(page.locator("#detail")).to_contain_text("Upstairs, bedroom")
    expect(page.locator("#hero-stage")).to_be_hidden()
    expect(page.locator("#watch")).to_be_hidden()
    button(page, "Acknowledge").click()
    page.get_by_label("Your name").fill("Bruno")
    button(page.locator("#ask"), "Acknowledge").click()
    taken = household.did()
    assert isinstance(taken, Acknowledged)
    assert (taken.incident, taken.by, taken.room) == ("i7", "Bruno", "")
    household.show(boxes=(there(IncidentState.ACKNOWLEDGED),))
    button(page, "Helped").click()
    button(page.locator("#ask"), "Yes, close it").click()
    assert isinstance(household.did(), Resolved)


def test_whoever_was_not_heard_is_told_so(page: Page, household: Living):
    household.show(boxes=(there(),), unanswered=frozenset({"i7"}))
    expect(page.locator("#reasons")).to_contain_text("The box Upstairs has not answered")
    household.show(incidents=(incident(),))
    expect(page.locator("#others")).to_contain_text("The box Upstairs has not answered")


def test_a_box_that_does_not_answer_says_what_it_said_last(page: Page, household: Living):
    fault = FaultOccurred(time=0.0, room="", part="box Upstairs", reasons=("The box Upstairs does not answer.",))
    household.show(boxes=(replace(there(), lives=False),), faults=(fault,))
    box = page.locator('[data-box="Upstairs"]')
    expect(box).to_contain_text("Does not answer")
    expect(box).to_contain_text("What is below may no longer be true: go and look.")
    expect(box).to_contain_text("Anna has fallen · bedroom · Alarm")
    expect(box).to_contain_text("Last heard: Somebody is there")
    expect(box).not_to_contain_text("Watching")
    expect(page.locator("#title")).to_have_text("Watching, but something is broken: box Upstairs")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lives", [True, False])
def test_axe_finds_nothing(page: Page, household: Living, scheme: str, lives: bool):  # noqa: FBT001 - a case
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    household.show(boxes=(replace(there(), lives=lives),), unanswered=frozenset({"i7"}))
    expect(page.locator('[data-box="Upstairs"]')).to_be_visible()
    rules = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    found = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]}).response["violations"]
    assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found] == []


def test_on_a_phone_nothing_is_cut_off(page: Page, household: Living):
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    household.show(boxes=(replace(there(), lives=False),))
    expect(page.locator('[data-box="Upstairs"]')).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
