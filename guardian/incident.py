"""One emergency from the first suspicion to the end, as it is stored, published and shown."""

from dataclasses import dataclass
from enum import Enum


class IncidentState(str, Enum):
    """The life of an incident, in the order in which it gets worse and then better (see alarm.TRANSITIONS)."""

    SUSPECTED = "suspected"
    PENDING = "pending"
    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One emergency.

    Times are monotonic seconds of the running process; the store keeps them as wall time and turns them back into this
    process's seconds on loading (times before its start may be negative). `deadline` is the time of the next thing that
    happens by itself (the end of the countdown, the next repeat), or None. `step` counts the escalation steps taken
    since it was raised. `kind` is the class name of the event that opened it or made it worse; `reasons` the sentences
    of that event; `told` the contacts that were told. `closed_by` is the human who closed it, `closed_via` the
    way, `note` what they said of it.
    """

    id: str
    room: str
    kind: str
    state: IncidentState
    opened: float
    changed: float
    track: int | None = None
    person: str | None = None
    place: str | None = None
    reasons: tuple[str, ...] = ()
    deadline: float | None = None
    step: int = 0
    acknowledged_by: str | None = None
    acknowledged_via: str | None = None
    outcome: str | None = None
    drill: bool = False
    told: tuple[str, ...] = ()
    closed_by: str | None = None
    closed_via: str | None = None
    note: str = ""

    @property
    def open(self) -> bool:
        """Whether a human or a recovery has still to end it."""
        return self.state is not IncidentState.RESOLVED
