"""The daemon and a real mosquitto, with payloads as radars, contacts, mats and pendants publish them."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from brokers import MOSQUITTO, Listener, Mosquitto, running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto here: apt install mosquitto"),
]

SECONDS = 60.0
HOME = "guardian/home/"
BATH, BATH_STATUS = "bath-radar/binary_sensor/falling_detected/state", "bath-radar/status"
BEDROOM = "bedroom-radar/text_sensor/fall_state/state"
HALL, DOOR, PENDANT, MOTION = "zigbee2mqtt/hall", "zigbee2mqtt/door", "zigbee2mqtt/pendant", "zigbee2mqtt/motion"
MAT = "mat/binary_sensor/occupied/state"
SENSES = [
    {"name": "bath radar", "room": "bathroom", "topic": BATH, "device": "esphome_mr60fda2"},
    {"name": "bedroom radar", "room": "bedroom", "topic": BEDROOM, "device": "esphome_mr24fdb1"},
    {"name": "hall radar", "room": "hall", "topic": HALL, "device": "zigbee2mqtt_tuya_fall"},
    {"name": "front door", "room": "hall", "topic": DOOR, "device": "zigbee2mqtt_contact"},
    {"name": "mat", "room": "bedroom", "topic": MAT, "device": "esphome_binary_sensor", "kind": "bed"},
    {"name": "pendant", "topic": PENDANT, "device": "zigbee2mqtt_button"},
    {"name": "motion", "room": "kitchen", "topic": MOTION, "device": "zigbee2mqtt_occupancy"},
]


class Home:
    """A daemon that hears the senses, and somebody at the broker who plays them and hears the daemon."""

    def __init__(self, listener: Listener) -> None:
        self._listener, self._mark = listener, 0

    def play(self, topic: str, payload: object, *, retain: bool = False) -> None:
        """Publish as the device does; what is awaited from now on comes after it."""
        self._mark = len(self._listener.heard.things)
        sent = payload if isinstance(payload, str) else json.dumps(payload)
        self._listener.ask(topic, sent, retain=retain)

    def awaits(self, topic: str, wanted: Callable[[str], bool] | str) -> str:
        """The next payload at one of the daemon's topics that is as wanted."""

        def is_it(payload: str) -> bool:
            return payload == wanted if isinstance(wanted, str) else wanted(payload)

        def found(things: list[tuple[str, str, bool]]) -> list[str]:
            return [payload for each, payload, _ in things[self._mark :] if each == HOME + topic and is_it(payload)]

        return found(self._listener.heard.wait_for(lambda things: bool(found(things))))[0]

    def stands(self, name: str, state: str, fault: str = "") -> None:
        """Wait until the daemon says that a sense stands so."""
        self.awaits(
            f"sense/{name}", lambda said: (json.loads(said)["state"], json.loads(said)["fault"]) == (state, fault)
        )

    def alarms(self) -> list[str]:
        """The states of the alarm since the last play."""
        return [payload for topic, payload, _ in self._listener.heard.things[self._mark :] if topic == HOME + "alarm"]


@contextmanager
def home(path: Path, *retained: tuple[str, str], **seconds: float) -> Iterator[Home]:
    """A daemon whose broker holds what was retained; `seconds` is after which each sense is stale."""
    broker = Mosquitto(path)
    config = path / "guardian.yaml"
    settings = {
        "rooms": [{"name": "kitchen", "camera": {"source": str(path / "no film.mp4")}}],
        "senses": [
            {**each, "stale_after_seconds": seconds.get(each["name"].replace(" ", "_"), 3600.0)} for each in SENSES
        ],
        "alarm": {"cancel_seconds": 5.0, "suspected_seconds": 2.0},
        "mqtt": {"broker": "127.0.0.1", "port": broker.port},
        "web": {"enabled": False},
        "state_directory": str(path / "state"),
    }
    config.write_text(yaml.safe_dump(settings))
    with running(broker), Listener(broker.endpoint) as listener:
        for topic, payload in retained:
            listener.ask(topic, payload, retain=True)
        command = [sys.executable, "-m", "guardian", "run", "--config", str(config)]
        with (path / "log").open("wb") as log, subprocess.Popen(command, stderr=log) as process:
            try:
                listener.wait_for(HOME + "availability", "online")
                yield Home(listener)
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(SECONDS)
                print((path / "log").read_text())  # noqa: T201 - pytest shows it where the test fails


def test_a_fall_in_the_bathroom_becomes_an_alarm_that_is_taken_and_closed_and_what_was_kept_does_not(tmp_path: Path):
    with home(tmp_path, (BATH, "ON")) as box:
        box.stands("bath radar", "on")
        assert set(box.alarms()) <= {"idle"}
        box.play(BATH, "ON", retain=True)
        box.awaits("alarm", "pending")
        incident = json.loads(box.awaits("alarm/incident", lambda said: '"pending"' in said))
        assert (incident["room"], incident["kind"]) == ("bathroom", "FallConfirmed")
        assert incident["reasons"] == ["Bath radar tells of a fall."]
        box.awaits("alarm", "raised")
        box.play(HOME + "command/acknowledge", {"by": "Anna", "room": "bathroom"})
        box.awaits("alarm", "acknowledged")
        box.play(BATH, "OFF", retain=True)
        box.stands("bath radar", "off")
        assert box.alarms() == []
        box.play(HOME + "command/resolve", "helped")
        box.awaits("alarm", "idle")


def test_a_fall_that_zigbee_tells_of_is_cancelled_and_what_it_repeats_is_no_new_one(tmp_path: Path):
    with home(tmp_path) as box:
        radar = {"fall_down_status": "none", "presence": True, "illuminance": 12, "motion_speed": 0}
        box.play(HALL, radar)
        box.stands("hall radar", "off")
        box.play(HALL, {**radar, "fall_down_status": "fall"})
        box.awaits("alarm", "pending")
        box.play(HOME + "command/cancel", "Rosa")
        box.awaits("alarm", "idle")
        for speed in range(5):
            box.play(HALL, {**radar, "fall_down_status": "fall", "motion_speed": speed})
        box.play(HALL, {**radar, "fall_down_status": "none"})
        box.stands("hall radar", "off")
        assert box.alarms() == []


def test_a_suspicion_lapses_and_a_real_fall_does_not(tmp_path: Path):
    with home(tmp_path, (BEDROOM, "None")) as box:
        box.stands("bedroom radar", "off")
        box.play(BEDROOM, "Suspected", retain=True)
        box.awaits("alarm", "suspected")
        box.awaits("alarm", "idle")
        box.play(BEDROOM, "Real", retain=True)
        box.awaits("alarm", "pending")
        box.awaits("alarm", "raised")


def test_a_pendant_calls_for_help_at_once(tmp_path: Path):
    with home(tmp_path) as box:
        box.play(PENDANT, {"action": "emergency", "battery": 88, "linkquality": 101})
        box.awaits("alarm", "raised")
        incident = json.loads(box.awaits("alarm/incident", lambda said: '"raised"' in said))
        assert (incident["kind"], incident["reasons"]) == ("HelpCalled", ["Pendant was pressed."])


def test_it_is_said_how_doors_and_beds_stand(tmp_path: Path):
    with home(tmp_path, (MAT, "ON")) as box:
        box.stands("mat", "on")
        box.play(DOOR, {"contact": True, "battery": 100})
        box.stands("front door", "off")
        box.play(DOOR, {"contact": False, "battery": 100})
        box.stands("front door", "on")
        box.play(MAT, "OFF", retain=True)
        box.stands("mat", "off")
        assert set(box.alarms()) <= {"idle"}


def test_a_sense_that_is_offline_is_a_fault_until_it_is_back(tmp_path: Path):
    with home(tmp_path, (BATH_STATUS, "online"), (BATH, "OFF")) as box:
        box.stands("bath radar", "off")
        box.play(BATH_STATUS, "offline", retain=True)
        box.stands("bath radar", "unknown", f"It is offline, as {BATH_STATUS} says.")
        box.awaits("fault", lambda said: "sense bath radar" in said)
        box.play(BATH_STATUS, "online", retain=True)
        box.play(BATH, "OFF", retain=True)
        box.awaits("fault", lambda said: "sense bath radar" not in said)
        box.stands("bath radar", "off")


def test_a_sense_that_falls_silent_is_a_fault_until_it_is_heard(tmp_path: Path):
    with home(tmp_path, motion=12.0) as box:
        box.play(MOTION, {"occupancy": True, "battery": 97})
        box.stands("motion", "on")
        box.stands("motion", "unknown", f"Nothing was heard of it for 12 seconds at {MOTION}.")
        box.awaits("fault", lambda said: "sense motion" in said)
        box.play(MOTION, {"occupancy": True, "battery": 97})
        box.awaits("fault", lambda said: "sense motion" not in said)
        box.stands("motion", "on")
