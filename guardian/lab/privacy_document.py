"""Write the tables of docs/privacy.md from the code that sends and keeps: `python -m guardian.lab.privacy_document`.

Every number that may leave the box over MQTT stands in NUMBERS with what it is; a schema with another one fails here,
and with it a test, until somebody has said why no body can be measured by it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, TypeAlias

from guardian.commands import Notify
from guardian.kept import FILES, TABLES
from guardian.lab.mqtt_documents import DOCUMENTS, filled, schema_of
from guardian.settings import Mqtt, Privacy, Supervision
from guardian.tree import ELSEWHERE, HAPPENINGS, STATES, Leaf, Way
from guardian.web.household import RoomShown, Snapshot

Schema: TypeAlias = Mapping[str, Any]

DOCUMENT = DOCUMENTS / "privacy.md"
SAID = tuple(leaf for leaf in (*STATES, *HAPPENINGS, *ELSEWHERE) if leaf.way is not Way.REQUEST)
NUMBERS: Mapping[str, str] = {
    "beat": "how often a box has given a sign of life",
    "count": "how many bodies are in a room, or how many scenes are kept",
    "disk_free_mb": "of the machine",
    "evidence": "how much each sign spoke for a fall",
    "fps": "frames a second",
    "latency_ms": "of the machine",
    "latency_p95_ms": "of the machine",
    "memory_free_mb": "of the machine",
    "memory_mb": "of the machine",
    "number": "which proposed place",
    "polygon": "the corners of a bed, sofa or door that somebody drew; sent once, when it is drawn",
    "qos": "how surely a message is to arrive",
    "seconds": "how long a pause, snooze or drill lasts",
    "step": "how far an alarm has escalated",
    "temperature": "of the machine's processor",
    "track": "a serial number of a body in view; another one each time that somebody comes in",
    "uptime": "of the machine",
    "version": "of the topics' form",
}
"""Every key over MQTT that holds a number, and what it is."""
WORDS: Mapping[str, str] = {
    "contact": "the contact's own name, which is not sent",
    "title": "what happened and where, such as *Fall in the kitchen*",
    "body": "who (a name only if enrolled), where, when, what was seen in sentences, and who was told",
    "incident": "a serial number, within the buttons of ntfy",
    "step": "how far it has escalated",
    "urgent": "whether it rings",
    "asked": "when it was decided",
    "ask": "which buttons there are",
    "held_until": "when quiet hours are over; not sent",
}
"""What becomes of each part of a message to a contact."""


def leaves() -> str:
    """Everything that the box says over MQTT, with every key."""
    rows = [
        f"| `{leaf.topic}` | {leaf.kept} | {', '.join(f'`{key}`' for key in _keys(leaf)) or 'one word'} |"
        for leaf in SAID
    ]
    return "\n".join(["| topic | stays at the broker | keys |", "|---|---|---|", *rows])


def numbers() -> str:
    """Every number among those keys. Raises ValueError where one is not known, or known and gone."""
    found = {name for leaf in SAID for name in numeric(leaf)}
    if found != NUMBERS.keys():
        wrong = f"new: {sorted(found - NUMBERS.keys())}, gone: {sorted(NUMBERS.keys() - found)}"
        message = f"NUMBERS is not what the schemas say ({wrong}); what each number is, there, would be right"
        raise ValueError(message)
    return "\n".join(
        ["| number | what it is |", "|---|---|", *(f"| `{name}` | {NUMBERS[name]} |" for name in sorted(found))]
    )


def others() -> str:
    """What leaves by other ways than MQTT, and whether it does unless somebody asked for it."""
    message = "; ".join(f"`{each.name}`: {WORDS[each.name]}" for each in fields(Notify))
    page = ", ".join(f"`{each.name}`" for kind in (Snapshot, RoomShown) for each in fields(kind))
    rows = (
        ("messages to the contacts", "only where `contacts` has any", message),
        (
            "a drawing of the stick figures after an alarm",
            _switched("privacy.send_drawing", on=Privacy().send_drawing),
            "two or three stick figures and a line for the floor, as a picture; see [phones.md](phones.md)",
        ),
        (
            "the page, to whoever signed in",
            "on this machine; in the network only where `web.host` says so, and for users alone",
            f"live stick figures and {page}; past alarms with their stick figures; see [page.md](page.md)",
        ),
        (
            "a sign of life",
            _switched("supervision.url", on=Supervision().url is not None),
            "one request for that address, without any content: that the box works, and from which internet address",
        ),
        (
            "Home Assistant",
            f"below `mqtt.home_assistant` ({Mqtt().home_assistant})",
            "how the box and its rooms are called, and what they can be asked; states are read from the topics above",
        ),
    )
    return "\n".join(
        ["| what | by default | what is in it |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)]
    )


def kept() -> str:
    """Everything that is kept, and how long."""
    rows = [f"| table `{each.name}` | {each.holds} | {each.until} | {each.bound} |" for each in TABLES]
    rows += [f"| `{each.name}` | {each.holds} | {each.until} | {each.bound} |" for each in FILES]
    return "\n".join(["| where | what | how long | how much |", "|---|---|---|---|", *rows])


def numeric(leaf: Leaf) -> frozenset[str]:
    """The names of the keys of a leaf that hold a number, or numbers in lists."""
    return frozenset(name for name, kind in _walk(schema_of(leaf)) if kind in ("number", "integer") and name)


def _keys(leaf: Leaf) -> list[str]:
    return sorted({name for name, _ in _walk(schema_of(leaf)) if name})


def _switched(key: str, *, on: bool) -> str:
    return f"**{'on' if on else 'off'}** (`{key}`)"


def _walk(whole: Schema) -> Iterator[tuple[str, str]]:
    """Every value that a schema allows: the key that it stands under, and its type."""
    events = whole.get("$defs", {}) if "allOf" in whole else {}
    yield from _below(whole, whole, "")
    for schema in events.values():
        yield from _below(schema, whole, "")


def _below(schema: Schema, whole: Schema, name: str) -> Iterator[tuple[str, str]]:
    if "$ref" in schema:
        yield from _below(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole, name)
        return
    for key, inner in schema.get("properties", {}).items():
        yield name, "object"
        yield from _below(inner, whole, key)
    for inner in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("prefixItems", ())):
        yield from _below(inner, whole, name)
    for inner in (schema.get("items"), schema.get("additionalProperties")):
        if isinstance(inner, Mapping):
            yield from _below(inner, whole, name)
    yield name, str(schema.get("type", ""))


def tables() -> Mapping[str, str]:
    """Each generated part of the document, by its name."""
    return {"leaves": leaves(), "numbers": numbers(), "others": others(), "kept": kept()}


def write() -> None:
    """Write the tables anew."""
    DOCUMENT.write_text(filled(DOCUMENT.read_text(encoding="utf-8"), tables(), DOCUMENT.name), encoding="utf-8")


if __name__ == "__main__":
    write()
