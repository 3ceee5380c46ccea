import pytest
from bodies import bent, seated, standing, tilted
from watched import EVERYWHERE, Watched

from guardian.settings import Place
from guardian.skeleton import Pose

BED = Place(name="bed", kind="bed", polygon=EVERYWHERE)
MAT = Place(name="mat", kind="mat", polygon=EVERYWHERE)


@pytest.mark.parametrize("degrees", [90, -90])
def test_a_fast_descent_that_stays_down_is_a_fall(degrees: float):
    scene = Watched().show(2, standing()).fall(degrees).show(10, tilted(degrees))
    assert scene.names() == ["FallSuspected", "FallConfirmed"]
    suspected, confirmed = (event for event in scene.events if type(event).__name__.startswith("Fall"))
    assert suspected.time - 2.8 <= 0.2
    assert confirmed.time - 2.8 <= 6
    assert "Shoulders dropped by" in confirmed.reasons[0]
    assert confirmed.room == "kitchen"


def test_who_stays_on_the_floor_becomes_a_long_lie_once():
    scene = Watched().show(2, standing()).fall().show(150, tilted(90))
    assert scene.names() == ["FallSuspected", "FallConfirmed", "LongLie"]


def test_getting_up_at_once_is_a_recovery_and_no_fall():
    scene = Watched().show(2, standing()).fall().show(1, tilted(90)).show(5, standing())
    assert scene.names() == ["FallSuspected", "PersonRecovered"]


def test_a_skeleton_that_vanishes_after_a_descent_is_a_fall_behind_something():
    scene = Watched().show(2, standing()).fall().show(40)
    assert scene.names() == ["FallSuspected", "FallConfirmed"]
    assert scene.show(60).names()[-1] == "LongLie"


def test_a_vanished_faller_recovers_when_somebody_stands_up_there():
    scene = Watched().show(2, standing()).fall().show(40).show(3, standing())
    assert scene.names()[-1] == "PersonRecovered"


def test_walking_out_of_view_is_nothing():
    assert Watched().show(3, standing()).show(90).names() == []


@pytest.mark.parametrize("body", [bent(), seated()])
def test_bending_and_sitting_down_are_nothing(body: Pose):
    assert Watched().show(2, standing()).show(0.3, body).show(30, body).show(3, standing()).names() == []


def test_lying_down_slowly_on_the_floor_is_told_as_person_down():
    scene = Watched().show(2, standing()).fall(seconds=12).show(60, tilted(90))
    assert scene.names() == ["PersonDown", "LongLie"]


def test_who_lies_on_a_bed_rests_however_fast():
    assert "FallConfirmed" not in Watched(BED).show(2, standing()).fall().show(60, tilted(90)).names()
    assert Watched(BED).show(2, standing()).fall(seconds=12).show(120, tilted(90)).names() == []


def test_on_an_exercise_mat_one_may_lie_longer():
    scene = Watched(MAT).show(2, standing()).fall(seconds=12).show(40, tilted(90))
    assert scene.names() == []
    assert scene.show(40, tilted(90)).names()[0] == "PersonDown"


def test_a_collapse_takes_longer_to_be_sure_of():
    fast = Watched().show(2, standing()).fall(seconds=0.8).show(20, tilted(90))
    slow = Watched().show(2, standing()).fall(seconds=2.2).show(20, tilted(90))
    delays = [scene.events[-1].time - 2 for scene in (fast, slow)]
    assert [scene.names()[-1] for scene in (fast, slow)] == ["FallConfirmed", "FallConfirmed"]
    assert delays[0] < delays[1]


def test_a_second_person_who_walks_by_changes_nothing():
    other = standing((0.95, 0.2), stature=0.7)
    scene = Watched().show(2, standing(), other).fall(90, 0.8, other)
    assert scene.show(10, tilted(90), other).names() == ["FallSuspected", "FallConfirmed"]


def test_feet_that_a_fall_takes_along_do_not_lift_the_floor():
    scene = Watched().show(2, standing((0.75, 0.7), 0.5))
    for feet in (0.80, 0.86, 0.92, 0.97):
        scene.show(0.1, standing((feet, 0.7), 0.5))
    scene.show(0.1, tilted(45, (0.9, 0.5), 0.5)).show(10, tilted(90, (0.8, 0.3), 0.5))
    assert scene.names() == ["FallSuspected", "FallConfirmed"]


def test_who_lies_with_the_knees_toward_the_camera_is_down():
    keypoints = tilted(90).keypoints.copy()
    keypoints[13:, 0] += 0.16
    lying = Pose(keypoints, 0.7)
    scene = Watched().show(2, standing()).fall(seconds=0.6).show(10, lying)
    assert scene.names() == ["FallSuspected", "FallConfirmed"]
    assert scene.events[-1].time - 2.6 < 6
