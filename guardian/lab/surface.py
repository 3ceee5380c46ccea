"""Draw a body's skin, cloth or fur into a picture: what the camera, or a mirror, sees of it, in the light of a lamp."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.lab.camera import Camera
from guardian.lab.clothes import normals
from guardian.lab.mirror import Mirror
from guardian.lab.raster import rasterise
from guardian.lab.room import BOUNCE, Lamp, lambert

Array: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.intp]
Paint: TypeAlias = Callable[[Indices, Array], Array]
"""The colours (N, 3) of points that lie in these triangles (N,) with these barycentric weights (N, 3, as a column)."""


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """A picture that is being drawn, flat: `image` (pixels, 3) linear, `depth` (pixels,) of what is drawn so far."""

    image: Array
    depth: Array


@dataclass(frozen=True, eq=False)
class Surface:
    """A closed surface: `vertices` (V, 3) in the room, its `quads` (F, 4), which of its `triangles` (T, 3) are shown
    (seen from outside they go against the clock), and their `paint`.
    """

    vertices: Array
    quads: Indices
    triangles: Indices
    paint: Paint

    @cached_property
    def _normals(self) -> Array:
        return normals(self.vertices, self.quads)

    def draw(self, canvas: Canvas, camera: Camera, lamp: Lamp, mirror: Mirror | None = None) -> None:
        """Draw where nothing nearer is there: as the camera sees it, or as it sees it in the mirror."""
        shown = self.vertices if mirror is None else mirror.reflected(self.vertices)
        places, distances = camera.project(shown)
        if mirror is not None and not mirror.may_show(places, distances):
            return
        corners = places[self.triangles]
        way, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        turning = way[:, 0] * other[:, 1] - way[:, 1] * other[:, 0]
        front = np.flatnonzero(turning < 0 if mirror is None else turning > 0)
        seen = rasterise(corners[front], distances[self.triangles[front]], (camera.width, camera.height))
        ahead = seen.depth < canvas.depth[seen.pixels]
        pixels, owner, weights = seen.pixels[ahead], front[seen.triangle[ahead]], seen.barycentric[ahead][..., None]
        facing = blended(self._normals[self.triangles[owner]], weights)
        points = blended(self.vertices[self.triangles[owner]], weights)
        light = lamp.level * BOUNCE * (0.78 + 0.22 * facing[:, 1]) + lambert(points, facing, lamp)
        canvas.image[pixels] = self.paint(owner, weights) * light[:, None]
        canvas.depth[pixels] = seen.depth[ahead]


def blended(corners: Array, weights: Array) -> Array:
    """Return what triangles have at their corners (N, 3, 3), weighted (N, 3, 1), shape (N, 3)."""
    first, second, third = (corners[:, k] * weights[:, k] for k in range(3))
    whole: Array = first + second + third
    return whole
