from pathlib import Path

import pytest
from cuttings import FALL, GROUND, ONSET, cut

from guardian.demo.show import FILM
from guardian.errors import ConfigurationError
from guardian.eye.movenet import PoseFinder
from guardian.lab import ablate
from guardian.lab.analyse import read_scene

pytestmark = pytest.mark.slow


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    file = tmp_path / "manifest.csv"
    head = "path,kind,fall_onset_s,ground_contact_s,down_until_end"
    film = cut(tmp_path / "fall.mp4", *FALL)
    file.write_text(f"{head}\n{film},fall,{ONSET},{GROUND},yes\n", encoding="utf-8")
    return file


def test_another_eye_sees_the_same_film(manifest: Path, tmp_path: Path):
    (tmp_path / "scenes").mkdir()
    seen = ablate.collect(manifest, {"follower": "none"}, tmp_path / "scenes", threads=2)
    scene = list(read_scene(str(tmp_path / "scenes" / "0000.jsonl")))
    assert len(scene) > 100
    assert any(observation.poses for observation in scene)
    assert seen.invoke_ms > 0
    assert "0000.jsonl,fall" in seen.manifest.read_text(encoding="utf-8")


def test_what_is_shipped_sees_as_the_eye_does():
    shipped = PoseFinder(threads=2)
    first = next(iter(ablate.observe(Path(FILM), shipped)))
    assert first.frame == 1
    assert shipped.invokes > 0


def test_every_variant_has_its_line(
    manifest: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(ablate, "VARIANTS", {"as shipped": {}})
    assert ablate.ablate(manifest, hold=2.0, jobs=1) == 0
    told = capsys.readouterr().out
    assert "as shipped" in told
    assert "both" in told
    assert told.count("1 of 1") == len(ablate.DECIDERS)


def test_a_scene_has_no_pixels_for_another_eye(tmp_path: Path):
    manifest = tmp_path / "manifest.csv"
    (tmp_path / "a.jsonl").write_text("", encoding="utf-8")
    manifest.write_text("path,kind\na.jsonl,adl\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="a video would be right"):
        ablate.collect(manifest, {}, tmp_path, threads=1)
