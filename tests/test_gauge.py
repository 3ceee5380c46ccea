"""Bodies measured over the floor."""

import numpy as np
import pytest
from bodies import bent, standing
from hypothesis import given
from hypothesis import strategies as st
from strollers import CAMERA, Stroller, looks

from guardian.gauge import gauge, readable
from guardian.optics import Optics
from guardian.skeleton import Pose

ASPECT = 4 / 3


@given(st.floats(1.2, 2.6), st.floats(0.0, 30.0), st.floats(1.5, 1.95))
def test_a_body_is_as_tall_wherever_it_stands_and_however_the_camera_looks_down(high: float, tilt: float, tall: float):
    camera = Optics(high, tilt, 75.0)
    who = Stroller(tall=tall)
    times, seen = looks(who, 8.0, camera)
    measured = gauge(times, seen, camera)
    assert np.median(measured.eyes) == pytest.approx(0.935 * tall, rel=0.04)
    assert np.median(measured.ahead) == pytest.approx(3.4, abs=0.7)


def test_widths_and_heights_are_in_metres():
    who = Stroller()
    times, seen = looks(who)
    measured = gauge(times, seen, CAMERA)
    assert np.median(measured.height((5, 6))) == pytest.approx(0.81 * 1.7, rel=0.02)
    assert np.abs(measured.gap((5, 6))).max() == pytest.approx(0.22 * 1.7, rel=0.1)


def test_what_cannot_stand_on_the_floor_is_left_out():
    keypoints = standing().keypoints.copy()
    keypoints[:, 0] -= 0.8
    assert not len(gauge([0.0], [keypoints], Optics(1.0, 0.0)).time)
    assert not len(gauge([], [], CAMERA).time)


def moved(right: float = 0.0, down: float = 0.0) -> Pose:
    pose = standing((0.9, 0.7))
    keypoints = pose.keypoints.copy()
    keypoints[:, 0] += down
    keypoints[:, 1] += right
    return Pose(keypoints, 0.7)


def hidden(*numbers: int) -> Pose:
    keypoints = standing().keypoints.copy()
    keypoints[list(numbers), 2] = 0.1
    return Pose(keypoints, 0.7)


@pytest.mark.parametrize(
    "pose",
    [
        bent(),
        moved(right=0.6),
        moved(right=-0.65),
        moved(down=0.12),
        moved(down=-0.5),
        hidden(5),
        hidden(16),
        hidden(0, 1, 2, 3, 4),
    ],
)
def test_only_an_upright_body_that_is_wholly_seen_is_measured(pose: Pose):
    assert readable(standing(), ASPECT)
    assert not readable(pose, ASPECT)
