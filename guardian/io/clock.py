"""The only place that reads the wall clock."""

import ctypes
import time
from datetime import datetime, timezone, tzinfo
from typing import Protocol

from guardian.moment import Moment

EARLIEST_YEAR = 2025
_NOT_SYNCHRONISED = 5
"""What adjtimex(2) returns then (TIME_ERROR)."""
_TIMEX_BYTES = 512
"""More than struct timex has on any architecture; zeros mean that nothing is to be changed."""


class Clock(Protocol):
    """Both clocks of the box."""

    def monotonic(self) -> float:
        """Seconds that never go back, for every duration and deadline."""

    def moment(self) -> Moment:
        """The same second on both clocks."""


class SystemClock:
    """The clocks of this machine; wall time in `zone`."""

    def __init__(self, zone: tzinfo = timezone.utc) -> None:
        self._zone = zone

    def monotonic(self) -> float:
        """Seconds since some start, unchanged by steps of the wall clock."""
        return time.monotonic()

    def moment(self) -> Moment:
        """Now, on both clocks."""
        return moment(self._zone)


def moment(zone: tzinfo) -> Moment:
    """Now, with the wall time in `zone`."""
    return Moment(time.monotonic(), datetime.now(zone))


def trustworthy(wall: datetime) -> bool:
    """Say whether this wall time can be true: a Pi without a battery starts in the past until a time server answers."""
    return wall.year >= EARLIEST_YEAR


def synchronised() -> bool | None:
    """Say whether a time server, or a clock such as GPS, has confirmed this machine's; None where it cannot be told."""
    adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
    state = -1 if adjtimex is None else adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    return None if state < 0 else state != _NOT_SYNCHRONISED
