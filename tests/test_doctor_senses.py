from pathlib import Path

import pytest
from brokers import MOSQUITTO, Listener, Mosquitto, free_port, running

from guardian.doctor import senses
from guardian.doctor.finding import State, ok
from guardian.sense import Sense
from guardian.settings import Camera, Mqtt, Room, Settings

ROOMS = (Room(name="kitchen", camera=Camera(source="csi")),)
RADAR = Sense(name="radar", room="bath", topic="node/binary_sensor/fall/state", device="esphome_mr60fda2")
DOOR = Sense(name="door", room="hall", topic="z/door", device="zigbee2mqtt_contact")
MAT = Sense(name="mat", room="hall", topic="mat", kind="bed", on=("1",))
PENDANT = Sense(name="pendant", topic="z/pendant", device="zigbee2mqtt_button")


def settings(*found: Sense, broker: str = "127.0.0.1", port: int = 0) -> Settings:
    return Settings(rooms=ROOMS, senses=found, mqtt=Mqtt(broker=broker, port=port))


def test_without_senses_there_is_nothing_to_examine():
    assert list(senses.examine_senses(settings())) == []


@pytest.mark.parametrize("broker", ["embedded", "auto"])
def test_our_own_broker_is_out_of_reach_for_a_device(broker: str):
    (found,) = senses.examine_senses(settings(RADAR, broker=broker, port=free_port()))
    assert found.state is State.WARN
    assert "from this machine alone" in found.text


def test_a_broker_that_is_not_there_is_told():
    (found,) = senses.examine_senses(settings(RADAR, port=free_port()))
    assert (found.state, found.remedy) == (State.WARN, "see what is said of mqtt")


@pytest.mark.slow
@pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto here: apt install mosquitto")
def test_of_each_sense_it_is_told_what_was_heard(tmp_path: Path):
    with running(Mosquitto(tmp_path)) as broker:
        with Listener(broker.endpoint) as listener:
            listener.ask(RADAR.topic, "OFF", retain=True)
            listener.ask(MAT.topic, "2", retain=True)
            listener.ask(PENDANT.topic, '{"battery": 90}', retain=True)
        found = list(senses.examine_senses(settings(RADAR, DOOR, MAT, PENDANT, port=broker.port), 1.0))
        assert list(senses.examine_senses(settings(RADAR, port=broker.port), 60.0)) == found[:1]
    assert found[0] == ok("senses", "radar speaks, and says off")
    assert (found[1].state, found[1].text) == (State.WARN, "door: nothing within 1 s at z/door")
    assert "'z/door'" in found[1].remedy
    assert (found[2].state, found[2].text) == (State.WARN, "mat: it says '2'; one of 1 would be right")
    assert found[3] == ok("senses", "pendant speaks")
