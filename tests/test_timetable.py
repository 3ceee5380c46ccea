"""The hours and the weekly test, as the core calls them."""

from datetime import datetime, timezone

from boxes import Log

from guardian.alarm import Alarm
from guardian.contacts import Contact
from guardian.events import WeeklyTestDue
from guardian.incident import Incident, IncidentState
from guardian.moment import Moment
from guardian.settings import AlarmSettings, Camera, Household, Room, Settings
from guardian.timetable import Timetable
from guardian.trials import KEPT, Outcome
from guardian.weekly import WeeklyTest

MONDAY = datetime(2025, 6, 2, 9, 59, tzinfo=timezone.utc)
ANNA = Contact.model_validate({"name": "Anna", "ways": ["ntfy://topic"], "hours": ["Mon 18:00-19:00"]})
SETTINGS = Settings(
    household=Household.model_validate({"quiet": ["09:00-12:00"]}),
    rooms=(Room(name="kitchen", camera=Camera(source="csi")),),
    alarm=AlarmSettings(weekly_test=WeeklyTest(day="Mon")),
    contacts=(ANNA,),
)


def test_it_lets_the_alarm_know_the_hours_and_keeps_a_test_before_it_begins():
    log = Log()
    alarm = Alarm(SETTINGS.alarm, SETTINGS.contacts, lambda: "i-1")
    timetable = Timetable(SETTINGS, alarm, log)  # type: ignore[arg-type]
    assert timetable.recall({}, Moment(0.0, MONDAY)) == ()
    assert timetable.tick(Moment(0.0, MONDAY)) == ()
    assert alarm.off_duty == {"Anna"}
    assert alarm.quiet_until == {"Anna": MONDAY.replace(hour=12, minute=0)}
    (due,) = timetable.tick(Moment(60.0, MONDAY.replace(hour=10, minute=0)))
    assert isinstance(due, WeeklyTestDue)
    assert len(log.all(KEPT)) == 2
    over = Incident(
        id="i-1",
        room="",
        kind="WeeklyTestDue",
        state=IncidentState.RESOLVED,
        opened=60.0,
        changed=70.0,
        acknowledged_by="Anna",
    )
    assert timetable.follow(over, Moment(70.0, MONDAY.replace(hour=10, minute=1))) == ()
    assert timetable.trial is not None
    assert timetable.trial.outcome is Outcome.ANSWERED
    assert len(log.all(KEPT)) == 3


def test_a_clock_that_cannot_be_right_is_asked_for_no_test():
    alarm = Alarm(SETTINGS.alarm, SETTINGS.contacts, lambda: "i-1")
    timetable = Timetable(SETTINGS, alarm, Log())  # type: ignore[arg-type]
    assert timetable.tick(Moment(0.0, MONDAY.replace(year=1970))) == ()
    assert timetable.trial is None
