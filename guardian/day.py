"""One day of one person, or of the household, as counts and durations: all that is ever kept of what people did.

A night belongs to the day on which it ends. Times of day are minutes after that day's midnight by the household's wall
clock, negative for the evening before. A day as it is kept is compressed JSON that begins with its version.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

VERSION = 1
HOURS = 24
HOUSEHOLD = ""
"""In place of a name: whoever it was."""
MOST_BYTES = 65_536
"""No day is so large; what unpacks to more is damaged."""
MOST_SECONDS = 8 * 7_200
"""In one hour of the wall clock: eight bodies, and the hour that is there twice when summer time ends."""

_HOURLY = ("postures", "places", "rooms", "still")
_TIMES = ("rising", "bedtime", "kitchen", "speed")
_COUNTS = ("night_risings", "night_visits", "visits", "visitors", "night_up", "up", "gap", "away", "watched", "strolls")

Hourly = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What `who` did on `date`. `postures`, `places` (by kind) and `rooms` are seconds per hour of the day, 24 each;
    `still` is, for each kind of place, the longest stillness that each hour saw, in seconds.

    `rising`, `bedtime` and `kitchen` (first there) are minutes after midnight, None where it was not seen; `visits` are
    of the bathroom, `night_visits` those at night. The rest are seconds: `up` since early morning, `night_up` at night,
    the longest `gap` by day in which nobody was seen at home, `away` from home, and `watched` (a room could be seen).
    `speed` is how fast somebody walked on the middle one of so many `strolls`, millimetres a second, or None.
    Raises ValueError where it cannot be a day.
    """

    date: date
    who: str = HOUSEHOLD
    postures: Hourly = field(default_factory=dict)
    places: Hourly = field(default_factory=dict)
    rooms: Hourly = field(default_factory=dict)
    still: Hourly = field(default_factory=dict)
    rising: int | None = None
    bedtime: int | None = None
    kitchen: int | None = None
    night_risings: int = 0
    night_visits: int = 0
    visits: int = 0
    visitors: int = 0
    night_up: int = 0
    up: int = 0
    gap: int = 0
    away: int = 0
    watched: int = 0
    speed: int | None = None
    strolls: int = 0

    def __post_init__(self) -> None:
        """Refuse numbers that no day has."""
        for name in _HOURLY:
            for what, seconds in getattr(self, name).items():
                if len(seconds) != HOURS or not 0 <= min(seconds) <= max(seconds) <= MOST_SECONDS:
                    message = f"{name} of {what!r} on {self.date}: 24 numbers of 0 to {MOST_SECONDS} would be right"
                    raise ValueError(message)
        for name in _COUNTS:
            if getattr(self, name) < 0:
                message = f"{name} on {self.date} is {getattr(self, name)}; 0 or more would be right"
                raise ValueError(message)

    def plain(self) -> dict[str, Any]:
        """The day as plain numbers and words, for a file that a human may read."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        hourly = {name: {what: list(seconds) for what, seconds in said[name].items()} for name in _HOURLY}
        return {"version": VERSION, **said, **hourly, "date": self.date.isoformat()}

    def encode(self) -> bytes:
        """Write the day as it is kept: within 2 kB, and mostly within 1."""
        return zlib.compress(json.dumps(self.plain(), separators=(",", ":")).encode(), 9)


def understood(plain: Any) -> Day:
    """Read what `Day.plain` gave; what a version of before did not count is 0. Raises ValueError on anything else."""
    if not isinstance(plain, dict) or not isinstance(plain.get("version"), int):
        message = "this is no day: it has no version"
        raise ValueError(message)  # noqa: TRY004 - whoever reads a file expects one kind of error
    if plain["version"] > VERSION:
        message = f"the day is of version {plain['version']}; {VERSION} or less would be right, or a newer Guardian"
        raise ValueError(message)
    try:
        known: dict[str, Any] = {
            name: {str(what): tuple(int(second) for second in seconds) for what, seconds in plain[name].items()}
            for name in _HOURLY
        }
        known |= {name: None if plain.get(name) is None else int(plain[name]) for name in _TIMES}
        known |= {name: int(plain.get(name, 0)) for name in _COUNTS}
        return Day(date=date.fromisoformat(plain["date"]), who=str(plain["who"]), **known)
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        message = f"this is no day: {error!r}"
        raise ValueError(message) from error


def decode(body: bytes) -> Day:
    """Read what `Day.encode` wrote. Raises ValueError where it is damaged or of a later version."""
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(body, MOST_BYTES)
    except zlib.error as error:
        message = f"this is no day: {error}"
        raise ValueError(message) from error
    if not unpacking.eof:
        message = "this is no day: it is cut short, or far too large"
        raise ValueError(message)
    return understood(json.loads(text))
