"""The page in a real browser, in front of a household that the test moves by hand."""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from bodies import standing
from browsing import (
    BED,
    GONE,
    OTHER_TOKEN,
    PHONE,
    TOKEN,
    WALL,
    WALL_TABLET,
    Living,
    Visits,
    button,
    incident,
    person,
    room,
)
from playwright.sync_api import Page, Route, expect

from guardian.commands import Lamp, ShowPanel, Sound
from guardian.day import Day
from guardian.devices import Kind, SenseState
from guardian.entrance import Web
from guardian.errors import StoreError
from guardian.events import (
    Acknowledged,
    Cancelled,
    DaysForgotten,
    DrillStarted,
    EnrolmentAsked,
    ErasureAsked,
    FaultOccurred,
    HelpCalled,
    HumanEvent,
    Judged,
    MissReported,
    PauseAsked,
    PlaceAccepted,
    PlaceDeclined,
    Resolved,
    ScenesForgotten,
    Snoozed,
    ViewAccepted,
)
from guardian.incident import IncidentState
from guardian.pause import Pause
from guardian.rest_places import LearnedPlace
from guardian.senses import Sensed
from guardian.settings import Place
from guardian.skeleton import Keypoints
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
from guardian.web.server import WebServer

pytestmark = pytest.mark.slow


@pytest.fixture
def household() -> Living:
    return Living()


@pytest.fixture
def web(household: Living, tmp_path: Path) -> Iterator[WebServer]:
    web = WebServer(Web(port=0), household, TOKEN, tmp_path, wall=time.time)
    web.start()
    yield web
    web.stop()
    assert not web.alive


@pytest.fixture
def page(web: WebServer, visits: Visits) -> Iterator[Page]:
    """The page as the family sees it; afterwards, nothing has left this machine and nothing was complained about."""
    yield visits.open(web.address)
    assert visits.complaints == []
    assert visits.asked
    assert all(url.startswith(f"{web.origin}/") for url in visits.asked)


def near(value: float) -> re.Pattern[str]:
    """A coordinate as the page draws it, within one unit."""
    whole = round(value)
    return re.compile(rf"^({whole - 1}|{whole}|{whole + 1})(\.\d+)?$")


def head(keypoints: Keypoints) -> tuple[float, float]:
    """Where the head's circle belongs, (x, y) in the units of the view."""
    y, x, _ = keypoints[:5].mean(axis=0) * 1_000
    return float(x), float(y)


# What it shows


def test_the_other_senses_are_listed_with_what_they_say_and_what_is_the_matter_with_them(page: Page, household: Living):
    expect(page.locator("#senses-box")).to_be_hidden()
    now = household.snapshot().moment.monotonic
    door = Sensed("front door", Kind.CONTACT, "hall", SenseState.ON, now)
    radar = Sensed("bath <radar>", Kind.FALL, "bathroom", SenseState.UNKNOWN, now, "It is offline, as z/a says.")
    household.show(senses=(door, radar))
    senses = page.get_by_role("list", name="Other senses")
    expect(senses.get_by_role("listitem")).to_have_count(2)
    expect(senses.locator("[data-sense='front door']")).to_have_text(
        re.compile(r"^front door ?hall ?Open since 14:05$")
    )
    expect(senses.locator("[data-sense='bath <radar>']")).to_contain_text("Not heard")
    expect(senses.locator("[data-sense='bath <radar>'] .wrong")).to_have_text("It is offline, as z/a says.")
    household.show(senses=(replace(door, state=SenseState.OFF),))
    expect(senses).to_contain_text("Closed")
    expect(senses.get_by_role("listitem")).to_have_count(1)


def test_how_the_camera_hangs_is_told_once_it_is_known(page: Page, household: Living):
    told = "The camera hangs about 2.1 m high and looks 18° down (sure to 72%)."
    household.show(rooms=(room(person(), camera=told), RoomShown("Hall")))
    expect(page.locator("[data-room='Living room'] .camera")).to_have_text(told)
    expect(page.locator("[data-room='Hall'] .camera")).to_be_hidden()


SOFA = Place(name="sofa", kind="sofa", polygon=((0.6, 0.5), (0.9, 0.5), (0.95, 0.6), (0.58, 0.62)))
SENTENCE = "Somebody rested here 5 times, 3 h in all, last today."


def test_a_learned_place_is_asked_for_and_changes_nothing_until_it_is_answered(page: Page, household: Living):
    household.show(rooms=(room(person(), learned=(LearnedPlace(3, SOFA, SENTENCE, accepted=False),)),))
    learned = page.get_by_role("list", name="Places learned in Living room")
    expect(learned).to_contain_text(f"Is there a sofa? {SENTENCE} Nothing changes until you answer.")
    outline = page.locator("#rooms .place.proposed")
    expect(outline).to_have_count(1)
    assert outline.evaluate("element => getComputedStyle(element).strokeDasharray") != "none"
    drawn = page.locator("#rooms .place:not(.proposed)")
    assert drawn.evaluate("element => getComputedStyle(element).strokeDasharray") == "none"
    button(learned, "Yes, a sofa").click()
    button(page.get_by_role("dialog", name="What is there?"), "A bed").click()
    accepted = PlaceAccepted(time=0, room="Living room", by="somebody on the page", via="web", number=3, kind="bed")
    assert replace(household.did(), time=0) == accepted
    button(learned, "No").click()
    declined = PlaceDeclined(time=0, room="Living room", by="somebody on the page", via="web", number=3)
    assert replace(household.did(), time=0) == declined
    household.show(rooms=(room(person()),))
    expect(learned).to_be_hidden()


def test_an_accepted_place_can_be_removed_again(page: Page, household: Living):
    accepted = LearnedPlace(3, SOFA, "Learned, and accepted by Maria.", accepted=True)
    household.show(rooms=(room(person(), places=(BED, SOFA), learned=(accepted,)),))
    learned = page.get_by_role("list", name="Places learned in Living room")
    expect(learned).to_contain_text("sofa Learned, and accepted by Maria.")
    expect(page.locator("#rooms .place.proposed")).to_have_count(0)
    button(learned, "Remove sofa").click()
    button(page.get_by_role("dialog", name="Remove sofa?"), "Go back").click()
    assert household.submitted.empty()
    button(learned, "Remove sofa").click()
    button(page.get_by_role("dialog"), "Yes, remove").click()
    declined = PlaceDeclined(time=0, room="Living room", by="somebody on the page", via="web", number=3)
    assert replace(household.did(), time=0) == declined


def test_on_an_ordinary_day_all_is_well_and_everybody_is_seen(page: Page, household: Living):
    household.show(rooms=(room(person(place="bed")), RoomShown("Hall")), household="The Millers")
    expect(page.get_by_role("heading", level=1)).to_have_text("All is well")
    expect(page).to_have_title("All is well \u2013 Guardian")
    expect(page.locator("#household")).to_have_text("The Millers")
    expect(page.get_by_role("list", name="Who is in Living room")).to_have_text("Anna standing · bed")
    expect(page.get_by_role("list", name="Who is in Hall")).to_have_text("Nobody in sight")
    expect(page.locator("#time")).to_have_text(re.compile("^14:0[5-9]$"))
    expect(page.locator("#hero-stage")).to_be_hidden()


def test_a_stick_figure_moves_as_the_person_does_and_goes_with_it(page: Page, household: Living):
    circle = page.locator("#rooms .head")
    for x, degrees in ((0.3, 0.0), (0.8, 0.0), (0.6, 90.0)):
        moved = person(x, degrees)
        household.show(rooms=(room(moved),))
        across, down = head(moved.keypoints)
        expect(circle).to_have_attribute("cx", near(across))
        expect(circle).to_have_attribute("cy", near(down))
        expect(page.locator("#rooms .person")).to_have_attribute("data-posture", moved.posture)
    household.show(rooms=(room(),))
    expect(circle).to_have_count(0)


def test_a_figure_leaves_out_what_the_camera_did_not_see(page: Page, household: Living):
    keypoints = standing().keypoints.copy()
    keypoints[13:, 2] = 0.0
    household.show(rooms=(room(person(keypoints=keypoints)),))
    limbs = page.locator("#rooms .limb")
    expect(page.locator("#rooms .limb[display='none']")).to_have_count(4)
    assert limbs.count() > 8


def test_only_where_several_are_unknown_do_they_have_numbers(page: Page, household: Living):
    household.show(rooms=(room(person(name=None)),))
    persons = page.get_by_role("list", name="Who is in Living room").get_by_role("listitem")
    expect(persons).to_have_text(["Somebody standing"])
    household.show(rooms=(room(person(name=None), person(0.3, track=4, name=None), person(0.5, track=5)),))
    expect(persons).to_have_text(["Somebody (1) standing", "Somebody (4) standing", "Anna standing"])


def test_names_are_never_markup(page: Page, household: Living):
    household.show(rooms=(room(person(name="<b>Anna</b>")),), household="<img src=x>")
    expect(page.get_by_role("list", name="Who is in Living room")).to_contain_text("<b>Anna</b>")
    expect(page.locator("#household")).to_have_text("<img src=x>")


def test_while_it_asks_the_question_is_in_large_type_and_the_seconds_run(page: Page, household: Living):
    household.show(rooms=(room(person(degrees=90)),), incidents=(incident(IncidentState.PENDING),))
    question = page.get_by_role("heading", name="Are you all right?")
    expect(question).to_be_visible()
    assert question.evaluate("element => parseFloat(getComputedStyle(element).fontSize)") >= 48
    seconds = page.locator("#seconds")
    expect(seconds).to_have_text(re.compile(r"^(2[0-5]|1\d|\d)$"))
    was = seconds.inner_text()
    expect(seconds).not_to_have_text(was)
    assert int(seconds.inner_text()) < int(was)
    assert seconds.evaluate("element => parseFloat(getComputedStyle(element).fontSize)") >= 80
    expect(page.locator("#detail")).to_contain_text("Anna has fallen · Living room")
    expect(page.locator("#reasons")).to_contain_text("Lying still on the floor for 4 s.")


def test_a_raised_alarm_shows_who_lies_where_close_up(page: Page, household: Living):
    household.show(rooms=(room(person(degrees=90)), RoomShown("Hall")), incidents=(incident(told=("Maria",)),))
    expect(page.get_by_role("heading", level=1)).to_have_text("ALARM: Anna has fallen")
    expect(page).to_have_title("ALARM: Anna has fallen \u2013 Guardian")
    expect(page.locator("html")).to_have_attribute("data-mood", "raised")
    expect(page.locator("#hero-stage .person")).to_have_attribute("data-posture", "lying")
    expect(page.locator("#hero-stage svg")).not_to_have_attribute("viewBox", re.compile(" 1000.0$"))
    expect(page.get_by_text("Maria is being told.")).to_be_visible()
    expect(page.locator("#say")).to_contain_text("ALARM: Anna has fallen. Living room")


def test_a_body_that_lies_perfectly_still_is_shown_close_up_too(page: Page, household: Living):
    household.show(rooms=(room(person(degrees=90)),))
    expect(page.locator("#rooms .person")).to_have_attribute("data-posture", "lying")
    household.show(incidents=(incident(),))
    expect(page.locator("#hero-stage .person")).to_have_attribute("data-posture", "lying")


def test_a_blind_room_says_so_and_shows_nobody_close_up(page: Page, household: Living):
    blind = room(coverage=Coverage.BLIND, reason="The camera gives no picture.")
    household.show(rooms=(blind,), incidents=(incident(kind="ViewLost"),))
    expect(page.get_by_role("heading", level=1)).to_have_text("Guardian cannot see: Living room")
    expect(page.locator("#detail")).to_have_text("A fall there would go unnoticed.")
    expect(page.get_by_text("The camera gives no picture.")).to_be_visible()
    expect(page.get_by_text("Whether somebody is here is not known")).to_be_visible()
    expect(page.locator("#hero-stage")).to_be_hidden()


def test_faults_and_the_box_itself_are_told_below(page: Page, household: Living):
    expect(page.get_by_text("Everything works")).to_be_visible()
    fault = FaultOccurred(time=0.0, room="", part="broker", reasons=("No route.",))
    household.show(faults=(fault,), panel=ShowPanel(Lamp.SLOW_BLINK, Sound.PIPS, ""))
    box = page.get_by_role("list", name="How the box is")
    expect(box).to_contain_text("broker: No route.")
    expect(box).to_contain_text("lamp slow blink, pips")


# What it asks of the household


def test_i_am_all_right_stops_the_countdown_with_one_press(page: Page, household: Living):
    household.show(incidents=(incident(IncidentState.PENDING),))
    button(page, "I am all right").click()
    did = household.did()
    assert did == Cancelled(time=did.time, by="somebody on the page", via="web", incident="i1")
    expect(page.get_by_role("status")).to_have_text("Good. The box has been told.")


def test_acknowledging_asks_for_the_name_once_and_remembers_it(page: Page, household: Living):
    household.show(incidents=(incident(),))
    button(page, "Acknowledge").click()
    asking = page.get_by_role("dialog", name="Who is taking it?")
    expect(asking.get_by_label("Your name")).to_be_focused()
    asking.get_by_label("Your name").fill("Maria")
    asking.get_by_role("button", name="Acknowledge").click()
    did = household.did()
    assert did == Acknowledged(time=did.time, by="Maria", via="web", incident="i1")
    expect(page.get_by_text("You are Maria")).to_be_visible()
    household.show(incidents=(incident(id="i2"),))
    expect(button(page, "Acknowledge")).to_be_visible()
    page.reload()
    button(page, "Acknowledge").click()
    did = household.did()
    assert did == Acknowledged(time=did.time, by="Maria", via="web", incident="i2")


@pytest.mark.parametrize(
    ("state", "press", "event"),
    [
        (IncidentState.PENDING, ("I am all right", ""), Cancelled(time=0, by="Maria", via="web", incident="i1")),
        (
            IncidentState.RAISED,
            ("False alarm", "Yes, false alarm"),
            Resolved(time=0, by="Maria", via="web", incident="i1", outcome="false alarm"),
        ),
        (
            IncidentState.PENDING,
            ("I need help", "Yes, call for help"),
            HelpCalled(time=0, room="Living room", by="Maria", via="web"),
        ),
    ],
)
def test_whoever_has_said_a_name_does_everything_by_that_name(
    page: Page, household: Living, state: IncidentState, press: tuple[str, str], event: HumanEvent
):
    button(page, "Say who you are").click()
    page.get_by_role("dialog", name="Who are you?").get_by_label("Your name").fill("  Maria ")
    button(page.get_by_role("dialog"), "Remember me").click()
    household.show(incidents=(incident(state),))
    first, then = press
    button(page, first).click()
    if then:
        button(page.get_by_role("dialog"), then).click()
    assert replace(household.did(), time=0) == event


def test_without_a_name_nobody_takes_it(page: Page, household: Living):
    household.show(incidents=(incident(),))
    button(page, "Acknowledge").click()
    asking = page.get_by_role("dialog", name="Who is taking it?")
    asking.get_by_label("Your name").fill("   ")
    asking.get_by_role("button", name="Acknowledge").click()
    expect(asking).to_be_visible()
    asking.get_by_role("button", name="Go back").click()
    expect(asking).to_be_hidden()
    assert household.submitted.empty()


@pytest.mark.parametrize("state", [IncidentState.PENDING, IncidentState.RAISED, IncidentState.ACKNOWLEDGED])
def test_a_false_alarm_is_closed_once_it_is_confirmed(page: Page, household: Living, state: IncidentState):
    household.show(incidents=(incident(state, acknowledged_by="Maria"),))
    button(page, "False alarm").click()
    button(page.get_by_role("dialog"), "Go back").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert household.submitted.empty()
    button(page, "False alarm").click()
    page.get_by_role("dialog", name="A false alarm?").get_by_role("button", name="Yes").click()
    did = household.did()
    assert did == Resolved(time=did.time, by="somebody on the page", via="web", incident="i1", outcome="false alarm")


def test_who_has_helped_closes_it(page: Page, household: Living):
    household.show(incidents=(incident(IncidentState.ACKNOWLEDGED, acknowledged_by="Maria"),))
    expect(page.get_by_role("heading", level=1)).to_have_text("Maria has taken it")
    button(page, "Helped").click()
    page.get_by_role("dialog", name="Close it?").get_by_role("button", name="Yes").click()
    did = household.did()
    assert did == Resolved(time=did.time, by="somebody on the page", via="web", incident="i1", outcome="helped")


def test_whoever_is_asked_can_call_for_help_at_once(page: Page, household: Living):
    household.show(incidents=(incident(IncidentState.PENDING),))
    button(page, "I need help").click()
    page.get_by_role("dialog").get_by_role("button", name="Yes, call for help").click()
    did = household.did()
    assert did == HelpCalled(time=did.time, room="Living room", by="somebody on the page", via="web")


@pytest.mark.parametrize(
    ("first", "then", "event"),
    [
        ("Call for help", "Yes, call for help", HelpCalled(time=0, by="somebody on the page", via="web")),
        ("Test alarm", "Ring now", DrillStarted(time=0, by="somebody on the page", via="web")),
        ("Pause alarms", "30 minutes", Snoozed(time=0, by="somebody on the page", via="web", seconds=1_800.0)),
    ],
)
def test_what_can_be_done_at_any_time(page: Page, household: Living, first: str, then: str, event: HumanEvent):
    button(page, first).click()
    page.get_by_role("dialog").get_by_role("button", name=then).click()
    assert replace(household.did(), time=0) == event


def test_a_pause_shows_its_end_and_can_be_ended(page: Page, household: Living):
    household.show(snoozes=(SnoozeShown("", time.monotonic() + 1_800),))
    expect(page.get_by_role("heading", level=1)).to_have_text("Alarms are paused")
    expect(page.locator("#detail")).to_contain_text(re.compile(r"come back by themselves at 14:3\d"))
    button(page, "End the pause").click()
    assert replace(household.did(), time=0) == Snoozed(time=0, by="somebody on the page", via="web", seconds=0.0)


def test_a_room_is_paused_for_a_time_and_its_camera_opened_again(page: Page, household: Living):
    household.show(rooms=(room(person()), RoomShown("Bath")))
    expect(page.locator("article.room")).to_have_count(2)
    button(page, "Pause cameras").click()
    ask = page.get_by_role("dialog")
    expect(ask).to_contain_text("a fall goes unnoticed")
    ask.get_by_label("Where?").select_option("Bath")
    button(ask, "4 hours").click()
    who = PauseAsked(time=0, room="Bath", by="somebody on the page", via="web")
    assert replace(household.did(), time=0) == replace(who, seconds=14_400.0)
    now = time.monotonic()
    closed = RoomShown("Bath", Coverage.PAUSED, "The camera is closed: Anna has paused it until 18:05.")
    household.show(rooms=(room(person()), closed), pauses=(Pause("Bath", now, now + 14_400, "Anna", "web"),))
    expect(page.get_by_role("heading", level=1)).to_have_text("Cameras are paused: Bath")
    expect(page.locator("#detail")).to_contain_text("at 18:05 (paused by Anna)")
    tile = page.locator("article.room").nth(1)
    expect(tile.locator(".badge")).to_have_text("Paused")
    expect(tile).to_contain_text("Camera paused")
    expect(tile).to_contain_text("Whether somebody is here is not known")
    button(page, "Open the camera: Bath").click()
    assert replace(household.did(), time=0) == replace(who, seconds=0.0)


def test_every_room_is_paused_where_none_is_named(page: Page, household: Living):
    household.show(rooms=(room(person()), RoomShown("Bath")))
    expect(page.locator("article.room")).to_have_count(2)
    button(page, "Pause cameras").click()
    button(page.get_by_role("dialog"), "15 minutes").click()
    asked = household.did()
    assert (type(asked), asked.room) == (PauseAsked, "")


def test_while_something_is_the_matter_nobody_is_offered_a_pause(page: Page, household: Living):
    expect(button(page, "Pause alarms")).to_be_visible()
    household.show(incidents=(incident(),))
    expect(button(page, "Pause alarms")).to_be_hidden()
    expect(button(page, "Pause cameras")).to_be_hidden()
    expect(button(page, "Test alarm")).to_be_hidden()
    expect(button(page, "Call for help")).to_be_visible()


def test_every_other_open_incident_has_its_buttons_too(page: Page, household: Living):
    household.show(incidents=(incident(), incident(id="i2", room="Hall", person="Otto")))
    other = page.get_by_label("Other open incidents").get_by_role("article")
    expect(other).to_contain_text("Otto has fallen")
    button(other, "I am all right").click()
    assert household.did().incident == "i2"


def test_what_came_too_late_is_told(web: WebServer, visits: Visits, household: Living):
    page = visits.open(web.address)
    household.show(incidents=(incident(IncidentState.PENDING),))

    def late(route: Route) -> None:
        household.show(incidents=())
        route.continue_()

    page.route("**/api/cancel", late)
    button(page, "I am all right").click()
    expect(page.get_by_role("status")).to_contain_text("The box said no: this incident is already closed")
    assert household.submitted.empty()
    assert [said for said in visits.complaints if "409" not in said] == []


# What it learns from


def learning(household: Living, **changes: object) -> None:
    """Let the box keep scenes, and remember the living room since 13:45."""
    shown = FeedbackShown(on=True, kept=3, reaches={"Living room": time.monotonic() - 1_200})
    household.show(feedback=replace(shown, **changes))


def test_a_household_that_keeps_nothing_is_not_asked_about_mistakes(page: Page, household: Living):
    household.show(incidents=(incident(),))
    expect(page.locator("#feedback")).to_be_hidden()
    button(page, "False alarm").click()
    asking = page.get_by_role("dialog", name="A false alarm?")
    expect(asking.get_by_label("What was it?")).to_be_hidden()


def test_a_false_alarm_is_told_in_ones_own_words(page: Page, household: Living):
    learning(household)
    expect(page.get_by_text("3 scenes of stick figures kept on this box. A fall since 13:4")).to_be_visible()
    household.show(incidents=(incident(),))
    button(page, "False alarm").click()
    asking = page.get_by_role("dialog", name="A false alarm?")
    asking.get_by_label("What was it?").fill("  She sat down on the floor ")
    button(asking, "Yes, false alarm").click()
    did = household.did()
    assert isinstance(did, Resolved)
    assert (did.outcome, did.note, did.incident) == ("false alarm", "She sat down on the floor", "i1")


def test_a_fall_that_was_missed_is_told_with_its_time_and_room(page: Page, household: Living):
    household.show(rooms=(RoomShown("Hall"), room(person())))
    learning(household)
    button(page, "A fall was missed").click()
    asking = page.get_by_role("dialog", name="A fall was missed?")
    expect(asking.get_by_label("When was it?")).to_be_focused()
    button(asking, "Keep it").click()
    expect(asking).to_be_visible()
    asking.get_by_label("When was it?").fill("13:58")
    asking.get_by_label("Where?").select_option("Living room")
    asking.get_by_label("How did it happen?").fill("by the sofa")
    button(asking, "Keep it").click()
    did = household.did()
    wanted = MissReported(
        time=did.time, room="Living room", by="somebody on the page", via="web", at="13:58", note="by the sofa"
    )
    assert did == wanted
    expect(page.get_by_role("status")).to_have_text("Thank you. It is kept.")


def test_a_fall_of_too_long_ago_is_told_to_be_so(web: WebServer, visits: Visits, household: Living):
    page = visits.open(web.address)
    learning(household)
    button(page, "A fall was missed").click()
    asking = page.get_by_role("dialog")
    asking.get_by_label("When was it?").fill("12:10")
    button(asking, "Keep it").click()
    expect(page.get_by_role("status")).to_contain_text("that was too long ago to be kept: of Living room the box remem")
    assert household.submitted.empty()
    assert [said for said in visits.complaints if "409" not in said] == []


def test_what_is_over_and_nobody_judged_is_asked_about(page: Page, household: Living):
    over = incident(IncidentState.RESOLVED, outcome="cancelled")
    household.past = [PastIncident(over, WALL, WALL, judged="")]
    learning(household)
    household.show(version=1)
    listed = page.get_by_role("region", name="What happened")
    expect(listed).to_contain_text("What was it?")
    button(listed, "It was a fall: Anna has fallen, 14:05").click()
    did = household.did()
    assert did == Judged(time=did.time, by="somebody on the page", via="web", incident="i1", fall=True)
    household.past = [PastIncident(over, WALL, WALL, judged="fall")]
    household.show(version=2)
    expect(listed).to_contain_text("You said: a fall.")
    expect(button(listed, "It was a fall")).to_have_count(0)


def test_all_that_was_kept_can_be_erased(page: Page, household: Living):
    learning(household, on=False)
    expect(button(page, "A fall was missed")).to_be_hidden()
    button(page, "Erase all of it").click()
    button(page.get_by_role("dialog", name="Erase all of it?"), "Yes, erase").click()
    did = household.did()
    assert did == ScenesForgotten(time=did.time, by="somebody on the page", via="web")
    learning(household, on=False, kept=0, reaches={})
    expect(page.locator("#feedback")).to_be_hidden()


# What happened


def scene(frames: Sequence[tuple[float, float]]) -> RecordedScene:
    """Anna at these moments: (seconds from the alarm, degrees from upright)."""
    return RecordedScene(
        "Living room", 4 / 3, tuple(SceneFrame(offset, (person(0.6, degrees),)) for offset, degrees in frames), (BED,)
    )


TWENTY_SECONDS_EACH = [(tenth / 10, 0.0 if tenth < 0 else 90.0) for tenth in range(-200, 201, 2)]


def happened(household: Living, recorded: RecordedScene | None) -> None:
    """Let Anna have fallen yesterday, and Maria have helped."""
    closed = incident(IncidentState.RESOLVED, outcome="helped", acknowledged_by="Maria", acknowledged_via="web")
    household.past = [PastIncident(closed, WALL - timedelta(days=1), WALL, replayable=True)]
    household.scenes = {"i1": recorded} if recorded else {}
    household.show(version=1)


def test_the_list_tells_what_happened_and_how_it_ended(page: Page, household: Living):
    expect(page.get_by_text("Nothing has happened yet. That is good.")).to_be_visible()
    happened(household, None)
    listed = page.get_by_role("region", name="What happened")
    expect(listed.get_by_role("heading", name="Yesterday")).to_be_visible()
    entry = listed.locator(".incident")
    for words in ("14:05", "Anna has fallen", "Living room · Maria (web)", "Helped"):
        expect(entry).to_contain_text(words)
    expect(entry.get_by_text("Lying still on the floor for 4 s.")).to_be_hidden()
    entry.get_by_text("Why").click()
    expect(entry.get_by_text("Lying still on the floor for 4 s.")).to_be_visible()


def test_the_fall_can_be_watched_again_and_any_moment_be_looked_at(page: Page, household: Living):
    happened(household, scene(TWENTY_SECONDS_EACH))
    button(page, "Replay: Anna has fallen, 14:05").click()
    replay = page.get_by_role("dialog", name="Anna has fallen")
    expect(replay).to_contain_text("Living room · Yesterday, 14:05")
    slider = replay.get_by_role("slider", name="Moment of the replay")
    moment, figure = replay.locator("#moment"), replay.locator(".person")
    expect(moment).to_contain_text("before · Anna standing")
    playing_at = float(slider.input_value())
    expect(slider).not_to_have_value(str(playing_at))
    expect(button(replay, "Pause")).to_be_visible()
    slider.fill("-20")
    expect(button(replay, "Play")).to_be_visible()
    expect(moment).to_have_text("20.0 s before · Anna standing")
    expect(figure).to_have_attribute("data-posture", "upright")
    slider.fill("12.5")
    expect(moment).to_have_text("12.5 s after · Anna lying down")
    expect(figure).to_have_attribute("data-posture", "lying")
    slider.press("ArrowRight")
    expect(moment).to_have_text(re.compile(r"^12\.[56] s after"))
    slider.fill("19.5")
    button(replay, "Play").click()
    expect(moment).to_have_text("20.0 s after · Anna lying down")
    expect(button(replay, "Play")).to_be_visible()
    expect(replay.locator(".bar[data-posture='lying']")).to_have_count(1)
    button(replay, "Close").click()
    expect(replay).to_be_hidden()


def test_a_replay_goes_on_by_itself_to_its_end(page: Page, household: Living):
    happened(household, scene([(-1.0, 0.0), (0.0, 45.0), (1.0, 90.0)]))
    button(page, "Replay").click()
    expect(page.locator("#moment")).to_have_text("1.0 s after · Anna lying down")
    button(page, "Restart").click()
    expect(page.locator("#moment")).to_contain_text("before")
    expect(page.locator("#moment")).to_have_text("1.0 s after · Anna lying down")


def test_what_led_to_a_raised_alarm_can_be_watched_at_once(page: Page, household: Living):
    household.scenes = {"i1": scene(TWENTY_SECONDS_EACH)}
    household.show(incidents=(incident(),))
    button(page, "See what happened").click()
    expect(page.get_by_role("dialog", name="Anna has fallen").locator("#moment")).to_contain_text("before")


def test_the_replay_shows_nobody_while_nothing_was_seen(page: Page, household: Living):
    happened(household, scene([(-20.0, 0.0), (-19.0, 0.0), (10.0, 90.0), (11.0, 90.0)]))
    button(page, "Replay").click()
    button(page.get_by_role("dialog"), "Pause").click()
    page.locator("#scrub").fill("0")
    expect(page.locator("#moment")).to_have_text("Now it happened · Nobody in sight")
    expect(page.locator("#replay .person")).to_have_count(0)


def test_a_scene_that_is_gone_is_told(web: WebServer, visits: Visits, household: Living):
    page = visits.open(web.address)
    happened(household, None)
    button(page, "Replay").click()
    expect(page.get_by_role("status")).to_have_text("Nothing was recorded around this incident.")
    assert [said for said in visits.complaints if "404" not in said] == []


# When it cannot be relied on


def test_a_lost_connection_is_plain_and_comes_back_by_itself(
    web: WebServer, visits: Visits, household: Living, tmp_path: Path
):
    page = visits.open(web.address)
    expect(page.locator("#link-word")).to_have_text("Live")
    web.stop()
    alert = page.get_by_role("alert").filter(has_text="No connection to the box")
    expect(alert).to_contain_text("Do not rely on it: call, or go and look.")
    expect(page).to_have_title("⚠ No connection to the box \u2013 Guardian")
    assert (
        page.get_by_role("heading", level=1).evaluate("e => getComputedStyle(e).textDecorationLine") == "line-through"
    )
    expect(page.locator("#quick")).to_have_attribute("inert", "")
    again = WebServer(Web(port=int(web.origin.rpartition(":")[2])), household, TOKEN, tmp_path, wall=time.time)
    again.start()
    try:
        expect(page.locator("#link-word")).to_have_text("Live")
        expect(alert).to_be_hidden()
        expect(page.locator("#quick")).not_to_have_attribute("inert", "")
    finally:
        again.stop()
    assert [said for said in visits.complaints if not said.startswith(GONE)] == []


def test_a_page_whose_secret_was_changed_says_that_it_is_locked(
    web: WebServer, visits: Visits, household: Living, tmp_path: Path
):
    page = visits.open(web.address)
    expect(page.locator("#link-word")).to_have_text("Live")
    web.stop()
    other = WebServer(Web(port=int(web.origin.rpartition(":")[2])), household, OTHER_TOKEN, tmp_path, wall=time.time)
    other.start()
    try:
        expect(page.get_by_role("alert").filter(has_text="You are signed out")).to_be_visible()
        expect(page.get_by_role("link", name="Sign in again")).to_be_visible()
    finally:
        other.stop()


def test_a_core_that_stands_still_is_told(page: Page, household: Living):
    expect(page.locator("#link-word")).to_have_text("Live")
    household.stands_still = True
    expect(page.get_by_role("alert").filter(has_text="Guardian has stopped watching")).to_be_visible()
    household.stands_still = False
    expect(page.locator("#lost")).to_be_hidden()


def test_who_has_no_token_sees_nothing_of_the_home(web: WebServer, visits: Visits, household: Living):
    page = visits.open(web.origin)
    expect(page.get_by_role("heading", level=1)).to_have_text("This page is locked")
    assert "Living room" not in page.content()
    assert page.request.get(f"{web.origin}/api/incidents").status == 401
    assert household.looked == 0


def test_the_secret_does_not_stay_in_the_address_nor_within_reach_of_scripts(page: Page):
    assert TOKEN not in page.url
    assert TOKEN not in page.evaluate("document.cookie + JSON.stringify(localStorage)")


# On every device, for everybody


@pytest.mark.parametrize("size", [PHONE, (800, 1_100), WALL_TABLET], ids=["phone", "tablet upright", "wall tablet"])
@pytest.mark.parametrize("state", [IncidentState.PENDING, IncidentState.RAISED])
def test_the_first_button_is_large_and_in_reach_without_scrolling(
    web: WebServer, visits: Visits, household: Living, size: tuple[int, int], state: IncidentState
):
    household.show(rooms=(room(person(degrees=90)),), incidents=(incident(state),))
    page = visits.open(web.address, size)
    wanted = button(page, "I am all right" if state is IncidentState.PENDING else "Acknowledge")
    expect(wanted).to_be_in_viewport(ratio=1)
    box = wanted.bounding_box()
    assert box is not None
    assert box["height"] >= 72
    assert box["width"] >= 200
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    expect(page.locator("#hero-stage")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, WALL_TABLET], ids=["phone", "wall tablet"])
def test_the_replay_and_its_buttons_fit_the_screen(
    web: WebServer, visits: Visits, household: Living, size: tuple[int, int]
):
    happened(household, scene(TWENTY_SECONDS_EACH))
    page = visits.open(web.address, size)
    button(page, "Replay").click()
    for name in ("Close", "Pause", "Restart", "Slowly"):
        expect(button(page.get_by_role("dialog"), name)).to_be_in_viewport(ratio=1)


LONG = "Great-grandmother Annemarie-Elisabeth von der Wettern"


@pytest.mark.parametrize("width", [320, 390, 768, 1_280])
@pytest.mark.parametrize("trouble", ["none", "blind", "raised", "lost"])
def test_nothing_scrolls_sideways_however_long_the_names(
    web: WebServer, visits: Visits, household: Living, width: int, trouble: str
):
    happened(household, scene(TWENTY_SECONDS_EACH))
    long = incident(person=LONG, room=LONG.replace(" ", ""), told=(LONG, "Otto"))
    household.past.append(PastIncident(replace(long, acknowledged_by=LONG), WALL, replayable=True))
    coverage = Coverage.BLIND if trouble == "blind" else Coverage.ARMED
    household.show(
        household=LONG,
        rooms=(RoomShown(long.room, coverage, LONG, persons=(person(name=LONG),)), RoomShown("Hall")),
        incidents=(long, replace(long, id="i2")) if trouble == "raised" else (),
        faults=(FaultOccurred(time=0.0, room=long.room, part="camera", reasons=(LONG,)),),
    )
    page = visits.open(web.address, (width, 844))
    expect(page.locator(".incident")).to_have_count(2)
    if trouble == "lost":
        web.stop()
        expect(page.locator("#lost")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    card, badge = page.locator(".room").first.bounding_box(), page.locator(".badge").first.bounding_box()
    assert card is not None
    assert badge is not None
    assert badge["x"] + badge["width"] <= card["x"] + card["width"]


def test_on_the_wall_a_quiet_day_shows_the_room_without_scrolling(web: WebServer, visits: Visits):
    page = visits.open(web.address, WALL_TABLET, color_scheme="dark")
    expect(page.locator("#rooms .person")).to_be_in_viewport()


def test_an_alarm_can_be_taken_with_the_keyboard_alone(page: Page, household: Living):
    household.show(incidents=(incident(),))
    expect(button(page, "Acknowledge")).to_be_visible()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText").startswith("Acknowledge"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your name")).to_be_focused()
    page.keyboard.type("Maria")
    page.keyboard.press("Enter")
    did = household.did()
    assert did == Acknowledged(time=did.time, by="Maria", via="web", incident="i1")
    expect(button(page, "Acknowledge")).to_be_focused()


def test_the_focus_stays_with_the_alarm_when_its_buttons_change(page: Page, household: Living):
    household.show(incidents=(incident(IncidentState.PENDING),))
    button(page, "False alarm").focus()
    household.show(incidents=(incident(),))
    expect(button(page, "Acknowledge")).to_be_focused()


def test_every_control_has_a_name_and_every_part_a_heading(page: Page, household: Living):
    happened(household, scene(TWENTY_SECONDS_EACH))
    household.show(incidents=(incident(IncidentState.PENDING), incident(IncidentState.PENDING, id="i2", room="Hall")))
    expect(page.get_by_label("Other open incidents")).to_be_visible()
    tree = page.locator("body").aria_snapshot()
    controls = re.findall(r"- (?:button|link|textbox|slider)\b.*", tree)
    assert len(controls) >= 10
    assert [control for control in controls if '"' not in control] == []
    for heading in ("Are you all right?", "Rooms", "What happened"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    button(page, "Acknowledge").first.click()
    asking = page.get_by_role("dialog", name="Who is taking it?").aria_snapshot()
    assert 'textbox "Your name"' in asking


def test_who_wants_no_motion_gets_none(web: WebServer, visits: Visits, household: Living):
    household.show(incidents=(incident(),))
    page = visits.open(web.address, reduced_motion="reduce")
    hero = page.locator("#alarm")
    expect(page.locator("html")).to_have_attribute("data-mood", "raised")
    assert hero.evaluate("element => getComputedStyle(element).animationName") == "none"


@pytest.mark.parametrize(
    ("press", "then", "places"),
    [
        ("Yes, and the places fit", "Yes, they fit", "fit"),
        ("Yes, but the places do not fit", "Yes, they do not", "anew"),
    ],
)
def test_a_camera_that_was_moved_is_asked_for_and_its_new_view_accepted(
    page: Page, household: Living, press: str, then: str, places: str
):
    question = page.get_by_role("group", name="The view of Living room")
    expect(question).to_be_hidden()
    moved = room(person(), moved=True, coverage=Coverage.DEGRADED, reason="It seems to have been moved.")
    household.show(rooms=(moved,))
    button(question, press).click()
    button(page.get_by_role("dialog"), "Go back").click()
    assert household.submitted.empty()
    button(question, press).click()
    button(page.get_by_role("dialog"), then).click()
    expected = ViewAccepted(time=0, room="Living room", by="somebody on the page", via="web", fits=places == "fit")
    assert replace(household.did(), time=0) == expected
    household.show(rooms=(room(person()),))
    expect(question).to_be_hidden()


def test_what_is_drawn_of_another_view_is_said_and_can_be_taken_back(page: Page, household: Living):
    household.show(rooms=(room(person(), places=(), outdated="Of another view: bed."),))
    question = page.get_by_role("group", name="The view of Living room")
    expect(question).to_contain_text("Of another view: bed.")
    button(question, "They fit after all").click()
    button(page.get_by_role("dialog"), "Yes, they fit").click()
    did = household.did()
    assert isinstance(did, ViewAccepted)
    assert did.fits


def counted(day: date, **changes: object) -> Day:
    """A day on which somebody was up from eight to ten in the evening."""
    up = tuple(1_800 if 8 <= hour < 22 else 0 for hour in range(24))
    seated = tuple(1_200 if 9 <= hour < 21 else 0 for hour in range(24))
    rooms = {"kitchen": tuple(each // 2 for each in up), "living room": seated}
    kept = Day(date=day, postures={"upright": up, "seated": seated}, rooms=rooms, rising=480, bedtime=-100, up=50_000)
    return replace(kept, **changes)


def test_days_are_shown_hour_by_hour_with_what_is_usual_and_can_be_erased(page: Page, household: Living):
    today = date(2025, 5, 31)
    believed = ("Knows what is usual from 30 days.", "Usually up by 08:00 (07:40-08:20 on 19 of 21 weekdays).")
    household.counted = [counted(today - timedelta(days=ago), rising=480 + ago) for ago in range(30, 0, -1)]
    learning = HabitsShown("Anna <b>", Day(date=today, who="Anna <b>"), ("Still learning what is usual: day 3 of 14.",))
    household.show(habits=(HabitsShown("", counted(today), believed), learning))
    habits = page.locator("article.habit")
    expect(habits).to_have_count(2)
    home, anna = habits.all()
    expect(home.get_by_role("heading")).to_have_text("The household")
    expect(home.get_by_text(believed[1])).to_be_visible()
    expect(anna.get_by_role("heading")).to_have_text("Anna <b>")
    expect(anna.get_by_text("day 3 of 14")).to_be_visible()
    ribbon = home.get_by_role(
        "img", name="Today: up at 08:00, in bed at 22:20, bathroom visits a night 0, hours up 13.9"
    )
    expect(ribbon).to_be_visible()
    expect(ribbon.locator("rect.part")).to_have_count(14 + 12)
    home.get_by_text("Earlier days").click()
    expect(home.get_by_role("img", name=re.compile("Up at: from 08:01 to 08:30 in 30 days"))).to_be_visible()
    expect(home.locator("figure.day-ribbon")).to_have_count(15)
    expect(home.get_by_text("Yesterday")).to_be_visible()
    anna.get_by_text("Earlier days").click()
    expect(anna.get_by_text("No day is over yet.")).to_be_visible()
    anna.get_by_role("button", name="Erase these days").click()
    page.get_by_role("button", name="Yes, erase").click()
    did = household.did()
    assert isinstance(did, DaysForgotten)
    assert did.who == "Anna <b>"
    household.show(habits=())
    expect(page.locator("#habits")).to_be_hidden()


def test_days_that_cannot_be_read_are_said_to_be_so(web: WebServer, visits: Visits, household: Living):
    household.show(habits=(HabitsShown("", counted(date(2025, 5, 31)), ()),))
    household.broken = StoreError("disk gone")
    page = visits.open(web.address)
    page.get_by_text("Earlier days").click()
    expect(page.get_by_text("They cannot be read just now.")).to_be_visible()


# Who is known


GOING = EnrolmentShown("Anna", "Living room", 0.25, "Walk through the room now.")


def test_somebody_who_agrees_is_got_to_know_and_nobody_by_mistake(page: Page, household: Living):
    household.show(rooms=(room(), RoomShown("Hall")))
    people = page.get_by_role("region", name="People")
    expect(people.get_by_text("Nobody is enrolled.")).to_be_visible()
    expect(page.locator("#rooms .room")).to_have_count(2)
    button(people, "Get to know somebody").click()
    asking = page.get_by_role("dialog", name="Get to know somebody")
    expect(asking).to_contain_text("they have to agree")
    expect(asking).to_contain_text("for a minute, alone")
    expect(asking.get_by_label("Their name")).to_be_focused()
    expect(asking.get_by_label("Their name")).to_have_attribute("autocomplete", "off")
    expect(asking.get_by_label("When was it?")).to_be_hidden()
    button(asking, "They agree").click()
    expect(asking).to_be_visible()
    button(asking, "Go back").click()
    assert household.submitted.empty()
    button(people, "Get to know somebody").click()
    asking.get_by_label("Their name").fill(" Anna ")
    asking.get_by_label("Where?").select_option("Hall")
    button(asking, "They agree").click()
    asked = EnrolmentAsked(time=0, room="Hall", by="somebody on the page", via="web", name="Anna")
    assert replace(household.did(), time=0) == asked
    expect(page.get_by_role("status").filter(has_text="Anna may walk")).to_be_visible()
    expect(page.locator("#me")).not_to_contain_text("Anna")


def test_one_s_own_name_is_not_offered_for_another_s(page: Page):
    button(page, "Say who you are").click()
    page.get_by_label("Your name").fill("Maria")
    button(page.get_by_role("dialog"), "Remember me").click()
    button(page, "Get to know somebody").click()
    expect(page.get_by_role("dialog").get_by_label("Their name")).to_be_visible()
    expect(button(page.get_by_role("dialog"), "Maria")).to_have_count(0)


def test_how_an_enrolment_goes_and_ends_is_told_as_it_happens(page: Page, household: Living):
    household.show(people=PeopleShown((), (GOING,)))
    shown = page.locator("#enrolments")
    expect(shown).to_have_attribute("aria-live", "polite")
    expect(shown.get_by_role("heading")).to_have_text("Getting to know Anna in Living room")
    bar = shown.get_by_role("progressbar", name="How far it has come")
    expect(bar).to_have_js_property("value", 0.25)
    expect(shown).to_contain_text("25 %")
    bar.evaluate("element => { element.dataset.same = 'yes'; }")
    household.show(people=PeopleShown((), (replace(GOING, share=0.5, text="Only one may be in the room."),)))
    expect(bar).to_have_js_property("value", 0.5)
    expect(shown).to_contain_text("50 %")
    expect(shown).to_contain_text("Only one may be in the room.")
    expect(bar).to_have_attribute("data-same", "yes")
    failed = replace(GOING, share=1.0, text="Not enrolled: too little was seen.", ended=True)
    household.show(people=PeopleShown((), (failed,)))
    expect(shown.get_by_role("heading")).to_have_text("Anna, Living room")
    expect(shown).to_contain_text("Not enrolled: too little was seen.")
    expect(shown.locator("article")).to_have_attribute("data-went", "refused")
    expect(bar).to_be_hidden()
    household.show(people=PeopleShown((("Anna", "Living room"),), (replace(failed, text="Enrolled.", kept=True),)))
    expect(shown).to_contain_text("Enrolled.")
    expect(shown.locator("article")).to_have_attribute("data-went", "well")
    household.show(people=PeopleShown())
    expect(shown.locator("article")).to_have_count(0)


def test_who_is_enrolled_is_listed_with_the_rooms_and_can_be_erased(page: Page, household: Living):
    known = (("<b>Zoe</b>", "Hall"), ("Anna", "Hall"), ("Anna", "Living room"))
    household.show(people=PeopleShown(known, (replace(GOING, name="Luis"),)))
    listed = page.get_by_role("list", name="Who is enrolled").get_by_role("listitem")
    expect(listed).to_have_count(3)
    expect(listed.filter(has_text="Anna")).to_contain_text("Enrolled in Hall, Living room")
    expect(listed.filter(has_text="Luis")).to_contain_text("Not enrolled yet")
    expect(listed.filter(has_text="Zoe")).to_contain_text("<b>Zoe</b>")
    button(page, "Erase Anna").click()
    asking = page.get_by_role("dialog", name="Erase Anna?")
    expect(asking).to_contain_text("in every room")
    button(asking, "Go back").click()
    assert household.submitted.empty()
    page.get_by_role("button", name="Erase <b>Zoe</b>").click()
    button(page.get_by_role("dialog", name="Erase <b>Zoe</b>?"), "Yes, erase").click()
    erased = ErasureAsked(time=0, by="somebody on the page", via="web", name="<b>Zoe</b>")
    assert replace(household.did(), time=0) == erased
    household.show(people=PeopleShown())
    expect(page.get_by_text("Nobody is enrolled.")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390])
def test_people_with_long_names_fit_on_a_phone(web: WebServer, visits: Visits, household: Living, width: int):
    name = "Leopoldine-Wilhelmine" * 3
    long = replace(GOING, name=name, room="Hall" * 16, text="Only one person may be in the room. " * 3)
    household.show(people=PeopleShown(((name, "Hall" * 16), (name, "Living room")), (long,)))
    page = visits.open(web.address, (width, 844), color_scheme="dark")
    expect(button(page, f"Erase {name}")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_the_box_nobody_can_be_enrolled_or_erased(web: WebServer, visits: Visits, household: Living):
    household.show(people=PeopleShown((("Anna", "Hall"),)))
    page = visits.open(web.address)
    expect(button(page, "Erase Anna")).to_be_visible()
    web.stop()
    expect(page.locator("#people")).to_have_attribute("inert", "")
