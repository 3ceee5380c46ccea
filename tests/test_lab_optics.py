"""How well the optics of simulated cameras are learnt."""

import pytest

from guardian.cli import main
from guardian.ground import Known
from guardian.lab import optics
from guardian.lab.optics import Learnt, askew_table, learn, table
from guardian.optics import Optics
from guardian.roll import Askew


def test_what_is_right_is_right_in_both():
    known = Known(Optics(2.0, 10.0), 0.6)
    assert Learnt(2, 60.0, known, 0.2, 3.0).right
    assert not Learnt(2, 60.0, known, 0.4, 3.0).right
    assert not Learnt(2, 60.0, known, 0.2, 7.0).right
    found = [Learnt(2, 60.0, known, 0.2, 3.0), Learnt(2, 60.0, None, 0.0, 0.0)]
    assert table("learnt", found).row_count == len(optics.WALKS) + len(optics.CONFIDENCES)


def test_how_far_a_camera_hangs_askew_is_counted_by_walks_and_by_confidence():
    found = [Learnt(2, 60.0, None, 0.0, 0.0, Askew(9.0, 0.85), 1.0), Learnt(2, 60.0, None, 0.0, 0.0)]
    made = askew_table("askew", found)
    told = [list(column.cells) for column in made.columns]
    assert [column[0] for column in told] == ["2 walks", "2", "1", "1", "1.0° / 1.0°", "100%"]
    assert [column[1] for column in told] == ["5 walks", "0", "0", "0", "-", "-"]


@pytest.mark.slow
def test_what_was_learnt_holds_after_a_restart_unless_the_camera_was_turned(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(optics, "AGAIN_WALKS", (3,))
    monkeypatch.setattr(optics, "TURNED", (0.0, 5.0))
    found = optics.restart(optics._Task(5, 4, fov=True))
    assert [(each.turned, each.holds) for each in found] == [(0.0, True), (5.0, False)]
    assert main(["lab", "optics", "--restart", "--homes", "0"]) == 0
    assert "dropped or replaced" in capsys.readouterr().out


@pytest.mark.slow
def test_one_home_is_learnt_and_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(optics, "WALKS", (2, 6))
    last = learn(optics._Task(5, 4, fov=True))[-1]
    assert last.known is not None
    assert last.right
    assert main(["lab", "optics", "--homes", "0"]) == 0
    told = capsys.readouterr().out
    assert "field of view configured" in told
    assert "camera askew by -15 to 15°" in told
