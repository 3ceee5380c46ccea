import json

import numpy as np
import pytest
from bodies import seen, standing
from hypothesis import given
from hypothesis import strategies as st

from guardian import recording
from guardian.errors import SceneError
from guardian.skeleton import KEYPOINTS, Observation, Pose

share = st.floats(0, 1)
keypoints = st.lists(st.tuples(share, st.floats(0, 2), share), min_size=KEYPOINTS, max_size=KEYPOINTS)
poses = st.builds(lambda rows, score: Pose(np.array(rows), score), keypoints, share)
observations = st.builds(
    Observation,
    time=st.floats(-100, 1e6),
    poses=st.lists(poses, max_size=3).map(tuple),
    aspect=st.floats(0.5, 2),
    looked=st.booleans(),
    brightness=share,
    contrast=share,
    sharpness=share,
    motion=share,
    change=share,
    held=st.booleans(),
    frame=st.integers(0, 10**9),
)


def without_poses(observation: Observation) -> dict[str, object]:
    return {name: getattr(observation, name) for name in Observation.__slots__ if name != "poses"}


@given(st.lists(observations, max_size=4))
def test_what_was_written_is_read_again(scene: list[Observation]):
    again = list(recording.read([recording.header(), *map(recording.dumps, scene)]))
    assert [without_poses(each) for each in again] == [without_poses(each) for each in scene]
    for before, after in zip(scene, again, strict=True):
        assert len(after.poses) == len(before.poses)
        for old, new in zip(before.poses, after.poses, strict=True):
            assert np.abs(old.keypoints - new.keypoints).max() <= 1e-4
            assert new.score == pytest.approx(old.score, abs=1e-4)


def test_a_line_holds_numbers_and_no_picture():
    row = json.loads(recording.dumps(seen(1.0, standing())))
    assert set(row) == set(Observation.__slots__)
    assert np.array(row["poses"][0]["keypoints"]).shape == (KEYPOINTS, 3)


@pytest.mark.parametrize("first", ["", "[]", "7", "no scene", '{"format": "something else"}'])
def test_what_does_not_begin_as_a_scene_is_none(first: str):
    with pytest.raises(SceneError, match=r'line 1: this is no skeleton scene; \{"format": "guardian-scene"'):
        list(recording.read([first]))


def test_an_empty_file_is_no_scene():
    with pytest.raises(SceneError, match="no skeleton scene"):
        list(recording.read([]))


def test_a_scene_of_another_version_is_refused_by_its_number():
    with pytest.raises(SceneError, match="line 1: version 2 of the scene format; version 1 would be right"):
        list(recording.read(['{"format": "guardian-scene", "version": 2}']))


def damaged(**fields: object) -> str:
    return json.dumps({**json.loads(recording.dumps(seen(1.0, standing()))), **fields})


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "null",
        damaged(poses=None),
        damaged(poses=[{"score": 0.5, "keypoints": [[1, 2, 3]]}]),
        damaged(poses=[{"score": "high", "keypoints": [[0, 0, 0]] * KEYPOINTS}]),
        damaged(poses=[{"score": 0.5, "keypoints": [[float("nan"), 0, 0]] * KEYPOINTS}]),
        damaged(time="noon"),
        damaged(time=None),
        damaged(brightness=float("inf")),
        '{"time": 1.0, "poses": []}',
    ],
)
def test_a_damaged_line_is_named(line: str):
    lines = [recording.header(), recording.dumps(seen(0.0)), "", line]
    with pytest.raises(SceneError, match=r"^line 4: .*; a line written by `guardian record` would be right$"):
        list(recording.read(lines))


def test_empty_lines_between_are_no_damage():
    lines = [recording.header(), "", recording.dumps(seen(0.0)), "\n", recording.dumps(seen(0.1)), ""]
    assert [each.time for each in recording.read(lines)] == [0.0, 0.1]


def test_a_held_scene_goes_on_at_its_own_pace_with_its_last_frame():
    held = list(recording.held([seen(0.0), seen(0.2, standing(), motion=0.4)], 1.0))
    assert [each.time for each in held] == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2])
    assert [each.held for each in held] == [False, False, *[True] * 5]
    assert all(each.poses == held[1].poses for each in held[2:])
    assert all(each.motion == each.change == 0 for each in held[2:])


def test_a_scene_of_one_frame_is_held_at_ten_frames_a_second():
    assert [each.time for each in recording.held([seen(3.0)], 0.3)] == pytest.approx([3.0, 3.1, 3.2, 3.3])


def test_two_frames_of_the_same_time_have_no_pace():
    assert len(list(recording.held([seen(3.0), seen(3.0)], 1.0))) == 12


def test_a_scene_without_frames_has_nothing_to_hold():
    assert list(recording.held([], 5.0)) == []


def test_nothing_is_added_where_nothing_is_held():
    assert [each.time for each in recording.held([seen(0.0), seen(0.1)], 0.0)] == [0.0, 0.1]


def test_a_scene_says_by_what_roll_it_was_seen():
    assert recording.roll_of(recording.header(12.5)) == 12.5
    assert recording.roll_of(recording.header(0.0)) == 0.0
    assert list(recording.read([recording.header(12.5)])) == []


@pytest.mark.parametrize("line", ["", "[]", recording.header(), '{"roll": "12"}', '{"roll": 1e9}'])
def test_a_scene_that_does_not_say_a_roll_has_none(line: str):
    assert recording.roll_of(line) is None
