import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from brokers import AVAILABILITY, MOSQUITTO, TOPICS, Box, Listener, Mosquitto, running, started
from hypothesis import given
from hypothesis import strategies as st
from schemas import check

from guardian.commands import Publish
from guardian.discovery import MAX_DESCRIPTION_BYTES, SHORT, Discovery
from guardian.entities import entities
from guardian.sense import MOST_SENSES, Sense
from guardian.settings import Camera, Household, Mqtt, Room, Settings
from guardian.topics import topics_of

CONFIG = "homeassistant/device/guardian_casa/config"
NOTE = "guardian/casa/home_assistant"
STATUS = "homeassistant/status"


def settings(*rooms: str, prefix: str | None = "homeassistant", **fields: Any) -> Settings:
    return Settings(
        household=Household(id="casa", name="Rosa's house"),
        rooms=tuple(Room(name=name, camera=Camera(source="/dev/video0")) for name in rooms or ("kitchen",)),
        mqtt=Mqtt(home_assistant=prefix),
        **fields,
    )


def discovery(*rooms: str, prefix: str | None = "homeassistant", **fields: Any) -> Discovery:
    made = settings(*rooms, prefix=prefix, **fields)
    return Discovery(made, topics_of(made))


def read(message: Publish) -> Mapping[str, Any]:
    assert message.retain
    read: Mapping[str, Any] = json.loads(message.payload)
    return read


def note(prefix: str, **platforms: str) -> bytes:
    return json.dumps({"prefix": prefix, "components": platforms}).encode()


def test_one_retained_message_describes_the_box_and_a_note_says_what_was_described():
    told, noted = discovery().begin()
    assert told.topic == CONFIG
    payload = read(told)
    assert payload["device"]["identifiers"] == ["guardian_casa"]
    assert payload["device"]["name"] == "Guardian Rosa's house"
    assert payload["origin"]["name"] == "Guardian"
    assert payload["availability_topic"] == "guardian/casa/availability"
    assert payload["qos"] == 1
    assert noted.topic == NOTE
    assert read(noted) == {
        "prefix": "homeassistant",
        "components": {key: component["p"] for key, component in payload["components"].items()},
    }


@pytest.mark.parametrize("prefix", ["homeassistant", "ha/found"])
def test_what_is_said_is_as_promised(prefix: str):
    made = settings("kitchen", "bath", prefix=prefix)
    leaves = [check(message, topics_of(made), prefix).schema for message in Discovery(made, topics_of(made)).begin()]
    assert leaves == ["home_assistant_device", "home_assistant"]


def test_where_the_description_is_kept_is_told():
    assert discovery().described == (CONFIG,)
    assert discovery(prefix=None).described == ()


def test_nothing_is_said_where_it_is_switched_off():
    off = discovery(prefix=None)
    assert off.begin() == ()
    assert off.filters == (NOTE,)
    assert off.hear(STATUS, b"online", retained=False) == ()
    assert off.hear("None/status", b"online", retained=False) == ()


def test_what_was_described_before_is_taken_back_where_it_is_switched_off():
    taken = discovery(prefix=None).hear(NOTE, note("homeassistant", fault="binary_sensor"), retained=True)
    assert taken == (Publish(CONFIG, "", retain=True), Publish(NOTE, "", retain=True))


def test_what_was_described_elsewhere_is_taken_back():
    taken = discovery(prefix="ha/found").hear(NOTE, note("homeassistant"), retained=True)
    assert taken == (Publish(CONFIG, "", retain=True),)
    assert discovery(prefix="ha/found").begin()[0].topic == "ha/found/device/guardian_casa/config"


def test_what_is_gone_from_the_configuration_is_removed_before_anything_else_is_said():
    both, one = discovery("kitchen", "bath"), discovery("kitchen")
    (told,) = one.hear(NOTE, both.begin()[1].payload.encode(), retained=True)
    found = read(told)["components"]
    gone = [key for key, component in found.items() if set(component) == {"p"}]
    assert len(gone) == 6
    assert all(key.startswith("room_bath_") for key in gone)
    assert list(found)[:6] == gone
    assert set(found) - set(gone) == set(read(one.begin()[1])["components"])


def test_a_room_that_is_gone_stays_gone_when_home_assistant_starts_or_the_note_comes_again():
    both, one = discovery("kitchen", "bath"), discovery("kitchen")
    (told,) = one.hear(NOTE, both.begin()[1].payload.encode(), retained=True)
    assert one.hear(NOTE, one.begin()[1].payload.encode(), retained=True) == ()
    again, _ = one.hear(STATUS, b"online", retained=False)
    assert again == told


def test_it_is_described_again_when_home_assistant_has_started_and_then_said_to_be_there():
    there = discovery()
    assert there.filters == (NOTE, STATUS)
    told = there.hear(STATUS, b"online", retained=False)
    assert told == (there.begin()[0], Publish("guardian/casa/availability", "online", retain=True))


@pytest.mark.parametrize("payload", [b"offline", b"", b"ONLINE", b"online\n", b"\xff\xfe", b"online" * 10_000, b"{}"])
def test_whatever_else_the_status_says_does_nothing(payload: bytes):
    assert discovery().hear(STATUS, payload, retained=False) == ()


def test_a_status_that_the_broker_kept_is_of_the_past():
    assert discovery().hear(STATUS, b"online", retained=True) == ()


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff",
        b"null",
        b"[]",
        b"{" * 100_000,
        b"[" * 50_000,
        b'{"prefix": 1, "components": {}}',
        b'{"prefix": "a/+", "components": {}}',
        b'{"prefix": "/a", "components": {}}',
        b'{"prefix": "a#", "components": {}}',
        b'{"prefix": "", "components": {}}',
        b'{"prefix": "homeassistant", "components": []}',
        b'{"components": {}}',
        note("x" * 300),
        note("x" * 70_000),
    ],
)
def test_a_note_that_is_none_does_nothing(payload: bytes):
    assert discovery(prefix=None).hear(NOTE, payload, retained=True) == ()


def test_what_is_strange_in_a_note_is_left_out():
    strange = {"a b": "sensor", "bath": "Sensor!", "x" * 99: "sensor", "number": 3, "old": "sensor"}
    payload = json.dumps({"prefix": "homeassistant", "components": strange}).encode()
    (told,) = discovery().hear(NOTE, payload, retained=True)
    assert [key for key, each in read(told)["components"].items() if set(each) == {"p"}] == ["old"]


def test_a_note_cannot_make_the_box_say_too_much():
    many = {f"old{number}": "sensor" for number in range(1_000)}
    (told,) = discovery().hear(NOTE, note("homeassistant", **many), retained=True)
    assert len(told.payload) < MAX_DESCRIPTION_BYTES


def test_a_note_that_is_news_is_our_own():
    assert discovery("kitchen").hear(NOTE, note("homeassistant", old="sensor"), retained=False) == ()


LIVING = discovery()


@given(st.binary(max_size=200), st.booleans(), st.sampled_from([NOTE, STATUS, CONFIG, "z/a", ""]))
def test_anything_may_come(payload: bytes, retained: bool, topic: str):  # noqa: FBT001 the wire's own flag
    assert LIVING.hear(topic, payload, retained=retained) in ((), LIVING.hear(STATUS, b"online", retained=False))


def test_the_largest_home_fits_into_one_message():
    wide = "\U0001f600" * 62
    rooms = tuple(f"{wide}{number:02}" for number in range(8))
    senses = tuple(
        Sense(name=f"{wide}{number:02}", topic="a/b", device="zigbee2mqtt_button") for number in range(MOST_SENSES)
    )
    told = discovery(*rooms, senses=senses).begin()[0]
    assert len(told.payload.encode()) < MAX_DESCRIPTION_BYTES + 2_000
    assert sum(key.startswith("room_") for key in read(told)["components"]) == 8 * 4


def test_what_does_not_fit_is_left_out_the_last_first():
    made = settings("kitchen").model_copy(update={"mqtt": Mqtt(topic="x" * 10_000)})
    found = list(read(Discovery(made, topics_of(made)).begin()[0])["components"])
    assert found == list(entities(made, topics_of(made), "x"))[: len(found)]
    assert found[0] == "emergency"


def test_short_names_stand_for_one_each():
    assert len(set(SHORT.values())) == len(SHORT)
    made = settings()
    used = {name for component in entities(made, topics_of(made), "x").values() for name in component}
    assert set(SHORT) <= used


class _Input:
    def __init__(self, name: str) -> None:
        self.name = name


class _Loader(yaml.SafeLoader):
    """Reads `!input` as Home Assistant does."""


_Loader.add_constructor("!input", lambda loader, node: _Input(loader.construct_scalar(node)))  # type: ignore[arg-type]


def inputs(thing: object) -> set[str]:
    if isinstance(thing, _Input):
        return {thing.name}
    parts = thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else ()
    return {name for part in parts for name in inputs(part)}


@pytest.mark.parametrize("name", ["alarm_on_phones", "box_in_trouble"])
def test_a_blueprint_asks_for_what_it_uses(repository: Path, name: str):
    text = (repository / "config" / "home-assistant" / f"{name}.yaml").read_text(encoding="utf-8")
    blueprint = yaml.load(text, _Loader)  # noqa: S506 a safe loader with one word more
    head = blueprint.pop("blueprint")
    assert (head["domain"], head["name"][:9]) == ("automation", "Guardian:")
    assert all(each["name"] and each["selector"] for each in head["input"].values())
    assert inputs(blueprint) == set(head["input"])


@pytest.mark.slow
@pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto here: apt install mosquitto")
class TestAtARealBroker:
    def test_it_is_described_before_it_is_there_and_again_whenever_home_assistant_starts(self, tmp_path: Path):
        with (
            running(Mosquitto(tmp_path)) as broker,
            Listener(broker.endpoint, "guardian/#") as listener,
            Listener(broker.endpoint, CONFIG, name="finder") as finder,
            Listener(broker.endpoint, "nothing", name="stranger") as stranger,
            started(Box(broker.endpoint, discovery=discovery("kitchen"))) as box,
        ):
            listener.wait_for(AVAILABILITY, "online")
            box.delivered.wait_for_one(lambda each: each.topic == AVAILABILITY)
            assert [each.topic for each in box.delivered.things] == [CONFIG, NOTE, AVAILABILITY]
            for hostile in (b"\xff", "offline", "online " * 9_000, "ONLINE", "{}"):
                stranger.ask(STATUS, hostile)
            stranger.ask(STATUS, "online")
            first, second = finder.heard.wait_for(lambda each: len(each) == 2)
            assert first == second
            listener.heard.wait_for(lambda each: [topic for topic, _, _ in each].count(AVAILABILITY) == 2)

    def test_a_room_that_is_gone_and_a_home_assistant_that_is_switched_off_are_taken_back(self, tmp_path: Path):
        with running(Mosquitto(tmp_path)) as broker, Listener(broker.endpoint) as listener:
            with started(Box(broker.endpoint, discovery=discovery("kitchen", "bath"))):
                listener.wait_for(NOTE)
            with started(Box(broker.endpoint, discovery=discovery("kitchen"))):
                removed = listener.heard.wait_for_one(lambda each: each[0] == CONFIG and '{"p":"sensor"}' in each[1])
                assert removed[1].count('{"p":"binary_sensor"}') == 2
            with started(Box(broker.endpoint, discovery=discovery("kitchen", prefix=None))):
                listener.wait_for(CONFIG, "")
                listener.wait_for(NOTE, "")
            with started(Box(broker.endpoint, discovery=discovery("kitchen", prefix=None))) as box:
                box.delivered.wait_for_one(lambda each: each.topic == AVAILABILITY)
            with Listener(broker.endpoint, name="late") as late:
                late.wait_for(AVAILABILITY, "offline")
                assert {topic for topic, _, _ in late.heard.things} == {AVAILABILITY}

    def test_a_broker_that_forgot_everything_hears_of_it_again(self, tmp_path: Path):
        broker = Mosquitto(tmp_path)
        with running(broker), started(Box(broker.endpoint, discovery=discovery("kitchen"))) as box:
            box.delivered.wait_for_one(lambda each: each.topic == AVAILABILITY)
            broker.kill()
            box.fault()
            broker.start()
            box.wait_until_cleared()
            with Listener(broker.endpoint) as listener:
                listener.wait_for(CONFIG)
                listener.wait_for(AVAILABILITY, "online")

    def test_humans_are_heard_beside_it(self, tmp_path: Path):
        with (
            running(Mosquitto(tmp_path)) as broker,
            Listener(broker.endpoint) as listener,
            started(Box(broker.endpoint, TOPICS, discovery=discovery("Bedroom"))) as box,
        ):
            listener.wait_for(AVAILABILITY, "online")
            press = read(discovery("Bedroom").begin()[0])["components"]["acknowledge"]
            listener.ask(press["cmd_t"], press["pl_prs"])
            (event,) = box.human.wait_for(lambda each: len(each) == 1)
            assert (type(event).__name__, event.by) == ("Acknowledged", "Home Assistant")
