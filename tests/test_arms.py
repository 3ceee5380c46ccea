"""What people do with their arms in the lab."""

from dataclasses import replace

import numpy as np
import pytest

from guardian.lab.animate import Actor
from guardian.lab.arms import EVERYDAY, HELP, Reach, movement, reaching, segments, upper_arm
from guardian.lab.body import Build, shape
from guardian.lab.figure import Figure, Skeleton
from guardian.lab.gait import Spot
from guardian.lab.rotation import about

SKELETON = Skeleton(shape(Build(height=1.6)))
STANDING = Actor(SKELETON, Spot(0.0, -2.0, 40.0), 5.0)
BONES = {name: number for number, name in enumerate(SKELETON.body.mesh.bones)}


def wrist(figure: Figure, side: str = "l") -> np.ndarray:
    matrix = SKELETON.transforms(figure)[BONES[f"hand_{side}"]]
    return matrix[:, :3] @ SKELETON.body.joints[f"hand_{side}"] + matrix[:, 3]


def test_an_arm_goes_up_stays_and_comes_down_again():
    reach = Reach(0, 1.0, 5.0, (0.0, 1.0, 0.0), rise=1.0, room=True)
    heights = [wrist(reaching(STANDING.figure, [reach], time))[1] for time in (0.0, 1.5, 2.5, 3.5, 4.5, 5.5)]
    assert heights[0] == pytest.approx(heights[-1])
    assert heights[2] == pytest.approx(heights[3])
    assert heights[2] - heights[0] > 0.8
    assert heights[0] < heights[1] < heights[2]


def test_up_is_up_in_the_room_however_the_chest_lies():
    lying = STANDING.lying("back")
    reach = Reach(1, 0.0, 4.0, (0.0, 1.0, 0.0), room=True)
    before, up = (wrist(reaching(lying, [reach], time), "r") for time in (0.0, 2.0))
    assert up[1] - before[1] > 0.25
    raised = reaching(lying, [reach], 2.0)
    assert raised.chest @ raised.hands[1] == pytest.approx([0.0, 1.0, 0.0], abs=1e-6)


def test_an_arm_that_stays_is_still_and_one_that_swings_is_not():
    held = Reach(0, 0.0, 6.0, (0.0, 1.0, 0.0), rise=1.0)
    waved = Reach(0, 0.0, 6.0, (0.0, 1.0, 0.0), (0.3, 0.0, 0.0), 1.0, 1.0)
    still = [each.figure(0.0) is each.figure(each.seconds) for each in segments(STANDING.figure, [held], 8.0)]
    assert still == [False, True, False, True]
    swung = segments(STANDING.figure, [waved], 6.0)[1]
    assert np.ptp([wrist(swung.figure(time))[0] for time in np.linspace(0, 2, 20)]) > 0.1


def test_a_body_on_its_side_raises_the_upper_arm():
    left, right = (STANDING.figure.chest @ about("z", degrees) for degrees in (90, -90))
    on_the_side, other = (replace(STANDING.figure, pelvis=turned, chest=turned) for turned in (left, right))
    assert upper_arm(SKELETON, STANDING.figure) is None
    assert {upper_arm(SKELETON, on_the_side), upper_arm(SKELETON, other)} == {0, 1}


@pytest.mark.parametrize("name", [*HELP, *EVERYDAY])
def test_no_arm_jumps_and_the_same_seed_does_the_same(name: str):
    sides = EVERYDAY[name][1] if name in EVERYDAY else "right"
    reaches, again = (movement(name, sides, 30.0, np.random.default_rng(3)) for _ in range(2))
    assert reaches == again
    assert reaches
    way = np.array([reaching(STANDING.figure, reaches, time).hands for time in np.arange(0, 12, 1 / 30)])
    fastest = float(np.linalg.norm(np.diff(way, axis=0), axis=2).max()) * 30
    assert 0.2 < fastest < 12.0  # arm lengths a second: a hand that waves twice a second
