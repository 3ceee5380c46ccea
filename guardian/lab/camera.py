"""A pinhole camera: where a point of the room comes to lie in the frame, and the ray behind each pixel."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.lab.rotation import about

Array: TypeAlias = NDArray[np.float64]
_NEAREST = 1e-6


@dataclass(frozen=True, slots=True)
class Camera:
    """`width` and `height` in pixels; `position` in metres, y up; `pan` turns it to the right and `tilt` down, degrees;
    `fov` is the horizontal field of view in degrees. Unpanned it looks along -z.
    """

    width: int = 640
    height: int = 480
    position: tuple[float, float, float] = (0.0, 2.2, 0.0)
    pan: float = 0.0
    tilt: float = 18.0
    fov: float = 65.0

    @property
    def focal(self) -> float:
        """The focal length in pixels."""
        return float(self.width / 2 / np.tan(np.radians(self.fov / 2)))

    @property
    def axes(self) -> Array:
        """The camera's right, up and backward directions in the room, as columns."""
        return about("y", -self.pan) @ about("x", -self.tilt)

    def project(self, points: Array) -> tuple[Array, Array]:
        """Return pixel coordinates (x, y) (N, 2) and distances along the axis (N,) of points (N, 3)."""
        seen = (points - np.array(self.position)) @ self.axes
        depth = -seen[:, 2]
        safe = np.where(depth > _NEAREST, depth, np.inf)
        x = self.width / 2 - 0.5 + self.focal * seen[:, 0] / safe
        y = self.height / 2 - 0.5 - self.focal * seen[:, 1] / safe
        return np.column_stack([x, y]), depth

    def rays(self, oversampling: int = 1) -> Array:
        """Return each pixel's ray (rows first), shape (height * n, width * n, 3): one unit along the camera's axis."""
        n = oversampling
        x = (np.arange(self.width * n) + 0.5) / n - self.width / 2
        y = self.height / 2 - (np.arange(self.height * n) + 0.5) / n
        grid = np.stack(np.meshgrid(x, y), axis=-1) / self.focal
        rays: Array = np.concatenate([grid, -np.ones((*grid.shape[:2], 1))], axis=2) @ self.axes.T
        return rays
