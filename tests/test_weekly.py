from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from guardian.rota import DAYS
from guardian.weekly import WeeklyTest, last_due

MADRID = ZoneInfo("Europe/Madrid")
CLOCKS = st.times().map(lambda time: f"{time:%H:%M}")
WALLS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(  # noqa: DTZ001 - gets its zone here
    lambda wall: wall.replace(tzinfo=timezone.utc).astimezone(MADRID)
)


@pytest.mark.parametrize(
    ("wall", "due"),
    [
        ("2025-06-02T10:00", "2025-06-02T10:00"),
        ("2025-06-02T09:59", "2025-05-26T10:00"),
        ("2025-06-08T23:59", "2025-06-02T10:00"),
        ("2025-03-31T10:00", "2025-03-31T10:00"),
        ("2025-03-31T09:59", "2025-03-24T10:00"),
    ],
)
def test_it_was_last_due_on_its_day_at_its_time(wall: str, due: str):
    found = last_due(WeeklyTest(day="Mon"), datetime.fromisoformat(wall).replace(tzinfo=MADRID))
    assert found.isoformat().startswith(due)


def test_a_time_that_the_clock_leaves_out_is_taken_all_the_same():
    weekly = WeeklyTest(day="Sun", time="02:30")  # on 30 March 2025 two o'clock is three o'clock
    assert last_due(weekly, datetime(2025, 3, 30, 3, 29, tzinfo=MADRID)).day == 23
    assert last_due(weekly, datetime(2025, 3, 30, 3, 30, tzinfo=MADRID)).day == 30


def test_a_time_that_comes_twice_counts_the_first_time():
    weekly = WeeklyTest(day="Sun", time="02:30")  # on 26 October 2025 it is half past two twice
    first, second = (datetime(2025, 10, 26, 2, 30, fold=fold, tzinfo=MADRID) for fold in (0, 1))
    assert last_due(weekly, first) == last_due(weekly, second) == first
    assert last_due(weekly, second).timestamp() == first.timestamp()


@given(wall=WALLS, day=st.sampled_from(DAYS), clock=CLOCKS)
def test_it_is_never_in_the_future_and_never_more_than_a_week_and_an_hour_ago(wall: datetime, day: str, clock: str):
    due = last_due(WeeklyTest.model_validate({"day": day, "time": clock}), wall)
    assert 0 <= wall.timestamp() - due.timestamp() < timedelta(days=7, hours=1).total_seconds() + 60
    assert DAYS[due.weekday()] == day
    assert f"{due:%H:%M}" == clock


@pytest.mark.parametrize("fields", [{}, {"day": "Monday"}, {"day": "Mon", "time": "10"}, {"day": "Mon", "minutes": 1}])
def test_what_is_no_weekly_test_is_refused(fields: dict[str, object]):
    with pytest.raises(ValidationError):
        WeeklyTest.model_validate(fields)
