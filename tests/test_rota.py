from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.contacts import Contact
from guardian.rota import MOST_QUIET, Hours, off_duty, parse, quiet_until

MONDAY = datetime(2025, 6, 2, tzinfo=timezone.utc)
WEEK = frozenset(range(7))


NIGHT = (parse("22:00-07:00"),)


@pytest.mark.parametrize(
    ("own", "at", "until"),
    [
        (None, 21.9, None),
        (None, 22, 31),
        (None, 30.9, 31),
        (None, 31, None),
        ((), 23, None),
        (("12:00-14:00", "14:00-15:30"), 13, 15.5),
        (("Mon 12:00-14:00",), 36, None),
        (("Mon 12:00-24:00", "Tue 00:00-01:00"), 13, 25),
        (("00:00-24:00",), 12, 28),
    ],
)
def test_who_has_quiet_hours_has_them_until_they_are_over(own: tuple[str, ...] | None, at: float, until: float | None):
    anna = Contact.model_validate({"name": "Anna", "ways": ["ntfy://topic"], "quiet": own})
    found = quiet_until((anna,), NIGHT, MONDAY + timedelta(hours=at))
    assert found == ({} if until is None else {"Anna": MONDAY + timedelta(hours=until)})


@given(minute=st.integers(0, 10_079), spans=st.lists(st.tuples(st.integers(0, 1_439), st.integers(0, 1_440))))
def test_quiet_hours_always_end_and_hold_until_then(minute: int, spans: list[tuple[int, int]]):
    quiet, wall = tuple(Hours(WEEK, *span) for span in spans), MONDAY + timedelta(minutes=minute)
    end = quiet_until((contact("Anna"),), quiet, wall).get("Anna")
    assert (end is not None) == any(hours.hold(wall) for hours in quiet)
    if end is not None:
        assert wall < end <= wall + MOST_QUIET
        assert end == wall + MOST_QUIET or not any(hours.hold(end) for hours in quiet)
        inside = range(int((end - wall).total_seconds()) // 60)
        assert all(any(hours.hold(wall + timedelta(minutes=each)) for hours in quiet) for each in inside)


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
