"""Scenes in which an arm calls for help, and scenes of everyday arms."""

import numpy as np
import pytest

from guardian.lab.arms import EVERYDAY, HELP
from guardian.lab.world.truth import World
from guardian.lab.world.waving import CALLING, HELD_SECONDS, calling, everyday, when


def test_every_way_of_calling_comes_from_every_posture():
    made = [calling(np.random.default_rng(number), number) for number in range(len(HELP) * len(CALLING))]
    assert {(each.name, each.posture) for each in made} == {(way, posture) for way in HELP for posture in CALLING}


def test_every_movement_comes_in_every_posture_in_which_one_does_it():
    made = [everyday(np.random.default_rng(number), number, 20.0) for number in range(3 * len(EVERYDAY))]
    known = {(name, posture) for name, (_, _, postures) in EVERYDAY.items() for posture in postures}
    assert {(each.name, each.posture) for each in made} == known


def test_the_same_seed_makes_the_same_scene():
    assert calling(np.random.default_rng(4), 4) == calling(np.random.default_rng(4), 4)


@pytest.mark.parametrize("number", [0, 3, 6])
def test_when_the_arm_is_up_the_hand_is_above_the_head(number: int):
    world = World(calling(np.random.default_rng(number), number).scene)
    begin, end = when(world)
    assert HELD_SECONDS[0] <= end - begin <= HELD_SECONDS[1]
    before, up = (world.bodies(time)[0].joints[[9, 10], 1].max() for time in (begin, (begin + end) / 2))
    assert up - before > 0.2
