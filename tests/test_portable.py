"""All that the box knows, as files that anybody can read without it."""

import json
import zlib
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from lived_in import settings_of

from guardian import daybook
from guardian.app import STORE
from guardian.day import Day
from guardian.errors import GuardianError
from guardian.io.store import Store
from guardian.portable import export
from guardian.settings import Settings
from guardian.web.audit import Audit
from guardian.web.roles import Role
from guardian.web.users import Users

FRAME = '{"t":0.0,"poses":[]}'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = settings_of(tmp_path / "state")
    store = Store(settings.state_directory / STORE)
    body = json.dumps({"id": "i-1", "opened": 1748800000.0, "person": "José", "note": ""})
    scene = zlib.compress(FRAME.encode())
    store._database.write(
        ("INSERT INTO incidents VALUES ('i-1', 1748800000.0, 0, ?)", (body,)),
        ("INSERT INTO incidents VALUES ('i-2', 1748800000.0, 0, 'torn')", ()),
        ("INSERT INTO changes VALUES ('i-1', 1748800000.0, 'raised', NULL, NULL)", ()),
        ("INSERT INTO changes VALUES ('i-2', 1748800000.0, 'raised', 'Anna', 'web')", ()),
        ("INSERT INTO scenes VALUES ('i-1', 1.0, ?)", (scene,)),
        ("INSERT INTO scenes VALUES ('i-2', 1.0, ?)", (scene,)),
    )
    for who in ("José", ""):
        store.save_day(Day(date=date(2025, 6, 1), who=who))
    store.close()
    audit = Audit(settings.state_directory, lambda: 1748800000.0)
    audit.note("José", "paused the cameras", "192.0.2.7")
    audit.note("Anna", "signed in", "192.0.2.8")
    Users(settings.state_directory).add("Anna", Role.CAREGIVER, "violin harbour thimble")
    return settings


def texts_of(path: Path) -> dict[str, str]:
    with ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_everything_is_there_in_open_forms_and_no_secret(settings: Settings, tmp_path: Path):
    path = tmp_path / "all.zip"
    files = export(settings, path)
    found = texts_of(path)
    assert found.keys() == {"README.txt", *files}
    assert path.stat().st_mode & 0o777 == 0o600
    assert {"incidents.json", "changes.csv", "days.jsonl", "scenes/i-1.jsonl", "page-deeds.json"} <= found.keys()
    assert json.loads(found["incidents.json"])[0]["body"]["opened"] == "2025-06-01T17:46:40+00:00"
    assert found["changes.csv"].splitlines()[0] == "incident,at,state,by,via"
    assert found["scenes/i-2.jsonl"] == FRAME + "\n"
    assert json.loads(found["page-users.json"]) == [{"name": "Anna", "role": "caregiver", "until": 0.0}]
    assert "argon2" not in "".join(found.values())
    for name in files:
        assert name.partition("/")[0] in found["README.txt"]
    assert "no picture" in found["README.txt"]


def test_the_days_of_an_export_can_be_brought_to_another_box(settings: Settings, tmp_path: Path):
    export(settings, tmp_path / "all.zip")
    with ZipFile(tmp_path / "all.zip") as archive:
        archive.extract("days.jsonl", tmp_path)
    assert daybook.bring_in(settings_of(tmp_path / "other"), tmp_path / "days.jsonl") == (2, 0)


def test_of_one_person_there_is_what_names_that_person(settings: Settings, tmp_path: Path):
    export(settings, tmp_path / "his.zip", "josé")
    found = texts_of(tmp_path / "his.zip")
    assert found.keys() == {
        "README.txt",
        "incidents.json",
        "changes.csv",
        "days.jsonl",
        "scenes/i-1.jsonl",
        "page-deeds.json",
    }
    assert len(found["changes.csv"].splitlines()) == 2
    assert [deed["who"] for deed in json.loads(found["page-deeds.json"])] == ["José"]
    assert "knows of josé" in found["README.txt"]
    assert export(settings, tmp_path / "hers.zip", "Nobody") == []
    assert "It knows nothing." in texts_of(tmp_path / "hers.zip")["README.txt"]


def test_where_it_cannot_be_written_or_read_that_is_told(settings: Settings, tmp_path: Path):
    export(settings, tmp_path / "all.zip")
    with pytest.raises(GuardianError, match="there already"):
        export(settings, tmp_path / "all.zip")
    with pytest.raises(GuardianError, match="cannot be written"):
        export(settings, tmp_path / "nowhere" / "all.zip")
    (settings.state_directory / "web-audit.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(GuardianError, match=r"web-audit.jsonl cannot be read"):
        export(settings, tmp_path / "more.zip")
