"""What Home Assistant shows of the box: each entity, with the topic that it reads or writes and how it reads it.

The words are those of Home Assistant's MQTT integration (https://www.home-assistant.io/integrations/mqtt). The small
templates are Jinja, and run there. Pure.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from typing import TypeAlias

from guardian import events
from guardian.devices import Kind
from guardian.events import Event, HumanEvent, PersonEvent
from guardian.incident import IncidentState
from guardian.sense import Sense
from guardian.settings import Settings
from guardian.topics import Topics, dumps

Entity: TypeAlias = Mapping[str, object]
Entities: TypeAlias = Mapping[str, Entity]
"""By their key, which is `a-z0-9_`."""

BY = "Home Assistant"
IDLE, NOTHING, OTHER = "idle", "nothing", "other"

KINDS: Mapping[str, str] = {
    "FallSuspected": "perhaps a fall",
    "FallConfirmed": "a fall",
    "PersonDown": "somebody lies where nobody should",
    "LongLie": "somebody has been down for long",
    "HelpGestured": "somebody signals for help",
    "HelpCalled": "a call for help",
    "StillnessExceeded": "somebody has not moved for long",
    "RoutineBroken": "something usual did not happen",
    "CheckInMissed": "nobody was up in time",
    "StrangerSeen": "a stranger",
    "NightWandering": "somebody is up at night",
    "NeighbourLost": "somebody needed help where another box is gone",
    "ViewLost": "the box cannot see",
    "DrillStarted": "a drill",
    "WeeklyTestDue": "the weekly test",
}
"""What the matter is, by the kind of an incident."""

SENSE_CLASSES: Mapping[Kind, str] = {
    Kind.FALL: "safety",
    Kind.PRESENCE: "occupancy",
    Kind.MOTION: "motion",
    Kind.BED: "occupancy",
    Kind.CONTACT: "opening",
}
"""How Home Assistant shows what a sense tells; a button has no class."""

_BASES = (Event, PersonEvent, HumanEvent)
HAPPENINGS: tuple[str, ...] = tuple(
    name
    for name, each in vars(events).items()
    if isinstance(each, type) and issubclass(each, Event) and each not in _BASES
)
"""The name of everything that can happen."""

_READABLE_LENGTH, _DIGEST_LENGTH = 24, 10


def slug(name: str) -> str:
    """Make a key of `a-z0-9_` of a name in any script: what can be read of it, and a digest by which two differ.

    It depends on the name alone, so it stays when other rooms come and go.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    readable = re.sub(r"[^a-z0-9]+", "_", plain)[:_READABLE_LENGTH].strip("_")
    digest = hashlib.sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:_DIGEST_LENGTH]
    return f"{readable}_{digest}".lstrip("_")


def entities(settings: Settings, topics: Topics, device: str) -> Entities:
    """Give every entity of the box; its unique id is the device's with the key."""
    described = {
        **_of_the_alarm(topics),
        **_of_what_happens(topics),
        **_of_the_snooze(topics, settings.alarm.snooze_seconds),
        **_of_the_pause(topics, settings.privacy.pause_seconds),
        "fault": {
            **_binary("Fault", topics.topic("fault"), "{{ 'ON' if value_json.state == 'fault' else 'OFF' }}"),
            "device_class": "problem",
            "entity_category": "diagnostic",
        },
        **_of_the_contacts(topics),
        **_buttons(topics),
        **{key: entity for room in settings.rooms for key, entity in _of_a_room(topics, room.name).items()},
        **{f"sense_{slug(sense.name)}": _of_a_sense(topics, sense) for sense in settings.senses},
        **_of_the_machine(topics),
        **{key: entity for room in settings.rooms for key, entity in _of_an_eye(topics, room.name).items()},
    }
    return {key: {**entity, "unique_id": f"{device}.{key}"} for key, entity in described.items()}


def _of_the_alarm(topics: Topics) -> Entities:
    incident, commands = topics.topic("alarm", "incident"), _quoted(topics.topic("command"))
    words = json.dumps(KINDS, ensure_ascii=False)
    return {
        "emergency": {
            **_binary("Emergency", topics.topic("alarm", "emergency"), "{{ value_json.state | upper }}"),
            "device_class": "safety",
        },
        "incident": {
            "platform": "sensor",
            "name": "Incident",
            "device_class": "enum",
            "options": [IDLE, *(state.value for state in IncidentState if state is not IncidentState.RESOLVED)],
            "state_topic": incident,
            "value_template": f"{{{{ value_json.state | default('{IDLE}') }}}}",
            "json_attributes_topic": incident,
            "json_attributes_template": f"{{{{ dict(value_json, command_topic={commands}) | to_json }}}}",
            "icon": "mdi:alarm-light",
        },
        "reason": {
            "platform": "sensor",
            "name": "What is the matter",
            "device_class": "enum",
            "options": [NOTHING, *KINDS.values(), OTHER],
            "state_topic": incident,
            "value_template": f"{{{{ {words}.get(value_json.kind, '{OTHER}') if value_json else '{NOTHING}' }}}}",
            "icon": "mdi:help-circle-outline",
        },
    }


def _of_what_happens(topics: Topics) -> Entities:
    event = {
        "platform": "event",
        "name": "What happens",
        "event_types": list(HAPPENINGS),
        "state_topic": topics.topic("event"),
        "value_template": "{{ dict(value_json, event_type=value_json.event) | to_json }}",
        "icon": "mdi:text-box-outline",
    }
    return {"event": event}


def _of_the_snooze(topics: Topics, seconds: float) -> Entities:
    """The switch is off where all is snoozed; one room that is shows in the time alone."""
    snooze = topics.topic("snooze")
    whole = "value_json.rooms | selectattr('room', 'eq', '') | list"
    return {
        "armed": {
            "platform": "switch",
            "name": f"Armed (off ends by itself after {_spoken(seconds)})",
            "state_topic": snooze,
            "value_template": f"{{{{ 'OFF' if {whole} else 'ON' }}}}",
            "state_on": "ON",
            "state_off": "OFF",
            "command_topic": topics.topic("command", "snooze"),
            "payload_on": dumps({"seconds": 0, "by": BY}),
            "payload_off": dumps({"by": BY}),
            "icon": "mdi:shield-home",
        },
        "snoozed_until": {
            "platform": "sensor",
            "name": "Snoozed until",
            "device_class": "timestamp",
            "state_topic": snooze,
            "value_template": "{{ value_json.rooms | map(attribute='until') | max if value_json.rooms else 'None' }}",
            "json_attributes_topic": snooze,
        },
    }


def _spoken(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 60 else f"{seconds:.0f} s"  # noqa: PLR2004 seconds of a minute


def _of_the_pause(topics: Topics, seconds: float) -> Entities:
    """The switch is off where every camera is closed; those of the rooms have switches of their own."""
    name = f"Cameras (off ends by itself after {_spoken(seconds)})"
    return {
        "cameras": _camera(topics, name, "", "value_json.all"),
        "cameras_paused_until": {
            "platform": "sensor",
            "name": "Cameras paused until",
            "device_class": "timestamp",
            "state_topic": topics.topic("pause"),
            "value_template": "{{ value_json.rooms | map(attribute='until') | max if value_json.rooms else 'None' }}",
            "json_attributes_topic": topics.topic("pause"),
        },
    }


def _camera(topics: Topics, name: str, room: str, closed: str) -> Entity:
    """Describe a switch that closes cameras for a time; `closed` says in Jinja whether they are."""
    return {
        "platform": "switch",
        "name": name,
        "state_topic": topics.topic("pause"),
        "value_template": f"{{{{ 'OFF' if {closed} else 'ON' }}}}",
        "state_on": "ON",
        "state_off": "OFF",
        "command_topic": topics.topic("command", "pause"),
        "payload_on": dumps({"seconds": 0, "room": room, "by": BY}),
        "payload_off": dumps({"room": room, "by": BY}),
        "icon": "mdi:cctv",
    }


def _buttons(topics: Topics) -> Entities:
    buttons: tuple[tuple[str, str, str, Mapping[str, str], str], ...] = (
        ("acknowledge", "Acknowledge", "acknowledge", {}, "mdi:hand-back-right"),
        ("helped", "Help was given", "resolve", {"outcome": "helped"}, "mdi:check-circle"),
        ("false_alarm", "It was a false alarm", "resolve", {"outcome": "false alarm"}, "mdi:close-circle"),
        ("snooze", "Snooze", "snooze", {}, "mdi:alarm-snooze"),
        ("help", "Call for help", "help", {}, "mdi:hand-wave"),
        ("test", "Test alarm", "test", {}, "mdi:bell-check"),
    )
    return {
        key: {
            "platform": "button",
            "name": name,
            "command_topic": topics.topic("command", request),
            "payload_press": dumps({**said, "by": BY}),
            "icon": icon,
        }
        for key, name, request, said, icon in buttons
    }


def _of_a_room(topics: Topics, room: str) -> Entities:
    key, title = f"room_{slug(room)}", f"{room[:1].upper()}{room[1:]}"
    coverage, occupancy = topics.topic("room", room, "coverage"), topics.topic("room", room, "occupancy")
    return {
        f"{key}_view": {
            **_binary(
                f"{title} view",
                coverage,
                "{{ 'OFF' if value_json.state in ('armed', 'paused') else 'ON' }}",
                "coverage",
            ),
            "device_class": "problem",
        },
        f"{key}_camera": _camera(
            topics, f"{title} camera", room, f"{_quoted(room)} in (value_json.rooms | map(attribute='room') | list)"
        ),
        f"{key}_occupied": {
            "platform": "binary_sensor",
            "name": f"{title} occupied",
            "device_class": "occupancy",
            "state_topic": occupancy,
            "value_template": "{{ {true: 'ON', false: 'OFF'}.get(value_json.occupied, 'None') }}",
        },
        f"{key}_people": {
            "platform": "sensor",
            "name": f"{title} people",
            "state_class": "measurement",
            "state_topic": occupancy,
            "value_template": "{{ 'None' if value_json.occupied is none else value_json.count }}",
            "icon": "mdi:account-multiple",
        },
    }


def _of_a_sense(topics: Topics, sense: Sense) -> Entity:
    template = "{{ {'on': 'ON', 'off': 'OFF'}.get(value_json.state, 'None') }}"
    entity = _binary(sense.title, topics.topic("sense", sense.name), template, "reading")
    return entity if sense.what is Kind.BUTTON else {**entity, "device_class": SENSE_CLASSES[sense.what]}


def _of_the_contacts(topics: Topics) -> Entities:
    """Who was told when, by which way: in the attribute `contacts` of both."""
    contacts = topics.topic("contacts")
    told = "value_json.contacts | selectattr('state', 'eq', 'told') | map(attribute='since') | list"
    return {
        "contacts": {
            **_binary("Contact not reached", contacts, "{{ 'ON' if value_json.state == 'fault' else 'OFF' }}"),
            "device_class": "problem",
            "entity_category": "diagnostic",
        },
        "last_told": {
            "platform": "sensor",
            "name": "Contact last told",
            "device_class": "timestamp",
            "entity_category": "diagnostic",
            "state_topic": contacts,
            "value_template": f"{{% set told = {told} %}}{{{{ told | max if told else 'None' }}}}",
            "json_attributes_topic": contacts,
            "json_attributes_template": "{{ dict(contacts=value_json.contacts) | to_json }}",
        },
    }


def _of_the_machine(topics: Topics) -> Entities:
    topic = topics.topic("diagnostics")
    slowed = "{{ 'None' if value_json.throttling is none else 'ON' if value_json.throttling else 'OFF' }}"
    return {
        "started": {**_reading("Started", topic, "started"), "device_class": "timestamp"},
        "temperature": {
            **_reading("Processor temperature", topic, "temperature", "°C"),
            "device_class": "temperature",
        },
        "slowed": {
            **_binary("Processor slowed down", topic, slowed),
            "json_attributes_template": "{{ dict(throttling=value_json.throttling) | to_json }}",
            "device_class": "problem",
            "entity_category": "diagnostic",
        },
        "memory": {**_reading("Memory used", topic, "memory_mb", "MB"), "device_class": "data_size"},
        "memory_free": {**_reading("Memory free", topic, "memory_free_mb", "MB"), "device_class": "data_size"},
        "disk_free": {**_reading("Disk free", topic, "disk_free_mb", "MB"), "device_class": "data_size"},
    }


def _of_an_eye(topics: Topics, room: str) -> Entities:
    key, title = f"room_{slug(room)}", f"{room[:1].upper()}{room[1:]}"
    topic = topics.topic("room", room, "diagnostics")
    latency = _reading(f"{title} frame to decision", topic, "latency_ms", "ms")
    return {
        f"{key}_fps": {**_reading(f"{title} frames", topic, "fps", "fps"), "icon": "mdi:cctv"},
        f"{key}_latency": {**latency, "json_attributes_topic": topic, "icon": "mdi:timer-outline"},
    }


def _reading(name: str, topic: str, key: str, unit: str = "") -> Entity:
    """Describe a number, or a time where it has no unit, that is there to look after the box."""
    measured = {"unit_of_measurement": unit, "state_class": "measurement"} if unit else {}
    return {
        "platform": "sensor",
        "name": name,
        "entity_category": "diagnostic",
        "state_topic": topic,
        "value_template": f"{{{{ value_json.{key} }}}}",
        **measured,
    }


def _binary(name: str, topic: str, template: str, state: str = "said") -> Entity:
    """Describe a binary sensor of a topic whose JSON is shown with it; `state` is what its own word is called there,
    since Home Assistant lets no attribute be called state.
    """
    return {
        "platform": "binary_sensor",
        "name": name,
        "state_topic": topic,
        "value_template": template,
        "json_attributes_topic": topic,
        "json_attributes_template": f"{{{{ dict(value_json, {state}=value_json.state) | to_json }}}}",
    }


def _quoted(text: str) -> str:
    """Write a string of Jinja, which for what may stand in a topic is written as in JSON."""
    return json.dumps(text, ensure_ascii=False)
