"""The configuration: every key with its unit, range and default. Unknown keys are refused."""

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Seconds = Annotated[float, Field(gt=0, le=86_400)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Port = Annotated[int, Field(ge=0, le=65_535)]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^/#+\x00-\x1f]+$")]


class Section(BaseModel):
    """A part of the configuration: frozen, and strict about unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Place(Section):
    """An area of the picture where a person may be: `polygon` in fractions of frame width and height, (x, y)."""

    name: Name
    kind: Literal["bed", "sofa", "chair", "mat", "floor", "door"]
    polygon: tuple[tuple[Fraction, Fraction], ...] = Field(min_length=3, max_length=32)


class Camera(Section):
    """Where the frames come from: `/dev/video0`, `csi` or `csi:1`, `rtsp://...`, `http://...` or a video file."""

    source: str = Field(min_length=1)
    width: int = Field(640, ge=160, le=3840)
    height: int = Field(480, ge=120, le=2160)
    fps: float = Field(15, ge=1, le=60)
    rotate: Literal[0, 90, 180, 270] = 0


class Room(Section):
    """One camera looking at one room."""

    name: Name
    camera: Camera
    places: tuple[Place, ...] = ()


class Household(Section):
    """Whose home this is. `id` names the box in MQTT topics."""

    id: str = Field("home", pattern=r"^[a-z0-9_-]{1,32}$")
    name: Name = "Home"
    timezone: str = "UTC"

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            message = f"{value!r} is no time zone; an IANA name such as Europe/Madrid or Asia/Taipei would be right"
            raise ValueError(message) from error
        return value


class Falls(Section):
    """When lying down is a fall. Times in seconds."""

    confirm_seconds: Seconds = Field(4.0, le=60)
    down_seconds: Seconds = Field(20.0, le=600)
    long_lie_seconds: Seconds = Field(60.0, le=3600)


class Behaviour(Section):
    """Stillness that is unusual: minutes without movement before StillnessExceeded, by day, by night and in bed."""

    stillness_minutes: float = Field(90, ge=5, le=1440)
    stillness_minutes_bed: float = Field(720, ge=60, le=2880)
    night_from: int = Field(22, ge=0, le=23)
    night_to: int = Field(7, ge=0, le=23)
    alarm_events: tuple[Literal["StillnessExceeded", "StrangerSeen", "NightWandering", "RoutineBroken"], ...] = (
        "StillnessExceeded",
    )


class AlarmSettings(Section):
    """The life of an incident. `cancel_seconds` is the countdown in which the person can say "I am all right"."""

    cancel_seconds: Seconds = Field(30.0, le=300)
    suspected_seconds: Seconds = Field(20.0, le=120)
    repeat_seconds: Seconds = Field(60.0, ge=10, le=3600)
    recovered_seconds: Seconds = Field(10.0, le=300)
    view_lost_seconds: Seconds = Field(180.0, le=86_400)
    snooze_seconds: Seconds = Field(1800.0, le=14_400)


class Contact(Section):
    """Somebody to tell, in this order. `ways` are apprise URLs (see the caregiver's guide)."""

    name: Name
    ways: tuple[str, ...] = Field(min_length=1)


class Tls(Section):
    """TLS to the broker: the authority's certificate, and ours where the broker asks for one."""

    ca_file: Path
    cert_file: Path | None = None
    key_file: Path | None = None


class Mqtt(Section):
    """The broker. `embedded` runs one on this box, on loopback; `none` is no MQTT at all; else a host name."""

    broker: str = Field("embedded", min_length=1)
    port: Port = 1883
    username: str | None = None
    password_file: Path | None = None
    tls: Tls | None = None
    topic: str = Field("guardian", pattern=r"^[^#+\x00]+[^#+/\x00]$")


class Leds(Section):
    """BCM GPIO numbers of the three lamps."""

    green: int = 17
    amber: int = 27
    red: int = 22


class Panel(Section):
    """Buzzer, lamps and button. GPIO numbers are BCM, not the physical pins. `none` is a box without a panel."""

    kind: Literal["gpio", "simulated", "none"] = "none"
    buzzer: int = 18
    button: int = 23
    leds: Leds = Leds()


class Web(Section):
    """The caregiver's page. Loopback only; `token_file` holds the secret in the address, made at first start."""

    enabled: bool = True
    host: Literal["127.0.0.1", "::1"] = "127.0.0.1"
    port: Port = 8377


class Privacy(Section):
    """What may leave, and whether an eye that the kernel cannot confine may run (published as degraded)."""

    allow_unconfined: bool = False
    publish_skeletons: bool = False


class Models(Section):
    """Which TensorFlow Lite runtime, how many threads, and where the .tflite files are (default: shipped ones)."""

    runtime: Literal["auto", "litert", "tflite"] = "auto"
    threads: int = Field(2, ge=1, le=8)
    directory: Path | None = None


class Settings(Section):
    """The whole configuration of one box."""

    household: Household = Household()
    rooms: tuple[Room, ...] = Field(min_length=1, max_length=8)
    falls: Falls = Falls()
    behaviour: Behaviour = Behaviour()
    alarm: AlarmSettings = AlarmSettings()
    contacts: tuple[Contact, ...] = ()
    mqtt: Mqtt = Mqtt()
    panel: Panel = Panel()
    web: Web = Web()
    privacy: Privacy = Privacy()
    models: Models = Models()
    state_directory: Path = Path("/var/lib/guardian")

    @model_validator(mode="after")
    def _rooms_differ(self) -> "Settings":
        names = [room.name for room in self.rooms]
        if len(set(names)) != len(names):
            message = f"two rooms have the same name ({', '.join(sorted(names))}); give each its own"
            raise ValueError(message)
        return self
