import subprocess
import sys
from pathlib import Path

import pytest

from guardian import workshop_commands
from guardian.cli import main

ROOM = "rooms: [{name: hall, camera: {source: csi, mount_height: 2.5, tilt: 25, fov: 102}}]\n"


@pytest.fixture(autouse=True)
def _no_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GUARDIAN_CONFIG", str(tmp_path / "none.yaml"))


def write(directory: Path, text: str) -> str:
    path = directory / "guardian.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_without_a_configuration_the_usual_pins_are_drawn(capsys: pytest.CaptureFixture[str]):
    assert main(["pins"]) == 0
    said = capsys.readouterr().out
    assert "buzzer        GPIO 18 (physical pin 12), 1 kΩ, the base of an NPN transistor" in said
    assert "these are the pins that count where nothing else is written" in said
    assert "\x1b" not in said


def test_the_pins_of_a_configuration_are_drawn_with_what_is_to_know_of_them(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    path = write(tmp_path, ROOM + "panel: {kind: gpio, buzzer: 14, pause_button: 24}\n")
    assert main(["pins", "--config", path]) == 0
    said = capsys.readouterr().out
    assert "warn  buzzer: GPIO 14 (physical pin 8) is shared with the serial console" in said
    assert "pause button  GPIO 24 (physical pin 18)" in said
    assert "guardian doctor tries the pins" in said


def test_a_panel_that_is_not_driven_is_said_to_be_so(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    assert main(["pins", "--config", write(tmp_path, ROOM)]) == 0
    assert "panel.kind is none, so nothing of this is driven" in capsys.readouterr().out


def test_of_a_wrong_configuration_the_faults_are_named_beside_the_header(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    path = write(tmp_path, ROOM + "panel: {kind: gpio, buzzer: 18, button: 18}\n")
    assert main(["pins", "--config", path]) == 2
    said = capsys.readouterr()
    assert "already serves buzzer" in said.err
    assert "GPIO 18 (physical pin 12)" in said.err
    assert "PCM CLK, PWM0" in said.out
    assert "●" not in said.out


def test_the_diagram_is_written_and_a_directory_that_is_not_there_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    drawing = tmp_path / "wiring.svg"
    wanted = ["pins", "--buzzer-milliamperes", "20", "--piezo", "--button-metres", "5"]
    assert main([*wanted, "--svg", str(drawing)]) == 0
    assert "100 nF" in drawing.read_text(encoding="utf-8")
    assert main([*wanted, "--svg", str(tmp_path / "nowhere" / "wiring.svg")]) == 2
    assert "nowhere/wiring.svg: No such file or directory; a file in a directory" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--buzzer-milliamperes", "300"], "up to 100 mA would be right"), (["--button-metres", "40"], "up to 10 m")],
)
def test_what_cannot_be_built_is_refused(options: list[str], said: str, capsys: pytest.CaptureFixture[str]):
    assert main(["pins", *options]) == 2
    assert said in capsys.readouterr().err


def test_what_a_camera_sees_is_told_and_drawn(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    drawing = tmp_path / "view.svg"
    assert (
        main(["view", "--height", "2.6", "--tilt", "60", "--fov", "66", "--aspect", "4:3", "--svg", str(drawing)]) == 0
    )
    assert "The floor is seen from 0.2 to 3.9 m ahead." in capsys.readouterr().out
    assert drawing.read_text(encoding="utf-8").startswith("<svg")


def test_a_camera_of_the_configuration_hangs_as_it_says_unless_told_otherwise(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    path = write(tmp_path, ROOM)
    assert main(["view", "--config", path, "--room", "hall"]) == 0
    configured = capsys.readouterr().out
    assert main(["view", "--height", "2.5", "--tilt", "25", "--fov", "102"]) == 0
    assert capsys.readouterr().out == configured
    assert main(["view", "--config", path, "--room", "hall", "--tilt", "40"]) == 0
    assert capsys.readouterr().out != configured
    assert main(["view", "--config", path, "--room", "attic"]) == 2
    assert "there is no room attic with a camera; hall would be right" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--height", "12", "0.3 to 4 would be right"),
        ("--tilt", "95", "-30 to 80 would be right"),
        ("--aspect", "wide", "such as 4:3 or 16:9 would be right"),
        ("--aspect", "4:0", "such as 4:3 or 16:9 would be right"),
    ],
)
def test_what_no_camera_can_be_is_refused(option: str, value: str, said: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main(["view", option, value])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_the_mounting_that_is_recommended_is_what_counts_where_nothing_is_said(capsys: pytest.CaptureFixture[str]):
    assert main(["view"]) == 0
    recommended = capsys.readouterr().out
    assert main(["view", *(f"--{name}={value}" for name, value in workshop_commands.MOUNTED.items())]) == 0
    assert capsys.readouterr().out == recommended


def test_neither_command_loads_what_sees():
    code = "import sys; from guardian.cli import main; main(['pins']); sys.exit('cv2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False).returncode == 0
