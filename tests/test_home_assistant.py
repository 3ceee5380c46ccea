"""The box in a real Home Assistant: what appears there, what is pressed there, and our blueprints."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from brokers import MOSQUITTO, Listener, Mosquitto, running
from home_assistant import SECONDS, HomeAssistant, Phone, State
from phone_servers import Ntfy, NtfyTalk, serving

from guardian.configuration import parse
from guardian.demo.show import FILM
from guardian.entities import entities
from guardian.topics import topics_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.home_assistant,
    pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto here: apt install mosquitto"),
]
EMERGENCY, INCIDENT, REASON = "Emergency", "Incident", "What is the matter"
ARMED = "Armed (off ends by itself after 30 min)"


class House:
    """A Home Assistant and a broker that live on, and one box after another."""

    def __init__(self, path: Path, broker: Mosquitto) -> None:
        self.broker, self.path = broker, path
        self.there = HomeAssistant(path / "hass", broker.port)


class Box:
    """`guardian run` with its own state, whose kitchen camera shows our film of a fall unless it is told otherwise."""

    def __init__(self, house: House, name: str, **fields: object) -> None:
        self.house, self.name, self.device = house, name, f"Guardian {name}"
        self._path = house.path / name
        self._path.mkdir()
        self.fields: dict[str, object] = {
            "household": {"id": name, "name": name},
            "rooms": [self.room("kitchen", str(self._path / "no such film.mp4"))],
            "alarm": {"cancel_seconds": 1},
            "mqtt": {"broker": "127.0.0.1", "port": house.broker.port},
            "web": {"enabled": False},
            "state_directory": str(self._path / "state"),
            **fields,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def room(name: str, source: str = str(FILM)) -> dict[str, object]:
        return {"name": name, "camera": {"source": source}}

    def start(self) -> "Box":
        config = self._path / "guardian.yaml"
        config.write_text(yaml.safe_dump(self.fields, allow_unicode=True), encoding="utf-8")
        with (self._path / "log").open("ab") as log:
            command = [sys.executable, "-m", "guardian", "run", "--config", str(config)]
            self._process = subprocess.Popen(command, stderr=log)
        return self

    def end(self, number: int = signal.SIGTERM) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(number)
            process.wait(SECONDS)

    @property
    def states(self) -> dict[str, State]:
        return self.house.there.states(self.device)

    def state(self, name: str) -> str | None:
        return self.states.get(name, {}).get("state")

    def wait(self, name: str, *states: str) -> State:
        self.house.there.wait_for(lambda: self.state(name) in states, f"{self.device} {name} {states}")
        return self.states[name]

    def press(self, name: str) -> None:
        self.house.there.call("button.press", entity_id=self.states[name]["entity_id"])

    def entity(self, name: str) -> str:
        return str(self.states[name]["entity_id"])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    path = tmp_path_factory.mktemp("house")
    with running(Mosquitto(path, ("allow_anonymous true", "max_queued_messages 10000"))) as broker:
        home = House(path, broker)
        try:
            home.there.start()
            yield home
            amiss = [line for line in home.there.complaints if "mqtt" in line.lower() or "guardian" in line.lower()]
            assert not amiss, "\n".join(amiss)
        finally:
            home.there.close()


@pytest.fixture
def boxes(house: House) -> Iterator[Callable[..., Box]]:
    made: list[Box] = []

    def make(name: str, **fields: object) -> Box:
        made.append(Box(house, name, **fields))
        return made[-1]

    yield make
    for box in made:
        box.end()


def test_all_that_is_described_appears_with_a_state(boxes: Callable[..., Box]):
    senses = [
        {"name": "bath radar", "room": "bath", "device": "esphome_mr60fda2", "topic": "bath/binary_sensor/fall/state"},
        {"name": "pendant", "device": "zigbee2mqtt_button", "topic": "zigbee2mqtt/pendant"},
    ]
    box = boxes("all", rooms=[Box.room("臥室", "/none"), Box.room('the "best" room')], senses=senses).start()
    box.wait('The "best" room view', "off")
    settings = parse(yaml.safe_dump(box.fields, allow_unicode=True), "box")
    described = {str(each["name"]) for each in entities(settings, topics_of(settings), "guardian_all").values()}
    assert set(box.states) == described
    states = {name: state["state"] for name, state in box.states.items()}
    assert states[EMERGENCY] == "off"
    assert states[INCIDENT] in {"idle", "suspected"}
    assert states[ARMED] == "on"
    assert states["臥室 view"] == "on"
    assert states["臥室 occupied"] == states["臥室 people"] == "unknown"
    assert states["Bath radar"] == states["Pendant"] == "unknown"
    assert states["Snoozed until"] == states["Acknowledge"] == "unknown"
    assert box.states["臥室 view"]["attributes"]["coverage"] == "blind"
    box.wait('The "best" room occupied', "on")
    box.wait('The "best" room people', "1")
    assert "unavailable" not in {state["state"] for state in box.states.values()}
    box.house.there.wait_for(lambda: float(box.state("Memory used") or 0) > 1, "memory measured")
    assert float(box.state("Disk free") or 0) > 1
    assert box.state("Started") not in {"unknown", None}
    assert box.state("Contact not reached") == "off"
    assert box.state("Contact last told") == "unknown"
    assert box.state("Processor slowed down") in {"unknown", "off", "on"}
    assert box.states['The "best" room frames']["attributes"]["unit_of_measurement"] == "fps"


def test_a_fall_is_an_emergency_there_until_it_is_taken_and_help_was_given_from_there(
    house: House, boxes: Callable[..., Box]
):
    with (
        serving(Ntfy(), NtfyTalk) as phone,
        Listener(house.broker.endpoint, "guardian/fall/#", name="fall-listener") as listener,
    ):
        way = f"ntfy://{phone.removeprefix('http://')}/anna"
        box = boxes("fall", rooms=[Box.room("kitchen")], contacts=[{"name": "Anna", "ways": [way]}])
        box.start().wait(EMERGENCY, "on")
        raised = box.wait(INCIDENT, "raised")
        assert box.state(REASON) in {"a fall", "somebody lies where nobody should", "somebody has been down for long"}
        assert raised["attributes"]["room"] == "kitchen"
        assert raised["attributes"]["command_topic"] == "guardian/fall/command"
        box.house.there.wait_for(lambda: box.state("Contact last told") != "unknown", "a contact was told")
        (told,) = box.states["Contact last told"]["attributes"]["contacts"]
        assert (told["contact"], told["way"], told["state"]) == ("Anna", "ntfy", "told")
        assert box.state("Contact not reached") == "off"
        box.press("Acknowledge")
        box.wait(INCIDENT, "acknowledged")
        said = json.loads(listener.heard.wait_for_one(lambda each: '"state":"acknowledged"' in each[1])[1])
        assert said["acknowledged_by"] == "Home Assistant"
        assert box.state(EMERGENCY) == "on"
        box.press("Help was given")
        listener.heard.wait_for_one(lambda each: '"outcome":"helped"' in each[1])
        box.wait(EMERGENCY, "off")
        assert box.state(INCIDENT) == "idle"
        assert box.state(REASON) == "nothing"
        assert box.states["What happens"]["attributes"]["event_type"]


def test_it_can_be_disarmed_for_a_while_tested_and_asked_for_help_from_there(boxes: Callable[..., Box]):
    box = boxes("armed").start()
    box.wait(ARMED, "on")
    switch = box.entity(ARMED)
    box.house.there.call("switch.turn_off", entity_id=switch)
    box.wait(ARMED, "off")
    assert box.state("Snoozed until") != "unknown"
    box.house.there.call("switch.turn_on", entity_id=switch)
    box.wait(ARMED, "on")
    box.wait("Snoozed until", "unknown")
    box.press("Test alarm")
    box.wait(INCIDENT, "raised")
    assert (box.state(EMERGENCY), box.state(REASON)) == ("off", "a drill")
    box.press("It was a false alarm")
    box.wait(INCIDENT, "idle")
    box.press("Call for help")
    box.wait(EMERGENCY, "on")
    assert box.state(REASON) == "a call for help"


def test_a_box_that_is_killed_is_unavailable_and_one_that_comes_back_is_not(boxes: Callable[..., Box]):
    box = boxes("killed").start()
    box.wait(EMERGENCY, "off")
    box.end(signal.SIGKILL)
    box.wait(EMERGENCY, "unavailable")
    assert {state["state"] for state in box.states.values()} == {"unavailable"}
    box.start().wait(EMERGENCY, "off")


def test_a_room_that_is_gone_vanishes_there_and_so_does_a_box_that_says_nothing_to_it(boxes: Callable[..., Box]):
    there = [Box.room("kitchen", "/none"), Box.room("bath", "/none")]
    box = boxes("gone", rooms=there).start()
    box.wait("Bath view", "on")
    box.end()
    box.fields["rooms"] = there[:1]
    box.start().wait("Kitchen view", "on")
    box.house.there.wait_for(lambda: not any(name.startswith("Bath") for name in box.states), "no bath any more")
    assert len(box.states) > 3
    box.end()
    box.fields["mqtt"] = {**box.fields["mqtt"], "home_assistant": None}  # type: ignore[dict-item]
    box.start()
    box.house.there.wait_for(lambda: not box.states, "no box any more")


def test_a_home_assistant_that_starts_anew_finds_the_box(boxes: Callable[..., Box]):
    box = boxes("anew").start()
    box.wait(EMERGENCY, "off")
    with Listener(box.house.broker.endpoint, "homeassistant/#", name="anew-listener") as listener:
        box.house.there.stop()
        box.house.there.start()
        listener.wait_for("homeassistant/status", "online")
        found = "homeassistant/device/guardian_anew/config"
        listener.heard.wait_for_one(lambda each: each[0] == found and not each[2])
    box.wait(EMERGENCY, "off")


@pytest.fixture
def phones(house: House) -> Iterator[Callable[[str], tuple[Phone, str]]]:
    made: list[Phone] = []

    def make(name: str) -> tuple[Phone, str]:
        made.append(Phone())
        return made[-1], house.there.add_phone(name, made[-1])

    yield make
    for phone in made:
        phone.close()


def test_the_first_phone_rings_then_the_second_too_and_who_presses_has_taken_it(
    boxes: Callable[..., Box], phones: Callable[[str], tuple[Phone, str]]
):
    box = boxes("rings").start()
    box.wait(EMERGENCY, "off")
    (first, anna), (second, bruno) = phones("Anna phone"), phones("Bruno phone")
    given = {"incident": box.entity(INCIDENT), "first": [anna], "second": [bruno], "wait": 15, "who": "Anna"}
    box.house.there.automate("rings", "alarm_on_phones", **given)
    with Listener(box.house.broker.endpoint, "guardian/rings/#", name="rings-listener") as listener:
        box.press("Call for help")
        (rung,) = first.pushed.wait_for(lambda each: len(each) == 1)
        assert rung["title"] == "Somebody is calling for help"
        assert rung["data"]["push"]["sound"]["critical"] == 1
        assert (rung["data"]["channel"], rung["data"]["priority"], rung["data"]["ttl"]) == ("alarm_stream", "high", 0)
        assert second.pushed.things == []
        also = second.pushed.wait_for(lambda each: len(each) == 1)[0]
        assert len(first.pushed.wait_for(lambda each: len(each) == 2)) == 2
        (answer,) = also["data"]["actions"]
        assert answer["title"] == "Acknowledge"
        box.house.there.fire("mobile_app_notification_action", action="SOMETHING_ELSE")
        box.house.there.fire("mobile_app_notification_action", action=answer["action"])
        taken = json.loads(listener.heard.wait_for_one(lambda each: '"state":"acknowledged"' in each[1])[1])
        assert taken["acknowledged_by"] == "Anna"
    for phone, rings in ((first, 2), (second, 1)):
        told = phone.pushed.wait_for(lambda each, rings=rings: len(each) == rings + 1)[-1]
        assert told["title"] == "Anna has taken it: Somebody is calling for help"
        assert "push" not in told["data"]
    box.house.there.forget("rings")


def test_phones_are_told_when_the_box_is_away_and_when_it_is_back(
    boxes: Callable[..., Box], phones: Callable[[str], tuple[Phone, str]]
):
    box = boxes("trouble", rooms=[Box.room("kitchen")]).start()
    box.wait("Kitchen view", "off")
    phone, anna = phones("Trouble phone")
    given = {"incident": box.entity(INCIDENT), "views": [box.entity("Kitchen view")], "phones": [anna], "minutes": 0.02}
    box.house.there.automate("trouble", "box_in_trouble", **given)
    box.end(signal.SIGKILL)
    away = phone.pushed.wait_for_one(lambda each: each["title"] == "Guardian is away")
    assert "power" in away["message"]
    box.fields["rooms"] = [Box.room("kitchen", "/none")]
    box.start()
    blind = phone.pushed.wait_for_one(lambda each: each["title"] == "Guardian cannot see")
    assert "Kitchen view" in blind["message"]
    box.end()
    box.fields["rooms"] = [Box.room("kitchen")]
    box.start()
    phone.pushed.wait_for_one(lambda each: each["title"] == "Guardian is well again")
    box.house.there.forget("trouble")
