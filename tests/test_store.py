import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guardian.commands import Notify, Publish, Untold
from guardian.day import Day
from guardian.errors import StoreError
from guardian.events import ContactTold
from guardian.identity import Template
from guardian.incident import Incident, IncidentState
from guardian.io import store as store_module
from guardian.io.store import NOTICE_SECONDS, NOTICES_KEPT_SECONDS, Store, read_people
from guardian.moment import Moment
from guardian.optics import Optics
from guardian.signature import FEATURES, Signature

NOW = Moment(1_000.0, datetime(2025, 6, 1, 12, 0, tzinfo=timezone.utc))
FALL = Incident(
    id="i-1",
    room="kitchen",
    kind="FallConfirmed",
    state=IncidentState.RAISED,
    opened=980.0,
    changed=990.0,
    deadline=1_050.0,
    person="Rosa",
    place="floor",
    reasons=("Fell in 0.6 s.", "Lies still."),
    step=2,
    told=("Anna", "Bruno"),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "state" / "guardian.db")
    yield opened
    opened.close()


def changed(incident: Incident, **fields: object) -> Incident:
    return Incident(**{**{name: getattr(incident, name) for name in Incident.__slots__}, **fields})


def test_what_was_saved_comes_back_in_another_process_whose_seconds_began_elsewhere(store: Store, tmp_path: Path):
    store.save(FALL, NOW)
    later = Moment(5.0, NOW.wall + timedelta(seconds=65))
    again = Store(tmp_path / "state" / "guardian.db")
    (found,) = again.open_incidents(later)
    again.close()
    moved = {"opened": -80.0, "changed": -70.0, "deadline": -10.0}
    assert found == changed(FALL, **moved)


def test_an_ended_incident_is_history_and_no_longer_open(store: Store):
    store.save(FALL, NOW)
    store.save(changed(FALL, state=IncidentState.RESOLVED, deadline=None, outcome="helped"), NOW)
    assert store.open_incidents(NOW) == ()
    assert [each.outcome for each in store.incidents(10, NOW)] == ["helped"]
    assert store.incident("i-1", NOW) == store.incidents(10, NOW)[0]
    assert store.incident("i-2", NOW) is None


def test_history_is_newest_first_and_as_long_as_asked(store: Store):
    for number in range(5):
        store.save(changed(FALL, id=f"i-{number}", opened=900.0 + number), NOW)
    assert [each.id for each in store.incidents(2, NOW)] == ["i-4", "i-3"]
    assert [each.id for each in store.open_incidents(NOW)] == [f"i-{number}" for number in range(5)]


def test_every_change_is_kept_with_who_acknowledged(store: Store, tmp_path: Path):
    store.save(FALL, NOW)
    taken = changed(FALL, state=IncidentState.ACKNOWLEDGED, acknowledged_by="Anna", acknowledged_via="mqtt")
    store.save(taken, NOW)
    db = sqlite3.connect(tmp_path / "state" / "guardian.db")
    rows = db.execute("SELECT incident, state, by, via FROM changes ORDER BY rowid").fetchall()
    db.close()
    assert rows == [("i-1", "raised", None, None), ("i-1", "acknowledged", "Anna", "mqtt")]


def test_the_file_is_for_this_user_alone_and_survives_a_power_cut(store: Store, tmp_path: Path):
    path = tmp_path / "state" / "guardian.db"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0
    assert store._database._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._database._db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def test_a_process_that_is_killed_after_save_has_lost_nothing(tmp_path: Path):
    code = """
import os, signal, sys
from datetime import datetime, timezone
from pathlib import Path
from guardian.incident import Incident, IncidentState
from guardian.io.store import Store, read_people
from guardian.moment import Moment
now = Moment(10.0, datetime(2025, 6, 1, tzinfo=timezone.utc))
Store(Path(sys.argv[1])).save(
    Incident(id="x", room="r", kind="FallConfirmed", state=IncidentState.RAISED, opened=9.0, changed=9.5), now)
os.kill(os.getpid(), signal.SIGKILL)
"""
    path = tmp_path / "guardian.db"
    assert subprocess.run([sys.executable, "-c", code, str(path)], check=False, timeout=60).returncode == -9
    again = Store(path)
    assert [each.id for each in again.open_incidents(NOW)] == ["x"]
    again.close()


def test_a_damaged_file_is_moved_aside_and_watching_goes_on(tmp_path: Path):
    path = tmp_path / "guardian.db"
    path.write_bytes(b"this was a database once " * 400)
    opened = Store(path)
    opened.save(FALL, NOW)
    assert [each.id for each in opened.open_incidents(NOW)] == ["i-1"]
    opened.close()
    assert path.with_suffix(".damaged").read_bytes().startswith(b"this was")


def test_a_place_that_cannot_be_written_is_told_with_the_remedy(tmp_path: Path):
    (tmp_path / "file").write_text("not a directory")
    with pytest.raises(StoreError, match="a directory that this user may write"):
        Store(tmp_path / "file" / "guardian.db")


def test_a_closed_or_broken_file_is_an_error_of_the_store(store: Store):
    store.close()
    with pytest.raises(StoreError, match="disk full"):
        store.save(FALL, NOW)
    with pytest.raises(StoreError, match="disk full"):
        store.incidents(1, NOW)


@pytest.mark.parametrize("body", ["{", "{}", '{"opened": "yesterday", "changed": 1, "deadline": null}'])
def test_one_incident_that_makes_no_sense_does_not_hide_the_others(store: Store, body: str):
    store.save(FALL, NOW)
    store._database._db.execute("INSERT INTO incidents VALUES ('bad', 1.0, 1, ?)", (body,))
    assert [each.id for each in store.open_incidents(NOW)] == ["i-1"]


def test_scenes_are_kept_up_to_a_number_and_the_oldest_go(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(store_module, "SCENES_KEPT", 2)
    for number in range(3):
        later = Moment(NOW.monotonic + number, NOW.wall + timedelta(seconds=number))
        store.save_scene(f"i-{number}", ["header", f"frame {number}"], later)
    assert store.scenes() == {"i-1", "i-2"}
    assert store.scene("i-2") == ("header", "frame 2")
    assert store.scene("i-0") == ()


def template(name: str, room: str = "hall", looks: int = 40, first: float = 0.1) -> Template:
    values = (first, *(0.1 * number for number in range(2, len(FEATURES) + 1)))
    return Template(name, room, Signature(values, looks), Optics(2.0, 15.0))


def test_people_are_kept_by_name_and_room_replaced_and_forgotten(store: Store, caplog: pytest.LogCaptureFixture):
    store.save_person(template("Rosa"))
    store.save_person(template("Rosa", "kitchen"))
    store.save_person(template("Luis"))
    store.save_person(template("Rosa", looks=90))
    old = json.dumps({"name": "Zoe", "mean": [1.0], "spread": [1.0], "count": 30})
    store._database._db.execute("INSERT INTO people VALUES ('Zoe', ?)", (old,))
    assert {(each.name, each.room, each.signature.looks) for each in store.people()} == {
        ("Rosa", "hall", 90),
        ("Rosa", "kitchen", 40),
        ("Luis", "hall", 40),
    }
    assert "enrol the person again: guardian enrol Zoe" in caplog.text
    assert read_people(store._database._path) == ("Luis", "Rosa", "Zoe")
    store.save_person(template("Zoe"))
    assert "Zoe" in [each.name for each in store.people()]
    store.forget_person("Rosa")
    assert read_people(store._database._path) == ("Luis", "Zoe")
    store.forget_view("hall")
    assert store.people() == ()


def test_of_a_file_that_knew_nobody_nobody_is_read(tmp_path: Path):
    assert read_people(tmp_path / "none.db") == ()
    with closing(sqlite3.connect(tmp_path / "old.db")) as db:
        db.execute("CREATE TABLE people (name TEXT PRIMARY KEY, template TEXT NOT NULL)")
        db.execute("INSERT INTO people VALUES ('Zoe', '')")
        db.commit()
    assert read_people(tmp_path / "old.db") == ("Zoe",)


def test_of_who_is_erased_no_byte_stays_in_any_file(store: Store):
    name, number = "Xaveria", "0.7351942"
    directory = store._database._path.parent
    for round_ in range(30):  # so that the log beside the file is full of it
        store.save_person(template(name, f"room {round_}", first=float(number)))
        store.save_person(template("Luis", f"room {round_}"))
    store.save_day(Day(date=date(2025, 6, 1), who=name))
    for event, person in (("i-1", name), ("i-2", "Luis")):
        store.save(changed(FALL, id=event, person=person), NOW)
    store.save_memory("hall", json.dumps([{"person": name, "ago": 1.0}, {"person": "Luis"}]), NOW)
    store._database._path.with_suffix(".damaged").write_text(f"{name} {number}", encoding="utf-8")

    def found(words: str) -> list[str]:
        return sorted(each.name for each in directory.iterdir() if words.encode() in each.read_bytes())

    assert len(found(name)) >= 2
    assert len(found(number)) >= 2
    store.forget_person(name)
    assert found(name) == []
    assert found(number) == []
    assert len(store.people()) == 30
    assert {each.person for each in store.incidents(9, NOW)} == {None, "Luis"}
    assert json.loads(store.memories(NOW)["hall"][1]) == [{"person": None, "ago": 1.0}, {"person": "Luis"}]
    assert all(each.stat().st_mode & 0o077 == 0 for each in directory.iterdir())


def test_it_is_told_where_bytes_may_have_stayed(store: Store, monkeypatch: pytest.MonkeyPatch):
    store.save_person(template("Rosa"))

    def refuse(_path: Path, *, missing_ok: bool) -> None:
        raise PermissionError(13, "denied", str(missing_ok))

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(StoreError, match="may still be in the file"):
        store.forget_person("Rosa")
    assert store.people() == ()


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
incidents = st.builds(
    Incident,
    id=st.just("x"),
    room=texts,
    kind=texts,
    state=st.sampled_from(IncidentState),
    opened=st.floats(-1e6, 1e6),
    changed=st.floats(-1e6, 1e6),
    track=st.none() | st.integers(0, 10**9),
    person=st.none() | texts,
    place=st.none() | texts,
    reasons=st.lists(texts, max_size=4).map(tuple),
    deadline=st.none() | st.floats(-1e6, 1e6),
    step=st.integers(0, 1000),
    acknowledged_by=st.none() | texts,
    acknowledged_via=st.none() | texts,
    outcome=st.none() | texts,
    drill=st.booleans(),
    told=st.lists(texts, max_size=4).map(tuple),
)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(incident=incidents)
def test_whatever_an_incident_says_comes_back(store: Store, incident: Incident):
    store.save(incident, NOW)
    found = store.incident("x", NOW)
    assert found is not None
    for name in Incident.__slots__:
        expected = getattr(incident, name)
        exact = name not in {"opened", "changed", "deadline"} or expected is None
        assert getattr(found, name) == (expected if exact else pytest.approx(expected, abs=1e-5))


def test_what_was_learned_of_a_room_comes_back_by_its_name(store: Store):
    for body in ("1", "2"):
        store.save_learned("kitchen", "places", body)
    store.save_learned("bath", "places", "3")
    store.save_learned("kitchen", "optics", "4")
    assert store.learned("places") == {"kitchen": "2", "bath": "3"}
    assert store.learned("optics") == {"kitchen": "4"}


def test_a_file_of_before_anything_was_learned_opens(tmp_path: Path):
    path = tmp_path / "old.db"
    old = Store(path)
    old._database._db.execute("DROP TABLE learned")
    old.save_memory("kitchen", "[1]", NOW)
    old.close()
    store = Store(path)
    assert store.learned("places") == {}
    assert store.memories(NOW) == {"kitchen": (0.0, "[1]")}
    store.close()


def test_what_a_room_must_not_forget_comes_back_with_its_age(store: Store):
    store.save_memory("kitchen", "[1]", NOW)
    store.save_memory("kitchen", "[2]", NOW)
    store.save_memory("bath", "[]", NOW)
    later = Moment(5.0, NOW.wall + timedelta(seconds=65))
    assert store.memories(later) == {"kitchen": (65.0, "[2]"), "bath": (65.0, "[]")}
    assert store.memories(Moment(5.0, NOW.wall - timedelta(days=1)))["bath"] == (0.0, "[]")


MONDAY = date(2025, 6, 2)


def test_days_are_kept_replaced_and_erased_by_person(store: Store):
    rosa, home = Day(date=MONDAY, who="Rosa", visits=3), Day(date=MONDAY, visits=4)
    for day in (Day(date=MONDAY, who="Rosa"), rosa, home, Day(date=MONDAY - timedelta(days=1))):
        store.save_day(day)
    assert store.days() == (Day(date=MONDAY - timedelta(days=1)), home, rosa)
    store.forget_days("Rosa")
    assert {day.who for day in store.days()} == {""}


def test_the_oldest_days_of_a_person_make_room(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(store_module, "DAYS_KEPT", 2)
    days = [Day(date=MONDAY + timedelta(days=more), who=who) for more in range(3) for who in ("Luis", "Rosa")]
    for day in days:
        store.save_day(day)
    assert store.days() == tuple(days[2:])


def test_a_damaged_day_is_left_out_and_the_others_are_read(store: Store, caplog: pytest.LogCaptureFixture):
    store.save_day(Day(date=MONDAY))
    store._database._db.execute("INSERT INTO days VALUES ('Rosa', '2025-06-01', x'00')")
    assert store.days() == (Day(date=MONDAY),)
    assert "event=day_unreadable" in caplog.text


def test_a_file_of_before_days_were_kept_goes_on_with_what_it_has(store: Store, tmp_path: Path):
    store.save(FALL, NOW)
    store._database._db.execute("DROP TABLE days")
    again = Store(tmp_path / "state" / "guardian.db")
    again.save_day(Day(date=MONDAY))
    assert again.days() == (Day(date=MONDAY),)
    assert [each.id for each in again.open_incidents(NOW)] == ["i-1"]
    again.close()


def notice(contact: str = "Anna", step: int = 1, asked: float = 990.0, incident: str = "i-1") -> Notify:
    return Notify(contact, "Rosa has fallen", "Who: Rosa", incident, step, urgent=step == 1, asked=asked)


def told(contact: str, way: str, step: int, time: float = 995.0) -> ContactTold:
    return ContactTold(time=time, room="", contact=contact, way=way, incident="i-1", step=step)


def test_what_was_to_be_told_is_known_after_a_restart_and_by_which_ways_it_was(store: Store):
    store.save(FALL, NOW, [notice(), notice("Bruno", 2)])
    store.save_told(told("Anna", "ntfy", 1), NOW)
    store.save_told(told("Bruno", "ntfy", 1), NOW)  # of an earlier step
    later = Moment(5.0, NOW.wall + timedelta(seconds=65))
    assert store.untold(later) == (
        Untold(notice(asked=-70.0), frozenset({"ntfy"})),
        Untold(notice("Bruno", 2, asked=-70.0), frozenset()),
    )


def test_of_an_incident_only_the_latest_notice_to_a_contact_is_kept(store: Store):
    store.save(FALL, NOW, [notice()])
    store.save(FALL, NOW, [notice(step=3)])
    assert [each.notice.step for each in store.untold(NOW)] == [3]


def test_what_is_older_than_a_day_is_not_told_and_what_is_from_the_future_is_of_now(store: Store):
    store.save(FALL, NOW, [notice(asked=1_000.0 - NOTICE_SECONDS - 1), notice("Bruno", asked=5_000.0)])
    (left,) = store.untold(NOW)
    assert (left.notice.contact, left.notice.asked) == ("Bruno", 1_000.0)


def test_a_notice_that_makes_no_sense_does_not_keep_others_from_being_told(
    store: Store, caplog: pytest.LogCaptureFixture
):
    store.save(FALL, NOW, [notice(), notice("Bruno")])
    store._database._db.execute("UPDATE notices SET body = '{}' WHERE contact = 'Anna'")
    assert [each.notice.contact for each in store.untold(NOW)] == ["Bruno"]
    assert "notice_unreadable" in caplog.text


def test_the_last_time_of_each_contact_and_way_is_known_and_what_is_old_goes(store: Store):
    old = told("Anna", "mailto", 1, NOW.monotonic - NOTICES_KEPT_SECONDS - 1)
    for each in (old, told("Bruno", "ntfy", 2, 999.0), told("Anna", "ntfy", 1, 995.0)):
        store.save_told(each, NOW)
    assert store.told(NOW) == (told("Anna", "ntfy", 1, 995.0), told("Bruno", "ntfy", 2, 999.0))


def test_who_is_forgotten_is_in_no_message_that_still_waits(store: Store):
    store.save_message(1, Publish("event", '{"person":"Rosa"}'))
    store.save_message(2, Publish("event", '{"person":"Rosalind"}'))
    store.forget_person("Rosa")
    assert [serial for serial, _ in store.messages()] == [2]


def test_who_is_forgotten_is_in_no_notice_either_and_the_call_for_help_stays(store: Store):
    store.save(FALL, NOW, [notice()])
    store.save(changed(FALL, id="i-2", person=None), NOW, [notice(incident="i-2")])
    store.forget_person("Rosa")
    left = [each.notice for each in store.untold(NOW)]
    assert sorted(each.incident for each in left) == ["i-1", "i-2"]
    assert not any("Rosa" in each.title + each.body for each in left)
    assert any("somebody" in each.title + each.body for each in left)
