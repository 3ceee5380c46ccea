import json
import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.commands import Publish
from guardian.configuration.languages import phrasebook
from guardian.devices import Kind, SenseState
from guardian.drills import FallDrill
from guardian.errors import PayloadError
from guardian.events import (
    Acknowledged,
    CameraMoved,
    CameraReturned,
    Event,
    FallConfirmed,
    FaultCleared,
    FaultOccurred,
    HelpCalled,
    PersonAppeared,
    PersonIdentified,
    PersonLeft,
    Snoozed,
    ViewAccepted,
    ViewLost,
    ViewRestored,
)
from guardian.human_requests import REQUESTS
from guardian.incident import Incident, IncidentState
from guardian.moment import Moment
from guardian.senses import Sensed
from guardian.topics import Bulletin, Topics, iso
from guardian.trials import Outcome, Trial

ZONE = ZoneInfo("Europe/Madrid")
MOMENT = Moment(1000.0, datetime(2024, 5, 6, 12, 0, 0, tzinfo=ZONE))
TOPICS = Topics("guardian", "casa", ("Bedroom", "Salón"), snooze_seconds=900)
FALL = Incident(
    id="i-7",
    room="Bedroom",
    kind="FallConfirmed",
    state=IncidentState.RAISED,
    opened=940.0,
    changed=970.5,
    track=3,
    place="floor",
    reasons=("Fell in 0.6 s.", "On the floor for 12 s."),
    deadline=1030.0,
    step=2,
    told=("Ana",),
)
DOOR = Sensed("front door", Kind.CONTACT, "hall", SenseState.ON, 990.0)


def payloads(messages: tuple[Publish, ...]) -> dict[str, object]:
    """Topic below the box's own -> payload, JSON read."""
    prefix = "guardian/casa/"
    read = {}
    for message in messages:
        assert message.topic.startswith(prefix)
        text = message.payload
        read[message.topic.removeprefix(prefix)] = json.loads(text) if text[:1] in "{[" and text else text
    return read


def begun() -> Bulletin:
    """A bulletin that has said its first states, with both rooms seen."""
    bulletin = Bulletin(TOPICS)
    bulletin.begin((), MOMENT)
    for room in TOPICS.rooms:
        bulletin.seen(room, MOMENT.monotonic, MOMENT)
    return bulletin


def test_one_filter_takes_all_that_the_box_says():
    assert TOPICS.everything == "guardian/casa/#"


def test_monotonic_seconds_become_wall_time_of_the_household():
    assert iso(940.0, MOMENT) == "2024-05-06T11:59:00.000+02:00"


def test_an_hour_that_the_clocks_skip_is_no_hour():
    after = Moment(10_000.0, datetime(2024, 3, 31, 3, 30, tzinfo=ZONE))
    assert iso(10_000.0 - 3600, after) == "2024-03-31T01:30:00.000+01:00"


@given(st.floats(-1e6, 1e6), st.datetimes(datetime(2001, 1, 1), datetime(2050, 1, 1)))  # noqa: DTZ001 zone added below
def test_wall_times_lie_as_far_apart_as_the_seconds(time: float, wall: datetime):
    moment = Moment(0.0, wall.replace(tzinfo=timezone.utc).astimezone(ZONE))
    apart = datetime.fromisoformat(iso(time, moment)) - moment.wall
    assert abs(apart - timedelta(seconds=time)) <= timedelta(milliseconds=1.001)


def test_availability_is_retained_both_ways():
    assert TOPICS.availability(online=True) == Publish("guardian/casa/availability", "online", retain=True)
    assert TOPICS.availability(online=False) == Publish("guardian/casa/availability", "offline", retain=True)


def test_an_emergency_is_one_until_it_ends_taken_or_not_and_whatever_else_is_worse():
    taken = replace(FALL, id="i-8", room="Salón", kind="LongLie", state=IncidentState.ACKNOWLEDGED)
    drill = replace(FALL, id="i-9", drill=True, kind="DrillStarted")
    blind = replace(FALL, id="i-10", kind="ViewLost")
    coming = replace(FALL, id="i-11", state=IncidentState.PENDING)
    said = payloads(TOPICS.alarm([drill, blind, taken, coming], MOMENT))
    assert said["alarm/emergency"] == {"state": "on", "kinds": ["LongLie"], "rooms": ["Salón"]}
    said = payloads(TOPICS.alarm([taken, FALL, replace(FALL, id="i-12")], MOMENT))
    assert said["alarm/emergency"] == {
        "state": "on",
        "kinds": ["FallConfirmed", "LongLie"],
        "rooms": ["Bedroom", "Salón"],
    }
    assert payloads(TOPICS.alarm([drill, blind, coming], MOMENT))["alarm/emergency"]["state"] == "off"


def test_an_open_incident_is_retained_and_says_all():
    (message,) = TOPICS.incident(FALL, MOMENT)
    assert message.retain
    assert message.topic == "guardian/casa/incident/i-7"
    assert json.loads(message.payload) == {
        "id": "i-7",
        "title": "Somebody has fallen (Bedroom, floor)",
        "room": "Bedroom",
        "kind": "FallConfirmed",
        "state": "raised",
        "since": "2024-05-06T11:59:00.000+02:00",
        "changed": "2024-05-06T11:59:30.500+02:00",
        "until": "2024-05-06T12:00:30.000+02:00",
        "person": "unknown",
        "place": "floor",
        "reasons": ["Fell in 0.6 s.", "On the floor for 12 s."],
        "drill": False,
        "step": 2,
        "told": ["Ana"],
        "acknowledged_by": None,
        "acknowledged_via": None,
        "outcome": None,
        "closed_by": None,
        "closed_via": None,
        "note": "",
    }


def test_whoever_speaks_of_a_mistake_is_told_what_comes_of_it():
    message = TOPICS.feedback(kept=False, text="Too long ago.")
    assert message == Publish("guardian/casa/feedback", '{"kept":false,"text":"Too long ago."}')


def test_a_resolved_incident_says_its_outcome_and_leaves_the_broker():
    over = replace(FALL, state=IncidentState.RESOLVED, outcome="helped", deadline=None)
    last, removal = TOPICS.incident(over, MOMENT)
    assert json.loads(last.payload)["outcome"] == "helped"
    assert json.loads(last.payload)["until"] is None
    assert not last.retain
    assert removal == Publish("guardian/casa/incident/i-7", "", retain=True)


def test_the_alarm_is_idle_where_nothing_is_open():
    over = replace(FALL, state=IncidentState.RESOLVED)
    assert payloads(TOPICS.alarm([over], MOMENT)) == {
        "alarm": "idle",
        "alarm/incident": {},
        "alarm/emergency": {"state": "off", "kinds": [], "rooms": []},
    }


@pytest.mark.parametrize("state", [state for state in IncidentState if state is not IncidentState.RESOLVED])
def test_the_alarm_has_the_state_of_the_only_incident(state: IncidentState):
    said = payloads(TOPICS.alarm([replace(FALL, state=state)], MOMENT))
    assert said["alarm"] == state.value
    assert said["alarm/incident"]["id"] == "i-7"


def test_the_worst_incident_speaks_for_the_box():
    taken = replace(FALL, id="taken", state=IncidentState.ACKNOWLEDGED)
    drill = replace(FALL, id="drill", drill=True)
    said = payloads(TOPICS.alarm([taken, drill, FALL], MOMENT))
    assert (said["alarm"], said["alarm/incident"]["id"]) == ("raised", "i-7")


def test_an_event_is_said_once_with_its_own_fields():
    event = FallConfirmed(time=999.0, room="Salón", track=3, place="floor", reasons=("Fell.",))
    message = TOPICS.event(event, MOMENT)
    assert not message.retain
    assert "Salón" in message.payload
    assert payloads((message,)) == {
        "event": {
            "event": "FallConfirmed",
            "time": "2024-05-06T11:59:59.000+02:00",
            "room": "Salón",
            "reasons": ["Fell."],
            "track": 3,
            "person": "unknown",
            "place": "floor",
            "evidence": [],
        }
    }


def test_a_human_is_named_in_the_event():
    said = payloads((TOPICS.event(Acknowledged(time=999.0, by="Ana", via="web", incident="i-7"), MOMENT),))["event"]
    assert (said["by"], said["via"], said["incident"], said["room"]) == ("Ana", "web", "i-7", "")


def test_the_filters_match_what_is_published_and_asked():
    assert TOPICS.requests == "guardian/casa/command/+"
    assert TOPICS.incidents == "guardian/casa/incident/+"


def test_a_request_is_read_with_the_households_rooms_and_snooze():
    event = TOPICS.parse("guardian/casa/command/snooze", b'{"by":"Ana","room":"Bedroom"}', 5.0)
    assert event == Snoozed(time=5.0, room="Bedroom", by="Ana", via="mqtt", seconds=900)


@pytest.mark.parametrize("topic", ["guardian/casa/command/dance", "guardian/otra/command/help", "", "x" * 60_000])
def test_a_request_that_does_not_exist_is_refused_by_name(topic: str):
    with pytest.raises(PayloadError) as refusal:
        TOPICS.parse(topic, b"", 5.0)
    assert str(refusal.value).startswith(topic[:200])
    assert len(str(refusal.value)) < 600
    assert payloads((TOPICS.refused(topic, refusal.value),))["refused"]["reason"] == str(refusal.value)


@given(st.text(max_size=40), st.binary(max_size=1500))
def test_whatever_comes_is_an_event_or_a_refusal(topic: str, payload: bytes):
    for each in (topic, TOPICS.topic("command", topic), TOPICS.topic("command", "acknowledge")):
        try:
            event = TOPICS.parse(each, payload, 5.0)
        except PayloadError:
            continue
        assert event.time == 5.0


def test_every_state_is_said_at_the_beginning():
    said = payloads(Bulletin(TOPICS).begin([FALL], MOMENT))
    blind = {"state": "blind", "reasons": ["Starting: no frame has come yet."], "since": iso(1000.0, MOMENT)}
    assert said["availability"] == "online"
    assert said["alarm"] == "raised"
    assert said["incident/i-7"]["state"] == "raised"
    assert said["fault"] == {"state": "ok", "faults": [], "since": iso(1000.0, MOMENT)}
    assert said["snooze"] == {"state": "off", "rooms": [], "since": iso(1000.0, MOMENT)}
    for room in TOPICS.rooms:
        assert said[f"room/{room}/coverage"] == blind
        assert said[f"room/{room}/occupancy"]["occupied"] is None


def test_all_that_is_said_at_the_beginning_is_retained():
    assert all(message.retain for message in Bulletin(TOPICS).begin([FALL], MOMENT))


def test_the_first_frame_arms_a_room_once():
    bulletin = Bulletin(TOPICS)
    bulletin.begin((), MOMENT)
    said = payloads(bulletin.seen("Bedroom", 999.5, MOMENT))
    assert said["room/Bedroom/coverage"] == {"state": "armed", "reasons": [], "since": iso(999.5, MOMENT)}
    assert said["room/Bedroom/occupancy"]["occupied"] is False
    assert bulletin.seen("Bedroom", 1000.0, MOMENT) == ()


def test_a_frame_does_not_arm_a_room_that_cannot_be_seen():
    bulletin = begun()
    bulletin.note(ViewLost(time=1000.0, room="Bedroom", reasons=("It is dark.",)), MOMENT)
    assert bulletin.seen("Bedroom", 1001.0, MOMENT) == ()


def test_a_lost_view_blinds_its_room_alone_until_it_is_restored():
    bulletin = begun()
    said = payloads(bulletin.note(ViewLost(time=1000.0, room="Bedroom", reasons=("It is dark.",)), MOMENT))
    assert said["room/Bedroom/coverage"]["state"] == "blind"
    assert said["room/Bedroom/coverage"]["reasons"] == ["It is dark."]
    assert said["room/Bedroom/occupancy"]["occupied"] is None
    assert "room/Salón/coverage" not in said
    assert said["event"]["event"] == "ViewLost"
    said = payloads(bulletin.note(ViewRestored(time=1060.0, room="Bedroom"), MOMENT))
    assert said["room/Bedroom/coverage"]["state"] == "armed"


def test_a_room_that_was_left_blind_with_somebody_in_it_stays_occupied():
    bulletin = begun()
    bulletin.note(PersonAppeared(time=1000.0, room="Bedroom", track=1), MOMENT)
    said = payloads(bulletin.note(ViewLost(time=1001.0, room="Bedroom"), MOMENT))
    assert said["room/Bedroom/coverage"]["reasons"] == ["The room cannot be seen."]
    assert "room/Bedroom/occupancy" not in said


def test_a_moved_camera_degrades_its_room_even_when_the_view_comes_back():
    bulletin = begun()
    said = payloads(bulletin.note(CameraMoved(time=1000.0, room="Salón"), MOMENT))
    assert said["room/Salón/coverage"]["state"] == "degraded"
    bulletin.note(ViewLost(time=1001.0, room="Salón"), MOMENT)
    said = payloads(bulletin.note(ViewRestored(time=1002.0, room="Salón"), MOMENT))
    assert said["room/Salón/coverage"]["state"] == "degraded"


def test_a_view_that_a_human_accepts_arms_its_room():
    bulletin = begun()
    bulletin.note(CameraMoved(time=1000.0, room="Salón"), MOMENT)
    accepted = ViewAccepted(time=1060.0, room="Salón", by="Ana", via="web", fits=False)
    said = payloads(bulletin.note(accepted, MOMENT))
    assert said["room/Salón/coverage"]["state"] == "armed"
    assert (said["event"]["event"], said["event"]["by"], said["event"]["fits"]) == ("ViewAccepted", "Ana", False)


def test_a_camera_that_is_back_where_it_was_arms_its_room():
    bulletin = begun()
    bulletin.note(CameraMoved(time=1000.0, room="Salón"), MOMENT)
    said = payloads(bulletin.note(CameraReturned(time=1060.0, room="Salón"), MOMENT))
    assert said["room/Salón/coverage"]["state"] == "armed"


@pytest.mark.parametrize(("part", "state"), [("camera", "blind"), ("sandbox", "degraded")])
def test_a_fault_in_a_room_is_a_fault_of_its_coverage(part: str, state: str):
    bulletin = begun()
    said = payloads(bulletin.note(FaultOccurred(time=1000.0, room="Salón", part=part), MOMENT))
    assert said["room/Salón/coverage"]["state"] == state
    assert said["room/Salón/coverage"]["reasons"] == [f"The {part} does not work."]
    assert [fault["part"] for fault in said["fault"]["faults"]] == [part]
    said = payloads(bulletin.note(FaultCleared(time=1001.0, room="Salón", part=part), MOMENT))
    assert said["room/Salón/coverage"]["state"] == "armed"
    assert said["fault"]["state"] == "ok"


def test_an_unconfined_eye_degrades_every_room():
    said = payloads(begun().note(FaultOccurred(time=1000.0, room="", part="sandbox", reasons=("Allowed.",)), MOMENT))
    assert {said[f"room/{room}/coverage"]["state"] for room in TOPICS.rooms} == {"degraded"}


def test_a_fault_of_the_box_leaves_the_rooms_alone_and_is_said_with_its_reason():
    bulletin = begun()
    said = payloads(bulletin.note(FaultOccurred(time=1000.0, room="", part="phone", reasons=("No net.",)), MOMENT))
    assert set(said) == {"event", "fault"}
    fault = {"part": "phone", "room": "", "reason": "No net.", "since": iso(1000.0, MOMENT)}
    assert said["fault"] == {"state": "fault", "faults": [fault], "since": iso(1000.0, MOMENT)}
    again = bulletin.note(FaultOccurred(time=1100.0, room="", part="phone", reasons=("No net.",)), MOMENT)
    assert set(payloads(again)) == {"event"}


def test_people_come_get_a_name_and_go():
    bulletin = begun()
    said = payloads(bulletin.note(PersonAppeared(time=1000.0, room="Bedroom", track=1), MOMENT))
    facts = {"occupied": True, "count": 1, "persons": ["unknown"], "since": iso(1000.0, MOMENT)}
    assert said["room/Bedroom/occupancy"] == facts
    said = payloads(bulletin.note(PersonIdentified(time=1001.0, room="Bedroom", track=1, person="Rosa"), MOMENT))
    assert said["room/Bedroom/occupancy"]["persons"] == ["Rosa"]
    said = payloads(bulletin.note(PersonLeft(time=1002.0, room="Bedroom", track=1), MOMENT))
    assert said["room/Bedroom/occupancy"]["occupied"] is False
    assert set(payloads(bulletin.note(PersonLeft(time=1003.0, room="Bedroom", track=1), MOMENT))) == {"event"}


def test_an_event_of_no_room_or_a_strange_one_is_said_all_the_same():
    bulletin = begun()
    for event in (
        HelpCalled(time=1.0, by="Ana", via="web"),
        HelpCalled(time=1.0, by="Ana", via="web", room="Bedroom"),
        PersonAppeared(time=1.0, room="Attic", track=1),
    ):
        assert set(payloads(bulletin.note(event, MOMENT))) == {"event"}


def test_an_announced_incident_comes_with_the_state_of_the_alarm():
    said = payloads(begun().announce(FALL, [FALL], MOMENT))
    assert set(said) == {"incident/i-7", "alarm", "alarm/incident", "alarm/emergency"}


def test_a_fall_drill_is_said_when_it_begins_and_ends_and_not_between():
    bulletin, drill = begun(), FallDrill("Bedroom", 1600.0, contacts=True)
    said = payloads(bulletin.drilled(drill, MOMENT))["drill"]
    assert (said["state"], said["rooms"]) == (
        "on",
        [{"room": "Bedroom", "until": "2024-05-06T12:10:00.000+02:00", "contacts": True}],
    )
    assert bulletin.drilled(drill, MOMENT) == ()
    assert payloads(bulletin.drilled(None, MOMENT))["drill"]["state"] == "off"


def test_what_came_of_the_weekly_test_is_said_once():
    bulletin, due = begun(), datetime(2024, 5, 6, 10, 0, tzinfo=timezone.utc)
    trial = Trial("Mon 10:00", due, Outcome.ANSWERED, by="Ana")
    assert payloads(bulletin.tried(trial, MOMENT))["weekly_test"] == {
        "state": "answered",
        "due": "2024-05-06T10:00:00.000+00:00",
        "by": "Ana",
        "reason": "",
        "since": "2024-05-06T12:00:00.000+02:00",
    }
    assert bulletin.tried(trial, MOMENT) == ()
    assert payloads(bulletin.tried(None, MOMENT))["weekly_test"]["state"] == "off"


def test_a_snooze_is_said_when_it_begins_and_ends_and_not_between():
    bulletin = begun()
    said = payloads(bulletin.snoozed({"": 1600.0}, MOMENT))
    assert said["snooze"]["state"] == "on"
    assert said["snooze"]["rooms"] == [{"room": "", "until": "2024-05-06T12:10:00.000+02:00"}]
    later = Moment(1010.0, MOMENT.wall + timedelta(seconds=10.0004))
    assert bulletin.snoozed({"": 1600.0}, later) == ()
    assert payloads(bulletin.snoozed({}, later))["snooze"]["state"] == "off"


events = st.one_of(
    *(
        st.builds(kind, time=st.floats(0, 1000), room=st.sampled_from(TOPICS.rooms))
        for kind in (ViewLost, ViewRestored, CameraMoved)
    ),
    *(
        st.builds(kind, time=st.floats(0, 1000), room=st.sampled_from(TOPICS.rooms), track=st.integers(0, 3))
        for kind in (PersonAppeared, PersonLeft, FallConfirmed)
    ),
    *(
        st.builds(
            kind,
            time=st.floats(0, 1000),
            room=st.sampled_from(("", *TOPICS.rooms)),
            part=st.sampled_from(["camera", "sandbox", "broker"]),
        )
        for kind in (FaultOccurred, FaultCleared)
    ),
)


@given(st.lists(events, max_size=30))
def test_a_state_is_said_exactly_when_it_is_new(happened: list[Event]):
    bulletin = begun()
    said: dict[str, str] = {}
    for event in happened:
        messages = bulletin.note(event, MOMENT)
        assert [message.topic for message in messages if not message.retain] == [TOPICS.topic("event")]
        for message in messages:
            facts = {key: value for key, value in json.loads(message.payload).items() if key != "since"}
            assert not message.retain or said.get(message.topic) != json.dumps(facts)
            said[message.topic] = json.dumps(facts)


def manual() -> str:
    return (Path(__file__).resolve().parent.parent / "docs" / "mqtt.md").read_text(encoding="utf-8")


def test_the_manual_shows_an_incident_as_it_is():
    example = manual().split("```json")[1].split("```")[0]
    assert json.loads(example) == payloads(TOPICS.incident(FALL, MOMENT))["incident/i-7"]


def test_the_manual_names_every_topic_and_request():
    said = Bulletin(replace(TOPICS, rooms=("<room>",))).begin([replace(FALL, id="<id>")], MOMENT)
    topics = {message.topic.removeprefix("guardian/casa/") for message in said} | {"event", "refused", "feedback"}
    topics |= {f"command/{request}" for request in REQUESTS} | {"sense/<name>"}
    assert {topic for topic in topics if f"| `{topic}` |" not in manual()} == set()


def test_every_example_of_the_manual_is_a_payload_of_its_topic():
    lines = [line.split(maxsplit=1) for line in manual().splitlines() if '  {"' in line]
    bulletin = begun()
    for event in (
        PersonAppeared(time=1.0, room="Bedroom", track=1),
        FallConfirmed(time=1.0, room="Bedroom", track=1),
        ViewLost(time=1.0, room="Bedroom"),
    ):
        said = payloads(bulletin.note(event, MOMENT))
        for topic, example in (line for line in lines if line[0] in said and line[0] != "event"):
            assert set(json.loads(example)) == set(said[topic]), topic
    (message,) = bulletin.sensed((replace(DOOR, name="door"),), MOMENT)
    (example,) = [each for topic, each in lines if topic == "sense/door"]
    assert json.loads(example) == json.loads(message.payload)
    (message,) = bulletin.drilled(FallDrill("Bedroom", 1300.0, contacts=False), MOMENT)
    (example,) = [each for topic, each in lines if topic == "drill"]
    assert json.loads(example) == json.loads(message.payload)
    assert len(lines) >= 9


def test_every_request_of_the_manual_is_understood():
    asked = re.findall(r"mosquitto_pub -t (\S+) -m ('[^']*'|\S+)", manual())
    assert len(asked) == 8
    for topic, payload in asked:
        Topics("guardian", "home", ("Bedroom",)).parse(topic, payload.strip("'").encode(), 1.0)


def test_how_a_sense_stands_is_said_retained_and_only_when_it_changes():
    bulletin = Bulletin(TOPICS)
    (message,) = bulletin.sensed((DOOR,), MOMENT)
    assert (message.topic, message.retain) == ("guardian/casa/sense/front door", True)
    assert json.loads(message.payload) == {
        "kind": "contact",
        "room": "hall",
        "state": "on",
        "fault": "",
        "since": "2024-05-06T11:59:50.000+02:00",
    }
    assert bulletin.sensed((DOOR,), MOMENT) == ()
    (message,) = bulletin.sensed((replace(DOOR, state=SenseState.UNKNOWN, fault="It is offline."),), MOMENT)
    assert json.loads(message.payload)["fault"] == "It is offline."


def test_a_fault_of_a_sense_is_one_of_the_box_and_none_of_what_the_camera_sees():
    bulletin = Bulletin(TOPICS)
    bulletin.begin((), MOMENT)
    bulletin.seen("Bedroom", 1000.0, MOMENT)
    fault = FaultOccurred(time=1000.0, room="Bedroom", part="sense mat", reasons=("It is offline.",))
    said = payloads(bulletin.note(fault, MOMENT))
    assert said["fault"]["faults"][0]["part"] == "sense mat"
    assert bulletin.coverage("Bedroom").state == "armed"


def test_the_body_of_a_radar_does_not_stay_in_the_room_for_ever():
    bulletin = Bulletin(TOPICS)
    bulletin.begin((), MOMENT)
    said = payloads(bulletin.note(FallConfirmed(time=1000.0, room="Bedroom", track=-1), MOMENT))
    assert "room/Bedroom/occupancy" not in said


def test_a_request_may_name_a_room_of_which_only_senses_tell():
    topics = replace(TOPICS, unseen=("bath",))
    assert topics.parse("guardian/casa/command/help", b'{"room": "bath"}', 1.0).room == "bath"
    with pytest.raises(PayloadError, match="no room 'bath' with a camera"):
        topics.parse("guardian/casa/command/view", b'{"room": "bath"}', 1.0)


def test_the_title_is_in_the_household_s_language_and_the_reasons_are_not():
    german = replace(TOPICS, book=phrasebook("de"))
    said = json.loads(german.incident(FALL, MOMENT)[0].payload)
    assert said["title"].startswith("Jemand ist gestürzt")
    assert said["reasons"] == list(FALL.reasons)


def test_a_heartbeat_and_an_answer_are_the_neighbours_alone():
    beat = TOPICS.heartbeat("b1", 7, [FALL], MOMENT)
    assert (beat.topic, beat.retain) == ("guardian/casa/heartbeat", True)
    assert json.loads(beat.payload) == {
        "boot": "b1",
        "beat": 7,
        "open": {"i-7": "raised"},
        "rooms": ["Bedroom", "Salón"],
        "time": "2024-05-06T12:00:00.000+02:00",
    }
    asked = Acknowledged(time=1.0, by="Ana", via="mqtt", incident="i-7", ref="r-1")
    for known, state in (([FALL], "raised"), ([], "closed")):
        answer = TOPICS.answer(asked, known)
        assert (answer.topic, answer.retain) == ("guardian/casa/answer", False)
        assert json.loads(answer.payload) == {"ref": "r-1", "incident": "i-7", "state": state}


def test_an_event_tells_of_a_ref_only_where_somebody_waits_for_an_answer():
    asked = Acknowledged(time=1.0, by="Ana", via="mqtt")
    assert "ref" not in json.loads(TOPICS.event(asked, MOMENT).payload)
    assert json.loads(TOPICS.event(replace(asked, ref="r-1"), MOMENT).payload)["ref"] == "r-1"
