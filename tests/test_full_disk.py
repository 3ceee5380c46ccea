"""Disks that are full, read-only, locked or worn out, as real file systems: an open alarm must not be lost by any."""

import errno
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from brokers import Told

from guardian.errors import StoreError
from guardian.events import Event, FaultCleared, FaultOccurred
from guardian.incident import Incident, IncidentState
from guardian.io import database, store
from guardian.io.fakes import FakeClock
from guardian.io.journal import Journal
from guardian.io.store import Store

MOMENT = FakeClock().moment()
INCIDENT = Incident(id="i-1", kind="HelpCalled", room="", opened=990.0, changed=990.0, state=IncidentState.RAISED)


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB of its own."""
    directory = tmp_path / "card"
    directory.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(directory)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a file system")
    yield directory
    subprocess.run(["umount", "--lazy", str(directory)], check=True)


def fill(directory: Path) -> Path:
    """Leave no byte free; return the file that takes them."""
    filler = directory / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass
    return filler


def make_read_only(directory: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(directory)], check=True)


def kept(path: Path, *, killed: bool) -> None:
    """An alarm that rings, of a process that was stopped in order, or killed and left its log beside the file."""
    made = Store(path)
    made.save(INCIDENT, MOMENT)
    sides = [path.with_name(path.name + tail) for tail in ("-wal", "-shm")]
    copies = [(side, side.read_bytes()) for side in sides]
    made.close()
    if killed:
        for side, body in copies:
            side.write_bytes(body)


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize("fault", [fill, make_read_only])
def test_an_alarm_rings_on_after_a_restart_on_a_disk_that_cannot_be_written(card: Path, fault, killed: bool):  # noqa: ANN001, FBT001
    path, reports = card / "guardian.db", list[Event]()
    kept(path, killed=killed)
    fault(card)
    journal = Journal(path, reports.append)
    assert [incident.id for incident in journal.open(MOMENT)] == ["i-1"]
    assert path.exists()
    assert not path.with_suffix(".damaged").exists()
    journal.close()


def test_what_happens_while_the_disk_is_full_is_written_once_there_is_room(card: Path):
    path, told = card / "guardian.db", Told[Event]()
    filler = fill(card)
    journal = Journal(path, told, retry_seconds=0.01)
    assert journal.open(MOMENT) == ()
    journal.save(INCIDENT, MOMENT)
    assert not journal.wait(0.2, MOMENT)
    assert isinstance(told.things[0], FaultOccurred)
    filler.unlink()
    told.wait_for_one(lambda event: isinstance(event, FaultCleared))
    journal.close()
    assert [incident.id for incident in store.read_open_incidents(path, MOMENT)] == ["i-1"]


def test_a_file_that_another_process_holds_is_waited_for_and_not_moved_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "guardian.db"
    kept(path, killed=False)
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.01)
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="locked"):
            Store(path)
    again = Store(path)
    assert [incident.id for incident in again.open_incidents(MOMENT)] == ["i-1"]
    again.close()


def test_a_file_of_which_a_worn_card_does_not_give_every_byte_is_moved_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "guardian.db"
    kept(path, killed=False)
    worn, connect = [True], sqlite3.connect

    def read(_path: Path) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    def connect_once(*arguments: Any, **fields: Any) -> sqlite3.Connection:
        if worn.pop():
            worn.append(False)
            message = "disk I/O error"
            raise sqlite3.OperationalError(message)
        worn.append(False)
        return connect(*arguments, **fields)

    monkeypatch.setattr(Path, "read_bytes", read)
    monkeypatch.setattr(sqlite3, "connect", connect_once)
    again = Store(path)
    assert again.open_incidents(MOMENT) == ()
    assert path.with_suffix(".damaged").exists()
    again.close()


def test_a_file_that_says_nothing_is_no_open_alarm_and_no_end(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    def refuses(path: Path) -> Store:
        message = f"{path}: no"
        raise StoreError(message)

    (tmp_path / "guardian.db").write_bytes(b"no database" * 100)
    journal = Journal(tmp_path / "guardian.db", [].append, open_store=refuses)
    assert journal.open(MOMENT) == ()
    assert "incidents_unreadable" in caplog.text
    journal.close()
