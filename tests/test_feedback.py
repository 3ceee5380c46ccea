from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from bodies import bent, seen, standing, tilted

from guardian.commands import ForgetScenes, JudgeScene, KeepScene, Verdict
from guardian.events import FallConfirmed, Judged, MissReported, ScenesForgotten
from guardian.feedback import (
    AFTER_SECONDS,
    BEFORE_SECONDS,
    MOST_DRAFTS,
    OFF,
    Answer,
    Feedback,
    cut,
    steepest,
    unkept,
    when,
)
from guardian.incident import Incident, IncidentState
from guardian.moment import Moment
from guardian.recollection import pack, time_of
from guardian.skeleton import Observation

ZONE = ZoneInfo("Europe/Madrid")
NOON = datetime(2025, 6, 1, 12, 0, tzinfo=ZONE)
FALL_AT = 100.0
"""The monotonic second at which the body begins to go over; 12:00 is second 0."""


def at(seconds: float) -> Moment:
    return Moment(seconds, NOON + timedelta(seconds=seconds))


def film(last: float = 240.0, fps: float = 5.0, *, first: float = 0.0) -> list[Observation]:
    """Somebody stands, goes over within 0.6 s at FALL_AT, and lies."""
    times = [first + number / fps for number in range(round((last - first) * fps))]
    return [seen(time, tilted(max(0.0, min(90.0, (time - FALL_AT) * 150)))) for time in times]


def incident(**changes: object) -> Incident:
    whole = Incident(
        id="i-1",
        room="hall",
        kind="FallSuspected",
        state=IncidentState.SUSPECTED,
        opened=101.0,
        changed=101.0,
        track=1,
    )
    return replace(whole, **changes)


PENDING = incident(kind="FallConfirmed", state=IncidentState.PENDING)
FALSE = replace(
    PENDING,
    state=IncidentState.RESOLVED,
    outcome="false alarm",
    closed_by="Ana",
    closed_via="web",
    note="the cat",
)


def feedback(last: float = 240.0, *, on: bool = True) -> Feedback:
    names = iter(range(1_000))
    made = Feedback(("hall", "bath"), lambda: f"m-{next(names)}", on=on)
    for observation in film(last):
        made.saw("hall", observation)
    return made


def missed(made: Feedback, moment: Moment, **changes: object) -> Answer:
    event = replace(MissReported(time=moment.monotonic, room="hall", by="Ana", via="mqtt", at="12:01"), **changes)
    *_, answer = made.take(event, moment)
    assert isinstance(answer, Answer)
    return answer


def test_a_false_alarm_is_kept_once_it_is_closed_with_what_was_said_of_it():
    made = feedback(last=140.0)
    assert made.incident(incident(), at(101.0)) == ()
    (begun,) = made.incident(PENDING, at(105.0))
    assert isinstance(begun, KeepScene)
    assert (begun.scene, begun.verdict) == ("i-1", None)
    assert time_of(begun.frames[-1]) == pytest.approx(105.0)
    assert made.incident(replace(PENDING, state=IncidentState.RAISED), at(110.0)) == ()
    (kept,) = made.incident(FALSE, at(130.0))
    assert isinstance(kept, KeepScene)
    assert (kept.scene, kept.room, kept.event) == ("i-1", "hall", "FallConfirmed")
    assert kept.verdict == Verdict(fall=False, by="Ana", via="web", said=at(130.0).wall, note="the cat")
    assert kept.happened == at(101.0).wall
    assert time_of(kept.frames[0]) == pytest.approx(101.0 - BEFORE_SECONDS)
    assert time_of(kept.frames[-1]) == pytest.approx(130.0)
    assert made.tick(1_000.0) == ()


def test_an_alarm_that_stays_open_is_kept_at_once_and_judged_when_it_is_closed():
    made = feedback()
    made.incident(PENDING, at(101.0))
    assert made.tick(101.0 + AFTER_SECONDS - 0.1) == ()
    (kept,) = made.tick(101.0 + AFTER_SECONDS)
    assert isinstance(kept, KeepScene)
    assert kept.verdict is None
    assert time_of(kept.frames[-1]) == pytest.approx(101.0 + AFTER_SECONDS)
    assert made.tick(300.0) == ()
    assert made.incident(replace(PENDING, state=IncidentState.ACKNOWLEDGED), at(300.0)) == ()
    helped = replace(FALSE, outcome="helped", note="")
    verdict = Verdict(fall=True, by="Ana", via="web", said=at(4_000.0).wall)
    assert made.incident(helped, at(4_000.0)) == (JudgeScene("i-1", verdict),)


@pytest.mark.parametrize("outcome", ["cancelled", "recovered", "lapsed"])
def test_an_alarm_of_which_nobody_said_anything_is_kept_unjudged(outcome: str):
    made = feedback()
    made.incident(PENDING, at(101.0))
    (kept,) = made.incident(replace(PENDING, state=IncidentState.RESOLVED, outcome=outcome), at(110.0))
    assert isinstance(kept, KeepScene)
    assert kept.verdict is None


def test_a_suspicion_that_passes_by_itself_is_not_kept():
    made = feedback()
    made.incident(incident(), at(101.0))
    assert made.incident(incident(state=IncidentState.RESOLVED, outcome="lapsed"), at(121.0)) == ()


def test_a_call_for_help_from_somebody_who_came_down_tells_of_a_fall():
    made = feedback()
    made.incident(incident(), at(101.0))
    called = incident(kind="HelpCalled", state=IncidentState.RAISED)
    made.incident(called, at(103.0))
    helped = replace(called, state=IncidentState.RESOLVED, outcome="helped", closed_by="Ana", closed_via="web")
    (kept,) = made.incident(helped, at(120.0))
    assert isinstance(kept, KeepScene)
    assert kept.event == "FallSuspected"
    assert kept.verdict is not None
    assert kept.verdict.fall


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "HelpCalled", "track": None},
        {"kind": "StillnessExceeded"},
        {"kind": "DrillStarted", "track": None, "drill": True},
        {"kind": "FallConfirmed", "track": None},
    ],
)
def test_what_no_scene_can_explain_is_not_kept(changes: dict[str, object]):
    made = feedback()
    made.incident(replace(PENDING, **changes), at(101.0))
    assert made.tick(1_000.0) == ()
    over = replace(PENDING, **{**changes, "state": IncidentState.RESOLVED, "outcome": "lapsed"})
    assert made.incident(over, at(1_001.0)) == ()


def test_help_that_was_signalled_and_given_says_nothing_of_a_fall():
    made = feedback()
    waved = incident(kind="HelpGestured", state=IncidentState.RAISED)
    made.incident(waved, at(101.0))
    over = replace(waved, state=IncidentState.RESOLVED, outcome="helped", closed_by="Ana", closed_via="web")
    (kept,) = made.incident(over, at(110.0))
    assert isinstance(kept, KeepScene)
    assert kept.verdict is None


def test_a_drill_teaches_nothing():
    drill = replace(FALSE, drill=True, kind="DrillStarted", track=None)
    assert feedback().incident(drill, at(110.0)) == ()


def test_of_a_room_that_could_not_be_seen_there_is_no_scene():
    made = feedback()
    made.incident(replace(PENDING, room="bath"), at(101.0))
    assert made.incident(replace(FALSE, room="bath"), at(110.0)) == ()


def test_a_household_that_does_not_want_it_has_nothing_kept():
    made = feedback(on=False)
    assert made.reaches == {}
    made.incident(PENDING, at(101.0))
    assert made.tick(1_000.0) == ()
    assert missed(made, at(240.0)) == Answer(kept=False, text=OFF)


def test_a_fall_that_was_missed_is_kept_with_what_came_after_it():
    made = feedback(last=500.0)
    assert missed(made, at(150.0), note="by the door") == Answer(
        kept=True, text="What was seen of hall around 12:01 is kept."
    )
    assert len(made.tick(150.0)) == 0
    assert made.tick(150.0 + AFTER_SECONDS - 0.1) == ()
    (kept,) = made.tick(150.0 + AFTER_SECONDS)
    assert isinstance(kept, KeepScene)
    assert kept.verdict == Verdict(fall=True, by="Ana", via="mqtt", said=at(150.0).wall, note="by the door")
    assert (kept.scene, kept.room, kept.event, kept.happened) == ("m-0", "hall", "missed", at(60.0).wall)
    found = cut(kept)
    assert found.found
    assert found.onset == pytest.approx(BEFORE_SECONDS, abs=0.5)
    assert 0.2 < found.contact - found.onset < 1.0
    assert found.observations[0].time == 0.0
    assert found.observations[-1].time == pytest.approx(BEFORE_SECONDS + AFTER_SECONDS, abs=1.5)
    assert made.tick(1_000.0) == ()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"room": "bath"}, "Nothing has been seen of bath lately, so nothing of 12:01 is kept."),
        ({"at": "11:58"}, "That was too long ago to be kept: of hall the box remembers what was seen since 12:00."),
        ({"at": "12:20"}, "That was too long ago to be kept: of hall the box remembers what was seen since 12:00."),
    ],
)
def test_what_cannot_be_kept_is_told(changes: dict[str, object], text: str):
    made = feedback()
    assert missed(made, at(239.0), **changes) == Answer(kept=False, text=text)
    assert made.tick(1_000.0) == ()


def test_a_flood_of_reports_is_stemmed():
    made = feedback()
    answers = [missed(made, at(239.0)) for _ in range(MOST_DRAFTS + 1)]
    assert [answer.kept for answer in answers] == [True] * MOST_DRAFTS + [False]
    assert "Too many" in answers[-1].text


@pytest.mark.parametrize(
    ("clock", "ago"),
    [("12:00", 150.0), ("12:02", 30.0), ("12:03", 0.0), ("12:07", 0.0), ("12:08", 86_400 - 330.0), ("11:59", 210.0)],
)
def test_a_time_of_day_is_the_last_one_or_what_a_clock_that_is_fast_says(clock: str, ago: float):
    assert when(clock, at(150.0)) == pytest.approx(150.0 - ago)


def test_a_report_is_checked_before_it_is_sent():
    event = MissReported(time=0.0, room="hall", by="Ana", via="web", at="12:01")
    assert unkept(event, {"hall": 0.0}, at(150.0), on=True) == ""
    assert unkept(event, {"hall": 0.0}, at(150.0), on=False) == OFF


def test_what_is_over_can_be_judged_and_what_is_open_is_to_be_closed():
    made = feedback()
    event = Judged(time=1.0, by="Ana", via="web", incident="i-1", fall=True, note="she slid")
    verdict = Verdict(fall=True, by="Ana", via="web", said=at(110.0).wall, note="she slid")
    judged, answer = made.take(event, at(110.0))
    assert judged == JudgeScene("i-1", verdict)
    assert isinstance(answer, Answer)
    made.incident(PENDING, at(101.0))
    (answer,) = made.take(event, at(110.0))
    assert answer == Answer(kept=False, text="It is still open: close it as helped, or as a false alarm.")


def test_what_is_to_be_forgotten_is_forgotten_in_memory_too():
    made = feedback()
    made.incident(PENDING, at(101.0))
    assert missed(made, at(239.0)).kept
    first, _ = made.take(ScenesForgotten(time=1.0, by="Ana", via="web"), at(240.0))
    assert first == ForgetScenes()
    assert made.reaches == {}
    assert made.tick(1_000.0) == ()
    (judged,) = made.incident(FALSE, at(300.0))
    assert isinstance(judged, JudgeScene)


def test_what_is_no_word_of_a_human_changes_nothing():
    assert feedback().take(FallConfirmed(time=1.0, room="hall", track=1), at(1.0)) == ()


# When somebody came down


def keep(observations: list[Observation], earliest: float, latest: float) -> KeepScene:
    return KeepScene("s", "hall", "missed", NOON, earliest, latest, tuple(map(pack, observations)))


def test_a_fall_is_found_when_it_happened():
    onset, contact = steepest(film(), 40.0, 200.0) or (0.0, 0.0)
    assert onset == pytest.approx(FALL_AT, abs=0.45)
    assert contact == pytest.approx(FALL_AT + 0.6, abs=0.45)


def test_a_fall_beyond_the_time_that_was_named_is_not_found():
    assert steepest(film(), 0.0, 90.0) is None
    assert steepest(film(), 110.0, 240.0) is None


def test_of_a_fall_and_a_bend_the_fall_is_found():
    bending = [seen(each.time, bent() if 50 < each.time < 55 else each.poses[0]) for each in film()]
    onset, _ = steepest(bending, 0.0, 240.0) or (0.0, 0.0)
    assert onset == pytest.approx(FALL_AT, abs=0.45)


def test_an_empty_room_has_no_fall_and_is_kept_whole():
    empty = [seen(float(second), looked=second % 2 == 0) for second in range(60)]
    found = cut(keep(empty, 20.0, 40.0))
    assert (found.found, found.onset, found.contact, len(found.observations)) == (False, 30.0, 30.0, 60)


def test_somebody_who_vanishes_has_not_come_down():
    gone = [seen(second / 5, *([standing()] if second < 150 else [])) for second in range(300)]
    assert steepest(gone, 0.0, 60.0) is None


def test_a_scene_without_a_frame_is_none():
    with pytest.raises(ValueError, match="without a frame"):
        cut(keep([], 0.0, 1.0))


def test_of_a_miss_what_is_there_is_kept_at_once_lest_the_power_go():
    event = MissReported(time=150.0, room="hall", by="Ana", via="mqtt", at="12:01")
    first, _ = feedback(last=150.0).take(event, at(150.0))
    assert isinstance(first, KeepScene)
    assert (first.scene, first.event) == ("m-0", "missed")
    assert time_of(first.frames[-1]) == pytest.approx(149.8)


def test_of_a_fall_in_a_room_without_a_camera_there_is_no_scene():
    made = feedback()
    radar = replace(PENDING, room="shower", track=-1)
    assert made.incident(radar, at(101.0)) == ()
    assert made.tick(400.0) == ()
    assert made.incident(replace(FALSE, room="shower", track=-1), at(401.0)) == (
        JudgeScene("i-1", Verdict(fall=False, by="Ana", via="web", said=at(401.0).wall, note="the cat")),
    )
