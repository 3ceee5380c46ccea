from pathlib import Path

import pytest

from guardian.errors import ConfigurationError
from guardian.lab.scene import Scene, colour, load

DEMO = Path(__file__).resolve().parent.parent / "guardian" / "demo"

GOOD = """\
scene: 1
furniture:
  - {kind: chair, name: chair, at: [1, 3]}
  - {kind: table, name: table, at: [0, 4]}
persons:
  - at: [0, 3]
    does:
      - walk: {to: [0.5, 3]}
      - sit: {where: chair, for: 2}
"""


def refused(tmp_path: Path, text: str) -> str:
    (tmp_path / "scene.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path / "scene.yaml")
    return str(caught.value)


def test_a_good_scene_is_read(tmp_path: Path):
    (tmp_path / "scene.yaml").write_text(GOOD, encoding="utf-8")
    scene = load(tmp_path / "scene.yaml")
    assert scene.persons[0].does[1].sit is not None
    assert scene.persons[0].does[1].sit.seconds == 2
    assert scene.camera.size == (640, 480)


@pytest.mark.parametrize("name", ["fall_at_home.yaml", "everyday.yaml"])
def test_the_bundled_scenes_are_good(name: str):
    assert isinstance(load(DEMO / name), Scene)


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ("scene: 1", "scene: 2", "scene.yaml:1: scene: Input should be 1"),
        ("kind: chair", "kind: throne", 'scene.yaml:3: furniture.0: "throne" is not a kind of furniture; use one of a'),
        ("where: chair", "where: table", '"table" is not the name of something to sit or lie on; there is [\'chair\']'),
        ("walk: {to: [0.5, 3]}", "hop: {}", "scene.yaml:8: persons.0.does.0.hop: Extra inputs are not permitted"),
        ("for: 2", "for: -2", "scene.yaml:9: persons.0.does.1.sit.for: Input should be greater than or equal to 0"),
        ("at: [0, 3]", "at: [0, x]", "scene.yaml:6: persons.0.at.1: Input should be a valid number"),
        ("walk: {to: [0.5, 3]}", "{walk: {to: [0, 3]}, wait: {}}", "persons.0.does.0: one verb an action, one of wa"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_by_file_line_and_key(tmp_path: Path, wrong: str, right: str, told: str):
    assert wrong in GOOD
    assert told in refused(tmp_path, GOOD.replace(wrong, right))


def test_what_is_no_yaml_or_no_file_is_told(tmp_path: Path):
    assert "not YAML" in refused(tmp_path, "scene: [1")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(tmp_path / "none.yaml")


def test_an_empty_file_is_no_scene(tmp_path: Path):
    assert "scene.yaml:1: scene:" in refused(tmp_path, "")


def test_colours_are_red_green_blue():
    assert colour("#ff8000") == pytest.approx((1.0, 128 / 255, 0.0))
