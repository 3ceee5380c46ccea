from dataclasses import replace
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian import messages
from guardian.commands import Notify
from guardian.configuration import languages
from guardian.incident import Incident, IncidentState
from guardian.moment import Moment
from guardian.phrasebook import Phrasebook
from guardian.transitions import SEVERITY, TRIGGERS

FALL = Incident(
    id="i-1",
    room="kitchen",
    kind="FallConfirmed",
    state=IncidentState.RAISED,
    opened=100.0,
    changed=130.0,
    reasons=("Shoulders dropped by 61% of the body's height in 0.7 s", "Lying still on the floor for 6 s."),
)

incidents = st.builds(
    Incident,
    id=st.just("i-1"),
    room=st.sampled_from(["", "kitchen"]),
    kind=st.sampled_from([*SEVERITY, "ViewLost", "DrillStarted", "SomethingNew"]),
    state=st.sampled_from(IncidentState),
    opened=st.floats(0, 1e5),
    changed=st.floats(0, 1e5),
    person=st.sampled_from([None, "Mary"]),
    place=st.sampled_from([None, "sofa"]),
    reasons=st.lists(st.sampled_from(["Has fallen", "Lies still.", "Help!"])).map(tuple),
    acknowledged_by=st.sampled_from([None, "Anna"]),
    acknowledged_via=st.just("mqtt"),
    outcome=st.sampled_from([None, "helped"]),
    drill=st.booleans(),
    told=st.sampled_from([(), ("Anna",), ("Anna", "Bruno")]),
)


def test_a_fall_is_told_with_who_where_what_since_when_and_what_to_do():
    assert messages.title(FALL) == "Somebody has fallen (kitchen)"
    assert messages.body(FALL, 145.0).splitlines() == [
        "Who: Somebody",
        "Where: kitchen",
        "What was seen: Shoulders dropped by 61% of the body's height in 0.7 s. Lying still on the floor for 6 s.",
        "Since: 45 s ago",
        (
            "What to do: call or go there now. Then press Acknowledge, so that the siren stops and nobody else is"
            " called; close the incident when help has been given."
        ),
    ]


def test_who_is_known_is_named_and_the_place_is_said():
    known = replace(FALL, person="Mary", place="bath mat", told=("Anna", "Bruno"))
    assert messages.title(known) == "Mary has fallen (kitchen, bath mat)"
    assert "Told so far: Anna, Bruno; nobody has acknowledged yet" in messages.body(known, 200.0)


def test_who_has_taken_it_stands_in_the_title_and_nobody_else_need_go():
    taken = replace(
        FALL, state=IncidentState.ACKNOWLEDGED, changed=160.0, acknowledged_by="Anna", acknowledged_via="mqtt"
    )
    assert messages.title(taken) == "Anna has taken it: Somebody has fallen (kitchen)"
    assert "Acknowledged: 40 s ago, by Anna (mqtt)" in messages.body(taken, 200.0)
    assert messages.panel_text(taken) == "Anna knows (kitchen) and has silenced the siren."


def test_the_end_is_told_apart_from_the_emergency_by_the_title_alone():
    over = replace(FALL, state=IncidentState.RESOLVED, outcome="helped", acknowledged_by="Anna", acknowledged_via="web")
    assert messages.title(over).startswith("All clear: ")
    assert messages.body(over, 400.0).endswith("How it ended: helped, by Anna (web)\nWhat to do: nothing.")
    assert messages.panel_text(over) == "All clear (kitchen)."


def test_the_box_asks_before_it_calls():
    pending = replace(FALL, state=IncidentState.PENDING)
    assert messages.panel_text(pending) == "Are you all right? Press the button if you are (kitchen)."
    assert messages.panel_text(replace(FALL, drill=True)).startswith("Drill. This is how it sounds")
    assert messages.panel_text(replace(pending, drill=True)).startswith("Drill. Are you all right?")
    telling = replace(FALL, drill=True, told=("Ana", "Bo"))
    assert "sounds; told that it is a drill: Ana, Bo. Press" in messages.panel_text(telling)


def test_a_room_that_cannot_be_seen_asks_for_a_look_at_lamp_and_lens():
    blind = replace(FALL, kind="ViewLost", reasons=())
    assert messages.panel_text(blind) == "Guardian cannot see (kitchen): a fall there would not be noticed."
    assert "the lamp, the lens or the camera's plug" in messages.body(blind, 200.0)
    assert "What was seen" not in messages.body(blind, 200.0)


@pytest.mark.parametrize("kind", [kind for kind in SEVERITY if kind in TRIGGERS or "Stillness" in kind])
def test_everything_that_may_open_an_incident_has_a_headline_of_its_own(kind: str):
    assert messages.headline(replace(FALL, kind=kind)) != messages.headline(replace(FALL, kind="SomethingNew"))


@given(incidents, st.floats(0, 1e6))
def test_whatever_an_incident_is_its_words_are_whole(incident: Incident, now: float):
    texts = (messages.title(incident), messages.body(incident, now), messages.panel_text(incident))
    for text in texts:
        assert text.strip() == text
        assert not set(text) & set("{}")
        assert "  " not in text
        assert ".." not in text
        assert "()" not in text
    title, body, panel = texts
    assert panel.endswith(".")
    assert "\n" not in title
    assert body.splitlines()[incident.drill].startswith("Who: ")
    assert title.startswith("DRILL: ") is incident.drill
    assert body.startswith("This is a drill. Nothing has happened.\n") is incident.drill
    assert body.splitlines()[-1].startswith("What to do: ")
    assert title.removeprefix("DRILL: ").startswith("All clear: ") == (not incident.open)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-3, "0 s"),
        (0.4, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7_199, "120 min"),
        (7_200, "2 h"),
        (172_800, "2 days"),
        (1e6, "12 days"),
    ],
)
def test_durations_are_said_in_the_largest_unit_that_says_enough(seconds: float, said: str):
    assert messages.relative(seconds) == said


def test_faults_are_said_by_part_room_and_reason():
    assert messages.fault_text([], {("camera", "hall"): "It is unplugged", ("broker", ""): ""}) == (
        "Does not work: camera (hall): It is unplugged. Does not work: broker."
    )
    assert messages.fault_text(["hall", "bath"], {}) == "Guardian cannot see hall, bath."


def test_a_snooze_is_always_said():
    assert messages.snooze_text([]) == ""
    assert messages.snooze_text(["hall"]) == " New alarms of hall are held for a while; that ends by itself."
    assert messages.snooze_text(["hall", ""]) == " New alarms are held for a while; that ends by itself."


NOTICE = Notify("Anna", "Somebody has fallen (kitchen)", "Who: Somebody", "i-1", 1, asked=100.0)
NOON = datetime(2025, 6, 1, 12, 0, tzinfo=timezone.utc)


def test_a_notice_in_time_is_told_as_it_was_written():
    assert messages.as_told(NOTICE, Moment(100.0 + messages.LATE_SECONDS - 1, NOON)) == NOTICE


def test_another_language_says_the_same_of_the_same_incident():
    book = languages.phrasebook("de")
    known = replace(FALL, person="Mary", place="sofa 2", reasons=("On the floor for 90 s.", "The sky is falling"))
    assert messages.title(known, book) == "Mary ist gestürzt (kitchen, Sofa 2)"
    assert messages.body(known, 3_700.0, book).splitlines()[:4] == [
        "Wer: Mary",
        "Wo: kitchen, Sofa 2",
        "Was zu sehen war: Seit 90 s am Boden. The sky is falling.",
        "Beginn: vor 60 min",
    ]
    assert messages.fault_text(["hall"], {("sense radar", "bath"): ""}, book) == (
        "Guardian sieht nichts: hall. Funktioniert nicht: Sensor radar (bath)."
    )


@given(incidents, st.floats(0, 1e6), st.sampled_from([languages.phrasebook(code) for code in languages.known()]))
def test_whatever_an_incident_is_its_words_are_whole_in_every_language(
    incident: Incident, now: float, book: Phrasebook
):
    texts = (messages.title(incident, book), messages.body(incident, now, book), messages.panel_text(incident, book))
    for text in texts:
        assert text.strip() == text
        assert not set(text) & set("{}")
        assert "  " not in text
        assert ".." not in text


@pytest.mark.parametrize("code", languages.known())
@pytest.mark.parametrize("seconds", [1.0, 119.0, 7_199.0, 172_799.0, 1e6])
def test_how_long_ago_is_said_with_its_number(code: str, seconds: float):
    said = messages.ago(seconds, languages.phrasebook(code))
    assert messages.relative(seconds).split()[0] in said


def test_a_late_notice_is_late_in_every_language():
    for code in languages.known():
        told = messages.as_told(NOTICE, Moment(90_100.0, NOON), languages.phrasebook(code))
        assert NOTICE.title in told.title
        assert "11:00" in told.body
        assert told.body.endswith(f"\n{NOTICE.body}")


@pytest.mark.parametrize(
    ("late", "when"),
    [(600.0, "11:50, 10 min ago"), (90_000.0, "11:00 on 31 May, 25 h ago"), (172_800.0, "12:00 on 30 May, 2 days ago")],
)
def test_a_late_notice_says_when_it_was_written(late: float, when: str):
    told = messages.as_told(NOTICE, Moment(100.0 + late, NOON))
    assert told.title == "Late: Somebody has fallen (kitchen)"
    assert told.body.splitlines() == [
        f"This message comes late: it was written at {when}, and could not be sent before.",
        "Who: Somebody",
    ]
    assert (told.contact, told.incident, told.step, told.urgent) == ("Anna", "i-1", 1, True)
