import numpy as np
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.lab.world.errors import PART_OF, PARTS, UPSIDE_DOWN, Errors, Finder, size, state
from guardian.lab.world.truth import Body, World
from guardian.skeleton import HEAD, HIPS, SHOULDERS


@pytest.fixture(scope="module")
def bodies() -> dict[str, Body]:
    standing = World(worlds.scene([{"wait": {"for": 2.0}}])).bodies(1.0)[0]
    fallen = World(worlds.scene([{"fall": {"towards": "left", "for": 5.0}}])).bodies(5.0)[0]
    return {"upright": standing, "lying": fallen}


def found(body: Body, seconds: float = 400.0, seed: int = 1) -> list[np.ndarray | None]:
    finder = Finder(Errors.fitted(), np.random.default_rng(seed))
    poses = [finder.find(body, number / 10) for number in range(round(seconds * 10))]
    return [None if pose is None else pose.keypoints for pose in poses]


def test_every_keypoint_belongs_to_one_part():
    assert sorted(keypoint for part in PARTS.values() for keypoint in part) == list(range(17))
    assert len(PART_OF) == len(UPSIDE_DOWN) == 17


@pytest.mark.parametrize("how", ["upright", "lying"])
def test_over_time_the_finder_errs_as_much_as_was_fitted(bodies: dict[str, Body], how: str):
    body, errors = bodies[how], Errors.fitted()
    assert state(body) == how
    poses = found(body)
    missed = np.mean([pose is None for pose in poses])
    assert missed == pytest.approx(errors.missed[how], abs=0.08)
    seen = np.array([pose for pose in poses if pose is not None])
    torso = [*SHOULDERS, *HIPS]
    shown = [k for k in torso if body.keypoints[k, 2]]
    wanted = np.mean([errors.score[how]["seen"][PART_OF[k]] for k in shown])
    assert seen[:, shown, 2].mean() == pytest.approx(wanted, abs=0.06)


def test_who_lies_is_seen_worse_than_who_stands(bodies: dict[str, Body]):
    def quality(how: str) -> tuple[float, float]:
        body = bodies[how]
        poses = np.array([pose for pose in found(body) if pose is not None])
        off = np.linalg.norm(np.median(np.abs(poses[:, :, :2] - body.keypoints[:, :2]), axis=0)) / size(
            body.keypoints[:, :2]
        )
        return float(poses[:, list(HEAD), 2].mean()), float(off)

    (upright_score, upright_off), (lying_score, lying_off) = quality("upright"), quality("lying")
    assert upright_score > lying_score
    assert upright_off < lying_off


def test_successive_frames_err_alike_and_distant_ones_do_not(bodies: dict[str, Body]):
    scores = np.array([pose[5, 2] for pose in found(bodies["upright"]) if pose is not None])
    near = np.corrcoef(scores[:-1], scores[1:])[0, 1]
    far = np.corrcoef(scores[:-50], scores[50:])[0, 1]
    assert near > 0.5
    assert abs(far) < 0.3


def test_a_hidden_body_is_not_found():
    block = [{"kind": "block", "at": [0.0, 2.0], "size": [3.0, 2.4, 0.3]}]
    body = World(worlds.scene([{"wait": {"for": 2.0}}], furniture=block)).bodies(1.0)[0]
    assert all(pose is None for pose in found(body, 5.0))


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_whatever_the_chance_scores_are_scores_and_the_same_seed_errs_alike(bodies: dict[str, Body], seed: int):
    one, other = (found(bodies["lying"], 2.0, seed) for _ in range(2))
    for a, b in zip(one, other, strict=True):
        assert (a is None) == (b is None)
        if a is not None and b is not None:
            assert (a == b).all()
            assert ((a[:, 2] > 0) & (a[:, 2] < 1)).all()
