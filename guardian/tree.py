"""The MQTT tree as data: every topic of a box, which way it goes, whether the broker keeps it, and what it means.

Messages are worded in guardian.topics and its neighbours; here stands what they promise. The tables and the diagram in
docs/mqtt.md and the JSON Schemas in docs/schemas are made from it, and a test compares both with the code: a topic that
is said somewhere and stands not here, or the other way about, fails it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from pydantic import BaseModel

from guardian import payloads
from guardian.topics import Topics

ANY = "+"
"""A level that is a name: of a room, a sense, an incident or a request."""


class Way(str, Enum):
    """Who speaks: the box says it again to whoever comes (state), or once (happening); or is asked (request)."""

    STATE = "state"
    HAPPENING = "happening"
    REQUEST = "request"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One topic. `levels` stand below the box's own, or are the whole topic where it is Home Assistant's (`ours` is
    False); `names` say what each `+` among them is. `schema` names its JSON Schema, `model` is None for an event, whose
    models are payloads.EVENTS. `plain` is a text that is no JSON. `says` tells it in a sentence, in Markdown.
    """

    levels: tuple[str, ...]
    schema: str
    model: type[BaseModel] | None
    says: str
    way: Way = Way.STATE
    kept: str = "yes"
    names: tuple[str, ...] = ()
    plain: bool = False
    ours: bool = True

    @property
    def topic(self) -> str:
        """The topic as it is written in a document: names in <>."""
        names = iter(self.names)
        return "/".join(f"<{next(names)}>" if level == ANY else level for level in self.levels)

    def matches(self, levels: tuple[str, ...]) -> bool:
        """Whether a topic's levels are this leaf's."""
        return len(levels) == len(self.levels) and all(
            ours in (ANY, theirs) for ours, theirs in zip(self.levels, levels, strict=True)
        )


def _state(*levels: str, model: type[BaseModel], says: str, **more: object) -> Leaf:
    schema = "_".join(level for level in levels if level != ANY)
    return Leaf(levels, schema, model, says, **more)  # type: ignore[arg-type]


def _happening(level: str, model: type[BaseModel] | None, says: str) -> Leaf:
    return Leaf((level,), level, model, says, Way.HAPPENING, kept="no")


STATES = (
    _state(
        "availability",
        model=payloads.Availability,
        plain=True,
        says="`online` or `offline`; `offline` is also the Last Will: a box without power is offline within 30 s",
    ),
    _state(
        "schema",
        model=payloads.Version,
        says="which `version` of this tree the box speaks (below), and the `software` that it runs",
    ),
    _state(
        "alarm",
        model=payloads.Alarm,
        plain=True,
        says="`idle`, `suspected`, `pending`, `raised` or `acknowledged`: the state of the worst open incident",
    ),
    _state(
        "alarm",
        "incident",
        model=payloads.WorstIncident,
        says="that incident, `{}` where none is open",
    ),
    _state(
        "alarm",
        "emergency",
        model=payloads.Emergency,
        says="does somebody need help: `state` is `on` or `off`, with the `kinds` and `rooms` of all such incidents,"
        " the worst first. On from `raised` until it ends, taken or not; a drill and a camera that cannot see do not"
        " count",
    ),
    _state("incident", ANY, model=payloads.Incident, says="one incident", names=("id",), kept="while open"),
    _state(
        "room",
        ANY,
        "coverage",
        model=payloads.Coverage,
        names=("room",),
        says="would a fall be seen: `armed`, `degraded` (it might not), `blind` (it would not) or `paused` (it would"
        " not, as somebody asked), with `reasons` and `since`",
    ),
    _state(
        "room",
        ANY,
        "occupancy",
        model=payloads.Occupancy,
        names=("room",),
        says="`occupied` (true, false, or null: cannot tell), `count`, `persons`, `since`",
    ),
    _state(
        "room",
        ANY,
        "diagnostics",
        model=payloads.RoomDiagnostics,
        names=("room",),
        says="once a minute: frames a second (`fps`), milliseconds from a frame to its decision (`latency_ms`, the"
        " median, and `latency_p95_ms`), and the `model` that sees",
    ),
    _state(
        "diagnostics",
        model=payloads.BoxDiagnostics,
        says="once a minute: `started`, `uptime`, `memory_mb`, `memory_free_mb`, `disk_free_mb`, `temperature`,"
        " `throttling` and `software`; null where this machine does not tell",
    ),
    _state(
        "fault",
        model=payloads.Faults,
        says="`state` is `ok` or `fault`; `faults` lists `part`, `room`, `reason`, `since` of each",
    ),
    _state(
        "snooze",
        model=payloads.Snooze,
        says="`state` is `on` or `off`; `rooms` lists `room` (empty: every room) and `until`",
    ),
    _state(
        "pause",
        model=payloads.Pause,
        says="whose cameras are closed ([pause.md](pause.md)): `state` is `on` or `off`, `all` whether every one is;"
        " `rooms` lists `room`, `since`, `until`, `by` and `via`",
    ),
    _state(
        "drill",
        model=payloads.Drill,
        says="`state` is `on` or `off`; `rooms` lists the `room` in which a fall is an exercise now, `until` when, and"
        " whether the `contacts` are told",
    ),
    _state(
        "weekly_test",
        model=payloads.WeeklyTest,
        says="what came of the last [weekly test](alarm.md): `state` is `off` (there is none), `none` (not yet),"
        " `waiting`, `answered` (`by` whom), `unanswered` or `skipped` (with the `reason`); `due` when it was due",
    ),
    _state(
        "sense",
        ANY,
        model=payloads.Sense,
        names=("name",),
        says="how a sense stands that is no camera: `state` is `on`, `off`, `maybe` (a fall that is only suspected) or"
        " `unknown`; `kind`, `room`, `since`, and `fault`, a sentence where something is the matter with it",
    ),
    _state(
        "contacts",
        model=payloads.Contacts,
        says="who was reached: `state` is `ok` or `fault`; `contacts` lists for each `contact` and `way` (such as"
        " `ntfy`) the last `incident` and `step` that was to be told, its `state` (`told`, `trying`, `given up`), and"
        " `since` when",
    ),
    _state(
        "heartbeat",
        model=payloads.Heartbeat,
        says="only where there are [neighbours](several-boxes.md): `boot` names the process, `beat` is a number that"
        " grows, `open` the open incidents' states by id, `rooms` those there are, `time` when",
    ),
    _state(
        "home_assistant",
        model=payloads.Note,
        says="where, and of what, Home Assistant was told last (below); for the box itself",
    ),
)
HAPPENINGS = (
    _happening(
        "answer",
        payloads.Answer,
        "to a request with a `ref`: that `ref`, the `incident`, and the `state` that it is in now (`closed` where it is"
        " open no more)",
    ),
    _happening("event", None, "everything that happens, once; `event` is its name"),
    _happening("refused", payloads.Refused, "`topic` and `reason` of a request that was not carried out"),
    _happening(
        "feedback",
        payloads.Feedback,
        "`kept` (true or false) and `text`: what comes of what somebody said of a mistake or a place, or asked of a"
        " camera",
    ),
)
DOES: Mapping[str, str] = {
    "acknowledge": "somebody has taken it: the siren falls silent, the incident stays open",
    "cancel": '"I am all right"',
    "resolve": "closes the incident; `outcome` is `helped`, `false alarm` or `drill`",
    "snooze": "holds new alarms for 0 to 14400 `seconds`; 0 or `OFF` ends it",
    "pause": "closes the camera of that room, or of all, for 0 to 43200 `seconds` (`privacy.pause_seconds` if not"
    " said); 0 or `OFF` ends it. `feedback` answers, also why not ([pause.md](pause.md))",
    "help": "calls for help at once",
    "test": "begins a drill",
    "drill": "for so many `seconds` (0 to 600, 300 if not said; 0 or `OFF` ends it) a fall in that room is an exercise,"
    " of which the `contacts` (`true`, `false`) are told, marked DRILL, or not ([drill.md](drill.md))",
    "missed": "says that somebody fell `at` that time (HH:MM, the home's), and nothing was told",
    "judge": "says of an incident that is over what it was: `verdict` is `fall` or `false alarm`",
    "forget": "erases the scenes that are kept to learn from, and where in the rooms people have been",
    "unlearn": "erases the days that were counted of them (`who` is `household`, or a name), and what was learnt",
    "accept": "the proposed `place` of that number counts from now on, as what it was proposed as or as that `kind`"
    " (`bed`, `sofa`, `chair`, `mat`)",
    "decline": "the proposed `place` of that number is none, or one that was accepted is removed",
    "view": "the camera was moved, and this is its view from now on; what is drawn and configured of the room still"
    " fits (`places` is `fit`), or does not count until it is changed (`anew`, if not said)",
    "draw": "a place of that `name` and `kind` (`bed`, `sofa`, `chair`, `mat`, `floor`, `door`, `exit`, `screen`)"
    " counts from now on within the `polygon` of 3 to 32 corners `[x, y]` from 0 to 1, in place of the one named"
    " `instead`",
    "remove": "a place of that `name`, drawn or configured, does not count from now on",
    "restore": "the place of that `name` counts again as it is configured",
    "enrol": "gets to know somebody, who walks through that room for a minute, alone",
    "erase": "erases all that is known of that person",
}
"""What each request does."""
REQUESTS = tuple(
    Leaf(("command", request), f"command_{request}", model, DOES[request], Way.REQUEST, kept="never")
    for request, model in payloads.ASKED.items()
)
ELSEWHERE = (
    Leaf(
        (ANY, "device", ANY, "config"),
        "home_assistant_device",
        payloads.Device,
        "the box as a device, in the form that Home Assistant documents",
        names=("prefix", "guardian_id"),
        ours=False,
    ),
    Leaf(
        (ANY, "status"),
        "home_assistant_status",
        payloads.Born,
        "what Home Assistant says of itself: at `online` the box describes itself anew",
        Way.REQUEST,
        kept="no",
        names=("prefix",),
        plain=True,
        ours=False,
    ),
)
"""Below the prefix of Home Assistant, not below the box's own topic."""
LEAVES = (*STATES, *HAPPENINGS, *REQUESTS, *ELSEWHERE)


def leaf_of(topic: str, topics: Topics, prefix: str = "homeassistant") -> Leaf | None:
    """Find the leaf of a topic of this box, or of Home Assistant below its `prefix`; None where there is none."""
    own, foreign = topics.topic(""), f"{prefix}/"
    if topic.startswith(own):
        levels = tuple(topic.removeprefix(own).split("/"))
    elif topic.startswith(foreign):
        levels = (ANY, *topic.removeprefix(foreign).split("/"))
    else:
        return None
    return next((leaf for leaf in LEAVES if leaf.ours == topic.startswith(own) and leaf.matches(levels)), None)
