from dataclasses import asdict, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.descent import Descent
from guardian.evidence import TOLD, WEIGHTS, Since, Views, belief, grown, ranked, views

FALL = Descent(shoulders=0.7, hips=0.35, seconds=0.7, speed=1.1, impact=0.9)
SLOW = Descent(shoulders=0.45, hips=0.2, seconds=1.5, speed=0.35, impact=0.1)


def test_every_view_has_a_weight():
    assert set(WEIGHTS) == {each.name for each in fields(Views)}


@given(
    st.builds(Descent, *[st.floats(-1, 5) for _ in range(5)]),
    st.builds(Since, *[st.floats(0, 1e5) for _ in range(9)], st.floats(-5, 5), st.floats(-5, 1)),
)
def test_views_are_shares_whatever_was_seen(descent: Descent, since: Since):
    assert all(0 <= strength <= 1 for strength in asdict(views(descent, since)).values())


def test_a_fall_that_stays_down_is_believed_and_one_that_gets_up_is_not():
    assert belief(views(FALL, Since(down=4.0))) > 0
    assert belief(views(SLOW, Since(other=1.0))) < 0
    assert belief(views(FALL, Since(down=2.0, up=3.0))) < 0


def test_the_longer_the_body_lies_the_more_is_believed():
    beliefs = [belief(views(FALL, Since(down=seconds))) for seconds in (1.0, 2.0, 4.0, 8.0)]
    assert beliefs == sorted(beliefs)
    assert len(set(beliefs)) == len(beliefs)


@pytest.mark.parametrize(
    "against",
    [
        Since(down=4.0, held=0.5),
        Since(down=4.0, up=1.0),
        Since(down=4.0, other=2.0),
        Since(down=4.0, moving=4.0),
        Since(down=4.0, erect=2.0),
        Since(down=4.0, before=3.0),
    ],
)
def test_what_speaks_against_a_fall_lessens_the_belief(against: Since):
    assert belief(views(SLOW, against)) < belief(views(SLOW, Since(down=4.0)))


def test_a_slow_descent_needs_more_time_than_a_fast_one():
    assert belief(views(SLOW, Since(down=4.0))) < belief(views(FALL, Since(down=4.0)))


def test_what_was_seen_on_the_way_down_says_nothing():
    lain = Since(down=4.0)
    assert belief(views(FALL, Since(down=4.0, erect=0.4, before=0.9))) == belief(views(FALL, lain))
    passed, stayed = (belief(views(FALL, Since(hidden=8.0, other=seconds))) for seconds in (0.3, 3.0))
    assert belief(views(FALL, Since(hidden=8.0))) - passed < (passed - stayed) * 2


def test_to_lie_down_late_counts_only_of_who_lies():
    assert belief(views(FALL, Since(hidden=4.0, before=4.0))) == belief(views(FALL, Since(hidden=4.0)))


def test_who_was_not_upright_and_whose_hips_stay_where_they_were_has_lain_back():
    lain = Since(down=4.0)
    sank = Descent(shoulders=0.4, hips=0.1, seconds=0.9, speed=0.8, impact=0.3)
    sat = Descent(shoulders=0.4, hips=0.1, seconds=0.9, speed=0.8, impact=0.3, stood=0.0)
    chair = Descent(shoulders=0.4, hips=0.3, seconds=0.9, speed=0.8, impact=0.3, stood=0.0)
    assert belief(views(sat, lain)) < belief(views(sank, lain)) - 2
    assert views(chair, lain).reclined == 0


def test_the_belief_is_the_sum_of_what_is_told():
    seen = views(FALL, Since(down=4.0, moving=1.0))
    told = ranked(seen)
    assert [abs(nats) for _, nats in told] == sorted((abs(nats) for _, nats in told), reverse=True)
    assert all(abs(nats) >= TOLD for _, nats in told)
    left_out = len(fields(Views)) - len(told)
    assert sum(nats for _, nats in told) == pytest.approx(belief(seen) - belief(Views()), abs=TOLD * left_out + 0.1)


def test_a_view_grows_to_two_thirds_in_its_span():
    assert grown(0.0, 3.0) == 0
    assert grown(3.0, 3.0) == pytest.approx(0.632, abs=0.001)
    assert grown(100.0, 3.0) == pytest.approx(1.0)
