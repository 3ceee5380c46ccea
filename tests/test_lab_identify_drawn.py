"""What handing over does where people differ just as the tables say."""

import pytest

from guardian.lab.identify.drawn import KINDS, WAYS, draw, main
from guardian.lab.identify.measure import RIGHT, WRONG


def test_handing_over_names_more_of_six_who_go_through_and_no_more_of_them_wrongly():
    found = draw(6, "through", 150, 1)
    briefly, soon, alone, late = (found[way] for way in WAYS)
    assert late[RIGHT] > alone[RIGHT]
    assert soon[RIGHT] > briefly[RIGHT]
    assert soon[WRONG] <= briefly[WRONG] + 3
    assert late[WRONG] <= alone[WRONG] + 3


def test_who_comes_in_place_of_another_does_not_get_that_name():
    found = draw(6, "replaced", 150, 1)
    briefly, soon, alone, late = (found[way] for way in WAYS)
    assert late[WRONG] <= alone[WRONG] + 5
    assert soon[WRONG] <= briefly[WRONG] + 5
    assert late[RIGHT] < alone[RIGHT]  # it rather says nothing


def test_the_table_has_a_row_for_each(capsys: pytest.CaptureFixture[str]):
    assert main(["--trials", "2"]) == 0
    printed = capsys.readouterr().out
    assert all(printed.count(word) >= 2 * len(WAYS) for word in KINDS)
