"""The parts between the pins of a Raspberry Pi and what a household sees, hears and presses, computed.

A pin is taken as the weakest board guarantees it: the Raspberry Pi 4, whose pins are set to drive 4 mA and then give
2.6 V at least; others give more. Sources: Raspberry Pi documentation, "Voltage specifications", "GPIO pads control" and
"Power supply" (16 mA for a pin, 50 mA for all); lamps: Kingbright data sheets WP937EGW (red, green of GaP, at 20 mA)
and WP7113LSYCK/J3 (amber, at 2 mA); transistor: onsemi BC337/D (gain at 100 mA, base at 300 mA).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil, floor, log, log10

PIN_VOLTS, WORST_PIN_VOLTS = 3.3, 2.6
"""What an output gives while it is on: without a load, and at least, with the 4 mA that a Raspberry Pi 4 drives."""
DRIVE_MILLIAMPERES, PIN_MILLIAMPERES, PINS_MILLIAMPERES = 4.0, 16.0, 50.0
"""What a pin is set to drive at power-on, what one bears, and what all of them together do."""
LOW_VOLTS, HIGH_VOLTS = 0.8, 2.0
"""An input is certainly low up to the one and certainly high from the other on."""
WEAKEST_PULL_UP, STRONGEST_PULL_UP = 73_000.0, 33_000.0
"""Ohms of the resistor inside the chip."""

FORWARD_VOLTS: Mapping[str, float] = {"green": 2.2, "amber": 1.85, "red": 2.0}
"""What a lamp of each colour takes for itself."""
LEAST_HEADROOM = 0.5
"""Volts that must be left for the resistor: with less, its current depends on which lamp of the bag one took."""

BASE_VOLTS, LEAST_GAIN, OVERDRIVE = 0.7, 100.0, 1.5
"""Of a small NPN transistor: any BC337 amplifies 100 mA a hundred times; half as much again is for cold and age."""
MOST_MILLIAMPERES = 100.0
"""What a buzzer may take: beyond it transistors amplify less, and the supply has a camera to feed."""
BASE_TO_GROUND = 10_000.0
"""Ohms that keep the buzzer silent while nobody drives the pin."""

SERIES = 1_000.0
"""Ohms between pin and button: a pin that is set up as an output by mistake gives 3.3 mA, and no short circuit."""
LONG_METRES, LONGEST_METRES = 1.0, 10.0
"""From the one on a wire catches what other cables radiate; nobody needs a button farther off than the other."""
PULL_UP, CAPACITOR = 10_000.0, 100e-9
"""Ohms to 3.3 V and farads to ground, at the pin, for a long wire."""

E6 = (1.0, 1.5, 2.2, 3.3, 4.7, 6.8)
"""The values, in each decade, that are in every assortment of resistors (IEC 60063)."""
_ROUNDING = 1e-9


def at_least(ohms: float) -> float:
    """Return the smallest resistor on sale of at least so many ohms."""
    return min(value for value in _on_sale(ohms) if value >= ohms * (1 - _ROUNDING))


def at_most(ohms: float) -> float:
    """Return the largest resistor on sale of at most so many ohms."""
    return max(value for value in _on_sale(ohms) if value <= ohms * (1 + _ROUNDING))


def _on_sale(ohms: float) -> Iterable[float]:
    """Resistors around a value, from a tenth of it to ten times as much. Raises ValueError where it is not positive."""
    if ohms <= 0:
        message = f"{ohms:g} ohms is no resistor; more than 0 would be right"
        raise ValueError(message)
    decades = range(floor(log10(ohms)) - 1, ceil(log10(ohms)) + 1)
    return (round(step * 10.0**decade, 6) for decade in decades for step in E6)


def ohms(value: float) -> str:
    """Write a resistor as shops do: `330 Ω`, `1 kΩ`, `4.7 kΩ`."""
    return f"{value:g} Ω" if value < 1_000 else f"{value / 1_000:g} kΩ"  # noqa: PLR2004 - a thousand


def lamp_milliamperes(forward_volts: float, resistor: float) -> float:
    """What flows through a lamp behind a resistor (ohms) at a pin that gives all its 3.3 V."""
    return (PIN_VOLTS - forward_volts) / resistor * 1_000


def lamp_resistor(forward_volts: Iterable[float] = tuple(FORWARD_VOLTS.values())) -> float:
    """Return the one resistor (ohms) that serves each of these lamps, so that none takes more than a pin drives.

    Raises ValueError for a lamp that 3.3 V cannot light, such as a blue, white or pure green one.
    """
    needed = []
    for volts in forward_volts:
        if not 0 < volts <= PIN_VOLTS - LEAST_HEADROOM:
            message = (
                f"a lamp of {volts:g} V cannot be lit from a pin of {PIN_VOLTS:g} V; red, amber or yellow-green, of "
                f"{PIN_VOLTS - LEAST_HEADROOM:g} V at most, would be right"
            )
            raise ValueError(message)
        needed.append((PIN_VOLTS - volts) / DRIVE_MILLIAMPERES * 1_000)
    return at_least(max(needed))


@dataclass(frozen=True, slots=True)
class Buzzer:
    """A buzzer with a tone of its own (active): what it takes, and whether it has a coil (magnetic) or none (piezo)."""

    milliamperes: float = 100.0
    coil: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.milliamperes <= MOST_MILLIAMPERES:
            message = (
                f"a buzzer of {self.milliamperes:g} mA cannot be driven by this circuit; one of up to "
                f"{MOST_MILLIAMPERES:g} mA would be right"
            )
            raise ValueError(message)

    @property
    def needs_transistor(self) -> bool:
        """Whether a pin cannot drive it: it takes more than that, or its coil answers with a voltage of its own."""
        return self.coil or self.milliamperes > DRIVE_MILLIAMPERES

    @property
    def resistor(self) -> float:
        """Ohms between the pin and the base of the transistor, such that it is fully on even at the worst pin."""
        bled = BASE_VOLTS / BASE_TO_GROUND * 1_000
        wanted = self.milliamperes / LEAST_GAIN * OVERDRIVE + bled
        return at_most((WORST_PIN_VOLTS - BASE_VOLTS) / wanted * 1_000)

    @property
    def pin_milliamperes(self) -> float:
        """What the pin gives at most while it sounds: to the base of the transistor, or to the buzzer itself."""
        if not self.needs_transistor:
            return self.milliamperes
        return (PIN_VOLTS - BASE_VOLTS) / self.resistor * 1_000


@dataclass(frozen=True, slots=True)
class ButtonWire:
    """A button at the end of so many metres of wire, and what that needs against noise."""

    metres: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.metres <= LONGEST_METRES:
            message = (
                f"a button on {self.metres:g} m of wire was not reckoned with; up to {LONGEST_METRES:g} m, or a "
                "wireless one (docs/senses.md), would be right"
            )
            raise ValueError(message)

    @property
    def is_long(self) -> bool:
        """Whether it wants a pull-up resistor and a capacitor of its own."""
        return self.metres > LONG_METRES

    @property
    def pressed_volts(self) -> float:
        """What is at the pin at most while the button is down."""
        pull = 1 / (1 / PULL_UP + 1 / STRONGEST_PULL_UP) if self.is_long else STRONGEST_PULL_UP
        return PIN_VOLTS * SERIES / (SERIES + pull)

    @property
    def release_seconds(self) -> float:
        """How long the pin takes to be certainly high again once the button is let go; 0 without a capacitor."""
        if not self.is_long:
            return 0.0
        pull = 1 / (1 / PULL_UP + 1 / WEAKEST_PULL_UP)
        return pull * CAPACITOR * log((PIN_VOLTS - self.pressed_volts) / (PIN_VOLTS - HIGH_VOLTS))


def total_milliamperes(buzzer: Buzzer) -> float:
    """What all pins give at most, with every lamp lit and the buzzer sounding, which the program never does at once."""
    resistor = lamp_resistor()
    return sum(lamp_milliamperes(volts, resistor) for volts in FORWARD_VOLTS.values()) + buzzer.pin_milliamperes
