import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.lab.gait import FEET_APART, RATE, Spot, plan, steps, straight

spots = st.builds(Spot, x=st.floats(-3, 3), z=st.floats(-6, 0), facing=st.floats(-180, 180))


@given(spots, spots, st.floats(0.2, 0.7))
def test_a_walk_ends_where_it_was_meant_to(start: Spot, to: Spot, step: float):
    trodden = plan(start, to, step)
    walked = steps(start, trodden, 0.6)
    assert np.hypot(walked.body[-1, 0] - to.x, walked.body[-1, 1] - to.z) < 1e-6
    assert straight(walked.body[-1, 2] - to.facing) == pytest.approx(0.0, abs=1e-6)
    apart = walked.feet[-1, 0, :2] - walked.feet[-1, 1, :2]
    assert np.linalg.norm(apart) == pytest.approx(FEET_APART, abs=1e-6)


@given(spots, spots)
def test_a_foot_that_stands_does_not_slide(start: Spot, to: Spot):
    walked = steps(start, plan(start, to, 0.5), 0.6)
    moved = np.linalg.norm(np.diff(walked.feet[:, :, :2], axis=0), axis=2)
    standing = (walked.phase[1:] == 0) & (walked.phase[:-1] == 0)
    assert moved[standing].max(initial=0.0) < 1e-9


@given(spots, spots)
def test_one_foot_is_always_on_the_floor(start: Spot, to: Spot):
    walked = steps(start, plan(start, to, 0.5), 0.6)
    assert (walked.lift.min(axis=1) == 0).all()
    assert walked.lift.max() < 0.15


def test_a_body_walks_at_the_speed_asked_for():
    start = Spot(0.0, 0.0, 180.0)
    walked = steps(start, plan(start, Spot(0.0, -5.0, 180.0), 0.5), 0.625)
    middle = walked.body[len(walked.body) // 3 : len(walked.body) // 2, 1]
    assert -np.diff(middle).mean() * RATE == pytest.approx(0.8, rel=0.05)


def test_a_short_way_is_gone_without_turning_there_and_back():
    trodden = plan(Spot(0.0, 0.0, 0.0), Spot(0.0, -0.4, 0.0), 0.5)
    assert {spot.facing for spot in trodden} == {0.0}
