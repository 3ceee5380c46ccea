from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.errors import ConfigurationError
from guardian.lab import body
from guardian.lab.body import Build, main, mesh, shape

builds = st.builds(
    Build,
    sex=st.sampled_from(["female", "male"]),
    age=st.floats(18, 100),
    ancestry=st.sampled_from(["african", "asian", "caucasian"]),
    height=st.floats(1.35, 2.05),
    weight=st.floats(-1, 1),
    muscle=st.floats(-1, 1),
)


@given(builds)
@settings(max_examples=25)
def test_every_build_stands_on_the_floor_at_its_height(build: Build):
    made = shape(build)
    skin = made.vertices[np.unique(mesh().faces[mesh().parts == 0])]
    assert made.height == pytest.approx(build.height, abs=1e-6)
    assert skin[:, 1].min() == pytest.approx(0.0, abs=1e-9)


@given(builds)
@settings(max_examples=25)
def test_every_build_has_human_proportions(build: Build):
    made = shape(build)
    leg = made.length("thigh_l", "calf_l", "foot_l") / build.height
    arm = made.length("upperarm_l", "lowerarm_l", "hand_l") / build.height
    assert 0.40 < leg < 0.54
    assert 0.25 < arm < 0.37
    assert made.joints["thigh_l"][0] > 0 > made.joints["thigh_r"][0]
    assert made.joints["left_eye"][2] > made.joints["neck_01"][2]


def test_weight_makes_a_body_wider():
    widths = [np.ptp(_waist(shape(Build(weight=weight)))) for weight in (-1.0, 0.0, 1.0)]
    assert widths == sorted(widths)
    assert widths[2] > 1.2 * widths[0]


def _waist(made: body.Body) -> np.ndarray:
    level = made.joints["spine_02"][1]
    trunk = mesh().weights[:, [mesh().bones.index(b) for b in ("spine_01", "spine_02", "spine_03")]].sum(1) > 0.9
    return made.vertices[trunk & (np.abs(made.vertices[:, 1] - level) < 0.04), 0]


def test_the_weights_of_a_vertex_are_one_in_all():
    assert mesh().weights.sum(axis=1) == pytest.approx(1.0)


def test_every_bone_follows_its_parent():
    for number, parent in enumerate(mesh().parents):
        assert parent < number
    assert mesh().parents.count(-1) == 1


def test_a_height_beyond_all_targets_is_refused():
    with pytest.raises(ConfigurationError, match=r"2\.3 m is outside 1\.3-2\.1 m"):
        shape(Build(height=2.3))


def test_a_missing_file_is_told_with_the_way_to_make_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(body, "FILE", tmp_path / "body.npz")
    mesh.cache_clear()
    try:
        with pytest.raises(ConfigurationError, match=r"guardian\.lab\.body make WHEEL"):
            mesh()
    finally:
        monkeypatch.undo()
        mesh.cache_clear()


def test_a_wrong_wheel_ends_the_command_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main(["make", str(tmp_path / "none.whl")])
    assert ended.value.code == 2
    assert "none.whl" in capsys.readouterr().err


def test_the_licence_lies_beside_the_data():
    assert "CC0" in (body.FILE.parent / "LICENSE.md").read_text(encoding="utf-8")
