"""From what a device sent to what it says: whatever comes, a state, or in a sentence why there is none. Pure.

The broker is not trusted to let only friends through, so the payload is bounded before it is read.
"""

import json
from dataclasses import dataclass

from guardian.devices import Form, SenseState

MAX_PAYLOAD_BYTES = 8_192
MAX_BRACKETS = 256
MAX_QUOTED = 40


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as it came by MQTT at `time`, monotonic seconds. It is `retained` where the broker kept it from before
    we listened: then nobody knows how old it is.
    """

    time: float
    topic: str
    payload: bytes
    retained: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a payload says: its `state`, None where it says nothing of that; `problem` is why, where that is wrong."""

    state: SenseState | None = None
    problem: str = ""


def read(payload: bytes, form: Form) -> Reading:
    """Read what was sent by a device of that form; raises nothing, whatever was."""
    try:
        value = _value(_text(payload), form.path)
    except _UnreadableError as error:
        return Reading(problem=str(error))
    word = _word(value)
    if word is None:
        return Reading(problem="the value is a list or an object; a word, true, false or a number would be right")
    if not word:
        return Reading()
    for state, words in ((SenseState.ON, form.on), (SenseState.MAYBE, form.maybe), (SenseState.OFF, form.off)):
        if word in words:
            return Reading(state)
    if form.momentary:
        return Reading()
    known = ", ".join((*form.on, *form.maybe, *form.off))
    return Reading(problem=f"it says {word[:MAX_QUOTED]!r}; one of {known} would be right")


def online(payload: bytes) -> bool | None:
    """Whether a device says that it is there, plainly or as the state in JSON; None where it says neither.

    As ESPHome (birth and will message) and zigbee2mqtt (availability) do.
    """
    said = read(
        payload, Form(path=("state",) if payload.lstrip()[:1] == b"{" else (), on=("online",), off=("offline",))
    )
    return None if said.state is None else said.state is SenseState.ON


class _UnreadableError(Exception):
    """What came cannot be read: the sentence that is told."""


def _text(payload: bytes) -> str:
    if len(payload) > MAX_PAYLOAD_BYTES:
        message = f"it sent more than {MAX_PAYLOAD_BYTES} bytes"
        raise _UnreadableError(message)
    try:
        return payload.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        message = f"byte {error.start} of what it sent is not UTF-8"
        raise _UnreadableError(message) from None


def _value(text: str, path: tuple[str, ...]) -> object:
    """The value at the path; None where something on the way there is missing, as in a message about something else."""
    if not path or not text:
        return text
    if text.count("{") + text.count("[") > MAX_BRACKETS:
        message = "its JSON is nested too deep"
        raise _UnreadableError(message)
    try:
        value = json.loads(text)
    except ValueError:
        message = f"{text[:MAX_QUOTED]!r} is no JSON, and its value is looked for at {'.'.join(path)}"
        raise _UnreadableError(message) from None
    for key in path:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def _word(value: object) -> str | None:
    """The value as a word in lower case, empty where there is none; None where it is not a single one."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip().casefold()
    if isinstance(value, int):  # also true and false; exactly, since one may be too large for :g
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else None
