"""What an outline in the picture has to be, whoever draws it: in the configuration, on the page, or over MQTT."""

from collections.abc import Sequence

from guardian.geometry import Point

LEAST_CORNERS, MOST_CORNERS = 3, 32
LEAST_SURFACE = 0.0005
"""Share of the picture. A chair that is 0.4 m wide and 6 m away covers 0.005 of it; a tenth of that is a slip of the
finger, and one that nobody can see on the page any more."""
MOST_PLACES = 32
"""In one room."""


def read(value: object) -> tuple[Point, ...]:
    """Take the corners of an outline from a list of lists. Raises ValueError, and nothing else, with what is wrong with
    it and what would be right.
    """
    if not isinstance(value, list) or not LEAST_CORNERS <= len(value) <= MOST_CORNERS:
        what = f"a list of {len(value)}" if isinstance(value, list) else f"a {type(value).__name__}"
        message = f"polygon is {what}; {LEAST_CORNERS} to {MOST_CORNERS} corners [x, y] would be right"
        raise ValueError(message)
    polygon = tuple(_corner(number, each) for number, each in enumerate(value, 1))
    wrong = fault(polygon)
    if wrong:
        message = f"polygon: {wrong}"
        raise ValueError(message)
    return polygon


def fault(polygon: Sequence[Point]) -> str:
    """Say what is wrong with the corners (x, y), in fractions of the picture; nothing where they are right."""
    crossing = crossed(polygon)
    if crossing is not None:
        (a, b), (c, d) = crossing
        crosses = f"its line from corner {a} to {b} crosses that from {c} to {d}"
        return f"{crosses}; corners in the order around it would be right"
    covered = surface(polygon)
    if covered < LEAST_SURFACE:
        return f"it covers {covered:.3%} of the picture; at least {LEAST_SURFACE:.2%} would be right"
    return ""


def surface(polygon: Sequence[Point]) -> float:
    """How much a polygon that does not cross itself covers, in the square of its own unit (Gauss's area formula)."""
    sides = zip(polygon, (*polygon[1:], polygon[0]), strict=True)
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in sides)) / 2


def crossed(polygon: Sequence[Point]) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The first two sides that cross, each as the numbers of its corners (from 1); None where none do. Sides that only
    touch do not: whoever draws by hand puts one corner upon another.
    """
    count = len(polygon)
    for first in range(count):
        for second in range(first + 2, count):
            ends = first, first + 1, second, (second + 1) % count
            if ends[3] != first and _cross(*(polygon[end] for end in ends)):
                a, b, c, d = (end + 1 for end in ends)
                return (a, b), (c, d)
    return None


def _corner(number: int, value: object) -> Point:
    if isinstance(value, list) and len(value) == 2:  # noqa: PLR2004 - x and y
        x, y = value
        if type(x) in (int, float) and type(y) in (int, float) and 0 <= x <= 1 and 0 <= y <= 1:  # and is a number
            return float(x), float(y)
    message = f"corner {number} is {str(value)[:40]}; [x, y], both from 0 to 1, would be right"
    raise ValueError(message)


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the inner part of a line from `a` to `b` crosses that of one from `c` to `d`."""
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Point, b: Point, c: Point) -> float:
    """Above 0 where `c` is on one side of the line through `a` and `b`, below 0 on the other, 0 on it."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
