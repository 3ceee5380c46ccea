"""The wiring of a panel as one drawing: the header in the middle, and each circuit on the side of its pin.

Circuits stand in the order of their pins, so that wires can be laid in lanes in which none crosses another.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from guardian.header import HEADER, Pin
from guardian.wiring import Fitting, Part, Role, sentence, uses
from guardian.workshop.ink import path, svg, text
from guardian.workshop.symbols import STYLE as SYMBOLS
from guardian.workshop.symbols import Place, circuit, extent

WIDE, TOP, PITCH = 1180.0, 118.0, 36.0
MIDDLE, HALF, COLUMN = WIDE / 2, 116.0, 20.0
LANE, FIRST_LANE, BLOCK = 13.0, 16.0, 82.0
"""Pixels between lanes, from the header to the first, and from the header to the circuits."""
GAP, BELOW = 18.0, 96.0
STYLE = """
.board { fill: var(--board); } .hole { fill: #57655e; stroke: var(--print); stroke-width: 1.5; }
.number { fill: #fff; font-size: 12.5px; font-weight: 700; text-anchor: middle; }
.free { fill: #a9b5ae; font-size: 13px; } .taken { fill: #fff; font-size: 13px; font-weight: 700; }
.signal { fill: none; stroke-width: 3; stroke-linejoin: round; stroke-linecap: round; }
.blue { stroke: var(--blue); } .violet { stroke: var(--violet); } .signal.green { fill: none; }
.signal.amber { fill: none; } .signal.red { fill: none; }
"""
FILLS: Mapping[str, str] = {
    "green": "#17803f",
    "amber": "#b26a00",
    "red": "#b30d1c",
    "blue": "#1557a8",
    "violet": "#7a1f9e",
}
SUPPLIES: Mapping[str, str] = {"ground": "#000", "5 V power": "#d01f2e", "3.3 V power": "#d0641f"}
TITLE = "The panel on the 40-pin header of a Raspberry Pi"


class Standing(NamedTuple):
    """A circuit, and the height of its signal line."""

    part: Part
    y: float


def diagram(wired: Sequence[Part], fitting: Fitting) -> str:
    """Return the SVG; the same for the same wiring."""
    sides = {way: _stand([part for part in wired if _side(part.pin) == way], fitting) for way in (-1, 1)}
    lowest = [standing.y + extent(standing.part, fitting)[1] for side in sides.values() for standing in side]
    high = max(TOP + len(HEADER) / 2 * PITCH, *lowest) + BELOW
    body = "".join((*_head(), *_lanes(sides), *_board(wired), *_circuits(sides, fitting), *_foot(high)))
    told = " ".join(f"{part.name}: {sentence(part, fitting)}." for part in wired)
    return svg((WIDE, high), TITLE, told, SYMBOLS + STYLE, body)


def _side(pin: Pin) -> int:
    """-1 for the odd pins, on the left, and 1 for the even ones."""
    return -1 if pin.physical % 2 else 1


def _height(pin: Pin) -> float:
    return TOP + ((pin.physical - 1) // 2 + 0.5) * PITCH


def _colour(part: Part) -> str:
    return part.colour if part.role is Role.LAMP else {Role.BUZZER: "blue", Role.BUTTON: "violet"}[part.role]


def _stand(side: Sequence[Part], fitting: Fitting) -> tuple[Standing, ...]:
    """Let each circuit stand as near to its pin as those above it allow, and move all up where room is above."""
    floor, heights = TOP, []
    for part in side:
        above, below = extent(part, fitting)
        heights.append(max(_height(part.pin), floor + above))
        floor = heights[-1] + below + GAP
    off = [y - _height(part.pin) for part, y in zip(side, heights, strict=True)]
    room = heights[0] - extent(side[0], fitting)[0] - TOP if side else 0.0
    shift = min(room, max(off, default=0.0) / 2)
    return tuple(Standing(part, y - shift) for part, y in zip(side, heights, strict=True))


def _lanes(sides: Mapping[int, Sequence[Standing]]) -> Iterator[str]:
    """Lay the signals: of those that go down the upper takes the outer lane, of those that go up the lower."""
    for way, side in sides.items():
        down = [each for each in side if each.y > _height(each.part.pin)]
        order = [*reversed(down), *(each for each in side if each not in down)]
        for lane, (part, y) in enumerate(order):
            number = lane if (part, y) in down else lane - len(down)
            x = MIDDLE + way * (HALF + FIRST_LANE + LANE * number)
            ends = (MIDDLE + way * COLUMN, MIDDLE + way * (HALF + BLOCK))
            points = ((ends[0], _height(part.pin)), (x, _height(part.pin)), (x, y), (ends[1], y))
            line = "M" + "L".join(f"{across:g} {height:g}" for across, height in points)
            yield path(line, f"signal {_colour(part)}")


def _board(wired: Sequence[Part]) -> Iterator[str]:
    high = len(HEADER) / 2 * PITCH
    yield f'<rect class="board" x="{MIDDLE - HALF:g}" y="{TOP - 8:g}" width="{2 * HALF:g}" height="{high + 16:g}"'
    yield ' rx="10"/>\n'
    colours = {part.pin.physical: FILLS[_colour(part)] for part in wired}
    used = uses(wired)
    for pin in HEADER:
        way, y, taken = _side(pin), _height(pin), pin.physical in used
        x = MIDDLE + way * COLUMN
        fill = colours.get(pin.physical, SUPPLIES.get(pin.function, "")) if taken else ""
        style = f' style="fill:{fill}"' if fill else ""
        if taken and pin.physical in colours:
            edge = MIDDLE + way * HALF
            yield f'<path d="M{x:g} {y:g}L{edge:g} {y:g}" stroke="{fill}" stroke-width="22" opacity="0.9"/>\n'
        if pin.physical == 1:
            yield f'<rect class="hole" x="{x - 13:g}" y="{y - 13:g}" width="26" height="26"{style}/>\n'
        else:
            yield f'<circle class="hole" cx="{x:g}" cy="{y:g}" r="13.5"{style}/>\n'
        yield text(x, y + 4.5, str(pin.physical), "number")
        named = pin.function.removesuffix(" power") if pin.gpio is None else f"GPIO {pin.gpio}"
        anchor = "out" if way > 0 else "in"
        yield text(x + way * 22, y + 5, named, f"{'taken' if taken else 'free'} {anchor}")


def _circuits(sides: Mapping[int, Sequence[Standing]], fitting: Fitting) -> Iterator[str]:
    for way, side in sides.items():
        for part, y in side:
            yield circuit(part, fitting, Place(MIDDLE + way * (HALF + BLOCK), y, way))


def _head() -> Iterator[str]:
    yield text(MIDDLE, 46, TITLE, "title mid")
    said = "seen from above, pin 1 (square) at the corner of the board; numbers in circles are physical pins"
    yield text(MIDDLE, 74, said, "soft mid")
    yield text(MIDDLE, 94, "switch the power off before you wire anything", "soft mid")


def _foot(high: float) -> Iterator[str]:
    yield text(
        MIDDLE, high - 46, "lines are joined only where there is a dot; pins without a colour stay free", "soft mid"
    )
    said = "each sign of ground, and each arrow to 3.3 V or 5 V, is a wire to the pin that is written beside it"
    yield text(MIDDLE, high - 24, said, "soft mid")
