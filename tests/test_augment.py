import numpy as np
import pytest
from walks import falling, samples

from guardian.lab.network import augment
from guardian.lab.network.augment import Grids
from guardian.skeleton import MIRRORED
from guardian.window import AGE, HIPS_AT, POSE, STEPS, grid, windows

NOW = 12.0


@pytest.fixture
def grids() -> Grids:
    found = grid(samples(falling, np.arange(3.5, NOW, 0.1)), NOW)
    assert found is not None
    return Grids(*(np.stack([each, each]) for each in (found.keypoints, found.age, found.height)))


def test_a_mirror_shows_the_other_side_and_twice_shows_the_same(grids: Grids):
    once = augment.mirrored(grids, np.array([True, False]))
    assert once.keypoints[0, 5, 5, :2] == pytest.approx(grids.keypoints[0, 5, 6, :2] * (1, -1))
    assert np.array_equal(once.keypoints[1], grids.keypoints[1])
    assert np.array_equal(augment.mirrored(once, np.array([True, False])).keypoints, grids.keypoints)


def test_twice_as_fast_begins_later_and_ends_the_same(grids: Grids):
    quick = augment.stretched(grids, np.array([2.0, 1.0], np.float32))
    assert np.array_equal(quick.keypoints[0, -1], grids.keypoints[0, -1])
    assert np.array_equal(quick.keypoints[0, -11], grids.keypoints[0, -21])
    assert (quick.age[0, :39] == 1).all()
    assert not quick.keypoints[0, :39].any()
    assert np.array_equal(quick.keypoints[1], grids.keypoints[1])


def test_a_turn_keeps_lengths_and_a_scale_multiplies_them(grids: Grids):
    turned = augment.turned(grids, np.array([90.0, 0.0], np.float32), np.array([1.0, 1.5], np.float32))
    assert np.linalg.norm(turned.keypoints[0, ..., :2], axis=-1) == pytest.approx(
        np.linalg.norm(grids.keypoints[0, ..., :2], axis=-1), abs=1e-5
    )
    assert turned.keypoints[1, ..., :2] == pytest.approx(1.5 * grids.keypoints[1, ..., :2], abs=1e-5)
    assert turned.height[1, -1].tolist() == pytest.approx([1.5 * grids.height[1, -1, 0], 1.0])


def test_a_body_that_is_lost_stays_where_it_was_and_grows_old(grids: Grids):
    lost = augment.lost(grids, np.array([40, 40]), np.array([10, 20]))
    assert lost.keypoints[0, 45] == pytest.approx(grids.keypoints[0, 39])
    assert 0 < lost.age[0, 45] < 1
    assert lost.age[1, 55] == 1
    assert not lost.keypoints[1, 55].any()
    assert np.array_equal(lost.keypoints[:, 60:], grids.keypoints[:, 60:])


def test_sides_are_exchanged_for_a_while(grids: Grids):
    swapped = augment.swapped(grids, np.array([10, 10]), np.array([5, 0]))
    assert np.array_equal(swapped.keypoints[0, 12], grids.keypoints[0, 12][MIRRORED])
    assert np.array_equal(swapped.keypoints[0, 15], grids.keypoints[0, 15])
    assert np.array_equal(swapped.keypoints[1], grids.keypoints[1])


def test_a_body_that_rests_is_still_to_the_digit_since_it_came_to_rest(grids: Grids):
    random = np.random.default_rng(2)
    trembling = augment.blurred(grids, random)
    still = augment.stilled(trembling, np.array([True, False]))
    assert (still.keypoints[0, -20:] == trembling.keypoints[0, -1]).all()
    assert np.array_equal(still.keypoints[0, :25], trembling.keypoints[0, :25])
    assert np.array_equal(still.keypoints[1], trembling.keypoints[1])


def test_a_body_that_is_out_of_sight_is_not_stilled(grids: Grids):
    gone = augment.lost(grids, np.array([70, 70]), np.array([10, 10]))
    assert np.array_equal(augment.stilled(gone, np.array([True, True])).keypoints, gone.keypoints)


def test_what_is_unknown_does_not_tremble(grids: Grids):
    blurred = augment.blurred(grids, np.random.default_rng(1))
    unknown = grids.age >= 1
    assert unknown.any()
    assert not blurred.keypoints[unknown].any()
    assert np.abs(blurred.keypoints[~unknown] - grids.keypoints[~unknown]).max() > 0
    assert (blurred.keypoints[..., 2] <= 1).all()


def test_the_same_seed_varies_alike_and_leaves_what_it_was_given(grids: Grids):
    before = grids.keypoints.copy()
    one, two, other = (augment.varied(grids, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert np.array_equal(grids.keypoints, before)
    assert np.array_equal(one.keypoints, two.keypoints)
    assert not np.array_equal(one.keypoints, other.keypoints)


def test_a_varied_fall_still_comes_down(grids: Grids):
    many = Grids(*(np.repeat(each[:1], 50, axis=0) for each in (grids.keypoints, grids.age, grids.height)))
    varied = augment.varied(many, np.random.default_rng(5))
    made = windows(varied.keypoints, varied.age, varied.height)
    assert made.shape[:2] == (50, STEPS)
    known = made[..., AGE] < 1
    drops = [np.ptp(each[here, HIPS_AT.start]) for each, here in zip(made, known, strict=True)]
    assert np.median(drops) > 0.35
    assert np.isfinite(made[..., POSE]).all()
