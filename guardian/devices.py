"""The devices that can be senses of a home, by what they publish over MQTT as their makers and bridges document it.

ESPHome publishes the state of each entity as plain text below `<prefix>/<component>/<entity>/state`, retained, and
whether it is there at all at `<prefix>/status` (https://esphome.io/components/mqtt). zigbee2mqtt publishes one JSON
object for each device at `<base>/<friendly name>`, usually not retained, and whether it is there at
`<base>/<friendly name>/availability` and `<base>/bridge/state`
(https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

ESPHOME = "esphome"
ZIGBEE2MQTT = "zigbee2mqtt"


class Kind(str, Enum):
    """What a sense tells of: a fall, somebody in the room, movement, somebody in bed, an open door, a call for help."""

    FALL = "fall"
    PRESENCE = "presence"
    MOTION = "motion"
    BED = "bed"
    CONTACT = "contact"
    BUTTON = "button"


class SenseState(str, Enum):
    """What a sense says: `on` is a fall, somebody there, a door that is open, a button that is pressed; `maybe` a fall
    that is only suspected.
    """

    UNKNOWN = "unknown"
    OFF = "off"
    MAYBE = "maybe"
    ON = "on"


@dataclass(frozen=True, slots=True)
class Form:
    """How a payload says it. `path` are the keys of its JSON that lead to the value, none where the payload is plain;
    `on`, `off` and `maybe` are its words, in lower case, true and numbers as JSON writes them. Where it is `momentary`
    each `on` is a press, nothing is ever `off`, and other words mean nothing. `kind` is None where one must be named;
    `bridge` is who publishes it; `source` where that is documented.
    """

    kind: Kind | None = None
    path: tuple[str, ...] = ()
    on: tuple[str, ...] = ("on", "true")
    off: tuple[str, ...] = ("off", "false")
    maybe: tuple[str, ...] = ()
    momentary: bool = False
    bridge: str = ""
    source: str = ""

    def fits(self, kind: str | None) -> bool:
        """Whether such a device may be used as that kind: a motion sensor or a contact may lie under a mattress, but
        what does not tell of falls cannot be made to, nor a pendant into anything else.
        """
        alone = {Kind.FALL.value, Kind.BUTTON.value}
        return self.kind is None or kind in (None, self.kind.value) or not {self.kind.value, kind} & alone


def _zigbee(kind: Kind, key: str, on: str = "true", off: str = "false", *, model: str) -> Form:
    source = f"https://www.zigbee2mqtt.io/devices/{model}.html"
    return Form(kind, (key,), (on,), (off,), bridge=ZIGBEE2MQTT, source=source)


DEVICES: Mapping[str, Form] = {
    "esphome_mr60fda2": Form(
        Kind.FALL,
        bridge=ESPHOME,
        source="https://esphome.io/components/seeed_mr60fda2, fall_detected: a binary sensor, so ON or OFF",
    ),
    "esphome_mr24fdb1": Form(
        Kind.FALL,
        on=("real",),
        off=("none",),
        maybe=("suspected",),
        bridge=ESPHOME,
        source="https://github.com/Kristomen/esphome-mr24fdb1, fall_state: None, Suspected or Real",
    ),
    "esphome_binary_sensor": Form(
        bridge=ESPHOME, source="https://esphome.io/components/binary_sensor; over MQTT its state is ON or OFF"
    ),
    "zigbee2mqtt_tuya_fall": Form(
        Kind.FALL,
        ("fall_down_status",),
        ("fall",),
        ("none",),
        ("maybe_fall",),
        bridge=ZIGBEE2MQTT,
        source="https://www.zigbee2mqtt.io/devices/MIR-HE200-TY.html",
    ),
    "zigbee2mqtt_presence": _zigbee(Kind.PRESENCE, "presence", model="MIR-HE200-TY"),
    "zigbee2mqtt_occupancy": _zigbee(Kind.MOTION, "occupancy", model="RTCGQ11LM"),
    "zigbee2mqtt_contact": _zigbee(Kind.CONTACT, "contact", on="false", off="true", model="MCCGQ11LM"),
    "zigbee2mqtt_button": Form(
        Kind.BUTTON,
        ("action",),
        ("emergency", "panic", "sos", "single", "double", "hold", "long", "press", "on"),
        (),
        momentary=True,
        bridge=ZIGBEE2MQTT,
        source="https://www.zigbee2mqtt.io/devices/TS0215A_sos.html (emergency); MINI-ZSB.html (single, double, hold)",
    ),
}
"""By the name that the configuration uses. Of a contact, `on` is open: zigbee2mqtt says `false` of it then."""
