"""A camera and its lens: where a point of the room comes to lie in the frame, and the ray behind each pixel.

The lens bends by the division model (Fitzgibbon 2001): a point that a pinhole shows at radius r comes to lie at radius
d, where r = d / (1 - k d^2). Both ways are exact, and no two points of the room ever meet.
"""

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
    `fov` is the horizontal field of view in degrees of the pinhole without its lens. Unpanned it looks along -z.
    `roll` turns it clockwise as one looks along it, degrees. `barrel` (0 to below 1) is how much the lens draws in: a
    pinhole would show what lies in the frame's corner 1 / (1 - barrel) times as far from the middle.
    """

    width: int = 640
    height: int = 480
    position: tuple[float, float, float] = (0.0, 2.2, 0.0)
    pan: float = 0.0
    tilt: float = 18.0
    fov: float = 65.0
    roll: float = 0.0
    barrel: float = 0.0

    @property
    def focal(self) -> float:
        """The focal length in pixels."""
        return float(self.width / 2 / np.tan(np.radians(self.fov / 2)))

    @property
    def axes(self) -> Array:
        """The camera's right, up and backward directions in the room, as columns."""
        upright: Array = about("y", -self.pan) @ about("x", -self.tilt)
        return upright @ about("z", -self.roll) if self.roll else upright

    @property
    def _bend(self) -> float:
        """The k of the lens, for radii in focal lengths."""
        return self.barrel * self.focal**2 / ((self.width / 2) ** 2 + (self.height / 2) ** 2)

    def project(self, points: Array) -> tuple[Array, Array]:
        """Return pixel coordinates (x, y) (N, 2) and distances along the axis (N,) of points (N, 3)."""
        seen = (points - np.array(self.position)) @ self.axes
        depth = -seen[:, 2]
        safe = np.where(depth > _NEAREST, depth, np.inf)
        drawn = self.focal * self._drawn_in(np.hypot(seen[:, 0], seen[:, 1]) / safe)
        x = self.width / 2 - 0.5 + drawn * seen[:, 0] / safe
        y = self.height / 2 - 0.5 - drawn * seen[:, 1] / safe
        return np.column_stack([x, y]), depth

    def _drawn_in(self, radius: Array) -> Array:
        """Return by how much the lens scales what a pinhole shows at that radius, in focal lengths (N,)."""
        if not self.barrel:
            return np.ones_like(radius)
        drawn: Array = 2.0 / (1.0 + np.sqrt(1.0 + 4.0 * self._bend * radius**2))
        return drawn

    def rays(self, oversampling: int = 1) -> Array:
        """Return each pixel's ray (rows first), shape (height * n, width * n, 3): one unit along the camera's axis."""
        n = oversampling
        x = (np.arange(self.width * n) + 0.5) / n - self.width / 2
        y = self.height / 2 - (np.arange(self.height * n) + 0.5) / n
        grid = np.stack(np.meshgrid(x, y), axis=-1) / self.focal
        if self.barrel:
            grid = grid / (1.0 - self._bend * (grid**2).sum(axis=2, keepdims=True))
        rays: Array = np.concatenate([grid, -np.ones((*grid.shape[:2], 1))], axis=2) @ self.axes.T
        return rays
