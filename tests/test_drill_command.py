"""`guardian drill` as it is typed: with a film, with a box that runs, and killed in the middle."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
import yaml
from boxes import KITCHEN
from brokers import free_port
from drilled import EXERCISE, SOFA
from rich.console import Console

from guardian import configuration
from guardian.acquaint import Box, NotRunningError
from guardian.cli import main
from guardian.contacts import Contact
from guardian.demo.show import FILM
from guardian.drill import command, conduct
from guardian.drill.command import LiveHome, Wish, drill
from guardian.entrance import Web
from guardian.errors import ConfigurationError
from guardian.settings import Mqtt, Settings
from guardian.web.fakes import FakeHousehold
from guardian.web.household import LookShown, PastIncident, RoomShown
from guardian.web.server import WebServer
from guardian.web.tokens import load_token

SECONDS = 90.0


def wish(tmp_path: Path, **changes: object) -> Wish:
    usual: dict[str, object] = {
        "config": None,
        "demanded": False,
        "source": None,
        "rooms": (),
        "fall_room": "",
        "only": "walk",
        "seconds": 0.5,
        "tell_contacts": False,
        "answer": False,
        "out": tmp_path / "report.html",
        "as_json": False,
    }
    return Wish(**{**usual, **changes})  # type: ignore[arg-type]


def told(made: Wish, settings: Settings | None) -> tuple[int, str]:
    said = io.StringIO()
    return drill(made, settings, Console(file=said, width=200)), said.getvalue()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Settings, FakeHousehold]]:
    """A page of a box whose kitchen is seen, and in which nobody is."""
    household = FakeHousehold(RoomShown("kitchen", places=(SOFA,), look=LookShown(999.0, 1, 0.5)), monotonic=1e9)
    server = WebServer(Web(port=0), household, load_token(tmp_path), tmp_path, wall=time.time)
    server.start()
    web = Web(port=int(server.origin.rpartition(":")[2]))
    yield Settings(rooms=(KITCHEN,), state_directory=tmp_path, web=web), household
    server.stop()


def test_where_nobody_is_seen_it_ends_by_itself_and_is_not_passed(
    tmp_path: Path, running: tuple[Settings, FakeHousehold], capsys: pytest.CaptureFixture[str]
):
    code, said = told(wish(tmp_path, as_json=True), running[0])
    assert code == 1
    assert "✗ kitchen, sofa: not seen within 0.5 s" in said
    assert "Not passed. The report:" in said
    assert "Nobody was seen there" in (tmp_path / "report.html").read_text(encoding="utf-8")
    plain = json.loads(capsys.readouterr().out)
    assert (plain["passed"], plain["fall"]) == (False, None)


def test_who_ends_it_early_has_a_report_all_the_same(
    tmp_path: Path, running: tuple[Settings, FakeHousehold], monkeypatch: pytest.MonkeyPatch
):
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command.Conductor, "run", interrupt)
    code, said = told(wish(tmp_path), running[0])
    assert (code, "Ended early." in said) == (1, True)
    assert "somebody ended it early" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_broker_that_cannot_be_heard_is_in_the_report(
    tmp_path: Path, running: tuple[Settings, FakeHousehold], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(conduct, "FALL_SECONDS", 0.5)
    mqtt = Mqtt(broker="127.0.0.1", port=free_port())
    code, said = told(wish(tmp_path, only="fall"), running[0].model_copy(update={"mqtt": mqtt}))
    assert code == 1
    assert "broker" in said
    assert "127.0.0.1" in said


def test_the_past_says_who_answered(running: tuple[Settings, FakeHousehold]):
    settings, household = running
    past = replace(EXERCISE, acknowledged_by="the button")
    household.past = [PastIncident(past, datetime(2025, 6, 1, tzinfo=timezone.utc))]
    home = LiveHome(Box(settings))
    assert home.answered("i") == "the button"
    assert home.answered("j") == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rooms": ("attic",)}, "there is no room 'attic' with a camera; one of kitchen would be right"),
        ({"fall_room": "attic"}, "there is no room 'attic'"),
        ({"out": Path("/nowhere/at/all.html")}, "--report: /nowhere/at is no directory that can be written"),
        ({"source": "/no/film.mp4"}, "there is no such file"),
    ],
)
def test_wrong_use_is_told_before_anything_begins(tmp_path: Path, changes: dict[str, object], words: str):
    with pytest.raises(ConfigurationError, match=words):
        told(wish(tmp_path, **changes), Settings(rooms=(KITCHEN,), state_directory=tmp_path))


def test_without_a_running_box_it_says_what_would_be_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    load_token(tmp_path)
    with pytest.raises(NotRunningError, match="the box does not answer"):
        told(wish(tmp_path), Settings(rooms=(KITCHEN,), state_directory=tmp_path, web=Web(port=1)))
    assert main(["drill", "--source", "/no/film.mp4"]) == 2
    assert "there is no such file" in capsys.readouterr().err


def test_a_film_stands_for_the_first_room_and_without_a_configuration_for_a_living_room():
    chosen = command._chosen
    made = wish(Path(), source=str(FILM))
    assert [room.name for room in chosen(made, None).rooms] == ["living room"]
    contacts = (Contact(name="Ana", ways=("json://localhost",)),)
    settings = Settings(rooms=(KITCHEN, KITCHEN.model_copy(update={"name": "bath"})), contacts=contacts)
    (room,) = chosen(made, settings).rooms
    assert (room.name, room.camera.source) == ("kitchen", str(FILM))


@pytest.mark.slow
def test_a_film_is_walked_through_fallen_in_and_reported(tmp_path: Path):
    report = tmp_path / "report.html"
    line = [sys.executable, "-m", "guardian", "drill", "--source", str(FILM), "--answer", "--json", "--report", report]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    ended = subprocess.run(line, capture_output=True, text=True, check=False, timeout=240, env=environment)
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert found["passed"] is True
    steps = {step["name"]: step for step in found["fall"]["steps"]}
    assert steps["alarm"]["seconds"] == pytest.approx(5.0, abs=0.5)
    assert steps["broker"]["seconds"] < 1.0
    assert found["walk"][0]["torso"] > 0.5
    assert found["rooms"][0]["fps"] == pytest.approx(15, abs=2)
    assert "✓ living room: seen." in ended.stderr
    assert "<svg" in report.read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [report]


@pytest.mark.slow
def test_killed_in_the_middle_it_leaves_a_drill_that_ends_and_whoever_is_still_down_is_in_need(tmp_path: Path):
    config = tmp_path / "guardian.yaml"
    room = {"name": "kitchen", "camera": {"source": str(FILM)}}
    written = {
        "rooms": [room],
        "state_directory": str(tmp_path / "state"),
        "panel": {"kind": "none"},
        "mqtt": {"broker": "embedded", "port": free_port()},
        "web": {"port": free_port()},
    }
    config.write_text(yaml.safe_dump(written))
    start = [sys.executable, "-m", "guardian"]
    with (tmp_path / "log").open("w") as log:
        daemon = subprocess.Popen([*start, "run", "--config", str(config)], stderr=log)
        try:
            box = Box(configuration.load(config))
            _until(lambda: _answers(box))
            drilling = subprocess.Popen(
                [*start, "drill", "--config", str(config), "--only", "fall"], stdout=log, cwd=tmp_path
            )
            _until(lambda: [each["drill"] for each in box.look()["incidents"]] == [True])
            drilling.send_signal(signal.SIGKILL)
            drilling.wait(SECONDS)
            _until(lambda: [each["state"] for each in box.look()["incidents"]] == ["raised"])
            assert box.look()["drill"]["room"] == "kitchen"
            box.ask("drill", room="kitchen", seconds=0)  # as its time does when it is up
            _until(lambda: box.look()["drill"] is None)
            assert (False, "pending") in [(each["drill"], each["state"]) for each in box.look()["incidents"]]
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(SECONDS)


def _answers(box: Box) -> bool:
    try:
        return bool(box.look()["rooms"][0]["look"])
    except NotRunningError:
        return False


def _until(true: Callable[[], bool]) -> None:
    """Ask again and again, as a person would who looks at the page."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if true():
            return
    raise AssertionError(true)
