"""The life of an incident, step by step, and what holds of every life."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TypeVar

import pytest

from guardian import events
from guardian.alarm import MAX_OPEN, SAME_BODY_SECONDS, SAME_ROOM_SECONDS, Alarm
from guardian.commands import Announce, Ask, Command, Lamp, Notify, Save, ShowPanel, Sound, Speak
from guardian.contacts import Contact
from guardian.durations import DRILL_RINGS_SECONDS, REMIND_SECONDS
from guardian.events import (
    Acknowledged,
    CameraMoved,
    Cancelled,
    DrillStarted,
    Event,
    FallConfirmed,
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
    StrangerSeen,
    ViewLost,
    ViewRestored,
    WeeklyTestDue,
)
from guardian.incident import Incident, IncidentState
from guardian.lab.alarm_diagram import write_diagram
from guardian.particulars import MAX_REASONS
from guardian.settings import AlarmSettings
from guardian.transitions import PANEL, SEVERITY, STARTS, TRANSITIONS, TRIGGERS, Course, Trigger, severity_of
from guardian.weekly import WeeklyTest

SETTINGS = AlarmSettings(
    cancel_seconds=30, suspected_seconds=20, repeat_seconds=60, view_lost_seconds=180, snooze_seconds=600
)
CONTACTS = tuple(Contact(name=name, ways=("json://localhost",)) for name in ("Anna", "Bert", "Cleo"))
SUSPECTED, PENDING, RAISED = IncidentState.SUSPECTED, IncidentState.PENDING, IncidentState.RAISED
ACKNOWLEDGED, RESOLVED = IncidentState.ACKNOWLEDGED, IncidentState.RESOLVED
WATCHING = ShowPanel(Lamp.STEADY, Sound.SILENT, "Watching.")
C = TypeVar("C")


def numbered() -> Callable[[], str]:
    counter = itertools.count(1)
    return lambda: f"incident-{next(counter)}"


def alarm(contacts: tuple[Contact, ...] = CONTACTS, configured: tuple[str, ...] = ("StillnessExceeded",)) -> Alarm:
    made = Alarm(SETTINGS, contacts, numbered(), configured)
    assert made.tick(0.0) == (WATCHING,)
    return made


def body(kind: type[PersonEvent], time: float = 0.0, **fields: object) -> PersonEvent:
    defaults: dict[str, object] = {"room": "bedroom", "track": 1, "reasons": ("fell 1.1 m in 0.6 s",)}
    return kind(time=time, **{**defaults, **fields})  # type: ignore[arg-type]


def human(kind: type[Event], time: float = 0.0, **fields: object) -> Event:
    return kind(time=time, **{"by": "Anna", "via": "web", **fields})  # type: ignore[arg-type]


def of(commands: Iterable[Command], kind: type[C]) -> list[C]:
    return [command for command in commands if isinstance(command, kind)]


def raised(subject: Alarm, now: float = 100.0, **fields: object) -> Incident:
    subject.handle(body(LongLie, now, **fields), now)
    return next(incident for incident in subject.incidents if incident.state is RAISED)


class TestOpening:
    def test_a_suspicion_is_local_only(self):
        subject = alarm()
        commands = subject.handle(body(FallSuspected, 9.5), 10.0)
        (incident,) = subject.incidents
        assert commands == (
            Save(incident),
            ShowPanel(Lamp.SLOW_BLINK, Sound.SILENT, "Somebody may have fallen (bedroom). Watching closely."),
            Announce(incident),
        )
        assert (incident.state, incident.opened, incident.changed, incident.deadline) == (SUSPECTED, 9.5, 10.0, 30.0)

    @pytest.mark.parametrize(
        ("kind", "state"),
        [
            (FallConfirmed, PENDING),
            (PersonDown, PENDING),
            (StillnessExceeded, PENDING),
            (LongLie, RAISED),
            (HelpGestured, PENDING),
        ],
    )
    def test_what_is_seen_opens_an_incident(self, kind: type[PersonEvent], state: IncidentState):
        subject = alarm()
        commands = subject.handle(body(kind, 10.0, person="Mum", place="sofa"), 10.0)
        (incident,) = subject.incidents
        assert subject.state is state
        assert (incident.kind, incident.person, incident.place, incident.track) == (kind.__name__, "Mum", "sofa", 1)
        assert bool(of(commands, Notify)) == (state is RAISED)

    def test_pending_pips_and_asks(self):
        (panel,) = of(alarm().handle(body(FallConfirmed), 0.0), ShowPanel)
        assert panel == ShowPanel(
            Lamp.SLOW_BLINK, Sound.PIPS, "Are you all right? Press the button if you are (bedroom)."
        )

    def test_an_arm_that_was_raised_is_answered_before_anybody_is_called(self):
        subject = alarm()
        (panel,) = of(subject.handle(body(HelpGestured), 0.0), ShowPanel)
        assert panel == ShowPanel(
            Lamp.SLOW_BLINK,
            Sound.PIPS,
            "Your arm was seen. Keep it up and help is called at once; press the button if none is needed (bedroom).",
        )
        assert of(subject.handle(body(HelpGestured, 6.0), 6.0), Notify)
        assert subject.state is RAISED

    def test_an_arm_that_went_down_again_calls_after_the_countdown(self):
        subject = alarm()
        subject.handle(body(HelpGestured), 0.0)
        assert of(subject.tick(30.0), Notify)

    def test_a_behaviour_event_that_is_not_configured_opens_nothing(self):
        subject = alarm(configured=("StrangerSeen",))
        assert subject.handle(body(StillnessExceeded), 0.0) == ()
        assert subject.handle(body(StrangerSeen), 0.0)

    def test_an_event_of_which_no_alarm_can_be_made_is_refused_with_those_that_can(self):
        with pytest.raises(ValueError, match=r"CameraMoved.*StillnessExceeded"):
            Alarm(SETTINGS, (), numbered(), ("CameraMoved",))

    @pytest.mark.parametrize("kind", [PersonAppeared, PersonLeft, PersonRecovered])
    def test_what_is_no_danger_changes_nothing(self, kind: type[PersonEvent]):
        assert alarm().handle(body(kind), 0.0) == ()

    @pytest.mark.parametrize("kind", [Cancelled, Acknowledged, Resolved])
    def test_a_human_who_answers_nothing_changes_nothing(self, kind: type[Event]):
        assert alarm().handle(human(kind), 0.0) == ()

    def test_a_moved_camera_opens_nothing(self):
        assert alarm().handle(CameraMoved(time=0.0, room="bedroom"), 0.0) == ()

    def test_a_call_for_help_needs_no_room_and_says_who_called(self):
        subject = alarm()
        commands = subject.handle(human(HelpCalled, by="the button", via="button"), 0.0)
        (incident,) = subject.incidents
        assert (incident.state, incident.room, incident.kind) == (RAISED, "", "HelpCalled")
        (notice,) = of(commands, Notify)
        assert "Somebody is calling for help" in notice.title
        assert "Where: at home" in notice.body
        assert "the button called for help (button)." in notice.body

    def test_a_call_for_help_keeps_the_reasons_it_brings(self):
        subject = alarm()
        subject.handle(human(HelpCalled, reasons=("cannot get up",)), 0.0)
        assert subject.incidents[0].reasons == ("cannot get up",)


class TestCountdown:
    def test_it_ends_in_the_siren_and_the_first_contact(self):
        subject = alarm()
        subject.handle(body(FallConfirmed, person="Mum", place="floor"), 0.0)
        assert subject.next_deadline == 30.0
        assert subject.tick(29.9) == ()
        commands = subject.tick(30.0)
        (incident,) = subject.incidents
        assert [type(command) for command in commands] == [Save, ShowPanel, Speak, Announce, Notify]
        assert of(commands, ShowPanel)[0].sound is Sound.SIREN
        assert of(commands, ShowPanel)[0].lamp is Lamp.FAST_BLINK
        assert (incident.state, incident.step, incident.told, incident.deadline) == (RAISED, 1, ("Anna",), 90.0)
        (notice,) = of(commands, Notify)
        assert (notice.contact, notice.step, notice.urgent) == ("Anna", 1, True)
        assert notice.title == "Mum has fallen (bedroom, floor)"
        assert notice.body.splitlines() == [
            "Who: Mum",
            "Where: bedroom, floor",
            "What was seen: fell 1.1 m in 0.6 s.",
            "Since: 30 s ago",
            (
                "What to do: call or go there now. Then press Acknowledge, so that the siren stops and nobody else is"
                " called; close the incident when help has been given."
            ),
        ]

    def test_a_further_danger_does_not_begin_it_again(self):
        subject = alarm()
        subject.handle(body(PersonDown), 0.0)
        subject.handle(body(FallConfirmed, 20.0), 20.0)
        assert (subject.incidents[0].kind, subject.next_deadline) == ("FallConfirmed", 30.0)

    @pytest.mark.parametrize("first", [FallSuspected, FallConfirmed, HelpGestured])
    @pytest.mark.parametrize(
        ("answer", "outcome"),
        [
            (body(PersonRecovered), "recovered"),
            (human(Cancelled), "cancelled"),
            (human(Resolved, outcome="false alarm"), "false alarm"),
        ],
    )
    def test_it_is_called_off_in_time(self, first: type[PersonEvent], answer: Event, outcome: str):
        subject = alarm()
        subject.handle(body(first), 0.0)
        commands = subject.handle(answer, 5.0)
        (saved,) = of(commands, Save)
        assert (saved.incident.state, saved.incident.outcome, saved.incident.deadline) == (RESOLVED, outcome, None)
        assert of(commands, ShowPanel) == [WATCHING]
        assert not of(commands, Notify)
        assert (subject.incidents, subject.state, subject.next_deadline) == ((), None, None)

    def test_another_body_that_stands_up_does_not_call_it_off(self):
        subject = alarm()
        subject.handle(body(FallConfirmed, track=1, person="Mum"), 0.0)
        assert subject.handle(body(PersonRecovered, track=2, person="Mum"), 5.0) == ()
        assert subject.handle(body(PersonRecovered, room="kitchen"), 5.0) == ()
        assert subject.state is PENDING

    def test_a_suspicion_lapses_by_itself(self):
        subject = alarm()
        subject.handle(body(FallSuspected), 0.0)
        (saved,) = of(subject.tick(20.0), Save)
        assert (saved.incident.state, saved.incident.outcome) == (RESOLVED, "lapsed")

    @pytest.mark.parametrize("call", [body(LongLie), body(HelpGestured), human(HelpCalled)])
    @pytest.mark.parametrize("first", [FallSuspected, FallConfirmed])
    def test_a_call_ends_it_at_once(self, first: type[PersonEvent], call: Event):
        subject = alarm()
        subject.handle(body(first), 0.0)
        assert of(subject.handle(call, 5.0), Notify)
        assert [incident.state for incident in subject.incidents] == [RAISED]

    def test_who_is_quick_takes_it_before_it_rings(self):
        subject = alarm()
        subject.handle(body(FallConfirmed), 0.0)
        subject.handle(human(Acknowledged), 5.0)
        assert subject.state is ACKNOWLEDGED


class TestRaised:
    def test_it_goes_on_to_the_next_contact_and_in_the_end_to_all(self):
        subject = alarm()
        incident = raised(subject, 0.0)
        told = [[notice.contact for notice in of(subject.tick(60.0 * turn), Notify)] for turn in (1, 2, 3, 4)]
        assert told == [["Bert"], ["Cleo"], ["Anna", "Bert", "Cleo"], ["Anna", "Bert", "Cleo"]]
        assert incident.step == 1
        assert subject.incidents[0].step == 5

    def test_a_repeat_says_who_was_told(self):
        subject = alarm()
        raised(subject, 0.0)
        (notice,) = of(subject.tick(60.0), Notify)
        assert "Told so far: Anna; nobody has acknowledged yet" in notice.body

    def test_without_contacts_it_rings_on_the_spot(self):
        subject = alarm(contacts=())
        subject.handle(body(LongLie), 0.0)
        commands = subject.tick(60.0)
        assert not of(commands, Notify)
        assert of(commands, Announce)[0].incident.deadline == 120.0

    def test_getting_up_does_not_silence_it_but_is_told(self):
        subject = alarm()
        raised(subject, 0.0)
        commands = subject.handle(body(PersonRecovered, 10.0, reasons=("upright for 10 s",)), 10.0)
        (notice,) = of(commands, Notify)
        assert (subject.state, notice.contact, notice.urgent) == (RAISED, "Anna", False)
        assert "fell 1.1 m in 0.6 s. upright for 10 s." in notice.body
        assert subject.next_deadline == 60.0

    def test_getting_up_without_a_reason_is_told_too(self):
        subject = alarm()
        raised(subject, 0.0)
        subject.handle(body(PersonRecovered, reasons=()), 10.0)
        assert subject.incidents[0].reasons[-1] == "Upright again."

    def test_falling_and_getting_up_all_night_does_not_grow(self):
        subject = alarm()
        raised(subject, 0.0)
        for turn in range(50):
            subject.handle(body(PersonRecovered, reasons=(f"upright {turn}",)), 1.0)
        assert len(subject.incidents[0].reasons) == MAX_REASONS

    def test_a_named_human_silences_it(self):
        subject = alarm()
        raised(subject, 0.0)
        subject.tick(60.0)
        commands = subject.handle(human(Acknowledged, by="Bert", via="phone"), 70.0)
        (incident,) = subject.incidents
        assert (incident.state, incident.acknowledged_by, incident.acknowledged_via) == (ACKNOWLEDGED, "Bert", "phone")
        (panel,) = of(commands, ShowPanel)
        assert (panel.sound, panel.text) == (Sound.SILENT, "Bert knows (bedroom) and has silenced the siren.")
        notices = of(commands, Notify)
        assert [(notice.contact, notice.urgent) for notice in notices] == [("Anna", False), ("Bert", False)]
        assert all(notice.title.startswith("Bert has taken it: ") for notice in notices)

    def test_the_person_herself_can_silence_it(self):
        subject = alarm()
        raised(subject)
        subject.handle(human(Cancelled, by="the button", via="button"), 110.0)
        assert (subject.state, subject.incidents[0].acknowledged_by) == (ACKNOWLEDGED, "the button")

    def test_a_lesser_event_does_not_rename_it(self):
        subject = alarm()
        raised(subject, 0.0)
        assert subject.handle(body(FallConfirmed, reasons=("less",)), 1.0) == ()
        assert (subject.incidents[0].kind, subject.incidents[0].reasons) == ("LongLie", ("fell 1.1 m in 0.6 s",))

    def test_an_event_without_reasons_keeps_the_ones_there_were(self):
        subject = alarm()
        subject.handle(body(FallConfirmed), 0.0)
        subject.handle(body(LongLie, reasons=()), 1.0)
        assert (subject.incidents[0].kind, subject.incidents[0].reasons) == ("LongLie", ("fell 1.1 m in 0.6 s",))


class TestAcknowledged:
    def test_a_worse_event_of_the_same_emergency_does_not_ring_again(self):
        subject = alarm()
        subject.handle(body(FallConfirmed), 0.0)
        subject.tick(30.0)
        subject.handle(human(Acknowledged), 40.0)
        commands = subject.handle(body(LongLie, 60.0), 60.0)
        assert [type(command) for command in commands] == [Save, Announce]
        assert (subject.state, subject.incidents[0].kind) == (ACKNOWLEDGED, "LongLie")

    @pytest.mark.parametrize(
        ("fields", "after"),
        [({"track": 1}, SAME_BODY_SECONDS), ({"track": 2}, SAME_ROOM_SECONDS)],
        ids=["the same body", "a new track in the room"],
    )
    def test_later_it_is_a_new_emergency(self, fields: dict[str, object], after: float):
        for seconds, states in ((after - 1, [ACKNOWLEDGED]), (after, [PENDING, ACKNOWLEDGED])):
            subject = alarm()
            raised(subject, 0.0)
            subject.handle(human(Acknowledged), 10.0)
            subject.handle(body(FallConfirmed, 10.0 + seconds, **fields), 10.0 + seconds)
            assert [incident.state for incident in subject.incidents] == states

    def test_a_call_for_help_always_rings_again(self):
        subject = alarm()
        incident = raised(subject, 0.0)
        subject.handle(human(Acknowledged), 10.0)
        subject.handle(human(HelpCalled, incident=incident.id), 11.0)
        assert [each.state for each in subject.incidents] == [RAISED, ACKNOWLEDGED]

    def test_it_is_remembered_after_longer_and_longer_times(self):
        subject = alarm()
        raised(subject, 0.0)
        subject.handle(human(Acknowledged), 10.0)
        times = []
        for _ in range(3):
            assert subject.next_deadline is not None
            times.append(subject.next_deadline - 10.0)
            commands = subject.tick(subject.next_deadline)
        assert times == [REMIND_SECONDS, 2 * REMIND_SECONDS, 4 * REMIND_SECONDS]
        (notice,) = of(commands, Notify)
        assert (notice.contact, notice.urgent) == ("Anna", False)
        assert "Acknowledged: 2 h ago, by Anna (web)" in notice.body

    def test_another_human_takes_it_over_and_twice_the_same_is_nothing_new(self):
        subject = alarm()
        raised(subject)
        subject.handle(human(Acknowledged), 110.0)
        assert of(subject.handle(human(Acknowledged, by="Bert"), 120.0), Save)
        assert subject.handle(human(Acknowledged, by="Bert"), 130.0) == ()
        assert subject.incidents[0].changed == 110.0

    @pytest.mark.parametrize(
        ("answer", "outcome", "ending"),
        [
            (body(PersonRecovered), "recovered", "How it ended: recovered, by Anna (web)"),
            (human(Resolved, by="Bert", outcome="helped"), "helped", "How it ended: helped, by Anna (web)"),
        ],
    )
    def test_all_who_were_told_hear_that_it_is_over(self, answer: Event, outcome: str, ending: str):
        subject = alarm()
        raised(subject, 0.0)
        subject.tick(60.0)
        subject.handle(human(Acknowledged), 70.0)
        commands = subject.handle(answer, 80.0)
        notices = of(commands, Notify)
        assert [(notice.contact, notice.urgent) for notice in notices] == [("Anna", False), ("Bert", False)]
        assert notices[0].title == "All clear: Somebody has been on the floor for too long (bedroom)"
        assert ending in notices[0].body
        assert of(commands, Save)[0].incident.outcome == outcome

    def test_closing_without_acknowledging_names_who_closed(self):
        subject = alarm()
        raised(subject)
        (saved,) = of(subject.handle(human(Resolved, by="Bert"), 110.0), Save)
        assert (saved.incident.acknowledged_by, saved.incident.outcome) == ("Bert", "helped")


class TestSeveral:
    def test_each_room_has_its_own_and_the_panel_shows_the_worst(self):
        subject = alarm()
        raised(subject, 0.0, room="kitchen")
        subject.handle(human(Acknowledged), 1.0)
        subject.handle(body(FallSuspected, room="hall"), 2.0)
        subject.handle(body(FallConfirmed, room="bedroom"), 3.0)
        assert [(each.room, each.state) for each in subject.incidents] == [
            ("bedroom", PENDING),
            ("hall", SUSPECTED),
            ("kitchen", ACKNOWLEDGED),
        ]
        assert subject.state is PENDING

    def test_a_new_track_in_the_room_joins_and_is_followed(self):
        subject = alarm()
        subject.handle(body(FallSuspected, track=1), 0.0)
        subject.handle(body(FallConfirmed, track=2), 5.0)
        assert [(each.state, each.track) for each in subject.incidents] == [(PENDING, 2)]
        subject.handle(body(PersonRecovered, track=2), 6.0)
        assert subject.state is None

    @pytest.mark.parametrize("names", [("Mum", "Dad"), ("Mum", None), (None, None)])
    def test_names_make_no_second_emergency_of_one(self, names: tuple[str | None, str | None]):
        subject = alarm()
        subject.handle(body(FallConfirmed, track=1, person=names[0]), 0.0)
        subject.handle(body(FallConfirmed, track=2, person=names[1]), 5.0)
        subject.handle(body(LongLie, track=2, person=names[1]), 6.0)
        assert [each.state for each in subject.incidents] == [RAISED]

    def test_the_button_means_the_worst_that_it_can_change(self):
        subject = alarm()
        raised(subject, 0.0, room="kitchen")
        subject.handle(body(FallConfirmed), 1.0)
        subject.handle(human(Acknowledged), 2.0)
        assert [(each.room, each.state) for each in subject.incidents] == [
            ("bedroom", PENDING),
            ("kitchen", ACKNOWLEDGED),
        ]
        subject.handle(human(Cancelled), 3.0)
        assert [each.room for each in subject.incidents] == ["kitchen"]

    def test_a_room_or_an_id_means_that_one(self):
        subject = alarm()
        first = raised(subject, 0.0, room="kitchen")
        subject.handle(body(FallConfirmed), 1.0)
        subject.handle(human(Resolved, room="bedroom"), 2.0)
        assert [each.room for each in subject.incidents] == ["kitchen"]
        assert subject.handle(human(Resolved, incident="another"), 3.0) == ()
        subject.handle(human(Resolved, incident=first.id), 3.0)
        assert subject.incidents == ()

    def test_a_call_that_names_a_pending_one_raises_that_one(self):
        subject = alarm()
        subject.handle(body(FallConfirmed, room="kitchen"), 0.0)
        subject.handle(body(FallConfirmed, room="bedroom"), 1.0)
        meant = next(each.id for each in subject.incidents if each.room == "bedroom")
        subject.handle(human(HelpCalled, incident=meant), 2.0)
        assert {each.room: each.state for each in subject.incidents} == {"kitchen": PENDING, "bedroom": RAISED}

    def test_the_oldest_that_somebody_has_taken_gives_way_where_there_are_too_many(self):
        subject = alarm()
        for number in range(MAX_OPEN):
            raised(subject, float(number), room=f"room {number}")
            subject.handle(human(Acknowledged), float(number))
        commands = subject.handle(body(LongLie, room="one more"), 50.0)
        assert {save.incident.room: save.incident.outcome for save in of(commands, Save)} == {
            "room 0": "superseded",
            "one more": None,
        }
        assert len(subject.incidents) == MAX_OPEN

    def test_one_that_rings_never_gives_way(self):
        subject = alarm()
        for number in range(MAX_OPEN + 3):
            subject.handle(body(LongLie, room=f"room {number}"), 0.0)
        assert len(subject.incidents) == MAX_OPEN
        assert {each.state for each in subject.incidents} == {RAISED}


class TestSnooze:
    def test_it_is_shown_and_ends_by_itself(self):
        subject = alarm()
        (panel,) = of(subject.handle(human(Snoozed, seconds=600.0), 0.0), ShowPanel)
        assert panel.text == "Watching. New alarms are held for a while; that ends by itself."
        assert (subject.snoozed, subject.next_deadline) == ({"": 600.0}, 600.0)
        assert subject.tick(600.0) == (WATCHING,)
        assert subject.next_deadline is None

    def test_what_happened_meanwhile_is_not_lost(self):
        subject = alarm()
        subject.handle(human(Snoozed, seconds=600.0, room="bedroom"), 0.0)
        assert subject.handle(body(LongLie, 100.0), 100.0) == ()
        assert subject.handle(body(FallConfirmed, 110.0), 110.0) == ()
        subject.tick(600.0)
        assert [(each.kind, each.state, each.opened) for each in subject.incidents] == [("LongLie", RAISED, 100.0)]

    @pytest.mark.parametrize("end", [PersonRecovered, PersonLeft])
    def test_who_got_up_meanwhile_does_not_ring_afterwards(self, end: type[PersonEvent]):
        subject = alarm()
        subject.handle(human(Snoozed, seconds=600.0), 0.0)
        subject.handle(body(FallConfirmed), 100.0)
        subject.handle(body(end), 110.0)
        assert of(subject.tick(600.0), Save) == []

    def test_a_suspicion_is_not_kept(self):
        subject = alarm()
        subject.handle(human(Snoozed, seconds=600.0), 0.0)
        assert subject.handle(body(FallSuspected), 1.0) == ()
        assert of(subject.tick(600.0), Save) == []

    def test_it_mutes_no_other_room_and_no_open_incident(self):
        subject = alarm()
        subject.handle(body(FallConfirmed), 0.0)
        (panel,) = of(subject.handle(human(Snoozed, seconds=600.0, room="bedroom"), 1.0), ShowPanel)
        assert panel.sound is Sound.PIPS
        assert panel.text.endswith("New alarms of bedroom are held for a while; that ends by itself.")
        subject.handle(body(FallConfirmed, room="kitchen"), 2.0)
        assert of(subject.tick(31.0), ShowPanel)[0].sound is Sound.SIREN
        assert len(subject.incidents) == 2

    @pytest.mark.parametrize("kind", [HelpCalled, DrillStarted])
    def test_what_a_human_asks_for_goes_through(self, kind: type[Event]):
        subject = alarm()
        subject.handle(human(Snoozed, seconds=600.0), 0.0)
        assert of(subject.handle(human(kind), 1.0), Save)

    @pytest.mark.parametrize(("seconds", "until"), [(1e9, 14_400.0), (0.0, 0.0), (-5.0, 0.0), (float("nan"), 0.0)])
    def test_it_has_an_end(self, seconds: float, until: float):
        subject = alarm()
        subject.handle(human(Snoozed, seconds=seconds), 0.0)
        assert subject.snoozed == {"": until}

    def test_what_is_held_is_bounded(self):
        subject = alarm()
        subject.handle(human(Snoozed, seconds=600.0), 0.0)
        for number in range(100):
            subject.handle(body(LongLie, room=f"room {number}"), 1.0)
        subject.tick(600.0)
        assert {each.room for each in subject.incidents} == {f"room {number}" for number in range(68, 100)}

    def test_a_lost_view_waits_for_its_end(self):
        subject = alarm()
        subject.handle(human(Snoozed, seconds=600.0), 0.0)
        subject.handle(ViewLost(time=0.0, room="bedroom"), 0.0)
        assert of(subject.tick(200.0), Save) == []
        assert subject.next_deadline == 600.0
        assert of(subject.tick(600.0), Save)


class TestView:
    LOST = ViewLost(time=0.0, room="bedroom", reasons=("too dark: brightness 1 %",))

    def test_a_short_loss_is_only_shown(self):
        subject = alarm()
        commands = subject.handle(self.LOST, 0.0)
        assert commands == (ShowPanel(Lamp.DOUBLE_BLINK, Sound.SILENT, "Guardian cannot see bedroom."),)
        assert subject.handle(ViewRestored(time=9.0, room="bedroom"), 9.0) == (WATCHING,)
        assert subject.next_deadline is None

    def test_a_long_one_is_told_without_noise(self):
        subject = alarm()
        subject.handle(self.LOST, 0.0)
        commands = subject.tick(180.0)
        (notice,) = of(commands, Notify)
        (panel,) = of(commands, ShowPanel)
        assert (notice.contact, notice.urgent, notice.title) == ("Anna", False, "Guardian cannot see (bedroom)")
        assert "too dark: brightness 1 %." in notice.body
        assert "see whether the lamp" in notice.body
        assert (panel.lamp, panel.sound) == (Lamp.DOUBLE_BLINK, Sound.SILENT)
        assert subject.incidents[0].opened == 0.0

    def test_the_first_loss_counts(self):
        subject = alarm()
        subject.handle(self.LOST, 0.0)
        subject.handle(self.LOST, 100.0)
        assert subject.next_deadline == 180.0

    def test_what_is_known_later_is_what_is_told(self):
        subject = alarm()
        subject.handle(self.LOST, 0.0)
        subject.handle(ViewLost(time=7.0, room="bedroom", reasons=("There is no such film.",)), 7.0)
        (notice,) = of(subject.tick(180.0), Notify)
        assert "There is no such film." in notice.body
        assert subject.incidents[0].opened == 0.0

    @pytest.mark.parametrize("taken", [True, False])
    def test_it_ends_when_the_room_is_seen_again(self, taken: bool):  # noqa: FBT001 a case of the test
        subject = alarm()
        subject.handle(self.LOST, 0.0)
        subject.tick(180.0)
        if taken:
            subject.handle(human(Acknowledged), 190.0)
        assert subject.handle(ViewRestored(time=200.0, room="kitchen"), 200.0) == ()
        commands = subject.handle(ViewRestored(time=200.0, room="bedroom"), 200.0)
        assert of(commands, Save)[0].incident.outcome == "view restored"
        assert [notice.urgent for notice in of(commands, Notify)] == [False]
        assert of(commands, ShowPanel) == [WATCHING]

    def test_after_a_human_closed_it_the_panel_still_says_so(self):
        subject = alarm()
        subject.handle(self.LOST, 0.0)
        subject.tick(180.0)
        (panel,) = of(subject.handle(human(Resolved), 190.0), ShowPanel)
        assert (panel.lamp, panel.text) == (Lamp.DOUBLE_BLINK, "Guardian cannot see bedroom.")
        assert subject.next_deadline is None

    def test_a_fall_in_the_room_is_another_incident(self):
        subject = alarm()
        subject.handle(self.LOST, 0.0)
        subject.tick(180.0)
        subject.handle(body(FallConfirmed), 181.0)
        assert [each.kind for each in subject.incidents] == ["FallConfirmed", "ViewLost"]
        assert subject.state is PENDING

    def test_after_a_restart_the_same_blindness_is_not_told_twice(self):
        subject = alarm()
        subject.handle(self.LOST, 0.0)
        subject.tick(180.0)
        again = alarm()
        again.restore(subject.incidents, 0.0)
        again.handle(self.LOST, 0.0)
        assert of(again.tick(180.0), Save) == []


class TestFaults:
    def test_they_are_shown_until_they_clear(self):
        subject = alarm()
        broker = FaultOccurred(time=0.0, room="", part="broker", reasons=("connection refused",))
        camera = FaultOccurred(time=0.0, room="hall", part="camera")
        (panel,) = subject.handle(broker, 0.0)
        assert panel == ShowPanel(Lamp.DOUBLE_BLINK, Sound.SILENT, "Does not work: broker: connection refused.")
        (panel,) = of(subject.handle(camera, 0.0), ShowPanel)
        assert panel.text.endswith("Does not work: camera (hall).")
        subject.handle(FaultCleared(time=1.0, room="", part="broker"), 1.0)
        assert subject.handle(FaultCleared(time=1.0, room="hall", part="camera"), 1.0) == (WATCHING,)

    def test_an_emergency_is_shown_before_them(self):
        subject = alarm()
        subject.handle(FaultOccurred(time=0.0, room="", part="broker"), 0.0)
        (panel,) = of(subject.handle(body(FallConfirmed), 0.0), ShowPanel)
        assert panel.lamp is Lamp.SLOW_BLINK


class TestDrill:
    def test_it_is_short_local_and_marked(self):
        subject = alarm()
        (panel,) = of(subject.handle(human(DrillStarted), 0.0), ShowPanel)
        assert panel.text.startswith("Drill. Are you all right?")
        commands = subject.tick(5.0)
        (panel,) = of(commands, ShowPanel)
        assert (panel.sound, panel.text[:6]) == (Sound.SIREN, "Drill.")
        assert "nobody is being called" in panel.text
        assert not of(commands, Notify)
        assert (subject.incidents[0].drill, subject.next_deadline) == (True, 5.0 + DRILL_RINGS_SECONDS)

    def test_it_ends_by_the_button_and_the_clock(self):
        subject = alarm()
        subject.handle(human(DrillStarted), 0.0)
        subject.tick(5.0)
        subject.handle(human(Cancelled), 6.0)
        (saved,) = of(subject.tick(66.0), Save)
        assert (saved.incident.state, saved.incident.outcome) == (RESOLVED, "drill")

    def test_one_at_a_time(self):
        subject = alarm()
        subject.handle(human(DrillStarted), 0.0)
        assert subject.handle(human(DrillStarted), 1.0) == ()

    def test_a_real_fall_does_not_hide_in_it(self):
        subject = alarm()
        subject.handle(human(DrillStarted), 0.0)
        subject.tick(5.0)
        subject.handle(body(FallConfirmed), 6.0)
        assert [(each.drill, each.state) for each in subject.incidents] == [(False, PENDING), (True, RAISED)]


class TestRota:
    def test_who_is_off_duty_is_called_after_the_others_and_all_in_the_end(self):
        subject = alarm()
        subject.off_duty = frozenset({"Anna"})
        subject.handle(body(LongLie), 0.0)
        called = [[notice.contact for notice in of(subject.tick(60.0 * minute), Notify)] for minute in (1, 2, 3)]
        assert subject.incidents[0].told == ("Bert", "Cleo", "Anna")
        assert called == [["Cleo"], ["Anna"], ["Anna", "Bert", "Cleo"]]

    def test_where_nobody_is_on_duty_the_first_is_called(self):
        subject = alarm()
        subject.off_duty = frozenset({"Anna", "Bert", "Cleo"})
        (notice,) = of(subject.handle(body(LongLie), 0.0), Notify)
        assert notice.contact == "Anna"


class TestFalseAlarmSaidOnAPhone:
    def said(self, incident: str | None, by: str = "Bert", now: float = 110.0) -> Event:
        return FalseAlarmSaid(time=now, by=by, via="phone", incident=incident)

    def test_who_says_so_is_asked_again_and_all_goes_on(self):
        subject = alarm()
        incident = raised(subject)
        (notice,) = subject.handle(self.said(incident.id), 110.0)
        assert isinstance(notice, Notify)
        assert (notice.contact, notice.incident, notice.ask, notice.urgent) == ("Bert", incident.id, Ask.CONFIRM, False)
        assert notice.title == "Really a false alarm? Somebody has been on the floor for too long (bedroom)"
        assert subject.incidents == (incident,)
        assert [each.contact for each in of(subject.tick(160.0), Notify)] == ["Bert"]

    def test_what_was_taken_can_be_closed_so_as_well(self):
        subject = alarm()
        incident = raised(subject)
        subject.handle(human(Acknowledged, 105.0), 105.0)
        assert of(subject.handle(self.said(incident.id), 110.0), Notify)

    @pytest.mark.parametrize(("incident", "by"), [(None, "Bert"), ("incident-9", "Bert"), ("incident-1", "Mallory")])
    def test_nobody_is_asked_of_what_is_not_open_or_who_is_no_contact(self, incident: str | None, by: str):
        subject = alarm()
        raised(subject)
        assert subject.handle(self.said(incident, by), 110.0) == ()

    def test_a_blind_camera_and_a_test_are_no_false_alarm(self):
        subject = alarm()
        subject.handle(ViewLost(time=0.0, room="bedroom"), 0.0)
        subject.tick(180.0)
        (blind,) = subject.incidents
        assert subject.handle(self.said(blind.id), 181.0) == ()


class TestQuietHours:
    @pytest.mark.parametrize("kind", sorted({*TRIGGERS, *SEVERITY} - {"ViewRestored"}))
    @pytest.mark.parametrize("answer", [Acknowledged, Resolved, PersonRecovered])
    def test_of_an_emergency_everybody_is_told_the_same_at_once_whatever_hours_are_quiet(
        self, kind: str, answer: type[Event]
    ):
        def told(quiet_until: dict[str, datetime]) -> list[Notify]:
            subject = alarm(configured=tuple(SEVERITY))
            subject.quiet_until = quiet_until
            said = [*subject.handle(made(getattr(events, kind), 0.0), 0.0), *subject.tick(40.0), *subject.tick(101.0)]
            said += [*subject.handle(made(answer, 110.0), 110.0), *subject.tick(5_000.0)]
            return of(said, Notify)

        def made(each: type[Event], now: float) -> Event:
            if issubclass(each, HumanEvent):
                return human(each, now)
            return body(each, now) if issubclass(each, PersonEvent) else each(time=now, room="bedroom")

        held = told(dict.fromkeys(("Anna", "Bert", "Cleo"), datetime(2025, 6, 2, 7, 0, tzinfo=timezone.utc)))
        assert held == told({})
        assert not [notice for notice in held if notice.held_until]
        assert held or severity_of(kind) == 0

    def test_a_camera_that_cannot_see_waits_for_the_morning_of_whoever_sleeps(self):
        morning = datetime(2025, 6, 2, 7, 0, tzinfo=timezone.utc)
        subject = alarm()
        subject.quiet_until = {"Anna": morning}
        subject.handle(ViewLost(time=0.0, room="bedroom"), 0.0)
        (anna,) = of(subject.tick(180.0), Notify)
        (bert,) = of(subject.tick(180.0 + 14_400.0), Notify)
        assert (anna.contact, anna.held_until) == ("Anna", morning)
        assert (bert.contact, bert.held_until) == ("Bert", None)
        over = of(subject.handle(ViewRestored(time=15_000.0, room="bedroom"), 15_000.0), Notify)
        assert {notice.contact: notice.held_until for notice in over} == {"Anna": morning, "Bert": None}


class TestWeekly:
    DUE = WeeklyTestDue(time=0.0, room="", reasons=("The weekly test.",))

    def made(self, **fields: object) -> Alarm:
        weekly = WeeklyTest.model_validate({"day": "Mon", "minutes": 20, **fields})
        subject = Alarm(SETTINGS.model_copy(update={"weekly_test": weekly}), CONTACTS, numbered())
        subject.tick(0.0)
        return subject

    def test_all_contacts_are_asked_at_once_as_urgently_as_in_an_alarm_and_told_that_it_is_none(self):
        commands = self.made().handle(self.DUE, 0.0)
        assert [type(command) for command in commands] == [Save, ShowPanel, Speak, Announce, *[Notify] * 3]
        notices = of(commands, Notify)
        assert [notice.contact for notice in notices] == ["Anna", "Bert", "Cleo"]
        assert all(notice.urgent and notice.ask is Ask.TEST for notice in notices)
        assert {notice.title for notice in notices} == {"TEST: This is the weekly test"}
        assert all("Nothing has happened." in notice.body for notice in notices)
        (panel,) = of(commands, ShowPanel)
        assert panel == ShowPanel(
            Lamp.SLOW_BLINK,
            Sound.SILENT,
            "This is the weekly test. Nothing has happened. Press the button, please.",
        )

    def test_the_first_answer_ends_it_and_everybody_reads_whose(self):
        subject = self.made()
        subject.handle(self.DUE, 0.0)
        commands = subject.handle(human(Acknowledged, 5.0), 5.0)
        (saved,) = of(commands, Save)
        assert (saved.incident.state, saved.incident.outcome) == (RESOLVED, "answered")
        assert {notice.title for notice in of(commands, Notify)} == {"TEST: Anna has answered"}
        assert not any(notice.urgent for notice in of(commands, Notify))
        assert of(commands, Speak) == [Speak("")]
        assert subject.incidents == ()

    def test_nobody_answers(self):
        subject = self.made()
        subject.handle(self.DUE, 0.0)
        assert subject.next_deadline == 1_200.0
        commands = subject.tick(1_200.0)
        (saved,) = of(commands, Save)
        assert (saved.incident.state, saved.incident.outcome) == (RESOLVED, "unanswered")
        assert {notice.title for notice in of(commands, Notify)} == {"TEST: nobody has answered"}

    def test_without_contacts_it_stays_on_the_box(self):
        subject = self.made(contacts=False)
        commands = subject.handle(self.DUE, 0.0)
        assert of(commands, Notify) == []
        assert of(commands, ShowPanel)
        assert of(subject.tick(1_200.0), Notify) == []

    def test_an_emergency_meanwhile_is_one_of_its_own_and_comes_first(self):
        subject = self.made()
        subject.handle(self.DUE, 0.0)
        commands = subject.handle(body(LongLie, 10.0), 10.0)
        assert [notice.title for notice in of(commands, Notify)] == [
            "Somebody has been on the floor for too long (bedroom)"
        ]
        assert of(commands, ShowPanel)[0].sound is Sound.SIREN
        subject.handle(human(Acknowledged, 11.0), 11.0)
        assert [(each.kind, each.state) for each in subject.incidents] == [
            ("LongLie", ACKNOWLEDGED),
            ("WeeklyTestDue", RAISED),
        ]

    def test_a_call_for_help_is_no_answer(self):
        subject = self.made()
        subject.handle(self.DUE, 0.0)
        subject.handle(human(HelpCalled, 10.0), 10.0)
        assert [each.kind for each in subject.incidents] == ["HelpCalled", "WeeklyTestDue"]

    def test_one_is_enough_and_a_drill_is_another_matter(self):
        subject = self.made()
        subject.handle(self.DUE, 0.0)
        assert of(subject.handle(self.DUE, 1.0), Save) == []
        subject.handle(human(DrillStarted, 2.0), 2.0)
        assert [each.kind for each in subject.incidents] == ["DrillStarted", "WeeklyTestDue"]

    def test_one_that_is_switched_off_meanwhile_still_ends(self):
        subject = self.made()
        (saved,) = of(subject.handle(self.DUE, 0.0), Save)
        again = alarm()
        again.restore([saved.incident], 10.0)
        assert of(again.tick(1_900.0), Save)
        assert again.incidents == ()


class TestRestore:
    def test_what_rang_rings_again_and_who_was_told_is_not_told_again(self):
        subject = alarm()
        subject.handle(body(FallConfirmed), 0.0)
        (saved,) = of(subject.tick(30.0), Save)
        again = Alarm(SETTINGS, CONTACTS, numbered())
        commands = again.restore([saved.incident], 40.0)
        (incident,) = again.incidents
        assert incident == replace(saved.incident, track=None)
        assert [type(command) for command in commands] == [ShowPanel, Speak, Announce]
        assert of(commands, ShowPanel)[0].sound is Sound.SIREN
        (notice,) = of(again.tick(90.0), Notify)
        assert (notice.contact, notice.step, notice.urgent, notice.asked) == ("Bert", 2, True, 90.0)

    @pytest.mark.parametrize(("stored", "expected"), [(1e12, 130.0), (-1e12, -1e12), (120.0, 120.0), (None, 130.0)])
    def test_a_clock_that_was_wrong_cannot_put_off_an_alarm(self, stored: float | None, expected: float):
        subject = alarm()
        incident = Incident(
            id="a", room="hall", kind="FallConfirmed", state=PENDING, opened=0.0, changed=0.0, deadline=stored
        )
        subject.restore([incident], 100.0)
        assert subject.next_deadline == expected
        subject.tick(130.0)
        assert subject.state is RAISED

    def test_what_is_closed_or_makes_no_sense_is_left_alone(self):
        subject = alarm()
        closed = Incident(id="a", room="hall", kind="FallConfirmed", state=RESOLVED, opened=0.0, changed=0.0)
        odd = replace(closed, id="b", kind="ViewLost", state=SUSPECTED)
        assert subject.restore([closed, odd], 0.0) == ()

    def test_a_body_that_still_lies_there_joins_and_can_then_recover(self):
        subject = alarm()
        old = Incident(id="a", room="bedroom", kind="FallConfirmed", state=PENDING, opened=0.0, changed=0.0, track=7)
        subject.restore([old], 0.0)
        assert subject.handle(body(PersonRecovered, track=7), 1.0) == ()
        subject.handle(body(PersonDown, track=1), 2.0)
        assert [each.id for each in subject.incidents] == ["a"]
        subject.handle(body(PersonRecovered, track=1), 3.0)
        assert subject.incidents == ()


class TestTable:
    HUMAN = frozenset({Trigger.CANCEL, Trigger.ACKNOWLEDGE, Trigger.CLOSE})
    RECOVERY = frozenset({Trigger.RECOVERY, Trigger.VIEW_RESTORED})

    @pytest.mark.parametrize("course", [Course.EMERGENCY, Course.BLINDNESS])
    def test_no_way_from_raised_to_idle_without_a_human_or_a_recovery(self, course: Course):
        reached, waiting = set(), [RAISED]
        while waiting:
            state = waiting.pop()
            reached.add(state)
            steps = TRANSITIONS[course].get(state, {}).items()
            without = {after for trigger, after in steps if trigger not in self.HUMAN | self.RECOVERY}
            waiting += without - reached
        assert RESOLVED not in reached

    @pytest.mark.parametrize("course", Course)
    def test_from_every_reachable_state_a_human_can_end_it(self, course: Course):
        reachable = {after for rows in TRANSITIONS[course].values() for after in rows.values()}
        for state in reachable - {RESOLVED}:
            assert TRANSITIONS[course][state][Trigger.CLOSE] is RESOLVED

    @pytest.mark.parametrize("course", Course)
    def test_every_state_but_the_last_is_reachable_and_has_a_face(self, course: Course):
        table = TRANSITIONS[course]
        reached = {after for rows in table.values() for after in rows.values()}
        assert reached - {RESOLVED} == set(table) - {None}
        assert {state for each, state in PANEL if each is course} == reached - {RESOLVED}

    def test_every_trigger_is_used_and_begins_at_most_one_course(self):
        used = [trigger for rows in TRANSITIONS.values() for steps in rows.values() for trigger in steps]
        assert set(used) == set(Trigger)
        begins = [trigger for rows in TRANSITIONS.values() for trigger in rows[None]]
        assert sorted(begins) == sorted(STARTS)

    def test_only_raised_of_an_emergency_or_a_drill_sounds_the_siren(self):
        loud = {row for row, (_, sound) in PANEL.items() if sound is Sound.SIREN}
        assert loud == {(Course.EMERGENCY, RAISED), (Course.DRILL, RAISED)}

    def test_every_trigger_and_every_rank_belongs_to_an_event(self):
        names = {name for name, thing in vars(events).items() if isinstance(thing, type) and issubclass(thing, Event)}
        assert set(TRIGGERS) | set(SEVERITY) <= names

    def test_every_urgent_event_has_a_trigger(self):
        assert {kind.__name__ for kind in events.URGENT_EVENTS} <= set(TRIGGERS)

    def test_a_document_without_a_place_for_the_diagram_is_refused(self):
        with pytest.raises(ValueError, match="emergency"):
            write_diagram("")

    def test_the_diagram_in_the_documents_is_the_table(self, repository: Path):
        text = (repository / "docs" / "alarm.md").read_text(encoding="utf-8")
        assert write_diagram(text) == text


def test_a_radar_s_fall_joins_the_one_that_the_camera_saw_and_leaves_the_camera_to_follow_it():
    watched = alarm()
    watched.handle(body(FallConfirmed, 1.0, track=4), 1.0)
    watched.handle(body(FallConfirmed, 2.0, track=-1), 2.0)
    (incident,) = watched.incidents
    assert incident.track == 4
    watched.handle(body(PersonRecovered, 9.0, track=4), 9.0)
    assert watched.incidents == ()


def test_the_camera_follows_whom_a_radar_told_of():
    watched = alarm()
    watched.handle(body(FallConfirmed, 1.0, track=-1), 1.0)
    assert watched.incidents[0].track == -1
    watched.handle(body(FallConfirmed, 2.0, track=4), 2.0)
    assert [incident.track for incident in watched.incidents] == [4]


def test_a_radar_may_tell_again_of_the_fall_that_somebody_has_taken_without_ringing_anew():
    watched = alarm()
    watched.handle(body(FallConfirmed, 1.0, track=-1), 1.0)
    watched.handle(human(Acknowledged, 10.0), 10.0)
    for now in range(20, 300, 40):
        watched.handle(body(FallConfirmed, float(now), track=-1), float(now))
    assert [incident.state for incident in watched.incidents] == [ACKNOWLEDGED]
