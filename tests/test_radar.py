from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.devices import SenseState
from guardian.events import FallConfirmed, FallSuspected, PersonEvent, PersonRecovered
from guardian.radar import HOLD_SECONDS, Radar
from guardian.sense import Sense

OFF, MAYBE, ON, UNKNOWN = SenseState.OFF, SenseState.MAYBE, SenseState.ON, SenseState.UNKNOWN


def radar(*, recovery: bool = False) -> Radar:
    given = {"name": "bath radar", "room": "bath", "topic": "a", "device": "zigbee2mqtt_tuya_fall"}
    return Radar(Sense.model_validate({**given, "recovery": recovery}), -3)


def told(watched: Radar, said: Iterable[tuple[float, SenseState]], until: float = 0.0) -> list[tuple[float, type]]:
    """What is told of what it says, with a tick each second until then."""
    events: list[PersonEvent] = []
    waiting = list(said)
    for now in range(int(max(until, *(time for time, _ in waiting))) + 1):
        while waiting and waiting[0][0] <= now:
            events += watched.hear(waiting[0][1], waiting.pop(0)[0])
        events += watched.tick(float(now))
    return [(event.time, type(event)) for event in events]


def test_a_fall_is_told_at_once_with_the_name_of_the_sense():
    (event,) = radar().hear(ON, 5.0)
    assert isinstance(event, FallConfirmed)
    assert (event.time, event.room, event.track, event.person) == (5.0, "bath", -3, None)
    assert event.reasons == ("Bath radar tells of a fall.",)


def test_a_suspicion_is_told_as_such_and_its_fall_too():
    watched = radar()
    (event,) = watched.hear(MAYBE, 5.0)
    assert isinstance(event, FallSuspected)
    assert event.reasons == ("Bath radar suspects a fall.",)
    assert told(watched, [(6.0, ON)]) == [(6.0, FallConfirmed)]


def test_what_is_said_again_is_told_once():
    assert told(radar(), [(float(now), ON) for now in range(100)]) == [(0.0, FallConfirmed)]
    assert told(radar(), [(float(now), MAYBE) for now in range(100)]) == [(0.0, FallSuspected)]


def test_less_than_was_told_is_no_news():
    assert told(radar(), [(0.0, ON), (10.0, MAYBE), (20.0, OFF)], 100) == [(0.0, FallConfirmed)]


def test_a_second_fall_after_a_while_is_told_at_once():
    assert told(radar(), [(0.0, ON), (10.0, OFF), (10 + HOLD_SECONDS, ON)]) == [
        (0.0, FallConfirmed),
        (10 + HOLD_SECONDS, FallConfirmed),
    ]


def test_a_flag_that_flutters_is_one_fall():
    flutter = [(float(now), ON if now % 20 < 10 else OFF) for now in range(0, 600, 10)]
    assert told(radar(), flutter) == [(0.0, FallConfirmed)]


def test_a_flag_that_comes_back_soon_and_stays_is_told_once_more_and_only_once():
    watched = radar()
    assert told(watched, [(0.0, ON), (5.0, OFF), (10.0, ON)], 300) == [(0.0, FallConfirmed), (40.0, FallConfirmed)]


def test_a_suspicion_that_comes_back_soon_and_stays_is_told_once_more():
    events = told(radar(), [(0.0, MAYBE), (5.0, OFF), (10.0, MAYBE)], 300)
    assert events == [(0.0, FallSuspected), (40.0, FallSuspected)]


def test_what_it_says_again_says_so():
    watched = radar()
    told(watched, [(0.0, ON), (5.0, OFF), (10.0, ON)], 39)
    (event,) = watched.tick(40.0)
    assert event.reasons == ("Bath radar tells of a fall again.",)


def test_one_that_stays_suspicious_tells_of_the_next_fall_at_once():
    events = told(radar(), [(0.0, ON), (10.0, MAYBE), (50.0, ON)])
    assert events == [(0.0, FallConfirmed), (50.0, FallConfirmed)]


def test_a_flag_that_clears_ends_nothing_unless_it_may():
    assert told(radar(), [(0.0, ON), (10.0, OFF)], 100) == [(0.0, FallConfirmed)]
    cleared = told(radar(recovery=True), [(0.0, ON), (10.0, OFF)], 100)
    assert cleared == [(0.0, FallConfirmed), (10 + HOLD_SECONDS, PersonRecovered)]


def test_where_it_may_a_short_gap_and_a_mere_suspicion_end_nothing():
    assert told(radar(recovery=True), [(0.0, ON), (10.0, OFF), (12.0, ON)], 30) == [(0.0, FallConfirmed)]
    assert told(radar(recovery=True), [(0.0, ON), (10.0, MAYBE)], 100) == [(0.0, FallConfirmed)]
    assert told(radar(recovery=True), [(0.0, OFF)], 100) == []


def test_what_the_broker_kept_is_no_news_but_what_comes_live_after_it_is():
    watched = radar()
    watched.learn(ON, 0.0)
    assert told(watched, [(100.0, ON)]) == [(100.0, FallConfirmed)]


def test_a_fall_that_the_broker_kept_as_over_is_over():
    watched = radar()
    watched.hear(ON, 0.0)
    watched.learn(OFF, 10.0)
    assert told(watched, [(50.0, ON)]) == [(50.0, FallConfirmed)]


def test_what_comes_after_it_was_forgotten_is_news():
    watched = radar()
    watched.hear(ON, 0.0)
    watched.forget()
    assert watched.tick(100.0) == ()
    assert told(watched, [(1.0, ON)]) == [(1.0, FallConfirmed)]


@given(st.lists(st.tuples(st.floats(0, 40), st.sampled_from([OFF, MAYBE, ON]), st.booleans()), max_size=30))
def test_every_fall_after_a_calm_is_told_at_once_and_no_fall_within_one_is(
    said: list[tuple[float, SenseState, bool]],
):
    watched, now, calm = radar(), 0.0, float("-inf")
    last = UNKNOWN
    for wait, state, retained in said:
        now += wait
        heard = watched.tick(now)
        if retained:
            watched.learn(state, now)
        else:
            before = watched.hear(state, now)
            falls = [event for event in (*heard, *before) if isinstance(event, FallConfirmed)]
            rearmed = last in (OFF, UNKNOWN) and now - calm >= HOLD_SECONDS
            if state is ON and rearmed:
                assert falls
            if state is not ON:
                assert not [event for event in before if isinstance(event, FallConfirmed)]
        if state is not last:
            last, calm = state, now


@pytest.mark.parametrize("state", [OFF, MAYBE, ON])
def test_time_alone_tells_nothing_of_one_that_was_never_heard(state: SenseState):
    watched = radar(recovery=True)
    watched.learn(state, 0.0)
    assert [watched.tick(float(now)) for now in range(200)] == [()] * 200
