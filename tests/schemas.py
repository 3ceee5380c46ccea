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
    """Fail where a message of the box is not as promised; give its leaf. Of another box it may only ask something."""
    root, box = message.topic.split("/")[:2]
    owner = topics if root != topics.root else Topics(root, box)
    leaf = leaf_of(message.topic, owner, prefix)
    assert leaf is not None, f"{message.topic} has no leaf in guardian/tree.py"
    if owner.household != topics.household:
        assert leaf.way is Way.REQUEST
        check_payload(leaf, message.payload)
        return leaf
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
