"""The household's other boxes, as a table: what each last said, whether it lives, and what is open there.

A box lives while its heartbeat goes on. What the broker kept, and what is said twice, is no sign of life, and an
incident is only believed to be open while a heartbeat of its box names it: so nothing stale rings, and nothing rings
for ever. A box that is gone is a fault; if somebody needed help there and nobody had taken it, that is an emergency of
this box.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from guardian import hearsay
from guardian.commands import Publish
from guardian.errors import PayloadError
from guardian.events import Acknowledged, Event, FaultCleared, FaultOccurred, NeighbourLost
from guardian.hearsay import Beat, Broken, Faults, Occupied, Watched, Whole
from guardian.human_requests import ANOTHER_BOX
from guardian.incident import Incident, IncidentState
from guardian.moment import Moment
from guardian.neighbour import Neighbour
from guardian.readings import Heard, online
from guardian.topics import Topics
from guardian.transitions import Course, badness_of, course_of

BEAT_SECONDS = 10.0
"""How often a box gives a sign of life, and at once where an incident begins or ends."""
LOST_SECONDS = 35.0
"""Without a sign of life for so long, three were missed: the box is gone."""
GONE_SECONDS = 20.0
"""A box that says it is offline, or of which the broker says so, may be starting anew; after so long it is gone."""
MOST_INCIDENTS = hearsay.MOST_OPEN
PART = "box "
"""How the part begins that a fault names: with the name of the box after it."""
LOST_TRACK = -1

_UNTAKEN = (IncidentState.PENDING, IncidentState.RAISED)


@dataclass(frozen=True, slots=True)
class RoomThere:
    """A room of another box: `coverage` is armed, degraded or blind, empty where it was not heard yet; `occupied` None
    where that is not known.
    """

    name: str
    coverage: str = ""
    reason: str = ""
    occupied: bool | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """Another box now. It `lives`, or was last `heard` at that monotonic second (None: never). `incidents` are those
    open there, worst first; of a box that is gone, those that were when it was last heard.
    """

    neighbour: Neighbour
    lives: bool
    heard: float | None = None
    rooms: tuple[RoomThere, ...] = ()
    incidents: tuple[Incident, ...] = ()
    faults: tuple[Broken, ...] = ()


@dataclass(slots=True)
class _Peer:
    """What is known of one box. `since` is the second from which on it should be heard, `lived` its last sign of life,
    `gone` when it was said to be offline. `recalled` is what an earlier process heard, until this one has heard it;
    `owed` are the incidents that an emergency of this box stands for, `takers` by whom those were taken, by id.
    """

    neighbour: Neighbour
    since: float
    beat: Beat | None = None
    lived: float | None = None
    gone: float | None = None
    lost: bool = False
    known: dict[str, Whole] = field(default_factory=dict)
    watched: dict[str, Watched] = field(default_factory=dict)
    occupied: dict[str, Occupied] = field(default_factory=dict)
    faults: tuple[Broken, ...] = ()
    recalled: tuple[Whole, ...] = ()
    owed: frozenset[str] = frozenset()
    takers: dict[str, str] = field(default_factory=dict)

    @property
    def open(self) -> tuple[Whole, ...]:
        """What a heartbeat says is open there, worst first; before the first, what is recalled."""
        if self.beat is None or self.lived is None:
            return self.recalled
        named = ((self.known[each], state) for each, state in self.beat.open.items() if each in self.known)
        return tuple(sorted((whole.now(state) for whole, state in named), key=_badness))

    @property
    def untaken(self) -> tuple[Whole, ...]:
        """Of these, the emergencies that nobody has taken."""
        return tuple(each for each in self.open if is_untaken(each.incident))

    @property
    def seen(self) -> Seen:
        """How it stands."""
        names = () if self.beat is None else dict.fromkeys(self.beat.rooms)
        return Seen(
            neighbour=self.neighbour,
            lives=self.lived is not None and not self.lost,
            heard=self.lived,
            rooms=tuple(self._room(name) for name in names),
            incidents=tuple(each.incident for each in self.open),
            faults=self.faults,
        )

    def _room(self, name: str) -> RoomThere:
        watched, occupied = self.watched.get(name), self.occupied.get(name, Occupied(occupied=None))
        if watched is None:
            return RoomThere(name, "", "", occupied.occupied, occupied.count)
        return RoomThere(name, watched.state, " ".join(watched.reasons), occupied.occupied, occupied.count)

    def hear(self, levels: list[str], heard: Heard, moment: Moment) -> Iterator[Event]:
        """Take a message of its own; `levels` are those of its topic below the box's."""
        match levels:
            case ["heartbeat"]:
                yield from self._live(hearsay.read(Beat, heard.payload), heard)
            case ["availability"] if online(heard.payload) is False:
                self.gone = heard.time if self.gone is None else self.gone
            case ["availability"]:
                self.gone = None
            case ["incident", name]:
                self._incident(name, heard, moment)
            case ["room", name, "coverage"] if self._has_place(name, self.watched):
                self.watched[name] = hearsay.read(Watched, heard.payload)
            case ["room", name, "occupancy"] if self._has_place(name, self.occupied):
                self.occupied[name] = hearsay.read(Occupied, heard.payload)
            case ["fault"]:
                told = hearsay.read(Faults, heard.payload).faults
                self.faults = tuple(each for each in told if not each.part.startswith(PART))

    def _has_place(self, name: str, rooms: dict[str, Watched] | dict[str, Occupied]) -> bool:
        return name in rooms or len(rooms) < hearsay.MOST_ROOMS

    def _live(self, beat: Beat, heard: Heard) -> Iterator[Event]:
        """Take a heartbeat. The first one is only what later ones are compared with: it may be of any age."""
        before = self.beat
        if before is not None and (heard.retained or not beat.follows(before)):
            return
        self.beat = beat
        if before is None:
            return
        self.lived, self.gone, self.recalled = heard.time, None, ()
        for kept, named in ((self.known, beat.open), (self.watched, beat.rooms), (self.occupied, beat.rooms)):
            for forgotten in set(kept) - set(named):
                del kept[forgotten]
        if self.lost:
            self.lost = False
            yield FaultCleared(time=heard.time, room="", part=PART + self.neighbour.name)
        yield from self._settle(heard.time)

    def _settle(self, now: float) -> Iterator[Event]:
        """Where all that this box's emergency stands for was taken there, it was taken."""
        if self.owed and not self.owed & {each.incident.id for each in self.untaken}:
            unheard = self.owed & set(self.beat.open if self.beat else ()) - set(self.known)
            if unheard:
                return
            by = next((self.takers[each] for each in sorted(self.owed) if each in self.takers), self.neighbour.name)
            self.owed, self.takers = frozenset(), {}
            yield Acknowledged(time=now, by=by, via=ANOTHER_BOX, room=self.neighbour.name)

    def _incident(self, name: str, heard: Heard, moment: Moment) -> None:
        if not heard.payload:
            if not self.lost:
                self.known.pop(name, None)
            return
        told = hearsay.incident(heard.payload, moment)
        if told.incident.id != name:
            message = f"id: {told.incident.id} is told where {name} should be"
            raise PayloadError(message)
        by = told.incident.acknowledged_by or told.incident.closed_by
        if name in self.owed and by and not heard.retained:
            self.takers[name] = by
        if not told.incident.open:
            self.known.pop(name, None)
        elif name in self.known or self._make_place():
            self.known[name] = told

    def _make_place(self) -> bool:
        """Tell whether one more incident can be kept; one that no heartbeat names gives way."""
        if len(self.known) >= MOST_INCIDENTS:
            unnamed = set(self.known) - set(self.beat.open if self.beat is not None else ())
            for forgotten in sorted(unnamed)[:1]:
                del self.known[forgotten]
        return len(self.known) < MOST_INCIDENTS

    def tick(self, now: float) -> Iterator[Event]:
        """Let time pass: a box that is not heard is gone."""
        silent = now >= (self.since if self.lived is None else self.lived) + LOST_SECONDS
        if self.lost or not (silent or (self.gone is not None and now >= self.gone + GONE_SECONDS)):
            return
        self.lost = True
        name, untaken = self.neighbour.name, self.untaken
        reason = f"The box {name} does not answer."
        if self.lived is None and not untaken:
            reason = f"The box {name} has not been heard yet."
        yield FaultOccurred(time=now, room="", part=PART + name, reasons=(reason,))
        if untaken:
            self.owed, self.takers = frozenset(each.incident.id for each in untaken), {}
            yield _lost(name, untaken[0].incident, now)


def _lost(name: str, worst: Incident, now: float) -> NeighbourLost:
    reasons = (f"The box {name} does not answer, and when it last did nobody had taken this.", *worst.reasons)
    return NeighbourLost(
        time=now, room=name, track=LOST_TRACK, person=worst.person, place=worst.room or None, reasons=reasons
    )


def is_untaken(incident: Incident) -> bool:
    """Tell whether somebody needs help, or is asked whether they do, and no human has taken it."""
    return course_of(incident) is Course.EMERGENCY and incident.state in _UNTAKEN


def _badness(whole: Whole) -> tuple[int, int, float]:
    return badness_of(whole.incident)


class Neighbours:
    """All other boxes of the household. `own` is this box's tree, `boot` names this process to them; `now` is the
    monotonic second from which on they should be heard.
    """

    def __init__(self, neighbours: Iterable[Neighbour], own: Topics, boot: str, now: float) -> None:
        self._own, self._boot = own, boot
        self._peers = {each.id: _Peer(each, now) for each in neighbours}
        self._beats, self._due = 0, now
        self._named: tuple[tuple[str, str], ...] | None = None

    @property
    def all(self) -> tuple[Seen, ...]:
        """How each of them stands, in the order of the configuration."""
        return tuple(peer.seen for peer in self._peers.values())

    def box_of(self, topic: str) -> tuple[str, list[str]] | None:
        """The id of the box whose topic it is, and the levels below the box's own; None where it is no neighbour's."""
        rest = topic.removeprefix(f"{self._own.root}/")
        box, *levels = rest.split("/")
        return (box, levels) if rest != topic and box in self._peers else None

    def hear(self, heard: Heard, moment: Moment) -> tuple[Event, ...]:
        """Take a message; nothing comes of one that is no neighbour's. Raises PayloadError where it is wrong."""
        found = self.box_of(heard.topic)
        return () if found is None else tuple(self._peers[found[0]].hear(found[1], heard, moment))

    def tick(self, now: float) -> tuple[Event, ...]:
        """Let time pass."""
        return tuple(event for peer in self._peers.values() for event in peer.tick(now))

    def beat(self, incidents: Iterable[Incident], moment: Moment) -> tuple[Publish, ...]:
        """Give this box's own sign of life, given the open incidents, where one is due and somebody listens."""
        known = tuple(incidents)
        named = tuple((incident.id, incident.state.value) for incident in known)
        if not self._peers or (named == self._named and moment.monotonic < self._due):
            return ()
        self._named, self._due, self._beats = named, moment.monotonic + BEAT_SECONDS, self._beats + 1
        return (self._own.heartbeat(self._boot, self._beats, known, moment),)

    def remember(self) -> str:
        """What must outlive this process: the emergencies elsewhere that nobody has taken, and their boxes may be gone
        when it is back.
        """
        kept = {
            box: [each.payload.decode() for each in peer.untaken]
            for box, peer in self._peers.items()
            if peer.untaken and not peer.lost
        }
        return json.dumps(kept, ensure_ascii=False) if kept else ""

    def recall(self, body: str, moment: Moment) -> None:
        """Go on with what an earlier process remembered; what cannot be read is nothing."""
        try:
            kept = json.loads(body or "{}")
            for box in set(kept) & set(self._peers):
                recalled = (hearsay.incident(payload.encode(), moment) for payload in kept[box])
                self._peers[box].recalled = tuple(sorted(recalled, key=_badness))
        except (ValueError, TypeError, AttributeError, PayloadError):
            return


def filters(neighbours: Iterable[Neighbour], own: Topics) -> tuple[str, ...]:
    """What to subscribe to so as to hear all of them."""
    below = ("heartbeat", "availability", "incident/+", "room/+/coverage", "room/+/occupancy", "fault", "answer")
    return tuple(Topics(own.root, each.id).topic(*levels.split("/")) for each in neighbours for levels in below)
