"""Who a signature is most like."""

from dataclasses import replace
from math import nan

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from guardian.likeness import UNCLEAR, Known, compare
from guardian.likeness_tables import DAILY, ENROLLED, NOISE, PEOPLE, USUAL
from guardian.signature import Signature

SPREAD = np.sqrt(np.diag(PEOPLE))


def body(*off: float, looks: int = 160, enrolled: bool = False) -> Signature:
    """A body that is so many spreads off the usual in its first features."""
    values = USUAL.copy()
    values[: len(off)] += np.array(off) * SPREAD[: len(off)]
    return Signature(tuple((values - ENROLLED if enrolled else values).tolist()), looks)


SHORT, TALL = (Known(name, body(off, enrolled=True)) for name, off in (("Ann", -1.5), ("Ben", 1.0)))


def test_the_tables_are_covariances():
    for table in (PEOPLE, DAILY, NOISE):
        assert np.allclose(table, table.T)
        assert np.linalg.eigvalsh(table).min() > 0
    assert (np.diag(PEOPLE) > np.diag(DAILY))[:7].all()  # bodies; how somebody walks differs as much from day to day


def test_who_is_like_one_of_the_enrolled_is_named():
    found = compare(body(-1.5), [SHORT, TALL])
    assert (found.name, found.stranger) == ("Ann", False)
    assert found.score > 0.9


def test_who_is_like_nobody_is_a_stranger():
    found = compare(body(3.5), [SHORT, TALL])
    assert (found.name, found.stranger) == (None, True)


def test_of_two_who_are_alike_neither_is_named():
    twin = replace(SHORT, name="Eve")
    found = compare(body(-1.5), [SHORT, twin, TALL])
    assert (found.name, found.stranger) == (None, False)
    assert 0.4 < found.score < 0.6


def test_where_nobody_is_enrolled_nobody_is_a_stranger():
    assert compare(body(), []) == UNCLEAR


def test_more_looks_make_surer():
    few, many = (compare(body(-1.3, looks=looks), [SHORT, TALL]).score for looks in (12, 150))
    assert many != few
    assert compare(body(-1.5, looks=150), [SHORT, TALL]).score >= compare(body(-1.5, looks=12), [SHORT, TALL]).score


@given(st.lists(st.floats(-3, 3), min_size=9, max_size=9), st.sets(st.integers(1, 8)), st.integers(10, 150))
def test_what_was_not_seen_is_left_out_and_the_score_is_a_share(off: list[float], unseen: set[int], looks: int):
    whole = body(*off, looks=looks)
    values = tuple(nan if number in unseen else value for number, value in enumerate(whole.values))
    found = compare(replace(whole, values=values), [SHORT, TALL])
    assert 0 <= found.score <= 1
    assert not (found.stranger and found.name)
