"""Erasing a person, or all that is kept: of what a simulated household left, no byte stays, and all of it was there."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from zipfile import ZipFile

import pytest
from brokers import MOSQUITTO, Listener, Mosquitto, free_port, running
from lived_in import CARER, LUIS, ROSA, found_in, live, settings_of

from guardian import acquaint, oblivion, portable
from guardian.app import LOCK, STORE
from guardian.errors import GuardianError, StoreError
from guardian.io.store import Store
from guardian.kept import rows
from guardian.mention import Mention
from guardian.oblivion import erase_everything, erase_person, leftovers
from guardian.settings import Settings


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    state = tmp_path_factory.mktemp("lived")
    return state, live(settings_of(state))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_of(tmp_path / "state")


def backed_up(state: Path, backups: Path) -> Path:
    """What two upgrades left of this box, and one of another."""
    for name, directory in (("1", state), ("2", state), ("of-another-box", state.with_name("other"))):
        copy = backups / name / str(directory).lstrip("/")
        if directory == state:
            shutil.copytree(state, copy)
        copy.mkdir(parents=True, exist_ok=True)
        (backups / name / "held").write_text(f"{directory}\n", encoding="utf-8")
    return backups


@contextmanager
def held(state: Path) -> Iterator[None]:
    """A box that runs, as far as others can tell."""
    with (state / LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.mark.slow
def test_of_a_person_no_byte_stays_and_then_none_of_anybody(
    lived: tuple[Path, dict[str, bytes]], settings: Settings, tmp_path: Path
):
    state, canaries = lived
    shutil.copytree(state, settings.state_directory)
    state = settings.state_directory
    backups = backed_up(state, tmp_path / "backups")
    (state / "notes.txt").write_text("mine", encoding="utf-8")

    before = found_in(state, canaries)  # the search finds all of it while it is there
    assert before.keys() == canaries.keys()
    assert before["Rosa"] == ["guardian.db", "scenes/manifest.csv", "web-audit.jsonl"]
    assert {"body", "stick figures", "kept scene", "day"} <= before.keys()
    portable.export(settings, tmp_path / "hers.zip", ROSA)
    with ZipFile(tmp_path / "hers.zip") as archive:
        texts = {name: archive.read(name) for name in archive.namelist()}
    assert canaries["body"] in texts["templates.json"]
    assert canaries["kept scene"] in texts["mistakes/i-0.jsonl"]
    assert texts["days.jsonl"].count(b"\n") == 1 + 2

    assert found_in(backups, canaries).keys() == canaries.keys()
    said = list(erase_person(settings, ROSA, backups=backups))
    assert "in no file" in said[-1]
    assert [path.name for path in backups.iterdir()] == ["of-another-box"]
    after = found_in(state, canaries)
    assert after.keys() == {"Luis", "carer"}  # the note of the fall goes on to speak of him
    assert rows(state / STORE, "days") != []
    assert not list((state / "scenes").glob("*.jsonl"))
    assert (state / "web-audit.jsonl").read_text(encoding="utf-8").count("\n") == 2

    with pytest.raises(GuardianError, match=r"still in web-users.json; it is a user.*guardian users remove"):
        list(erase_person(settings, CARER))
    backed_up(state, backups)
    said = list(erase_everything(settings, backups))
    assert [path.name for path in backups.iterdir()] == ["of-another-box"]
    assert "Left alone, since the box did not make it: notes.txt" in said
    assert found_in(state, canaries) == {}
    left = {path.relative_to(state).as_posix(): path.stat().st_size for path in state.rglob("*") if path.is_file()}
    assert left == {LOCK: 0, "scenes/.lock": 0, "notes.txt": 4}


def kept(settings: Settings, *scenes: str) -> None:
    store = Store(settings.state_directory / STORE)
    for each in scenes:
        store._database.write(("INSERT INTO incidents VALUES (?, 1.0, 0, ?)", (each, '{"note": "Rosa fell"}')))
    store.close()


def test_beside_a_box_that_runs_the_box_is_asked_and_everything_is_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    kept(settings, "i-1")
    (settings.state_directory / "web-token").write_text("secret", encoding="ascii")
    asked: list[str] = []

    def forget(_settings: Settings, name: str, _wait: object) -> bool:
        asked.append(name)
        store = Store(settings.state_directory / STORE)
        store.forget_person(name)
        store.close()
        return True

    monkeypatch.setattr(acquaint, "forget", forget)
    with held(settings.state_directory):
        with pytest.raises(GuardianError, match="systemctl stop guardian, then guardian privacy erase --everything"):
            list(erase_everything(settings))
        without_page = settings.model_copy(update={"web": settings.web.model_copy(update={"enabled": False})})
        with pytest.raises(GuardianError, match=r"has no page.*stop it first"):
            list(erase_person(without_page, "Rosa"))
        unheard = settings.model_copy(update={"web": settings.web.model_copy(update={"port": free_port()})})
        with pytest.raises(acquaint.NotRunningError, match="does not answer"):
            list(erase_person(unheard, "Rosa"))
        assert asked == []
        monkeypatch.setattr(acquaint, "Box", lambda _settings: SimpleNamespace(people=dict))
        assert "in no file" in list(erase_person(settings, " Rosa "))[-1]
    assert asked == ["Rosa"]


def test_what_is_left_of_a_name_is_told_with_what_to_do(settings: Settings):
    kept(settings)
    store = Store(settings.state_directory / STORE)
    store.save_learned("hall", "places", '[{"name": "Rosa\'s bed"}]')
    store.close()
    with pytest.raises(GuardianError, match=r"still in guardian.db; an alarm is open, or a place is called so"):
        list(erase_person(settings, "Rosa"))
    (settings.state_directory / "own.txt").write_text(LUIS, encoding="utf-8")
    with pytest.raises(GuardianError, match=r"still in own.txt; erase again, or look"):
        list(erase_person(settings, LUIS))


def test_a_file_that_cannot_be_read_or_erased_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    kept(settings)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(StoreError, match=r"guardian.db cannot be erased .*sudo"):
        list(erase_everything(settings))
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(StoreError, match=r"cannot be read .*sudo"):
        list(leftovers(settings.state_directory, Mention("Rosa")))


def test_what_the_page_noted_and_cannot_be_changed_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    kept(settings)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "denied")

    monkeypatch.setattr(oblivion.Audit, "take_out", refuse)
    with pytest.raises(StoreError, match="still has the name"):
        list(erase_person(settings, "Rosa"))


@pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto on this machine")
@pytest.mark.slow
def test_what_the_broker_keeps_of_a_person_and_of_the_box_is_removed(tmp_path: Path):
    with running(Mosquitto(tmp_path)) as broker, Listener(broker.endpoint, "nothing") as teller:
        mqtt = {"broker": "127.0.0.1", "port": broker.port}
        settings = settings_of(tmp_path / "state", mqtt=mqtt)
        kept(settings)
        ours = {"room/hall/occupancy": '{"persons":["Rosa"]}', "pause": '{"by":"Rosa"}', "alarm": "idle"}
        for topic, payload in ours.items():
            teller.ask(f"guardian/home/{topic}", payload, retain=True)
        teller.ask("homeassistant/device/guardian_home/config", "{}", retain=True)
        teller.ask("guardian/other/pause", '{"by":"Rosa"}', retain=True)

        said = list(erase_person(settings, "Rosa"))
        assert "MQTT: 2 retained messages with the name removed, none is left" in said
        said = list(erase_everything(settings))
        assert "MQTT: 2 retained messages removed" in said
        with Listener(broker.endpoint, "#", "afterwards") as listener:
            listener.wait_for("guardian/other/pause")
            assert {topic for topic, *_ in listener.heard.things} == {"guardian/other/pause"}

        kept(settings)
        waited: list[float] = []
        teller.ask("guardian/home/pause", '{"by":"Rosa"}', retain=True)

        def say_anew(seconds: float) -> None:
            waited.append(seconds)
            teller.ask("guardian/home/pause", '{"by":""}', retain=True)

        unsaid = oblivion._unsay(settings, Mention("Rosa"), say_anew, running=True)
        assert list(unsaid) == ["MQTT: 0 retained messages with the name removed, none is left"]
        assert waited == [oblivion.LOOK_SECONDS]


def test_our_own_broker_keeps_nothing_when_it_has_ended(settings: Settings):
    embedded = settings.model_copy(update={"mqtt": settings.mqtt.model_copy(update={"broker": "embedded"})})
    assert oblivion._endpoint(embedded, running=False) is None
    beside = oblivion._endpoint(embedded, running=True)
    assert beside is not None
    assert (beside.host, beside.port) == ("127.0.0.1", embedded.mqtt.port)
