import json
from pathlib import Path

import golden
import judged
import numpy as np
import pytest

from guardian.errors import ConfigurationError
from guardian.lab.network import collect, labelled
from guardian.lab.network.collect import came_down, unseen
from guardian.lab.network.labelled import Labelled
from guardian.window import STALE_SECONDS, STEP_SECONDS, STEPS, Grid

HEAD = "path,kind,fall_onset_s,ground_contact_s,down_until_end,second_person"


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Golden scenes, annotated: a fall, one of two people who falls, and somebody who sits down."""
    file = tmp_path_factory.mktemp("scenes") / "manifest.csv"
    rows = [HEAD]
    for name, onset, second in (("fall_forward_and_stay", 5.2, "no"), ("one_of_two_falls", 4.2, "yes")):
        rows.append(f"{name}.jsonl,fall,{onset},{onset + 0.9},yes,{second}")
    rows.append("sit_and_get_up.jsonl,adl,,,,no")
    for row in rows[1:]:  # beside the manifest, since which windows are kept hangs on a scene's path
        name = row.split(",", maxsplit=1)[0]
        (file.parent / name).write_bytes((golden.SCENES / name).read_bytes())
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def found(manifest: Path) -> Labelled:
    return collect.gather([manifest], jobs=1)


def shown(found: Labelled, number: int) -> Grid:
    return Grid(found.keypoints[number], found.age[number], found.height[number])


def test_a_fall_gives_falls_and_everyday_life_none(found: Labelled):
    assert set(found.group[found.fell].tolist()) == {0, 1}
    assert not found.fell[found.group == 2].any()
    assert (found.group == 2).any()


def test_every_window_of_a_fall_comes_down(found: Labelled):
    assert all(came_down(shown(found, number)) for number in np.flatnonzero(found.fell))


def test_of_two_people_only_the_one_who_fell_has_fallen(found: Labelled):
    of_two = found.fell & (found.group == 1)
    span = collect.TO_SECONDS - collect.FROM_SECONDS
    assert 0 < of_two.sum() <= span / collect.PACE_SECONDS + 1


def test_who_was_out_of_sight_before_he_fell_shows_nothing_of_it(manifest: Path, tmp_path: Path):
    scene, onset = golden.SCENES / "fall_forward_and_stay.jsonl", 5.2
    head, *lines = scene.read_text(encoding="utf-8").splitlines()
    frames = [json.loads(line) for line in lines]
    gone = [json.dumps(each if each["time"] < onset else each | {"poses": []}) for each in frames]
    (tmp_path / "hidden.jsonl").write_text("\n".join([head, *gone]) + "\n", encoding="utf-8")
    (tmp_path / "adl.csv").write_text(f"{HEAD}\nhidden.jsonl,fall,{onset},6.1,yes,no\n", encoding="utf-8")
    assert not collect.gather([tmp_path / "adl.csv"], jobs=1).fell.any()
    assert collect.gather([manifest], jobs=1).fell.any()


def test_for_how_long_a_body_was_not_seen_is_told_from_its_window(found: Labelled):
    grid = shown(found, int(np.flatnonzero(found.fell)[0]))
    assert unseen(grid) < 0.3
    age = grid.age.copy()
    age[-16:] = 1.0
    age[-17] = 0.5
    assert unseen(Grid(grid.keypoints, age, grid.height)) == pytest.approx(16 * STEP_SECONDS + 0.5 * STALE_SECONDS)


def test_descents_of_everyday_life_are_kept_rather_than_the_rest(tmp_path: Path):
    judged.collect(tmp_path)
    rows = ["false.jsonl,adl,,,,no", "calm.jsonl,adl,,,,no"]
    (tmp_path / "adl.csv").write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    found = collect.gather([tmp_path / "adl.csv"], jobs=1)
    kept = [came_down(shown(found, number)) for number in range(len(found.fell))]
    assert sum(kept) >= 5
    assert sum(kept) > 3 * (len(kept) - sum(kept))


def test_windows_come_back_from_a_file_and_scenes_stay_apart(found: Labelled, tmp_path: Path):
    file = tmp_path / "windows.npz"
    labelled.save(found, file)
    twice = labelled.load([file, file])
    count = len(found.fell)
    assert twice.keypoints.shape == (2 * count, STEPS, 17, 3)
    assert twice.keypoints[:count] == pytest.approx(found.keypoints, abs=2e-3)
    assert np.array_equal(twice.fell[count:], found.fell)
    assert not set(twice.group[:count].tolist()) & set(twice.group[count:].tolist())


def test_an_age_that_says_unknown_survives_the_file(found: Labelled, tmp_path: Path):
    labelled.save(found, tmp_path / "windows.npz")
    assert np.array_equal(labelled.load([tmp_path / "windows.npz"]).age >= 1, found.age >= 1)


@pytest.mark.parametrize("content", [b"", b"nothing of the kind", b"PK\x03\x04 broken"])
def test_a_file_that_holds_no_windows_is_named(content: bytes, tmp_path: Path):
    (tmp_path / "bad.npz").write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"bad\.npz.*guardian lab windows"):
        labelled.load([tmp_path / "bad.npz"])


def test_where_nothing_can_be_written_it_is_said(found: Labelled, tmp_path: Path):
    with pytest.raises(ConfigurationError, match="would be right"):
        labelled.save(found, tmp_path / "nowhere" / "windows.npz")


def test_the_command_says_how_many_there_are(manifest: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert collect.collect([manifest], out=tmp_path / "w.npz", jobs=1) == 0
    assert "windows of 3 scenes" in capsys.readouterr().out
