from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from trees import image

from guardian.errors import InstallationError
from guardian.installation.archive import BACKUPS, KEPT, backup, holding, latest, restore

NOON = datetime(2025, 6, 1, 12, tzinfo=timezone.utc)
PATHS = ("/etc/guardian", "/var/lib/guardian", "/srv/not-there")


def test_what_was_kept_comes_back_as_it_was(tmp_path: Path):
    machine = image(tmp_path / "root")
    for path in PATHS[:2]:
        machine.on(path).mkdir(parents=True)
    secret, people = machine.on("/etc/guardian/guardian.yaml"), machine.on("/var/lib/guardian/people")
    secret.write_text("rooms")
    secret.chmod(0o640)
    people.write_text("Ana")
    kept = backup(machine, "1.0", PATHS, NOON)
    assert kept == machine.on(BACKUPS) / "20250601T120000-1.0"
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    secret.unlink()
    people.write_text("Bruno")
    machine.on("/var/lib/guardian/new").touch()
    restore(machine, kept)
    assert (secret.read_text(), people.read_text()) == ("rooms", "Ana")
    assert secret.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in people.parent.iterdir()] == ["people"]
    assert not list(people.parent.parent.glob(".*")), "nothing is left beside it"


def test_a_backup_brings_back_a_directory_that_is_gone(tmp_path: Path):
    machine = image(tmp_path / "root")
    machine.on("/etc/guardian").mkdir(parents=True)
    kept = backup(machine, "1.0", PATHS, NOON)
    machine.on("/etc/guardian").rmdir()
    restore(machine, kept)
    assert machine.on("/etc/guardian").is_dir()


def test_the_last_backups_are_kept_and_no_more(tmp_path: Path):
    machine = image(tmp_path / "root")
    for number in range(4):
        backup(machine, f"1.{number}", PATHS, NOON + timedelta(days=number))
    assert len(list(machine.on(BACKUPS).iterdir())) == KEPT
    assert latest(machine, "1.3").name == "20250604T120000-1.3"
    with pytest.raises(InstallationError, match=r"no backup of 1\.0"):
        latest(machine, "1.0")


def test_the_copies_of_a_directory_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    machine = image(tmp_path / "root")
    machine.on("/var/lib/guardian").mkdir(parents=True)
    kept = backup(machine, "1.0", PATHS, NOON)
    backups = machine.on(BACKUPS)
    assert holding(Path("/var/lib/guardian"), backups) == {kept: kept / "var/lib/guardian"}
    assert holding(Path("/srv/not-there"), backups) == {}
    assert holding(Path("/var/lib/guardian"), tmp_path / "none") == {}
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(InstallationError, match="sudo would be right"):
        holding(Path("/var/lib/guardian"), backups)


def test_half_a_backup_is_none(tmp_path: Path):
    machine = image(tmp_path / "root")
    half = machine.on(BACKUPS) / "20250601T120000-1.0"
    half.mkdir(parents=True)
    with pytest.raises(InstallationError, match="no complete backup"):
        restore(machine, half)
    with pytest.raises(InstallationError, match=r"no backup of 1\.0"):
        latest(machine, "1.0")
