import numpy as np
import pytest

from guardian.lab.clothes import normals
from guardian.lab.pet import SHOULDER, Pet, faces
from guardian.lab.render import Film
from guardian.lab.scene import Scene

CAT = Pet("cat", (0.4, 0.3, 0.2), ((-1.0, -3.0), (1.0, -3.0), (1.0, -2.0)), 0.5, begin=1.0, rest=2.0)
DOG = Pet("dog", (0.4, 0.3, 0.2), ((-1.0, -3.0), (1.0, -3.0)), 1.0)


@pytest.mark.parametrize("pet", [CAT, DOG])
@pytest.mark.parametrize("time", [0.0, 1.7, 2.6, 5.0])
def test_an_animal_stands_on_the_floor_and_is_as_large_as_its_kind(pet: Pet, time: float):
    points = pet.vertices(time)
    assert -0.03 < points[:, 1].min() < 0.03
    assert 1.0 < points[:, 1].max() / SHOULDER[pet.kind] < 1.8
    assert np.ptp(points[:, [0, 2]], axis=0).max() < 3.0 * SHOULDER[pet.kind]


def test_it_waits_walks_rests_and_walks_on_to_its_last_place():
    places = [CAT.vertices(time)[:, [0, 2]].mean(axis=0) for time in (0.0, 1.0, 3.0, 5.2, 6.8, 99.0)]
    assert places[0] == pytest.approx(places[1], abs=0.02)
    assert places[2] == pytest.approx([0.0, -3.0], abs=0.15)
    assert places[3] == pytest.approx(places[4], abs=0.05)
    assert places[5] == pytest.approx([1.0, -2.0], abs=0.15)


def test_it_looks_where_it_goes():
    nose = DOG.vertices(1.0)
    assert nose[:, 0].max() - nose[:, 0].mean() > 0.5
    assert np.ptp(nose[:, 2]) < 0.4


def test_a_walking_animal_moves_its_legs_and_a_resting_one_does_not():
    def feet(time: float) -> np.ndarray:
        points = CAT.vertices(time)
        return points[points[:, 1] < 0.05] - points.mean(axis=0)

    assert feet(2.0).shape != feet(2.3).shape or np.abs(feet(2.0) - feet(2.3)).max() > 0.02
    assert np.abs(feet(5.4) - feet(6.0)).max() < 0.01


@pytest.mark.parametrize("pet", [CAT, DOG])
def test_its_skin_looks_outwards(pet: Pet):
    points, quads = pet.vertices(2.0), faces(pet.kind)
    assert quads.max() == len(points) - 1
    assert len(pet.colours()) == len(quads)
    outward = normals(points, quads)
    limb = slice(0, 70)
    away = points[limb] - points[limb].mean(axis=0)
    assert ((outward[limb] * away).sum(axis=1) > 0).mean() > 0.9


def test_an_animal_is_drawn_where_it_walks():
    def frame(*pets: object) -> np.ndarray:
        spec = {"scene": 1, "camera": {"size": [96, 72], "noise": 0.0, "blur": 0.0}, "pets": pets, "seconds": 9}
        return Film(Scene.model_validate(spec)).frame(1.5).astype(int)

    walking = {"kind": "dog", "way": [[-1.5, 2.5], [1.5, 2.5]], "speed": 0.5, "colour": "#201810"}
    changed = np.abs(frame(walking) - frame()).max(axis=2) > 30
    y, x = np.nonzero(changed)
    assert len(y) > 60
    assert x.mean() < 48
    assert y.mean() > 36
