import pytest
from pydantic import ValidationError

from guardian.speech import Speech


def test_a_box_is_silent_until_somebody_wants_it_to_speak():
    assert not Speech().enabled


@pytest.mark.parametrize("device", ["default", "null", "hw:0,0", "plughw:CARD=Device,DEV=0", "sysdefault:CARD=vc4hdmi"])
def test_loudspeakers_as_aplay_names_them(device: str):
    assert Speech(device=device).device == device


@pytest.mark.parametrize(
    "fields",
    [
        {"device": "-x"},
        {"device": ""},
        {"device": "a b"},
        {"voice": "-v"},
        {"volume": 0},
        {"volume": 201},
        {"speed": 79},
    ],
)
def test_what_would_be_another_option_of_the_program_is_refused(fields: dict[str, object]):
    with pytest.raises(ValidationError):
        Speech.model_validate(fields)
