import numpy as np
import pytest
from bodies import bent, seated, standing, tilted
from hypothesis import given, settings
from hypothesis import strategies as st
from stand_ins import Always, Low
from watched import EVERYWHERE, Watched

from guardian.events import FallConfirmed
from guardian.falls import FallDetector
from guardian.settings import Falls, Place
from guardian.skeleton import TORSO, Pose
from guardian.window import Grid

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


def sitting_on_the_floor() -> Pose:
    """The torso upright, the hips on the floor, the legs toward the camera."""
    keypoints = standing().keypoints.copy()
    keypoints[:13, 0] += 0.44 * 0.6
    keypoints[13:15, 0] += 0.2 * 0.6
    return Pose(keypoints, 0.7)


def slumped() -> Pose:
    """Sitting on the floor with the torso sunk together, as against a wall."""
    keypoints = sitting_on_the_floor().keypoints.copy()
    keypoints[:11, 0] += 0.16 * 0.6
    return Pose(keypoints, 0.7)


def without_torso(pose: Pose) -> Pose:
    keypoints = pose.keypoints.copy()
    keypoints[list(TORSO), 2] = 0.1
    return Pose(keypoints, pose.score)


def moved_up(pose: Pose, by: float) -> Pose:
    """As who falls away from the camera: farther off, and so higher in the picture."""
    keypoints = pose.keypoints.copy()
    keypoints[:, 0] -= by
    return Pose(keypoints, pose.score)


def dropped(watched: Watched, end: Pose, seconds: float = 0.5, start: Pose | None = None) -> Watched:
    """Somebody who stood (or was at `start`) comes to that pose, evenly."""
    first, frames = (start or standing()).keypoints, round(seconds * watched.fps)
    for number in range(1, frames + 1):
        watched.show(1 / watched.fps, Pose(first + number / frames * (end.keypoints - first), 0.7))
    return watched


def test_who_sits_on_the_floor_after_a_hard_landing_has_fallen_after_a_longer_while():
    watched = dropped(Watched().show(2, standing()), slumped(), 0.3).show(10, slumped())
    assert watched.names() == ["FallSuspected"]
    watched.show(55, slumped())
    assert watched.names() == ["FallSuspected", "PersonDown", "LongLie"]
    assert watched.events[-2].reasons[-1].startswith("Has not got up from the floor for 6")


def test_who_sits_down_on_the_floor_swiftly_and_stays_there_erect_has_not_fallen():
    watched = dropped(Watched().show(2, standing()), sitting_on_the_floor()).show(120, sitting_on_the_floor())
    assert watched.names() == ["FallSuspected"]


def test_who_sat_on_the_floor_before_lying_down_there_has_let_himself_down():
    sat = dropped(Watched().show(2, standing()), sitting_on_the_floor()).show(6, sitting_on_the_floor())
    lain = dropped(sat, tilted(90), 1.5, sitting_on_the_floor()).show(15, tilted(90))
    assert lain.names() == ["FallSuspected"]
    assert lain.show(40, tilted(90)).names() == ["FallSuspected"]
    assert lain.show(10, tilted(90)).names() == ["FallSuspected", "PersonDown", "LongLie"]


def foreshortened() -> Pose:
    """Lying along the line of sight: low, and folded in the picture as if bent."""
    keypoints = standing().keypoints.copy()
    feet = keypoints[15:, 0].mean()
    keypoints[:, 0] = feet - (feet - keypoints[:, 0]) * 0.5
    keypoints[5:7, 0] = keypoints[11:13, 0] - 0.01
    keypoints[:5, 0] = keypoints[5:7, 0].mean() - 0.01
    return Pose(keypoints, 0.7)


def test_who_lies_along_the_line_of_sight_is_told_of_within_two_minutes_though_nobody_saw_the_fall():
    watched = Watched().show(2, standing()).show(4).show(100, foreshortened())
    assert watched.names() == ["PersonDown"]
    assert watched.show(30, foreshortened()).names() == ["PersonDown", "LongLie"]


def test_who_stays_bent_for_half_a_minute_does_something():
    bending = dropped(Watched().show(2, standing()), bent(), 3).show(30, bent())
    assert bending.show(3, standing()).show(30, bent()).names() == []


def test_who_lies_back_from_sitting_on_the_floor_has_not_fallen():
    sat = Watched().show(2, standing()).show(3).show(20, sitting_on_the_floor())
    back = tilted(90, (0.9, 0.7))
    keypoints = back.keypoints.copy()
    keypoints[:, 0] += sitting_on_the_floor().keypoints[11, 0] - keypoints[11, 0]
    lain = dropped(sat, Pose(keypoints, 0.7), 0.7, sitting_on_the_floor()).show(10, Pose(keypoints, 0.7))
    assert "FallConfirmed" not in lain.names()


def test_who_bends_deep_over_shoes_that_are_out_of_the_picture_has_not_fallen():
    feet = (1.1, 0.7)
    keypoints = bent(feet).keypoints.copy()
    keypoints[:13, 0] += 0.16 * 0.6
    folded = Pose(keypoints, 0.7)
    watched = dropped(Watched().show(2, standing(feet)), folded, 0.6, standing(feet)).show(12, folded)
    assert "FallConfirmed" not in watched.show(3, standing(feet)).names()


def test_a_deep_fall_out_of_the_picture_is_believed_as_soon_as_one_within_it():
    at_edge = standing((0.9, 0.2))
    watched = dropped(Watched().show(2, at_edge), tilted(-80, (0.9, 0.2)), 0.6, at_edge).show(10)
    assert watched.names() == ["FallSuspected", "FallConfirmed"]


def test_who_crouches_and_then_sits_on_a_chair_is_well():
    watched = dropped(Watched().show(2, standing()), sitting_on_the_floor()).show(1, sitting_on_the_floor())
    assert watched.show(60, seated()).names() == ["FallSuspected"]
    assert watched.show(3, standing()).names() == ["FallSuspected"]
    again = watched.fall().show(10, tilted(90)).names()
    assert again == ["FallSuspected", "FallSuspected", "FallConfirmed"]


def test_a_fallen_body_whose_torso_is_hidden_is_not_well():
    watched = Watched().show(2, standing()).fall().show(0.5, tilted(90)).show(20, without_torso(tilted(90)))
    assert watched.names() == ["FallSuspected", "FallConfirmed"]
    assert "out of sight or on the floor" in watched.events[-1].reasons[-1]


def test_a_fall_away_from_the_camera_is_one_though_the_hips_hardly_drop():
    watched = dropped(Watched().show(2, standing()), moved_up(tilted(90), 0.17))
    assert watched.show(10, moved_up(tilted(90), 0.17)).names() == ["FallSuspected", "FallConfirmed"]


def test_who_lies_down_slowly_on_furniture_that_nobody_drew_rests():
    end = moved_up(tilted(90), 0.2)
    watched = dropped(Watched().show(2, standing()).show(3, seated()), end, 6.0, seated())
    assert watched.show(60, end).names() == []


@pytest.mark.parametrize("fps", [2.5, 5.0, 10.0, 15.0, 30.0])
def test_a_fall_is_seen_at_any_frame_rate(fps: float):
    watched = Watched(fps=fps).show(3, standing()).fall(seconds=0.8).show(12, tilted(90))
    assert watched.names() == ["FallSuspected", "FallConfirmed"]
    assert watched.events[-1].time == pytest.approx(3.8 + 4, abs=1)


def test_who_gets_up_by_and_by_is_the_same_person_and_well():
    watched = Watched().show(2, standing()).fall().show(8, tilted(90))
    watched = dropped(watched, standing(), 3.0, tilted(90)).show(4, standing())
    assert watched.names() == ["FallSuspected", "FallConfirmed", "PersonRecovered"]
    assert len({event.track for event in watched.events}) == 1  # type: ignore[attr-defined]


def test_who_stumbles_and_walks_out_of_view_is_not_looked_for_for_ever():
    watched = Watched().show(2, standing()).fall().show(0.5, tilted(90)).show(0.5, standing()).show(120)
    assert watched.names() == ["FallSuspected"]
    assert watched.pipeline._falls._courses == {}
    assert watched.show(5, standing()).names() == ["FallSuspected"]


def test_whoever_leaves_without_falling_is_forgotten():
    watched = Watched().show(3, standing()).show(40)
    assert watched.pipeline._falls._courses == {}


def test_who_lets_herself_down_to_sit_on_the_floor_has_not_fallen():
    watched = dropped(Watched().show(2, standing()), sitting_on_the_floor(), 1.5)
    assert watched.show(60, sitting_on_the_floor()).names() == []


@settings(max_examples=40)
@given(st.sampled_from([standing(), seated(), bent(), tilted(50)]), st.floats(1.5, 6))
def test_slow_ways_into_any_pose_are_no_fall(end: Pose, seconds: float):
    watched = dropped(Watched(fps=5.0).show(1, standing()), end, seconds)
    assert "FallConfirmed" not in watched.show(8, end).names()


def test_an_empty_room_is_nothing():
    detector = FallDetector("kitchen", Falls())
    assert [detector.update((), float(second)) for second in range(100)] == [()] * 100


def away(pose: Pose, x: float) -> Pose:
    """The same body further to the side."""
    keypoints = pose.keypoints.copy()
    keypoints[:, 1] += x
    return Pose(keypoints, pose.score)


def test_who_comes_to_help_is_not_the_fallen_person_on_the_feet_again():
    watched = Watched().show(2, standing((0.9, 0.4), 0.5)).show(1, standing((0.9, 0.4), 0.5))
    for degrees in (10, 30, 60, 90):
        watched.show(0.2, tilted(degrees, (0.9, 0.4), 0.5))
    watched.show(30)
    for step in range(11):
        watched.show(0.3, away(standing((0.9, 1.3), 0.5), -0.05 * step))
    watched.show(10, standing((0.9, 0.8), 0.5))
    assert watched.names() == ["FallSuspected", "FallConfirmed"]


def test_a_lost_body_that_is_found_again_goes_on_where_it_was():
    watched = Watched().show(2, standing()).fall().show(2, tilted(90)).show(25).show(40, tilted(90))
    assert watched.names() == ["FallSuspected", "FallConfirmed", "LongLie"]
    assert watched.show(4, standing()).names()[-1] == "PersonRecovered"
    assert watched.names().count("LongLie") == 1


def test_a_floor_on_which_nobody_was_seen_to_stand_may_be_a_bed():
    watched = Watched().show(50, tilted(90))
    assert watched.names() == []
    assert watched.show(20, tilted(90)).names()[0] == "PersonDown"


def test_who_exercises_on_the_floor_is_well_for_longer_than_who_lies_there():
    watched = dropped(Watched().show(2, standing()), tilted(90), 8.0)
    for _ in range(10):
        watched.show(1, moved_up(tilted(90), 0.1)).show(1, tilted(90))
    assert watched.names() == []
    assert watched.show(40, tilted(90)).names()[0] == "PersonDown"


def test_a_sleeper_who_was_lost_from_sight_still_lies_on_the_furniture_that_nobody_drew():
    end = moved_up(tilted(90), 0.2)
    watched = dropped(Watched().show(2, standing()).show(3, seated()), end, 6.0, seated()).show(30, end)
    assert watched.show(600).show(100, end).names() == []


@pytest.mark.parametrize(("sensitivity", "told"), [("low", False), ("high", True)])
def test_a_doubtful_descent_is_told_by_the_step_of_sensitivity(sensitivity: str, told: bool):  # noqa: FBT001 - a parameter
    watched = Watched(falls=Falls(sensitivity=sensitivity, down_seconds=100)).show(2, standing())
    assert ("FallConfirmed" in dropped(watched, tilted(90), 2.6).show(7, tilted(90)).names()) is told


def test_who_lets_himself_down_behind_something_is_not_looked_for_for_ever():
    watched = dropped(Watched().show(2, standing()), tilted(90), 2.2).show(0.5, tilted(90)).show(60)
    assert watched.names() == ["FallSuspected"]
    assert watched.pipeline._falls._courses == {}


def collapsed(watched: Watched, seconds: float = 0.3) -> Watched:
    """The finder loses hold of a body that goes out of sight: its last poses shrink to the ground."""
    low = standing().keypoints.copy()
    low[:13, 0] += 0.25 * 0.6
    return dropped(watched, Pose(low, 0.7), seconds)


def test_a_body_that_vanishes_on_its_way_down_has_fallen_behind_something():
    watched = collapsed(Watched().show(2, standing()), 0.3)
    assert watched.show(20).names() == ["FallSuspected", "FallConfirmed"]


def test_where_people_leave_a_body_that_vanishes_has_left():
    watched = Watched()
    for _ in range(3):
        watched.show(2, standing()).show(30)
    assert "FallConfirmed" not in collapsed(watched.show(2, standing()), 0.4).show(60).names()
    door = Place(name="door", kind="door", polygon=EVERYWHERE)
    assert "FallConfirmed" not in collapsed(Watched(door).show(2, standing()), 0.4).show(60).names()


def test_at_the_edge_of_the_picture_a_body_that_vanishes_has_left():
    edge = (0.9, 1.25)
    low = standing(edge).keypoints.copy()
    low[:13, 0] += 0.25 * 0.6
    watched = dropped(Watched().show(2, standing(edge)), Pose(low, 0.7), 0.4, standing(edge)).show(60)
    assert "FallConfirmed" not in watched.names()


def test_a_single_pose_before_a_body_is_lost_may_be_anything():
    low = standing().keypoints.copy()
    low[:13, 0] += 0.25 * 0.6
    assert Watched().show(2, standing()).show(0.1, Pose(low, 0.7)).show(60).names() == []


def test_who_bends_down_and_then_falls_has_fallen():
    watched = dropped(Watched().show(2, standing()), sitting_on_the_floor(), 0.5).show(1, sitting_on_the_floor())
    watched = dropped(watched, standing(), 0.6, sitting_on_the_floor()).show(0.5, standing()).fall()
    assert watched.show(8, tilted(90)).names() == ["FallSuspected", "FallSuspected", "FallConfirmed"]


def test_a_body_that_moved_too_fast_to_be_followed_has_fallen():
    far = away(tilted(90), -0.95)
    watched = Watched().show(2, standing()).show(0.5).show(8, far)
    assert len({event.track for event in watched.events}) == 2  # type: ignore[attr-defined]
    assert "FallConfirmed" in watched.names()


def test_on_an_exercise_mat_more_must_speak_for_a_fall():
    slow = dropped(Watched(MAT).show(2, standing()), tilted(90), 2.0).show(10, tilted(90))
    hard = Watched(MAT).show(2, standing()).fall(seconds=0.6).show(10, tilted(90))
    assert "FallConfirmed" not in slow.names()
    assert "FallConfirmed" in hard.names()
    assert "FallConfirmed" in dropped(Watched().show(2, standing()), tilted(90), 2.0).show(10, tilted(90)).names()


def test_hips_that_tremble_over_the_edge_of_the_bed_are_still_in_it():
    bed = Place(name="bed", kind="bed", polygon=((0.0, 0.0), (1.0, 0.0), (1.0, 0.9), (0.0, 0.9)))
    watched = dropped(Watched(bed).show(2, standing()), tilted(90), 12)
    for _ in range(30):
        watched.show(2.5, tilted(90, (0.85, 0.7))).show(0.4, tilted(90, (0.97, 0.7)))
    assert not {"PersonDown", "FallConfirmed"} & set(watched.names())


# The network beside the rules.


def test_what_the_network_is_convinced_of_is_a_fall_and_it_is_said_so():
    scene = Watched(network=Always(5.0)).show(2, standing()).fall().show(10, tilted(90))
    assert scene.names() == ["FallSuspected", "FallConfirmed"]
    (fall,) = (event for event in scene.events if isinstance(event, FallConfirmed))
    assert ("network", 5.0) in fall.evidence


def test_a_fall_behind_something_is_told_sooner_when_the_network_is_convinced():
    def told(network: Always | None) -> float:
        scene = Watched(network=network).show(2, standing()).fall().show(40)
        return next(event.time for event in scene.events if isinstance(event, FallConfirmed))

    assert told(Always(5.0)) < told(None)


def test_what_the_network_denies_is_no_fall_until_the_body_has_been_lying_for_long():
    scene = Watched(network=Always(-5.0)).show(2, standing()).fall().show(30, tilted(90))
    assert scene.names() == ["FallSuspected", "PersonDown"]


def test_who_is_lost_after_a_descent_is_waited_for_whatever_the_network_says():
    scene = Watched(network=Always(-5.0)).show(2, standing()).fall().show(40)
    assert scene.names() == ["FallSuspected"]
    assert scene.show(25).names() == ["FallSuspected", "FallConfirmed", "LongLie"]


def test_whoever_the_rules_do_not_suspect_has_not_fallen_whatever_the_network_says():
    assert Watched(network=Always(6.0)).show(5, standing()).show(20, seated()).names() == []


def sink(scene: Watched, seconds: float, *, tilt: float = 0.0) -> Watched:
    """Somebody whose feet are near the lower edge goes down out of the picture in so many seconds, and is gone."""
    frames = round(seconds * scene.fps)
    for number in range(1, frames + 1):
        part = number / frames
        scene.show(1 / scene.fps, tilted(tilt * part, (0.92 + 0.7 * part, 0.7)))
    return scene.show(90)


def test_who_walks_out_below_the_camera_has_not_fallen_whatever_the_network_says():
    assert sink(Watched(network=Always(6.0)).show(3, standing((0.92, 0.7))), 1.6).names() in ([], ["FallSuspected"])


@pytest.mark.parametrize("network", [None, Always(6.0)])
def test_who_was_suspected_on_the_way_out_and_is_gone_has_only_walked_out(network: Always | None):
    scene = Watched(network=network).show(3, standing((0.65, 0.7)))
    for feet in np.linspace(0.65, 1.25, 14):
        scene.show(0.1, standing((float(feet), 0.7)))
    assert scene.names() == ["FallSuspected"]
    assert scene.show(90).names() == ["FallSuspected"]


def test_who_drops_out_of_the_picture_as_fast_as_one_falls_has_fallen():
    assert "FallConfirmed" in sink(Watched().show(3, standing((0.92, 0.7))), 0.7).names()


def test_who_goes_over_on_the_way_out_of_the_picture_has_fallen():
    assert "FallConfirmed" in sink(Watched().show(3, standing((0.92, 0.7))), 1.6, tilt=80).names()


def test_who_lies_at_the_edge_of_the_picture_has_fallen_when_the_network_is_sure_of_it():
    edge = standing((0.9, 0.05)), tilted(90, (0.9, 0.05))
    calm, sure = (Watched(network=Always(said)).show(2, edge[0]).show(8, edge[1]) for said in (-5.0, 5.0))
    assert "FallConfirmed" not in calm.names()
    assert "FallConfirmed" in sure.names()


def test_whoever_seems_to_rest_but_not_to_sit_has_fallen_when_the_network_is_sure_of_it():
    def lain(said: float) -> list[str]:
        scene = Watched(network=Always(-6.0)).show(3, standing())
        for part in np.linspace(0, 1, 50):
            scene.show(0.1, tilted(90 * part, (0.9 - 0.3 * part, 0.7)))
        scene.pipeline._opinion._network = Always(said)
        return scene.show(6, tilted(90, (0.6, 0.7))).names()

    assert lain(2.0) == []
    assert lain(5.0) == ["FallSuspected", "FallConfirmed"]


def test_who_was_found_again_is_not_fallen_where_the_track_that_lost_them_still_lies():
    scene = Watched(network=Always(6.0)).show(2, standing()).fall().show(1, tilted(90)).show(30, standing())
    assert scene.names() == ["FallSuspected", "PersonRecovered"]


def test_who_has_got_up_has_not_fallen_whatever_the_network_says():
    scene = Watched(network=Always(6.0)).show(2, standing()).fall().show(1, tilted(90)).show(9, standing())
    assert "FallConfirmed" not in scene.names()


def test_the_network_does_not_overrule_a_drawn_bed():
    scene = Watched(BED, network=Always(6.0)).show(2, standing()).fall().show(30, tilted(90))
    assert "FallConfirmed" not in scene.names()


@given(st.floats(-10, 10))
@settings(max_examples=15, deadline=None)
def test_who_lies_is_told_of_in_the_end_whatever_the_network_says(nats: float):
    scene = Watched(network=Always(nats)).show(2, standing()).fall().show(75, tilted(90))
    assert {"FallConfirmed", "PersonDown"} & set(scene.names())
    assert "LongLie" in scene.names()


def slides(network: Always | Low | None, seconds: float) -> Watched:
    """Somebody goes down too slowly for the rules to see a descent, and lies there for so long."""
    return Watched(network=network).show(2, standing()).fall(seconds=12).show(seconds, tilted(90))


def test_a_slide_in_which_the_rules_saw_no_descent_is_a_fall_when_the_network_is_sure():
    scene = slides(Low(sure=5.0), 8)
    assert slides(None, 8).names() == []
    assert scene.names() == ["FallSuspected", "FallConfirmed"]
    fall = scene.events[-1]
    assert isinstance(fall, FallConfirmed)
    assert "no descent was seen" in fall.reasons[0]
    assert fall.evidence == (("network", 5.0),)


def test_who_lies_down_beside_a_drawn_sofa_and_ends_on_it_rests_there():
    beyond = Place(name="sofa", kind="sofa", polygon=((0.7, 0.85), (0.95, 0.85), (0.95, 1.0), (0.7, 1.0)))
    scene = Watched(beyond, network=Low(sure=5.0)).show(2, standing())
    for degrees in np.arange(0, 90, 2):
        scene.show(0.1, tilted(degrees))
    assert not {"FallConfirmed", "PersonDown"} & set(scene.show(40, tilted(90)).names())


def test_of_a_slide_the_network_must_be_surer_than_of_a_descent():
    assert slides(Low(sure=2.5), 8).names() == []


def test_a_network_that_is_sure_for_a_moment_only_is_not_heard():
    class Hesitant(Low):
        def judge(self, grid: Grid) -> float:
            super().judge(grid)
            return 5.0 if self.asked % 4 == 0 else -5.0

    assert slides(Hesitant(), 8).names() == []


@pytest.mark.parametrize("place", [MAT, BED])
def test_where_one_may_lie_the_network_alone_says_nothing(place: Place):
    scene = Watched(place, network=Low(sure=5.0)).show(2, standing()).fall(seconds=12).show(8, tilted(90))
    assert scene.names() == []


def test_who_falls_while_the_network_alone_suspects_has_fallen_by_the_rules():
    scene = Watched(network=Always(5.0)).show(2, standing()).fall(60, 8).show(0.6, tilted(60)).show(0.1, tilted(75))
    scene.show(6, tilted(90))
    assert scene.names() == ["FallSuspected", "FallSuspected", "FallConfirmed"]
    fall = scene.events[-1]
    assert isinstance(fall, FallConfirmed)
    assert "Shoulders dropped" in fall.reasons[0]


def test_where_nobody_was_seen_to_stand_the_network_alone_says_nothing_since_it_may_be_a_bed():
    assert Watched(network=Low(sure=5.0)).show(8, tilted(90)).names() == []


def test_a_body_that_goes_out_of_sight_as_it_falls_is_a_fall_when_the_network_is_sure():
    def vanishes(network: Low | None) -> list[str]:
        scene = Watched(network=network).show(2, standing()).fall(seconds=12)
        return scene.show(9).names()

    assert vanishes(None) == []
    assert vanishes(Low(sure=5.0)) == ["FallSuspected", "FallConfirmed"]


SOFA = Place(name="sofa", kind="sofa", polygon=EVERYWHERE)


@pytest.mark.parametrize(
    ("places", "sure", "told"),
    [((), 5.0, "FallConfirmed"), ((), 1.0, None), ((SOFA,), 5.0, None)],
    ids=["sure", "unsure", "drawn"],
)
def test_who_came_down_and_seems_to_rest_above_the_floor_has_fallen_if_the_network_is_sure_and_no_furniture_is_drawn(
    places: tuple[Place, ...], sure: float, told: str | None
):
    scene = Watched(*places, network=Always(sure)).show(2, standing())
    for part in np.linspace(0, 1, 22):
        scene.show(0.1, tilted(90 * part, feet=(0.9 - 0.25 * part, 0.7)))
    scene.show(9, tilted(90, feet=(0.65, 0.7)))
    assert scene.names()[:1] == ["FallSuspected"]
    assert (scene.names()[-1] if told else None) == told
    assert ("FallConfirmed" in scene.names()) is (told is not None)


CHAIR = Place(name="chair", kind="chair", polygon=EVERYWHERE)


@pytest.mark.parametrize("places", [(), (CHAIR,)])
def test_who_leans_far_back_in_a_chair_rests_whether_it_is_drawn_or_not(places: tuple[Place, ...]):
    scene = Watched(*places).show(2, standing())
    for part in np.linspace(0, 1, 40):
        scene.show(0.1, tilted(90 * part, feet=(0.9 - 0.25 * part, 0.7)))
    assert scene.show(40, tilted(90, feet=(0.65, 0.7))).names() == []
