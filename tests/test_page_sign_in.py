"""Signing in on the page, in a real browser: as the daughter with her telephone, and as who set up the box."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import PHONE, TOKEN, Living, Visits, button, incident
from playwright.sync_api import Page, expect

from guardian.entrance import Web
from guardian.events import Acknowledged
from guardian.rest_places import LearnedPlace
from guardian.settings import Place
from guardian.web.household import PeopleShown, RoomShown
from guardian.web.roles import Role
from guardian.web.server import WebServer
from guardian.web.users import Users

pytestmark = pytest.mark.slow

GOOD = "violin harbour thimble"
SOFA = Place(name="sofa", kind="sofa", polygon=((0.6, 0.5), (0.9, 0.5), (0.95, 0.6), (0.58, 0.62)))


@pytest.fixture
def users(tmp_path: Path) -> Users:
    users = Users(tmp_path)
    users.add("Anna", Role.CAREGIVER, GOOD)
    users.add("Otto", Role.INSTALLER, GOOD)
    return users


@pytest.fixture
def household() -> Living:
    return Living()


@pytest.fixture
def web(users: Users, household: Living, tmp_path: Path) -> Iterator[WebServer]:
    assert users.all()
    web = WebServer(Web(port=0), household, TOKEN, tmp_path, wall=time.time)
    web.start()
    yield web
    web.stop()


def enter(page: Page, name: str, password: str = GOOD) -> None:
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Your password").fill(password)
    button(page, "Sign in").click()


def test_a_daughter_signs_in_on_her_telephone_and_takes_the_alarm_by_her_name(
    web: WebServer, visits: Visits, household: Living
):
    page = visits.open(web.origin, PHONE)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_label("Your name")).to_be_focused()
    enter(page, "anna")
    expect(page.get_by_text("You are signed in as Anna")).to_be_visible()
    household.show(incidents=(incident(),))
    button(page, "Acknowledge").click()
    did = household.did()
    assert did == Acknowledged(time=did.time, by="Anna", via="web", incident="i1")
    page.reload()
    expect(page.get_by_text("You are signed in as Anna")).to_be_visible()
    assert [said for said in visits.complaints if "401" not in said] == []


def test_a_slip_of_the_finger_is_told_kindly_and_the_password_can_be_looked_at(web: WebServer, visits: Visits):
    page = visits.open(web.origin)
    enter(page, "Anna", "violin harbor thimble")
    expect(page.get_by_role("alert")).to_have_text(
        "This name and this password do not go together. Look at both, letter by letter, and try again."
    )
    password = page.get_by_label("Your password")
    expect(password).to_be_focused()
    expect(password).to_have_attribute("type", "password")
    page.get_by_label("Show the password").check()
    expect(password).to_have_attribute("type", "text")
    enter(page, "Anna")
    expect(page.get_by_role("heading", level=1)).to_have_text("All is well")


def test_the_form_works_with_the_keyboard_alone(web: WebServer, visits: Visits):
    page = visits.open(web.origin)
    expect(page.get_by_label("Your name")).to_be_focused()
    page.keyboard.type("Anna")
    page.keyboard.press("Tab")
    page.keyboard.type(GOOD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("All is well")


def test_a_box_that_does_not_answer_is_told(web: WebServer, visits: Visits):
    page = visits.open(web.origin)
    web.stop()
    enter(page, "Anna")
    expect(page.get_by_role("alert")).to_contain_text("The box did not answer.")


def test_who_signs_out_sees_the_form_again(web: WebServer, visits: Visits):
    page = visits.open(web.origin)
    enter(page, "Anna")
    button(page, "Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_whose_password_was_changed_is_told_within_seconds(web: WebServer, visits: Visits, users: Users):
    page = visits.open(web.origin)
    enter(page, "Anna")
    expect(page.locator("#link-word")).to_have_text("Live")
    users.change("Anna", "eleven green kettles")
    alert = page.get_by_role("alert").filter(has_text="You are signed out")
    expect(alert).to_be_visible()
    alert.get_by_role("link", name="Sign in again").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_only_an_installer_is_offered_what_changes_the_box(web: WebServer, visits: Visits, household: Living):
    proposed = LearnedPlace(3, SOFA, "Somebody rested here 5 times.", accepted=False)
    accepted = LearnedPlace(4, SOFA, "Accepted by Otto.", accepted=True)
    rooms = (RoomShown("Living room", learned=(proposed, accepted), moved=True),)
    household.show(rooms=rooms, people=PeopleShown((("Mary", "Living room"),)))
    words = ("Yes, a sofa", "Remove sofa", "Yes, and the places fit", "Erase Mary", "Get to know somebody")
    caregiver, installer = visits.open(web.origin), visits.open(web.origin)
    enter(caregiver, "Anna")
    enter(installer, "Otto")
    for name in words:
        expect(button(installer, name)).to_be_visible()
        expect(button(caregiver, name)).to_have_count(0)
    expect(caregiver.get_by_text("Who did what")).to_be_hidden()
    expect(button(caregiver, "Call for help")).to_be_visible()
    expect(caregiver.get_by_text("Enrolled in Living room")).to_be_visible()


def test_the_installer_reads_who_did_what(web: WebServer, visits: Visits):
    enter(visits.open(web.origin), "Anna")
    page = visits.open(web.origin)
    enter(page, "Otto")
    expect(page.get_by_text("You are signed in as Otto")).to_be_visible()
    page.get_by_text("Show what was done on this page, and by whom").click()
    deeds = page.get_by_role("list", name="Who did what").get_by_role("listitem")
    expect(deeds).to_have_count(2)
    expect(deeds.nth(0)).to_contain_text("Otto signed in")
    expect(deeds.nth(1)).to_contain_text("from 127.0.0.1")


def test_whoever_sits_at_the_box_needs_no_password(web: WebServer, visits: Visits):
    page = visits.open(web.address)
    expect(page.get_by_role("heading", level=1)).to_have_text("All is well")
    expect(button(page, "Get to know somebody")).to_be_visible()
    expect(button(page, "Say who you are")).to_be_visible()
    expect(page.get_by_role("button", name="Sign out", exact=True)).to_have_count(0)
