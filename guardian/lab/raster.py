"""Draw triangles into a depth buffer with numpy alone: for each pixel, the nearest triangle and where in it."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.intp]
_DEPTH_STEPS = float(1 << 22)
_NO_AREA = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Fragments:
    """What is seen: flat `pixels` (N,), the `triangle` of each, its `barycentric` weights (N, 3) and `depth` (N,)."""

    pixels: Indices
    triangle: Indices
    barycentric: Array
    depth: Array


def rasterise(corners: Array, depths: Array, size: tuple[int, int]) -> Fragments:
    """Return the visible fragments of triangles.

    `corners` (T, 3, 2) are pixel coordinates (x, y), `depths` (T, 3) positive distances along the camera's axis (a
    triangle with a corner at 0 or less is left out), `size` is (width, height). Pixel centres lie at whole numbers.
    """
    width, height = size
    first, second, third = corners[:, 0], corners[:, 1], corners[:, 2]  # along so short an axis numpy is slow
    low = np.ceil(np.minimum(np.minimum(first, second), third)).astype(np.intp)
    high = np.floor(np.maximum(np.maximum(first, second), third)).astype(np.intp)
    low, high = np.maximum(low, 0), np.minimum(high, [width - 1, height - 1])
    wide, tall = (high - low + 1).T
    ahead = (depths[:, 0] > 0) & (depths[:, 1] > 0) & (depths[:, 2] > 0)
    kept = np.flatnonzero((wide > 0) & (tall > 0) & ahead)
    count = wide[kept] * tall[kept]
    owner = np.repeat(kept, count)
    offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    x, y = low[owner, 0] + offset % wide[owner], low[owner, 1] + offset // wide[owner]
    weights = _barycentric(corners, owner, x, y)
    inside = (weights[:, 0] >= 0) & (weights[:, 1] >= 0) & (weights[:, 2] >= 0)
    owner, x, y, weights = owner[inside], x[inside], y[inside], weights[inside]
    weights = weights / depths[owner]
    depth = 1.0 / (weights[:, 0] + weights[:, 1] + weights[:, 2])
    return _nearest(Fragments(y * width + x, owner, weights * depth[:, None], depth), width * height)


def _barycentric(corners: Array, owner: Indices, x: Indices, y: Indices) -> Array:
    """Return the weights of the three corners at each sample; one of them is negative outside the triangle."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    inverse = np.divide(1.0, area, out=np.full_like(area, -np.inf), where=np.abs(area) > _NO_AREA)
    gradient = np.stack([b[:, 1] - c[:, 1], c[:, 0] - b[:, 0], c[:, 1] - a[:, 1], a[:, 0] - c[:, 0]], axis=1)
    gradient = gradient * inverse[:, None]
    dx, dy, slope = x - c[owner, 0], y - c[owner, 1], gradient[owner]
    with np.errstate(invalid="ignore"):
        first = slope[:, 0] * dx + slope[:, 1] * dy
        second = slope[:, 2] * dx + slope[:, 3] * dy
        return np.stack([first, second, 1 - first - second], axis=1)


def _nearest(fragments: Fragments, pixels: int) -> Fragments:
    """Keep one fragment a pixel: the nearest, and of equally near ones the first."""
    count = len(fragments.pixels)
    closeness = np.clip(fragments.depth / 64.0, 0.0, 1.0) * _DEPTH_STEPS
    key = closeness.astype(np.int64) * (1 << 32) + np.arange(count)
    best = np.full(pixels, np.iinfo(np.int64).max)
    np.minimum.at(best, fragments.pixels, key)
    chosen = (best[best != np.iinfo(np.int64).max] & 0xFFFFFFFF).astype(np.intp)
    return Fragments(
        fragments.pixels[chosen], fragments.triangle[chosen], fragments.barycentric[chosen], fragments.depth[chosen]
    )
