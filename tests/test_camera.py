import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.lab.camera import Camera

cameras = st.builds(
    Camera,
    width=st.integers(32, 200),
    height=st.integers(32, 200),
    pan=st.floats(-60, 60),
    tilt=st.floats(-20, 60),
    fov=st.floats(30, 110),
)


@given(cameras, st.floats(0.5, 9.0), st.data())
def test_a_point_on_a_pixels_ray_comes_to_lie_on_that_pixel(camera: Camera, distance: float, data: st.DataObject):
    x, y = data.draw(st.integers(0, camera.width - 1)), data.draw(st.integers(0, camera.height - 1))
    point = np.array(camera.position) + camera.rays()[y, x] * distance
    places, depth = camera.project(point[None])
    assert places[0] == pytest.approx([x, y], abs=1e-6)
    assert depth[0] == pytest.approx(distance)


def test_tilt_looks_down_and_pan_looks_right():
    below = np.array([[0.0, 0.2, -3.0]])
    right = np.array([[3.0, 2.2, -3.0]])
    assert Camera(tilt=40).project(below)[0][0, 1] < Camera(tilt=10).project(below)[0][0, 1]
    assert Camera(pan=30).project(right)[0][0, 0] < Camera(pan=0).project(right)[0][0, 0]


def test_what_is_behind_has_no_positive_depth():
    assert Camera(tilt=0).project(np.array([[0.0, 2.0, 1.0]]))[1][0] < 0
