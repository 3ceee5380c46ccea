"""Mirrors on the wall: a second view of the room and of everybody in it, through the glass."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.lab.camera import Camera
from guardian.lab.room import Background, Box, Lamp, seen_from
from guardian.lab.rotation import about

Array: TypeAlias = NDArray[np.float64]
SILVER = 0.88
"""How much of the light a mirror gives back."""


@dataclass(frozen=True, slots=True, eq=False)
class Mirror:
    """A flat glass: a `point` on it, its `normal` towards the room, its `pixels` in the flat picture, the `depth` of
    what is mirrored there when nobody is (pixels of the whole picture,), 0 outside the glass, and the glass's `low` and
    `high` corner in the picture (x, y).
    """

    point: Array
    normal: Array
    pixels: NDArray[np.intp]
    depth: Array
    low: Array
    high: Array

    def reflected(self, points: Array) -> Array:
        """Return points (N, 3), or one, where they seem to be behind the glass."""
        away = (points - self.point) @ self.normal
        mirrored: Array = points - 2 * away[..., None] * self.normal
        return mirrored

    def may_show(self, places: Array, distances: Array) -> bool:
        """Whether something at these places (N, 2) of the picture can touch the glass at all."""
        x, y = places[distances > 0].T
        if len(x) == 0:
            return False
        beside = x.max() < self.low[0] or x.min() > self.high[0]
        return not (beside or y.max() < self.low[1] or y.min() > self.high[1])


def hung(
    camera: Camera, boxes: Sequence[Box], lamp: Lamp, seed: int, room: Background
) -> Iterator[tuple[Mirror, Background]]:
    """Yield each mirror that the camera sees, and the empty room in it, flat, pixel by pixel of its glass."""
    rays = camera.rays().reshape(-1, 3)
    for number, box in enumerate(boxes):
        pixels = np.flatnonzero(room.box.ravel() == number)
        if box.stuff != "glass" or len(pixels) == 0:
            continue
        normal = about("y", box.turn) @ [0.0, 0.0, 1.0]
        point = np.array(box.centre) + normal * box.size[2] / 2
        if (np.array(camera.position) - point) @ normal <= 0:
            continue
        y, x = np.divmod(pixels, camera.width)
        low, high = np.array([x.min(), y.min()], float), np.array([x.max(), y.max()], float)
        glass = Mirror(point, normal, pixels, np.zeros(room.depth.size), low, high)
        back = rays[pixels] - 2 * (rays[pixels] @ normal)[:, None] * normal
        beyond = room.depth.ravel()[pixels]
        shown = seen_from(glass.reflected(np.array(camera.position)), back, beyond, boxes, lamp, seed=seed)
        glass.depth[pixels] = shown.depth
        yield glass, shown
