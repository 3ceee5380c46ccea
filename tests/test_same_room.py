"""Two cameras of one room: one emergency, and never an alarm the fewer."""

import itertools
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.alarm import SAME_BODY_SECONDS, SAME_ROOM_SECONDS, Alarm
from guardian.commands import Notify
from guardian.contacts import Contact
from guardian.events import (
    Acknowledged,
    FallConfirmed,
    FallSuspected,
    LongLie,
    PersonDown,
    PersonEvent,
    PersonRecovered,
)
from guardian.incident import Incident, IncidentState
from guardian.same_room import SameRoom
from guardian.settings import AlarmSettings

SETTINGS = AlarmSettings(cancel_seconds=30, suspected_seconds=20, repeat_seconds=600)
SHARES = {"living room": "living room", "window": "living room", "bath": "bath"}
RAISED, ACKNOWLEDGED = IncidentState.RAISED, IncidentState.ACKNOWLEDGED
BAD = (FallConfirmed, PersonDown, LongLie)
KINDS = (FallSuspected, *BAD, PersonRecovered)


class Home:
    """An alarm whose clock is moved by hand."""

    def __init__(self) -> None:
        ids = itertools.count()
        contacts = (Contact(name="Anna", ways=("json://localhost",)),)
        self.alarm = Alarm(SETTINGS, contacts, lambda: f"i-{next(ids)}", shares=SHARES)
        self.now, self.notices = 0.0, list[Notify]()

    def hear(self, *events: PersonEvent) -> "Home":
        for event in events:
            self.wait(event.time)
            self.notices += [each for each in self.alarm.handle(event, self.now) if isinstance(each, Notify)]
        return self

    def wait(self, until: float) -> "Home":
        while self.alarm.next_deadline is not None and self.alarm.next_deadline <= until:
            self.now = self.alarm.next_deadline
            self.notices += [each for each in self.alarm.tick(self.now) if isinstance(each, Notify)]
        self.now = until
        return self

    def take(self) -> "Home":
        self.alarm.handle(Acknowledged(time=self.now, by="Anna", via="web"), self.now)
        return self

    @property
    def states(self) -> list[IncidentState]:
        return [incident.state for incident in self.alarm.incidents]


def body(kind: type[PersonEvent], time: float, room: str = "living room", track: int = 1) -> PersonEvent:
    return kind(time=time, room=room, track=track, reasons=("told",))


def test_a_fall_that_both_see_is_one_incident_one_alarm_and_one_message():
    home = Home().hear(body(FallConfirmed, 1.0), body(FallConfirmed, 2.5, "window", 7)).wait(40.0)
    assert home.states == [RAISED]
    assert len(home.notices) == 1
    assert (home.alarm.incidents[0].room, home.alarm.incidents[0].track) == ("living room", 1)


@pytest.mark.parametrize("room", ["living room", "window"])
def test_a_fall_that_one_of_them_sees_alarms_as_soon(room: str):
    assert Home().hear(body(FallConfirmed, 1.0, room)).wait(31.0).states == [RAISED]


def test_falls_in_two_rooms_are_two():
    assert len(Home().hear(body(LongLie, 1.0), body(LongLie, 2.0, "bath")).states) == 2


def test_what_somebody_has_taken_is_not_rung_again_by_the_other_camera():
    home = Home().hear(body(LongLie, 1.0), body(FallConfirmed, 2.0, "window", 7)).wait(10.0).take()
    home.hear(body(LongLie, 10.0 + SAME_BODY_SECONDS - 1, "window", 7))
    assert home.states == [ACKNOWLEDGED]
    late = Home().hear(body(LongLie, 1.0)).take().hear(body(LongLie, SAME_ROOM_SECONDS + 2, "window", 7))
    assert sorted(late.states) == [ACKNOWLEDGED, RAISED]  # a body of which nobody knew then may be another one


def test_who_gets_up_before_one_camera_is_down_before_the_other():
    home = Home().hear(body(FallConfirmed, 1.0), body(FallConfirmed, 2.0, "window", 7), body(PersonRecovered, 3.0))
    assert home.wait(31.0).states == [RAISED]
    both = Home().hear(body(FallConfirmed, 1.0), body(FallConfirmed, 2.0, "window", 7), body(PersonRecovered, 3.0))
    assert both.hear(body(PersonRecovered, 4.0, "window", 7)).states == []


def test_a_suspicion_of_the_other_camera_keeps_nobody_down():
    home = Home().hear(body(FallConfirmed, 1.0), body(FallSuspected, 2.0, "window", 7), body(PersonRecovered, 3.0))
    assert home.states == []
    assert home.hear(body(FallConfirmed, 4.0, "window", 7)).wait(34.0).states == [RAISED]


def test_bodies_of_incidents_that_are_over_are_forgotten():
    cameras = SameRoom(SHARES)
    incident = Incident(id="i-1", room="living room", kind="LongLie", state=RAISED, opened=0.0, changed=0.0, track=1)
    cameras.fell(incident, body(LongLie, 0.0, track=-1))
    assert cameras.follows(incident, body(LongLie, 1.0))
    cameras.fell(incident, body(LongLie, 0.0, "window", 7))
    assert cameras.follows(replace(incident, track=None), body(LongLie, 1.0, "window", 7))
    cameras.keep(())
    assert not cameras.follows(replace(incident, track=None), body(LongLie, 1.0, "window", 7))
    assert not cameras.rose(incident, body(PersonRecovered, 1.0, "window", 7))
    assert cameras.shared("cellar", "cellar")
    assert not cameras.shared("cellar", "bath")


Step = tuple[float, str, type[PersonEvent], int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.5, 3.0, 19.0, 31.0]),
        st.sampled_from(["living room", "window"]),
        st.sampled_from(KINDS),
        st.integers(1, 2),
    ),
    max_size=14,
)


def lived(events: Iterable[PersonEvent], moments: list[float], room: str | None) -> list[bool]:
    """Whether something rings at each moment, where only the camera of that room is there (None: both)."""
    home, rings = Home(), list[bool]()
    for event, moment in itertools.zip_longest(events, moments):
        if event is not None and room in (None, event.room):
            home.hear(event)
        home.wait(moment)
        rings.append(RAISED in home.states)
    return rings


@settings(max_examples=300)
@given(STEPS)
def test_joining_takes_no_alarm_away(steps: list[Step]):
    times = list(itertools.accumulate(step[0] for step in steps))
    events = [body(kind, time, room, track) for time, (_, room, kind, track) in zip(times, steps, strict=True)]
    moments = [*times, *([times[-1] + 35.0] if times else [])]
    both = lived(events, moments, None)
    for room in ("living room", "window"):
        alone = lived(events, moments, room)
        assert all(joined for joined, rings in zip(both, alone, strict=True) if rings), (room, alone, both)
