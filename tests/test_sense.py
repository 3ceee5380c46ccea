import re
from pathlib import Path
from typing import get_args

import pytest

from guardian.configuration import parse
from guardian.devices import DEVICES, Form, Kind
from guardian.errors import ConfigurationError
from guardian.sense import MOST_SENSES, Device, Sense, filters
from guardian.settings import Camera, Room, Settings

ROOM = "rooms: [{name: kitchen, camera: {source: csi}}]\n"
RADAR = "name: radar, room: bath, topic: radar/binary_sensor/fall/state, device: esphome_mr60fda2"


def sense(**given: object) -> Sense:
    return Sense.model_validate({"name": "a", "room": "bath", "topic": "x/y", **given})


def said(*senses: str, more: str = "") -> str:
    """What is said of a wrong configuration."""
    with pytest.raises(ConfigurationError) as caught:
        parse(f"{ROOM}senses: [{', '.join(f'{{{each}}}' for each in senses)}]\n{more}", "g.yaml")
    return str(caught.value)


def test_the_configuration_may_name_every_known_device_and_no_other():
    assert set(get_args(Device)) == set(DEVICES)


@pytest.mark.parametrize("form", [pytest.param(form, id=name) for name, form in DEVICES.items()])
def test_of_every_known_device_it_is_told_where_its_form_is_documented(form: Form):
    assert form.source.startswith("https://")
    assert form.on
    assert form.off or form.momentary
    words = (*form.on, *form.off, *form.maybe)
    assert len(set(words)) == len(words)
    assert [word for word in words if word != word.casefold()] == []


def test_a_known_device_needs_no_more_than_its_topic_and_room():
    (radar,) = parse(f"{ROOM}senses: [{{{RADAR}}}]\n").senses
    assert radar.what is Kind.FALL
    assert radar.form.on == ("on", "true")
    assert radar.stale_after_seconds == 86_400
    assert not radar.recovery


def test_another_device_is_told_by_kind_path_and_values():
    mat = (
        "name: mat, room: bedroom, topic: mat, kind: bed, path: state.0.in bed, on: [true, 1, Yes], off: [0.5, 1234567]"
    )
    (given,) = parse(f"{ROOM}senses: [{{{mat}}}]\n").senses
    assert given.form == Form(Kind.BED, ("state", "0", "in bed"), ("true", "1", "yes"), ("0.5", "1234567"))


def test_values_that_are_configured_take_the_place_of_the_device_s_own():
    mat = sense(device="zigbee2mqtt_contact", kind="bed", on=["true"], off=["false"])
    assert (mat.what, mat.form.path, mat.form.on, mat.form.off) == (Kind.BED, ("contact",), ("true",), ("false",))
    assert sense(device="zigbee2mqtt_button", on=["double"]).form.on == ("double",)


def test_a_button_that_never_says_off_is_momentary_and_one_that_does_is_not():
    assert sense(kind="button", on=["pressed"]).form.momentary
    assert not sense(kind="button", on=["1"], off=["0"]).form.momentary
    assert not sense(kind="button", device="esphome_binary_sensor").form.momentary
    assert sense(device="zigbee2mqtt_button").form.momentary
    assert not sense(kind="presence", on=["1"]).form.momentary


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("name: a, room: b, topic: c", "g.yaml:2: senses[0]: says not what it means; a device (esphome_mr60fda2, "),
        ("name: a, room: b, topic: c, kind: bed", "or a kind and the values that are `on`, would be right"),
        ("name: a, room: b, topic: c, on: [1]", "or a kind and the values that are `on`, would be right"),
        ("name: a, room: b, topic: c, device: radar", "senses[0].device: 'radar' is wrong; one of esphome_mr60fda2, "),
        (
            "name: a, room: b, topic: c, device: esphome_binary_sensor",
            "esphome_binary_sensor may be any; one of fall, ",
        ),
        (RADAR + ", kind: bed", "kind bed is not what esphome_mr60fda2 tells of; take kind out, or device"),
        (RADAR + ", path: a", "path is esphome_mr60fda2's own; take path out, or device"),
        (
            "name: a, room: b, topic: c, device: zigbee2mqtt_contact, kind: fall",
            "kind fall is not what zigbee2mqtt_con",
        ),
        ("name: a, topic: c, device: zigbee2mqtt_contact", "room is missing; only a button goes about"),
        ("name: a, room: b, topic: c, device: zigbee2mqtt_contact, recovery: true", "only a sense of kind fall has"),
        ("name: a, room: b, topic: c, device: zigbee2mqtt_contact, maybe: [x]", "only a sense of kind fall has"),
        ("name: a, room: b, topic: c, kind: bed, on: [x], off: [X]", "'x' cannot mean two things; each value in one"),
        ("name: a, room: b, topic: c/#, kind: bed, on: [x]", "senses[0].topic: holds # or +; one topic"),
        ("name: a, room: b, topic: c/+/d, kind: bed, on: [x]", "senses[0].topic: holds # or +; one topic"),
        ("name: a, room: b, topic: '', kind: bed, on: [x]", "senses[0].topic: '' is wrong"),
        (RADAR + ", availability: '#'", "senses[0].availability: holds # or +"),
        (RADAR + ", alive: '#'", "senses[0].alive: begins with a wildcard, and any device would answer for this one"),
        (RADAR + ", alive: +/a", "senses[0].alive: begins with a wildcard"),
        (RADAR + ", alive: a/#/b", "senses[0].alive: is no topic filter; a topic, or one that ends in /#"),
        (RADAR + ", alive: a/b#", "senses[0].alive: is no topic filter"),
        ("name: a, room: b, topic: c, kind: bed, on: [x], path: a..b", "senses[0].path: is no path; up to 8 keys"),
        ("name: a, room: b, topic: c, kind: bed, on: [x], path: a.a.a.a.a.a.a.a.a", "senses[0].path: is no path"),
        ("name: a, room: b, topic: c, kind: bed, on: [[x]]", "on[0]: a list is wrong; a word, true, false or a number"),
        (RADAR + ", stale_after_seconds: 9", "9 is wrong; a number of seconds from 10 to 604800 would be right"),
        (RADAR + ", stale_after_seconds: 1 h", "the number goes without (this key is in seconds); 3600 would be right"),
    ],
)
def test_a_wrong_sense_is_told_with_its_line_and_what_would_be_right(given: str, message: str):
    assert message in said(given)


def test_two_senses_have_two_names():
    assert "two senses have the same name (radar); give each its own" in said(RADAR, RADAR)


def test_there_are_so_many_and_no_more():
    names = [RADAR.replace("radar", f"r{number}", 1) for number in range(MOST_SENSES + 1)]
    assert len(parse(f"{ROOM}senses: [{', '.join(f'{{{each}}}' for each in names[:-1])}]\n").senses) == MOST_SENSES
    assert "senses: a list is wrong; a list" in said(*names)


def test_without_a_broker_no_sense_is_heard():
    assert "senses speak by MQTT, and mqtt.broker is none" in said(RADAR, more="mqtt: {broker: none}\n")


def test_rooms_without_a_camera_are_those_that_only_senses_name():
    kitchen = Room(name="kitchen", camera=Camera(source="csi"))
    senses = (
        sense(name="a", room="bath", device="esphome_mr60fda2"),
        sense(name="b", room="bath", device="zigbee2mqtt_presence"),
        sense(name="c", room="kitchen", device="zigbee2mqtt_occupancy"),
        sense(name="d", room=None, device="zigbee2mqtt_button"),
        sense(name="e", room="hall", device="zigbee2mqtt_contact"),
    )
    assert Settings(rooms=(kitchen,), senses=senses).rooms_without_camera == ("bath", "hall")
    assert Settings(rooms=(kitchen,)).rooms_without_camera == ()


@pytest.mark.parametrize(
    ("given", "topics"),
    [
        ({"device": "esphome_mr60fda2", "topic": "radar/binary_sensor/fall/state"}, ("radar/status",)),
        ({"device": "esphome_mr60fda2", "topic": "home/radar/binary_sensor/fall/state"}, ("home/radar/status",)),
        ({"device": "esphome_mr60fda2", "topic": "radar/fall/state"}, ()),
        ({"device": "esphome_mr60fda2", "topic": "my/own/topic/here"}, ()),
        ({"device": "zigbee2mqtt_tuya_fall", "topic": "z/bath"}, ("z/bath/availability", "z/bridge/state")),
        ({"device": "zigbee2mqtt_tuya_fall", "topic": "z/bath/a"}, ("z/bath/a/availability", "z/bridge/state")),
        ({"device": "zigbee2mqtt_tuya_fall", "topic": "z/bath", "availability": "here"}, ("here",)),
        ({"kind": "bed", "on": ["1"]}, ()),
    ],
)
def test_where_a_device_says_that_it_is_there(given: dict[str, object], topics: tuple[str, ...]):
    assert sense(**given).availabilities == topics


def test_each_topic_of_all_senses_is_subscribed_to_once():
    fall = sense(name="a", topic="z/bath", device="zigbee2mqtt_tuya_fall", alive="z/bath/#")
    there = sense(name="b", topic="z/bath", device="zigbee2mqtt_presence")
    assert filters((fall, there)) == ("z/bath", "z/bath/availability", "z/bridge/state", "z/bath/#")
    assert filters(()) == ()


GUIDE = (Path(__file__).resolve().parent.parent / "docs" / "senses.md").read_text(encoding="utf-8")


def test_the_guide_names_every_known_device_with_its_kind_and_its_values():
    for name, form in DEVICES.items():
        (line,) = re.findall(rf"^\| `{name}` \|.*$", GUIDE, re.MULTILINE)
        assert line.endswith(f"| {form.kind.value} |" if form.kind else "| say which |")
        words = {word.casefold() for word in re.findall(r"`(\w+)`", line)}
        assert set(form.on) & words
        assert form.momentary or set(form.off) & words
        assert set(form.maybe) <= words
        assert set(form.path) <= words


def test_the_example_of_the_guide_is_right():
    (example,) = re.findall(r"^```yaml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    radar, there, door, pendant, bed = parse(ROOM + example).senses
    assert radar.availabilities == ("bath-radar/status",)
    assert radar.alive_filter == there.alive_filter == "bath-radar/#"
    assert (door.what, pendant.room, bed.form.path) == (Kind.CONTACT, None, ("state", "pressure"))
    assert 'on: ["true"]' in GUIDE
