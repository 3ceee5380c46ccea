"""Holds what the box says against what it promises: the JSON Schemas in docs, and the models that know every key."""

import json
from functools import cache

from jsonschema import Draft202012Validator

from guardian import payloads
from guardian.commands import Publish
from guardian.lab.mqtt_documents import SCHEMAS
from guardian.topics import Topics
from guardian.tree import Leaf, Way, leaf_of


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8")))


def check(message: Publish, topics: Topics, prefix: str = "homeassistant") -> Leaf:
    """Fail where a message of the box is not as promised; give its leaf."""
    elsewhere = message.topic.split("/")[1] if message.topic.startswith(f"{topics.root}/") else topics.household
    if elsewhere != topics.household:  # another box of the household is asked
        asked = leaf_of(message.topic, Topics(topics.root, elsewhere), prefix)
        assert asked is not None
        assert asked.way is Way.REQUEST
        assert not message.retain
        check_payload(asked, message.payload)
        return asked
    leaf = leaf_of(message.topic, topics, prefix)
    assert leaf is not None, f"{message.topic} has no leaf in guardian/tree.py"
    assert leaf.way is not Way.REQUEST
    if leaf.kept != "while open":
        assert message.retain is (leaf.kept == "yes"), f"{message.topic}: retained is {message.retain}"
    if message.payload == "":  # taken from the broker
        assert message.retain
        return leaf
    check_payload(leaf, message.payload)
    return leaf


def check_payload(leaf: Leaf, text: str) -> None:
    said = text if leaf.plain else json.loads(text)
    errors = [f"{error.json_path}: {error.message}" for error in validator(leaf.schema).iter_errors(said)]
    assert not errors, f"{leaf.topic}: {errors} in {text}"
    if leaf.model is None:
        payloads.Happening.validate_json(text)  # strict: what the schema lets through is not all that is promised
    else:
        leaf.model.model_validate_json(json.dumps(said))
