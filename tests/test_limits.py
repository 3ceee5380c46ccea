"""How often a password may be tried: enough for fingers that slip, not for a machine; a stranger locks nobody out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.web.limits import ADDRESS, DEVICE, NAME, Limits

DAY = 86_400.0


class Hands:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 5.0

    def __call__(self) -> float:
        return self.now


def tries(limits: Limits, count: int, address: str = "192.168.1.66", name: str = "anna", device: str = "") -> int:
    """How many of so many tries are let through at once."""
    return sum(limits.take(address, name, device) == 0 for _ in range(count))


def test_some_tries_are_free_and_then_one_after_a_while():
    clock = Hands()
    limits = Limits(clock)
    assert tries(limits, 100) == ADDRESS.tries
    assert limits.take("192.168.1.66", "anna") == pytest.approx(ADDRESS.seconds)
    clock.now += ADDRESS.seconds - 1
    assert limits.take("192.168.1.66", "anna") == pytest.approx(1.0)
    clock.now += 1
    assert tries(limits, 2) == 1
    clock.now += DAY
    assert tries(limits, 100) == ADDRESS.tries


def test_what_was_right_does_not_count():
    limits = Limits(Hands())
    for _ in range(100):
        assert limits.take("192.168.1.66", "anna") == 0
        limits.give_back("192.168.1.66", "anna")


def test_one_stranger_who_tries_for_ever_never_locks_a_name():
    clock = Hands()
    limits = Limits(clock)
    for _ in range(3_000):
        tries(limits, 3)
        assert limits.take("192.168.1.7", "Anna") == 0
        limits.give_back("192.168.1.7", "Anna")
        clock.now += ADDRESS.seconds / 2


def test_while_many_strangers_try_a_name_the_devices_of_its_owner_come_in():
    limits = Limits(Hands())
    let = sum(tries(limits, 20, f"10.0.{number}.1") for number in range(50))
    assert let == NAME.tries
    assert limits.take("192.168.1.7", "Anna") > 0
    assert limits.take("192.168.1.7", "Anna", "a known device") == 0
    assert limits.take("192.168.1.7", "Otto") == 0


def test_a_known_device_cannot_guess_for_ever_either():
    assert tries(Limits(Hands()), 100, device="a known device") == DEVICE.tries


def test_another_address_of_the_same_subscriber_is_no_other_stranger():
    limits = Limits(Hands())
    let = sum(tries(limits, 1, f"2001:db8:1:2::{number:x}", f"name {number}") for number in range(1, 100))
    assert let == ADDRESS.tries
    assert limits.take("2001:db8:1:3::1", "anna") == 0


def test_an_address_of_the_old_kind_is_the_same_however_it_is_written():
    limits = Limits(Hands())
    assert tries(limits, 99, "::ffff:192.168.1.66") == ADDRESS.tries
    assert limits.take("192.168.1.66", "otto") > 0


@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=40), st.booleans()), max_size=60))
def test_no_name_or_address_makes_more_buckets_or_breaks_them(asked: list[tuple[str, str, bool]]):
    limits = Limits(Hands())
    for address, name, known in asked:
        assert limits.take(address, name, "device" if known else "") >= 0
    assert len(limits._full_at) <= 2 * len(asked) + 1
