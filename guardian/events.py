"""Facts, in the past tense and frozen: what the stages saw and what humans did. The class name is the event's name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened at `time` (monotonic seconds) in `room`.

    `reasons` are sentences with numbers that a caregiver reads: what was seen, not how it was computed.
    """

    time: float
    room: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEvent(Event):
    """Something that happened to a body: `track` is its local id, below 0 where no camera but another sense tells of
    it, `person` its name or None for unknown, `place` the name of the place (bed, sofa, floor ...) where the hips are,
    or None.
    """

    track: int
    person: str | None = None
    place: str | None = None


class PersonAppeared(PersonEvent):
    """A track was confirmed: somebody is in the room."""

    __slots__ = ()


class PersonLeft(PersonEvent):
    """A track ended where people leave."""

    __slots__ = ()


class PersonIdentified(PersonEvent):
    """The identity of a track was decided or changed."""

    __slots__ = ()


class FallSuspected(PersonEvent):
    """A fast descent to the floor, not yet confirmed by staying down."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FallConfirmed(PersonEvent):
    """A fall, after which the person stayed down. `evidence` names the views that spoke for and against it with their
    weight in nats, the strongest first: for the engineer, where `reasons` are for the caregiver.
    """

    evidence: tuple[tuple[str, float], ...] = ()


class PersonDown(PersonEvent):
    """Somebody lies where one does not lie, and no fall was seen."""

    __slots__ = ()


class LongLie(PersonEvent):
    """On the floor beyond the limit."""

    __slots__ = ()


class PersonRecovered(PersonEvent):
    """Upright again after a suspected or confirmed fall."""

    __slots__ = ()


class HelpGestured(PersonEvent):
    """The person waved or held up an arm for help."""

    __slots__ = ()


class StillnessExceeded(PersonEvent):
    """No movement for longer than is usual at this hour and place."""

    __slots__ = ()


class RoutineBroken(PersonEvent):
    """Something usual did not happen, or something unusual did. `track` is 0: nobody need be seen."""

    __slots__ = ()


class CheckInMissed(PersonEvent):
    """Nobody was up by the time of day that the household has set. `track` is 0."""

    __slots__ = ()


class StrangerSeen(PersonEvent):
    """An unknown person when the household is asleep or away."""

    __slots__ = ()


class NightWandering(PersonEvent):
    """Up and about at night beyond what is usual."""

    __slots__ = ()


class NeighbourLost(PersonEvent):
    """Another box of the household does not answer any more, and when it last did somebody needed help there and nobody
    had taken it. `room` is the other box's name, `place` the room there; `track` is -1.
    """

    __slots__ = ()


class GaitDeclined(PersonEvent):
    """Walking has become slower or less steady over weeks."""

    __slots__ = ()


class ViewLost(Event):
    """The room cannot be seen: dark, covered, frozen or no frames."""

    __slots__ = ()


class ViewRestored(Event):
    """The room can be seen again."""

    __slots__ = ()


class CameraMoved(Event):
    """The camera points elsewhere: places and floor no longer hold."""

    __slots__ = ()


class CameraReturned(Event):
    """The camera points where it did again."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceProposed(Event):
    """People have come to rest at one spot again and again: a human may accept it as a place of that `kind`. Nothing
    changes until then.
    """

    number: int
    kind: str


class WeeklyTestDue(Event):
    """It is time to try the way to those who are called."""

    __slots__ = ()


class WeeklyTestSkipped(Event):
    """A weekly test was left out, as the reason says."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanEvent(Event):
    """A human acted: `by` names who, `via` the way (button, mqtt, web, phone). `incident` is the id of the incident
    meant, or None for the worst one that is open. `room` is empty where no room was meant. `ref` is what the answer
    names, where whoever asked wants one.
    """

    by: str
    via: str
    incident: str | None = None
    room: str = ""
    ref: str = ""


class HelpCalled(HumanEvent):
    """The button was held, or somebody pressed "call for help"."""

    __slots__ = ()


class Cancelled(HumanEvent):
    """The person said "I am all right" while the alarm was suspected or pending."""

    __slots__ = ()


class Acknowledged(HumanEvent):
    """A named human has taken the alarm: it falls silent and stays open."""

    __slots__ = ()


class FalseAlarmSaid(HumanEvent):
    """A contact has said on the phone that the alarm is a false one, and is asked once more: it closes nothing."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved(HumanEvent):
    """A human closed the incident: `outcome` is helped, false alarm or drill; `note` is what they said of it."""

    outcome: str = "helped"
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snoozed(HumanEvent):
    """New alarms of one room (or all, where `room` is empty) are held for `seconds`; it ends by itself."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseAsked(HumanEvent):
    """A human asks that the camera of `room` (every one, where it is empty) be closed for `seconds`; 0 ends the pause,
    and None is for as long as is configured.
    """

    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomPaused(Event):
    """The camera of the room is closed, for `seconds` from `time` on, as `by` asked for by the way `via`."""

    seconds: float
    by: str
    via: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseEnded(Event):
    """The camera of the room is opened again: `by` names who asked for it, or is empty where it was time."""

    by: str = ""
    via: str = ""


class DrillStarted(HumanEvent):
    """A human asked for a test alarm."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FallDrillAsked(HumanEvent):
    """For `seconds` from now on a fall in `room` is an exercise; 0 ends it. `contacts` says that those who are to be
    told of a fall are told of the exercise.
    """

    seconds: float
    contacts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MissReported(HumanEvent):
    """A human says that somebody fell in `room` at `at` (HH:MM, the household's time) and nothing was told."""

    at: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged(HumanEvent):
    """A human says of an incident that is over whether somebody fell."""

    fall: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceAccepted(HumanEvent):
    """A human says that people rest at the learned place number `number` of `room`: it counts from now on as one that
    was drawn. `kind` is bed, sofa, chair or mat, or empty for what it was proposed as.
    """

    number: int
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceDeclined(HumanEvent):
    """A human says that the learned place is none, or is none any more; it is not proposed again."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceDrawn(HumanEvent):
    """A human says that there is a place `name` of that `kind` in `room`, within `polygon`: corners (x, y) in fractions
    of what the camera sees. `instead` is the name of the place that it is drawn in place of, or empty.
    """

    name: str
    kind: str
    polygon: tuple[tuple[float, float], ...]
    instead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRemoved(HumanEvent):
    """A human says that there is no place `name` in `room` any more, though it was drawn or is configured."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRestored(HumanEvent):
    """A human says that the place `name` of `room` counts again as it is configured."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewAccepted(HumanEvent):
    """A human says that what the camera of `room` sees now is its view, though it was moved. What is drawn and
    configured of it counts again where it still `fits`; else not until it is changed.
    """

    fits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysForgotten(HumanEvent):
    """A human asked the box to erase what it counted of the days of `who`; empty is the household."""

    who: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentAsked(HumanEvent):
    """A human asked the box to get to know `name`, who will walk through `room` for a minute, and agrees to it."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureAsked(HumanEvent):
    """A human asked the box to erase all that it knows of `name`."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentEnded(Event):
    """The enrolment of `person` has ended: it is `kept`, or the reason says why not."""

    person: str
    kept: bool


class ScenesForgotten(HumanEvent):
    """A human asked the box to erase every scene that it kept to learn from."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenesChanged(Event):
    """The scenes kept to learn from are others now: `count` of them."""

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactTold(Event):
    """A provider took what `contact` is to be told by `way` (such as ntfy) of `incident` at its escalation `step`."""

    contact: str
    way: str
    incident: str
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactNotTold(Event):
    """The first attempt to tell a contact by a way failed, and is tried again; or, where `given_up`, the last one."""

    contact: str
    way: str
    incident: str
    step: int
    given_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultOccurred(Event):
    """A part of the appliance does not work: `part` names it (camera, sandbox, model, broker, panel, button,
    store, scenes, phone, answers, voice, weekly test, supervision, page, disk, temperature, power, clock, or `sense`
    or `box` with its name).
    """

    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultCleared(Event):
    """The part works again."""

    part: str


URGENT_EVENTS: tuple[type[Event], ...] = (FallConfirmed, PersonDown, LongLie, HelpGestured, HelpCalled)
"""What counts as an alarm for the household and in evaluation, besides the configured behaviour events."""
