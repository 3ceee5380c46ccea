from pathlib import Path

import cv2
import numpy as np
import pytest

from guardian.lab import measure_eye
from guardian.lab.measure_eye import VARIANTS, Tally, frames, kind_of

FALL = {"path": "a.mp4", "kind": "fall", "fall_onset_s": "1.0", "ground_contact_s": "1.6", "source": "urfd"}
EVERYDAY = {"path": "b.mp4", "kind": "adl", "fall_onset_s": "", "ground_contact_s": "", "source": "gmdcsa24"}


def film(path: Path, seconds: float, fps: float = 30.0) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), fps, (64, 48))
    for shade in range(round(seconds * fps)):
        writer.write(np.full((48, 64, 3), shade, np.uint8))
    writer.release()
    return path


@pytest.mark.parametrize(
    ("row", "now", "kind"),
    [
        (FALL, 0.9, "upright"),
        (FALL, 1.5, None),
        (FALL, 2.05, None),
        (FALL, 2.1, "down urfd"),
        (EVERYDAY, 9.0, "upright"),
    ],
)
def test_the_annotation_tells_what_kind_of_frame_it_is(row: dict[str, str], now: float, kind: str | None):
    assert kind_of(row, now) == kind


@pytest.mark.parametrize(("fps", "count"), [(100.0, 30), (15.0, 15), (10.0, 10)])
def test_frames_come_at_the_container_s_times_and_no_faster_than_wanted(tmp_path: Path, fps: float, count: int):
    times = [now for now, _ in frames(film(tmp_path / "a.mp4", 1.0), fps)]
    assert len(times) == count
    assert min(np.diff(times)) > 1 / fps - 0.006


def test_a_row_has_the_shares_and_the_cost():
    tally = Tally(extra=[False, False, False, True], raw_ms=[10, 10], all_ms=[11, 12])
    for kind, found in (("upright", [True, True]), ("down gmdcsa24", [True, False]), ("down urfd", [False])):
        tally.found[kind] += found
    assert tally.row("x") == "| x | 100.0 | 50.0 | 0.0 | 25.0 | 10.0 | 10.0 | 1.150 / 1.195 |"


def test_the_command_prints_a_row_for_each_variant_that_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    film(tmp_path / "a.mp4", 2.5)
    film(tmp_path / "b.mp4", 0.3)
    rows = [FALL, dict(FALL, source="gmdcsa24"), EVERYDAY]
    lines = [",".join(FALL), *(",".join(row.values()) for row in rows)]
    (tmp_path / "manifest.csv").write_text("\n".join(lines))
    name = "MultiPose alone, 192x256"
    monkeypatch.setattr("sys.argv", ["measure_eye", str(tmp_path), "--fps", "5", "--threads", "1", "--only", name])
    measure_eye.main()
    head, rule, row = capsys.readouterr().out.splitlines()
    assert head.count("|") == rule.count("|") == row.count("|")
    assert row.startswith(f"| {name} | 0.0 | 0.0 | 0.0 | 0.0 |"), "grey is nobody"
    assert name in VARIANTS
