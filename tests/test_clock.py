import time
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from guardian.io.clock import Clock, SystemClock, moment, synchronised, trustworthy
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


@pytest.mark.parametrize(("state", "expected"), [(0, True), (1, True), (5, False), (-1, None)])
def test_a_clock_that_a_time_server_has_set_is_told_from_one_that_runs_by_itself(
    state: int,
    expected: bool | None,  # noqa: FBT001 - what is expected
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("ctypes.CDLL", lambda _: SimpleNamespace(adjtimex=lambda _: state))
    assert synchronised() is expected


def test_where_the_system_does_not_tell_of_its_clock_nothing_is_known(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ctypes.CDLL", lambda _: SimpleNamespace())
    assert synchronised() is None


def test_asking_this_machine_about_its_clock_changes_nothing():
    before = moment(timezone.utc)
    assert synchronised() in (True, False, None)
    after = moment(timezone.utc)
    drift = (after.wall - before.wall).total_seconds() - (after.monotonic - before.monotonic)
    assert abs(drift) < 60
