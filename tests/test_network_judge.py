import json
import shutil
from pathlib import Path
from typing import Any

import judged
import numpy as np
import pytest
from stand_ins import Here, Low
from walks import falling, figures, upright

from guardian.events import FallConfirmed
from guardian.falls import FallDetector
from guardian.lab.network import judge
from guardian.lab.network.verdicts import Either, Gated, Joined, Sliding
from guardian.network import Network, shipped
from guardian.opinion import Opinion
from guardian.settings import Falls


def told(decider: Any, opinion: Opinion, of: Any, until: float = 15.0) -> list[Any]:
    events: list[Any] = []
    for now, each in figures(of, until):
        opinion.update(each, now)
        events += decider.update(each, now)
    return [event for event in events if isinstance(event, FallConfirmed)]


def said(network: Any) -> Opinion:
    return Opinion(network)


def test_a_suspicion_that_the_network_believes_is_a_fall():
    opinion = said(Low())
    (fall,) = told(Gated(opinion, 1.0, Falls()), opinion, falling)
    assert 9 < fall.time < 11


def test_a_suspicion_that_the_network_does_not_believe_is_none():
    opinion = said(Low(sure=-4.0))
    assert not told(Gated(opinion, 1.0, Falls()), opinion, falling)


def test_what_the_network_does_not_believe_the_rules_may():
    for sure in (4.0, -4.0):
        opinion = said(Low(sure=sure))
        assert len(told(Either(opinion, 1.0, Falls()), opinion, falling)) == 1


def test_beside_the_rules_the_network_can_hasten_and_prevent():
    times = {}
    for weight in (0.0, 1.0, -3.0):
        opinion = said(Low())
        times[weight] = [event.time for event in told(Joined(opinion, weight, 0.0, Falls()), opinion, falling)]
    assert times[0.0]
    assert times[1.0][0] <= times[0.0][0]
    assert not times[-3.0]


def test_a_network_that_weighs_nothing_leaves_the_rules_as_they_are():
    opinion = said(Low())
    joined, rules = Joined(opinion, 0.0, 0.0, Falls()), FallDetector("room", Falls())
    for now, each in figures(falling, 20.0):
        opinion.update(each, now)
        assert joined.update(each, now) == rules.update(each, now)


def test_alone_the_network_tells_once():
    opinion = said(Low())
    (fall,) = told(Sliding(opinion, 1.0), opinion, falling)
    assert 5.3 < fall.time < 7.5
    opinion = said(Low())
    assert not told(Sliding(opinion, 1.0), opinion, upright)


def rows(count: int, tells: float) -> list[tuple[float, float, float]]:
    random = np.random.default_rng(0)
    beliefs, said = random.normal(0, 1.5, count), random.normal(0, 3, count)
    fell = random.random(count) < 1 / (1 + np.exp(-(beliefs + tells * said)))
    return [(float(a), float(b), float(c)) for a, b, c in zip(beliefs, said, fell, strict=True)]


def test_the_weight_is_what_the_network_knows_beside_the_rules():
    assert judge.fitted(rows(8000, 0.5)) == pytest.approx(0.5, abs=0.1)
    assert judge.fitted(rows(8000, 0.0)) == pytest.approx(0.0, abs=0.1)
    assert judge.fitted(rows(8000, -0.5)) == 0
    assert judge.fitted([]) == 0


@pytest.fixture
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(Network, "load", staticmethod(lambda _: Low()))
    monkeypatch.setattr(judge, "ProcessPoolExecutor", Here)
    return judged.collect(tmp_path)


def test_everybody_sees_the_same_scenes(manifest: Path):
    seen = judge.all_seen(manifest, Path("f.tflite"), hold=0.0, jobs=1, weight=0.5)
    rules = judge.scored(seen, (judge.RULES, 0.0))
    assert (rules.sensitivity.hits, rules.sensitivity.of, rules.everyday.of) == (1, 2, 2)
    assert rules.false_alarms.count == 1
    assert judge.scored(seen, (judge.SLIDING, 5.0)).sensitivity.hits == 0
    assert judge.scored(seen, (judge.SLIDING, 1.0)).sensitivity.hits == 1
    assert any(fell for each in seen for _, _, fell in each.rows)


def test_the_choice_finds_most_without_more_false_alarms_than_the_rules(manifest: Path):
    best = judge.chosen(judge.all_seen(manifest, Path("f.tflite"), hold=0.0, jobs=1, weight=0.5))
    assert dict(best)[judge.SLIDING] == 4.0
    assert [kind for kind, _ in best] == [
        judge.RULES,
        judge.GATED,
        judge.SLIDING,
        judge.EITHER,
        judge.BOTH,
        judge.SHIPPED,
    ]


def test_a_human_and_a_program_read_the_same(manifest: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    shutil.copy(manifest, tmp_path / "choose.csv")
    arguments: dict[str, Any] = {"network": shipped(), "hold": 0.0, "jobs": 1}
    assert judge.judge([manifest], tmp_path / "choose.csv", as_json=False, **arguments) == 0
    table = capsys.readouterr().out
    assert judge.judge([manifest], tmp_path / "choose.csv", as_json=True, **arguments) == 0
    document = json.loads(capsys.readouterr().out)
    assert len(document["rows"]) == 12
    assert all(row["decider"] in table for row in document["rows"])
    assert f"weighs {document['weight']:.2f}" in table
