import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schemas import check

from guardian import __version__
from guardian.diagnostics import Diagnostics
from guardian.moment import Moment
from guardian.topics import Topics
from guardian.vitals import Vitals

TOPICS = Topics("guardian", "casa", ("Bedroom", "Hall"))
NOON = datetime(2025, 6, 1, 12, 0, tzinfo=timezone.utc)
VITALS = Vitals(1_100.0, 231_440_000, 1_500_000_000, 20_000_000_000, 52.1, ("throttled",))


def at(seconds: float) -> Moment:
    return Moment(1_000.0 + seconds, NOON + timedelta(seconds=seconds))


def said(diagnostics: Diagnostics, seconds: float, vitals: Vitals = VITALS) -> Mapping[str, Any]:
    """What is said `seconds` after the start, by topic below the box's own; all of it as promised."""
    messages = diagnostics.measured(vitals, at(seconds))
    for message in messages:
        check(message, TOPICS)
    return {message.topic.removeprefix("guardian/casa/"): json.loads(message.payload) for message in messages}


def fresh() -> Diagnostics:
    return Diagnostics(TOPICS, 1_000.0)


def test_the_machine_is_told_in_plain_units():
    assert said(fresh(), 100.0)["diagnostics"] == {
        "software": __version__,
        "started": "2025-06-01T12:00:00.000+00:00",
        "uptime": 100.0,
        "memory_mb": 231.4,
        "memory_free_mb": 1500.0,
        "disk_free_mb": 20000.0,
        "temperature": 52.1,
        "throttling": ["throttled"],
        "since": "2025-06-01T12:01:40.000+00:00",
    }


def test_what_a_machine_does_not_tell_is_null():
    told = said(fresh(), 0.0, Vitals(1_000.0))["diagnostics"]
    keys = ("memory_mb", "memory_free_mb", "disk_free_mb", "temperature", "throttling")
    assert [told[key] for key in keys] == [None] * 5


def test_a_room_without_a_frame_has_no_latency():
    assert said(fresh(), 10.0)["room/Hall/diagnostics"] == {
        "fps": 0.0,
        "latency_ms": None,
        "latency_p95_ms": None,
        "model": None,
        "since": "2025-06-01T12:00:10.000+00:00",
    }


def test_a_room_says_the_frames_and_the_latency_of_the_last_minute_and_its_model():
    diagnostics = fresh()
    diagnostics.greeted("Bedroom", "litert")
    for frame in range(1_200):
        now = 1_000.0 + frame / 10
        slow = 0.5 if frame % 10 == 0 else 0.07
        diagnostics.decided("Bedroom", now - slow, now)
    told = said(diagnostics, 119.9)
    assert told["room/Bedroom/diagnostics"]["fps"] == pytest.approx(10.0, abs=0.1)
    assert told["room/Bedroom/diagnostics"]["latency_ms"] == 70.0
    assert told["room/Bedroom/diagnostics"]["latency_p95_ms"] == 500.0
    assert told["room/Bedroom/diagnostics"]["model"] == "MoveNet (litert)"
    assert told["room/Hall/diagnostics"]["fps"] == 0.0


def test_the_first_minute_is_counted_from_the_start():
    diagnostics = fresh()
    for frame in range(100):
        diagnostics.decided("Hall", 1_000.0 + frame / 10, 1_000.0 + frame / 10)
    assert said(diagnostics, 10.0)["room/Hall/diagnostics"]["fps"] == 10.0


def test_a_camera_that_stopped_a_minute_ago_gives_nothing():
    diagnostics = fresh()
    diagnostics.decided("Hall", 1_000.0, 1_000.1)
    assert said(diagnostics, 61.0)["room/Hall/diagnostics"]["fps"] == 0.0


@given(st.lists(st.floats(0, 5), min_size=1, max_size=50))
def test_the_latencies_are_among_those_that_were_and_in_order(latencies: list[float]):
    diagnostics = fresh()
    for number, latency in enumerate(latencies):
        diagnostics.decided("Hall", 1_001.0 + number - latency, 1_001.0 + number)
    told = said(diagnostics, 51.0)["room/Hall/diagnostics"]
    known = [round(1000 * latency, 1) for latency in latencies]
    median, high = told["latency_ms"], told["latency_p95_ms"]
    assert min(known) - 0.1 <= median <= high <= max(known) + 0.1
    assert 2 * sum(each <= median + 0.1 for each in known) >= len(known)


def test_a_clock_of_an_eye_that_is_ahead_makes_no_latency_below_nothing():
    diagnostics = fresh()
    diagnostics.decided("Hall", 1_002.0, 1_001.0)
    assert said(diagnostics, 2.0)["room/Hall/diagnostics"]["latency_ms"] == 0.0
