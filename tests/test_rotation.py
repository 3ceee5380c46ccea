import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.lab.rotation import about, between, frame, from_vector, to_vector, unit

angles = st.floats(-179.0, 179.0)
parts = st.floats(-1.0, 1.0)


def test_quarter_turns_follow_the_right_hand():
    assert np.allclose(about("x", 90) @ [0, 1, 0], [0, 0, 1])
    assert np.allclose(about("y", 90) @ [0, 0, 1], [1, 0, 0])
    assert np.allclose(about("z", 90) @ [1, 0, 0], [0, 1, 0])


@given(angles, angles, angles)
def test_a_rotation_survives_its_vector(x: float, y: float, z: float):
    turn = about("y", y) @ about("x", x) @ about("z", z)
    assert np.allclose(from_vector(to_vector(turn)), turn, atol=1e-4)


def test_a_half_turn_has_a_vector_too():
    for axis in ("x", "y", "z"):
        assert np.allclose(from_vector(to_vector(about(axis, 180))), about(axis, 180), atol=1e-6)


@given(angles, angles)
def test_between_begins_at_one_and_ends_at_the_other(a: float, b: float):
    start, end = about("y", a), about("x", b)
    assert np.allclose(between(start, end, 0.0), start)
    assert np.allclose(between(start, end, 1.0), end, atol=1e-4)


@given(st.tuples(parts, parts, parts), st.tuples(parts, parts, parts))
def test_a_frame_is_orthonormal_and_right_handed(along: tuple[float, ...], across: tuple[float, ...]):
    made = frame(np.add(along, [0.0, 0.0, 2.0]), np.array(across))
    assert np.allclose(made.T @ made, np.eye(3), atol=1e-6)
    assert np.linalg.det(made) == pytest.approx(1.0)


def test_a_null_vector_stays_null():
    assert np.array_equal(unit(np.zeros(3)), np.zeros(3))
