import json
import zlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.day import HOURS, MOST_BYTES, Day, decode, understood

TODAY = date(2025, 3, 30)
SECONDS = st.lists(st.integers(0, 7_200), min_size=HOURS, max_size=HOURS).map(tuple)
HOURLY = st.dictionaries(st.text(max_size=12), SECONDS, max_size=8)
DAYS = st.builds(
    Day,
    date=st.dates(),
    who=st.text(max_size=20),
    postures=HOURLY,
    places=HOURLY,
    rooms=HOURLY,
    rising=st.none() | st.integers(-720, 1_440),
    visits=st.integers(0, 99),
    away=st.integers(0, 90_000),
)


@given(DAYS)
def test_what_is_kept_of_a_day_is_read_as_it_was(day: Day):
    assert decode(day.encode()) == day
    assert understood(json.loads(json.dumps(day.plain()))) == day


def test_a_day_of_before_a_count_was_added_has_none_of_it():
    plain = Day(date=TODAY, visits=3).plain()
    del plain["visitors"], plain["kitchen"]
    day = understood(plain)
    assert (day.visitors, day.kitchen, day.visits) == (0, None, 3)


def test_a_day_of_a_later_version_is_refused_with_what_would_be_right():
    with pytest.raises(ValueError, match="of version 2; 1 or less would be right"):
        understood({**Day(date=TODAY).plain(), "version": 2})


@pytest.mark.parametrize(
    "wrong",
    [
        {"date": 7},
        {"date": "yesterday"},
        {"rooms": {"kitchen": [1, 2]}},
        {"rooms": {"kitchen": [-1] * HOURS}},
        {"rooms": []},
        {"rooms": {"kitchen": 1}},
        {"visits": -1},
        {"visits": None},
        {"rising": "early"},
        {"away": float("inf")},
        {"version": None},
    ],
)
def test_what_cannot_be_a_day_is_refused(wrong: dict[str, object]):
    with pytest.raises(ValueError, match=r"no day|right|Invalid isoformat|invalid literal"):
        understood({**Day(date=TODAY).plain(), **wrong})


def test_what_is_no_object_is_refused():
    with pytest.raises(ValueError, match="no version"):
        understood([1])


@pytest.mark.parametrize("body", [b"", b"damaged", Day(date=TODAY).encode()[:-6], zlib.compress(b" " * MOST_BYTES * 2)])
def test_a_damaged_day_is_refused(body: bytes):
    with pytest.raises(ValueError, match="no day"):
        decode(body)
