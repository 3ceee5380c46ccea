"""The fall drill as it is followed: which step of an alarm came, and how long after the one before.

What the box says of an incident goes in, its steps come out. Times are monotonic seconds of the machine.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from guardian.deliveries import Delivery, DeliveryState
from guardian.incident import Incident, IncidentState


class Outcome(str, Enum):
    """How it went with a step."""

    WELL = "well"
    NOT_YET = "not yet"
    NOT_TRIED = "not tried"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its `name`, how it went, `seconds` after what came before (None where it did not come), and a word."""

    name: str
    outcome: Outcome
    seconds: float | None = None
    text: str = ""


RINGING, PIPS = "siren", "pips"
BUTTON = "the button"


class Rehearsal:
    """Follows the exercise of a room from the first suspicion to the end. `contacts` are to be told, or nobody is;
    `deaf` says why nobody listens to the broker: "" where none is wanted, None where somebody does;
    `panel` tells whether the box has lamp and buzzer.
    """

    def __init__(
        self, room: str, contacts: tuple[str, ...] = (), *, deaf: str | None = None, panel: bool = True
    ) -> None:
        self._room, self._contacts, self._deaf, self._has_panel = room, contacts, deaf, panel
        self._changed: dict[IncidentState, float] = {}
        self._sounds: set[str] = set()
        self._heard: dict[IncidentState, float] = {}
        self._deliveries: tuple[Delivery, ...] = ()
        self._opened: float | None = None
        self._by = ""
        self.incident = ""
        self.ended = False

    @property
    def rang(self) -> bool:
        """Whether it came to the siren."""
        return IncidentState.RAISED in self._changed

    @property
    def raised(self) -> float | None:
        """Since when it has rung."""
        return self._changed.get(IncidentState.RAISED)

    def update(self, incidents: Iterable[Incident], sound: str, deliveries: Iterable[Delivery] = ()) -> tuple[str, ...]:
        """Take one look at what is open, how the panel sounds, and who was told; return the states that are new."""
        mine = [each for each in incidents if each.drill and each.room == self._room and each.kind != "DrillStarted"]
        known = [each for each in mine if self.incident in ("", each.id)]
        if not known:
            self._end()
            return ()
        incident = known[0]
        self.incident = incident.id
        self._opened = incident.opened if self._opened is None else self._opened
        self._by = incident.acknowledged_by or ""
        self._sounds |= {sound}
        self._deliveries = tuple(each for each in deliveries if each.incident == incident.id)
        if incident.state in self._changed:
            return ()
        self._changed[incident.state] = incident.changed
        return (incident.state.value,)

    def _end(self) -> None:
        """What was open is so no more: an exercise is over, and a suspicion that came to nothing is none."""
        if self.incident and IncidentState.PENDING in self._changed:
            self.ended = True
        elif self.incident:
            self.incident, self._opened = "", None
            self._changed.clear()

    def hear(self, incident: str, state: str, time: float) -> None:
        """A message of the incident arrived at a subscriber of the broker at `time`."""
        if incident == self.incident and state in list(IncidentState):
            self._heard.setdefault(IncidentState(state), time)

    def answered(self, by: str) -> None:
        """Somebody closed it while it was only asked: who, is told by what the box keeps of the past."""
        self._by = self._by or by

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step as far as it has come."""
        return (
            self._suspected(),
            self._confirmed(),
            self._panel("asks with pips", PIPS, IncidentState.PENDING),
            self._raised(),
            self._panel("siren", RINGING, IncidentState.RAISED),
            self._told_broker(),
            *self._told_contacts(),
            self._answered(),
            self._button(),
        )

    @property
    def passed(self) -> bool:
        """Whether nothing failed, and nothing is still to come."""
        return all(step.outcome in (Outcome.WELL, Outcome.NOT_TRIED) for step in self.steps)

    def _suspected(self) -> Step:
        if self._opened is None:
            return Step("fall seen", Outcome.FAILED, None, "no fall was seen")
        if IncidentState.SUSPECTED in self._changed:
            return Step("fall seen", Outcome.WELL, 0.0, "from here on times are counted")
        return Step("fall seen", Outcome.WELL, 0.0, "confirmed at once: somebody was found lying")

    def _confirmed(self) -> Step:
        return self._since("fall confirmed", IncidentState.PENDING, self._opened)

    def _raised(self) -> Step:
        pending = self._changed.get(IncidentState.PENDING)
        if pending is not None and not self.rang and (self.ended or self._by):
            return Step("alarm", Outcome.NOT_TRIED, None, "it was answered, or the person got up, before it rang")
        return self._since("alarm", IncidentState.RAISED, pending)

    def _since(self, name: str, state: IncidentState, before: float | None) -> Step:
        changed = self._changed.get(state)
        if changed is None or before is None:
            return Step(name, Outcome.NOT_YET if self._opened is not None and not self.ended else Outcome.FAILED)
        return Step(name, Outcome.WELL, max(0.0, changed - before))

    def _panel(self, name: str, sound: str, state: IncidentState) -> Step:
        """The core shows the box first, in the pass in which it decides."""
        if state not in self._changed or not self._has_panel:
            return Step(f"box {name}", Outcome.NOT_TRIED, None, "" if self._has_panel else "it has no panel")
        if sound not in self._sounds:
            return Step(f"box {name}", Outcome.FAILED, None, "the panel was told something graver, or nothing")
        return Step(f"box {name}", Outcome.WELL, 0.0, "told in the same moment; did you hear it?")

    def _told_broker(self) -> Step:
        if self._deaf is not None:
            return Step("broker", Outcome.FAILED if self._deaf else Outcome.NOT_TRIED, None, self._deaf or "none here")
        if self.raised is None:
            return Step("broker", Outcome.NOT_TRIED)
        heard = self._heard.get(IncidentState.RAISED)
        if heard is None:
            return Step("broker", Outcome.FAILED, None, "no message arrived at a subscriber")
        return Step("broker", Outcome.WELL, max(0.0, heard - self.raised), "arrived at a subscriber")

    def _told_contacts(self) -> tuple[Step, ...]:
        if not self._contacts:
            return (Step("phones", Outcome.NOT_TRIED, None, "nobody was to be told"),)
        if self.raised is None:
            return tuple(Step(f"phone of {name}", Outcome.NOT_TRIED) for name in self._contacts)
        return tuple(self._told_contact(name, self.raised) for name in self._contacts)

    def _told_contact(self, name: str, raised: float) -> Step:
        ways = [each for each in self._deliveries if each.contact == name]
        told = [each for each in ways if each.state is DeliveryState.TOLD]
        failed = ", ".join(each.way for each in ways if each.state is not DeliveryState.TOLD)
        if not told:
            text = f"not reached by {failed}" if failed else "not heard of"
            return Step(f"phone of {name}", Outcome.FAILED, None, text)
        by = f"taken by {', '.join(each.way for each in told)}{f'; not by {failed}' if failed else ''}"
        outcome = Outcome.FAILED if failed else Outcome.WELL
        return Step(f"phone of {name}", outcome, max(0.0, min(each.since for each in told) - raised), by)

    def _button(self) -> Step:
        if self._by == BUTTON:
            return Step("button", Outcome.WELL)
        return Step("button", Outcome.NOT_TRIED, None, "not pressed")

    def _answered(self) -> Step:
        if self._by:
            asked = self._changed.get(IncidentState.RAISED)
            taken = self._changed.get(IncidentState.ACKNOWLEDGED)
            seconds = None if asked is None or taken is None else max(0.0, taken - asked)
            return Step("answered", Outcome.WELL, seconds, f"by {self._by}")
        if IncidentState.PENDING not in self._changed:
            return Step("answered", Outcome.NOT_TRIED)
        return Step("answered", Outcome.FAILED if self.ended else Outcome.NOT_YET, None, "nobody has answered")
