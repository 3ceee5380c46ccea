"""Everybody can use the page: axe-core finds nothing, the keyboard is enough, a screen reader is told of an alarm."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import BED, DESK, PHONE, TOKEN, WALL, Living, Visits, button, drawn_room, incident, person, room
from playwright.sync_api import Page, expect

from guardian.commands import Lamp, ShowPanel, Sound
from guardian.day import Day
from guardian.devices import Kind, SenseState
from guardian.entrance import Web
from guardian.events import Acknowledged, FaultOccurred
from guardian.incident import IncidentState
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
from guardian.web.users import Users

pytestmark = pytest.mark.slow

GOOD = "violin harbour thimble"
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
LARGE = 60
"""CSS pixels that a button for an alarm is high at least, for a hand that trembles; WCAG 2.2 asks for 24."""


@pytest.fixture
def household() -> Living:
    return Living()


@pytest.fixture
def web(household: Living, tmp_path: Path) -> Iterator[WebServer]:
    web = WebServer(Web(port=0), household, TOKEN, tmp_path, wall=time.time)
    web.start()
    yield web
    web.stop()


def faults(page: Page) -> list[str]:
    """What axe-core finds on the page as it is now, in a line each.

    What is written into the drawings of dialogs is left out: axe takes the paper behind the dialog for its ground.
    Tests below measure it.
    """
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    found = (
        Axe().run(page, {"exclude": [["#replay-stage text"], ["#places-stage text"]]}, options).response["violations"]
    )
    return [
        f"{fault['id']} ({fault['impact']}): {node['target']} {node['failureSummary'].splitlines()[1].strip()}"
        for fault in found
        for node in fault["nodes"]
    ]


def calm(household: Living) -> None:
    household.show(rooms=(room(person()), RoomShown("Hall")))


def pending(household: Living) -> None:
    household.show(rooms=(room(person(degrees=90)),), incidents=(incident(IncidentState.PENDING),))


def raised(household: Living) -> None:
    second = incident(id="i2", room="Hall", person="Otto", opened=time.monotonic() - 60)
    household.show(rooms=(room(person(degrees=90)),), incidents=(incident(told=("Maria",)), second))


def acknowledged(household: Living) -> None:
    household.show(incidents=(incident(IncidentState.ACKNOWLEDGED, acknowledged_by="Maria"),))


def drill(household: Living) -> None:
    household.show(incidents=(incident(drill=True),))


def blind(household: Living) -> None:
    dark = room(coverage=Coverage.BLIND, reason="The camera gives no picture.")
    weak = RoomShown(
        "Hall", coverage=Coverage.DEGRADED, reason="It is dark.", camera="The camera hangs about 2.1 m high."
    )
    fault = FaultOccurred(time=0.0, room="", part="broker", reasons=("No route.",))
    household.show(rooms=(dark, weak), faults=(fault,), panel=ShowPanel(Lamp.SLOW_BLINK, Sound.PIPS, ""))


def paused(household: Living) -> None:
    household.show(snoozes=(SnoozeShown("", time.monotonic() + 1_800),))


def late(household: Living) -> None:
    household.stands_still = True


def known(household: Living) -> None:
    """Everything that a household may have beside its rooms."""
    now = household.snapshot().moment.monotonic
    sofa = BED.model_copy(update={"name": "sofa", "kind": "sofa"})
    learned = (LearnedPlace(3, sofa, "Somebody rested here.", accepted=False),)
    learned += (LearnedPlace(4, sofa, "Accepted by Maria.", accepted=True),)
    going = EnrolmentShown("Luis", "Living room", 0.25, "Walk through the room now.")
    ended = EnrolmentShown("Zoe", "Hall", 1.0, "Not enrolled: too little was seen.", ended=True)
    up = tuple(1_800 if 8 <= hour < 22 else 0 for hour in range(24))
    day = Day(date=date(2025, 5, 31), postures={"upright": up}, rooms={"Living room": up}, rising=480, up=50_000)
    household.counted = [replace(day, date=day.date - timedelta(days=ago)) for ago in range(20, 0, -1)]
    over = incident(IncidentState.RESOLVED, outcome="cancelled", acknowledged_by="Maria", acknowledged_via="web")
    household.past = [PastIncident(over, WALL, WALL, replayable=True, judged="")]
    frames = tuple(SceneFrame(t / 5, (person(0.6, 0.0 if t < 0 else 90.0),)) for t in range(-100, 101))
    household.scenes = {"i1": RecordedScene("Living room", 4 / 3, frames, (BED,))}
    household.show(
        version=1,
        rooms=(room(person(), learned=learned, moved=True), RoomShown("Hall", outdated="Of another view: bed.")),
        senses=(
            Sensed("front door", Kind.CONTACT, "hall", SenseState.ON, now),
            Sensed("radar", Kind.FALL, "bath", SenseState.UNKNOWN, now, "It is offline."),
        ),
        people=PeopleShown((("Anna", "Living room"),), (going, ended)),
        habits=(HabitsShown("", day, ("Usually up by 08:00.",)),),
        feedback=FeedbackShown(on=True, kept=3, reaches={"Living room": now - 1_200}),
    )


VIEWS: Mapping[str, tuple[Callable[[Living], None], str]] = {
    "calm": (calm, "[data-mood=calm]"),
    "pending": (pending, "[data-mood=pending]"),
    "raised": (raised, "[data-mood=raised] .other"),
    "acknowledged": (acknowledged, "[data-mood=acknowledged]"),
    "drill": (drill, "[data-mood=raised]"),
    "blind": (blind, "[data-mood=unsure] .veil"),
    "paused": (paused, "[data-mood=paused]"),
    "late": (late, "[data-link=late]"),
    "known": (known, ".habit"),
}
"""How a household may be, and what is on the page then."""

SIZES = {"desk": DESK, "phone": PHONE, "small phone": (320, 568)}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_while_places_are_drawn_axe_finds_nothing(
    web: WebServer, visits: Visits, household: Living, size: str, scheme: str
):
    household.show(rooms=(drawn_room(),))
    page = visits.open(web.address, SIZES[size], color_scheme=scheme, reduced_motion="reduce")
    button(page, "Draw places in Living room").click()
    page.locator("#places summary").click()
    assert faults(page) == []
    button(page, "Change bed").click()
    expect(page.locator("#places .corner")).to_have_count(4)
    button(page, "Save").click()
    household.did()
    button(page, "Draw a new place").click()
    button(page, "Save").click()
    expect(page.locator("#places-wrong")).not_to_be_empty()
    assert faults(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_in_every_view_of_the_home_axe_finds_nothing(
    web: WebServer, visits: Visits, household: Living, view: str, scheme: str
):
    show, there = VIEWS[view]
    show(household)
    page = visits.open(web.address, color_scheme=scheme, reduced_motion="reduce")
    page.wait_for_selector(f"html{there}" if there.startswith("[") else there)
    for summary in page.locator("summary:visible").all():
        summary.click()
    for name, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        assert (name, faults(page)) == (name, [])


ASKED = ("Call for help", "Pause alarms", "Test alarm", "Say who you are", "A fall was missed", "Get to know somebody")
ASKED += ("Erase Anna", "Yes, a sofa", "Yes, and the places fit", "Replay: Anna has fallen")
ASKED += ("Draw places in Living room",)


@pytest.mark.parametrize("size", SIZES)
def test_in_every_question_axe_finds_nothing(web: WebServer, visits: Visits, household: Living, size: str):
    known(household)
    page = visits.open(web.address, SIZES[size], reduced_motion="reduce")
    for name in ASKED:
        button(page, name).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert (name, faults(page)) == (name, [])
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_where_one_signs_in_axe_finds_nothing(web: WebServer, visits: Visits, tmp_path: Path, size: str, scheme: str):
    locked = visits.open(web.origin, SIZES[size], color_scheme=scheme)
    expect(locked.get_by_role("heading", name="This page is locked")).to_be_visible()
    assert faults(locked) == []
    Users(tmp_path).add("Anna", Role.CAREGIVER, GOOD)
    page = visits.open(web.origin, SIZES[size], color_scheme=scheme)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert faults(page) == []
    page.get_by_label("Your name").fill("Anna")
    page.get_by_label("Your password").fill("wrong")
    button(page, "Sign in").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    assert faults(page) == []
    offline = visits.open(f"{web.origin}/static/offline.html", SIZES[size], color_scheme=scheme)
    assert faults(offline) == []


@pytest.mark.parametrize("size", SIZES)
def test_what_a_page_is_stands_above_everything_else(web: WebServer, visits: Visits, tmp_path: Path, size: str):
    Users(tmp_path).add("Anna", Role.CAREGIVER, GOOD)
    for path in ("/", "/static/offline.html"):
        page = visits.open(f"{web.origin}{path}", SIZES[size])
        tops = page.locator("main > *").evaluate_all("all => all.map(each => each.getBoundingClientRect().top)")
        assert page.locator("main > *").first.evaluate("e => e.tagName") == "H1"
        assert len(tops) > 3
        assert tops == sorted(tops)


@pytest.mark.parametrize("size", SIZES)
def test_without_the_box_axe_finds_nothing(web: WebServer, visits: Visits, household: Living, size: str):
    raised(household)
    page = visits.open(web.address, SIZES[size], reduced_motion="reduce")
    page.wait_for_selector("html[data-mood=raised]")
    web.stop()
    page.wait_for_selector("html[data-link=lost]")
    assert faults(page) == []


def test_axe_would_find_something(web: WebServer, visits: Visits):
    page = visits.open(web.address)
    page.evaluate("document.querySelector('#kicker').style.color = '#3a7a64'; document.documentElement.lang = ''")
    assert {fault.partition(" ")[0] for fault in faults(page)} >= {"color-contrast", "html-has-lang"}


def brightness(colour: str) -> float:
    """The relative luminance of `rgb(r, g, b)` (WCAG 2.2)."""
    shares = [int(value) / 255 for value in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_names_in_a_drawing_stand_out_from_every_part_of_it(
    web: WebServer, visits: Visits, household: Living, scheme: str
):
    known(household)
    page = visits.open(web.address, color_scheme=scheme)
    button(page, "Replay: Anna has fallen").click()
    name = page.locator("#replay-stage .label")
    fill = brightness(name.evaluate("e => getComputedStyle(e).fill"))
    gradient = page.locator("#replay-stage .view").evaluate("e => getComputedStyle(e).backgroundImage")
    behind = [brightness(colour) for colour in re.findall(r"rgb\([^)]*\)", gradient)]
    assert len(behind) == 2
    assert min((fill + 0.05) / (each + 0.05) for each in behind) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_names_of_places_stand_out_from_the_warmest_cells_by_an_edge_of_their_own(
    web: WebServer, visits: Visits, household: Living, scheme: str
):
    household.show(rooms=(drawn_room(),))
    page = visits.open(web.address, color_scheme=scheme)
    button(page, "Draw places in Living room").click()
    for name in page.locator("#places-stage .place-name, #places-stage .label").all():
        fill, edge, order = name.evaluate("e => ['fill', 'stroke', 'paintOrder'].map(key => getComputedStyle(e)[key])")
        assert (brightness(fill) + 0.05) / (brightness(edge) + 0.05) >= 4.5
        assert order.startswith("stroke")


# Without a mouse


def test_an_alarm_is_taken_with_the_keyboard_alone(web: WebServer, visits: Visits, household: Living):
    household.show(incidents=(incident(),))
    page = visits.open(web.address, PHONE)
    expect(button(page, "Acknowledge")).to_be_visible()
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").startswith("Acknowledge"):
            break
    focused = page.locator(":focus")
    expect(focused).to_have_text(re.compile("^Acknowledge"))
    assert focused.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    assert focused.evaluate("e => parseFloat(getComputedStyle(e).outlineWidth)") >= 3
    page.keyboard.press("Enter")
    page.keyboard.type("Maria")
    page.keyboard.press("Enter")
    did = household.did()
    assert did == Acknowledged(time=did.time, by="Maria", via="web", incident="i1")


def test_the_keyboard_skips_to_the_alarm_and_leaves_no_question_by_mistake(
    web: WebServer, visits: Visits, household: Living
):
    page = visits.open(web.address)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the alarm")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#alarm")).to_be_focused()
    button(page, "Call for help").focus()
    page.keyboard.press("Enter")
    asking = page.get_by_role("dialog", name="Call for help now?")
    expect(asking).to_be_visible()
    for _ in range(5):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    expect(asking).to_be_hidden()
    expect(button(page, "Call for help")).to_be_focused()
    assert household.submitted.empty()


# For who does not see the page


def test_a_screen_reader_is_told_of_an_alarm_at_once_and_not_every_second(
    web: WebServer, visits: Visits, household: Living
):
    page = visits.open(web.address)
    spoken = page.locator("#say")
    expect(spoken).to_contain_text("All is well")
    assert spoken.get_attribute("aria-live") == "assertive"
    page.evaluate(
        "window.told = []; new MutationObserver(() => told.push(document.querySelector('#say').textContent))"
        ".observe(document.querySelector('#say'), {childList: true, characterData: true, subtree: true})"
    )
    household.show(incidents=(incident(IncidentState.PENDING),))
    expect(spoken).to_contain_text(re.compile(r"^Are you all right\? \d+ seconds to answer\."))
    seconds = page.locator("#seconds")
    for _ in range(2):
        expect(seconds).not_to_have_text(seconds.inner_text())
    household.show(incidents=(incident(),))
    expect(spoken).to_contain_text("ALARM: Anna has fallen. Living room")
    told = page.evaluate("told")
    assert len(told) == 2
    assert all(text for text in told)


# For hands that tremble, eyes that are weak, and who cannot bear what moves


@pytest.mark.parametrize("size", SIZES)
def test_what_answers_an_alarm_is_large_and_in_sight(web: WebServer, visits: Visits, household: Living, size: str):
    household.show(rooms=(room(person(degrees=90)),), incidents=(incident(),))
    page = visits.open(web.address, SIZES[size])
    acknowledge = button(page, "Acknowledge")
    box = acknowledge.bounding_box()
    assert box is not None
    assert box["height"] >= LARGE
    assert box["width"] >= 0.75 * SIZES[size][0] if size != "desk" else box["width"] >= 200
    if size != "small phone":
        expect(acknowledge).to_be_in_viewport(ratio=1)
    for each in page.get_by_role("button").all():
        if each.is_visible():
            assert each.bounding_box()["height"] >= 44


def test_nothing_moves_for_who_asked_for_that(web: WebServer, visits: Visits, household: Living):
    raised(household)
    moving, still = visits.open(web.address), visits.open(web.address, reduced_motion="reduce")
    for page in (moving, still):
        page.wait_for_selector("html[data-mood=raised][data-link=live]")
    running = "document.getAnimations().filter(each => each.playState === 'running').length"
    assert moving.evaluate(running) > 0
    assert still.evaluate(running) == 0


@pytest.mark.parametrize("contrast", ["forced", "more"])
def test_with_high_contrast_the_alarm_still_has_its_button(
    web: WebServer, visits: Visits, household: Living, contrast: str
):
    raised(household)
    page = visits.open(web.address, forced_colors="active" if contrast == "forced" else "none")
    page.wait_for_selector("html[data-mood=raised]")
    acknowledge = page.locator("#actions").get_by_role("button", name=re.compile("^Acknowledge"))
    expect(acknowledge).to_be_visible()
    if contrast == "forced":
        style = "e => ['borderTopStyle', 'borderTopColor', 'backgroundColor'].map(key => getComputedStyle(e)[key])"
        line, edge, back = acknowledge.evaluate(style)
        assert (line, edge != back) == ("solid", True)
