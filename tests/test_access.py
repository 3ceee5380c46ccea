"""Who may say and hear what by the access list that we ship, at a real mosquitto: each user, each topic of the tree."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import certificates
import pytest
from brokers import MOSQUITTO, Box, Listener, Mosquitto, running, started

from guardian.discovery import Discovery
from guardian.events import FaultOccurred
from guardian.io.mqtt import ACCESS
from guardian.io.mqtt_session import Endpoint
from guardian.settings import Camera, Room, Settings
from guardian.topics import topics_of
from guardian.tree import ANY, LEAVES, Leaf, Way

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto here: apt install mosquitto"),
]

MQTT = Path(__file__).resolve().parent.parent / "config" / "mqtt"
USERS = ("guardian", "homeassistant", "anna", "fleet")
WATCHER = "watcher"
"""A user of the test alone, who may everything."""
SETTINGS = Settings(rooms=(Room(name="bath", camera=Camera(source="/dev/video0")),))

ALARMS = {"availability", "schema", "alarm", "alarm_incident", "alarm_emergency", "incident", "room_coverage"}
OURS = {leaf.schema for leaf in LEAVES if leaf.ours}
SAID = {leaf.schema for leaf in LEAVES if leaf.ours and leaf.way is not Way.REQUEST}
ASKED = OURS - SAID
FOREIGN = {"home_assistant_device", "home_assistant_status"}
MAY_READ = {
    "guardian": {*ASKED, "incident", "home_assistant", "home_assistant_status"},
    "homeassistant": {*OURS, *FOREIGN},
    "anna": {*ALARMS, "fault", "snooze", "refused"},
    "fleet": {*ALARMS, "fault", "snooze", "event", "contacts", "diagnostics", "room_diagnostics"},
}
MAY_WRITE = {
    "guardian": {*OURS, "home_assistant_device"},
    "homeassistant": {
        *(f"command_{request}" for request in ("acknowledge", "resolve", "snooze", "help", "test")),
        *FOREIGN,
    },
    "anna": {"command_acknowledge", "command_resolve", "command_help"},
    "fleet": set(),
}


def topic(leaf: Leaf) -> str:
    """One topic of a leaf of the box `home`."""
    if leaf.schema in FOREIGN:
        levels = ("homeassistant", *leaf.levels[1:])
        return "/".join("guardian_home" if level == ANY else level for level in levels)
    return "/".join(("guardian", "home", *("bath" if level == ANY else level for level in leaf.levels)))


BY_TOPIC = {topic(leaf): leaf.schema for leaf in LEAVES}


@dataclass
class Broker:
    endpoint: Endpoint

    def of(self, user: str) -> Endpoint:
        return replace(self.endpoint, username=user, password=f"password of {user}")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    certificates.need("mosquitto_passwd")
    certificates.passwords(tmp_path, **{user: f"password of {user}" for user in (*USERS, WATCHER)})
    access = tmp_path / "access.acl"
    access.write_text(f"{(MQTT / 'access.acl').read_text()}\nuser {WATCHER}\ntopic readwrite #\n")
    kept = ("allow_anonymous", "password_file", "acl_file")
    lines = [line for line in (MQTT / "mosquitto.conf").read_text().splitlines() if line.startswith(kept)]
    assert len(lines) == len(kept)
    with running(Mosquitto(tmp_path, tuple(line.replace("/etc/mosquitto", str(tmp_path)) for line in lines))) as real:
        yield Broker(real.endpoint)


def test_each_hears_what_it_may_and_nothing_else(broker: Broker):
    with ExitStack() as stack:
        heard = {user: stack.enter_context(Listener(broker.of(user), "#", user)) for user in USERS}
        watcher = stack.enter_context(Listener(broker.of(WATCHER), "#", WATCHER))
        for each in BY_TOPIC:
            watcher.ask(each, "said")
        watcher.ask("guardian/other/alarm", "said")
        watcher.ask("guardian/home/incident/bath", "the last")  # all of them may read it
        for user, listener in heard.items():
            listener.wait_for("guardian/home/incident/bath", "the last")
            assert {BY_TOPIC.get(each, each) for each, _, _ in listener.heard.things} == MAY_READ[user], user


def test_each_says_what_it_may_and_nothing_else(broker: Broker):
    with Listener(broker.of(WATCHER), "#", WATCHER) as watcher:
        for user in USERS:
            with Listener(broker.of(user), "nothing", user) as speaker:
                for each in (*BY_TOPIC, "guardian/other/command/help"):
                    speaker.ask(each, user)
            watcher.ask("end", user)
            watcher.wait_for("end", user)
            said = {BY_TOPIC.get(each, each) for each, payload, _ in watcher.heard.things if payload == user}
            assert said - {"end"} == MAY_WRITE[user], user


def test_a_stranger_is_not_let_in(broker: Broker):
    with Listener(broker.of(WATCHER), "#", WATCHER) as watcher:
        box = Box(replace(broker.of("guardian"), password="guessed"))  # noqa: S106 it is wrong on purpose
        with started(box, connected=False):
            assert "Not authorized" in box.fault()
        assert watcher.heard.things == []


def test_the_box_itself_is_denied_nothing(broker: Broker):
    topics = topics_of(SETTINGS)
    with (
        Listener(broker.of("homeassistant"), "#", "homeassistant") as home_assistant,
        started(Box(broker.of("guardian"), topics, discovery=Discovery(SETTINGS, topics))) as box,
    ):
        home_assistant.wait_for("homeassistant/device/guardian_home/config")
        home_assistant.wait_for("guardian/home/availability", "online")
        home_assistant.ask("guardian/home/command/acknowledge", '{"by": "Home Assistant"}')
        (heard,) = box.human.wait_for(lambda events: len(events) == 1)
        assert heard.by == "Home Assistant"
        faults = [event for event in box.reports.things if isinstance(event, FaultOccurred) and event.part == ACCESS]
        assert faults == []
