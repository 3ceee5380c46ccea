import numpy as np

from guardian.lab.camera import Camera
from guardian.lab.room import Lamp
from guardian.lab.surface import Canvas, Surface

CAMERA = Camera(40, 30, (0.0, 1.0, 0.0), tilt=0, fov=60)
LAMP = Lamp((0.0, 2.4, -0.5))
QUADS = np.array([[0, 1, 2, 3]])
SQUARE = np.array([[-0.5, 0.5, -2.0], [0.5, 0.5, -2.0], [0.5, 1.5, -2.0], [-0.5, 1.5, -2.0]])


def drawn(vertices: np.ndarray, depth: float = 9.0) -> Canvas:
    canvas = Canvas(np.zeros((1200, 3)), np.full(1200, depth))
    triangles = np.array([[0, 1, 2], [0, 2, 3]])
    surface = Surface(vertices, QUADS, triangles, lambda owner, _: np.tile([1.0, 0.5, 0.0], (len(owner), 1)))
    surface.draw(canvas, CAMERA, LAMP)
    return canvas


def test_a_surface_is_painted_in_its_colour_where_it_is():
    canvas = drawn(SQUARE)
    image = canvas.image.reshape(30, 40, 3)
    assert image[15, 20, 0] > 0.3
    assert image[15, 20, 1] == image[15, 20, 0] / 2
    assert image[0, 0].tolist() == [0, 0, 0]
    assert canvas.depth.reshape(30, 40)[15, 20] == 2.0


def test_what_is_nearer_hides_it():
    assert drawn(SQUARE, depth=1.5).image.max() == 0.0


def test_its_back_is_not_drawn():
    assert drawn(SQUARE[::-1].copy()).image.max() == 0.0
