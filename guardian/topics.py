"""The MQTT topic tree: what each topic is called and what its payload says (docs/mqtt.md shows them all).

`Topics` names and words every message and remembers nothing. `Bulletin` is the stage: it remembers what it last said of
each state, and says only what is new. Pure: seconds are monotonic and passed in, and become wall time in payloads
through a Moment.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import TypeAlias

from guardian import __version__
from guardian.commands import Publish
from guardian.deliveries import Delivery, DeliveryState
from guardian.drills import FallDrill
from guardian.errors import PayloadError
from guardian.events import (
    ErasureAsked,
    Event,
    FaultCleared,
    FaultOccurred,
    HumanEvent,
    PersonAppeared,
    PersonEvent,
    PersonIdentified,
    PersonLeft,
)
from guardian.human_requests import understand
from guardian.incident import Incident, IncidentState
from guardian.messages import title
from guardian.moment import Moment
from guardian.pause import Pause
from guardian.phrasebook import ENGLISH, Phrasebook
from guardian.senses import Sensed
from guardian.settings import Settings
from guardian.sight import STARTING, UNKNOWN, RoomCoverage, Sight
from guardian.transitions import Course, badness_of, course_of
from guardian.trials import Trial

VERSION = 1
"""Of the tree and its payloads: what may change without another one is told in guardian.payloads."""
EVERY_ROOM_PARTS = frozenset({"sandbox"})
"""Parts whose fault, named without a room, degrades every room."""

MAX_TOPIC_QUOTED = 200
FLEETING = (PersonAppeared, PersonLeft, PersonIdentified)
"""Who comes and goes: hundreds a day, and of the past an hour later."""

Payload: TypeAlias = Mapping[str, object]


def iso(time: float, moment: Moment) -> str:
    """Turn monotonic seconds into ISO 8601 wall time with the household's offset at that time, to the millisecond."""
    return moment.wall_at(time).isoformat(timespec="milliseconds")


def dumps(payload: Payload) -> str:
    """Write JSON as it goes on the wire: names in their own script, no padding."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Topics:
    """The tree of one box, `<root>/<household>/...`: `root` is `mqtt.topic`, `household` is `household.id`.

    `rooms` are the rooms with a camera (empty: a request may name any), `unseen` those of which only other senses tell;
    `snooze_seconds` is what a snooze lasts where the request does not say, `book` has the words of the titles.
    """

    root: str
    household: str
    rooms: tuple[str, ...] = ()
    snooze_seconds: float = 1_800.0
    unseen: tuple[str, ...] = ()
    book: Phrasebook = ENGLISH

    def topic(self, *levels: str) -> str:
        """Join the levels below the box's own."""
        return "/".join((self.root, self.household, *levels))

    @property
    def everything(self) -> str:
        """The filter that matches every topic of the box."""
        return f"{self.topic()}/#"

    @property
    def requests(self) -> str:
        """The filter to subscribe to for what humans ask for."""
        return self.topic("command", "+")

    @property
    def incidents(self) -> str:
        """The filter that matches every incident's topic; the box alone writes there."""
        return self.topic("incident", "+")

    def availability(self, *, online: bool) -> Publish:
        """Say whether the box is there; "offline" is also the Last Will."""
        return Publish(self.topic("availability"), "online" if online else "offline", retain=True)

    def version(self) -> Publish:
        """Say which version of this tree is spoken, so that whoever reads it can tell."""
        return Publish(self.topic("schema"), dumps({"version": VERSION, "software": __version__}), retain=True)

    def incident(self, incident: Incident, moment: Moment) -> tuple[Publish, ...]:
        """Say all that is known of one incident: retained while it is open.

        At the end its last state goes out unretained, for those who listen now, and an empty retained payload removes
        it from the broker: whoever subscribes later finds open incidents only.
        """
        topic = self.topic("incident", incident.id)
        message = Publish(topic, dumps(_incident_payload(incident, moment, self.book)), retain=incident.open)
        return (message,) if incident.open else (message, Publish(topic, "", retain=True))

    def alarm(self, incidents: Iterable[Incident], moment: Moment) -> tuple[Publish, ...]:
        """Say the state of the worst open incident as a plain word, `idle` where there is none, that incident, and
        whether anybody needs help.
        """
        known = tuple(incident for incident in incidents if incident.open)
        worst = min(known, key=badness_of, default=None)
        payload = {} if worst is None else _incident_payload(worst, moment, self.book)
        return (
            Publish(self.topic("alarm"), "idle" if worst is None else worst.state.value, retain=True),
            Publish(self.topic("alarm", "incident"), dumps(payload), retain=True),
            Publish(self.topic("alarm", "emergency"), dumps(_emergency_payload(known)), retain=True),
        )

    def event(self, event: Event, moment: Moment) -> Publish:
        """Say what happened, once and unretained."""
        said = {each.name: getattr(event, each.name) for each in fields(event)}
        if isinstance(event, PersonEvent):
            said["person"] = event.person or UNKNOWN
        if isinstance(event, ErasureAsked):
            said["name"] = ""  # nobody may learn it from this, nor the broker keep it
        if not said.get("ref", UNKNOWN):
            del said["ref"]  # nobody waits for an answer
        payload = {"event": type(event).__name__, **said, "time": iso(event.time, moment)}
        return Publish(self.topic("event"), dumps(payload), fleeting=isinstance(event, FLEETING))

    def refused(self, topic: str, error: PayloadError) -> Publish:
        """Tell whoever asked for something why it was not done."""
        return Publish(self.topic("refused"), dumps({"topic": topic[:MAX_TOPIC_QUOTED], "reason": str(error)}))

    def heartbeat(self, boot: str, number: int, incidents: Iterable[Incident], moment: Moment) -> Publish:
        """Give the household's other boxes a sign of life, the `number`-th of the process that is called `boot`, with
        the states of the open incidents by their ids and the rooms that there are: what else is kept is of the past.
        """
        states, rooms = {incident.id: incident.state.value for incident in incidents}, list(self.rooms)
        said = {"boot": boot, "beat": number, "open": states, "rooms": rooms, "time": iso(moment.monotonic, moment)}
        return Publish(self.topic("heartbeat"), dumps(said), retain=True)

    def answer(self, event: HumanEvent, incidents: Iterable[Incident]) -> Publish:
        """Tell whoever asked with a `ref` what has become of the incident, given all that are open."""
        state = next((each.state.value for each in incidents if each.id == event.incident), "closed")
        return Publish(self.topic("answer"), dumps({"ref": event.ref, "incident": event.incident, "state": state}))

    def passed_on(self, box: str, request: str, values: Payload) -> Publish:
        """Ask another box of the household for what a human asks of it here."""
        return Publish(Topics(self.root, box).topic("command", request), dumps(values))

    def feedback(self, *, kept: bool, text: str) -> Publish:
        """Tell whoever spoke of a mistake what comes of it."""
        return Publish(self.topic("feedback"), dumps({"kept": kept, "text": text}))

    def parse(self, topic: str, payload: bytes, now: float) -> HumanEvent:
        """Read what a human asks for at `now` (monotonic seconds).

        Raises PayloadError, and nothing else, on anything wrong: it names the topic and what would be right.
        """
        request = topic.removeprefix(self.topic("command", ""))
        try:
            return understand(request, payload, now, self.rooms, self.snooze_seconds, unseen=self.unseen)
        except PayloadError as error:
            message = f"{topic[:MAX_TOPIC_QUOTED]}: {error}"
            raise PayloadError(message) from None


def topics_of(settings: Settings, book: Phrasebook = ENGLISH) -> Topics:
    """The topic tree of this box; `book` is for the titles that a human reads."""
    rooms = tuple(room.name for room in settings.rooms)
    snooze, unseen = settings.alarm.snooze_seconds, settings.rooms_without_camera
    return Topics(settings.mqtt.topic, settings.household.id, rooms, snooze, unseen, book)


def _incident_payload(incident: Incident, moment: Moment, book: Phrasebook) -> Payload:
    """Give every field of an incident that means something outside this process, times as wall time."""
    return {
        "id": incident.id,
        "title": title(incident, book),
        "room": incident.room,
        "kind": incident.kind,
        "state": incident.state.value,
        "since": iso(incident.opened, moment),
        "changed": iso(incident.changed, moment),
        "until": None if incident.deadline is None else iso(incident.deadline, moment),
        "person": incident.person or UNKNOWN,
        "place": incident.place,
        "reasons": incident.reasons,
        "drill": incident.drill,
        "step": incident.step,
        "told": incident.told,
        "acknowledged_by": incident.acknowledged_by,
        "acknowledged_via": incident.acknowledged_via,
        "outcome": incident.outcome,
        "closed_by": incident.closed_by,
        "closed_via": incident.closed_via,
        "note": incident.note,
    }


def _emergency_payload(incidents: Iterable[Incident]) -> Payload:
    """Say whether anybody needs help, taken or not, and where: no drill, no blind camera, nothing only suspected."""
    needing = [
        incident
        for incident in sorted(incidents, key=badness_of)
        if course_of(incident) is Course.EMERGENCY
        and incident.state in (IncidentState.RAISED, IncidentState.ACKNOWLEDGED)
    ]
    return {
        "state": "on" if needing else "off",
        "kinds": list(dict.fromkeys(incident.kind for incident in needing)),
        "rooms": list(dict.fromkeys(incident.room for incident in needing)),
    }


class Bulletin:
    """Turns what happened into messages. Of a state that is the same as before it says nothing."""

    def __init__(self, topics: Topics) -> None:
        self._topics = topics
        self._sights = {room: Sight() for room in topics.rooms}
        self._faults: dict[tuple[str, str], Payload] = {}
        self._said: dict[str, Payload] = {}

    def begin(self, incidents: Iterable[Incident], moment: Moment) -> tuple[Publish, ...]:
        """Say every state once, with the `incidents` restored: what never changes must still be known. That the box is
        there is said after them: until then what the broker kept may be of the last time that it was.
        """
        known = tuple(incidents)
        return (
            self._topics.version(),
            *(message for incident in known for message in self._topics.incident(incident, moment)),
            *self._topics.alarm(known, moment),
            *(message for room in self._sights for message in self._room(room, moment.monotonic, moment)),
            *self._fault(moment.monotonic, moment),
            *self.snoozed({}, moment),
            *self.drilled(None, moment),
            *self.tried(None, moment),
            self._topics.availability(online=True),
        )

    def coverage(self, room: str) -> RoomCoverage:
        """Give the room's coverage as it was last said."""
        return self._sights[room].coverage()

    def announce(self, incident: Incident, incidents: Iterable[Incident], moment: Moment) -> tuple[Publish, ...]:
        """Say that `incident` has changed, and the state of the alarm given all open `incidents`."""
        return (*self._topics.incident(incident, moment), *self._topics.alarm(incidents, moment))

    def seen(self, room: str, time: float, moment: Moment) -> tuple[Publish, ...]:
        """Say that the room gives frames. Call it with every frame, captured at `time`: only the first has news."""
        if self._sights[room].blind is not STARTING:
            return ()
        self._sights[room].blind = None
        return self._room(room, time, moment)

    def note(self, event: Event, moment: Moment) -> tuple[Publish, ...]:
        """Say what happened, and what that changes of its room and of the box."""
        part = getattr(event, "part", None)
        everywhere = part in EVERY_ROOM_PARTS and not event.room
        rooms = [room for room in self._sights if everywhere or room == event.room]
        for room in rooms:
            self._sights[room].turn(event, moment)
            self._sights[room].take(event)
        if isinstance(event, FaultOccurred):
            reason = " ".join(event.reasons)
            fault = {"part": event.part, "room": event.room, "reason": reason, "since": iso(event.time, moment)}
            self._faults.setdefault((event.part, event.room), fault)
        elif isinstance(event, FaultCleared):
            self._faults.pop((event.part, event.room), None)
        return (
            self._topics.event(event, moment),
            *(message for room in rooms for message in self._room(room, event.time, moment)),
            *self._fault(event.time, moment),
        )

    def snoozed(self, rooms: Mapping[str, float], moment: Moment) -> tuple[Publish, ...]:
        """Say which rooms are snoozed ("" is every room) and until which monotonic second; only a change has news."""
        held = [{"room": room, "until": iso(until, moment)} for room, until in sorted(rooms.items())]
        payload = {"state": "on" if held else "off", "rooms": held}
        return self._state(("snooze",), payload, moment.monotonic, moment, facts=dict(rooms))

    def paused(self, pauses: Iterable[Pause], moment: Moment) -> tuple[Publish, ...]:
        """Say which cameras are closed, since and until when, and who asked for it; only a change has news."""
        known = tuple(pauses)
        rooms = [
            {
                "room": each.room,
                "since": iso(each.since, moment),
                "until": iso(each.until, moment),
                "by": each.by,
                "via": each.via,
            }
            for each in known
        ]
        every = {each.room for each in known} >= self._sights.keys()
        payload = {"state": "on" if rooms else "off", "all": every, "rooms": rooms}
        return self._state(("pause",), payload, moment.monotonic, moment, facts={"known": known})

    def drilled(self, drill: FallDrill | None, moment: Moment) -> tuple[Publish, ...]:
        """Say in which room a fall is an exercise, until when, and whether the contacts are told; a change is news."""
        rooms = [] if drill is None else [{**asdict(drill), "until": iso(drill.until, moment)}]
        payload = {"state": "on" if rooms else "off", "rooms": rooms}
        return self._state(("drill",), payload, moment.monotonic, moment, facts={"drill": drill})

    def tried(self, trial: Trial | None, moment: Moment) -> tuple[Publish, ...]:
        """Say what came of the last weekly test, `off` where there is none; only a change has news."""
        state = "off" if trial is None else trial.outcome.value
        due = None if trial is None else trial.due.isoformat(timespec="milliseconds")
        by, reason = ("", "") if trial is None else (trial.by, trial.reason)
        payload = {"state": state, "due": due, "by": by, "reason": reason}
        return self._state(("weekly_test",), payload, moment.monotonic, moment)

    def delivered(self, deliveries: Iterable[Delivery], moment: Moment) -> tuple[Publish, ...]:
        """Say who was reached by which way; only a change has news."""
        known = tuple(deliveries)
        said = [{**asdict(each), "state": each.state.value, "since": iso(each.since, moment)} for each in known]
        untold = any(each.state is not DeliveryState.TOLD for each in known)
        payload = {"state": "fault" if untold else "ok", "contacts": said}
        return self._state(("contacts",), payload, moment.monotonic, moment, facts={"known": known})

    def sensed(self, senses: Iterable[Sensed], moment: Moment) -> tuple[Publish, ...]:
        """Say how each of the other senses stands; only a change has news."""
        said = (
            self._state(
                ("sense", each.name),
                {"kind": each.kind.value, "room": each.room, "state": each.state.value, "fault": each.fault},
                each.since,
                moment,
            )
            for each in senses
        )
        return tuple(message for messages in said for message in messages)

    def _room(self, room: str, time: float, moment: Moment) -> tuple[Publish, ...]:
        sight = self._sights[room]
        return (
            *self._state(("room", room, "coverage"), asdict(sight.coverage()), time, moment),
            *self._state(("room", room, "occupancy"), sight.occupancy(), time, moment),
        )

    def _fault(self, time: float, moment: Moment) -> tuple[Publish, ...]:
        faults = list(self._faults.values())
        return self._state(("fault",), {"state": "fault" if faults else "ok", "faults": faults}, time, moment)

    def _state(
        self, levels: tuple[str, ...], payload: Payload, time: float, moment: Moment, facts: Payload | None = None
    ) -> tuple[Publish, ...]:
        """Say a retained state and since when it holds, unless its facts (the payload itself) were said before."""
        topic = self._topics.topic(*levels)
        facts = payload if facts is None else facts
        if self._said.get(topic) == facts:
            return ()
        self._said[topic] = facts
        return (Publish(topic, dumps({**payload, "since": iso(time, moment)}), retain=True),)
