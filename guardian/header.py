"""The Raspberry Pi 40-pin header as data, and which of its pins a panel may use.

Two numberings live on this header: BCM GPIO numbers, which Guardian's configuration uses, and physical pin numbers,
counted on the board. Every message gives both. Source: Raspberry Pi documentation, "GPIO and the 40-pin header";
pull resistors at power-on: BCM2835 ARM Peripherals, table 6-31.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum


class Use(str, Enum):
    """Whether a panel may use the pin: freely, while nothing else does, or never."""

    SAFE = "safe"
    SHARED = "shared"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Pin:
    """One pin: `physical` 1-40, `gpio` its BCM number 0-27 or None for power and ground, `function` what it is on the
    board, `reason` why it is shared or never used (empty where it is safe).
    """

    physical: int
    gpio: int | None
    function: str
    use: Use
    reason: str = ""

    @property
    def name(self) -> str:
        """Both numbers, such as `GPIO 18 (physical pin 12)`."""
        return (
            f"physical pin {self.physical}" if self.gpio is None else f"GPIO {self.gpio} (physical pin {self.physical})"
        )

    @property
    def pulled_up(self) -> bool:
        """Whether the chip pulls it up from power-on until a program sets it: GPIO 0-8."""
        return self.gpio is not None and self.gpio <= LAST_PULLED_UP


INPUTS = frozenset({"button", "pause_button"})
"""The keys of the configuration that name inputs."""
LAST_GPIO = 27
LAST_PULLED_UP = 8
PINS = 40

_I2C = "the I2C bus, with pull-up resistors on the board"
_SPI = "the SPI bus"
_UART = "the serial console"
_ID = "it belongs to the EEPROM by which a HAT identifies itself"


def _supply(physical: int, function: str) -> Pin:
    return Pin(physical, None, function, Use.NEVER, f"it is {function}, not a GPIO")


def _eeprom(physical: int, gpio: int, function: str) -> Pin:
    return Pin(physical, gpio, function, Use.NEVER, _ID)


def _shared(physical: int, gpio: int, function: str, bus: str) -> Pin:
    return Pin(physical, gpio, function, Use.SHARED, bus)


def _safe(physical: int, gpio: int, function: str = "GPIO") -> Pin:
    return Pin(physical, gpio, function, Use.SAFE)


HEADER: tuple[Pin, ...] = (
    _supply(1, "3.3 V power"),
    _supply(2, "5 V power"),
    _shared(3, 2, "I2C1 SDA", _I2C),
    _supply(4, "5 V power"),
    _shared(5, 3, "I2C1 SCL", _I2C),
    _supply(6, "ground"),
    _shared(7, 4, "GPCLK0", "1-wire sensors, which use it by default"),
    _shared(8, 14, "UART0 TXD", _UART),
    _supply(9, "ground"),
    _shared(10, 15, "UART0 RXD", _UART),
    _safe(11, 17),
    _safe(12, 18, "PCM CLK, PWM0"),
    _safe(13, 27),
    _supply(14, "ground"),
    _safe(15, 22),
    _safe(16, 23),
    _supply(17, "3.3 V power"),
    _safe(18, 24),
    _shared(19, 10, "SPI0 MOSI", _SPI),
    _supply(20, "ground"),
    _shared(21, 9, "SPI0 MISO", _SPI),
    _safe(22, 25),
    _shared(23, 11, "SPI0 SCLK", _SPI),
    _shared(24, 8, "SPI0 CE0", _SPI),
    _supply(25, "ground"),
    _shared(26, 7, "SPI0 CE1", _SPI),
    _eeprom(27, 0, "ID_SD"),
    _eeprom(28, 1, "ID_SC"),
    _safe(29, 5),
    _supply(30, "ground"),
    _safe(31, 6),
    _safe(32, 12, "PWM0"),
    _safe(33, 13, "PWM1"),
    _supply(34, "ground"),
    _safe(35, 19, "PCM FS, PWM1"),
    _safe(36, 16),
    _safe(37, 26),
    _safe(38, 20, "PCM DIN"),
    _supply(39, "ground"),
    _safe(40, 21, "PCM DOUT"),
)
"""All 40 pins, in physical order."""

_BY_GPIO: dict[int, Pin] = {pin.gpio: pin for pin in HEADER if pin.gpio is not None}
_ID_PINS = frozenset(pin.physical for pin in HEADER if pin.reason == _ID)
_WRITTEN = re.compile(r"(?P<kind>|gpio|bcm|pin|physical|physical pin)\s*(?P<number>[0-9]{1,3})", re.IGNORECASE)


def at(physical: int) -> Pin | None:
    """Return the pin with this physical number, or None where the header has none."""
    return HEADER[physical - 1] if 1 <= physical <= PINS else None


def find(gpio: int) -> Pin | None:
    """Return the pin with this BCM number, or None where the header has none."""
    return _BY_GPIO.get(gpio)


def named(gpio: int) -> str:
    """Give both numbers of a GPIO for a message, also where it is on no pin."""
    pin = find(gpio)
    return pin.name if pin else f"GPIO {gpio} (on no pin of the header)"


def number(value: int | str) -> int:
    """Return the BCM number meant by `18`, `GPIO18`, `BCM 18`, `pin 12` or `physical 12`.

    Raises ValueError, naming the pin, where a physical pin is power, ground or does not exist.
    """
    if isinstance(value, int):
        return value
    written = _WRITTEN.fullmatch(value.strip())
    if written is None:
        message = (
            f"{value!r} is no pin; a BCM number such as 18 or GPIO18, or a physical one such as 'pin 12', would be"
        )
        raise ValueError(message)
    if written["kind"].lower() in {"", "gpio", "bcm"}:
        return int(written["number"])
    return _number_at(int(written["number"]))


def _number_at(physical: int) -> int:
    pin = at(physical)
    if pin is None:
        message = f"there is no physical pin {physical}; the header has pins 1 to {PINS}"
        raise ValueError(message)
    if pin.gpio is None:
        message = f"physical pin {physical} cannot be used: {pin.reason}; {_ADVICE}"
        raise ValueError(message)
    return pin.gpio


def _advise(taken: Iterable[int] = ()) -> str:
    safe = sorted(gpio for gpio, pin in _BY_GPIO.items() if pin.use is Use.SAFE and gpio not in taken)
    return "free choices are GPIO " + ", ".join(map(str, safe))


_ADVICE = _advise()


def refusal(gpio: int) -> str | None:
    """Say why a panel may never use this BCM number, with both numbers and the free choices; None where it may."""
    pin = find(gpio)
    if pin is None:
        return f"there is no GPIO {gpio} on the header, which has 0 to {LAST_GPIO}{_confusion(gpio)}; {_ADVICE}"
    if pin.use is Use.NEVER:
        return f"{pin.name}, {pin.function}, cannot be used: {pin.reason}{_confusion(gpio)}; {_ADVICE}"
    return None


def _confusion(gpio: int) -> str:
    """Explain the mistake of somebody who counted on the board and wrote the physical number; empty if unlikely."""
    pin = at(gpio)
    if pin is None or pin.physical in _ID_PINS:
        return ""
    if pin.gpio is None:
        return f" (physical pin {gpio} is {pin.function}; the configuration takes BCM GPIO numbers)"
    return f" (if physical pin {gpio} was meant, that is GPIO {pin.gpio}; the configuration takes BCM GPIO numbers)"


def caution(gpio: int) -> str | None:
    """Say what else wants this BCM number where it is shared; None where it is safe or is refused anyway."""
    pin = find(gpio)
    if pin is None or pin.use is not Use.SHARED:
        return None
    return f"{pin.name} is shared with {pin.reason}{_confusion(gpio)}: switch that off in config.txt, or {_ADVICE}"


def refusals(functions: Mapping[str, int]) -> tuple[str, ...]:
    """Say why these functions cannot have these BCM numbers, one sentence each; empty where the panel can be built.

    `functions` maps a key of the configuration (`buzzer`, `leds.red` ...) to its BCM number.
    """
    found = [f"{key}: {reason}" for key, gpio in functions.items() if (reason := refusal(gpio))]
    taken: dict[int, str] = {}
    advice = _advise(functions.values())
    for key, gpio in functions.items():
        if gpio in taken:
            found.append(f"{key}: {named(gpio)} already serves {taken[gpio]}; give each its own, {advice}")
        taken.setdefault(gpio, key)
    return tuple(found)


def cautions(functions: Mapping[str, int]) -> tuple[str, ...]:
    """Say what to know about these BCM numbers though they work, one sentence each; keys as in `refusals`.

    Every key but those of the buttons is an output, and an output on a pin that is pulled up from power-on may sound or
    glow until Guardian starts.
    """
    found = [f"{key}: {reason}" for key, gpio in functions.items() if (reason := caution(gpio))]
    for key, gpio in functions.items():
        pin = find(gpio)
        if pin and key not in INPUTS and pin.pulled_up and pin.use is not Use.NEVER:
            found.append(f"{key}: {pin.name} is pulled up at power-on, so it may be on until Guardian starts")
    return tuple(found)
