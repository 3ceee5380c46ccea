"""What is kept, as it is said: a line for every table and file."""

import json
import re
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

from floors import PACKAGE
from lived_in import settings_of

from guardian.app import STORE
from guardian.day import Day
from guardian.io.database import SCHEMA
from guardian.io.store import Store
from guardian.kept import FILES, TABLES, listed, rows
from guardian.portable import FORMS

NAMED = re.compile(r'^(?:\w+, )*(?:\w*FILE|LOCK|STORE|DIRECTORY)\b.* = (".+)$', re.MULTILINE)
"""How a module names a file of the state directory."""
NO_FILES = {"guardian.png", "body.npz", "file:", "manifest.csv", "unjudged.csv", ".lock"}
"""A name in a message, a file of the lab, a word of the configuration, and what is within the folder of scenes."""


def test_every_table_of_the_database_is_told_and_written_in_an_export():
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(SCHEMA)
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables == {kept.name for kept in TABLES}
    assert tables == FORMS.keys()


def test_every_file_that_a_module_names_is_told():
    modules = (path for path in PACKAGE.rglob("*.py") if not {"lab", "eye", "installation"} & set(path.parts))
    found = {
        name
        for path in modules
        for match in NAMED.finditer(path.read_text(encoding="utf-8"))
        for name in re.findall(r'"([^"]+)"', match[1])
    }
    assert {STORE, "web-users.json", "phones.json"} <= found
    assert found - NO_FILES == {kept.name for kept in FILES} - {"guardian.damaged"}


def test_what_is_kept_is_said_in_sentences(tmp_path: Path):
    settings = settings_of(tmp_path)
    assert len(list(listed(settings))) == 3
    store = Store(tmp_path / STORE)
    store.save_day(Day(date=date(2025, 6, 1)))
    store.save_day(Day(date=date(2025, 6, 2)))
    store._database.write(("INSERT INTO told VALUES ('i', 'Anna', 'ntfy', 1, 1748800000.0)", ()))
    store.close()
    (tmp_path / "web-audit.jsonl").write_text("x" * 2_400, encoding="utf-8")
    said = "\n".join(listed(settings))
    assert "of the household, and of who was enrolled: 2, the eldest of 2025-06-01; 1830 days" in said
    assert "1, the eldest of 2025-06-01; 90 days." in said
    assert "from which address; the older half has .1 at its end: 2 kB" in said
    assert "Scenes of mistakes are kept for 180 days, 200 at most." in said
    assert "alarms: when" not in said


def test_rows_are_read_by_column_and_of_no_table_there_are_none(tmp_path: Path):
    assert rows(tmp_path / "none.db", "told") == []
    Store(tmp_path / "a.db").close()
    with closing(sqlite3.connect(tmp_path / "a.db")) as db, db:
        db.execute("INSERT INTO memories VALUES ('hall', 1.0, ?)", (json.dumps([]),))
    assert rows(tmp_path / "a.db", "memories") == [{"room": "hall", "at": 1.0, "body": "[]"}]
    assert rows(tmp_path / "a.db", "nothing") == []
