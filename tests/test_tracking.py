import numpy as np
import pytest
from bodies import standing, tilted
from hypothesis import given
from hypothesis import strategies as st

from guardian.skeleton import KEYPOINTS, Pose
from guardian.tracking import Tracker, TrackState, distinct, size, torso_middle

UNSEEN = Pose(np.zeros((KEYPOINTS, 3)), 0.0)


def at(x: float, score: float = 0.7) -> Pose:
    return standing((0.9, x), score=score)


def follow(tracker: Tracker, start: float, seconds: float, *poses: Pose):
    tracks = ()
    for frame in range(int(seconds * 10) + 1):
        tracks = tracker.update(poses, start + frame / 10)
    return tracks


def test_somebody_seen_for_a_moment_is_confirmed_and_keeps_the_id():
    tracker = Tracker()
    (first,) = tracker.update([at(0.5)], 0.0)
    assert first.state is TrackState.TENTATIVE
    (last,) = follow(tracker, 0.1, 1.0, at(0.5))
    assert last.state is TrackState.CONFIRMED
    assert last.id == first.id


def test_a_weak_body_starts_no_track_but_keeps_one_alive():
    tracker = Tracker()
    assert tracker.update([at(0.5, score=0.25)], 0.0) == ()
    follow(tracker, 1.0, 1.0, at(0.5))
    (track,) = follow(tracker, 2.1, 1.0, at(0.5, score=0.21))
    assert track.hit
    assert track.state is TrackState.CONFIRMED


def test_a_coat_that_never_moves_and_scores_badly_is_nobody():
    (track,) = follow(Tracker(), 0.0, 10.0, at(0.5, score=0.35))
    assert track.state is TrackState.TENTATIVE


def test_a_body_twice_is_one_body():
    assert len(distinct([at(0.5), at(0.505, score=0.5)])) == 1
    assert len(distinct([at(0.5), at(1.0)])) == 2


def test_two_people_who_come_close_keep_their_ids():
    tracker = Tracker()
    before = {round(torso_middle(t.pose)[1], 1): t.id for t in follow(tracker, 0.0, 1.0, at(0.3), at(1.0))}
    after = {}
    for frame in range(11):
        moved = frame * 0.02
        after = {
            round(torso_middle(t.pose)[1], 1): t.id
            for t in tracker.update([at(0.3 + moved), at(1.0 - moved)], 1.1 + frame / 10)
        }
    assert after == {0.5: before[0.3], 0.8: before[1.0]}


def test_a_vanished_body_is_lost_then_returns_with_its_id_then_is_gone_for_good():
    tracker = Tracker(lost_seconds=5)
    (track,) = follow(tracker, 0.0, 1.0, at(0.5))
    (lost,) = follow(tracker, 1.1, 2.0)
    assert lost.state is TrackState.LOST
    (back,) = follow(tracker, 3.2, 0.5, at(0.55))
    assert (back.id, back.state) == (track.id, TrackState.CONFIRMED)
    assert follow(tracker, 4.0, 6.0) == ()
    (new,) = follow(tracker, 11.0, 0.1, at(0.5))
    assert new.id > track.id


def test_where_nobody_looked_nobody_is_missed():
    tracker = Tracker(lost_seconds=5)
    (before,) = follow(tracker, 0.0, 1.0, at(0.5))
    for second in range(2, 60):
        (track,) = tracker.update([], float(second), looked=False)
    assert track.state is TrackState.CONFIRMED
    assert not track.hit
    (back,) = tracker.update([at(0.5)], 60.0)
    assert back.id == before.id


def test_a_pose_with_nothing_in_it_has_a_size_and_starts_nothing():
    assert size(UNSEEN) > 0
    assert Tracker().update([UNSEEN], 0.0) == ()


@given(st.lists(st.lists(st.tuples(st.floats(0.1, 1.2), st.floats(0.2, 0.9)), max_size=4), max_size=30))
def test_an_id_is_never_given_twice(frames: list[list[tuple[float, float]]]):
    tracker, ever, gone = Tracker(lost_seconds=0.3), set[int](), set[int]()
    for number, frame in enumerate(frames):
        ids = [track.id for track in tracker.update([at(x, score) for x, score in frame], number / 5)]
        assert len(ids) == len(set(ids))
        assert not gone & set(ids)
        gone |= ever - set(ids)
        ever |= set(ids)


def test_a_body_that_falls_between_two_frames_keeps_its_id():
    tracker = Tracker()
    (before,) = follow(tracker, 0.0, 1.0, standing((0.9, 0.7)))
    (after,) = tracker.update([tilted(90, (0.62, 0.35))], 1.03)
    assert after.id == before.id
    assert after.hit


def test_somebody_else_far_away_is_a_body_of_its_own():
    tracker = Tracker()
    (before,) = follow(tracker, 0.0, 1.0, standing((0.9, 0.3)))
    tracks = tracker.update([tilted(90, (0.62, 1.2))], 1.2)
    assert [track.id for track in tracks if track.hit] != [before.id]


@pytest.mark.parametrize(("away", "back", "same"), [(2.0, 1.3, True), (2.0, 1.05, False), (0.5, 1.05, True)])
def test_whoever_has_left_by_the_edge_comes_back_there_and_a_pet_farther_in_is_another(
    away: float,
    back: float,
    same: bool,  # noqa: FBT001 - a parameter of the test
):
    tracker = Tracker()
    (walker,) = follow(tracker, 0.0, 2.0, at(1.3))
    for tenth in range(1, round(away * 10)):
        tracker.update([], 2.0 + tenth / 10)
    hit = [track for track in tracker.update([at(back)], 2.0 + away) if track.hit]
    assert [track.id == walker.id for track in hit] == [same]


def test_whoever_was_lost_within_the_picture_is_found_anywhere_near():
    tracker = Tracker()
    (walker,) = follow(tracker, 0.0, 2.0, at(0.9))
    tracker.update([], 3.0)
    (found,) = tracker.update([at(1.05)], 5.0)
    assert found.id == walker.id
