import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from guardian.app import LOCK, STORE, lock
from guardian.cli import main
from guardian.day import Day
from guardian.daybook import bring_in, export
from guardian.errors import ConfigurationError, GuardianError
from guardian.io.store import Store, read_days
from guardian.settings import Settings

MONDAY = date(2025, 6, 2)
DAYS = (
    Day(date=MONDAY, rising=430, postures={"upright": (60,) * 24}),
    Day(date=MONDAY, who="Rosa", rising=431),
    Day(date=MONDAY + timedelta(days=1), visits=4),
)


def home(path: Path, *days: Day) -> Settings:
    """A box with these days."""
    settings = Settings(rooms=({"name": "hall", "camera": {"source": "/dev/video0"}},), state_directory=path)
    store = Store(path / STORE)
    for day in days:
        store.save_day(day)
    store.close()
    return settings


def test_days_go_to_another_box_as_they_were(tmp_path: Path):
    file = tmp_path / "days.jsonl"
    assert export(home(tmp_path / "old", *DAYS), file) == 3
    assert file.stat().st_mode & 0o077 == 0
    new = home(tmp_path / "new")
    assert bring_in(new, file) == (3, 0)
    assert read_days(new.state_directory / STORE) == DAYS
    assert bring_in(new, file) == (0, 3)


def test_a_day_that_the_box_counted_itself_stays(tmp_path: Path):
    file = tmp_path / "days.jsonl"
    export(home(tmp_path / "old", *DAYS), file)
    own = Day(date=MONDAY, rising=500)
    new = home(tmp_path / "new", own)
    assert bring_in(new, file) == (2, 1)
    assert read_days(new.state_directory / STORE)[0] == own


def test_a_box_that_never_ran_has_no_days(tmp_path: Path):
    settings = Settings(
        rooms=({"name": "hall", "camera": {"source": "/dev/video0"}},), state_directory=tmp_path / "none"
    )
    assert export(settings, tmp_path / "days.jsonl") == 0
    assert not (tmp_path / "none").exists()


def test_no_file_is_written_over(tmp_path: Path):
    file = tmp_path / "days.jsonl"
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(GuardianError, match="is there already"):
        export(home(tmp_path / "old", *DAYS), file)
    assert file.read_text(encoding="utf-8") == "mine"
    with pytest.raises(GuardianError, match="cannot be written"):
        export(home(tmp_path / "old"), tmp_path / "no directory" / "days.jsonl")


HEAD = '{"kind": "guardian days", "format": 1}'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("{}", ":1: this is no file of days"),
        ("[", ":1: "),
        ('{"kind": "guardian days", "format": 2}', ":1: the file is of format 2"),
        (f"{HEAD}\n{json.dumps(DAYS[0].plain())}\n{{}}", ":3: this is no day"),
        (f'{HEAD}\n{{"version": 99}}', ":2: the day is of version 99"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_line_and_nothing_of_it_is_kept(tmp_path: Path, text: str, said: str):
    file = tmp_path / "days.jsonl"
    file.write_text(text, encoding="utf-8")
    settings = home(tmp_path / "new")
    with pytest.raises(ConfigurationError, match=said):
        bring_in(settings, file)
    assert read_days(settings.state_directory / STORE) == ()


def test_what_cannot_be_read_is_said(tmp_path: Path):
    with pytest.raises(GuardianError, match="cannot be read"):
        bring_in(home(tmp_path / "new"), tmp_path / "nothing.jsonl")


def test_nothing_is_brought_into_a_box_that_runs_nor_into_a_state_that_cannot_be_used(tmp_path: Path):
    file = tmp_path / "days.jsonl"
    settings = home(tmp_path / "old", *DAYS)
    export(settings, file)
    held = lock(settings.state_directory / LOCK)
    assert held is not None
    with pytest.raises(ConfigurationError, match="another Guardian runs"):
        bring_in(settings, file)
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    blocked = settings.model_copy(update={"state_directory": tmp_path / "file" / "state"})
    with pytest.raises(GuardianError, match="cannot be used"):
        bring_in(blocked, file)


def test_the_command_takes_days_along(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for name in ("old", "new"):
        home(tmp_path / name, *(DAYS if name == "old" else ()))
        text = f"rooms:\n  - name: hall\n    camera: {{source: /dev/video0}}\nstate_directory: {tmp_path / name}\n"
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    file = str(tmp_path / "days.jsonl")
    assert main(["days", "export", file, "--config", str(tmp_path / "old.yaml")]) == 0
    assert main(["days", "import", file, "--config", str(tmp_path / "new.yaml")]) == 0
    assert "3 days written" in capsys.readouterr().out
