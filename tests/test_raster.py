import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from guardian.lab.raster import rasterise

SIZE = (16, 12)
places = st.floats(-3, 18)
triangles = st.lists(
    st.lists(st.tuples(places, places, st.floats(0.5, 9)), min_size=3, max_size=3), min_size=1, max_size=6
)


def slow(corners: np.ndarray, depths: np.ndarray) -> dict[int, float]:
    """The depth of each covered pixel, one pixel and one triangle at a time."""
    found: dict[int, float] = {}
    for (a, b, c), depth in zip(corners, depths, strict=True):
        matrix = np.array([[a[0], b[0], c[0]], [a[1], b[1], c[1]], [1, 1, 1]])
        if abs(np.linalg.det(matrix)) < 1e-3:
            continue
        for pixel in range(SIZE[0] * SIZE[1]):
            weights = np.linalg.solve(matrix, [pixel % SIZE[0], pixel // SIZE[0], 1])
            if (weights > 1e-6).all():
                found[pixel] = min(found.get(pixel, np.inf), 1 / (weights / depth).sum())
    return found


@given(triangles)
def test_it_finds_what_a_plain_search_finds(drawn: list[list[tuple[float, float, float]]]):
    corners = np.array([[corner[:2] for corner in triangle] for triangle in drawn])
    depths = np.array([[corner[2] for corner in triangle] for triangle in drawn])
    areas = np.abs(np.cross(np.c_[corners[:, 1] - corners[:, 0], np.zeros(len(drawn))],
                            np.c_[corners[:, 2] - corners[:, 0], np.zeros(len(drawn))])[:, 2])  # fmt: skip
    corners, depths = corners[areas > 1e-2], depths[areas > 1e-2]
    seen = rasterise(corners, depths, SIZE)
    got = dict(zip(seen.pixels.tolist(), seen.depth.tolist(), strict=True))
    for pixel, depth in slow(corners, depths).items():
        assert np.isclose(got[pixel], depth, rtol=1e-3)


def test_the_nearer_triangle_hides_the_farther():
    square = np.array([[[0, 0], [8, 0], [0, 8]], [[0, 0], [8, 0], [0, 8]]], float)
    seen = rasterise(square, np.array([[5.0, 5.0, 5.0], [2.0, 2.0, 2.0]]), SIZE)
    assert set(seen.triangle.tolist()) == {1}
    assert len(set(seen.pixels.tolist())) == len(seen.pixels)


def test_what_is_behind_the_camera_or_beside_the_picture_is_not_drawn():
    corners = np.array([[[0, 0], [8, 0], [0, 8]], [[30, 30], [40, 30], [30, 40]]], float)
    assert len(rasterise(corners, np.array([[1.0, -1.0, 1.0], [1.0, 1.0, 1.0]]), SIZE).pixels) == 0
