import numpy as np
import pytest

from guardian.lab.physics.course import KINDS
from guardian.lab.world.falls import ATTEMPTS, SHARES, WAYS, fall
from guardian.lab.world.homes import home
from guardian.lab.world.truth import World


def test_every_kind_has_its_share():
    assert set(SHARES) == set(KINDS)
    assert sum(SHARES.values()) == pytest.approx(1.0)
    assert sum(ATTEMPTS) == pytest.approx(1.0)


def test_a_home_sees_all_kinds_of_fall_each_from_a_posture_that_fits():
    seen = {}
    for seed in range(150):
        random = np.random.default_rng(seed)
        told = fall(random, home(random), 30.0)
        seen.setdefault(told.kind, set()).add(told.posture)
        assert told.towards in WAYS
        assert told.notes.startswith(f"{told.kind} {told.towards}")
        assert told.does[-1]["fall"]["for"] == 30.0
    assert set(seen) == set(KINDS)
    assert seen["trip"] == seen["slip"] == {"walking"}
    assert seen["chair"] == {"sitting"}
    assert seen["bed"] == {"lying", "sitting"}
    assert len(seen["imbalance"]) == 4


def test_who_faints_does_not_try_to_get_up():
    for seed in range(80):
        random = np.random.default_rng(seed)
        told = fall(random, home(random), 30.0)
        assert told.kind != "faint" or told.rises == 0


def test_the_same_seed_tells_the_same_fall_and_it_can_be_played():
    for _ in range(2):
        random = np.random.default_rng(4)
        place = home(random)
        told = fall(random, place, 5.0)
    world = World(place.scene(1, told.does), place.pace)
    again = World(place.scene(1, told.does), place.pace)
    assert np.array_equal(world.bodies(world.seconds)[0].joints, again.bodies(again.seconds)[0].joints)
    assert world.bodies(world.seconds)[0].joints[:, 1].mean() < 0.5
