"""One connection to a broker, from CONNECT to its end, driven by one thread; nothing here waits but for the socket."""

import contextlib
import select
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from guardian.commands import Publish
from guardian.io.outbox import Outbox

CONNECT_SECONDS = 5.0
ACKNOWLEDGE_SECONDS = 10.0
KEEPALIVE_SECONDS = 20
WINDOW = 20
LARGEST_PACKET = 65_536
TURN_SECONDS = 1.0
NEWEST = MQTTProtocolVersion.MQTTv5
STRANGER = ("Bad user name or password", "Not authorized")
WRONG_PROTOCOL = "Unsupported protocol version"
MUTE = (
    "it closed the connection without a word: it refuses mqtt.username and mqtt.password_file, wants TLS, or is no"
    " MQTT broker"
)
LOST = "the connection was lost"
TAKEN_OVER = "another box uses the same name; give each box its own household.id"
SOON_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the broker listens, who we are to it, and how to know it (None: no TLS)."""

    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    def introduce(self, client: Client) -> None:
        """Give a client what the broker knows us by, and we it, before it connects."""
        client.username_pw_set(self.username, self.password)
        if self.tls is not None:
            client.tls_set_context(self.tls)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the client is: its name, its Last Will, and the filters it subscribes to."""

    name: str
    will: Publish
    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ears:
    """Who is told, on the session's thread: it is open; a message came (topic, payload, retained); a message or a
    subscription (by its topic) was settled, with the broker's refusal or None.
    """

    opened: Callable[[], None]
    received: Callable[[str, bytes, bool], None]
    delivered: Callable[[Publish], None]
    settled: Callable[[str, str | None], None]


class Session:
    """A connection under one version of MQTT. `wake` is a socket that becomes readable when there is work to do."""

    def __init__(
        self,
        endpoint: Endpoint,
        identity: Identity,
        outbox: Outbox,
        ears: Ears,
        protocol: MQTTProtocolVersion = NEWEST,
    ) -> None:
        self._endpoint = endpoint
        self._identity = identity
        self._outbox = outbox
        self._ears = ears
        self._protocol = protocol
        self._serials: dict[int, int] = {}
        self._subscriptions: dict[int, str] = {}
        self._ending: str | None = None
        self._reached = False
        self._window = WINDOW
        self._acknowledged_at = 0.0
        self.opened_at: float | None = None
        self._client = self._make_client()

    @property
    def is_worth_older_protocol(self) -> bool:
        """Whether the broker may be one that does not speak this version: it was reached, and said no or nothing."""
        return self._reached and self.opened_at is None and self._ending in (WRONG_PROTOCOL, MUTE)

    def run(self, wake: socket.socket, stopping: Event, flush_seconds: float) -> str:
        """Connect, serve until the connection ends, and say why it did.

        When `stopping` is set, what the outbox holds is sent within `flush_seconds` and the broker told good-bye; where
        that does not do, the connection is dropped, and the Last Will says that we are gone.
        """
        try:
            host, port = self._endpoint.host, self._endpoint.port
            self._client.connect(host, port, KEEPALIVE_SECONDS, properties=self._connect_properties())
        except (OSError, ValueError) as error:
            return reason_of(error)
        self._reached = True
        self._set_nodelay()
        connected_at = time.monotonic()
        give_up_at = None
        while self._client.socket() is not None:
            if stopping.is_set():
                give_up_at = give_up_at or time.monotonic() + flush_seconds
                if self._is_farewell_over(give_up_at):
                    break
            if self._is_mute(connected_at):
                break
            self._turn(wake)
        self._drop()
        self._ending = self._ending or MUTE
        return self._ending

    def _is_mute(self, connected_at: float) -> bool:
        """Tell whether the broker is there and yet does not answer, which no keep-alive would notice."""
        now = time.monotonic()
        if self.opened_at is None and now > connected_at + CONNECT_SECONDS:
            self._ending = f"it did not answer within {CONNECT_SECONDS:.0f} s"
        elif self._serials and now > self._acknowledged_at + ACKNOWLEDGE_SECONDS:
            self._ending = f"it acknowledged nothing for {ACKNOWLEDGE_SECONDS:.0f} s"
        else:
            return False
        return True

    def _is_farewell_over(self, give_up_at: float) -> bool:
        """Tell whether there is nothing more to say, having said good-bye, or no more time for it."""
        if self.opened_at is None or time.monotonic() > give_up_at:
            return True
        if len(self._outbox) == 0 and not self._client.want_write():
            self._client.disconnect()
            return True
        return False

    def _turn(self, wake: socket.socket) -> None:
        """Send what waits, wait for the socket or for work, and read what came."""
        self._send_waiting()
        connection = self._client.socket()
        if connection is None:
            return
        buffered = isinstance(connection, ssl.SSLSocket) and connection.pending() > 0
        poller = select.poll()
        poller.register(wake, select.POLLIN)
        poller.register(connection.fileno(), select.POLLIN | (select.POLLOUT if self._client.want_write() else 0))
        ready = dict(poller.poll(0 if buffered else TURN_SECONDS * 1_000))
        if wake.fileno() in ready:
            with contextlib.suppress(BlockingIOError):
                wake.recv(4_096)
        events = ready.get(connection.fileno(), 0)
        if buffered or events & ~select.POLLOUT:
            self._client.loop_read()
        if events & select.POLLOUT:
            self._client.loop_write()
        self._client.loop_misc()

    def _send_waiting(self) -> None:
        while self.opened_at is not None and self._client.socket() is not None:
            taken = self._outbox.take(self._window)
            if taken is None:
                return
            serial, message = taken
            try:
                payload = message.payload.encode("utf-8", "replace")
                info = self._client.publish(message.topic, payload, qos=1, retain=message.retain)
            except ValueError as error:
                self._outbox.settle(serial)
                self._ears.settled(message.topic, f"it cannot be sent ({error})")
                continue
            if not self._serials:
                self._acknowledged_at = time.monotonic()  # nothing was owed until now
            self._serials[info.mid] = serial
            if info.rc is not MQTTErrorCode.MQTT_ERR_SUCCESS:
                return

    def _make_client(self) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._identity.name,
            protocol=self._protocol,
            reconnect_on_failure=False,
            clean_session=None if self._protocol is NEWEST else True,
        )
        client.connect_timeout = CONNECT_SECONDS
        self._endpoint.introduce(client)
        will = self._identity.will
        client.will_set(will.topic, will.payload, qos=1, retain=will.retain)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        return client

    def _connect_properties(self) -> Properties | None:
        """Keep a stranger from filling our memory with one message, where the protocol can say so."""
        if self._protocol is not NEWEST:
            return None
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho leaves it untyped
        properties.MaximumPacketSize = LARGEST_PACKET
        return properties

    def _set_nodelay(self) -> None:
        """Send small packets at once: an alarm does not wait for the acknowledgement of the packet before it."""
        connection = self._client.socket()
        if isinstance(connection, socket.socket):  # paho's type allows for WebSockets, too
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _drop(self) -> None:
        """Close what is open, and let go of the client, which else keeps its descriptors for as long as it likes."""
        connection = self._client.socket()
        if connection is not None:
            connection.close()
        for callback in ("on_connect", "on_disconnect", "on_subscribe", "on_publish", "on_message"):
            setattr(self._client, callback, None)

    def _on_connect(
        self, _client: Client, _data: object, _flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self._ending = f"{reason} (mqtt.username, mqtt.password_file)" if str(reason) in STRANGER else str(reason)
            return
        self._window = min(WINDOW, getattr(properties, "ReceiveMaximum", WINDOW))
        self.opened_at = time.monotonic()
        for each in self._identity.filters:
            self._subscribe(each)
        self._ears.opened()

    def _subscribe(self, topic: str) -> None:
        if self._protocol is NEWEST:
            _, mid = self._client.subscribe(topic, options=SubscribeOptions(qos=1, noLocal=True))
        else:
            _, mid = self._client.subscribe(topic, qos=1)
        if mid is not None:
            self._subscriptions[mid] = topic

    def _on_subscribe(
        self, _client: Client, _data: object, mid: int, reasons: list[ReasonCode], _properties: Properties | None
    ) -> None:
        topic = self._subscriptions.pop(mid, "")
        self._ears.settled(topic, next((str(reason) for reason in reasons if reason.is_failure), None))

    def _on_publish(
        self, _client: Client, _data: object, mid: int, reason: ReasonCode, _properties: Properties
    ) -> None:
        self._acknowledged_at = time.monotonic()
        message = self._outbox.settle(self._serials.pop(mid, -1))
        if message is None:
            return
        self._ears.settled(message.topic, str(reason) if reason.is_failure else None)
        if not reason.is_failure:
            self._ears.delivered(message)

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        with contextlib.suppress(UnicodeDecodeError):
            self._ears.received(message.topic, bytes(message.payload), message.retain)

    def _on_disconnect(
        self,
        _client: Client,
        _data: object,
        flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if self._ending is not None or self.opened_at is None:
            return
        said = str(reason) if flags.is_disconnect_packet_from_server else LOST
        if said == "Session taken over":
            said = TAKEN_OVER
        elif said == LOST and time.monotonic() < self.opened_at + SOON_SECONDS:
            said = f"{LOST} at once (if that repeats, {TAKEN_OVER})"  # not every broker tells why
        self._ending = said


def reason_of(error: OSError | ValueError) -> str:
    """Say in a few words why there is no connection."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate does not hold: {error.verify_message} (mqtt.tls.ca_file)"
    if isinstance(error, ssl.SSLError):
        return f"TLS does not work: {error.reason or error} (mqtt.tls, mqtt.port)"
    if isinstance(error, TimeoutError):
        return f"it did not answer within {CONNECT_SECONDS:.0f} s"
    return (getattr(error, "strerror", None) or str(error)).lower()
