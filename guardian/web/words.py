"""What the page says in large type, and how it feels about it: plain words for somebody who has had a fright.

The worst thing comes first; "All is well" is said only where every room is watched, nothing is broken and nothing held.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from math import ceil

from guardian import messages
from guardian.deliveries import DeliveryState
from guardian.devices import Kind, SenseState
from guardian.drawn import Drawing
from guardian.drills import FallDrill
from guardian.events import (
    EnrolmentAsked,
    ErasureAsked,
    FallDrillAsked,
    HumanEvent,
    PauseAsked,
    PlaceDrawn,
    Resolved,
    Snoozed,
)
from guardian.incident import Incident, IncidentState
from guardian.senses import Sensed
from guardian.transitions import Course, Trigger, course_of, steps_of
from guardian.trials import Outcome, Trial
from guardian.web import boxes
from guardian.web.boxes import Somewhere
from guardian.web.household import Coverage, RoomShown, Snapshot

LATE_SECONDS = 5.0
"""A core that has not finished a pass for so long does not watch, whatever it last said."""
ATTENTION = "Attention"
UNNOTICED = "A fall there would go unnoticed."


class Mood(str, Enum):
    """The colour of the page."""

    CALM = "calm"
    PAUSED = "paused"
    UNSURE = "unsure"
    ACKNOWLEDGED = "acknowledged"
    PENDING = "pending"
    RAISED = "raised"


@dataclass(frozen=True, slots=True)
class Headline:
    """`kicker` is the word above, `title` the sentence, `detail` the line below, `countdown` whole seconds or None."""

    mood: Mood
    kicker: str
    title: str
    detail: str = ""
    countdown: int | None = None


ACTIONS: Mapping[str, Trigger] = {
    "cancel": Trigger.CANCEL,
    "acknowledge": Trigger.ACKNOWLEDGE,
    "resolve": Trigger.CLOSE,
}
"""What a human may do to an incident, and the trigger that has to stand in its table."""

OUTCOMES: Mapping[str, str] = {
    "helped": "Helped",
    "false alarm": "False alarm",
    "drill": "Drill",
    "cancelled": "“I am all right”",
    "recovered": "Got up again",
    "view restored": "Sees again",
    "lapsed": "Passed by itself",
    "superseded": "Made way for newer ones",
    "answered": "Answered",
    "unanswered": "Not answered",
}

STATES: Mapping[IncidentState, str] = {
    IncidentState.SUSPECTED: "Watching closely",
    IncidentState.PENDING: "Asking",
    IncidentState.RAISED: "Alarm",
    IncidentState.ACKNOWLEDGED: "Taken",
}


SENSES: Mapping[Kind, tuple[str, str]] = {
    Kind.FALL: ("Tells of a fall", "No fall"),
    Kind.PRESENCE: ("Somebody is there", "Nobody is there"),
    Kind.MOTION: ("Movement", "No movement"),
    Kind.BED: ("Somebody is in bed", "Nobody is in bed"),
    Kind.CONTACT: ("Open", "Closed"),
    Kind.BUTTON: ("Pressed", "Ready"),
}
"""What it means that a sense is on, and off."""


DEEDS: Mapping[str, str] = {
    "acknowledge": "took an alarm",
    "cancel": "said that all is well",
    "resolve": "closed an alarm",
    "snooze": "paused alarms",
    "pause": "paused the cameras",
    "help": "called for help",
    "test": "tested the alarm",
    "drill": "began a fall drill",
    "missed": "told of a missed fall",
    "judge": "said what an alarm was",
    "forget": "erased what was kept to learn from",
    "unlearn": "erased the counted days",
    "accept": "accepted a place",
    "decline": "declined or removed a place",
    "view": "accepted the view of a camera",
    "draw": "drew a place",
    "remove": "removed a drawn place",
    "restore": "restored a place as it is configured",
    "enrol": "let the box get to know somebody",
    "erase": "erased a person",
}
"""What it means that somebody pressed a button, afterwards."""


def deed(request: str, event: HumanEvent) -> str:
    """Say what somebody did: what, to whom, and where."""
    what = DEEDS.get(request, request)
    if isinstance(event, Snoozed):
        what = "ended the pause of alarms" if event.seconds == 0 else f"{what} for {event.seconds / 60:.0f} minutes"
    if isinstance(event, PauseAsked) and event.seconds is not None:
        what = "opened the cameras" if event.seconds == 0 else f"{what} for {event.seconds / 60:.0f} minutes"
    if isinstance(event, FallDrillAsked) and event.seconds == 0:
        what = "ended the fall drill"
    if isinstance(event, Resolved):
        what = f"{what} ({event.outcome})"
    whom = event.name if isinstance(event, EnrolmentAsked | ErasureAsked | Drawing) else ""
    if isinstance(event, PlaceDrawn):
        whom = f"{event.name} ({event.kind})"
    details = ", ".join(part for part in (whom, event.room) if part)
    return f"{what}: {details}" if details else what


def sensed(each: Sensed) -> str:
    """Say how a sense stands."""
    on, off = SENSES[each.kind]
    said = {SenseState.ON: on, SenseState.OFF: off, SenseState.MAYBE: "Suspects a fall"}
    return said.get(each.state, "Not heard")


def actions(incident: Incident) -> tuple[str, ...]:
    """Name what a human may do to the incident now. "I am all right" is the person's: not for a blind camera."""
    steps = steps_of(incident)
    possible = tuple(name for name, trigger in ACTIONS.items() if trigger in steps)
    if course_of(incident) is Course.TEST:
        return ("acknowledge",)
    blind = course_of(incident) is Course.BLINDNESS
    taken = incident.state is IncidentState.ACKNOWLEDGED
    unwanted = {"cancel"} if blind else {"acknowledge"} if taken else set()
    return tuple(name for name in possible if name not in unwanted)


def verdict(incident: Incident) -> str:
    """Say in a word or two how it stands with an incident, or how it ended."""
    if incident.state is not IncidentState.RESOLVED:
        return STATES[incident.state]
    return OUTCOMES.get(incident.outcome or "", (incident.outcome or "Closed").capitalize())


def countdown(incident: Incident, now: float) -> int | None:
    """Whole seconds in which the person can still say that all is well; None unless the incident is pending."""
    if incident.state is not IncidentState.PENDING or incident.deadline is None:
        return None
    return max(0, ceil(incident.deadline - now))


def late(snapshot: Snapshot, now: float) -> bool:
    """Tell whether the core has stopped finishing its passes."""
    return now - snapshot.moment.monotonic > LATE_SECONDS


def reached(incident: Incident, snapshot: Snapshot) -> tuple[str, ...]:
    """Say of each contact who was called for the incident by which ways they were reached."""
    return tuple(_reached(name, incident, snapshot) for name in incident.told)


def _reached(contact: str, incident: Incident, snapshot: Snapshot) -> str:
    known = [each for each in snapshot.deliveries if (each.contact, each.incident) == (contact, incident.id)]
    ways = {state: [each.way for each in known if each.state is state] for state in DeliveryState}
    if ways[DeliveryState.TOLD]:
        return f"{contact} was told by {_listed(ways[DeliveryState.TOLD])}."
    if ways[DeliveryState.TRYING]:
        return f"{contact} could not be told yet by {_listed(ways[DeliveryState.TRYING])}; it is tried again."
    return f"{contact} could not be told." if ways[DeliveryState.GIVEN_UP] else f"{contact} is being told."


def headline(snapshot: Snapshot, now: float) -> Headline:
    """Say what matters most at `now`, monotonic seconds."""
    worst = next(iter(boxes.everywhere(snapshot)), None)
    if worst is not None:
        return _of_incident(worst, now)
    known, broken = boxes.rooms(snapshot), boxes.broken(snapshot)
    rooms = {coverage: [room for room in known if room.coverage is coverage] for coverage in Coverage}
    if rooms[Coverage.BLIND] or not snapshot.rooms:
        return _unwatched(rooms[Coverage.BLIND])
    if snapshot.drill is not None or snapshot.snoozes or snapshot.pauses:
        return _held_back(snapshot)
    if rooms[Coverage.DEGRADED]:
        weak = rooms[Coverage.DEGRADED]
        return Headline(Mood.UNSURE, ATTENTION, f"Watching, but not well: {_listed(_names(weak))}", _reasons(weak))
    if broken:
        parts = _listed(sorted({part for part, _ in broken}))
        reasons = " ".join(reason for _, reason in broken if reason)
        return Headline(Mood.UNSURE, ATTENTION, f"Watching, but something is broken: {parts}", reasons)
    return Headline(Mood.CALM, "Right now", "All is well", f"Watching {_listed(_names(known))}.")


def _unwatched(blind: Sequence[RoomShown]) -> Headline:
    names = _listed(_names(blind)) or "any room"
    return Headline(Mood.UNSURE, ATTENTION, f"Guardian cannot see: {names}", f"{UNNOTICED} {_reasons(blind)}".strip())


def _held_back(snapshot: Snapshot) -> Headline:
    if snapshot.drill is not None:
        return _drilling(snapshot, snapshot.drill)
    return _closed(snapshot) if snapshot.pauses else _paused(snapshot)


def _paused(snapshot: Snapshot) -> Headline:
    until = max(snapshot.wall(snooze.until) for snooze in snapshot.snoozes)
    everywhere = any(not snooze.room for snooze in snapshot.snoozes)
    which = "" if everywhere else f": {_listed([snooze.room for snooze in snapshot.snoozes])}"
    detail = f"New alarms are held. They come back by themselves at {until:%H:%M}."
    return Headline(Mood.PAUSED, "Paused", f"Alarms are paused{which}", detail)


def _closed(snapshot: Snapshot) -> Headline:
    """Say which cameras are closed; where alarms are held as well, that, too."""
    rooms = [pause.room for pause in snapshot.pauses]
    ends = {(snapshot.wall(pause.until).strftime("%H:%M"), pause.by) for pause in snapshot.pauses}
    back = " and ".join(f"at {at} (paused by {by})" for at, by in sorted(ends))
    held = " New alarms are held as well." if snapshot.snoozes else ""
    detail = f"{UNNOTICED} The button and other senses still call. It sees again by itself {back}.{held}"
    return Headline(Mood.PAUSED, "Private", f"Cameras are paused: {_listed(rooms)}", detail)


def _drilling(snapshot: Snapshot, drill: FallDrill) -> Headline:
    contacts = "Those who are to be told hear that it is a drill." if drill.contacts else "Nobody is called for it."
    detail = f"{contacts} It ends by itself at {snapshot.wall(drill.until):%H:%M}."
    return Headline(Mood.PAUSED, "Drill", f"A fall in the {drill.room} is taken for an exercise", detail)


def _of_incident(worst: Somewhere, now: float) -> Headline:
    """Say how it stands with the worst open incident."""
    incident = worst.incident
    since = f"{worst.where or 'At home'} · {messages.relative(now - incident.opened)} ago"
    what = messages.headline(incident)
    drill = "Drill" if incident.drill else ""
    if course_of(incident) is Course.BLINDNESS:
        return Headline(Mood.UNSURE, ATTENTION, f"Guardian cannot see: {worst.where}", UNNOTICED)
    if course_of(incident) is Course.TEST:
        return Headline(Mood.PENDING, "Weekly test", "Please answer: nothing has happened", since)
    if incident.state is IncidentState.SUSPECTED:
        return Headline(Mood.PENDING, drill or "Watching closely", what, since)
    if incident.state is IncidentState.PENDING:
        left = countdown(incident, now)
        return Headline(Mood.PENDING, drill or "Please answer", "Are you all right?", f"{what} · {since}", left)
    if incident.state is IncidentState.ACKNOWLEDGED:
        by = incident.acknowledged_by or messages.SOMEBODY
        return Headline(Mood.ACKNOWLEDGED, drill or "Taken", f"{by} has taken it", f"{what} · {since}")
    title = "This is how it sounds" if incident.drill else f"ALARM: {what}"
    return Headline(Mood.RAISED, drill or "Needs help now", title, since)


TRIALS: Mapping[Outcome, str] = {
    Outcome.NONE: "The weekly test is on {when}.",
    Outcome.WAITING: "The weekly test waits for an answer.",
    Outcome.ANSWERED: "The weekly test of {due} was answered by {by}.",
    Outcome.UNANSWERED: "The weekly test of {due} was not answered.",
    Outcome.SKIPPED: "The weekly test of {due} was left out: {reason}.",
}


def trial(last: Trial | None) -> str:
    """Say what came of the last weekly test; empty where there is none."""
    if last is None:
        return ""
    due = f"{last.due:%Y-%m-%d}"
    return TRIALS[last.outcome].format(when=last.when, due=due, by=last.by, reason=last.reason)


def _names(rooms: Sequence[RoomShown]) -> list[str]:
    return [room.name for room in rooms]


def _reasons(rooms: Sequence[RoomShown]) -> str:
    return " ".join(room.reason for room in rooms if room.reason)


def _listed(names: list[str]) -> str:
    """Write names as a person lists them: a, b and c."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1] if names else "") if part)
