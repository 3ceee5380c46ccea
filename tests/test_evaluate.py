import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from bodies import seen
from judged import HEADER, collect, fallen, scene, text

from guardian.cli import main
from guardian.errors import ConfigurationError, GuardianError
from guardian.lab.evaluate import command, gate, options, table
from guardian.lab.evaluate.evaluation import evaluate
from guardian.lab.evaluate.work import Alone, crew, heard
from guardian.settings import Camera, Falls, Room, Settings


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    return collect(tmp_path)


def test_falls_false_alarms_and_delays_are_counted(collection: Path):
    result = evaluate(collection)
    found = result.overall
    assert (found.recordings, found.falls, found.missed, found.excused) == (4, 2, 1, 0)
    assert found.found_by == found.false_by == {"FallConfirmed": 1}
    assert (found.sensitivity.value, found.precision.value, found.f1) == (0.5, 0.5, 0.5)
    assert (found.everyday.hits, found.everyday.of) == (1, 2)
    assert found.coverage == 1.0
    assert found.false_alarms.count == 1
    assert found.false_alarms.per_day == pytest.approx(86_400 / found.seconds)
    assert found.false_alarms.per_month == pytest.approx(30 * 86_400 / found.seconds)
    assert found.seconds == pytest.approx(14.8 + 7.8 + 4.8 + 14.8)
    assert found.alarm_delay is not None
    assert 0 < found.alarm_delay["p50"] < 11.4
    assert found.resampled is not None


def test_figures_are_broken_down(collection: Path):
    by = evaluate(collection).by
    assert set(by) == {"kind", "light", "source", "subject"}
    assert {name: group.sensitivity.value for name, group in by["kind"].items()} == {
        "trip": 1.0,
        "slip": 0.0,
        "stands": None,
        "exercise": None,
    }
    assert by["kind"]["exercise"].false_alarms.count == 1
    assert (by["light"]["day"].falls, by["light"]["dark"].falls) == (1, 1)
    assert by["source"]["home"].false_alarms.count == 1
    assert by["source"]["clips"].false_alarms.at_most is not None


def test_settings_bear_on_the_result(collection: Path):
    room = Room(name="room", camera=Camera(source="csi"))
    slow = Settings(rooms=(room,), falls=Falls(confirm_seconds=60, down_seconds=600, long_lie_seconds=600))
    result = evaluate(collection, slow)
    assert result.overall.sensitivity.hits == 0
    assert '"confirm_seconds": 60.0' in text(result)


def test_holding_the_last_frame_lets_a_short_film_be_confirmed(tmp_path: Path):
    scene(tmp_path / "short.jsonl", fallen(4.5))
    (tmp_path / "m.csv").write_text("path,kind,fall_onset_s,ground_contact_s\nshort.jsonl,fall,3,3.6\n")
    cut, held = evaluate(tmp_path / "m.csv").overall, evaluate(tmp_path / "m.csv", hold=30.0).overall
    assert (cut.sensitivity.hits, cut.cut_short) == (0, 1)
    assert (held.sensitivity.hits, held.cut_short) == (1, 0)
    assert cut.seconds == held.seconds


@pytest.mark.parametrize("rows", ["", "calm.jsonl,adl\n"])
def test_nothing_to_count_is_no_division_by_zero(
    tmp_path: Path, rows: str, capsys: pytest.CaptureFixture[str], collection: Path
):
    empty = collection.with_name("empty.csv")
    empty.write_text("path,kind\n" + rows)
    result = evaluate(empty)
    assert (result.overall.falls, result.overall.sensitivity.value, result.overall.f1) == (0, None, None)
    earlier = tmp_path / "earlier.json"
    earlier.write_text(text(result))
    report = tmp_path / "report.html"
    assert main(["evaluate", str(empty), "--compare", str(earlier), "--report", str(report)]) == 0
    assert "falls found" in capsys.readouterr().out
    assert report.stat().st_size > 0


def test_no_frames_are_no_coverage(tmp_path: Path):
    scene(tmp_path / "none.jsonl", [])
    (tmp_path / "m.csv").write_text("path,kind\nnone.jsonl,adl\n")
    found = evaluate(tmp_path / "m.csv").overall
    assert (found.coverage, found.seconds, found.false_alarms.per_day) == (None, 0.0, None)


def test_darkness_is_not_covered(tmp_path: Path):
    dark = [seen(n / 10, brightness=0.0, contrast=0.0, sharpness=0.0, change=0.0) for n in range(1, 2000)]
    scene(tmp_path / "dark.jsonl", dark)
    (tmp_path / "m.csv").write_text("path,kind\ndark.jsonl,adl\n")
    found = evaluate(tmp_path / "m.csv").overall
    assert found.coverage is not None
    assert 0 < found.coverage < 0.5


def test_many_values_of_a_dimension_are_left_to_the_document(collection: Path, capsys: pytest.CaptureFixture[str]):
    rows = [f"calm.jsonl,fall,{n},,,,clips,person {n},slip,day" for n in range(table.MOST_ROWS + 1)]
    collection.write_text("\n".join([HEADER, *rows]) + "\n")
    assert main(["evaluate", str(collection)]) == 0
    assert "By subject: 21 values, which --json and --report tell." in capsys.readouterr().out


def test_the_tables_name_every_mistake(collection: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["evaluate", str(collection)]) == 0
    said = capsys.readouterr().out
    assert "0.500 (1 of 2)" in said
    assert "missed  stood.jsonl  fall at 4 s, never suspected" in said
    assert "false   false.jsonl  FallConfirmed at" in said
    assert "exercise" in said


def test_a_file_that_cannot_be_read_is_told_and_not_counted(collection: Path, capsys: pytest.CaptureFixture[str]):
    collection.with_name("calm.jsonl").write_text("nonsense\n")
    assert main(["evaluate", str(collection), "--json"]) == 1
    said = capsys.readouterr()
    assert "calm.jsonl: line 1" in said.err
    found = json.loads(said.out)
    assert found["overall"]["recordings"] == 3
    assert [each["path"] for each in found["recordings"] if each["fault"]] == ["calm.jsonl"]


def test_a_directory_stands_for_the_manifest_in_it(collection: Path):
    assert text(evaluate(collection.parent)) == text(evaluate(collection))


def test_the_document_is_the_same_however_many_do_the_work(collection: Path):
    assert text(evaluate(collection, jobs=1)) == text(evaluate(collection, jobs=2))


def test_each_file_is_a_step(collection: Path):
    totals: list[int] = []
    steps: list[int] = []

    def begin(total: int) -> Callable[[], None]:
        totals.append(total)
        return lambda: steps.append(1)

    evaluate(collection, begin=begin)
    assert (totals, len(steps)) == ([4], 4)


def fails_at_three(number: int) -> int:
    if number == 3:
        message = "three"
        raise ConfigurationError(message)
    return 10 * number


def dies(_: int) -> None:
    os._exit(1)


def test_a_process_that_is_ended_from_outside_is_told():
    with crew(2) as workers, pytest.raises(GuardianError, match="fewer --jobs"):
        workers.each(dies, [1], lambda: None)


@pytest.mark.parametrize("jobs", [1, 2])
def test_whoever_works_keeps_the_order_and_passes_on_errors(jobs: int):
    with crew(jobs) as workers:
        assert workers.each(fails_at_three, [5, 1, 4], lambda: None) == [50, 10, 40]
        with pytest.raises(ConfigurationError, match="three"):
            workers.each(fails_at_three, [1, 2, 3], lambda: None)
    assert Alone().each(fails_at_three, [], lambda: None) == []


@pytest.mark.parametrize(
    ("floor", "code", "said"),
    [
        ("sensitivity=0.5", 0, ""),
        ("sensitivity=0.51", 1, "guardian: sensitivity is 0.5; at least 0.51 would be right\n"),
        ("false_alarms=1", 0, ""),
        ("false_alarms=0", 1, "guardian: false_alarms is 1; at most 0 would be right\n"),
        ("alarm_delay_p95=0.1", 1, "would be right"),
        ("falls=3", 1, "guardian: falls is 2; at least 3 would be right\n"),
        ("sensitivty=0.5", 2, "KEY=NUMBER would be right, KEY one of sensitivity"),
        ("sensitivity=high", 2, "KEY=NUMBER would be right"),
        ("sensitivity", 2, "KEY=NUMBER would be right"),
    ],
)
def test_a_floor_that_is_missed_fails(
    collection: Path, floor: str, code: int, said: str, capsys: pytest.CaptureFixture[str]
):
    assert main(["evaluate", str(collection), "--floor", floor]) == code
    assert said in capsys.readouterr().err


def test_what_cannot_be_told_has_not_been_reached(collection: Path):
    calm = collection.with_name("calm.csv")
    calm.write_text("path,kind\ncalm.jsonl,adl\n")
    found = evaluate(calm).overall
    keys = {key for key in gate.FIGURES if gate.floor(f"{key}=0").missed(found)}
    delays = {f"{kind}_delay_{rank}" for kind in ("alarm", "suspected") for rank in ("p50", "p95", "max")}
    assert keys == {"sensitivity", "long_lie_recall", "precision", "f1"} | delays
    assert list(gate.shortfalls([gate.floor("everyday=1")], found)) == []


def test_two_runs_are_set_side_by_side(collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    earlier = tmp_path / "earlier.json"
    earlier.write_text(text(evaluate(collection)))
    config = tmp_path / "slow.yaml"
    config.write_text(
        "rooms:\n  - name: room\n    camera: {source: csi}\n"
        "falls: {confirm_seconds: 60, down_seconds: 600, long_lie_seconds: 600}\n"
    )
    assert main(["evaluate", str(collection), "--config", str(config), "--compare", str(earlier)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Of 2 falls in both runs, 0 were found by both, 0 only here, 1 only there, 1 by neither" in said
    assert "1 fewer falls found here (exact McNemar p = 1, which chance alone may do)" in said
    assert main(["evaluate", str(collection), "--compare", str(earlier), "--json"]) == 0
    (beside,) = json.loads(capsys.readouterr().out)["comparisons"]
    assert beside["same_settings"]
    assert beside["falls"]["both"] == 1
    assert beside["false_alarms"]["both"] == 1


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"format": "guardian-evaluation", "version": 2}',
        '{"format": "guardian-evaluation", "version": 1}',
    ],
)
def test_what_is_no_evaluation_is_told_before_the_work(
    collection: Path, content: str, capsys: pytest.CaptureFixture[str]
):
    other = collection.with_name("other.json")
    other.write_text(content)
    assert main(["evaluate", str(collection), "--compare", str(other)]) == 2
    said = capsys.readouterr()
    assert "would be right" in said.err
    assert said.out == ""
    assert main(["evaluate", str(collection), "--compare", "nowhere.json"]) == 2


def test_a_report_that_cannot_be_written_is_told_before_the_work(collection: Path, capsys: pytest.CaptureFixture[str]):
    for name, said in (("report.pdf", "report.html would be right"), ("nowhere/report.html", "there is no directory")):
        assert main(["evaluate", str(collection), "--report", str(collection.parent / name)]) == 2
        told = capsys.readouterr()
        assert said in told.err
        assert told.out == ""


def test_no_scheduler_is_told(collection: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["evaluate", str(collection), "--scheduler", "nonsense://x"]) == 2
    assert "no Dask scheduler answers" in capsys.readouterr().err


def test_another_detector_is_scored_by_the_same_rules(collection: Path, capsys: pytest.CaptureFixture[str]):
    events = collection.with_name("peer.jsonl")
    names = ("fall", "stood", "calm", "false")
    ends = [{"source": f"{name}.jsonl", "t": 15.0, "event": "EndOfSource"} for name in names]
    falls = [{"source": f"{name}.jsonl", "t": 6.0, "event": "FallConfirmed"} for name in ("fall", "stood")]
    events.write_text("\n".join(map(json.dumps, [*falls, *ends])))
    result = evaluate(collection, events=events)
    assert (result.overall.sensitivity.hits, result.overall.false_alarms.count) == (2, 0)
    assert result.overall.seconds == 60.0
    assert evaluate(collection, events=events, hold=5.0).overall.seconds == 40.0
    events.write_text("\n".join(map(json.dumps, ends[:3])))
    assert main(["evaluate", str(collection), "--events", str(events)]) == 2
    assert "says nothing of false.jsonl (1 files are left out)" in capsys.readouterr().err
    events.write_text(json.dumps(ends[0]) + "\nnonsense\n")
    with pytest.raises(ConfigurationError, match=r"peer\.jsonl: line 2"):
        heard(events)
    with pytest.raises(ConfigurationError, match="No such file"):
        heard(events.with_name("none.jsonl"))


def test_a_report_that_cannot_be_written_is_refused_before_any_work(
    collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(command, "evaluate", lambda *_, **__: pytest.fail("it was evaluated"))
    for target in (tmp_path / "report.txt", tmp_path / "nowhere" / "report.html"):
        assert main(["evaluate", str(collection), "--report", str(target)]) == 2


@pytest.mark.parametrize("jobs", ["0", "257", "two"])
def test_a_wrong_number_of_jobs_is_wrong_use(collection: Path, jobs: str):
    with pytest.raises(SystemExit, match="2"):
        main(["evaluate", str(collection), "--jobs", jobs])
    assert options.MOST_JOBS == 256


@pytest.mark.parametrize(
    ("value", "said"), [(None, "-"), (0.0, "0"), (0.5, "0.500"), (1.25, "1.25"), (1428.6, "1,429"), (30.0, "30")]
)
def test_numbers_are_written_as_people_do(value: float | None, said: str):
    assert table.number(value) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(30.0, "30.0 s"), (600.0, "10.0 min"), (10_800.0, "3.0 h"), (864_000.0, "10.0 days")]
)
def test_durations_are_told_in_the_unit_that_suits(seconds: float, said: str):
    assert table.duration(seconds) == said


@pytest.mark.clips
@pytest.mark.slow
def test_the_clips_are_scored_as_by_hand(clips: Path):
    result = evaluate(clips / "manifest.csv", hold=15.0, jobs=2)
    assert not result.faults
    assert (result.overall.falls, result.overall.everyday.of) == (20, 8)
    assert result.overall.sensitivity.hits + result.overall.missed == 20
