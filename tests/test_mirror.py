import numpy as np
import pytest

from guardian.lab.camera import Camera
from guardian.lab.mirror import Mirror, hung
from guardian.lab.render import Film
from guardian.lab.room import Box, Lamp, background
from guardian.lab.scene import Scene

CAMERA = Camera(64, 48, (0.0, 1.6, 0.0), tilt=5, fov=70)
BACK = Box((0, 0, -5.1), (12, 4, 0.2), (0.8, 0.8, 0.8))
FRONT = Box((0, 0, 0.6), (12, 4, 0.2), (0.1, 0.1, 0.9))
FLOOR = Box((0, -0.1, -3), (12, 0.1, 12), (0.5, 0.4, 0.3))
GLASS = Box((0, 0.5, -4.95), (1.6, 1.8, 0.04), (0.8, 0.8, 0.8), "glass")
LAMP = Lamp((0.0, 2.4, -3.0))


def mirrors(*boxes: Box, camera: Camera = CAMERA) -> list[tuple[Mirror, np.ndarray]]:
    room = background(camera, boxes, LAMP, 0)
    return [(mirror, shown.points) for mirror, shown in hung(camera, boxes, LAMP, 0, room)]


def test_a_mirror_shows_the_wall_behind_the_camera():
    ((mirror, points),) = mirrors(FLOOR, BACK, FRONT, GLASS)
    assert len(mirror.pixels) > 50
    on_wall, on_floor = np.isclose(points[:, 2], 0.5), np.abs(points[:, 1]) < 1e-6
    assert (on_wall | on_floor).all()
    assert on_wall.mean() > 0.3


def test_what_is_mirrored_lies_as_far_behind_the_glass_as_it_lies_before_it():
    ((mirror, points),) = mirrors(FLOOR, BACK, FRONT, GLASS)
    behind = mirror.reflected(points)
    places, depth = CAMERA.project(behind)
    assert places[:, 1].round() * 64 + places[:, 0].round() == pytest.approx(mirror.pixels)
    assert depth == pytest.approx(mirror.depth[mirror.pixels])
    assert mirror.reflected(behind) == pytest.approx(points)


def test_a_mirror_that_hangs_beside_the_picture_or_shows_its_back_is_none():
    aside = Box((40.0, 0.5, -4.95), (1.6, 1.8, 0.04), (0.8, 0.8, 0.8), "glass")
    turned = Box((0, 0.5, -4.0), (1.6, 1.8, 0.04), (0.8, 0.8, 0.8), "glass", 180.0)
    assert mirrors(FLOOR, BACK, FRONT, aside) == []
    assert mirrors(FLOOR, BACK, FRONT, turned) == []


def test_only_what_touches_the_glass_may_be_shown():
    ((mirror, _),) = mirrors(FLOOR, BACK, FRONT, GLASS)
    middle = (mirror.low + mirror.high) / 2
    assert mirror.may_show(middle[None], np.array([3.0]))
    assert not mirror.may_show(middle[None], np.array([-3.0]))
    assert not mirror.may_show(mirror.low[None] - 9.0, np.array([3.0]))


def test_a_person_in_a_room_with_a_mirror_is_seen_twice():
    def film(*persons: object) -> np.ndarray:
        spec = {
            "scene": 1,
            "camera": {"size": [96, 72], "tilt": 15, "noise": 0.0, "blur": 0.0},
            "furniture": [{"kind": "mirror", "at": [0.6, 4.9], "size": [1.0, 2.2, 0.04]}],
            "persons": persons,
            "seconds": 1,
        }
        return Film(Scene.model_validate(spec)).frame(0.0).astype(int)

    changed = np.abs(film({"at": [1.0, 2.6]}) - film()).max(axis=2) > 40
    left, right = changed[:, :64].sum(), changed[:, 64:].sum()
    assert right > 150
    assert 15 < left < right / 2
