import numpy as np
import tumbles

from guardian.lab.physics.course import drawn
from guardian.lab.physics.stance import hinges
from guardian.lab.physics.tumble import Tumble
from guardian.lab.ragdoll import points
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
