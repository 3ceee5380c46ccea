"""What a broker keeps of a box: read and removed beside it."""

from pathlib import Path

import pytest
from brokers import MOSQUITTO, Listener, Mosquitto, free_port, running

from guardian.errors import BrokerError
from guardian.io.mqtt_session import Endpoint
from guardian.io.retained import connected


@pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto on this machine")
@pytest.mark.slow
def test_what_is_kept_is_read_and_removed_and_nothing_of_others_is(tmp_path: Path):
    with running(Mosquitto(tmp_path)) as broker, Listener(broker.endpoint, "nothing") as teller:
        for number in range(120):
            teller.ask(f"guardian/home/room/{number}", "Rosa", retain=True)
        teller.ask("guardian/other/alarm", "idle", retain=True)
        teller.ask("guardian/home/event", "once")
        with connected(broker.endpoint, ("guardian/home/#",)) as retained:
            kept = retained.read()
            assert len(kept) == 120
            assert set(kept.values()) == {b"Rosa"}
            retained.clear(topic for topic in kept if topic != "guardian/home/room/7")
            assert set(retained.read()) == {"guardian/home/room/7"}
        with connected(broker.endpoint, ("guardian/#",)) as everything:
            assert set(everything.read()) == {"guardian/home/room/7", "guardian/other/alarm"}


@pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto on this machine")
@pytest.mark.slow
def test_a_broker_that_lets_us_not_in_is_told_of(tmp_path: Path):
    with (
        running(Mosquitto(tmp_path, ("allow_anonymous false",))) as broker,
        pytest.raises(BrokerError, match="not authorized"),
        connected(broker.endpoint, ("guardian/#",)),
    ):
        pass


def test_a_broker_that_is_away_is_told_of():
    with pytest.raises(BrokerError, match="refused"), connected(Endpoint("127.0.0.1", free_port()), ("a/#",)):
        pass
