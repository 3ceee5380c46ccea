import numpy as np
import pytest
import worlds
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from guardian.lab.world.cut import OVERS, SHARES, Cut, framed, is_cut, left_inside
from guardian.lab.world.errors import PART_OF, PARTS, Errors, Finder
from guardian.lab.world.truth import Body, World
from guardian.skeleton import ANKLES, HIPS, SHOULDERS

ASPECT = 4 / 3
STILL = np.zeros((17, 2))


def near(away: float) -> Body:
    """Somebody who stands so near to the camera that the lower edge of the picture may cut him off."""
    return World(worlds.scene([{"wait": {"for": 2.0}}], at=[0.0, away])).bodies(1.0)[0]


def told(body: Body, seconds: float = 30.0) -> list[np.ndarray]:
    finder = Finder(Errors.fitted(), np.random.default_rng(1), ASPECT)
    poses = [finder.find(body, number / 10) for number in range(round(seconds * 10))]
    return [pose.keypoints for pose in poses if pose is not None]


def test_the_table_has_a_figure_for_each_bin_and_part():
    cut = Cut.fitted()
    for name in ("inset", "trembles", "score", "spread"):
        assert len(getattr(cut, name)) == len(OVERS) - 1
    for name in ("kept", "off", "found"):
        assert len(getattr(cut, name)) == len(SHARES) - 1
    assert all(len(parts) == len(PARTS) for parts in cut.score)


def test_what_is_below_the_picture_is_told_of_at_its_edge_and_scores_less():
    whole, cut = near(3.0), near(1.2)
    assert not is_cut(whole.keypoints[:, :2], ASPECT)
    assert cut.keypoints[list(ANKLES), 0].min() > 1.2
    feet, others = (np.median(told(body), axis=0)[list(ANKLES)] for body in (cut, whole))
    assert ((feet[:, 0] > 0.9) & (feet[:, 0] <= 1)).all()
    assert (feet[:, 2] < others[:, 2] - 0.1).all()


def test_who_walks_under_the_camera_seems_to_shrink():
    def torso(away: float) -> float:
        pose = np.median(told(near(away)), axis=0)
        return float(pose[list(HIPS), 0].mean() - pose[list(SHOULDERS), 0].mean())

    true = near(0.5).keypoints[:, 0]
    assert torso(0.5) < 0.6 * (true[list(HIPS)].mean() - true[list(SHOULDERS)].mean())


def test_the_less_is_seen_the_more_seldom_it_is_found_and_nothing_never():
    cut = Cut.fitted()
    moods = np.random.default_rng(2).normal(size=500)
    found = [np.mean([cut.finds(seen, float(mood)) for mood in moods]) for seen in (0.0, 0.1, 0.25, 0.9)]
    assert found == sorted(found)
    assert found[0] == 0
    assert found[-1] > 0.97


@given(
    arrays(np.float64, (17, 2), elements=st.floats(-5, 5)),
    arrays(np.float64, (17, 2), elements=st.floats(-4, 4)),
    st.sampled_from([4 / 3, 16 / 9, 3 / 4]),
)
def test_nothing_is_ever_told_of_outside_of_the_picture(places: np.ndarray, drift: np.ndarray, aspect: float):
    made = Cut.fitted().placed(places, drift, aspect)
    assert (made == framed(made, aspect)).all()
    assert left_inside(places, aspect) > 0


def test_what_is_outside_never_scores_more_than_it_would_inside():
    places = near(1.2).keypoints[:, :2]
    usual, spread = np.full(17, 0.3), np.full(17, 0.1)
    score, _ = Cut.fitted().scored(usual, spread, places, PART_OF, ASPECT)
    outside = (places != framed(places, ASPECT)).any(axis=1)
    assert outside.any()
    assert (score[outside] <= 0.3).all()


def test_without_chance_what_is_inside_is_where_it_is():
    places = near(1.2).keypoints[:, :2]
    inside = (places == framed(places, ASPECT)).all(axis=1)
    assert Cut.fitted().placed(places, STILL, ASPECT)[inside] == pytest.approx(places[inside])
