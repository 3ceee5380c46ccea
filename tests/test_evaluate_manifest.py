from pathlib import Path

import pytest

from guardian.errors import ConfigurationError
from guardian.lab.evaluate.evaluation import read_manifest
from guardian.lab.evaluate.manifest import OTHER, kinds, read

HEADER = "path,kind,fall_onset_s,ground_contact_s,down_until_end,up_s,source,subject,event,light,posture,notes"


def written(tmp_path: Path, *rows: str, header: str = HEADER) -> Path:
    for name in ("a.mp4", "b.jsonl"):
        (tmp_path / name).touch()
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return manifest


def test_files_and_their_falls_are_read_in_order(tmp_path: Path):
    rows = ("b.jsonl,adl", "a.mp4,fall,9.5,10,no,20,home,anna,trip", "a.mp4,fall,2.5,,yes,,home,anna,slip,dark,seated")
    found = read(written(tmp_path, *rows))
    assert [recording.path for recording in found.recordings] == ["b.jsonl", "a.mp4"]
    assert found.recordings[0].falls == ()
    first, second = found.recordings[1].falls
    assert (first.onset, first.end, first.down_until_end, first.light, first.posture) == (
        2.5,
        2.5,
        True,
        "dark",
        "seated",
    )
    assert (second.onset, second.end, second.up, second.file) == (9.5, 10.0, 20.0, tmp_path / "a.mp4")
    assert len(found.digest) == 64


def test_two_columns_are_enough_and_order_does_not_matter(tmp_path: Path):
    assert len(read(written(tmp_path, "adl,a.mp4", "", "adl,b.jsonl", header="\ufeffkind,path")).rows) == 2
    assert read(written(tmp_path)).recordings == ()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("c.mp4,adl", "line 3, column path: there is no file 'c.mp4'"),
        (",adl", "line 3, column path: there is no file ''"),
        ("a.mp4,slip", "line 3, column kind: 'slip' is wrong; fall or adl would be right"),
        ("a.mp4,", "line 3, column kind: is empty; fall or adl would be right"),
        ("a.mp4,fall", "line 3, column fall_onset_s: is empty"),
        ("a.mp4,fall,soon", "line 3, column fall_onset_s: 'soon' is wrong; seconds such as 2.75 would be right"),
        ("a.mp4,fall,nan", "line 3, column fall_onset_s: 'nan' is wrong"),
        ("a.mp4,fall,-1", "line 3, column fall_onset_s: '-1' is wrong"),
        ("a.mp4,fall,5,4", "line 3, column ground_contact_s: 4 is before fall_onset_s 5; a later time would be right"),
        ("a.mp4,fall,5,6,no,5.5", "line 3, column up_s: 5.5 is before ground_contact_s 6"),
        ("a.mp4,fall,5,6,perhaps", "line 3, column down_until_end: 'perhaps' is wrong; yes or no would be right"),
        ("a.mp4,fall,5,6,yes,8", "line 3, column up_s: is there although down_until_end is yes"),
        ("a.mp4,adl" + "," * 11, "line 3, column 13: one field too many; 12 as in line 1 would be right"),
        ("b.jsonl,fall,1", "line 3, column fall_onset_s: the same fall as in line 2"),
    ],
)
def test_a_fault_is_told_with_its_line_and_column(tmp_path: Path, row: str, said: str):
    manifest = written(tmp_path, "b.jsonl,fall,1", row)
    with pytest.raises(ConfigurationError) as caught:
        read(manifest)
    assert f"{manifest}: {said}" in str(caught.value)


def test_all_faults_are_told_at_once_up_to_ten(tmp_path: Path):
    with pytest.raises(ConfigurationError) as caught:
        read(written(tmp_path, *["a.mp4,slip"] * 12))
    said = str(caught.value).splitlines()
    assert len(said) == 11
    assert said[-1] == "... and 2 more"


@pytest.mark.parametrize("content", [b"", b"path\nx", b"\xff\xfe", b'path,kind\n"a\0'])
def test_what_is_no_manifest_is_told(tmp_path: Path, content: bytes):
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"x\.csv: .* would be right"):
        read_manifest(tmp_path / "x.csv")


def test_a_manifest_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(ConfigurationError, match=r"no\.csv: No such file"):
        read_manifest(tmp_path / "no.csv")


def test_the_kind_is_the_event(tmp_path: Path):
    rows = read(written(tmp_path, "a.mp4,fall,1,,,,,,trip", "b.jsonl,adl,,,,,,,sits")).rows
    assert kinds(rows) == {2: "trip", 3: "sits"}


def test_where_events_name_single_clips_the_kind_is_what_notes_share(tmp_path: Path):
    rows = (
        "a.mp4,fall,1,,,,,,clip-1,,,from a chair; dark",
        "a.mp4,fall,60,,,,,,clip-2,,,from a chair",
        "b.jsonl,adl,,,,,,,clip-3,,,eats",
    )
    assert kinds(read(written(tmp_path, *rows)).rows) == {2: "from a chair", 3: "from a chair", 4: OTHER}
