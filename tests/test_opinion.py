import pytest
from stand_ins import Low
from walks import falling, figures, upright

from guardian.opinion import PACE_SECONDS, SURE, Opinion


def test_a_body_is_not_judged_anew_with_every_question():
    network = Low()
    opinion = Opinion(network)
    for now, each in figures(upright, 2.0):
        opinion.update(each, now)
        for _ in range(5):
            opinion.of(1)
    assert network.asked <= 2.0 / PACE_SECONDS + 1


def test_what_is_said_is_of_now_and_of_that_body():
    opinion = Opinion(Low(sure=4.0))
    said = {}
    for now, each in figures(falling, 9.0):
        opinion.update(each, now)
        said[round(now, 1)] = opinion.of(1)
    assert said[4.0] == -4.0
    assert said[8.0] == 4.0
    assert opinion.bodies == (1,)


@pytest.mark.parametrize("sure", [50.0, -50.0])
def test_nobody_is_surer_than_sure(sure: float):
    opinion = Opinion(Low(sure=sure))
    for now, each in figures(upright, 2.0):
        opinion.update(each, now)
    assert abs(opinion.of(1) or 0.0) == SURE


def test_of_a_body_that_nobody_saw_nothing_is_said():
    assert Opinion(Low()).of(5) is None


def test_without_a_network_nothing_is_said_and_nothing_kept():
    opinion = Opinion()
    for now, each in figures(falling, 9.0):
        opinion.update(each, now)
    assert opinion.of(1) is None
    assert not opinion.bodies


def test_who_has_left_is_forgotten():
    opinion = Opinion(Low())
    for now, each in figures(lambda time: upright(time) if time < 3 else None, 30.0):
        opinion.update(each, now)
        opinion.of(1)
    assert opinion.of(1) is None
