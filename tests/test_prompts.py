"""What the box says aloud, to somebody on the floor who may see nothing of it."""

from dataclasses import replace

import pytest

from guardian.commands import Speak
from guardian.configuration import languages
from guardian.incident import Incident, IncidentState
from guardian.prompts import OVER_SECONDS, SILENCE, TAKEN_SECONDS, Prompts

SUSPECTED, PENDING, RAISED = IncidentState.SUSPECTED, IncidentState.PENDING, IncidentState.RAISED
ACKNOWLEDGED = IncidentState.ACKNOWLEDGED
FALL = Incident(id="i-1", room="kitchen", kind="FallConfirmed", state=PENDING, opened=0.0, changed=0.0)
TAKEN = replace(FALL, state=ACKNOWLEDGED, acknowledged_by="Anna", acknowledged_via="phone")
ASKED, CALLED = "Are you all right? Press the button.", "Help is being called."
ANNA, OVER = "Anna is on the way.", "The alarm is over."


def texts(*steps: tuple[Incident, ...], seconds: float = 10.0) -> list[str]:
    """What is said while the open incidents are these, one step after another; nothing where nothing new is."""
    subject = Prompts()
    said = (subject.update(incidents, number * seconds) for number, incidents in enumerate(steps))
    return [speak.text for speaks in said for speak in speaks]


def test_a_life_is_asked_called_for_taken_and_over():
    raised = replace(FALL, state=RAISED)
    assert texts((FALL,), (FALL,), (raised,), (raised,), (TAKEN,), (TAKEN,), (), ()) == [ASKED, CALLED, ANNA, OVER]


def test_who_presses_the_button_hears_that_it_is_over():
    assert texts((FALL,), ()) == [ASKED, OVER]


def test_it_asks_until_something_else_is_to_be_said_and_leaves_time_to_answer():
    (asks,) = Prompts().update((FALL,), 0.0)
    (calls,) = Prompts().update((replace(FALL, state=RAISED),), 0.0)
    (tells,) = Prompts().update((TAKEN,), 0.0)
    assert (asks.times, calls.times, tells.times) == (0, 0, 3)
    assert min(asks.pause, calls.pause, tells.pause) >= 5.0


@pytest.mark.parametrize(
    "incident",
    [replace(FALL, state=SUSPECTED), replace(FALL, kind="ViewLost", state=RAISED)],
)
def test_what_can_wait_is_not_spoken_of_nor_is_its_end(incident: Incident):
    assert texts((), (incident,), ()) == []


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"acknowledged_via": "web"}, "Anna knows, and sees to it."),
        ({"acknowledged_by": "someone", "acknowledged_via": "mqtt"}, "Someone knows, and sees to it."),
        (
            {"acknowledged_by": "the button", "acknowledged_via": "button"},
            "Somebody has pressed the button. The siren is off.",
        ),
    ],
)
def test_who_has_taken_it_is_told_as_they_did(fields: dict[str, str], text: str):
    assert texts((replace(TAKEN, **fields),)) == [text]  # type: ignore[arg-type]


def test_a_weekly_test_asks_for_the_button_and_ends_in_silence():
    test = replace(FALL, kind="WeeklyTestDue", state=RAISED, drill=True)
    (asks,) = Prompts().update((test,), 0.0)
    assert asks.text.startswith("This is the weekly test. Nothing has happened.")
    assert asks.times == 3
    assert texts((test,), ())[1:] == [""]


def test_a_raised_arm_is_answered():
    (text,) = texts((replace(FALL, kind="HelpGestured"),))
    assert text.startswith("Your arm was seen.")


def test_a_drill_is_called_one_in_every_sentence():
    drill = replace(FALL, kind="DrillStarted", drill=True)
    raised, taken = replace(drill, state=RAISED), replace(TAKEN, drill=True)
    assert texts((drill,), (raised,), (taken,), ()) == [
        "This is a drill. Are you all right? Press the button.",
        "This is a drill. Press the button.",
        "This is a drill. Anna is on the way.",
        "The drill is over.",
    ]


def test_the_worst_is_spoken_of_and_the_other_when_that_is_over():
    second = replace(FALL, id="i-2", state=RAISED)
    assert texts((TAKEN,), (second, TAKEN), (TAKEN,), ()) == [ANNA, CALLED, ANNA, OVER]


def test_what_was_taken_long_ago_is_not_said_after_a_restart_and_ends_in_silence():
    subject = Prompts()
    assert subject.update((TAKEN,), TAKEN_SECONDS + 1) == ()
    assert subject.update((), OVER_SECONDS + 1) == ()


def test_what_was_being_called_out_falls_silent_when_only_an_old_one_is_left():
    subject = Prompts()
    second = replace(FALL, id="i-2", state=RAISED)
    assert [speak.text for speak in subject.update((second, TAKEN), TAKEN_SECONDS)] == [CALLED]
    assert subject.update((TAKEN,), TAKEN_SECONDS + 1) == (SILENCE,)
    assert subject.update((), TAKEN_SECONDS + 2) == (Speak(OVER),)


@pytest.mark.parametrize("language", ["de", "es", "zh-TW"])
def test_it_speaks_the_language_of_the_household(language: str):
    (speak,) = Prompts(languages.phrasebook(language)).update((FALL,), 0.0)
    assert speak.text != ASKED
