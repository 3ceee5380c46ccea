"""The panel on a real Raspberry Pi, wired as hardware/README.md says; how to run this stands there."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue

import pytest
from bounces import SEALED, WORN, Contact, Course

from guardian.commands import Lamp, ShowPanel, Sound
from guardian.events import Event
from guardian.io.gpio import BLINKS, BUZZES, Gesture, Gpio, GpioPanel, load_gpio
from guardian.settings import Panel as Pins

pytestmark = pytest.mark.pi

PINS = Pins(kind="gpio")
COLOURS = {
    Lamp.STEADY: PINS.leds.green,
    Lamp.WINK: PINS.leds.green,
    Lamp.SLOW_BLINK: PINS.leds.amber,
    Lamp.DOUBLE_BLINK: PINS.leds.amber,
    Lamp.FAST_BLINK: PINS.leds.red,
}
LOOK_SECONDS = 30.0
HAND_SECONDS = 60.0
FINGER = 24
"""The GPIO (physical pin 18) that the jig joins to the button's through 1 kΩ, and that presses in place of a hand."""


@pytest.fixture
def gpio() -> Gpio:
    return load_gpio()[0]


@pytest.fixture
def gestures() -> SimpleQueue[Gesture]:
    return SimpleQueue()


@pytest.fixture
def reports() -> list[Event]:
    return []


@pytest.fixture
def panel(gpio: Gpio, gestures: SimpleQueue[Gesture], reports: list[Event]) -> Iterator[GpioPanel]:
    failures = load_gpio()[1]
    made = GpioPanel(PINS, gpio, lambda gesture, _: gestures.put(gesture), reports.append, failures=failures)
    made.start()
    yield made
    made.close()
    assert reports == []


def seen(wanted: Callable[[], bool]) -> bool:
    """Look every few milliseconds until it is so."""
    deadline, pause = time.monotonic() + LOOK_SECONDS, threading.Event()
    while time.monotonic() < deadline:
        if wanted():
            return True
        pause.wait(0.005)
    return False


@pytest.mark.parametrize("lamp", [lamp for lamp in Lamp if lamp is not Lamp.OFF])
def test_each_lamp_goes_on_and_off_as_its_pattern_says(panel: GpioPanel, gpio: Gpio, lamp: Lamp):
    pin = COLOURS[lamp]
    panel.show(ShowPanel(lamp, Sound.SILENT, "a test"))
    for _ in range(4):
        assert seen(lambda: gpio.input(pin) == gpio.HIGH), "never lit"
        if len(BLINKS[lamp]) > 1:
            assert seen(lambda: gpio.input(pin) == gpio.LOW), "never dark"
    others = {PINS.leds.green, PINS.leds.amber, PINS.leds.red, PINS.buzzer} - {pin}
    assert all(gpio.input(other) == gpio.LOW for other in others)


@pytest.mark.parametrize("sound", [sound for sound in Sound if BUZZES[sound]])
def test_the_buzzer_sounds_and_pauses_and_is_silent_at_the_end(panel: GpioPanel, gpio: Gpio, sound: Sound):
    panel.show(ShowPanel(Lamp.FAST_BLINK, sound, "a test"))
    for _ in range(3):
        assert seen(lambda: gpio.input(PINS.buzzer) == gpio.HIGH), "never sounds"
        assert seen(lambda: gpio.input(PINS.buzzer) == gpio.LOW), "never pauses"
    panel.show(ShowPanel(Lamp.STEADY, Sound.SILENT, "a test"))
    assert seen(lambda: gpio.input(PINS.leds.green) == gpio.HIGH)
    assert gpio.input(PINS.buzzer) == gpio.LOW


@pytest.mark.usefixtures("panel")
def test_the_button_is_up_while_nobody_presses_it(gpio: Gpio, gestures: SimpleQueue[Gesture]):
    assert gpio.input(PINS.button) == gpio.HIGH
    with pytest.raises(Empty):
        gestures.get(timeout=2.0)


@pytest.mark.skipif("GUARDIAN_HANDS" not in os.environ, reason="needs a hand: set GUARDIAN_HANDS=1")
@pytest.mark.parametrize("asked", [Gesture.PRESS, Gesture.HOLD])
def test_the_button_is_heard(
    panel: GpioPanel, gestures: SimpleQueue[Gesture], asked: Gesture, capsys: pytest.CaptureFixture[str]
):
    panel.show(ShowPanel(Lamp.SLOW_BLINK, Sound.SILENT, "a test"))
    how = {Gesture.PRESS: "Press the button shortly", Gesture.HOLD: "Hold the button for four seconds"}[asked]
    with capsys.disabled():
        print(f"\n{how} within {HAND_SECONDS:.0f} s (the amber lamp blinks) ...", flush=True)  # noqa: T201 - to a hand
    assert gestures.get(timeout=HAND_SECONDS) is asked


@pytest.fixture
def finger(gpio: Gpio) -> Iterator[Callable[[Course], None]]:
    """What moves the button's pin through the jig: a course of levels, True pressed, and milliseconds each."""
    gpio.setmode(gpio.BCM)
    gpio.setup(FINGER, gpio.OUT, initial=gpio.HIGH)
    pause = threading.Event()

    def move(course: Course) -> None:
        for pressed, milliseconds in course:
            gpio.output(FINGER, gpio.LOW if pressed else gpio.HIGH)
            pause.wait(milliseconds / 1000)

    yield move
    gpio.cleanup([FINGER])


@pytest.mark.skipif("GUARDIAN_JIG" not in os.environ, reason="needs the jig: set GUARDIAN_JIG=1")
@pytest.mark.parametrize("contact", [SEALED, WORN], ids=["sealed", "worn"])
@pytest.mark.parametrize(("held", "expected"), [(0.3, Gesture.PRESS), (3.5, Gesture.HOLD)])
@pytest.mark.usefixtures("panel")
def test_the_jig_presses_and_however_the_contact_bounces_it_is_one_gesture(
    finger: Callable[[Course], None],
    gestures: SimpleQueue[Gesture],
    contact: Contact,
    held: float,
    expected: Gesture,
):
    finger(((False, 500.0), *contact.closing, (True, held * 1000), *contact.opening, (False, 500.0)))
    assert gestures.get(timeout=LOOK_SECONDS) is expected
    with pytest.raises(Empty):
        gestures.get(timeout=0.5)
