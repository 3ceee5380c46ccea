from math import pi
from typing import TypeAlias

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from guardian.eye.crop import Crop

Points: TypeAlias = NDArray[np.float32]

crops = st.builds(Crop, y=st.floats(0, 1), x=st.floats(0, 2), side=st.floats(0.05, 2), turn=st.floats(-pi, pi))
points = st.tuples(st.floats(-1, 2), st.floats(-1, 3)).map(lambda p: np.array([p, (0.5, 0.5)], np.float32))


@given(crops, points)
def test_there_and_back_is_where_it_was(crop: Crop, point: Points):
    np.testing.assert_allclose(crop.to_frame(crop.to_picture(point)), point, atol=1e-4)


@given(crops, points, points)
def test_lengths_keep_their_proportion(crop: Crop, one: Points, other: Points):
    before = np.linalg.norm(one[0] - other[0])
    after = np.linalg.norm(crop.to_frame(one)[0] - crop.to_frame(other)[0])
    assert after == pytest.approx(before * crop.side, abs=1e-4)


def test_a_body_with_its_head_to_the_right_stands_upright_in_the_picture():
    crop = Crop(y=0.5, x=0.5, side=0.8, turn=pi / 2)
    head, feet = crop.to_picture(np.array([[0.5, 0.8], [0.5, 0.2]], np.float32))
    assert head[0] < 0.5 < feet[0]
    np.testing.assert_allclose([head[1], feet[1]], 0.5, atol=1e-6)


@given(
    st.builds(Crop, y=st.floats(0.4, 0.6), x=st.floats(0.5, 0.8), side=st.floats(0.5, 1.5), turn=st.floats(-pi, pi)),
    st.sampled_from([(480, 640), (240, 320), (360, 640)]),
)
def test_a_dot_in_the_frame_is_drawn_where_the_map_says(crop: Crop, shape: tuple[int, int]):
    height, width = shape
    frame = np.zeros((height, width, 3), np.uint8)
    y, x, half = height // 2, int(0.65 * height), height // 24
    frame[y - half : y + half, x - half : x + half] = (0, 0, 255)
    picture = np.zeros((192, 192, 3), np.uint8)
    crop.cut(frame, picture)
    weight = picture[..., 0].astype(float)
    assert not picture[..., 1:].any()
    seen = np.array([(weight * (axis + 0.5)).sum() / weight.sum() / 192 for axis in np.indices((192, 192))], np.float32)
    np.testing.assert_allclose(crop.to_frame(seen), [y / height, x / height], atol=0.012)


def test_outside_of_the_frame_is_black():
    picture = np.full((64, 64, 3), 7, np.uint8)
    Crop(y=0.0, x=0.0, side=1.0).cut(np.full((100, 100, 3), 200, np.uint8), picture)
    assert not picture[:31, :31].any()
    assert (picture[33:, 33:] == 200).all()


@given(
    st.builds(Crop, y=st.floats(-0.2, 1.2), x=st.floats(-0.2, 1.6), side=st.floats(0.12, 2.5)),
    st.sampled_from([240, 480, 513]),
)
def test_a_square_on_pixels_is_the_nearest_one(crop: Crop, height: int):
    near = crop.on_pixels(height)
    for edges in (near.y - near.side / 2, near.x - near.side / 2, near.side):
        assert edges * height == pytest.approx(round(edges * height), abs=1e-6)
    assert near.side == pytest.approx(crop.side, abs=0.51 / height)
    assert near.y == pytest.approx(crop.y, abs=0.51 / height)
    assert near.x == pytest.approx(crop.x, abs=0.51 / height)
    again = near.on_pixels(height)
    assert (again.y, again.x, again.side) == pytest.approx((near.y, near.x, near.side))


@pytest.mark.parametrize("side", [0.3, 0.4, 0.7])
def test_a_part_on_pixels_looks_like_the_same_part_a_hair_aside(side: float):
    frame = cv2.GaussianBlur(np.random.default_rng(1).integers(0, 256, (480, 640, 3), dtype=np.uint8), (0, 0), 4)
    crop = Crop(0.5, 0.6, side).on_pixels(480)
    scaled, warped = np.zeros((192, 192, 3), np.uint8), np.zeros((192, 192, 3), np.uint8)
    crop.cut(frame, scaled)
    Crop(crop.y, crop.x, crop.side, turn=1e-9).cut(frame, warped)
    assert np.abs(scaled[2:-2, 2:-2].astype(int) - warped[2:-2, 2:-2]).max() <= 3


@pytest.mark.parametrize(("y", "x"), [(0.1, 0.5), (0.95, 0.5), (0.5, 0.05), (0.5, 1.3)])
def test_a_part_that_sticks_out_is_black_there_though_on_pixels(y: float, x: float):
    picture = np.full((64, 64, 3), 7, np.uint8)
    Crop(y, x, 0.5).on_pixels(480).cut(np.full((480, 640, 3), 200, np.uint8), picture)
    assert set(np.unique(picture)) >= {0, 200}
    assert (picture == 7).sum() == 0
