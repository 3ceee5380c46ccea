"""How dark or flat a picture may be: `python -m guardian.lab.measure_light [ROOMS]`.

Rendered rooms with somebody who walks and stands, in ever less light and behind ever thicker haze, go through the eye's
finder. Prints mean and spread of the luma, as `Observation` has them, and which share of the bodies was found, as the
picture is, and with its luma stretched to the full range before.
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from guardian.eye.light import stretched
from guardian.eye.movenet import PoseFinder
from guardian.lab.console import stdout
from guardian.lab.measure_aim import SEED, room
from guardian.lab.render import Film
from guardian.skeleton import TORSO, Pose

ROOMS, LOOKS = 8, 6
NEAR = 0.15
"""A torso off by less than this share of the body's size is found."""
Pixels: TypeAlias = NDArray[np.float64]


def _dim(share: float) -> Callable[[Pixels], Pixels]:
    """Less light; the chip turns up its gain, and noise does not grow less."""
    return lambda image: image * share


def _haze(share: float) -> Callable[[Pixels], Pixels]:
    """Only so much of the contrast left, as behind fog or a dirty lens."""
    return lambda image: image.mean() + (image - image.mean()) * share


def _backlit(image: Pixels) -> Pixels:
    """A bright window fills the upper half of the picture, and everything else goes dark."""
    lit = image * 0.25
    lit[: image.shape[0] // 3] = 250
    return lit


LIGHTS: Mapping[str, tuple[Callable[[Pixels], Pixels], float]] = {
    "as it is": (_dim(1.0), 3.0),
    **{f"{share:.0%} of the light": (_dim(share), 5.0) for share in (0.5, 0.25, 0.12, 0.06, 0.03)},
    **{f"{share:.0%} of the contrast": (_haze(share), 2.0) for share in (0.5, 0.25, 0.12, 0.06, 0.03)},
    "a bright window": (_backlit, 5.0),
}
"""What is done to a picture, and the standard deviation of the noise that is added, in steps of 255."""


def is_found(poses: Sequence[Pose], truth: Pixels) -> bool:
    """Whether the torso of one of the poses is where the true one (17, 3) is."""
    torso, size = list(TORSO), float(np.hypot(*np.ptp(truth[:, :2], axis=0)))
    off = [float(np.abs(pose.keypoints[torso, :2] - truth[torso, :2]).mean()) for pose in poses]
    return bool(off) and min(off) < NEAR * size


def looks(number: int, finders: tuple[PoseFinder, PoseFinder]) -> Iterator[tuple[str, float, float, bool, bool]]:
    """Light, mean and spread of the luma, and whether the body was found as it is and stretched, of one room's
    looks.
    """
    film, random = Film(room(number, SEED)), np.random.default_rng(number)
    for at, time in enumerate(np.linspace(0.2, 0.8, LOOKS) * film.seconds):
        truth = film.keypoints(float(time))[0]
        if truth[list(TORSO), 2].min() < 1:
            continue
        picture = film.frame(float(time)).astype(float)
        for name, (light, noise) in LIGHTS.items():
            image = np.clip(light(picture) + random.normal(0, noise, picture.shape), 0, 255).astype(np.uint8)
            luma = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) / 255
            now = 1000.0 * (number * LOOKS + at)  # so far apart that nothing is followed from one to the next
            plain, drawn = (
                is_found(finder.find(each, now), truth)
                for finder, each in zip(finders, (image, stretched(image)), strict=True)
            )
            yield name, float(luma.mean()), float(luma.std()), plain, drawn
            for finder in finders:
                finder.find(np.zeros_like(image), now + 1.0)


def main(arguments: Sequence[str]) -> int:
    """Print the table."""
    finders = PoseFinder(), PoseFinder()
    found: dict[str, list[tuple[float, float, bool, bool]]] = defaultdict(list)
    for number in range(int(arguments[0]) if arguments else ROOMS):
        for name, *rest in looks(number, finders):
            found[name].append((rest[0], rest[1], rest[2], rest[3]))  # type: ignore[arg-type]
    table = Table(box=None)
    for head in ("light", "pictures", "brightness", "contrast", "found", "found, stretched"):
        table.add_column(head, no_wrap=True)
    for name, rows in found.items():
        mean, spread, plain, drawn = np.mean(np.array(rows, float), axis=0)
        table.add_row(name, str(len(rows)), f"{mean:.3f}", f"{spread:.3f}", f"{plain:.0%}", f"{drawn:.0%}")
    stdout().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
