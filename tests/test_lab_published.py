"""Whether what leaves the box tells who walked: the measure can say yes, and says no where it is chance."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from strollers import Stroller

from guardian.cli import main
from guardian.commands import Publish
from guardian.lab.identify import published
from guardian.lab.identify.published import WAYS, Seen, judge, spoken, table
from guardian.lab.identify.walks import DAYS, LIVE_HERE, Walk
from guardian.skeleton import Observation

SAID, DURATION, _ = WAYS.values()


def home(said: Callable[[int, np.random.Generator], float], seed: int) -> list[Seen]:
    """Four days of six people, of whom something is said."""
    random = np.random.default_rng(seed)
    people = [(who, day) for day in range(1, DAYS + 1) for who in range(LIVE_HERE)]
    return [
        Seen(who, day, {"PersonLeft: last": said(who, random), "PersonAppeared: first": 0.0}, {}) for who, day in people
    ]


def test_what_tells_people_apart_is_found_and_what_does_not_is_chance():
    telling = [home(lambda who, random: 10.0 * who + random.normal(), seed) for seed in range(4)]
    guess = judge(telling, SAID, seed=1)
    assert guess.right > 0.95
    assert guess.by_chance <= 0.002
    assert judge(telling, DURATION, seed=1).right > 0.95
    blank = [home(lambda _who, random: random.normal(), seed) for seed in range(30)]
    guess = judge(blank, SAID, seed=1)
    assert guess.low <= 1 / LIVE_HERE <= guess.high
    assert guess.by_chance > 0.05


def test_messages_are_counted_without_serial_numbers_and_times():
    event = '{"event":"PersonLeft","time":"2025-06-01T12:00:00","track":7,"person":"unknown","reasons":["In 2.5 s."]}'
    found = spoken(
        [(1.0, Publish("a/event", event)), (3.0, Publish("a/event", event)), (4.0, Publish("a/alarm", "idle"))]
    )
    assert found["PersonLeft: count"] == 2
    assert (found["PersonLeft: first"], found["PersonLeft: last"]) == (1.0, 3.0)
    assert found['PersonLeft: reasons ["In # s."] 0'] == 5.0
    assert found["alarm: count"] == 1
    assert not any("track" in key or "2025" in key for key in found)


def test_what_a_walk_has_not_is_the_middle_and_told():
    rows = table([{"a": 1.0}, {"a": 3.0}, {"b": 5.0}])
    assert rows.shape == (3, 4)
    assert rows[2, 0] == 0.0
    assert rows[:, 2].tolist() == [0.0, 0.0, 1.0]
    assert table([{}, {}]).shape == (2, 0)


def household(_seed: int, _number: int) -> list[Walk]:
    """Two people, small and tall, who are there for as long; one who is enrolled for a minute, and a caller."""
    walks = []
    for day in range(3):
        for who, tall in ((0, 1.5), (1, 1.9), (7, 1.7)):
            stroller = Stroller(tall=tall)
            seen = tuple(Observation(time=step / 6, poses=(stroller.pose(step / 6),)) for step in range(60))
            walks.append(Walk(who, day, (*seen, Observation(time=10.2))))
    return walks


def test_walks_go_through_the_box_and_the_figures_are_labelled(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(published, "walks", household)
    monkeypatch.setattr(published, "ProcessPoolExecutor", lambda jobs, **_: ThreadPoolExecutor(jobs))
    (found,) = [published.live(1, number) for number in range(1)]
    assert sorted((each.who, each.day) for each in found) == [(0, 1), (0, 2), (1, 1), (1, 2)]
    assert all(each.said["PersonAppeared: count"] == 1 and each.said["PersonLeft: count"] == 1 for each in found)
    assert main(["lab", "reidentify", "--homes", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["simulated"] is True
    assert told["guesses"].keys() == WAYS.keys()
    assert "occupancy: count" in told["said"]
    assert main(["lab", "reidentify", "--homes", "1"]) == 0
    assert "Simulated: 1 homes (seed 1), 6 people each; chance is 16.7%" in capsys.readouterr().out
