import argparse
from pathlib import Path

import cv2
import pytest

from guardian.errors import ConfigurationError
from guardian.lab import scene as scenes
from guardian.lab.commands import add_verbs
from guardian.lab.evaluate.evaluation import read_manifest
from guardian.lab.scene import CameraSpec
from guardian.lab.world.films import BRIEF_SECONDS, MOST_ACTIONS, _make, _Task, brief, films, scale
from guardian.lab.world.hardness import SIZES
from guardian.lab.world.truth import World
from guardian.lab.world_commands import LEAST_WIDTH, MOST_WIDTH


def test_a_film_has_no_time_for_long_rests_but_for_the_end_of_a_fall():
    does = [{"sit": {"where": "chair", "for": 90.0}}, {"walk": {"to": [0, 2]}}, {"fall": {"for": 50.0}}]
    assert brief(does) == [{"sit": {"where": "chair", "for": BRIEF_SECONDS}}, *does[1:]]


def test_of_many_actions_the_first_few_and_the_last_are_done():
    does = [{"wait": {"for": number / 100}} for number in range(9)]
    assert brief(does) == [*does[: MOST_ACTIONS - 1], does[-1]]


def test_a_directory_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="a directory that this user may write would be right"):
        films(tmp_path / "file", count=1, seed=1, jobs=1)


@pytest.mark.parametrize("width", [LEAST_WIDTH, MOST_WIDTH])
def test_pictures_of_every_shape_are_drawn_in_any_width_that_may_be_asked_for(width: int):
    for wide, high in SIZES:
        document = {"camera": {"size": [wide, high]}}
        scale(document, width)
        assert CameraSpec(size=document["camera"]["size"]).size[0] == width


@pytest.mark.parametrize("width", ["48", "63", "1921"])
def test_a_width_that_no_film_has_is_refused(width: str, capsys: pytest.CaptureFixture[str]):
    lab = argparse.ArgumentParser()
    add_verbs(lab)
    with pytest.raises(SystemExit, match="2"):
        lab.parse_args(["films", "out", "--width", width])
    assert f"--width: {width} is wrong; 64 to 1920 would be right" in capsys.readouterr().err


@pytest.mark.slow
def test_a_collection_has_films_beside_their_scenes_and_the_truth_of_each(tmp_path: Path):
    out, again = tmp_path / "made", tmp_path / "again"
    assert films(out, count=2, seed=27, jobs=2, width=64) == 0
    fall, everyday = read_manifest(out / "manifest.csv").rows
    assert (fall.kind, fall.source, fall.light) == ("fall", "plain", "day")
    assert (everyday.kind, everyday.source, everyday.light) == ("adl", "mirror", "lamp")
    scene = scenes.load(out / "00000.yaml")
    capture = cv2.VideoCapture(str(fall.file))
    seconds = capture.get(cv2.CAP_PROP_FRAME_COUNT) / capture.get(cv2.CAP_PROP_FPS)
    capture.release()
    assert fall.onset is not None
    assert fall.contact is not None
    assert fall.onset < fall.contact < seconds - 3
    body = World(scene).bodies(seconds)[0]
    assert body.tilt > 45
    again.mkdir()
    _make(_Task(again, 1, 27, 64))
    assert (again / "00001.mp4").read_bytes() == (out / "00001.mp4").read_bytes()
    before = fall.file.stat().st_mtime_ns
    lab = argparse.ArgumentParser()
    add_verbs(lab)
    options = lab.parse_args(["films", str(out), "--count", "1", "--seed", "27", "--width", "64"])
    assert options.run(options) == 0
    assert fall.file.stat().st_mtime_ns == before


@pytest.mark.slow
def test_people_walk_out_below_the_camera_and_beside_it(tmp_path: Path):
    lab = argparse.ArgumentParser()
    add_verbs(lab)
    options = lab.parse_args(["films", str(tmp_path), "--count", "2", "--seed", "3", "--width", "64", "--walk-outs"])
    assert options.run(options) == 0
    rows = read_manifest(tmp_path / "manifest.csv").rows
    assert [row.event for row in rows] == ["walks out below the camera", "walks out beside the camera"]
    for row in rows:
        scene = scenes.load(row.file.with_suffix(".yaml"))
        world = World(scene)
        (first,), (last,) = world.bodies(0.5), world.bodies(world.seconds)
        assert first.seen > 0.5
        assert last.seen == 0.0
