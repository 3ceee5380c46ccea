"""Cuttings of the bundled film: what a test of a whole way needs of it, in a third of its frames."""

from pathlib import Path

import cv2

from guardian.demo.show import FILM

FALL = (31.0, 46.0)
"""Seconds of the film in which somebody who stands falls, and lies until it is a fall for sure."""
ONSET, GROUND = 6.6, 7.6
"""When she begins to fall in that cutting, and when she is down, in seconds."""


def cut(path: Path, begin: float, end: float) -> Path:
    """Write the film from `begin` to `end`, in seconds, as small and as fast as it is, and return its path."""
    film = cv2.VideoCapture(str(FILM))
    rate, size = film.get(cv2.CAP_PROP_FPS), (int(film.get(3)), int(film.get(4)))
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), rate, size)
    for number in range(round(end * rate)):
        seen, frame = film.read()
        assert seen, f"{FILM} ends before {end} s"
        if number >= begin * rate:
            writer.write(frame)
    writer.release()
    film.release()
    return path
