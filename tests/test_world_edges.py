import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.lab.world.edges import AT_EDGE, BEHIND, LEAST_IN, MOST_IN, at_edge, cut_spot, moved, share_in
from guardian.lab.world.homes import ACTIVITIES, home
from guardian.lab.world.seen import observe
from guardian.lab.world.truth import World
from guardian.tracking import worth


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_in_every_home_there_is_a_place_where_the_edge_cuts_off_who_stands_there(seed: int):
    random = np.random.default_rng(seed)
    camera = home(random).camera
    x, away = cut_spot(random, camera)
    assert LEAST_IN <= share_in(camera, x, away) <= MOST_IN


@pytest.mark.parametrize("name", AT_EDGE)
def test_what_people_do_at_the_edge_can_be_played_and_is_seen_in_part(name: str):
    random = np.random.default_rng(8)
    place = home(random)
    doing, often, _ = at_edge(place)[name]
    world = World(place.scene(1, *doing(random, 5.0)), place.pace)
    assert often > 0
    assert any(worth(pose) for seen in observe(world, random, empty=1.0) for pose in seen.poses)
    shares = [world.bodies(time)[0].seen for time in np.arange(0, world.seconds, 0.2)]
    assert any(0 < share < 1 for share in shares)


def test_nothing_done_at_the_edge_is_called_as_what_is_done_elsewhere():
    assert not set(AT_EDGE) & set(ACTIVITIES)


def test_some_come_in_below_the_camera_and_all_go_out_there():
    random = np.random.default_rng(1)
    place = home(random)
    doing = at_edge(place)["walking out below the camera"][0]
    plans = [doing(random, 5.0)[0] for _ in range(30)]
    assert all(plan[-1]["walk"]["to"][1] == BEHIND for plan in plans)
    assert 5 < sum(plan[0]["walk"]["to"][1] == BEHIND for plan in plans) < 25


def test_a_fall_is_moved_to_where_its_walk_led():
    bend, fall = {"bend": {"for": 1.0}}, {"fall": {"for": 5.0}}
    far, near = {"walk": {"to": (0.0, 3.0)}}, {"walk": {"to": (0.5, 1.0), "facing": 9.0}}
    walked = {"walk": {"to": (0.0, 3.0), "facing": 9.0}}
    assert moved([far, walked, bend, fall], (0.5, 1.0)) == [far, near, bend, fall]
    assert moved([far, fall], (0.5, 1.0))[0] == {"walk": {"to": (0.5, 1.0)}}


def test_who_falls_from_a_chair_falls_where_the_chair_is():
    does = [{"walk": {"to": (0.0, 3.0)}}, {"sit": {"where": "chair"}}, {"fall": {"for": 5.0}}]
    assert moved(does, (0.5, 1.0)) == does
