"""Asking the running box to enrol and erase people, from the command line."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from boxes import KITCHEN

from guardian import acquaint
from guardian.acquaint import NotRunningError, enrol, forget, forget_heat, people
from guardian.cli import main
from guardian.enrolment import CANCELLED
from guardian.entrance import Web
from guardian.errors import GuardianError
from guardian.events import EnrolmentAsked, ErasureAsked, ScenesForgotten
from guardian.identity import Template
from guardian.io.store import Store
from guardian.learned import HEAT, VIEW
from guardian.optics import Optics
from guardian.settings import Settings
from guardian.signature import FEATURES, Signature
from guardian.web.fakes import FakeHousehold
from guardian.web.household import EnrolmentShown, PeopleShown, RoomShown
from guardian.web.server import WebServer
from guardian.web.tokens import load_token

MARY = Template("Mary", "kitchen", Signature((0.4,) * len(FEATURES), 160), Optics(2.0, 15.0))


class Running:
    """A box whose page answers, and whose state is what a test shows."""

    def __init__(self, directory: Path) -> None:
        self.household = FakeHousehold(RoomShown("kitchen"))
        self.server = WebServer(Web(port=0), self.household, load_token(directory), directory, wall=time.time)
        self.server.start()
        port = int(self.server.origin.rpartition(":")[2])
        self.settings = Settings(rooms=(KITCHEN,), state_directory=directory, web=Web(port=port))
        self.told: list[str] = []


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    box = Running(tmp_path)
    yield box
    box.server.stop()


def kept(directory: Path, *templates: Template) -> None:
    store = Store(directory / "guardian.db")
    for template in templates:
        store.save_person(template)
    store.close()


def test_an_enrolment_is_asked_for_and_followed_to_its_end(running: Running):
    shows = [
        (),
        (EnrolmentShown("Mary", "kitchen", 0.25, "Walk."),),
        (EnrolmentShown("Mary", "kitchen", 0.25, "Walk."),),
        (EnrolmentShown("Mary", "kitchen", 1.0, "Enrolled.", ended=True, kept=True),),
    ]
    steps = iter(shows)

    def wait(_seconds: float) -> None:
        running.household.show(people=PeopleShown((), next(steps)))

    assert enrol(running.settings, "Mary", "", running.told.append, wait)
    assert running.told == [" 25%  Walk.", "Enrolled."]
    asked = running.household.submitted.get_nowait()
    assert isinstance(asked, EnrolmentAsked)
    assert (asked.name, asked.room, asked.by, asked.via) == ("Mary", "kitchen", "the command line", "web")


def test_an_enrolment_that_is_called_off_is_told_at_once(running: Running):
    shows = iter([(EnrolmentShown("Mary", "kitchen", 0.25, "Walk."),), (EnrolmentShown("Zoe", "kitchen", 0, "Walk."),)])

    def wait(_seconds: float) -> None:
        running.household.show(people=PeopleShown((), next(shows)))

    assert not enrol(running.settings, "Mary", "kitchen", running.told.append, wait)
    assert running.told == [" 25%  Walk.", CANCELLED]


def test_spaces_around_a_name_are_none_of_it(running: Running, tmp_path: Path):
    done = EnrolmentShown("Mary", "kitchen", 1.0, "Enrolled.", ended=True, kept=True)
    running.household.show(people=PeopleShown((), (done,)))
    assert enrol(running.settings, " Mary ", "kitchen", running.told.append, lambda _: None)
    kept(tmp_path, MARY)

    def erased(_seconds: float) -> None:
        store = Store(tmp_path / "guardian.db")
        store.forget_person("Mary")
        store.close()

    assert forget(running.settings, " Mary ", erased)


def test_what_the_box_refuses_or_never_ends_is_told(running: Running, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(GuardianError, match="there is no room 'attic'"):
        enrol(running.settings, "Mary", "attic", running.told.append)
    with pytest.raises(GuardianError, match="name is missing"):
        enrol(running.settings, " ", "kitchen", running.told.append)
    waited: list[float] = []
    with pytest.raises(GuardianError, match="has not said how"):
        enrol(running.settings, "Mary", "kitchen", running.told.append, waited.append)
    assert acquaint.BEGUN_SECONDS <= sum(waited) < 2 * acquaint.BEGUN_SECONDS
    running.household.show(people=PeopleShown((), (EnrolmentShown("Mary", "kitchen", 0.25, "Walk."),)))
    monkeypatch.setattr(acquaint, "MOST_SECONDS", 3.0)
    with pytest.raises(GuardianError, match="has not said how"):
        enrol(running.settings, "Mary", "kitchen", running.told.append, lambda _: None)


def test_who_is_enrolled_is_told_and_who_has_to_come_again(running: Running, tmp_path: Path):
    assert people(running.settings) == []
    running.household.show(people=PeopleShown((("Mary", "kitchen"),)))
    kept(tmp_path, MARY, Template("Zoe", "attic", MARY.signature, MARY.optics))
    assert people(running.settings) == [
        "Mary in kitchen",
        "Zoe: enrolled by another Guardian; please enrol anew, or forget",
    ]


def test_erasing_asks_the_box_and_waits_until_the_file_knows_nothing(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    kept(tmp_path, MARY)

    def erased(_seconds: float) -> None:
        store = Store(tmp_path / "guardian.db")
        store.forget_person("Mary")
        store.close()

    assert forget(running.settings, "Mary", erased)
    assert isinstance(running.household.submitted.get_nowait(), ErasureAsked)
    assert not forget(running.settings, "Mary", erased)
    kept(tmp_path, MARY)
    monkeypatch.setattr(acquaint, "ERASED_SECONDS", 2.0)
    with pytest.raises(GuardianError, match="has not erased 'Mary'"):
        forget(running.settings, "Mary", lambda _: None)


def test_without_a_running_box_the_file_is_read_and_cleaned(tmp_path: Path):
    settings = Settings(rooms=(KITCHEN,), state_directory=tmp_path, web=Web(port=1))
    assert not forget(settings, "Mary")
    kept(tmp_path, MARY)
    assert people(settings) == ["Mary (the box does not run)"]
    assert forget(settings, "Mary")
    assert people(settings) == []
    with pytest.raises(NotRunningError, match="has the box run yet"):
        enrol(settings, "Mary", "", print)
    load_token(tmp_path)
    with pytest.raises(NotRunningError, match="the box does not answer"):
        enrol(settings, "Mary", "", print)


def test_only_who_runs_the_box_may_ask_it(running: Running, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(GuardianError, match="only who runs the box"):
        people(running.settings)


def test_the_commands_say_what_came_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    config = tmp_path / "guardian.yaml"
    text = (
        f"rooms: [{{name: kitchen, camera: {{source: /dev/video0}}}}]\nstate_directory: {tmp_path}\nweb: {{port: 1}}\n"
    )
    config.write_text(text, encoding="utf-8")
    assert main(["people", "--config", str(config)]) == 0
    assert "Nobody is enrolled." in capsys.readouterr().out
    kept(tmp_path, MARY)
    assert main(["forget", "Mary", "--config", str(config)]) == 0
    assert "Mary: erased" in capsys.readouterr().out
    assert main(["forget", "Mary", "--config", str(config)]) == 0
    assert "nothing was known" in capsys.readouterr().out
    assert main(["enrol", "Mary", "--config", str(config)]) == 1
    assert "has the box run yet" in capsys.readouterr().err
    monkeypatch.setattr(acquaint, "enrol", lambda *_: True)
    assert main(["enrol", "Mary", "--config", str(config)]) == 0


def test_where_people_have_been_is_erased_in_the_file_or_by_the_box_that_has_it(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    forget_heat(running.settings)
    assert not (tmp_path / "guardian.db").exists()
    store = Store(tmp_path / "guardian.db")
    store.save_learned("kitchen", HEAT, "warm as toast")
    store.save_learned("kitchen", VIEW, "a bed")
    store.close()
    forget_heat(running.settings)
    store = Store(tmp_path / "guardian.db")
    assert (store.learned(HEAT), store.learned(VIEW)) == ({}, {"kitchen": "a bed"})
    store.close()
    assert b"toast" not in b"".join(path.read_bytes() for path in tmp_path.glob("guardian.db*"))
    assert running.household.submitted.empty()
    monkeypatch.setattr(acquaint, "service_runs", lambda _: True)
    forget_heat(running.settings)
    assert isinstance(running.household.submitted.get_nowait(), ScenesForgotten)
