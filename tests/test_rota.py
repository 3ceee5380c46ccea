from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.contacts import Contact
from guardian.rota import Hours, off_duty, parse

MONDAY = datetime(2025, 6, 2, tzinfo=timezone.utc)
WEEK = frozenset(range(7))


def contact(name: str, *hours: str) -> Contact:
    return Contact(name=name, ways=("ntfy://topic",), hours=hours)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("08:00-18:30", Hours(WEEK, 480, 1_110)),
        ("Mon-Fri 18:00-08:00", Hours(frozenset({0, 1, 2, 3, 4}), 1_080, 480)),
        ("Sat 00:00-24:00", Hours(frozenset({5}), 0, 1_440)),
        ("Sat-Mon 09:00-10:00", Hours(frozenset({5, 6, 0}), 540, 600)),
    ],
)
def test_hours_are_read(text: str, hours: Hours):
    assert parse(text) == hours


@pytest.mark.parametrize("text", ["", "8-18", "25:00-26:00", "Mo 08:00-18:00", "Mon,Tue 08:00-18:00", "08:00", "Mon"])
def test_what_are_no_hours_is_refused_with_what_would_be_right(text: str):
    with pytest.raises(ValueError, match="Mon-Fri 08:00-18:00"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "on", "off"),
    [
        ("Mon 08:00-18:00", [(0, 8, 0), (0, 17, 59)], [(0, 7, 59), (0, 18, 0), (1, 12, 0)]),
        ("Fri 22:00-06:00", [(4, 22, 0), (5, 5, 59)], [(4, 5, 0), (5, 6, 0), (5, 22, 0)]),
        ("Sun 22:00-06:00", [(6, 23, 0), (0, 3, 0)], [(6, 3, 0), (0, 6, 0)]),
        ("00:00-24:00", [(0, 0, 0), (6, 23, 59)], []),
    ],
)
def test_the_hours_of_a_night_belong_to_the_day_on_which_it_begins(
    text: str, on: list[tuple[int, int, int]], off: list[tuple[int, int, int]]
):
    def held(day: int, hour: int, minute: int) -> bool:
        return parse(text).hold(MONDAY + timedelta(days=day, hours=hour, minutes=minute))

    assert all(held(*at) for at in on)
    assert not any(held(*at) for at in off)


@given(st.integers(0, 1_439), st.integers(0, 1_439), st.integers(0, 10_079))
def test_a_span_and_the_rest_of_the_day_never_hold_at_once_nor_leave_a_gap(start: int, end: int, minute: int):
    wall = MONDAY + timedelta(minutes=minute)
    if start != end:
        assert Hours(WEEK, start, end).hold(wall) != Hours(WEEK, end, start).hold(wall)


def test_who_has_no_hours_is_never_off_duty():
    contacts = (contact("Anna", "Mon 08:00-18:00", "Tue 08:00-12:00"), contact("Bruno"))
    assert off_duty(contacts, MONDAY + timedelta(hours=9)) == frozenset()
    assert off_duty(contacts, MONDAY + timedelta(days=1, hours=13)) == {"Anna"}
