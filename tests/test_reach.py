from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.optics import Optics
from guardian.reach import TALL, Reach, outline, reach, sentences, upward, whole, width

ANY = st.builds(
    Optics,
    height=st.floats(0.3, 4.0),
    tilt=st.floats(-30.0, 80.0),
    fov=st.floats(20.0, 150.0),
    aspect=st.sampled_from([4 / 3, 16 / 9, 3 / 4]),
)


@pytest.mark.parametrize(("fov", "aspect", "said"), [(62.2, 4 / 3, 48.8), (66.0, 16 / 9, 41.0), (102.0, 16 / 9, 67.0)])
def test_the_angle_upward_is_that_of_the_data_sheets(fov: float, aspect: float, said: float):
    """Raspberry Pi documentation, "Hardware specification": Camera Module 2, 3, 3 Wide; to what the lens distorts."""
    assert upward(Optics(2.2, 20, fov, aspect)) == pytest.approx(said, abs=3)


@given(ANY, st.floats(0.0, 2.5), st.floats(0.05, 15.0))
def test_what_is_said_to_be_seen_is_in_the_picture_and_nothing_else(optics: Optics, up: float, ahead: float):
    seen, point = reach(optics, up), optics.seen_at(ahead, 0.0, up)
    inside = point is not None and 0 <= point[0] <= 1
    if min(abs(ahead - seen.since), abs(ahead - seen.to)) > 1e-3:
        assert inside is (seen.since < ahead < seen.to)


@given(ANY, st.floats(0.0, 2.5), st.floats(0.05, 15.0))
def test_the_width_is_that_of_the_picture(optics: Optics, up: float, ahead: float):
    edge = optics.seen_at(ahead, width(optics, ahead, up) / 2, up)
    if edge is not None:
        assert edge[1] == pytest.approx(optics.aspect, abs=1e-6)


@given(ANY)
def test_who_is_seen_whole_is_seen_at_head_and_feet(optics: Optics):
    seen = whole(optics)
    if not seen.is_empty:
        ahead = seen.since + min(1.0, (seen.to - seen.since) / 2)
        for up in (0.001, TALL - 0.001):
            point = optics.seen_at(ahead, 0.0, up)
            assert point is not None
            assert -0.01 <= point[0] <= 1.01


def test_the_outline_is_a_trapezoid_up_to_the_limit():
    (near, left), (far, far_left), (same, right), (first, _) = outline(Optics(2.2, 20, 62.2), 0.0, 5.0)
    assert (near, far) == (first, 5.0)
    assert same == 5.0
    assert left == pytest.approx(-width(Optics(2.2, 20, 62.2), near) / 2)
    assert far_left == -right
    assert outline(Optics(2.2, 0.0, 40, 16 / 9), 0.0, 5.0) == ()


def test_a_camera_that_looks_down_sees_the_floor_below_it():
    assert reach(Optics(2.5, 70, 62.2), 0.0).since == 0.0


def test_a_camera_that_looks_up_sees_no_floor_and_says_so():
    up = Optics(1.0, -30, 40)
    assert reach(up, 0.0).is_empty
    assert whole(up).is_empty
    assert sentences(up) == ("No floor is seen: tilt the camera further down.",)
    assert reach(up, 2.0).to < inf


def test_what_is_seen_is_told():
    assert sentences(Optics(2.2, 20, 62.2)) == (
        "The floor is seen from 2.3 m ahead on.",
        "Who stands, 1.7 m tall, is seen from head to feet from 2.3 m ahead on.",
        "At 3.0 m ahead 4.3 m of the floor are seen across.",
    )
    assert sentences(Optics(2.6, 60, 66))[0] == "The floor is seen from 0.2 to 3.9 m ahead."


def test_a_camera_in_which_nobody_is_seen_whole_says_so():
    low = Optics(1.0, 60, 40)
    assert whole(low).is_empty
    assert sentences(low)[1] == "Nobody of 1.7 m is seen whole anywhere: hang it higher, or tilt it less."


@pytest.mark.parametrize(("seen", "empty"), [(Reach(1, 2), False), (Reach(2, 1), True), (Reach(inf, inf), True)])
def test_a_reach_may_be_nowhere(seen: Reach, empty: bool):  # noqa: FBT001 - expected
    assert seen.is_empty is empty
