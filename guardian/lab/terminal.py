"""Stick figures in a terminal: a canvas of Braille dots, and a scene played on it at the pace at which it happened."""

import time
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from guardian.lab.drawing import COLOURS, STAGE, Stick, Still, said, told
from guardian.strokes import Dot

ROWS_OF_DOTS, DOTS_PER_CELL = 4, 2
_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""Which bit of a Braille character is which of its 4 x 2 dots (Unicode 15, chapter 21.1, block U+2800)."""
_BLANK = 0x2800
WIDEST, LEAST = 96, 20
LINES_BESIDE = 4
FRAME, GROUND = "dim", f"on {STAGE}"
"""The page's dark stage, so that the colours are as readable in a light terminal."""
LATE_SECONDS = 0.1
"""A still that is later than this is not drawn: a slow terminal must not slow the scene down."""


class Canvas:
    """`columns` x `rows` characters of Braille; drawn in frame heights, read as lines of coloured text."""

    def __init__(self, columns: int, rows: int) -> None:
        self._dots = np.zeros((rows * ROWS_OF_DOTS, columns * DOTS_PER_CELL), bool)
        self._colours: NDArray[np.object_] = np.full((rows, columns), "", object)

    def line(self, start: Dot, end: Dot, colour: str) -> None:
        """Draw a line from (x, y) to (x, y), in frame heights; what lies outside is left out."""
        scale = self._dots.shape[0]
        steps = 2 + int(2 * scale * max(abs(end[0] - start[0]), abs(end[1] - start[1])))
        self._set(np.linspace(start, end, steps) * scale, colour)

    def circle(self, centre: Dot, radius: float, colour: str) -> None:
        """Draw a circle."""
        angles = np.linspace(0, 2 * np.pi, 48)
        ring = np.stack([centre[0] + radius * np.cos(angles), centre[1] + radius * np.sin(angles)], axis=1)
        self._set(ring * self._dots.shape[0], colour)

    def figure(self, stick: Stick) -> None:
        """Draw a body in the colour of its posture."""
        for start, end in stick.bones:
            self.line(start, end, COLOURS[stick.posture])
        if stick.head is not None:
            self.circle(*stick.head, COLOURS[stick.posture])

    def text(self) -> Text:
        """Return what was drawn, framed."""
        rows, columns = self._colours.shape
        cells = self._dots.reshape(rows, ROWS_OF_DOTS, columns, DOTS_PER_CELL).transpose(0, 2, 1, 3)
        codes = _BLANK + (cells * _BITS).sum(axis=(2, 3))
        drawn = Text(no_wrap=True).append(f"╭{'─' * columns}╮\n", style=FRAME)
        for line, colours in zip(codes, self._colours, strict=True):
            drawn.append("│", style=FRAME)
            for code, colour in zip(line, colours, strict=True):
                drawn.append(chr(code), style=f"{colour} {GROUND}".strip())
            drawn.append("│\n", style=FRAME)
        return drawn.append(f"╰{'─' * columns}╯", style=FRAME)

    def _set(self, points: NDArray[np.float64], colour: str) -> None:
        x, y = np.floor(points).astype(int).T
        inside = (x >= 0) & (y >= 0) & (x < self._dots.shape[1]) & (y < self._dots.shape[0])
        x, y = x[inside], y[inside]
        self._dots[y, x] = True
        self._colours[y // ROWS_OF_DOTS, x // DOTS_PER_CELL] = colour


def canvas_size(console: Console, aspect: float) -> tuple[int, int]:
    """Return (columns, rows) of the largest canvas of this shape that the terminal has room for."""
    columns = max(LEAST, min(WIDEST, console.width - 2))
    rows = max(4, min(console.height - LINES_BESIDE, round(columns * DOTS_PER_CELL / aspect / ROWS_OF_DOTS)))
    return min(columns, round(rows * ROWS_OF_DOTS * aspect / DOTS_PER_CELL)), rows


def play(
    scene: Iterable[Still],
    console: Console,
    speed: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """Play the scene `speed` times as fast as it happened; events stay in the terminal, the picture moves below."""
    begun: tuple[float, float] | None = None
    last = ""
    with Live(console=console, auto_refresh=False, transient=True) as live:
        for still in scene:
            begun = begun or (clock(), still.time)
            left = begun[0] + (still.time - begun[1]) / speed - clock()
            for event in still.events:
                live.console.print(told(event), markup=False, highlight=False, style="bold red" if still.urgent else "")
                last = said(event)
            if left > -LATE_SECONDS:
                live.update(picture(still, console, last), refresh=True)
            if left > 0:
                wait(left)


def picture(still: Still, console: Console, last: str) -> Group:
    """Draw one still, with its time, its postures and the last thing that was told."""
    canvas = Canvas(*canvas_size(console, still.aspect))
    for stick in still.sticks:
        canvas.figure(stick)
    below = Text(no_wrap=True).append(f" {still.time:6.1f} s  ", style="bold")
    for stick in still.sticks:
        below.append(f" {stick.name} {stick.posture.value} ", style=f"{COLOURS[stick.posture]} {GROUND}")
    return Group(canvas.text(), below.append(f"  {last}"))
