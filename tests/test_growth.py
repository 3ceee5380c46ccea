import numpy as np
import pytest

from guardian.lab.growth import DAY_SECONDS, growth, student

HOURS = [3600.0 * hour for hour in range(48)]


def test_a_straight_line_grows_by_its_slope_for_sure():
    found = growth(HOURS, [100 + 2 * second / DAY_SECONDS for second in HOURS])
    assert (found.per_day, found.low, found.high) == pytest.approx((2, 2, 2))
    assert found.within(2.1)
    assert not found.within(1.9)


def test_what_never_changes_does_not_grow():
    found = growth(HOURS, [7.0] * len(HOURS))
    assert (found.low, found.high) == (0, 0)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    random = np.random.default_rng(1)
    truth = 3.0
    held = 0
    for _ in range(400):
        values = truth * np.array(HOURS) / DAY_SECONDS + random.normal(0, 1, len(HOURS))
        found = growth(HOURS, list(values))
        held += found.low <= truth <= found.high
    assert 0.92 < held / 400 < 0.985


def test_samples_that_are_alike_count_for_fewer():
    """A walk at random has no trend: taken for independent samples it would seem to have one most of the time."""
    random, shown = np.random.default_rng(2), 0
    for _ in range(200):
        walk = np.zeros(len(HOURS))
        for number in range(1, len(walk)):
            walk[number] = 0.7 * walk[number - 1] + random.normal()
        found = growth(HOURS, list(walk))
        shown += not found.low <= 0 <= found.high
    assert shown / 200 < 0.15


def test_each_process_begins_at_a_level_of_its_own():
    lives = [float(number // 12) for number in range(48)]
    sawtooth = [10 * (number % 12) / 24 for number in range(48)]
    assert growth(HOURS, sawtooth, lives).per_day == pytest.approx(10)
    assert growth(HOURS, sawtooth).per_day < 5


def test_too_few_samples_are_refused():
    with pytest.raises(ValueError, match="4 samples are too few for a line; 5 or more"):
        growth(HOURS[:4], [1, 2, 3, 4])


@pytest.mark.parametrize(
    ("freedom", "table"), [(1, 12.706), (2, 4.303), (3, 3.182), (5, 2.571), (10, 2.228), (30, 2.042)]
)
def test_students_t_is_that_of_the_tables(freedom: float, table: float):
    assert student(freedom) == pytest.approx(table, rel=0.01)
