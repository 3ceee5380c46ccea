"""How Home Assistant finds the box: one retained message that describes the device and everything of it.

The form is Home Assistant's device discovery (https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery). A
room that is gone from the configuration has to vanish there, too, and so has the device where Home Assistant is off:
a small retained note among the box's own topics says what was described last, so that the broker remembers it for us.
Pure. What comes from the broker may be anything.
"""

import json
import re
from collections.abc import Iterator, Mapping

from guardian import __version__
from guardian.commands import Publish
from guardian.entities import Entities, Entity, entities
from guardian.errors import PayloadError
from guardian.settings import Settings
from guardian.topics import Topics, dumps

BORN = b"online"
"""What Home Assistant says on its status topic when it has started."""

SHORT: Mapping[str, str] = {
    "platform": "p",
    "unique_id": "uniq_id",
    "device_class": "dev_cla",
    "state_class": "stat_cla",
    "entity_category": "ent_cat",
    "unit_of_measurement": "unit_of_meas",
    "options": "ops",
    "event_types": "evt_typ",
    "state_topic": "stat_t",
    "value_template": "val_tpl",
    "json_attributes_topic": "json_attr_t",
    "json_attributes_template": "json_attr_tpl",
    "command_topic": "cmd_t",
    "payload_press": "pl_prs",
    "payload_on": "pl_on",
    "payload_off": "pl_off",
    "state_on": "stat_on",
    "state_off": "stat_off",
    "icon": "ic",
}
"""The short names that Home Assistant's documentation gives for the long ones."""

MAX_DESCRIPTION_BYTES = 60_000
"""Of the components. The smallest limit of a broker that a household is likely to have is that of our own, 64 KiB."""
MAX_NOTE_BYTES, MAX_REMOVED = 65_536, 128
_PLATFORM, _KEY = re.compile(r"[a-z_]{1,32}"), re.compile(r"[a-z0-9_]{1,80}")


class Discovery:
    """What Home Assistant is told of this box. `mqtt.home_assistant` is where it listens; None: it is told nothing, and
    what it was told before is taken back.
    """

    def __init__(self, settings: Settings, topics: Topics) -> None:
        self._settings, self._topics = settings, topics
        self._prefix = settings.mqtt.home_assistant
        self._device = f"guardian_{settings.household.id}"
        self._note = topics.topic("home_assistant")
        self._components = entities(settings, topics, self._device)
        self._removed: dict[str, Entity] = {}

    @property
    def filters(self) -> tuple[str, ...]:
        """What to subscribe to: our own note, and whether Home Assistant has started."""
        return (self._note,) if self._prefix is None else (self._note, self._status)

    @property
    def described(self) -> tuple[str, ...]:
        """Where the broker keeps the description of the box; nowhere, where Home Assistant is told nothing."""
        return () if self._prefix is None else (self._config(self._prefix),)

    @property
    def _status(self) -> str:
        return f"{self._prefix}/status"

    def begin(self) -> tuple[Publish, ...]:
        """Describe the box, and note what was described: to be sent at each connection, before the availability."""
        if self._prefix is None:
            return ()
        described = {key: component["platform"] for key, component in self._components.items()}
        note = {"prefix": self._prefix, "components": described}
        return self._description(self._prefix), Publish(self._note, dumps(note), retain=True)

    def hear(self, topic: str, payload: bytes, *, retained: bool) -> tuple[Publish, ...]:
        """Answer what came on one of the filters; whatever else it is, with nothing."""
        if topic == self._note and retained:
            try:
                return self._take_back(*_read_note(payload))
            except PayloadError:
                return ()
        if self._prefix is not None and topic == self._status and payload == BORN and not retained:
            return self._description(self._prefix), self._topics.availability(online=True)
        return ()

    def _take_back(self, prefix: str, described: Mapping[str, str]) -> tuple[Publish, ...]:
        """Take back what was described before, at another place or of what is gone."""
        if prefix != self._prefix:
            forget = () if self._prefix is not None else (Publish(self._note, "", retain=True),)
            return Publish(self._config(prefix), "", retain=True), *forget
        gone = {key: {"platform": platform} for key, platform in described.items() if key not in self._components}
        self._removed = dict(list({**self._removed, **gone}.items())[:MAX_REMOVED])
        return (self._description(prefix),) if gone else ()

    def _config(self, prefix: str) -> str:
        return f"{prefix}/device/{self._device}/config"

    def _description(self, prefix: str) -> Publish:
        """Describe everything; a component with nothing but its platform is one that is removed. Those come first: Home
        Assistant leaves the rest of a message unread where it is still busy with the same component of the one before.
        """
        household = self._settings.household
        device = {
            "identifiers": [self._device],
            "name": f"Guardian {household.name}",
            "manufacturer": "Guardian",
            "model": "Fall detector",
            "sw_version": __version__,
        }
        payload = {
            "device": device,
            "origin": {"name": "Guardian", "sw_version": __version__},
            "availability_topic": self._topics.availability(online=True).topic,
            "qos": 1,
            "components": dict(_that_fit({**self._removed, **self._components})),
        }
        return Publish(self._config(prefix), dumps(payload), retain=True)


def _that_fit(described: Entities) -> Iterator[tuple[str, Entity]]:
    """Write components the short way that Home Assistant knows, as many as a broker takes in one message.

    One that takes no more would close the connection over it, and then no alarm would get through.
    """
    left = MAX_DESCRIPTION_BYTES
    for key, component in described.items():
        short = {SHORT.get(name, name): value for name, value in component.items()}
        left -= len(key.encode()) + len(dumps(short).encode("utf-8", "replace"))
        if left < 0:
            return
        yield key, short


def _read_note(payload: bytes) -> tuple[str, Mapping[str, str]]:
    """Read what was described last: where, and the platform of each key. Raises PayloadError on anything else."""
    try:
        note = json.loads(payload) if len(payload) <= MAX_NOTE_BYTES else None
    except (ValueError, RecursionError) as error:
        message = f"the note of what Home Assistant was told cannot be read: {error}"
        raise PayloadError(message) from error
    match note:
        case {"prefix": str(prefix), "components": dict(described)} if _is_prefix(prefix):
            kept = {
                key: platform
                for key, platform in described.items()
                if isinstance(platform, str) and _KEY.fullmatch(key) and _PLATFORM.fullmatch(platform)
            }
            return prefix, kept
    message = "the note of what Home Assistant was told is no note"
    raise PayloadError(message)


def _is_prefix(text: str) -> bool:
    return re.fullmatch(r"[^#+/\x00-\x1f]+(?:/[^#+/\x00-\x1f]+)*", text) is not None and len(text) <= 256  # noqa: PLR2004
