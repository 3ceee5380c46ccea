from collections.abc import Iterable

import pytest

from guardian.commands import Notify
from guardian.events import ContactTold
from guardian.incident import Incident
from guardian.io.store import Store
from guardian.lab.kills import kill, run
from guardian.moment import Moment

KILLS, SEED = 40, 7


def test_no_kill_loses_an_incident_or_a_call_and_nobody_is_called_again(capsys: pytest.CaptureFixture[str]):
    assert run(KILLS, SEED) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].endswith(f"(seed {SEED})")
    assert [line.split()[0] for line in said[1:5]] == ["0"] * 4


def test_the_same_seed_gives_the_same_lives():
    assert kill(5, SEED) == kill(5, SEED)


# What it is for: each of these faults must be found.


@pytest.mark.slow
def test_calls_that_are_not_kept_are_found(monkeypatch: pytest.MonkeyPatch):
    save = Store.save

    def forgetful(store: Store, incident: Incident, moment: Moment, notices: Iterable[Notify] = ()) -> None:
        save(store, incident, moment, notices)
        store._database._db.execute("DELETE FROM notices")

    monkeypatch.setattr(Store, "save", forgetful)
    assert kill(KILLS, SEED).found["untold"] > 0


@pytest.mark.slow
def test_calls_whose_success_is_not_kept_are_found(monkeypatch: pytest.MonkeyPatch):
    def forgetful(_store: Store, _event: ContactTold, _moment: Moment) -> None:
        """Keep nothing."""

    monkeypatch.setattr(Store, "save_told", forgetful)
    assert kill(KILLS, SEED).found["twice"] > 0


@pytest.mark.slow
def test_incidents_that_are_not_kept_are_found(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Store, "open_incidents", lambda _store, _moment: ())
    assert kill(KILLS, SEED).found["lost"] > 0
