import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.cli import main
from guardian.day import Day
from guardian.events import NightWandering, StillnessExceeded
from guardian.lab.household import command, watched
from guardian.lab.household.autoencoder import strangeness
from guardian.lab.household.command import Result, document
from guardian.lab.household.emergencies import KINDS, motionless, wanders
from guardian.lab.household.life import DAY, HALL, KITCHEN, LIVING, OUT, UNSEEN, Life, Stretch, leaving
from guardian.lab.household.watched import Watched

FIRST = date(2025, 3, 28)
ANYBODY = st.integers(0, 2**31)


@settings(max_examples=30, deadline=None)
@given(ANYBODY, st.integers(0, 119))
def test_a_day_is_whole_in_order_and_the_same_whenever_it_is_asked_for(seed: int, number: int):
    plan = Life(seed, FIRST, 120).plan(number)
    assert plan[0].start == 0
    assert all(after.start - each.start > 0.3 for each, after in pairwise(plan))
    assert plan[-1].start < DAY
    assert plan == Life(seed, FIRST, 120).plan(number)


@settings(max_examples=60, deadline=None)
@given(ANYBODY, st.integers(20, 119), st.sampled_from(sorted(KINDS)))
def test_an_emergency_is_within_its_day_and_leaves_the_rest_of_it_in_order(seed: int, number: int, kind: str):
    life = Life(seed, FIRST, 120)
    before = life.plan(number)
    plan, emergency = KINDS[kind](before, np.random.default_rng(seed), life.rising(number))
    assert 0 <= emergency.begins < emergency.ends <= DAY + 300
    assert emergency.kind == kind
    assert [each.start for each in plan] == sorted({each.start for each in plan})
    assert plan[0].start == 0
    if not life.mood(number).away:
        assert plan != before


def test_somebody_is_sometimes_away_or_ill_but_not_while_the_box_learns():
    moods = [[Life(seed, FIRST, 120).mood(number) for number in range(120)] for seed in range(10)]
    assert any(mood.away for life in moods for mood in life)
    assert any(mood.ill for life in moods for mood in life)
    assert not any(mood.away or mood.ill for life in moods for mood in life[:20])
    seed, number = next((s, n) for s, life in enumerate(moods) for n, mood in enumerate(life) if mood.away)
    life = Life(seed, FIRST, 120)
    assert [each.room for each in life.plan(number)] == [UNSEEN, KITCHEN, HALL, OUT]
    assert life.plan(number + 1) == (Stretch(0.0, OUT),)
    back = max(n for n, mood in enumerate(moods[seed]) if mood.away)
    assert [each.room for each in life.plan(back)] == [OUT, HALL, LIVING, UNSEEN]


def live(*plan: Stretch, days: int = 1) -> tuple[Watched, list[object]]:
    home, told = Watched(1, FIRST, watched.settings()), []
    for number in range(days):
        told += [event for _, event in home.live(FIRST + timedelta(days=number), plan)]
    return home, told


def test_a_plan_is_seen_as_it_was_lived():
    plan = (
        Stretch(0.0, UNSEEN),
        Stretch(480.0, KITCHEN),
        Stretch(540.0, LIVING, "seated", "sofa", stirs=1.0),
        Stretch(600.0, HALL),
        *leaving(602.0),
    )
    home, told = live(*plan, days=2)
    (day,) = home.days
    assert day.date == FIRST
    assert day.rising == pytest.approx(480, abs=1)
    assert sum(day.rooms[KITCHEN]) == pytest.approx(3_600, abs=60)
    assert sum(day.places["sofa"]) == pytest.approx(3_600, abs=60)
    assert day.away == pytest.approx((DAY - 602) * 60, abs=120)
    assert told == []


def test_who_does_not_move_or_wanders_is_told_by_the_real_stages():
    sits = (Stretch(0.0, UNSEEN), Stretch(480.0, KITCHEN), Stretch(700.0, LIVING, "seated", "sofa", stirs=2.0))
    plan, emergency = motionless(sits, np.random.default_rng(1), 480.0)
    _, told = live(*plan)
    (event,) = [each for each in told if isinstance(each, StillnessExceeded)]
    assert 60 * emergency.begins < event.time < 60 * emergency.ends
    evening = (Stretch(0.0, UNSEEN), Stretch(480.0, KITCHEN, stirs=1.0), Stretch(1_350.0, UNSEEN))
    plan, _ = wanders(evening, np.random.default_rng(1), 480.0)
    home = Watched(1, FIRST, watched.settings())
    told = [event for _, event in home.live(FIRST, evening)]
    told += [event for _, event in home.live(FIRST + timedelta(days=1), plan)]
    assert [type(each) for each in told if isinstance(each, NightWandering)] == [NightWandering]


def test_when_summer_time_begins_the_plan_follows_the_clock():
    home, _ = live(Stretch(0.0, UNSEEN), Stretch(480.0, KITCHEN), Stretch(600.0, UNSEEN), days=4)
    assert [day.rising for day in home.days] == [480, 480, 480]
    assert home.days[2].watched == pytest.approx(23 * 3_600, abs=120)


def test_an_autoencoder_finds_a_day_strange_that_is_unlike_the_others():
    random = np.random.default_rng(1)

    def day(number: int, hour: int) -> Day:
        table = [0] * 24
        table[hour] = int(random.integers(1_500, 2_500))
        return Day(date=FIRST + timedelta(days=number), rooms={"kitchen": tuple(table)}, rising=450 + number % 7)

    days = [*(day(number, 8) for number in range(30)), day(30, 15)]
    scores = strangeness(days, ["kitchen"])
    assert scores[:14] == [None] * 14
    assert scores[-1] is not None
    assert scores[-1] > 2 * max(score for score in scores[14:-1] if score is not None)


def test_the_figures_are_what_was_found_and_no_more():
    one = Result(found=[("not up", 30.0), ("not up", None), ("wanders", 10.0)], judged=100, bytes=3_000, days=3)
    one.false, one.ill, one.ill_alerts = ["day 20, 09:00 RoutineBroken: x"], 4, 2
    one.strange = [(True, 5.0), (True, 1.0), (False, 4.0), (False, 2.0)]
    said = document([one, Result()], 7)
    assert (said["told"], said["emergencies"], said["sensitivity"]) == (2, 3, 0.667)
    assert said["by_kind"]["not up"] == [1, 2, 30.0]
    assert said["delay_minutes"]["0.5"] == 20.0
    assert (said["false_alerts"], said["ordinary_days"], said["false_alerts_in_50_days"][0]) == (1, 100, 0.5)
    assert said["bytes_per_day"] == 1_000
    assert said["autoencoder_told"] == (1, 2)
    assert (said["days_ill"], said["days_ill_with_alerts"]) == (4, 2)
    assert said["simulated"] is True


def test_a_life_is_judged_day_by_day(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    result = Result()
    event = StillnessExceeded(time=0.0, room="kitchen", reasons=("Still.",), track=1)
    emergency = KINDS["not up"](Life(1, FIRST, 60).plan(30), np.random.default_rng(1), 450.0)[1]
    command.judge(result, [(event, 460), (event, 470)], emergency, 30, ill=False)
    command.judge(result, [(event, 400)], emergency, 31, ill=False)
    command.judge(result, [(event, 400), (event, 500), (event, 900)], None, 32, ill=False)
    command.judge(result, [(event, 400)], None, 33, ill=True)
    assert result.found == [("not up", 10), ("not up", None)]
    assert [said.split(" ", 3)[:3] for said in result.false] == [["day", "33,", "06:40"], ["day", "33,", "15:00"]]
    assert (result.judged, result.ill, result.ill_alerts) == (1, 1, 1)
    monkeypatch.setattr(command, "live", lambda _: result)

    @contextmanager
    def here(*_: object, **__: object) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(map=map)

    monkeypatch.setattr(command, "ProcessPoolExecutor", here)
    assert main(["lab", "household", "--days", "3", "--homes", "2"]) == 0
    assert "2 of 4 emergencies told" in capsys.readouterr().out.replace("\n", " ")
    assert main(["lab", "household", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["homes"] == 1


def test_one_life_is_lived_for_some_days_through_the_real_stages():
    result = command.live(command.Task(3, 2))
    assert (result.days, result.judged, result.found) == (1, 0, [])
    assert 100 < result.bytes < 2_000
