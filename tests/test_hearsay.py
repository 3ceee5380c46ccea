import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from neighbourhood import UP, at, incident

from guardian import hearsay
from guardian.errors import PayloadError
from guardian.hearsay import Answer, Beat, Faults, Occupied, Watched
from guardian.incident import Incident, IncidentState
from guardian.transitions import PANEL, row_of

WORDS = st.text(st.characters(categories=["L", "N", "P", "Zs"], exclude_characters="\x85\xa0"), max_size=64).filter(
    str.isprintable
)


def payload(told: Incident) -> dict[str, object]:
    said: dict[str, object] = json.loads(UP.incident(told, at(100.0))[0].payload)
    return said


def written(**fields: object) -> bytes:
    """An incident as it is told, with these fields otherwise."""
    return json.dumps({**payload(incident()), **fields}).encode()


@given(
    st.sampled_from(sorted(PANEL)),
    st.none() | WORDS.filter(lambda word: word != "unknown" and bool(word)),
    st.lists(WORDS, max_size=8),
    st.floats(0.0, 100.0),
)
def test_an_incident_is_read_as_it_was_told(
    row: tuple[str, IncidentState], person: str | None, told: list[str], opened: float
):
    course, state = row
    kind = "ViewLost" if course == "blindness" else "FallConfirmed"
    before = incident(
        kind=kind, state=state, person=person, told=tuple(told), opened=round(opened, 2), changed=round(opened, 2),
        drill=course == "drill", deadline=130.5, step=0,
    )  # fmt: skip
    read = hearsay.incident(json.dumps(payload(before)).encode(), at(100.0)).incident
    assert replace(read, opened=round(read.opened, 2), changed=round(read.changed, 2)) == before


def test_a_clock_that_is_ahead_tells_of_nothing_to_come():
    read = hearsay.incident(written(), at(-3_600.0)).incident
    assert (read.opened, read.changed) == (-3_600.0, -3_600.0)


def test_a_countdown_is_never_longer_than_it_is_by_the_clock_of_its_box():
    told = written(state="pending", changed="2025-06-01T12:00:00+00:00", until="2025-06-01T12:00:30+00:00")
    assert [hearsay.incident(told, at(now)).incident.deadline for now in (-3_600.0, 0.0, 10.0)] == [
        -3_570.0,
        30.0,
        30.0,
    ]
    wrong = written(state="pending", changed="2025-06-01T12:00:00+00:00", until="2025-06-01T11:00:00+00:00")
    assert hearsay.incident(wrong, at(0.0)).incident.deadline == -3_600.0


def test_what_is_too_long_is_cut_and_what_is_new_is_passed_over():
    read = hearsay.incident(
        written(room="b" * 900, reasons=["x" * 400] * 12, told=["A\n"] * 90, colour="red"), at(0)
    ).incident
    assert len(read.room) == 64
    assert len(read.reasons) == 8
    assert all(len(reason) == 300 for reason in read.reasons)
    assert read.told == ("A",) * 32


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"id": "a/b"}, "id: "),
        ({"state": "odd"}, "state: "),
        ({"kind": "ViewLost", "state": "pending"}, "never pending"),
        ({"since": "yesterday"}, "since: "),
        ({"since": "2025-06-01T12:00:00"}, "since: "),
        ({"room": 3}, "room: "),
        ({"reasons": "x"}, "reasons: "),
        ({"note": "n" * 9_000}, "bytes are too many"),
    ],
)
def test_what_would_be_acted_on_must_be_right(fields: dict[str, object], message: str):
    with pytest.raises(PayloadError, match=message):
        hearsay.incident(written(**fields), at(0.0))


KEYS = st.sampled_from(["boot", "beat", "open", "rooms", "state", "id"])
FORMS = (Beat, Answer, Watched, Occupied, Faults)


@given(st.sampled_from(FORMS), st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner),
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_whatever_comes_is_read_or_refused(form: type[Beat], content: bytes):
    for read in (lambda: hearsay.read(form, content), lambda: hearsay.incident(content, at(0.0))):
        try:
            assert read() is not None
        except PayloadError as error:
            assert len(str(error)) < 400  # noqa: PT017 - it may be read, too


def test_a_bomb_of_brackets_is_refused():
    with pytest.raises(PayloadError):
        hearsay.read(Beat, b"[" * 8_000)


def test_a_state_that_cannot_be_leaves_an_incident_as_it_is():
    blind = hearsay.incident(written(kind="ViewLost"), at(0.0))
    assert blind.now(IncidentState.PENDING) == blind
    assert blind.now(IncidentState.ACKNOWLEDGED).incident.state is IncidentState.ACKNOWLEDGED
    assert row_of(blind.incident) in PANEL


def test_a_heartbeat_follows_one_of_another_process_and_an_earlier_one():
    first = Beat(boot="a", beat=3, open={})
    assert Beat(boot="a", beat=4, open={}).follows(first)
    assert Beat(boot="b", beat=1, open={}).follows(first)
    assert not Beat(boot="a", beat=3, open={}).follows(first)
