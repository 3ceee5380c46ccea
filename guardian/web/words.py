"""What the page says in large type, and how it feels about it: plain words for somebody who has had a fright, in the
language of `book`.

The worst thing comes first; "All is well" is said only where every room is watched, nothing is broken and nothing held.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from math import ceil

from guardian import messages
from guardian.commands import Lamp, Sound
from guardian.deliveries import DeliveryState
from guardian.devices import Kind, SenseState
from guardian.drawn import Drawing
from guardian.drills import FallDrill
from guardian.events import (
    EnrolmentAsked,
    ErasureAsked,
    FallDrillAsked,
    FaultOccurred,
    HumanEvent,
    PauseAsked,
    PlaceDrawn,
    Resolved,
    Snoozed,
)
from guardian.incident import Incident, IncidentState
from guardian.phrasebook import ENGLISH, Phrasebook
from guardian.senses import Sensed
from guardian.transitions import Course, Trigger, course_of, steps_of
from guardian.trials import Outcome, Trial
from guardian.web import boxes
from guardian.web.boxes import Somewhere
from guardian.web.household import Coverage, RoomShown, Snapshot
from guardian.web.tongues import retold

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
CLOSED = "Closed"

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
SUSPECTS = "Suspects a fall"
UNHEARD = "Not heard"

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


def sensed(each: Sensed, book: Phrasebook = ENGLISH) -> str:
    """Say how a sense stands."""
    on, off = SENSES[each.kind]
    said = {SenseState.ON: on, SenseState.OFF: off, SenseState.MAYBE: SUSPECTS}
    return book.say(said.get(each.state, UNHEARD))


def panel(lamp: Lamp, sound: Sound, book: Phrasebook = ENGLISH) -> str:
    """Say what the box shows and how it sounds."""
    return book.say("On the box: lamp {lamp}, {sound}", lamp=book.word(lamp.value), sound=book.word(sound.value))


def fault(each: FaultOccurred, book: Phrasebook = ENGLISH) -> str:
    """Say why a part does not work."""
    return retold(" ".join(each.reasons), book) or book.say("does not work")


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


def verdict(incident: Incident, book: Phrasebook = ENGLISH) -> str:
    """Say in a word or two how it stands with an incident, or how it ended."""
    if incident.state is not IncidentState.RESOLVED:
        return book.say(STATES[incident.state])
    ending = OUTCOMES.get(str(incident.outcome), (incident.outcome or CLOSED).capitalize())
    return book.say(ending)


def countdown(incident: Incident, now: float) -> int | None:
    """Whole seconds in which the person can still say that all is well; None unless the incident is pending."""
    if incident.state is not IncidentState.PENDING or incident.deadline is None:
        return None
    return max(0, ceil(incident.deadline - now))


def late(snapshot: Snapshot, now: float) -> bool:
    """Tell whether the core has stopped finishing its passes."""
    return now - snapshot.moment.monotonic > LATE_SECONDS


def reached(incident: Incident, snapshot: Snapshot, book: Phrasebook = ENGLISH) -> tuple[str, ...]:
    """Say of each contact who was called for the incident by which ways they were reached."""
    return tuple(_reached(name, incident, snapshot, book) for name in incident.told)


def _reached(contact: str, incident: Incident, snapshot: Snapshot, book: Phrasebook) -> str:
    known = [each for each in snapshot.deliveries if (each.contact, each.incident) == (contact, incident.id)]
    ways = {state: [each.way for each in known if each.state is state] for state in DeliveryState}
    if ways[DeliveryState.TOLD]:
        return book.say("{contact} was told by {ways}.", contact=contact, ways=_listed(ways[DeliveryState.TOLD], book))
    if ways[DeliveryState.TRYING]:
        names = _listed(ways[DeliveryState.TRYING], book)
        return book.say("{contact} could not be told yet by {ways}; it is tried again.", contact=contact, ways=names)
    if ways[DeliveryState.GIVEN_UP]:
        return book.say("{contact} could not be told.", contact=contact)
    return book.say("{contact} is being told.", contact=contact)


def headline(snapshot: Snapshot, now: float, book: Phrasebook = ENGLISH) -> Headline:
    """Say what matters most at `now`, monotonic seconds."""
    worst = next(iter(boxes.everywhere(snapshot)), None)
    if worst is not None:
        return _of_incident(worst, now, book)
    known, broken = boxes.rooms(snapshot), boxes.broken(snapshot, book)
    rooms = {coverage: [room for room in known if room.coverage is coverage] for coverage in Coverage}
    if rooms[Coverage.BLIND] or not snapshot.rooms:
        return _unwatched(rooms[Coverage.BLIND], book)
    if snapshot.drill is not None or snapshot.snoozes or snapshot.pauses:
        return _held_back(snapshot, book)
    if rooms[Coverage.DEGRADED]:
        weak = rooms[Coverage.DEGRADED]
        title = book.say("Watching, but not well: {rooms}", rooms=_listed(_names(weak), book))
        return Headline(Mood.UNSURE, book.say(ATTENTION), title, _reasons(weak, book))
    if broken:
        parts = _listed(sorted({part for part, _ in broken}), book)
        reasons = " ".join(retold(reason, book) for _, reason in broken if reason)
        title = book.say("Watching, but something is broken: {parts}", parts=parts)
        return Headline(Mood.UNSURE, book.say(ATTENTION), title, reasons)
    watching = book.say("Watching {rooms}.", rooms=_listed(_names(known), book))
    return Headline(Mood.CALM, book.say("Right now"), book.say("All is well"), watching)


def _unwatched(blind: Sequence[RoomShown], book: Phrasebook) -> Headline:
    names = _listed(_names(blind), book) or book.say("any room")
    title = book.say("Guardian cannot see: {rooms}", rooms=names)
    return Headline(Mood.UNSURE, book.say(ATTENTION), title, f"{book.say(UNNOTICED)} {_reasons(blind, book)}".strip())


def _held_back(snapshot: Snapshot, book: Phrasebook) -> Headline:
    if snapshot.drill is not None:
        return _drilling(snapshot, snapshot.drill, book)
    return _closed(snapshot, book) if snapshot.pauses else _paused(snapshot, book)


def _paused(snapshot: Snapshot, book: Phrasebook) -> Headline:
    until = max(snapshot.wall(snooze.until) for snooze in snapshot.snoozes)
    names = _listed([snooze.room for snooze in snapshot.snoozes], book)
    everywhere = any(not snooze.room for snooze in snapshot.snoozes)
    title = book.say("Alarms are paused") if everywhere else book.say("Alarms are paused: {rooms}", rooms=names)
    detail = book.say("New alarms are held. They come back by themselves at {time}.", time=f"{until:%H:%M}")
    return Headline(Mood.PAUSED, book.say("Paused"), title, detail)


def _closed(snapshot: Snapshot, book: Phrasebook) -> Headline:
    """Say which cameras are closed; where alarms are held as well, that, too."""
    rooms = _listed([pause.room for pause in snapshot.pauses], book)
    ends = {(snapshot.wall(pause.until).strftime("%H:%M"), pause.by) for pause in snapshot.pauses}
    each = [book.say("at {time} (paused by {by})", time=at, by=book.word(by)) for at, by in sorted(ends)]
    back = book.say("It sees again by itself {back}.", back=_listed(each, book))
    held = [book.say("New alarms are held as well.")] if snapshot.snoozes else []
    others = book.say("The button and other senses still call.")
    title = book.say("Cameras are paused: {rooms}", rooms=rooms)
    return Headline(Mood.PAUSED, book.say("Private"), title, " ".join((book.say(UNNOTICED), others, back, *held)))


def _drilling(snapshot: Snapshot, drill: FallDrill, book: Phrasebook) -> Headline:
    nobody = book.say("Nobody is called for it.")
    contacts = book.say("Those who are to be told hear that it is a drill.") if drill.contacts else nobody
    end = book.say("It ends by itself at {time}.", time=f"{snapshot.wall(drill.until):%H:%M}")
    title = book.say("A fall in the {room} is taken for an exercise", room=drill.room)
    return Headline(Mood.PAUSED, book.say("Drill"), title, f"{contacts} {end}")


def _of_incident(worst: Somewhere, now: float, book: Phrasebook) -> Headline:
    """Say how it stands with the worst open incident."""
    incident, where = worst.incident, worst.where(book)
    since = f"{where or book.say('At home')} · {messages.ago(now - incident.opened, book)}"
    what = messages.headline(incident, book)
    drill = book.say("Drill") if incident.drill else ""
    if course_of(incident) is Course.BLINDNESS:
        title = book.say("Guardian cannot see: {rooms}", rooms=where)
        return Headline(Mood.UNSURE, book.say(ATTENTION), title, book.say(UNNOTICED))
    if course_of(incident) is Course.TEST:
        asked = book.say("Please answer: nothing has happened")
        return Headline(Mood.PENDING, book.say("Weekly test"), asked, since)
    if incident.state is IncidentState.SUSPECTED:
        return Headline(Mood.PENDING, drill or book.say("Watching closely"), what, since)
    if incident.state is IncidentState.PENDING:
        left, asked = countdown(incident, now), book.say("Are you all right?")
        return Headline(Mood.PENDING, drill or book.say("Please answer"), asked, f"{what} · {since}", left)
    if incident.state is IncidentState.ACKNOWLEDGED:
        title = book.say("{by} has taken it", by=_first(incident.acknowledged_by or messages.SOMEBODY, book))
        return Headline(Mood.ACKNOWLEDGED, drill or book.say("Taken"), title, f"{what} · {since}")
    title = book.say("This is how it sounds") if incident.drill else book.say("ALARM: {what}", what=what)
    return Headline(Mood.RAISED, drill or book.say("Needs help now"), title, since)


def _first(who: str, book: Phrasebook) -> str:
    """A human's name, or "the button" that somebody pressed, as a sentence begins."""
    name = book.word(who)
    return name[:1].upper() + name[1:]


TRIALS: Mapping[Outcome, str] = {
    Outcome.NONE: "The weekly test is on {when}.",
    Outcome.WAITING: "The weekly test waits for an answer.",
    Outcome.ANSWERED: "The weekly test of {due} was answered by {by}.",
    Outcome.UNANSWERED: "The weekly test of {due} was not answered.",
    Outcome.SKIPPED: "The weekly test of {due} was left out: {reason}.",
}


def trial(last: Trial | None, book: Phrasebook = ENGLISH) -> str:
    """Say what came of the last weekly test; empty where there is none."""
    if last is None:
        return ""
    due, by, why = f"{last.due:%Y-%m-%d}", book.word(last.by), book.phrase(last.reason)
    return book.say(TRIALS[last.outcome], when=last.when, due=due, by=by, reason=why)


def _names(rooms: Sequence[RoomShown]) -> list[str]:
    return [room.name for room in rooms]


def _reasons(rooms: Sequence[RoomShown], book: Phrasebook) -> str:
    return " ".join(retold(room.reason, book) for room in rooms if room.reason)


def _listed(names: list[str], book: Phrasebook) -> str:
    """Write names as a person lists them: a, b and c."""
    if len(names) < 2:  # noqa: PLR2004 - one needs no "and"
        return "".join(names)
    return book.say("{names} and {last}", names=book.say(", ").join(names[:-1]), last=names[-1])
