import numpy as np
import pytest
from bodies import standing, tilted
from hypothesis import given
from hypothesis import strategies as st

from guardian.geometry import (
    Box,
    contains,
    distance,
    extent,
    head_of,
    mean_score,
    middle,
    overlap,
    spread,
    stature,
    tilt,
    torso_length,
    torso_tilt,
)
from guardian.skeleton import HIPS, KEYPOINTS, SHOULDERS, TORSO, Pose

SQUARE = ((0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0))
UNSEEN = Pose(np.zeros((KEYPOINTS, 3)), 0.0).keypoints


@given(st.floats(0, 180))
def test_the_torso_of_a_turned_body_is_tilted_as_far(degrees: float):
    assert torso_tilt(tilted(degrees).keypoints) == pytest.approx(degrees, abs=0.1)


@given(st.floats(0, 180), st.floats(0.2, 1.5))
def test_lengths_do_not_depend_on_how_a_body_is_turned(degrees: float, tall: float):
    assert torso_length(tilted(degrees, stature=tall).keypoints) == pytest.approx(0.29 * tall, rel=0.01)
    assert stature(tilted(degrees, stature=tall).keypoints) == pytest.approx(tall, rel=0.03)


def test_what_is_unseen_has_no_measure():
    assert middle(UNSEEN, HIPS) is None
    assert torso_tilt(UNSEEN) is None
    assert torso_length(UNSEEN) is None
    assert stature(UNSEEN) is None
    assert extent(UNSEEN) is None
    assert head_of(UNSEEN) is None
    assert spread(UNSEEN, standing().keypoints) is None
    assert mean_score(UNSEEN, TORSO) == 0


def test_hidden_legs_leave_the_torso_to_tell_the_stature():
    keypoints = standing(stature=0.6).keypoints.copy()
    keypoints[13:, 2] = 0
    assert stature(keypoints) == pytest.approx(0.6, rel=0.03)


def test_a_hidden_head_is_where_the_shoulders_are():
    keypoints = standing().keypoints.copy()
    keypoints[:5, 2] = 0
    assert head_of(keypoints) == middle(keypoints, SHOULDERS)


def test_boxes_overlap_by_what_they_share():
    a, b = Box(0, 0, 2, 2), Box(1, 1, 3, 3)
    assert overlap(a, a) == 1
    assert overlap(a, b) == pytest.approx(1 / 7)
    assert overlap(a, Box(5, 5, 6, 6)) == 0
    assert a.centre == (1, 1)
    assert a.diagonal == pytest.approx(8**0.5)


@given(st.floats(-1, 2), st.floats(-1, 2))
def test_a_point_is_in_a_square_when_both_coordinates_are(y: float, x: float):
    if all(abs(v - edge) > 1e-9 for v in (y, x) for edge in (0, 1)):
        assert contains(SQUARE, (y, x)) == (0 < y < 1 and 0 < x < 1)


def test_tilt_is_the_angle_against_the_vertical():
    assert tilt((0, 0), (1, 0)) == 0
    assert tilt((1, 0), (1, 1)) == pytest.approx(90)
    assert tilt((2, 0), (1, 0)) == pytest.approx(180)
    assert distance((0, 0), (3, 4)) == 5
