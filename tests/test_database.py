import sqlite3
from pathlib import Path

import pytest

from guardian.errors import StoreError
from guardian.io.database import VERSION, Database, peek

LEARNED = "INSERT INTO learned VALUES (?, ?, ?)"
ASK = "SELECT room FROM learned ORDER BY room"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "guardian.db"


def rooms(path: Path) -> list[str]:
    return [str(room) for (room,) in peek(path, ASK)]


def test_what_is_written_is_read_by_this_process_and_by_another(path: Path):
    database = Database(path)
    database.write((LEARNED, ("kitchen", "places", "[]")))
    assert database.read("SELECT body FROM learned WHERE room = ?", ("kitchen",)) == [("[]",)]
    assert rooms(path) == ["kitchen"]
    database.close()
    before = {each.name for each in path.parent.iterdir()}
    assert rooms(path) == ["kitchen"]
    assert {each.name for each in path.parent.iterdir()} == before  # a mere reader leaves nothing behind


def test_of_several_statements_all_are_carried_out_or_none(path: Path):
    database = Database(path)
    with pytest.raises(StoreError, match="is the disk full"):
        database.write((LEARNED, ("kitchen", "places", "[]")), ("INSERT INTO nothing VALUES (1)", ()))
    assert database.read(ASK) == []
    with pytest.raises(StoreError, match="nothing"):
        database.read("SELECT * FROM nothing")
    database.close()


def test_a_damaged_file_is_moved_aside_and_scrubbed_away(path: Path):
    path.parent.mkdir()
    path.write_bytes(b"no database, but a name: Rosa" * 100)
    database = Database(path)
    assert path.with_suffix(".damaged").exists()
    assert database.read("PRAGMA user_version") == [(VERSION,)]
    database.write((LEARNED, ("kitchen", "places", "Rosa was here")))
    database.write(("DELETE FROM learned", ()))
    database.scrub()
    database.close()
    assert not path.with_suffix(".damaged").exists()
    assert not [each for each in path.parent.iterdir() if b"Rosa" in each.read_bytes()]


def test_what_cannot_be_opened_scrubbed_or_asked_says_so(path: Path, tmp_path: Path):
    assert peek(path, ASK) == []
    (tmp_path / "state").write_text("a file where a directory should be", encoding="utf-8")
    with pytest.raises(StoreError, match="a directory that this user may write"):
        Database(path)
    (tmp_path / "other.db").write_bytes(b"no database" * 100)
    with pytest.raises(StoreError, match=r"other\.db"):
        peek(tmp_path / "other.db", ASK)
    database = Database(tmp_path / "third.db")
    database.close()
    with pytest.raises(StoreError, match="may still be in the file"):
        database.scrub()


def test_a_file_that_is_found_damaged_page_by_page_is_moved_aside_too(path: Path):
    database = Database(path)
    database.write(*((LEARNED, (f"room {number}", "places", "x" * 500)) for number in range(200)))
    database.scrub()
    database.close()
    body = bytearray(path.read_bytes())
    body[8_192:40_000] = bytes(40_000 - 8_192)
    path.write_bytes(body)
    again = Database(path)
    assert again.read(ASK) == []
    again.close()
    with pytest.raises(sqlite3.ProgrammingError):
        again._db.execute(ASK)
