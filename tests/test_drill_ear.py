"""A subscriber of the broker, at a real one on loopback."""

import threading
from collections.abc import Iterator

import pytest
from brokers import free_port

from guardian.drill.ear import Ear
from guardian.io.broker import EmbeddedBroker
from guardian.io.mqtt_session import Endpoint

TOPIC = "guardian/home/incident/+"


@pytest.fixture(scope="module")
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as running:
        yield running


def test_it_hears_what_arrives_and_leaves_out_what_says_nothing(broker: EmbeddedBroker):
    ear = Ear(broker.endpoint_v311, TOPIC)
    assert ear.start() == ""
    client = Ear(broker.endpoint_v311, "other")
    assert client.start() == ""
    for body in (b'{"id": "i", "state": "raised"}', b"", b"{", b"[1]", b'{"id": "i", "state": "resolved"}'):
        client._client.publish("guardian/home/incident/i", body, qos=1)
    heard: list[tuple[str, str, float]] = []
    between = threading.Event()
    for _ in range(3_000):
        heard += ear.heard()
        if len(heard) >= 2:
            break
        between.wait(0.01)
    ear.stop()
    client.stop()
    assert [(incident, state) for incident, state, _ in heard] == [("i", "raised"), ("i", "resolved")]
    assert heard[0][2] <= heard[1][2]


def test_where_there_is_no_broker_it_says_so():
    port = free_port()
    refusal = Ear(Endpoint("127.0.0.1", port), TOPIC).start()
    assert f"127.0.0.1:{port}" in refusal


def test_where_it_is_not_let_in_it_says_so():
    with EmbeddedBroker(0, "ana", "right") as running:
        endpoint = running.endpoint_v311
        ear = Ear(Endpoint(endpoint.host, endpoint.port, "ana", "wrong"), TOPIC)
        assert ear.start() != ""
        ear.stop()
