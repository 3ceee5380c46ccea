"""The weekly test as it is configured, and when it was last due by the household's clock."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from guardian.rota import DAYS
from guardian.section import Clock, Section


class WeeklyTest(Section):
    """When the box tests its way to those who are called: each week on `day` at `time`. With `contacts` all of them get
    the message, without them it is shown on the box alone; in either case somebody has to answer within `minutes`.
    """

    day: Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    time: Clock = "10:00"
    contacts: bool = True
    minutes: float = Field(30, ge=5, le=240)


def last_due(weekly: WeeklyTest, wall: datetime) -> datetime:
    """When it was last due at or before `wall`, in the same zone. A time that the clock leaves out in spring is taken
    as if it had not been put forward, one that comes twice in autumn the first time.
    """
    hour, minute = (int(part) for part in weekly.time.split(":"))
    today = wall.replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
    due = today - timedelta(days=(today.weekday() - DAYS.index(weekly.day)) % len(DAYS))
    return due if due.timestamp() <= wall.timestamp() else due - timedelta(days=len(DAYS))
