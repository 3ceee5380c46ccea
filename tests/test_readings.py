import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from guardian.devices import DEVICES, Form, Kind, SenseState
from guardian.readings import MAX_BRACKETS, MAX_PAYLOAD_BYTES, Heard, Reading, online, read

ON, OFF, MAYBE = SenseState.ON, SenseState.OFF, SenseState.MAYBE
PLAIN, DEEP = Form(Kind.BED), Form(Kind.BED, ("a", "1", "b"), ("1",), ("0.5",))

TUYA = {  # as zigbee2mqtt publishes a MIR-HE200-TY with fall function, by what its page says that it exposes
    "fall_down_status": "none",
    "fall_sensitivity": 5,
    "illuminance": 12,
    "linkquality": 120,
    "motion_direction": "standing_still",
    "motion_speed": 0,
    "occupancy": True,
    "presence": True,
    "radar_scene": "toilet",
    "static_dwell_alarm": None,
    "tumble_switch": "ON",
}


@pytest.mark.parametrize(
    ("device", "payload", "state"),
    [
        ("esphome_mr60fda2", "ON", ON),
        ("esphome_mr60fda2", "OFF", OFF),
        ("esphome_mr24fdb1", "Real", ON),
        ("esphome_mr24fdb1", "Suspected", MAYBE),
        ("esphome_mr24fdb1", "None", OFF),
        ("esphome_binary_sensor", "ON", ON),
        ("esphome_binary_sensor", "OFF", OFF),
        ("zigbee2mqtt_tuya_fall", TUYA, OFF),
        ("zigbee2mqtt_tuya_fall", {**TUYA, "fall_down_status": "maybe_fall"}, MAYBE),
        ("zigbee2mqtt_tuya_fall", {**TUYA, "fall_down_status": "fall"}, ON),
        ("zigbee2mqtt_presence", TUYA, ON),
        ("zigbee2mqtt_presence", {**TUYA, "presence": False}, OFF),
        ("zigbee2mqtt_occupancy", {"battery": 97, "occupancy": True, "linkquality": 63}, ON),
        ("zigbee2mqtt_occupancy", {"battery": 97, "occupancy": False, "linkquality": 63}, OFF),
        ("zigbee2mqtt_contact", {"battery": 100, "contact": False, "voltage": 3005}, ON),
        ("zigbee2mqtt_contact", {"battery": 100, "contact": True, "voltage": 3005}, OFF),
        ("zigbee2mqtt_button", {"battery": 100, "action": "emergency", "linkquality": 90}, ON),
        ("zigbee2mqtt_button", {"battery": 100, "action": "single"}, ON),
    ],
)
def test_what_the_known_devices_send_is_understood(device: str, payload: str | dict[str, object], state: SenseState):
    sent = payload if isinstance(payload, str) else json.dumps(payload)
    assert read(sent.encode(), DEVICES[device]) == Reading(state)


@pytest.mark.parametrize(
    ("device", "payload"),
    [
        ("zigbee2mqtt_tuya_fall", {"illuminance": 12, "linkquality": 120}),
        ("zigbee2mqtt_tuya_fall", {**TUYA, "fall_down_status": None}),
        ("zigbee2mqtt_button", {"battery": 100}),
        ("zigbee2mqtt_button", {"action": ""}),
        ("zigbee2mqtt_button", {"action": None}),
        ("zigbee2mqtt_button", {"action": "release"}),
    ],
)
def test_a_message_about_something_else_says_nothing_and_is_no_problem(device: str, payload: dict[str, object]):
    assert read(json.dumps(payload).encode(), DEVICES[device]) == Reading()


def test_an_empty_payload_says_nothing():
    assert read(b"", PLAIN) == read(b"  \n", DEEP) == Reading()


@pytest.mark.parametrize(
    ("payload", "state"),
    [
        (b'{"a": [0, {"b": 1}]}', ON),
        (b'{"a": [0, {"b": 1.0}]}', ON),
        (b'{"a": [0, {"b": "1"}]}', ON),
        (b'{"a": [0, {"b": 0.5}]}', OFF),
        (b'{"a": [0]}', None),
        (b'{"a": {"1": {"b": 1}}}', ON),
        (b'{"a": {"b": 1}}', None),
        (b'{"a": 1}', None),
        (b"[]", None),
        (b"7", None),
    ],
)
def test_a_path_goes_through_objects_and_lists(payload: bytes, state: SenseState | None):
    assert read(payload, DEEP) == Reading(state)


def test_a_list_is_not_asked_for_a_key():
    assert read(b'{"a": [1, 2]}', Form(Kind.BED, ("a", "b"))) == Reading()


@pytest.mark.parametrize(
    ("payload", "form", "problem"),
    [
        (b"On fire", PLAIN, "it says 'on fire'; one of on, true, off, false would be right"),
        (b"x" * 9_000, PLAIN, "it sent more than 8192 bytes"),
        (b"o\xffn", PLAIN, "byte 1 of what it sent is not UTF-8"),
        (b"ON", DEEP, "'ON' is no JSON, and its value is looked for at a.1.b"),
        (b"{" * 300, DEEP, "its JSON is nested too deep"),
        (b'{"a": [0, {"b": {}}]}', DEEP, "the value is a list or an object; a word, true, false or a number would be"),
        (b'{"a": [0, {"b": true}]}', DEEP, "it says 'true'; one of 1, 0.5 would be right"),
        (b'{"a": [0, {"b": NaN}]}', DEEP, "it says 'nan'; one of 1, 0.5 would be right"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(payload: bytes, form: Form, problem: str):
    reading = read(payload, form)
    assert reading.state is None
    assert reading.problem.startswith(problem)


@pytest.mark.parametrize(
    ("payload", "there"),
    [
        (b"online", True),
        (b"offline", False),
        (b'{"state": "online"}', True),
        (b' {"state":"offline"}', False),
        (b"", None),
        (b"maybe", None),
        (b"{", None),
        (b'{"state": []}', None),
    ],
)
def test_whether_a_device_is_there(payload: bytes, *, there: bool | None):
    assert online(payload) is there


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["ON", "fall"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=10,
)
forms = st.sampled_from([PLAIN, DEEP, Form(Kind.BED, ("a",), ("1",)), *DEVICES.values()])


@given(st.binary(max_size=64) | values.map(lambda value: json.dumps(value).encode()), forms)
@example(b"[" * MAX_PAYLOAD_BYTES, DEEP)
@example(b"[" * MAX_BRACKETS, DEEP)
@example(b"[" * MAX_BRACKETS + b"]" * MAX_BRACKETS, DEEP)
@example(b'{"a": [0, {"b": ' + b"9" * 5_000 + b"}]}", DEEP)
@example(b'{"a": [0, {"b": ' + b"9" * 400 + b"}]}", DEEP)
@example(b'{"a": [0, {"b": 1e999}]}', DEEP)
@example(b'"\\ud800"', DEEP)
@example(b'{"a": "\\ud800"}', Form(Kind.BED, ("a",)))
def test_whatever_comes_it_is_a_reading(payload: bytes, form: Form):
    reading = read(payload, form)
    assert reading.state is None or reading.problem == ""
    assert len(reading.problem) < 400
    online(payload)


@given(st.sampled_from([" ON\n", "on", "On", '"ON"']))
def test_spaces_and_capitals_do_not_matter_but_quotes_do(payload: str):
    assert (read(payload.encode(), PLAIN).state is ON) == ('"' not in payload)


def test_what_is_heard_is_news_unless_it_says_that_it_was_kept():
    assert not Heard(1.0, "a", b"").retained
