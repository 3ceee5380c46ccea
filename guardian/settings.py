"""The configuration: every key with its unit, range and default. Unknown keys are refused."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from guardian import header, outline
from guardian.contacts import Contact, OnDuty
from guardian.entrance import Web
from guardian.neighbour import MOST_NEIGHBOURS, BoxId, Neighbour
from guardian.section import Clock, Name, Port, RoomKind, Section
from guardian.sense import MOST_SENSES, Sense
from guardian.speech import Speech
from guardian.weekly import WeeklyTest

Fraction = Annotated[float, Field(ge=0, le=1)]


def _written_as_pin(value: object) -> object:
    return header.number(value) if isinstance(value, str) else value


def _usable(gpio: int) -> int:
    reason = header.refusal(gpio)
    if reason:
        raise ValueError(reason)
    return gpio


Gpio = Annotated[
    int,
    BeforeValidator(_written_as_pin),
    AfterValidator(_usable),
    Field(description="a BCM GPIO number from 2 to 27, or a physical pin such as 'pin 12'"),
]
"""A BCM GPIO number that a panel may use; a physical pin written as `pin 12` is turned into its number."""

_SOURCE = re.compile(
    r"(?:/dev/video\d{1,3}|csi(?::\d)?|(?:rtsps?|https?)://\S+|(?!\w+://|/dev/|csi:).+)", re.IGNORECASE
)
_HOST = re.compile(r"[\w.-]+|[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*", re.IGNORECASE)


def _source(value: object) -> object:
    """Refuse what is no camera, without repeating it: an address may hold a password."""
    if isinstance(value, int) and not isinstance(value, bool):
        message = f"{value} is a number; /dev/video{abs(value) % 1000} would be right for a USB camera"
        raise ValueError(message)  # noqa: TRY004 - pydantic reports a ValueError, not a TypeError
    if isinstance(value, str) and not _SOURCE.fullmatch(value):
        message = "is no camera; /dev/video0, csi, csi:1, rtsp://..., http://... or the path of a video file would be"
        raise ValueError(message)
    return value


def _demand_names(what: str, names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        message = f"two {what} have the same name ({', '.join(twice)}); give each its own"
        raise ValueError(message)


class Place(Section):
    """An area of the picture where a person may be, or, as a `screen`, where what moves is no person: `polygon` in
    fractions of frame width and height, (x, y). An `exit` is a door that leads out of the home.
    """

    name: Name
    kind: Literal["bed", "sofa", "chair", "mat", "floor", "door", "exit", "screen"]
    polygon: tuple[tuple[Fraction, Fraction], ...] = Field(
        min_length=outline.LEAST_CORNERS, max_length=outline.MOST_CORNERS
    )

    @field_validator("polygon")
    @classmethod
    def _has_an_inside(cls, polygon: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        wrong = outline.fault(polygon)
        if wrong:
            raise ValueError(wrong)
        return polygon


class Camera(Section):
    """Where the frames come from: `/dev/video0`, `csi` or `csi:1`, `rtsp://...`, `http://...` or a video file.

    `mount_height` of the lens above the floor in metres and `tilt` below the horizontal in degrees are learnt from
    people who walk where they are not given; `fov` is the angle of view across, degrees, 62 where it is not given.
    `roll` is by how many degrees the camera hangs askew, turned clockwise as one looks along it, so that people lean to
    the left in the picture; learnt where it is not given.
    """

    source: Annotated[str, BeforeValidator(_source)]
    width: int = Field(640, ge=160, le=3840)
    height: int = Field(480, ge=120, le=2160)
    fps: float = Field(15, ge=1, le=60)
    rotate: Literal[0, 90, 180, 270] = 0
    mount_height: float | None = Field(None, ge=0.3, le=4)
    tilt: float | None = Field(None, ge=-30, le=80)
    fov: float | None = Field(None, ge=20, le=150)
    roll: float | None = Field(None, ge=-45, le=45)

    @property
    def aspect(self) -> float:
        """Width / height of what is seen, once it is turned by `rotate`."""
        on_end = self.rotate in (90, 270)
        return self.height / self.width if on_end else self.width / self.height


class Room(Section):
    """One camera looking at one room; `kind` is what one does there, for what is usual. `same_room` names the first
    camera's entry, where this one looks at that room too: what happens before both is one incident.
    """

    name: Name
    same_room: Name | None = None
    kind: RoomKind = "other"
    camera: Camera
    places: tuple[Place, ...] = Field((), max_length=outline.MOST_PLACES)

    @field_validator("places")
    @classmethod
    def _places_differ(cls, places: tuple[Place, ...]) -> tuple[Place, ...]:
        _demand_names("places", [place.name for place in places])
        return places


class Household(Section):
    """Whose home this is. `id` names the box in MQTT topics; `residents` is how many live there, for visitors. What is
    said to a human is said in `language`, one of configuration.languages. In the `quiet` hours phones are told only
    what is urgent.
    """

    id: BoxId = "home"
    name: Name = "Home"
    language: str = Field("en", max_length=16)
    timezone: str = "UTC"
    residents: int | None = Field(None, ge=1, le=8)
    quiet: tuple[OnDuty, ...] = ()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: a directory of zones, such as Europe
            wrong = f"{value[:60]!r} is no time zone"
            message = f"{wrong}; an IANA name such as Europe/Madrid or Asia/Taipei would be right"
            raise ValueError(message) from error
        return value


class Falls(Section):
    """When lying down is a fall. Times in seconds. `sensitivity` says how much must speak for a fall;
    with `network` the trained network is asked beside the rules.
    """

    sensitivity: Literal["low", "normal", "high"] = "normal"
    network: bool = True
    confirm_seconds: float = Field(4.0, gt=0, le=60)
    down_seconds: float = Field(20.0, gt=0, le=600)
    long_lie_seconds: float = Field(60.0, gt=0, le=3600)


class Behaviour(Section):
    """What is unusual: minutes without movement before StillnessExceeded, by day, by night and in bed, which what is
    learnt can only shorten; minutes up at night before NightWandering, until it is learnt what is usual; and, where
    `check_in` is given, the time of day by which somebody must have been up. `learn` counts the days; `help_gesture`
    takes a raised arm for a call for help.
    """

    learn: bool = True
    help_gesture: bool = False
    check_in: Clock | None = None
    wandering_minutes: float = Field(45, ge=5, le=600)

    stillness_minutes: float = Field(90, ge=5, le=1440)
    stillness_minutes_bed: float = Field(720, ge=60, le=2880)
    night_from: int = Field(22, ge=0, le=23)
    night_to: int = Field(7, ge=0, le=23)
    alarm_events: tuple[
        Literal["StillnessExceeded", "StrangerSeen", "NightWandering", "RoutineBroken", "CheckInMissed"], ...
    ] = ("StillnessExceeded", "CheckInMissed")


class AlarmSettings(Section):
    """The life of an incident. `cancel_seconds` is the countdown in which the person can say "I am all right";
    `weekly_test` says when the way to those who are called is tried, None: never by itself.
    """

    cancel_seconds: float = Field(30.0, gt=0, le=300)
    suspected_seconds: float = Field(20.0, gt=0, le=120)
    repeat_seconds: float = Field(60.0, ge=10, le=3600)
    view_lost_seconds: float = Field(180.0, gt=0, le=86_400)
    snooze_seconds: float = Field(1800.0, gt=0, le=14_400)
    weekly_test: WeeklyTest | None = None


class Tls(Section):
    """TLS to the broker: the authority's certificate, and ours where the broker asks for one."""

    ca_file: Path
    cert_file: Path | None = None
    key_file: Path | None = None

    @model_validator(mode="after")
    def _key_with_certificate(self) -> "Tls":
        if self.key_file is not None and self.cert_file is None:
            message = "key_file is without its cert_file; both, or neither, would be right"
            raise ValueError(message)
        return self


class Mqtt(Section):
    """The broker. `embedded` runs one on this box, on loopback; `auto` does so unless this machine has one, such as
    mosquitto; `none` is no MQTT at all; else a host name. `home_assistant` is the topic below which Home Assistant
    listens for devices; None: it is told nothing.
    """

    broker: str = Field("auto", min_length=1)
    port: Port = 1883
    username: str | None = None
    password_file: Path | None = None
    tls: Tls | None = None
    topic: str = Field(
        "guardian",
        pattern=r"^[^#+\x00]+[^#+/\x00]$",
        description="a topic of two characters or more, without # and +, that does not end in /",
    )
    home_assistant: str | None = Field(
        "homeassistant",
        max_length=64,
        pattern=r"^[^#+/\x00-\x1f]+(/[^#+/\x00-\x1f]+)*$",
        description="null, or a topic of 1 to 64 characters without # and +, that neither begins nor ends with /",
    )

    @field_validator("broker")
    @classmethod
    def _bare_host(cls, value: str) -> str:
        if not _HOST.fullmatch(value):
            message = (
                "is no host name; auto, embedded, none, or a name or address such as 192.168.1.2 would be (the port "
            )
            message += "has a key of its own)"
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _name_with_password(self) -> "Mqtt":
        if self.password_file is not None and self.username is None:
            message = "password_file is without a username; both, or neither, would be right"
            raise ValueError(message)
        if self.broker in ("embedded", "auto") and self.username is not None and self.password_file is None:
            message = "username is without a password_file, which the embedded broker needs; both, or neither, would be"
            raise ValueError(message)
        return self


class Leds(Section):
    """BCM GPIO numbers of the three lamps."""

    green: Gpio = 17
    amber: Gpio = 27
    red: Gpio = 22


class Panel(Section):
    """Buzzer, lamps and button. GPIO numbers are BCM, not the physical pins. `none` is a box without a panel. The
    `pause_button` is another button, which closes the cameras for a time; None: there is none.
    """

    kind: Literal["gpio", "simulated", "none"] = "none"
    buzzer: Gpio = 18
    button: Gpio = 23
    pause_button: Gpio | None = None
    leds: Leds = Leds()

    @property
    def pins(self) -> Mapping[str, int]:
        """The BCM number of each part that is wired, by its key below `panel`."""
        pause = {} if self.pause_button is None else {"pause_button": self.pause_button}
        leds = {f"leds.{colour}": gpio for colour, gpio in self.leds}
        return {"buzzer": self.buzzer, "button": self.button, **pause, **leds}

    @model_validator(mode="after")
    def _one_pin_each(self) -> "Panel":
        """Blame the pin that was written, not the one that was left out and has its default."""
        own, lamps = self.model_fields_set, self.leds.model_fields_set
        written = own | {f"leds.{colour}" for colour in lamps}
        pins = [(name, name in written, gpio) for name, gpio in self.pins.items()]
        clashes = header.refusals({name: gpio for name, _, gpio in sorted(pins, key=lambda pin: pin[1])})
        if clashes:
            kind, told = "pins", {"clashes": "; ".join(clashes), "each": clashes}
            raise PydanticCustomError(kind, "{clashes}", told)
        return self


class Supervision(Section):
    """Who notices that the box itself is dead: `url` is fetched every `seconds` while it works, and is a secret."""

    url: str | None = Field(None, pattern=r"^https?://[^\s/]+(?:/\S*)?$", description="an address with https://")
    seconds: float = Field(60, ge=10, le=3600)


class Privacy(Section):
    """Whether an eye that the kernel cannot confine may run; everybody sees then that it is degraded. `send_drawing`
    lets a drawing of the stick figures follow an alarm to the phones. A pause closes cameras for `pause_seconds` where
    nobody says for how long, and for `longest_pause_seconds` at most; the contacts are told of one that is longer than
    `tell_pause_seconds`, None: of none.
    """

    allow_unconfined: bool = False
    send_drawing: bool = False
    pause_seconds: float = Field(3_600, ge=60, le=43_200)
    longest_pause_seconds: float = Field(43_200, ge=60, le=43_200)
    tell_pause_seconds: float | None = Field(None, ge=60, le=43_200)

    @model_validator(mode="after")
    def _within_the_longest(self) -> "Privacy":
        if self.pause_seconds > self.longest_pause_seconds:
            message = (
                f"pause_seconds is {self.pause_seconds:g}, more than longest_pause_seconds "
                f"({self.longest_pause_seconds:g}); as much or less would be right"
            )
            raise ValueError(message)
        return self


class Feedback(Section):
    """Whether the box keeps stick figures of its own mistakes, for how many days, and of how many at most."""

    keep_scenes: bool = False
    keep_days: int = Field(180, ge=1, le=3650)
    most: int = Field(200, ge=1, le=2000)


class Models(Section):
    """Which TensorFlow Lite runtime, how many threads, and where the .tflite files are (default: shipped ones)."""

    runtime: Literal["auto", "litert", "tflite"] = "auto"
    threads: int = Field(2, ge=1, le=8)
    directory: Path | None = None


class Settings(Section):
    """The whole configuration of one box."""

    household: Household = Household()
    rooms: tuple[Room, ...] = Field(min_length=1, max_length=8)
    senses: tuple[Sense, ...] = Field((), max_length=MOST_SENSES)
    neighbours: tuple[Neighbour, ...] = Field((), max_length=MOST_NEIGHBOURS)
    falls: Falls = Falls()
    behaviour: Behaviour = Behaviour()
    alarm: AlarmSettings = AlarmSettings()
    contacts: tuple[Contact, ...] = ()
    supervision: Supervision = Supervision()
    mqtt: Mqtt = Mqtt()
    panel: Panel = Panel()
    voice: Speech = Speech()
    web: Web = Web()
    privacy: Privacy = Privacy()
    feedback: Feedback = Feedback()
    models: Models = Models()
    state_directory: Path = Path("/var/lib/guardian")

    @field_validator("rooms")
    @classmethod
    def _rooms_differ(cls, rooms: tuple[Room, ...]) -> tuple[Room, ...]:
        _demand_names("rooms", [room.name for room in rooms])
        firsts = {room.name for room in rooms if room.same_room is None}
        for room in rooms:
            if room.same_room is not None and room.same_room not in firsts:
                wrong = f"same_room of {room.name!r} is {room.same_room!r}, which is no other entry without a same_room"
                message = f"{wrong}; one of {', '.join(sorted(firsts)) or 'none'} would be right"
                raise ValueError(message)
        return rooms

    @property
    def shares(self) -> dict[str, str]:
        """For each camera's room the room that it belongs to: another one's, where it looks at the same."""
        return {room.name: room.same_room or room.name for room in self.rooms}

    @field_validator("senses")
    @classmethod
    def _senses_differ(cls, senses: tuple[Sense, ...]) -> tuple[Sense, ...]:
        _demand_names("senses", [sense.name for sense in senses])
        return senses

    @model_validator(mode="after")
    def _senses_are_heard(self) -> "Settings":
        if self.senses and self.mqtt.broker == "none":
            message = "senses speak by MQTT, and mqtt.broker is none; another broker, or no senses, would be right"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _neighbours_differ(self) -> "Settings":
        """Two boxes must not be taken for one, nor a box for a room; and both must be where the other can hear them."""
        for wrong in self._confusions():
            raise ValueError(wrong)
        return self

    def _confusions(self) -> Iterator[str]:
        ids, names = [each.id for each in self.neighbours], [each.name for each in self.neighbours]
        if self.household.id in ids:
            wrong = f"neighbours names this box itself ({self.household.id}, its household.id)"
            yield f"{wrong}; the household.id of another one would be right"
        twice = sorted({each for many in (ids, names) for each in many if many.count(each) > 1})
        if twice:
            yield f"two neighbours are both called {', '.join(twice)}; a name for each would be right"
        taken = [name for name in names if name in {*(room.name for room in self.rooms), *self.rooms_without_camera}]
        if taken:
            yield f"{taken[0]} is a neighbour's name and a room's; another name for one of them would be right"
        if self.neighbours and self.mqtt.broker in ("none", "embedded"):
            wrong = f"neighbours meet at a broker, and mqtt.broker is {self.mqtt.broker}, which no other box reaches"
            yield f"{wrong}; the name of a broker, or auto with mosquitto on this box, would be right"

    @property
    def rooms_without_camera(self) -> tuple[str, ...]:
        """The rooms of which only senses tell."""
        seen = {room.name for room in self.rooms}
        named = (sense.room for sense in self.senses if sense.room is not None)
        return tuple(dict.fromkeys(room for room in named if room not in seen))

    @field_validator("state_directory")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        if not value.is_absolute():  # beside the service it would lie where everything is cleared at each start
            message = "does not begin with /; a whole path such as /var/lib/guardian would be right"
            raise ValueError(message)
        return value
