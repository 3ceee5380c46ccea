import json
from dataclasses import replace
from pathlib import Path

import golden
import numpy as np
import pytest
from golden import Golden

from guardian.events import Event
from guardian.skeleton import KEYPOINTS, MIRRORED, Observation, Pose

FALLS = ("FallSuspected", "FallConfirmed", "PersonDown", "PersonRecovered", "LongLie", "ViewLost", "ViewRestored")
LARGEST = 250_000


@pytest.fixture(params=golden.names())
def scene(request: pytest.FixtureRequest) -> Golden:
    return golden.load(request.param)


def story(events: list[Event]) -> list[str]:
    return [name for event in events if (name := type(event).__name__) in FALLS]


def expected_story(scene: Golden) -> list[str]:
    return [name for name, _ in scene.events if name in FALLS]


def posed(observation: Observation, poses: list[Pose]) -> Observation:
    return replace(observation, poses=tuple(poses))


def test_what_happens_in_a_scene_is_what_is_expected_of_it(scene: Golden):
    events = golden.happenings(scene)
    assert [type(event).__name__ for event in events] == [name for name, _ in scene.events]
    assert [event.time for event in events] == pytest.approx([t for _, t in scene.events], abs=scene.tolerance)


def test_the_same_happens_in_the_mirrored_room(scene: Golden):
    def mirrored(observation: Observation) -> Observation:
        turned = [pose.keypoints[MIRRORED] * [1, -1, 1] + [0, observation.aspect, 0] for pose in observation.poses]
        return posed(observation, [Pose(each, old.score) for each, old in zip(turned, observation.poses, strict=True)])

    places = tuple(
        place.model_copy(update={"polygon": tuple((1 - x, y) for x, y in place.polygon)}) for place in scene.places
    )
    events = golden.happenings(replace(scene, places=places), tuple(map(mirrored, scene.observations)))
    assert [type(event).__name__ for event in events] == [name for name, _ in scene.events]
    assert [event.time for event in events] == pytest.approx([t for _, t in scene.events], abs=0.2)


@pytest.mark.parametrize("every", [2, 3])
def test_a_camera_with_fewer_frames_tells_the_same_story(scene: Golden, every: int):
    assert story(golden.happenings(scene, scene.observations[::every])) == expected_story(scene)


@pytest.mark.parametrize("seed", range(3))
def test_trembling_keypoints_tell_the_same_story(scene: Golden, seed: int):
    noise = np.random.default_rng(seed)

    def shaken(observation: Observation) -> Observation:
        offsets = [np.pad(noise.normal(0, 0.004, (KEYPOINTS, 2)), ((0, 0), (0, 1))) for _ in observation.poses]
        shifted = zip(observation.poses, offsets, strict=True)
        return posed(observation, [Pose(pose.keypoints + offset, pose.score) for pose, offset in shifted])

    assert story(golden.happenings(scene, tuple(map(shaken, scene.observations)))) == expected_story(scene)


def test_who_falls_is_told_once_and_who_does_not_never():
    told = {name: expected_story(golden.load(name)).count("FallConfirmed") for name in golden.names()}
    assert told == {name: int("fall" in name) for name in told}


def test_every_scene_has_its_source_its_frames_and_what_is_expected_of_it():
    sources = {*golden.STAGED, *(path.stem for path in golden.SCENES.glob("*.yaml"))}
    assert set(golden.names()) == sources == {path.stem for path in golden.SCENES.glob("*.jsonl")}


def test_scenes_stay_small():
    large = {path.name: size for path in golden.SCENES.glob("*.jsonl") if (size := path.stat().st_size) > LARGEST}
    assert large == {}


def test_what_is_expected_is_told_to_the_reader(scene: Golden):
    assert scene.about.endswith(".")
    assert 0 < scene.tolerance <= 1
    text = (golden.SCENES / f"{scene.name}.expected").read_text(encoding="utf-8")
    assert list(json.loads(text)) == ["about", "places", "hold", "tolerance", "events"]


def test_writing_down_the_same_changes_nothing(scene: Golden, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for kind in ("jsonl", "expected"):
        (tmp_path / f"{scene.name}.{kind}").write_bytes((golden.SCENES / f"{scene.name}.{kind}").read_bytes())
    kept = (tmp_path / f"{scene.name}.expected").read_text(encoding="utf-8")
    monkeypatch.setattr(golden, "SCENES", tmp_path)
    golden.expect(scene.name)
    assert (tmp_path / f"{scene.name}.expected").read_text(encoding="utf-8") == kept


def test_staged_scenes_are_made_the_same_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    kept = {name: (golden.SCENES / f"{name}.jsonl").read_text(encoding="utf-8") for name in golden.STAGED}
    monkeypatch.setattr(golden, "SCENES", tmp_path)
    for name in golden.STAGED:
        golden.stage(name)
        made = (tmp_path / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        assert len(made) == len(kept[name].splitlines())
        for ours, theirs in zip(made[1:], kept[name].splitlines()[1:], strict=True):
            assert _numbers(json.loads(ours)) == pytest.approx(_numbers(json.loads(theirs)), abs=2e-4)


def _numbers(row: dict[str, object]) -> list[float]:
    poses = row.pop("poses")
    found = [float(str(value)) for value in row.values() if not isinstance(value, bool)]
    return [*found, *np.array([pose["keypoints"] for pose in poses]).ravel().tolist()]  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fall_forward_and_stay", "sit_and_get_up"])
def test_a_film_drawn_anew_tells_the_same_story(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    scene = golden.load(name)
    for kind in ("yaml", "expected"):
        (tmp_path / f"{name}.{kind}").write_bytes((golden.SCENES / f"{name}.{kind}").read_bytes())
    monkeypatch.setattr(golden, "SCENES", tmp_path)
    golden.stage(name)
    assert story(golden.happenings(golden.load(name))) == expected_story(scene)
