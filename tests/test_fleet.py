"""Two homes and a care desk, with the configuration files that we ship, and real mosquittos."""

import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import certificates
import pytest
from brokers import MOSQUITTO, Box, Listener, Mosquitto, running, started

from guardian.events import Acknowledged
from guardian.incident import Incident, IncidentState
from guardian.io.mqtt_session import Endpoint
from guardian.moment import Moment
from guardian.topics import Topics

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto here: apt install mosquitto"),
]

FLEET = Path(__file__).resolve().parent.parent / "config" / "fleet"
NOW = Moment(1_000.0, datetime(2025, 6, 1, 12, 0, tzinfo=timezone.utc))
HOMES = ("home-1", "home-2")


@dataclass
class Fleet:
    """The desk's broker, and the box of each home, connected to a broker of its own with the bridge."""

    directory: Path
    central: Mosquitto
    boxes: dict[str, Box]

    def endpoint(self, user: str) -> Endpoint:
        tls = ssl.create_default_context(cafile=str(self.directory / "ca.pem"))
        return Endpoint("127.0.0.1", self.central.port, user, f"password of {user}", tls)

    def say(self, home: str, incident: Incident) -> None:
        for message in Topics("guardian", home).incident(incident, NOW):
            self.boxes[home].output.publish(message)


def change(text: str, changes: dict[str, str]) -> tuple[str, ...]:
    """The lines of a shipped file, with what differs on this machine; the listener is the test's own."""
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return tuple(line.partition("  #")[0] for line in text.splitlines() if not line.startswith("listener"))


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    certificates.need("openssl", "mosquitto_passwd")
    certificates.authority(tmp_path, "ca")
    certificates.serving(tmp_path)
    certificates.passwords(tmp_path, **{user: f"password of {user}" for user in (*HOMES, "desk", "records")})
    here = {"/var/lib/mosquitto/": f"{tmp_path}/", "/etc/mosquitto/central.acl": str(FLEET / "central.acl")}
    central = Mosquitto(
        tmp_path, change((FLEET / "central.conf").read_text(), {**here, "/etc/mosquitto/": f"{tmp_path}/"})
    )
    with ExitStack() as stack:
        stack.enter_context(running(central))
        boxes = {}
        for home in HOMES:
            directory = tmp_path / home
            directory.mkdir()
            bridge = {
                "/var/lib/mosquitto/": f"{directory}/",
                "/etc/guardian/fleet-ca.pem": str(tmp_path / "ca.pem"),
                "central.example.org:8883": f"127.0.0.1:{central.port}",
                "the-password-of-home-42": f"password of {home}",
                "home-42": home,
                "restart_timeout 1 30": "restart_timeout 1 1",
            }
            broker = Mosquitto(directory, change((FLEET / "home-bridge.conf").read_text(), bridge))
            stack.enter_context(running(broker))
            boxes[home] = stack.enter_context(started(Box(broker.endpoint, Topics("guardian", home))))
        yield Fleet(tmp_path, central, boxes)
        central.kill()


def fall(name: str, state: IncidentState = IncidentState.RAISED) -> Incident:
    return Incident(id=name, room="hall", kind="FallConfirmed", state=state, opened=980.0, changed=990.0)


def connected(listener: Listener) -> None:
    """Wait until both homes are there."""
    for home in HOMES:
        listener.wait_for(f"guardian/{home}/availability", "online")
        listener.wait_for(f"guardian/{home}/bridge", "1")


def test_each_incident_of_each_home_comes_to_one_of_those_who_share_the_work(fleet: Fleet):
    shared = "$share/desk/guardian/+/incident/+"
    with (
        Listener(fleet.endpoint("desk"), "guardian/#", "all") as everything,
        Listener(fleet.endpoint("desk"), shared, "one") as one,
        Listener(fleet.endpoint("desk"), shared, "two", heard=one.heard),  # whatever comes to one of them
    ):
        connected(everything)
        expected = {f"guardian/{home}/incident/{home}-{number}" for home in HOMES for number in range(10)}
        for number in range(10):
            for home in HOMES:
                fleet.say(home, fall(f"{home}-{number}"))
        everything.heard.wait_for(lambda heard: expected <= {topic for topic, _, _ in heard})
        heard = one.heard.wait_for(lambda heard: len(heard) >= len(expected))
        assert sorted(topic for topic, _, _ in heard) == sorted(expected)


def test_the_desk_acknowledges_in_the_home_that_rings_and_in_no_other(fleet: Fleet):
    with Listener(fleet.endpoint("desk"), "guardian/#", "desk") as desk:
        connected(desk)
        desk.ask("guardian/home-1/command/acknowledge", '{"by": "the desk"}')
        (heard,) = fleet.boxes["home-1"].human.wait_for(lambda events: len(events) == 1)
        assert isinstance(heard, Acknowledged)
        assert heard.by == "the desk"
        assert fleet.boxes["home-2"].human.things == []


def test_a_home_can_neither_hear_another_nor_speak_for_it(fleet: Fleet):
    with (
        Listener(fleet.endpoint("desk"), "guardian/#", "desk") as desk,
        Listener(fleet.endpoint("home-2"), "guardian/#", "curious") as curious,
    ):
        connected(desk)
        curious.ask("guardian/home-1/alarm", "idle")
        curious.ask("guardian/home-2/alarm", "raised")
        fleet.say("home-1", fall("private"))
        desk.wait_for("guardian/home-2/alarm", "raised")
        desk.wait_for("guardian/home-1/incident/private")
        assert "idle" not in desk.payloads("guardian/home-1/alarm")
        assert {topic for topic, _, _ in curious.heard.things if "home-1" in topic} == set()


def test_what_happens_while_the_internet_is_away_comes_later(fleet: Fleet):
    with Listener(fleet.endpoint("desk"), "guardian/#", "desk") as desk:
        connected(desk)
    fleet.central.kill()
    fleet.say("home-2", fall("meanwhile"))
    fleet.say("home-2", fall("meanwhile", IncidentState.ACKNOWLEDGED))
    fleet.boxes["home-2"].delivered.wait_for_one(lambda message: "acknowledged" in message.payload)
    fleet.central.start()
    with Listener(fleet.endpoint("desk"), "guardian/#", "desk") as desk:
        topic = "guardian/home-2/incident/meanwhile"
        desk.heard.wait_for_one(lambda each: each[0] == topic and '"acknowledged"' in each[1])
