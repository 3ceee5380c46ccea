import pytest

from guardian.durations import PATIENT, TEST_ENDS_SECONDS, durations
from guardian.settings import AlarmSettings
from guardian.transitions import PANEL, RAISED, TRANSITIONS, Course, Trigger
from guardian.weekly import WeeklyTest


def test_every_state_that_time_can_end_lasts_for_a_while_and_no_other_does():
    timed = {
        (course, state)
        for course, rows in TRANSITIONS.items()
        for state, steps in rows.items()
        if state is not None and Trigger.TIMEOUT in steps
    }
    assert set(durations(AlarmSettings())) == timed
    assert timed <= set(PANEL)
    assert timed >= PATIENT
    assert all(seconds > 0 for seconds in durations(AlarmSettings()).values())


@pytest.mark.parametrize(("weekly", "seconds"), [(None, TEST_ENDS_SECONDS), (WeeklyTest(day="Mon", minutes=7), 420.0)])
def test_a_weekly_test_waits_as_long_as_is_configured(weekly: WeeklyTest | None, seconds: float):
    assert durations(AlarmSettings(weekly_test=weekly))[Course.TEST, RAISED] == seconds
