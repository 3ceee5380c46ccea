"""What a camera sees of a room, drawn from the side and from above, to scale."""

from collections.abc import Iterator, Sequence
from math import radians, tan

from guardian.geometry import Point
from guardian.optics import Optics
from guardian.reach import TALL, outline, reach, sentences, upward, whole, width
from guardian.workshop.ink import path, svg, text

LENGTH, ASIDE = 7.0, 3.5
"""Metres ahead that are drawn, and to each side."""
SCALE, LEFT, TOP = 130.0, 84.0, 128.0
BETWEEN, FOOT = 96.0, 132.0
HEAD = 1.6
"""Metres above the floor of the head of somebody who stands."""
STYLE = """
.wall { fill: var(--line); } .floor { stroke: var(--ink); stroke-width: 3; } .grid { stroke: var(--line); fill: none; }
.sees { fill: var(--sees); fill-opacity: .16; stroke: var(--sees); stroke-width: 2; }
.head { fill: var(--whole); fill-opacity: .14; stroke: var(--whole); stroke-width: 2; stroke-dasharray: 7 5; }
.edge { stroke: var(--sees); stroke-width: 2; fill: none; } .axis { stroke: var(--sees); stroke-dasharray: 3 6; }
.on-floor { stroke: var(--sees); stroke-width: 8; stroke-linecap: round; }
.body { fill: none; stroke: var(--whole); stroke-width: 6; stroke-linecap: round; stroke-linejoin: round; }
.cut { stroke: var(--faint); } .camera { fill: var(--ink); } .sees-text { fill: var(--sees); font-weight: 700; }
.head-text { fill: var(--whole); font-weight: 700; }
"""


def view_drawing(optics: Optics, title: str) -> str:
    """Return the SVG; the same for the same optics."""
    tall = max(optics.height, TALL) + 0.45
    floor = TOP + tall * SCALE
    middle = floor + BETWEEN + ASIDE * SCALE
    size = (LEFT + LENGTH * SCALE + 60, middle + ASIDE * SCALE + FOOT)
    tilted = f"lens {optics.height:g} m above the floor, tilted {optics.tilt:g}° down, {optics.fov:g}° across"
    lines = sentences(optics)
    body = "".join(
        (
            text(LEFT, 48, title, "title"),
            text(LEFT, 76, f"{tilted} and {upward(optics):.0f}° upward", "soft"),
            *_side(optics, floor, TOP),
            *_above(optics, middle),
            *_said(lines, size[1]),
        )
    )
    return svg(size, title, f"{tilted}. {' '.join(lines)}", STYLE, body)


def _x(ahead: float) -> float:
    return LEFT + ahead * SCALE


def _shape(corners: Sequence[Point], kind: str) -> str:
    """A polygon of (x, y) pixels."""
    return path("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "Z", kind) if corners else ""


def _side(optics: Optics, floor: float, top: float) -> Iterator[str]:
    """The room cut along the middle of the picture."""
    yield text(LEFT, top - 12, "from the side", "strong")
    yield f'<rect class="wall" x="{LEFT - 22:g}" y="{top:g}" width="22" height="{floor - top:g}"/>\n'
    yield f'<clipPath id="side"><rect x="{LEFT:g}" y="{top:g}" width="{LENGTH * SCALE:g}" height="{floor - top:g}"/>'
    yield "</clipPath>\n"
    lens = (_x(0), floor - optics.height * SCALE)
    half = upward(optics) / 2
    far = 3 * LENGTH
    rays = [
        (_x(far), floor - (optics.height - far * tan(radians(min(89.0, angle)))) * SCALE)
        for angle in (optics.tilt - half, optics.tilt + half)
    ]
    cone = _shape((lens, *rays), "sees")
    ray = (_x(far), floor - (optics.height - far * tan(radians(optics.tilt))) * SCALE)
    yield f'<g clip-path="url(#side)">{cone}{path(f"M{lens[0]:g} {lens[1]:g}L{ray[0]:.1f} {ray[1]:.1f}", "axis")}</g>\n'
    yield from _metres(floor)
    yield path(f"M{LEFT - 22:g} {floor:g}L{_x(LENGTH):g} {floor:g}", "floor")
    seen = reach(optics, 0.0)
    if seen.since < LENGTH:
        yield path(f"M{_x(seen.since):.1f} {floor:g}L{_x(min(seen.to, LENGTH)):.1f} {floor:g}", "on-floor")
    yield from _people(optics, floor)
    yield f'<rect class="camera" x="{lens[0] - 4:g}" y="{lens[1] - 9:g}" width="20" height="18" rx="4"/>\n'
    yield text(LEFT - 30, lens[1] + 5, f"{optics.height:g} m", "in strong")


def _people(optics: Optics, floor: float) -> Iterator[str]:
    """Somebody who stands where they are first seen whole, and somebody who lies."""
    first, floor_end = whole(optics).since, min(reach(optics, 0.0).to, LENGTH)
    if whole(optics).is_empty or first > LENGTH - 1:
        return
    x, high = _x(first) + 14, TALL * SCALE
    yield f'<circle class="body" cx="{x:.1f}" cy="{floor - high + 16:.1f}" r="13"/>\n'
    hip, hand, shoulder = (floor - share * high for share in (0.48, 0.52, 0.78))
    yield path(f"M{x:.1f} {floor - high + 32:.1f}L{x:.1f} {hip:.1f}L{x - 11:.1f} {floor - 4:.1f}", "body")
    yield path(f"M{x:.1f} {hip:.1f}L{x + 13:.1f} {floor - 4:.1f}", "body")
    yield path(f"M{x - 17:.1f} {hand:.1f}L{x:.1f} {shoulder:.1f}L{x + 18:.1f} {hand:.1f}", "body")
    yield text(x + 30, floor - high + 22, f"seen whole from {first:.1f} m", "head-text")
    lying, y = min(first + 2.3, floor_end - TALL - 0.1), floor - 15
    if lying < first + 0.5:
        return
    yield f'<circle class="body" cx="{_x(lying):.1f}" cy="{y:.1f}" r="12"/>\n'
    yield path(f"M{_x(lying) + 16:.1f} {y:.1f}L{_x(lying + TALL) - 10:.1f} {y + 3:.1f}", "body")


def _metres(floor: float) -> Iterator[str]:
    for metre in range(int(LENGTH) + 1):
        yield path(f"M{_x(metre):g} {floor:g}L{_x(metre):g} {floor + 8:g}", "cut")
        yield text(_x(metre), floor + 26, f"{metre} m", "soft mid")


def _above(optics: Optics, middle: float) -> Iterator[str]:
    """The floor from above, with what is seen of it and of heads."""
    high = ASIDE * SCALE
    yield text(LEFT, middle - high - 14, "from above", "strong")
    yield text(LEFT + 110, middle - high - 14, "the floor", "sees-text")
    yield text(LEFT + 200, middle - high - 14, f"heads {HEAD:g} m above it", "head-text")
    yield f'<clipPath id="above"><rect x="{LEFT:g}" y="{middle - high:g}" width="{LENGTH * SCALE:g}"'
    yield f' height="{2 * high:g}"/></clipPath>\n<rect class="wall" x="{LEFT - 22:g}" y="{middle - high:g}" width="22"'
    yield f' height="{2 * high:g}"/>\n<g clip-path="url(#above)">\n'
    for metre in range(int(LENGTH) + 1):
        yield path(f"M{_x(metre):g} {middle - high:g}V{middle + high:g}", "grid")
        for side in (-1, 1):
            yield path(f"M{LEFT:g} {middle + side * metre * SCALE:g}H{_x(LENGTH):g}", "grid")
    for up, kind in ((HEAD, "head"), (0.0, "sees")):
        corners = outline(optics, up, LENGTH)
        yield _shape([(_x(ahead), middle + aside * SCALE) for ahead, aside in corners], kind)
    yield "</g>\n"
    for ahead in (3.0, 5.0):
        wide = width(optics, ahead)
        seen = reach(optics, 0.0)
        if seen.since < ahead < seen.to and wide / 2 < ASIDE:
            yield path(f"M{_x(ahead):g} {middle - wide / 2 * SCALE:.1f}V{middle + wide / 2 * SCALE:.1f}", "edge")
            yield text(_x(ahead) + 8, middle + 5, f"{wide:.1f} m across", "sees-text")
    yield f'<rect class="camera" x="{LEFT - 4:g}" y="{middle - 9:g}" width="18" height="18" rx="4"/>\n'
    yield from (text(_x(metre), middle + high + 22, f"{metre} m", "soft mid") for metre in range(int(LENGTH) + 1))


def _said(lines: Sequence[str], high: float) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield text(LEFT, high - FOOT + 58 + 22 * number, line)
