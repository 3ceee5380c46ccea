"""What displaces the scenery."""

import numpy as np
import pytest

from guardian.lab import measure_aim
from guardian.lab.measure_aim import changes, main, room


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure_aim, "DEGREES", (20.0,))
    monkeypatch.setattr(measure_aim, "WALKERS", 1)


@pytest.mark.slow
def test_a_turned_camera_displaces_more_than_anything_that_people_do(capsys: pytest.CaptureFixture[str]):
    scene = room(0)
    small = scene.model_copy(update={"camera": scene.camera.model_copy(update={"size": (320, 240)})})
    found = dict(changes(small, np.random.default_rng(1)))
    turned = [share for name, share in found.items() if name.startswith("the camera") and share is not None]
    others = [share for name, share in found.items() if not name.startswith("the camera") and share is not None]
    assert len(turned) == 2
    assert min(turned) > max(others)
    assert main(["0"]) == 0
    assert "what happens" in capsys.readouterr().out
