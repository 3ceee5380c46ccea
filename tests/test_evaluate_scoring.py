from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.lab.evaluate.manifest import Recording, Row
from guardian.lab.evaluate.scoring import MERGE_SECONDS, Score, Told, Verdict, score

FILE = Path("clip.jsonl")


def fall(onset: float, contact: float | None = None, up: float | None = None, *, stays: bool = False) -> Row:
    row = {"line": round(onset * 10) + 2, "path": "clip.jsonl", "file": FILE, "kind": "fall"}
    return Row(**row, onset=onset, contact=contact, up=up, down_until_end=stays)


def told(time: float, event: str = "FallConfirmed", track: int | None = 1) -> Told:
    return Told(time, event, track)


def scored(rows: list[Row], *events: Told, behaviour: tuple[str, ...] = ()) -> Score:
    everyday = Row(line=1, path="clip.jsonl", file=FILE, kind="adl", event="cooking")
    recording = Recording("clip.jsonl", FILE, tuple(rows) or (everyday,))
    return score(recording, events, confirm_seconds=4.0, behaviour=behaviour)


def verdicts(found: Score) -> list[str]:
    return [outcome.verdict.value for outcome in found.outcomes]


@pytest.mark.parametrize(("time", "verdict"), [(8.9, "missed"), (9.0, "hit"), (41.0, "hit"), (41.1, "missed")])
def test_a_hit_is_from_a_second_before_the_onset_to_half_a_minute_after_the_end(time: float, verdict: str):
    found = scored([fall(10.0, 11.0)], told(time))
    assert verdicts(found) == [verdict]
    assert len(found.false_alarms) == (verdict == "missed")


@pytest.mark.parametrize("event", ["FallConfirmed", "PersonDown", "LongLie", "HelpGestured"])
def test_every_urgent_event_is_an_alarm(event: str):
    assert verdicts(scored([fall(10.0, 11.0)], told(15.0, event))) == ["hit"]


@pytest.mark.parametrize("event", ["FallSuspected", "PersonRecovered", "HelpCalled", "ViewLost", "StillnessExceeded"])
def test_no_other_event_is(event: str):
    found = scored([fall(10.0, 11.0)], told(15.0, event), told(80.0, event))
    assert verdicts(found) == ["missed"]
    assert found.false_alarms == ()


def test_delays_count_from_ground_contact():
    found = scored([fall(10.0, 11.0)], told(10.5, "FallSuspected"), told(15.0), told(20.0, "LongLie"))
    (outcome,) = found.outcomes
    assert (outcome.suspected_delay, outcome.alarm_delay) == (-0.5, 4.0)
    (unknown,) = scored([fall(10.0)], told(15.0)).outcomes
    assert (unknown.verdict, unknown.alarm_delay) == (Verdict.HIT, None)


@pytest.mark.parametrize(("time", "verdict", "false"), [(100.0, "late", 0), (131.0, "late", 0), (131.1, "missed", 1)])
def test_who_is_found_lying_within_two_minutes_is_found_late(time: float, verdict: str, false: int):
    found = scored([fall(10.0, 11.0)], told(time, "PersonDown"))
    assert verdicts(found) == [verdict]
    assert len(found.false_alarms) == false
    assert found.outcomes[0].alarm_delay is None


def test_another_alarm_after_the_window_is_false_unless_somebody_still_lies_there():
    assert len(scored([fall(10.0, 11.0)], told(50.0)).false_alarms) == 1
    assert len(scored([fall(10.0, 11.0, up=49.0)], told(50.0)).false_alarms) == 1
    assert scored([fall(10.0, 11.0, up=51.0)], told(50.0)).false_alarms == ()
    found = scored([fall(10.0, 11.0, stays=True)], told(3600.0, "LongLie"))
    assert (verdicts(found), found.false_alarms) == (["missed"], ())


def test_who_gets_up_before_a_fall_can_be_confirmed_counts_neither_way():
    found = scored([fall(10.0, 11.0, up=15.0)], told(14.0))
    assert (verdicts(found), found.false_alarms) == (["excused"], ())
    assert verdicts(scored([fall(10.0, 11.0, up=15.1)])) == ["missed"]


def test_alarms_within_a_minute_are_one_false_alarm():
    found = scored([], told(10.0), told(70.0), told(129.0, track=2), told(190.0))
    assert [(alarm.told.time, alarm.more) for alarm in found.false_alarms] == [(10.0, 2), (190.0, 0)]


def test_what_follows_a_hit_within_a_minute_belongs_to_it():
    assert scored([fall(10.0, 11.0)], told(40.0), told(99.0)).false_alarms == ()
    assert len(scored([fall(10.0, 11.0)], told(40.0), told(101.0)).false_alarms) == 1


def test_what_follows_a_fall_is_not_put_down_to_the_false_alarm_before_it():
    found = scored([fall(10.0, 11.0)], told(5.0), told(15.0), told(60.0))
    assert [(alarm.told.time, alarm.more) for alarm in found.false_alarms] == [(5.0, 0)]
    found = scored([fall(10.0, 11.0, up=14.0)], told(5.0), told(14.0), told(60.0))
    assert [(alarm.told.time, alarm.more) for alarm in found.false_alarms] == [(5.0, 0)]


def test_who_lies_there_to_the_end_does_not_excuse_an_alarm_before():
    assert len(scored([fall(10.0, 11.0, stays=True)], told(2.0)).false_alarms) == 1


def test_a_suspicion_after_the_alarm_is_none_of_that_fall():
    assert scored([fall(10.0, 11.0)], told(12.0), told(14.0, "FallSuspected")).outcomes[0].suspected is None
    assert scored([fall(10.0, 11.0)], told(14.0, "FallSuspected")).outcomes[0].suspected is not None


def test_a_false_alarm_just_before_a_fall_stays_false_and_the_fall_is_found():
    found = scored([fall(10.0, 11.0)], told(5.0), told(15.0))
    assert verdicts(found) == ["hit"]
    assert [alarm.told.time for alarm in found.false_alarms] == [5.0]


def test_two_people_who_fall_together_need_two_alarms():
    two = [fall(10.0, 11.0), fall(12.0, 13.0)]
    assert verdicts(scored(two, told(15.0, track=1), told(17.0, track=2))) == ["hit", "hit"]
    assert verdicts(scored(two, told(15.0, track=1), told(25.0, "PersonDown", track=1))) == ["missed", "hit"]
    assert verdicts(scored(two, told(15.0, track=None), told(17.0, track=None))) == ["hit", "hit"]


def test_the_same_body_can_fall_again():
    again = [fall(10.0, 11.0, up=20.0), fall(40.0, 41.0)]
    assert verdicts(scored(again, told(15.0), told(45.0))) == ["hit", "hit"]
    assert verdicts(scored(again, told(45.0))) == ["missed", "hit"]


def test_a_suspicion_belongs_to_the_fall_before_it():
    falls = [fall(10.0, 11.0, up=14.0), fall(20.0, 21.0)]
    found = scored(falls, told(20.5, "FallSuspected"), told(24.0))
    assert [outcome.suspected for outcome in found.outcomes] == [None, told(20.5, "FallSuspected")]


@pytest.mark.parametrize(("ends", "cut_short"), [(14.9, True), (15.0, False), (None, False)])
def test_a_fall_that_ends_with_its_file_is_missed_but_cut_short(ends: float | None, *, cut_short: bool):
    recording = Recording("clip.jsonl", FILE, (fall(10.0, 11.0),))
    more = {} if ends is None else {"ends": ends}
    (outcome,) = score(recording, (), confirm_seconds=4.0, **more).outcomes
    assert (outcome.verdict, outcome.cut_short) == (Verdict.MISSED, cut_short)
    (found,) = score(recording, (told(12.0),), confirm_seconds=4.0, **more).outcomes
    assert not found.cut_short


def test_behaviour_is_kept_apart():
    found = scored([], told(10.0, "StillnessExceeded"), told(30.0, "NightWandering"), behaviour=("StillnessExceeded",))
    assert [each.event for each in found.behaviour] == ["StillnessExceeded"]
    assert found.false_alarms == ()


def test_a_false_alarm_says_what_was_going_on():
    rows = [fall(50.0, 51.0), Row(line=9, path="clip.jsonl", file=FILE, kind="adl", event="exercise")]
    assert scored(rows, told(10.0)).false_alarms[0].row.event == "exercise"
    assert scored([fall(50.0)], told(10.0)).false_alarms[0].row.onset == 50.0


times = st.lists(st.integers(0, 3000).map(lambda tenth: tenth / 10), max_size=12)


@given(times, times, st.integers(1, 3))
def test_no_alarm_counts_twice(onsets: list[float], alarms: list[float], tracks: int):
    rows = [fall(onset, onset + 1) for onset in sorted(set(onsets))]
    found = scored(rows, *(told(time, track=n % tracks) for n, time in enumerate(alarms)))
    hits = [outcome for outcome in found.outcomes if outcome.verdict is Verdict.HIT]
    assert all(o.alarm and (o.row.onset or 0) - 1 <= o.alarm.time <= o.row.end + 30 for o in hits)
    assert len({id(outcome.alarm) for outcome in hits}) == len(hits)
    assert len(hits) + len(found.false_alarms) <= len(alarms)
    ends = sorted(alarm.told.time for alarm in found.false_alarms)
    assert all(b - a > MERGE_SECONDS for a, b in pairwise(ends))


@given(times)
def test_with_an_alarm_for_each_fall_and_no_other_all_is_found(onsets: list[float]):
    apart = sorted(set(onsets))
    rows, last = [], -100.0
    for onset in apart:
        if onset - last > 100:
            rows.append(fall(onset, onset + 1))
            last = onset
    found = scored(rows, *(told((row.contact or 0) + 4.0) for row in rows))
    assert verdicts(found) == ["hit"] * len(rows)
    assert found.false_alarms == ()
