"""Pieces of furniture as boxes, and the seats among them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from guardian.lab.animate import Seat
from guardian.lab.gait import Spot
from guardian.lab.room import Box, Colour
from guardian.lab.rotation import about

_Part: TypeAlias = tuple[tuple[float, float, float], tuple[float, float, float], Colour, str]
WOOD: Colour = (0.42, 0.27, 0.16)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a `kind` from CATALOGUE: the middle of its ground plan (`x`, `z`), metres, where its front looks
    (`facing`, degrees, 0 = along +z), how high above the floor it hangs, its size (wide, high, deep) and colour.
    """

    kind: str
    x: float
    z: float
    facing: float
    size: tuple[float, float, float]
    colour: Colour
    lifted: float = 0.0


def boxes(piece: Piece) -> list[Box]:
    """Return the boxes that make up the piece."""
    turn = about("y", piece.facing)
    made = []
    for (x, y, z), size, colour, stuff in CATALOGUE[piece.kind].parts(piece):
        place = np.array([piece.x, piece.lifted, piece.z]) + turn @ [x, y, z]
        made.append(Box((float(place[0]), float(place[1]), float(place[2])), size, colour, stuff, piece.facing))
    return made


def seat(piece: Piece) -> Seat | None:
    """Return where one sits or lies on the piece; None where nobody does."""
    top = CATALOGUE[piece.kind].top
    if top is None:
        return None
    front = about("y", piece.facing) @ [0.0, 0.0, piece.size[2] / 2]
    spot = Spot(piece.x + float(front[0]), piece.z + float(front[2]), piece.facing)
    return Seat(spot, top(piece), piece.size[0], min(0.30, piece.size[2] / 2))


def _legs(piece: Piece, high: float, thick: float, colour: Colour) -> list[_Part]:
    wide, _, deep = piece.size
    return [
        ((x * (wide - thick) / 2, 0.0, z * (deep - thick) / 2), (thick, high, thick), colour, "wood")
        for x in (-1, 1)
        for z in (-1, 1)
    ]


def _chair(piece: Piece) -> list[_Part]:
    wide, high, deep = piece.size
    behind = -(deep - 0.045) / 2
    posts = [((x * (wide - 0.045) / 2, 0.43, behind), (0.045, high - 0.43, 0.045), WOOD, "wood") for x in (-1, 1)]
    rails = [((0.0, y, behind), (wide - 0.09, 0.07, 0.03), WOOD, "wood") for y in (0.60, 0.72, high - 0.10)]
    cushion = ((0.0, 0.42, 0.0), (wide, 0.05, deep), piece.colour, "fabric")
    return [*_legs(piece, 0.43, 0.045, WOOD), cushion, *posts, *rails]


def _sofa(piece: Piece) -> list[_Part]:
    wide, high, deep = piece.size
    dark = _shade(piece.colour, 0.82)
    parts = _legs(piece, 0.08, 0.06, WOOD)
    parts.append(((0.0, 0.08, 0.0), (wide, 0.22, deep), dark, "fabric"))
    parts.append(((0.0, 0.30, -deep / 2 + 0.11), (wide, high - 0.30, 0.22), piece.colour, "fabric"))
    parts += [((x * (wide / 2 - 0.08), 0.30, 0.0), (0.16, 0.26, deep), dark, "fabric") for x in (-1, 1)]
    seats = max(1, round((wide - 0.32) / 0.75))
    each = (wide - 0.32) / seats
    middles = [-(wide - 0.32) / 2 + each * (k + 0.5) for k in range(seats)]
    parts += [((x, 0.30, 0.10), (each - 0.012, 0.14, deep - 0.22), piece.colour, "fabric") for x in middles]
    return parts


def _bed(piece: Piece) -> list[_Part]:
    wide, high, deep = piece.size
    pillow = ((wide / 2 - 0.25, high, 0.0), (0.40, 0.09, min(0.7, deep - 0.15)), (0.90, 0.89, 0.86), "fabric")
    return [
        *_legs(piece, 0.20, 0.07, WOOD),
        ((0.0, 0.20, 0.0), (wide, 0.12, deep), WOOD, "wood"),
        ((0.0, 0.32, 0.0), (wide - 0.06, high - 0.32, deep - 0.06), (0.88, 0.87, 0.84), "fabric"),
        ((-0.22, high - 0.06, 0.0), (wide - 0.62, 0.075, deep + 0.01), piece.colour, "fabric"),
        ((wide / 2, 0.0, 0.0), (0.05, high + 0.40, deep), WOOD, "wood"),
        pillow,
    ]


def _table(piece: Piece) -> list[_Part]:
    wide, high, deep = piece.size
    top = ((0.0, high - 0.035, 0.0), (wide + 0.04, 0.035, deep + 0.04), piece.colour, "wood")
    return [*_legs(piece, high - 0.035, 0.055, _shade(piece.colour, 0.8)), top]


def _shelf(piece: Piece) -> list[_Part]:
    wide, high, deep = piece.size
    levels = max(2, round(high / 0.38))
    back = ((0.0, 0.0, -deep / 2 + 0.01), (wide, high, 0.02), _shade(piece.colour, 0.62), "wood")
    sides = [((x * (wide / 2 - 0.015), 0.0, 0.0), (0.03, high, deep), piece.colour, "wood") for x in (-1, 1)]
    heights = [k * (high - 0.03) / levels for k in range(levels + 1)]
    boards = [((0.0, y, 0.0), (wide, 0.03, deep), piece.colour, "wood") for y in heights]
    rng = np.random.default_rng(levels)
    books = [book for y in heights[:-1] for book in _books(piece, y + 0.03, rng)]
    return [back, *sides, *boards, *books]


def _books(piece: Piece, bottom: float, rng: np.random.Generator) -> Iterator[_Part]:
    """Yield the books of one board, from the left to somewhere past the middle."""
    wide, _, deep = piece.size
    x, end = -wide / 2 + 0.05, wide * float(rng.uniform(0.0, 0.4))
    while x < end:
        thick, tall = float(rng.uniform(0.05, 0.12)), float(rng.uniform(0.18, 0.28))
        spine = _SPINES[int(rng.integers(len(_SPINES)))]
        yield ((x + thick / 2, bottom, 0.0), (thick - 0.004, tall, deep * 0.7), spine, "paint")
        x += thick


_SPINES: tuple[Colour, ...] = (
    (0.45, 0.16, 0.14),
    (0.18, 0.27, 0.36),
    (0.62, 0.54, 0.38),
    (0.24, 0.33, 0.22),
    (0.75, 0.72, 0.66),
    (0.30, 0.22, 0.28),
)


def _rug(piece: Piece) -> list[_Part]:
    wide, _, deep = piece.size
    return [
        ((0.0, 0.0, 0.0), (wide, 0.012, deep), piece.colour, "fabric"),
        ((0.0, 0.0, 0.0), (wide - 0.20, 0.014, deep - 0.20), _shade(piece.colour, 1.25), "fabric"),
        ((0.0, 0.0, 0.0), (wide - 0.30, 0.016, deep - 0.30), piece.colour, "fabric"),
    ]


def _picture(piece: Piece) -> list[_Part]:
    wide, high, deep = piece.size
    return [
        ((0.0, 0.0, 0.0), (wide, high, deep), WOOD, "wood"),
        ((0.0, 0.04, deep * 0.2), (wide - 0.08, high - 0.08, deep), (0.90, 0.88, 0.83), "paint"),
        ((0.0, 0.10, deep * 0.4), (wide - 0.20, high - 0.20, deep), piece.colour, "paint"),
        ((0.0, 0.10, deep * 0.6), (wide - 0.20, (high - 0.20) * 0.4, deep), _shade(piece.colour, 0.6), "paint"),
    ]


def _window(piece: Piece) -> list[_Part]:
    wide, high, deep = piece.size
    frame: Colour = (0.88, 0.87, 0.85)
    curtain = _shade(piece.colour, 0.85)
    parts: list[_Part] = [
        ((0.0, 0.0, 0.0), (wide, high, deep), frame, "paint"),
        ((-wide / 4, 0.06, deep * 0.3), (wide / 2 - 0.09, high - 0.12, deep), (0.80, 0.88, 0.95), "glow"),
        ((wide / 4, 0.06, deep * 0.3), (wide / 2 - 0.09, high - 0.12, deep), (0.80, 0.88, 0.95), "glow"),
    ]
    for x in (-1, 1):
        parts += [
            (
                (x * (wide / 2 + 0.03 + 0.055 * k), -0.12, deep * (0.9 + 0.5 * (k % 2))),
                (0.055, high + 0.22, 0.03),
                curtain,
                "fabric",
            )
            for k in range(-2, 4)
        ]
    return parts


def _door(piece: Piece) -> list[_Part]:
    wide, high, deep = piece.size
    return [
        ((0.0, 0.0, 0.0), (wide, high, deep), _shade(piece.colour, 0.92), "paint"),
        ((0.0, 0.0, deep * 0.3), (wide - 0.14, high - 0.07, deep), piece.colour, "paint"),
        ((0.0, 0.18, deep * 0.5), (wide - 0.40, 0.72, deep), _shade(piece.colour, 0.93), "paint"),
        ((0.0, 1.05, deep * 0.5), (wide - 0.40, 0.78, deep), _shade(piece.colour, 0.93), "paint"),
        ((wide / 2 - 0.14, 0.98, deep * 0.8), (0.10, 0.02, deep), (0.55, 0.52, 0.45), "paint"),
    ]


def _block(piece: Piece) -> list[_Part]:
    return [((0.0, 0.0, 0.0), piece.size, piece.colour, "paint")]


def _plant(piece: Piece) -> list[_Part]:
    wide, high, deep = piece.size
    rng = np.random.default_rng(3)
    parts: list[_Part] = [((0.0, 0.0, 0.0), (wide * 0.55, high * 0.3, deep * 0.55), (0.62, 0.36, 0.24), "paint")]
    for _ in range(16):
        x, z = rng.uniform(-0.38, 0.38, 2)
        y = rng.uniform(0.32, 0.82) * high
        green = _shade(piece.colour, float(rng.uniform(0.6, 1.3)))
        parts.append(((x * wide, y, z * deep), (wide * 0.24, high * 0.15, deep * 0.24), green, "paint"))
    return parts


def _mirror(piece: Piece) -> list[_Part]:
    wide, high, deep = piece.size
    return [
        ((0.0, 0.0, 0.0), (wide, high, deep), piece.colour, "wood"),
        ((0.0, 0.04, deep * 0.2), (wide - 0.08, high - 0.08, deep), (0.80, 0.84, 0.84), "glass"),
    ]


def _television(piece: Piece) -> list[_Part]:
    wide, high, deep = piece.size
    return [
        ((0.0, 0.0, 0.0), (wide, high, deep), piece.colour, "paint"),
        ((0.0, 0.03, deep * 0.2), (wide - 0.05, high - 0.055, deep), (0.05, 0.05, 0.06), "screen"),
    ]


def _shade(colour: Colour, factor: float) -> Colour:
    red, green, blue = (min(1.0, part * factor) for part in colour)
    return red, green, blue


@dataclass(frozen=True, slots=True)
class Pattern:
    """A kind of furniture: how it is put together, its usual size (wide, high, deep), colour and height to sit at."""

    parts: Callable[[Piece], list[_Part]]
    size: tuple[float, float, float]
    colour: Colour
    top: Callable[[Piece], float] | None = None


CATALOGUE = {
    "chair": Pattern(_chair, (0.46, 0.94, 0.46), (0.55, 0.46, 0.33), lambda _: 0.47),
    "sofa": Pattern(_sofa, (2.10, 0.84, 0.90), (0.36, 0.43, 0.42), lambda _: 0.44),
    "armchair": Pattern(_sofa, (0.92, 0.86, 0.86), (0.36, 0.43, 0.42), lambda _: 0.44),
    "bed": Pattern(_bed, (2.05, 0.50, 0.95), (0.45, 0.52, 0.62), lambda piece: piece.size[1] + 0.01),
    "table": Pattern(_table, (1.2, 0.74, 0.8), (0.50, 0.34, 0.21)),
    "shelf": Pattern(_shelf, (0.9, 1.8, 0.3), (0.48, 0.33, 0.21)),
    "rug": Pattern(_rug, (2.0, 0.02, 1.4), (0.52, 0.30, 0.27)),
    "mat": Pattern(_rug, (1.9, 0.02, 0.9), (0.25, 0.38, 0.48), lambda _: 0.02),
    "picture": Pattern(_picture, (0.7, 0.5, 0.03), (0.45, 0.58, 0.66)),
    "window": Pattern(_window, (1.3, 1.2, 0.05), (0.78, 0.72, 0.62)),
    "door": Pattern(_door, (0.95, 2.05, 0.05), (0.80, 0.77, 0.71)),
    "mirror": Pattern(_mirror, (0.9, 1.7, 0.04), (0.42, 0.30, 0.20)),
    "television": Pattern(_television, (1.23, 0.72, 0.06), (0.06, 0.06, 0.07)),
    "plant": Pattern(_plant, (0.5, 1.0, 0.5), (0.24, 0.38, 0.20)),
    "block": Pattern(_block, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
}
