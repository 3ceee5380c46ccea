"""A point in time on both clocks, for the few decisions that need to know what o'clock it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone


@dataclass(frozen=True, slots=True)
class Moment:
    """`monotonic` seconds for every duration and deadline; `wall`, an aware datetime in the household's zone, for
    routines, quiet hours and payloads only. A step of the wall clock cannot move an alarm.
    """

    monotonic: float
    wall: datetime

    def __post_init__(self) -> None:
        """Refuse a naive wall time: an hour without a zone is wrong twice a year."""
        if self.wall.tzinfo is None:
            message = "wall time needs a zone"
            raise ValueError(message)

    def wall_at(self, monotonic: float) -> datetime:
        """The wall time of another monotonic second of this process, in the household's zone as of that time."""
        wall = self.wall.astimezone(timezone.utc) + timedelta(seconds=monotonic - self.monotonic)
        return wall.astimezone(self.wall.tzinfo)
