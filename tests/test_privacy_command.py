"""`guardian privacy`, as a person types it."""

import io
from datetime import date
from pathlib import Path

import pytest
import yaml

from guardian import privacy_command
from guardian.app import STORE
from guardian.cli import main
from guardian.day import Day
from guardian.io.store import Store


@pytest.fixture
def config(tmp_path: Path) -> str:
    state = tmp_path / "state"
    rooms = [{"name": "hall", "camera": {"source": "/dev/video0"}}]
    path = tmp_path / "guardian.yaml"
    known = {"rooms": rooms, "state_directory": str(state), "mqtt": {"broker": "none"}}
    path.write_text(yaml.safe_dump(known), encoding="utf-8")
    store = Store(state / STORE)
    store.save_day(Day(date=date(2025, 6, 1), who="Rosa"))
    store.close()
    return str(path)


def test_what_is_kept_is_listed_and_exported(config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["privacy", "list", "--config", config]) == 0
    assert "who was enrolled: 1, the eldest of 2025-06-01" in capsys.readouterr().out
    out = tmp_path / "all.zip"
    assert main(["privacy", "export", str(out), "--config", config]) == 0
    assert f"{out}: 1 files, for your eyes only" in capsys.readouterr().out
    assert main(["privacy", "export", str(out), "--person", "Rosa", "--config", config]) == 1
    assert "is there already" in capsys.readouterr().err


@pytest.mark.parametrize(("answer", "gone"), [("yes\n", True), ("YES\n", True), ("no\n", False), ("", False)])
def test_an_erasure_is_asked_about_first(
    answer: str, config: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, gone: bool
):
    monkeypatch.setattr(privacy_command.sys, "stdin", io.StringIO(answer))
    assert main(["privacy", "erase", "--person", "Rosa", "--config", config]) == (0 if gone else 1)
    out = capsys.readouterr().out
    assert "Erase all that is known of Rosa" in out
    assert ("Nothing was erased." in out) is not gone
    store = Store(Path(config).parent / "state" / STORE)
    assert bool(store.days()) is not gone
    store.close()


def test_everything_is_erased_without_a_question_where_that_is_said(config: str, capsys: pytest.CaptureFixture[str]):
    assert main(["privacy", "erase", "--everything", "--yes", "--config", config]) == 0
    assert "written over and erased" in capsys.readouterr().out
    assert not (Path(config).parent / "state" / STORE).exists()


@pytest.mark.parametrize(
    "verb", [["erase"], ["erase", "--person", "Rosa", "--everything"], ["erase", "--person", " "], []]
)
def test_what_makes_no_sense_is_refused(verb: list[str]):
    with pytest.raises(SystemExit) as ended:
        main(["privacy", *verb])
    assert ended.value.code == 2
