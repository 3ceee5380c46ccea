"""Real brokers and a listener for tests: each on a loopback port of its own, waited for and never slept for."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar, final

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from guardian.commands import Publish
from guardian.discovery import Discovery
from guardian.events import Event, FaultCleared, FaultOccurred, HumanEvent
from guardian.io.mqtt import BROKER, Backoff, MqttOutput
from guardian.io.mqtt_session import Endpoint
from guardian.io.outbox import Outbox
from guardian.readings import Heard
from guardian.topics import Topics

SECONDS = 20.0
MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
TOPICS = Topics("guardian", "casa", ("Bedroom",))
ALARM = "guardian/casa/alarm"
EVENT = "guardian/casa/event"
AVAILABILITY = "guardian/casa/availability"
T = TypeVar("T")


class Told(Generic[T]):
    """What a callback was told, to be waited for. Call it as the callback."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._things: list[T] = []

    def __call__(self, thing: T) -> None:
        with self._news:
            self._things.append(thing)
            self._news.notify_all()

    @property
    def things(self) -> list[T]:
        with self._news:
            return list(self._things)

    def wait_for(self, wanted: Callable[[list[T]], bool]) -> list[T]:
        """Everything told so far, once it is as wanted; an AssertionError with all of it where it never is."""
        with self._news:
            assert self._news.wait_for(lambda: wanted(self._things), SECONDS), f"told only {self._things}"
            return list(self._things)

    def wait_for_one(self, wanted: Callable[[T], bool]) -> T:
        """The first thing that is as wanted."""
        return next(thing for thing in self.wait_for(lambda things: any(map(wanted, things))) if wanted(thing))


def _told(message: MQTTMessage) -> tuple[str, str, bool]:
    return message.topic, message.payload.decode(), message.retain


@final
class Listener:
    """Another client at the broker: hears `topic`, and asks. `heard` holds (topic, payload, retained); two may share
    it.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        topic: str = "#",
        name: str = "listener",
        protocol: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv5,
        heard: Told[tuple[str, str, bool]] | None = None,
    ) -> None:
        # The client must not know of us: in a circle, its sockets may be collected before it could close them.
        heard = Told() if heard is None else heard
        subscribed = threading.Event()
        self.heard, self._subscribed = heard, subscribed
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=protocol)
        self._client.username_pw_set(endpoint.username, endpoint.password)
        if endpoint.tls is not None:
            self._client.tls_set_context(endpoint.tls)
        self._client.on_connect = lambda client, *_: client.subscribe(topic, qos=1)
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.on_message = lambda _client, _data, message: heard(_told(message))
        self._client.connect(endpoint.host, endpoint.port)

    def ask(self, topic: str, payload: str | bytes = "", *, retain: bool = False) -> None:
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(SECONDS)

    def wait_for(self, topic: str, payload: str | None = None) -> str:
        """The first payload that came to the topic (and is this one)."""
        return self.heard.wait_for_one(lambda each: each[0] == topic and payload in (None, each[1]))[1]

    def payloads(self, topic: str) -> list[str]:
        return [payload for each, payload, _ in self.heard.things if each == topic]

    def __enter__(self) -> "Listener":
        self._client.loop_start()
        assert self._subscribed.wait(SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Mosquitto:
    """A real mosquitto with its own configuration; `lines` are added to it. Nothing of the system's is touched."""

    def __init__(self, directory: Path, lines: tuple[str, ...] = ("allow_anonymous true",)) -> None:
        self.port = free_port()
        self._file = directory / "mosquitto.conf"
        user = ("user root",) if os.geteuid() == 0 else ()
        self._file.write_text("\n".join((f"listener {self.port} 127.0.0.1", *user, *lines)) + "\n", encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint("127.0.0.1", self.port)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        process = self._process = subprocess.Popen(
            [MOSQUITTO or "mosquitto", "-c", str(self._file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        give_up_at = time.monotonic() + SECONDS
        while time.monotonic() < give_up_at:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = process.wait(0.02)
                message = f"mosquitto ended with {code}"
                raise AssertionError(message)
        message = "mosquitto does not answer"
        raise AssertionError(message)

    def kill(self) -> None:
        """End it as a power cut would."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()


@contextlib.contextmanager
def running(mosquitto: Mosquitto) -> Iterator[Mosquitto]:
    mosquitto.start()
    try:
        yield mosquitto
    finally:
        mosquitto.kill()


class Box:
    """An output with everything that it tells."""

    def __init__(
        self,
        endpoint: Endpoint,
        topics: Topics = TOPICS,
        outbox: Outbox | None = None,
        senses: tuple[str, ...] = (),
        discovery: Discovery | None = None,
    ) -> None:
        self.heard: Told[Heard] = Told()
        self.human: Told[HumanEvent] = Told()
        self.reports: Told[Event] = Told()
        self.delivered: Told[Publish] = Told()
        self.output = MqttOutput(
            endpoint,
            topics,
            self.human,
            self.reports,
            senses=senses,
            on_heard=self.heard,
            discovery=discovery,
            on_delivered=self.delivered,
            backoff=Backoff(first=0.01, longest=0.05),
            outbox=outbox,
            clock=lambda: 42.0,
        )

    def fault(self, part: str = BROKER) -> str:
        """The reason of the first fault of the part."""
        report = self.reports.wait_for_one(lambda each: isinstance(each, FaultOccurred) and each.part == part)
        return report.reasons[0]

    def wait_until_cleared(self, part: str = BROKER) -> None:
        self.reports.wait_for_one(lambda each: isinstance(each, FaultCleared) and each.part == part)


@contextlib.contextmanager
def started(box: Box, *, connected: bool = True) -> Iterator[Box]:
    box.output.start()
    try:
        assert not connected or box.output.wait_until_connected(SECONDS)
        yield box
    finally:
        box.output.stop()


CHILD = """
import sys, threading
from guardian.commands import Publish
from guardian.io.mqtt import MqttOutput
from guardian.commands import Publish
from guardian.events import Event, FaultCleared, FaultOccurred, HumanEvent
from guardian.io.mqtt import BROKER, Backoff, MqttOutput
from guardian.io.mqtt_session import Endpoint
from guardian.io.outbox import Outbox
from guardian.topics import Topics
from guardian.topics import Topics
output = MqttOutput(Endpoint("127.0.0.1", int(sys.argv[1])), Topics("guardian", "casa"), id, id)
output.start()
threading.Event().wait()
"""


@contextlib.contextmanager
def process(endpoint: Endpoint) -> Iterator["subprocess.Popen[bytes]"]:
    """The output in a process of its own, which can be killed."""
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(endpoint.port)])
    try:
        yield child
    finally:
        child.kill()
        child.wait()
