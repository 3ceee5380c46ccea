"""The fall drill: an exercise of one room that ends by itself, and swallows nothing."""

import itertools
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.alarm import Alarm
from guardian.commands import Command, Lamp, Notify, ShowPanel, Sound
from guardian.contacts import Contact
from guardian.drills import MAX_SECONDS, Drills, exercises, is_exercise
from guardian.durations import DRILL_ENDS_SECONDS, DRILL_RINGS_SECONDS, DRILL_SECONDS
from guardian.events import (
    Acknowledged,
    Cancelled,
    DrillStarted,
    Event,
    FallConfirmed,
    FallDrillAsked,
    FallSuspected,
    HelpCalled,
    HelpGestured,
    LongLie,
    PersonDown,
    PersonEvent,
    PersonLeft,
    PersonRecovered,
    Resolved,
    Snoozed,
    ViewLost,
)
from guardian.incident import Incident, IncidentState
from guardian.settings import AlarmSettings
from guardian.transitions import Trigger

CONTACTS = tuple(Contact(name=name, ways=("json://localhost",)) for name in ("Anna", "Bert"))
SUSPECTED, PENDING, RAISED = IncidentState.SUSPECTED, IncidentState.PENDING, IncidentState.RAISED


def alarm() -> Alarm:
    numbers = itertools.count(1)
    made = Alarm(AlarmSettings(), CONTACTS, lambda: f"i-{next(numbers)}")
    made.tick(0.0)
    return made


def asked(seconds: float = 300.0, room: str = "bath", *, contacts: bool = False) -> FallDrillAsked:
    return FallDrillAsked(time=0.0, room=room, by="Zoe", via="web", seconds=seconds, contacts=contacts)


def body(kind: type[PersonEvent], time: float, room: str = "bath", track: int = 1) -> PersonEvent:
    return kind(time=time, room=room, track=track, reasons=("Went down in 0.6 s.",))


def human(kind: type[Event], time: float, **fields: object) -> Event:
    return kind(time=time, **{"by": "Anna", "via": "web", **fields})  # type: ignore[arg-type]


def told(commands: Iterable[Command]) -> list[Notify]:
    return [command for command in commands if isinstance(command, Notify)]


def standing(subject: Alarm) -> list[tuple[bool, IncidentState]]:
    return [(incident.drill, incident.state) for incident in subject.incidents]


def drilled(subject: Alarm, now: float = 10.0, *, contacts: bool = False) -> tuple[Command, ...]:
    """A drill in which somebody comes down at `now`, and it rings."""
    subject.handle(asked(contacts=contacts), 0.0)
    subject.handle(body(FallSuspected, now), now)
    subject.handle(body(FallConfirmed, now + 4), now + 4)
    return subject.tick(now + 4 + DRILL_SECONDS)


def test_a_drill_is_shown_and_a_fall_in_it_rings_soon_and_calls_nobody():
    subject = alarm()
    (panel,) = subject.handle(asked(), 0.0)
    assert panel == ShowPanel(
        Lamp.SLOW_BLINK,
        Sound.SILENT,
        "Watching. Drill: a fall in the bath is taken for an exercise; that ends by itself.",
    )
    subject.handle(body(FallSuspected, 10.0), 10.0)
    assert standing(subject) == [(True, SUSPECTED)]
    subject.handle(body(FallConfirmed, 14.0), 14.0)
    assert standing(subject) == [(True, PENDING)]
    (incident,) = subject.incidents
    assert (incident.kind, incident.track, incident.reasons) == ("FallConfirmed", 1, ("Went down in 0.6 s.",))
    commands = subject.tick(14.0 + DRILL_SECONDS)
    assert standing(subject) == [(True, RAISED)]
    assert not told(commands)
    (panel,) = [command for command in commands if isinstance(command, ShowPanel)]
    assert panel.sound is Sound.SIREN
    assert panel.text.startswith("Drill. This is how it sounds; nobody is being called.")


def test_on_request_the_contacts_are_all_told_at_once_that_it_is_a_drill_and_when_it_is_over():
    subject = alarm()
    notices = told(drilled(subject, contacts=True))
    assert [notice.contact for notice in notices] == ["Anna", "Bert"]
    assert all(notice.title.startswith("DRILL: ") and not notice.urgent for notice in notices)
    assert all("This is a drill. Nothing has happened." in notice.body for notice in notices)
    notices = told(subject.handle(human(Resolved, 30.0, by="Anna"), 30.0))
    assert [notice.contact for notice in notices] == ["Anna", "Bert"]
    assert all(notice.title.startswith("DRILL: All clear: ") for notice in notices)


def test_the_button_takes_it_and_the_clock_ends_both_the_exercise_and_the_drill():
    subject = alarm()
    drilled(subject)
    subject.handle(human(Cancelled, 25.0, by="the button"), 25.0)
    subject.handle(body(PersonDown, 30.0, track=2), 30.0)  # the same body, found again where it lies
    assert standing(subject) == [(True, IncidentState.ACKNOWLEDGED)]
    subject.tick(25.0 + DRILL_ENDS_SECONDS)
    assert (subject.incidents, subject.drills.on) == ((), None)
    subject.handle(body(FallConfirmed, 100.0), 100.0)
    assert standing(subject) == [(False, PENDING)]


def test_getting_up_before_it_rings_ends_it_and_afterwards_it_waits_for_the_button():
    subject = alarm()
    subject.handle(asked(), 0.0)
    subject.handle(body(FallConfirmed, 4.0), 4.0)
    subject.handle(body(PersonRecovered, 6.0), 6.0)
    subject.tick(6.5)
    assert (subject.incidents, subject.drills.on) == ((), None)
    subject = alarm()
    drilled(subject)
    subject.handle(body(PersonRecovered, 22.0), 22.0)
    assert standing(subject) == [(True, RAISED)]
    subject.handle(human(Acknowledged, 25.0), 25.0)
    subject.tick(25.0 + DRILL_ENDS_SECONDS)
    assert subject.incidents == ()


def test_a_suspicion_that_comes_to_nothing_leaves_the_drill_on():
    subject = alarm()
    subject.handle(asked(), 0.0)
    subject.handle(body(FallSuspected, 1.0), 1.0)
    subject.handle(body(PersonRecovered, 3.0), 3.0)
    assert subject.incidents == ()
    subject.tick(4.0)
    subject.handle(body(FallConfirmed, 20.0), 20.0)
    assert standing(subject) == [(True, PENDING)]


@pytest.mark.parametrize("kind", [FallSuspected, FallConfirmed, PersonDown])
def test_an_emergency_elsewhere_goes_its_usual_way(kind: type[PersonEvent]):
    subject = alarm()
    subject.handle(asked(), 0.0)
    subject.handle(body(FallConfirmed, 4.0), 4.0)
    subject.handle(body(kind, 5.0, room="kitchen"), 5.0)
    assert (False, SUSPECTED if kind is FallSuspected else PENDING) in standing(subject)


@pytest.mark.parametrize("event", [body(LongLie, 9.0), human(HelpCalled, 9.0)])
def test_who_lies_long_or_calls_for_help_in_a_drill_is_in_need(event: Event):
    subject = alarm()
    subject.handle(asked(), 0.0)
    subject.handle(body(FallConfirmed, 4.0), 4.0)
    notices = told(subject.handle(event, 9.0))
    assert [notice.contact for notice in notices] == ["Anna"]
    assert not notices[0].title.startswith("DRILL")
    assert standing(subject)[0] == (False, RAISED)
    subject.handle(body(PersonDown, 10.0, track=2), 10.0)  # belongs to the emergency from now on
    assert 2 in [incident.track for incident in subject.incidents if not incident.drill]


def test_who_raises_an_arm_in_a_drill_is_asked_and_then_in_need():
    subject = alarm()
    subject.handle(asked(), 0.0)
    subject.handle(body(FallConfirmed, 4.0), 4.0)
    subject.handle(body(HelpGestured, 5.0), 5.0)
    assert (False, PENDING) in standing(subject)
    notices = told(subject.handle(body(HelpGestured, 11.0), 11.0))
    assert [notice.contact for notice in notices] == ["Anna"]
    assert standing(subject)[0] == (False, RAISED)


def test_what_was_the_matter_before_the_drill_is_none_of_it():
    subject = alarm()
    subject.handle(body(FallSuspected, 0.0), 0.0)
    subject.handle(asked(), 1.0)
    subject.handle(body(FallConfirmed, 4.0), 4.0)
    assert standing(subject) == [(False, PENDING)]


def test_who_is_still_down_when_nobody_has_answered_is_in_need():
    subject = alarm()
    drilled(subject)
    subject.tick(19.0 + DRILL_RINGS_SECONDS)
    assert standing(subject) == [(False, PENDING)]
    assert subject.drills.on is None


def test_a_drill_that_runs_out_while_it_rings_makes_an_emergency_of_who_is_down():
    subject = alarm()
    subject.handle(asked(20.0), 0.0)
    subject.handle(body(FallConfirmed, 10.0), 10.0)
    subject.tick(15.0)
    subject.tick(20.0)
    assert standing(subject) == [(False, PENDING), (True, RAISED)]


@pytest.mark.parametrize(("kind", "left"), [(PersonRecovered, []), (PersonLeft, [(False, PENDING)])])
def test_who_is_up_when_it_ends_is_not_and_who_is_lost_from_sight_is(
    kind: type[PersonEvent], left: list[tuple[bool, IncidentState]]
):
    subject = alarm()
    drilled(subject)
    subject.handle(body(kind, 22.0), 22.0)
    subject.tick(19.0 + DRILL_RINGS_SECONDS)
    assert standing(subject) == left


def test_it_can_be_ended_but_not_prolonged_and_there_is_one_at_a_time():
    subject = alarm()
    subject.handle(asked(), 0.0)
    subject.handle(asked(room="kitchen"), 1.0)
    subject.handle(asked(600.0), 200.0)
    assert subject.drills.on is not None
    assert (subject.drills.on.room, subject.drills.on.until) == ("bath", 300.0)
    subject.handle(asked(0.0), 201.0)
    (panel,) = subject.tick(201.0)
    assert panel == ShowPanel(Lamp.STEADY, Sound.SILENT, "Watching.")


def test_a_snooze_does_not_hold_a_drill():
    subject = alarm()
    subject.handle(human(Snoozed, 0.0, room="bath", seconds=600.0), 0.0)
    drilled(subject)
    assert standing(subject) == [(True, RAISED)]


def test_after_a_restart_there_is_no_drill_and_what_rang_falls_silent_by_itself():
    subject = alarm()
    drilled(subject)
    again = alarm()
    again.restore(subject.incidents, 30.0)
    assert again.drills.on is None
    assert standing(again) == [(True, RAISED)]
    again.handle(body(FallConfirmed, 31.0, track=2), 31.0)
    assert (False, PENDING) in standing(again)
    again.tick(30.0 + DRILL_RINGS_SECONDS)
    assert not any(incident.drill for incident in again.incidents)


def test_the_button_s_drill_has_nothing_to_do_with_it():
    subject = alarm()
    subject.handle(asked(contacts=True), 0.0)
    subject.handle(human(DrillStarted, 1.0, room="bath"), 1.0)
    assert not told(subject.tick(1.0 + DRILL_SECONDS))
    subject.handle(human(Resolved, 10.0), 10.0)
    assert subject.drills.on is not None


def test_a_blind_room_is_told_as_ever():
    drills = Drills()
    assert (drills.deadlines, drills.end(0.0)) == ((), ())
    drills.note(asked(), 0.0)
    assert drills.deadlines == (300.0,)
    assert drills.trigger(ViewLost(time=1.0, room="bath"), None, (), 1.0) is None


def test_an_exercise_is_told_from_a_drill_and_from_what_happens():
    shown = Incident(id="a", room="bath", kind="FallConfirmed", state=RAISED, opened=0.0, changed=0.0, drill=True)
    assert exercises([shown, replace(shown, kind="DrillStarted"), replace(shown, drill=False)], "bath") == [shown]
    assert is_exercise(Trigger.DRILL_DANGER)
    assert not is_exercise(Trigger.DRILL)


@given(st.floats(allow_nan=True), st.lists(st.floats(0, 400), max_size=5), st.floats(0, 1e4))
def test_no_drill_lasts_however_it_is_asked_for_unless_it_is_asked_for_again(
    seconds: float, falls: list[float], later: float
):
    subject = alarm()
    subject.handle(asked(seconds), 0.0)
    for number, now in enumerate(sorted(falls)):
        subject.tick(now)
        subject.handle(body(FallConfirmed, now, track=number), now)
    end = max(MAX_SECONDS, *falls, 0.0) + later
    subject.tick(end)
    assert subject.drills.on is None
    subject.handle(body(FallConfirmed, end, room="bath", track=99), end)
    assert any(not incident.drill for incident in subject.incidents)
