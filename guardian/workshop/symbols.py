"""The circuits between a pin and ground as a schematic draws them, each on one side of the header.

A circuit is drawn outward from the header: `out` counts pixels from its own near edge, `down` from the line of its
signal, so that the same circuit can stand on the left, where it is mirrored, and on the right.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from guardian.circuit import BASE_TO_GROUND, CAPACITOR, PULL_UP, SERIES, lamp_resistor, ohms
from guardian.wiring import Fitting, Part, Role
from guardian.workshop.ink import path, text

STYLE = """
.wire { fill: none; stroke: var(--ink); stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round; }
.part { fill: var(--paper); stroke: var(--ink); stroke-width: 2.5; stroke-linejoin: round; }
.dot { fill: var(--ink); } .bar { fill: none; stroke: var(--ink); stroke-width: 5; stroke-linecap: round; }
.fed { fill: none; stroke: var(--red); stroke-width: 2.5; } .fed-text { fill: var(--red); font-weight: 700; }
.green { fill: var(--green); stroke: var(--green); } .amber { fill: var(--amber); stroke: var(--amber); }
.red { fill: var(--red); stroke: var(--red); }
.ray { fill: none; stroke-width: 2; stroke-linecap: round; }
"""

RESISTOR = 64.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a circuit stands: its near edge and signal line in pixels, and `way` 1 to the right or -1 to the left."""

    x: float
    y: float
    way: int

    def at(self, out: float, down: float) -> str:
        """Write a point for a path."""
        return f"{self.x + self.way * out:g} {self.y + down:g}"

    def line(self, *points: tuple[float, float], kind: str = "wire") -> str:
        """Draw a line through points."""
        return path("M" + "L".join(self.at(*point) for point in points), kind)

    def words(self, out: float, down: float, said: str, kind: str = "") -> str:
        """Write words that begin there (unless said otherwise), end there (`in`) or have their middle (`mid`)."""
        words = kind.split()
        if not {"in", "mid"} & set(words):
            words.append("out")
        if self.way < 0:
            swapped = {"out": "in", "in": "out"}
            words = [swapped.get(word, word) for word in dict.fromkeys(words)]
        kind = " ".join(dict.fromkeys(words))
        return text(self.x + self.way * out, self.y + down, said, kind)

    def dot(self, out: float, down: float) -> str:
        """Mark where wires are joined."""
        return f'<circle class="dot" cx="{self.x + self.way * out:g}" cy="{self.y + down:g}" r="4.5"/>\n'

    def box(self, out: float, down: float, wide: float, high: float) -> str:
        """Draw a resistor around its middle."""
        x, y = self.x + self.way * out - wide / 2, self.y + down - high / 2
        return f'<rect class="part" x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}"/>\n'

    def resistor(self, out: float, value: float) -> str:
        """Draw one in the signal line that begins there, with its value above."""
        middle = out + RESISTOR / 2
        return self.box(middle, 0, RESISTOR, 18) + self.words(middle, -16, ohms(value), "mid")

    def upright(self, out: float, down: float, value: float) -> str:
        """Draw one that stands, with its value beside it, outwards."""
        return self.box(out, down, 16, 44) + self.words(out + 16, down + 5, ohms(value))

    def ground(self, out: float, down: float, physical: int) -> str:
        """Draw the sign of ground below a point, with the physical pin that it is wired to."""
        bars = ((-15, 15, 16), (-10, 10, 22), (-5, 5, 28))
        drawn = "".join(self.line((out + a, down + y), (out + b, down + y)) for a, b, y in bars)
        return self.line((out, down), (out, down + 16)) + drawn + self.words(out, down + 47, f"pin {physical}", "mid")

    def supply(self, out: float, down: float, volts: str, physical: int) -> str:
        """Draw the sign of a supply above a point, with the physical pin that it is wired to."""
        arrow = self.line((out, down), (out, down - 18), kind="fed") + self.line(
            (out - 9, down - 10), (out, down - 22), (out + 9, down - 10), kind="fed"
        )
        return arrow + self.words(out, down - 30, f"{volts}, pin {physical}", "mid fed-text")


def extent(part: Part, fitting: Fitting) -> tuple[float, float]:
    """How many pixels a circuit needs above its signal line and below it."""
    if part.role is Role.LAMP:
        return 36, 60
    if part.role is Role.BUTTON:
        return (124, 108) if fitting.wire.is_long else (46, 60)
    return (212, 150) if fitting.buzzer.needs_transistor else (46, 60)


def circuit(part: Part, fitting: Fitting, place: Place) -> str:
    """Draw one."""
    drawn = {Role.LAMP: _lamp, Role.BUTTON: _button, Role.BUZZER: _buzzer}[part.role]
    return "".join(drawn(part, fitting, place))


def _lamp(part: Part, _fitting: Fitting, place: Place) -> Iterator[str]:
    yield place.line((0, 0), (36, 0))
    yield place.resistor(36, lamp_resistor())
    yield place.line((36 + RESISTOR, 0), (150, 0))
    yield path(f"M{place.at(150, -15)}L{place.at(150, 15)}L{place.at(178, 0)}Z", f"part {part.colour}")
    yield place.line((178, -15), (178, 15), kind=f"bar ray {part.colour}")
    for shift in (0, 12):
        yield place.line((160 + shift, -18), (170 + shift, -28), kind=f"ray {part.colour}")
    yield place.line((178, 0), (268, 0))
    yield place.words(132, 30, "long leg", "soft mid")
    yield place.words(200, -14, part.name, "strong")
    yield place.ground(268, 0, part.ground.physical)


def _button(part: Part, fitting: Fitting, place: Place) -> Iterator[str]:
    start = 36.0
    if part.supply is not None:
        start = 96.0
        yield place.line((28, 0), (28, -18))
        yield place.upright(28, -40, PULL_UP)
        yield place.line((28, -62), (28, -72))
        yield place.supply(28, -72, "3.3 V", part.supply.physical)
        yield place.line((28, 0), (28, 22))
        yield place.line((13, 22), (43, 22), kind="bar") + place.line((13, 33), (43, 33), kind="bar")
        yield place.words(52, 33, f"{CAPACITOR * 1e9:g} nF") + place.line((28, 33), (28, 46))
        yield place.ground(28, 46, part.ground.physical) + place.dot(28, 0)
    yield place.line((0, 0), (start, 0))
    yield place.resistor(start, SERIES)
    contact = start + RESISTOR + 40
    yield place.line((start + RESISTOR, 0), (contact, 0)) + place.dot(contact, 0)
    yield place.line((contact - 6, -16), (contact + 50, -16)) + place.line((contact + 22, -16), (contact + 22, -30))
    yield place.dot(contact + 44, 0) + place.line((contact + 44, 0), (contact + 100, 0))
    yield place.words(contact + 22, -38, part.name, "strong mid")
    if fitting.wire.is_long:
        yield place.words(contact + 22, 24, f"{fitting.wire.metres:g} m", "soft mid")
    yield place.ground(contact + 100, 0, part.ground.physical)


def _buzzer(part: Part, fitting: Fitting, place: Place) -> Iterator[str]:
    if part.supply is None:
        yield place.line((0, 0), (120, 0)) + _sounder(place, 146, 0) + place.line((172, 0), (268, 0))
        yield place.words(108, -10, "+", "strong mid") + place.words(146, -36, part.name, "strong mid")
        yield place.ground(268, 0, part.ground.physical)
        return
    yield place.line((0, 0), (36, 0)) + place.resistor(36, fitting.buzzer.resistor)
    yield place.line((36 + RESISTOR, 0), (188, 0))
    yield f'<circle class="part" cx="{place.x + place.way * 200:g}" cy="{place.y:g}" r="34"/>\n'
    yield place.line((160, 0), (188, 0)) + place.line((188, -19), (188, 19), kind="bar")
    yield place.line((188, -8), (214, -26), (214, -76)) + place.line((188, 8), (214, 26), (214, 88))
    yield path(f"M{place.at(211, 24)}L{place.at(199, 22)}L{place.at(206, 12)}Z", "part dot")
    for down, letter in ((-38, "C"), (46, "E")):
        yield place.words(222, down, letter, "soft")
    yield place.words(158, -9, "B", "soft mid") + place.words(246, -2, "NPN transistor", "strong")
    yield place.words(246, 17, "such as BC337-40", "soft")
    yield place.dot(132, 0) + place.line((132, 0), (132, 20)) + place.upright(132, 42, BASE_TO_GROUND)
    yield place.line((132, 64), (132, 88), (214, 88)) + place.dot(214, 88)
    yield place.ground(214, 88, part.ground.physical)
    yield _sounder(place, 214, -102) + place.line((214, -128), (214, -158))
    yield place.words(180, -98, part.name, "strong in") + place.words(203, -134, "+", "strong mid")
    yield from _diode(place) if fitting.buzzer.coil else ()
    yield place.supply(214, -158, "5 V", part.supply.physical)


def _sounder(place: Place, out: float, down: float) -> str:
    """A buzzer around its middle."""
    x, y = place.x + place.way * out, place.y + down
    ring = f'<circle class="part" cx="{x:g}" cy="{y:g}" r="26"/>\n<circle class="dot" cx="{x:g}" cy="{y:g}" r="5"/>\n'
    return ring + f'<circle class="wire" cx="{x:g}" cy="{y:g}" r="15"/>\n'


def _diode(place: Place) -> Iterator[str]:
    """Across the buzzer, its band towards 5 V."""
    yield place.dot(214, -70) + place.line((214, -70), (276, -70), (276, -88))
    yield path(f"M{place.at(260, -88)}L{place.at(292, -88)}L{place.at(276, -116)}Z", "part")
    yield place.line((260, -116), (292, -116), kind="bar")
    yield place.line((276, -116), (276, -148), (214, -148)) + place.dot(214, -148)
    yield place.words(304, -98, "1N4001", "strong") + place.words(304, -80, "band up", "soft")
