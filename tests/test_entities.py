import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.devices import Kind
from guardian.entities import HAPPENINGS, KINDS, SENSE_CLASSES, entities, slug
from guardian.human_requests import understand
from guardian.incident import IncidentState
from guardian.messages import HEADLINES
from guardian.payloads import BoxDiagnostics, Contacts, RoomDiagnostics
from guardian.sense import Sense
from guardian.settings import Camera, Household, Mqtt, Room, Settings
from guardian.topics import topics_of


def settings(*rooms: str, prefix: str | None = "homeassistant", **fields: Any) -> Settings:
    return Settings(
        household=Household(id="casa", name="Rosa's house"),
        rooms=tuple(Room(name=name, camera=Camera(source="/dev/video0")) for name in rooms or ("kitchen",)),
        mqtt=Mqtt(home_assistant=prefix),
        **fields,
    )


def described(*rooms: str, **fields: Any) -> Mapping[str, Mapping[str, Any]]:
    made = settings(*rooms, **fields)
    return entities(made, topics_of(made), "guardian_casa")


def test_every_component_has_a_name_a_topic_and_an_id_of_its_own():
    found = described("kitchen", "臥室", senses=(Sense(name="mat", room="x", topic="a/b", kind="bed", on=("1",)),))
    assert len({component["unique_id"] for component in found.values()}) == len(found)
    assert len({component["name"] for component in found.values()}) == len(found)
    for key, component in found.items():
        assert component["unique_id"] == f"guardian_casa.{key}"
        topics = [value for name, value in component.items() if name.endswith("_topic")]
        assert topics
        assert all(topic.startswith("guardian/casa/") for topic in topics)


def test_what_can_be_pressed_is_understood():
    found = described("kitchen", "bath")
    for component in found.values():
        for name in ("payload_press", "payload_on", "payload_off"):
            if name in component:
                request = component["command_topic"].removeprefix("guardian/casa/command/")
                event = understand(request, component[name].encode(), 1.0, ("kitchen", "bath"))
                assert event.by == "Home Assistant"
    assert {key for key, each in found.items() if each["platform"] == "button"} == {
        *("acknowledge", "helped", "false_alarm", "snooze", "help", "test")
    }


def test_the_switch_says_how_long_off_lasts():
    assert described()["armed"]["name"] == "Armed (off ends by itself after 30 min)"
    short = described(alarm={"snooze_seconds": 45})["armed"]
    assert short["name"] == "Armed (off ends by itself after 45 s)"
    assert json.loads(short["payload_on"])["seconds"] == 0
    assert "seconds" not in json.loads(short["payload_off"])


def test_every_state_kind_and_event_is_among_what_may_be_said():
    found = described()
    open_states = {state.value for state in IncidentState} - {"resolved"}
    assert set(found["incident"]["options"]) == {"idle", *open_states}
    assert set(KINDS) == set(HEADLINES)
    assert set(found["reason"]["options"]) == {"nothing", "other", *KINDS.values()}
    assert found["event"]["event_types"] == list(HAPPENINGS)
    assert {"FallConfirmed", "HelpCalled", "FaultCleared", "Acknowledged"} <= set(HAPPENINGS)
    assert not {"Event", "PersonEvent", "HumanEvent"} & set(HAPPENINGS)


def test_a_sense_is_shown_as_what_it_tells_of():
    assert set(SENSE_CLASSES) == set(Kind) - {Kind.BUTTON}
    senses = (
        Sense(name="front door", room="hall", topic="a/b", device="zigbee2mqtt_contact"),
        Sense(name="pendant", topic="a/c", device="zigbee2mqtt_button"),
    )
    found = {each["name"]: each for key, each in described(senses=senses).items() if key.startswith("sense_")}
    assert found["Front door"]["device_class"] == "opening"
    assert found["Front door"]["state_topic"] == "guardian/casa/sense/front door"
    assert "device_class" not in found["Pendant"]


@pytest.mark.parametrize("name", ["kitchen", "Salón", "臥室", "a/b", "x" * 64, "\ud800", " ", 'the "best"', "-- ?"])
def test_a_key_of_any_name_is_plain(name: str):
    assert re.fullmatch(r"[a-z0-9][a-z0-9_]{0,60}", slug(name))


def test_a_key_can_be_read_and_stays_the_same():
    assert slug("Living room").startswith("living_room_")
    assert slug("Living room") == "living_room_268d40ee19"


@given(st.lists(st.text(min_size=1, max_size=64), unique=True, max_size=20))
def test_two_names_have_two_keys(names: list[str]):
    assert len({slug(name) for name in names}) == len(names)


def test_names_that_read_alike_have_two_keys():
    names = ["living room", "Living room", "living_room", "Living  Room", "lívíng room", "x" * 30 + "a", "x" * 30 + "b"]
    assert len({slug(name) for name in names}) == len(names)


def test_a_component_keeps_its_id_when_other_rooms_come():
    assert described("kitchen").items() <= described("bath", "kitchen").items()


def test_a_topic_with_quotes_is_still_one_word_of_a_template():
    made = settings("kitchen").model_copy(update={"mqtt": Mqtt(topic='my "box" }} \\ {{')})
    found = entities(made, topics_of(made), "x")
    template = found["incident"]["json_attributes_template"]
    assert r'command_topic="my \"box\" }} \\ {{/casa/command"' in str(template)


def test_the_guide_names_every_entity(repository: Path):
    guide = (repository / "docs" / "home-assistant.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| ([^|]+?) \| `(\w+)` \|", guide, re.MULTILINE)
    sense = Sense(name="front door", room="hall", topic="a/b", device="zigbee2mqtt_contact")
    expected = [(each["name"], each["platform"]) for each in described("kitchen", senses=(sense,)).values()]
    assert table == expected


def test_what_is_there_to_look_after_the_box_is_diagnostic_and_reads_what_is_promised():
    found = described("kitchen")
    promised = {*BoxDiagnostics.model_fields, *RoomDiagnostics.model_fields, *Contacts.model_fields}
    diagnostic = {key for key, each in found.items() if each.get("entity_category") == "diagnostic"}
    kitchen = f"room_{slug('kitchen')}"
    assert diagnostic == {
        *("fault", "contacts", "last_told", "started", "temperature", "slowed", "memory", "memory_free", "disk_free"),
        *(f"{kitchen}_fps", f"{kitchen}_latency"),
    }
    for key in diagnostic - {"fault"}:
        read = set(re.findall(r"value_json\.(\w+)", found[key]["value_template"]))
        assert read
        assert read <= promised
        assert found[key].get("state_class", "measurement") == "measurement"


def test_a_number_has_its_unit_and_what_does_not_tell_is_unknown():
    found = described("kitchen")
    assert found["temperature"]["unit_of_measurement"] == "°C"
    assert found[f"room_{slug('kitchen')}_fps"]["unit_of_measurement"] == "fps"
    assert "'None' if value_json.throttling is none" in found["slowed"]["value_template"]
