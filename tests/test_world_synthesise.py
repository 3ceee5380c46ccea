import argparse
import csv
from itertools import pairwise
from pathlib import Path

import pytest

from guardian.errors import ConfigurationError
from guardian.geometry import turned
from guardian.lab.analyse import read_scene
from guardian.lab.commands import add_verbs
from guardian.lab.evaluate.evaluation import read_manifest
from guardian.lab.physics.course import KINDS
from guardian.lab.world.edges import AT_EDGE as EDGES
from guardian.lab.world.seen import EMPTY_SECONDS
from guardian.lab.world.synthesise import AT_EDGE, synthesise

pytestmark = pytest.mark.slow

LIMP = [
    ("fall right", 38.47, 39.01, "sitting"),
    ("fall back", 12.64, 13.07, "walking"),
    ("tidying and bending", None, None, ""),
    ("fall forward", 29.43, 30.0, "sitting"),
    ("walking through", None, None, ""),
    ("tidying and bending", None, None, ""),
    ("fall right", 10.03, 10.73, "walking"),
    ("tying shoes", None, None, ""),
]
"""What seed 77 made before there was any other way to fall, or an edge; and the first scene's frames, all its keypoints
summed."""
FRAMES, SUM = 487, 12038.896


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


def test_limp_falls_are_what_they_have_always_been(tmp_path: Path):
    synthesise(tmp_path / "made", count=8, seed=77, jobs=2, edges=0.0)
    assert [
        (row.event, row.onset, row.contact, row.posture)
        for row in read_manifest(tmp_path / "made" / "manifest.csv").rows
    ] == LIMP
    synthesise(tmp_path / "told", count=8, seed=77, jobs=2, falls="ragdoll", edges=0.0)
    assert all(a.read_bytes() == (tmp_path / "told" / a.name).read_bytes() for a in (tmp_path / "made").iterdir())
    first = list(read_scene(str(tmp_path / "made" / "00000.jsonl")))
    assert len(first) == FRAMES
    assert float(sum(pose.keypoints.sum() for seen in first for pose in seen.poses)) == pytest.approx(SUM, rel=1e-3)


def test_scenes_at_the_edge_say_so_and_leave_all_others_as_they_are(tmp_path: Path):
    options = argparse.ArgumentParser()
    add_verbs(options)
    for name, share in (("none", "0"), ("some", "0.5"), ("all", "1")):
        wanted = options.parse_args(
            ["synthesise", str(tmp_path / name), "--count", "4", "--seed", "78", "--jobs", "2", "--edges", share]
        )
        assert wanted.run(wanted) == 0
    none, some, all_ = (read_manifest(tmp_path / name / "manifest.csv").rows for name in ("none", "some", "all"))
    there = [AT_EDGE in row.notes or row.event in EDGES for row in some]
    assert 0 < sum(there) < 4
    assert all(AT_EDGE in row.notes or row.event in EDGES for row in all_)
    for before, after, moved, everything in zip(none, some, there, all_, strict=True):
        assert before.kind == after.kind == everything.kind
        assert after.file.read_bytes() == (everything if moved else before).file.read_bytes()
        assert before.file.read_bytes() != everything.file.read_bytes()


def test_cameras_that_hang_askew_see_the_same_falls_after_as_many_walks_as_asked_for(tmp_path: Path):
    options = argparse.ArgumentParser()
    add_verbs(options)
    for name, more in (("straight", []), ("askew", ["--roll", "10", "--walks", "2"])):
        asked = ["synthesise", str(tmp_path / name), "--count", "1", "--seed", "77", "--edges", "0", *more]
        wanted = options.parse_args(asked)
        assert wanted.run(wanted) == 0
    (straight,), (askew,) = (read_manifest(tmp_path / name / "manifest.csv").rows for name in ("straight", "askew"))
    before, after = (list(read_scene(str(row.file))) for row in (straight, askew))
    begin = after[-1].time - before[-1].time
    assert begin > 2 * EMPTY_SECONDS
    assert straight.onset is not None
    assert straight.contact is not None
    assert (askew.onset, askew.contact) == pytest.approx((straight.onset + begin, straight.contact + begin), abs=0.02)
    assert any(seen.poses for seen in after if seen.time < begin - EMPTY_SECONDS)
    assert all(earlier.time < later.time for earlier, later in pairwise(after))
    upright = [seen.poses[0] for seen in before if seen.poses and seen.time < straight.onset][-1]
    leaning = [seen.poses[0] for seen in after if seen.poses and seen.time < askew.onset][-1]
    assert turned(leaning.keypoints, 10.0, 4 / 3)[:, :2] == pytest.approx(upright.keypoints[:, :2], abs=0.02)


def test_who_has_fallen_lies_for_as_long_as_asked_for_after_the_same_fall(tmp_path: Path):
    options = argparse.ArgumentParser()
    add_verbs(options)
    for name, more in (("usual", []), ("long", ["--lying", "140"])):
        wanted = options.parse_args(["synthesise", str(tmp_path / name), "--count", "1", "--seed", "77", *more])
        assert wanted.run(wanted) == 0
    (usual,), (long,) = (read_manifest(tmp_path / name / "manifest.csv").rows for name in ("usual", "long"))
    before, after = (list(read_scene(str(row.file))) for row in (usual, long))
    assert usual.contact is not None
    assert (long.onset, long.contact) == (usual.onset, usual.contact)
    assert before[-1].time - usual.contact < 90
    assert 130 < after[-1].time - usual.contact < 150


@pytest.mark.parametrize(
    ("argument", "value", "right"),
    [
        ("edges", "1.1", "0 to 1"),
        ("roll", "31", "-30 to 30"),
        ("roll", "-31", "-30 to 30"),
        ("lying", "9", "10 to 600"),
    ],
)
def test_what_no_scene_can_have_is_refused(argument: str, value: str, right: str, capsys: pytest.CaptureFixture[str]):
    options = argparse.ArgumentParser()
    add_verbs(options)
    with pytest.raises(SystemExit, match="2"):
        options.parse_args(["synthesise", "out", f"--{argument}={value}"])
    assert f"--{argument}: {value} is wrong; {right} would be right" in capsys.readouterr().err


def test_falls_by_physics_tell_their_kind(tmp_path: Path):
    assert synthesise(tmp_path / "made", count=8, seed=77, jobs=2, falls="physics") == 0
    known = read_manifest(tmp_path / "made" / "manifest.csv")
    falls = [row for row in known.rows if row.kind == "fall"]
    assert len(falls) == 4
    for row in falls:
        kind = row.notes.split()[0]
        assert kind in KINDS
        assert row.event in (f"fall {kind}", "fall out of sight")
        assert row.onset is not None
        assert row.contact is not None
        assert 0.2 < row.contact - row.onset < 7.0
        assert row.down_until_end


def test_a_directory_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="a directory that this user may write would be right"):
        synthesise(tmp_path / "file", count=1, seed=1, jobs=1)
