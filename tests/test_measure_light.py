"""How dark or flat a picture may be."""

import numpy as np
import pytest
from bodies import standing

from guardian.lab import measure_light
from guardian.lab.measure_light import is_found, main


def test_a_body_is_found_where_it_is():
    truth = standing().keypoints.astype(float)
    assert is_found([standing()], truth)
    assert is_found([standing((0.9, 0.2)), standing()], truth)
    assert not is_found([standing((0.9, 0.2))], truth)
    assert not is_found([], truth)


@pytest.mark.slow
def test_somebody_is_found_by_day_and_not_in_the_dark(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    chosen = {name: measure_light.LIGHTS[name] for name in ("as it is", "3% of the light")}
    monkeypatch.setattr(measure_light, "LIGHTS", chosen)
    monkeypatch.setattr(measure_light, "LOOKS", 2)
    assert main(["1"]) == 0
    rows = capsys.readouterr().out.splitlines()
    by_day, dark = (next(row.split() for row in rows if name in row) for name in chosen)
    assert by_day[-2] == "100%"
    assert dark[-2] == "0%"
    assert np.isclose(float(dark[-4]), 0.018, atol=0.01)
