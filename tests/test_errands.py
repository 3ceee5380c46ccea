import json

import pytest
from neighbourhood import ACKNOWLEDGED, OWN, RAISED, UP, incident

from guardian.errands import ANSWER_SECONDS, KEPT_SECONDS, MOST, Errands
from guardian.events import Acknowledged, Cancelled, HumanEvent, Resolved
from guardian.hearsay import Answer
from guardian.human_requests import ANOTHER_BOX

WHO = {"time": 5.0, "by": "Anna", "via": "web"}


def errands() -> Errands:
    names = iter(f"r-{number}" for number in range(1_000))
    return Errands(OWN, lambda: next(names))


@pytest.mark.parametrize(
    ("event", "request_name"),
    [
        (Acknowledged(**WHO), "acknowledge"),
        (Cancelled(**WHO), "cancel"),
        (Resolved(**WHO, outcome="false alarm", note="the dog"), "resolve"),
    ],
)
def test_what_is_asked_is_understood_by_its_owner(event: HumanEvent, request_name: str):
    message = errands().send("up", incident(), event, 5.0)
    assert (message.topic, message.retain) == (f"guardian/up/command/{request_name}", False)
    read = UP.parse(message.topic, message.payload.encode(), 9.0)
    assert type(read) is type(event)
    assert (read.by, read.via, read.incident, read.ref) == ("Anna", ANOTHER_BOX, "i-7", "r-0")
    if isinstance(event, Resolved):
        assert isinstance(read, Resolved)
        assert (read.outcome, read.note) == ("false alarm", "the dog")


def test_the_longest_note_gives_way_and_the_request_is_understood():
    said = Resolved(**{**WHO, "by": "\U0001f46a" * 64}, note="\U0001f415" * 200)
    message = errands().send("up", incident(), said, 5.0)
    read = UP.parse(message.topic, message.payload.encode(), 9.0)
    assert isinstance(read, Resolved)
    assert 100 < len(read.note) < 200


def test_an_answer_ends_an_errand():
    way = errands()
    message = way.send("up", incident(), Acknowledged(**WHO), 5.0)
    ref = json.loads(message.payload)["ref"]
    assert not way.answered("cellar", Answer(ref=ref, incident="i-7", state="acknowledged"))
    assert not way.answered("up", Answer(ref=ref, incident="i-8", state="acknowledged"))
    assert not way.answered("up", Answer(ref="other", incident="i-7", state="acknowledged"))
    assert way.answered("up", Answer(ref=ref, incident="i-7", state="acknowledged"))
    assert way.tick(5.0 + ANSWER_SECONDS) == ()


def test_an_errand_without_an_answer_is_in_vain_once_and_not_for_ever():
    way = errands()
    way.send("up", incident(), Acknowledged(**WHO), 5.0)
    assert way.tick(4.9 + ANSWER_SECONDS) == ()
    (vain,) = way.tick(5.0 + ANSWER_SECONDS)
    assert (vain.box, vain.incident, vain.vain) == ("up", "i-7", True)
    assert way.tick(6.0 + ANSWER_SECONDS) == ()
    assert way.vain == (vain,)
    way.tick(5.0 + KEPT_SECONDS)
    assert way.vain == ()


def test_an_errand_is_over_when_its_incident_has_changed_or_it_is_asked_anew():
    way = errands()
    for name in ("i-7", "i-8"):
        way.send("up", incident(name), Acknowledged(**WHO), 5.0)
    way.tick(20.0)
    way.compare({"i-7": RAISED, "i-8": ACKNOWLEDGED})
    assert [each.incident for each in way.vain] == ["i-7"]
    way.send("up", incident("i-7"), Acknowledged(**WHO), 21.0)
    assert way.vain == ()


def test_they_are_bounded():
    way = errands()
    for number in range(2 * MOST):
        way.send("up", incident(f"i-{number}"), Acknowledged(**WHO), 5.0)
    assert len(way.tick(20.0)) == MOST
