"""How many simulated calls for help are found."""

import pytest

from guardian.cli import main
from guardian.lab.world.gestures import Watched, false_table, found_table, summary


def watched(name: str, posture: str, *told: float, before: bool = False) -> Watched:
    return Watched(name, posture, 10.0, told, before=before)


def test_a_call_is_found_while_the_arm_is_up_or_just_after():
    assert watched("wave", "seated", 5.0).found
    assert watched("wave", "seated", 10.9).found
    assert not watched("wave", "seated", 11.1).found
    assert not watched("wave", "seated").found


def test_what_is_told_again_within_a_minute_is_one_alarm():
    assert watched("wave", "seated").alarms == 0
    assert watched("wave", "seated", 5.0, 11.0, 17.0).alarms == 1
    assert watched("wave", "seated", 5.0, 66.0).alarms == 2


def test_calls_are_counted_by_way_and_posture_and_alarms_by_movement():
    calls = [watched("wave", "seated", 5.0), watched("wave", "floor"), watched("hold up", "seated", 6.0)]
    cells = [list(column.cells) for column in found_table(calls).columns]
    assert [column[0] for column in cells] == ["seated", "1 of 1", "1 of 1", "0 of 0", "2 of 2", "0.34 to 1.00"]
    assert [column[-1] for column in cells[:5]] == ["in all", "1 of 1", "1 of 2", "0 of 0", "2 of 3"]
    movements = [watched("pointing", "seated", 4.0, 70.0), watched("drinking", "floor")]
    rows = list(zip(*(column.cells for column in false_table(movements).columns), strict=True))
    assert ("pointing", "0", "2", "2 seated") in rows
    assert ("drinking", "0", "0", "") in rows


def test_the_figures_are_said_with_their_interval():
    said = summary([watched("wave", "seated", 5.0, before=True)], [watched("pointing", "seated", 4.0, 70.0)] * 36, 3)
    assert "seed 3): told 5.0 s after" in said
    assert "0.1 hours of nothing but everyday movements of the arms: 72 told, 720.0 an hour" in said
    assert "in 36 scenes again" in said
    assert "1 of 37 scenes" in said
    assert "told nan s" in summary([], [], 3)


@pytest.mark.slow
def test_calls_are_simulated_and_everyday_movements_too(capsys: pytest.CaptureFixture[str]):
    assert main(["lab", "gestures", "--calls", "1", "--movements", "1", "--seconds", "10", "--seed", "5"]) == 0
    shown = capsys.readouterr().out
    assert "called from" in shown
    assert "Simulated (seed 5)" in shown
