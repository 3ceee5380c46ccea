"""The page in every language, in a real browser: no English is left, nothing is cut off, and axe finds nothing."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import BED, PHONE, TOKEN, WALL, Living, Visits, button, incident, person, room
from playwright.sync_api import Page, expect

from guardian.configuration import languages
from guardian.day import Day
from guardian.devices import Kind, SenseState
from guardian.entrance import Web
from guardian.events import FaultOccurred
from guardian.incident import IncidentState
from guardian.neighbour import Neighbour
from guardian.neighbours import RoomThere, Seen
from guardian.phrasebook import ENGLISH, FIELD, Phrasebook, find
from guardian.rest_places import LearnedPlace
from guardian.senses import Sensed
from guardian.web.household import (
    Coverage,
    EnrolmentShown,
    FeedbackShown,
    HabitsShown,
    PastIncident,
    PeopleShown,
    RecordedScene,
    RoomShown,
    SceneFrame,
    SnoozeShown,
)
from guardian.web.roles import Role
from guardian.web.server import WebServer
from guardian.web.tongues import Tongues
from guardian.web.users import Users

pytestmark = pytest.mark.slow

BOOKS = languages.phrasebooks()
CODES = [code for code in BOOKS if code != "en"]
LIVING, HALL = "Zimmer 1", "Zimmer 2"
"""What the household itself calls something; it is not English."""
SMALL = (320, 568)
ENGLISH_WORDS = re.compile(
    r"\b(the|and|you|your|of|is|are|this|with|nobody|somebody|from|been|there|page|box)\b", re.IGNORECASE
)
LEAST_LETTERS = 4
"""Of a template of ours: what has fewer letters of its own fits texts of any language."""

SHOWN = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (parent.closest("script, style, noscript, code, #language")) continue;
    if (parent.checkVisibility() && node.textContent.trim()) found.push(node.textContent.replace(/\\s+/g, " ").trim());
  }
  for (const element of document.querySelectorAll("[aria-label], [placeholder], [aria-valuetext]")) {
    if (!element.checkVisibility()) continue;
    const read = ["aria-label", "placeholder", "aria-valuetext"].map((name) => element.getAttribute(name));
    found.push(...read.filter((text) => text));
  }
  return [document.title, ...found];
}"""
CUT = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.textContent.trim() || !parent.checkVisibility()) continue;
    if (parent.closest(".sr, .skip, svg, script, style, select")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const text = range.getBoundingClientRect();
    if (text.width === 0) continue;
    let out = text.left < -1 || text.right > innerWidth + 1;
    for (let box = parent; box; box = box.parentElement) {
      const around = box.getBoundingClientRect();
      const hides = !["visible", "auto", "scroll"].includes(getComputedStyle(box).overflowX);
      const holds = box.matches("button, dialog") || hides;
      if (holds && (text.left < around.left - 1 || text.right > around.right + 1)) out = true;
      if (box.matches("button") && (text.top < around.top - 1 || text.bottom > around.bottom + 1)) out = true;
    }
    if (out) found.push(node.textContent.trim());
  }
  if (document.documentElement.scrollWidth > innerWidth + 1) found.push("the whole page is wider than the screen");
  return found;
}"""


@pytest.fixture
def household() -> Living:
    household = Living()
    household.show(household="Maison", rooms=(place(), RoomShown(HALL)))
    return household


def place(*persons: object, **changes: object) -> RoomShown:
    return replace(room(*(persons or (person(name="Anna"),)), **changes), name=LIVING)  # type: ignore[arg-type]


def happening(state: IncidentState = IncidentState.RAISED, **changes: object):
    reasons = ("Shoulders dropped by 61% of the body's height and hips by 40% in 0.7 s.", "On the floor for 60 s.")
    return incident(state, **{"room": LIVING, "reasons": reasons, **changes})


@pytest.fixture(params=CODES)
def book(request: pytest.FixtureRequest) -> Phrasebook:
    return BOOKS[request.param]


@pytest.fixture
def web(household: Living, tmp_path: Path, book: Phrasebook) -> Iterator[WebServer]:
    tongues = Tongues(BOOKS, book.language)
    web = WebServer(Web(port=0), household, TOKEN, tmp_path, wall=time.time, tongues=tongues)
    web.start()
    yield web
    web.stop()


def english(page: Page, book: Phrasebook) -> list[str]:
    """What is English on the page, or was read out as if it were not."""
    ours = {**book.messages, **book.page, **book.sentences}
    templates = {key: told for key, told in ours.items() if told != key and len(FIELD.sub("", key)) >= LEAST_LETTERS}
    shown = page.evaluate(SHOWN)
    assert len(shown) > 3  # else nothing was looked at
    words = {word for word, told in book.words.items() if told.casefold() != word.casefold()}
    return [
        text
        for text in shown
        if text in words or find(text, templates) or (ENGLISH_WORDS.search(text) and "/?" not in text)
    ]


def well(page: Page, book: Phrasebook) -> None:
    """In this language, whole on the smallest telephone, and for everybody."""
    assert page.locator("html").get_attribute("lang") == book.language
    assert english(page, book) == []
    for width, height in (PHONE, SMALL):
        page.set_viewport_size({"width": width, "height": height})
        assert (width, page.evaluate(CUT)) == (width, [])
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})


def calm(household: Living) -> None:
    household.show(version=1)


def pending(household: Living) -> None:
    household.show(incidents=(happening(IncidentState.PENDING),))


def raised(household: Living) -> None:
    second = happening(id="i2", room=HALL, person=None, kind="LongLie", place="bed", opened=time.monotonic() - 60)
    household.show(rooms=(place(person(degrees=90, name=None)),), incidents=(happening(told=("Maria",)), second))


def acknowledged(household: Living) -> None:
    household.show(incidents=(happening(IncidentState.ACKNOWLEDGED, acknowledged_by="the button"),))


def drill(household: Living) -> None:
    household.show(incidents=(happening(drill=True),))


def blind(household: Living) -> None:
    dark = place(coverage=Coverage.BLIND, reason="No picture from the camera for 9 s.")
    weak = RoomShown(HALL, coverage=Coverage.DEGRADED, reason="The broker does not work.")
    household.show(rooms=(dark, weak))


def weak(household: Living) -> None:
    moved = "15% of what the camera sees is no longer where it was: it seems to have been moved. Until it points there"
    moved += " again, or somebody accepts the new view, drawn beds and other places do not count."
    camera = "The camera hangs about 2.1 m high and looks 20° down (sure to 80%). It hangs askew, turned clockwise by"
    camera += " about 5° (sure to 90%). Lit: about 2.0 x 1.6 m, 3.1 m away."
    household.show(rooms=(place(coverage=Coverage.DEGRADED, reason=moved, camera=camera, moved=True),))


def broken(household: Living) -> None:
    household.show(faults=(FaultOccurred(time=0.0, room="", part="disk", reasons=(FULL,)),))


FULL = "Only 150 MB are free on the disk: make room for new incidents."


def paused(household: Living) -> None:
    household.show(snoozes=(SnoozeShown(LIVING, time.monotonic() + 1_800),))


def late(household: Living) -> None:
    household.stands_still = True


def known(household: Living) -> None:
    """Everything that a household may have beside its rooms."""
    now = household.snapshot().moment.monotonic
    sofa = BED.model_copy(update={"name": "sofa 2", "kind": "sofa"})
    rested = "Somebody rested here 4 times, 5 h in all, last yesterday. Anna accepted it before the camera was moved."
    learned = (LearnedPlace(3, sofa, rested, accepted=False),)
    learned += (LearnedPlace(4, sofa, "Learned, and accepted by Maria.", accepted=True),)
    walk = "Walk through the room now, to and fro, near to the camera and far from it."
    ended = "Not enrolled: within 3 minutes too little was seen of one body alone. " + walk
    enrolments = (
        EnrolmentShown("Luis", LIVING, 0.25, walk),
        EnrolmentShown("Zoe", HALL, 1.0, ended, ended=True),
    )
    up = tuple(1_800 if 8 <= hour < 22 else 0 for hour in range(24))
    day = Day(date=date(2025, 5, 31), postures={"upright": up}, rooms={LIVING: up}, rising=480, up=50_000)
    household.counted = [replace(day, date=day.date - timedelta(days=ago)) for ago in range(20, 0, -1)]
    over = happening(IncidentState.RESOLVED, outcome="cancelled", acknowledged_by="the button", acknowledged_via="web")
    household.past = [PastIncident(over, WALL, WALL, replayable=True, judged="")]
    frames = tuple(SceneFrame(t / 5, (person(0.6, 0.0 if t < 0 else 90.0, name=None),)) for t in range(-100, 101))
    household.scenes = {"i1": RecordedScene(LIVING, 4 / 3, frames, (BED,))}
    outdated = "Of another view, and of no account until changed: Lit."
    usual = "Usually up by 07:40 (06:50-08:30 on 19 of 21 weekdays)."
    household.show(
        version=2,
        rooms=(place(person(name=None, place="bed"), learned=learned), RoomShown(HALL, outdated=outdated)),
        senses=(
            Sensed("S1", Kind.CONTACT, HALL, SenseState.ON, now),
            Sensed("S2", Kind.FALL, HALL, SenseState.UNKNOWN, now, "It is offline, as z/a says."),
        ),
        people=PeopleShown((("Anna", LIVING),), enrolments),
        habits=(HabitsShown("", day, ("Knows what is usual from 21 days.", usual)),),
        feedback=FeedbackShown(on=True, kept=3, reaches={LIVING: now - 1_200}),
        boxes=others(now),
    )


def others(now: float) -> tuple[Seen, ...]:
    """Another box that lives, and one that does not."""
    rooms = (
        RoomThere("Zimmer 3", "armed", "", occupied=True, count=2),
        RoomThere("Zimmer 4", "degraded", "The camera points where it did.", occupied=False),
    )
    upstairs = Neighbour(id="up", name="Etage 2", page="https://etage.example:8377")
    below = Neighbour(id="below", name="Etage 0")
    lives = Seen(upstairs, lives=True, heard=now, rooms=rooms)
    return lives, Seen(below, lives=False, heard=now - 60, rooms=rooms, incidents=(happening(id="i9"),))


VIEWS: Mapping[str, tuple[Callable[[Living], None], str]] = {
    "calm": (calm, "html[data-mood=calm]"),
    "pending": (pending, "html[data-mood=pending]"),
    "raised": (raised, "html[data-mood=raised] .other"),
    "acknowledged": (acknowledged, "html[data-mood=acknowledged]"),
    "drill": (drill, "html[data-mood=raised]"),
    "blind": (blind, "html[data-mood=unsure] .veil"),
    "weak": (weak, ".view-question"),
    "broken": (broken, ".fault"),
    "paused": (paused, "html[data-mood=paused]"),
    "late": (late, "html[data-link=late]"),
    "known": (known, ".habit"),
}


def test_every_view_of_the_home_is_in_the_households_language(
    web: WebServer, visits: Visits, household: Living, book: Phrasebook
):
    page = visits.open(web.address, PHONE, reduced_motion="reduce")
    for show, there in VIEWS.values():
        household.stands_still = False
        household.show(incidents=(), faults=(), snoozes=(), rooms=(place(), RoomShown(HALL)))
        show(household)
        page.wait_for_selector(there)
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        well(page, book)
    options = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}}
    assert [each["id"] for each in Axe().run(page, options=options).response["violations"]] == []


ASKED = ("Call for help", "Pause alarms", "Test alarm", "Say who you are", "A fall was missed", "Get to know somebody")
ASKED += ("Yes, a sofa", "Erase all of it", "Let somebody in", "Erase these days")


def test_every_question_is_in_the_households_language(
    web: WebServer, visits: Visits, household: Living, book: Phrasebook
):
    known(household)
    page = visits.open(web.address, PHONE, reduced_motion="reduce")
    page.wait_for_selector(".habit")
    for asked in ASKED:
        button(page, book.page[asked]).first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        well(page, book)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
    page.locator(".draw-places button").first.click()
    well(page, book)
    button(page, book.page["Draw a new place"]).click()
    well(page, book)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.locator(".incident .more button").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    well(page, book)


def test_signing_in_is_in_the_households_language(web: WebServer, visits: Visits, tmp_path: Path, book: Phrasebook):
    locked = visits.open(web.origin, PHONE)
    expect(locked.get_by_role("heading", level=1)).to_have_text(book.page["This page is locked"])
    well(locked, book)
    Users(tmp_path).add("Anna", Role.CAREGIVER, "abcd-efgh-jkmn-pqrs", until=time.time() + 1_000)
    page = visits.open(web.origin, PHONE)
    well(page, book)
    page.get_by_label(book.page["Your name"], exact=True).fill("Anna")
    page.get_by_label(book.page["Your password"], exact=True).fill("wrong")
    button(page, book.page["Sign in"]).click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    well(page, book)
    page.get_by_label(book.page["Your password"], exact=True).fill("abcd-efgh-jkmn-pqrs")
    button(page, book.page["Sign in"]).click()
    expect(page.get_by_role("heading", level=2)).to_have_text(book.page["Choose a password of your own"])
    well(page, book)
    page.get_by_label(book.page["Your new password"], exact=True).fill("aaaaaaaaaaaaa")
    button(page, book.page["Keep this password"]).click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    well(page, book)


def test_without_the_box_its_language_stays(web: WebServer, visits: Visits, household: Living, book: Phrasebook):
    raised(household)
    page = visits.open(web.address, PHONE, reduced_motion="reduce")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.wait_for_selector("html[data-mood=raised]")
    manifest = page.request.get(f"{web.origin}{page.locator('link[rel=manifest]').get_attribute('href')}").json()
    assert manifest["lang"] == book.language
    assert manifest["description"] in book.page.values()
    web.stop()
    page.wait_for_selector("html[data-link=lost]")
    well(page, book)
    page.goto(web.origin)
    expect(page.get_by_role("heading", level=1)).to_have_text(book.page["No connection to the box"])
    well(page, book)


@pytest.mark.parametrize("book", [BOOKS["de"]], ids=["de"], indirect=False)
def test_who_reads_another_language_chooses_it_and_keeps_it(web: WebServer, visits: Visits, book: Phrasebook):
    page = visits.open(web.address, PHONE)
    expect(page.get_by_role("heading", level=1)).to_have_text(book.messages["All is well"])
    other = visits.open(web.address, PHONE)
    page.get_by_label(book.page["Language"]).select_option(label=BOOKS["zh-TW"].name)
    expect(page.get_by_role("heading", level=1)).to_have_text(BOOKS["zh-TW"].messages["All is well"])
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(BOOKS["zh-TW"].messages["All is well"])
    page.locator("#language").select_option(label=ENGLISH.name)
    expect(page.get_by_role("heading", level=1)).to_have_text("All is well")
    other.reload()
    expect(other.get_by_role("heading", level=1)).to_have_text(book.messages["All is well"])


def test_english_that_is_left_and_text_that_is_cut_off_would_be_found(web: WebServer, visits: Visits, book: Phrasebook):
    page = visits.open(web.address, PHONE)
    page.wait_for_selector("html[data-mood=calm]")
    page.evaluate("document.querySelector('h1').textContent = 'Alarms are paused: Zimmer 1'")
    assert english(page, book) == ["Alarms are paused: Zimmer 1"]
    narrow = "width: 20px; min-width: 0; flex: none; padding: 0; font-size: 60px; white-space: nowrap"
    page.locator("#pause").evaluate("(button, look) => { button.style.cssText = look; }", narrow)
    assert page.evaluate(CUT) != []
