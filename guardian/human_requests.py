"""What a human may ask of the box from afar, and how the payload that asks is read; whatever comes, an event or a plain
refusal. Pure; the broker is not trusted to let only friends through.
"""

import json
import re
from collections.abc import Collection, Mapping
from typing import NoReturn, TypeAlias

from guardian.errors import PayloadError
from guardian.events import Acknowledged, Cancelled, DrillStarted, HelpCalled, HumanEvent, Resolved, Snoozed

SOMEONE = "someone"
VIA = "mqtt"
MAX_PAYLOAD_BYTES = 1024
MAX_WORD = 64
MAX_QUOTED = 40
MAX_BRACKETS = 16
MAX_SNOOZE_SECONDS = 14_400.0
OUTCOMES = ("helped", "false alarm", "drill")
PRESSED = frozenset({"", "press", "pressed", "on", "true"})
RELEASED = frozenset({"off", "false"})

REQUESTS: Mapping[str, tuple[str, ...]] = {
    "acknowledge": ("by", "incident", "room"),
    "cancel": ("by", "incident", "room"),
    "resolve": ("outcome", "by", "incident", "room"),
    "snooze": ("seconds", "by", "room"),
    "help": ("by", "room"),
    "test": ("by", "room"),
}
"""What may be asked for, with the keys of its JSON; the first is what a plain payload gives."""

_NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")
Values: TypeAlias = Mapping[str, object]


def understand(
    request: str, payload: bytes, now: float, rooms: Collection[str] = (), snooze_seconds: float = 1_800.0
) -> HumanEvent:
    """Turn the payload of a request at `now` (monotonic seconds) into what the human did.

    `rooms` are the known rooms (empty: any name is accepted); `snooze_seconds` is what a snooze lasts where the payload
    does not say. Raises PayloadError, and nothing else, with what was wrong and what would be right.
    """
    if request not in REQUESTS:
        _refuse(f"{request[:MAX_QUOTED]!r} is no request; one of {', '.join(REQUESTS)} would be right")
    values = _read(request, payload)
    room = _word("room", values.get("room"))
    if room and rooms and room not in rooms:
        _refuse(f"there is no room {room!r}; one of {', '.join(rooms)} would be right")
    by = _word("by", values.get("by")) or SOMEONE
    incident = _word("incident", values.get("incident")) or None
    match request:
        case "acknowledge":
            return Acknowledged(time=now, room=room, by=by, via=VIA, incident=incident)
        case "cancel":
            return Cancelled(time=now, room=room, by=by, via=VIA, incident=incident)
        case "resolve":
            outcome = _outcome(values.get("outcome"))
            return Resolved(time=now, room=room, by=by, via=VIA, incident=incident, outcome=outcome)
        case "snooze":
            seconds = _seconds(values.get("seconds"), snooze_seconds)
            return Snoozed(time=now, room=room, by=by, via=VIA, seconds=seconds)
        case "help":
            return HelpCalled(time=now, room=room, by=by, via=VIA)
        case _:
            return DrillStarted(time=now, room=room, by=by, via=VIA)


def _refuse(message: str) -> NoReturn:
    raise PayloadError(message)


def _read(request: str, payload: bytes) -> Values:
    """Read a payload into the keys of its request; a plain one gives the first of them, a bare press none."""
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
    if word in RELEASED and request != "snooze":
        _refuse(f"{text!r} cannot take back {request}; nothing was done")
    if request == "snooze":
        return {"seconds": _plain_seconds(word)}
    return {REQUESTS[request][0]: text}


def _plain_seconds(word: str) -> float | str:
    if word in RELEASED:
        return 0.0
    return float(word) if _NUMBER.fullmatch(word) else word


def _read_json(request: str, text: str) -> Values:
    if text.count("{") + text.count("[") > MAX_BRACKETS:
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


def _word(key: str, value: object) -> str:
    """Take a short printable text; null and nothing are empty."""
    if value is None:
        return ""
    if not isinstance(value, str):
        _refuse(f"{key} is a {type(value).__name__}; text would be right")
    word = value.strip()
    if len(word) > MAX_WORD or not word.isprintable():
        _refuse(f"{key} is {word[:MAX_QUOTED]!r}; at most {MAX_WORD} printable characters would be right")
    return word


def _outcome(value: object) -> str:
    outcome = _word("outcome", value).replace("_", " ").casefold() or OUTCOMES[0]
    if outcome not in OUTCOMES:
        _refuse(f"outcome is {outcome[:MAX_QUOTED]!r}; one of {', '.join(OUTCOMES)} would be right")
    return outcome


def _seconds(value: object, default: float) -> float:
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse(f"seconds is {str(value)[:MAX_QUOTED]!r}; a number would be right")
    if not 0 <= value <= MAX_SNOOZE_SECONDS:
        _refuse(f"seconds is {value}; 0 (end it now) to {MAX_SNOOZE_SECONDS:.0f} would be right")
    return float(value)
