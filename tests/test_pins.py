import re

from rich.console import Console

from guardian.header import HEADER
from guardian.settings import Panel
from guardian.wiring import Role, parts, uses
from guardian.workshop.pins import FREE, WIRED, header, style

WIRED_PARTS = parts(Panel(pause_button=24))


def plain() -> list[str]:
    console = Console(file=None, record=True, width=200, no_color=True, soft_wrap=True, quiet=False)
    with console.capture() as said:
        for line in header(WIRED_PARTS):
            console.print(line)
    return said.get().splitlines()


def test_the_header_is_twenty_rows_with_every_pin_in_its_place():
    rows = plain()
    assert len(rows) == 21
    for number, row in enumerate(rows[1:]):
        left, right = re.search(rf"(\d+) [{WIRED}{FREE}] [{WIRED}{FREE}] (\d+)", row).groups()  # type: ignore[union-attr]
        assert (int(left), int(right)) == (2 * number + 1, 2 * number + 2)


def test_every_pin_has_its_gpio_its_function_and_its_use_in_words():
    rows = plain()[1:]
    for pin in HEADER:
        halves = re.split(rf"[{WIRED}{FREE}] [{WIRED}{FREE}]", rows[(pin.physical - 1) // 2])
        words = halves[(pin.physical - 1) % 2].split()
        assert pin.use.value in words
        assert str(pin.physical) in words
        assert pin.gpio is None or str(pin.gpio) in words
        assert pin.function in halves[(pin.physical - 1) % 2]


def test_what_is_wired_is_marked_and_named_without_a_colour():
    rows, used = plain()[1:], uses(WIRED_PARTS)
    for pin in HEADER:
        row = rows[(pin.physical - 1) // 2]
        marks = re.search(rf"([{WIRED}{FREE}]) ([{WIRED}{FREE}])", row)
        assert marks is not None
        assert marks.group(1 + (pin.physical - 1) % 2) == (WIRED if pin.physical in used else FREE)
        assert used.get(pin.physical, "") in row
    assert any("pause button" in row for row in rows)


def test_each_kind_of_part_has_a_colour_of_its_own():
    styles = {(part.role, part.colour if part.role is Role.LAMP else ""): style(part) for part in WIRED_PARTS}
    assert len(set(styles.values())) == len(styles) == 5
