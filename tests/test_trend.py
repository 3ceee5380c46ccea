from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.trend import LEAST_AFTER, LEAST_DAYS, decline

FIRST = date(2025, 3, 3)


def days(values: list[float]) -> list[tuple[date, float]]:
    return [(FIRST + timedelta(days=number), value) for number, value in enumerate(values)]


def walked(seed: int, before: int, after: int, drop: float, spread: float = 0.05) -> list[tuple[date, float]]:
    random = np.random.default_rng(seed)
    return days([*random.normal(0.8, spread, before), *random.normal(0.8 - drop, spread, after)])


def test_a_step_down_is_found_with_its_day_and_both_middles():
    found = decline(walked(1, 40, 20, 0.12), 0.025)
    assert found is not None
    assert abs((found.since - FIRST).days - 40) <= 3
    assert found.before == pytest.approx(0.8, abs=0.03)
    assert found.after == pytest.approx(0.68, abs=0.03)


def test_chance_alone_is_hardly_ever_taken_for_a_decline():
    assert sum(decline(walked(seed, 90, 0, 0.0), 0.0) is not None for seed in range(200)) <= 1


def test_who_becomes_faster_does_not_become_slower():
    assert decline(walked(1, 40, 20, -0.2), 0.0) is None


def test_a_decline_that_is_small_or_too_fresh_is_not_told():
    assert decline(walked(1, 60, 30, 0.012, spread=0.005), 0.025) is None
    assert decline(walked(1, 60, LEAST_AFTER - 2, 0.3), 0.025) is None


@given(st.lists(st.floats(0.1, 2.0), max_size=LEAST_DAYS - 1))
def test_too_few_days_say_nothing(values: list[float]):
    assert decline(days(values), 0.0) is None


@given(st.lists(st.floats(0.1, 2.0), min_size=LEAST_DAYS, max_size=90), st.floats(0, 0.5))
def test_what_is_told_is_a_decline_of_at_least_so_much_within_these_days(values: list[float], least: float):
    found = decline(days(values), least)
    if found is not None:
        assert found.before - found.after >= least
        assert FIRST < found.since <= FIRST + timedelta(days=len(values) - LEAST_AFTER)
