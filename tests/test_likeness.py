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


def test_what_was_believed_of_a_body_before_counts():
    unclear = body(-0.25, looks=12)
    ann = compare(body(-1.5, looks=40), [SHORT, TALL])
    ben = compare(body(1.0, looks=40), [SHORT, TALL])
    alone = compare(unclear, [SHORT, TALL])
    nearest = [compare(unclear, [SHORT, TALL], ((0.8, each.belief),)) for each in (ann, ben)]
    shares = [dict(each.belief) for each in (alone, *nearest)]
    assert shares[1]["Ann"] > shares[0]["Ann"]
    assert shares[2]["Ben"] > shares[0]["Ben"]


def test_what_was_believed_before_names_nobody_whom_the_body_does_not_fit():
    ann = compare(body(-1.5), [SHORT, TALL])
    found = compare(body(1.0), [SHORT, TALL], ((0.8, ann.belief),))
    assert found.name != "Ann"
    tall = compare(body(3.5), [SHORT, TALL], ((0.8, ann.belief),))
    assert (tall.name, tall.stranger) == (None, True)


def test_of_two_who_may_have_come_the_body_decides():
    ann, ben = (compare(body(off), [SHORT, TALL]) for off in (-1.5, 1.0))
    either = ((0.4, ann.belief), (0.4, ben.belief))
    assert compare(body(-1.5), [SHORT, TALL], either).name == "Ann"
    assert compare(body(1.0), [SHORT, TALL], either).name == "Ben"


def test_of_whom_nothing_was_believed_nothing_changes():
    assert np.allclose(
        [share for _, share in compare(body(-1.0), [SHORT, TALL], ((0.8, ()),)).belief],
        [share for _, share in compare(body(-1.0), [SHORT, TALL]).belief],
    )


def test_who_is_enrolled_only_in_the_other_room_is_a_stranger_here():
    cy = (("Ann", 0.1), ("Cy", 20.0), (None, 0.1))
    with_cy = dict(compare(body(-0.5, looks=12), [SHORT, TALL], ((0.8, cy),)).belief)
    without = dict(compare(body(-0.5, looks=12), [SHORT, TALL]).belief)
    assert with_cy[None] > without[None]
    assert set(with_cy) == {"Ann", "Ben", None}
