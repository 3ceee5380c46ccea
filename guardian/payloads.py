"""What each payload over MQTT looks like, as models: the JSON Schemas in docs/schemas are made from them.

The box does not pass what it says through these models: a check that fails must not hold back an alarm. The tests pass
everything that it says through them instead. Within version 1 (topics.VERSION) keys, events and words of open lists may
be added; none is taken away, gets another type or becomes null where it was not. Keys are as docs/mqtt.md tells; a key
that is always there is required, and null where there is nothing to say.
"""

from collections.abc import Mapping
from dataclasses import fields
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal, TypeAlias, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, RootModel, TypeAdapter, create_model

from guardian import events
from guardian.deliveries import DeliveryState
from guardian.devices import Kind, SenseState
from guardian.entities import HAPPENINGS
from guardian.events import Event, PersonEvent
from guardian.human_requests import (
    DRAWN_KINDS,
    KINDS,
    MAX_DRILL_SECONDS,
    MAX_NOTE,
    MAX_PAUSE_SECONDS,
    MAX_SNOOZE_SECONDS,
    MAX_WORD,
    OUTCOMES,
    REQUESTS,
)
from guardian.incident import IncidentState
from guardian.outline import LEAST_CORNERS, MOST_CORNERS

Time = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d(:\d\d)?$",
        description="ISO 8601 with the household's offset, to the millisecond",
    ),
]
Count = Annotated[int, Field(ge=0)]
Amount = Annotated[float, Field(ge=0)]
OnOff = Literal["on", "off"]
OkFault = Literal["ok", "fault"]


class Said(BaseModel):
    """A JSON object that the box says: every key is always there, and there is no other."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Availability(RootModel[Literal["online", "offline"]]):
    """Whether the box is there."""


class Alarm(RootModel[Literal["idle", "suspected", "pending", "raised", "acknowledged"]]):
    """The state of the worst open incident; idle where none is open."""


class Incident(Said):
    """One emergency. `kind`, the `via` keys and `outcome` are open lists: more words may come."""

    id: str
    title: str = Field(description="what a human reads first, in the household's language")
    room: str = Field(description="empty for a call for help from no room in particular")
    kind: str = Field(description="the gravest event that was seen, by its name")
    state: IncidentState
    since: Time
    changed: Time = Field(description="when it came into its state")
    until: Time | None = Field(description="when the next thing happens by itself; null: nothing does")
    person: str = Field(description="a name, or unknown")
    place: str | None = Field(description="such as floor, bed, or the name of a drawn place")
    reasons: tuple[str, ...] = Field(description="what was seen, in English sentences")
    drill: bool
    step: Count = Field(description="the escalation steps since it was raised")
    told: tuple[str, ...] = Field(description="the contacts that were told")
    acknowledged_by: str | None
    acknowledged_via: str | None
    outcome: str | None = Field(description="how it ended: helped, false alarm, drill, recovered ...")
    closed_by: str | None
    closed_via: str | None
    note: str


class Nothing(Said):
    """An empty object: no incident is open."""


class WorstIncident(RootModel[Incident | Nothing]):
    """The worst open incident, or an empty object."""


class Emergency(Said):
    """Whether somebody needs help; the worst first."""

    state: OnOff
    kinds: tuple[str, ...]
    rooms: tuple[str, ...]


class Coverage(Said):
    """Whether a fall would be seen in a room: armed, degraded (it might not), blind (it would not) or paused (it would
    not, as somebody asked).
    """

    state: Literal["armed", "degraded", "blind", "paused"]
    reasons: tuple[str, ...]
    since: Time


class Occupancy(Said):
    """Who is in a room; `occupied` is null where that cannot be told."""

    occupied: bool | None
    count: Count
    persons: tuple[str, ...]
    since: Time


class Fault(Said):
    """A part that does not work; `room` is empty for the whole box, `part` an open list."""

    part: str
    room: str
    reason: str
    since: Time


class Faults(Said):
    """Every part that does not work."""

    state: OkFault
    faults: tuple[Fault, ...]
    since: Time


class SnoozedRoom(Said):
    """A room of which new alarms are held; empty: every room."""

    room: str
    until: Time


class Snooze(Said):
    """Of which rooms new alarms are held."""

    state: OnOff
    rooms: tuple[SnoozedRoom, ...]
    since: Time


class PausedRoom(Said):
    """A room whose camera is closed, and who asked for it by which way; `via` is an open list."""

    room: str
    since: Time
    until: Time
    by: str
    via: str


class Pause(Said):
    """Whose cameras are closed, and whether every one is."""

    state: OnOff
    all: bool
    rooms: tuple[PausedRoom, ...]
    since: Time


class DrillRoom(Said):
    """A room in which a fall is an exercise, and whether the contacts are told of it."""

    room: str
    until: Time
    contacts: bool


class Drill(Said):
    """Where a fall is an exercise now."""

    state: OnOff
    rooms: tuple[DrillRoom, ...]
    since: Time


class WeeklyTest(Said):
    """What came of the last weekly test: `by` whom it was answered, or the `reason` why it was left out."""

    state: Literal["off", "none", "waiting", "answered", "unanswered", "skipped"]
    due: Time | None
    by: str
    reason: str
    since: Time


class Sense(Said):
    """How a sense stands that is no camera; `fault` is empty where nothing is the matter with it."""

    kind: Kind
    room: str
    state: SenseState
    fault: str
    since: Time


class ToldContact(Said):
    """What became of the last thing that a contact was to be told by a way."""

    contact: str
    way: str
    incident: str
    step: Count
    state: DeliveryState
    since: Time


class Contacts(Said):
    """Who was told what, when, by which way; fault where somebody was not reached."""

    state: OkFault
    contacts: tuple[ToldContact, ...]
    since: Time


class Note(Said):
    """What Home Assistant was told last: where, and the platform of each component by its key."""

    prefix: str
    components: Mapping[str, str]


class Device(Said):
    """Home Assistant's device discovery, whose components are as Home Assistant's documentation of MQTT describes."""

    device: Mapping[str, Any]
    origin: Mapping[str, str]
    availability_topic: str
    qos: Literal[1]
    components: Mapping[str, Mapping[str, Any]]


class Version(Said):
    """Which version of this tree the box speaks, and which software it runs."""

    version: Literal[1]
    software: str


class RoomDiagnostics(Said):
    """How a room is seen: over the last minute the frames a second, and the milliseconds from a frame to its decision
    (the median, and what 19 of 20 stay below). Null where no frame came.
    """

    fps: Amount
    latency_ms: Amount | None
    latency_p95_ms: Amount | None
    model: str | None = Field(description="what finds the stick figures, with its runtime; null: not known yet")
    since: Time = Field(description="when it was measured")


class BoxDiagnostics(Said):
    """How the box itself is. Null where this machine does not tell."""

    software: str
    started: Time
    uptime: Amount = Field(description="seconds since it started")
    memory_mb: Amount | None = Field(description="of the box's processes together")
    memory_free_mb: Amount | None = Field(description="what the machine still has")
    disk_free_mb: Amount | None = Field(description="where the state is kept")
    temperature: float | None = Field(description="of the processor, in degrees Celsius")
    throttling: tuple[str, ...] | None = Field(description="what slows the processor down now; an open list of words")
    since: Time = Field(description="when it was measured")


class Heartbeat(Said):
    """A sign of life for the household's other boxes: of the process `boot`, whose `beat` grows."""

    boot: str
    beat: Count
    open: Mapping[str, IncidentState] = Field(description="the states of the open incidents, by their ids")
    rooms: tuple[str, ...]
    time: Time


class Answer(Said):
    """What has become of an incident, for whoever asked with a `ref`; closed where it is open no more."""

    ref: str
    incident: str | None
    state: IncidentState | Literal["closed"]


class Refused(Said):
    """Why a request was not carried out."""

    topic: str
    reason: str


class Feedback(Said):
    """What comes of what somebody said of a mistake, or of a place."""

    kept: bool
    text: str


class Born(RootModel[str]):
    """What Home Assistant says on its status topic: `online` when it has started."""


def _said_event(name: str) -> type[BaseModel]:
    """The model of an event as it is said, made from the event itself."""
    event: type[Event] = getattr(events, name)
    hints, said = get_type_hints(event), {each.name: each for each in fields(event)}
    keys: dict[str, Any] = {key: (hints[key], ...) for key in said}
    keys |= {"event": (Literal[name], ...), "time": (Time, ...)}
    if issubclass(event, PersonEvent):
        keys["person"] = (str, ...)
    if "ref" in keys:
        keys["ref"] = (str, Field(default="", description="only where whoever asked gave one"))
    model: type[BaseModel] = create_model(name, __base__=Said, __doc__=event.__doc__, **keys)
    return model


class AnyEvent(BaseModel):
    """What every event says, also one that a later release adds."""

    event: str
    time: Time
    room: str
    reasons: tuple[str, ...]


EVENTS: Mapping[str, type[BaseModel]] = {name: _said_event(name) for name in HAPPENINGS}
"""The model of each event, by its name."""

Happening: TypeAdapter[BaseModel] = TypeAdapter(
    Annotated[reduce(or_, EVENTS.values()), Field(discriminator="event")]  # type: ignore[arg-type]
)
"""Any event that this release says, as strictly as every other payload."""

# What the box is asked.

Word: TypeAlias = Annotated[str, Field(max_length=MAX_WORD)] | None
Remark: TypeAlias = Annotated[str, Field(max_length=MAX_NOTE)] | None
PlaceNumber: TypeAlias = Annotated[int, Field(ge=1, le=999_999)] | Annotated[str, Field(pattern="^[1-9][0-9]{0,5}$")]
Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=MAX_WORD)]
PlaceName: TypeAlias = Annotated[str, Field(min_length=1, max_length=MAX_WORD, pattern="^[^/#+]+$")]
Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Corner: TypeAlias = Annotated[list[Share], Field(min_length=2, max_length=2)]
_KINDS = ("", *KINDS)

KEYS: Mapping[str, Any] = {
    "by": Word,
    "incident": Word,
    "room": Word,
    "note": Remark,
    "outcome": Literal[OUTCOMES] | None,
    "seconds": Annotated[float, Field(ge=0, le=MAX_SNOOZE_SECONDS)] | None,
    "contacts": bool | None,
    "at": Annotated[str, Field(pattern="^([01]?[0-9]|2[0-3])[:.][0-5][0-9]$")],
    "ref": Word,
    "box": Word,
    "verdict": Literal["fall", "false alarm"],
    "who": Name,
    "place": PlaceNumber,
    "kind": Literal[_KINDS] | None,
    "places": Literal["fit", "anew", ""] | None,
    "name": Name,
    "polygon": Annotated[list[Corner], Field(min_length=LEAST_CORNERS, max_length=MOST_CORNERS)],
    "instead": Word,
}
"""What the value of a key of a request may be; null, where it may be, is as if the key were not there."""
NARROWER: Mapping[tuple[str, str], Any] = {
    ("drill", "seconds"): Annotated[float, Field(ge=0, le=MAX_DRILL_SECONDS)] | None,
    ("pause", "seconds"): Annotated[float, Field(ge=0, le=MAX_PAUSE_SECONDS)] | None,
    ("judge", "incident"): Name,
    ("draw", "kind"): Literal[DRAWN_KINDS],
    ("draw", "name"): PlaceName,
    ("remove", "name"): PlaceName,
    ("restore", "name"): PlaceName,
}
"""Where a key means more in one request than in others."""


def _asked(request: str) -> type[BaseModel]:
    """The model of a request in its JSON form; keys that may be null may be left out."""
    keys: dict[str, Any] = {}
    for key in REQUESTS[request]:
        kind = NARROWER.get((request, key), KEYS[key])
        optional = type(None) in getattr(kind, "__args__", ())
        keys[key] = (kind, None if optional else ...)
    doc = f"The request `{request}` as JSON. A text that is no JSON gives `{REQUESTS[request][0]}` alone."
    model: type[BaseModel] = create_model(request, __base__=Said, __doc__=doc, **keys)
    return model


ASKED: Mapping[str, type[BaseModel]] = {request: _asked(request) for request in REQUESTS}
"""The model of each request, by its name."""
