import json
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

from guardian import recording
from guardian.lab import scene as scenes
from guardian.lab.world import fit_cut
from guardian.lab.world.cut import OVERS, SHARES, Cut
from guardian.lab.world.errors import PARTS
from guardian.lab.world.seen import observe
from guardian.lab.world.truth import World


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scenes beside recordings that were not made by an eye but by the error model itself."""
    directory = tmp_path_factory.mktemp("films")
    for number, away in enumerate((0.9, 1.2, 1.5)):
        does = [{"bend": {"for": 20.0}}, {"walk": {"to": [0.1, 0.4]}}, {"walk": {"to": [0.0, 2.0]}}]
        person = {"at": [0.2, away], "facing": 180, "does": does}
        text = yaml.safe_dump({"scene": 1, "camera": {"tilt": 22}, "persons": [person]})
        (directory / f"{number}.yaml").write_text(text, encoding="utf-8")
        world, random = World(scenes.load(directory / f"{number}.yaml")), np.random.default_rng(number)
        lines = [recording.header(), *(recording.dumps(each) for each in observe(world, random, empty=0.0))]
        (directory / f"{number}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return directory


@pytest.mark.slow
def test_what_was_put_in_is_found_again(films: Path):
    table, fitted = fit_cut.table(fit_cut.compare(films)), Cut.fitted()
    assert set(table) == set(Cut.__slots__)
    assert len(table["inset"]) == len(OVERS) - 1
    assert len(table["found"]) == len(SHARES) - 1
    knees = np.array(table["score"])[:4, list(PARTS).index("knees")]
    assert knees == pytest.approx(np.array(fitted.score)[:4, list(PARTS).index("knees")], abs=0.12)
    assert table["trembles"][1:4] == pytest.approx(fitted.trembles[1:4], abs=0.06)


@pytest.mark.slow
def test_the_table_is_printed(films: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(sys, "argv", ["fit_cut", str(films)])
    assert fit_cut.main() == 0
    assert set(json.loads(capsys.readouterr().out)) == set(Cut.__slots__)


def test_what_was_seldom_seen_is_as_in_the_bin_before_or_the_first_that_is_known():
    at = np.array([0.15] * 20 + [0.3] * 3)
    values = np.array([0.5] * 20 + [9.0] * 3)
    assert fit_cut._means((0.0, 0.1, 0.2, 0.4), at, values, np.ones(23, bool)) == [0.5, 0.5, 0.5]
