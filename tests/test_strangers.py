import pytest
from lived import Lived, figure

from guardian.events import StrangerSeen
from guardian.identity import Recognition
from guardian.posture import Posture
from guardian.strangers import SURE_SECONDS

STRANGER = figure(recognition=Recognition.STRANGER, track=7, place="chair")
SLEEPER = figure(Posture.LYING, "bed")


def test_a_stranger_while_the_household_is_asleep_is_told_once():
    lived = Lived("2025-06-04T02:00").be(10, "bedroom", SLEEPER).be(5, "hall", STRANGER)
    (event,) = lived.named(StrangerSeen)
    assert isinstance(event, StrangerSeen)
    assert (event.room, event.track, event.place) == ("hall", 7, "chair")
    assert event.reasons[0].endswith("when the household is asleep.")


def test_a_stranger_while_everybody_is_out_is_told():
    lived = Lived("2025-06-04T12:00").be(1, "hall", figure(place="exit")).be(60).be(1, "hall", STRANGER)
    (event,) = lived.named(StrangerSeen)
    assert event.reasons[0].endswith("and everybody had gone out.")


@pytest.mark.parametrize("at", ["2025-06-04T15:00", "2025-06-03T22:30"])
def test_by_day_and_while_somebody_is_up_a_stranger_may_be_a_visitor(at: str):
    lived = Lived(at).be(15, "kitchen", figure()).be(5, "kitchen", figure(), STRANGER)
    assert lived.named(StrangerSeen) == []


def test_who_is_misread_for_a_moment_or_undecided_is_no_stranger():
    lived = Lived("2025-06-04T02:00").be(1, "hall", figure())
    for _ in range(20):
        lived.be(0.6 * SURE_SECONDS / 60, "hall", STRANGER).be(0.1, "hall", figure(track=7))
    assert lived.named(StrangerSeen) == []


def test_somebody_who_is_known_and_comes_home_ends_being_away():
    lived = Lived("2025-06-04T12:00").be(1, "hall", figure(place="exit")).be(60).be(1, "hall", figure(who="Anna"))
    assert lived.be(1, "hall", STRANGER).named(StrangerSeen) == []
