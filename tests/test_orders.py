import json

import pytest
from pydantic import ValidationError

from guardian.eye.orders import EyeSettings, redacted
from guardian.settings import Camera


def test_settings_come_back_from_their_text_as_they_were():
    settings = EyeSettings(camera=Camera(source="rtsp://a:b@camera/1", rotate=90), wire=7, hold=3.5, loop=True)
    assert EyeSettings.model_validate_json(settings.model_dump_json()) == settings


@pytest.mark.parametrize("wrong", [{"wire": -1}, {"watchdog": 0}, {"pace": "slow"}, {"fps": 15}, {"hold": -1}])
def test_wrong_settings_are_refused(wrong: dict[str, object]):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        EyeSettings.model_validate_json(json.dumps({"camera": {"source": "a.mp4"}, **wrong}))


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("rtsp://anna:secret@10.0.0.7:554/live", "rtsp://anna:***@10.0.0.7:554/live"),
        ("http://:secret@camera/video", "http://:***@camera/video"),
        ("rtsp://camera/live", "rtsp://camera/live"),
        ("/dev/video0", "/dev/video0"),
        ("clip@12:30.mp4", "clip@12:30.mp4"),
    ],
)
def test_a_password_is_never_printed(source: str, printed: str):
    assert redacted(source) == printed
