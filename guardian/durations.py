"""How long each state of an incident lasts before time is up, and where a reminder comes less and less often."""

from collections.abc import Mapping

from guardian.incident import IncidentState
from guardian.settings import AlarmSettings
from guardian.transitions import ACKNOWLEDGED, PENDING, RAISED, SUSPECTED, Course

DRILL_SECONDS = 5.0
DRILL_RINGS_SECONDS = 120.0
DRILL_ENDS_SECONDS = 60.0
TEST_ENDS_SECONDS = 1_800.0
REMIND_SECONDS = 1_800.0
BLIND_REPEAT_SECONDS = 14_400.0

PATIENT = frozenset(
    {(Course.EMERGENCY, ACKNOWLEDGED), (Course.BLINDNESS, RAISED), (Course.BLINDNESS, ACKNOWLEDGED)},
)
"""Where a reminder comes after the duration, then after twice, four times ... as long: it may not wear people out."""


def durations(settings: AlarmSettings) -> Mapping[tuple[Course, IncidentState], float]:
    """Give how long each state lasts before time is up, in seconds; one that is not named lasts until a human acts."""
    return {
        (Course.EMERGENCY, SUSPECTED): settings.suspected_seconds,
        (Course.EMERGENCY, PENDING): settings.cancel_seconds,
        (Course.EMERGENCY, RAISED): settings.repeat_seconds,
        (Course.EMERGENCY, ACKNOWLEDGED): REMIND_SECONDS,
        (Course.DRILL, SUSPECTED): settings.suspected_seconds,
        (Course.DRILL, PENDING): min(settings.cancel_seconds, DRILL_SECONDS),
        (Course.DRILL, RAISED): DRILL_RINGS_SECONDS,
        (Course.DRILL, ACKNOWLEDGED): DRILL_ENDS_SECONDS,
        (Course.TEST, RAISED): 60 * settings.weekly_test.minutes if settings.weekly_test else TEST_ENDS_SECONDS,
        (Course.BLINDNESS, RAISED): BLIND_REPEAT_SECONDS,
        (Course.BLINDNESS, ACKNOWLEDGED): BLIND_REPEAT_SECONDS,
    }
