import hashlib
import sys
from pathlib import Path

import numpy as np
import pytest

from guardian.errors import ModelError
from guardian.eye.engine import (
    LIGHTNING,
    MULTIPOSE,
    SUMS,
    Engine,
    Runtime,
    interpreter_class,
    models_directory,
    verified,
)


def sealed(directory: Path, name: str, content: bytes) -> Path:
    (directory / name).write_bytes(content)
    (directory / SUMS).write_text(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
    return directory / name


@pytest.fixture(params=["litert", "tflite"])
def runtime(request: pytest.FixtureRequest) -> Runtime:
    pytest.importorskip({"litert": "ai_edge_litert", "tflite": "tflite_runtime"}[request.param], reason="other runtime")
    chosen: Runtime = request.param
    return chosen


def test_an_unaltered_model_is_given_whole(tmp_path: Path):
    assert verified(sealed(tmp_path, "m.tflite", b"weights")) == b"weights"


def test_an_altered_model_is_refused_with_its_name_and_both_hashes(tmp_path: Path):
    model = sealed(tmp_path, "m.tflite", b"weights")
    model.write_bytes(b"Weights")
    with pytest.raises(ModelError) as refusal:
        Engine(model)
    assert str(model) in str(refusal.value)
    assert all(hashlib.sha256(content).hexdigest() in str(refusal.value) for content in (b"weights", b"Weights"))


def test_one_flipped_bit_in_a_shipped_model_is_enough(tmp_path: Path):
    content = bytearray((models_directory() / LIGHTNING).read_bytes())
    (tmp_path / SUMS).write_bytes((models_directory() / SUMS).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / LIGHTNING).write_bytes(content)
    with pytest.raises(ModelError, match="not loaded"):
        Engine(tmp_path / LIGHTNING)


def test_a_model_that_the_sums_do_not_list_is_refused(tmp_path: Path):
    sealed(tmp_path, "m.tflite", b"weights")
    (tmp_path / "other.tflite").write_bytes(b"weights")
    with pytest.raises(ModelError, match="does not list"):
        verified(tmp_path / "other.tflite")


@pytest.mark.parametrize("missing", ["m.tflite", SUMS])
def test_a_missing_file_is_named(tmp_path: Path, missing: str):
    model = sealed(tmp_path, "m.tflite", b"weights")
    (tmp_path / missing).unlink()
    with pytest.raises(ModelError, match=missing):
        verified(model)


def test_sums_that_are_no_text_are_refused(tmp_path: Path):
    model = sealed(tmp_path, "m.tflite", b"weights")
    (tmp_path / SUMS).write_bytes(b"\xff\xfe")
    with pytest.raises(ModelError, match="cannot be verified"):
        verified(model)


def test_what_is_no_model_is_refused_though_its_hash_is_right(tmp_path: Path, runtime: Runtime):
    with pytest.raises(ModelError, match=r"cannot load"):
        Engine(sealed(tmp_path, "m.tflite", b"no flatbuffer at all"), runtime=runtime)


@pytest.mark.parametrize(("runtime", "named"), [("litert", "ai-edge-litert"), ("tflite", "tflite-runtime")])
def test_a_missing_runtime_is_named(monkeypatch: pytest.MonkeyPatch, runtime: Runtime, named: str):
    for module in ("ai_edge_litert", "tflite_runtime"):
        monkeypatch.setitem(sys.modules, f"{module}.interpreter", None)
    with pytest.raises(ModelError, match=named):
        interpreter_class(runtime)
    with pytest.raises(ModelError, match="ai-edge-litert or tflite-runtime"):
        interpreter_class("auto")


def test_lightning_takes_a_picture_and_gives_17_keypoints(runtime: Runtime):
    engine = Engine(models_directory() / LIGHTNING, runtime=runtime, threads=1)
    assert engine.picture.shape == (192, 192, 3)
    engine.picture[:] = 127
    keypoints = engine.run()
    assert keypoints.shape == (1, 17, 3)
    assert keypoints.dtype == np.float32
    assert engine.invokes == 1
    assert engine.invoke_seconds > 0


def test_multipose_takes_the_size_that_it_is_given(runtime: Runtime):
    engine = Engine(models_directory() / MULTIPOSE, runtime=runtime, threads=1)
    engine.resize(192, 256)
    assert engine.picture.shape == (192, 256, 3)
    bodies = engine.run()
    assert bodies.shape == (6, 56)
    assert bodies[:, -1].max() < 0.11, "black is nobody"


def test_an_output_is_not_overwritten_by_the_next_run(runtime: Runtime):
    engine = Engine(models_directory() / LIGHTNING, runtime=runtime, threads=1)
    black = engine.run()
    kept = black.copy()
    engine.picture[:] = np.random.default_rng(1).integers(0, 255, engine.picture.shape)
    engine.run()
    np.testing.assert_array_equal(black, kept)
