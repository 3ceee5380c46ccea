"""Faint pictures are drawn out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.eye.engine import Image
from guardian.eye.light import FAINT, drawn_out, stretched


def picture(low: int, high: int) -> Image:
    """Left dark, right light."""
    image = np.full((120, 160, 3), low, np.uint8)
    image[:, 80:] = high
    return image


@pytest.mark.parametrize(("low", "high"), [(2, 9), (130, 140), (240, 255)])
def test_a_faint_picture_fills_the_whole_range(low: int, high: int):
    made = drawn_out(picture(low, high), FAINT - 0.001)
    assert (int(made.min()), int(made.max())) == (0, 255)
    assert made[:, :80].max() == 0


def test_any_other_picture_is_left_as_it_is():
    image = picture(20, 200)
    assert drawn_out(image, FAINT) is image


@given(st.integers(0, 255), st.integers(0, 255))
def test_what_is_lighter_stays_lighter(one: int, other: int):
    image = picture(min(one, other), max(one, other))
    made = stretched(image)
    assert made.shape == image.shape
    assert made.dtype == np.uint8
    assert made[0, 0, 0] <= made[0, -1, 0]


def test_what_is_given_is_not_changed():
    image = picture(2, 9)
    kept = image.copy()
    stretched(image)
    assert np.array_equal(image, kept)
