"""The home as one, though it has several boxes: what each box's panel shows, whose incident a human means, and the
errands to its owner. Each incident has one owner, which alone calls its contacts; the others show it, and pass on what
is done about it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from guardian import messages
from guardian.commands import Lamp, Publish, ShowPanel, Sound
from guardian.errands import REQUESTS, Errand, Errands
from guardian.errors import PayloadError
from guardian.events import Acknowledged, Event, HumanEvent, NeighbourLost
from guardian.hearsay import Answer, read
from guardian.human_requests import ANOTHER_BOX, SOMEONE
from guardian.incident import Incident, IncidentState
from guardian.moment import Moment
from guardian.neighbours import Neighbours, Seen
from guardian.phrasebook import ENGLISH, Phrasebook
from guardian.readings import Heard
from guardian.settings import Settings
from guardian.topics import Topics
from guardian.transitions import BADNESS, PANEL, TRIGGERS, row_of, severity_of, steps_of

LOUDNESS = (Sound.SILENT, Sound.PIPS, Sound.SIREN)
WATCHING = Lamp.STEADY
MISSING = NeighbourLost.__name__


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One open incident of another box."""

    box: Seen
    incident: Incident


class WholeHome:
    """This box among the others. `new_id` names this process and each errand; `now` is the monotonic second from which
    on the others should be heard.
    """

    def __init__(
        self, settings: Settings, own: Topics, new_id: Callable[[], str], now: float, book: Phrasebook = ENGLISH
    ) -> None:
        self._own, self._book = own, book
        self.neighbours = Neighbours(settings.neighbours, own, new_id() if settings.neighbours else "", now)
        self._errands = Errands(own, new_id)
        self._followed: frozenset[str] = frozenset()

    @property
    def all(self) -> tuple[Seen, ...]:
        """How each of the other boxes stands."""
        return self.neighbours.all

    @property
    def vain(self) -> tuple[Errand, ...]:
        """What was asked here of an incident elsewhere, and never answered."""
        return self._errands.vain

    def hear(self, heard: Heard, moment: Moment) -> tuple[Event, ...]:
        """Take a message; nothing comes of one that is no neighbour's. Raises PayloadError where it is wrong."""
        found = self.neighbours.box_of(heard.topic)
        if found is not None and found[1] == ["answer"]:
            if not heard.retained:
                self._errands.answered(found[0], read(Answer, heard.payload))
            return ()
        events = self.neighbours.hear(heard, moment)
        self._errands.compare({each.incident.id: each.incident.state for each in self._elsewhere()})
        return events

    def tick(self, own: Sequence[Incident], now: float) -> tuple[tuple[Event, ...], tuple[Publish, ...]]:
        """Let time pass, given this box's open incidents; return what happened, and what is to be said of errands that
        are in vain from now on.
        """
        refused = []
        for errand in self._errands.tick(now):
            topic = self._own.topic("command", REQUESTS[type(errand.event)])
            message = f"{errand.box} has not answered; {errand.incident} is open there as it was"
            refused.append(self._own.refused(topic, PayloadError(message)))
        return (*self.neighbours.tick(now), *self._follow(own, now)), tuple(refused)

    def _follow(self, own: Sequence[Incident], now: float) -> Iterator[Event]:
        """Where several boxes miss the same one, each has an emergency of that: who takes one takes them all."""
        taken = [each.incident for each in self._elsewhere() if each.box.lives and each.incident.kind == MISSING]
        taken = [incident for incident in taken if incident.state is IncidentState.ACKNOWLEDGED]
        fresh = {incident.room: incident for incident in taken if incident.id not in self._followed}
        self._followed = frozenset(incident.id for incident in taken)
        for mine in own:
            if mine.kind == MISSING and mine.state is IncidentState.RAISED and mine.room in fresh:
                by = fresh[mine.room].acknowledged_by or SOMEONE
                yield Acknowledged(time=now, by=by, via=ANOTHER_BOX, incident=mine.id)

    def state(self, own: Sequence[Incident]) -> IncidentState | None:
        """The state of the worst of all that is shown here, given this box's open incidents; None where all is well."""
        shown = (*own, *(each.incident for each in self._shown()))
        return min(shown, key=rank).state if shown else None

    def pass_on(self, event: Event, own: Sequence[Incident], now: float) -> Publish | None:
        """Give the request to another box where a human means an incident of it; None where it is this box's matter."""
        if not isinstance(event, HumanEvent) or type(event) not in REQUESTS or event.via == ANOTHER_BOX or event.room:
            return None
        meant = self._meant(event, own)
        return None if meant is None else self._errands.send(meant.box.neighbour.id, meant.incident, event, now)

    def _meant(self, event: HumanEvent, own: Sequence[Incident]) -> Elsewhere | None:
        """Find the incident elsewhere that a human means: by its id, else the worst that is shown, unless one of this
        box is as bad.
        """
        if event.incident is not None:
            named = (each for each in self._elsewhere() if each.incident.id == event.incident)
            return None if event.incident in {each.id for each in own} else next(named, None)
        trigger = TRIGGERS[type(event).__name__]
        here = [rank(each) for each in own if trigger in steps_of(each)]
        there = [each for each in self._shown() if trigger in steps_of(each.incident)]
        worst = min(there, key=lambda each: rank(each.incident), default=None)
        return None if worst is None or (here and min(here) <= rank(worst.incident)) else worst

    def _elsewhere(self) -> Iterable[Elsewhere]:
        return (Elsewhere(box, incident) for box in self.all for incident in box.incidents)

    def _shown(self) -> tuple[Elsewhere, ...]:
        """What this box's panel shows of others, worst first: what is open in those that live."""
        known = (each for each in self._elsewhere() if each.box.lives)
        shown = (each for each in known if each.box.neighbour.lamp or each.box.neighbour.buzzer)
        return tuple(sorted(shown, key=lambda each: rank(each.incident)))

    def panel(self, own: ShowPanel, incidents: Sequence[Incident]) -> ShowPanel:
        """Show the worst of the whole home, given what this box alone would show; never quieter than that."""
        shown = self._shown()
        lamp, sound, first = own.lamp, own.sound, False
        here = min(map(rank, incidents), default=None)
        for each in reversed(shown):  # the worst has the last word
            there = PANEL[row_of(each.incident)]
            worse = here is None or rank(each.incident) < here
            lamp = there[0] if each.box.neighbour.lamp and worse else lamp
            sound = max(sound, there[1], key=LOUDNESS.index) if each.box.neighbour.buzzer else sound
            first = worse
        if not shown and lamp is WATCHING and any(map(_amiss, self.all)):
            lamp, first = Lamp.DOUBLE_BLINK, True
        others = [text for box in self.all if (text := self._said(box))]
        mine = [own.text] if not others else [messages.here(own.text, self._book)]
        return ShowPanel(lamp, sound, self._book.say(" ").join((*others, *mine) if first else (*mine, *others)))

    def _said(self, box: Seen) -> str:
        """Say what is the matter at another box; nothing where nothing is, or where it shows on no lamp here."""
        if not box.lives or not (box.neighbour.lamp or box.neighbour.buzzer):
            return ""
        if box.incidents:
            worst = box.incidents[0]
            text = messages.panel_text(worst, self._book)
            if any(errand.incident == each.id for errand in self.vain for each in box.incidents):
                text += self._book.say(" ") + messages.unanswered(box.neighbour.name, self._book)
            return messages.elsewhere(box.neighbour.name, text, self._book)
        if not _amiss(box):
            return ""
        blind = [room.name for room in box.rooms if room.coverage == "blind"]
        faults = {(each.part, each.room): each.reason for each in box.faults if each.room not in blind}
        text = messages.fault_text(blind, faults, self._book)
        return messages.elsewhere(box.neighbour.name, text, self._book)


def rank(incident: Incident) -> tuple[int, int]:
    """Return how bad an incident is, the worst first, whichever box it is of."""
    return BADNESS[row_of(incident)], -severity_of(incident.kind)


def _amiss(box: Seen) -> bool:
    """Tell whether a box that lives cannot do all of its work, and this one is to show it."""
    broken = bool(box.faults) or any(room.coverage == "blind" for room in box.rooms)
    return box.lives and box.neighbour.lamp and broken
