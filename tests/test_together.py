import json
import logging

import pytest
from boxes import Box
from households import Households
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.commands import Lamp, Notify, Publish, Sound
from guardian.events import (
    Acknowledged,
    Cancelled,
    Event,
    FallConfirmed,
    HelpCalled,
    PersonRecovered,
    Resolved,
    ViewLost,
)
from guardian.incident import Incident, IncidentState
from guardian.io.gpio import Gesture
from guardian.neighbours import GONE_SECONDS, LOST_SECONDS
from guardian.together import BOXES

RAISED, ACKNOWLEDGED, PENDING = IncidentState.RAISED, IncidentState.ACKNOWLEDGED, IncidentState.PENDING


@pytest.fixture
def home() -> Households:
    made = Households("up", "down")
    made.settle()
    return made


def falls(home: Households, name: str = "up") -> None:
    """Somebody has fallen in the kitchen of a box."""
    happens(home, name, FallConfirmed, track=3, place="floor", reasons=("Went down in 0.6 s.",))


def happens(home: Households, name: str, kind: type[Event], **fields: object) -> None:
    moment = home.boxes[name].at(home.now)
    home.boxes[name].brain.take(kind(**{"time": moment.monotonic, "room": "kitchen", **fields}), moment)
    home.pump()


def called(home: Households, name: str) -> list[str]:
    """The titles of what the contacts of a box were told."""
    return [each.title for each in home.boxes[name].log.all("tell") if isinstance(each, Notify)]


def own(home: Households, name: str) -> Incident:
    return home.boxes[name].brain.alarm.incidents[0]


def published(box: Box, topic: str) -> list[str]:
    return [each.payload for each in box.log.all("publish") if isinstance(each, Publish) and each.topic == topic]


def test_boxes_that_know_each_other_are_at_peace(home: Households):
    for name in ("up", "down"):
        assert home.boxes[name].panel == (Lamp.STEADY, Sound.SILENT)
        (other,) = home.boxes[name].brain.shown.boxes
        assert other.lives
        assert [room.name for room in other.rooms] == ["kitchen"]


def test_a_fall_at_one_rings_at_both_and_one_calls(home: Households):
    falls(home)
    assert home.sound("up") is home.sound("down") is Sound.PIPS
    assert home.lamp("down") is Lamp.SLOW_BLINK
    home.let_pass(31.0)
    assert home.sound("up") is home.sound("down") is Sound.SIREN
    assert home.text("down").startswith("Upstairs: Somebody has fallen (kitchen, floor).")
    home.let_pass(150.0)
    assert len(called(home, "up")) > 1
    assert called(home, "down") == []
    assert home.boxes["down"].brain.alarm.incidents == ()


@pytest.mark.parametrize("where", ["up", "down"])
def test_the_button_of_either_silences_both(home: Households, where: str):
    falls(home)
    home.let_pass(31.0)
    home.press(where)
    assert home.sound("up") is home.sound("down") is Sound.SILENT
    taken = own(home, "up")
    assert (taken.state, taken.acknowledged_by) == (ACKNOWLEDGED, "the button")
    assert taken.acknowledged_via == ("button" if where == "up" else "another box")
    home.let_pass(20.0)
    assert home.boxes["down"].brain.shown.unanswered == frozenset()
    assert home.sound("up") is home.sound("down") is Sound.SILENT


def test_the_button_of_another_box_says_that_all_is_well_while_it_is_asked(home: Households):
    falls(home)
    home.press("down")
    assert home.boxes["up"].brain.alarm.incidents == ()
    assert home.boxes["down"].panel == (Lamp.STEADY, Sound.SILENT)


def test_it_is_closed_from_another_page_with_what_was_said_of_it(home: Households):
    falls(home)
    home.let_pass(31.0)
    home.do("down", Resolved, incident=own(home, "up").id, outcome="false alarm", note="the dog")
    assert home.boxes["up"].brain.alarm.incidents == ()
    saved = home.boxes["up"].log.all("save")[-1]
    assert isinstance(saved, Incident)
    assert (saved.outcome, saved.note, saved.closed_by, saved.closed_via) == (
        "false alarm", "the dog", "Rosa", "another box",
    )  # fmt: skip
    assert home.boxes["down"].panel == (Lamp.STEADY, Sound.SILENT)


def test_a_home_automation_that_knows_one_box_takes_what_rings_at_the_other(home: Households):
    falls(home)
    home.let_pass(31.0)
    home.do("down", Acknowledged, via="mqtt", by="Home Assistant")
    assert own(home, "up").acknowledged_by == "Home Assistant"
    assert home.sound("down") is Sound.SILENT


def test_both_may_ring_and_each_press_takes_the_worst_that_is_left(home: Households):
    home.do("down", HelpCalled)
    falls(home)
    home.let_pass(31.0)
    home.press("down")
    assert own(home, "down").state is ACKNOWLEDGED
    assert home.sound("down") is Sound.SIREN
    home.press("down")
    assert own(home, "up").state is ACKNOWLEDGED
    assert home.sound("up") is home.sound("down") is Sound.SILENT


def test_recovery_at_one_ends_it_at_both(home: Households):
    falls(home)
    happens(home, "up", PersonRecovered, track=3)
    assert home.sound("up") is home.sound("down") is Sound.SILENT
    assert home.lamp("down") is Lamp.STEADY


def test_a_room_that_the_other_cannot_see_shows_here(home: Households):
    happens(home, "up", ViewLost, reasons=("It is dark.",))
    assert home.boxes["down"].panel == (Lamp.DOUBLE_BLINK, Sound.SILENT)
    assert home.text("down") == "Upstairs: Guardian cannot see kitchen. Here: Watching."
    home.let_pass(200.0)
    home.press("down")
    assert own(home, "up").state is ACKNOWLEDGED


def test_a_box_that_dies_in_peace_is_a_fault_without_a_sound(home: Households):
    home.die("up")
    home.let_pass(GONE_SECONDS + 1)
    assert home.boxes["down"].panel == (Lamp.DOUBLE_BLINK, Sound.SILENT)
    assert home.text("down") == "Does not work: box Upstairs: The box Upstairs does not answer."
    assert called(home, "down") == []
    assert json.loads(home.kept["guardian/down/fault"])["faults"][0]["part"] == "box Upstairs"
    home.start("up")
    home.let_pass(21.0)
    assert home.boxes["down"].panel == (Lamp.STEADY, Sound.SILENT)


def dies_ringing(home: Households) -> tuple[Incident, ...]:
    falls(home)
    home.let_pass(31.0)
    disk = home.die("up")
    for _ in range(60):
        home.let_pass(1.0)
        assert home.sound("down") is Sound.SIREN, "nothing falls silent while somebody lies there"
    return disk


def test_a_box_that_dies_while_it_rings_is_an_emergency_of_the_other(home: Households):
    dies_ringing(home)
    mine = own(home, "down")
    assert (mine.kind, mine.state, mine.room, mine.place) == ("NeighbourLost", RAISED, "Upstairs", "kitchen")
    assert called(home, "down")[0] == "Somebody needed help, and the box there does not answer (Upstairs, kitchen)"
    (other,) = home.boxes["down"].brain.shown.boxes
    assert [each.kind for each in other.incidents] == ["FallConfirmed"]
    home.press("down")
    assert home.sound("down") is Sound.SILENT
    home.let_pass(600.0)
    assert home.sound("down") is Sound.SILENT
    assert len(home.boxes["down"].brain.alarm.incidents) == 1


def test_a_box_that_is_back_rings_itself_and_who_takes_it_there_takes_both(home: Households):
    disk = dies_ringing(home)
    home.start("up", stored=disk)
    home.let_pass(30.0)
    assert home.sound("up") is home.sound("down") is Sound.SIREN
    home.press("up")
    assert home.sound("up") is home.sound("down") is Sound.SILENT
    assert own(home, "down").acknowledged_via == "another box"


def test_of_two_that_miss_a_third_one_answer_is_enough():
    home = Households("up", "down", "attic")
    home.settle()
    dies_ringing(home)
    assert [own(home, name).kind for name in ("down", "attic")] == ["NeighbourLost", "NeighbourLost"]
    while own(home, "down").state is RAISED:
        home.press("attic")
        home.let_pass(1.0)
    assert home.sound("down") is home.sound("attic") is Sound.SILENT


def test_a_restart_forgets_nobody_who_lies_at_a_box_that_is_gone(home: Households):
    falls(home)
    home.let_pass(31.0)
    name, (room, body) = next(each for each in reversed(home.boxes["down"].log.entries) if each[0] == BOXES)  # type: ignore[misc]
    assert room == ""
    home.die("up")
    home.die("down")
    home.start("down", learned={name: {"": body}})
    home.let_pass(LOST_SECONDS + 1)
    assert own(home, "down").kind == "NeighbourLost"
    assert home.sound("down") is Sound.SIREN


def test_what_a_broker_keeps_of_a_box_that_is_gone_rings_nowhere(home: Households):
    falls(home)
    home.let_pass(31.0)
    home.die("up")
    home.die("down")
    home.start("down")
    home.let_pass(900.0)
    assert home.sound("down") is Sound.SILENT
    assert [fault.part for fault in home.boxes["down"].brain.shown.faults] == ["box Upstairs"]


def test_a_human_is_told_where_the_other_does_not_answer_and_it_rings_on(home: Households):
    falls(home)
    home.let_pass(31.0)
    home.deaf = {"up"}
    home.press("down")
    assert home.sound("down") is Sound.SIREN
    home.let_pass(6.0)
    assert "The box Upstairs has not answered" in home.text("down")
    assert home.boxes["down"].brain.shown.unanswered == {own(home, "up").id}
    assert any("has not answered" in said for said in published(home.boxes["down"], "guardian/down/refused"))
    assert home.sound("up") is home.sound("down") is Sound.SIREN


def test_what_is_asked_with_a_ref_is_answered(home: Households):
    falls(home)
    home.do("up", Cancelled, incident=own(home, "up").id, ref="r-1")
    said = [json.loads(each) for each in published(home.boxes["up"], "guardian/up/answer")]
    assert [(each["ref"], each["state"]) for each in said] == [("r-1", "closed")]


def test_a_message_that_is_wrong_is_passed_over(home: Households, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING):
        home._say("up", Publish("guardian/up/heartbeat", '{"boot": [[[['))
    assert "event=neighbour_not_understood topic='guardian/up/heartbeat'" in caplog.text
    assert home.boxes["down"].panel == (Lamp.STEADY, Sound.SILENT)


def test_a_household_of_one_box_says_nothing_new():
    home = Households("up")
    home.let_pass(60.0)
    assert not any("heartbeat" in topic for topic in home.kept)
    assert home.boxes["up"].log.all(BOXES) == []


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["fall up", "fall down", "help down", "press up", "press down", "hold up", "deaf", "pass", "long"]
        ),
        min_size=1,
        max_size=14,
    )
)
def test_whatever_happens_what_rings_at_its_owner_rings_at_both_and_presses_end_it(steps: list[str]):
    home = Households("up", "down")
    home.settle()
    for step in steps:
        what, _, name = step.partition(" ")
        if what == "fall":
            falls(home, name)
        elif what == "help":
            home.do(name, HelpCalled)
        elif what in ("press", "hold"):
            home.press(name, Gesture.PRESS if what == "press" else Gesture.HOLD)
        elif what == "deaf":
            home.deaf = {"up"} ^ home.deaf
        else:
            home.let_pass(40.0 if what == "long" else 3.0)
        for box in home.boxes.values():
            if box.brain.alarm.state is RAISED:
                assert box.panel[1] is Sound.SIREN
    home.deaf = set()
    home.let_pass(60.0)
    ringing = any(box.brain.alarm.state is RAISED for box in home.boxes.values())
    assert ringing == (home.sound("up") is Sound.SIREN) == (home.sound("down") is Sound.SIREN)
    for _ in range(8):
        home.press("down")
    assert home.sound("up") is home.sound("down") is Sound.SILENT
