"""What an incident says to a human: on the box in large type, and on the phone of somebody who gets a fright.

Who, where, what was seen with its numbers, since when, and what to do now: in this order, one line each. Times are
relative, because the reader's clock and the box's may differ and a fright reads "2 minutes ago" faster than "14:32".
Every text is said by a phrasebook, in the household's language; its key is the English that stands here.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from guardian.commands import Notify
from guardian.incident import Incident, IncidentState
from guardian.moment import Moment
from guardian.phrasebook import ENGLISH, Phrasebook
from guardian.transitions import Course, course_of

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
    "NeighbourLost": "{who} needed help, and the box there does not answer",
    "ViewLost": "Guardian cannot see",
    "DrillStarted": "This is a drill",
    "WeeklyTestDue": "This is the weekly test",
}
ANY_HEADLINE = "{who} may need help"
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
_TEST = "This is the weekly test of the alarm. Nothing has happened."
_ANSWER_TEST = "What to do: answer it, as you would answer an alarm. Then it is known that alarms reach you."
_DOUBT = "Close it only if you have seen the person, or heard that all is well. Until then the alarm goes on."
_STOPS = (".", "!", "?", "\u3002", "\uff01", "\uff1f")  # the latter three are Chinese
_AGO = {"days": "{number} days ago", "h": "{number} h ago", "min": "{number} min ago", "s": "{number} s ago"}
_PANEL = {
    IncidentState.SUSPECTED: "{what}{room}. Watching closely.",
    IncidentState.PENDING: "Are you all right? Press the button if you are{room}.",
    IncidentState.RAISED: "{what}{room}. Help is being called.",
    IncidentState.ACKNOWLEDGED: "{by} knows{room} and has silenced the siren.",
}
_CLEAR = "All clear{room}."
_SPOKEN = {
    IncidentState.PENDING: "Are you all right? Press the button.",
    IncidentState.RAISED: "Help is being called.",
    IncidentState.ACKNOWLEDGED: "{by} knows, and sees to it.",
}
_ON_THE_WAY = {
    "phone": "{by} is on the way.",
    "button": "Somebody has pressed the button. The siren is off.",
}
"""What is said of who has taken it, by the way in which they did: the button on a phone says so itself."""
_ARM_ANSWERED = "Your arm was seen. Keep it up, and help is called. Press the button if you need no help."
_PRESS = "Press the button."
_ARM_SEEN = "Your arm was seen. Keep it up and help is called at once; press the button if none is needed{room}."


def relative(seconds: float) -> str:
    """Say a duration in the largest unit that still says enough: 45 s, 12 min, 5 h, 3 days."""
    count, unit = _largest(seconds)
    return f"{count} {unit}"


def ago(seconds: float, book: Phrasebook = ENGLISH) -> str:
    """Say how long ago something was, in the same unit: 45 s ago."""
    count, unit = _largest(seconds)
    return book.say(_AGO[unit], number=count)


def _largest(seconds: float) -> tuple[str, str]:
    for unit, size in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f}", unit
    return f"{max(seconds, 0.0):.0f}", "s"


def headline(incident: Incident, book: Phrasebook = ENGLISH) -> str:
    """Say what is the matter, in one sentence without a full stop; "{who}" is the person's name, or somebody."""
    return book.say(HEADLINES.get(incident.kind, ANY_HEADLINE), who=_who(incident, book))


def _who(incident: Incident, book: Phrasebook) -> str:
    return incident.person or book.say(SOMEBODY)


def where(incident: Incident, book: Phrasebook = ENGLISH) -> str:
    """Name the place and the room as far as known; empty for a call for help from no room in particular."""
    place = book.phrase(incident.place) if incident.place else ""
    return _listed((part for part in (incident.room, place) if part), book)


def _listed(names: Iterable[str], book: Phrasebook) -> str:
    return book.say(", ").join(names)


def title(incident: Incident, book: Phrasebook = ENGLISH) -> str:
    """Write the first line on the phone. It alone has to tell an emergency from the news that it is over."""
    if course_of(incident) is Course.TEST:
        return _test_title(incident, book)
    what = headline(incident, book) + _in_brackets(where(incident, book), book)
    if incident.state is IncidentState.ACKNOWLEDGED:
        what = book.say("{by} has taken it: {what}", by=_first(incident.acknowledged_by, book), what=what)
    elif incident.state is IncidentState.RESOLVED:
        what = book.say("All clear: {what}", what=what)
    return book.say("DRILL: {what}", what=what) if incident.drill else what


def _test_title(incident: Incident, book: Phrasebook) -> str:
    if incident.open:
        return book.say("TEST: {what}", what=headline(incident, book))
    if incident.acknowledged_by is None:
        return book.say("TEST: nobody has answered")
    return book.say("TEST: {by} has answered", by=_first(incident.acknowledged_by, book))


def doubt(incident: Incident, book: Phrasebook = ENGLISH) -> tuple[str, str]:
    """Ask, as a title and a text, whoever calls an alarm false whether it is."""
    what = headline(incident, book) + _in_brackets(where(incident, book), book)
    text = book.say(_DOUBT)
    return book.say("Really a false alarm? {what}", what=what), text


def _in_brackets(place: str, book: Phrasebook) -> str:
    return book.say(" ({place})", place=place) if place else ""


def _first(who: str | None, book: Phrasebook) -> str:
    """A human's name, or "the button" that somebody pressed, as a sentence begins."""
    name = book.word(str(who))
    return name[:1].upper() + name[1:]


def body(incident: Incident, now: float, book: Phrasebook = ENGLISH) -> str:
    """Write the rest of the message, a line for each thing that its reader asks."""
    if course_of(incident) is Course.TEST:
        return "\n".join((book.say(_TEST), book.say(_ANSWER_TEST if incident.open else _DONE)))
    lines = [
        book.say("Who: {who}", who=_who(incident, book)),
        book.say("Where: {place}", place=where(incident, book) or book.say("at home")),
    ]
    if incident.drill:
        lines.insert(0, book.say(_EXERCISE))
    if incident.reasons:
        reasons = book.say(" ").join(_sentence(book.retell(reason), book) for reason in incident.reasons)
        lines.append(book.say("What was seen: {reasons}", reasons=reasons))
    lines.append(book.say("Since: {ago}", ago=ago(now - incident.opened, book)))
    lines.extend(_state_lines(incident, now, book))
    return "\n".join(lines)


def _sentence(text: str, book: Phrasebook) -> str:
    return text if text.endswith(_STOPS) else book.say("{text}.", text=text)


def _state_lines(incident: Incident, now: float, book: Phrasebook) -> list[str]:
    if incident.state is IncidentState.RESOLVED:
        outcome = book.word(str(incident.outcome))
        return [book.say("How it ended: {outcome}{by}", outcome=outcome, by=_by(incident, book)), book.say(_DONE)]
    if incident.state is IncidentState.ACKNOWLEDGED:
        taken = ago(now - incident.changed, book)
        line = book.say("Acknowledged: {ago}{by}", ago=taken, by=_by(incident, book))
        return [line, book.say(_TRY if incident.drill else _TAKEN)]
    if incident.drill:
        return [book.say(_TRY)]
    names = _listed(incident.told, book)
    told = [book.say("Told so far: {names}; nobody has acknowledged yet", names=names)] if names else []
    return [*told, book.say(_LOOK if incident.kind == "ViewLost" else _CALL)]


def as_told(notice: Notify, moment: Moment, book: Phrasebook = ENGLISH) -> Notify:
    """Give the notice as it is to be told at `moment`: one that could not be told for long says when it was written."""
    late = moment.monotonic - notice.asked
    if late < LATE_SECONDS:
        return notice
    when = _written(notice, moment, book)
    if notice.held_until is not None:
        line = book.say("Held back until now by the quiet hours: it was written at {time}.", time=when)
        return replace(notice, body=f"{line}\n{notice.body}")
    line = book.say("This message comes late: it was written at {time}, and could not be sent before.", time=when)
    return replace(notice, title=book.say("Late: {title}", title=notice.title), body=f"{line}\n{notice.body}")


def together(notices: Sequence[Notify], book: Phrasebook = ENGLISH) -> Notify:
    """Make one notice of those that were held back, the oldest first; of a single one itself."""
    if len(notices) == 1:
        return notices[0]
    title = book.say("{number} messages from the quiet hours", number=str(len(notices)))
    return replace(notices[-1], title=title, body="\n\n".join(f"{each.title}\n{each.body}" for each in notices))


def _written(notice: Notify, moment: Moment, book: Phrasebook) -> str:
    """Say when a notice was written: the time of day, the day if it is another one, and how long ago."""
    written = moment.wall_at(notice.asked)
    when = f"{written:%H:%M}"
    if written.date() != moment.wall.date():
        date = book.say("{day} {month}", day=str(written.day), month=book.word(f"{written:%B}"))
        when = book.say("{time} on {date}", time=when, date=date)
    return book.say("{time}, {ago}", time=when, ago=ago(moment.monotonic - notice.asked, book))


def _by(incident: Incident, book: Phrasebook) -> str:
    if not incident.acknowledged_by:
        return ""
    by, way = book.word(incident.acknowledged_by), book.word(str(incident.acknowledged_via))
    return book.say(", by {by} ({way})", by=by, way=way)


def panel_text(incident: Incident, book: Phrasebook = ENGLISH) -> str:
    """Say what the box and the page show in large type for an open incident."""
    room = _in_brackets(where(incident, book), book)
    if incident.kind == "ViewLost":
        return book.say("Guardian cannot see{room}: a fall there would not be noticed.", room=room)
    if course_of(incident) is Course.TEST:
        return book.say("This is the weekly test. Nothing has happened. Press the button, please.")
    if incident.drill and incident.state is IncidentState.RAISED:
        if not incident.told:
            return book.say("Drill. This is how it sounds; nobody is being called. Press the button.")
        names = _listed(incident.told, book)
        return book.say(
            "Drill. This is how it sounds; told that it is a drill: {names}. Press the button.", names=names
        )
    what, by = headline(incident, book), _first(incident.acknowledged_by, book)
    said = _PANEL.get(incident.state, _CLEAR)
    if incident.kind == "HelpGestured" and incident.state is IncidentState.PENDING:
        said = _ARM_SEEN
    text = book.say(said, what=what, room=room, by=by)
    return book.say("Drill. {text}", text=text) if incident.drill else text


def spoken_text(incident: Incident, book: Phrasebook = ENGLISH) -> str:
    """Say aloud how it stands with an open incident: for somebody on the floor, who may not see the box."""
    if course_of(incident) is Course.TEST:
        return book.say("This is the weekly test. Nothing has happened. Please press the button.")
    by, said = _first(incident.acknowledged_by, book), _SPOKEN.get(incident.state, "")
    if incident.state is IncidentState.ACKNOWLEDGED:
        said = _ON_THE_WAY.get(str(incident.acknowledged_via), said)
    if incident.kind == "HelpGestured" and incident.state is IncidentState.PENDING:
        said = _ARM_ANSWERED
    if incident.drill and incident.state is IncidentState.RAISED:
        said = _PRESS
    text = book.say(said, by=by)
    return book.say("This is a drill. {text}", text=text) if incident.drill else text


def spoken_end(incident: Incident, book: Phrasebook = ENGLISH) -> str:
    """Say aloud that an incident is over; nothing of a test, which frightened nobody."""
    if course_of(incident) is Course.TEST:
        return ""
    return book.say("The drill is over." if incident.drill else "The alarm is over.")


def fault_text(unseen: Collection[str], faults: Mapping[tuple[str, str], str], book: Phrasebook = ENGLISH) -> str:
    """Say why the box cannot do its work while no incident is open: the rooms, the (part, room) and the reason."""
    blind = [book.say("Guardian cannot see {rooms}.", rooms=_listed(unseen, book))] if unseen else []
    broken = [_fault(part, _in_brackets(room, book), reason, book) for (part, room), reason in faults.items()]
    return book.say(" ").join((*blind, *broken))


def _fault(part: str, room: str, reason: str, book: Phrasebook) -> str:
    name = book.phrase(part)
    if not reason:
        return book.say("Does not work: {part}{room}.", part=name, room=room)
    why = _sentence(book.retell(reason), book)
    return book.say("Does not work: {part}{room}: {reason}", part=name, room=room, reason=why)


def elsewhere(box: str, text: str, book: Phrasebook = ENGLISH) -> str:
    """Say of another box of the household what it shows."""
    return book.say("{box}: {text}", box=box, text=text)


def here(text: str, book: Phrasebook = ENGLISH) -> str:
    """Say of this box what it shows, beside what is said of others."""
    return book.say("Here: {text}", text=text)


def unanswered(box: str, book: Phrasebook = ENGLISH) -> str:
    """Tell a human who has done something about an incident elsewhere that the other box does not know of it."""
    return book.say(
        "The box {box} has not answered: it does not know what you pressed, and goes on. Go there, or call.", box=box
    )


def drill_text(room: str | None, book: Phrasebook = ENGLISH) -> str:
    """Tell of the room in which a fall is an exercise, as `snooze_text` does; None where it is none anywhere."""
    if room is None:
        return ""
    text = book.say("Drill: a fall in the {room} is taken for an exercise; that ends by itself.", room=room)
    return book.say(" ") + text


def pause_text(rooms: Collection[str], book: Phrasebook = ENGLISH) -> str:
    """Tell of rooms whose cameras are paused, as `snooze_text` does; empty where none is."""
    if not rooms:
        return ""
    text = book.say("The camera is paused: {rooms}. That ends by itself.", rooms=_listed(rooms, book))
    return book.say(" ") + text


def paused(rooms: Collection[str], by: str, until: datetime, book: Phrasebook = ENGLISH) -> tuple[str, str]:
    """Write the title and body by which the contacts are told that cameras are paused."""
    title = book.say("Cameras are paused: {rooms}", rooms=_listed(rooms, book))
    lines = (
        book.say("Paused by: {by}", by=book.word(by)),
        book.say("Until: {time}", time=f"{until:%H:%M}"),
        book.say("A fall there is not seen until then. The button and other senses still call."),
    )
    return title, "\n".join(lines)


def snooze_text(rooms: Collection[str], book: Phrasebook = ENGLISH) -> str:
    """Tell of snoozed rooms ("" is every room), in a sentence with a space before it; empty where none is."""
    if not rooms:
        return ""
    if "" in rooms:
        return book.say(" ") + book.say("New alarms are held for a while; that ends by itself.")
    names = _listed(rooms, book)
    return book.say(" ") + book.say("New alarms of {rooms} are held for a while; that ends by itself.", rooms=names)
