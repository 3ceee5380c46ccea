"""What is wired to which pin: lamps, buzzer and buttons of a panel, each with the ground and the supply that it takes.

Ground and supply are the nearest on the header; the lamps share the ground beside the first of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from guardian.circuit import BASE_TO_GROUND, CAPACITOR, PULL_UP, SERIES, ButtonWire, Buzzer, lamp_resistor, ohms
from guardian.header import HEADER, INPUTS, Pin, find
from guardian.settings import Panel

USUAL_BUZZER, USUAL_WIRE = Buzzer(), ButtonWire()
GROUND, VOLTS_5, VOLTS_3 = "ground", "5 V power", "3.3 V power"
NAMES: Mapping[str, str] = {"buzzer": "buzzer", "button": "button", "pause_button": "pause button"}


class Role(str, Enum):
    """What a part is, which says how it is wired."""

    LAMP = "lamp"
    BUZZER = "buzzer"
    BUTTON = "button"


@dataclass(frozen=True, slots=True)
class Fitting:
    """What was bought: the buzzer, and how long the wires of the buttons are."""

    buzzer: Buzzer = USUAL_BUZZER
    wire: ButtonWire = USUAL_WIRE


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the panel: its `key` below `panel` in the configuration, the `pin` of its signal, the `ground` pin,
    and the pin that feeds it, where one does.
    """

    key: str
    role: Role
    pin: Pin
    ground: Pin
    supply: Pin | None = None

    @property
    def colour(self) -> str:
        """Of a lamp."""
        return self.key.removeprefix("leds.")

    @property
    def name(self) -> str:
        """What a human calls it."""
        return NAMES.get(self.key, f"{self.colour} lamp")


def parts(panel: Panel, fitting: Fitting | None = None) -> tuple[Part, ...]:
    """Return what is wired, in the order of the physical pins."""
    fitting = fitting or Fitting()
    pins = {key: pin for key, gpio in panel.pins.items() if (pin := find(gpio)) is not None}
    lamps = [pin for key, pin in pins.items() if key.startswith("leds.")]
    shared = nearest(GROUND, min(lamps, key=lambda pin: pin.physical))
    found = (_part(key, pin, shared, fitting) for key, pin in pins.items())
    return tuple(sorted(found, key=lambda part: part.pin.physical))


def _part(key: str, pin: Pin, shared: Pin, fitting: Fitting) -> Part:
    if key in INPUTS:
        long = nearest(VOLTS_3, pin) if fitting.wire.is_long else None
        return Part(key, Role.BUTTON, pin, nearest(GROUND, pin), long)
    if key == "buzzer":
        fed = nearest(VOLTS_5, pin) if fitting.buzzer.needs_transistor else None
        return Part(key, Role.BUZZER, pin, nearest(GROUND, pin), fed)
    return Part(key, Role.LAMP, pin, shared)


def nearest(function: str, pin: Pin) -> Pin:
    """Return the pin of this function that is the least way from another, in its own column where two are as near."""
    return min((each for each in HEADER if each.function == function), key=lambda each: _way(each, pin))


def _way(a: Pin, b: Pin) -> tuple[int, int]:
    rows = abs((a.physical - 1) // 2 - (b.physical - 1) // 2)
    return rows + (a.physical - b.physical) % 2, a.physical


def uses(wired: Iterable[Part]) -> Mapping[int, str]:
    """Say what each physical pin that is taken is taken for."""
    found: dict[int, list[str]] = {}
    for part in wired:
        for physical, name in _uses(part):
            names = found.setdefault(physical, [])
            if name not in names:
                names.append(name)
    return {physical: "+".join(names) for physical, names in found.items()}


def _uses(part: Part) -> Iterator[tuple[int, str]]:
    yield part.pin.physical, part.name
    yield part.ground.physical, "lamps" if part.role is Role.LAMP else part.name
    if part.supply is not None:
        yield part.supply.physical, part.name


def sentence(part: Part, fitting: Fitting) -> str:
    """Tell the way of a part's wires from pin to ground, with every value and both numbers of every pin."""
    ground, supply = (
        "" if pin is None else f"physical pin {pin.physical} ({pin.function})" for pin in (part.ground, part.supply)
    )
    start = f"{part.pin.name}, "
    if part.role is Role.LAMP:
        return f"{start}{ohms(lamp_resistor())}, the long leg of the lamp, its short leg, {ground}"
    if part.role is Role.BUTTON:
        way = f"{start}{ohms(SERIES)}, the button, {ground}"
        filtered = f"; at the pin {ohms(PULL_UP)} to {supply} and {CAPACITOR * 1e9:g} nF to ground"
        return way + filtered if supply else way
    if not supply:
        return f"{start}the buzzer's +, its -, {ground}"
    diode = "; a diode across the buzzer, its band towards +" if fitting.buzzer.coil else ""
    return (
        f"{start}{ohms(fitting.buzzer.resistor)}, the base of an NPN transistor, {ohms(BASE_TO_GROUND)} from "
        f"there to ground; its emitter to {ground}, its collector to the buzzer's -; the buzzer's + to {supply}{diode}"
    )
