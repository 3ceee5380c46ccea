from pathlib import Path

import pytest

from guardian.lab.evaluate.manifest import Recording, Row
from guardian.lab.evaluate.scoring import Told, score
from guardian.lab.evaluate.summary import Case, Rate, Share, broken_down, figures
from guardian.lab.evaluate.work import Watched

DAY = 86_400.0


def case(path: str, subject: str, falls: int, hits: int, false: int = 0) -> Case:
    """A file with falls 1000 s apart, of which the first are found in 4 s, and false alarms after all of them."""
    rows = [
        Row(line=n, path=path, file=Path(path), kind="fall", onset=n * 1e3, contact=n * 1e3, subject=subject)
        for n in range(falls)
    ]
    rows = rows or [Row(line=99, path=path, file=Path(path), kind="adl", subject=subject)]
    times = [n * 1e3 + 4 for n in range(hits)] + [(falls + n) * 1e3 + 500 for n in range(false)]
    recording = Recording(path, Path(path), tuple(rows))
    told = tuple(Told(time, "FallConfirmed", 1) for time in times)
    watched = Watched(path, DAY, 0.0, 10, 0.9 * DAY, told)
    return Case(recording, watched, score(recording, told, confirm_seconds=4.0))


def test_a_share_of_nothing_is_none():
    assert Share.so_many(0, 0) == Share(0, 0, None, None)
    assert Share.so_many(3, 4).value == 0.75


def test_a_rate_is_per_day_and_per_month_of_thirty_days():
    rate = Rate.so_many(2, 4 * DAY)
    assert (rate.per_day, rate.per_month, rate.at_most) == (0.5, 15.0, None)
    assert rate.interval == pytest.approx((0.2422 / 4, 7.2247 / 4), abs=1e-4)
    assert rate.month_interval == pytest.approx((0.2422 * 7.5, 7.2247 * 7.5), abs=1e-3)


def test_none_seen_is_at_most_three_over_the_days():
    assert Rate.so_many(0, 21 * DAY).at_most == pytest.approx(1 / 7, rel=2e-3)
    assert Rate.so_many(3, 0.0).per_day is None


def test_figures_are_those_counted_by_hand():
    found = figures([case("a", "anna", 4, 3, false=1), case("b", "bert", 4, 3), case("c", "bert", 0, 0)])
    assert (found.sensitivity.value, found.precision.value) == (6 / 8, 6 / 7)
    assert found.f1 == pytest.approx(2 * 6 / (2 * 6 + 1 + 2))
    assert found.false_alarms.per_day == pytest.approx(1 / 3)
    assert (found.everyday.hits, found.everyday.of) == (1, 1)
    assert found.coverage == pytest.approx(0.9)
    assert found.alarm_delay == {"p50": 4.0, "p95": 4.0, "max": 4.0}
    assert found.suspected_delay is None


def test_who_got_up_at_once_neither_counts_nor_is_missed():
    row = Row(line=1, path="a", file=Path("a"), kind="fall", onset=1.0, contact=2.0, up=4.0)
    recording = Recording("a", Path("a"), (row,))
    found = figures([Case(recording, Watched("a"), score(recording, (), confirm_seconds=4.0))])
    assert (found.falls, found.missed, found.excused, found.sensitivity.of) == (0, 0, 1, 0)


def test_alike_subjects_leave_nothing_to_doubt_and_unlike_ones_do():
    alike = figures([case("a", "anna", 4, 2), case("b", "bert", 4, 2)]).resampled
    assert alike is not None
    assert alike["sensitivity"] == (0.5, 0.5)
    unlike = figures([case("a", "anna", 4, 4), case("b", "bert", 4, 0)]).resampled
    assert unlike is not None
    assert unlike["sensitivity"] == (0.0, 1.0)
    assert figures([case("a", "anna", 4, 4)]).resampled is None


def test_a_file_that_is_shared_out_among_groups_counts_once():
    mixed = case("a", "anna", 4, 3, false=1)
    kinds = {0: "trip", 1: "trip", 2: "slip", 3: "slip"}
    by = broken_down([mixed], kinds)["kind"]
    assert {name: (group.sensitivity.hits, group.falls) for name, group in by.items()} == {
        "trip": (2, 2),
        "slip": (1, 2),
    }
    assert sum(group.false_alarms.count for group in by.values()) == 1
    assert sum(group.seconds for group in by.values()) == DAY


def test_a_day_is_shared_out_among_its_activities():
    begins = {"sleeps": 0.0, "cooks": 1000.0, "exercises": 3000.0}
    path = Path("day")
    rows = [Row(line=n, path="day", file=path, kind="adl", onset=at) for n, at in enumerate(begins.values())]
    recording = Recording("day", path, (*rows, Row(line=9, path="day", file=path, kind="fall", onset=2000.0)))
    told = (Told(3500.0, "FallConfirmed", 1),)
    day = Case(recording, Watched("day", 4000.0, 0.0, 40, 4000.0, told), score(recording, told, confirm_seconds=4.0))
    by = broken_down([day], dict(enumerate(begins)) | {9: "trip"})["kind"]
    assert {name: group.seconds for name, group in by.items()} == {
        "sleeps": 1000.0,
        "cooks": 2000.0,
        "exercises": 1000.0,
        "trip": 0.0,
    }
    assert {name: group.false_alarms.count for name, group in by.items() if group.false_alarms.count} == {
        "exercises": 1
    }
    assert by["cooks"].coverage == 1.0


def test_a_dimension_that_nobody_filled_is_left_out():
    assert set(broken_down([case("a", "anna", 1, 1)], {0: ""})) == {"subject"}
