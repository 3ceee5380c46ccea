"""What an event adds to what is known of an incident: whose, where, why, who has taken it, and how it ended."""

from dataclasses import replace

from guardian.events import Event, HelpCalled, HumanEvent, PersonEvent, Resolved
from guardian.incident import Incident, IncidentState
from guardian.transitions import ACKNOWLEDGED, OUTCOMES, RESOLVED, WORSENING, Course, Trigger, course_of, severity_of

MAX_REASONS = 8
ANSWERED, UNANSWERED = "answered", "unanswered"
"""How a weekly test ends."""


def worsened(incident: Incident, event: Event) -> Incident:
    """Add what the event tells: the newest track, a name if there is one, the gravest kind with its reasons."""
    if isinstance(event, PersonEvent):
        person, place = event.person or incident.person, event.place or incident.place
        # Who fell is followed by the camera that saw it first, rather than by a radar or by another camera.
        own = event.room == incident.room and (event.track >= 0 or incident.track is None)
        incident = replace(incident, track=event.track if own else incident.track, person=person, place=place)
    kind = type(event).__name__
    if severity_of(kind) < severity_of(incident.kind):
        return incident
    reasons = event.reasons
    if not reasons and isinstance(event, HelpCalled):
        reasons = (f"{event.by} called for help ({event.via})",)
    return replace(incident, kind=kind, reasons=(reasons or incident.reasons)[-MAX_REASONS:])


def noted(incident: Incident, trigger: Trigger, event: Event | None, state: IncidentState) -> Incident:
    """Add what this step tells, besides state and times."""
    if trigger in WORSENING and event is not None:
        return worsened(incident, event)
    if event is not None and trigger is Trigger.RECOVERY:
        news = event.reasons or ("Upright again.",)
        incident = replace(incident, reasons=tuple(dict.fromkeys((*incident.reasons, *news)))[-MAX_REASONS:])
    if isinstance(event, HumanEvent) and (state is ACKNOWLEDGED or incident.acknowledged_by is None):
        incident = replace(incident, acknowledged_by=event.by, acknowledged_via=event.via)
    if state is RESOLVED:
        outcome = event.outcome if isinstance(event, Resolved) else OUTCOMES.get(trigger, "")
        if course_of(incident) is Course.TEST:
            outcome = UNANSWERED if event is None else ANSWERED
        incident = replace(incident, outcome="drill" if course_of(incident) is Course.DRILL else outcome)
        if isinstance(event, HumanEvent):
            note = event.note if isinstance(event, Resolved) else ""
            incident = replace(incident, closed_by=event.by, closed_via=event.via, note=note)
    return incident
