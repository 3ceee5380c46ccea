from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.lab.evaluate import intervals

counts = st.integers(0, 400)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (19, 20, 0.7639, 0.9911),
        (8, 8, 0.6756, 1.0),  # 1 / (1 + z^2 / n), by hand
        (0, 10, 0.0, 0.2775),  # (z^2 / n) / (1 + z^2 / n), by hand
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3
        (15, 148, 0.0624, 0.1605),  # the same
    ],
)
def test_wilsons_interval_is_that_of_the_literature(hits: int, of: int, low: float, high: float):
    assert intervals.wilson(hits, of) == pytest.approx((low, high), abs=6e-5)


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [  # Garwood 1936, as tabulated in Ulm 1990, American Journal of Epidemiology 131:373
        (0, 0.0, 3.6889),
        (1, 0.0253, 5.5716),
        (2, 0.2422, 7.2247),
        (10, 4.7954, 18.3904),
        (100, 81.3640, 121.6273),
    ],
)
def test_the_poisson_interval_is_that_of_the_tables(count: int, low: float, high: float):
    assert intervals.poisson(count) == pytest.approx((low, high), abs=6e-4)


@given(counts, counts)
def test_wilsons_interval_holds_the_share_and_stays_within_zero_and_one(hits: int, misses: int):
    found = intervals.wilson(hits, hits + misses)
    if hits + misses == 0:
        assert found is None
        return
    assert found is not None
    low, high = found
    assert 0 <= low <= hits / (hits + misses) <= high <= 1
    mirrored = intervals.wilson(misses, hits + misses)
    assert mirrored == pytest.approx((1 - high, 1 - low))


@given(st.integers(1, 200), st.integers(2, 50))
def test_more_of_the_same_narrows_wilsons_interval(hits: int, times: int):
    few, many = intervals.wilson(hits, 2 * hits), intervals.wilson(times * hits, 2 * times * hits)
    assert few is not None
    assert many is not None
    assert many[1] - many[0] < few[1] - few[0]


@given(counts)
def test_the_poisson_interval_holds_the_count_and_grows_with_it(count: int):
    low, high = intervals.poisson(count)
    assert low <= count < high
    after = intervals.poisson(count + 1)
    assert after[0] > low
    assert after[1] > high


def test_none_seen_is_the_rule_of_three():
    assert intervals.none_seen(21.0) == pytest.approx(1 / 7, rel=2e-3)  # 21 days prove less than one a week
    assert exp(-(intervals.none_seen(4.0) or 0) * 4.0) == pytest.approx(0.05)
    assert intervals.none_seen(0.0) is None


@pytest.mark.parametrize(
    ("one", "other", "p"),
    [(0, 0, 1.0), (5, 0, 0.0625), (0, 6, 0.03125), (1, 7, 0.0703125), (3, 3, 1.0), (2, 10, 79 / 2048)],
)
def test_the_sign_test_is_exact(one: int, other: int, p: float):
    assert intervals.sign_test(one, other) == p


@given(counts, counts)
def test_the_sign_test_knows_no_sides(one: int, other: int):
    assert intervals.sign_test(one, other) == intervals.sign_test(other, one)
    assert 0 < intervals.sign_test(one, other) <= 1


def test_a_spread_is_median_95th_percentile_and_greatest():
    assert intervals.spread([]) is None
    assert intervals.spread([4.0, 1.0, 2.0]) == pytest.approx({"p50": 2.0, "p95": 3.8, "max": 4.0})


def test_subjects_are_drawn_whole_and_always_alike():
    assert intervals.bootstrap([(1.0, 2.0)]) is None
    totals = intervals.bootstrap([(1.0, 10.0), (0.0, 10.0)])
    assert totals is not None
    assert set(totals[:, 0]) == {0.0, 1.0, 2.0}
    assert set(totals[:, 1]) == {20.0}
    again = intervals.bootstrap([(1.0, 10.0), (0.0, 10.0)])
    assert again is not None
    assert (totals == again).all()


def test_what_is_not_defined_has_no_middle():
    assert intervals.middle_of(np.array([np.nan, np.nan])) is None
    found = intervals.middle_of(np.array([np.nan, *np.arange(1001.0)]))
    assert found == pytest.approx((25.0, 975.0))


def test_the_rule_of_three_is_nearly_three():
    assert -log(0.05) == pytest.approx(intervals.none_seen(1.0))
