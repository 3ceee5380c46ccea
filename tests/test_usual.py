from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.day import Day
from guardian.usual import Usual, clock, quantile

TODAY = date(2025, 6, 4)  # a Wednesday


def ago(days: int, **fields: int | None) -> Day:
    return Day(date=TODAY - timedelta(days=days), **{"watched": 86_400, **fields})  # type: ignore[arg-type]


def rising(usual: Usual) -> float:
    expected = usual.expected(lambda day: day.rising)
    assert expected is not None
    return expected.median


def test_before_fourteen_days_nothing_is_expected_and_that_is_said():
    usual = Usual([ago(days, rising=440) for days in range(1, 14)], TODAY)
    assert not usual.ready
    assert usual.expected(lambda day: day.rising) is None
    assert usual.sentences() == ("Still learning what is usual: day 13 of 14.",)


def test_what_is_believed_is_said_in_sentences():
    days = [ago(n, rising=450 + 10 * (n % 3), kitchen=480, bedtime=-75, night_visits=n % 2) for n in range(1, 22)]
    assert Usual(days, TODAY).sentences() == (
        "Knows what is usual from 21 days.",
        "Usually up by 07:40 (07:30-07:50 on 15 of 15 weekdays).",
        "Usually in the kitchen by 08:00 (08:00-08:00 on 15 of 15 weekdays).",
        "Usually in bed by 22:45 (22:45-22:45 on 15 of 15 weekdays).",
        "Usually 1 bathroom visits a night (0-1 on 15 of 15 weekdays).",
    )


def test_today_and_what_is_to_come_do_not_count():
    assert Usual([ago(0), ago(-1), ago(91), ago(90)], TODAY).learned == 1


def test_a_weekend_is_judged_by_weekends_once_there_are_enough():
    days = [ago(n, rising=600 if (TODAY - timedelta(days=n)).weekday() >= 5 else 420) for n in range(1, 40)]
    saturday = TODAY + timedelta(days=3)
    assert rising(Usual(days, TODAY)) == 420
    assert rising(Usual(days, saturday)) == 600
    few = Usual(days[:14], saturday).expected(lambda day: day.rising)
    assert few is not None
    assert few.kind == "days"


def test_a_figure_that_most_days_lack_is_not_expected():
    days = [ago(n, kitchen=480 if n % 3 == 0 else None) for n in range(1, 30)]
    assert Usual(days, TODAY).expected(lambda day: day.kitchen) is None


@pytest.mark.parametrize("odd", [{"away": 50_000}, {"watched": 50_000}])
def test_holidays_and_days_that_nobody_saw_say_nothing(odd: dict[str, int]):
    usual = Usual(
        [ago(n, rising=420) for n in range(20, 50)] + [ago(n, rising=900, **odd) for n in range(1, 20)], TODAY
    )
    assert usual.learned == 30
    assert rising(usual) == 420


def test_a_week_of_illness_does_not_move_what_is_usual():
    days = [ago(n, rising=700 if n <= 7 else 420 + n % 5) for n in range(1, 60)]
    assert rising(Usual(days, TODAY)) == pytest.approx(422, abs=2)


def test_a_change_of_season_is_followed():
    days = [ago(n, rising=480 if n <= 35 else 420) for n in range(1, 91)]
    assert rising(Usual(days, TODAY)) == 480


@given(st.lists(st.tuples(st.integers(-500, 1_500), st.integers(1, 90)), min_size=1), st.floats(0, 1))
def test_a_quantile_is_one_of_the_values_and_grows_with_its_share(values: list[tuple[int, int]], share: float):
    ordered = sorted(values)
    found = quantile(ordered, share)
    assert found in [value for value, _ in values]
    assert ordered[0][0] <= found <= quantile(ordered, 1.0)


def test_the_evening_before_is_told_by_the_clock():
    assert (clock(-75), clock(460.4), clock(1_440)) == ("22:45", "07:40", "00:00")
