import argparse
import json
from pathlib import Path

import golden
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.lab.commands import add_verbs
from guardian.lab.evaluate.manifest import Recording, read
from guardian.lab.world import check
from guardian.lab.world.check import MEASURES, Difference

SAMPLES = st.lists(st.floats(-100, 100), min_size=1, max_size=30).map(np.array)
COLUMNS = "path,kind,fall_onset_s,ground_contact_s,up_s,down_until_end,second_person"
FALL = f"{golden.SCENES / 'fall_forward_and_stay'}.jsonl,fall,5.2,6.1,,yes"
OTHER = f"{golden.SCENES / 'one_of_two_falls'}.jsonl,fall,4.2,5.1,,yes"
SITS = f"{golden.SCENES / 'sit_and_get_up'}.jsonl,adl,,,,"


def written(file: Path, *rows: str) -> Path:
    file.write_text("\n".join([COLUMNS, *rows]) + "\n", encoding="utf-8")
    return file


def recorded(directory: Path, *rows: str) -> Recording:
    (found,) = read(written(directory / "manifest.csv", *rows)).recordings
    return found


def shifted(name: str, by: float, count: int = 10) -> Difference:
    return Difference(name, np.arange(count, dtype=float), np.arange(count) + by)


@given(SAMPLES)
def test_a_sample_is_not_apart_from_itself(sample: np.ndarray):
    assert check.apart(sample, sample[::-1]) == 0


@given(SAMPLES, SAMPLES)
def test_samples_that_do_not_overlap_are_wholly_apart(first: np.ndarray, second: np.ndarray):
    assert check.apart(first, second + 201) == 1


@given(SAMPLES, SAMPLES)
def test_the_distance_is_the_same_from_both_sides_and_a_share(first: np.ndarray, second: np.ndarray):
    found = check.apart(first, second)
    assert found == check.apart(second, first)
    assert 0 <= found <= 1


def test_half_of_a_sample_beyond_the_other_is_half_apart():
    assert check.apart(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 2.0])) == 0.5


def test_a_fall_is_measured_as_the_product_sees_it(tmp_path: Path):
    seen = check.look(recorded(tmp_path, FALL))
    assert set(seen) == set(MEASURES)
    assert all(len(values) == 1 for values in seen.values())
    assert seen["descent_seen"] == [1]
    assert seen["seconds_to_contact"] == pytest.approx([0.9])
    assert 0.6 < seen["descent_speed"][0] < 4
    assert 0.38 < seen["shoulder_drop"][0] < 1.2
    assert 0.17 < seen["hip_drop"][0] < seen["shoulder_drop"][0]
    assert seen["lying_tilt"][0] > 45
    assert abs(seen["lying_height"][0]) < 0.3
    assert seen["found_after"][0] > 0.5


def test_a_descent_that_is_not_of_the_fall_does_not_count(tmp_path: Path):
    early = FALL.replace("5.2,6.1", "0.2,0.6")
    seen = check.look(recorded(tmp_path, early))
    assert seen["descent_seen"] == [0]
    assert "descent_speed" not in seen


def test_everyday_life_tells_only_of_who_stands(tmp_path: Path):
    assert set(check.look(recorded(tmp_path, SITS))) == {"standing_score", "stature"}


def test_who_has_got_up_lies_no_longer(tmp_path: Path):
    up = FALL.replace(",,yes", ",6.5,no")
    assert not {"lying_score", "lying_tilt", "lying_height"} & set(check.look(recorded(tmp_path, up)))


def test_the_next_fall_ends_the_lying_of_the_one_before(tmp_path: Path):
    first = FALL.replace(",,yes", ",,no")
    second = FALL.replace("5.2,6.1", "6.5,6.8")
    seen = check.look(recorded(tmp_path, first, second))
    assert len(seen["found_after"]) == len(seen["descent_seen"]) == 2
    alone = check.look(recorded(tmp_path, FALL.replace("5.2,6.1", "6.5,6.8")))
    assert seen["lying_score"] == alone["lying_score"]


def test_of_two_persons_nobody_says_which_lies(tmp_path: Path):
    seen = check.look(recorded(tmp_path, OTHER + ",yes"))
    assert "lying_score" not in seen
    assert "found_after" not in seen
    assert seen["descent_seen"] == [1]


def test_the_last_frame_goes_on_as_long_as_it_is_held(tmp_path: Path):
    late = FALL.replace("5.2,6.1", "90,91")
    assert "found_after" not in check.look(recorded(tmp_path, late))
    assert "found_after" in check.look(recorded(tmp_path, late), hold=95)


def test_the_farthest_apart_comes_first_and_what_is_missing_last():
    nothing = np.array([])
    same = np.arange(10.0)
    real = dict.fromkeys(MEASURES, same) | {"stature": nothing}
    found = check.compare(real, dict.fromkeys(MEASURES, same) | {"hip_drop": same + 3, "lying_tilt": same + 20})
    assert [each.name for each in found][:2] == ["lying_tilt", "hip_drop"]
    assert found[-1].name == "stature"
    assert found[-1].distance is None
    assert not found[-1].differs


def test_what_differs_is_far_apart_and_often_seen():
    far, near, rare = shifted("lying_tilt", 9), shifted("hip_drop", 1), shifted("stature", 50, count=9)
    assert [each.differs for each in (far, near, rare)] == [True, False, False]
    told = check.sentence([far, near, rare])
    assert "in: torso tilt lying (" in told
    assert "in none of these" in check.sentence([near, rare])


def test_a_human_and_a_program_are_told_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    real = written(tmp_path / "real.csv", FALL)
    simulated = written(tmp_path / "simulated.csv", SITS)
    lab = argparse.ArgumentParser()
    add_verbs(lab)
    words = ["check-world", str(simulated), str(simulated), "--real", str(real)]
    for more in ([], ["--json"]):
        options = lab.parse_args([*words, *more])
        assert options.run(options) == 0
    table, _, text = capsys.readouterr().out.rpartition("\n{")
    document = json.loads("{" + text)
    assert [row["measure"] for row in document["measures"]][:1] == ["standing_score"]
    stature = next(row for row in document["measures"] if row["measure"] == "stature")
    assert (stature["real"]["n"], stature["simulated"]["n"]) == (1, 2)
    assert all(about in table for about in MEASURES.values())
    assert document["told"] in " ".join(table.split())


@pytest.mark.slow
def test_several_processes_see_what_one_sees(tmp_path: Path):
    manifest = written(tmp_path / "manifest.csv", FALL, OTHER, SITS)
    alone, together = (check.gather([manifest], hold=0, jobs=jobs) for jobs in (1, 2))
    for name in MEASURES:
        np.testing.assert_array_equal(alone[name], together[name])
