import numpy as np
import pytest

from guardian.lab.camera import Camera
from guardian.lab.room import Box, Lamp, background, lambert

CAMERA = Camera(48, 36, (0.0, 2.0, 0.0), tilt=25, fov=70)
FLOOR = Box((0, -0.1, -3), (12, 0.1, 12), (0.5, 0.4, 0.3), "planks")
WALL = Box((0, 0, -5.1), (12, 4, 0.2), (0.8, 0.8, 0.8))
TABLE = Box((0, 0.7, -3), (1.0, 0.05, 1.0), (0.6, 0.3, 0.2), "wood", 20.0)
LAMP = Lamp((0.0, 2.4, -3.0))


def test_each_pixel_lies_on_the_floor_or_the_wall():
    room = background(CAMERA, [FLOOR, WALL], LAMP, 0)
    points = room.points.reshape(-1, 3)
    on_floor, on_wall = np.abs(points[:, 1]) < 1e-6, np.abs(points[:, 2] + 5.0) < 1e-6
    assert (on_floor | on_wall).all()
    assert 0.3 < on_floor.mean() < 1.0


def test_depth_and_point_agree():
    room = background(CAMERA, [FLOOR, WALL, TABLE], LAMP, 0)
    _, depth = CAMERA.project(room.points.reshape(-1, 3))
    assert depth == pytest.approx(room.depth.ravel())


def test_the_nearer_box_is_seen():
    bare, furnished = (background(CAMERA, boxes, LAMP, 0) for boxes in ([FLOOR, WALL], [FLOOR, WALL, TABLE]))
    nearer = furnished.depth < bare.depth - 1e-9
    assert nearer.any()
    assert (furnished.depth <= bare.depth + 1e-9).all()


def test_a_table_casts_a_shadow_below_it():
    bare, furnished = (background(CAMERA, boxes, LAMP, 0) for boxes in ([FLOOR, WALL], [FLOOR, WALL, TABLE]))
    same = (np.abs(bare.points - furnished.points) < 1e-9).all(axis=2)
    below = same & (np.hypot(bare.points[..., 0], bare.points[..., 2] + 3.0) < 0.6)
    far = same & (np.hypot(bare.points[..., 0], bare.points[..., 2] + 3.0) > 1.6)
    assert furnished.lit[below].mean() < 0.6 * bare.lit[below].mean()
    assert furnished.lit[far].mean() == pytest.approx(bare.lit[far].mean(), rel=0.02)


def test_light_is_strongest_right_below_the_lamp_and_none_from_behind():
    up = np.tile([0.0, 1.0, 0.0], (2, 1))
    near, far = lambert(np.array([[0.0, 0.0, -3.0], [2.0, 0.0, -3.0]]), up, LAMP)
    assert near > far > 0
    assert lambert(np.array([[0.0, 0.0, -3.0]]), -up[:1], LAMP)[0] == 0.0


def test_a_window_glows_by_itself():
    glowing = Box((0, 1.0, -4.9), (1.0, 1.0, 0.05), (0.8, 0.9, 1.0), "glow")
    room = background(Camera(48, 36, (0.0, 1.5, 0.0), tilt=0), [FLOOR, WALL, glowing], Lamp(level=0.1), 0)
    assert room.colour[18, 24] == pytest.approx([0.8, 0.9, 1.0])


def test_the_same_seed_gives_the_same_boards_and_another_one_others():
    first, again, other = (background(CAMERA, [FLOOR, WALL], LAMP, seed).colour for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
