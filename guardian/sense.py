"""The configuration of one sense that is no camera: where it is heard, and what it means."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from guardian.devices import DEVICES, ESPHOME, ZIGBEE2MQTT, Form, Kind
from guardian.section import Name, RoomKind, Section

MOST_SENSES = 32
LONGEST_TOPIC = 256
DEEPEST_PATH = 8


def _topic(value: str) -> str:
    if "#" in value or "+" in value:
        message = "holds # or +; one topic, as the device publishes to it, would be right"
        raise ValueError(message)
    return value


def _filter(value: str) -> str:
    levels = value.split("/")
    if "#" in levels[:-1] or any(len(level) > 1 and set(level) & set("#+") for level in levels):
        message = "is no topic filter; a topic, or one that ends in /#, such as bath-radar/#, would be right"
        raise ValueError(message)
    if not set(levels[0]) - set("#+"):
        message = "begins with a wildcard, and any device would answer for this one; bath-radar/# would be right"
        raise ValueError(message)
    return value


def _path(value: str) -> str:
    if not all(value.split(".")) or value.count(".") >= DEEPEST_PATH:
        message = (
            f"is no path; up to {DEEPEST_PATH} keys of the JSON with dots between, such as state.fall, would be right"
        )
        raise ValueError(message)
    return value


def _as_word(value: object) -> object:
    """What stands for a payload's value: `true` and 1 may be written as such."""
    if isinstance(value, int):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else value


_Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TOPIC, pattern=r"^[^\x00-\x1f]+$")]
Topic = Annotated[_Text, AfterValidator(_topic)]
Filter = Annotated[_Text, AfterValidator(_filter)]
Word = Annotated[
    str,
    BeforeValidator(_as_word),
    AfterValidator(str.casefold),
    Field(min_length=1, max_length=64, description="a word, true, false or a number, as it stands in the payload"),
]
Words = Annotated[tuple[Word, ...], Field(max_length=16)]
Device = Literal[
    "esphome_mr60fda2",
    "esphome_mr24fdb1",
    "esphome_binary_sensor",
    "zigbee2mqtt_tuya_fall",
    "zigbee2mqtt_presence",
    "zigbee2mqtt_occupancy",
    "zigbee2mqtt_contact",
    "zigbee2mqtt_button",
]
"""The keys of DEVICES, as the configuration may name them."""


class Sense(Section):
    """Something that is heard over MQTT and is no camera: a radar, a door contact, a bed mat, a pendant.

    `device` is a known form of payload; without one, `kind`, `on` and, where it is JSON, `path` say what it means.
    `availability` is the topic where the device says online or offline, `alive` a filter of topics on which anything is
    a sign of life; where nothing is heard for `stale_after_seconds`, that is a fault. With `recovery` a radar that no
    longer tells of a fall tells that the person has got up. `room_kind` is what one does in a room without a camera.
    """

    name: Name
    topic: Topic
    room: Name | None = None
    room_kind: RoomKind = "other"
    device: Device | None = None
    kind: Literal["fall", "presence", "motion", "bed", "contact", "button"] | None = None
    path: Annotated[str, AfterValidator(_path)] | None = None
    on: Words = ()
    off: Words = ()
    maybe: Words = ()
    availability: Topic | None = None
    alive: Filter | None = None
    stale_after_seconds: float = Field(86_400.0, ge=10, le=604_800)
    recovery: bool = False

    @model_validator(mode="after")
    def _whole(self) -> "Sense":
        """A payload must mean something, and nothing two things; who fell must have fallen somewhere."""
        for wrong in self._wrongs():
            raise ValueError(wrong)
        return self

    def _wrongs(self) -> Iterable[str]:
        known = DEVICES[self.device] if self.device else None
        if known is None and (self.kind is None or not self.on):
            names = ", ".join(DEVICES)
            yield f"says not what it means; a device ({names}), or a kind and the values that are `on`, would be right"
        elif known is not None and known.kind is None and self.kind is None:
            yield f"kind is missing: {self.device} may be any; one of {', '.join(each.value for each in Kind)} would be"
        else:
            yield from self._misfits(known)

    def _misfits(self, known: Form | None) -> Iterable[str]:
        if known is not None and self.path is not None:
            yield f"path is {self.device}'s own; take path out, or device"
        if known is not None and not known.fits(self.kind):
            yield f"kind {self.kind} is not what {self.device} tells of; take kind out, or device"
        if self.room is None and self.what is not Kind.BUTTON:
            yield "room is missing; only a button goes about with whoever wears it"
        if self.what is not Kind.FALL and (self.maybe or self.recovery):
            yield "only a sense of kind fall has `maybe` and `recovery`; take them out"
        twice = sorted({word for word in self._words if self._words.count(word) > 1})
        if twice:
            yield f"{twice[0]!r} cannot mean two things; each value in one of on, off and maybe would be right"

    @property
    def _words(self) -> tuple[str, ...]:
        return (*self.form.on, *self.form.off, *self.form.maybe)

    @property
    def what(self) -> Kind:
        """What it tells of."""
        return Kind(self.kind or DEVICES[self.device or ""].kind)

    @property
    def title(self) -> str:
        """Its name, as a sentence begins."""
        return self.name[:1].upper() + self.name[1:]

    @property
    def form(self) -> Form:
        """How its payloads say it: its device's way, with what is configured otherwise."""
        known = DEVICES[self.device] if self.device else Form(path=self._keys, off=())
        words = {"on": self.on, "off": self.off, "maybe": self.maybe}
        momentary = known.momentary or (self.what is Kind.BUTTON and not (self.off or known.off))
        given = {name: each for name, each in words.items() if each}
        return replace(known, kind=self.what, momentary=momentary, **given)  # type: ignore[arg-type]  # all are words

    @property
    def _keys(self) -> tuple[str, ...]:
        return () if self.path is None else tuple(self.path.split("."))

    @property
    def availabilities(self) -> tuple[str, ...]:
        """The topics where it, or its bridge, says whether it is there."""
        if self.availability is not None:
            return (self.availability,)
        if self.form.bridge == ZIGBEE2MQTT:
            return f"{self.topic}/availability", f"{self.topic.partition('/')[0]}/bridge/state"
        return (f"{self._node}/status",) if self._node else ()

    @property
    def alive_filter(self) -> str | None:
        """On which topics anything is a sign of life: of an ESPHome node any of its own, since a sensor of it speaks
        only when something changes.
        """
        return self.alive or (f"{self._node}/#" if self._node else None)

    @property
    def _node(self) -> str:
        """What an ESPHome node's topics begin with; empty where it has topics of its own making, or is none."""
        parts = self.topic.split("/")
        usual = parts[-1] == "state" and len(parts) > 3  # noqa: PLR2004 prefix/component/entity/state
        return "/".join(parts[:-3]) if usual and self.form.bridge == ESPHOME else ""


def filters(senses: Iterable[Sense]) -> tuple[str, ...]:
    """What to subscribe to so as to hear all of them, each once."""
    topics = (each for sense in senses for each in (sense.topic, *sense.availabilities, sense.alive_filter))
    return tuple(dict.fromkeys(topic for topic in topics if topic is not None))
