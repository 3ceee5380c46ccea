"""Random histories of the alarm: whatever happens in whatever order, these things hold."""

import itertools
from datetime import datetime, timezone

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from guardian.alarm import MAX_OPEN, Alarm
from guardian.commands import Announce, Ask, Command, Notify, Save, ShowPanel, Sound, Speak
from guardian.contacts import Contact
from guardian.drills import MAX_SECONDS
from guardian.events import (
    Acknowledged,
    Cancelled,
    DrillStarted,
    Event,
    FallConfirmed,
    FallDrillAsked,
    FallSuspected,
    FalseAlarmSaid,
    FaultCleared,
    FaultOccurred,
    HelpCalled,
    HelpGestured,
    HumanEvent,
    LongLie,
    PersonAppeared,
    PersonDown,
    PersonEvent,
    PersonLeft,
    PersonRecovered,
    Resolved,
    Snoozed,
    StillnessExceeded,
    ViewLost,
    ViewRestored,
    WeeklyTestDue,
)
from guardian.incident import Incident, IncidentState
from guardian.settings import AlarmSettings
from guardian.transitions import PANEL, TRANSITIONS, Course, course_of, row_of
from guardian.weekly import WeeklyTest

SETTINGS = AlarmSettings(
    cancel_seconds=30,
    suspected_seconds=20,
    repeat_seconds=60,
    view_lost_seconds=180,
    weekly_test=WeeklyTest(day="Mon", minutes=30),
)
CONTACTS = tuple(Contact(name=name, ways=("json://localhost",)) for name in ("Anna", "Bert"))
ORDER: tuple[type, ...] = (Save, ShowPanel, Speak, Announce, Notify)

MORNING = datetime(2025, 6, 2, 7, 0, tzinfo=timezone.utc)

ROOMS = st.sampled_from(["bedroom", "kitchen"])
SEEN = st.sampled_from(
    [
        *(FallSuspected, FallConfirmed, PersonDown, LongLie, HelpGestured, StillnessExceeded),
        *(PersonRecovered, PersonAppeared, PersonLeft),
    ]
)
ANSWERS = st.sampled_from([HelpCalled, Cancelled, Acknowledged, Resolved, DrillStarted])


class Life(RuleBasedStateMachine):
    """One box through any history; the shell is a dictionary of what was saved."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.numbers = itertools.count()
        self.contacts: tuple[Contact, ...] = CONTACTS
        self.alarm = self.fresh()
        self.saved: dict[str, Incident] = {}
        self.panel: ShowPanel | None = None
        self.voice = Speak("")
        self.told: set[tuple[str, str, int]] = set()
        self.telling: set[str] = set()
        self.carry_out(self.alarm.tick(0.0), None)

    def fresh(self) -> Alarm:
        return Alarm(SETTINGS, self.contacts, lambda: f"incident-{next(self.numbers)}", ("StillnessExceeded",))

    def carry_out(self, commands: tuple[Command, ...], cause: Event | None) -> None:
        """Do what the shell does, and hold every command against what must be true of it."""
        ranks = [ORDER.index(type(command)) for command in commands]
        assert ranks == sorted(ranks)
        for command in commands:
            if isinstance(command, Save):
                self.follow(self.saved.get(command.incident.id), command.incident, cause)
                self.saved[command.incident.id] = command.incident
            elif isinstance(command, Announce):
                assert self.saved[command.incident.id].id == command.incident.id
            elif isinstance(command, ShowPanel):
                assert command != self.panel
                self.panel = command
            elif isinstance(command, Speak):
                assert command.text or self.voice.text
                self.voice = command
            elif isinstance(command, Notify):
                self.receive(command)

    def follow(self, before: Incident | None, after: Incident, cause: Event | None) -> None:
        """Every change is a step of the table, and what rang ends by a human or a recovery alone."""
        steps = TRANSITIONS[course_of(after)].get(before.state if before else None, {})
        assert after.state in {*steps.values(), before.state if before else None}
        left = before is not None and before.state is IncidentState.RAISED and after.state is not IncidentState.RAISED
        if left and not after.drill:
            assert isinstance(cause, HumanEvent | ViewRestored)
            assert after.acknowledged_by or isinstance(cause, ViewRestored)
        if after.state is IncidentState.RESOLVED:
            assert after.outcome
            assert after.deadline is None

    def receive(self, notice: Notify) -> None:
        incident = self.saved[notice.incident]
        blind = course_of(incident) is Course.BLINDNESS
        assert notice.held_until == (self.alarm.quiet_until.get(notice.contact) if blind else None)
        assert not (notice.urgent and notice.held_until)
        test = course_of(incident) is Course.TEST
        assert incident.drill <= (test or incident.room in self.telling)
        assert notice.title.startswith("DRILL: ") is (incident.drill and not test)
        assert notice.title.startswith("TEST: ") is (notice.ask is Ask.TEST) is test
        assert incident.state not in {IncidentState.SUSPECTED, IncidentState.PENDING}
        assert notice.urgent <= (incident.state is IncidentState.RAISED)
        key = (notice.contact, notice.incident, notice.step)
        assert key not in self.told
        self.told.add(key)

    def give(self, event: Event) -> None:
        self.carry_out(self.alarm.handle(event, self.now), event)

    @rule(kind=SEEN, room=ROOMS, track=st.integers(1, 3), person=st.sampled_from([None, "Mum", "Dad"]))
    def see(self, kind: type[PersonEvent], room: str, track: int, person: str | None) -> None:
        self.give(kind(time=self.now - 0.1, room=room, track=track, person=person, reasons=(f"{kind.__name__}",)))

    @rule(kind=ANSWERS, room=st.sampled_from(["", "bedroom", "attic"]), number=st.none() | st.integers(0, 5))
    def answer(self, kind: type[HumanEvent], room: str, number: int | None) -> None:
        incident = None if number is None else f"incident-{number}"
        self.give(kind(time=self.now, room=room, by="Anna", via="web", incident=incident))

    @rule(room=st.sampled_from(["", "bedroom"]), seconds=st.floats(-10, 1e6) | st.just(float("nan")))
    def snooze(self, room: str, seconds: float) -> None:
        self.give(Snoozed(time=self.now, room=room, by="Anna", via="web", seconds=seconds))

    @rule(room=ROOMS, seconds=st.sampled_from([0.0, 20.0, 300.0, 1e9]), contacts=st.booleans())
    def drill(self, room: str, seconds: float, *, contacts: bool) -> None:
        self.telling |= {room} if contacts else set()
        self.give(FallDrillAsked(time=self.now, room=room, by="Anna", via="web", seconds=seconds, contacts=contacts))

    @rule(number=st.integers(0, 5), by=st.sampled_from(["Anna", "Mallory"]))
    def doubt(self, number: int, by: str) -> None:
        before = self.alarm.incidents
        incident = f"incident-{number}"
        said = self.alarm.handle(FalseAlarmSaid(time=self.now, by=by, via="phone", incident=incident), self.now)
        assert self.alarm.incidents == before
        assert all(isinstance(each, Notify) and each.ask is Ask.CONFIRM and not each.urgent for each in said)

    @rule(quiet=st.sets(st.sampled_from(["Anna", "Bert"])))
    def fall_quiet(self, quiet: set[str]) -> None:
        self.alarm.quiet_until = dict.fromkeys(quiet, MORNING)

    @rule()
    def test(self) -> None:
        self.give(WeeklyTestDue(time=self.now, room="", reasons=("The weekly test.",)))

    @invariant()
    def a_test_rings_nobody_out_of_bed(self) -> None:
        tests = [each for each in self.alarm.incidents if course_of(each) is Course.TEST]
        assert len(tests) <= 1
        assert all(PANEL[row_of(each)][1] is Sound.SILENT for each in tests)

    @invariant()
    def no_drill_is_without_an_end(self) -> None:
        on = self.alarm.drills.on
        assert on is None or on.until <= self.now + MAX_SECONDS

    @rule(kind=st.sampled_from([ViewLost, ViewRestored]), room=ROOMS)
    def view(self, kind: type[Event], room: str) -> None:
        self.give(kind(time=self.now, room=room))

    @rule(kind=st.sampled_from([FaultOccurred, FaultCleared]), part=st.sampled_from(["camera", "broker"]))
    def fault(self, kind: type[FaultOccurred], part: str) -> None:
        self.give(kind(time=self.now, room="", part=part))

    @rule(seconds=st.sampled_from([0.0, 0.5, 5.0, 19.0, 30.0, 61.0, 200.0, 4000.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.carry_out(self.alarm.tick(self.now), None)
        assert self.alarm.tick(self.now) == ()
        assert self.alarm.next_deadline is None or self.alarm.next_deadline > self.now

    @precondition(lambda self: self.alarm.next_deadline is not None)
    @rule()
    def wait_for_the_deadline(self) -> None:
        self.now = max(self.now, self.alarm.next_deadline or 0.0)
        self.wait(0.0)

    @rule()
    def kill(self) -> None:
        """The process dies; a new one has nothing but what was saved."""
        before = {incident.id: incident for incident in self.alarm.incidents}
        self.alarm, self.panel, self.voice = self.fresh(), None, Speak("")
        commands = self.alarm.restore([incident for incident in self.saved.values() if incident.open], self.now)
        after = {incident.id: incident for incident in self.alarm.incidents}
        assert {each: incident.state for each, incident in after.items()} == {
            each: incident.state for each, incident in before.items()
        }
        assert not any(isinstance(command, Notify) for command in commands)
        self.carry_out(commands, None)

    @invariant()
    def the_store_knows_what_is_open(self) -> None:
        stored = {incident.id: incident.state for incident in self.saved.values() if incident.open}
        assert stored == {incident.id: incident.state for incident in self.alarm.incidents}

    @invariant()
    def they_are_bounded_and_each_has_a_face(self) -> None:
        assert len(self.alarm.incidents) <= MAX_OPEN
        assert all(row_of(incident) in PANEL for incident in self.alarm.incidents)

    @invariant()
    def the_siren_sounds_while_an_emergency_is_raised_and_never_without_cause(self) -> None:
        raised = {course_of(each) for each in self.alarm.incidents if PANEL[row_of(each)][1] is Sound.SIREN}
        assert self.panel is not None
        assert (self.panel.sound is Sound.SIREN) >= (Course.EMERGENCY in raised)
        assert (self.panel.sound is Sound.SIREN) <= bool(raised)

    @invariant()
    def the_voice_asks_and_calls_again_and_again_while_somebody_is_in_need_and_then_falls_silent(self) -> None:
        speaking = bool(self.voice.text) and not self.voice.times
        rings = any(PANEL[row_of(each)][1] is not Sound.SILENT for each in self.alarm.incidents)
        assert speaking is rings

    def teardown(self) -> None:
        """Every life has a way out: a human closes what is open, and then nothing happens any more."""
        for incident in self.alarm.incidents:
            self.give(Resolved(time=self.now, by="Anna", via="web", incident=incident.id))
        assert self.alarm.incidents == ()
        assert self.alarm.state is None


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)


class LifeWithoutContacts(Life):
    """The same for a household that has nobody to call."""

    def fresh(self) -> Alarm:
        self.contacts = ()
        return super().fresh()

    def receive(self, notice: Notify) -> None:
        raise AssertionError(notice)


TestLifeWithoutContacts = LifeWithoutContacts.TestCase
TestLifeWithoutContacts.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
