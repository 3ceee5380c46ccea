"""Two daemons of a household at a real broker: what rings at one is answered at the other, and a dead one is missed."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest
import waiting
import yaml
from brokers import MOSQUITTO, Listener, Mosquitto, free_port, running
from browsing import Visits, button
from playwright.sync_api import expect

from guardian.demo.show import FILM

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto here: apt install mosquitto"),
]

SECONDS = 90.0
BUZZER = 18
RPI = Path(__file__).parent / "rpi"
EVERYDAY = FILM.with_name("everyday.mp4")
NAMES = {"up": "Upstairs", "down": "Downstairs"}


eventually = partial(waiting.eventually, seconds=SECONDS)


class Member:
    """`guardian run` as one box of two, with a header that notes its levels and a button that can be pressed."""

    def __init__(self, path: Path, name: str, broker: Mosquitto, film: Path) -> None:
        path.mkdir()
        self.name, self.pins, self._log = name, path / "pins", path / "log"
        self.port, self._state = free_port(), path / "state"
        (other,) = set(NAMES) - {name}
        self._config = path / "guardian.yaml"
        self._config.write_text(
            yaml.safe_dump(
                {
                    "household": {"id": name},
                    "rooms": [{"name": "kitchen", "camera": {"source": str(film)}}],
                    "neighbours": [{"id": other, "name": NAMES[other], "page": "https://other.local:8377"}],
                    "mqtt": {"broker": "127.0.0.1", "port": broker.port},
                    "panel": {"kind": "gpio"},
                    "web": {"port": self.port},
                    "alarm": {"cancel_seconds": 2, "repeat_seconds": 3600},
                    "state_directory": str(self._state),
                }
            )
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.pins.write_text("")
        environment = {**os.environ, "PYTHONPATH": str(RPI), "GUARDIAN_TEST_PINS": str(self.pins)}
        command = [sys.executable, "-m", "guardian", "run", "--config", str(self._config)]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stderr=log)

    def end(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(SECONDS)

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def page(self) -> str:
        return f"http://127.0.0.1:{self.port}/?token={(self._state / 'web-token').read_text().strip()}"

    def buzzing(self) -> bool:
        """Whether the buzzer is on, or was within the last beats of it: it is the last word of the pin that counts."""
        return self.levels()[-1:] == ["1"]

    def levels(self) -> list[str]:
        lines = (line.split() for line in self.pins.read_text().splitlines())
        return [level for pin, level in lines if pin == str(BUZZER)]

    def quiet(self) -> bool:
        """Whether the buzzer has been silent for a whole second."""
        before = len(self.levels())
        threading.Event().wait(1.0)
        return len(self.levels()) == before and not self.buzzing()

    def press(self) -> None:
        """Press the button for long enough to be noticed, and let go."""
        down = self.pins.with_name("pins.down")
        down.touch()
        threading.Event().wait(0.3)
        down.unlink()


@contextmanager
def home(path: Path) -> Iterator[tuple[Member, Member, Listener]]:
    """The box upstairs, where somebody falls within the minute, the one downstairs, and an ear at the broker."""
    with ExitStack() as stack:
        broker = stack.enter_context(running(Mosquitto(path)))
        up, down = Member(path / "up", "up", broker, FILM), Member(path / "down", "down", broker, EVERYDAY)
        listener = stack.enter_context(Listener(broker.endpoint))
        for each in (down, up):
            each.start()
            stack.callback(each.end)
            stack.callback(lambda each=each: print(each.log))  # noqa: T201 - pytest shows it where the test fails
        yield up, down, listener


def alarm(listener: Listener, state: str) -> None:
    listener.wait_for("guardian/up/alarm", state)


def taken(listener: Listener) -> tuple[str, str]:
    """By whom, and by which way."""
    said = listener.heard.wait_for_one(
        lambda each: each[0] == "guardian/up/alarm/incident" and '"acknowledged"' in each[1]
    )
    incident = json.loads(said[1])
    return incident["acknowledged_by"], incident["acknowledged_via"]


def test_a_fall_at_one_box_is_taken_by_the_button_of_the_other(tmp_path: Path):
    with home(tmp_path) as (up, down, listener):
        eventually(lambda: up.buzzing() and down.buzzing(), "both sound")
        alarm(listener, "raised")
        eventually(lambda: not down.quiet() and not up.quiet(), "both sound on")
        down.press()
        assert taken(listener) == ("the button", "another box")
        eventually(lambda: up.quiet() and down.quiet(), "both are quiet")
        answers = [json.loads(payload) for payload in listener.payloads("guardian/up/answer")]
        assert [each["state"] for each in answers] == ["acknowledged"]


def test_a_fall_at_one_box_is_taken_on_the_page_of_the_other(tmp_path: Path, visits: Visits):
    with home(tmp_path) as (up, down, listener):
        eventually(lambda: up.buzzing() and down.buzzing(), "both sound")
        page = visits.open(down.page)
        expect(page.locator("#title")).to_contain_text("ALARM: Somebody has fallen")
        expect(page.locator("#detail")).to_contain_text("Upstairs, kitchen")
        expect(page.locator('[data-box="Upstairs"]')).to_contain_text("Answers")
        button(page, "Acknowledge").click()
        page.get_by_label("Your name").fill("Anna")
        button(page.locator("#ask"), "Acknowledge").click()
        assert taken(listener) == ("Anna", "another box")
        expect(page.locator("#title")).to_have_text("Anna has taken it")
        eventually(lambda: up.quiet() and down.quiet(), "both are quiet")


def test_a_box_that_is_killed_while_it_rings_is_an_emergency_of_the_other_and_then_back(tmp_path: Path):
    with home(tmp_path) as (up, down, listener):
        eventually(lambda: up.buzzing() and down.buzzing(), "both sound")
        alarm(listener, "raised")
        up.end()
        eventually(lambda: "raised" in listener.payloads("guardian/down/alarm"), "the other box calls for help")
        eventually(
            lambda: any('"NeighbourLost"' in each for each in listener.payloads("guardian/down/event")), "it is told"
        )
        fault = listener.heard.wait_for_one(lambda each: each[0] == "guardian/down/fault" and "box Upstairs" in each[1])
        assert json.loads(fault[1])["faults"][0]["reason"] == "The box Upstairs does not answer."
        down.press()
        listener.wait_for("guardian/down/alarm", "acknowledged")
        eventually(down.quiet, "it is quiet")
        up.start()
        eventually(up.buzzing, "it rings again by itself")
        eventually(
            lambda: not json.loads(listener.payloads("guardian/down/fault")[-1])["faults"], "it is missed no more"
        )
        eventually(down.buzzing, "what rings there rings here again")
        down.press()
        assert taken(listener) == ("the button", "another box")
        eventually(lambda: up.quiet() and down.quiet(), "both are quiet")
