import json
from pathlib import Path

import pytest
from bodies import seen, standing, tilted
from cuttings import FALL, cut

from guardian import recording
from guardian.cli import main
from guardian.errors import ConfigurationError
from guardian.lab.analyse import observations
from guardian.skeleton import Observation


def fallen(until: float = 9.5) -> list[Observation]:
    """Somebody stands for 3 s, goes over in 0.6 s and lies there."""
    times = [number / 10 for number in range(1, int(until * 10))]
    return [seen(t, tilted(max(0.0, min(90.0, (t - 3.0) * 150)))) for t in times]


def scene(path: Path, frames: list[Observation]) -> str:
    path.write_text("\n".join([recording.header(), *map(recording.dumps, frames)]) + "\n", encoding="utf-8")
    return str(path)


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_fall_in_a_scene_is_told_with_seconds_reasons_and_an_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    source = scene(tmp_path / "fall.jsonl", fallen(12.0))
    assert main(["analyse", "--json", source]) == 0
    *events, end = lines(capsys.readouterr().out)
    (fall,) = [event for event in events if event["event"] == "FallConfirmed"]
    assert fall["source"] == source
    assert 3.0 < float(str(fall["t"])) < 12.0
    assert fall["reasons"]
    assert {"person", "track", "place"} <= set(fall)
    assert end == {"source": source, "t": 11.9, "event": "EndOfSource", "frames": 119, "seconds": 11.9, "coverage": 1.0}


def test_holding_the_last_frame_confirms_a_fall_that_ends_with_the_film(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    source = scene(tmp_path / "short.jsonl", fallen(4.5))
    assert main(["analyse", "--json", source]) == 0
    assert "FallConfirmed" not in capsys.readouterr().out
    assert main(["analyse", "--json", "--hold", "30", source]) == 0
    names = [event["event"] for event in lines(capsys.readouterr().out)]
    assert "FallConfirmed" in names
    assert "ViewLost" not in names


def test_people_read_sentences(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    source = scene(tmp_path / "fall.jsonl", fallen(12.0))
    assert main(["analyse", source]) == 0
    said = capsys.readouterr().out
    assert "FallConfirmed" in said
    assert said.endswith(f"{source}: 1 alarm in 11.9 s, 119 frames\n")


def test_the_configuration_gives_limits_and_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    bed = "[[0, 0], [1, 0], [1, 1], [0, 1]]"
    (tmp_path / "guardian.yaml").write_text(
        "rooms:\n  - name: bedroom\n    camera: {source: csi}\n"
        f"    places:\n      - {{name: the bed, kind: bed, polygon: {bed}}}\n"
    )
    source = scene(tmp_path / "lying.jsonl", [seen(number / 10, tilted(90.0)) for number in range(1, 700)])
    assert main(["analyse", "--json", source]) == 0
    assert "PersonDown" in capsys.readouterr().out
    assert main(["analyse", "--json", "--config", str(tmp_path / "guardian.yaml"), source]) == 0
    events = lines(capsys.readouterr().out)
    assert "PersonDown" not in {event["event"] for event in events}
    assert {"the bed"} == {event["place"] for event in events if event["event"] == "PersonAppeared"}


def test_a_file_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    good, bad = scene(tmp_path / "good.jsonl", fallen(2.0)), tmp_path / "bad.jsonl"
    bad.write_text(recording.header() + "\n{}\n")
    assert main(["analyse", "--json", str(bad), str(tmp_path / "none.mp4"), good]) == 2
    said = capsys.readouterr()
    assert f"{bad}: line 2" in said.err
    assert "none.mp4: there is no such file" in said.err
    assert [event["source"] for event in lines(said.out) if event["event"] == "EndOfSource"] == [good]


def test_what_is_no_text_is_no_scene(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "x.jsonl").write_bytes(b"\xff\xfe\x00")
    assert main(["analyse", str(tmp_path / "x.jsonl")]) == 1
    assert "byte 0 is no text" in capsys.readouterr().err


def test_a_scene_goes_on_with_its_last_frame(tmp_path: Path):
    source = scene(tmp_path / "x.jsonl", [seen(0.5, standing()), seen(0.75, standing())])
    found = list(observations(source, hold=1.0))
    assert [each.time for each in found] == [0.5, 0.75, 1.0, 1.25, 1.5, 1.75]
    assert [each.held for each in found] == [False] * 2 + [True] * 4


def test_an_unwritable_place_is_told_before_the_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    source = scene(tmp_path / "x.jsonl", fallen(1.0))
    assert main(["record", source, str(tmp_path / "nowhere" / "y.jsonl")]) == 2
    assert "there is no directory" in capsys.readouterr().err
    with pytest.raises(ConfigurationError, match="no such file"):
        list(observations(str(tmp_path / "z.jsonl")))


def test_a_failed_recording_leaves_the_old_scene_as_it_was(tmp_path: Path):
    old = Path(scene(tmp_path / "old.jsonl", fallen(1.0)))
    before = old.read_bytes()
    bad = tmp_path / "bad.jsonl"
    bad.write_text("nonsense\n")
    assert main(["record", str(bad), str(old)]) == 1
    assert old.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.jsonl", "old.jsonl"]


@pytest.mark.slow
def test_our_film_becomes_a_scene_in_which_the_same_happens(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    film, recorded = str(cut(tmp_path / "fall.mp4", *FALL)), str(tmp_path / "fall.jsonl")
    assert main(["record", film, recorded]) == 0
    assert main(["analyse", "--json", film, recorded]) == 0
    events = lines(capsys.readouterr().out)
    told = {
        source: [(event["event"], round(float(str(event["t"])), 1)) for event in events if event["source"] == source]
        for source in (film, recorded)
    }
    assert told[film] == told[recorded]
    assert [name for name, _ in told[film]].count("FallConfirmed") == 1
