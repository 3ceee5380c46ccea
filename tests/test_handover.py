"""Who leaves a room and comes into another: what was made of them goes along."""

from dataclasses import replace

import pytest
from lived import figure

from guardian.handover import CONTINUITY, OVERLAP_SECONDS, REMEMBERED_SECONDS, WITHIN_SECONDS, Handover
from guardian.likeness import Belief
from guardian.posture import Figure
from guardian.tracking import TrackState

ANN: Belief = (("Ann", 8.0), ("Ben", 0.1), (None, 0.3))
BEN: Belief = (("Ann", 0.1), ("Ben", 8.0), (None, 0.3))


class Rooms:
    """Two rooms and who is seen in them."""

    def __init__(self) -> None:
        self.handover = Handover()

    def leave(self, room: str, track: int, at: float, belief: Belief = (), **more: object) -> "Rooms":
        """Be seen last at `at`, and be taken for gone a second later."""
        self.handover.update(room, (body(track, at - 5.0, at, belief=belief, **more),), at)
        gone = body(track, at - 5.0, at, belief=belief, state=TrackState.LOST, hit=False, **more)
        self.handover.update(room, (gone,), at + 1.0)
        self.handover.update(room, (), at + 1.1)
        return self

    def come(self, room: str, track: int, at: float, **more: object) -> object:
        """Come in at `at`; return what was made before of who came, a second later."""
        self.handover.update(room, (body(track, at, at, state=TrackState.TENTATIVE, **more),), at)
        return self.stay(room, track, at, at + 0.5)

    def stay(self, room: str, track: int, born: float, now: float) -> object:
        return self.handover.update(room, (body(track, born, now, leaving=False),), now).get(track)


def body(
    track: int,
    born: float,
    seen: float,
    *,
    belief: Belief = (),
    state: TrackState = TrackState.CONFIRMED,
    hit: bool = True,
    leaving: bool = True,
    place: str | None = None,
) -> Figure:
    some = figure(place=place, track=track, state=state)
    person = replace(some.person, belief=belief, track=replace(some.person.track, born=born, seen=seen, hit=hit))
    return replace(some, person=person, leaving=leaving)


def test_what_was_made_of_who_left_goes_along():
    assert Rooms().leave("hall", 1, 10.0, ANN).come("den", 1, 14.0) == ((CONTINUITY, ANN),)


@pytest.mark.parametrize("after", [-OVERLAP_SECONDS - 0.1, WITHIN_SECONDS + 0.1])
def test_it_goes_along_only_within_a_time_in_which_one_can_have_walked(after: float):
    assert Rooms().leave("hall", 1, 10.0, ANN).come("den", 1, 10.0 + after) == ()


def test_a_door_within_the_picture_leads_out_as_its_edge_does():
    rooms = Rooms().leave("hall", 1, 10.0, ANN, leaving=False, place="door")
    assert rooms.come("den", 1, 14.0, leaving=False, place="door") == ((CONTINUITY, ANN),)


def test_who_is_lost_from_sight_within_a_room_has_not_left_it():
    assert Rooms().leave("hall", 1, 10.0, ANN, leaving=False).come("den", 1, 14.0) == ()
    assert Rooms().leave("hall", 1, 10.0, ANN, leaving=False, place="bed").come("den", 1, 14.0) == ()


def test_who_turns_up_within_a_room_has_not_come_in():
    assert Rooms().leave("hall", 1, 10.0, ANN).come("den", 1, 14.0, leaving=False) is None


def test_who_is_found_again_had_not_left():
    rooms = Rooms().leave("hall", 1, 10.0, ANN)
    rooms.handover.update("hall", (body(1, 5.0, 12.0),), 12.0)
    assert rooms.come("den", 1, 14.0) == ()


def test_each_of_two_who_left_may_be_who_came():
    rooms = Rooms().leave("hall", 1, 10.0, ANN).leave("hall", 2, 11.0, BEN)
    assert rooms.come("den", 1, 14.0) == ((CONTINUITY / 2, ANN), (CONTINUITY / 2, BEN))


def test_who_came_second_halves_what_the_first_has():
    rooms = Rooms().leave("hall", 1, 10.0, ANN)
    rooms.come("den", 1, 14.0)
    assert rooms.come("bath", 1, 15.0) == ((CONTINUITY / 2, ANN),)
    assert rooms.stay("den", 1, 14.0, 16.0) == ((CONTINUITY / 2, ANN),)


def test_two_who_cross_or_turn_round_in_the_door_are_each_perhaps_either():
    rooms = Rooms().leave("hall", 1, 10.0, ANN).leave("den", 1, 10.5, BEN)
    rooms.come("den", 2, 14.0)
    rooms.come("hall", 2, 14.5)
    either = ((CONTINUITY / 2, ANN), (CONTINUITY / 2, BEN))
    assert rooms.stay("den", 2, 14.0, 15.0) == rooms.stay("hall", 2, 14.5, 15.0) == either


def test_what_was_long_ago_is_forgotten_and_so_is_everything_when_asked():
    rooms = Rooms().leave("hall", 1, 10.0, ANN)
    rooms.come("den", 1, 14.0)
    assert rooms.stay("den", 1, 14.0, 14.5 + WITHIN_SECONDS) is None
    rooms.handover.update("bath", (), 14.0 + 2 * REMEMBERED_SECONDS)
    assert not rooms.handover._left
    assert not rooms.handover._came
    again = Rooms().leave("hall", 1, 10.0, ANN)
    again.handover.forget()
    assert again.come("den", 1, 14.0) == ()
