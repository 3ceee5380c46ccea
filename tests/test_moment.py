from datetime import datetime, timezone

import pytest

from guardian.moment import Moment


def test_a_wall_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="needs a zone"):
        Moment(0.0, datetime(2025, 6, 1, 12, 0))  # noqa: DTZ001 - that is the fault


def test_a_wall_time_with_a_zone_is_kept():
    noon = datetime(2025, 6, 1, 12, 0, tzinfo=timezone.utc)
    assert Moment(3.5, noon) == Moment(3.5, noon)
    assert Moment(3.5, noon).wall.hour == 12
