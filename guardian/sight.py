"""What is known of one room from what happened: whether a fall would be seen there, why not, and who is in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from guardian.events import (
    CameraMoved,
    CameraReturned,
    Event,
    FaultCleared,
    FaultOccurred,
    PauseEnded,
    PersonEvent,
    PersonLeft,
    RoomPaused,
    ViewAccepted,
    ViewLost,
    ViewRestored,
)
from guardian.moment import Moment
from guardian.senses import PART

UNKNOWN = "unknown"
STARTING = "Starting: no frame has come yet."
PAUSED = "The camera is closed: {by} has paused it until {until}."
MOVED = "The camera points elsewhere: places and floor no longer hold."


@dataclass(frozen=True, slots=True)
class RoomCoverage:
    """Whether a fall would be seen in a room: `state` is armed, degraded (it might not), blind (it would not) or paused
    (it would not, as somebody asked).
    """

    state: str
    reasons: tuple[str, ...]


@dataclass(slots=True)
class Sight:
    """What is known of one room: why it cannot be seen (None: it can), until when it is paused in a sentence, what else
    is amiss by part, who is in it.
    """

    blind: str | None = STARTING
    paused: str | None = None
    amiss: dict[str, str] = field(default_factory=dict)
    present: dict[int, str] = field(default_factory=dict)

    def turn(self, event: Event, moment: Moment) -> None:
        """Learn whether the camera is closed."""
        match event:
            case RoomPaused():
                until = moment.wall_at(event.time + event.seconds)
                self.blind, self.paused, self.present = None, PAUSED.format(by=event.by, until=f"{until:%H:%M}"), {}
            case PauseEnded():
                self.blind, self.paused = STARTING, None

    def take(self, event: Event) -> None:
        """Learn from what happened in the room."""
        match event:
            case ViewLost():
                self.blind = " ".join(event.reasons) or "The room cannot be seen."
            case ViewRestored():
                self.blind = None
            case CameraMoved():
                self.amiss["place"] = " ".join(event.reasons) or MOVED
            case CameraReturned() | ViewAccepted():
                self.amiss.pop("place", None)
            case FaultOccurred() if not event.part.startswith(PART):  # of a sense: the camera sees as it did
                self.amiss[event.part] = " ".join(event.reasons) or f"The {event.part} does not work."
            case FaultCleared():
                self.amiss.pop(event.part, None)
            case PersonLeft():
                self.present.pop(event.track, None)
            case PersonEvent() if event.track >= 0:
                self.present[event.track] = event.person or UNKNOWN

    @property
    def is_blind(self) -> bool:
        """Whether nothing can be seen; a camera that is closed or does not work sees nothing."""
        return self.blind is not None or self.paused is not None or "camera" in self.amiss

    def coverage(self) -> RoomCoverage:
        """Say whether a fall would be seen here."""
        if self.paused is not None:
            return RoomCoverage("paused", (self.paused, *self.amiss.values()))
        reasons = (*(() if self.blind is None else (self.blind,)), *self.amiss.values())
        return RoomCoverage("blind" if self.is_blind else "degraded" if self.amiss else "armed", reasons)

    def occupancy(self) -> Mapping[str, object]:
        """Say whether somebody is here; null where the room cannot be seen and nobody was known to be in it."""
        occupied = None if self.is_blind and not self.present else bool(self.present)
        return {"occupied": occupied, "count": len(self.present), "persons": sorted(self.present.values())}
