"""What the page needs to know of the home, and what it may ask: the one contract between the page and the appliance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

from guardian.commands import Lamp, ShowPanel, Sound
from guardian.day import Day
from guardian.deliveries import Delivery
from guardian.drawn import DrawnPlace
from guardian.drills import FallDrill
from guardian.events import FaultOccurred, HumanEvent
from guardian.ground import Known
from guardian.heat import HeatMap
from guardian.incident import Incident
from guardian.moment import Moment
from guardian.neighbours import Seen
from guardian.optics import Optics
from guardian.pause import Pause
from guardian.posture import Figure, Steady
from guardian.rest_places import LearnedPlace
from guardian.senses import Sensed
from guardian.settings import Place
from guardian.skeleton import Keypoints, Observation
from guardian.tracking import TrackState
from guardian.trials import Trial

WATCHING = ShowPanel(Lamp.STEADY, Sound.SILENT, "")


class Coverage(str, Enum):
    """How well a room is watched now: a fall would be seen, might be missed, or would not be seen at all; or the camera
    is closed, as somebody asked.
    """

    ARMED = "armed"
    DEGRADED = "degraded"
    BLIND = "blind"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, eq=False)
class PersonShown:
    """One body as the page draws it: `keypoints` as in skeleton.Pose; `name` is None for unknown, `place` for nowhere
    in particular.
    """

    track: int
    posture: str
    keypoints: Keypoints
    name: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class LookShown:
    """The last frame of a room: captured at `time` (monotonic seconds) as the `frame`-th since its eye was opened,
    `brightness` 0-1. `optics` is how the camera looks at the floor, once that is known, `sure` (0-1) how sure that is
    (1: it is configured); `turn` by how many degrees the camera hangs askew.
    """

    time: float
    frame: int
    brightness: float
    optics: Optics | None = None
    sure: float = 0.0
    turn: float = 0.0


@dataclass(frozen=True, slots=True)
class RoomShown:
    """One room now. `aspect` is width / height of its view, `reason` a sentence where the coverage is not armed,
    `camera` some about how it hangs and how large places are, once that is known. `places` are those that count;
    `learned` what is proposed, and what was and is among them. `moved` tells that its camera points elsewhere than it
    did, `outdated` in a sentence what is drawn and configured of another view, and does not count. `drawn` is what is
    drawn and configured, whether it counts or not, `heat` where people have been. `look` is None before the first
    frame.
    """

    name: str
    coverage: Coverage = Coverage.ARMED
    reason: str = ""
    aspect: float = 4 / 3
    persons: tuple[PersonShown, ...] = ()
    places: tuple[Place, ...] = ()
    learned: tuple[LearnedPlace, ...] = ()
    camera: str = ""
    moved: bool = False
    outdated: str = ""
    drawn: tuple[DrawnPlace, ...] = ()
    heat: HeatMap | None = None
    look: LookShown | None = None


@dataclass(frozen=True, slots=True)
class SnoozeShown:
    """New alarms of `room` (all rooms where it is empty) are held until `until`, monotonic seconds."""

    room: str
    until: float


@dataclass(frozen=True, slots=True)
class FeedbackShown:
    """Whether the box keeps scenes to learn from, how many it has, and, by room, the oldest monotonic second of which a
    human can still say that a fall was missed.
    """

    on: bool = False
    kept: int = 0
    reaches: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HabitsShown:
    """What is known of one person, or of the household where `who` is empty: the day so far, and in sentences what is
    believed to be usual.
    """

    who: str
    today: Day
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EnrolmentShown:
    """The enrolment of `name` in `room`: how far it has come, 0-1, and what the person should do; or, once it has
    `ended`, whether it was `kept`, and in `text` why not.
    """

    name: str
    room: str
    share: float
    text: str
    ended: bool = False
    kept: bool = False


@dataclass(frozen=True, slots=True)
class PeopleShown:
    """Who is enrolled, as (name, room), and the enrolments that are going on or were the last in their room."""

    known: tuple[tuple[str, str], ...] = ()
    enrolments: tuple[EnrolmentShown, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The home at `moment`, which is when the core last finished a pass: the page warns when that is long ago.

    `incidents` are the open ones, worst first; `senses` those that are no cameras. `version` changes whenever the list
    of incidents is worth asking for. `boxes` are the household's others, `unanswered` the ids of incidents there about
    which a human has done something here that was not answered.
    """

    moment: Moment
    rooms: tuple[RoomShown, ...]
    household: str = "Home"
    incidents: tuple[Incident, ...] = ()
    panel: ShowPanel = WATCHING
    faults: tuple[FaultOccurred, ...] = ()
    snoozes: tuple[SnoozeShown, ...] = ()
    version: int = 0
    habits: tuple[HabitsShown, ...] = ()
    feedback: FeedbackShown = FeedbackShown()
    senses: tuple[Sensed, ...] = ()
    people: PeopleShown = PeopleShown()
    deliveries: tuple[Delivery, ...] = ()
    drill: FallDrill | None = None
    trial: Trial | None = None
    boxes: tuple[Seen, ...] = ()
    unanswered: frozenset[str] = frozenset()
    pauses: tuple[Pause, ...] = ()

    def wall(self, monotonic: float) -> datetime:
        """Return the wall time of a monotonic second of this process, in the household's zone."""
        return self.moment.wall_at(monotonic)


@dataclass(frozen=True, slots=True)
class PastIncident:
    """An incident with the wall times (aware, in the household's zone) at which it was opened and, maybe, closed.

    `judged` is what a human said of its scene: fall, or false alarm; "" where nobody has yet, and None where no scene
    of it is kept to learn from.
    """

    incident: Incident
    opened: datetime
    closed: datetime | None = None
    replayable: bool = False
    judged: str | None = None


@dataclass(frozen=True, slots=True)
class SceneFrame:
    """Who was where `offset` seconds after the incident was opened (before it: negative)."""

    offset: float
    persons: tuple[PersonShown, ...]


@dataclass(frozen=True, slots=True)
class RecordedScene:
    """The stick figures of one room around an incident, in order of time."""

    room: str
    aspect: float
    frames: tuple[SceneFrame, ...]
    places: tuple[Place, ...] = ()


class Household(Protocol):
    """The appliance as the page sees it. Called from the page's own thread; none of it may wait for the core."""

    def snapshot(self) -> Snapshot:
        """Return the home now; called up to ten times a second, so it must be cheap."""

    def incidents(self, limit: int) -> Sequence[PastIncident]:
        """Return the latest incidents, open and closed, newest first. Raises StoreError where they cannot be read."""

    def scene(self, incident_id: str) -> RecordedScene | None:
        """Return what was seen around an incident, or None where nothing was kept. Raises StoreError."""

    def days(self, who: str) -> Sequence[Day]:
        """Return the days of the last quarter that were counted of somebody and are over, the oldest first; of the
        household where `who` is empty. Raises StoreError.
        """

    def submit(self, event: HumanEvent) -> None:
        """Put what a human did into the core's queue, and return at once."""


def persons_shown(figures: Iterable[Figure], steady: Steady) -> tuple[PersonShown, ...]:
    """The figures as the page draws them, without those that may turn out to be a coat on a hook."""
    known = [figure for figure in figures if figure.person.track.state is not TrackState.TENTATIVE]
    return tuple(
        PersonShown(
            figure.person.track.id,
            posture.value,
            figure.person.track.pose.picture,
            figure.person.name,
            figure.place.name if figure.place else None,
        )
        for figure, posture in zip(known, steady.postures(known), strict=True)
    )


def look_shown(last: Observation | None, ground: Known | None, turn: float) -> LookShown | None:
    """The last frame, and what is known of the camera that captured it."""
    if last is None:
        return None
    optics, sure = (None, 0.0) if ground is None else (ground.optics, ground.confidence)
    return LookShown(last.time, last.frame, last.brightness, optics, sure, turn)
