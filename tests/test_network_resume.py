import numpy as np
import pytest

from guardian.errors import ConfigurationError
from guardian.lab.network import resume, train
from guardian.network import shipped


def test_the_layers_of_the_network_are_read_in_the_order_of_the_flow():
    known = resume.layers(shipped().read_bytes())
    pairs = ["DEPTHWISE_CONV_2D", "CONV_2D"] * len(train.DILATIONS)
    assert [each.kind for each in known] == ["CONV_2D", *pairs, "FULLY_CONNECTED", "FULLY_CONNECTED"]
    assert all(each.factor.shape == each.shift.shape for each in known)
    assert all(0.001 < float(np.abs(each.kernel).mean()) < 2 for each in known)


@pytest.mark.slow
def test_training_goes_on_from_what_the_network_says_already():
    keras = pytest.importorskip("keras", reason="the extra `train` is not installed")
    content, windows = shipped().read_bytes(), np.random.default_rng(1).normal(0, 0.5, (20, 80, 58)).astype(np.float32)
    model = train.network(keras)
    resume.take(model, content)
    said = model.predict(windows, verbose=0).ravel()
    assert said == pytest.approx(train.logits(content, windows), abs=0.6)
    assert np.abs(said - train.logits(content, windows)).mean() < 0.25
    with pytest.raises(ConfigurationError, match="other layers"):
        resume.take(keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)]), content)
