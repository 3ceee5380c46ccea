import pytest
from neighbourhood import CELLAR, UPSTAIRS, settings
from pydantic import ValidationError

from guardian.neighbour import Neighbour
from guardian.sense import Sense
from guardian.settings import Household, Mqtt, Settings


def said(**fields: object) -> str:
    """What is said of a configuration that is wrong."""
    right = settings(UPSTAIRS)
    with pytest.raises(ValidationError) as caught:
        Settings(**{**{name: getattr(right, name) for name in ("household", "rooms", "neighbours")}, **fields})
    return str(caught.value)


def test_a_neighbour_rings_here_unless_it_is_told_not_to():
    assert (UPSTAIRS.lamp, UPSTAIRS.buzzer) == (True, True)
    assert settings(UPSTAIRS, CELLAR).neighbours == (UPSTAIRS, CELLAR)


def test_two_boxes_cannot_be_taken_for_one():
    assert "names this box itself (up" in said(household=Household(id="up"))
    assert "both called Upstairs" in said(neighbours=(UPSTAIRS, Neighbour(id="attic", name="Upstairs")))
    assert "both called up" in said(neighbours=(UPSTAIRS, Neighbour(id="up", name="Attic")))


def test_a_box_cannot_be_taken_for_a_room():
    assert "kitchen is a neighbour's name and a room's" in said(neighbours=(Neighbour(id="up", name="kitchen"),))
    radar = Sense(name="radar", room="Upstairs", topic="z/bath", device="zigbee2mqtt_tuya_fall")
    assert "Upstairs is a neighbour's name and a room's" in said(senses=(radar,))


@pytest.mark.parametrize("broker", ["none", "embedded"])
def test_neighbours_need_a_broker_that_they_reach(broker: str):
    assert f"mqtt.broker is {broker}, which no other box reaches" in said(mqtt=Mqtt(broker=broker))


@pytest.mark.parametrize("page", ["javascript:alert(1)", "//up.local", "https://", "https://up local/"])
def test_a_page_is_an_address_of_the_web(page: str):
    with pytest.raises(ValidationError):
        Neighbour(id="up", name="Upstairs", page=page)
