import numpy as np
import pytest
from bodies import standing, tilted
from hypothesis import given
from hypothesis import strategies as st
from walks import falling, samples, upright

from guardian.window import (
    AGE,
    CHANNELS,
    FARTHEST,
    HEIGHT,
    HIPS_AT,
    POSE,
    SCORES,
    SPEED,
    STALE_SECONDS,
    STEPS,
    Array,
    Grid,
    Sample,
    grid,
    windows,
)

NOW = 12.0


def of(found: Grid | None) -> Array:
    assert found is not None
    return windows(found.keypoints[None], found.age[None], found.height[None])[0]


def test_a_window_has_one_shape_whatever_the_pace():
    for fps in (3, 8, 15):
        window = of(grid(samples(falling, np.arange(0, NOW, 1 / fps)), NOW))
        assert window.shape == (STEPS, CHANNELS)
        assert window.dtype == np.float32
        assert np.abs(window).max() <= FARTHEST


def test_the_pace_hardly_changes_what_is_seen():
    slow, quick = (of(grid(samples(falling, np.arange(0, NOW + 1e-6, 1 / fps)), NOW)) for fps in (5, 20))
    assert np.abs(slow[:, HIPS_AT] - quick[:, HIPS_AT]).max() < 0.08
    assert np.abs(slow[:, POSE] - quick[:, POSE]).mean() < 0.02


def test_hips_that_come_down_are_seen_to():
    window = of(grid(samples(falling, np.arange(0, NOW, 0.1)), NOW))
    down = window[:, HIPS_AT][:, 0]
    assert down[0] == pytest.approx(0.0, abs=0.01)
    assert down[-1] > 0.4
    assert window[:, SPEED][:, 0].max() > 0.2


def test_who_was_never_seen_has_no_window():
    assert grid([], NOW) is None
    assert grid(samples(upright, np.array([0.5])), NOW) is None


def test_what_is_unknown_is_nothing_and_old():
    window = of(grid(samples(upright, np.arange(5, 7, 0.1)), NOW))
    times = NOW - 0.125 * np.arange(STEPS - 1, -1, -1)
    unknown = (times < 5) | (times > 6.9 + STALE_SECONDS)
    assert (window[unknown][:, AGE] == 1).all()
    assert not np.delete(window[unknown], AGE, axis=1).any()
    assert (window[~unknown][:, AGE] < 1).all()
    assert (window[~unknown][:, SCORES] > 0).all()


def test_nothing_after_now_is_looked_at():
    times = np.arange(0, 20, 0.125)
    whole, cut = grid(samples(falling, times), 4.0), grid(samples(falling, times[times <= 4.0]), 4.0)
    assert np.array_equal(of(whole), of(cut))


def test_a_floor_that_nobody_knows_is_said_to_be_unknown():
    known, unknown = (grid([Sample(11.9, upright(0).keypoints, 0.6, height)], NOW) for height in (0.5, None))
    assert of(known)[-1, HEIGHT].tolist() == pytest.approx([0.5, 1])
    assert of(unknown)[-1, HEIGHT].tolist() == [0, 0]


def test_a_keypoint_that_scores_too_low_is_not_placed():
    pose = standing().keypoints.copy()
    pose[0, 2] = 0.1
    window = of(grid([Sample(NOW, pose, 0.6, None)], NOW))
    assert window[-1, POSE][:2].tolist() == [0, 0]
    assert window[-1, POSE][2:].any()


@given(st.floats(0.2, 1.5), st.floats(-1, 1), st.floats(-1, 1), st.floats(0.2, 0.9))
def test_neither_distance_nor_place_in_the_picture_matters(scale: float, up: float, aside: float, degrees: float):
    pose = tilted(90 * degrees).keypoints
    far = pose.copy()
    far[:, :2] = scale * far[:, :2] + (up, aside)
    here, there = (
        [Sample(11.0, standing().keypoints * k, 0.6 * k[0], 0.5), Sample(11.5, points, 0.6 * k[0], 0.5)]
        for points, k in ((pose, np.ones(3, np.float32)), (far, np.array([scale, scale, 1], np.float32)))
    )
    assert of(grid(here, NOW))[:, POSE] == pytest.approx(of(grid(there, NOW))[:, POSE], abs=1e-3)


def test_between_two_far_samples_nothing_is_made_up():
    early, late = standing(), tilted(90)
    found = grid([Sample(10.0, early.keypoints, 0.6, 0.5), Sample(11.2, late.keypoints, 0.6, 0.5)], NOW)
    assert found is not None
    at = {round(10.0 + step * 0.125, 3): step for step in range(-64, 17)}
    still = found.keypoints[63 + at[11.0] + 0]
    assert still[:, :2] == pytest.approx(found.keypoints[63][:, :2], abs=1e-5)
