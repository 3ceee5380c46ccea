from datetime import datetime, timezone

import pytest

from guardian.events import CameraMoved, Event, FaultOccurred, PauseEnded, PersonAppeared, RoomPaused, ViewLost
from guardian.moment import Moment
from guardian.sight import STARTING, Sight

MOMENT = Moment(100.0, datetime(2025, 6, 1, 12, 0, tzinfo=timezone.utc))
PAUSED = RoomPaused(time=100.0, room="bath", seconds=900.0, by="Anna", via="web")
SENTENCE = "The camera is closed: Anna has paused it until 12:15."


def sight(*events: Event) -> Sight:
    made = Sight(blind=None)
    for event in events:
        made.turn(event, MOMENT)
        made.take(event)
    return made


def test_a_room_that_is_paused_is_neither_blind_nor_armed_and_nobody_is_known_to_be_there():
    there = PersonAppeared(time=99.0, room="bath", track=1)
    made = sight(there, PAUSED)
    assert (made.coverage().state, made.coverage().reasons) == ("paused", (SENTENCE,))
    assert made.occupancy() == {"occupied": None, "count": 0, "persons": []}


@pytest.mark.parametrize("before", [ViewLost(time=1.0, room="bath"), CameraMoved(time=1.0, room="bath")])
def test_what_was_amiss_before_does_not_hide_that_it_is_paused(before: Event):
    assert sight(before, PAUSED).coverage().state == "paused"


def test_a_part_that_does_not_work_is_told_beside_it():
    fault = FaultOccurred(time=1.0, room="bath", part="sandbox", reasons=("The eye is not confined.",))
    assert sight(fault, PAUSED).coverage().reasons == (SENTENCE, "The eye is not confined.")


def test_when_it_is_over_the_room_is_blind_until_a_frame_comes():
    made = sight(PAUSED, PauseEnded(time=101.0, room="bath"))
    assert (made.coverage().state, made.coverage().reasons) == ("blind", (STARTING,))
    assert made.blind is STARTING  # by which the bulletin knows that the next frame is the first
