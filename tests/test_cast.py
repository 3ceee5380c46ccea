import numpy as np
import pytest

from guardian.lab.cast import Person
from guardian.lab.scene import Scene
from guardian.skeleton import Keypoint

DOES = [
    {"walk": {"to": [0.3, 3.0]}},
    {"sit": {"where": "sofa", "for": 1}},
    {"lie": {"where": "sofa", "for": 1}},
    {"sit": {"where": "sofa", "for": 1}},
    {"stand": {"for": 1}},
    {"bend": {"for": 1}},
    {"walk": {"to": [-0.5, 2.5], "facing": 0}},
    {"fall": {"towards": "back", "for": 2}},
]


def scene(does: list[dict[str, object]], seed: int = 3) -> Scene:
    sofa = {"kind": "sofa", "name": "sofa", "at": [0.5, 4.0]}
    return Scene.model_validate(
        {"scene": 1, "seed": seed, "furniture": [sofa], "persons": [{"at": [-1, 3], "does": does}]}
    )


def person(does: list[dict[str, object]], seed: int = 3) -> Person:
    made = scene(does, seed)
    return Person(made.persons[0], made, 0)


@pytest.fixture(scope="module")
def anna() -> Person:
    return person(DOES)


def keypoints(who: Person, time: float) -> np.ndarray:
    return who.keypoints(who.skeleton.transforms(who.figure(time)))


def test_acts_follow_each_other_without_a_gap(anna: Person):
    for act, after in zip(anna.acts, anna.acts[1:], strict=False):
        assert after.start == pytest.approx(act.start + act.segment.seconds)
    assert list(dict.fromkeys(act.verb for act in anna.acts)) == [
        "walk",
        "sit",
        "lie",
        "stand",
        "bend",
        "fall",
    ]


def test_the_head_is_high_standing_lower_sitting_and_lowest_fallen(anna: Person):
    def head(verb: str) -> float:
        act = [act for act in anna.acts if act.verb == verb][-1]
        return float(keypoints(anna, act.start + act.segment.seconds)[Keypoint.NOSE, 1])

    assert head("walk") > 1.3 > head("sit") > 0.9 > head("lie") > 0.4 > head("fall")


def test_keypoints_lie_on_the_side_they_are_named_for(anna: Person):
    standing = person([{"wait": {"for": 1}}])
    places = keypoints(standing, 0.0)
    for left, right in ((Keypoint.LEFT_EYE, Keypoint.RIGHT_EYE), (Keypoint.LEFT_EAR, Keypoint.RIGHT_EAR),
                        (Keypoint.LEFT_HIP, Keypoint.RIGHT_HIP)):  # fmt: skip
        assert places[left, 0] > places[right, 0] + 0.02
    assert places[Keypoint.NOSE, 2] > places[Keypoint.LEFT_EAR, 2] + 0.05
    assert places.shape == (17, 3)
    assert anna.body.height == pytest.approx(1.62)


def test_one_who_lies_still_still_breathes(anna: Person):
    end = anna.seconds
    first, later = keypoints(anna, end - 1.9), keypoints(anna, end - 0.2)
    moved = np.linalg.norm(later - first, axis=1)
    assert 0.0 < moved.max() < 0.05


def test_nothing_moves_after_the_last_act_but_breath(anna: Person):
    assert np.abs(keypoints(anna, anna.seconds + 50) - keypoints(anna, anna.seconds)).max() < 0.06


def test_the_same_seed_gives_the_same_life():
    does = [{"wait": {"for": 1}}]
    assert np.array_equal(keypoints(person(does, 1), 0.7), keypoints(person(does, 1), 0.7))
    assert not np.array_equal(keypoints(person(does, 1), 0.7), keypoints(person(does, 2), 0.7))


def test_one_who_is_told_to_walk_while_sitting_gets_up_first():
    who = person([{"sit": {"where": "sofa", "for": 0}}, {"walk": {"to": [0, 2]}}])
    assert keypoints(who, who.seconds)[Keypoint.NOSE, 1] > 1.3


def test_one_with_nothing_to_do_stands():
    who = person([])
    assert who.seconds == 1.0
    assert keypoints(who, 0.5)[Keypoint.NOSE, 1] > 1.3
