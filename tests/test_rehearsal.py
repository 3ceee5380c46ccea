"""The fall drill as it is followed: what the box says goes in, its steps come out."""

from dataclasses import replace

import pytest

from guardian.deliveries import Delivery, DeliveryState
from guardian.incident import Incident, IncidentState
from guardian.rehearsal import Outcome, Rehearsal, Step

SUSPECTED, PENDING, RAISED = IncidentState.SUSPECTED, IncidentState.PENDING, IncidentState.RAISED
TAKEN = IncidentState.ACKNOWLEDGED
DRILL = Incident(id="i", room="hall", kind="FallSuspected", state=SUSPECTED, opened=99.9, changed=100.0, drill=True)
CONFIRMED = replace(DRILL, kind="FallConfirmed", state=PENDING, changed=104.0)
RINGING = replace(CONFIRMED, state=RAISED, changed=109.0)
ANSWERED = replace(RINGING, state=TAKEN, changed=112.0, acknowledged_by="the button")


def steps(followed: Rehearsal) -> dict[str, Step]:
    return {step.name: step for step in followed.steps}


def complete(followed: Rehearsal, *, by: str = "the button") -> Rehearsal:
    followed.update([DRILL], "silent")
    followed.update([CONFIRMED], "pips")
    followed.update([RINGING], "siren")
    followed.hear("i", "raised", 109.03)
    followed.update([replace(ANSWERED, acknowledged_by=by)], "silent")
    followed.update([], "silent")
    return followed


def test_a_whole_drill_has_every_step_with_its_delay():
    followed = Rehearsal("hall")
    assert followed.update([DRILL], "silent") == ("suspected",)
    assert followed.update([DRILL], "silent") == ()
    assert followed.update([CONFIRMED], "pips") == ("pending",)
    assert (followed.rang, followed.raised) == (False, None)
    assert followed.update([RINGING], "siren") == ("raised",)
    assert (followed.rang, followed.raised) == (True, 109.0)
    followed.hear("i", "raised", 109.03)
    assert followed.update([ANSWERED], "silent") == ("acknowledged",)
    assert not followed.ended
    followed.update([], "silent")
    assert followed.ended
    assert {step.name: (step.outcome, step.seconds) for step in followed.steps} == {
        "fall seen": (Outcome.WELL, 0.0),
        "fall confirmed": (Outcome.WELL, pytest.approx(4.1)),
        "box asks with pips": (Outcome.WELL, 0.0),
        "alarm": (Outcome.WELL, 5.0),
        "box siren": (Outcome.WELL, 0.0),
        "broker": (Outcome.WELL, pytest.approx(0.03)),
        "phones": (Outcome.NOT_TRIED, None),
        "answered": (Outcome.WELL, 3.0),
        "button": (Outcome.WELL, None),
    }
    assert followed.passed


def test_a_button_that_nobody_pressed_was_not_tried():
    followed = complete(Rehearsal("hall"), by="Anna")
    assert steps(followed)["button"].outcome is Outcome.NOT_TRIED
    assert steps(followed)["answered"].text == "by Anna"
    assert followed.passed


def test_nothing_seen_is_no_drill_passed():
    followed = Rehearsal("hall")
    other = replace(DRILL, room="bath"), replace(DRILL, kind="DrillStarted"), replace(DRILL, drill=False)
    assert followed.update(other, "silent") == ()
    assert steps(followed)["fall seen"].outcome is Outcome.FAILED
    assert steps(followed)["answered"].outcome is Outcome.NOT_TRIED
    assert not followed.passed


def test_a_suspicion_that_came_to_nothing_is_forgotten():
    followed = Rehearsal("hall")
    followed.update([DRILL], "silent")
    assert steps(followed)["fall confirmed"].outcome is Outcome.NOT_YET
    followed.update([], "silent")
    assert (followed.incident, followed.ended) == ("", False)
    later = replace(CONFIRMED, id="j")
    assert followed.update([later], "pips") == ("pending",)
    assert steps(followed)["fall seen"].text.startswith("confirmed at once")


def test_another_exercise_is_not_mixed_up_with_it():
    followed = Rehearsal("hall")
    followed.update([CONFIRMED], "pips")
    followed.update([replace(RINGING, id="j")], "siren")
    assert followed.ended
    assert not followed.rang


@pytest.mark.parametrize("by", ["the button", ""])
def test_what_is_answered_before_it_rings_has_not_tried_the_siren(by: str):
    followed = Rehearsal("hall", ("Anna",))
    followed.update([CONFIRMED], "pips")
    followed.update([], "silent")
    followed.answered(by)
    found = steps(followed)
    assert found["alarm"].outcome is found["box siren"].outcome is found["broker"].outcome is Outcome.NOT_TRIED
    assert found["phone of Anna"].outcome is Outcome.NOT_TRIED
    assert found["answered"].outcome is (Outcome.WELL if by else Outcome.FAILED)
    assert followed.passed is bool(by)


def test_nobody_has_answered_yet_or_any_more():
    followed = Rehearsal("hall")
    followed.update([CONFIRMED], "pips")
    assert (steps(followed)["answered"].outcome, steps(followed)["alarm"].outcome) == (Outcome.NOT_YET,) * 2
    followed.update([RINGING], "siren")
    followed.update([], "silent")
    assert steps(followed)["answered"].outcome is Outcome.FAILED


def test_a_box_without_a_panel_does_not_pretend_to_have_rung():
    found = steps(complete(Rehearsal("hall", panel=False)))
    assert found["box siren"] == Step("box siren", Outcome.NOT_TRIED, None, "it has no panel")


def test_a_panel_that_was_not_told_has_failed():
    followed = Rehearsal("hall")
    followed.update([RINGING], "silent")
    assert steps(followed)["box siren"].outcome is Outcome.FAILED
    assert steps(followed)["fall confirmed"].outcome is Outcome.NOT_YET


@pytest.mark.parametrize(
    ("deaf", "outcome", "text"),
    [
        ("", Outcome.NOT_TRIED, "none here"),
        ("refused", Outcome.FAILED, "refused"),
        (None, Outcome.FAILED, "no message"),
    ],
)
def test_a_broker_that_brings_nothing_has_failed_and_one_that_is_not_wanted_has_not(
    deaf: str | None, outcome: Outcome, text: str
):
    followed = Rehearsal("hall", deaf=deaf)
    followed.update([RINGING], "siren")
    followed.hear("another", "raised", 109.1)
    followed.hear("i", "unheard of", 109.1)
    assert steps(followed)["broker"].outcome is outcome
    assert text in steps(followed)["broker"].text


TOLD = Delivery("Anna", "ntfy", "i", 1, DeliveryState.TOLD, 110.5)


@pytest.mark.parametrize(
    ("deliveries", "outcome", "seconds", "text"),
    [
        ([TOLD], Outcome.WELL, 1.5, "taken by ntfy"),
        ([TOLD, replace(TOLD, way="mailto", state=DeliveryState.TRYING)], Outcome.FAILED, 1.5, "; not by mailto"),
        ([replace(TOLD, state=DeliveryState.GIVEN_UP)], Outcome.FAILED, None, "not reached by ntfy"),
        ([replace(TOLD, incident="of yesterday"), replace(TOLD, contact="Bert")], Outcome.FAILED, None, "not heard of"),
    ],
)
def test_a_phone_is_reached_or_not(deliveries: list[Delivery], outcome: Outcome, seconds: float | None, text: str):
    followed = Rehearsal("hall", ("Anna",))
    followed.update([RINGING], "siren", deliveries)
    step = steps(followed)["phone of Anna"]
    assert (step.outcome, step.seconds) == (outcome, seconds)
    assert text in step.text
