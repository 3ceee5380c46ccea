from pathlib import Path

import numpy as np
import pytest

from guardian.lab.network import latency


class Quick:
    seconds, asked = 0.0, 0

    def logit(self, window: np.ndarray) -> float:
        self.asked += 1
        self.seconds += 1e-4
        return float(window.sum())


def test_all_take_turns():
    network = Quick()
    found = latency.measure(network, turns=3)  # type: ignore[arg-type]
    assert network.asked == 3 + latency.WARM
    assert found.network == pytest.approx(0.1)
    assert found.window > 0
    assert found.ratio == pytest.approx(0.1 / found.lightning)


def test_a_network_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert latency.main([str(tmp_path / "none.tflite")]) != 0
    assert "none.tflite" in capsys.readouterr().err
