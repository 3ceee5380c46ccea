"""The 40-pin header as it lies before one, drawn in the terminal with what is wired to it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from rich.text import Text

from guardian.header import HEADER, Pin, Use
from guardian.wiring import Part, Role, uses

HEADS = ("wired to", "function", "use", "GPIO", "pin")
WIRED, FREE = "●", "○"
USES: Mapping[Use, str] = {Use.SAFE: "green", Use.SHARED: "yellow", Use.NEVER: "dim"}
COLOURS: Mapping[str, str] = {"green": "bold green", "amber": "bold yellow", "red": "bold red"}
ROLES: Mapping[Role, str] = {Role.BUZZER: "bold blue", Role.BUTTON: "bold magenta"}
SUPPLY = "bold"


class Cell(NamedTuple):
    """A word of the drawing and its style."""

    text: str
    style: str = ""


def style(part: Part) -> str:
    """How a part is coloured."""
    return COLOURS[part.colour] if part.role is Role.LAMP else ROLES[part.role]


def header(wired: Sequence[Part]) -> Iterator[Text]:
    """Give the lines of the drawing: pin 1 at the top left, as on a board whose header is at its right edge.

    Each pin has its physical number and its BCM GPIO, its function, whether a panel may use it, and what is wired to
    it; nothing of that is said by colour alone.
    """
    styles = {part.pin.physical: style(part) for part in wired}
    used = uses(wired)
    cells = {pin.physical: _cells(pin, used.get(pin.physical, ""), styles.get(pin.physical, SUPPLY)) for pin in HEADER}
    left = [cells[pin.physical] for pin in HEADER if pin.physical % 2]
    right = [cells[pin.physical] for pin in HEADER if not pin.physical % 2]
    heads = tuple(Cell(head, "dim") for head in HEADS)
    widths = [[max(len(row[at].text) for row in (heads, *side)) for at in range(len(HEADS))] for side in (left, right)]
    yield _line(heads, heads, widths, ("   ", ""))
    for number, (odd, even) in enumerate(zip_longest(left, right)):
        marks = " ".join(WIRED if 2 * number + at in used else FREE for at in (1, 2))
        yield _line(odd, even, widths, (marks, SUPPLY))


def _cells(pin: Pin, wired: str, coloured: str) -> tuple[Cell, ...]:
    own = coloured if wired else ""
    return (
        Cell(wired, own),
        Cell(pin.function, own or "dim"),
        Cell(pin.use.value, USES[pin.use]),
        Cell("" if pin.gpio is None else str(pin.gpio), own),
        Cell(str(pin.physical), own),
    )


def _line(odd: Sequence[Cell], even: Sequence[Cell], widths: Sequence[Sequence[int]], marks: tuple[str, str]) -> Text:
    """One row: the left column written towards the middle, the right one away from it."""
    line = Text()
    for cell, width in zip(odd, widths[0], strict=True):
        line.append(cell.text.rjust(width) + " ", cell.style)
    line.append(*marks)
    for cell, width in zip(reversed(even), reversed(widths[1]), strict=True):
        line.append(" ")
        line.append(cell.text.ljust(width), cell.style)
    line.rstrip()
    return line
