import json
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

from guardian import recording
from guardian.lab import scene as scenes
from guardian.lab.world import fit_errors
from guardian.lab.world.errors import Errors, Finder
from guardian.lab.world.seen import observe
from guardian.lab.world.truth import World

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scenes beside recordings that were not made by an eye but by the error model itself."""
    directory = tmp_path_factory.mktemp("films")
    for number, verb in enumerate(({"wait": {"for": 60.0}}, {"fall": {"towards": "left", "for": 60.0}})):
        person = {"at": [0.2, 3.0], "facing": 180, "does": [{"walk": {"to": [0.0, 2.9]}}, verb]}
        text = yaml.safe_dump({"scene": 1, "camera": {"tilt": 22}, "persons": [person]})
        (directory / f"{number}.yaml").write_text(text, encoding="utf-8")
        world = World(scenes.load(directory / f"{number}.yaml"))
        finder, random = Finder(Errors.fitted(), np.random.default_rng(number)), np.random.default_rng(number)
        lines = [recording.header(), *(recording.dumps(each) for each in observe(world, random, empty=0.0))]
        assert finder.errors is Errors.fitted()
        (directory / f"{number}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return directory


def test_what_was_put_in_is_found_again(films: Path):
    table = fit_errors.table(fit_errors.compare(films))
    fitted = Errors.fitted()
    score, missed = table["score"], table["missed"]
    assert score["upright"]["seen"] == pytest.approx(fitted.score["upright"]["seen"], abs=0.12)  # type: ignore[index]
    assert missed["upright"] == pytest.approx(fitted.missed["upright"], abs=0.15)  # type: ignore[index]
    assert set(table) > set(Errors.__slots__)


def test_the_table_is_printed(films: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(sys, "argv", ["fit_errors", str(films)])
    assert fit_errors.main() == 0
    assert set(json.loads(capsys.readouterr().out)["frames"]) == {"upright", "leaning", "lying"}


def test_films_in_one_light_are_read_alone(films: Path):
    rows = ["path,kind,fall_onset_s,light", "0.jsonl,adl,,day", "1.jsonl,fall,2.0,dim"]
    (films / "manifest.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    day, dim = (fit_errors.compare(films, light) for light in ("day", "dim"))
    assert day["lying"].frames == 0
    assert day["upright"].frames > dim["upright"].frames
    assert dim["lying"].frames > 100
