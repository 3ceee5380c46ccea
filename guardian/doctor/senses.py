"""Listens at the broker for a few seconds: which of the other senses speak, and what they say."""

import threading
import time
from collections.abc import Iterator

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from guardian.doctor.finding import Finding, ok, warn
from guardian.errors import ConfigurationError
from guardian.io.broker import is_ours
from guardian.io.mqtt import endpoint_of
from guardian.io.mqtt_session import Endpoint
from guardian.readings import Reading, read
from guardian.sense import Sense
from guardian.settings import Settings

LISTEN_SECONDS = 5.0


def examine_senses(settings: Settings, seconds: float = LISTEN_SECONDS) -> Iterator[Finding]:
    """Say of each sense what was heard of it within so many seconds; what the broker kept counts."""
    senses, mqtt = settings.senses, settings.mqtt
    if not senses:
        return
    if is_ours(mqtt):
        reason = "our own broker can be reached from this machine alone, so whatever is elsewhere is not heard"
        yield warn("senses", reason, "mqtt.broker: one that the devices reach, such as mosquitto on this machine")
        return
    try:
        heard = listen(endpoint_of(mqtt), senses, seconds)
    except (ConfigurationError, OSError, ValueError) as error:
        yield warn("senses", f"nothing was heard: {error}", "see what is said of mqtt")
        return
    for sense in senses:
        yield _finding(sense, heard.get(sense.topic), seconds)


def _finding(sense: Sense, payload: bytes | None, seconds: float) -> Finding:
    if payload is None:
        remedy = f"let it speak meanwhile; mosquitto_sub -v -t '{sense.topic}' shows whether it does"
        return warn("senses", f"{sense.name}: nothing within {seconds:g} s at {sense.topic}", remedy)
    reading: Reading = read(payload, sense.form)
    if reading.problem:
        return warn("senses", f"{sense.name}: {reading.problem}", "see docs/senses.md on how to say its values")
    return ok("senses", f"{sense.name} speaks{'' if reading.state is None else f', and says {reading.state.value}'}")


def listen(endpoint: Endpoint, senses: tuple[Sense, ...], seconds: float) -> dict[str, bytes]:
    """What came last at the topic of each sense within so many seconds; sooner where all have been heard.

    Raises OSError or ValueError where there is no broker.
    """
    heard: dict[str, bytes] = {}
    topics = {sense.topic for sense in senses}
    complete = threading.Event()

    def on_connect(client: paho.Client, *_: object) -> None:
        client.subscribe([(topic, 1) for topic in sorted(topics)])

    def on_message(_client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        heard[message.topic] = bytes(message.payload)
        if heard.keys() >= topics:
            complete.set()

    client = paho.Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=False)
    client.on_connect, client.on_message = on_connect, on_message
    endpoint.introduce(client)
    give_up = time.monotonic() + seconds
    client.connect(endpoint.host, endpoint.port)
    client.loop_start()
    complete.wait(max(0.0, give_up - time.monotonic()))
    client.disconnect()
    client.loop_stop()
    return heard
