import numpy as np
import pytest
import tumbles

from guardian.lab.physics import muscles


def test_arms_reach_to_the_ground_ahead():
    wanted = np.zeros(len(muscles.STRENGTH))
    muscles.reach(wanted, np.eye(3), np.array([0.0, -0.5, 1.0]))
    assert 50 < np.degrees(wanted[muscles.PLACE["shoulder_l_flex"]]) < 75
    assert wanted[muscles.PLACE["shoulder_l_out"]] == pytest.approx(wanted[muscles.PLACE["shoulder_r_out"]])


def test_the_far_arm_does_not_reach_through_the_chest():
    wanted = np.zeros(len(muscles.STRENGTH))
    muscles.reach(wanted, np.eye(3), np.array([1.0, -0.4, 0.0]))
    assert wanted[muscles.PLACE["shoulder_l_out"]] > 0.7
    assert wanted[muscles.PLACE["shoulder_r_out"]] >= 0.0


def test_a_joint_that_is_told_to_bend_bends():
    one = tumbles.tumble("faint")
    one.model.opt.gravity[:] = 0.0
    wanted = one.data.qpos[7:].copy()
    muscles.put(wanted, {"elbow_l": 90.0})
    muscles.drive(one.model, one.data, wanted, muscles.tones(0.5, 0.5, 1.0))
    for _ in range(600):
        one._engine.mj_step(one.model, one.data)
    assert np.degrees(one.data.qpos[7 + muscles.PLACE["elbow_l"]]) == pytest.approx(90, abs=8)


def test_tones_are_told_by_the_part_of_the_body():
    tone = muscles.tones(0.1, 0.2, 0.3)
    assert tone[muscles.PLACE["knee_l"]] == 0.1
    assert tone[muscles.PLACE["trunk2_turn"]] == tone[muscles.PLACE["neck1_flex"]] == 0.2
    assert tone[muscles.PLACE["elbow_r"]] == 0.3
