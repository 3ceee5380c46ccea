"""The power goes in the middle of a write: of the log beside the database only a first part has reached the card, whole
sectors of it, and what stands behind is whatever stood there before, or nothing.
"""

import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from guardian.commands import Notify
from guardian.incident import Incident, IncidentState
from guardian.io.fakes import FakeClock
from guardian.io.store import Store

SECTOR = 512
MOMENT = FakeClock().moment()
INCIDENT = Incident(id="i-1", kind="HelpCalled", room="", opened=990.0, changed=990.0, state=IncidentState.PENDING)
LIFE = (
    INCIDENT,
    replace(INCIDENT, state=IncidentState.RAISED, step=1),
    replace(INCIDENT, state=IncidentState.RAISED, step=2, told=("Anna",)),
    replace(INCIDENT, state=IncidentState.ACKNOWLEDGED, step=2, told=("Anna",), acknowledged_by="Anna"),
)


@pytest.fixture
def written(tmp_path: Path) -> tuple[bytes, bytes, list[int]]:
    """The database and its log after a life of an incident, and how long the log was after each step of it."""
    path = tmp_path / "whole" / "guardian.db"
    store, lengths = Store(path), []
    log = path.with_name(path.name + "-wal")
    for step, incident in enumerate(LIFE):
        notice = Notify("Anna", f"step {step}", "", incident.id, step, urgent=True, asked=990.0)
        store.save(incident, MOMENT, (notice,))
        lengths.append(log.stat().st_size)
    whole = path.read_bytes(), log.read_bytes(), lengths
    store.close()
    return whole


def after_the_cut(directory: Path, body: bytes, log: bytes) -> tuple[Incident | None, list[str]]:
    """What the next process knows: the incident, and what is to be told of it."""
    path = directory / "guardian.db"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    path.write_bytes(body)
    path.with_name(path.name + "-wal").write_bytes(log)
    store = Store(path)
    known = store.incident("i-1", MOMENT), [untold.notice.title for untold in store.untold(MOMENT)]
    store.close()
    assert not path.with_suffix(".damaged").exists()
    return known


@pytest.mark.slow
@pytest.mark.parametrize("behind", ["nothing", "noise"])
def test_wherever_a_write_is_cut_all_that_was_confirmed_is_there_and_nothing_of_it_by_halves(
    written: tuple[bytes, bytes, list[int]], tmp_path: Path, behind: str
):
    body, log, lengths = written
    first, noise = lengths[0] - 8 * SECTOR, random.Random(7).randbytes(len(log))  # noqa: S311 - chance that can be repeated
    for cut in range(first, len(log) + 1, SECTOR):
        rest = noise[cut:] if behind == "noise" else b""
        incident, untold = after_the_cut(tmp_path / "cut", body, log[:cut] + rest)
        confirmed = sum(length <= cut for length in lengths)  # so many times `save` had returned
        if incident is None:
            assert confirmed == 0
            assert untold == []
            continue
        step = next(number for number, each in enumerate(LIFE) if each == incident)
        assert step + 1 >= confirmed
        assert untold == [f"step {step}"]
