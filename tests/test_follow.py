from math import cos, pi, sin
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.eye.follow import SIDE_LIMITS, Body, around, plausible, pose_score, reach, same_body, torso_score, turn
from guardian.skeleton import KEYPOINTS, Keypoint, Keypoints

# (x to the right, y up) of a standing body seen from the front, in units of its height above the hips' middle.
STANDING = {
    Keypoint.NOSE: (0.0, 0.42),
    Keypoint.LEFT_EYE: (0.02, 0.44),
    Keypoint.RIGHT_EYE: (-0.02, 0.44),
    Keypoint.LEFT_EAR: (0.04, 0.43),
    Keypoint.RIGHT_EAR: (-0.04, 0.43),
    Keypoint.LEFT_SHOULDER: (0.12, 0.29),
    Keypoint.RIGHT_SHOULDER: (-0.12, 0.29),
    Keypoint.LEFT_ELBOW: (0.15, 0.11),
    Keypoint.RIGHT_ELBOW: (-0.15, 0.11),
    Keypoint.LEFT_WRIST: (0.16, -0.04),
    Keypoint.RIGHT_WRIST: (-0.16, -0.04),
    Keypoint.LEFT_HIP: (0.08, 0.0),
    Keypoint.RIGHT_HIP: (-0.08, 0.0),
    Keypoint.LEFT_KNEE: (0.08, -0.25),
    Keypoint.RIGHT_KNEE: (-0.08, -0.25),
    Keypoint.LEFT_ANKLE: (0.08, -0.49),
    Keypoint.RIGHT_ANKLE: (-0.08, -0.49),
}


def body(y: float = 0.5, x: float = 0.6, height: float = 0.6, turned: float = 0.0, score: float = 0.8) -> Keypoints:
    keypoints = np.full((KEYPOINTS, 3), score, np.float32)
    for which, (right, up) in STANDING.items():
        keypoints[which, 0] = y + height * (right * sin(turned) - up * cos(turned))
        keypoints[which, 1] = x + height * (right * cos(turned) + up * sin(turned))
    return keypoints


bodies = st.builds(
    body,
    y=st.floats(0.2, 0.8),
    x=st.floats(0.2, 1.5),
    height=st.floats(0.15, 1.0),
    turned=st.floats(-3, 3),
    score=st.floats(0.2, 1).map(lambda score: score + 0.001),
)


@given(bodies)
def test_a_body_looks_like_one_whichever_way_it_lies(keypoints: Keypoints):
    assert plausible(keypoints)


@given(st.floats(-3, 3))
def test_the_turn_of_a_torso_is_told(turned: float):
    assert turn(body(turned=turned)) == pytest.approx(turned, abs=1e-4)


@given(bodies, st.booleans())
def test_the_next_crop_holds_the_whole_body_and_can_stand_it_up(keypoints: Keypoints, up: bool):  # noqa: FBT001
    crop = around(keypoints, turn(keypoints) if up else 0.0)
    inside = crop.to_picture(keypoints[:, :2])
    assert SIDE_LIMITS[0] <= crop.side <= SIDE_LIMITS[1]
    assert inside.min() >= 0
    assert inside.max() <= 1
    if up:
        assert inside[Keypoint.NOSE, 0] < inside[Keypoint.LEFT_HIP, 0] < inside[Keypoint.LEFT_ANKLE, 0]


def test_few_keypoints_are_no_body():
    keypoints = body(score=0.1)
    keypoints[:4, 2] = 0.9
    assert not plausible(keypoints)
    keypoints[4, 2] = 0.9
    assert plausible(keypoints)


@pytest.mark.parametrize("far", [Keypoint.LEFT_ANKLE, Keypoint.RIGHT_WRIST, Keypoint.LEFT_KNEE, Keypoint.RIGHT_ELBOW])
def test_a_limb_out_of_all_proportion_is_no_body_unless_it_is_a_guess(far: Keypoint):
    keypoints = body()
    keypoints[far, :2] += 1.0
    assert not plausible(keypoints)
    keypoints[far, 2] = 0.1
    assert plausible(keypoints)


def test_all_in_one_point_is_no_length_at_all():
    keypoints = np.full((KEYPOINTS, 3), 0.5, np.float32)
    keypoints[Keypoint.LEFT_ANKLE, :2] = 0.6
    assert not plausible(keypoints)


def test_scores_are_the_weakest_of_the_torso_and_the_mean_of_all():
    keypoints = body(score=0.5)
    keypoints[Keypoint.RIGHT_HIP, 2] = 0.25
    keypoints[Keypoint.NOSE, 2] = 0.1
    assert torso_score(keypoints) == pytest.approx(0.25)
    assert pose_score(keypoints) == pytest.approx((15 * 0.5 + 0.25 + 0.1) / 17)


def test_reach_takes_no_notice_of_guesses():
    keypoints = body(height=0.6)
    keypoints[Keypoint.LEFT_WRIST] = (0.5, 5.0, 0.1)
    assert reach(keypoints) == pytest.approx(0.49 * 0.6, abs=1e-4)


@given(bodies, st.floats(0, 0.2), st.floats(0, 2 * pi))
def test_a_body_that_moved_a_little_is_the_same_and_one_an_arm_away_is_another(
    keypoints: Keypoints, share: float, way: float
):
    step = reach(keypoints) * np.array([sin(way), cos(way), 0], np.float32)
    assert same_body(keypoints, keypoints + share * step)
    assert not same_body(keypoints, keypoints + 1.1 * step)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {"turned": 1.5}, 1.5),
        ({}, {"turned": -1.2}, -1.2),
        ({}, {"turned": 0.4}, None),
        ({"turned": 1.5}, {"turned": 1.5}, None),
        ({"score": 0.25}, {"turned": 1.5}, None),
    ],
    ids=["fell right", "fell left", "still up", "never up", "up, but hardly seen"],
)
def test_only_what_stood_before_is_looked_at_turned(
    before: dict[str, Any], after: dict[str, Any], expected: float | None
):
    followed = Body(body(), found=0.0, seen=0.0)
    followed.learn(body(**before), 1.0)
    followed.learn(body(**after), 2.0)
    turned = followed.turned()
    assert followed.seen == 2.0
    assert turned == (None if expected is None else pytest.approx(expected, abs=1e-4))
