import json
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import numpy as np
import pytest

from guardian.events import Event, FallConfirmed, LongLie
from guardian.lab.analyse import read_scene
from guardian.lab.world import days
from guardian.lab.world.days import Tally, document
from guardian.pipeline import Pipeline
from guardian.settings import Room
from guardian.skeleton import Observation

pytestmark = pytest.mark.slow


def test_a_day_of_a_home_is_told_by_activity(capsys: pytest.CaptureFixture[str]):
    assert days.days(1, seed=2, jobs=1, sensitivity="normal", save=None, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["simulated"] is True
    assert told["days"] == 1
    assert 0.5 < told["hours_with_people"] < 15.5
    assert set(told["by_activity"]) <= {*days.ACTIVITIES, *days.AT_EDGE}


def test_days_have_visits_to_the_edge_of_the_picture_where_they_are_wanted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(days, "observe", lambda _world, _random, begin: iter([Observation(time=begin)]))
    assert {name for name, _, _ in days.live(2, 0)} & set(days.AT_EDGE)
    place = days.home(np.random.default_rng(2))
    assert {name for name, _ in days.visited(place, np.random.default_rng(2), 0)} <= set(days.ACTIVITIES)


def test_the_same_day_is_the_same_again_and_another_is_not():
    def first(day: int) -> list[float]:
        return [observation.time for (_, observation, _), _ in zip(days.live(3, day), range(50), strict=False)]

    assert first(0) == first(0)
    assert first(0) != first(1)


def only_the_first(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let a day end so early: where the test says what is alarmed, nothing would follow."""
    live, end = days.live, days.MORNING + seconds

    def begun(seed: int, day: int) -> Iterator[tuple[str, Observation, Room]]:
        return takewhile(lambda each: each[1].time < end, live(seed, day))

    monkeypatch.setattr(days, "live", begun)


def test_a_false_alarm_is_counted_once_and_its_scene_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def alarmed(_pipeline: Pipeline, observation: object, _moment: object) -> tuple[FallConfirmed, ...]:
        now = observation.time  # type: ignore[attr-defined]
        return (FallConfirmed(time=now, room="room", track=1),) if now < days.MORNING + 30 else ()

    monkeypatch.setattr(Pipeline, "update", alarmed)
    only_the_first(monkeypatch, 600)
    tally = days.watch(days._Task(3, 0, "normal", tmp_path))
    assert sum(tally.seconds.values()) > 60, "there was more to come after the alarm"
    assert sum(tally.alarms.values()) == 1
    (kept,) = tmp_path.glob("day000-*-FallConfirmed-*.jsonl")
    assert list(read_scene(str(kept)))


def test_one_lying_body_is_one_false_alarm_however_late_a_long_lie_is_told(monkeypatch: pytest.MonkeyPatch):
    waiting = [(30.0, FallConfirmed), (30.0 + 2 * days.MERGED_SECONDS, LongLie), (2000.0, FallConfirmed)]

    def alarmed(_pipeline: Pipeline, observation: Observation, _moment: object) -> tuple[Event, ...]:
        if not waiting or observation.time < days.MORNING + waiting[0][0]:
            return ()
        return (waiting.pop(0)[1](time=observation.time, room="room", track=1),)

    monkeypatch.setattr(Pipeline, "update", alarmed)
    only_the_first(monkeypatch, 3000)
    tally = days.watch(days._Task(3, 0, "normal", None))
    assert not waiting
    assert tally.kinds == {"FallConfirmed": 2}


def test_figures_have_their_interval_and_a_human_reads_them(capsys: pytest.CaptureFixture[str]):
    total = Tally()
    for _ in range(2):
        total.add(Tally(days=15, drawn=10))
    total.alarms["sitting"] = 3
    told = document(total, 1, "normal")
    assert told["per_day"] == 0.1
    low, high = told["interval"]  # type: ignore[misc]
    assert (low, high) == (pytest.approx(0.0206, abs=0.001), pytest.approx(0.2922, abs=0.001))
    days._print(total, 1, "normal")
    assert "3 false alarms, 0.1 a day" in capsys.readouterr().out
