"""The panel through rpi-lgpio on a real gpiochip of the kernel, whose lines are read and pressed from the other side.

`script/real-gpio` boots a kernel with gpio-sim and runs this there; anywhere else it is skipped.
"""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest
from bounces import SEALED, press

from guardian.commands import Lamp, ShowPanel, Sound
from guardian.errors import PanelError
from guardian.events import Event, FaultOccurred
from guardian.io.gpio import BUZZES, Gesture, GpioPanel, load_gpio
from guardian.settings import Panel as Pins

CONFIG = os.environ.get("GUARDIAN_GPIOCHIP", "")
pytestmark = pytest.mark.skipif(not CONFIG, reason="no gpiochip to try things on: script/real-gpio boots one")

LINES = 54
PI_4, PI_5 = "c03111", "c04170"
"""Revision codes of boards: Raspberry Pi documentation, "Raspberry Pi revision codes"."""
SECONDS = 20.0
NOBODY = 65_534
PINS = Pins(kind="gpio")
LAMPS = (PINS.leds.green, PINS.leds.amber, PINS.leds.red)


class Chip:
    """A gpiochip of gpio-sim, seen from the side of lamps, buzzer and hand."""

    def __init__(self, name: str, label: str) -> None:
        self._device = Path(CONFIG) / name
        bank = self._device / "bank"
        bank.mkdir(parents=True)
        (bank / "num_lines").write_text(f"{LINES}\n", encoding="ascii")
        (bank / "label").write_text(f"{label}\n", encoding="ascii")
        (self._device / "live").write_text("1\n", encoding="ascii")
        self.name = (bank / "chip_name").read_text(encoding="ascii").strip()
        self.number = int(self.name.removeprefix("gpiochip"))
        device = (self._device / "dev_name").read_text(encoding="ascii").strip()
        self._lines = Path("/sys/devices/platform") / device / self.name

    def level(self, line: int) -> int:
        """What is on a line now."""
        return int((self._lines / f"sim_gpio{line}" / "value").read_text(encoding="ascii"))

    def press(self, line: int, *, down: bool = True) -> None:
        """Press the button on a line, or let it go."""
        pull = "pull-down" if down else "pull-up"
        (self._lines / f"sim_gpio{line}" / "pull").write_text(pull, encoding="ascii")

    def remove(self) -> None:
        """Take the chip away."""
        (self._device / "live").write_text("0\n", encoding="ascii")
        (self._device / "bank").rmdir()
        self._device.rmdir()


@pytest.fixture(scope="module")
def chips() -> Iterator[list[Chip]]:
    """Four chips that are no header, and the fifth that is: as on a Raspberry Pi 5 before Linux 6.6.45."""
    made = [Chip(f"other{number}", f"gpio-brcmstb@{number}") for number in range(4)]
    made.append(Chip("header", "pinctrl-rp1"))
    os.environ.update(RPI_LGPIO_REVISION=PI_4, RPI_LGPIO_CHIP=str(made[-1].number))
    yield made
    for chip in made:
        chip.remove()


@pytest.fixture
def chip(chips: list[Chip]) -> Chip:
    chips[-1].press(PINS.button, down=False)
    return chips[-1]


class Bench:
    """A panel that runs, and what it told."""

    def __init__(self, pins: Pins = PINS) -> None:
        self.gestures: SimpleQueue[Gesture] = SimpleQueue()
        self.reports: list[Event] = []
        gpio, failures = load_gpio()
        self.panel = GpioPanel(
            pins, gpio, lambda gesture, _: self.gestures.put(gesture), self.reports.append, failures=failures
        )


@pytest.fixture
def bench(chip: Chip) -> Iterator[Bench]:  # noqa: ARG001 - the chip has to be there
    made = Bench()
    made.panel.start()
    yield made
    made.panel.close()
    assert made.reports == []


def seen(wanted: Callable[[], bool]) -> bool:
    deadline, pause = time.monotonic() + SECONDS, threading.Event()
    while time.monotonic() < deadline:
        if wanted():
            return True
        pause.wait(0.002)
    return False


def settled(seconds: float) -> None:
    threading.Event().wait(seconds)


def test_lamps_and_buzzer_are_low_and_the_button_is_pulled_up(chip: Chip, bench: Bench):
    assert [chip.level(line) for line in (*LAMPS, PINS.buzzer)] == [0, 0, 0, 0]
    assert chip.level(PINS.button) == 1
    with pytest.raises(Empty):
        bench.gestures.get(timeout=0.3)


@pytest.mark.parametrize(
    ("lamp", "line"), [(Lamp.STEADY, LAMPS[0]), (Lamp.SLOW_BLINK, LAMPS[1]), (Lamp.FAST_BLINK, LAMPS[2])]
)
def test_each_lamp_is_lit_on_its_own_line_and_no_other(chip: Chip, bench: Bench, lamp: Lamp, line: int):
    bench.panel.show(ShowPanel(lamp, Sound.SILENT, "a test"))
    assert seen(lambda: chip.level(line) == 1)
    assert [chip.level(other) for other in (*LAMPS, PINS.buzzer) if other != line] == [0, 0, 0]
    if lamp is not Lamp.STEADY:
        assert seen(lambda: chip.level(line) == 0)
        assert seen(lambda: chip.level(line) == 1)


@pytest.mark.parametrize("sound", [sound for sound in Sound if BUZZES[sound]])
def test_the_buzzer_sounds_pauses_and_ends(chip: Chip, bench: Bench, sound: Sound):
    bench.panel.show(ShowPanel(Lamp.FAST_BLINK, sound, "a test"))
    assert seen(lambda: chip.level(PINS.buzzer) == 1)
    assert seen(lambda: chip.level(PINS.buzzer) == 0)
    bench.panel.show(ShowPanel(Lamp.STEADY, Sound.SILENT, "a test"))
    assert seen(lambda: chip.level(LAMPS[0]) == 1)
    assert chip.level(PINS.buzzer) == 0


@pytest.mark.parametrize(("held", "gesture"), [(0.4, Gesture.PRESS), (3.4, Gesture.HOLD)])
@pytest.mark.usefixtures("bench")
def test_a_hand_on_the_button_is_heard(chip: Chip, bench: Bench, held: float, gesture: Gesture):
    settled(0.3)
    chip.press(PINS.button)
    settled(held)
    chip.press(PINS.button, down=False)
    assert bench.gestures.get(timeout=SECONDS) is gesture
    with pytest.raises(Empty):
        bench.gestures.get(timeout=0.3)


def test_contacts_that_bounce_on_the_line_are_one_press(chip: Chip, bench: Bench):
    play(chip, press(SEALED, held=0.4))
    assert bench.gestures.get(timeout=SECONDS) is Gesture.PRESS
    with pytest.raises(Empty):
        bench.gestures.get(timeout=0.3)


def play(chip: Chip, course: Iterable[tuple[bool, float]]) -> None:
    """Move the line as contacts do; each step takes at least as long as it should."""
    for pressed, milliseconds in course:
        chip.press(PINS.button, down=pressed)
        settled(milliseconds / 1000)


HOLDER = (
    "import lgpio, sys; lgpio.gpio_claim_output(lgpio.gpiochip_open({chip}), {line}, 0); print(flush=True); input()"
)


def test_a_line_that_another_program_has_is_named_and_free_again_afterwards(chip: Chip):
    script = HOLDER.format(chip=chip.number, line=PINS.buzzer)
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        bench = Bench()
        with pytest.raises(PanelError, match=r"GPIO 18 \(physical pin 12\) cannot be set up as the buzzer: .*busy"):
            bench.panel.start()
        holder.communicate(b"\n")
    bench.panel.start()
    bench.panel.close()


PANEL = """
from guardian.errors import PanelError
from guardian.io.gpio import GpioPanel, load_gpio
from guardian.settings import Panel
try:
    gpio, failures = load_gpio()
    panel = GpioPanel(Panel(kind="gpio"), gpio, lambda *_: None, print, failures=failures)
    panel.open()
except PanelError as error:
    raise SystemExit(str(error))
"""


def started(code: str = "", user: int = 0, **environment: str) -> "subprocess.Popen[str]":
    """A panel in a process of its own, since the library opens its chip once; a variable that is empty is not there."""
    wanted = {name: value for name, value in {**os.environ, **environment}.items() if value}
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", PANEL + code]
    return subprocess.Popen(command, env=wanted, user=user, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def refused(user: int = 0, **environment: str) -> str:
    """Why a panel cannot be opened."""
    with started(user=user, **environment) as panel:
        said = panel.communicate(timeout=600)[1]
    assert panel.returncode == 1
    return said


def test_a_user_who_may_not_is_told_of_the_group(chip: Chip):
    Path(f"/dev/{chip.name}").chmod(0o600)
    assert re.search(r"can not open gpiochip.*; see .* that this user is in the group gpio", refused(user=NOBODY))


def test_a_chip_that_is_not_there_is_said_to_be_missing(chip: Chip):
    assert "can not open gpiochip" in refused(RPI_LGPIO_CHIP=str(chip.number + 7))


@pytest.mark.usefixtures("chip")
def test_a_board_that_is_no_raspberry_pi_is_told_what_to_do():
    said = refused(RPI_LGPIO_REVISION="")
    assert "can only be run on a Raspberry Pi" in said
    assert "set panel.kind to simulated or none" in said


@pytest.fixture
def device_tree(chips: list[Chip]) -> Iterator[None]:
    """Let each chip be of the make that a Raspberry Pi 5 says, where the library looks for it."""
    devices = Path("/sys/bus/gpio/devices")
    subprocess.run(["mount", "-t", "tmpfs", "none", str(devices)], check=True)
    for chip in chips:
        make = "raspberrypi,rp1-gpio" if chip is chips[-1] else "brcm,bcm7445-gpio"
        (devices / chip.name / "of_node").mkdir(parents=True)
        (devices / chip.name / "of_node" / "compatible").write_text(f"{make}\0", encoding="ascii")
    yield
    subprocess.run(["umount", str(devices)], check=True)


@pytest.mark.usefixtures("device_tree")
@pytest.mark.parametrize("board", [PI_4, PI_5])
def test_the_chip_of_the_header_is_found_by_its_make_and_not_by_its_number(chips: list[Chip], board: str):
    """It is gpiochip4 on a Raspberry Pi 5 with an older kernel, and gpiochip0 with a newer one and on other boards."""
    code = f"panel._gpio.output({LAMPS[0]}, 1); print('lit', flush=True); input()"
    with started(code, RPI_LGPIO_REVISION=board, RPI_LGPIO_CHIP="") as driver:
        assert driver.stdout is not None
        assert driver.stdout.readline() == "lit\n"
        assert [chip.level(LAMPS[0]) for chip in chips] == [0, 0, 0, 0, 1]
        driver.communicate("\n")


def test_a_process_that_is_killed_gives_its_lines_back(chip: Chip):
    script = HOLDER.format(chip=chip.number, line=PINS.buzzer)
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.send_signal(signal.SIGKILL)
    bench = Bench()
    bench.panel.start()
    bench.panel.close()
    assert not any(isinstance(each, FaultOccurred) for each in bench.reports)
