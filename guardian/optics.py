"""How a camera looks at its floor: from a point of the picture to metres, and back.

Single view metrology of a camera without roll over a level floor (Criminisi, Reid and Zisserman, "Single View
Metrology", IJCV 40, 2000). Points of the picture are (y, x) in frame heights, as keypoints are; on the floor they are
metres ahead of the point below the camera, and aside to the right.
"""

from dataclasses import dataclass
from math import cos, radians, sin, tan

from guardian.geometry import Point

USUAL_FOV = 62.0
"""Degrees: the Raspberry Pi Camera Module 2 has 62.2 across (its datasheet), common webcams 55 to 78."""


@dataclass(frozen=True, slots=True)
class Optics:
    """`height` of the lens above the floor in metres, `tilt` below the horizontal and horizontal `fov` in degrees,
    `aspect` the frame's width / height.
    """

    height: float
    tilt: float
    fov: float = USUAL_FOV
    aspect: float = 4 / 3

    @property
    def focal(self) -> float:
        """The focal length in frame heights."""
        return self.aspect / 2 / tan(radians(self.fov) / 2)

    def ray(self, point: Point) -> tuple[float, float, float]:
        """The way from the lens through a point of the picture: ahead, aside and down, in any unit."""
        right, below = point[1] - self.aspect / 2, point[0] - 0.5
        angle = radians(self.tilt)
        ahead = self.focal * cos(angle) - below * sin(angle)
        return ahead, right, self.focal * sin(angle) + below * cos(angle)

    def on_floor(self, point: Point) -> tuple[float, float] | None:
        """Metres ahead and aside of the spot of the floor that is seen there; None above the horizon."""
        ahead, right, down = self.ray(point)
        if down <= 0 or ahead <= 0:
            return None
        scale = self.height / down
        return scale * ahead, scale * right

    def above(self, point: Point, ahead: float) -> float | None:
        """Metres above the floor of what is seen there so far `ahead`; None where nothing so far ahead can be."""
        forward, _, down = self.ray(point)
        return None if forward <= 0 else self.height - ahead * down / forward

    def seen_at(self, ahead: float, aside: float, up: float) -> Point | None:
        """Where in the picture a point of the room is, metres; None behind the lens."""
        angle, down = radians(self.tilt), self.height - up
        depth = ahead * cos(angle) + down * sin(angle)
        if depth <= 0:
            return None
        below = down * cos(angle) - ahead * sin(angle)
        return 0.5 + self.focal * below / depth, self.aspect / 2 + self.focal * aside / depth
