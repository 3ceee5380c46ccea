"""By how much a camera hangs askew, learnt from people who walk."""

import json
from dataclasses import replace

import numpy as np
import pytest
from askew import ASPECT, walking
from bodies import bent, standing, tilted
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.roll import DEAD_DEGREES, LEAST_LINES, SURE, Askew, Roll, fit, upright_line
from guardian.settings import Camera
from guardian.skeleton import ANKLES
from guardian.tracking import Track, TrackState

CAMERA = Camera(source="/dev/video0")


def walked(roll: Roll, by: float, seconds: int = 240, *, begin: float = 10.0, moved: bool = False) -> Roll:
    """Let somebody walk for so long before a camera that hangs askew by so many degrees."""
    track = Track(1, standing(), TrackState.CONFIRMED, born=0.0, seen=0.0)
    for step in range(seconds * 4):
        now = begin + step / 4
        (pose,) = roll.upright((walking(now, by),), ASPECT)
        roll.update([replace(track, pose=pose, seen=now)], now, ASPECT, moved=moved)
    return roll


def lines(roll: float, converge: float = 0.3, stoop: float = 0.0, share: float = 0.5) -> np.ndarray:
    """Lines of people all over the picture, each off by some degrees; a share of them go to the right, stooping."""
    count = 150
    random = np.random.default_rng(1)
    middles = random.uniform([-0.6, -0.3], [0.6, 0.3], (count, 2))
    ways = np.array([np.sin(np.radians(roll)), np.cos(np.radians(roll))]) - converge * middles
    angles = np.arctan2(ways[:, 0], ways[:, 1]) + random.normal(0, np.radians(4.0), count)
    going = random.choice([-1.0, 1.0], count, p=[1 - share, share])
    angles -= np.radians(stoop) * going
    return np.column_stack([middles, 0.5 * np.sin(angles), 0.5 * np.cos(angles), going])


@settings(max_examples=30, deadline=None)
@given(st.floats(-40, 40), st.floats(0, 0.6))
def test_the_roll_is_what_people_lean_by_in_the_middle_of_the_picture(roll: float, converge: float):
    known = fit(lines(roll, converge))
    assert known is not None
    assert known.degrees == pytest.approx(roll, abs=DEAD_DEGREES)
    assert known.confidence >= SURE


def test_who_walks_at_one_side_only_tells_less():
    everywhere = lines(10.0)
    aside = everywhere[everywhere[:, 0] > 0.2]
    known = fit(aside)
    assert known is not None
    assert len(aside) >= LEAST_LINES
    assert known.confidence < 0.6
    assert fit(everywhere[: LEAST_LINES - 1]) is None


def test_who_stoops_and_goes_mostly_one_way_is_not_taken_for_a_roll():
    known = fit(lines(10.0, stoop=12.0, share=0.7))
    assert known is not None
    assert known.degrees == pytest.approx(10.0, abs=DEAD_DEGREES)


def test_wrong_lines_are_outvoted():
    wrong = lines(10.0)
    wrong[::5, 2:4] = 0.4, 0.3
    known = fit(wrong)
    assert known is not None
    assert known.degrees == pytest.approx(10.0, abs=DEAD_DEGREES)


@pytest.mark.parametrize("by", [-30.0, -10.0, 0.0, 15.0])
def test_the_roll_is_learnt_from_who_walks_and_makes_them_upright(by: float):
    roll = walked(Roll(CAMERA), by)
    assert roll.known is not None
    assert roll.known.degrees == pytest.approx(by, abs=1.0)
    assert roll.known.confidence >= SURE
    assert roll.turn == 0.0
    assert roll.take_up() is (by != 0)
    assert not roll.take_up()
    assert roll.turn == pytest.approx(by, abs=1.0)


def test_what_is_learnt_does_not_depend_on_what_poses_are_turned_by():
    bare, turning = Roll(CAMERA), Roll(CAMERA)
    turning.turn = 25.0
    assert walked(bare, 10.0).known == walked(turning, 10.0).known
    assert turning.take_up()


def test_the_picture_stays_as_it_is_while_poses_are_turned():
    pose = walking(11.0, 20.0)
    (upright,) = Roll(Camera(source="csi", roll=20)).upright((pose,), ASPECT)
    assert (upright.picture == pose.keypoints).all()
    assert upright.keypoints == pytest.approx(walking(11.0, 0.0).keypoints, abs=1e-5)
    assert Roll(CAMERA).upright((pose,), ASPECT) == (pose,)


def test_what_is_configured_is_not_learnt_but_for_a_camera_that_was_moved():
    roll = Roll(Camera(source="csi", roll=-7))
    assert roll.turn == -7.0
    assert walked(roll, 20.0).known == Askew(-7.0, 1.0)
    assert not roll.take_up()
    roll.update([], 500.0, ASPECT, moved=True)
    assert roll.known is None
    assert roll.take_up()
    assert roll.turn == 0.0
    walked(roll, 20.0, begin=510.0, moved=True)
    assert roll.take_up()
    assert roll.turn == pytest.approx(20.0, abs=1.0)
    roll.update([], 900.0, ASPECT)
    assert roll.take_up()
    assert roll.turn == -7.0


def test_who_is_unsure_turns_nothing():
    roll = Roll(CAMERA)
    for known in (None, Askew(20.0, SURE - 0.01), Askew(DEAD_DEGREES - 0.1, 0.9)):
        roll.known = known
        assert not roll.take_up()
    assert roll.turn == 0.0


def test_a_human_is_told_of_a_camera_that_hangs_askew_and_of_no_other():
    assert Askew(-1.9, 0.9).sentence == ""
    assert Askew(9.6, 0.83).sentence == "It hangs askew, turned clockwise by about 10° (sure to 83%)."
    assert "anticlockwise by about 5°" in Askew(-5.0, 0.83).sentence


def test_only_who_is_stretched_and_whole_is_a_line():
    line = upright_line(standing().keypoints, ASPECT)
    assert line == pytest.approx([0.7 - ASPECT / 2, 0.9 - 0.487 * 0.6 - 0.5, 0.0, 0.894 * 0.6], abs=0.01)
    hidden = standing().keypoints.copy()
    hidden[list(ANKLES), 2] = 0.05
    for keypoints in (bent().keypoints, tilted(80).keypoints, standing((1.02, 0.7)).keypoints, hidden):
        assert upright_line(keypoints, ASPECT) is None
    assert upright_line(standing((0.9, 0.05)).keypoints, ASPECT) is None
    assert upright_line(np.zeros((17, 3), np.float32), ASPECT) is None


def test_who_stands_or_is_not_seen_is_no_line():
    roll, track = Roll(CAMERA), Track(1, standing(), TrackState.CONFIRMED, born=0.0, seen=0.0)
    for step in range(400):
        roll.update([track], step / 4, ASPECT)
    for step in range(400):
        hidden = replace(track, id=2, pose=walking(step / 4, 0.0), hit=False)
        roll.update([hidden, replace(hidden, id=3, hit=True, state=TrackState.TENTATIVE)], 200 + step / 4, ASPECT)
    assert roll.known is None


def test_what_was_learnt_turns_poses_from_the_first_one_on_after_a_restart():
    before = walked(Roll(CAMERA), 12.0)
    assert before.known is not None
    after = Roll(CAMERA)
    after.recall(json.loads(json.dumps(before.remember())))
    assert after.turn == before.known.degrees
    assert after.known == replace(before.known, before=True)
    assert after.known.sentence.startswith("It hung askew before the restart, turned clockwise by about 12°")
    assert after.remember() == before.remember()
    walked(after, 12.0)
    assert after.known.before is False


def test_what_people_show_after_a_restart_counts_once_it_is_sure():
    roll = Roll(CAMERA)
    roll.recall({"degrees": 12.0, "confidence": 0.9})
    roll._learn(Askew(3.0, SURE - 0.1))
    roll._learn(None)
    assert roll.known == Askew(12.0, 0.9, before=True)
    roll._learn(Askew(0.0, SURE))
    assert roll.known == Askew(0.0, SURE)
    assert roll.take_up()
    assert roll.turn == 0.0


def test_what_was_not_sure_before_a_restart_turns_nothing():
    roll = Roll(CAMERA)
    roll.recall({"degrees": 12.0, "confidence": 0.5})
    assert (roll.turn, roll.known) == (0.0, Askew(12.0, 0.5, before=True))


def test_a_configured_roll_is_neither_kept_nor_replaced():
    roll = Roll(CAMERA.model_copy(update={"roll": 5.0}))
    roll.recall({"degrees": 12.0, "confidence": 0.9})
    assert (roll.turn, roll.known, roll.remember()) == (5.0, Askew(5.0, 1.0), None)
    assert Roll(CAMERA).remember() is None


@pytest.mark.parametrize(
    "body", [{}, {"degrees": 12.0}, {"degrees": 99.0, "confidence": 0.9}, {"degrees": 1.0, "confidence": float("nan")}]
)
def test_a_damaged_memory_of_the_roll_is_refused(body: dict[str, float]):
    with pytest.raises((ValueError, KeyError)):
        Roll(CAMERA).recall(body)


def test_for_another_view_nothing_learnt_holds_and_poses_turn_when_nobody_is_there():
    roll = Roll(CAMERA)
    roll.recall({"degrees": 12.0, "confidence": 0.9})
    roll.begin_anew(CAMERA)
    assert (roll.known, roll.turn) == (None, 12.0)
    assert roll.take_up()
    assert roll.turn == 0.0
