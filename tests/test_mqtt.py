import os
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import certificates
import pytest
from brokers import (
    ALARM,
    AVAILABILITY,
    EVENT,
    MOSQUITTO,
    SECONDS,
    Box,
    Listener,
    Mosquitto,
    Told,
    free_port,
    process,
    running,
    started,
)
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.enums import MQTTProtocolVersion

from guardian.commands import Publish
from guardian.errors import ConfigurationError
from guardian.events import Acknowledged, FaultCleared, FaultOccurred, Snoozed
from guardian.io import mqtt, mqtt_session
from guardian.io.mqtt import ACCESS, Backoff, endpoint_of
from guardian.io.mqtt_session import MUTE, Endpoint, reason_of
from guardian.io.outbox import Outbox
from guardian.readings import MAX_PAYLOAD_BYTES, Heard
from guardian.settings import Mqtt, Tls

real_broker = pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto here: apt install mosquitto")


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    with running(Mosquitto(tmp_path)) as broker:
        yield broker


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[Endpoint]:
    """Something that listens and is no broker: `answer` gets each connection after its first packet."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(4096)
                    answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield Endpoint("127.0.0.1", listening.getsockname()[1])
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(SECONDS)


def wait_until_it_leaves(connection: socket.socket) -> None:
    with suppress(ConnectionResetError):
        while connection.recv(4096):
            continue


@given(st.lists(st.floats(0, 19.9), min_size=1, max_size=20))
def test_the_wait_grows_to_its_limit_with_some_chance(lasted: list[float]):
    backoff = Backoff(first=0.5, longest=30, steady=20)
    for number, each in enumerate(lasted):
        whole = min(30, 0.5 * 2**number)
        assert whole / 2 <= backoff.after(each) <= whole


def test_after_a_connection_that_lasted_the_wait_is_short_again():
    backoff = Backoff(first=0.5, longest=30, steady=20)
    for _ in range(10):
        backoff.after(0)
    assert backoff.after(20) <= 0.5
    assert 0.5 <= backoff.after(0) <= 1


def test_an_endpoint_is_read_from_the_configuration(tmp_path: Path):
    secret = tmp_path / "password"
    secret.write_text("pässword\n", encoding="utf-8")
    endpoint = endpoint_of(Mqtt(broker="ha.local", port=8883, username="guardian", password_file=secret))
    assert endpoint == Endpoint("ha.local", 8883, "guardian", "pässword")
    assert "pässword" not in repr(endpoint)


@pytest.mark.parametrize(("content", "fault"), [(None, "cannot be read"), (b"\n", "is empty"), (b"\xff", "cannot be")])
def test_a_password_file_that_holds_none_is_named(tmp_path: Path, content: bytes | None, fault: str):
    secret = tmp_path / "password"
    if content is not None:
        secret.write_bytes(content)
    with pytest.raises(ConfigurationError, match=rf"mqtt\.password_file: {secret} {fault}"):
        endpoint_of(Mqtt(broker="ha.local", username="me", password_file=secret))


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_certificate_that_is_none_is_named(tmp_path: Path, content: str | None):
    authority = tmp_path / "ca.pem"
    if content is not None:
        authority.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"mqtt\.tls\.ca_file"):
        endpoint_of(Mqtt(broker="ha.local", tls=Tls(ca_file=authority)))


@pytest.fixture
def known() -> Path:
    """Some file of certificates that can be read; which, does not matter."""
    file = Path(ssl.get_default_verify_paths().cafile or ssl.get_default_verify_paths().openssl_cafile)
    if not file.is_file():
        pytest.skip("no certificates of the system here: apt install ca-certificates")
    return file


def test_a_certificate_of_our_own_is_named_where_it_is_none(tmp_path: Path, known: Path):
    own = tmp_path / "own.pem"
    own.write_text("no certificate", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"mqtt\.tls\.cert_file"):
        endpoint_of(Mqtt(broker="ha.local", tls=Tls(ca_file=known, cert_file=own)))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TimeoutError(), "did not answer within 5 s"),
        (OSError(113, "No route to host"), "no route to host"),
        (ValueError("Invalid host."), "invalid host."),
    ],
)
def test_the_reason_of_a_failure_is_in_plain_words(error: OSError | ValueError, said: str):
    assert said in reason_of(error)


def test_a_port_without_tls_is_told_from_one_with_it(known: Path):
    with server(lambda connection: connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")) as plain:
        endpoint = endpoint_of(Mqtt(broker=plain.host, port=plain.port, tls=Tls(ca_file=known)))
        with started(Box(endpoint), connected=False) as box:
            assert "TLS does not work" in box.fault()
            assert "mqtt.port" in box.fault()


def test_without_a_broker_publishing_does_not_wait_and_one_fault_says_why(caplog: pytest.LogCaptureFixture):
    box = Box(Endpoint("127.0.0.1", free_port()), outbox=Outbox(events_kept=50))
    with started(box, connected=False):
        assert "connection refused" in box.fault()
        begun = time.monotonic()
        for number in range(1_000):
            box.output.publish(Publish(EVENT, str(number)))
        assert time.monotonic() - begun < SECONDS
        assert box.output.protocol is None
    assert len(box.reports.things) == 1
    assert caplog.text.count("the oldest events are given up") == 1


def test_a_lost_broker_costs_no_descriptors():
    box = Box(Endpoint("127.0.0.1", free_port()))
    attempts = Told[int]()
    after = box.output._backoff.after
    box.output._backoff.after = lambda lasted: (attempts(1), after(lasted) / 100)[1]
    with started(box, connected=False):
        attempts.wait_for(lambda each: len(each) > 5)
        before = len(list(Path("/proc/self/fd").iterdir()))
        attempts.wait_for(lambda each: len(each) > 60)
        assert len(list(Path("/proc/self/fd").iterdir())) < before + 20


def test_an_old_broker_is_spoken_to_in_its_own_version():
    versions: list[int] = []

    def answer(connection: socket.socket) -> None:
        versions.append(0)
        is_first = len(versions) == 1
        connection.sendall(b"\x20\x02\x00\x01" if is_first else b"\x20\x02\x00\x00")
        if not is_first:
            wait_until_it_leaves(connection)

    with server(answer) as endpoint, started(Box(endpoint)) as box:
        assert box.output.protocol is mqtt_session.MQTTProtocolVersion.MQTTv311
        assert box.reports.things == []


CONNACK = b"\x20\x03\x00\x00\x00"


def after_connack(*packets: bytes) -> Callable[[socket.socket], None]:
    """Take the client in, send it what no broker of ours would, and wait until it leaves."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(CONNACK + b"".join(packets))
        wait_until_it_leaves(connection)

    return answer


@pytest.mark.parametrize(("code", "said"), [(b"\x8b", "Server shutting down"), (b"\x8e", "household.id")])
def test_a_broker_that_says_why_it_hangs_up_is_quoted(code: bytes, said: str):
    with server(after_connack(b"\xe0\x02" + code + b"\x00")) as endpoint, started(Box(endpoint)) as box:
        assert said in box.fault()


@pytest.mark.parametrize(
    "packet",
    [
        b"\x00\x00",
        b"\xff" * 8,
        b"\x32\x04\x00\x09ab",
        b"\x40\x02\xff\xff\xe0\x02\x99\x00",
        b"\x90\x01\x00",
        b"\x20\x01\x00",
        b"\x32\x08\x00\x02\xff\xfe\x00\x01\x00x\xe0\x00",
    ],
)
def test_a_broker_that_talks_nonsense_is_left_and_tried_again(packet: bytes):
    with server(after_connack(packet)) as endpoint, started(Box(endpoint)) as box:
        box.fault()
        box.wait_until_cleared()


def test_a_broker_that_acknowledges_nothing_is_left_and_what_it_got_is_sent_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mqtt_session, "ACKNOWLEDGE_SECONDS", 0.1)
    monkeypatch.setattr(mqtt_session, "TURN_SECONDS", 0.02)
    outbox = Outbox()
    with server(after_connack()) as endpoint, started(Box(endpoint, outbox=outbox)) as box:
        box.output.publish(Publish(EVENT, "unheard"))
        assert "acknowledged nothing" in box.fault()
        box.wait_until_cleared()
        assert len(outbox) == 2


def test_a_server_that_hangs_up_is_no_broker():
    with server(lambda _: None) as endpoint, started(Box(endpoint), connected=False) as box:
        assert MUTE in box.fault()


def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mqtt_session, "CONNECT_SECONDS", 0.1)
    monkeypatch.setattr(mqtt_session, "TURN_SECONDS", 0.02)
    mute = threading.Event()
    with server(lambda _: mute.wait(SECONDS) and None) as endpoint, started(Box(endpoint), connected=False) as box:
        assert "did not answer" in box.fault()
        mute.set()


@pytest.mark.slow
@real_broker
def test_states_events_and_good_bye_reach_a_subscriber(mosquitto: Mosquitto):
    with Listener(mosquitto.endpoint) as listener:
        with started(Box(mosquitto.endpoint)) as box:
            assert box.output.protocol is mqtt_session.NEWEST
            box.output.publish(Publish(ALARM, "raised", retain=True))
            box.output.publish(Publish(EVENT, '{"event":"FallConfirmed","room":"臥室"}'))
            assert "臥室" in listener.wait_for(EVENT)
            assert listener.wait_for(ALARM) == "raised"
            box.delivered.wait_for_one(lambda each: each.topic == EVENT)
        listener.wait_for(AVAILABILITY, "offline")
        assert listener.payloads(AVAILABILITY) == ["online", "offline"]
    with Listener(mosquitto.endpoint) as late:
        late.wait_for(ALARM, "raised")
        late.wait_for(AVAILABILITY, "offline")
        assert all(retained for _, _, retained in late.heard.things)
        assert late.payloads(EVENT) == []


@pytest.mark.slow
@real_broker
def test_humans_are_heard_and_nonsense_is_answered(mosquitto: Mosquitto):
    with Listener(mosquitto.endpoint, "guardian/casa/refused") as listener, started(Box(mosquitto.endpoint)) as box:
        box.delivered.wait_for_one(lambda each: each.topic == AVAILABILITY)
        listener.ask("guardian/casa/command/acknowledge", '{"by":"Ana","incident":"i-7"}')
        listener.ask("guardian/casa/command/snooze", b"\xff")
        listener.ask("guardian/casa/command/snooze", "60")
        heard = box.human.wait_for(lambda each: len(each) == 2)
        assert heard == [
            Acknowledged(time=42.0, by="Ana", via="mqtt", incident="i-7"),
            Snoozed(time=42.0, by="someone", via="mqtt", seconds=60),
        ]
        assert "not UTF-8" in listener.wait_for("guardian/casa/refused")


@pytest.mark.slow
@real_broker
@pytest.mark.parametrize("version", [MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311])
def test_senses_are_heard_beside_humans_and_what_the_broker_kept_is_told_from_news(
    mosquitto: Mosquitto, version: MQTTProtocolVersion, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(mqtt, "NEWEST", version)
    with Listener(mosquitto.endpoint, "guardian/#") as listener:
        listener.ask("node/binary_sensor/fall/state", "ON", retain=True)
        with started(Box(mosquitto.endpoint, senses=("node/#", "z/bath"))) as box:
            (kept,) = box.heard.wait_for(lambda each: len(each) == 1)
            listener.ask("node/binary_sensor/fall/state", "ON", retain=True)
            listener.ask("z/bath", b"x" * 20_000)
            listener.ask("z/hall", "not asked for")
            listener.ask("guardian/casa/command/help", "Ana")
            box.human.wait_for(lambda each: len(each) == 1)
            _, live, long = box.heard.wait_for(lambda each: len(each) == 3)
    assert kept == Heard(42.0, "node/binary_sensor/fall/state", b"ON", retained=True)
    assert live == Heard(42.0, "node/binary_sensor/fall/state", b"ON")
    assert (long.topic, len(long.payload)) == ("z/bath", MAX_PAYLOAD_BYTES + 1)


@pytest.mark.slow
@real_broker
def test_a_retained_request_is_of_the_past(mosquitto: Mosquitto):
    with Listener(mosquitto.endpoint) as listener:
        listener.ask("guardian/casa/command/resolve", "helped", retain=True)
        with started(Box(mosquitto.endpoint)) as box:
            box.delivered.wait_for_one(lambda each: each.topic == AVAILABILITY)
            listener.ask("guardian/casa/command/help", "Ana")
            heard = box.human.wait_for(lambda each: len(each) > 0)
            assert [type(each).__name__ for each in heard] == ["HelpCalled"]


@pytest.mark.slow
@real_broker
def test_an_incident_that_the_box_does_not_know_leaves_the_broker_and_one_that_it_does_stays(mosquitto: Mosquitto):
    with Listener(mosquitto.endpoint) as listener:
        for name in ("old", "open"):
            listener.ask(f"guardian/casa/incident/{name}", "{}", retain=True)
        box = Box(mosquitto.endpoint)
        box.output.publish(Publish("guardian/casa/incident/open", '{"state":"raised"}', retain=True))
        with started(box):
            listener.wait_for("guardian/casa/incident/old", "")
            listener.wait_for("guardian/casa/incident/open", '{"state":"raised"}')
    with Listener(mosquitto.endpoint, "guardian/casa/incident/+") as late:
        late.wait_for("guardian/casa/incident/open", '{"state":"raised"}')
        assert late.payloads("guardian/casa/incident/old") == []


@pytest.mark.slow
@real_broker
def test_after_the_broker_was_killed_all_is_as_it_should_be(mosquitto: Mosquitto):
    with started(Box(mosquitto.endpoint)) as box:
        box.output.publish(Publish(ALARM, "pending", retain=True))
        box.output.publish(Publish("guardian/casa/fault", '{"state":"ok"}', retain=True))
        box.delivered.wait_for(lambda each: len(each) == 3)
        mosquitto.kill()
        assert f"127.0.0.1:{mosquitto.port}" in box.fault()
        for number in range(300):
            box.output.publish(Publish(EVENT, str(number)))
        box.output.publish(Publish(ALARM, "raised", retain=True))
        mosquitto.start()
        box.wait_until_cleared()
        everything = box.delivered.wait_for(lambda each: Publish(ALARM, "raised", retain=True) in each)
        assert [each.payload for each in everything if each.topic == EVENT] == [str(number) for number in range(300)]
        with Listener(mosquitto.endpoint) as listener:
            listener.wait_for(ALARM, "raised")
            listener.wait_for(AVAILABILITY, "online")
            listener.wait_for("guardian/casa/fault", '{"state":"ok"}')
            listener.ask("guardian/casa/command/acknowledge", "Ana")
            box.human.wait_for_one(lambda each: isinstance(each, Acknowledged))
    assert [type(each) for each in box.reports.things] == [FaultOccurred, FaultCleared]


@pytest.mark.slow
@real_broker
def test_a_subscriber_hears_what_was_queued_in_order_when_the_broker_comes_late(tmp_path: Path):
    broker = Mosquitto(tmp_path)
    with started(Box(broker.endpoint), connected=False) as box:
        box.fault()
        with running(broker), Listener(broker.endpoint, EVENT) as listener:
            for number in range(100):
                box.output.publish(Publish(EVENT, str(number)))
            listener.wait_for(EVENT, "99")
            assert listener.payloads(EVENT) == [str(number) for number in range(100)]


@pytest.mark.slow
@real_broker
def test_the_last_will_tells_when_the_box_was_killed(mosquitto: Mosquitto):
    with Listener(mosquitto.endpoint) as listener, process(mosquitto.endpoint) as child:
        listener.wait_for(AVAILABILITY, "online")
        child.send_signal(signal.SIGKILL)
        listener.wait_for(AVAILABILITY, "offline")


@pytest.mark.slow
@real_broker
def test_two_boxes_of_one_name_are_told_to_take_two(mosquitto: Mosquitto):
    with started(Box(mosquitto.endpoint)) as box, started(Box(mosquitto.endpoint)):
        assert "household.id" in box.fault()


@pytest.mark.slow
@real_broker
def test_stopping_while_the_broker_hangs_is_bounded_and_its_will_speaks(mosquitto: Mosquitto):
    box = Box(mosquitto.endpoint)
    with Listener(mosquitto.endpoint) as listener, started(box):
        box.delivered.wait_for_one(lambda each: each.topic == AVAILABILITY)
        pid = mosquitto.pid
        os.kill(pid, signal.SIGSTOP)
        try:
            begun = time.monotonic()
            box.output.stop(0.2)
            assert time.monotonic() - begun < SECONDS
        finally:
            os.kill(pid, signal.SIGCONT)
        listener.wait_for(AVAILABILITY, "offline")


@pytest.fixture
def fortress(tmp_path: Path) -> Iterator[Mosquitto]:
    """A mosquitto with TLS, a password and an access list that keeps the box from one topic."""
    certificates.need("openssl", "mosquitto_passwd")
    certificates.authority(tmp_path, "ca")
    certificates.serving(tmp_path)
    certificates.passwords(tmp_path, guardian="right", family="too")
    access = "user guardian\ntopic readwrite guardian/casa/#\ntopic deny guardian/casa/secret\n"
    (tmp_path / "access").write_text(access + "user family\ntopic readwrite #\n", encoding="utf-8")
    (tmp_path / "password").write_text("right\n", encoding="utf-8")
    lines = (
        "allow_anonymous false",
        f"password_file {tmp_path}/users",
        f"acl_file {tmp_path}/access",
        f"cafile {tmp_path}/ca.pem",
        f"certfile {tmp_path}/server.pem",
        f"keyfile {tmp_path}/server.key",
    )
    with running(Mosquitto(tmp_path, lines)) as broker:
        yield broker


def guarded(broker: Mosquitto, directory: Path, ca: str = "ca.pem", password: str = "password") -> Endpoint:  # noqa: S107 a file's name
    return endpoint_of(
        Mqtt(
            broker="127.0.0.1",
            port=broker.port,
            username="guardian",
            password_file=directory / password,
            tls=Tls(ca_file=directory / ca),
        )
    )


@pytest.mark.slow
@real_broker
def test_with_tls_and_a_password_it_works_and_a_denied_topic_is_reported(fortress: Mosquitto, tmp_path: Path):
    endpoint = guarded(fortress, tmp_path)
    with Listener(Endpoint("127.0.0.1", fortress.port, "family", "too", endpoint.tls)) as listener:
        with started(Box(endpoint)) as box:
            for number in range(100):
                box.output.publish(Publish(EVENT, str(number)))
            box.output.publish(Publish("guardian/casa/secret", "x"))
            box.output.publish(Publish(EVENT, "after"))
            listener.wait_for(EVENT, "after")
            assert "guardian/casa/secret: Not authorized" in box.fault(ACCESS)
            listener.ask("guardian/casa/command/acknowledge", "Ana")
            box.human.wait_for_one(lambda each: each.by == "Ana")
        assert listener.payloads(EVENT) == [*map(str, range(100)), "after"]
        assert listener.payloads("guardian/casa/secret") == []


@pytest.mark.slow
@real_broker
def test_a_topic_that_is_allowed_again_clears_its_fault(fortress: Mosquitto, tmp_path: Path):
    with started(Box(guarded(fortress, tmp_path))) as box:
        box.output.publish(Publish("guardian/casa/secret", "x", retain=True))
        box.fault(ACCESS)
        fortress.kill()
        (tmp_path / "access").write_text("user guardian\ntopic readwrite guardian/casa/#\n", encoding="utf-8")
        fortress.start()
        box.wait_until_cleared(ACCESS)


@pytest.mark.slow
@real_broker
def test_a_wrong_password_names_the_keys(fortress: Mosquitto, tmp_path: Path):
    (tmp_path / "wrong").write_text("wrong\n", encoding="utf-8")
    box = Box(guarded(fortress, tmp_path, password="wrong"))  # noqa: S106 a file's name
    with started(box, connected=False):
        assert "mqtt.password_file" in box.fault()


@pytest.mark.slow
@real_broker
def test_a_broker_that_another_authority_vouches_for_is_not_ours(fortress: Mosquitto, tmp_path: Path):
    certificates.authority(tmp_path, "other")
    with started(Box(guarded(fortress, tmp_path, ca="other.pem")), connected=False) as box:
        assert "certificate" in box.fault()
        assert "mqtt.tls.ca_file" in box.fault()
    assert box.delivered.things == []


@pytest.mark.slow
@real_broker
def test_a_message_that_cannot_be_sent_stops_nothing(mosquitto: Mosquitto):
    with Listener(mosquitto.endpoint) as listener, started(Box(mosquitto.endpoint)) as box:
        box.output.publish(Publish("guardian/casa/#", "x"))
        box.output.publish(Publish(EVENT, "lone \ud800 surrogate"))
        assert listener.wait_for(EVENT) == "lone ? surrogate"
        assert "cannot be sent" in box.fault(ACCESS)
