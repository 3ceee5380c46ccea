from pathlib import Path

import pytest

from guardian.errors import ConfigurationError
from guardian.lab.evaluate.evaluation import read_manifest
from guardian.lab.evaluate.manifest import Segment
from guardian.lab.evaluate.omnifall import Label, metrics, predicted
from guardian.lab.evaluate.scoring import Told

HEADER = "path,label,start,end,subject,cam,dataset"


def written(tmp_path: Path, *rows: str, header: str = HEADER) -> Path:
    for name in ("s1/a.avi", "s1/b.mp4", "c.jsonl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "of.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return tmp_path / "of.csv"


def segments(*told: tuple[Label, float, float]) -> list[Segment]:
    return [Segment("a", label, start, end) for label, start, end in told]


FALL = segments((Label.WALK, 0, 3), (Label.FALL, 3, 4), (Label.FALLEN, 4, 12), (Label.STAND_UP, 12, 15))
EVENTS = [Told(3.6, "FallSuspected"), Told(7.6, "FallConfirmed"), Told(14.0, "PersonRecovered")]


def test_segments_become_falls_and_everyday_life(tmp_path: Path):
    rows = ("s1/a,1,3,4,7,1,le2i", "s1/a,0,0,3,7,1,le2i", "s1/a,2,4,12,7,1,le2i", "s1/a,7,12,15,7,1,le2i")
    found = read_manifest(written(tmp_path, *rows, "s1/b,0,0,2,-1,-1,OOPS", "s1/b,5,2,4,-1,-1,OOPS", "c,2,0,9,2,1,edf"))
    fall, calm, lying = found.rows
    assert (fall.kind, fall.onset, fall.contact, fall.up, fall.event) == ("fall", 3.0, 4.0, 15.0, "fall from walk")
    assert (fall.source, fall.subject, fall.file.name, fall.down_until_end) == ("le2i", "le2i 7", "a.avi", False)
    assert (calm.kind, calm.event, calm.subject) == ("adl", "lie_down", "")
    assert (lying.kind, lying.event, lying.contact, lying.down_until_end) == ("fall", "found lying", 0.0, True)
    assert len(found.segments) == 7
    assert [each.label for each in found.segments[:4]] == [0, 1, 2, 7]


def test_more_columns_as_of_the_synthetic_part_are_no_matter(tmp_path: Path):
    found = read_manifest(written(tmp_path, "c,15,0,9,-1,-1,of-syn,elderly_65_plus", header=HEADER + ",age_group"))
    assert found.rows[0].event == "jump"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("s1/a,16,0,3,7,1,x", "line 2, column label: '16' is wrong; a whole number from 0 to 15 would be right"),
        ("s1/a,walk,0,3,7,1,x", "line 2, column label: 'walk' is wrong"),
        ("s1/a,0,3,1,7,1,x", "line 2, column end: 1 is before start 3"),
        ("s1/a,0,,3,7,1,x", "line 2, column start: is empty"),
        ("s1/d,0,0,3,7,1,x", "line 2, column path: there is no file 's1/d' with any of .mp4"),
    ],
)
def test_a_fault_is_told_with_its_line_and_column(tmp_path: Path, row: str, said: str):
    with pytest.raises(ConfigurationError) as caught:
        read_manifest(written(tmp_path, row))
    assert said in str(caught.value)


def test_our_events_make_segments_fall_and_fallen():
    assert predicted(FALL, EVENTS) == [Label.OTHER, Label.FALL, Label.FALLEN, Label.FALLEN]
    assert predicted(FALL, EVENTS[:1]) == [Label.OTHER] * 4
    assert predicted(FALL, EVENTS[:2])[3] == Label.FALLEN
    assert predicted(FALL, [Told(6.0, "PersonDown")]) == [Label.OTHER, Label.OTHER, Label.FALLEN, Label.FALLEN]


def test_a_segment_of_no_length_is_nothing_special():
    assert predicted(segments((Label.OTHER, 2, 2), (Label.FALL, 3, 4)), EVENTS[:2]) == [Label.OTHER, Label.FALL]


def test_a_suspicion_just_after_the_fall_is_of_the_fall_and_one_long_before_is_not():
    assert predicted(FALL, [Told(4.4, "FallSuspected"), Told(8.0, "FallConfirmed")])[1:3] == [Label.FALL, Label.FALLEN]
    long = segments((Label.WALK, 0, 60), (Label.FALLEN, 60, 70))
    assert predicted(long, [Told(5.0, "FallSuspected"), Told(61.0, "FallConfirmed")]) == [Label.OTHER, Label.FALL]


def test_metrics_are_those_counted_by_hand():
    calm = [Segment("b", Label.SIT_DOWN, 0, 2), Segment("b", Label.SITTING, 2, 9)]
    found = metrics([*FALL, *calm, Segment("unread", Label.FALL, 0, 1)], {"a": EVENTS, "b": [Told(3.0, "PersonDown")]})
    assert found["segments"] == 6
    assert found["fall"] == {
        "segments": 1,
        "sensitivity": 1.0,
        "specificity": 1.0,
        "precision": 1.0,
        "f1": 1.0,
        "balanced_accuracy": 1.0,
    }
    # fallen: found 1 of 1; of 5 others, standing up (12 to 14 of 12 to 15) and sitting were taken for it
    assert found["fallen"]["specificity"] == pytest.approx(3 / 5)
    assert found["fallen"]["f1"] == pytest.approx(2 / 4)
    assert found["fall_or_fallen"]["sensitivity"] == 1.0
    assert found["fall_or_fallen"]["balanced_accuracy"] == pytest.approx((1 + 2 / 4) / 2)


def test_without_segments_nothing_can_be_told():
    found = metrics([], {})
    assert found["segments"] == 0
    assert found["fall"]["sensitivity"] is found["fall"]["balanced_accuracy"] is None
