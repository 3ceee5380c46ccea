"""The wiring diagram, by what it draws: right whatever the configuration."""

import re
from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from test_wiring import FITTINGS, PANELS

from guardian.circuit import ButtonWire, Buzzer, ohms
from guardian.header import HEADER
from guardian.settings import Panel
from guardian.wiring import Fitting, Role, parts
from guardian.workshop import symbols
from guardian.workshop.diagram import diagram
from guardian.workshop.ink import svg, text

NAMESPACE = "{http://www.w3.org/2000/svg}"


def drawn(panel: Panel, fitting: Fitting) -> ET.Element:
    return ET.fromstring(diagram(parts(panel, fitting), fitting))  # noqa: S314 - our own


def words(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{NAMESPACE}text")]


def signals(root: ET.Element) -> list[list[tuple[float, float]]]:
    """The signal wires as points."""
    lines = [each for each in root.iter(f"{NAMESPACE}path") if (each.get("class") or "").startswith("signal ")]
    return [[tuple(map(float, p.split())) for p in (each.get("d") or "")[1:].split("L")] for each in lines]  # type: ignore[misc]


@settings(max_examples=40)
@given(PANELS, FITTINGS)
def test_every_pin_is_drawn_with_both_numbers_and_every_part_with_its_pins(panel: Panel, fitting: Fitting):
    said = words(drawn(panel, fitting))
    for pin in HEADER:
        assert str(pin.physical) in said
        assert pin.gpio is None or f"GPIO {pin.gpio}" in said
    for part in parts(panel, fitting):
        assert part.name in said
        assert f"pin {part.ground.physical}" in said
        if part.supply is not None:
            assert any(word.endswith(f" V, pin {part.supply.physical}") for word in said)


@settings(max_examples=60)
@given(PANELS, FITTINGS)
def test_no_wire_crosses_another_and_each_begins_at_its_pin(panel: Panel, fitting: Fitting):
    root = drawn(panel, fitting)
    wires = signals(root)
    assert len(wires) == len(panel.pins)
    numbers = {
        (round(float(e.get("y", "0")) - 4.5, 3)): e for e in root.iter(f"{NAMESPACE}text") if e.get("class") == "number"
    }
    assert all(round(wire[0][1], 3) in numbers for wire in wires)
    for one, other in combinations(wires, 2):
        for a, b in pairwise(one):
            for c, d in pairwise(other):
                assert not meet(a, b, c, d), (one, other)


def meet(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]) -> bool:
    """Whether two level or upright pieces have a point in common."""
    return all(
        max(min(a[axis], b[axis]), min(c[axis], d[axis])) <= min(max(a[axis], b[axis]), max(c[axis], d[axis]))
        for axis in (0, 1)
    )


@settings(max_examples=40)
@given(PANELS, FITTINGS)
def test_no_circuit_stands_in_another_and_all_are_on_the_paper(panel: Panel, fitting: Fitting):
    root = drawn(panel, fitting)
    wired = {part.pin.physical: part for part in parts(panel, fitting)}
    wide, high = map(float, (root.get("viewBox") or "").split()[2:])
    for way in (-1, 1):
        ends = sorted(wire[-1][1] for wire in signals(root) if (wire[-1][0] - wide / 2) * way > 0)
        own = [wired[physical] for physical in sorted(wired) if (physical % 2 == 1) is (way < 0)]
        edges = [
            (y - symbols.extent(part, fitting)[0], y + symbols.extent(part, fitting)[1])
            for part, y in zip(own, ends, strict=True)
        ]
        assert all(top >= 100 and bottom <= high - 60 for top, bottom in edges)
        assert all(upper[1] <= lower[0] for upper, lower in pairwise(edges))


@pytest.mark.parametrize(
    ("fitting", "there", "absent"),
    [
        (Fitting(), ("NPN transistor", "1N4001", "10 kΩ", "1 kΩ", "470 Ω"), ("100 nF", "3.3 V, pin 17")),
        (Fitting(Buzzer(30, coil=False)), ("NPN transistor",), ("1N4001",)),
        (Fitting(Buzzer(3, coil=False)), ("buzzer", "+"), ("NPN transistor", "1N4001", "5 V, pin 4")),
        (Fitting(wire=ButtonWire(5)), ("100 nF", "5 m", "3.3 V, pin 17"), ()),
    ],
)
def test_what_a_part_needs_is_drawn_and_nothing_else(fitting: Fitting, there: tuple[str, ...], absent: tuple[str, ...]):
    said = words(drawn(Panel(), fitting))
    assert not set(there) - set(said)
    assert not set(absent) & set(said)


def test_the_base_resistor_is_the_computed_one():
    fitting = Fitting(Buzzer(20))
    assert ohms(Buzzer(20).resistor) in words(drawn(Panel(), fitting))


def test_the_left_is_the_mirror_of_the_right():
    (lamp,) = [part for part in parts(Panel()) if part.key == "leds.red"]
    right, left = (symbols.circuit(lamp, Fitting(), symbols.Place(0, 0, way)) for way in (1, -1))
    assert 'class="mid"' in right
    assert right.count("<path") == left.count("<path")
    assert re.search(r'class="strong out" x="200"', right)
    assert re.search(r'class="strong in" x="-200"', left)
    assert symbols.extent(lamp, Fitting()) == (36, 60)
    assert lamp.role is Role.LAMP


def test_words_are_escaped_and_a_drawing_says_what_it_is():
    assert text(1, 2, "a < b", "soft") == '<text class="soft" x="1" y="2">a &lt; b</text>\n'
    root = ET.fromstring(svg((10, 20), "A & B", "<x>", "", ""))  # noqa: S314 - our own
    assert root.get("role") == "img"
    assert root.findtext(f"{NAMESPACE}title") == "A & B"
