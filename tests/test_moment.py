from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from guardian.moment import Moment


def test_a_wall_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="needs a zone"):
        Moment(0.0, datetime(2025, 6, 1, 12, 0))  # noqa: DTZ001 - that is the fault


def test_a_wall_time_with_a_zone_is_kept():
    noon = datetime(2025, 6, 1, 12, 0, tzinfo=timezone.utc)
    assert Moment(3.5, noon) == Moment(3.5, noon)
    assert Moment(3.5, noon).wall.hour == 12


def test_the_wall_time_of_another_second_knows_that_the_clocks_were_changed_in_between():
    morning = Moment(20_000.0, datetime(2025, 3, 30, 7, 0, tzinfo=ZoneInfo("Europe/Madrid")))
    night = morning.wall_at(20_000.0 - 6 * 3_600.0)
    assert (night.day, night.hour, night.utcoffset()) == (30, 0, timedelta(hours=1))
    assert morning.wall_at(20_090.0).isoformat() == "2025-03-30T07:01:30+02:00"
