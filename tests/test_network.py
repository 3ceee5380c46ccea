from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from walks import falling, samples

from guardian import network
from guardian.errors import ModelError
from guardian.eye.engine import LIGHTNING, models_directory
from guardian.network import Network, judge_for, shipped
from guardian.settings import Falls
from guardian.skeleton import MIRRORED
from guardian.window import grid


@pytest.mark.parametrize("content", [b"", (models_directory() / LIGHTNING).read_bytes()])
def test_another_model_is_refused(content: bytes):
    with pytest.raises(ModelError):
        Network(content)


def test_the_settings_say_whether_there_is_a_network():
    assert judge_for(Falls(network=False)) is None
    assert judge_for(Falls()) is judge_for(Falls(sensitivity="low")), "it is loaded once"


def test_who_falls_and_lies_is_told_from_who_stands():
    judge = judge_for(Falls())
    assert judge is not None
    said = {}
    for now in (4.5, 8.5):
        found = grid(samples(falling, np.arange(0.1, now, 0.1)), now)
        assert found is not None
        said[now] = judge.judge(found)
    assert said[8.5] > said[4.5] + 3


def test_a_mirror_image_is_judged_alike():
    judge = judge_for(Falls())
    found = grid(samples(falling, np.arange(0.1, 7.5, 0.1)), 7.5)
    assert judge is not None
    assert found is not None
    mirrored = replace(found, keypoints=found.keypoints[:, MIRRORED] * np.array([1, -1, 1], np.float32))
    assert judge.judge(mirrored) == pytest.approx(judge.judge(found), abs=1e-6)


def test_a_damaged_file_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "SHA256SUMS").write_bytes((models_directory() / "SHA256SUMS").read_bytes())
    (tmp_path / shipped().name).write_bytes(b"\0" + shipped().read_bytes()[1:])
    monkeypatch.setattr(network, "models_directory", lambda: tmp_path)
    with pytest.raises(ModelError, match=r"fall_window\.tflite: has sha256"):
        judge_for(Falls())


def test_nothing_is_said_on_standard_error(capfd: pytest.CaptureFixture[str]):
    Network.load(shipped())
    assert capfd.readouterr().err == ""
