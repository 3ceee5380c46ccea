from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from guardian.eye.letterbox import Letterbox, input_size

Point: TypeAlias = NDArray[np.float32]

sides = st.integers(16, 2000)
picture_sides = st.integers(1, 16).map(lambda k: 32 * k)
points = st.tuples(st.floats(-1, 2), st.floats(-1, 4)).map(lambda p: np.array(p, np.float32))


@given(sides, sides, picture_sides, picture_sides, points)
def test_there_and_back_is_where_it_was(height: int, width: int, picture_height: int, picture_width: int, point: Point):
    box = Letterbox(height, width, np.zeros((picture_height, picture_width, 3), np.uint8))
    np.testing.assert_allclose(
        box.to_frame(box.to_picture(point)), point, atol=2e-4 * max(1, width / height, height / width)
    )


@given(sides, sides, picture_sides, picture_sides)
def test_the_centre_of_the_frame_is_near_the_centre_of_the_picture(
    height: int, width: int, picture_height: int, picture_width: int
):
    box = Letterbox(height, width, np.zeros((picture_height, picture_width, 3), np.uint8))
    centre = box.to_picture(np.array([0.5, 0.5 * width / height], np.float32))
    np.testing.assert_allclose(
        centre * (picture_height, picture_width), np.array([picture_height, picture_width]) / 2, atol=0.51
    )


@pytest.mark.parametrize("shape", [(480, 640), (720, 1280), (640, 480), (240, 320), (100, 1000)])
def test_a_dot_in_the_frame_is_found_where_the_map_says(shape: tuple[int, int]):
    height, width = shape
    picture = np.zeros((256, 320, 3), np.uint8)
    box = Letterbox(height, width, picture)
    frame = np.zeros((height, width, 3), np.uint8)
    half = max(height, width) // 40
    y, x = height // 3, 2 * width // 3
    frame[y - half : y + half, x - half : x + half] = 255
    box.fill(frame)
    weight = picture[..., 0].astype(float)
    seen = [
        (weight * (axis + 0.5)).sum() / weight.sum() / size
        for axis, size in zip(np.indices((256, 320)), (256, 320), strict=True)
    ]
    np.testing.assert_allclose(
        box.to_frame(np.array(seen, np.float32)), [y / height, x / height], atol=1.5 / 240 * max(1, width / height)
    )


def test_colours_change_places_and_bars_stay_black():
    picture = np.zeros((256, 320, 3), np.uint8)
    box = Letterbox(240, 320, picture)
    box.fill(np.full((240, 320, 3), (10, 20, 30), np.uint8))
    assert (picture[8:248] == (30, 20, 10)).all()
    assert not picture[:8].any()
    assert not picture[248:].any()


def test_filling_allocates_no_new_picture():
    picture = np.zeros((256, 320, 3), np.uint8)
    box = Letterbox(480, 640, picture)
    for value in (50, 90):
        box.fill(np.full((480, 640, 3), value, np.uint8))
        assert (picture[8:248] == value).all()


@pytest.mark.parametrize(
    ("frame", "pixels", "size"),
    [
        ((480, 640), 256 * 320, (256, 320)),
        ((480, 640), 256 * 352, (256, 352)),
        ((720, 1280), 256 * 352, (224, 384)),
        ((640, 480), 256 * 352, (352, 256)),
    ],
)
def test_the_input_size_that_shows_the_frame_largest(frame: tuple[int, int], pixels: int, size: tuple[int, int]):
    assert input_size(*frame, pixels) == size


@given(sides, sides, st.integers(32 * 32, 512 * 512))
def test_the_input_size_keeps_to_the_budget(height: int, width: int, pixels: int):
    rows, columns = input_size(height, width, pixels)
    assert rows % 32 == columns % 32 == 0
    assert rows * columns <= pixels
