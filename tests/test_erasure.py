"""What has to change in the database so that nothing of one person is left in it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from guardian.io.database import Database
from guardian.io.erasure import DRAWN, named_in, statements
from guardian.learned import PLACES, VIEW
from guardian.mention import Mention

ROSA = Mention("Rosa")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "guardian.db")
    yield database
    database.close()


def incident(database: Database, name: str, *, is_open: bool = False, **said: object) -> None:
    body = json.dumps({"id": name, "person": None, "note": "", **said})
    database.write(("INSERT INTO incidents VALUES (?, 1.0, ?, ?)", (name, is_open, body)))
    database.write(("INSERT INTO scenes VALUES (?, 1.0, x'00')", (name,)))


def erase(database: Database) -> None:
    database.write(*statements(database, "Rosa"))


def test_alarms_stay_without_the_name_and_their_stick_figures_go(database: Database):
    incident(database, "named", person="Rosa", note="ask rosa")
    incident(database, "told of", note="Rosa tripped", acknowledged_by="Rosa")
    incident(database, "other", person="Rosalind")
    assert named_in(database, ROSA) == {"named", "told of"}
    erase(database)
    bodies = {name: json.loads(body) for name, body in database.read("SELECT id, body FROM incidents")}
    assert bodies["named"] == {"id": "named", "person": None, "note": "ask somebody"}
    assert bodies["told of"]["acknowledged_by"] == "somebody"
    assert bodies["other"]["person"] == "Rosalind"
    assert database.read("SELECT incident FROM scenes") == [("other",)]


def test_who_changed_an_alarm_is_somebody(database: Database):
    for who in ("Rosa", "Anna", None):
        database.write(("INSERT INTO changes VALUES ('i', 1.0, 'raised', ?, 'web')", (who,)))
    erase(database)
    assert sorted(str(who) for (who,) in database.read('SELECT "by" FROM changes')) == ["Anna", "None", "somebody"]


def test_a_call_that_is_still_to_be_made_is_made_without_the_name(database: Database):
    incident(database, "open", is_open=True)
    incident(database, "over")
    for each in ("open", "over"):
        for contact in ("Anna", "Rosa"):
            row = (each, contact, json.dumps({"title": "Rosa has fallen"}))
            database.write(("INSERT INTO notices VALUES (?, ?, 1, 1.0, ?)", row))
    database.write(("INSERT INTO notices VALUES ('open', 'Bruno', 1, 1.0, 'torn: Rosa')", ()))
    erase(database)
    left = database.read("SELECT incident, contact, body FROM notices ORDER BY incident, contact")
    assert [row[:2] for row in left] == [("open", "Anna"), ("open", "Bruno"), ("open", "Rosa"), ("over", "Anna")]
    assert not any("Rosa" in body for *_, body in left)


def test_what_was_said_of_pauses_is_nameless_and_a_place_keeps_its_name(database: Database):
    assert set(DRAWN) == {PLACES, VIEW}
    said = json.dumps([{"by": "Rosa", "name": "Rosa's bed"}])
    for what in ("pauses", PLACES, "heat"):
        row = ("hall", what, said if what != "heat" else "[1]")
        database.write(("INSERT INTO learned VALUES (?, ?, ?)", row))
    erase(database)
    left = dict(database.read("SELECT what, body FROM learned"))
    assert json.loads(left["pauses"]) == [{"by": "somebody", "name": "somebody's bed"}]
    assert (left[PLACES], left["heat"]) == (said, "[1]")
