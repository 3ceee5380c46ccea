"""What the soak judges, and a short one in which leaks are planted."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from guardian.lab.soak import soak
from guardian.lab.soak_report import Sample, findings, report

HOUR = 3600.0
HOURS, EVERY = 2.6, 0.15


def samples(figure: str, value: Callable[[int], float], count: int = 24) -> list[Sample]:
    return [{"seconds": hour * HOUR, "alarms": 1.0, figure: value(hour)} for hour in range(count)]


@pytest.mark.parametrize(
    ("figure", "value", "verdict"),
    [
        ("core descriptors", lambda _: 10.0, "does not grow"),
        ("core descriptors", lambda hour: 10.0 + hour // 2, "GROWS"),
        ("core threads", lambda hour: 4.0 + hour / 4, "GROWS"),
        ("brain memory_mb", lambda hour: 90 + 0.01 * hour, "does not grow"),
        ("brain memory_mb", lambda hour: 90 + 0.2 * hour, "GROWS"),
        ("brain memory_mb", lambda hour: 90 + 5 * (hour % 5), "not shown"),
        ("state mb", lambda hour: 1.0 * hour, ""),
    ],
)
def test_a_figure_is_judged_by_its_interval(
    figure: str, value: Callable[[int], float], verdict: str, capsys: pytest.CaptureFixture[str]
):
    (found,) = findings(samples(figure, value), 0.0)
    assert found.verdict == verdict
    assert report(samples(figure, value), 0.0, ["1 x broker away"]) == int(verdict == "GROWS")
    said = capsys.readouterr().out
    assert figure in said
    assert "1 x broker away" in said


def test_the_beginning_does_not_count():
    climbs = samples("brain memory_mb", lambda hour: 50.0 + min(hour, 6) * 10)
    assert findings(climbs, 0.0)[0].growth.per_day > 20
    assert findings(climbs, 7 * HOUR)[0].verdict == "does not grow"


def test_too_short_a_soak_is_refused():
    with pytest.raises(ValueError, match="too few"):
        findings(samples("brain threads", float), 20 * HOUR)


@pytest.mark.slow
def test_hours_without_a_leak_show_none_and_each_planted_one_is_found(tmp_path: Path):
    held: list[object] = []
    never, asked, after = threading.Event(), iter(range(10_000)), 9

    def leak() -> None:
        if next(asked) < after:
            return
        held.append(bytearray(1_000_000))
        held.append(os.open(os.devnull, os.O_RDONLY))
        thread = threading.Thread(target=never.wait, daemon=True)
        thread.start()
        held.append(thread)
        with (tmp_path / "forgotten").open("ab") as file:
            file.write(bytes(500_000))

    try:
        taken, _ = soak(tmp_path, HOURS, 3, every=EVERY, leak=leak)
    finally:
        never.set()
        for each in held:
            if isinstance(each, int):
                os.close(each)
    sound = {each.name: each for each in findings(taken[:after], 0.5 * HOUR)}
    leaky = {each.name: each for each in findings(taken[after:], 0.0)}
    a_day = 24 / EVERY
    for figure in ("core descriptors", "core threads"):
        assert sound[figure].verdict == "does not grow"
        assert leaky[figure].verdict == "GROWS"
        assert leaky[figure].growth.per_day == pytest.approx(a_day, rel=0.3)  # each sample is one leak later
    assert leaky["core traced_mb"].verdict == "GROWS"
    assert sound["core traced_mb"].growth.per_day < 10 < 0.8 * a_day < leaky["core traced_mb"].growth.per_day
    assert sound["state mb"].growth.per_day < 30 < 0.4 * a_day < leaky["state mb"].growth.per_day
