"""What may be shown to a stranger who helps: which keys and numbers, never a name, an address or a secret.

Everything is left out but what is known to be harmless, so what somebody writes into a key of tomorrow is left out too.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from guardian.configuration.advice import schema_at
from guardian.configuration.fault import KeyPath
from guardian.doctor.finding import Finding
from guardian.settings import Settings

HIDDEN = "***"
_LOCAL_SOURCE = re.compile(r"(/dev/[a-z]+\d*|csi(:\d)?)\Z")
"""Cameras that say nothing of a home. An address tells its network, a file the name of a user."""
_ADDRESSES = re.compile(
    r"[a-z][a-z0-9+.-]*://[^\s,;]*"  # with whatever stands in it
    r"|[\w.+-]+@[\w-]+(\.[\w-]+)+"
    r"|(?<![\d.])(?!127\.0\.0\.1)\d{1,3}(\.\d{1,3}){3}(?![\d.])"
    r"|(?<![\w:])([0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])"  # of IPv6 and of network cards
    r"|(?<![\w-])[+0]\d[\d ()/-]{6,}\d"
    r"|(?<=/home/)[^/\s]+"
    r"|\b[\w-]+\.(local|lan|home|fritz\.box)\b",
    re.IGNORECASE,
)
_FAULT = re.compile(r"(\S+?:\d+): ([\w.\[\]]+): ")
"""How a fault of the configuration begins: file and line, and the key; the rest may quote what somebody wrote."""
LOGGED = frozenset(
    {
        *("level", "logger", "event", "part", "kind", "state", "what", "way", "status", "seconds", "signal"),
        *("code", "pid", "port", "port_v5", "times", "version", "table", "viewers", "given_up", "retry_seconds"),
        *("panel", "mqtt", "gesture", "runtime", "kept", "namespaces", "landlock", "seccomp", "command"),
    }
)
"""Keys of the log whose values are words and numbers of Guardian's own."""
_PAIR = re.compile(r"(\w+)=('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\S+)")
_OWN_WORD = re.compile(r"[A-Za-z0-9_]{1,40}|guardian[a-z0-9_.]{0,60}|[\d.]{1,20}")
_JOURNAL = re.compile(r"(?P<time>\d{4}-\d\d-\d\dT\S+) (?P<who>[\w-]+)(?:\[\d+\])?: (?P<text>.*)")
_UNIT = re.compile(r"guardian\.service: [A-Za-z ,=/0-9().-]+\Z")
_CODE = re.compile(r'\s*File ".*?(?P<path>guardian/[\w/]+\.py)", line (?P<line>\d+), in (?P<name>[\w<>]+)')


@dataclass
class Aliases:
    """Gives each text that is hidden a name of its own, so that one can still see which belong together."""

    _known: dict[str, str] = field(default_factory=dict)

    def of(self, key: str, text: str) -> str:
        """The alias of a text that stands at this key, such as <name-1>."""
        number = sum(alias.startswith(f"<{key}-") for alias in self._known.values()) + 1
        return self._known.setdefault(text, f"<{key}-{number}>")

    def hide(self, text: str) -> str:
        """A sentence of our own with every known text and every address in it hidden, the longest first."""
        known = sorted((name for name in self._known if len(name) > 1), key=len, reverse=True)
        if known:
            anywhere = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in known), re.IGNORECASE)
            folded = {name.casefold(): alias for name, alias in self._known.items()}
            text = anywhere.sub(lambda match: folded.get(match[0].casefold(), HIDDEN), text)
        return _ADDRESSES.sub(HIDDEN, text)


def configuration(settings: Settings, aliases: Aliases) -> Any:
    """The settings as plain data, with an alias in the place of every text that is no choice among known words."""
    return _shown(settings.model_dump(mode="json"), (), aliases)


def _shown(value: Any, path: KeyPath, aliases: Aliases) -> Any:
    if isinstance(value, Mapping):
        return {key: _shown(inner, (*path, key), aliases) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shown(inner, (*path, number), aliases) for number, inner in enumerate(value)]
    schema = schema_at(path)
    if not isinstance(value, str) or schema.keys() & {"enum", "const"} or schema.get("default") == value:
        return value
    key = str(next(part for part in reversed(path) if isinstance(part, str)))
    if key == "source" and _LOCAL_SOURCE.match(value):
        return value
    return aliases.of(key, value)


def finding(found: Finding, aliases: Aliases) -> dict[str, str]:
    """A finding as plain data; of a fault in the configuration only where it is."""
    text, remedy = found.text, found.remedy
    fault = _FAULT.match(text)
    if fault is not None:
        text, remedy = f"{fault[1]}: {fault[2]}: {HIDDEN}", "guardian check-config tells it on the box"
    return {
        "part": found.part,
        "state": found.state.value,
        "text": aliases.hide(text),
        "remedy": aliases.hide(remedy),
    }


def log(lines: Iterator[str], aliases: Aliases) -> Iterator[str]:
    """The lines of a journal that can be understood: when, and which known keys; of a traceback where in our code."""
    for line in lines:
        entry = _JOURNAL.match(line)
        if entry is None:
            continue
        text = _entry(entry["who"], entry["text"], aliases)
        if text:
            yield f"{entry['time']} {text}"


def _entry(who: str, text: str, aliases: Aliases) -> str:
    if who == "systemd":
        unit = _UNIT.match(text)
        return f"systemd {unit[0]}" if unit else ""
    code = _CODE.match(text)
    if code is not None:
        return f"  at {code['path']}:{code['line']} in {code['name']}"
    return " ".join(_pairs(_of_json(text), aliases))


def _of_json(text: str) -> str:
    """A line of --log-format json in the form of text."""
    if not text.startswith("{"):
        return text
    try:
        said = json.loads(text)
    except json.JSONDecodeError:
        return ""
    return f"level={said.get('level', '')} logger={said.get('logger', '')} {said.get('message', '')}"


def _pairs(text: str, aliases: Aliases) -> Iterator[str]:
    for key, value in _PAIR.findall(text):
        bare = value.strip("'\"")
        own = key in LOGGED and _OWN_WORD.fullmatch(bare) is not None and aliases.hide(bare) == bare
        alias = aliases.hide(bare)
        known = re.fullmatch(r"<[\w-]+>", alias) is not None
        yield f"{key}={bare if own else alias if known else HIDDEN}"
