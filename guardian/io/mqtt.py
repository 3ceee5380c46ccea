"""MQTT out and in: every message reaches the broker at least once and in order, whatever the broker does meanwhile."""

import logging
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from paho.mqtt.enums import MQTTProtocolVersion

from guardian.commands import Publish
from guardian.discovery import Discovery
from guardian.errors import ConfigurationError, PayloadError
from guardian.events import Event, FaultCleared, FaultOccurred, HumanEvent
from guardian.io.mqtt_session import CONNECT_SECONDS, NEWEST, Ears, Endpoint, Identity, Session
from guardian.io.outbox import Outbox
from guardian.readings import MAX_PAYLOAD_BYTES, Heard
from guardian.settings import Mqtt, Tls
from guardian.topics import Topics

LOCAL = "127.0.0.1"
BROKER = "broker"
ACCESS = "broker access"
FLUSH_SECONDS = 2.0

log = logging.getLogger(__name__)


class Backoff:
    """Seconds to wait before the next attempt: twice as long each time, up to `longest`, less up to a half by chance
    so that the boxes of a street do not come back in step; from the start again after a connection that lasted.
    """

    def __init__(self, first: float = 0.5, longest: float = 30.0, steady: float = 20.0) -> None:
        self._first = first
        self._longest = longest
        self._steady = steady
        self._random = random.SystemRandom()
        self._next = first

    def after(self, lasted: float) -> float:
        """Return the seconds to wait, after a connection that lasted so long (0: there was none)."""
        if lasted >= self._steady:
            self._next = self._first
        wait = self._next
        self._next = min(self._longest, 2 * wait)
        return wait * self._random.uniform(0.5, 1.0)


def endpoint_of(settings: Mqtt) -> Endpoint:
    """Read what the configuration says of a broker that is not ours: of `auto`, the one on this machine.

    Raises ConfigurationError where a password or certificate file cannot be read.
    """
    tls = None if settings.tls is None else _tls_context(settings.tls)
    host = LOCAL if settings.broker == "auto" else settings.broker
    return Endpoint(host, settings.port, settings.username, password_of(settings), tls)


def password_of(settings: Mqtt) -> str | None:
    """Read the password, without the line's end. Raises ConfigurationError where there is a file but no password."""
    path = settings.password_file
    if path is None:
        return None
    try:
        password = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        message = f"mqtt.password_file: {path} cannot be read ({error}); a file with the password alone would be right"
        raise ConfigurationError(message) from error
    if not password:
        message = f"mqtt.password_file: {path} is empty; a file with the password alone would be right"
        raise ConfigurationError(message)
    return password


class _ClosingSocket(ssl.SSLSocket):
    """Closes itself where the handshake fails; paho would leave that to the garbage collector."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 as in the class above
        """Shake hands, or close."""
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def _tls_context(tls: Tls) -> ssl.SSLContext:
    def load(key: str, path: Path, action: Callable[[], object]) -> None:
        try:
            action()
        except OSError as error:
            message = f"mqtt.tls.{key}: {path} cannot be used ({error}); a PEM file would be right"
            raise ConfigurationError(message) from error

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = _ClosingSocket
    load("ca_file", tls.ca_file, lambda: context.load_verify_locations(tls.ca_file))
    certificate = tls.cert_file
    if certificate is not None:
        load("cert_file", certificate, lambda: context.load_cert_chain(certificate, tls.key_file))
    return context


class MqttOutput:
    """The box's voice and ear at the broker, on a thread of its own; it outlives any number of broker restarts.

    `on_human_event` gets what humans ask for. `report` gets FaultOccurred and FaultCleared when the broker is lost and
    back (part "broker"), and when it denies a topic and allows it again ("broker access"; a denied message is not
    tried again, a denied state is at the next connection). `on_delivered` is called with every message that the broker
    has acknowledged, `on_heard` with what comes on the `senses`, which are topic filters. All are called on this
    output's thread and must not block. `discovery` says what Home Assistant is told. Publish what is to be known from
    the start before `start`: an incident on the broker that this box does not know is removed from it.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        topics: Topics,
        on_human_event: Callable[[HumanEvent], None],
        report: Callable[[Event], None],
        *,
        senses: tuple[str, ...] = (),
        on_heard: Callable[[Heard], None] = lambda _heard: None,
        discovery: Discovery | None = None,
        on_delivered: Callable[[Publish], None] = lambda _message: None,
        backoff: Backoff | None = None,
        outbox: Outbox | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoint, self._topics, self._discovery = endpoint, topics, discovery
        self._on_human_event, self._report, self._on_heard = on_human_event, report, on_heard
        self._backoff = backoff or Backoff()
        self._outbox = Outbox() if outbox is None else outbox
        self._clock = clock
        self._ears = Ears(self._opened, self._received, on_delivered, self._settled)
        will = topics.availability(online=False)
        described = () if discovery is None else discovery.filters
        filters = (topics.requests, topics.incidents, *described, *senses)
        self._identity = Identity(f"guardian-{topics.household}", will, filters)
        self._reader, self._writer = socket.socketpair()
        self._reader.settimeout(0)
        self._writer.settimeout(0)
        self._stopping = threading.Event()
        self._connected = threading.Event()
        self._flush_seconds = FLUSH_SECONDS
        self._reason: str | None = None
        self._denied: dict[str, str] = {}
        self._protocol: MQTTProtocolVersion | None = None
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)
        for message in () if discovery is None else discovery.begin():
            self._outbox.put(message)  # before the availability, which Home Assistant then finds waiting
        self._outbox.put(topics.availability(online=True))

    def start(self) -> None:
        """Begin to connect, and return at once."""
        self._thread.start()

    def publish(self, message: Publish) -> None:
        """Hand over a message; never blocks, whether the broker is there or not."""
        before = self._outbox.dropped
        self._outbox.put(message)
        if before == 0 and self._outbox.dropped:
            log.warning("mqtt=overfull broker=%s the oldest events are given up", self._endpoint)
        self._nudge()

    def stop(self, seconds: float = FLUSH_SECONDS) -> None:
        """Send what waits and "offline" within so many seconds, and close; without a broker it closes at once."""
        self._flush_seconds = seconds
        self._outbox.put(self._topics.availability(online=False))
        self._stopping.set()
        self._nudge()
        if self._thread.is_alive():
            self._thread.join(seconds + CONNECT_SECONDS)
        if not self._thread.is_alive():
            self._reader.close()
            self._writer.close()

    def wait_until_connected(self, seconds: float) -> bool:
        """Wait for the broker to take us in; False where it did not in time."""
        return self._connected.wait(seconds)

    @property
    def protocol(self) -> MQTTProtocolVersion | None:
        """The version of MQTT that is spoken now; None while there is no connection."""
        return self._protocol if self._connected.is_set() else None

    def _nudge(self) -> None:
        with suppress(OSError):  # full: it will wake anyway; closed: there is nobody to wake
            self._writer.send(b"\0")

    def _run(self) -> None:
        while not self._stopping.is_set():
            session = self._serve()
            lasted = 0.0 if session.opened_at is None else time.monotonic() - session.opened_at
            if not self._stopping.is_set():
                self._stopping.wait(self._backoff.after(lasted))

    def _serve(self) -> Session:
        """Keep one connection for as long as it lasts, in the newest version of MQTT that the broker speaks."""
        for protocol in (NEWEST, MQTTProtocolVersion.MQTTv311):
            self._protocol = protocol
            self._outbox.rewind()
            session = Session(self._endpoint, self._identity, self._outbox, self._ears, protocol)
            reason = session.run(self._reader, self._stopping, self._flush_seconds)
            if not session.is_worth_older_protocol or self._stopping.is_set():
                break
        self._connected.clear()
        self._outbox.part()
        if not self._stopping.is_set():
            self._lost(reason)
        return session

    def _lost(self, reason: str) -> None:
        if self._reason == reason:
            return
        log.warning("mqtt=lost broker=%s reason=%r", self._endpoint, reason)
        if self._reason is None:
            self._occurred(BROKER, f"No connection to the broker at {self._endpoint}: {reason}.")
        self._reason = reason

    def _opened(self) -> None:
        version = "5" if self._protocol is NEWEST else "3.1.1"
        log.info("mqtt=connected broker=%s version=%s given_up=%d", self._endpoint, version, self._outbox.dropped)
        self._connected.set()
        if self._reason is not None:
            self._reason = None
            self._cleared(BROKER)

    def _occurred(self, part: str, reason: str) -> None:
        self._report(FaultOccurred(time=self._clock(), room="", part=part, reasons=(reason,)))

    def _cleared(self, part: str) -> None:
        self._report(FaultCleared(time=self._clock(), room="", part=part))

    def _settled(self, topic: str, refusal: str | None) -> None:
        """Report the first topic that the broker denies, and when none is denied any more."""
        was_denied = bool(self._denied)
        if refusal is None:
            self._denied.pop(topic, None)
        else:
            self._denied[topic] = refusal
            log.warning("mqtt=denied topic=%r reason=%r", topic, refusal)
        if self._denied and not was_denied:
            self._occurred(ACCESS, f"The broker denies {topic}: {refusal}.")
        elif was_denied and not self._denied:
            self._cleared(ACCESS)

    def _received(self, topic: str, payload: bytes, retained: bool) -> None:  # noqa: FBT001 the wire's own flag
        if topic.startswith(self._topics.topic("incident", "")):
            if retained and payload and not self._outbox.knows(topic):
                self._outbox.put(Publish(topic, "", retain=True))
            return
        for message in () if self._discovery is None else self._discovery.hear(topic, payload, retained=retained):
            self._outbox.put(message)
        if not topic.startswith(self._topics.topic("command", "")):
            self._on_heard(Heard(self._clock(), topic, payload[: MAX_PAYLOAD_BYTES + 1], retained))
            return
        if retained:
            log.warning("mqtt=stale topic=%r a retained request is of the past and is not carried out", topic)
            return
        try:
            event = self._topics.parse(topic, payload, self._clock())
        except PayloadError as error:
            log.warning("mqtt=refused reason=%r", str(error))
            self._outbox.put(self._topics.refused(topic, error))
            return
        self._on_human_event(event)
