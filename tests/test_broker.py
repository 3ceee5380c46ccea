import os
import select
import signal
import socket
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from brokers import ALARM, AVAILABILITY, EVENT, SECONDS, Box, Listener, Told, free_port, process, started
from paho.mqtt.enums import MQTTProtocolVersion

from guardian.commands import Publish
from guardian.errors import BrokerError, ConfigurationError
from guardian.events import Acknowledged
from guardian.io import broker as broker_module
from guardian.io.broker import EmbeddedBroker, configuration
from guardian.io.mqtt_session import Endpoint

V311, V5 = MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5

embedded = pytest.mark.skipif(
    broker_module.find_spec("iotcore") is None, reason="no iotcore here: it has no wheel for this machine"
)


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as each:
        yield each


def endpoint(broker: EmbeddedBroker, protocol: MQTTProtocolVersion) -> Endpoint:
    return broker.endpoint if protocol is V5 else broker.endpoint_v311


def test_the_configuration_names_loopback_alone():
    text = configuration((1883, 1884), None, None)
    assert [line for line in text.splitlines() if "listen" in line] == [
        'listen = "127.0.0.1:1883"',
        'listen = "127.0.0.1:1884"',
    ]
    assert "auth" not in text


def test_a_name_without_a_password_is_refused():
    with pytest.raises(ConfigurationError, match=r"mqtt\.password_file"):
        EmbeddedBroker(username="guardian")


def test_a_machine_without_the_broker_is_told_the_remedy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(broker_module, "find_spec", lambda _: None)
    with pytest.raises(BrokerError, match="apt install mosquitto"):
        EmbeddedBroker().start()


@embedded
def test_a_taken_port_is_named_with_the_remedy():
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        pytest.raises(
            BrokerError, match=rf"mqtt\.port: 127\.0\.0\.1:{other.getsockname()[1]} .*mqtt\.broker: localhost"
        ),
    ):
        EmbeddedBroker(other.getsockname()[1]).start()


@embedded
def test_a_broker_that_does_not_come_up_is_reported_and_gone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(broker_module, "CHILD", "raise SystemExit(3)")
    broker = EmbeddedBroker()
    with pytest.raises(BrokerError, match="did not start"):
        broker.start()
    assert broker.pid is None
    broker.stop()


@pytest.mark.slow
@embedded
@pytest.mark.parametrize("theirs", [V311, V5])
@pytest.mark.parametrize("ours", [V311, V5])
def test_both_versions_of_mqtt_hear_each_other(
    broker: EmbeddedBroker, ours: MQTTProtocolVersion, theirs: MQTTProtocolVersion
):
    with Listener(endpoint(broker, theirs), protocol=theirs) as listener, started(Box(endpoint(broker, ours))) as box:
        assert box.output.protocol is ours
        for number in range(100):
            box.output.publish(Publish(EVENT, str(number)))
        box.output.publish(Publish(ALARM, "raised", retain=True))
        listener.wait_for(EVENT, "99")
        assert listener.payloads(EVENT) == [str(number) for number in range(100)]
        listener.wait_for(ALARM, "raised")
        listener.ask("guardian/casa/command/acknowledge", "Ana")
        box.human.wait_for_one(lambda each: isinstance(each, Acknowledged))
        with Listener(endpoint(broker, theirs), ALARM, name="late", protocol=theirs) as late:
            late.wait_for(ALARM, "raised")
        box.output.publish(Publish(ALARM, "", retain=True))
        listener.wait_for(ALARM, "")
        box.output.publish(Publish(EVENT, "end"))
        listener.wait_for(EVENT, "end")
        with Listener(endpoint(broker, theirs), name="later", protocol=theirs) as later:
            later.wait_for(AVAILABILITY, "online")
            assert "raised" not in later.payloads(ALARM)


@pytest.mark.slow
@embedded
@pytest.mark.parametrize("ours", [V311, V5])
def test_the_last_will_speaks_when_the_box_is_killed(broker: EmbeddedBroker, ours: MQTTProtocolVersion):
    with Listener(broker.endpoint) as listener, process(endpoint(broker, ours)) as child:
        listener.wait_for(AVAILABILITY, "online")
        child.send_signal(signal.SIGKILL)
        listener.wait_for(AVAILABILITY, "offline")


@pytest.mark.slow
@embedded
@pytest.mark.parametrize("protocol", [V311, V5])
def test_a_password_keeps_others_out(protocol: MQTTProtocolVersion):
    with EmbeddedBroker(0, "Guardian", 'pä"ss\\wörd') as broker:
        right = endpoint(broker, protocol)
        with started(Box(right)):
            pass
        for name, password in (("Guardian", "wrong"), (None, None)):
            with started(Box(Endpoint(right.host, right.port, name, password)), connected=False) as box:
                assert "mqtt.password_file" in box.fault()


@pytest.mark.slow
@embedded
def test_it_listens_on_loopback_alone(broker: EmbeddedBroker):
    listening = Path(f"/proc/{broker.pid}/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    ports = {f"{each.port:04X}" for each in (broker.endpoint, broker.endpoint_v311)}
    local = [
        line.split()[1] for line in listening if line.split()[1].split(":")[1] in ports and line.split()[3] == "0A"
    ]
    assert {address.split(":")[0] for address in local} == {"0100007F"}
    assert len(local) == 2


@pytest.mark.slow
@embedded
def test_a_named_port_is_taken_and_the_next():
    port = free_port()
    with EmbeddedBroker(port) as broker:
        assert broker.endpoint_v311.port == port
        assert broker.endpoint.port == port + 1


@pytest.mark.slow
@embedded
def test_a_broker_that_dies_is_back_with_every_state(broker: EmbeddedBroker):
    with started(Box(broker.endpoint)) as box:
        box.output.publish(Publish(ALARM, "raised", retain=True))
        box.delivered.wait_for_one(lambda each: each.topic == ALARM)
        pid = broker.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        box.fault()
        box.output.publish(Publish(EVENT, "while it was away"))
        box.wait_until_cleared()
        assert broker.pid not in (None, pid)
        with Listener(broker.endpoint) as listener:
            listener.wait_for(ALARM, "raised")
            listener.wait_for(AVAILABILITY, "online")
        box.delivered.wait_for_one(lambda each: each.payload == "while it was away")


@pytest.mark.slow
@embedded
def test_a_stopped_broker_stays_stopped():
    broker = EmbeddedBroker()
    broker.start()
    pid = broker.pid
    broker.stop()
    broker.stop()
    assert broker.pid is None
    assert not Path(f"/proc/{pid}").exists()


OWNER = """
from guardian.io.broker import EmbeddedBroker
broker = EmbeddedBroker()
broker.start()
print(broker.pid, flush=True)
input()
"""


@pytest.mark.slow
@embedded
def test_the_broker_ends_with_us_even_when_we_are_killed():
    with subprocess.Popen([sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        ended = os.pidfd_open(pid)
        try:
            owner.kill()
            assert select.select([ended], [], [], SECONDS)[0]
        finally:
            os.close(ended)


@pytest.mark.slow
@embedded
def test_a_ctrl_c_meant_for_us_leaves_the_broker_up(broker: EmbeddedBroker):
    pid = broker.pid
    assert pid is not None
    assert os.getpgid(pid) != os.getpgid(0)


@pytest.mark.slow
@embedded
def test_a_broker_that_hangs_is_ended_all_the_same():
    broker = EmbeddedBroker()
    broker.start()
    pid = broker.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    broker.stop()
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.slow
@embedded
def test_a_broker_that_cannot_come_back_is_tried_again(
    broker: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(broker_module, "REST_SECONDS", 0.01)
    with started(Box(broker.endpoint)) as box:
        with monkeypatch.context() as broken:
            failing = Told[int]()
            broken.setattr(EmbeddedBroker, "_launch", lambda _: bool(failing(1)))
            assert broker.pid is not None
            os.kill(broker.pid, signal.SIGKILL)
            failing.wait_for(lambda each: len(each) > 2)
        box.wait_until_cleared()
    assert "broker=ended" in caplog.text


@pytest.mark.slow
@embedded
def test_a_listener_that_is_forgotten_closes_its_sockets_by_itself(broker: EmbeddedBroker):
    """Left to the collector, a socket may go before its owner, and a test far away fails for it."""
    with Listener(broker.endpoint) as listener:
        client = weakref.ref(listener._client)
    del listener
    assert client() is None
