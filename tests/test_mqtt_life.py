"""The whole appliance beside a real mosquitto and a phone that is none: all that it says is as promised, and all that is
promised is said.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from brokers import MOSQUITTO, Listener, Mosquitto, running
from phone_servers import Ntfy, NtfyTalk, serving
from schemas import check_payload

from guardian.demo.show import FILM
from guardian.topics import Topics
from guardian.tree import LEAVES, Way, leaf_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto here: apt install mosquitto"),
]

SECONDS = 60.0
TOPICS = Topics("guardian", "home", ("kitchen",))
DOOR = "zigbee2mqtt/door"


@dataclass
class House:
    """The daemon, whose kitchen camera shows our film of a fall, and all that is heard at its broker."""

    broker: Mosquitto
    listener: Listener
    ntfy: Ntfy

    def ask(self, request: str, payload: str = "") -> None:
        self.listener.ask(TOPICS.topic("command", request), payload)

    def wait_for(self, topic: str, *words: str) -> str:
        """The first payload at a topic of the box that has all these words."""
        own = TOPICS.topic(topic)
        return self.listener.heard.wait_for_one(lambda each: each[0] == own and all(word in each[1] for word in words))[
            1
        ]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    config, broker, ntfy = tmp_path / "guardian.yaml", Mosquitto(tmp_path), Ntfy()
    with running(broker), serving(ntfy, NtfyTalk) as address, Listener(broker.endpoint) as listener:
        way = f"ntfy://{address.removeprefix('http://')}/anna"
        settings = {
            "rooms": [{"name": "kitchen", "camera": {"source": str(FILM)}}],
            "senses": [{"name": "door", "room": "hall", "topic": DOOR, "device": "zigbee2mqtt_contact"}],
            "contacts": [{"name": "Anna", "ways": [way]}],
            "alarm": {"cancel_seconds": 1},
            "feedback": {"keep_scenes": True},
            "privacy": {"send_drawing": True},
            "mqtt": {"broker": "127.0.0.1", "port": broker.port},
            "web": {"enabled": False},
            "state_directory": str(tmp_path / "state"),
        }
        config.write_text(yaml.safe_dump(settings))
        command = [sys.executable, "-m", "guardian", "run", "--config", str(config)]
        with (tmp_path / "log").open("wb") as log, subprocess.Popen(command, stderr=log) as process:
            try:
                listener.wait_for(TOPICS.topic("availability"), "online")
                yield House(broker, listener, ntfy)
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(SECONDS)
                print((tmp_path / "log").read_text())  # noqa: T201 - pytest shows it where the test fails


def live(house: House) -> None:
    """A fall, which Anna takes and closes; and whatever else one may ask of the box."""
    house.listener.ask(DOOR, '{"contact": false}')
    house.wait_for("alarm", "raised")
    house.wait_for("contacts", '"told"')
    house.ask("acknowledge", '{"by": "Anna"}')
    house.wait_for("alarm", "acknowledged")
    house.ask("resolve", '{"by": "Anna", "outcome": "helped", "note": "She is well."}')
    house.wait_for("alarm/emergency", '"off"', '"kinds":[]')
    house.ask("snooze", "60")
    house.wait_for("snooze", '"on"')
    house.ask("drill", '{"seconds": 60}')
    house.wait_for("drill", '"on"')
    house.ask("missed", '{"at": "00:00"}')
    house.wait_for("feedback", "kept")
    house.ask("dance")
    house.wait_for("refused", "dance")
    house.wait_for("sense/door", '"on"')


def test_all_that_is_said_is_as_promised_and_all_that_is_promised_is_said(house: House):
    live(house)
    said = [(topic, payload) for topic, payload, _ in house.listener.heard.things if "/command/" not in topic]
    leaves = {topic: leaf_of(topic, TOPICS) for topic, _ in said if topic != DOOR}
    assert None not in leaves.values(), leaves
    for topic, payload in said:
        leaf = leaves.get(topic)
        if leaf is not None and payload:
            check_payload(leaf, payload)
    promised = {leaf.schema for leaf in LEAVES if leaf.way is not Way.REQUEST}
    assert {leaf.schema for leaf in leaves.values() if leaf is not None} == promised
    with Listener(house.broker.endpoint, "guardian/home/#", "late") as late:
        late.wait_for(TOPICS.topic("schema"), '{"version":1,"software":"0.1.0"}')
        late.wait_for(TOPICS.topic("drill"))
        kept = {leaf_of(topic, TOPICS) for topic, _, retained in late.heard.things if retained}
    states = {leaf for leaf in LEAVES if leaf.ours and leaf.kept == "yes"}
    assert kept == states


def test_how_the_box_does_is_measured_on_this_very_machine(house: House):
    box, room = (json.loads(house.wait_for(topic)) for topic in ("diagnostics", "room/kitchen/diagnostics"))
    assert box["memory_mb"] > 10
    assert box["memory_free_mb"] > 1
    assert box["disk_free_mb"] > 1
    assert room["fps"] >= 0


def test_anna_reads_the_words_first_and_then_sees_what_was_seen(house: House):
    told, shown = house.ntfy.told("anna", 2)[:2]
    assert (told["priority"], "file" in told) == (5, False)
    assert shown["title"] == told["title"]
    assert shown["priority"] == "2"
    assert shown["message"].startswith("A drawing, no photo")
    drawing = cv2.imdecode(np.frombuffer(shown["file"], np.uint8), cv2.IMREAD_COLOR)
    assert drawing is not None
    red = (drawing[..., 2] > 150) & (drawing[..., 1] < 90)
    assert red.sum() > 500


def test_a_server_that_takes_no_files_tells_the_words_all_the_same(house: House):
    house.ntfy.keeps_files = False
    (told, *_) = house.ntfy.told("anna")
    assert told["priority"] == 5
    house.ntfy.wait(lambda: any(method == "PUT" for method, _ in house.ntfy.asked), "a drawing was offered")
    house.ask("acknowledge", '{"by": "Anna"}')
    house.wait_for("alarm", "acknowledged")
    assert house.wait_for("contacts", '"ok"', '"told"')
