"""The voice of a running box: whatever becomes of its programs, the alarm goes on as if there were none."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from guardian.app import Guardian
from guardian.commands import Sound
from guardian.entrance import Web
from guardian.events import Acknowledged, HelpCalled, Resolved
from guardian.incident import IncidentState
from guardian.io.panel import SimulatedPanel
from guardian.settings import Camera, Household, Mqtt, Panel, Room, Settings
from guardian.speech import Speech

SECONDS = 30.0
FORWARD = 'tee -a "$HOME/said"'
HANGS = "trap '' TERM INT HUP; while :; do sleep 600; done"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "bin"
    directory.mkdir()
    monkeypatch.setenv("PATH", f"{directory}:/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(tmp_path))
    return directory


def install(programs: Path, **scripts: str) -> None:
    for name, lines in scripts.items():
        path = programs / name.replace("_", "-")
        path.write_text(f"#!/bin/sh\n{lines}\n")
        path.chmod(0o755)


@contextmanager
def running(path: Path, language: str = "en") -> Iterator[Guardian]:
    guardian = Guardian(
        Settings(
            rooms=(Room(name="kitchen", camera=Camera(source=str(path / "no such film.mp4"))),),
            household=Household(language=language),
            mqtt=Mqtt(broker="none"),
            panel=Panel(kind="simulated"),
            voice=Speech(enabled=True),
            web=Web(enabled=False),
            state_directory=path / "state",
        )
    )
    try:
        guardian.start()
        yield guardian
    finally:
        guardian.stop()


def wait_for(wanted) -> None:  # noqa: ANN001 - any callable
    tries = threading.Event()
    for _ in range(int(SECONDS / 0.01)):
        if wanted():
            return
        tries.wait(0.01)
    pytest.fail("never so")


def call(guardian: Guardian) -> None:
    guardian.submit(HelpCalled(time=time.monotonic(), by="Rosa", via="button"))


def sounds(guardian: Guardian, sound: Sound) -> bool:
    assert isinstance(guardian.panel, SimulatedPanel)
    return guardian.panel.sound is sound


def said(path: Path) -> str:
    """All that was said until now; a sentence that was cut short goes over into the next one."""
    file = path / "said"
    return file.read_text() if file.exists() else ""


def faults(guardian: Guardian) -> list[str]:
    return [" ".join(each.reasons) for each in guardian.brain.shown.faults if each.part == "voice"]


def test_a_call_for_help_is_spoken_from_its_beginning_to_its_end(tmp_path: Path, programs: Path):
    install(programs, espeak_ng=FORWARD, aplay="cat >/dev/null")
    with running(tmp_path, "de") as guardian:
        call(guardian)
        wait_for(lambda: "Hilfe wird gerufen." in said(tmp_path))
        guardian.submit(Acknowledged(time=time.monotonic(), by="Anna", via="phone"))
        wait_for(lambda: said(tmp_path).strip().endswith("Anna ist unterwegs."))
        guardian.submit(Resolved(time=time.monotonic(), by="Anna", via="web"))
        wait_for(lambda: said(tmp_path).strip().endswith("Der Alarm ist vorbei."))
        assert faults(guardian) == []


@pytest.mark.parametrize(
    ("synthesiser", "player"),
    [(HANGS, "cat"), ("cat", HANGS), ("exit 1", "cat"), ("yes", "exit 1"), ("exec yes", "cat")],
)
def test_programs_that_misbehave_delay_no_siren_and_no_answer(
    tmp_path: Path, programs: Path, synthesiser: str, player: str
):
    install(programs, espeak_ng=synthesiser, aplay=f"({player}) >/dev/null")
    with running(tmp_path) as guardian:
        began = time.monotonic()
        call(guardian)
        wait_for(lambda: sounds(guardian, Sound.SIREN))
        assert time.monotonic() - began < 5.0
        guardian.submit(Acknowledged(time=time.monotonic(), by="Anna", via="phone"))
        wait_for(lambda: sounds(guardian, Sound.SILENT))
        assert guardian.brain.alarm.state is IncidentState.ACKNOWLEDGED
        stopping = time.monotonic()
    assert time.monotonic() - stopping < SECONDS


def test_programs_that_are_not_there_are_one_fault_that_names_the_package(
    tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", str(programs))
    with running(tmp_path) as guardian:
        wait_for(lambda: faults(guardian))
        call(guardian)
        wait_for(lambda: sounds(guardian, Sound.SIREN))
        (told,) = faults(guardian)
    assert told.startswith("The box cannot speak: espeak-ng is not installed (sudo apt-get install espeak-ng).")


def test_nothing_is_left_running_when_the_box_stops(tmp_path: Path, programs: Path):
    install(programs, espeak_ng='echo $$ >"$HOME/pid"; sleep 600', aplay="cat >/dev/null")
    with running(tmp_path) as guardian:
        call(guardian)
        wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip())
        wait_for(lambda: sounds(guardian, Sound.SIREN))
    number = int((tmp_path / "pid").read_text())
    wait_for(lambda: not Path(f"/proc/{number}").exists())
