"""What an incident says to a human: on the box in large type, and on the phone of somebody who gets a fright.

Who, where, what was seen with its numbers, since when, and what to do now: in this order, one line each. Times are
relative, because the reader's clock and the box's may differ and a fright reads "2 minutes ago" faster than "14:32".
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from guardian.commands import Notify
from guardian.incident import Incident, IncidentState
from guardian.moment import Moment

HEADLINES: dict[str, str] = {
    "FallSuspected": "{who} may have fallen",
    "FallConfirmed": "{who} has fallen",
    "PersonDown": "{who} is lying where nobody should lie",
    "LongLie": "{who} has been on the floor for too long",
    "HelpGestured": "{who} is signalling for help",
    "HelpCalled": "{who} is calling for help",
    "StillnessExceeded": "{who} has not moved for unusually long",
    "RoutineBroken": "{who} has not done what is usual",
    "CheckInMissed": "{who} has not been up",
    "StrangerSeen": "A person who is not known here",
    "NightWandering": "{who} is up and about at night",
    "ViewLost": "Guardian cannot see",
    "DrillStarted": "This is a drill",
}
SOMEBODY = "Somebody"
LATE_SECONDS = 180.0
"""What is told later than that after it was decided says so: its reader may think that it has just happened."""
WATCHING = "Watching."

_CALL = (
    "What to do: call or go there now. Then press Acknowledge, so that the siren stops and nobody else is called;"
    " close the incident when help has been given."
)
_LOOK = "What to do: see whether the lamp, the lens or the camera's plug is the cause. A fall would not be seen now."
_TAKEN = "What to do: nothing, if somebody is there. It is not closed: close it when help has been given."
_DONE = "What to do: nothing."
_EXERCISE = "This is a drill. Nothing has happened."
_TRY = "What to do: nothing. This only tries whether the message arrives."


def relative(seconds: float) -> str:
    """Say a duration in the largest unit that still says enough: 45 s, 12 min, 5 h, 3 days."""
    for unit, size in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0.0):.0f} s"


def headline(incident: Incident) -> str:
    """Say what is the matter, in one sentence without a full stop; "{who}" is the person's name, or somebody."""
    pattern = HEADLINES.get(incident.kind, "{who} may need help")
    return pattern.format(who=incident.person or SOMEBODY)


def where(incident: Incident) -> str:
    """Name the place and the room as far as known; empty for a call for help from no room in particular."""
    return ", ".join(part for part in (incident.room, incident.place) if part)


def title(incident: Incident) -> str:
    """Write the first line on the phone. It alone has to tell an emergency from the news that it is over."""
    drill = "DRILL: " if incident.drill else ""
    prefix = {
        IncidentState.ACKNOWLEDGED: f"{incident.acknowledged_by} has taken it: ",
        IncidentState.RESOLVED: "All clear: ",
    }.get(incident.state, "")
    place = where(incident)
    return f"{drill}{prefix}{headline(incident)}{f' ({place})' if place else ''}"


def body(incident: Incident, now: float) -> str:
    """Write the rest of the message, a line for each thing that its reader asks."""
    lines = [f"Who: {incident.person or SOMEBODY}", f"Where: {where(incident) or 'at home'}"]
    if incident.drill:
        lines.insert(0, _EXERCISE)
    if incident.reasons:
        lines.append(f"What was seen: {' '.join(_sentence(reason) for reason in incident.reasons)}")
    lines.append(f"Since: {relative(now - incident.opened)} ago")
    lines.extend(_state_lines(incident, now))
    return "\n".join(lines)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _state_lines(incident: Incident, now: float) -> list[str]:
    told = [f"Told so far: {', '.join(incident.told)}; nobody has acknowledged yet"] if incident.told else []
    if incident.state is IncidentState.RESOLVED:
        return [f"How it ended: {incident.outcome}{_by(incident)}", _DONE]
    if incident.state is IncidentState.ACKNOWLEDGED:
        return [
            f"Acknowledged: {relative(now - incident.changed)} ago{_by(incident)}",
            _TRY if incident.drill else _TAKEN,
        ]
    if incident.drill:
        return [_TRY]
    return [*told, _LOOK if incident.kind == "ViewLost" else _CALL]


def as_told(notice: Notify, moment: Moment) -> Notify:
    """Give the notice as it is to be told at `moment`: one that could not be told for long says when it was written."""
    late = moment.monotonic - notice.asked
    if late < LATE_SECONDS:
        return notice
    written = moment.wall_at(notice.asked)
    day = "" if written.date() == moment.wall.date() else f" on {written.day} {written:%B}"
    when = f"{written:%H:%M}{day}, {relative(late)} ago"
    line = f"This message comes late: it was written at {when}, and could not be sent before."
    return replace(notice, title=f"Late: {notice.title}", body=f"{line}\n{notice.body}")


def _by(incident: Incident) -> str:
    return f", by {incident.acknowledged_by} ({incident.acknowledged_via})" if incident.acknowledged_by else ""


def panel_text(incident: Incident) -> str:
    """Say what the box and the page show in large type for an open incident."""
    drill = "Drill. " if incident.drill else ""
    place = where(incident)
    room = f" ({place})" if place else ""
    if incident.kind == "ViewLost":
        return f"Guardian cannot see{room}: a fall there would not be noticed."
    if incident.drill and incident.state is IncidentState.RAISED:
        told = f"told that it is a drill: {', '.join(incident.told)}" if incident.told else "nobody is being called"
        return f"Drill. This is how it sounds; {told}. Press the button."
    asked = "Are you all right? Press the button if you are"
    if incident.kind == "HelpGestured":
        asked = "Your arm was seen. Keep it up and help is called at once; press the button if none is needed"
    texts = {
        IncidentState.SUSPECTED: f"{headline(incident)}{room}. Watching closely.",
        IncidentState.PENDING: f"{asked}{room}.",
        IncidentState.RAISED: f"{headline(incident)}{room}. Help is being called.",
        IncidentState.ACKNOWLEDGED: f"{incident.acknowledged_by} knows{room} and has silenced the siren.",
    }
    return drill + texts.get(incident.state, f"All clear{room}.")


def fault_text(unseen: Collection[str], faults: Mapping[tuple[str, str], str]) -> str:
    """Say why the box cannot do its work while no incident is open: the rooms, the (part, room) and the reason."""
    blind = [f"Guardian cannot see {', '.join(unseen)}."] if unseen else []
    broken = [_fault(part, room, reason) for (part, room), reason in faults.items()]
    return " ".join((*blind, *broken))


def _fault(part: str, room: str, reason: str) -> str:
    place = f" ({room})" if room else ""
    return f"Does not work: {part}{place}{f': {_sentence(reason)}' if reason else '.'}"


def drill_text(room: str | None) -> str:
    """Tell of the room in which a fall is an exercise, as `snooze_text` does; None where it is none anywhere."""
    return "" if room is None else f" Drill: a fall in the {room} is taken for an exercise; that ends by itself."


def snooze_text(rooms: Collection[str]) -> str:
    """Tell of snoozed rooms ("" is every room), in a sentence with a space before it; empty where none is."""
    if not rooms:
        return ""
    which = "" if "" in rooms else f" of {', '.join(rooms)}"
    return f" New alarms{which} are held for a while; that ends by itself."
