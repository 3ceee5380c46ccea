import numpy as np
import pytest
from bodies import standing
from hypothesis import given
from hypothesis import strategies as st

from guardian.skeleton import Pose
from guardian.strokes import CLOSEST, Strokes, Window, strokes, window

dots = st.lists(st.tuples(st.floats(0, 1.3), st.floats(0, 1)), min_size=1, max_size=9)


def test_a_body_has_bones_a_neck_and_a_head_above_them():
    drawn = strokes(standing().keypoints)
    assert drawn is not None
    assert drawn.head is not None
    (x, y), radius = drawn.head
    assert x == pytest.approx(0.7, abs=0.01)
    assert y < min(dot[1] for line in drawn.bones[:-1] for dot in line)
    assert 0 < radius < drawn.size


def test_a_body_that_is_not_seen_is_not_drawn():
    assert strokes(Pose(np.zeros((17, 3), np.float32), 0.0).keypoints) is None


def test_a_body_without_a_head_or_without_shoulders_is_drawn_without_a_neck():
    whole = standing().keypoints
    headless, armless = whole.copy(), whole.copy()
    headless[:5, 2] = 0.0
    armless[5:11, 2] = 0.0
    drawn = strokes(headless)
    assert drawn is not None
    assert drawn.head is None
    drawn = strokes(armless)
    assert drawn is not None
    assert drawn.head is not None
    assert len(drawn.bones) < len(strokes(whole).bones)  # type: ignore[union-attr]


def test_a_head_between_the_shoulders_has_no_neck():
    crouched = standing().keypoints.copy()
    crouched[:5, :2] = crouched[5:7, :2].mean(axis=0)
    assert len(strokes(crouched).bones) == len(strokes(standing().keypoints).bones) - 1  # type: ignore[union-attr]


@given(dots, st.floats(0.5, 2))
def test_a_window_lies_in_the_frame_and_shows_what_fits(known: list[tuple[float, float]], aspect: float):
    part = window(known, aspect)
    assert CLOSEST <= part.height <= 1
    assert -1e-9 <= part.corner[0] <= aspect * (1 - part.height) + 1e-9
    assert -1e-9 <= part.corner[1] <= 1 - part.height + 1e-9
    for x, y in known:
        if x <= aspect:
            assert -1e-6 <= part.at((x, y))[0] <= aspect + 1e-6
            assert -1e-6 <= part.at((x, y))[1] <= 1 + 1e-6


def test_a_window_of_nothing_is_the_frame():
    assert window((), 4 / 3) == Window()


def test_a_body_is_enlarged_with_its_head():
    body = Strokes((((0.5, 0.5), (0.5, 0.75)),), ((0.5, 0.4), 0.05), 0.4)
    assert Window((0.25, 0.25), 0.5).enlarged(body) == Strokes(
        (((0.5, 0.5), (0.5, 1.0)),), (pytest.approx((0.5, 0.3)), 0.1), 0.8
    )
    headless = Strokes(body.bones, None, 0.4)
    assert Window((0.25, 0.25), 0.5).enlarged(headless).head is None
