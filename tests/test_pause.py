import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.events import PauseAsked, PauseEnded, RoomPaused
from guardian.incident import Incident, IncidentState
from guardian.moment import Moment
from guardian.pause import ENDED, KEEP_SECONDS, NONE_ON, Pause, Pauses, answer, refusal
from guardian.settings import Privacy

ROOMS = ("bath", "kitchen")
NOON = datetime(2025, 6, 1, 12, 0, tzinfo=timezone.utc)
LIMITS = Privacy(pause_seconds=600, longest_pause_seconds=7_200)
OPEN = Incident(id="i", room="bath", kind="FallConfirmed", state=IncidentState.RAISED, opened=1.0, changed=1.0)


def asked(seconds: float | None = None, room: str = "") -> PauseAsked:
    return PauseAsked(time=0.0, room=room, by="Anna", via="web", seconds=seconds)


def at(monotonic: float, wall: float | None = None) -> Moment:
    return Moment(monotonic, NOON + timedelta(seconds=monotonic if wall is None else wall))


def made(*, now: float = 0.0, seconds: float | None = None, room: str = "") -> Pauses:
    pauses = Pauses(ROOMS, LIMITS)
    pauses.ask(asked(seconds, room), now)
    return pauses


def kept(pauses: Pauses, moment: Moment) -> str:
    body = pauses.due(moment)
    assert body is not None
    return body


def test_every_camera_is_paused_for_the_configured_time_and_opens_by_itself():
    pauses = Pauses(ROOMS, LIMITS)
    done = pauses.ask(asked(), 100.0)
    assert done == tuple(RoomPaused(time=100.0, room=room, seconds=600.0, by="Anna", via="web") for room in ROOMS)
    assert "bath" in pauses
    assert pauses.tick(699.9) == ()
    assert pauses.tick(700.0) == tuple(PauseEnded(time=700.0, room=room) for room in ROOMS)
    assert pauses.all == ()


def test_one_room_is_paused_and_opened_early_and_by_whom():
    pauses = made(seconds=900.0, room="bath")
    assert pauses.all == (Pause("bath", 0.0, 900.0, "Anna", "web"),)
    assert pauses.ask(asked(0.0, "kitchen"), 5.0) == ()
    assert pauses.ask(asked(0.0), 5.0) == (PauseEnded(time=5.0, room="bath", by="Anna", via="web"),)


def test_asking_again_prolongs_or_shortens_and_the_longest_is_the_limit():
    pauses = made(seconds=900.0, room="bath")
    assert pauses.ask(asked(60.0, "bath"), 10.0)[0].seconds == 70.0  # from its beginning on
    pauses.ask(asked(86_400.0, "bath"), 20.0)
    assert pauses.all == (Pause("bath", 0.0, 20.0 + 7_200.0, "Anna", "web"),)


def test_what_is_no_time_is_none():
    assert made(seconds=float("nan")).all == ()


@pytest.mark.parametrize("room", ["", "bath"])
@pytest.mark.parametrize("matter", ["bath", ""])
def test_a_camera_that_is_needed_stays_open(room: str, matter: str):
    said = refusal(asked(room=room), [replace(OPEN, room=matter)], (), None)
    assert said.startswith(f"Something is the matter {'in the bath' if matter else 'at home'}")
    assert refusal(asked(0.0, room), [OPEN], (), None) == ""


def test_another_room_may_be_paused_meanwhile():
    assert refusal(asked(room="kitchen"), [OPEN], ("bath",), "bath") == ""


def test_while_alarms_are_held_or_a_drill_is_on_the_cameras_stay_open():
    assert refusal(asked(room="bath"), (), ("bath",), None).startswith("Alarms of the bath are paused")
    assert refusal(asked(), (), ("bath",), None).startswith("Alarms of the bath are paused")
    assert refusal(asked(room="bath"), (), ("",), None).startswith("All alarms are paused")
    assert "drill" in refusal(asked(), (), (), "bath")
    assert "drill" in refusal(asked(room="bath"), (), (), "bath")


def test_whoever_asked_is_answered():
    pauses = Pauses(ROOMS, LIMITS)
    assert answer(pauses.ask(asked(), 0.0), at(0.0)) == "Paused until 12:10: bath, kitchen."
    assert answer(pauses.ask(asked(0.0), 1.0), at(1.0)) == ENDED
    assert answer(pauses.ask(asked(0.0), 1.0), at(1.0)) == NONE_ON


def test_it_is_kept_when_it_changes_and_from_time_to_time():
    pauses = Pauses(ROOMS, LIMITS)
    assert pauses.due(at(0.0)) is None
    pauses.ask(asked(), 0.0)
    assert pauses.due(at(0.0)) is not None
    assert pauses.due(at(KEEP_SECONDS - 1)) is None
    assert pauses.due(at(KEEP_SECONDS)) is not None
    pauses.tick(600.0)
    assert json.loads(kept(pauses, at(600.0)))["pauses"] == []
    assert pauses.due(at(900.0)) is None


def test_a_restart_does_not_end_it_before_or_after_its_wall_time():
    before, after = made(seconds=600.0, room="bath"), Pauses(ROOMS, LIMITS)
    (event,) = after.recall(kept(before, at(60.0)), at(5.0, wall=160.0))  # this process began its own seconds
    assert (event.time, event.seconds) == (5.0 - 160.0, 600.0)
    assert after.all == (Pause("bath", -155.0, 445.0, "Anna", "web"),)


def test_one_that_was_over_while_the_box_was_off_is_over():
    assert Pauses(ROOMS, LIMITS).recall(kept(made(), at(0.0)), at(0.0, wall=600.0)) == ()


def test_one_that_was_over_does_not_come_back_when_the_clock_goes_back():
    body = kept(made(), at(0.0))
    pauses = Pauses(ROOMS, LIMITS)
    assert pauses.recall(body, at(0.0, wall=700.0)) == ()
    assert Pauses(ROOMS, LIMITS).recall(kept(pauses, at(1.0, wall=701.0)), at(0.0)) == ()


def test_each_restart_with_a_clock_that_has_gone_back_costs_something():
    body, starts = kept(made(seconds=600.0), at(0.0)), 0
    pauses = Pauses(ROOMS, LIMITS)
    while pauses.recall(body, at(0.0, wall=-1e6 * (starts + 1))):
        body, starts = kept(pauses, at(0.0, wall=-1e6 * (starts + 1))), starts + 1
    assert starts == 600.0 / KEEP_SECONDS - 1


def test_a_room_that_is_gone_is_left_out():
    assert Pauses(("hall",), LIMITS).recall(kept(made(), at(0.0)), at(0.0)) == ()


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        "no json",
        '{"at": 1, "pauses": [{"room": "bath", "gone": -1, "left": 5, "by": "a", "via": "b"}]}',
        '{"at": 1, "pauses": [{"room": "bath", "gone": 1, "left": NaN, "by": "a", "via": "b"}]}',
        '{"at": 1, "pauses": [3]}',
    ],
)
def test_what_is_damaged_pauses_nothing(body: str):
    pauses = Pauses(ROOMS, LIMITS)
    with pytest.raises((ValueError, KeyError, TypeError)):
        pauses.recall(body, at(0.0))
    assert pauses.all == ()


@given(st.lists(st.tuples(st.floats(1.0, 50_000.0), st.floats(-1e6, 1e6)), min_size=1, max_size=300))
def test_no_clock_and_no_restart_makes_it_endless(runs: list[tuple[float, float]]):
    """Each run of the box lasts for some seconds, and begins with the clock stepped by some."""
    pauses, wall, up = made(seconds=7_200.0), 0.0, 0.0
    body = kept(pauses, at(0.0))
    for lasts, step in runs:
        wall += step
        pauses = Pauses(ROOMS, LIMITS)
        pauses.recall(body, at(0.0, wall=wall))
        if not pauses.all:
            break
        assert all(pause.until + up <= 7_200.0 + 1e-3 for pause in pauses.all)
        lived = min(lasts, pauses.all[0].until)
        pauses.tick(lived)
        body = kept(pauses, at(lived, wall=wall + lived))
        wall, up = wall + lived, up + lived
    assert up <= 7_200.0 + 1e-3
