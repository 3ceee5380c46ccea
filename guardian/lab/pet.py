"""A cat or a dog that walks through the room: rounded limbs between moving joints, and the gait of four legs."""
# ruff: noqa: PLR2004 - the measures of the animals, in heights of their shoulders, stand where they shape

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.lab.rotation import about

Array: TypeAlias = NDArray[np.float64]
Colour: TypeAlias = tuple[float, float, float]
Species: TypeAlias = Literal["cat", "dog"]

SHOULDER = {"cat": 0.26, "dog": 0.52}
"""How high the shoulders are above the floor, metres."""
SIDES, RINGS = 10, 6
TURN_SECONDS = 0.5
_PHASES = {(1, 1): 0.0, (-1, -1): 0.25, (-1, 1): 0.5, (1, -1): 0.75}
"""When in its stride each leg (side, fore or hind) steps: a walk sets one foot down after the other."""

_Limb: TypeAlias = tuple[tuple[float, float, float], tuple[float, float, float], float, float]
"""From where to where, and how thick at both ends; x to the left, y up, z ahead, in shoulder heights."""


@dataclass(frozen=True, slots=True)
class Pet:
    """An animal of that `colour` (red, green, blue), 0-1; `way` are places (x, z) on the floor, metres; it starts at
    `begin`, seconds, walks at `speed`, metres a second, and stays at each place for `rest` seconds.
    """

    kind: Species
    colour: Colour
    way: tuple[tuple[float, float], ...]
    speed: float = 0.6
    begin: float = 0.0
    rest: float = 0.0

    def vertices(self, time: float) -> Array:
        """Return where the surface is at `time`, seconds, shape (V, 3), metres; its quads are `faces`."""
        x, z, facing, walked, stepping = self._stand(time)
        stride = self.phase(walked)
        high = SHOULDER[self.kind]
        shapes = [_limb(*limb) for limb in limbs(self.kind, stride, stepping, time)]
        points: Array = np.vstack(shapes) * high
        points[:, 1] += 0.012 * high * np.sin(4 * np.pi * stride) * stepping
        placed: Array = points @ about("y", facing).T + [x, 0.0, z]
        return placed

    def phase(self, walked: float) -> float:
        """Return how many strides make up so many metres."""
        return walked / (1.3 * SHOULDER[self.kind])

    def colours(self) -> Array:
        """Return the colour of each quad of `faces`, shape (F, 3): ends of limbs are paler or darker."""
        tones = np.repeat(_tones(self.kind), SIDES * RINGS)
        mixed: Array = np.clip(np.array(self.colour) * tones[:, None], 0.0, 1.0)
        return mixed

    def _stand(self, time: float) -> tuple[float, float, float, float, float]:
        """Return x, z, facing in degrees, metres walked, and 1 while walking, 0 at rest."""
        now, walked = max(0.0, time - self.begin), 0.0
        places = [np.array(place) for place in self.way]
        headings = [float(np.degrees(np.arctan2(*(end - start)))) for start, end in pairwise(places)]
        for number, (start, end) in enumerate(pairwise(places)):
            length = float(np.linalg.norm(end - start))
            takes = length / self.speed
            if now < takes:
                before = headings[max(0, number - 1)]
                turned = min(1.0, now / TURN_SECONDS)
                facing = before + ((headings[number] - before + 180) % 360 - 180) * turned
                x, z = start + (end - start) * now / takes
                return float(x), float(z), facing, walked + now * self.speed, 1.0 if now > 0 else 0.0
            now, walked = now - takes, walked + length
            if now < self.rest or number == len(headings) - 1:
                return float(end[0]), float(end[1]), headings[number], walked, 0.0
            now -= self.rest
        raise AssertionError  # pragma: no cover - the last leg returns


def limbs(kind: Species, stride: float, stepping: float, time: float) -> Iterator[_Limb]:
    """Yield the parts of the animal, which stands at the origin and looks along z."""
    long, thick = (0.62, 0.25) if kind == "cat" else (0.56, 0.21)
    nod = 0.02 * np.sin(4 * np.pi * stride) * stepping
    head = (0.0, 1.18 + nod, long + 0.30)
    yield (0.0, 0.86, -long), (0.0, 0.84, long * 0.8), thick * 0.9, thick
    yield (0.0, 0.90, long * 0.8), (0.0, 1.12 + nod, long + 0.18), thick * 0.7, thick * 0.55
    yield (0.0, head[1], head[2] - 0.06), (0.0, head[1] - 0.02, head[2] + 0.06), 0.19, 0.17
    snout = 0.16 if kind == "cat" else 0.34
    yield (0.0, head[1] - 0.05, head[2] + 0.05), (0.0, head[1] - 0.10, head[2] + snout), 0.11, 0.07
    for side in (1, -1):
        tip = (0.14, 0.34, 0.0) if kind == "cat" else (0.24, -0.08, 0.02)
        ear = (side * 0.11, head[1] + 0.12, head[2] - 0.04)
        yield ear, (side * tip[0], head[1] + tip[1], head[2] + tip[2] - 0.04), 0.07, 0.025
    wave = 0.12 * np.sin(2.2 * time)
    high = 1.45 if kind == "cat" else 1.2
    yield (0.0, 0.95, -long - 0.1), (wave / 2, (0.95 + high) / 2 - 0.1, -long - 0.40), 0.07, 0.06
    yield (wave / 2, (0.95 + high) / 2 - 0.1, -long - 0.40), (wave, high, -long - 0.52), 0.06, 0.045
    for (side, fore), phase in _PHASES.items():
        yield from _leg(side, fore * long * 0.78, fore, (stride + phase) % 1, stepping)


def _leg(side: int, along: float, fore: int, phase: float, stepping: float) -> Iterator[_Limb]:
    """Yield the two halves of a leg; its foot stands for three quarters of the stride and swings ahead in the last."""
    swing = max(0.0, (phase - 0.75) / 0.25)
    ahead = 0.325 - 0.65 * phase / 0.75 if phase < 0.75 else -0.325 + 0.65 * swing
    foot = (side * 0.14, 0.05 + 0.14 * np.sin(np.pi * swing) * stepping, along + ahead * stepping)
    top = (side * 0.15, 0.72, along)
    middle = (side * 0.15, 0.38 + foot[1] / 2, (top[2] + foot[2]) / 2 + (0.07 if fore < 0 else -0.05))
    yield top, middle, 0.14 if fore < 0 else 0.11, 0.075
    yield middle, foot, 0.07, 0.055
    yield foot, (foot[0], foot[1] - 0.005, foot[2] + 0.09), 0.055, 0.045


def _tones(kind: Species) -> Array:
    count = sum(1 for _ in limbs(kind, 0.0, 0.0, 0.0))
    tones = np.ones(count)
    tones[3] = 1.25
    tones[4:6] = 0.7
    return tones


@lru_cache(maxsize=4)
def faces(kind: Species) -> NDArray[np.intp]:
    """Return the quads of the surface, shape (F, 4), seen from outside against the clock."""
    count = sum(1 for _ in limbs(kind, 0.0, 0.0, 0.0))
    ring, side = np.meshgrid(np.arange(RINGS), np.arange(SIDES), indexing="ij")
    after = (side + 1) % SIDES
    quads = np.stack([ring * SIDES + side, ring * SIDES + after, (ring + 1) * SIDES + after, (ring + 1) * SIDES + side])
    one = quads.reshape(4, -1).T
    return np.vstack([one + number * (RINGS + 1) * SIDES for number in range(count)])


def _limb(start: tuple[float, float, float], end: tuple[float, float, float], thick: float, thin: float) -> Array:
    """Return the rings around a rounded limb, shape ((RINGS + 1) * SIDES, 3)."""
    a, b = np.array(start), np.array(end)
    along = (b - a) / max(1e-9, float(np.linalg.norm(b - a)))
    aside = np.cross(along, [0.31, 0.17, 0.93] if abs(along[1]) > 0.8 else [0.0, 1.0, 0.0])
    aside /= np.linalg.norm(aside)
    other = np.cross(along, aside)
    angle = 2 * np.pi * np.arange(SIDES) / SIDES
    around = np.cos(angle)[:, None] * aside + np.sin(angle)[:, None] * other
    half = RINGS // 2
    rings = []
    for ring in range(RINGS + 1):
        middle, radius = (a, thick) if ring <= half - 1 else (b, thin)
        turn = np.pi / 2 * ((ring / (half - 1)) - 1 if ring < half else (ring - half) / (RINGS - half))
        rings.append(middle + along * radius * np.sin(turn) + around * radius * max(0.02, np.cos(turn)))
    return np.vstack(rings)
