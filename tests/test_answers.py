import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.events import Acknowledged, Event
from guardian.io.answers import Answers
from guardian.io.phone_memory import PhoneMemory


class Asked:
    """Answers of a household with two contacts, and what came of them."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.memory = PhoneMemory()
        self.answers = Answers(("Anna", "José"), self.events.append, lambda: 7.0, self.memory)


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
