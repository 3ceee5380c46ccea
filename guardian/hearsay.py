"""What another box says, read from its payloads: whatever comes, nouns or a plain refusal. Pure.

The broker is not trusted to let only friends through, nor another box to be of the same version: what is too long is
cut, what is not known is passed over, and what would be acted on must be right.
"""

from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from guardian.errors import PayloadError
from guardian.incident import Incident, IncidentState
from guardian.moment import Moment
from guardian.readings import MAX_PAYLOAD_BYTES
from guardian.transitions import PANEL, row_of

MAX_WORD, MAX_SENTENCE, MAX_REASONS, MAX_NAMES = 64, 300, 8, 32
MOST_OPEN = 64
"""How many open incidents one box may name; it has 32 itself."""
MOST_ROOMS = 32


def _cut(most: int) -> BeforeValidator:
    """Make a text printable and no longer than that; what is no text is refused by the field itself."""
    return BeforeValidator(
        lambda value: "".join(each for each in value[:most] if each.isprintable()) if isinstance(value, str) else value
    )


def _few(most: int) -> BeforeValidator:
    return BeforeValidator(lambda value: value[:most] if isinstance(value, list) else value)


_Word = Annotated[str, _cut(MAX_WORD)]
_Sentence = Annotated[str, _cut(MAX_SENTENCE)]
_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
_Sentences = Annotated[tuple[_Sentence, ...], _few(MAX_REASONS)]
_Words = Annotated[tuple[_Word, ...], _few(MAX_NAMES)]


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, hide_input_in_errors=True)


class Beat(_Said):
    """A sign of life: the `beat`-th of the process `boot`, and which incidents are open in which states and which rooms
    there are at that time.
    """

    boot: _Id
    beat: Annotated[int, Field(ge=0, le=2**53)]
    open: Annotated[dict[_Id, IncidentState], Field(max_length=MOST_OPEN)]
    rooms: Annotated[tuple[_Word, ...], _few(MOST_ROOMS)] = ()

    def follows(self, other: "Beat") -> bool:
        """Tell whether it is of a later moment than the other: repeated, or older, it is no sign of life."""
        return self.boot != other.boot or self.beat > other.beat


class Answer(_Said):
    """What has become of an incident, told to whoever asked with that `ref`."""

    ref: _Id
    incident: _Id
    state: _Word


class Watched(_Said):
    """How well a room is watched, and why not better."""

    state: Literal["armed", "degraded", "blind"]
    reasons: _Sentences = ()


class Occupied(_Said):
    """Whether somebody is in a room; None where the box cannot tell."""

    occupied: bool | None
    count: Annotated[int, Field(ge=0, le=1_000)] = 0


class Broken(_Said):
    """One thing that does not work."""

    part: _Word
    room: _Word = ""
    reason: _Sentence = ""


class Faults(_Said):
    """All that does not work."""

    faults: Annotated[tuple[Broken, ...], _few(MAX_NAMES)] = ()


class _Told(_Said):
    """An incident, as topics writes it."""

    id: _Id
    room: _Word
    kind: Annotated[str, Field(pattern=r"^[A-Za-z]{1,40}$")]
    state: IncidentState
    since: AwareDatetime
    changed: AwareDatetime
    until: AwareDatetime | None = None
    person: _Word = "unknown"
    place: _Word | None = None
    reasons: _Sentences = ()
    drill: bool = False
    told: _Words = ()
    acknowledged_by: _Word | None = None
    acknowledged_via: _Word | None = None
    outcome: _Word | None = None
    closed_by: _Word | None = None
    closed_via: _Word | None = None


_Form = TypeVar("_Form", bound=_Said)


@dataclass(frozen=True, slots=True)
class Whole:
    """An incident of another box, and the payload that it was read from, by which it is kept."""

    incident: Incident
    payload: bytes

    def now(self, state: IncidentState) -> "Whole":
        """Give it as it is in the state that a heartbeat tells, where that can be: a message may have been lost."""
        made = replace(self.incident, state=state)
        return Whole(made, self.payload) if row_of(made) in PANEL else self


def read(form: type[_Form], payload: bytes) -> _Form:
    """Read a payload of one of the forms above. Raises PayloadError, and nothing else, on anything wrong."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        message = f"{len(payload)} bytes are too many; at most {MAX_PAYLOAD_BYTES} would be right"
        raise PayloadError(message)
    try:
        return form.model_validate_json(payload)
    except ValidationError as error:
        first: Any = error.errors(include_url=False, include_input=False, include_context=False)[0]
        key = ".".join(map(str, first["loc"])) or "JSON"
        message = f"{key}: {first['msg']}"
        raise PayloadError(message) from None


def _lasts(told: _Told) -> float:
    """How long the state of an incident lasts by the clock of its own box, in seconds."""
    return 0.0 if told.until is None else max(0.0, (told.until - told.changed).total_seconds())


def incident(payload: bytes, moment: Moment) -> Whole:
    """Read an incident; its times become monotonic seconds of this process, none later than now but the deadline, which
    is no later than the whole of what it lasts: the other box's clock may be wrong.

    Raises PayloadError, and nothing else.
    """
    told = read(_Told, payload)

    def seconds(wall: AwareDatetime) -> float:
        return moment.monotonic + (wall - moment.wall).total_seconds()

    fields = told.model_dump(exclude={"since", "changed", "until", "person"})
    made = Incident(
        **fields,
        opened=min(seconds(told.since), moment.monotonic),
        changed=min(seconds(told.changed), moment.monotonic),
        deadline=None if told.until is None else min(seconds(told.until), moment.monotonic + _lasts(told)),
        person=None if told.person == "unknown" else told.person,
    )
    if made.open and row_of(made) not in PANEL:
        message = f"state: an incident of kind {made.kind} is never {made.state.value}"
        raise PayloadError(message)
    return Whole(made, payload)
