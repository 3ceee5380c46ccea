"""From a point of the picture to metres, and back."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from guardian.lab.camera import Camera
from guardian.optics import Optics

OPTICS = st.builds(Optics, st.floats(0.5, 3.5), st.floats(-10, 60), st.floats(40, 110), st.just(4 / 3))


@given(OPTICS, st.floats(0.5, 8), st.floats(-3, 3))
def test_a_spot_of_the_floor_is_found_again(optics: Optics, ahead: float, aside: float):
    point = optics.seen_at(ahead, aside, 0.0)
    assume(point is not None)
    assert point is not None
    assert optics.on_floor(point) == pytest.approx((ahead, aside), abs=1e-6)


@given(OPTICS, st.floats(0.5, 8), st.floats(-3, 3), st.floats(0, 2.5))
def test_the_height_of_what_stands_there_is_found_again(optics: Optics, ahead: float, aside: float, up: float):
    point = optics.seen_at(ahead, aside, up)
    assume(point is not None)
    assert point is not None
    assert optics.above(point, ahead) == pytest.approx(up, abs=1e-6)


@given(OPTICS, st.floats(1, 8), st.floats(-3, 3), st.floats(0, 2.5))
def test_it_sees_as_the_camera_that_draws_the_simulated_world(optics: Optics, ahead: float, aside: float, up: float):
    camera = Camera(640, 480, (0.0, optics.height, 0.0), 0.0, optics.tilt, optics.fov)
    pixels, depth = camera.project(np.array([[aside, up, -ahead]]))
    assume(depth[0] > 0.1)
    point = optics.seen_at(ahead, aside, up)
    assert point is not None
    assert point == pytest.approx(((pixels[0, 1] + 0.5) / 480, (pixels[0, 0] + 0.5) / 480), abs=1e-6)


def test_above_the_horizon_is_no_floor_and_behind_the_lens_nothing():
    level = Optics(2.0, 0.0)
    assert level.on_floor((0.4, 0.6)) is None
    assert level.on_floor((0.9, 0.6)) is not None
    assert level.seen_at(-1.0, 0.0, 0.0) is None
    steep = Optics(2.0, 80.0)
    assert steep.above((5.0, 0.6), 1.0) is None
    assert steep.on_floor((5.0, 0.6)) is None
