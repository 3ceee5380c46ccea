"""How well people are told apart in simulated homes, and how the tables for it are fitted."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from strollers import CAMERA, Stroller

from guardian.cli import main
from guardian.lab.identify import fit as fitting
from guardian.lab.identify import measure, walks
from guardian.lab.identify.fit import Pair, fit, learnt, written
from guardian.lab.identify.measure import RIGHT, STRANGER, UNDECIDED, WRONG, Told, document, figures, table
from guardian.lab.identify.walks import Walk, signature_of
from guardian.signature import FEATURES, Signature
from guardian.skeleton import Observation


def strolled(who: Stroller, seconds: float) -> tuple[Observation, ...]:
    return tuple(Observation(time=step / 6, poses=(who.pose(step / 6),)) for step in range(round(seconds * 6)))


def household(_seed: int, _number: int) -> list[Walk]:
    """A small one and a tall one live here, and somebody in between calls."""
    small, tall, caller = Stroller(tall=1.5), Stroller(tall=1.9), Stroller(tall=1.7)
    minutes = [Walk(0, 0, strolled(small, 60)), Walk(1, 0, strolled(tall, 60))]
    days = [Walk(0, 1, strolled(small, 15)), Walk(1, 1, strolled(tall, 15)), Walk(1, 2, strolled(tall, 1))]
    return [*minutes, *days, Walk(6, 1, strolled(caller, 15))]


def test_walks_are_counted_by_what_was_made_of_them():
    found = [
        *(Told(3, enrolled=True, verdict=verdict) for verdict in (RIGHT, RIGHT, WRONG, STRANGER, UNDECIDED)),
        *(Told(3, enrolled=False, verdict=verdict) for verdict in (STRANGER, WRONG)),
        Told(6, enrolled=True, verdict=RIGHT),
    ]
    assert figures(found, 3) == {
        "right, of decided": (2, 4),
        "undecided, of all walks": (1, 5),
        "wrong name, of decided": (1, 4),
        "taken for a stranger, of decided": (1, 4),
        "strangers called unknown": (1, 2),
        "strangers undecided": (0, 2),
        "strangers given a name": (1, 2),
    }
    assert document(found, 1, 2)["simulated"] is True
    cells = [list(column.cells) for column in table(found).columns]
    assert cells[1][0] == "50.0% (15.0% to 85.0%; 2 of 4)"
    assert cells[2][-1] == "-"


def test_a_household_goes_through_the_pipeline(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(measure, "walks", household)
    monkeypatch.setattr(measure, "_camera", lambda _task: measure.Camera(source="x", mount_height=2.2, tilt=18, fov=75))
    found = measure.live(measure._Task(1, 1, configured=True))
    assert [told.verdict for told in found if told.size == 3] == [RIGHT, RIGHT, UNDECIDED, STRANGER]
    assert [told.enrolled for told in found if told.size == 3] == [True, True, True, False]


def test_a_camera_is_left_to_be_learnt_or_configured_as_it_hangs():
    assert measure._camera(measure._Task(1, 2, configured=False)).tilt is None
    true = walks.place_of(1, 2).camera
    assert measure._camera(measure._Task(1, 2, configured=True)).mount_height == true.height


def test_the_command_prints_a_table_or_json(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(measure, "ProcessPoolExecutor", lambda *_, **__: ThreadPoolExecutor(1))
    monkeypatch.setattr(measure, "live", lambda _task: [Told(3, enrolled=True, verdict=RIGHT)])
    assert main(["lab", "identify", "--homes", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["enrolled"]["3"]["right, of decided"] == [2, 2]
    assert main(["lab", "identify", "--homes", "1", "--configured"]) == 0
    assert "how the camera hangs told the box" in capsys.readouterr().out


def test_pairs_are_of_one_person_and_tables_of_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "walks", household)
    monkeypatch.setattr(fitting, "learnt", lambda _seen: CAMERA)
    found = fitting.pairs((1, 1))
    assert [pair.minute is not None for pair in found] == [True, True, False]
    random, size = np.random.default_rng(5), len(FEATURES)

    def walked(who: np.ndarray, looks: int) -> Signature:
        return Signature(tuple((who + random.normal(0, 0.5 / looks**0.5 + 0.1, size)).tolist()), looks)

    people = [random.normal(0, 1, size) for _ in range(300)]
    made = [Pair(walked(who, int(random.integers(10, 150))), walked(who, 160)) for who in people]
    tables = fit(made)
    assert np.diag(tables.people) == pytest.approx(np.ones(size), rel=0.35)
    assert (np.diag(tables.daily) < 0.2).all()
    assert tables.enrolled == pytest.approx(np.zeros(size), abs=0.1)
    text = written(tables, "a test")
    names: dict[str, object] = {}
    exec(compile(text, "tables", "exec"), names)  # noqa: S102 - what was written just now
    assert np.asarray(names["PEOPLE"]).shape == (size, size)


def test_a_walk_without_a_body_has_no_signature_and_teaches_no_floor():
    assert signature_of((Observation(time=0.0),), CAMERA) is None
    assert learnt((Observation(time=0.0),)) is None


@pytest.mark.slow
def test_all_walk_in_a_simulated_home(monkeypatch: pytest.MonkeyPatch):
    for name, number in (("LIVE_HERE", 1), ("CALL", 1), ("DAYS", 1), ("CALLS", 1)):
        monkeypatch.setattr(walks, name, number)
    made = list(walks.walks(1, 1))
    assert [(walk.who, walk.day) for walk in made] == [(0, 0), (0, 1), (1, 1)]
    optics = learnt(made[0].seen)
    assert optics is not None
    assert signature_of(made[0].seen, optics) is not None
