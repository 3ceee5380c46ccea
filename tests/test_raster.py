import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from guardian.lab.raster import rasterise

SIZE = (16, 12)
places = st.floats(-3, 18, width=32, allow_subnormal=False)
triangles = st.lists(
    st.lists(st.tuples(places, places, st.floats(0.5, 9)), min_size=3, max_size=3), min_size=1, max_size=6
)


def slow(corners: np.ndarray, depths: np.ndarray) -> tuple[dict[int, float], set[int]]:
    """The depth of each covered pixel, one pixel and one triangle at a time, and the pixels that lie on an edge:
    whether those are covered hangs on the last bit.
    """
    found, doubtful = dict[int, float](), set[int]()
    for (a, b, c), depth in zip(corners, depths, strict=True):
        matrix = np.array([[a[0], b[0], c[0]], [a[1], b[1], c[1]], [1, 1, 1]])
        for pixel in range(SIZE[0] * SIZE[1]):
            weights = np.linalg.solve(matrix, [pixel % SIZE[0], pixel // SIZE[0], 1])
            if abs(weights.min()) <= 1e-6:
                doubtful.add(pixel)
            elif weights.min() > 0:
                found[pixel] = min(found.get(pixel, np.inf), 1 / (weights / depth).sum())
    return found, doubtful


@given(triangles)
@example([[(0.0, 1.0, 1.0), (0.0, 0.0, 1.0), (1.0, 0.0, 1.0)], [(0.0, 2.0, 2.0), (2.0, 0.0, 2.0), (2.0, 2.0, 2.0)]])
@example([[(0.0, 0.0, 1.0), (2.0, 2.0, 1.0), (0.0, 2.0, 1.0)], [(0.0, 0.0, 2.0), (4.0, 0.0, 2.0), (0.0, 4.0, 2.0)]])
def test_it_finds_what_a_plain_search_finds(drawn: list[list[tuple[float, float, float]]]):
    corners = np.array([[corner[:2] for corner in triangle] for triangle in drawn])
    depths = np.array([[corner[2] for corner in triangle] for triangle in drawn])
    sides = corners[:, 1:] - corners[:, :1]
    wide = np.abs(np.linalg.det(sides)) > 1e-2
    corners, depths = corners[wide], depths[wide]
    seen = rasterise(corners, depths, SIZE)
    got = dict(zip(seen.pixels.tolist(), seen.depth.tolist(), strict=True))
    found, doubtful = slow(corners, depths)
    assert set(got) - doubtful == set(found) - doubtful
    for pixel in set(found) - doubtful:
        assert np.isclose(got[pixel], found[pixel], rtol=1e-3)


@given(st.integers(1, 7), st.integers(1, 7))
def test_two_triangles_that_share_an_edge_leave_no_hole_between_them(wide: int, tall: int):
    a, b, c, d = (0, 0), (2 * wide, 0), (2 * wide, tall), (0, tall)
    seen = rasterise(np.array([[a, b, c], [a, c, d]], float), np.ones((2, 3)), SIZE)
    assert set(seen.pixels.tolist()) == {
        y * SIZE[0] + x for y in range(min(tall, SIZE[1] - 1) + 1) for x in range(min(2 * wide, SIZE[0] - 1) + 1)
    }


def test_the_nearer_triangle_hides_the_farther():
    square = np.array([[[0, 0], [8, 0], [0, 8]], [[0, 0], [8, 0], [0, 8]]], float)
    seen = rasterise(square, np.array([[5.0, 5.0, 5.0], [2.0, 2.0, 2.0]]), SIZE)
    assert set(seen.triangle.tolist()) == {1}
    assert len(set(seen.pixels.tolist())) == len(seen.pixels)


def test_what_is_behind_the_camera_or_beside_the_picture_is_not_drawn():
    corners = np.array([[[0, 0], [8, 0], [0, 8]], [[30, 30], [40, 30], [30, 40]]], float)
    assert len(rasterise(corners, np.array([[1.0, -1.0, 1.0], [1.0, 1.0, 1.0]]), SIZE).pixels) == 0
