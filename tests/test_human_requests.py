import json
from dataclasses import replace
from math import cos, pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.errors import PayloadError
from guardian.events import (
    Acknowledged,
    Cancelled,
    DaysForgotten,
    DrillStarted,
    EnrolmentAsked,
    ErasureAsked,
    FallDrillAsked,
    HelpCalled,
    HumanEvent,
    Judged,
    MissReported,
    PauseAsked,
    PlaceAccepted,
    PlaceDeclined,
    PlaceDrawn,
    PlaceRemoved,
    PlaceRestored,
    Resolved,
    ScenesForgotten,
    Snoozed,
    ViewAccepted,
)
from guardian.human_requests import DRILL_SECONDS, MAX_NOTE, MAX_PAYLOAD_BYTES, MAX_WORD, OUTCOMES, REQUESTS, understand

NOW = 1234.5
ROOMS = ("Bedroom", "客廳")
KINDS = {
    "acknowledge": Acknowledged,
    "cancel": Cancelled,
    "resolve": Resolved,
    "snooze": Snoozed,
    "pause": PauseAsked,
    "help": HelpCalled,
    "test": DrillStarted,
    "drill": FallDrillAsked,
    "missed": MissReported,
    "judge": Judged,
    "forget": ScenesForgotten,
    "accept": PlaceAccepted,
    "decline": PlaceDeclined,
    "view": ViewAccepted,
    "draw": PlaceDrawn,
    "remove": PlaceRemoved,
    "restore": PlaceRestored,
    "unlearn": DaysForgotten,
    "enrol": EnrolmentAsked,
    "erase": ErasureAsked,
}
NEED_MORE = {"drill", "unlearn", "missed", "judge", "accept", "decline", "view", "enrol", "erase"}
NEED_MORE |= {"draw", "remove", "restore"}
"""Requests of which a bare press does not say enough."""


def ask(request: str, payload: str | bytes | dict[str, object]) -> HumanEvent:
    if isinstance(payload, dict):
        payload = json.dumps(payload)
    return understand(request, payload.encode() if isinstance(payload, str) else payload, NOW, ROOMS)


@pytest.mark.parametrize("request_name", sorted(set(REQUESTS) - NEED_MORE))
@pytest.mark.parametrize("payload", ["", "PRESS", "on", " true ", "{}"])
def test_a_bare_press_is_enough(request_name: str, payload: str):
    event = ask(request_name, payload)
    assert type(event) is KINDS[request_name]
    assert (event.time, event.by, event.via, event.room, event.incident) == (NOW, "someone", "mqtt", "", None)


def test_a_learned_place_is_accepted_or_declined_by_its_number():
    who = {"time": NOW, "by": "Ana", "via": "mqtt", "room": "Bedroom", "number": 3}
    said = {"place": 3, "by": "Ana", "room": "Bedroom"}
    assert ask("accept", said) == PlaceAccepted(**who)
    assert ask("accept", {**said, "place": "3", "kind": "Sofa"}) == PlaceAccepted(**who, kind="sofa")
    assert ask("decline", said) == PlaceDeclined(**who)
    assert understand("decline", b"3", NOW, ("Bath",)).room == "Bath"


CORNERS = [[0.1, 0.2], [0.5, 0.2], [0.5, 1]]
DRAWN = {"name": "the bed", "kind": "Bed", "polygon": CORNERS, "by": "Ana", "room": "Bedroom"}


def test_a_place_is_drawn_removed_and_restored():
    who = {"time": NOW, "by": "Ana", "via": "mqtt", "room": "Bedroom"}
    drawn = PlaceDrawn(**who, name="the bed", kind="bed", polygon=((0.1, 0.2), (0.5, 0.2), (0.5, 1.0)))
    assert ask("draw", DRAWN) == drawn
    assert ask("draw", {**DRAWN, "instead": "sofa"}) == replace(drawn, instead="sofa")
    named = {"name": "the bed", "by": "Ana", "room": "Bedroom"}
    assert ask("remove", named) == PlaceRemoved(**who, name="the bed")
    assert ask("restore", named) == PlaceRestored(**who, name="the bed")
    assert understand("remove", b"the bed", NOW, ("Bath",)).name == "the bed"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": ""}, "name is missing; the name of a place would be right"),
        ({"name": "a/b"}, "name is 'a/b'; 1 to 64 characters without / # + would be right"),
        ({"kind": None}, "kind is ''; one of bed, sofa, chair, mat, floor, door, exit, screen would be right"),
        ({"polygon": None}, "polygon is a NoneType; 3 to 32 corners [x, y] would be right"),
        ({"polygon": CORNERS[:2]}, "polygon is a list of 2; 3 to 32 corners [x, y] would be right"),
        ({"polygon": CORNERS * 11}, "polygon is a list of 33; 3 to 32 corners"),
        (
            {"polygon": [[0.1, 0.2], [1.5, 0.2], [0, 0]]},
            "corner 2 is [1.5, 0.2]; [x, y], both from 0 to 1, would be right",
        ),
        ({"polygon": [[0.1, 0.2, 0.3], [1, 0.2], [0, 0]]}, "corner 1 is"),
        ({"polygon": [[True, 0.2], [1, 0.2], [0, 0]]}, "corner 1 is"),
        ({"polygon": ["a", "b", "c"]}, "corner 1 is a;"),
        (
            {"polygon": [[0, 0], [1, 1], [1, 0], [0, 1]]},
            "polygon: its line from corner 1 to 2 crosses that from 3 to 4",
        ),
        ({"polygon": [[0, 0], [1, 1], [0.5, 0.5]]}, "polygon: it covers 0.000% of the picture"),
        ({"instead": 3}, "instead is a int; text would be right"),
        ({"room": "Bath"}, "there is no room 'Bath'"),
        ({"colour": "red"}, "'colour' is no key of draw"),
    ],
)
def test_what_the_configuration_would_refuse_is_refused_here(change: dict[str, object], why: str):
    with pytest.raises(PayloadError) as refused:
        ask("draw", {**DRAWN, **change})
    assert str(refused.value).startswith(why)


def test_as_many_corners_as_are_allowed_are_understood():
    around = [[round(0.5 + 0.4 * cos(n / 16 * pi), 3), round(0.5 + 0.4 * sin(n / 16 * pi), 3)] for n in range(32)]
    assert len(ask("draw", {**DRAWN, "polygon": around}).polygon) == 32
    with pytest.raises(PayloadError, match="nested too deep"):
        ask("remove", {"name": [[[]] * 20]})


def test_a_fall_drill_has_a_room_and_an_end():
    who = {"time": NOW, "by": "Ana", "via": "mqtt", "room": "Bedroom"}
    said = {"by": "Ana", "room": "Bedroom"}
    assert ask("drill", said) == FallDrillAsked(**who, seconds=DRILL_SECONDS)
    assert ask("drill", {**said, "seconds": 60, "contacts": True}) == FallDrillAsked(**who, seconds=60.0, contacts=True)
    assert understand("drill", b"OFF", NOW, ("Bath",)).seconds == 0.0  # type: ignore[attr-defined]
    with pytest.raises(PayloadError, match="room is missing; one of Bedroom"):
        ask("drill", "PRESS")
    with pytest.raises(PayloadError, match=r"seconds is 601; 0 \(end it now\) to 600 would be right"):
        ask("drill", {**said, "seconds": 601})
    with pytest.raises(PayloadError, match="contacts is 'yes'; true or false would be right"):
        ask("drill", {**said, "contacts": "yes"})
    with pytest.raises(PayloadError, match="there is no room 'hall' with a camera"):
        understand("drill", b'{"room": "hall"}', NOW, ("Bath",), unseen=("hall",))


def test_whose_days_are_to_be_erased_has_to_be_said():
    who = {"time": NOW, "by": "someone", "via": "mqtt"}
    assert ask("unlearn", "Anna") == DaysForgotten(**who, who="Anna")
    assert ask("unlearn", {"who": "Household", "by": "Ana"}) == DaysForgotten(**{**who, "by": "Ana"}, who="")
    with pytest.raises(PayloadError, match="who is missing; household, or the name"):
        ask("unlearn", "PRESS")


def test_somebody_is_enrolled_in_a_room_and_erased_by_name():
    who = {"time": NOW, "by": "Ana", "via": "mqtt", "name": "Mary"}
    said = {"name": "Mary", "by": "Ana"}
    assert ask("enrol", {**said, "room": "Bedroom"}) == EnrolmentAsked(**who, room="Bedroom")
    assert ask("erase", said) == ErasureAsked(**who)
    assert ask("erase", "Mary").name == "Mary"  # type: ignore[attr-defined]
    for request in ("enrol", "erase"):
        with pytest.raises(PayloadError, match="name is missing"):
            ask(request, {"by": "Ana", **({"room": "Bedroom"} if request == "enrol" else {})})


def test_a_new_view_is_accepted_with_the_places_or_without():
    who = {"time": NOW, "by": "Ana", "via": "mqtt", "room": "Bedroom"}
    said = {"by": "Ana", "room": "Bedroom"}
    assert ask("view", {**said, "places": "fit"}) == ViewAccepted(**who, fits=True)
    assert ask("view", {**said, "places": "Anew"}) == ViewAccepted(**who, fits=False)
    assert understand("view", b"PRESS", NOW, ("Bath",)) == ViewAccepted(
        time=NOW, by="someone", via="mqtt", room="Bath", fits=False
    )
    with pytest.raises(PayloadError, match="places is 'maybe'; one of fit, anew would be right"):
        ask("view", {**said, "places": "maybe"})
    with pytest.raises(PayloadError, match="room is missing"):
        ask("view", "fit")


def test_every_request_has_its_event():
    assert set(KINDS) == set(REQUESTS)


@pytest.mark.parametrize("request_name", ["acknowledge", "cancel", "help", "test"])
def test_a_plain_word_is_who_asks(request_name: str):
    assert ask(request_name, "María José").by == "María José"


def test_json_says_who_which_and_where():
    event = ask("acknowledge", {"by": "Maria", "incident": "i-7", "room": "客廳"})
    assert (event.by, event.incident, event.room) == ("Maria", "i-7", "客廳")


def test_null_is_nothing():
    event = ask("acknowledge", {"by": None, "incident": None, "room": None})
    assert (event.by, event.incident, event.room) == ("someone", None, "")


@pytest.mark.parametrize(
    ("payload", "outcome"),
    [("helped", "helped"), ("false_alarm", "false alarm"), ('{"outcome": "Drill"}', "drill"), ("", "helped")],
)
def test_resolve_takes_an_outcome(payload: str, outcome: str):
    event = ask("resolve", payload)
    assert isinstance(event, Resolved)
    assert event.outcome == outcome


@pytest.mark.parametrize("request_name", ["acknowledge", "resolve"])
def test_an_alarm_is_called_false_in_ones_own_words(request_name: str):
    event = ask(request_name, "False: bent down to the cat")
    assert event == Resolved(
        time=NOW, room="", by="someone", via="mqtt", outcome="false alarm", note="bent down to the cat"
    )


@pytest.mark.parametrize(("said", "at"), [("14:05", "14:05"), ("9:30", "09:30"), ("0.07", "00:07"), ("23:59", "23:59")])
def test_a_fall_that_was_missed_has_a_time_and_a_room(said: str, at: str):
    event = ask("missed", {"at": said, "room": "Bedroom", "by": "Ana", "note": "by the bed"})
    assert event == MissReported(time=NOW, room="Bedroom", by="Ana", via="mqtt", at=at, note="by the bed")


def test_where_there_is_one_room_a_missed_fall_was_there():
    event = understand("missed", b"14:05", NOW, ("Hall",))
    assert event == MissReported(time=NOW, room="Hall", by="someone", via="mqtt", at="14:05")


@pytest.mark.parametrize(("verdict", "fall"), [("fall", True), ("false_alarm", False), ("False alarm", False)])
def test_of_what_is_over_it_is_said_whether_somebody_fell(verdict: str, fall: bool):  # noqa: FBT001 - a row of a table
    event = ask("judge", {"incident": "i-7", "verdict": verdict, "note": "he sat down"})
    expected = Judged(time=NOW, by="someone", via="mqtt", incident="i-7", fall=fall, note="he sat down")
    assert event == expected


@pytest.mark.parametrize(
    ("payload", "seconds"),
    [("600", 600), ("0.5", 0.5), ("OFF", 0), ("0", 0), ('{"seconds": 90}', 90), ("", 1800), ('{"seconds":null}', 1800)],
)
def test_snooze_takes_seconds(payload: str, seconds: float):
    event = ask("snooze", payload)
    assert isinstance(event, Snoozed)
    assert event.seconds == seconds


@pytest.mark.parametrize(
    ("request_name", "payload", "named"),
    [
        ("open-door", "", "no request"),
        ("acknowledge", b"\xff\xfe", "byte 0 is not UTF-8"),
        ("acknowledge", "x" * (MAX_PAYLOAD_BYTES + 1), "1025 bytes"),
        ("acknowledge", "x" * (MAX_WORD + 1), "by is"),
        ("acknowledge", "Ma\u0000ria", "by is"),
        ("acknowledge", "Ma\u202eria", "by is"),
        ("acknowledge", "OFF", "cannot take back"),
        ("acknowledge", '{"by": 7}', "by is a int"),
        ("acknowledge", '{"who": "Maria"}', "'who' is no key"),
        ("acknowledge", '{"by": "Maria", "by": "Eve"}', "a key twice"),
        ("acknowledge", '{"by": "Maria"', "malformed"),
        ("acknowledge", '{"by": {"name": "Maria"}}', "by is a dict"),
        ("acknowledge", '["Maria"]', "JSON is a list"),
        ("acknowledge", '"Maria"', "JSON is a str"),
        ("acknowledge", '{"room": "Attic"}', "no room 'Attic'"),
        ("acknowledge", '{"by":' + "[" * 900, "nested too deep"),
        ("acknowledge", '{"by":' * 170, "nested too deep"),
        ("help", '{"incident": "i-7"}', "'incident' is no key"),
        ("resolve", "whatever", "one of helped, false alarm, drill"),
        ("snooze", "forever", "seconds is 'forever'"),
        ("snooze", "inf", "seconds is 'inf'"),
        ("snooze", "1_000", "seconds is '1_000'"),
        ("snooze", '{"seconds": true}', "a number"),
        ("snooze", '{"seconds": NaN}', "NaN"),
        ("snooze", '{"seconds": 1e999}', "seconds is inf"),
        ("snooze", '{"seconds": -1}', "seconds is -1"),
        ("snooze", "14401", "14400"),
        ("missed", '{"room": "Bedroom"}', "at is ''; the time of day"),
        ("missed", '{"at": "14:05"}', "room is missing; one of Bedroom, 客廳"),
        ("missed", '{"at": "24:05", "room": "Bedroom"}', "at is '24:05'; the time of day"),
        ("missed", '{"at": "14:60", "room": "Bedroom"}', "at is '14:60'"),
        ("missed", '{"at": 1405, "room": "Bedroom"}', "at is a int"),
        ("judge", "fall", "incident is missing"),
        ("accept", "3", "room is missing"),
        ("decline", '{"room": "Bedroom"}', "place is 'None'"),
        ("accept", '{"room": "Bedroom", "place": 0}', "place is '0'"),
        ("accept", '{"room": "Bedroom", "place": true}', "place is 'True'"),
        ("accept", '{"room": "Bedroom", "place": 1.5}', "place is '1.5'"),
        ("accept", '{"room": "Bedroom", "place": 3, "kind": "door"}', "kind is 'door'; one of bed, sofa, chair, mat"),
        ("judge", '{"incident": "i-7"}', "verdict is ''; one of fall, false alarm"),
        ("judge", '{"incident": "i-7", "verdict": "maybe"}', "verdict is 'maybe'"),
        ("resolve", "false:" + "x" * (MAX_NOTE + 1), "note is"),
    ],
)
def test_what_is_wrong_is_named(request_name: str, payload: str | bytes, named: str):
    with pytest.raises(PayloadError, match=named.replace("'", ".")):
        ask(request_name, payload)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(["by", "incident", "room", "seconds", "outcome"]) | st.text(max_size=5)
payloads = st.one_of(
    st.binary(max_size=2_000),
    st.text(max_size=100).map(str.encode),
    json_values.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(keys, json_values, max_size=4).map(lambda value: json.dumps(value).encode()),
    st.integers(1, 1_000).map(lambda depth: b'{"by":' * depth),
)


@given(st.sampled_from(list(REQUESTS)) | st.text(max_size=20), payloads)
def test_whatever_comes_is_a_sound_event_or_a_plain_refusal(request_name: str, payload: bytes):
    try:
        event = understand(request_name, payload, NOW, ROOMS)
    except PayloadError as error:
        refusal = str(error)
        assert 0 < len(refusal) < 400
        return
    assert type(event) is KINDS[request_name] or (request_name == "acknowledge" and type(event) is Resolved)
    assert 0 < len(event.by) <= MAX_WORD
    assert event.by.isprintable()
    assert event.room in ("", *ROOMS)
    if isinstance(event, Resolved):
        assert event.outcome in OUTCOMES
        assert len(event.note) <= MAX_NOTE
    if isinstance(event, Snoozed):
        assert 0 <= event.seconds <= 14_400
    if isinstance(event, PauseAsked):
        assert event.seconds is None or 0 <= event.seconds <= 43_200


def test_what_is_not_about_a_camera_may_name_a_room_without_one():
    event = understand("snooze", b'{"room": "bath", "seconds": 60}', NOW, ROOMS, unseen=("bath",))
    assert event.room == "bath"
    with pytest.raises(PayloadError, match="there is no room 'attic'; one of Bedroom, 客廳, bath would be right"):
        understand("help", b'{"room": "attic"}', NOW, ROOMS, unseen=("bath",))


@pytest.mark.parametrize("request_name", ["missed", "accept", "decline", "view", "enrol"])
def test_what_is_about_a_camera_may_not(request_name: str):
    with pytest.raises(
        PayloadError, match="there is no room 'bath' with a camera; one of Bedroom, 客廳 would be right"
    ):
        understand(request_name, b'{"room": "bath"}', NOW, ROOMS, unseen=("bath",))


def test_the_only_room_with_a_camera_need_not_be_named_though_there_is_one_without():
    event = understand("missed", b"14:05", NOW, ("Bedroom",), unseen=("bath",))
    assert event.room == "Bedroom"
