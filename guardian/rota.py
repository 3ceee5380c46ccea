"""When a contact is to be called first: hours of the week, and who is off duty now."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HOURS = re.compile(
    r"(?:(?P<first>[A-Z][a-z]{2})(?:-(?P<last>[A-Z][a-z]{2}))? )?"
    r"(?P<from>(?:[01]\d|2[0-3]):[0-5]\d)-(?P<to>(?:[01]\d|2[0-3]):[0-5]\d|24:00)"
)


@dataclass(frozen=True, slots=True)
class Hours:
    """A span of the week: from minute `start` to before minute `end` of the day, on `days` (0: Monday). One that ends
    no later than it starts goes on into the next day, and belongs to the day on which it starts.
    """

    days: frozenset[int]
    start: int
    end: int

    def hold(self, wall: datetime) -> bool:
        """Tell whether that time of the household's clock is within."""
        minute, today = 60 * wall.hour + wall.minute, wall.weekday()
        if self.start < self.end:
            return today in self.days and self.start <= minute < self.end
        begun_yesterday = (today - 1) % len(DAYS) in self.days and minute < self.end
        return begun_yesterday or (today in self.days and minute >= self.start)

    def ends(self, wall: datetime) -> datetime:
        """When the span that holds at that time is over, by the household's clock."""
        tomorrow = self.end <= self.start and 60 * wall.hour + wall.minute >= self.start
        day = wall.replace(hour=0, minute=0, second=0, microsecond=0, fold=0) + timedelta(days=tomorrow)
        return day + timedelta(minutes=self.end)


def parse(text: str) -> Hours:
    """Read `08:00-18:00`, `Mon-Fri 08:00-18:00` or `Sat 22:00-06:00`. Raises ValueError with what would be right."""
    found = _HOURS.fullmatch(text.strip())
    names = [name for name in found.group("first", "last") if name] if found else []
    if found is None or any(name not in DAYS for name in names):
        message = f"{text!r} are no hours; 08:00-18:00, Mon-Fri 08:00-18:00 or Sat 22:00-06:00 would be right"
        raise ValueError(message)
    start, end = (60 * int(at[:2]) + int(at[3:]) for at in found.group("from", "to"))
    if not names:
        return Hours(frozenset(range(len(DAYS))), start, end)
    first, last = DAYS.index(names[0]), DAYS.index(names[-1])
    return Hours(frozenset((first + day) % len(DAYS) for day in range((last - first) % len(DAYS) + 1)), start, end)


class OnCall(Protocol):
    """Somebody with hours."""

    @property
    def name(self) -> str:
        """Their name."""

    @property
    def hours(self) -> tuple[Hours, ...]:
        """When they are to be called first; at any hour where there are none."""


MOST_QUIET = timedelta(hours=16)
"""Whatever hours are called quiet: what is held back for longer is news no more."""


class Sleeper(Protocol):
    """Somebody with quiet hours."""

    @property
    def name(self) -> str:
        """Their name."""

    @property
    def quiet(self) -> tuple[Hours, ...] | None:
        """When only what is urgent is told; None where it is as for the whole household."""


def quiet_until(sleepers: Iterable[Sleeper], household: tuple[Hours, ...], wall: datetime) -> dict[str, datetime]:
    """Say of each whose quiet hours it is, by the household's clock, when these are over."""
    ends = {each.name: _over(household if each.quiet is None else each.quiet, wall) for each in sleepers}
    return {name: end for name, end in ends.items() if end > wall}


def _over(quiet: tuple[Hours, ...], wall: datetime) -> datetime:
    """When none of these spans holds any more, one after the other."""
    end, latest = wall, wall + MOST_QUIET
    while end < latest:
        held = [hours.ends(end) for hours in quiet if hours.hold(end)]
        if not held:
            return end
        end = max(held)
    return latest


def off_duty(contacts: Iterable[OnCall], wall: datetime) -> frozenset[str]:
    """Name those whose hours it is not, by the household's clock."""
    return frozenset(each.name for each in contacts if each.hours and not any(hours.hold(wall) for hours in each.hours))
