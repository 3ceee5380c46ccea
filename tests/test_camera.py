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
    roll=st.floats(-20, 20),
    barrel=st.sampled_from([0.0, 0.1, 0.45]),
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


def test_a_camera_that_is_rolled_clockwise_shows_an_upright_post_leaning_to_the_left():
    post = np.array([[0.0, 1.0, -3.0], [0.0, 3.0, -3.0]])
    (foot, top), _ = Camera(tilt=0, roll=10).project(post)
    assert top[1] < foot[1]
    assert np.degrees(np.arctan2(foot[0] - top[0], foot[1] - top[1])) == pytest.approx(10)


def test_a_bent_lens_draws_a_straight_edge_outwards_in_its_middle_and_leaves_the_middle_of_the_frame():
    edge = np.array([[-1.5, 3.2, -3.0], [0.0, 3.2, -3.0], [1.5, 3.2, -3.0], [0.0, 2.2, -3.0]])
    places, _ = Camera(tilt=0, barrel=0.3).project(edge)
    assert places[1, 1] < places[0, 1] - 5
    assert places[0, 1] == pytest.approx(places[2, 1])
    assert places[3] == pytest.approx([319.5, 239.5])


def test_what_a_pinhole_shows_beyond_the_corner_comes_to_lie_in_it():
    pinhole, bent = Camera(tilt=0), Camera(tilt=0, barrel=0.2)
    beyond = pinhole.rays()[0, 0] / [0.8, 0.8, 1.0]
    places, _ = bent.project(np.array([bent.position + beyond]))
    assert places[0] == pytest.approx([0, 0], abs=0.5)
