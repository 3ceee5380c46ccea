"""What a broker keeps of a box: read and removed by a client of its own, beside the box or in its absence."""

import queue
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from guardian.errors import BrokerError
from guardian.io.mqtt_session import Endpoint, reason_of

T = TypeVar("T")

ANSWER_SECONDS = 5.0
QUIET_SECONDS = 0.7
"""A broker gives what it keeps at once; so long without anything more, there is no more."""


class Retained:
    """The retained messages below the topic `filters` at one broker. Use within `connected`."""

    def __init__(self, client: paho.Client, filters: Iterable[str]) -> None:
        self._client, self._filters = client, tuple(filters)

    def read(self) -> Mapping[str, bytes]:
        """The payloads that the broker keeps, by topic. Raises BrokerError where nobody may read them."""
        arrived: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
        granted: queue.SimpleQueue[bool] = queue.SimpleQueue()

        def keep(_client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
            if message.retain:
                arrived.put((message.topic, bytes(message.payload)))

        def grant(_client: paho.Client, _data: object, _id: int, codes: list[ReasonCode], _: object) -> None:
            granted.put(not any(code.is_failure for code in codes))

        self._client.on_message, self._client.on_subscribe = keep, grant
        self._client.subscribe([(each, 0) for each in self._filters])
        if not _within(granted, ANSWER_SECONDS):
            message = f"nobody may read {', '.join(self._filters)} at the broker; the right to would be right"
            raise BrokerError(message)
        found: dict[str, bytes] = {}
        while (told := _within(arrived, QUIET_SECONDS)) is not None:
            found[told[0]] = told[1]
        self._client.unsubscribe(list(self._filters))
        return found

    def clear(self, topics: Iterable[str]) -> None:
        """Remove what the broker keeps of these topics. Raises BrokerError where it does not take that."""
        for topic in topics:
            sent = self._client.publish(topic, b"", qos=1, retain=True)
            try:
                sent.wait_for_publish(ANSWER_SECONDS)
            except (ValueError, RuntimeError) as error:
                message = f"{topic}: the broker still keeps it ({error})"
                raise BrokerError(message) from error
            if not sent.is_published():
                message = f"{topic}: the broker still keeps it; it did not answer within {ANSWER_SECONDS:g} s"
                raise BrokerError(message)


@contextmanager
def connected(endpoint: Endpoint, filters: Iterable[str]) -> Iterator[Retained]:
    """Come to the broker, and leave it afterwards. Raises BrokerError where it cannot be reached."""
    client = paho.Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=False)
    answers: queue.SimpleQueue[str] = queue.SimpleQueue()

    def note(_client: paho.Client, _data: object, _flags: object, reason: ReasonCode, _: object) -> None:
        answers.put(str(reason).lower() if reason.is_failure else "")

    client.on_connect = note
    endpoint.introduce(client)
    refusal: str | None = None
    try:
        client.connect(endpoint.host, endpoint.port)
        client.loop_start()
        refusal = _within(answers, ANSWER_SECONDS)
    except (OSError, ValueError) as error:
        refusal = reason_of(error)
    try:
        if refusal != "":
            message = f"the broker at {endpoint} cannot be asked: {refusal or 'it did not answer'}"
            raise BrokerError(message)
        yield Retained(client, filters)
    finally:
        client.disconnect()
        client.loop_stop()


def _within(things: "queue.SimpleQueue[T]", seconds: float) -> T | None:
    try:
        return things.get(timeout=seconds)
    except queue.Empty:
        return None
