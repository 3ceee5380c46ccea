"""The life of an incident as tables: every state, every trigger, every step, and what the box shows of each.

No other module decides where an incident goes. The diagram in docs/alarm.md is made from TRANSITIONS.
"""

from collections.abc import Mapping
from enum import Enum
from typing import TypeAlias

from guardian.commands import Lamp, Sound
from guardian.incident import Incident, IncidentState

SUSPECTED, PENDING, RAISED = IncidentState.SUSPECTED, IncidentState.PENDING, IncidentState.RAISED
ACKNOWLEDGED, RESOLVED = IncidentState.ACKNOWLEDGED, IncidentState.RESOLVED


class Course(str, Enum):
    """The kinds of life that an incident can have."""

    EMERGENCY = "emergency"
    DRILL = "drill"
    TEST = "test"
    BLINDNESS = "blindness"


class Trigger(str, Enum):
    """What moves an incident from state to state."""

    SUSPICION = "fall suspected"
    DANGER = "fall confirmed, person down, behaviour"
    CALL = "long lie, help called, box lost"
    GESTURE = "help gestured"
    DRILL = "drill started"
    DRILL_SUSPICION = "fall suspected in a fall drill"
    DRILL_DANGER = "fall confirmed, person down in a fall drill"
    TEST = "weekly test due"
    BLINDED = "view lost for too long"
    RECOVERY = "person recovered"
    VIEW_RESTORED = "view restored"
    CANCEL = "cancelled"
    ACKNOWLEDGE = "acknowledged"
    CLOSE = "closed by a human"
    TIMEOUT = "time is up"
    CROWDED = "too many are open"


Before: TypeAlias = IncidentState | None
"""The state of an incident, or None where there is not yet one."""

TRANSITIONS: Mapping[Course, Mapping[Before, Mapping[Trigger, IncidentState]]] = {
    Course.EMERGENCY: {
        None: {
            Trigger.SUSPICION: SUSPECTED,
            Trigger.DANGER: PENDING,
            Trigger.CALL: RAISED,
            Trigger.GESTURE: PENDING,
        },
        SUSPECTED: {
            Trigger.DANGER: PENDING,
            Trigger.CALL: RAISED,
            Trigger.GESTURE: RAISED,
            Trigger.RECOVERY: RESOLVED,
            Trigger.CANCEL: RESOLVED,
            Trigger.CLOSE: RESOLVED,
            Trigger.TIMEOUT: RESOLVED,
        },
        PENDING: {
            Trigger.DANGER: PENDING,
            Trigger.CALL: RAISED,
            Trigger.GESTURE: RAISED,
            Trigger.RECOVERY: RESOLVED,
            Trigger.CANCEL: RESOLVED,
            Trigger.ACKNOWLEDGE: ACKNOWLEDGED,
            Trigger.CLOSE: RESOLVED,
            Trigger.TIMEOUT: RAISED,
        },
        RAISED: {
            Trigger.DANGER: RAISED,
            Trigger.CALL: RAISED,
            Trigger.GESTURE: RAISED,
            Trigger.RECOVERY: RAISED,
            Trigger.CANCEL: ACKNOWLEDGED,
            Trigger.ACKNOWLEDGE: ACKNOWLEDGED,
            Trigger.CLOSE: RESOLVED,
            Trigger.TIMEOUT: RAISED,
        },
        ACKNOWLEDGED: {
            Trigger.DANGER: ACKNOWLEDGED,
            Trigger.CALL: ACKNOWLEDGED,
            Trigger.GESTURE: ACKNOWLEDGED,
            Trigger.RECOVERY: RESOLVED,
            Trigger.ACKNOWLEDGE: ACKNOWLEDGED,
            Trigger.CLOSE: RESOLVED,
            Trigger.TIMEOUT: ACKNOWLEDGED,
            Trigger.CROWDED: RESOLVED,
        },
    },
    Course.DRILL: {
        None: {
            Trigger.DRILL: PENDING,
            Trigger.DRILL_SUSPICION: SUSPECTED,
            Trigger.DRILL_DANGER: PENDING,
        },
        SUSPECTED: {
            Trigger.DRILL_DANGER: PENDING,
            Trigger.RECOVERY: RESOLVED,
            Trigger.CANCEL: RESOLVED,
            Trigger.CLOSE: RESOLVED,
            Trigger.TIMEOUT: RESOLVED,
        },
        PENDING: {
            Trigger.DRILL_DANGER: PENDING,
            Trigger.RECOVERY: RESOLVED,
            Trigger.CANCEL: RESOLVED,
            Trigger.ACKNOWLEDGE: ACKNOWLEDGED,
            Trigger.CLOSE: RESOLVED,
            Trigger.TIMEOUT: RAISED,
        },
        RAISED: {
            Trigger.DRILL_DANGER: RAISED,
            Trigger.RECOVERY: RAISED,
            Trigger.CANCEL: ACKNOWLEDGED,
            Trigger.ACKNOWLEDGE: ACKNOWLEDGED,
            Trigger.CLOSE: RESOLVED,
            Trigger.TIMEOUT: RESOLVED,
        },
        ACKNOWLEDGED: {
            Trigger.RECOVERY: RESOLVED,
            Trigger.CLOSE: RESOLVED,
            Trigger.TIMEOUT: RESOLVED,
        },
    },
    Course.TEST: {
        None: {Trigger.TEST: RAISED},
        RAISED: {
            Trigger.CANCEL: RESOLVED,
            Trigger.ACKNOWLEDGE: RESOLVED,
            Trigger.CLOSE: RESOLVED,
            Trigger.TIMEOUT: RESOLVED,
        },
    },
    Course.BLINDNESS: {
        None: {Trigger.BLINDED: RAISED},
        RAISED: {
            Trigger.VIEW_RESTORED: RESOLVED,
            Trigger.CANCEL: ACKNOWLEDGED,
            Trigger.ACKNOWLEDGE: ACKNOWLEDGED,
            Trigger.CLOSE: RESOLVED,
            Trigger.TIMEOUT: RAISED,
        },
        ACKNOWLEDGED: {
            Trigger.VIEW_RESTORED: RESOLVED,
            Trigger.ACKNOWLEDGE: ACKNOWLEDGED,
            Trigger.CLOSE: RESOLVED,
            Trigger.TIMEOUT: ACKNOWLEDGED,
            Trigger.CROWDED: RESOLVED,
        },
    },
}

STARTS: Mapping[Trigger, tuple[Course, IncidentState]] = {
    trigger: (course, state) for course, rows in TRANSITIONS.items() for trigger, state in rows[None].items()
}

TRIGGERS: Mapping[str, Trigger] = {
    "FallSuspected": Trigger.SUSPICION,
    "FallConfirmed": Trigger.DANGER,
    "PersonDown": Trigger.DANGER,
    "LongLie": Trigger.CALL,
    "HelpGestured": Trigger.GESTURE,
    "HelpCalled": Trigger.CALL,
    "NeighbourLost": Trigger.CALL,
    "DrillStarted": Trigger.DRILL,
    "WeeklyTestDue": Trigger.TEST,
    "PersonRecovered": Trigger.RECOVERY,
    "ViewRestored": Trigger.VIEW_RESTORED,
    "Cancelled": Trigger.CANCEL,
    "Acknowledged": Trigger.ACKNOWLEDGE,
    "Resolved": Trigger.CLOSE,
}
"""By the event's name; the configured behaviour events come on top as DANGER."""

OUTCOMES: Mapping[Trigger, str] = {
    Trigger.TIMEOUT: "lapsed",
    Trigger.RECOVERY: "recovered",
    Trigger.VIEW_RESTORED: "view restored",
    Trigger.CANCEL: "cancelled",
    Trigger.CROWDED: "superseded",
}

PANEL: Mapping[tuple[Course, IncidentState], tuple[Lamp, Sound]] = {
    (Course.EMERGENCY, RAISED): (Lamp.FAST_BLINK, Sound.SIREN),
    (Course.EMERGENCY, PENDING): (Lamp.SLOW_BLINK, Sound.PIPS),
    (Course.EMERGENCY, SUSPECTED): (Lamp.SLOW_BLINK, Sound.SILENT),
    (Course.DRILL, RAISED): (Lamp.FAST_BLINK, Sound.SIREN),
    (Course.DRILL, PENDING): (Lamp.SLOW_BLINK, Sound.PIPS),
    (Course.DRILL, SUSPECTED): (Lamp.SLOW_BLINK, Sound.SILENT),
    (Course.EMERGENCY, ACKNOWLEDGED): (Lamp.FAST_BLINK, Sound.SILENT),
    (Course.DRILL, ACKNOWLEDGED): (Lamp.SLOW_BLINK, Sound.SILENT),
    (Course.TEST, RAISED): (Lamp.SLOW_BLINK, Sound.SILENT),
    (Course.BLINDNESS, RAISED): (Lamp.DOUBLE_BLINK, Sound.SILENT),
    (Course.BLINDNESS, ACKNOWLEDGED): (Lamp.DOUBLE_BLINK, Sound.SILENT),
}
"""The one panel shows the worst open incident; these rows are in that order, worst first."""

SPOKEN: Mapping[tuple[Course, IncidentState], tuple[float, int]] = {
    (Course.EMERGENCY, RAISED): (20.0, 0),
    (Course.EMERGENCY, PENDING): (7.0, 0),
    (Course.DRILL, RAISED): (20.0, 0),
    (Course.DRILL, PENDING): (7.0, 0),
    (Course.EMERGENCY, ACKNOWLEDGED): (30.0, 3),
    (Course.DRILL, ACKNOWLEDGED): (30.0, 1),
    (Course.TEST, RAISED): (60.0, 3),
}
"""Of what the box speaks: the pause between in seconds, and how often in all (0: until it is otherwise). Whoever is
asked needs some seconds to answer. Of a blind camera it says nothing, and least of all at night."""

TEST_KIND = "WeeklyTestDue"

BADNESS: Mapping[tuple[Course, IncidentState], int] = {row: place for place, row in enumerate(PANEL)}

SEVERITY: Mapping[str, int] = {
    kind: rank
    for rank, kinds in enumerate(
        (
            ("FallSuspected",),
            ("RoutineBroken", "NightWandering", "StrangerSeen", "StillnessExceeded", "CheckInMissed"),
            ("PersonDown",),
            ("FallConfirmed", "NeighbourLost"),
            ("HelpGestured", "HelpCalled"),
            ("LongLie",),
        )
    )
    for kind in kinds
}
"""An incident is called by the gravest thing that was seen of it."""

WORSENING = frozenset(
    {
        *(Trigger.SUSPICION, Trigger.DANGER, Trigger.CALL, Trigger.GESTURE),
        *(Trigger.DRILL_SUSPICION, Trigger.DRILL_DANGER),
    }
)
"""Triggers that bring something newly seen of the emergency, and may give it a graver name."""


def course_of(incident: Incident) -> Course:
    """Return which of the tables an incident follows."""
    if incident.kind == TEST_KIND:
        return Course.TEST
    if incident.drill:
        return Course.DRILL
    return Course.BLINDNESS if incident.kind == "ViewLost" else Course.EMERGENCY


def row_of(incident: Incident) -> tuple[Course, IncidentState]:
    """Return where in the tables an incident stands."""
    return course_of(incident), incident.state


def steps_of(incident: Incident) -> Mapping[Trigger, IncidentState]:
    """Return what can happen to an incident now, and where it would take it."""
    return TRANSITIONS[course_of(incident)].get(incident.state, {})


def severity_of(kind: str) -> int:
    """Return the rank of what was seen, by the event's name; 0 for what has no rank."""
    return SEVERITY.get(kind, 0)


def badness_of(incident: Incident) -> tuple[int, int, float]:
    """Return the sorting key of open incidents, worst first: by state, then by what was seen, then the oldest."""
    return BADNESS[row_of(incident)], -severity_of(incident.kind), incident.opened
