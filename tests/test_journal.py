import threading
from collections.abc import Iterable
from datetime import date, datetime, timezone
from pathlib import Path

import pytest
from brokers import Told

from guardian.commands import Notify, Publish, Untold
from guardian.day import Day
from guardian.errors import StoreError
from guardian.events import ContactTold, Event, FaultCleared, FaultOccurred
from guardian.identity import Template
from guardian.incident import Incident, IncidentState
from guardian.io.journal import HISTORY, LOST, SLOW, Journal, MessageShelf
from guardian.io.store import Store
from guardian.moment import Moment
from guardian.optics import Optics
from guardian.signature import FEATURES, Signature

NOW = Moment(1_000.0, datetime(2025, 6, 1, 12, 0, tzinfo=timezone.utc))
SECONDS = 20.0


def fall(name: str = "i-1", state: IncidentState = IncidentState.RAISED) -> Incident:
    return Incident(id=name, room="kitchen", kind="FallConfirmed", state=state, opened=980.0, changed=990.0)


class Disk(Store):
    """A store whose disk can be made to fail or to hang."""

    broken = False

    def __init__(self, path: Path) -> None:
        self.free = threading.Event()
        self.free.set()
        self.saved: list[Incident] = []
        super().__init__(path)

    def save(self, incident: Incident, moment: Moment, notices: Iterable[Notify] = ()) -> None:
        assert self.free.wait(SECONDS)
        if self.broken:
            message = "disk full"
            raise StoreError(message)
        self.saved.append(incident)
        super().save(incident, moment, notices)


class Rig:
    """A journal on such a disk, and what it reported."""

    def __init__(self, path: Path, retry_seconds: float = 0.01) -> None:
        self.told: Told[Event] = Told()
        self.disks: list[Disk] = []
        self.journal = Journal(path / "guardian.db", self.told, open_store=self._open, retry_seconds=retry_seconds)

    def _open(self, path: Path) -> Disk:
        self.disks.append(Disk(path))
        return self.disks[-1]

    @property
    def disk(self) -> Disk:
        return self.disks[-1]


@pytest.fixture
def rig(tmp_path: Path):
    made = Rig(tmp_path)
    yield made
    for disk in made.disks:
        disk.free.set()
    made.journal.close()


def test_after_waiting_the_incident_is_on_the_disk(rig: Rig, tmp_path: Path):
    rig.journal.open(NOW)
    rig.journal.save(fall(), NOW)
    assert rig.journal.wait(SECONDS, NOW)
    other = Store(tmp_path / "guardian.db")
    assert [each.id for each in other.open_incidents(NOW)] == ["i-1"]
    other.close()
    assert not rig.told.things


def test_open_gives_what_nobody_has_ended(rig: Rig, tmp_path: Path):
    before = Store(tmp_path / "guardian.db")
    before.save(fall("open"), NOW)
    before.save(fall("over", IncidentState.RESOLVED), NOW)
    before.close()
    assert [each.id for each in rig.journal.open(NOW)] == ["open"]


def test_a_disk_that_hangs_is_waited_for_only_so_long_and_told_once(rig: Rig):
    rig.journal.open(NOW)
    rig.disk.free.clear()
    rig.journal.save(fall(), NOW)
    assert not rig.journal.wait(0.05, NOW)
    assert not rig.journal.wait(600.0, NOW)  # known to fail: not waited for at all
    (fault,) = rig.told.wait_for(bool)
    assert isinstance(fault, FaultOccurred)
    assert fault.reasons == (SLOW,)
    rig.disk.free.set()
    rig.told.wait_for_one(lambda event: isinstance(event, FaultCleared))
    assert rig.journal.wait(SECONDS, NOW)


def test_what_a_full_disk_refused_is_written_as_it_was_last_when_there_is_room(rig: Rig):
    rig.journal.open(NOW)
    rig.disk.broken = True
    rig.journal.save(fall(), NOW)
    rig.told.wait_for_one(lambda event: isinstance(event, FaultOccurred) and "disk full" in event.reasons[0])
    rig.journal.save(fall(state=IncidentState.ACKNOWLEDGED), NOW)
    rig.disk.broken = False
    rig.told.wait_for_one(lambda event: isinstance(event, FaultCleared))
    assert rig.disk.saved[-1].state is IncidentState.ACKNOWLEDGED
    faults = [event for event in rig.told.things if isinstance(event, FaultOccurred)]
    assert len(faults) == 1


def damage(path: Path) -> None:
    """Zeros where the places of rooms stand, as a worn-out card leaves them; what was written before can be read."""
    body = path.read_bytes()
    first = body.index(b"a room of which much was learned")
    path.write_bytes(body[: first - first % 4_096] + bytes(40_960) + body[first - first % 4_096 + 40_960 :])


def test_what_can_be_read_of_an_alarm_in_a_damaged_file_goes_on(rig: Rig, tmp_path: Path):
    before = Store(tmp_path / "guardian.db")
    before.save(fall(), NOW)
    for number in range(200):
        before.save_learned(f"a room of which much was learned {number}", "places", "x" * 1_000)
    before.close()
    damage(tmp_path / "guardian.db")
    assert [each.id for each in rig.journal.open(NOW)] == ["i-1"]
    (fault,) = rig.told.wait_for(bool)
    assert isinstance(fault, FaultOccurred)
    assert (fault.part, fault.reasons) == (HISTORY, (LOST,))
    assert rig.journal.wait(SECONDS, NOW)
    assert [each.id for each in rig.disk.open_incidents(NOW)] == ["i-1"]
    assert rig.journal.learned("places") == {}


def test_what_is_no_database_at_all_is_told_and_nothing_goes_on(rig: Rig, tmp_path: Path):
    (tmp_path / "guardian.db").write_bytes(b"no database" * 1_000)
    assert rig.journal.open(NOW) == ()
    (fault,) = rig.told.wait_for(bool)
    assert isinstance(fault, FaultOccurred)
    assert fault.part == HISTORY


def test_an_alarm_on_a_disk_that_works_again_waits_for_no_pause(tmp_path: Path):
    made = Rig(tmp_path, retry_seconds=3_600.0)
    try:
        made.journal.open(NOW)
        made.disk.broken = True
        made.journal.save(fall(), NOW)
        made.told.wait_for_one(lambda event: isinstance(event, FaultOccurred))
        made.disk.broken = False
        made.journal.save(fall("i-2"), NOW)
        made.told.wait_for_one(lambda event: isinstance(event, FaultCleared))
        assert {each.id for each in made.disk.saved} == {"i-1", "i-2"}
    finally:
        made.journal.close()


def test_a_store_that_cannot_be_opened_is_no_reason_not_to_watch_and_is_opened_later(tmp_path: Path):
    told: Told[Event] = Told()
    shut = threading.Event()
    shut.set()

    def open_store(path: Path) -> Store:
        if shut.is_set():
            message = "read-only"
            raise StoreError(message)
        return Store(path)

    journal = Journal(tmp_path / "guardian.db", told, open_store=open_store, retry_seconds=0.01)
    assert journal.open(NOW) == ()
    assert journal.people() == ()
    with pytest.raises(StoreError, match="could not be opened"):
        journal.incidents(1, NOW)
    journal.save(fall(), NOW)
    shut.clear()
    told.wait_for_one(lambda event: isinstance(event, FaultCleared))
    assert [each.id for each in journal.incidents(1, NOW)] == ["i-1"]
    assert journal.incident("i-1", NOW) is not None
    journal.close()


def test_closing_writes_what_waits(rig: Rig, tmp_path: Path):
    rig.journal.open(NOW)
    for number in range(20):
        rig.journal.save(fall(f"i-{number}"), NOW)
    rig.journal.save_scene("i-3", ["header", "frame"], NOW)
    rig.journal.close()
    other = Store(tmp_path / "guardian.db")
    assert len(other.open_incidents(NOW)) == 20
    assert other.scene("i-3") == ("header", "frame")
    assert other.scenes() == {"i-3"}
    other.close()


def test_closing_does_not_wait_for_a_dead_disk(rig: Rig):
    rig.journal.open(NOW)
    rig.disk.broken = True
    rig.journal.save(fall(), NOW)
    rig.told.wait_for(bool)
    rig.journal.close()


def test_scenes_can_be_read_back(rig: Rig):
    rig.journal.open(NOW)
    rig.journal.save(fall(), NOW)
    rig.journal.save_scene("i-1", ["header", "frame"], NOW)
    rig.journal.close()
    again = Journal(rig.journal._path, rig.told)
    again.open(NOW)
    assert again.scene("i-1") == ("header", "frame")
    assert again.scenes() == {"i-1"}
    assert again.people() == ()
    again.close()


def test_people_are_kept_and_erased_in_the_order_in_which_it_was_asked_for(rig: Rig):
    def person(name: str, room: str) -> Template:
        return Template(name, room, Signature((0.4,) * len(FEATURES), 160), Optics(2.0, 15.0))

    rig.journal.open(NOW)
    for template in (person("Mary", "hall"), person("Zoe", "hall"), person("Zoe", "bath"), person("Eve", "bath")):
        rig.journal.save_person(template, NOW)
    rig.journal.forget_person("Mary", NOW)
    rig.journal.forget_view("hall", NOW)
    rig.journal.forget_person("Eve", NOW)
    rig.journal.save_person(person("Eve", "bath"), NOW)
    rig.journal.close()
    again = Journal(rig.journal._path, rig.told)
    again.open(NOW)
    assert sorted(each.name for each in again.people()) == ["Eve", "Zoe"]
    again.close()


def test_what_a_room_must_not_forget_is_there_after_a_restart(rig: Rig, tmp_path: Path):
    rig.journal.open(NOW)
    rig.journal.save_memory("kitchen", "[1]", NOW)
    rig.journal.save_learned("kitchen", "places", "{}", NOW)
    rig.journal.save_learned("kitchen", "optics", "[]", NOW)
    rig.journal.save(fall(), NOW)
    rig.journal.close()
    again = Journal(tmp_path / "guardian.db", rig.told)
    again.open(NOW)
    assert again.memories(NOW) == {"kitchen": (0.0, "[1]")}
    assert again.learned("places") == {"kitchen": "{}"}
    assert again.learned("optics") == {"kitchen": "[]"}
    again.close()


def test_a_disk_that_cannot_be_read_remembers_nothing(tmp_path: Path):
    journal = Journal(tmp_path / "guardian.db", Told())
    assert journal.memories(NOW) == {}
    assert journal.learned("places") == {}


def test_days_are_kept_and_forgotten_even_while_they_wait(rig: Rig, tmp_path: Path):
    rig.journal.open(NOW)
    today, before = date(2025, 6, 1), date(2025, 5, 31)
    rig.disk.free.clear()
    rig.journal.save(fall(), NOW)  # hangs, so that the rest waits
    for day in (Day(date=before), Day(date=today), Day(date=today, who="Anna"), Day(date=today, who="Bert")):
        rig.journal.save_day(day, NOW)
    rig.journal.forget_days("Anna", NOW)
    rig.disk.free.set()
    rig.journal.close()
    store = Store(tmp_path / "guardian.db")
    assert {(day.date, day.who) for day in store.days()} == {(before, ""), (today, ""), (today, "Bert")}
    assert [day.date for day in store.days(since=today)] == [today, today]
    store.close()


def test_days_that_cannot_be_read_are_no_reason_not_to_watch(tmp_path: Path):
    journal = Journal(tmp_path / "guardian.db", Told())
    assert journal.days(date(2025, 6, 1)) == ()
    journal.open(NOW)
    journal.save_day(Day(date=date(2025, 6, 1)), NOW)
    journal.close()
    again = Journal(tmp_path / "guardian.db", Told())
    again.open(NOW)
    assert [day.date for day in again.days(date(2025, 6, 1))] == [date(2025, 6, 1)]
    again.close()


def notice(contact: str, step: int) -> Notify:
    return Notify(contact, "Fall in the kitchen", f"step {step}", "i-1", step, asked=990.0)


def test_what_is_to_be_told_is_kept_with_the_incident_also_where_a_slow_disk_skips_a_step(rig: Rig):
    rig.journal.open(NOW)
    rig.disk.free.clear()
    rig.journal.save(fall("i-0"), NOW)  # the disk is busy with that one
    rig.journal.save(fall(), NOW, [notice("Anna", 1)])
    rig.journal.save(fall(), NOW, [notice("Bruno", 2)])
    rig.journal.save(fall(state=IncidentState.ACKNOWLEDGED), NOW, [notice("Anna", 3)])
    rig.disk.free.set()
    assert rig.journal.wait(SECONDS, NOW)
    assert set(rig.journal.untold(NOW)) == {
        Untold(notice("Bruno", 2), frozenset()),
        Untold(notice("Anna", 3), frozenset()),
    }


def test_who_was_told_is_kept(rig: Rig):
    told = ContactTold(time=995.0, room="", contact="Anna", way="ntfy", incident="i-1", step=1)
    rig.journal.open(NOW)
    rig.journal.save(fall(), NOW, [notice("Anna", 1)])
    rig.journal.save_told(told, NOW)
    assert rig.journal.wait(SECONDS, NOW)
    assert rig.journal.untold(NOW) == (Untold(notice("Anna", 1), frozenset({"ntfy"})),)
    assert rig.journal.told(NOW) == (told,)


def test_where_nothing_can_be_read_nobody_is_told_of_the_past(tmp_path: Path):
    journal = Journal(tmp_path / "guardian.db", lambda _: None)
    assert journal.told(NOW) == ()
    assert journal.untold(NOW) == ()


def test_messages_wait_for_the_broker_over_a_restart(rig: Rig):
    rig.journal.open(NOW)
    shelf = MessageShelf(rig.journal, lambda: NOW)
    for serial in (3, 1, 2):
        shelf.keep(serial, Publish("event", f"message {serial}"))
    shelf.drop(2)
    rig.journal.save(fall(), NOW)
    rig.journal.close()
    again = Journal(rig.disk._database._path, rig.told)
    again.open(NOW)
    assert again.messages() == ((1, Publish("event", "message 1")), (3, Publish("event", "message 3")))
    again.close()


def test_where_nothing_can_be_read_no_message_waits(tmp_path: Path):
    assert Journal(tmp_path / "guardian.db", lambda _: None).messages() == ()
