from math import hypot

import numpy as np
import pytest
from bodies import seated, standing, tilted
from hypothesis import given
from hypothesis import strategies as st

from guardian.geometry import (
    Box,
    away,
    contains,
    distance,
    extent,
    head_of,
    hull,
    mean_score,
    middle,
    spread,
    stature,
    tilt,
    torso_length,
    torso_tilt,
    turned,
)
from guardian.skeleton import HIPS, KEYPOINTS, SHOULDERS, TORSO, Pose

SQUARE = ((0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0))
UNSEEN = Pose(np.zeros((KEYPOINTS, 3)), 0.0).keypoints


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=20))
def test_a_hull_is_of_the_points_and_goes_around_all_of_them(points: list[tuple[float, float]]):
    corners = hull(points)
    assert set(corners) <= set(points)
    for a, b in zip(corners, (*corners[1:], corners[0]), strict=True):
        for y, x in points:
            assert (b[0] - a[0]) * (x - a[1]) - (b[1] - a[1]) * (y - a[0]) >= -1e-9


def test_a_hull_of_a_square_is_its_corners_and_of_a_line_its_ends():
    assert set(hull([*SQUARE, (0.5, 0.5), (0.5, 0.0)])) == set(SQUARE)
    assert set(hull([(0.0, 0.0), (0.5, 0.5), (1.0, 1.0)])) == {(0.0, 0.0), (1.0, 1.0)}
    assert hull([(0.0, 1.0), (0.0, 1.0)]) == ((0.0, 1.0),)


@given(st.floats(0, 180))
def test_the_torso_of_a_turned_body_is_tilted_as_far(degrees: float):
    assert torso_tilt(tilted(degrees).keypoints) == pytest.approx(degrees, abs=0.1)


@given(st.floats(0, 180), st.floats(0.2, 1.5))
def test_lengths_do_not_depend_on_how_a_body_is_turned(degrees: float, tall: float):
    assert torso_length(tilted(degrees, stature=tall).keypoints) == pytest.approx(0.29 * tall, rel=0.01)
    assert stature(tilted(degrees, stature=tall).keypoints) == pytest.approx(tall, rel=0.03)


@given(st.floats(-180, 180), st.floats(0.5, 2))
def test_a_turned_picture_keeps_lengths_and_scores_and_is_turned_back(degrees: float, aspect: float):
    body = standing().keypoints
    made = turned(body, degrees, aspect)
    assert stature(made) == pytest.approx(stature(body), rel=1e-4)
    assert (made[:, 2] == body[:, 2]).all()
    assert turned(made, -degrees, aspect) == pytest.approx(body, abs=1e-5)


def test_a_picture_is_turned_clockwise_about_its_middle():
    top_and_middle = np.array([[0.0, 0.75, 1.0], [0.5, 0.75, 1.0]], np.float32)
    assert turned(top_and_middle, 90, 1.5) == pytest.approx(np.array([[0.5, 1.25, 1.0], [0.5, 0.75, 1.0]]), abs=1e-6)


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


def test_the_size_of_a_body_hardly_depends_on_how_it_lies():
    box = Box(1, 2, 4, 6)
    assert (box.height, box.width, box.diagonal) == (3, 4, 5)
    upright, lying = extent(standing().keypoints), extent(tilted(90).keypoints)
    assert upright is not None
    assert lying is not None
    assert upright.diagonal == pytest.approx(lying.diagonal)
    assert upright.height == pytest.approx(lying.width)


@given(st.integers(0, 2**17 - 1), st.floats(0, 180))
def test_a_body_is_as_large_as_what_is_seen_of_it(hidden: int, degrees: float):
    keypoints = tilted(degrees).keypoints.copy()
    keypoints[[number for number in range(KEYPOINTS) if hidden >> number & 1], 2] = 0.1
    seen, box = keypoints[keypoints[:, 2] >= 0.2], extent(keypoints)
    if len(seen) < 3:
        assert box is None
    else:
        assert box == Box(*seen[:, :2].min(axis=0).tolist(), *seen[:, :2].max(axis=0).tolist())


@given(st.integers(0, 2**17 - 1))
def test_the_middle_lies_among_what_is_seen_and_leans_to_what_is_seen_best(hidden: int):
    keypoints = standing().keypoints.copy()
    keypoints[[number for number in range(KEYPOINTS) if hidden >> number & 1], 2] = 0.1
    found, rows = middle(keypoints, TORSO), keypoints[list(TORSO)]
    seen = rows[rows[:, 2] >= 0.2]
    if not len(seen):
        assert found is None
        return
    assert found == pytest.approx(seen[:, :2].mean(axis=0).tolist())
    rows[0, 2] = 0.9
    leaning = middle(np.concatenate([keypoints[:5], rows]), range(5, 9))
    assert leaning is not None
    assert distance(leaning, tuple(rows[0, :2])) <= distance(found, tuple(rows[0, :2])) + 1e-6


def test_legs_that_point_at_the_camera_leave_the_torso_to_tell_the_stature():
    assert stature(seated(stature=0.6).keypoints) == pytest.approx(0.6, rel=0.05)


@given(st.floats(-1, 2), st.floats(-1, 2))
def test_a_point_is_in_a_square_when_both_coordinates_are(y: float, x: float):
    if all(abs(v - edge) > 1e-9 for v in (y, x) for edge in (0, 1)):
        assert contains(SQUARE, (y, x)) == (0 < y < 1 and 0 < x < 1)


def test_tilt_is_the_angle_against_the_vertical():
    assert tilt((0, 0), (1, 0)) == 0
    assert tilt((1, 0), (1, 1)) == pytest.approx(90)
    assert tilt((2, 0), (1, 0)) == pytest.approx(180)
    assert distance((0, 0), (3, 4)) == 5


@given(st.floats(-2, 3), st.floats(-2, 3))
def test_how_far_a_point_is_outside_of_a_square(y: float, x: float):
    square = ((0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 1.0), (1.0, 0.0))
    expected = hypot(max(0.0, -y, y - 1), max(0.0, -x, x - 1))
    assert away(square, (y, x)) == pytest.approx(expected, abs=1e-6)
