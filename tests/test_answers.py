import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.events import Acknowledged, Event, FalseAlarmSaid, Resolved
from guardian.io.answers import DOUBT, QUESTION_SECONDS, REASONS, Answers
from guardian.io.phone_memory import PhoneMemory


class Asked:
    """Answers of a household with two contacts, and what came of them."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.memory, self.now = PhoneMemory(), 7.0
        self.answers = Answers(("Anna", "José"), self.events.append, lambda: self.now, self.memory)


def test_an_answer_is_an_acknowledgement_by_the_contact_of_the_incident():
    asked = Asked()
    assert asked.answers.read(asked.answers.written("i-1", "José"))
    assert asked.events == [Acknowledged(time=7.0, by="José", via="phone", incident="i-1")]


def test_an_answer_that_is_given_again_says_nothing_more():
    asked = Asked()
    text = asked.answers.written("i-1", "Anna")
    assert asked.answers.read(text)
    assert asked.answers.read(text)
    assert len(asked.events) == 1
    assert asked.answers.read(asked.answers.written("i-2", "Anna"))
    assert [event.incident for event in asked.events if isinstance(event, Acknowledged)] == ["i-1", "i-2"]


@pytest.mark.parametrize("change", [{"incident": "i-2"}, {"by": "José"}, {"answer": "resolve"}, {"code": "0" * 32}])
def test_an_answer_of_which_a_word_was_changed_is_none(change: dict[str, str]):
    asked = Asked()
    said = json.loads(asked.answers.written("i-1", "Anna"))
    assert not asked.answers.read(json.dumps({**said, **change}))
    assert asked.events == []


def test_an_answer_to_another_box_is_none():
    asked = Asked()
    assert not asked.answers.read(Asked().answers.written("i-1", "Anna"))
    assert asked.events == []


def test_who_is_no_contact_any_more_cannot_answer():
    asked = Asked()
    assert not asked.answers.read(asked.answers.written("i-1", "Mallory"))
    assert asked.events == []


@pytest.mark.parametrize(
    "text",
    [
        *("", "hello", "null", "[]", "{}", '{"answer": 1}', "[" * 100_000, '{"answer": NaN}'),
        '{"answer": "acknowledge", "incident": "i-1", "by": "Anna", "code": 1}',
        '{"answer": "acknowledge", "incident": ["i-1"], "by": "Anna", "code": ""}',
        '{"answer": "acknowledge", "incident": "\\ud800", "by": "Anna", "code": "\\ud800"}',
        '{"answer": "acknowledge", "incident": "i-1", "by": "Anna", "code": "", "more": ""}',
    ],
)
def test_garbage_is_no_answer(text: str):
    asked = Asked()
    assert not asked.answers.read(text)
    assert asked.events == []


@given(st.dictionaries(st.sampled_from(["answer", "incident", "by", "code"]), st.text() | st.integers() | st.none()))
def test_nothing_that_is_made_up_is_an_answer(said: dict[str, object]):
    asked = Asked()
    assert not asked.answers.read(json.dumps(said))
    assert asked.events == []


def test_the_code_is_not_logged(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    asked = Asked()
    text = asked.answers.written("i-1", "Anna")
    asked.answers.read(text)
    assert "event=phone_answered contact=Anna incident=i-1" in caplog.text
    assert json.loads(text)["code"] not in caplog.text


# "False alarm", which is asked twice.


def doubted(asked: Asked, incident: str = "i-1", contact: str = "Anna") -> None:
    assert asked.answers.read(asked.answers.written(incident, contact, DOUBT))


@pytest.mark.parametrize("reason", list(REASONS))
def test_a_false_alarm_is_closed_by_the_second_answer_alone_and_with_its_reason(reason: str):
    asked = Asked()
    doubted(asked)
    assert asked.events == [FalseAlarmSaid(time=7.0, by="Anna", via="phone", incident="i-1")]
    assert asked.answers.read(asked.answers.closing("i-1", "Anna", reason))
    (closed,) = asked.events[1:]
    assert isinstance(closed, Resolved)
    assert (closed.by, closed.via, closed.incident) == ("Anna", "phone", "i-1")
    assert (closed.outcome, closed.note) == ("false alarm", REASONS[reason])


def test_the_first_answer_is_asked_about_once_while_the_question_is_open():
    asked = Asked()
    for _ in range(5):
        doubted(asked)
    assert len(asked.events) == 1
    doubted(asked, "i-2")
    doubted(asked, "i-1", "José")
    assert len(asked.events) == 3
    asked.now += QUESTION_SECONDS
    doubted(asked)
    assert len(asked.events) == 4


def test_a_second_answer_that_is_copied_does_nothing_more():
    asked = Asked()
    doubted(asked)
    text = asked.answers.closing("i-1", "Anna", "well")
    for _ in range(3):
        assert asked.answers.read(text)
    assert [type(event) for event in asked.events] == [FalseAlarmSaid, Resolved]
    doubted(asked)
    assert asked.answers.read(text)
    assert [type(event) for event in asked.events] == [FalseAlarmSaid, Resolved, FalseAlarmSaid]


def test_a_second_answer_that_comes_too_late_closes_nothing():
    asked = Asked()
    doubted(asked)
    text = asked.answers.closing("i-1", "Anna", "well")
    asked.now += QUESTION_SECONDS
    assert asked.answers.read(text)
    assert len(asked.events) == 1
    doubted(asked)
    assert asked.answers.closing("i-1", "Anna", "well") != text


def test_a_second_answer_of_before_a_restart_closes_nothing_and_the_first_can_be_given_again():
    before = Asked()
    doubted(before)
    text = before.answers.closing("i-1", "Anna", "well")
    after = Asked()
    after.answers = Answers(("Anna",), after.events.append, lambda: 7.0, before.memory)
    assert after.answers.read(text)
    assert after.events == []
    assert after.answers.read(before.answers.written("i-1", "Anna", DOUBT))
    assert len(after.events) == 1


def test_without_the_second_message_nobody_can_close_anything():
    asked = Asked()
    doubted(asked)
    first = json.loads(asked.answers.written("i-1", "Anna", DOUBT))
    extras: list[dict[str, str]] = [
        {},
        {"reason": "well", "question": ""},
        {"reason": "well", "question": "0" * 16},
    ]
    for answer in ("close", "false alarm"):
        for extra in extras:
            asked.answers.read(json.dumps({**first, "answer": answer, **extra}))
    assert len(asked.events) == 1


@pytest.mark.parametrize(
    "change",
    [{"incident": "i-2"}, {"by": "José"}, {"reason": "meant"}, {"reason": "x"}, {"question": "0"}, {"code": "0"}],
)
def test_a_second_answer_of_which_a_word_was_changed_is_none(change: dict[str, str]):
    asked = Asked()
    doubted(asked)
    said = json.loads(asked.answers.closing("i-1", "Anna", "well"))
    assert not asked.answers.read(json.dumps({**said, **change}))
    assert len(asked.events) == 1


def test_questions_are_bounded():
    asked = Asked()
    for number in range(1_000):
        doubted(asked, f"i-{number}")
    assert len(asked.answers._questions) <= 256
