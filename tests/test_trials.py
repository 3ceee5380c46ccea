"""The weekly test: once a week, whatever the clock does, and never without a word."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.events import Event, FaultCleared, FaultOccurred, WeeklyTestDue, WeeklyTestSkipped
from guardian.incident import Incident, IncidentState
from guardian.io.fakes import FakeClock
from guardian.trials import BUSY, OFF, Outcome, Trial, Trials, decode
from guardian.weekly import WeeklyTest

MADRID = ZoneInfo("Europe/Madrid")
WEEKLY = WeeklyTest(day="Mon", time="10:00")
SUNDAY = datetime(2025, 6, 1, 12, 0, tzinfo=MADRID)
DUE = datetime(2025, 6, 2, 10, 0, tzinfo=MADRID)
OPEN = Incident(
    id="i-1", room="", kind="WeeklyTestDue", state=IncidentState.RAISED, opened=0.0, changed=0.0, drill=True
)


def closed(by: str | None) -> Incident:
    fields = {name: getattr(OPEN, name) for name in OPEN.__slots__}
    return Incident(**{**fields, "state": IncidentState.RESOLVED, "acknowledged_by": by})


class Weeks:
    """A box with a weekly test, under a clock that is moved by hand."""

    def __init__(self, wall: datetime = SUNDAY, weekly: WeeklyTest | None = WEEKLY) -> None:
        self.clock = FakeClock(wall=wall)
        self.weekly, self.trials = weekly, Trials(weekly)
        self.events: list[Event] = []
        self.busy = False
        self.open: tuple[Incident, ...] = (OPEN,)
        self.kept = ""
        self.tick()

    def tick(self) -> None:
        self.events += self.trials.tick(self.clock.moment(), busy=self.busy)
        self.kept = self.trials.told_anew() or self.kept

    def pass_(self, **time: float) -> "Weeks":
        """Let time pass, minute by minute."""
        for _ in range(int(timedelta(**time).total_seconds() // 60)):
            self.clock.advance(60)
            self.tick()
        return self

    def restart(self, **off: float) -> "Weeks":
        self.clock.advance(timedelta(**off).total_seconds())
        self.trials = Trials(self.weekly)
        self.events += self.trials.recall(self.kept, self.open, self.clock.moment())
        self.tick()
        return self

    def end(self, by: str | None) -> "Weeks":
        self.events += self.trials.follow(closed(by), self.clock.moment())
        self.tick()
        return self

    def count(self, kind: type[Event]) -> int:
        return sum(isinstance(event, kind) for event in self.events)

    @property
    def outcome(self) -> Outcome:
        assert self.trials.last is not None
        return self.trials.last.outcome


def test_it_comes_once_a_week():
    weeks = Weeks().pass_(days=21)
    assert weeks.count(WeeklyTestDue) == 3
    assert weeks.count(WeeklyTestSkipped) == 0
    assert weeks.trials.last is not None
    assert weeks.trials.last.due.isoformat() == "2025-06-16T10:00:00+02:00"


def test_without_one_nothing_comes():
    assert Weeks(weekly=None).pass_(days=8).events == []
    assert Weeks(weekly=None).kept == ""


def test_to_switch_it_on_begins_none():
    assert Weeks(DUE + timedelta(minutes=1)).pass_(hours=3).events == []


@pytest.mark.parametrize("minute", [0, 30])
def test_it_comes_once_where_summer_time_begins_or_ends(minute: int):
    weekly = WeeklyTest(day="Sun", time=f"02:{minute:02}")
    spring = Weeks(datetime(2025, 3, 29, 12, 0, tzinfo=MADRID), weekly).pass_(days=2)
    autumn = Weeks(datetime(2025, 10, 25, 12, 0, tzinfo=MADRID), weekly).pass_(days=2)
    assert (spring.count(WeeklyTestDue), autumn.count(WeeklyTestDue)) == (1, 1)


def test_a_restart_begins_no_second_one():
    weeks = Weeks().pass_(hours=23)
    assert weeks.restart(minutes=1).restart(minutes=1).pass_(hours=3).count(WeeklyTestDue) == 1


def test_one_that_was_to_begin_and_did_not_begins_after_a_restart():
    weeks = Weeks().pass_(hours=22)
    weeks.open = ()
    assert weeks.restart(minutes=1).count(WeeklyTestDue) == 2


def test_one_that_was_missed_is_made_up_for_soon_after():
    weeks = Weeks().restart(hours=23)
    assert weeks.count(WeeklyTestDue) == 1


def test_one_that_was_missed_for_long_is_left_out_with_a_word():
    weeks = Weeks().restart(hours=30)
    (event,) = weeks.events
    assert isinstance(event, WeeklyTestSkipped)
    assert event.reasons == (f"The weekly test of 2025-06-02 10:00 was left out: {OFF}.",)
    assert weeks.outcome is Outcome.SKIPPED
    assert weeks.pass_(days=7).count(WeeklyTestDue) == 1


def test_it_waits_for_what_matters_more():
    weeks = Weeks()
    weeks.busy = True
    assert weeks.pass_(hours=23).events == []
    weeks.busy = False
    assert weeks.pass_(minutes=2).count(WeeklyTestDue) == 1


def test_it_does_not_wait_for_ever():
    weeks = Weeks()
    weeks.busy = True
    (event,) = weeks.pass_(hours=25).events
    assert BUSY in event.reasons[0]
    weeks.busy = False
    assert weeks.pass_(hours=1).count(WeeklyTestDue) == 0


def test_an_answer_is_kept():
    weeks = Weeks().pass_(hours=23).end("Anna")
    assert weeks.outcome is Outcome.ANSWERED
    trial = decode(weeks.kept)
    assert trial is not None
    assert (trial.by, trial.due) == ("Anna", DUE)
    assert weeks.restart(hours=1).outcome is Outcome.ANSWERED
    assert weeks.count(FaultOccurred) == 0


def test_one_that_nobody_answers_is_a_fault_over_restarts_until_one_is_answered():
    weeks = Weeks().pass_(hours=23).end(None)
    (fault,) = (event for event in weeks.events if isinstance(event, FaultOccurred))
    assert fault.part == "weekly test"
    assert fault.reasons[0].startswith("The weekly test of 2025-06-02 10:00 was not answered: ")
    assert weeks.restart(hours=1).count(FaultOccurred) == 2
    assert weeks.pass_(days=7).end("Anna").count(FaultCleared) == 1
    assert weeks.restart(hours=1).count(FaultOccurred) == 2


def test_other_incidents_and_one_that_goes_on_are_no_answer():
    weeks = Weeks().pass_(hours=23)
    fall = Incident(id="i", room="", kind="FallConfirmed", state=IncidentState.RESOLVED, opened=0.0, changed=0.0)
    assert weeks.trials.follow(fall, weeks.clock.moment()) == ()
    assert weeks.trials.follow(OPEN, weeks.clock.moment()) == ()
    assert weeks.outcome is Outcome.WAITING
    assert Trials(WEEKLY).follow(closed("Anna"), weeks.clock.moment()) == ()


@pytest.mark.parametrize(
    "kept",
    ["", "{", "[]", "3", '{"when": "Mon 10:00"}', Trial("Mon 10:00", DUE.replace(tzinfo=None), Outcome.NONE).encode()],
)
def test_what_was_kept_and_makes_no_sense_is_as_nothing(kept: str):
    trials = Trials(WEEKLY)
    assert trials.recall(kept, (), FakeClock(wall=SUNDAY).moment()) == ()
    assert trials.last is None


def test_another_time_begins_none_for_the_past():
    weeks = Weeks().pass_(hours=23).end("Anna")
    weeks.weekly = WeeklyTest(day="Mon", time="09:59")
    assert weeks.restart(minutes=1).pass_(hours=3).count(WeeklyTestDue) == 1


def test_a_clock_that_was_far_ahead_holds_up_no_test():
    weeks = Weeks()
    weeks.clock.step_wall(timedelta(days=900).total_seconds())
    weeks.tick()
    weeks.clock.step_wall(-timedelta(days=900).total_seconds())
    assert weeks.pass_(days=7).count(WeeklyTestDue) == 1


@given(steps=st.lists(st.integers(-7_200, 7_200), max_size=6))
def test_steps_of_the_clock_begin_none_twice(steps: list[int]):
    weeks = Weeks(DUE - timedelta(hours=3))
    for step in steps:
        weeks.clock.step_wall(step)
        weeks.tick()
        weeks.pass_(minutes=30)
    assert weeks.count(WeeklyTestDue) <= 1


def test_the_time_is_that_of_the_home_wherever_the_kept_one_was_written():
    kept = Trial("Mon 10:00", DUE.astimezone(timezone.utc), Outcome.ANSWERED, "Anna").encode()
    trials = Trials(WEEKLY)
    trials.recall(kept, (), FakeClock(wall=SUNDAY).moment())
    assert trials.last is not None
    assert trials.last.due.isoformat() == "2025-06-02T10:00:00+02:00"
