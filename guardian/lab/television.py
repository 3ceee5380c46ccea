"""A television: a film of somebody who walks or falls, on the screen of a room in which somebody else may."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.lab.room import Background, Box
from guardian.lab.rotation import about

Array: TypeAlias = NDArray[np.float64]
SIZE = (160, 90)
FPS = 8.0
BRIGHT = 0.9
"""How bright a white picture is, as bright as a white sheet under the lamp being 1."""
INFRARED = 0.12
"""How much of it a camera sees that sees infrared light: screens give next to none."""


@dataclass(frozen=True, slots=True, eq=False)
class Television:
    """A screen: its `pixels` in the flat picture, and for each the pixel of the `programme`, flat."""

    pixels: NDArray[np.intp]
    shown: NDArray[np.intp]

    def draw(self, image: Array, picture: NDArray[np.uint8], strength: float) -> None:
        """Draw a picture (rows, columns, 3), BGR, onto the screen in the flat `image` (pixels, 3), RGB."""
        image[self.pixels] = picture.reshape(-1, 3)[self.shown, ::-1] / 255 * strength


def sets(boxes: Sequence[Box], room: Background) -> Iterator[Television]:
    """Yield each television that the camera sees."""
    for number, box in enumerate(boxes):
        pixels = np.flatnonzero(room.box.ravel() == number)
        if box.stuff != "screen" or len(pixels) == 0:
            continue
        local = (room.points.reshape(-1, 3)[pixels] - np.array(box.centre)) @ about("y", box.turn)
        column = (local[:, 0] / box.size[0] + 0.5) * SIZE[0]
        row = (1 - local[:, 1] / box.size[1]) * SIZE[1]
        column, row = np.clip(column, 0, SIZE[0] - 1).astype(int), np.clip(row, 0, SIZE[1] - 1).astype(int)
        yield Television(pixels, row * SIZE[0] + column)


def programme(seed: int) -> dict[str, object]:
    """Return the scene, in the film language, that is on: a person near the camera, who walks, and may fall."""
    random = np.random.default_rng((seed, 7))
    towards = str(random.choice(["forward", "back", "left", "right"]))
    side = float(random.choice([-1.0, 1.0]))
    away = round(float(random.uniform(2.0, 3.0)), 2)
    falls = random.random() < 0.5  # noqa: PLR2004 - even odds
    does: list[object] = [{"walk": {"to": [-0.3 * side, away], "speed": 1.1}}]
    does += (
        [{"fall": {"towards": towards, "for": 2.0}}]
        if falls
        else [{"bend": {"for": 1.0}}, {"walk": {"to": [2.6 * side, away], "speed": 1.1}}]
    )
    body = {"sex": str(random.choice(["female", "male"])), "age": float(random.uniform(20, 60)), "height": 1.75}
    clothes = {"top": "#3c6ea0", "shirt": "#e8e0d0", "bottom": "#4a4036", "hair": "#3a2a1c"}
    return {
        "scene": 1,
        "seed": seed,
        "camera": {"size": SIZE, "fps": FPS, "height": 1.3, "tilt": 8.0, "fov": 62.0, "noise": 0.0, "blur": 0.0},
        "room": {"wall": "#a9b7a2" if falls else "#b9a98c", "light": 1.2},
        "persons": [{"body": body, "clothes": clothes, "at": [1.5 * side, away], "speed": 1.1, "does": does}],
    }


class Channel:
    """What is on, over and over; every picture is drawn once, when it is first looked at."""

    def __init__(self, times: Array, frame: Callable[[float], NDArray[np.uint8]]) -> None:
        """`times` are the seconds of its pictures, `frame` draws one of them."""
        self._times, self._frame = times, frame
        self._drawn: dict[int, NDArray[np.uint8]] = {}

    def picture(self, time: float) -> NDArray[np.uint8]:
        """Return what is on at `time`, seconds: (rows, columns, 3), BGR."""
        number = int(time * FPS) % len(self._times)
        if number not in self._drawn:
            self._drawn[number] = self._frame(float(self._times[number]))
        return self._drawn[number]
