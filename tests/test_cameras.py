"""Pauses of a whole brain: what is closed, what is told of it, and what goes on."""

import json

import pytest
from bodies import standing
from boxes import SETTINGS, Box

from guardian.cameras import Cameras
from guardian.commands import Lamp, Notify, Publish, Sound
from guardian.events import EnrolmentAsked, FallDrillAsked, HelpCalled, PauseAsked, Resolved, Snoozed, ViewLost
from guardian.eye.watch import Cut, Greeted
from guardian.eye.wire import Confinement, Hello
from guardian.incident import IncidentState
from guardian.pause import PAUSES
from guardian.readings import Heard
from guardian.sense import Sense
from guardian.web.household import Coverage

HELLO = Hello(640, 480, Confinement(landlock=0, seccomp=False, no_new_privs=False, undumpable=False))


def pause(box: Box, seconds: float | None = None, room: str = "") -> None:
    moment = box.at(box.now)
    box.brain.take(
        PauseAsked(time=moment.monotonic, room=room, by="Anna", via="mqtt", seconds=seconds),
        moment,
    )


def said(box: Box, topic: str) -> list[dict[str, object]]:
    messages = [each for each in box.log.all("publish") if isinstance(each, Publish)]
    return [json.loads(each.payload) for each in messages if each.topic == f"guardian/home/{topic}"]


def coverage(box: Box, room: str = "kitchen") -> Coverage:
    return next(each.coverage for each in box.brain.shown.rooms if each.name == room)


def watched() -> Box:
    box = Box()
    box.watch(3.0, standing())
    return box


def test_a_paused_room_is_closed_shown_so_everywhere_and_opened_by_itself():
    box = watched()
    pause(box, 900.0, "kitchen")
    assert box.log.all("close eye") == ["kitchen"]
    assert coverage(box) is Coverage.PAUSED
    assert box.brain.shown.rooms[0].persons == ()
    assert said(box, "room/kitchen/coverage")[-1]["state"] == "paused"
    assert said(box, "room/kitchen/coverage")[-1]["reasons"] == [
        "The camera is closed: Anna has paused it until 12:15."
    ]
    assert said(box, "room/kitchen/occupancy")[-1]["occupied"] is None
    (room,) = said(box, "pause")[-1]["rooms"]
    assert room == {
        "room": "kitchen",
        "since": "2025-06-01T12:00:03.000+00:00",
        "until": "2025-06-01T12:15:03.000+00:00",
        "by": "Anna",
        "via": "mqtt",
    }
    assert (said(box, "pause")[-1]["state"], said(box, "pause")[-1]["all"]) == ("on", False)
    assert said(box, "feedback")[-1] == {"kept": True, "text": "Paused until 12:15: kitchen."}
    assert box.panel == (Lamp.WINK, Sound.SILENT)
    box.let_pass(899.0)
    assert box.log.all("open eye") == []
    box.let_pass(2.0)
    assert box.log.all("open eye") == ["kitchen"]
    assert coverage(box) is Coverage.BLIND
    assert said(box, "pause")[-1]["state"] == "off"
    box.watch(1.0)
    assert coverage(box) is Coverage.ARMED


def test_the_panel_winks_where_every_camera_is_paused_and_nothing_is_told_of_a_lost_view():
    box = watched()
    pause(box, 43_200.0)
    box.let_pass(3_600.0)
    assert box.panel == (Lamp.WINK, Sound.SILENT)
    assert box.brain.shown.panel.text == "The camera is paused: bath, kitchen. That ends by itself."
    assert box.brain.shown.incidents == ()
    assert said(box, "pause")[-1]["all"] is True
    pause(box, 0.0)
    assert sorted(box.log.all("open eye")) == ["bath", "kitchen"]
    box.let_pass(200.0)  # neither camera comes back
    assert {each.kind for each in box.brain.shown.incidents} == {"ViewLost"}


def test_a_view_that_was_lost_before_is_not_told_of_during_the_pause():
    box = watched()
    box.let_pass(60.0)
    assert isinstance(box.brain.shown.rooms[0].reason, str)
    pause(box)
    box.let_pass(600.0)
    assert box.brain.shown.incidents == ()
    assert "ViewLost" not in {each["event"] for each in said(box, "event")[-3:]}


def test_what_the_eye_said_just_before_it_was_closed_counts_no_more():
    box = watched()
    pause(box, 600.0, "kitchen")
    before = len(box.log.entries)
    box.watch(1.0, standing())
    for late in (Cut("kitchen", "The camera gives no more pictures."), Greeted("kitchen", HELLO)):
        box.brain.take(late, box.at(box.now))
    assert box.log.entries[before:] == []
    assert coverage(box) is Coverage.PAUSED


@pytest.mark.parametrize("room", ["", "kitchen"])
def test_while_somebody_lies_there_the_camera_stays_open_and_whoever_asked_is_told_why(room: str):
    box = Box()
    box.fall()
    assert box.state is IncidentState.PENDING
    pause(box, 900.0, room)
    assert box.log.all("close eye") == []
    assert coverage(box) is Coverage.ARMED
    (told,) = said(box, "feedback")
    assert told["kept"] is False
    assert str(told["text"]).startswith("Something is the matter in the kitchen")
    pause(box, 900.0, "bath")
    assert box.log.all("close eye") == ["bath"]


def test_nobody_is_waited_for_who_was_seen_to_before_the_pause():
    box = Box()
    box.fall()
    moment = box.at(box.now)
    box.brain.take(Resolved(time=moment.monotonic, by="Anna", via="web", outcome="false alarm"), moment)
    pause(box, 900.0)
    assert box.log.all("memory")[-1] == ("kitchen", "[]")
    box.let_pass(901.0)
    box.watch(120.0)
    assert box.brain.shown.incidents == ()


def test_a_snooze_and_a_drill_keep_the_cameras_open():
    for holding in (Snoozed, FallDrillAsked):
        box = watched()
        moment = box.at(box.now)
        box.brain.take(holding(time=moment.monotonic, room="kitchen", by="Anna", via="web", seconds=60.0), moment)
        pause(box, 900.0)
        assert box.log.all("close eye") == []


def test_the_button_and_other_senses_call_while_every_camera_is_paused():
    sense = Sense(name="radar", room="bath", topic="r/bath", kind="fall", on=("on",), off=("off",))
    box = Box(SETTINGS.model_copy(update={"senses": (sense,)}))
    pause(box)
    box.brain.take(Heard(box.at(box.now).monotonic, "r/bath", b"on"), box.at(box.now))
    assert [each.kind for each in box.brain.shown.incidents] == ["FallConfirmed"]
    moment = box.at(box.now)
    box.brain.take(HelpCalled(time=moment.monotonic, by="the button", via="button"), moment)
    assert box.state is IncidentState.RAISED
    assert box.log.all("open eye") == []
    assert "is paused" in box.brain.shown.panel.text


def test_an_enrolment_is_called_off():
    box = watched()
    moment = box.at(box.now)
    box.brain.take(EnrolmentAsked(time=moment.monotonic, room="kitchen", by="Otto", via="web", name="Rosa"), moment)
    pause(box)
    assert box.brain.shown.people.enrolments == ()


def test_it_goes_on_after_a_restart_and_is_over_in_time():
    box = watched()
    pause(box, 900.0, "kitchen")
    body = box.log.all(PAUSES)[-1][1]
    again = Box(learned={PAUSES: {"": body}})  # at noon, and so the clock has gone back by seconds
    assert again.log.all("close eye") == ["kitchen"]
    assert coverage(again) is Coverage.PAUSED
    states = [each["state"] for each in said(again, "room/kitchen/coverage")]
    assert states == ["paused"]
    assert [each["state"] for each in said(again, "pause")] == ["on"]
    again.let_pass(900.0)
    assert again.log.all("open eye") == ["kitchen"]


def test_what_was_kept_and_is_damaged_pauses_nothing():
    box = Box(learned={PAUSES: {"": "{"}})
    assert box.log.all("close eye") == []
    assert [each["state"] for each in said(box, "pause")] == ["off"]


def test_paused_hours_are_no_reason_to_miss_anybody():
    settings = SETTINGS.model_copy(update={"behaviour": SETTINGS.behaviour.model_copy(update={"check_in": "12:10"})})
    box = Box(settings)
    box.watch(1.0)
    pause(box, 1_800.0, "bath")
    for _ in range(50):
        box.let_pass(59.0)
        box.watch(1.0)
    assert "CheckInMissed" not in {each["event"] for each in said(box, "event")}  # nor most of the half hour after it
    for _ in range(15):
        box.let_pass(59.0)
        box.watch(1.0)
    assert "CheckInMissed" in {each["event"] for each in said(box, "event")}


def test_the_record_says_who_paused_by_another_way_than_the_page():
    box = watched()
    pause(box, 900.0, "kitchen")
    pause(box, 0.0)
    assert box.log.all("audit") == [
        ("Anna", "Paused until 12:15: kitchen.", "mqtt"),
        ("Anna", "The cameras watch again.", "mqtt"),
    ]
    moment = box.at(box.now)
    box.brain.take(PauseAsked(time=moment.monotonic, by="Otto", via="web"), moment)
    assert len(box.log.all("audit")) == 2


def test_contacts_are_told_of_a_long_pause_where_that_is_configured():
    privacy = SETTINGS.privacy.model_copy(update={"tell_pause_seconds": 3_600.0})
    box = Box(SETTINGS.model_copy(update={"privacy": privacy}))
    pause(box, 3_600.0, "kitchen")
    pause(box, 0.0)
    assert box.log.all("tell") == []
    pause(box, 7_200.0, "kitchen")
    first, second = box.log.all("tell")
    assert isinstance(first, Notify)
    assert isinstance(second, Notify)
    assert (first.contact, second.contact, first.urgent) == ("Anna", "Bruno", False)
    assert first.title == "Cameras are paused: kitchen"
    assert first.body.splitlines()[:2] == ["Paused by: Anna", "Until: 14:00"]


def test_nobody_is_told_unless_it_is_configured():
    box = Box()
    pause(box, 43_200.0)
    assert box.log.all("tell") == []


def test_what_is_no_pause_turns_nothing():
    box = watched()
    cameras = Cameras({}, box.log.outputs, SETTINGS)
    assert cameras.turn(ViewLost(time=0.0, room="kitchen"), box.at(0.0)) == ()
    assert (cameras.closed, cameras.paused) == (frozenset(), ())
