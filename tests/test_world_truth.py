import numpy as np
import pytest
import worlds

from guardian.lab.render import Film
from guardian.lab.world.truth import World
from guardian.skeleton import ANKLES, HIPS

STAND = {"wait": {"for": 4.0}}


def test_what_is_true_of_a_film_is_what_its_drawing_says():
    scene = worlds.scene([{"walk": {"to": [0.5, 3.0]}}, {"bend": {"for": 1.0}}])
    world, film = World(scene), Film(scene)
    for time in (0.5, 2.0, 4.0):
        (body,), (drawn,) = world.bodies(time), film.keypoints(time)
        assert body.keypoints[:, :2] == pytest.approx(drawn[:, :2])


def test_feet_stand_on_the_floor_and_hips_above_them():
    (body,) = World(worlds.scene([STAND])).bodies(1.0)
    assert body.joints[list(ANKLES), 1] == pytest.approx(0.09, abs=0.05)
    assert body.joints[list(HIPS), 1].mean() == pytest.approx(0.85, abs=0.15)
    assert body.tilt < 20
    assert body.seen == 1.0


def test_a_body_behind_a_block_is_hidden_as_far_as_the_block_goes():
    low = [{"kind": "block", "at": [0.0, 2.0], "size": [3.0, 1.0, 0.3]}]
    high = [{"kind": "block", "at": [0.0, 2.0], "size": [3.0, 2.4, 0.3]}]
    behind, covered = (World(worlds.scene([STAND], furniture=each)).bodies(1.0)[0] for each in (low, high))
    assert not behind.keypoints[list(ANKLES), 2].any()
    assert behind.keypoints[0, 2] == 1
    assert covered.seen == 0


def test_who_stands_outside_the_picture_is_not_seen():
    (body,) = World(worlds.scene([STAND], at=[3.5, 1.0])).bodies(1.0)
    assert body.seen == 0


def test_a_body_that_has_fallen_lies_flat_and_still():
    world = World(worlds.scene([{"fall": {"towards": "left", "for": 5.0}}]))
    (body,) = world.bodies(5.0)
    assert body.tilt > 60
    assert body.joints[:, 1].max() < 0.6
    assert world.still(5.0)
    assert not world.still(0.3)


def test_a_faster_world_is_the_same_in_less_time():
    scene = worlds.scene([{"walk": {"to": [0.8, 3.2]}}])
    slow, fast = World(scene), World(scene, pace=2.0)
    assert fast.seconds == pytest.approx(slow.seconds / 2)
    assert np.allclose(fast.bodies(1.0)[0].keypoints, slow.bodies(2.0)[0].keypoints)


def test_the_truth_goes_through_the_lens_through_which_a_film_is_drawn():
    scene = worlds.scene([{"walk": {"to": [0.5, 3.0]}}, {"bend": {"for": 1.0}}])
    camera = scene.camera.model_copy(update={"barrel": 0.3, "roll": 9.0})
    bent = scene.model_copy(update={"camera": camera, "pace": 1.5})
    (body,), (drawn,) = World(bent).bodies(1.5), Film(bent).keypoints(1.5)
    (straight,) = World(scene).bodies(1.5)
    assert body.keypoints[:, :2] == pytest.approx(drawn[:, :2])
    assert np.abs(body.keypoints[:, :2] - straight.keypoints[:, :2]).max() > 0.03


def test_who_falls_into_a_sofa_is_stuck_in_it():
    sofa = [{"kind": "block", "at": [0.0, 3.0], "size": [1.0, 0.6, 1.0]}]
    assert World(worlds.scene([STAND], furniture=sofa)).stuck(1.0)
    assert not World(worlds.scene([STAND], furniture=sofa, at=[1.5, 3.0])).stuck(1.0)


def test_who_stands_behind_the_camera_is_far_outside_of_the_picture_on_his_own_side():
    below, aside = (World(worlds.scene([STAND], at=at)).bodies(1.0)[0].keypoints for at in ([0.0, -0.4], [2.0, -0.4]))
    assert not below[:, 2].any()
    assert (below[list(ANKLES), 0] > 5).all()
    assert (aside[list(HIPS), 1] > 5).all()
