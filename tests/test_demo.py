import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from guardian.demo.show import FILM, Witness, show
from guardian.errors import BrokerError, ConfigurationError


def test_a_witness_is_satisfied_by_the_whole_life_of_an_alarm_only():
    assert Witness(states=["suspected", "pending", "raised", "acknowledged", "resolved"]).satisfied
    assert not Witness(states=["suspected", "pending", "raised", "resolved"]).satisfied
    assert not Witness(states=["suspected", "pending", "resolved"]).satisfied
    assert not Witness().satisfied


@pytest.mark.slow
def test_the_demo_shows_a_fall_an_alarm_and_its_end():
    command = [sys.executable, "-m", "guardian", "demo", "--headless", "--seconds", "170"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    said = ended.stdout
    for word in ("SIREN", "raised", "acknowledged", "resolved", "Anna acknowledged it, and it is closed"):
        assert word in said


@pytest.mark.slow
def test_a_demo_in_which_nobody_falls_has_not_worked():
    said = io.StringIO()
    film = FILM.with_name("everyday.mp4")
    assert show(film, headless=True, seconds=6.0, console=Console(file=said, width=200)) == 1
    assert "No complete alarm within 6 s" in said.getvalue()


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """What a shell runs in the background ignores SIGINT, and so does all that it starts: not here."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow
@pytest.mark.usefixtures("_interruptible")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(("options", "code"), [([], 0), (["--headless"], 1)])
def test_a_demo_that_is_ended_leaves_nothing_of_the_room_behind(
    tmp_path: Path, number: signal.Signals, options: list[str], code: int
):
    command = [sys.executable, "-m", "guardian", "demo", *options]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            assert any(line.startswith("Page") for line in process.stdout)
            assert list(tmp_path.glob("guardian-demo-*/guardian.db"))
            process.send_signal(number)
            process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == code
    assert list(tmp_path.iterdir()) == []


def test_a_part_that_does_not_start_is_told_and_no_demo(monkeypatch: pytest.MonkeyPatch):
    def fail(_: object) -> None:
        message = "iotcore is missing"
        raise BrokerError(message)

    monkeypatch.setattr("guardian.io.broker.EmbeddedBroker.start", fail)
    said = io.StringIO()
    assert show(FILM, headless=True, seconds=6.0, console=Console(file=said, width=200)) == 1
    assert "these do not start: broker" in said.getvalue()


def test_a_film_that_does_not_exist_is_told():
    with pytest.raises(ConfigurationError, match=r"nothing\.mp4: there is no such file"):
        show("nothing.mp4", headless=True, seconds=6.0, console=Console(file=io.StringIO()))
