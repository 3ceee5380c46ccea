"""The fall drill: for a stated time the falls of one room are an exercise; it ends by itself and swallows nothing.

Only what a drill shows is taken for one: a fall that is suspected or confirmed, and somebody found lying. Who waves or
calls for help, or lies for too long, is in need, drill or no drill. What was taken for an exercise is held, too: where
nobody answers it and nobody gets up, it is an emergency once the drill is over.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from guardian.events import Event, FallDrillAsked, PersonEvent, PersonRecovered
from guardian.incident import Incident, IncidentState
from guardian.snooze import Held
from guardian.transitions import Course, Trigger, course_of

MAX_SECONDS = 600.0
SHOWN: Mapping[str, Trigger] = {
    "FallSuspected": Trigger.DRILL_SUSPICION,
    "FallConfirmed": Trigger.DRILL_DANGER,
    "PersonDown": Trigger.DRILL_DANGER,
}
"""What is taken for an exercise, by the event's name."""
EXERCISES = frozenset(SHOWN.values())
ANSWERED = frozenset({IncidentState.ACKNOWLEDGED, IncidentState.RESOLVED})


def is_exercise(trigger: Trigger) -> bool:
    """Whether it is the trigger of something that is shown, and did not happen."""
    return trigger in EXERCISES


def exercises(incidents: Iterable[Incident], room: str) -> list[Incident]:
    """The open exercise of a room: all that is shown there belongs to it."""
    return [each for each in incidents if each.drill and each.room == room and each.kind in SHOWN]


@dataclass(frozen=True, slots=True)
class FallDrill:
    """A drill in `room` until the monotonic second `until`; `contacts` are told of it, or not."""

    room: str
    until: float
    contacts: bool


class Drills:
    """The one fall drill that may be on. It is in memory alone: after a restart there is none."""

    def __init__(self) -> None:
        self.on: FallDrill | None = None
        self._held = Held()

    @property
    def deadlines(self) -> tuple[float, ...]:
        """When something happens by itself, monotonic seconds."""
        return () if self.on is None else (self.on.until,)

    def note(self, event: Event, now: float) -> None:
        """Begin or end a drill, and learn who has got up."""
        match event:
            case FallDrillAsked() if self._may(event):
                seconds = max(0.0, min(event.seconds, MAX_SECONDS))  # in this order 0 for what is no number, too
                self.on = FallDrill(event.room, now + seconds, event.contacts)
            case PersonRecovered():  # who is lost from sight may lie behind something, and is no less in need
                self._held.forget(event)

    def _may(self, event: FallDrillAsked) -> bool:
        """One drill at a time, which nobody can prolong; no seconds end whichever is on."""
        return self.on is None or event.seconds <= 0

    def trigger(self, event: Event, usual: Trigger | None, incidents: Iterable[Incident], now: float) -> Trigger | None:
        """Return what the event means now: the `usual`, or an exercise.

        Where an emergency is open in the room, all that happens there belongs to that one.
        """
        shown = SHOWN.get(type(event).__name__)
        if self.on is None or self.on.until <= now or shown is None or event.room != self.on.room:
            return usual
        if any(each.room in ("", event.room) and course_of(each) is Course.EMERGENCY for each in incidents):
            return usual
        if isinstance(event, PersonEvent) and shown is Trigger.DRILL_DANGER:
            self._held.hold(event)
        return shown

    def may_tell(self, incident: Incident) -> bool:
        """Whether the contacts may be told of an incident: always, but of a drill only where somebody asked for it."""
        asked = self.on is not None and self.on.contacts and self.on.room == incident.room and incident.kind in SHOWN
        return asked or not incident.drill or bool(incident.told)

    def follow(self, incident: Incident) -> None:
        """Learn how an incident goes on: an exercise that a human has answered is over, and so is the drill."""
        if self.on is None or not incident.drill or incident.room != self.on.room or incident.kind not in SHOWN:
            return
        if incident.state in ANSWERED and incident.acknowledged_by is not None:
            self._held.release()
        if incident.state is IncidentState.RESOLVED and incident.kind != "FallSuspected":
            self.on = replace(self.on, until=min(self.on.until, incident.changed))

    def end(self, now: float) -> tuple[PersonEvent, ...]:
        """End the drill if it is over, and give back who came down in it, and neither got up nor was seen to."""
        if self.on is None or self.on.until > now:
            return ()
        self.on = None
        return self._held.release()
