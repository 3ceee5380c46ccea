import pytest
from pydantic import ValidationError

from guardian.contacts import CREDENTIALS, Contact, is_way
from guardian.rota import parse


@pytest.mark.parametrize(
    ("way", "known"),
    [
        ("ntfy://topic", True),
        ("mailto://user:password@host", True),
        ("file:/etc/guardian/anna", True),
        (f"file:{CREDENTIALS}/anna", True),
        ("file:anna", False),
        ("0123456789", False),
        ("ntfy:topic", False),
    ],
)
def test_a_way_is_an_address_or_the_whole_path_of_a_file_with_one(way: str, *, known: bool):
    assert is_way(way) is known


@pytest.mark.parametrize(
    ("way", "said"), [("anna", "an address such as ntfy://topic"), ("file:anna", "file:/etc/guardian/anna")]
)
def test_what_is_no_way_is_refused_with_what_would_be_right(way: str, said: str):
    with pytest.raises(ValidationError, match=said):
        Contact(name="Anna", ways=(way,))


def test_hours_may_be_written_or_given():
    hours = parse("08:00-18:00")
    assert Contact(name="Anna", ways=("ntfy://topic",), hours=("08:00-18:00",)).hours == (hours,)
    assert Contact(name="Anna", ways=("ntfy://topic",), hours=(hours,)).hours == (hours,)


def test_nobody_is_told_without_a_way():
    with pytest.raises(ValidationError, match="ways"):
        Contact(name="Anna", ways=())
