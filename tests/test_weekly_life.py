"""The weekly test, the quiet hours and the voice in a whole brain."""

import json
from datetime import timedelta

import pytest
from boxes import SETTINGS, START, Box

from guardian.commands import Ask, Notify, Publish, Speak
from guardian.events import Acknowledged, HelpCalled, Resolved, Snoozed
from guardian.incident import Incident, IncidentState
from guardian.settings import Household, Settings
from guardian.trials import KEPT, Outcome
from guardian.weekly import WeeklyTest

AN_HOUR = 3_600.0


def weekly(**fields: object) -> Settings:
    test = WeeklyTest.model_validate({"day": "Sun", "time": f"{START + timedelta(hours=1):%H:%M}", **fields})
    return SETTINGS.model_copy(
        update={"alarm": SETTINGS.alarm.model_copy(update={"weekly_test": test, "view_lost_seconds": 86_400.0})}
    )


def pass_to(box: Box, seconds: float, step: float = 30.0) -> None:
    while box.now < seconds:
        box.now = min(seconds, box.now + step)
        box.brain.tick(box.at(box.now))


def said(box: Box) -> list[dict[str, object]]:
    """What the topic of the weekly test said, one after another."""
    published = [each for each in box.log.all("publish") if isinstance(each, Publish)]
    return [json.loads(each.payload) for each in published if each.topic == "guardian/home/weekly_test"]


def texts(box: Box) -> list[str]:
    return [each.text for each in box.log.all("speak") if isinstance(each, Speak)]


def running(box: Box) -> Incident:
    (incident,) = (each for each in box.brain.alarm.incidents if each.kind == "WeeklyTestDue")
    return incident


def test_it_goes_the_way_of_an_alarm_kept_and_written_before_anybody_is_told():
    box = Box(weekly())
    pass_to(box, AN_HOUR - 30)
    del box.log.entries[:]
    pass_to(box, AN_HOUR)
    order = [name for name, _ in box.log.entries if name not in ("publish", "day")]
    assert order == [KEPT, "save", "notice", "notice", "panel", "speak", "wait", "tell", "tell"]
    notices = box.log.all("tell")
    assert notices == box.log.all("notice")
    assert all(isinstance(each, Notify) and each.urgent and each.ask is Ask.TEST for each in notices)
    assert [each["state"] for each in said(box)] == ["waiting"]


def test_on_mqtt_it_is_marked_as_a_drill_and_is_no_emergency():
    box = Box(weekly())
    pass_to(box, AN_HOUR)
    latest = {each.topic: each.payload for each in box.log.all("publish") if isinstance(each, Publish)}
    incident = json.loads(latest["guardian/home/alarm/incident"])
    assert (incident["kind"], incident["drill"], incident["state"]) == ("WeeklyTestDue", True, "raised")
    assert json.loads(latest["guardian/home/alarm/emergency"])["state"] == "off"


def test_an_answer_from_a_phone_ends_it_and_is_kept():
    box = Box(weekly())
    pass_to(box, AN_HOUR + 60)
    moment = box.at(box.now)
    answer = Acknowledged(time=moment.monotonic, by="Bruno", via="phone", incident=running(box).id)
    box.brain.take(answer, moment)
    assert box.state is None
    last = box.log.all(KEPT)[-1]
    assert isinstance(last, tuple)
    assert json.loads(last[1])["outcome"] == "answered"
    assert (said(box)[-1]["state"], said(box)[-1]["by"]) == ("answered", "Bruno")
    assert box.brain.shown.trial is not None
    assert box.brain.shown.trial.outcome is Outcome.ANSWERED
    assert box.brain.shown.faults == ()
    box.brain.take(answer, moment)
    assert box.state is None


def test_without_an_answer_it_is_a_fault_that_everybody_sees_and_that_outlives_a_restart():
    box = Box(weekly())
    pass_to(box, AN_HOUR + 1_800)
    (fault,) = box.brain.shown.faults
    assert fault.part == "weekly test"
    assert "was not answered" in fault.reasons[0]
    last = box.log.all(KEPT)[-1]
    assert isinstance(last, tuple)
    again = Box(weekly(), learned={KEPT: {"": last[1]}})
    assert [each.part for each in again.brain.shown.faults] == ["weekly test"]
    assert said(again)[-1]["state"] == "unanswered"


def test_a_kill_while_it_waits_begins_no_second_one():
    box = Box(weekly())
    pass_to(box, AN_HOUR)
    last = box.log.all(KEPT)[-1]
    assert isinstance(last, tuple)
    again = Box(weekly(), stored=[running(box)], learned={KEPT: {"": last[1]}})
    pass_to(again, 2 * AN_HOUR)
    assert again.log.all("tell")
    assert {each.title for each in again.log.all("tell") if isinstance(each, Notify)} == {"TEST: nobody has answered"}


@pytest.mark.parametrize(
    "event",
    [
        HelpCalled(time=1_000.0, by="Rosa", via="button"),
        Snoozed(time=1_000.0, by="Rosa", via="web", seconds=2 * AN_HOUR),
    ],
)
def test_it_waits_while_something_is_the_matter(event: HelpCalled | Snoozed):
    box = Box(weekly())
    box.brain.take(event, box.at(0.0))
    pass_to(box, 1.9 * AN_HOUR)
    assert not [each for each in box.log.all("save") if isinstance(each, Incident) and each.kind == "WeeklyTestDue"]
    moment = box.at(box.now)
    box.brain.take(Resolved(time=moment.monotonic, by="Anna", via="web"), moment)
    box.brain.take(Snoozed(time=moment.monotonic, by="Rosa", via="web", seconds=0.0), moment)
    pass_to(box, 2 * AN_HOUR)
    assert running(box).state is IncidentState.RAISED


def test_a_camera_that_has_been_blind_for_weeks_is_no_excuse():
    settings = weekly()
    box = Box(settings.model_copy(update={"alarm": settings.alarm.model_copy(update={"view_lost_seconds": 180.0})}))
    pass_to(box, AN_HOUR)
    assert {each.kind for each in box.brain.alarm.incidents} == {"ViewLost", "WeeklyTestDue"}
    assert running(box).state is IncidentState.RAISED


def test_a_clock_that_cannot_be_right_begins_nothing():
    box = Box(weekly())
    early = box.at(0.0)
    moment = type(early)(early.monotonic + 10, early.wall.replace(year=1970))
    box.brain.tick(moment)
    assert said(box)[-1]["state"] == "none"


def test_quiet_hours_of_the_household_hold_back_a_blind_camera_and_no_fall():
    household = Household.model_validate({"quiet": ["12:00-18:00"]})
    box = Box(SETTINGS.model_copy(update={"household": household}))
    pass_to(box, 600.0)
    box.brain.take(HelpCalled(time=1_600.0, by="Rosa", via="button"), box.at(box.now))
    *blind, fall = (each for each in box.log.all("tell") if isinstance(each, Notify))
    assert {each.held_until for each in blind} == {START + timedelta(hours=6)}
    assert fall.held_until is None


def test_it_speaks_after_it_shows_and_before_it_waits_for_the_disk():
    box = Box()
    del box.log.entries[:]
    box.brain.take(HelpCalled(time=1_000.0, by="Rosa", via="button"), box.at(0.0))
    order = [name for name, _ in box.log.entries if name in ("save", "panel", "speak", "wait", "tell")]
    assert order == ["save", "panel", "speak", "wait", "tell"]
    moment = box.at(1.0)
    box.brain.take(Acknowledged(time=moment.monotonic, by="Anna", via="phone"), moment)
    box.brain.take(Resolved(time=moment.monotonic, by="Anna", via="web"), moment)
    assert texts(box) == ["Help is being called.", "Anna is on the way.", "The alarm is over."]
