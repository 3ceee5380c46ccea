"""Small videos for tests of the eye: a grey room in which a bright block walks."""

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
