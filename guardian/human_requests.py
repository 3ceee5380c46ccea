"""What a human may ask of the box from afar, and how the payload that asks is read; whatever comes, an event or a plain
refusal. Pure; the broker is not trusted to let only friends through.
"""

import json
import re
from collections.abc import Collection, Mapping
from typing import NoReturn, TypeAlias, TypedDict, get_args

from guardian import outline
from guardian.drawn import place_of
from guardian.errors import PayloadError
from guardian.events import (
    Acknowledged,
    Cancelled,
    DaysForgotten,
    DrillStarted,
    EnrolmentAsked,
    ErasureAsked,
    FallDrillAsked,
    HelpCalled,
    HumanEvent,
    Judged,
    MissReported,
    PauseAsked,
    PlaceAccepted,
    PlaceDeclined,
    PlaceDrawn,
    PlaceRemoved,
    PlaceRestored,
    Resolved,
    ScenesForgotten,
    Snoozed,
    ViewAccepted,
)
from guardian.settings import Place

SOMEONE = "someone"
VIA = "mqtt"
ANOTHER_BOX = "another box"
"""The way of what was done at another box of the household, which passed it on."""
MAX_PAYLOAD_BYTES = 1024
MAX_WORD = 64
MAX_NOTE = 200
MAX_QUOTED = 40
MAX_BRACKETS = 16
MAX_SNOOZE_SECONDS = 14_400.0
MAX_PAUSE_SECONDS = 43_200.0
DRILL_SECONDS, MAX_DRILL_SECONDS = 300.0, 600.0
OUTCOMES = ("helped", "false alarm", "drill")
PRESSED = frozenset({"", "press", "pressed", "on", "true"})
RELEASED = frozenset({"off", "false"})

REQUESTS: Mapping[str, tuple[str, ...]] = {
    "acknowledge": ("by", "incident", "room", "ref", "box"),
    "cancel": ("by", "incident", "room", "ref", "box"),
    "resolve": ("outcome", "note", "by", "incident", "room", "ref", "box"),
    "snooze": ("seconds", "by", "room"),
    "pause": ("seconds", "by", "room"),
    "help": ("by", "room"),
    "test": ("by", "room"),
    "drill": ("seconds", "contacts", "by", "room"),
    "missed": ("at", "note", "by", "room"),
    "judge": ("verdict", "note", "by", "incident"),
    "forget": ("by",),
    "unlearn": ("who", "by"),
    "accept": ("place", "kind", "by", "room"),
    "decline": ("place", "by", "room"),
    "view": ("places", "by", "room"),
    "draw": ("name", "kind", "polygon", "instead", "by", "room"),
    "remove": ("name", "by", "room"),
    "restore": ("name", "by", "room"),
    "enrol": ("name", "by", "room"),
    "erase": ("name", "by"),
}
"""What may be asked for, with the keys of its JSON; the first is what a plain payload gives."""

_PLAIN: Mapping[str, type[HumanEvent]] = {
    "cancel": Cancelled,
    "help": HelpCalled,
    "test": DrillStarted,
    "forget": ScenesForgotten,
}
KINDS = ("bed", "sofa", "chair", "mat")
"""What a human may call a learned place."""
DRAWN_KINDS: tuple[str, ...] = get_args(Place.model_fields["kind"].annotation)
"""What a human may draw: what the configuration knows."""
EVERYBODY = "household"
"""Whose days are those of whoever it was."""
FITS: Mapping[str, bool] = {"fit": True, "anew": False}
"""What a human may say of what is drawn, when a camera has another view."""
FALSE = "false:"
"""How a plain payload begins that calls an alarm false; what follows is the note."""
VERDICTS: Mapping[str, bool] = {"fall": True, "false alarm": False}

_SEEN = frozenset({"pause", "drill", "missed", "accept", "decline", "view", "draw", "remove", "restore", "enrol"})
"""What means nothing of a room without a camera."""

TIMED = frozenset({"snooze", "pause", "drill"})
"""What lasts for a time, and is taken back by OFF."""

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])")
_PLACE = re.compile(r"[1-9][0-9]{0,5}")
_NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")
Values: TypeAlias = Mapping[str, object]


class _Who(TypedDict):
    time: float
    room: str
    by: str
    via: str
    incident: str | None
    ref: str


def understand(
    request: str,
    payload: bytes,
    now: float,
    rooms: Collection[str] = (),
    snooze_seconds: float = 1_800.0,
    *,
    unseen: Collection[str] = (),
) -> HumanEvent:
    """Turn the payload of a request at `now` (monotonic seconds) into what the human did.

    `rooms` are the known rooms (empty: any name is accepted), `unseen` those without a camera; `snooze_seconds` is what
    a snooze lasts where the payload does not say. Raises PayloadError, and nothing else, with what was wrong and what
    would be right.
    """
    if request not in REQUESTS:
        _refuse(f"{request[:MAX_QUOTED]!r} is no request; one of {', '.join(REQUESTS)} would be right")
    values = _read(request, payload)
    room = _word("room", values.get("room"))
    known = rooms if request in _SEEN else (*rooms, *unseen)
    if room and rooms and room not in known:
        without = " with a camera" if room in unseen else ""
        _refuse(f"there is no room {room!r}{without}; one of {', '.join(known)} would be right")
    who = _who(values, room, now)
    if request in _PLAIN:
        return _PLAIN[request](**who)
    match request:
        case "acknowledge" if "outcome" not in values:
            return Acknowledged(**who)
        case "acknowledge" | "resolve":
            return Resolved(**who, outcome=_outcome(values.get("outcome")), note=_note(values.get("note")))
        case "snooze" | "pause":
            return _for_a_time(request, who, values.get("seconds"), snooze_seconds)
        case "judge" | "unlearn" | "erase":
            return _of_the_past(request, who, values)
        case _:
            who["room"] = _one_of(room, rooms)
            return _of_one_room(request, who, values)


def _who(values: Values, room: str, now: float) -> _Who:
    """Read who asks, by which way, about what, and whether an answer is wanted."""
    return {
        "time": now,
        "room": room,
        "by": _word("by", values.get("by")) or SOMEONE,
        "via": ANOTHER_BOX if _word("box", values.get("box")) else VIA,
        "incident": _word("incident", values.get("incident")) or None,
        "ref": _word("ref", values.get("ref")),
    }


def _for_a_time(request: str, who: _Who, seconds: object, snooze_seconds: float) -> HumanEvent:
    """Read a request that holds something back for a time; how long a pause lasts by itself is the box's to say."""
    if request == "snooze":
        return Snoozed(**who, seconds=_seconds(seconds, snooze_seconds))
    return PauseAsked(**who, seconds=None if seconds is None else _seconds(seconds, 0.0, MAX_PAUSE_SECONDS))


def _of_the_past(request: str, who: _Who, values: Values) -> HumanEvent:
    """Read a request about what is over, or was known so far."""
    if request == "unlearn":
        return DaysForgotten(**who, who=_whose(values.get("who")))
    if request == "erase":
        return ErasureAsked(**who, name=_name(values.get("name")))
    verdict = _verdict(who["incident"], values.get("verdict"))
    return Judged(**who, fall=verdict, note=_note(values.get("note")))


def _of_one_room(request: str, who: _Who, values: Values) -> HumanEvent:
    """Read a request that means nothing without its room."""
    match request:
        case "accept" | "decline" | "draw" | "remove" | "restore":
            return _of_a_place(request, who, values)
        case "enrol":
            return EnrolmentAsked(**who, name=_name(values.get("name")))
        case "drill":
            seconds = _seconds(values.get("seconds"), DRILL_SECONDS, MAX_DRILL_SECONDS)
            return FallDrillAsked(**who, seconds=seconds, contacts=_flag("contacts", values.get("contacts")))
        case "view":
            return ViewAccepted(**who, fits=_fits(values.get("places")))
        case _:
            return MissReported(**who, at=_clock(values.get("at")), note=_note(values.get("note")))


def _of_a_place(request: str, who: _Who, values: Values) -> HumanEvent:
    """Read a request about a place: one that was learned, by its number, or one that is drawn, by its name."""
    match request:
        case "accept":
            return PlaceAccepted(**who, number=_number(values.get("place")), kind=_kind(values.get("kind")))
        case "decline":
            return PlaceDeclined(**who, number=_number(values.get("place")))
        case "draw":
            return _drawn(who, values)
        case "remove":
            return PlaceRemoved(**who, name=_place_name("name", values))
        case _:
            return PlaceRestored(**who, name=_place_name("name", values))


def _drawn(who: _Who, values: Values) -> PlaceDrawn:
    """Read what is drawn: nothing that the configuration would refuse."""
    kind = _word("kind", values.get("kind")).casefold()
    if kind not in DRAWN_KINDS:
        _refuse(f"kind is {kind[:MAX_QUOTED]!r}; one of {', '.join(DRAWN_KINDS)} would be right")
    name, instead = _place_name("name", values), _place_name("instead", values) if values.get("instead") else ""
    try:
        polygon = outline.read(values.get("polygon"))
    except ValueError as error:
        _refuse(str(error))
    drawn = PlaceDrawn(**who, name=name, kind=kind, polygon=polygon, instead=instead)
    try:
        place_of(drawn)
    except ValueError:
        _refuse(f"name is {name[:MAX_QUOTED]!r}; 1 to {MAX_WORD} characters without / # + would be right")
    return drawn


def _refuse(message: str) -> NoReturn:
    raise PayloadError(message)


def _read(request: str, payload: bytes) -> Values:
    """Read a payload into the keys of its request; a plain one gives the first of them, a bare press none.

    A plain "false: ..." says of an alarm that it is one, with a note.
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        _refuse(f"{len(payload)} bytes are too many; at most {MAX_PAYLOAD_BYTES} would be right")
    try:
        text = payload.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        _refuse(f"byte {error.start} is not UTF-8; UTF-8 text or JSON would be right")
    if text[:1] in {"{", "[", '"'}:
        return _read_json(request, text)
    word = text.casefold()
    if word in PRESSED:
        return {}
    if word in RELEASED and request not in TIMED:
        _refuse(f"{text!r} cannot take back {request}; nothing was done")
    if request in TIMED:
        return {"seconds": _plain_seconds(word)}
    if word.startswith(FALSE) and request in ("acknowledge", "resolve"):
        return {"outcome": "false alarm", "note": text[len(FALSE) :]}
    return {REQUESTS[request][0]: text}


def _plain_seconds(word: str) -> float | str:
    if word in RELEASED:
        return 0.0
    return float(word) if _NUMBER.fullmatch(word) else word


def _read_json(request: str, text: str) -> Values:
    corners = outline.MOST_CORNERS + 1 if "polygon" in REQUESTS[request] else 0
    if text.count("{") + text.count("[") > MAX_BRACKETS + corners:
        _refuse("JSON is nested too deep; one flat object would be right")
    try:
        values = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except ValueError as error:
        _refuse(f"JSON is malformed: {error}; one flat object would be right")
    if not isinstance(values, dict):
        _refuse(f"JSON is a {type(values).__name__}; one flat object would be right")
    strange = [key for key in values if key not in REQUESTS[request]]
    if strange:
        _refuse(f"{strange[0][:MAX_QUOTED]!r} is no key of {request}; {', '.join(REQUESTS[request])} would be right")
    return values


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse a key that comes twice: two readers could each take another one."""
    values = dict(pairs)
    if len(values) != len(pairs):
        _refuse("JSON has a key twice; each once would be right")
    return values


def _no_constant(name: str) -> NoReturn:
    _refuse(f"{name} is no number in JSON")


def _word(key: str, value: object, most: int = MAX_WORD) -> str:
    """Take a short printable text; null and nothing are empty."""
    if value is None:
        return ""
    if not isinstance(value, str):
        _refuse(f"{key} is a {type(value).__name__}; text would be right")
    word = value.strip()
    if len(word) > most or not word.isprintable():
        _refuse(f"{key} is {word[:MAX_QUOTED]!r}; at most {most} printable characters would be right")
    return word


def _name(value: object) -> str:
    name = _word("name", value)
    if not name:
        _refuse("name is missing; the name of a person, or any word for one, would be right")
    return name


def _place_name(key: str, values: Values) -> str:
    name = _word(key, values.get(key))
    if not name:
        _refuse(f"{key} is missing; the name of a place would be right")
    return name


def _note(value: object) -> str:
    return _word("note", value, MAX_NOTE)


def _clock(value: object) -> str:
    """Take a time of day, as HH:MM."""
    found = _CLOCK.fullmatch(_word("at", value))
    if found is None:
        _refuse(f"at is {str(value or '')[:MAX_QUOTED]!r}; the time of day of the fall, such as 14:05, would be right")
    return f"{int(found[1]):02}:{found[2]}"


def _one_of(room: str, rooms: Collection[str]) -> str:
    """Take the room that was named, or the only one that there is."""
    if not room and len(rooms) != 1:
        _refuse(f"room is missing; {'one of ' * bool(rooms)}{', '.join(rooms) or 'its name'} would be right")
    return room or next(iter(rooms))


def _whose(value: object) -> str:
    """Take the name of whose days are meant; what cannot be undone has to be said."""
    who = _word("who", value)
    if not who:
        _refuse(f"who is missing; {EVERYBODY}, or the name of a person whose days are counted, would be right")
    return "" if who.casefold() == EVERYBODY else who


def _number(value: object) -> int:
    """Take the number of a learned place, as text or as a number."""
    if isinstance(value, bool) or not isinstance(value, int | str) or not _PLACE.fullmatch(str(value)):
        _refuse(f"place is {str(value)[:MAX_QUOTED]!r}; the number of one that the box has proposed would be right")
    return int(value)


def _kind(value: object) -> str:
    kind = _word("kind", value).casefold()
    if kind and kind not in KINDS:
        _refuse(f"kind is {kind[:MAX_QUOTED]!r}; one of {', '.join(KINDS)} would be right")
    return kind


def _fits(value: object) -> bool:
    """Whether what is drawn still fits; who does not say so does not count on it."""
    word = _word("places", value).casefold() or "anew"
    if word not in FITS:
        _refuse(f"places is {word[:MAX_QUOTED]!r}; one of {', '.join(FITS)} would be right")
    return FITS[word]


def _verdict(incident: str | None, value: object) -> bool:
    if incident is None:
        _refuse("incident is missing; the id of one that is over would be right")
    word = _word("verdict", value).replace("_", " ").casefold()
    if word not in VERDICTS:
        _refuse(f"verdict is {word[:MAX_QUOTED]!r}; one of {', '.join(VERDICTS)} would be right")
    return VERDICTS[word]


def _flag(key: str, value: object) -> bool:
    if not isinstance(value, bool | None):
        _refuse(f"{key} is {str(value)[:MAX_QUOTED]!r}; true or false would be right")
    return bool(value)


def _outcome(value: object) -> str:
    outcome = _word("outcome", value).replace("_", " ").casefold() or OUTCOMES[0]
    if outcome not in OUTCOMES:
        _refuse(f"outcome is {outcome[:MAX_QUOTED]!r}; one of {', '.join(OUTCOMES)} would be right")
    return outcome


def _seconds(value: object, default: float, most: float = MAX_SNOOZE_SECONDS) -> float:
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse(f"seconds is {str(value)[:MAX_QUOTED]!r}; a number would be right")
    if not 0 <= value <= most:
        _refuse(f"seconds is {value}; 0 (end it now) to {most:.0f} would be right")
    return float(value)
