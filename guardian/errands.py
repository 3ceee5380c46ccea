"""What a human asks here of an incident that another box owns: it is passed on there, and an answer is waited for."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from guardian.commands import Publish
from guardian.events import Acknowledged, Cancelled, HumanEvent, Resolved
from guardian.hearsay import Answer
from guardian.human_requests import MAX_PAYLOAD_BYTES
from guardian.incident import Incident, IncidentState
from guardian.topics import Topics, dumps

ANSWER_SECONDS = 5.0
"""A box that lives answers in some milliseconds; a human who is waiting should not be left waiting for longer."""
KEPT_SECONDS = 600.0
"""For so long it is told that an errand was in vain."""
MOST = 32

REQUESTS: dict[type[HumanEvent], str] = {Acknowledged: "acknowledge", Cancelled: "cancel", Resolved: "resolve"}
"""What can be asked of another box, and by which request."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What was asked of the box `box` at `asked`, monotonic seconds: that `event`, named `event.ref`, be done about an
    incident that was in that `state`. It is `vain` where no answer came in time.
    """

    box: str
    incident: str
    state: IncidentState
    event: HumanEvent
    asked: float
    vain: bool = False


class Errands:
    """Those on their way, and those that were in vain. `own` is this box's tree, `new_id` names each errand."""

    def __init__(self, own: Topics, new_id: Callable[[], str]) -> None:
        self._own, self._new_id = own, new_id
        self._errands: dict[str, Errand] = {}

    @property
    def vain(self) -> tuple[Errand, ...]:
        """Those that nobody answered, the oldest first."""
        return tuple(errand for errand in self._errands.values() if errand.vain)

    def send(self, box: str, incident: Incident, event: HumanEvent, now: float) -> Publish:
        """Begin an errand; return the request for the box. What was asked of the incident before is forgotten."""
        self._forget([ref for ref, each in self._errands.items() if (each.box, each.incident) == (box, incident.id)])
        if len(self._errands) >= MOST:
            del self._errands[next(iter(self._errands))]
        event = replace(event, ref=self._new_id(), incident=incident.id)
        self._errands[event.ref] = Errand(box, incident.id, incident.state, event, now)
        there = Topics(self._own.root, box)
        return Publish(there.topic("command", REQUESTS[type(event)]), _payload(event, self._own.household))

    def answered(self, box: str, answer: Answer) -> bool:
        """Take an answer of a box; False where it was not asked for that, or not that box."""
        errand = self._errands.get(answer.ref)
        if errand is None or (errand.box, errand.incident) != (box, answer.incident):
            return False
        del self._errands[answer.ref]
        return True

    def compare(self, states: Mapping[str, IncidentState]) -> None:
        """Forget what was asked of incidents that have changed since, given the states of all by their ids: whether the
        answer was lost, or somebody else was faster.
        """
        self._forget([ref for ref, each in self._errands.items() if states.get(each.incident) is not each.state])

    def _forget(self, refs: Iterable[str]) -> None:
        for ref in refs:
            del self._errands[ref]

    def tick(self, now: float) -> tuple[Errand, ...]:
        """Let time pass; return those that are in vain from now on."""
        due = {ref: each for ref, each in self._errands.items() if not each.vain and now - each.asked >= ANSWER_SECONDS}
        for ref, errand in due.items():
            self._errands[ref] = replace(errand, vain=True)
        self._forget([ref for ref, each in self._errands.items() if now - each.asked >= KEPT_SECONDS])
        return tuple(replace(errand, vain=True) for errand in due.values())


def _payload(event: HumanEvent, own: str) -> str:
    """Write a request; a note gives way where both would be more than the other box reads."""
    values = {"by": event.by, "incident": event.incident, "ref": event.ref, "box": own}
    if isinstance(event, Resolved):
        values |= {"outcome": event.outcome, "note": event.note}
        while values["note"] and len(dumps(values).encode()) > MAX_PAYLOAD_BYTES:
            values["note"] = str(values["note"])[:-1]
    return dumps(values)
