import numpy as np
import pytest

from guardian.lab.animate import Actor
from guardian.lab.body import Build, shape
from guardian.lab.figure import Skeleton
from guardian.lab.gait import Spot
from guardian.lab.ragdoll import HIPS, POINTS, RATE, SHOULDERS, Push, Ragdoll, figure_of, points

SKELETON = Skeleton(shape(Build()))
WAYS = {"forward": (0.0, 1.0), "left": (1.0, 0.0), "back": (0.0, -1.0), "right": (-1.0, 0.0)}
LIMBS = (("hip_l", "knee_l"), ("knee_r", "ankle_r"), ("shoulder_l", "elbow_l"), ("elbow_r", "wrist_r"))


def fallen(way: str, buckle: float) -> np.ndarray:
    """The points of a fall from standing, all steps of three seconds."""
    actor = Actor(SKELETON, Spot(0.0, -3.0, 0.0), 8.0)
    doll = Ragdoll(SKELETON, actor.figure, actor.lying(way), Push(WAYS[way], 1.3, buckle))
    return np.array(list(doll.steps(3.0)))


@pytest.fixture(scope="module", params=[(way, buckle) for way in WAYS for buckle in (0.2, 0.8)], ids=str)
def fall(request: pytest.FixtureRequest) -> tuple[str, np.ndarray]:
    way, buckle = request.param
    return way, fallen(way, buckle)


def test_all_of_the_body_comes_to_lie_on_the_floor(fall: tuple[str, np.ndarray]):
    _, steps = fall
    assert steps[-1][:, 1].max() < 0.42
    assert steps[-1][[POINTS.index("head"), *HIPS], 1].max() < 0.25
    assert steps[..., 1].min() > 0.0


def test_the_way_down_takes_as_long_as_a_real_one(fall: tuple[str, np.ndarray]):
    _, steps = fall
    torso = steps[:, [*HIPS, *SHOULDERS], 1].mean(axis=1)
    start, end = torso[0], torso[-1]
    down = np.argmax(torso < end + 0.15 * (start - end)) / RATE
    begun = np.argmax(torso < start - 0.1 * (start - end)) / RATE
    assert 0.35 < down - begun < 1.0
    assert down < 1.4


def test_nothing_falls_faster_than_gravity_and_the_push_allow(fall: tuple[str, np.ndarray]):
    _, steps = fall
    height = steps[:, :, 1].mean(axis=1)
    assert np.abs(np.diff(height)).max() * RATE < np.sqrt(2 * 9.81 * height[0]) + 1.3


def test_it_lies_still_in_the_end(fall: tuple[str, np.ndarray]):
    _, steps = fall
    assert np.abs(steps[-1] - steps[-RATE // 4]).max() < 0.03


def test_bones_keep_their_lengths(fall: tuple[str, np.ndarray]):
    _, steps = fall
    for a, b in LIMBS:
        length = np.linalg.norm(steps[:, POINTS.index(a)] - steps[:, POINTS.index(b)], axis=1)
        assert np.ptp(length) / length[0] < 0.10, (a, b)


def test_the_body_falls_the_way_it_was_pushed(fall: tuple[str, np.ndarray]):
    way, steps = fall
    moved = (steps[-1] - steps[0])[[*SHOULDERS]].mean(axis=0)
    assert moved[[0, 2]] @ np.array(WAYS[way]) > 0.3


def test_the_same_fall_is_the_same_to_the_bit():
    assert np.array_equal(fallen("left", 0.5), fallen("left", 0.5))


def test_the_figure_lies_where_its_points_are(fall: tuple[str, np.ndarray]):
    _, steps = fall
    again = points(SKELETON, figure_of(SKELETON, steps[-1]))
    assert np.linalg.norm(again - steps[-1], axis=1).max() < 0.08
