import numpy as np
import pytest
from bodies import standing

from guardian.skeleton import ANKLES, HEAD, HIPS, KEYPOINTS, KNEES, LIMBS, SHOULDERS, TORSO, Keypoint, Observation, Pose


def test_a_pose_keeps_what_it_has_seen_whatever_becomes_of_the_array():
    keypoints = np.full((KEYPOINTS, 3), 0.5)
    pose = Pose(keypoints, 0.9)
    keypoints[:] = 0.0
    assert (pose.keypoints == 0.5).all()
    assert pose.keypoints.dtype == np.float32
    with pytest.raises(ValueError, match="read-only"):
        pose.keypoints[0, 0] = 1.0


def test_a_pose_that_was_turned_upright_knows_where_the_picture_shows_it():
    askew = standing((0.8, 0.4)).keypoints
    assert (Pose(standing().keypoints, 0.9, askew).picture == askew).all()
    assert (standing().picture == standing().keypoints).all()


@pytest.mark.parametrize("shape", [(16, 3), (17, 2), (51,), (1, 17, 3)])
def test_keypoints_of_another_shape_are_no_pose(shape: tuple[int, ...]):
    with pytest.raises(ValueError, match=r"not \(17, 3\)"):
        Pose(np.zeros(shape), 0.9)


def test_every_keypoint_hangs_on_the_others_by_limbs_but_the_head_which_is_drawn_apart():
    reached, edge = {Keypoint.LEFT_SHOULDER}, {Keypoint.LEFT_SHOULDER}
    while edge:
        edge = {b for pair in LIMBS for a, b in (pair, pair[::-1]) if a in edge} - reached
        reached |= edge
    assert reached == set(Keypoint) - set(HEAD)
    assert {keypoint for limb in LIMBS for keypoint in limb} == set(Keypoint)


def test_groups_of_keypoints_are_left_and_right_of_the_same():
    for pair in (SHOULDERS, HIPS, KNEES, ANKLES):
        left, right = (keypoint.name for keypoint in pair)
        assert left.removeprefix("LEFT_") == right.removeprefix("RIGHT_")
    assert set(TORSO) == {*SHOULDERS, *HIPS}


def test_two_looks_at_the_same_thing_are_equal_whatever_their_number():
    pose = standing()
    assert Observation(time=1.0, poses=(pose,), frame=1) == Observation(time=1.0, poses=(pose,), frame=2)
    assert Observation(time=1.0, poses=(pose,)) != Observation(time=1.0, poses=(standing(),))
