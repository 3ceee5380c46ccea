"""What the page says of the weekly test."""

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from guardian.incident import Incident, IncidentState
from guardian.moment import Moment
from guardian.trials import Outcome, Trial
from guardian.web import payload, words
from guardian.web.household import RoomShown, Snapshot

NOW = 1_000.0
DUE = datetime(2025, 6, 2, 10, 0, tzinfo=timezone.utc)
TEST = Incident(
    id="i-1",
    room="",
    kind="WeeklyTestDue",
    state=IncidentState.RAISED,
    opened=NOW - 30,
    changed=NOW - 30,
    drill=True,
    told=("Anna",),
)


def shown(*incidents: Incident, trial: Trial | None = None) -> Snapshot:
    return Snapshot(moment=Moment(NOW, DUE), rooms=(RoomShown("kitchen"),), incidents=incidents, trial=trial)


def test_it_asks_for_an_answer_without_a_fright_and_can_be_answered():
    said = words.headline(shown(TEST), NOW)
    assert said.mood is not words.Mood.RAISED
    assert (said.kicker, said.title) == ("Weekly test", "Please answer: nothing has happened")
    assert words.actions(TEST) == ("acknowledge",)


@pytest.mark.parametrize(
    ("trial", "text"),
    [
        (None, ""),
        (Trial("Mon 10:00", DUE, Outcome.NONE), "The weekly test is on Mon 10:00."),
        (Trial("Mon 10:00", DUE, Outcome.WAITING), "The weekly test waits for an answer."),
        (Trial("Mon 10:00", DUE, Outcome.ANSWERED, by="Anna"), "The weekly test of 2025-06-02 was answered by Anna."),
        (Trial("Mon 10:00", DUE, Outcome.UNANSWERED), "The weekly test of 2025-06-02 was not answered."),
        (
            Trial("Mon 10:00", DUE, Outcome.SKIPPED, reason="the box was off"),
            "The weekly test of 2025-06-02 was left out: the box was off.",
        ),
    ],
)
def test_what_came_of_the_last_one_is_told(trial: Trial | None, text: str):
    assert words.trial(trial) == text
    assert payload.state(shown(trial=trial), NOW)["trial"] == text


@pytest.mark.parametrize(("outcome", "text"), [("answered", "Answered"), ("unanswered", "Not answered")])
def test_how_it_ended_is_told_in_words(outcome: str, text: str):
    over = replace(TEST, state=IncidentState.RESOLVED, outcome=outcome)
    assert words.verdict(over) == text
