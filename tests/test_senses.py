import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.devices import Kind, SenseState
from guardian.events import (
    Event,
    FallConfirmed,
    FallSuspected,
    FaultCleared,
    FaultOccurred,
    HelpCalled,
    PersonRecovered,
)
from guardian.radar import HOLD_SECONDS
from guardian.readings import Heard
from guardian.sense import Sense
from guardian.senses import AWAY_SECONDS, FAULT_SECONDS, SETTLED_SECONDS, Sensed, Senses, matches

OFF, MAYBE, ON, UNKNOWN = SenseState.OFF, SenseState.MAYBE, SenseState.ON, SenseState.UNKNOWN
DAY = 86_400.0
RADAR = {"name": "bath radar", "room": "bath", "device": "zigbee2mqtt_tuya_fall", "topic": "z/bath"}
NODE = {**RADAR, "device": "esphome_mr60fda2", "topic": "node/binary_sensor/fall/state"}
DOOR = {"name": "front door", "room": "hall", "device": "zigbee2mqtt_contact", "topic": "z/door"}
PENDANT = {"name": "pendant", "device": "zigbee2mqtt_button", "topic": "z/pendant"}
BELT = {"name": "belt", "kind": "button", "device": "esphome_binary_sensor", "topic": "belt/binary_sensor/b/state"}


class Home:
    """Senses under a clock that is moved by hand, and all that they have told."""

    def __init__(self, *senses: dict[str, Any]) -> None:
        self.senses = Senses([Sense.model_validate(each) for each in senses], 0.0)
        self.now = 0.0
        self.events: list[Event] = []

    def hear(self, topic: str, payload: object, *, after: float = 0.0, retained: bool = False) -> list[Event]:
        """What is told of a message that comes so many seconds later; time passes second by second until then."""
        told = self.let_pass(after)
        sent = payload if isinstance(payload, str) else json.dumps(payload)
        events = list(self.senses.hear(Heard(self.now, topic, sent.encode(), retained)))
        self.events += events
        return told + events

    def let_pass(self, seconds: float) -> list[Event]:
        told: list[Event] = []
        end = self.now + seconds
        step = max(1.0, seconds / 200)
        while self.now < end:
            self.now = min(end, self.now + step)
            told += self.senses.tick(self.now)
        self.events += told
        return told

    def kinds(self) -> list[type[Event]]:
        return [type(event) for event in self.events]

    @property
    def only(self) -> Sensed:
        (sensed,) = self.senses.all
        return sensed

    @property
    def state(self) -> SenseState:
        return self.only.state


def fall(status: str | None) -> dict[str, object]:
    return {"fall_down_status": status, "linkquality": 100}


# Falls.


def test_a_radar_s_fall_is_told_at_once_under_a_track_that_no_camera_has():
    home = Home(DOOR, RADAR)
    home.hear("z/bath", fall("none"), after=5)
    (event,) = home.hear("z/bath", fall("fall"), after=5)
    assert isinstance(event, FallConfirmed)
    assert (event.time, event.room, event.track) == (10.0, "bath", -2)
    assert home.senses.all[1] == Sensed("bath radar", Kind.FALL, "bath", ON, 10.0)


def test_a_fall_that_is_the_first_thing_heard_live_is_told():
    assert [type(event) for event in Home(RADAR).hear("z/bath", fall("fall"), after=5)] == [FallConfirmed]


def test_a_suspicion_is_told_as_one():
    home = Home(RADAR)
    assert [type(event) for event in home.hear("z/bath", fall("maybe_fall"))] == [FallSuspected]
    assert home.state is MAYBE


def test_what_the_broker_kept_is_how_it_stands_and_no_fall():
    home = Home(RADAR)
    assert home.hear("z/bath", fall("fall"), retained=True) == []
    assert home.state is ON
    assert home.hear("z/bath", fall(None), after=60) == []
    assert [type(event) for event in home.hear("z/bath", fall("fall"))] == [FallConfirmed]


def test_after_each_new_connection_what_the_broker_kept_is_no_fall():
    home = Home(RADAR)
    home.hear("z/bath", fall("fall"))
    for _ in range(5):
        home.hear("z/bath", fall("fall"), after=100, retained=True)
    assert home.kinds() == [FallConfirmed]


def test_a_flag_that_clears_is_a_recovery_only_where_that_is_configured():
    for recovery, told in ((False, [FallConfirmed]), (True, [FallConfirmed, PersonRecovered])):
        home = Home({**RADAR, "recovery": recovery})
        home.hear("z/bath", fall("fall"))
        home.hear("z/bath", fall("none"), after=10)
        assert home.state is OFF
        home.let_pass(HOLD_SECONDS)
        assert home.kinds() == told


def test_a_fall_and_presence_may_be_heard_at_one_topic():
    home = Home(RADAR, {**RADAR, "name": "there", "device": "zigbee2mqtt_presence"})
    home.hear("z/bath", {"presence": True, **fall("fall")})
    assert [each.state for each in home.senses.all] == [ON, ON]
    assert home.kinds() == [FallConfirmed]


# How the others stand.


def test_an_open_door_stands_open_since_it_was_heard():
    home = Home(DOOR)
    assert (home.state, home.only.since) == (UNKNOWN, 0.0)
    home.hear("z/door", {"contact": True}, after=5)
    assert (home.state, home.only.since) == (OFF, 5.0)
    home.hear("z/door", {"contact": False}, after=5)
    assert home.state is OFF
    home.let_pass(SETTLED_SECONDS)
    assert home.only == Sensed("front door", Kind.CONTACT, "hall", ON, 10.0)
    assert home.events == []


def test_what_bounces_has_not_been():
    home = Home(DOOR)
    home.hear("z/door", {"contact": True})
    for _ in range(20):
        home.hear("z/door", {"contact": False}, after=1)
        home.hear("z/door", {"contact": True}, after=1)
    home.let_pass(10)
    assert (home.state, home.only.since) == (OFF, 0.0)


def test_what_is_said_again_holds_since_it_was_said_first():
    home = Home(DOOR)
    home.hear("z/door", {"contact": True})
    home.hear("z/door", {"contact": False}, after=5)
    home.hear("z/door", {"contact": False}, after=1)
    home.let_pass(1)
    assert (home.state, home.only.since) == (ON, 5.0)


def test_what_the_broker_kept_of_a_door_is_how_it_stands():
    home = Home(DOOR)
    home.hear("z/door", {"contact": False}, after=5, retained=True)
    assert home.state is ON


def test_a_message_about_something_else_changes_nothing():
    home = Home(DOOR)
    home.hear("z/door", {"contact": False})
    home.hear("z/door", {"battery": 12}, after=5)
    home.hear("z/elsewhere", {"contact": True}, after=5)
    assert (home.state, home.events) == (ON, [])


# Calls for help.


def test_a_pressed_button_calls_for_help_by_its_name_each_time():
    home = Home(PENDANT)
    for _ in range(2):
        (event,) = home.hear("z/pendant", {"action": "emergency", "battery": 90}, after=3)
        assert isinstance(event, HelpCalled)
        assert (event.by, event.via, event.room, event.incident) == ("pendant", "mqtt", "", None)
        assert event.reasons == ("Pendant was pressed.",)
    assert home.state is OFF


def test_a_button_of_a_room_calls_from_there():
    (event,) = Home({**PENDANT, "room": "bath"}).hear("z/pendant", {"action": "single"})
    assert event.room == "bath"


def test_what_a_button_says_besides_is_no_call():
    home = Home(PENDANT)
    home.hear("z/pendant", {"action": "", "battery": 90})
    home.hear("z/pendant", {"action": "release"})
    home.hear("z/pendant", {"battery": 90})
    home.hear("z/pendant", {"action": "emergency"}, retained=True)
    assert home.events == []


def test_a_button_that_says_off_calls_when_it_is_pressed_and_not_while_it_is():
    home = Home(BELT)
    topic = str(BELT["topic"])
    assert [type(event) for event in home.hear(topic, "ON")] == [HelpCalled]
    assert home.hear(topic, "ON", after=1) == []
    assert home.hear(topic, "OFF", after=1) == []
    assert [type(event) for event in home.hear(topic, "ON", after=1)] == [HelpCalled]


def test_a_call_that_the_broker_kept_is_of_the_past():
    home = Home(BELT)
    assert home.hear(str(BELT["topic"]), "ON", retained=True) == []
    assert [type(event) for event in home.hear(str(BELT["topic"]), "ON", after=60)] == [HelpCalled]


# Supervision.


def test_a_sense_that_is_never_heard_is_a_fault_after_its_time_and_only_one():
    home = Home(RADAR)
    assert home.let_pass(DAY - 1) == []
    (fault,) = home.let_pass(3 * DAY)
    assert isinstance(fault, FaultOccurred)
    assert (fault.part, fault.room) == ("sense bath radar", "bath")
    assert fault.reasons == ("Nothing was heard of it for 1 day at z/bath.",)
    assert home.only.fault == fault.reasons[0]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(10.0, "10 seconds"), (60.0, "1 minute"), (7200.0, "2 hours"), (90.0, "90 seconds"), (10.5, "10.5 seconds")],
)
def test_the_time_is_said_as_one_speaks(seconds: float, said: str):
    home = Home({**RADAR, "stale_after_seconds": seconds})
    (fault,) = home.let_pass(seconds + 1)
    assert f" for {said} at " in fault.reasons[0]


def test_one_that_falls_silent_is_unknown_until_it_speaks_again():
    home = Home(DOOR)
    home.hear("z/door", {"contact": False}, after=5)
    home.let_pass(DAY + 600)
    assert (home.state, home.only.since, home.kinds()) == (UNKNOWN, 5.0, [FaultOccurred])
    home.hear("z/door", {"contact": False})
    assert home.state is ON
    home.let_pass(FAULT_SECONDS)
    assert home.kinds() == [FaultOccurred, FaultCleared]
    assert home.events[1].room == "hall"
    assert home.only.fault == ""


def test_what_the_broker_kept_is_no_sign_of_life():
    home = Home({**DOOR, "stale_after_seconds": 100})
    home.hear("z/door", {"contact": False}, after=99, retained=True)
    home.let_pass(1)
    assert home.kinds() == [FaultOccurred]


def test_messages_about_something_else_are_a_sign_of_life_of_one_that_was_understood():
    home = Home({**DOOR, "stale_after_seconds": 100})
    home.hear("z/door", {"contact": False})
    for _ in range(10):
        home.hear("z/door", {"battery": 12}, after=60)
    assert home.events == []


def test_one_that_speaks_and_never_says_how_it_stands_is_a_fault():
    home = Home({**DOOR, "stale_after_seconds": 100})
    for _ in range(10):
        home.hear("z/door", {"battery": 12}, after=60)
    assert home.kinds() == [FaultOccurred]


def test_a_button_lives_by_whatever_it_says():
    home = Home({**PENDANT, "stale_after_seconds": 100})
    for _ in range(10):
        home.hear("z/pendant", {"battery": 12}, after=60)
    assert home.events == []
    home.let_pass(101)
    assert home.kinds() == [FaultOccurred]


def test_anything_that_an_esphome_node_says_is_a_sign_of_life():
    home = Home({**NODE, "stale_after_seconds": 100})
    home.hear(str(NODE["topic"]), "OFF", retained=True)
    for _ in range(10):
        home.hear("node/sensor/uptime/state", "60", after=60)
        home.hear("other/sensor/uptime/state", "60")
    assert home.events == []
    for _ in range(10):
        home.hear("node/sensor/uptime/state", "60", after=60, retained=True)
        home.hear("other/sensor/uptime/state", "60")
    assert home.kinds() == [FaultOccurred]


def test_one_that_says_that_it_is_offline_is_a_fault_at_once_and_none_when_it_is_back():
    home = Home(NODE)
    topic = str(NODE["topic"])
    home.hear(topic, "ON", retained=True)
    (fault,) = home.hear("node/status", "offline", after=5)
    assert isinstance(fault, FaultOccurred)
    assert fault.reasons == ("It is offline, as node/status says.",)
    assert (home.state, home.only.since) == (UNKNOWN, 5.0)
    assert home.hear("node/status", "online", after=60, retained=True)
    assert home.state is ON
    assert home.kinds() == [FaultOccurred, FaultCleared]


def test_a_bridge_that_is_offline_takes_its_devices_with_it():
    home = Home(RADAR, DOOR, NODE | {"name": "node"})
    home.hear("z/bridge/state", {"state": "offline"}, retained=True)
    assert [event.part for event in home.events if isinstance(event, FaultOccurred)] == [
        "sense bath radar",
        "sense front door",
    ]
    home.hear("z/bath/availability", {"state": "offline"})
    home.hear("z/bridge/state", {"state": "online"}, after=60)
    assert [event.part for event in home.events if isinstance(event, FaultCleared)] == ["sense front door"]


def test_one_that_speaks_is_not_offline_whatever_the_broker_kept_of_it():
    home = Home(DOOR)
    home.hear("z/door/availability", {"state": "offline"}, retained=True)
    home.hear("z/door", {"contact": True}, after=60)
    assert home.kinds() == [FaultOccurred, FaultCleared]
    assert home.state is OFF


def test_words_that_say_neither_online_nor_offline_say_nothing():
    home = Home(DOOR)
    home.hear("z/door/availability", "perhaps")
    home.hear("z/door/availability", {"state": "offline"})
    home.hear("z/door/availability", "perhaps", after=60)
    assert home.kinds() == [FaultOccurred]


def test_what_is_not_understood_is_a_fault_until_it_is():
    home = Home(NODE)
    topic = str(NODE["topic"])
    home.hear(topic, "OFF")
    (fault,) = home.hear(topic, "fallen", after=5)
    assert isinstance(fault, FaultOccurred)
    assert fault.reasons == ("It is not understood: it says 'fallen'; one of on, true, off, false would be right.",)
    assert home.state is OFF
    home.hear(topic, "OFF", after=60)
    assert home.kinds() == [FaultOccurred, FaultCleared]


def test_a_fault_that_comes_and_goes_is_not_told_a_hundred_times():
    home = Home(NODE)
    for _ in range(60):
        home.hear(str(NODE["topic"]), "OFF", after=0.5)
        home.hear(str(NODE["topic"]), "fallen", after=0.5)
    assert len(home.events) <= 2 * 60 / FAULT_SECONDS + 1


def test_a_radar_that_was_away_for_long_tells_news_and_after_a_moment_does_not():
    for away, falls in ((AWAY_SECONDS - 10, 1), (AWAY_SECONDS + 10, 2)):
        home = Home(NODE)
        topic = str(NODE["topic"])
        home.hear(topic, "ON")
        home.hear("node/status", "offline", after=5)
        home.hear("node/status", "online", after=away)
        home.hear(topic, "ON", after=1)
        assert home.kinds().count(FallConfirmed) == falls


def test_a_radar_that_was_silent_for_long_tells_news():
    home = Home({**RADAR, "stale_after_seconds": 400})
    home.hear("z/bath", fall("fall"))
    home.hear("z/bath", fall("fall"), after=500)
    assert home.kinds().count(FallConfirmed) == 2


# Filters.


@pytest.mark.parametrize(
    ("pattern", "topic", "is_meant"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/c", False),
        ("a/b", "a/b/c", False),
        ("a/+", "a/b", True),
        ("a/+", "a/b/c", False),
        ("a/+/c", "a/b/c", True),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("a/b/#", "a", False),
        ("a/#", "b/a", False),
    ],
)
def test_a_filter_means_what_the_protocol_says(pattern: str, topic: str, *, is_meant: bool):
    assert matches(pattern, topic) is is_meant


# Whatever comes.

topics = st.sampled_from(
    ["z/bath", "z/door", "z/pendant", "z/bridge/state", "z/door/availability", NODE["topic"], "node/status", "node/x"]
)
payloads = st.sampled_from(
    [
        *("ON", "OFF", "online", "offline", "", "x", '{"state": "online"}', '{"state": "offline"}', "{"),
        *(json.dumps(fall(status)) for status in ("fall", "none", "maybe_fall", None)),
        *(json.dumps({"contact": contact}) for contact in (True, False)),
        '{"action": "emergency"}',
    ]
) | st.text(max_size=5)


@given(st.lists(st.tuples(st.floats(0, 2_000), topics, payloads, st.booleans()), max_size=40))
def test_whatever_comes_each_fault_is_told_before_it_is_cleared_and_nothing_kept_is_an_alarm(
    messages: list[tuple[float, str, str, bool]],
):
    home = Home(*({**each, "stale_after_seconds": 1_000} for each in (RADAR, DOOR, PENDANT, {**NODE, "name": "node"})))
    for wait, topic, payload, retained in messages:
        home.let_pass(wait)
        told = home.hear(topic, payload, retained=retained)
        assert not retained or not [each for each in told if isinstance(each, FallConfirmed | HelpCalled)]
    faulty: set[str] = set()
    for event in home.events:
        if isinstance(event, FaultOccurred):
            assert event.part not in faulty
            faulty.add(event.part)
        elif isinstance(event, FaultCleared):
            faulty.remove(event.part)
    assert {f"sense {each.name}" for each in home.senses.all if each.fault} == faulty
