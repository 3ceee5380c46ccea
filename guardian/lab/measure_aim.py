"""What displaces the scenery, and what does not: `python -m guardian.lab.measure_aim [ROOMS]`.

Rendered rooms as `guardian lab synthesise` draws them, each seen anew with people, in other light, with furniture moved
and with the camera turned. Prints the share of blocks out of place (see guardian/eye/scenery.py) for each.
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from guardian.eye.engine import Image
from guardian.eye.motion import MotionGate
from guardian.eye.scenery import Edges, displaced, edges_of
from guardian.lab.console import stdout
from guardian.lab.render import Film
from guardian.lab.scene import Scene
from guardian.lab.world.homes import ACTIVITIES, home

ROOMS, SEED = 10, 77
NOISE = 4.0
"""Standard deviation of a chip's noise by day, in steps of 255."""
WALKERS = 5
DEGREES = (1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 40.0)
Pixels: TypeAlias = NDArray[np.float64]


def seen(image: Pixels, random: np.random.Generator, noise: float = NOISE) -> Edges:
    """The edges of a picture (height, width, 3), 0-255, with noise, as the eye takes them."""
    noisy: Image = np.clip(image + random.normal(0, noise, image.shape), 0, 255).astype(np.uint8)
    gate = MotionGate()
    gate.measure(noisy, 0.0)
    return edges_of(gate.cells)


def _side(image: Pixels) -> Pixels:
    return np.clip(image * np.linspace(0.3, 1.4, image.shape[1])[None, :, None], 0, 255)


def _infrared(image: Pixels) -> Pixels:
    """Grey, with a hot centre and dark corners."""
    height, width = image.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    away = ((x / width - 0.5) / 0.45) ** 2 + ((y / height - 0.5) / 0.45) ** 2
    grey = cv2.cvtColor(image.astype(np.uint8), cv2.COLOR_BGR2GRAY)
    return np.repeat((grey * np.exp(-away / 1.2))[..., None], 3, axis=2)


LIGHTS: Mapping[str, tuple[Callable[[Pixels], Pixels], float]] = {
    "nothing, noise of 12": (lambda image: image, 12.0),
    "a third of the light, noise of 6": (lambda image: image * 0.35, 6.0),
    "a tenth of the light, noise of 8": (lambda image: image * 0.1, 8.0),
    "light from one side": (_side, 5.0),
    "infrared light": (_infrared, 8.0),
}


def room(number: int, seed: int = SEED) -> Scene:
    """One of the rooms, and somebody who walks through it."""
    random = np.random.default_rng((seed, number))
    place = home(random)
    return place.scene(number, *ACTIVITIES["walking through"][0](random, 10.0))


def changes(scene: Scene, random: np.random.Generator) -> Iterator[tuple[str, float | None]]:
    """What is done to a room, and which share of its blocks it displaces; None where too little can be made out."""
    film = Film(scene)
    empty = film.frame(0.0).astype(float)
    reference = seen(empty, random)
    for time in np.linspace(1, film.seconds - 1, WALKERS):
        yield "somebody walks through", displaced(reference, seen(film.frame(float(time)).astype(float), random))
    for name, (light, noise) in LIGHTS.items():
        yield name, displaced(reference, seen(light(empty), random, noise))
    rest, chair, *others = scene.furniture
    moved = chair.model_copy(update={"at": (chair.at[0] * 0.3, chair.at[1] - 0.8)})
    other = scene.model_copy(update={"furniture": (rest, moved, *others)})
    yield "the armchair moved by a metre", displaced(reference, seen(Film(other).frame(0.0).astype(float), random))
    for way in ("pan", "tilt"):
        for degrees in DEGREES:
            camera = scene.camera.model_copy(update={way: getattr(scene.camera, way) + degrees})
            turned = Film(scene.model_copy(update={"camera": camera})).frame(0.0)
            yield f"the camera turned, {way} {degrees:g}°", displaced(reference, seen(turned.astype(float), random))


def main(arguments: Sequence[str]) -> int:
    """Print the table."""
    found: dict[str, list[float | None]] = defaultdict(list)
    for number in range(int(arguments[0]) if arguments else ROOMS):
        for name, share in changes(room(number), np.random.default_rng(number)):
            found[name].append(share)
    table = Table(box=None)
    for head in ("what happens", "pictures", "cannot be told", "least", "median", "most"):
        table.add_column(head, no_wrap=True)
    for name, shares in found.items():
        known = [share for share in shares if share is not None]
        quantiles = [f"{value:.2f}" for value in np.quantile(known, [0, 0.5, 1])] if known else ["-"] * 3
        table.add_row(name, str(len(shares)), str(len(shares) - len(known)), *quantiles)
    stdout().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
