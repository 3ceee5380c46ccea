"""Small videos for tests of the eye: a grey room in which a bright block walks, and one whose camera is moved."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, FPS = 160, 120, 15


def picture(number: int) -> NDArray[np.uint8]:
    """Frame `number`: its left edge is 4 * number pixels into the picture."""
    image = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    image[40:80, 4 * number % WIDTH :][:, :16] = 220
    return image


def write_film(path: Path, frames: int = 30) -> Path:
    """Write a film of `frames` at 15 a second, and return its path."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), FPS, (WIDTH, HEIGHT))
    for number in range(frames):
        writer.write(picture(number))
    writer.release()
    return path


def furnished(shift: int) -> NDArray[np.uint8]:
    """An empty room full of edges; the camera looks `shift` pixels to the side."""
    random = np.random.default_rng(3)
    wide = np.full((HEIGHT, 2 * WIDTH, 3), 150, np.uint8)
    for _ in range(60):
        y, x, height, width = random.integers((0, 0, 8, 8), (HEIGHT - 20, 2 * WIDTH - 20, 40, 40))
        wide[y : y + height, x : x + width] = random.integers(30, 230)
    return np.ascontiguousarray(wide[:, shift : shift + WIDTH])


def write_moved(path: Path, seconds: int) -> Path:
    """Write a film of an empty room, at the end of which the camera is turned aside, and return its path."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), FPS, (WIDTH, HEIGHT))
    for second in range(seconds + 1):
        for _ in range(FPS):
            writer.write(furnished(40 if second == seconds else 0))
    writer.release()
    return path
