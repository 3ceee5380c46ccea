import os
import subprocess
import sys
from pathlib import Path

import pytest

from guardian import __version__, cli
from guardian.errors import ConfigurationError, SourceError


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    for command in ("run", "demo", "analyse", "record", "replay", "check-config", "doctor", "bench"):
        assert f"\n    {command}" in said


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert capsys.readouterr().out == f"guardian {__version__}\n"


@pytest.mark.parametrize(
    "arguments", [[], ["sing"], ["analyse"], ["analyse", "x", "--hold", "-1"], ["run", "--log-format", "xml"]]
)
def test_wrong_use_is_exit_2(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "usage: guardian" in capsys.readouterr().err


@pytest.mark.parametrize(("error", "code"), [(ConfigurationError("no such key"), 2), (SourceError("no such key"), 1)])
def test_an_error_is_said_without_a_traceback(
    error: Exception, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def fail(*_: object, **__: object) -> int:
        raise error

    monkeypatch.setattr("guardian.lab.analyse.analyse", fail)
    assert cli.main(["analyse", "film.mp4"]) == code
    assert capsys.readouterr().err == "guardian: no such key\n"


def test_ctrl_c_ends_it_quietly(monkeypatch: pytest.MonkeyPatch):
    def interrupt(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("guardian.lab.analyse.analyse", interrupt)
    assert cli.main(["analyse", "film.mp4"]) == 130


def test_run_names_the_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert cli.main(["run", "--config", str(tmp_path / "guardian.yaml")]) == 2
    assert f"{tmp_path / 'guardian.yaml'}: there is no such file" in capsys.readouterr().err


def test_run_takes_the_file_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("GUARDIAN_CONFIG", str(tmp_path / "mine.yaml"))
    (tmp_path / "mine.yaml").write_text("rooms: []\n")
    assert cli.main(["run"]) == 2
    assert "mine.yaml:1: rooms" in capsys.readouterr().err


def test_a_reader_that_leaves_early_is_no_crash(tmp_path: Path):
    scene = tmp_path / "x.jsonl"
    scene.write_text('{"format": "guardian-scene", "version": 1}\n')
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "guardian", "analyse", *[str(scene)] * 3]
    ended = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False, timeout=60)
    os.close(writer)
    assert ended.returncode == 1
    assert b"Traceback" not in ended.stderr
