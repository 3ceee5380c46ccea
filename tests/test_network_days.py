from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import judged
import pytest
from stand_ins import Here, Low

from guardian.events import FallConfirmed, LongLie
from guardian.lab.network import days, judge
from guardian.network import Network
from guardian.settings import Camera, Room


@pytest.fixture(autouse=True)
def ordinary(monkeypatch: pytest.MonkeyPatch) -> None:
    """A day on which somebody goes down as if falling, and a network that believes it."""

    def live(_seed: int, _day: int) -> Iterator[tuple[str, Any, Room]]:
        room = Room(name="room", camera=Camera(source="csi"))
        for observation in judged.fallen(20):
            yield "exercise on a mat", observation, room

    monkeypatch.setattr(days, "live", live)
    monkeypatch.setattr(Network, "load", staticmethod(lambda _: Low()))


def test_alarms_of_one_minute_are_one_and_each_is_counted_where_it_rang():
    found = days.watch(days.Task(1, 0, Path("f.tflite"), gated=2.0, sliding=2.0, either=2.0, weight=0.5, bias=0.0))
    assert set(found) == set(judge.EVERYBODY)
    assert all(dict(alarms) == {("exercise on a mat", "FallConfirmed"): 1} for alarms in found.values())


def test_one_lying_body_is_one_false_alarm_however_late_a_long_lie_is_told():
    count = days._Count(Counter())
    for kind, time in ((FallConfirmed, 10.0), (LongLie, 200.0), (FallConfirmed, 300.0)):
        count.take([kind(time=time, room="room", track=1)], "sitting")
    assert dict(count.alarms) == {("sitting", "FallConfirmed"): 2}


def test_who_asks_for_more_rings_less():
    found = days.watch(days.Task(1, 0, Path("f.tflite"), gated=5.0, sliding=5.0, either=5.0, weight=0.5, bias=-9.0))
    assert not found[judge.SLIDING]
    assert found[judge.RULES]


def test_a_human_reads_a_line_for_everybody(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(days, "ProcessPoolExecutor", Here)
    assert days.main(["--days", "2"]) == 0
    told = capsys.readouterr().out
    for name in judge.EVERYBODY:
        assert name in told
    assert "2 FallConfirmed at exercise on a mat" in told
    assert "1.00 (" in told
