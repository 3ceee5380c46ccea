import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.lab.world.homes import ACTIVITIES, FALLS, fall, home
from guardian.lab.world.seen import observe
from guardian.lab.world.truth import World
from guardian.tracking import worth


def chance(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_every_home_has_a_camera_that_sees_its_floor_and_places_within_the_picture(seed: int):
    place = home(chance(seed))
    assert 1.0 <= place.camera.height <= 2.7
    for drawn in place.places:
        assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in drawn.polygon)
    assert home(chance(seed)) == place


def test_some_installers_draw_places_and_some_do_not():
    drawn = [bool(home(chance(seed)).places) for seed in range(60)]
    assert 0.3 < np.mean(drawn) < 0.9


@pytest.mark.parametrize("name", list(ACTIVITIES))
def test_what_people_do_can_be_played_and_seen(name: str):
    random = chance(3)
    place = home(random)
    does = ACTIVITIES[name][0](random, 12.0)
    world = World(place.scene(1, *does), place.pace)
    seen = list(observe(world, random, begin=100.0, empty=3.0))
    times = [observation.time for observation in seen]
    assert times == sorted(times)
    assert times[0] == 100.0
    assert times[-1] == pytest.approx(100 + world.seconds + 3.0, abs=1.2)
    assert any(worth(pose) for observation in seen for pose in observation.poses)


def test_where_nothing_moves_the_eye_looks_once_a_second():
    random = chance(5)
    place = home(random)
    does = [{"sit": {"where": "chair", "for": 120.0}}]
    gaps = np.diff([observation.time for observation in observe(World(place.scene(1, does)), random, empty=1.0)])
    assert np.isclose(gaps, 1.0).sum() > 90
    assert gaps.min() < 0.15


def test_a_fall_ends_on_the_floor():
    random = chance(7)
    place = home(random)
    does, kind = fall(random, 5.0)
    assert kind.split(", ")[0] in FALLS
    world = World(place.scene(1, does), place.pace)
    assert world.bodies(world.seconds)[0].joints[:, 1].mean() < 0.4
