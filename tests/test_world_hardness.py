from itertools import pairwise

import numpy as np
import pytest

from guardian.lab.scene import Scene
from guardian.lab.world.hardness import HARDNESSES, LIGHTS, Document, Hardness

PLAIN: Document = {
    "scene": 1,
    "camera": {"size": [640, 480], "height": 2.2, "tilt": 20.0, "fov": 70.0},
    "room": {"wide": 5.4, "deep": 5.6},
    "furniture": [{"kind": "sofa", "name": "rest", "at": [1.1, 4.3]}],
    "persons": [{"at": [0.0, 3.0], "body": {"age": 80.0}, "does": [{"sit": {"where": "rest", "for": 2.0}}]}],
}


def hard(kind: str, light: str, seed: int = 1) -> Scene:
    return Scene.model_validate(Hardness(kind, light).harden(PLAIN, np.random.default_rng(seed)))


def test_35_films_have_every_kind_in_every_light():
    assert len({Hardness.of(number) for number in range(35)}) == len(HARDNESSES) * len(LIGHTS)


@pytest.mark.parametrize("kind", HARDNESSES)
@pytest.mark.parametrize("light", LIGHTS)
def test_every_kind_in_every_light_is_a_scene_in_which_the_same_is_done(kind: str, light: str):
    for seed in range(4):
        scene = hard(kind, light, seed)
        assert scene.persons[0].does == Scene.model_validate(PLAIN).persons[0].does
        assert scene.room.deep == 5.6


def test_the_same_seed_draws_the_same():
    assert hard("mirror", "dim") == hard("mirror", "dim")
    assert hard("mirror", "dim") != hard("mirror", "dim", 2)


@pytest.mark.parametrize("kind", ["mirror", "television"])
def test_a_mirror_and_a_television_are_there_where_they_are_the_hardness(kind: str):
    assert kind in {piece.kind for piece in hard(kind, "day").furniture}
    assert kind not in {piece.kind for piece in hard("plain", "day").furniture}


def test_each_kind_is_what_it_says():
    assert hard("pet", "day").pets
    assert hard("bent lens", "day").camera.barrel >= 0.2
    assert hard("smeared", "day").camera.shutter >= 0.7
    occluded = hard("occluded", "day")
    assert any(piece.at[1] < 2 for piece in occluded.furniture)
    assert occluded.camera.height <= 1.6
    assert not hard("plain", "day").pets


def test_each_light_is_what_it_says():
    assert hard("plain", "infrared").camera.infrared
    assert hard("plain", "dim").room.light < 0.2 < hard("plain", "lamp").room.light < hard("plain", "day").room.light
    backlit = hard("plain", "backlight")
    assert "window" in {piece.kind for piece in backlit.furniture}
    assert backlit.camera.bloom > 0


def test_nothing_on_the_far_wall_hides_another():
    for seed in range(30):
        hung = [piece for piece in hard("television", "backlight", seed).furniture if piece.lifted > 0.4]
        on_wall = sorted((piece.at[0], piece.size) for piece in hung if piece.at[1] > 5.5)
        for (left, size), (right, other) in pairwise(on_wall):
            assert size is not None
            assert other is not None
            assert left + size[0] / 2 < right - other[0] / 2
