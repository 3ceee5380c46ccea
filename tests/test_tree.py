"""What the MQTT tree promises, against the code that speaks: no topic without a leaf, no leaf that is never said."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from floors import PACKAGE
from hypothesis import given
from hypothesis import strategies as st
from schemas import check, check_payload, validator

from guardian import payloads
from guardian.commands import Publish
from guardian.errors import PayloadError
from guardian.human_requests import REQUESTS, understand
from guardian.lab import mqtt_documents
from guardian.lab.mqtt_documents import SCHEMAS, Schema, files, write_tables
from guardian.topics import Topics
from guardian.tree import ANY, DOES, LEAVES, Leaf, Way, leaf_of

TOPICS = Topics("guardian", "casa", ("Bedroom",))
SPEAKERS = {"topics", "diagnostics", "discovery", "io/mqtt"}
"""The modules that make messages, all of them of topics that Topics gives."""
KEEPERS = {"io/store"}
"""What reads those that wait on the disk, as they were made."""
PROMISED = Path(__file__).resolve().parent / "promised.json"
BY_SCHEMA = {leaf.schema: leaf for leaf in LEAVES}


def spoken(tree: ast.AST) -> Iterator[tuple[str, ...]]:
    """The levels of every topic that a module names; what is no literal may be anything."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr == "topic" and not any(isinstance(level, ast.Starred) for level in node.args):
            levels = node.args
        elif node.func.attr == "_state" and node.args and isinstance(node.args[0], ast.Tuple):
            levels = node.args[0].elts
        else:
            continue
        yield tuple(level.value if isinstance(level, ast.Constant) and level.value else ANY for level in levels)


def parsed() -> dict[str, ast.Module]:
    paths = sorted(PACKAGE.rglob("*.py"))
    return {
        path.relative_to(PACKAGE).with_suffix("").as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in paths
    }


def known(levels: tuple[str, ...]) -> bool:
    """Whether there is a leaf of these levels, or below them."""
    return any(leaf.ours and leaf.levels[: len(levels)] == levels for leaf in LEAVES) or any(
        leaf.levels[:1] == levels[:1] and len(leaf.levels) == len(levels) and levels[1:] == (ANY,) for leaf in LEAVES
    )


def test_every_topic_in_the_code_has_a_leaf():
    strange = {
        f"{name}: {'/'.join(levels)}"
        for name, tree in parsed().items()
        if not name.startswith("lab/") and name != "tree"
        for levels in spoken(tree)
        if not known(levels)
    }
    assert not strange, f"give each a leaf in guardian/tree.py: {sorted(strange)}"


def test_every_leaf_is_spoken_of_in_the_code():
    named = {levels for name in SPEAKERS for levels in spoken(parsed()[name])}
    unsaid = {leaf.topic for leaf in LEAVES if leaf.ours and leaf.way is not Way.REQUEST and leaf.levels not in named}
    assert not unsaid


def test_only_those_who_ask_topics_for_a_topic_make_messages():
    makers = {
        name
        for name, tree in parsed().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Publish"
    }
    assert {name for name in makers if not name.startswith("lab/")} == SPEAKERS | KEEPERS


def test_a_topic_without_a_leaf_is_noticed():
    (levels,) = spoken(ast.parse("self.topic('room', room, 'smell')"))
    assert levels == ("room", ANY, "smell")
    assert not known(levels)


def test_no_two_leaves_share_a_schema_and_none_hides_another():
    assert len(BY_SCHEMA) == len(LEAVES)
    for leaf in LEAVES:
        topic = "/".join(level if level != ANY else "x" for level in leaf.levels)
        assert leaf_of(f"guardian/casa/{topic}" if leaf.ours else topic, TOPICS, "x") is leaf


@pytest.mark.parametrize(
    "topic", ["guardian/casa/smell", "guardian/other/alarm", "guardian/casa/alarm/incident/x", "homeassistant/x", ""]
)
def test_what_is_no_topic_of_the_box_has_no_leaf(topic: str):
    assert leaf_of(topic, TOPICS) is None


def test_what_is_committed_is_what_the_code_promises(repository: Path):
    committed = {path.name: path.read_text(encoding="utf-8") for path in SCHEMAS.glob("*")}
    remedy = "python -m guardian.lab.mqtt_documents writes them anew"
    assert committed == files(), remedy
    text = (repository / "docs" / "mqtt.md").read_text(encoding="utf-8")
    assert write_tables(text) == text, remedy


def test_what_is_written_is_what_is_made_and_what_is_no_more_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    document, schemas = tmp_path / "mqtt.md", tmp_path / "schemas" / "v1"
    monkeypatch.setattr(mqtt_documents, "DOCUMENT", document)
    monkeypatch.setattr(mqtt_documents, "SCHEMAS", schemas)
    schemas.mkdir(parents=True)
    (schemas / "smell.json").write_text("{}")
    document.write_text("".join(f"<!-- {name} -->\n<!-- end -->\n" for name in ("tree", "said", "asked")))
    mqtt_documents.write()
    assert {path.name for path in schemas.iterdir()} == set(files())
    once = document.read_text()
    assert "| `alarm` |" in once
    mqtt_documents.write()
    assert document.read_text() == once


def test_a_document_without_a_place_for_a_table_is_refused():
    with pytest.raises(ValueError, match="tree"):
        write_tables("")


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.schema)
def test_every_schema_is_one(leaf: Leaf):
    validator(leaf.schema).check_schema(validator(leaf.schema).schema)
    assert validator(leaf.schema).schema["title"] == leaf.topic


def test_every_payload_in_the_document_is_as_promised(repository: Path):
    """Those in blocks, each after its topic or alone: the reader copies from them."""
    text = (repository / "docs" / "mqtt.md").read_text(encoding="utf-8")
    shown = [line.split(maxsplit=1) for line in text.splitlines() if ' {"' in line and line.endswith("}")]
    shown = [(topic, payload) for topic, payload in shown if topic[0].islower()]
    assert len(shown) >= 7
    for topic, payload in shown:
        leaf = leaf_of(f"guardian/casa/{topic}", TOPICS)
        assert leaf is not None, topic
        check_payload(leaf, payload)
    incident = text.split("```json\n")[1].split("```")[0]
    check_payload(BY_SCHEMA["incident"], incident)


# Messages that are not as promised are seen.

FAULT = {"state": "ok", "faults": [], "since": "2024-05-06T12:00:00.000+02:00"}


def test_a_message_as_promised_passes():
    assert check(Publish("guardian/casa/fault", json.dumps(FAULT), retain=True), TOPICS).schema == "fault"


@pytest.mark.parametrize(
    "message",
    [
        Publish("guardian/casa/smell", "{}", retain=True),
        Publish("guardian/casa/fault", json.dumps(FAULT)),
        Publish("guardian/casa/fault", json.dumps({**FAULT, "state": "odd"}), retain=True),
        Publish("guardian/casa/fault", json.dumps({**FAULT, "since": "today"}), retain=True),
        Publish("guardian/casa/fault", json.dumps({"state": "ok", "faults": []}), retain=True),
        Publish("guardian/casa/alarm", "odd", retain=True),
        Publish("guardian/casa/event", '{"event":"ViewLost","time":"2024-05-06T12:00:00.000+02:00","room":"x"}'),
        Publish("guardian/casa/command/help", "{}"),
    ],
    ids=lambda message: f"{message.topic} {message.payload[:30]}",
)
def test_a_message_that_is_not_as_promised_is_seen(message: Publish):
    with pytest.raises(AssertionError):
        check(message, TOPICS)


@pytest.mark.parametrize("topic", ["fault", "event"])
def test_a_key_that_is_not_promised_passes_the_consumer_but_not_the_tests(topic: str):
    event = {"event": "ViewLost", "time": FAULT["since"], "room": "x", "reasons": []}
    said = {**(FAULT if topic == "fault" else event), "new": 1}
    assert validator(topic).is_valid(said)
    with pytest.raises(ValueError, match="new"):
        check(Publish(f"guardian/casa/{topic}", json.dumps(said), retain=topic == "fault"), TOPICS)


def test_an_event_of_a_later_release_passes_the_consumer():
    assert validator("event").is_valid({"event": "CatSeen", "time": FAULT["since"], "room": "x", "reasons": []})
    assert not validator("event").is_valid({"event": "CatSeen", "room": "x", "reasons": []})
    assert not validator("event").is_valid({**FAULT, "event": "ViewLost"})


# Requests.


def test_every_request_says_what_it_does_and_every_key_what_it_may_be():
    assert set(DOES) == set(REQUESTS)
    assert {key for keys in REQUESTS.values() for key in keys} <= set(payloads.KEYS)


SAMPLES = {
    "by": "Ana",
    "incident": "i-7",
    "room": "Bedroom",
    "note": "The dog.",
    "outcome": "false alarm",
    "seconds": 60,
    "contacts": True,
    "at": "14:05",
    "verdict": "fall",
    "who": "household",
    "place": 3,
    "kind": "sofa",
    "places": "fit",
    "name": "Rosa",
    "ref": "r-1",
    "box": "home-upstairs",
    "polygon": [[0.1, 0.2], [0.5, 0.2], [0.5, 1]],
    "instead": "sofa",
}
WRONG: dict[str, list[object]] = {
    "by": ["x" * 65, 3],
    "incident": ["x" * 65],
    "room": ["x" * 65],
    "note": ["x" * 201],
    "outcome": ["maybe"],
    "seconds": [-1, 14_401, "long"],
    "contacts": ["yes"],
    "at": ["25:00", "noon"],
    "verdict": ["maybe", ""],
    "who": [""],
    "place": [0, 1_000_000, "x"],
    "kind": ["bath"],
    "places": ["maybe"],
    "name": [""],
    "ref": ["x" * 65],
    "box": ["x" * 65],
    "polygon": [[], "x", [[0, 0], [1, 0]], [[0, 0], [1, 0], [1, 2]], [[0, 0], [1, 0], [1]], [[0, 0], [1, 0], ["1", 1]]],
    "instead": ["x" * 65, 3],
}


def understood(request: str, asked: dict[str, object]) -> bool:
    try:
        understand(request, json.dumps(asked).encode(), 0.0, ("Bedroom",))
    except PayloadError:
        return False
    return True


@pytest.mark.parametrize("request_", REQUESTS)
def test_the_box_and_the_schema_of_a_request_agree(request_: str):
    schema, full = validator(f"command_{request_}"), {key: SAMPLES[key] for key in REQUESTS[request_]}
    cases = [full, {**full, "smell": 1}, *({**full, key: None} for key in full)]
    cases += [{other: value for other, value in full.items() if other != key} for key in full]
    cases += [{**full, key: wrong} for key in full for wrong in WRONG[key]]
    assert understood(request_, full)
    for asked in cases:
        assert schema.is_valid(asked) is understood(request_, asked), asked


@given(st.sampled_from(sorted(REQUESTS)), st.data())
def test_what_the_schema_lets_through_the_box_understands(request: str, data: st.DataObject):
    keys = {
        key: st.none() | st.just(SAMPLES[key]) | st.sampled_from(WRONG[key]) | st.text(max_size=8) | st.integers()
        for key in REQUESTS[request]
        if key != "room"  # which rooms there are no schema knows
    }
    asked = data.draw(st.fixed_dictionaries({}, optional=keys))
    printable = all(value.isprintable() for value in asked.values() if isinstance(value, str))
    if printable and validator(f"command_{request}").is_valid(asked):
        stripped = {key: value.strip() if isinstance(value, str) else value for key, value in asked.items()}
        assert understood(request, asked) or asked != stripped


# Version 1 is kept.


def kept(old: object, new: object, where: str, *, asked: bool) -> Iterator[str]:
    """What of an old schema a new one breaks: `asked` says that the box reads it, and else that others do."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return
    yield from words_kept(old, new, where, asked=asked)
    for group in ("properties", "$defs"):
        for name, part in old.get(group, {}).items():
            if name not in new.get(group, {}):
                yield f"{where}: {name} is no more"
            else:
                yield from kept(part, new[group][name], f"{where}.{name}", asked=asked)
    yield from kept(old.get("items"), new.get("items"), f"{where}[]", asked=asked)
    old_kinds, new_kinds = old.get("anyOf", []), new.get("anyOf", [])
    if len(old_kinds) != len(new_kinds):
        yield f"{where}: it was one of {len(old_kinds)} kinds and is one of {len(new_kinds)}"
    for one, other in zip(old_kinds, new_kinds, strict=False):
        yield from kept(one, other, where, asked=asked)


def words_kept(old: Schema, new: Schema, where: str, *, asked: bool) -> Iterator[str]:
    for word in ("type", "const", "$ref", "pattern", "contentMediaType"):
        if old.get(word) != new.get(word):
            yield f"{where}: {word} was {old.get(word)!r} and is {new.get(word)!r}"
    before, after = (set(map(str, each.get("enum", ()))) for each in (old, new))
    narrower = before - after or (after and not before)
    if narrower if asked else before ^ after:
        yield f"{where}: words were {sorted(before)} and are {sorted(after)}"
    required, now = set(old.get("required", ())), set(new.get("required", ()))
    if (now - required) if asked else (required - now):
        yield f"{where}: required were {sorted(required)} and are {sorted(now)}"


def test_nothing_that_version_1_promised_is_broken():
    promised = json.loads(PROMISED.read_text(encoding="utf-8"))
    broken = []
    for name, old in promised.items():
        assert name in BY_SCHEMA, f"{name} is no more: that is version 2"
        asked = BY_SCHEMA[name].way is Way.REQUEST
        broken += kept(old, validator(name).schema, name, asked=asked)
    assert not broken, f"that is version 2 (docs/mqtt.md): {broken}"


OBJECT = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}


@pytest.mark.parametrize(
    ("new", "said", "asked"),
    [
        (OBJECT, True, True),
        ({**OBJECT, "properties": {"a": {"type": "string"}, "b": {}}}, True, True),
        ({**OBJECT, "properties": {"a": {"type": "string"}, "b": {}}, "required": ["a", "b"]}, True, False),
        ({**OBJECT, "required": []}, False, True),
        ({**OBJECT, "properties": {}}, False, False),
        ({**OBJECT, "properties": {"a": {"type": "integer"}}}, False, False),
        ({**OBJECT, "properties": {"a": {"anyOf": [{"type": "string"}, {"type": "null"}]}}}, False, False),
        ({**OBJECT, "properties": {"a": {"type": "string", "enum": ["x"]}}}, False, False),
    ],
)
def test_a_broken_promise_is_seen(new: dict[str, object], said: bool, asked: bool):  # noqa: FBT001 a table
    assert (not list(kept(OBJECT, new, "", asked=False))) is said
    assert (not list(kept(OBJECT, new, "", asked=True))) is asked
