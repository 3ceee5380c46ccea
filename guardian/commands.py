"""What the core asks of the shell. Commands are data: the core never touches a pin, a socket or a disk."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TypeAlias

from guardian.incident import Incident
from guardian.skeleton import Observation


class Lamp(str, Enum):
    """What the lamps say (design: button and LED): steady = watching, slow = pending, fast = raised, double = fault,
    wink = a camera is paused.
    """

    OFF = "off"
    STEADY = "steady"
    WINK = "wink"
    SLOW_BLINK = "slow blink"
    FAST_BLINK = "fast blink"
    DOUBLE_BLINK = "double blink"


class Sound(str, Enum):
    """What the buzzer says: silent, pips while the alarm can be cancelled, siren while it is raised."""

    SILENT = "silent"
    PIPS = "pips"
    SIREN = "siren"


@dataclass(frozen=True, slots=True)
class Save:
    """Make the incident durable; carried out before anything announces it."""

    incident: Incident


@dataclass(frozen=True, slots=True)
class ShowPanel:
    """Set the box's lamps and buzzer; `text` is what the simulated panel and the page say in large type."""

    lamp: Lamp
    sound: Sound
    text: str


@dataclass(frozen=True, slots=True)
class Speak:
    """Say `text` aloud, at once and in place of whatever is being said; `times` in all, with `pause` seconds of silence
    between, in which an answer can be heard; 0 times is until something else is said. Without a text, fall silent.
    """

    text: str
    pause: float = 0.0
    times: int = 1


@dataclass(frozen=True, slots=True)
class Publish:
    """Send `payload` (UTF-8 text; JSON unless a plain word) to `topic`, quality of service 1. What is `fleeting` gives
    way first where too much waits for the broker: a day without one must not cost the news of a fall.
    """

    topic: str
    payload: str
    retain: bool = False
    fleeting: bool = False


class Ask(str, Enum):
    """What a contact is asked to answer: where a notice is urgent, to take the alarm, or that the test has arrived; in
    any case, whether an alarm is really a false one.
    """

    TAKE = "take"
    TEST = "test"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell one contact by its ways (phone, mail ...). `incident` with `step` is the idempotency key; `asked` is the
    monotonic second at which it was decided: what is told much later has to say so. An urgent one may be answered, as
    `ask` says. One that is not may be `held_until` a wall time, at which the contact's quiet hours are over.
    """

    contact: str
    title: str
    body: str
    incident: str
    step: int
    urgent: bool = True
    asked: float = 0.0
    ask: Ask = Ask.TAKE
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Untold:
    """A notice of an earlier process, and the ways by which its contact was told before that process ended."""

    notice: Notify
    told: frozenset[str]


@dataclass(frozen=True, slots=True)
class Announce:
    """The incident changed: whoever publishes state must publish this one (topics turns it into messages)."""

    incident: Incident


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a human said of a scene, at the wall time `said`: whether somebody fell in it, and a `note` of their own."""

    fall: bool
    by: str
    via: str
    said: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class KeepScene:
    """Keep what was seen in a room, to learn from.

    `frames` are packed observations (recollection.pack) in order of time; `earliest` and `latest` the monotonic seconds
    between which somebody came down, if anybody did; `happened` the wall time of `latest`. `event` says what the box
    told, `verdict` what a human said; None where nobody has yet. `roll` as in recording.header.
    """

    scene: str
    room: str
    event: str
    happened: datetime
    earliest: float
    latest: float
    frames: tuple[bytes, ...]
    verdict: Verdict | None = None
    roll: float | None = None


@dataclass(frozen=True, slots=True)
class JudgeScene:
    """Note what a human said of a scene; where it is not kept, nothing."""

    scene: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class ForgetScenes:
    """Erase every scene that was kept to learn from."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """Keep in memory what was seen of an incident until it was decided on, so that those who are told can be shown a
    drawing of it. `observations` are in order of time; `outlines` what is drawn of the room's furniture, as (x, y) in
    fractions of frame width and height.
    """

    incident: str
    observations: tuple[Observation, ...]
    outlines: tuple[tuple[tuple[float, float], ...], ...] = ()


SceneCommand: TypeAlias = KeepScene | JudgeScene | ForgetScenes

Command: TypeAlias = Save | ShowPanel | Speak | Publish | Notify | Announce
