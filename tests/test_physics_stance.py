from dataclasses import replace

import numpy as np
import tumbles

from guardian.lab.body import Build, shape
from guardian.lab.figure import Skeleton
from guardian.lab.physics import muscles
from guardian.lab.physics.course import drawn
from guardian.lab.physics.stance import hinges
from guardian.lab.physics.tumble import Tumble
from guardian.lab.ragdoll import POINTS, points
from guardian.lab.rotation import about


def test_hinges_take_a_rotation_apart():
    turn = about("x", 40) @ about("z", -25) @ about("y", 70)
    assert np.allclose(np.degrees(hinges(turn)), (40, -25, 70))


def test_a_fall_begins_in_the_very_figure_of_its_onset():
    for start in ("standing", "walking", "armchair", "bed"):
        onset, boxes = tumbles.onset(start)
        random = np.random.default_rng(1)
        first = Tumble(onset, drawn("faint", random), boxes, random).figure()
        apart = points(tumbles.SKELETON, first) - points(tumbles.SKELETON, onset.now)
        assert np.abs(apart).max() < 0.01


def test_a_fall_goes_on_with_the_motion_of_its_onset():
    onset, boxes = tumbles.onset("walking")
    random = np.random.default_rng(1)
    one = Tumble(onset, drawn("faint", random), boxes, random)
    one.advance()
    moved = (one.figure().hips - onset.now.hips) * 60
    assert 0.4 < moved[2] < 1.3


def test_a_knee_bent_as_far_as_it_goes_is_where_the_model_has_it():
    onset, boxes = tumbles.onset("standing")
    skeleton = Skeleton(shape(Build("male", 80.0, "african", 1.85)))
    one = Tumble(
        replace(onset, skeleton=skeleton), drawn("faint", np.random.default_rng(1)), boxes, np.random.default_rng(1)
    )
    for bent in (0.0, 60.0, 140.0):
        muscles.put(one.data.qpos[7:], {"knee_l": bent, "hip_l_flex": bent / 2, "elbow_r": bent})
        one._engine.mj_forward(one.model, one.data)
        places = dict(zip(POINTS, points(skeleton, one.figure()), strict=True))
        assert np.allclose(places["knee_l"], one._place("shank_l"), atol=0.03)
        assert np.allclose(places["elbow_r"], one._place("forearm_r"), atol=0.03)
