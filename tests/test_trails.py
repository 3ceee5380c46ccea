import numpy as np
import pytest
from bodies import seen, tilted
from walks import falling, figures, upright

from guardian.identity import Identity
from guardian.posture import Postures
from guardian.skeleton import Pose
from guardian.tracking import Tracker
from guardian.trails import KEPT_SECONDS, Trails


def test_a_body_has_a_grid_once_it_is_somebody():
    trails = Trails()
    for now, each in figures(falling, 8.0):
        trails.update(each, now)
    (body,) = trails.bodies
    grid = trails.grid(body, 8.0)
    assert grid is not None
    assert grid.age[-1] == 0
    assert trails.grid(99, 8.0) is None


def test_a_body_that_is_not_found_grows_old_and_is_forgotten():
    def gone(time: float) -> Pose | None:
        return upright(time) if time < 3 else None

    trails = Trails()
    ages = {}
    for now, each in figures(gone, 30.0):
        trails.update(each, now)
        grid = trails.grid(1, now)
        ages[round(now, 1)] = None if grid is None else float(grid.age[-1])
    assert ages[2.9] == 0
    assert 0 < (ages[3.5] or 0) < 1
    assert ages[6.0] == 1
    assert ages[round(3.5 + KEPT_SECONDS, 1)] is None
    assert not trails.bodies


def test_a_body_that_fell_too_fast_to_be_followed_keeps_its_past():
    tracker, identity, postures, trails = Tracker(), Identity("room"), Postures(), Trails()
    before, after = tilted(0, feet=(0.9, 0.5)), tilted(90, feet=(0.95, 0.6))
    tracks = set()
    for number in range(1, 60):
        now = number / 10
        pose = before if now <= 3 else after
        found = postures.update(identity.update(tracker.update(seen(now, pose).poses, now), now), now, 4 / 3)
        trails.update(found, now)
        tracks |= {figure.person.track.id for figure in found}
    newest = max(tracks)
    grid = trails.grid(newest, 5.9)
    assert newest > 1, "the track was followed after all, so that nothing was tested"
    assert grid is not None
    hips = grid.keypoints[:, 11:13, 0].mean(axis=1)
    assert np.ptp(hips[grid.age < 1]) > 0.3


def test_a_body_that_was_found_again_elsewhere_has_its_past_once_it_is_joined():
    tracker, identity, postures, trails = Tracker(), Identity("room"), Postures(), Trails()
    before, after = tilted(0, feet=(0.9, 0.2)), tilted(90, feet=(0.95, 1.1))
    for number in range(1, 60):
        now = number / 10
        found = postures.update(
            identity.update(tracker.update(seen(now, before if now <= 3 else after).poses, now), now), now, 4 / 3
        )
        trails.update(found, now)
    alone = trails.grid(2, 5.9)
    for _ in range(2):
        trails.join(2, 1)
    joined = trails.grid(2, 5.9)
    trails.join(2, 99)
    assert alone is not None
    assert joined is not None
    assert (joined.age < 1).sum() > (alone.age < 1).sum()
    assert joined.keypoints[-1, :, 2] == pytest.approx(alone.keypoints[-1, :, 2])
