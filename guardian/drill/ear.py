"""A subscriber of the household's broker, as Home Assistant is one: notes when each state of an incident arrives."""

import json
import queue
import threading
import time

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from guardian.io.mqtt_session import Endpoint, reason_of

ANSWER_SECONDS = 5.0


class Ear:
    """Listens to `topic` at `endpoint`. `heard` gives (incident, state, monotonic second of arrival), in order."""

    def __init__(self, endpoint: Endpoint, topic: str) -> None:
        self._endpoint, self._topic = endpoint, topic
        self._heard: queue.SimpleQueue[tuple[str, str, float]] = queue.SimpleQueue()
        self._ready = threading.Event()
        self._refusal = f"{endpoint} did not answer within {ANSWER_SECONDS:g} s"
        self._client = paho.Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=False)

    def start(self) -> str:
        """Subscribe; return why it cannot, or nothing."""
        client, endpoint = self._client, self._endpoint
        client.on_connect, client.on_subscribe, client.on_message = self._connected, self._subscribed, self._arrived
        endpoint.introduce(client)
        try:
            client.connect(endpoint.host, endpoint.port)
        except (OSError, ValueError) as error:
            return f"{endpoint}: {reason_of(error)}"
        client.loop_start()
        self._ready.wait(ANSWER_SECONDS)
        return self._refusal

    def heard(self) -> list[tuple[str, str, float]]:
        """What has arrived since the last call."""
        return [self._heard.get() for _ in range(self._heard.qsize())]

    def stop(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()

    def _connected(self, client: paho.Client, _data: object, _flags: object, reason: ReasonCode, _: object) -> None:
        if reason.is_failure:
            self._refusal = f"{self._endpoint}: {str(reason).lower()}"
            self._ready.set()
        else:
            client.subscribe(self._topic, qos=1)

    def _subscribed(self, _client: paho.Client, _data: object, _id: int, reasons: list[ReasonCode], _: object) -> None:
        refused = any(reason.is_failure for reason in reasons)
        self._refusal = f"{self._endpoint}: nobody may read {self._topic}" if refused else ""
        self._ready.set()

    def _arrived(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        now = time.monotonic()
        try:
            told = json.loads(message.payload or b"{}")
        except ValueError:
            return
        if isinstance(told, dict) and "id" in told and "state" in told:
            self._heard.put((str(told["id"]), str(told["state"]), now))
