import csv
from pathlib import Path

import pytest

from guardian.errors import ConfigurationError
from guardian.lab.analyse import read_scene
from guardian.lab.evaluate.evaluation import read_manifest
from guardian.lab.world.synthesise import synthesise

pytestmark = pytest.mark.slow


def test_a_collection_has_scenes_and_the_truth_of_each(tmp_path: Path):
    assert synthesise(tmp_path / "made", count=6, seed=4, jobs=2) == 0
    known = read_manifest(tmp_path / "made" / "manifest.csv")
    assert len(known.recordings) == 6
    falls = [row for row in known.rows if row.kind == "fall"]
    assert 0 < len(falls) < 6
    for row in falls:
        scene = list(read_scene(str(row.file)))
        assert row.onset is not None
        assert row.contact is not None
        assert 0.1 < row.contact - row.onset < 2.0
        assert scene[-1].time - row.contact > 20


def test_the_same_seed_makes_the_same_scenes_whatever_the_number_of_processes(tmp_path: Path):
    for name, jobs in (("one", 1), ("two", 2)):
        synthesise(tmp_path / name, count=3, seed=9, jobs=jobs)
    made = {name: sorted((tmp_path / name).iterdir()) for name in ("one", "two")}
    assert [path.name for path in made["one"]] == [path.name for path in made["two"]]
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(made["one"], made["two"], strict=True))
    with (tmp_path / "one" / "manifest.csv").open(encoding="utf-8") as file:
        assert {row["source"] for row in csv.DictReader(file)} == {"simulated"}


def test_a_directory_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="a directory that this user may write would be right"):
        synthesise(tmp_path / "file", count=1, seed=1, jobs=1)
