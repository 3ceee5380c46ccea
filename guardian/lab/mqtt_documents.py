"""Write what the MQTT tree promises: JSON Schemas, tables and a diagram: `python -m guardian.lab.mqtt_documents`.

What the box says is open: its schemas let through keys and events that they do not know, so that a consumer which was
made for version 1 goes on with every later release of it. What the box is asked is closed, as the box is itself.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from guardian import payloads
from guardian.human_requests import REQUESTS as KEYS
from guardian.topics import VERSION
from guardian.tree import ELSEWHERE, HAPPENINGS, LEAVES, REQUESTS, STATES, Leaf, Way

Schema: TypeAlias = dict[str, Any]

DOCUMENTS = Path(__file__).resolve().parents[2] / "docs"
DOCUMENT, SCHEMAS = DOCUMENTS / "mqtt.md", DOCUMENTS / "schemas" / f"v{VERSION}"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(leaf: Leaf) -> Schema:
    """The JSON Schema of a leaf's payload; of a plain one it is that of the text, as a string of JSON."""
    schema = _happening() if leaf.model is None else _tidy(leaf.model.model_json_schema(mode="validation"))
    if leaf.way is not Way.REQUEST:
        schema = _opened(schema)
    schema.pop("title", None)
    return {
        "$schema": DIALECT,
        "$id": f"urn:guardian:mqtt:{VERSION}:{leaf.schema}",
        "title": leaf.topic,
        **({"contentMediaType": "text/plain"} if leaf.plain else {}),
        **schema,
    }


def _happening() -> Schema:
    """What every event says, and what those say besides that this release knows; more may come."""
    schema: Schema = _tidy(payloads.AnyEvent.model_json_schema())
    known = {name: _tidy(model.model_json_schema()) for name, model in payloads.EVENTS.items()}
    schema["description"] = "Something that happened. An event that is not listed here may come: pass it over."
    schema["allOf"] = [
        {"if": {"properties": {"event": {"const": name}}}, "then": {"$ref": f"#/$defs/{name}"}} for name in known
    ]
    schema["$defs"] = known
    return schema


def _tidy(schema: Any) -> Any:
    """Leave out the titles that pydantic makes of names, and the line ends of docstrings."""
    if isinstance(schema, list):
        return [_tidy(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {key: _tidy(value) for key, value in schema.items()}
    if isinstance(tidy.get("title"), str):
        del tidy["title"]
    if isinstance(tidy.get("description"), str):
        tidy["description"] = " ".join(tidy["description"].split())
    return tidy


def _opened(schema: Any) -> Any:
    """Let through keys that are not known; an empty object stays one, else it would be anything."""
    if isinstance(schema, list):
        return [_opened(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = schema.get("additionalProperties") is False and schema.get("properties")
    return {key: _opened(value) for key, value in schema.items() if not (closed and key == "additionalProperties")}


def index() -> Schema:
    """Every topic, with the file of its schema: for whoever makes code from them."""
    return {
        "version": VERSION,
        "topics": [
            {
                "topic": leaf.topic,
                "below": "mqtt.topic/household.id" if leaf.ours else "mqtt.home_assistant",
                "way": leaf.way.value,
                "retained": leaf.kept,
                "plain": leaf.plain,
                "schema": f"{leaf.schema}.json",
            }
            for leaf in LEAVES
        ],
    }


def files() -> Mapping[str, str]:
    """The text of each file below docs/schemas, by its name."""
    schemas = {f"{leaf.schema}.json": schema_of(leaf) for leaf in LEAVES}
    return {
        name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in {"index.json": index(), **schemas}.items()
    }


def _linked(leaf: Leaf) -> str:
    return f"[{leaf.schema}](schemas/v{VERSION}/{leaf.schema}.json)"


def said_table() -> str:
    """What the box says, as a Markdown table."""
    rows = [
        f"| `{leaf.topic}` | {leaf.kept} | {leaf.says} | {_linked(leaf)} |"
        for leaf in (*STATES, *HAPPENINGS, *ELSEWHERE)
        if leaf.ours
    ]
    return "\n".join(["| topic | retained | payload | schema |", "|---|---|---|---|", *rows])


def asked_table() -> str:
    """What the box can be asked, as a Markdown table; keys that must be there are marked."""
    rows = [f"| `{leaf.topic}` | {_keys(leaf)} | {leaf.says} | {_linked(leaf)} |" for leaf in REQUESTS]
    return "\n".join(["| topic | keys | does | schema |", "|---|---|---|---|", *rows])


def _keys(leaf: Leaf) -> str:
    request = leaf.levels[-1]
    required = {name for name, field in payloads.ASKED[request].model_fields.items() if field.is_required()}
    return ", ".join(f"**`{key}`**" if key in required else f"`{key}`" for key in KEYS[request])


def diagram() -> str:
    """Who says what to whom, as a Mermaid flow chart."""
    return "\n".join(
        [
            "```mermaid",
            "flowchart LR",
            f'    asked["{_listed(REQUESTS)}"] -- "requests, never retained" --> box(["the box"])',
            f'    box -- "states, retained" --> states["{_listed(STATES)}"]',
            f'    box -- "happenings, once" --> happenings["{_listed(HAPPENINGS)}"]',
            f'    box <-- "below mqtt.home_assistant" --> elsewhere["{_listed(ELSEWHERE)}"]',
            "```",
        ]
    )


def _listed(leaves: Iterable[Leaf]) -> str:
    return "<br>".join("/".join(leaf.levels) for leaf in leaves)


def write_tables(document: str) -> str:
    """Replace each generated part of docs/mqtt.md by a fresh one. Raises ValueError where it has no place for one."""
    return filled(document, {"tree": diagram(), "said": said_table(), "asked": asked_table()}, DOCUMENT.name)


def filled(document: str, parts: Mapping[str, str], name: str) -> str:
    """Put each part in the place of what a document of that `name` has between `<!-- PART -->` and `<!-- end -->`.

    Raises ValueError where it has no place for one.
    """
    for key, part in parts.items():
        found = re.search(rf"(?<=<!-- {key} -->\n).*?(?=\n?<!-- end -->)", document, re.DOTALL)
        if found is None:
            message = f"{name} has no part between '<!-- {key} -->' and '<!-- end -->'"
            raise ValueError(message)
        document = document[: found.start()] + part + "\n" + document[found.end() :].removeprefix("\n")
    return document


def write() -> None:
    """Write all of it, and remove the schemas of what is no more."""
    SCHEMAS.mkdir(parents=True, exist_ok=True)
    made = files()
    for path in SCHEMAS.glob("*.json"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (SCHEMAS / name).write_text(text, encoding="utf-8")
    DOCUMENT.write_text(write_tables(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write()
