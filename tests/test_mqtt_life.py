"""The whole box beside a real mosquitto and a phone: it says what it promises, all of it, and nothing else."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import brokers
import cv2
import numpy as np
import phone_servers
import pytest
import yaml
from brokers import MOSQUITTO, Listener, Mosquitto, running
from phone_servers import Ntfy, NtfyTalk, serving
from schemas import check_payload

from guardian import __version__
from guardian.demo.show import FILM
from guardian.io.drawings import FALLEN
from guardian.topics import VERSION, Topics, dumps
from guardian.tree import LEAVES, Way, leaf_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto here: apt install mosquitto"),
]

SECONDS = 120.0
TOPICS = Topics("guardian", "home", ("kitchen",))
AMONG_BOXES = {"heartbeat", "answer"}
"""What is only said where there are neighbours (tests/test_several_boxes.py)."""
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
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    for each in (brokers, phone_servers):  # the film has to play until she falls
        monkeypatch.setattr(each, "SECONDS", SECONDS)
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


def as_promised(house: House) -> None:
    """All that was said is as promised, and all that is promised was said."""
    said = [(topic, payload) for topic, payload, _ in house.listener.heard.things if "/command/" not in topic]
    leaves = {topic: leaf_of(topic, TOPICS) for topic, _ in said if topic != DOOR}
    assert None not in leaves.values(), leaves
    for topic, payload in said:
        leaf = leaves.get(topic)
        if leaf is not None and payload:
            check_payload(leaf, payload)
    promised = {leaf.schema for leaf in LEAVES if leaf.way is not Way.REQUEST} - AMONG_BOXES
    assert {leaf.schema for leaf in leaves.values() if leaf is not None} == promised
    states = {leaf for leaf in LEAVES if leaf.ours and leaf.kept == "yes" and leaf.schema not in AMONG_BOXES}
    with Listener(house.broker.endpoint, "guardian/home/#", "late") as late:
        late.wait_for(TOPICS.topic("schema"), dumps({"version": VERSION, "software": __version__}))
        late.heard.wait_for(lambda heard: states <= {leaf_of(topic, TOPICS) for topic, _, kept in heard if kept})


def measured(house: House) -> None:
    """The numbers are those of this very machine."""
    box, room = (json.loads(house.wait_for(topic)) for topic in ("diagnostics", "room/kitchen/diagnostics"))
    assert box["memory_mb"] > 10
    assert box["memory_free_mb"] > 1
    assert box["disk_free_mb"] > 1
    assert room["fps"] >= 0


def shown(house: House) -> None:
    """Anna read the words first, and then saw what was seen."""
    house.ntfy.wait(lambda: any("file" in each for each in house.ntfy.of("anna")), "a drawing")
    messages = house.ntfy.of("anna")
    (drawing,) = [each for each in messages if "file" in each]
    assert (messages[0]["priority"], "file" in messages[0]) == (5, False)
    assert drawing["title"] == messages[0]["title"]
    assert drawing["priority"] == "2"
    assert drawing["message"] == FALLEN
    seen = cv2.imdecode(np.frombuffer(drawing["file"], np.uint8), cv2.IMREAD_COLOR)
    assert seen is not None
    red = (seen[..., 2] > 150) & (seen[..., 1] < 90)
    assert red.sum() > 500


def test_all_that_is_said_is_as_promised_and_anna_sees_what_was_seen(house: House):
    live(house)
    as_promised(house)
    measured(house)
    shown(house)


def test_a_server_that_takes_no_files_tells_the_words_all_the_same(house: House):
    house.ntfy.keeps_files = False
    (told, *_) = house.ntfy.told("anna")
    assert told["priority"] == 5
    house.ntfy.wait(lambda: any(method == "PUT" for method, _ in house.ntfy.asked), "a drawing was offered")
    house.ask("acknowledge", '{"by": "Anna"}')
    house.wait_for("alarm", "acknowledged")
    assert house.wait_for("contacts", '"ok"', '"told"')
