"""Places are drawn on the page: by pointer or keyboard, at a desk and on a phone, and never on a picture."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from browsing import BED, DESK, PHONE, SOFA, TOKEN, Living, Visits, button, drawn_room, incident, person
from playwright.sync_api import Locator, Page, expect

from guardian.configuration import parse
from guardian.entrance import Web
from guardian.events import PlaceDeclined, PlaceDrawn, PlaceRemoved, PlaceRestored
from guardian.web.roles import Role
from guardian.web.server import WebServer
from guardian.web.users import Users

pytestmark = pytest.mark.slow

WHO = {"room": "Living room", "by": "somebody on the page", "via": "web"}
SIZES = {"desk": DESK, "phone": PHONE}
REFUSED = "Failed to load resource: the server responded with a status of 4"
"""What a browser writes into its console where the box says no."""
GOOD = "violin harbour thimble"


@pytest.fixture
def household() -> Living:
    household = Living()
    household.show(rooms=(drawn_room(),))
    return household


@pytest.fixture
def web(household: Living, tmp_path: Path) -> Iterator[WebServer]:
    web = WebServer(Web(port=0), household, TOKEN, tmp_path, wall=time.time)
    web.start()
    yield web
    web.stop()


@pytest.fixture(params=SIZES)
def page(web: WebServer, visits: Visits, request: pytest.FixtureRequest) -> Iterator[Page]:
    page = visits.open(web.address, SIZES[request.param], reduced_motion="reduce")
    button(page, "Draw places in Living room").click()
    yield page
    assert [said for said in visits.complaints if not said.startswith(REFUSED)] == []


def tap(page: Page, x: float, y: float) -> None:
    """Tap at a spot of the view, in fractions of its width and height."""
    page.mouse.click(*spot(page, x, y))


def spot(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where that is on the screen: a view that is wider or higher than its room has margins."""
    left, top, width, height = page.locator("#places .outline").evaluate(
        "e => { const m = e.getScreenCTM(), v = e.viewBox.baseVal; return [m.e, m.f, m.a * v.width, m.d * v.height]; }"
    )
    return left + x * width, top + y * height


def corners(page: Page) -> Locator:
    return page.locator("#places .corner")


def drawn(household: Living) -> PlaceDrawn:
    did = household.did()
    assert isinstance(did, PlaceDrawn)
    return did


def flat(polygon: tuple[tuple[float, float], ...]) -> list[float]:
    return [value for corner in polygon for value in corner]


def test_a_place_is_drawn_by_taps_around_it_and_saved_under_a_name_of_its_own(page: Page, household: Living):
    button(page, "Draw a new place").click()
    for x, y in ((0.3, 0.5), (0.5, 0.5), (0.5, 0.8), (0.3, 0.8)):
        tap(page, x, y)
    expect(corners(page)).to_have_count(4)
    expect(page.get_by_label("What is it called?")).to_have_value("bed 2")
    page.get_by_label("What is there?").select_option("sofa")
    expect(page.get_by_label("What is it called?")).to_have_value("sofa 2")
    expect(page.locator("#place-hint")).to_have_text("One may sit and lie there: that is no alarm.")
    page.get_by_label("What is it called?").fill("the <couch>")
    page.get_by_label("What is there?").select_option("mat")
    button(page, "Save").click()
    did = drawn(household)
    assert (did.name, did.kind, did.instead, did.room, did.by) == ("the <couch>", "mat", "", *list(WHO.values())[:2])
    assert flat(did.polygon) == pytest.approx([0.3, 0.5, 0.5, 0.5, 0.5, 0.8, 0.3, 0.8], abs=0.01)
    expect(page.locator("#places-said")).to_have_text("The box has taken the <couch>. It counts from now on.")
    expect(button(page, "Draw a new place")).to_be_focused()


def test_a_corner_is_dragged_added_between_others_removed_and_all_of_it_undone(page: Page, household: Living):
    button(page, "Change bed").click()
    expect(corners(page)).to_have_count(4)
    page.mouse.move(*spot(page, 0.4, 0.9))
    page.mouse.down()
    page.mouse.move(*spot(page, 0.45, 0.8), steps=4)
    page.mouse.move(*spot(page, 0.5, 0.75), steps=4)
    page.mouse.up()
    expect(page.locator("#places-said")).to_have_text("Corner 3 of 4: 50 % from the left, 75 % from above.")
    tap(page, 0.2, 0.4)
    expect(corners(page)).to_have_count(5)
    expect(corners(page).nth(1)).to_have_attribute("aria-label", "Corner 2 of 5: 20 % from the left, 40 % from above.")
    tap(page, 0.05, 0.9)
    button(page, "Remove a corner").click()
    expect(corners(page)).to_have_count(4)
    button(page, "Undo").click()
    expect(corners(page)).to_have_count(5)
    button(page, "Save").click()
    wanted = (0.05, 0.5), (0.2, 0.4), (0.4, 0.5), (0.5, 0.75), (0.05, 0.9)
    did = drawn(household)
    assert (did.name, did.instead, did.kind) == ("bed", "bed", "bed")
    assert flat(did.polygon) == pytest.approx(flat(wanted), abs=0.01)
    button(page, "Change bed").click()
    tap(page, 0.2, 0.3)
    button(page, "Undo").click()
    expect(button(page, "Undo")).to_be_disabled()
    button(page, "Save").click()
    assert drawn(household).polygon == BED.polygon


def test_a_place_is_drawn_with_the_keyboard_alone(page: Page, household: Living):
    button(page, "Draw a new place").focus()
    page.keyboard.press("Enter")
    button(page, "Add a corner").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#places-said")).to_have_text("A square in the middle. Move its corners with the arrow keys.")
    page.keyboard.press("Enter")
    expect(corners(page)).to_have_count(5)
    corners(page).nth(0).focus()
    for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    expect(page.locator("#places-said")).to_have_text("Corner 1 of 5: 29 % from the left, 44 % from above.")
    expect(corners(page).nth(0)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Delete")
    expect(corners(page)).to_have_count(4)
    page.keyboard.press("Control+z")
    expect(corners(page)).to_have_count(5)
    page.get_by_label("What is it called?").focus()
    page.keyboard.press("Enter")
    did = drawn(household)
    assert did.name == "bed 2"
    assert len(did.polygon) == 5
    assert did.polygon[0] == (0.29, 0.44)


def test_what_the_box_refuses_is_told_and_nothing_is_lost(page: Page, household: Living):
    button(page, "Draw a new place").click()
    button(page, "Save").click()
    expect(page.locator("#places-wrong")).to_have_text("Three corners or more make a place.")
    button(page, "Add a corner").click()
    tap(page, 0.9, 0.9)
    page.get_by_label("What is it called?").fill("bed")
    button(page, "Save").click()
    expect(page.locator("#places-wrong")).to_have_text(
        "The box said no: there is a place “bed” already; another name would be right."
    )
    expect(corners(page)).to_have_count(5)
    page.get_by_label("What is it called?").fill("nest")
    button(page, "Save").click()
    assert drawn(household).name == "nest"
    expect(page.locator("#places-wrong")).to_be_empty()


def test_a_line_that_crosses_another_is_refused_by_the_box(page: Page, household: Living):
    button(page, "Draw a new place").click()
    button(page, "Add a corner").click()
    page.mouse.move(*spot(page, 0.35, 0.45))
    page.mouse.down()
    page.mouse.move(*spot(page, 0.8, 0.6), steps=5)
    page.mouse.up()
    button(page, "Save").click()
    expect(page.locator("#places-wrong")).to_contain_text("The box said no: polygon: its line from corner")
    assert household.submitted.empty()


def test_every_place_says_where_it_is_from_and_is_removed_or_restored(page: Page, household: Living):
    items = page.get_by_role("list", name="Places of this room").get_by_role("listitem")
    told = [
        "bed, as configured",
        "sofa, drawn here, over the configured one",
        "floor, removed here; the configuration has it",
        "mat, drawn here; of another view, and does not count until it is drawn anew",
        "chair, learned, and accepted",
    ]
    expect(items).to_have_count(len(told))
    for number, text in enumerate(told):
        expect(items.nth(number)).to_contain_text(text)
    for name, did in (
        ("Remove bed", PlaceRemoved(**WHO, time=0, name="bed")),
        ("Remove chair", PlaceDeclined(**WHO, time=0, number=4)),
    ):
        button(page.locator("#places"), name).click()
        asking = page.get_by_role("dialog", name=f"{name}?")
        button(asking, "Yes, remove").click()
        found = household.did()
        assert {**asdict(found), "time": 0} == asdict(did)
    for name, place in (("Restore rug", "rug"), ("Restore sofa", "sofa")):
        button(page, name).click()
        found = household.did()
        assert isinstance(found, PlaceRestored)
        assert found.name == place
    expect(page.locator("#places-said")).to_have_text("sofa is as it is configured.")
    assert page.get_by_role("button", name="Restore bed").count() == 0


def test_who_is_there_and_where_people_have_been_is_shown_and_hidden(page: Page, household: Living):
    expect(page.locator("#places .person")).to_have_count(1)
    for layer in ("upright", "seated", "lying"):
        expect(page.locator(f"#places .warm.{layer}")).not_to_have_count(0)
    expect(page.locator("#places-hours")).to_contain_text("hours. Where feet stood, and hips sat or lay")
    page.get_by_label("lying").uncheck()
    expect(page.locator("#places .warm.lying").first).to_be_hidden()
    expect(page.locator("#places .warm.upright").first).to_be_visible()
    household.show(rooms=(drawn_room(persons=()),))
    expect(page.locator("#places .person")).to_have_count(0)
    assert page.locator("#places img, #places image, #places video, #places canvas").count() == 0


def test_the_lines_to_paste_are_the_places_that_count(page: Page):
    page.locator("#places summary").click()
    lines = page.get_by_label("Lines for guardian.yaml")
    expect(lines).to_have_value(re.compile("places:"))
    text = f"rooms:\n  - name: x\n    camera:\n      source: csi\n{lines.input_value()}"
    assert parse(text).rooms[0].places == (BED, SOFA)
    button(page, "Copy the lines").click()
    expect(page.locator("#lines-said")).not_to_be_empty()


def test_what_is_not_saved_is_not_thrown_away_by_a_slip(page: Page, household: Living):
    button(page, "Change bed").click()
    tap(page, 0.2, 0.3)
    for leave in (lambda: page.keyboard.press("Escape"), lambda: button(page, "Close").click()):
        leave()
        expect(page.locator("#places-wrong")).to_have_text(
            "What you have drawn is not saved yet: save it, or press Cancel."
        )
        expect(page.get_by_role("dialog")).to_be_visible()
    button(page, "Cancel").click()
    button(page, "Close").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert household.submitted.empty()


def test_an_alarm_is_told_to_who_draws_and_nothing_is_drawn_meanwhile(page: Page, household: Living):
    button(page, "Change bed").click()
    household.show(incidents=(incident(),))
    expect(page.locator("#places-alarm")).to_have_text("ALARM: Anna has fallen. Close this to answer.")
    button(page, "Save").click()
    expect(page.locator("#places-wrong")).to_contain_text("something is the matter in Living room: see to that first")
    button(page, "Cancel").click()
    button(page, "Close").click()
    expect(button(page, "Acknowledge")).to_be_visible()
    assert household.submitted.empty()


def test_a_camera_that_stands_on_end_is_drawn_on_as_it_sees(web: WebServer, visits: Visits, household: Living):
    upright = drawn_room(aspect=9 / 16, persons=(person(0.3),))
    household.show(rooms=(upright,))
    page = visits.open(web.address, PHONE, reduced_motion="reduce")
    button(page, "Draw places in Living room").click()
    button(page, "Draw a new place").click()
    for x, y in ((0.1, 0.2), (0.9, 0.2), (0.9, 0.9)):
        tap(page, x, y)
    button(page, "Save").click()
    assert flat(drawn(household).polygon) == pytest.approx([0.1, 0.2, 0.9, 0.2, 0.9, 0.9], abs=0.02)


def test_a_caregiver_neither_draws_nor_sees_where_people_have_been(web: WebServer, visits: Visits, tmp_path: Path):
    Users(tmp_path).add("Anna", Role.CAREGIVER, GOOD)
    page = visits.open(web.origin, PHONE)
    page.get_by_label("Your name").fill("Anna")
    page.get_by_label("Your password").fill(GOOD)
    button(page, "Sign in").click()
    expect(page.locator("[data-room='Living room']")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-role", "caregiver")
    expect(page.get_by_role("button", name="Draw places")).to_have_count(0)
    refused = page.evaluate("fetch('/api/places?room=Living%20room').then(r => r.status)")
    assert refused == 403
    body = json.dumps({"name": "x", "kind": "bed", "polygon": BED.model_dump()["polygon"], "room": "Living room"})
    how = "{method: 'POST', headers: {'Content-Type': 'application/json'}, body}"
    assert page.evaluate(f"body => fetch('/api/draw', {how}).then(r => r.status)", body) == 403
