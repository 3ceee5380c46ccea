import time
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from guardian.io.clock import Clock, SystemClock, moment, trustworthy
from guardian.io.fakes import FakeClock

VIENNA = ZoneInfo("Europe/Vienna")


def test_both_clocks_of_this_machine_are_read_at_the_same_time():
    before, wall_before = time.monotonic(), datetime.now(timezone.utc)
    read = SystemClock(VIENNA).moment()
    after, wall_after = time.monotonic(), datetime.now(timezone.utc)
    assert before <= read.monotonic <= after
    assert wall_before <= read.wall <= wall_after
    assert read.wall.tzinfo is VIENNA


def test_the_monotonic_clock_does_not_go_back():
    clock = SystemClock()
    readings = [clock.monotonic() for _ in range(100)]
    assert readings == sorted(readings)


def test_without_a_zone_the_wall_clock_is_in_utc():
    assert SystemClock().moment().wall.utcoffset() == timedelta(0)
    assert moment(timezone.utc).wall.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("wall", "true"),
    [
        (datetime(1970, 1, 1, tzinfo=timezone.utc), False),
        (datetime(2024, 12, 31, 23, 59, tzinfo=timezone.utc), False),
        (datetime(2025, 1, 1, tzinfo=timezone.utc), True),
        (datetime(2040, 7, 1, tzinfo=VIENNA), True),
    ],
)
def test_a_wall_time_before_the_product_cannot_be_true(wall: datetime, true: bool):  # noqa: FBT001 - what is expected
    assert trustworthy(wall) is true


@pytest.mark.parametrize("clock", [SystemClock(), FakeClock()])
def test_every_clock_can_be_asked_the_same(clock: Clock):
    assert clock.monotonic() <= clock.moment().monotonic
    assert trustworthy(clock.moment().wall)
