"""Stick figures as pixels, for films of a scene: nothing of a camera's picture is in them, for there is none."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import cv2
import numpy as np

from guardian.eye.engine import Image
from guardian.lab.drawing import ALARM, COLOURS, DOT, EDGE, STAGE, Stick, Still, before, ghostly, said

HEIGHT = 300
"""Lines of the stage; a caption stands below."""
CAPTION = 56
FINE = 3
"""Everything is drawn so many times larger, and then averaged."""
GHOSTS, GHOST_SECONDS = 4, 0.3
SPOKEN_SECONDS = 4.0
"""How long a caption stays."""
PALE, WHITE = "#8fa39a", "#f2f0e9"
_POINTS = 16
"""Fractions of a pixel are told to cv2 as sixteenths."""


def film(scene: Sequence[Still], fps: float) -> Iterator[Image]:
    """Yield the frames, BGR uint8 (HEIGHT + CAPTION, width, 3), of a scene at so many a second."""
    start, end = scene[0].time, scene[-1].time
    number = 0
    for step in range(int((end - start) * fps) + 1):
        now = start + step / fps
        while number + 1 < len(scene) and scene[number + 1].time <= now + 1e-6:
            number += 1
        yield paint(scene, number)


def paint(scene: Sequence[Still], number: int) -> Image:
    """Paint one still, with where the bodies were before as ghosts, the time, and what was told last."""
    still = scene[number]
    picture = stage(still.aspect).copy()
    for age in range(GHOSTS, 0, -1):
        past = before(scene, number, still.time - age * GHOST_SECONDS)
        for stick in past.sticks:
            figure(picture, stick, 0.55 * (1 - age / (GHOSTS + 1)))
    for stick in still.sticks:
        figure(picture, stick, 1.0)
    small = cv2.resize(picture, None, fx=1 / FINE, fy=1 / FINE, interpolation=cv2.INTER_AREA)
    painted: Image = np.full((HEIGHT + CAPTION, small.shape[1], 3), bgr("#0b100e"), np.uint8)
    painted[:HEIGHT] = small
    caption(painted, scene, number)
    return painted


@cache
def stage(aspect: float) -> Image:
    """Paint an empty room, FINE times larger."""
    high, wide = HEIGHT * FINE, round(HEIGHT * aspect) * FINE
    picture: Image = np.full((high, wide, 3), bgr(STAGE), np.uint8)
    picture[high * 55 // 100 :] = bgr(EDGE)
    step = high // 10
    for y in range(step, high, step):
        for x in range(step, wide, step):
            cv2.circle(picture, (x, y), FINE * 5 // 4, bgr(DOT), -1, cv2.LINE_AA)
    return picture


def figure(picture: Image, stick: Stick, strength: float) -> None:
    """Paint one body over a picture FINE times larger than it will be, 1 wholly and less as a ghost."""
    high, colour = HEIGHT * FINE, bgr(ghostly(COLOURS[stick.posture], strength))
    thick = round(max(FINE * 2.5, 0.045 * stick.size * high))
    for start, end in stick.bones:
        ends = [tuple(round(each * high * _POINTS) for each in dot) for dot in (start, end)]
        cv2.line(picture, ends[0], ends[1], colour, thick, cv2.LINE_AA, 4)
    if stick.head is not None:
        (x, y), radius = stick.head
        centre = round(x * high * _POINTS), round(y * high * _POINTS)
        cv2.circle(picture, centre, round(radius * high * _POINTS), colour, thick, cv2.LINE_AA, 4)


def caption(painted: Image, scene: Sequence[Still], number: int) -> None:
    """Write the time, how the first body is held, and what was told in the last seconds; an alarm stays and is red."""
    still = scene[number]
    past = [each for each in scene[: number + 1] if each.events]
    line, colour = "", WHITE
    if past and (past[-1].urgent or still.time - past[-1].time <= SPOKEN_SECONDS):
        line, colour = said(past[-1].events[-1]), ALARM if past[-1].urgent else WHITE
    write(painted, f"{still.time:.1f} s", 14, HEIGHT + 35, PALE, bold=False)
    if line:
        write(painted, line, 92, HEIGHT + 35, colour, bold=True)
    elif still.sticks:
        posture = still.sticks[0].posture
        write(painted, posture.value, 92, HEIGHT + 35, COLOURS[posture], bold=False)
    if past and past[-1].urgent:
        cv2.rectangle(painted, (1, 1), (painted.shape[1] - 2, HEIGHT - 2), bgr(ALARM), 3)


def write(painted: Image, text: str, x: int, y: int, colour: str, *, bold: bool) -> None:
    """Write a line with its foot at y; OpenCV 5 has letters for every language, earlier ones for English only."""
    face = _face()
    if face is not None:
        cv2.putText(painted, text, (x, y), bgr(colour), face, 20, 650 if bold else 400)
    else:
        cv2.putText(painted, text, (x, y), cv2.FONT_HERSHEY_DUPLEX, 0.6, bgr(colour), 1, cv2.LINE_AA)


@cache
def _face() -> Any:
    return cv2.FontFace("sans") if hasattr(cv2, "FontFace") else None


def bgr(colour: str) -> tuple[int, int, int]:
    """Return "#rrggbb" as OpenCV orders it."""
    return int(colour[5:7], 16), int(colour[3:5], 16), int(colour[1:3], 16)
