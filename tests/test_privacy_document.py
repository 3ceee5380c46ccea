"""docs/privacy.md and docs/dpia.md: their tables are those of the code, and what they point at is there."""

import re
from collections.abc import Mapping

import pytest

from guardian.lab import privacy_document
from guardian.lab.mqtt_documents import DOCUMENTS, filled
from guardian.lab.privacy_document import DOCUMENT, NUMBERS, SAID, kept, leaves, numbers, numeric, others, tables
from guardian.settings import Privacy
from guardian.signature import FEATURES

LINK = re.compile(r"\]\(([^)#]+)\)")


def test_the_tables_are_those_of_the_code():
    document = DOCUMENT.read_text(encoding="utf-8")
    assert filled(document, tables(), "privacy.md") == document, (
        "python -m guardian.lab.privacy_document writes it anew"
    )


@pytest.mark.parametrize("name", ["privacy.md", "dpia.md"])
def test_what_they_point_at_is_there(name: str):
    links = LINK.findall((DOCUMENTS / name).read_text(encoding="utf-8"))
    assert "pause.md" in links
    assert [link for link in links if not (DOCUMENTS / link).exists()] == []


def test_no_number_that_leaves_is_of_a_body():
    found = {name for leaf in SAID for name in numeric(leaf)}
    assert {"track", "evidence", "polygon"} <= found  # numbers in lists, and of events, are seen
    assert found == NUMBERS.keys()
    words = {word for name in found for word in name.split("_")}
    assert not words & {*" ".join(FEATURES).split(), "keypoints", "poses", "height", "stature", "template", "score"}


def test_a_number_that_nobody_has_explained_is_refused(monkeypatch: pytest.MonkeyPatch):
    fewer: Mapping[str, str] = {name: what for name, what in NUMBERS.items() if name != "track"}
    monkeypatch.setattr(privacy_document, "NUMBERS", {**fewer, "stature": ""})
    with pytest.raises(ValueError, match=r"new: \['track'\], gone: \['stature'\]"):
        numbers()


def test_what_is_off_unless_asked_for_is_said_to_be_off(monkeypatch: pytest.MonkeyPatch):
    assert others().count("**off**") == 2
    monkeypatch.setattr(privacy_document, "Privacy", lambda: Privacy(send_drawing=True))
    assert "**on** (`privacy.send_drawing`)" in others()


def test_every_key_of_nested_payloads_and_of_events_is_listed():
    said = leaves()
    assert "| `fault` | yes | `faults`, `part`, `reason`, `room`, `since`, `state` |" in said
    assert "`polygon`" in said
    assert "| table `templates` | nine numbers of the body" in kept()
