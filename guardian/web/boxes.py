"""What the page tells of the household's other boxes: their rooms, what is open there, and whether they live."""

from collections.abc import Sequence
from dataclasses import dataclass

from guardian import messages
from guardian.incident import Incident
from guardian.neighbours import RoomThere, Seen
from guardian.phrasebook import ENGLISH, Phrasebook
from guardian.web.household import Coverage, RoomShown, Snapshot
from guardian.whole_home import rank


@dataclass(frozen=True, slots=True)
class Somewhere:
    """An open incident, and the name of the other box that owns it; empty where that is this one."""

    incident: Incident
    box: str = ""

    def where(self, book: Phrasebook = ENGLISH) -> str:
        """Box, room and place, as far as known."""
        return book.say(", ").join(part for part in (self.box, messages.where(self.incident, book)) if part)


def everywhere(snapshot: Snapshot) -> tuple[Somewhere, ...]:
    """The open incidents of the whole home, worst first; of a box that does not live there are none."""
    there = [
        Somewhere(incident, box.neighbour.name) for box in snapshot.boxes if box.lives for incident in box.incidents
    ]
    return tuple(sorted((*map(Somewhere, snapshot.incidents), *there), key=lambda each: rank(each.incident)))


def rooms(snapshot: Snapshot) -> tuple[RoomShown, ...]:
    """The rooms of the whole home, as far as it is known how well they are watched."""
    there = [
        RoomShown(f"{room.name} ({box.neighbour.name})", Coverage(room.coverage), room.reason)
        for box in snapshot.boxes
        if box.lives
        for room in box.rooms
        if room.coverage
    ]
    return (*snapshot.rooms, *there)


def broken(snapshot: Snapshot, book: Phrasebook = ENGLISH) -> tuple[tuple[str, str], ...]:
    """What does not work in the whole home: the part, with its box where that is another one, and the reason."""
    here = [(book.phrase(fault.part), fault.reasons[0] if fault.reasons else "") for fault in snapshot.faults]
    there = [
        (f"{book.phrase(each.part)} ({box.neighbour.name})", each.reason)
        for box in snapshot.boxes
        if box.lives
        for each in box.faults
    ]
    return (*here, *there)


def problem(each: Somewhere, snapshot: Snapshot, book: Phrasebook = ENGLISH) -> str:
    """What a human must know who has done something about an incident elsewhere; empty where all is well."""
    return messages.unanswered(each.box, book) if each.box and each.incident.id in snapshot.unanswered else ""


def says(room: RoomThere, book: Phrasebook = ENGLISH) -> str:
    """Say who is in a room of another box."""
    if room.occupied is None:
        return book.say("Whether somebody is there is not known")
    if not room.occupied:
        return book.say("Nobody in sight")
    if room.count <= 1:
        return book.say("Somebody is there")
    return book.say("{number} people are there", number=str(room.count))


def stands(box: Seen, book: Phrasebook = ENGLISH) -> str:
    """Say whether another box answers."""
    if box.lives:
        return book.say("Answers")
    return book.say("Not heard yet") if box.heard is None else book.say("Does not answer")


def last_said(box: Seen) -> Sequence[Incident]:
    """What was open at a box that does not live, when it was last heard."""
    return () if box.lives else box.incidents
