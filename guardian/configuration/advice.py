"""Turns what pydantic finds into what a person can act on: what was wrong with a key, and what would be right."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final, TypeAlias

from pydantic_core import ErrorDetails

from guardian.configuration.document import Document
from guardian.configuration.fault import Fault, KeyPath, dotted, shown
from guardian.settings import Settings

Schema: TypeAlias = Mapping[str, Any]

_QUANTITY = re.compile(r"([-+]?\d+(?:[.,]\d+)?)\s*([^\W\d_]+|%)\.?", re.UNICODE)
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]{1,9},[0-9]{1,9}")
_SECONDS: Final = {
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), 0.001),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86_400.0),
}
_UNITS: Final = {"seconds": 1.0, "minutes": 60.0}
_BOOLEANS: Final = {"yes": "true", "on": "true", "no": "false", "off": "false"}
_SECRET: Final = frozenset({"ways", "source", "password_file"})
"""Keys whose value is never repeated: addresses with passwords, and where somebody might write the password itself."""


def faults(document: Document, errors: Iterable[ErrorDetails]) -> Iterator[Fault]:
    """Yield a fault for each error that pydantic found in the document's data."""
    found = tuple(errors)
    for error in found:
        path = tuple(error["loc"])
        within = any(other["loc"][: len(path)] == path and other is not error for other in found)
        if error["type"] == "too_short" and within:  # it has the items, but they are wrong
            continue
        if error["type"] == "pins":
            yield from _pins(error["ctx"]["each"], path, document)
        else:
            yield Fault(document.line(path), dotted(path), _message(error, path, document))


def _pins(clashes: Iterable[str], path: KeyPath, document: Document) -> Iterator[Fault]:
    """One fault for each pin that clashes, at its own line."""
    for clash in clashes:
        key, _, message = clash.partition(": ")
        own = (*path, *key.split("."))
        yield Fault(document.line(own), dotted(own), message)


def _message(error: ErrorDetails, path: KeyPath, document: Document) -> str:
    kind, value = error["type"], _value(document, path)
    if kind == "extra_forbidden":
        return _unknown(path)
    if kind == "value_error":
        return str(error["ctx"]["error"]) if "ctx" in error else error["msg"]
    if kind == "missing":
        return f"is missing; {expected(path)} would be right"
    if value is None and schema_at(path).get("type") == "object":
        return "has nothing under it; take the line out, or write one of its keys below, two spaces further in"
    slip = _slip(value, path) if isinstance(value, str) else ""
    return slip or f"{_shown_value(value, path)} is wrong; {expected(path)} would be right"


def _slip(text: str, path: KeyPath) -> str:
    """What to do about a text where a number or true or false is wanted; empty where it is no usual slip."""
    form = schema_at(path).get("type")
    if form == "boolean" and text.lower() in _BOOLEANS:
        return f"'{text}' is wrong; {_BOOLEANS[text.lower()]} would be right"
    if form == "number" and _DECIMAL_COMMA.fullmatch(text):
        return f"'{text}' has a comma; {text.replace(',', '.')} would be right"
    quantity = _QUANTITY.fullmatch(text)
    return _without_unit(quantity, path) if quantity and form in {"number", "integer"} else ""


def _unknown(path: KeyPath) -> str:
    """What to do about a key that is not known: its likeliest spelling here, or where it belongs, or what is known."""
    key, here = str(path[-1]), list(schema_at(path[:-1]).get("properties", {}))
    near = difflib.get_close_matches(key.lower().replace("-", "_"), here, n=1, cutoff=0.6)
    if near:
        return f"is not known; did you mean {near[0]}?"
    elsewhere = _places().get(key)
    if elsewhere:
        return f"is not known here; it belongs at {elsewhere}"
    return f"is not known; known here: {', '.join(here)}" if here else "is not known; take it out"


def _without_unit(quantity: "re.Match[str]", path: KeyPath) -> str:
    number, unit = quantity[1], quantity[2].lower()
    own = unit_of(path)
    right = expected(path)
    if own in _UNITS and unit in _SECONDS:
        converted = float(number.replace(",", ".")) * _SECONDS[unit] / _UNITS[own]
        right = f"{converted:g}"
    told = f" (this key is in {own})" if own else ""
    return f"'{shown(quantity[0])}' has a unit, and the number goes without{told}; {right} would be right"


def unit_of(path: KeyPath) -> str:
    """The unit of a key, which its name tells; empty where it has none."""
    name = str(next((part for part in reversed(path) if isinstance(part, str)), ""))
    if name == "fps":
        return "frames per second"
    if name in {"width", "height"}:
        return "pixels"
    if name == "mount_height":
        return "metres"
    if name in {"tilt", "fov", "roll"}:
        return "degrees"
    if name in {"night_from", "night_to"}:
        return "hours of the day"
    return next((unit for unit in _UNITS if unit in name.split("_")), "")


def expected(path: KeyPath) -> str:
    """What would be right for this key, in words."""
    schema = schema_at(path)
    if "description" in schema and schema.get("type") in {"string", "integer"}:
        return str(schema["description"])
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    words = {
        "number": f"a number{_range(schema, path)}",
        "integer": f"a whole number{_range(schema, path)}",
        "boolean": "true or false",
        "string": "a file's path" if schema.get("format") == "path" else "a text, in quotes if it looks like a number",
        "array": f"a list{_length(schema)}, each item after a dash",
        "object": "a section with " + ", ".join(schema.get("properties", {})),
    }
    return words.get(str(schema.get("type")), "another value")


def _range(schema: Schema, path: KeyPath) -> str:
    unit = unit_of(path)
    text = f" of {unit}" if unit else ""
    if "minimum" in schema:
        text += f" from {schema['minimum']:g}"
    if "exclusiveMinimum" in schema:
        text += f" above {schema['exclusiveMinimum']:g}"
    return text + (f" to {schema['maximum']:g}" if "maximum" in schema else "")


def _length(schema: Schema) -> str:
    least, most = schema.get("minItems"), schema.get("maxItems")
    if least is not None and least == most:
        return f" of {least}"
    if least is not None and most is not None:
        return f" of {least} to {most}"
    return f" of at least {least}" if least else ""


def schema_at(path: KeyPath) -> Schema:
    """The JSON schema of the key at this path; empty where there is none."""
    node: Schema = _resolved(_schema())
    for part in path:
        if isinstance(part, int):
            fixed = node.get("prefixItems", ())
            node = _resolved(fixed[part] if part < len(fixed) else node.get("items") or {})
        else:
            node = _resolved(node.get("properties", {}).get(part, {}))
    return node


@cache
def _schema() -> Schema:
    return Settings.model_json_schema()


def _resolved(node: Schema) -> Schema:
    """The node itself where it refers to another one, or may also be null."""
    options = [option for option in node.get("anyOf", ()) if option.get("type") != "null"]
    if len(options) == 1:
        node = {**node, **options[0]}
    if "$ref" in node:
        return _resolved(_schema()["$defs"][node["$ref"].rpartition("/")[2]])
    return node


@cache
def _places() -> Mapping[str, str]:
    """Where each key belongs, for one that stands elsewhere; keys that are known in several places are left out."""
    found: dict[str, list[str]] = {}
    for path in _all_paths((), _resolved(_schema())):
        found.setdefault(path.rpartition(".")[2], []).append(path)
    return {key: paths[0] for key, paths in found.items() if len(paths) == 1}


def _all_paths(above: tuple[str, ...], schema: Schema) -> Iterator[str]:
    for name, inner in schema.get("properties", {}).items():
        node = _resolved(inner)
        if node.get("type") == "array":
            yield ".".join((*above, name))
            yield from _all_paths((*above, f"{name}[]"), _resolved(node.get("items") or {}))
        else:
            yield ".".join((*above, name))
            yield from _all_paths((*above, name), node)


def _value(document: Document, path: KeyPath) -> object:
    value: Any = document.data
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _shown_value(value: object, path: KeyPath) -> str:
    """The value as it may be printed: never what may hold a password."""
    if value is None or value == []:
        return "an empty " + ("value" if value is None else "list")
    if isinstance(value, dict | list):
        return "a section" if isinstance(value, dict) else "a list"
    if _SECRET & set(path):
        return "this value"
    if isinstance(value, str):
        wanted = schema_at(path).get("type")  # a text in place of more may be an address, put one level too high
        return "a text" if wanted in {"object", "array"} else f"'{shown(value)}'"
    return str(value).lower() if isinstance(value, bool) else f"{value}"
