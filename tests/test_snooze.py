from hypothesis import given
from hypothesis import strategies as st

from guardian.events import FallConfirmed, LongLie, PersonDown, PersonEvent, Snoozed
from guardian.snooze import MAX_HELD, MAX_SNOOZE_SECONDS, Snoozes


def snooze(seconds: float, room: str = "") -> Snoozed:
    return Snoozed(time=0.0, room=room, by="Anna", via="web", seconds=seconds)


def event(kind: type[PersonEvent] = FallConfirmed, room: str = "bath", track: int = 1) -> PersonEvent:
    return kind(time=5.0, room=room, track=track)


def test_it_ends_by_itself_and_gives_back_what_happened():
    snoozes = Snoozes()
    snoozes.start(snooze(60.0), 0.0)
    snoozes.hold(event())
    assert snoozes.end(59.0) == ()
    assert snoozes.end(60.0) == (event(),)
    assert snoozes.rooms == {}
    assert snoozes.end(61.0) == ()


def test_of_one_body_the_gravest_is_kept_and_of_two_both():
    snoozes = Snoozes()
    snoozes.start(snooze(60.0), 0.0)
    for each in (event(PersonDown), event(FallConfirmed), event(PersonDown, track=2)):
        snoozes.hold(each)
    assert set(snoozes.end(60.0)) == {event(FallConfirmed), event(PersonDown, track=2)}


def test_a_room_is_held_as_long_as_it_or_every_room_is():
    snoozes = Snoozes()
    snoozes.start(snooze(60.0, "bath"), 0.0)
    snoozes.start(snooze(90.0), 0.0)
    assert (snoozes.until("bath"), snoozes.until("kitchen")) == (90.0, 90.0)
    assert Snoozes().until("bath") == float("-inf")


def test_no_seconds_end_it_at_once():
    snoozes = Snoozes()
    snoozes.start(snooze(60.0), 0.0)
    snoozes.start(snooze(0.0), 10.0)
    snoozes.end(10.0)
    assert snoozes.rooms == {}


def test_who_got_up_is_forgotten():
    snoozes = Snoozes()
    snoozes.start(snooze(60.0), 0.0)
    snoozes.hold(event(LongLie))
    snoozes.forget(event())
    assert snoozes.end(60.0) == ()


@given(st.floats(-1e9, 1e9), st.integers(0, 3 * MAX_HELD))
def test_it_is_never_longer_than_allowed_nor_holds_more(seconds: float, bodies: int):
    snoozes = Snoozes()
    snoozes.start(snooze(seconds), 100.0)
    for track in range(bodies):
        snoozes.hold(event(track=track))
    assert 100.0 <= snoozes.until("bath") <= 100.0 + MAX_SNOOZE_SECONDS
    newest = range(max(0, bodies - MAX_HELD), bodies)
    assert [each.track for each in snoozes.end(100.0 + MAX_SNOOZE_SECONDS)] == list(newest)
