"""Bodies of other proportions, and people as they differ from each other and from day to day."""

import numpy as np
import pytest

from guardian.lab.body import Build, shape
from guardian.lab.gait import USUAL as PLAIN
from guardian.lab.gait import Manner
from guardian.lab.physique import PARTS, USUAL, Physique, stretched
from guardian.lab.scene import MannerSpec, PhysiqueSpec
from guardian.lab.world.homes import home
from guardian.lab.world.residents import at_home, minute, passing, resident

BODY = shape(Build())


def test_the_usual_physique_changes_nothing():
    assert stretched(BODY, USUAL) is BODY
    assert PhysiqueSpec().physique() == USUAL
    assert MannerSpec().manner() == PLAIN


@pytest.mark.parametrize(
    ("physique", "joints"),
    [
        (Physique(thigh=1.1), ("thigh_l", "calf_l")),
        (Physique(shank=1.1), ("calf_l", "foot_l")),
        (Physique(upper_arm=1.1), ("upperarm_r", "lowerarm_r")),
        (Physique(forearm=1.1), ("lowerarm_r", "hand_r")),
        (Physique(hips=1.1), ("thigh_l", "thigh_r")),
        (Physique(torso=1.1), ("pelvis", "spine_03")),
        (Physique(neck=1.2), ("neck_01", "head")),
    ],
)
def test_a_part_is_longer_beside_the_stature_which_stays(physique: Physique, joints: tuple[str, str]):
    made = stretched(BODY, physique)
    assert made.height == pytest.approx(BODY.height, abs=0.03)
    assert made.length(*joints) / BODY.length(*joints) > 1.02
    assert made.joints["crown"][1] == pytest.approx(BODY.joints["crown"][1])
    assert made.joints["ball_l"][1] == pytest.approx(BODY.joints["ball_l"][1], abs=0.01)


def test_people_differ_more_than_one_does_from_day_to_day():
    random = np.random.default_rng(3)
    people = [resident(random) for _ in range(60)]
    days = [people[0].today(random) for _ in range(60)]
    spread = {who: np.std([each.height for each in group]) for who, group in (("people", people), ("days", days))}
    assert spread["days"] < 0.02 < spread["people"]
    for part in PARTS:
        assert np.std([each.physique[part] for each in days]) < np.std([each.physique[part] for each in people])
    assert isinstance(Manner(**people[0].manner), Manner)


def test_a_resident_comes_in_by_a_door_and_does_what_is_drawn():
    random = np.random.default_rng(4)
    place = at_home(home(random), resident(random), random)
    for does in (minute(random), passing(random)):
        scene = place.scene(1, does)
        assert len(scene.persons) == 1
        assert scene.persons[0].does[-1].walk is not None
        assert abs(scene.persons[0].at[0]) > 2
