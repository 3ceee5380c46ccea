"""What a camera makes of the light: exposure, glare, a dark rim, noise, and the blocks of its compression."""

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Frame: TypeAlias = NDArray[np.uint8]

BLOCK = 8
GLARE_CELL = 8
"""Glare is so smooth that it is worked out for squares of so many pixels."""
COARSEST = 28.0
"""The step, of 255, in which the strongest compression keeps a block's slowest waves."""
_WAVES = np.array(
    [
        [np.sqrt((1 if k == 0 else 2) / BLOCK) * np.cos(np.pi * (n + 0.5) * k / BLOCK) for n in range(BLOCK)]
        for k in range(BLOCK)
    ]
)
_FINENESS = 1.0 + 0.7 * np.add.outer(np.arange(BLOCK), np.arange(BLOCK))


@dataclass(frozen=True, slots=True)
class Sensor:
    """Noise, in steps of 255: `noise` alike in all colours, `chroma` in each for itself. `blur` in pixels. The other
    figures as in the scene language's camera.
    """

    noise: float = 2.0
    blur: float = 0.5
    exposure: float = 1.0
    infrared: bool = False
    chroma: float = 0.0
    vignette: float = 0.0
    bloom: float = 0.0
    compression: float = 0.0

    def exposed(self, image: Array, rng: np.random.Generator) -> Frame:
        """Return the picture of linear RGB (height, width, 3): BGR as OpenCV has it, uint8."""
        shown = image * self.exposure if self.exposure != 1.0 else image
        if self.bloom:
            shown = shown + self.bloom * _glare(shown)
        if self.blur:
            shown = np.asarray(cv2.GaussianBlur(shown, (0, 0), self.blur), dtype=float)
        if self.vignette:
            shown = shown * _rim(shown.shape[0], shown.shape[1], self.vignette)[..., None]
        if self.infrared:
            shown = np.repeat(shown @ np.array([[0.5], [0.35], [0.15]]), 3, axis=2)
        grain = rng.standard_normal(shown.shape[:2], dtype=np.float32)[..., None] * self.noise
        noisy = shown[..., ::-1] * 255 + grain
        if self.chroma and not self.infrared:
            noisy = noisy + rng.standard_normal(shown.shape, dtype=np.float32) * self.chroma
        if self.compression:
            noisy = _compressed(np.clip(noisy, 0, 255), self.compression)
        return np.clip(noisy, 0, 255).astype(np.uint8)


def infrared(colours: Array) -> Array:
    """Return how bright colours (..., 3) are in infrared light: dyes pale, and all of them grey."""
    grey = 0.32 + 0.5 * colours @ np.array([0.6, 0.25, 0.15])
    pale: Array = np.repeat(np.asarray(grey)[..., None], 3, axis=-1)
    return pale


def _glare(image: Array) -> Array:
    """Return the light that what is brighter than white spreads over the picture around it."""
    high, wide = image.shape[:2]
    excess = np.clip(image - 0.9, 0.0, 1.5)
    small = cv2.resize(excess, (max(1, wide // GLARE_CELL), max(1, high // GLARE_CELL)), interpolation=cv2.INTER_AREA)
    near, far = (cv2.GaussianBlur(small, (0, 0), share * small.shape[1]) for share in (0.03, 0.15))
    spread: Array = np.asarray(cv2.resize(near + 2.0 * far, (wide, high)), dtype=float)
    return spread


def _rim(high: int, wide: int, vignette: float) -> Array:
    """Return the share of light (height, width) that reaches each pixel; `vignette` is what the corners lose."""
    y, x = np.mgrid[0:high, 0:wide]
    radius = ((x - wide / 2) ** 2 + (y - high / 2) ** 2) / ((wide / 2) ** 2 + (high / 2) ** 2)
    rim: Array = 1.0 - vignette * radius
    return rim


def _compressed(picture: Array, compression: float) -> Array:
    """Return the picture (0-255) with brightness and colour kept in steps, block by block, as codecs keep them."""
    brightness = picture @ np.array([0.114, 0.587, 0.299])
    kept = _stepped(brightness, COARSEST * compression)
    colour = picture - brightness[..., None]
    high, wide = brightness.shape
    small = cv2.resize(colour, ((wide + 1) // 2, (high + 1) // 2), interpolation=cv2.INTER_AREA)
    coarse = np.stack([_stepped(small[..., k], COARSEST * compression * 1.5) for k in range(3)], axis=2)
    whole: Array = kept[..., None] + cv2.resize(coarse, (wide, high))
    return whole


def _stepped(plane: Array, step: float) -> Array:
    """Return the plane (height, width) with the cosine waves of each block rounded to steps, coarser the finer."""
    high, wide = plane.shape
    padded = np.pad(plane, ((0, -high % BLOCK), (0, -wide % BLOCK)), mode="edge")
    rows, columns = padded.shape[0] // BLOCK, padded.shape[1] // BLOCK
    blocks = padded.reshape(rows, BLOCK, columns, BLOCK).transpose(0, 2, 1, 3)
    steps = step * _FINENESS
    waves = np.round(_WAVES @ blocks @ _WAVES.T / steps) * steps
    back = _WAVES.T @ waves @ _WAVES
    whole: Array = back.transpose(0, 2, 1, 3).reshape(padded.shape)[:high, :wide]
    return whole
