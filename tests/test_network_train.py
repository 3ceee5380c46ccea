from pathlib import Path

import numpy as np
import pytest

from guardian.lab.network import labelled, train
from guardian.lab.network.labelled import Labelled
from guardian.window import CHANNELS, STEPS


def windows(count: int, seed: int = 0) -> Labelled:
    """Bodies that end low or high, by chance: so low is a fall."""
    random = np.random.default_rng(seed)
    fell = random.random(count) < 0.5
    keypoints = np.zeros((count, STEPS, 17, 3), np.float32)
    keypoints[..., 2] = 0.6
    keypoints[..., :2] = random.normal(0, 0.1, (count, 1, 17, 2)) + random.normal(0, 0.01, (count, STEPS, 17, 2))
    keypoints[..., 2] += random.normal(0, 0.06, (count, STEPS, 17))
    keypoints[:, STEPS // 2 :, :, 0] += np.where(fell, 0.6, 0.0)[:, None, None]
    none = np.zeros((count, STEPS), np.float32)
    return Labelled(keypoints, none, np.zeros((count, STEPS, 2), np.float32), fell, np.arange(count) // 3)


def test_a_batch_has_its_share_of_falls_and_no_two_are_alike():
    made = train.batches(windows(60), 20, np.random.default_rng(1))
    (one, fell), (other, _) = next(made), next(made)
    assert one.shape == (20, STEPS, CHANNELS)
    assert fell.sum() == round(train.FALLS_SHARE * 20)
    assert not np.array_equal(one, other)


def test_the_same_seed_makes_the_same_batches():
    one, two = (next(train.batches(windows(60), 20, np.random.default_rng(1)))[0] for _ in range(2))
    assert np.array_equal(one, two)


def test_a_scene_with_many_windows_does_not_drown_the_others():
    group = np.array([0] * 100 + [1])
    assert train._even(group)[-1] == pytest.approx(1 / 11)


def test_right_and_wrong_are_told_apart():
    fell = np.array([False, False, True, True])
    right = train.measured(np.array([-5.0, -4.0, 4.0, 5.0]), fell)
    wrong = train.measured(np.array([5.0, 4.0, -4.0, -5.0]), fell)
    assert right["area"] == 1
    assert wrong["area"] == 0
    assert right["right"] == 1
    assert right["surprise"] < 0.05 < wrong["surprise"]


def test_what_int8_lost_is_told():
    told = train.agreement(np.array([-1.0, 2.0, 0.1]), np.array([-1.5, 2.0, -0.1]))
    assert told["alike"] == pytest.approx(2 / 3, abs=1e-3)
    assert told["apart_mean"] == pytest.approx(0.7 / 3, abs=1e-3)


def test_without_windows_the_command_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    arguments = [str(tmp_path / "none.npz"), "--check", str(tmp_path / "none.npz"), "--out", str(tmp_path)]
    assert train.main(arguments) != 0
    assert "guardian lab windows" in capsys.readouterr().err


@pytest.mark.slow
def test_a_network_learns_what_is_low_and_keeps_it_in_int8(tmp_path: Path):
    pytest.importorskip("tensorflow", reason="the extra `train` is not installed")
    labelled.save(windows(300), tmp_path / "w.npz")
    labelled.save(windows(100, seed=1), tmp_path / "v.npz")
    # batch normalisation forgets slowly: after fewer batches its statistics are still those of the beginning
    plan = train.Plan((tmp_path / "w.npz",), (tmp_path / "v.npz",), epochs=3, batches=250, seed=1)
    card = train.train(plan, tmp_path)
    assert card["parameters"] < train.MOST_PARAMETERS
    assert card["int8"]["area"] > 0.95
    assert card["agreement"]["alike"] > 0.95
    assert (tmp_path / "fall_window.tflite").stat().st_size == card["bytes"] < train.MOST_BYTES
