import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from test_measure_eye import film

from guardian import cli
from guardian.errors import ConfigurationError, PanelError, SourceError
from guardian.eye.engine import Image
from guardian.eye.motion import View
from guardian.io.panel import SimulatedPanel
from guardian.lab import bench, bench_alarm, bench_eye, bench_room
from guardian.lab.bench import GOALS, LIVELY, OTHER, Extent, goals
from guardian.lab.bench_eye import Passes, Whole, films, fractions, milliseconds
from guardian.lab.measure_eye import frames
from guardian.skeleton import Pose

FRAME: Image = np.zeros((48, 64, 3), np.uint8)

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # what apprise loads


class Hand:
    """A clock that only the parts under test move."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class FakeGate:
    def __init__(self, hand: Hand, seconds: float, *, look: bool = True) -> None:
        self.hand, self.seconds, self.look = hand, seconds, look
        self.told: list[bool] = []

    def measure(self, _image: Image, _now: float) -> View:
        self.hand.now += self.seconds
        return View(0.5, 0.2, 0.5, 0.1, 0.01, look=self.look, rest=0.0)

    def looked(self, _now: float, *, person: bool) -> None:
        self.told.append(person)


class FakeFinder:
    def __init__(self, hand: Hand, raw: float, around: float) -> None:
        self.hand, self.raw, self.around, self.invoke_seconds = hand, raw, around, 0.0

    def find(self, _frame: Image, _now: float) -> tuple[Pose, ...]:
        self.hand.now += self.raw + self.around
        self.invoke_seconds += self.raw
        return ()


def passes_of(gate_seconds: float, *, raw: float = 0.010, around: float = 0.0005, look: bool = True) -> Passes:
    hand, passes = Hand(), Passes()
    whole = Whole(FakeFinder(hand, raw, around), FakeGate(hand, gate_seconds, look=look), hand)
    for number in range(1, 21):
        whole.take(FRAME, number / 15, number, passes)
    return passes


def test_the_ratio_is_of_the_whole_frame_to_the_invokes_in_it():
    report = passes_of(0.0005).report()
    assert report["frames"] == 20
    assert report["overhead_ratio"] == {"p50": 1.1, "p95": 1.1}
    assert report["raw_invoke_ms"] == {"p50": 10.0, "p95": 10.0}
    assert report["pipeline_ms"] == {"p50": 11.0, "p95": 11.0}
    spent = {part: each["p50"] for part, each in report["parts_ms"].items()}
    assert spent == {"gate": 0.5, "finder": 0.5, "wire": 0.0, "core": 0.0}


@pytest.mark.parametrize(("slow", "ratio"), [({"gate_seconds": 0.003}, 1.35), ({"gate_seconds": 0, "around": 1}, 101)])
def test_a_slow_part_raises_the_ratio(slow: dict[str, float], ratio: float):
    report = passes_of(**slow).report()
    assert report["overhead_ratio"]["p50"] == pytest.approx(ratio)
    assert report["eye_ratio"] == report["overhead_ratio"], "the wire and the core took no time here"


def test_frames_that_nobody_looked_at_do_not_count():
    with pytest.raises(SourceError, match="no frame of the film made a model run"):
        passes_of(0.001, look=False).report()


def test_every_frame_has_a_ratio_of_its_own():
    passes = Passes()
    passes.add(0.010, [0.0, 0.0, 0.012, 0.012, 0.012])
    passes.add(0.001, [1.0, 1.0, 1.002, 1.002, 1.002])
    passes.add(0.0, [2.0, 2.0, 9.0, 9.0, 9.0])
    assert passes.report()["overhead_ratio"]["p50"] == pytest.approx(1.6), "the median of 1.2 and 2.0"


def test_percentiles_are_in_milliseconds_to_the_microsecond():
    assert milliseconds([0.0010004, 0.003], 50, 99) == {"p50": 2.0, "p99": 2.98}
    assert fractions([1, 2, 3], 50) == {"p50": 2.0}


def test_films_follow_one_another_in_two_buffers_and_time_goes_on(tmp_path: Path):
    first, second = film(tmp_path / "a.mp4", 1.0, 15.0), film(tmp_path / "b.mp4", 3.0, 15.0)
    taken = list(films([str(first), str(second)], 1.5))
    times = [now for now, _ in taken]
    assert len(taken) == 15 + 23
    assert np.diff(times) == pytest.approx(1 / 15, abs=0.01)
    assert len({id(image) for _, image in taken}) <= 4
    (tmp_path / "no.mp4").write_text("nothing")
    with pytest.raises(SourceError, match=r"no\.mp4"):
        list(films([str(tmp_path / "no.mp4")], 1.0))


@pytest.fixture
def report() -> dict[str, object]:
    return {
        "overhead_ratio": {"p50": 1.1, "p95": 1.21},
        "idle_cpu_ratio": 0.06,
        "rss_mb": 213.0,
        "alarm": {"panel_ms": {"p50": 1.0, "p99": 50.1}, "subscriber_ms": {"p50": 3.0, "p99": 99.0}},
        "alarm_beside_others": {"panel_ms": {"p50": 1.0, "p99": 49.9}, "subscriber_ms": {"p50": 3.0, "p99": 101.0}},
    }


def test_each_goal_is_told_to_be_met_or_not(report: dict[str, object]):
    told = goals(report)
    assert [(goal["most"], goal["figure"], goal["met"]) for goal in told] == [
        (1.1, 1.1, True),
        (1.2, 1.21, False),
        (0.05, 0.06, False),
        (250.0, 213.0, True),
        (50.0, 50.1, False),
        (100.0, 99.0, True),
        (50.0, 49.9, True),
        (100.0, 101.0, False),
    ]
    assert len(told) == len(GOALS)


def test_a_busy_process_costs_more_than_one_that_waits():
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    idle = subprocess.Popen([sys.executable, "-c", "import threading; threading.Event().wait()"])
    try:
        while bench_room.cpu_seconds(busy.pid) < 0.3:
            threading.Event().wait(0.02)
        assert bench_room.cpu_seconds(idle.pid) < bench_room.cpu_seconds(busy.pid)
        assert {busy.pid, idle.pid} <= set(bench_room.children(os.getpid()))
        held, kind = bench_room.memory_mb(idle.pid)
        assert 1 < held < 200
        assert kind in ("PSS", "RSS")
        assert not bench_room.is_eye(idle.pid)
    finally:
        for process in (busy, idle):
            process.kill()
            process.wait()


def test_a_still_room_has_grain_and_does_not_move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bench_room, "STILL_SECONDS", 4.0)
    still, lively = bench_room.write_films(str(LIVELY), str(LIVELY), tmp_path, 2.0)
    images = [image.astype(float) for _, image in frames(still, 15.0)]
    assert len(images) == 60
    assert 0 < np.abs(images[20] - images[30]).mean() < 4
    assert len(list(frames(lively, 15.0))) == 31


def test_a_buzzer_that_stays_silent_is_an_error_and_no_figure(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bench_alarm, "PATIENCE_SECONDS", 0.05)
    panel = SimulatedPanel(lambda *_: None, lambda _: None)
    with pytest.raises(PanelError, match="was not switched on"):
        bench_alarm.switched(panel, 0.0, on=True)


def test_a_film_that_is_not_there_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert cli.main(["bench", "--source", str(tmp_path / "none.mp4")]) == 2
    assert "none.mp4: there is no such file" in capsys.readouterr().err
    with pytest.raises(ConfigurationError):
        bench.bench(str(tmp_path), as_json=True)


def test_the_bundled_films_are_there():
    assert LIVELY.is_file()
    assert OTHER.is_file()


@pytest.fixture(scope="module")
def tiny() -> Iterator[dict[str, object]]:
    return bench.measured([str(LIVELY)], Extent(film=4.0, rooms=3.0, daemon=3.0, alarms=5))


@pytest.mark.slow
def test_a_run_has_every_figure(tiny: dict[str, object]):
    report = json.loads(json.dumps(tiny))
    assert {"raw_invoke_ms", "pipeline_ms", "overhead_ratio", "idle_cpu_ratio", "rss_mb", "alarm"} <= set(report)
    assert set(report["overhead_ratio"]) == {"p50", "p95"}
    assert report["overhead_ratio"]["p50"] > 1, "the whole cannot take less than its part"
    assert 0 < report["raw_invoke_ms"]["p50"] < report["pipeline_ms"]["p50"]
    assert 0 < report["idle_cpu_ratio"] < 1
    assert 50 < report["rss_mb"] < 2000
    assert set(report["runtimes"]) == {"litert", "tflite"}
    found = next(each for each in report["runtimes"].values() if each is not None)
    assert len(found["models"]) == 3
    assert report["alarm"]["alarms"] == 5
    for key in ("panel_ms", "subscriber_ms"):
        for alarm in (report["alarm"], report["alarm_beside_others"]):
            assert 0 < alarm[key]["p50"] <= alarm[key]["p99"]
    assert report["alarm_beside_others"]["viewers"] == 20
    assert len(report["goals"]) == len(GOALS)


@pytest.mark.slow
def test_people_read_tables(tiny: dict[str, object]):
    console = Console(width=120, record=True, quiet=False, file=io.StringIO())
    bench.show(tiny, console)
    said = console.export_text()
    assert "whole pass / invokes" in said
    assert "not met" in said or "met" in said
    assert bench_eye.LIGHTNING in said


@pytest.mark.slow
def test_the_command_prints_json_and_nothing_else(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(bench, "Extent", lambda: Extent(film=3.0, rooms=2.0, daemon=2.0, alarms=3))
    assert cli.main(["bench", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["sources"] == [str(LIVELY), str(OTHER)]
