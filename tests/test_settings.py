from collections.abc import Iterator
from typing import Any, get_args

import pytest
from annotated_types import Ge, Gt, Le, Lt
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from guardian import header
from guardian.contacts import Contact
from guardian.section import Section
from guardian.settings import Camera, Household, Leds, Mqtt, Panel, Place, Privacy, Room, Settings

ROOM = Room(name="Living room", camera=Camera(source="/dev/video0"))


def sections(kind: type[Section] = Settings) -> Iterator[type[Section]]:
    """Settings and every section below it."""
    yield kind
    for field in kind.model_fields.values():
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, Section):
                yield from sections(part)


def numbers() -> list[Any]:
    """Every number of the configuration, with its section and name."""
    return [
        pytest.param(section, name, field, id=f"{section.__name__}.{name}")
        for section in sections()
        for name, field in section.model_fields.items()
        if field.annotation in {int, float} and any(isinstance(limit, Ge | Gt | Le | Lt) for limit in field.metadata)
    ]


def refused(section: type[Section], name: str, value: object) -> bool:
    try:
        section.model_validate({name: value})
    except ValidationError as error:
        return any(fault["loc"] == (name,) for fault in error.errors())
    return False


def test_one_room_with_a_camera_is_enough():
    settings = Settings(rooms=(ROOM,))
    assert settings.web.host == "127.0.0.1"
    assert settings.alarm.cancel_seconds == 30


@pytest.mark.parametrize(("section", "name", "field"), numbers())
def test_a_number_has_one_lower_and_one_upper_limit_and_both_are_in_force(
    section: type[Section], name: str, field: FieldInfo
):
    least = [limit.ge if isinstance(limit, Ge) else limit.gt for limit in field.metadata if isinstance(limit, Ge | Gt)]
    most = [limit.le for limit in field.metadata if isinstance(limit, Le)]
    assert len(least) == len(most) == 1
    assert not refused(section, name, most[0])
    assert refused(section, name, most[0] + 1)
    assert refused(section, name, least[0] - 1)


@pytest.mark.parametrize("section", set(sections()), ids=lambda section: section.__name__)
def test_an_unknown_key_is_refused_everywhere(section: type[Section]):
    assert refused(section, "no_such_key", 1)


@pytest.mark.parametrize(
    "source", ["/dev/video0", "/dev/video12", "csi", "csi:1", "rtsp://a/1", "http://a", "clip.mp4"]
)
def test_a_camera_can_be(source: str):
    assert Camera(source=source).source == source


@pytest.mark.parametrize("source", ["", "csi:x", "ftp://a/b", "rtsp://", "/dev/video", "/dev/sda", 0, True])
def test_a_camera_cannot_be(source: object):
    with pytest.raises(ValidationError):
        Camera.model_validate({"source": source})


def test_a_camera_given_by_number_gets_its_device_named():
    with pytest.raises(ValidationError, match="/dev/video2 would be right"):
        Camera.model_validate({"source": 2})


def test_an_error_repeats_no_password():
    with pytest.raises(ValidationError) as caught:
        Camera.model_validate({"source": "ftp://anna:hunter2@camera"})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("broker", ["auto", "embedded", "none", "homeassistant.local", "192.168.1.2", "fd00::7", "::1"])
def test_a_broker_can_be(broker: str):
    assert Mqtt(broker=broker).broker == broker


@pytest.mark.parametrize("prefix", ["", "/", "a/", "/a", "a//b", "a/+", "a#", "a\x01", "x" * 65])
def test_where_home_assistant_listens_is_a_topic(prefix: str):
    assert Mqtt().home_assistant == "homeassistant"
    assert Mqtt(home_assistant=None).home_assistant is None
    assert Mqtt(home_assistant="my/prefix").home_assistant == "my/prefix"
    with pytest.raises(ValidationError, match="home_assistant"):
        Mqtt(home_assistant=prefix)


@pytest.mark.parametrize("broker", ["mqtt://host", "host:1883", "two words", ""])
def test_a_broker_cannot_be(broker: str):
    with pytest.raises(ValidationError):
        Mqtt(broker=broker)


def test_a_way_to_reach_somebody_is_an_address():
    assert Contact(name="Ana", ways=("ntfy://topic",)).ways == ("ntfy://topic",)
    for way in ("file:/etc/guardian/ana", "file:${CREDENTIALS_DIRECTORY}/ana"):
        assert Contact(name="Ana", ways=(way,)).ways == (way,)
    for way in ("file:ana", "file:", "file:$HOME/ana", "file:ntfy://topic"):
        with pytest.raises(ValidationError, match="is no whole path; file:/etc/guardian/anna"):
            Contact(name="Ana", ways=(way,))
    with pytest.raises(ValidationError, match="ntfy://topic"):
        Contact(name="Ana", ways=("+34 600 000 000",))


def test_a_zone_must_exist():
    assert Household(timezone="Asia/Taipei").timezone == "Asia/Taipei"
    with pytest.raises(ValidationError, match="Europe/Madrid"):
        Household(timezone="Mars/Olympus")


def test_two_rooms_need_two_names():
    with pytest.raises(ValidationError, match="same name"):
        Settings(rooms=(ROOM, ROOM))


def test_a_place_has_at_least_three_corners():
    with pytest.raises(ValidationError):
        Place(name="bed", kind="bed", polygon=((0, 0), (1, 1)))


def test_a_physical_pin_is_turned_into_its_gpio_number():
    assert Panel.model_validate({"buzzer": "pin 12"}).buzzer == 18


@given(st.integers(-5, 60))
def test_a_pin_is_accepted_exactly_where_the_header_allows_it(gpio: int):
    taken = {Panel().button, *Leds().model_dump().values()}
    assert refused(Panel, "buzzer", gpio) == (header.refusal(gpio) is not None)
    if header.refusal(gpio) is None and gpio not in taken:
        assert Panel(buzzer=gpio).buzzer == gpio


def test_one_pin_cannot_serve_two():
    with pytest.raises(ValidationError, match="already serves"):
        Panel(buzzer=17)


def test_settings_do_not_change():
    with pytest.raises(ValidationError):
        Settings(rooms=(ROOM,)).rooms = ()


def test_nobody_is_given_a_longer_pause_than_the_longest():
    assert Privacy().pause_seconds == 3_600
    assert Privacy(pause_seconds=600, longest_pause_seconds=600).tell_pause_seconds is None
    with pytest.raises(ValidationError, match="pause_seconds is 3600, more than longest_pause_seconds"):
        Privacy(longest_pause_seconds=1_800)
    with pytest.raises(ValidationError):
        Privacy(longest_pause_seconds=50_000)


def test_the_pause_button_has_a_pin_of_its_own():
    with pytest.raises(ValidationError, match="pause_button"):
        Panel(pause_button=23)
    assert Panel(pause_button="pin 18").pause_button == 24
