from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from test_follow import body

from guardian.eye import movenet
from guardian.eye.crop import Crop
from guardian.eye.engine import MULTIPOSE, Image
from guardian.eye.movenet import FORGET_SECONDS, PoseFinder, Reducer
from guardian.skeleton import TORSO, Keypoint, Keypoints

ASPECT = 320 / 256
FRAME = np.zeros((256, 320, 3), np.uint8)
"""As large as MultiPose's input, so that the picture is the frame."""


@dataclass
class World:
    """What the models of these tests see: MultiPose `whole`, the single-pose one `upright` or, if turned, `turned`."""

    whole: list[tuple[Keypoints, float]] = field(default_factory=list)
    upright: Keypoints | None = None
    turned: Keypoints | None = None
    crops: list[Crop] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)

    def multipose(self) -> Keypoints:
        bodies = np.zeros((6, 56), np.float32)
        for row, (keypoints, score) in zip(bodies, self.whole, strict=False):
            row[:51] = (keypoints / (1, ASPECT, 1)).ravel()
            row[55] = score
        return bodies

    def singlepose(self) -> Keypoints:
        crop = self.crops[-1]
        seen = self.turned if crop.turn else self.upright
        keypoints = body(score=0.01) if seen is None else seen.copy()
        keypoints[:, :2] = crop.to_picture(keypoints[:, :2])
        return keypoints[np.newaxis]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    seen = World()

    class Scripted:
        def __init__(self, model: Path, **_: Any) -> None:
            self.name = model.name
            self.picture = np.zeros((192, 192, 3), np.uint8)
            self.invokes = 0
            self.invoke_seconds = 0.0

        def resize(self, height: int, width: int) -> None:
            self.picture = np.zeros((height, width, 3), np.uint8)

        def run(self) -> Keypoints:
            self.invokes += 1
            self.invoke_seconds += 0.01
            seen.runs.append("whole" if self.name == MULTIPOSE else "crop")
            return seen.multipose() if self.name == MULTIPOSE else seen.singlepose()

    def around(keypoints: Keypoints, angle: float = 0.0) -> Crop:
        crop = real_around(keypoints, angle)
        seen.crops.append(crop if angle else crop.on_pixels(FRAME.shape[0]))
        return seen.crops[-1]

    real_around = movenet.around
    monkeypatch.setattr(movenet, "Engine", Scripted)
    monkeypatch.setattr(movenet, "around", around)
    return seen


def weak(keypoints: Keypoints, score: float = 0.22) -> Keypoints:
    """Return the same body with a torso that is hardly seen."""
    changed = keypoints.copy()
    changed[np.array(TORSO), 2] = score
    return changed


def test_a_body_that_multipose_sees_well_is_told_where_it_is_and_looked_at_once(world: World):
    world.whole = [(body(), 0.6)]
    (pose,) = PoseFinder(find_seconds=0).find(FRAME, 0.0)
    np.testing.assert_allclose(pose.keypoints, body(), atol=1e-5)
    assert pose.score == pytest.approx(0.8)
    assert world.runs == ["whole"]


def test_a_weak_one_is_looked_at_closer_and_the_surer_pose_is_told(world: World):
    world.whole, world.upright = [(weak(body()), 0.6)], body(y=0.52)
    (pose,) = PoseFinder(find_seconds=0).find(FRAME, 0.0)
    np.testing.assert_allclose(pose.keypoints, body(y=0.52), atol=1e-5)
    world.upright = weak(body(y=0.52), 0.21)
    (pose,) = PoseFinder(find_seconds=0).find(FRAME, 0.0)
    np.testing.assert_allclose(pose.keypoints, weak(body()), atol=1e-5)
    assert world.runs == ["whole", "crop"] * 2


def test_one_that_stood_and_lies_is_looked_at_turned(world: World):
    finder = PoseFinder(find_seconds=0)
    lying = body(turned=1.5)
    world.whole = [(body(), 0.6)]
    finder.find(FRAME, 0.0)
    world.whole, world.upright, world.turned = [(weak(lying), 0.3)], weak(lying), lying
    finder.find(FRAME, 1.0)
    (pose,) = finder.find(FRAME, 1.1)
    assert world.runs[-3:] == ["whole", "crop", "crop"]
    assert world.crops[-1].turn == pytest.approx(1.5, abs=1e-4)
    np.testing.assert_allclose(pose.keypoints, lying, atol=1e-5)


@pytest.mark.parametrize(("rotate", "stood"), [(True, False), (False, True)])
def test_what_never_stood_is_not_turned_nor_anything_where_turning_is_off(world: World, *, rotate: bool, stood: bool):
    finder = PoseFinder(rotate=rotate, find_seconds=0)
    world.whole = [(body(turned=0.0 if stood else 1.5), 0.6)]
    finder.find(FRAME, 0.0)
    world.whole = [(weak(body(turned=1.5)), 0.3)]
    for now in (0.1, 0.2, 0.3):
        finder.find(FRAME, now)
    assert world.crops
    assert not any(crop.turn for crop in world.crops)


def test_one_that_multipose_loses_is_followed_for_a_while_and_no_longer(world: World):
    finder = PoseFinder(find_seconds=0)
    world.whole, world.upright = [(body(), 0.6)], body()
    finder.find(FRAME, 0.0)
    world.whole = []
    told = [len(finder.find(FRAME, now)) for now in np.arange(0.1, FORGET_SECONDS + 0.45, 0.1)]
    assert sum(told) == pytest.approx(FORGET_SECONDS / 0.1, abs=1.5)
    assert told[-2:] == [0, 0]
    assert world.runs[-1] == "whole"


def test_nothing_is_told_where_nothing_is_seen_and_the_place_is_kept(world: World):
    finder = PoseFinder(find_seconds=0)
    world.whole = [(body(), 0.6)]
    finder.find(FRAME, 0.0)
    world.whole = []
    assert finder.find(FRAME, 0.5) == ()
    world.upright = body()
    assert len(finder.find(FRAME, 1.0)) == 1


def test_a_faint_body_needs_the_second_opinion(world: World):
    finder = PoseFinder(find_seconds=0)
    world.whole = [(body(score=0.15), 0.15)]
    assert finder.find(FRAME, 0.0) == ()
    world.upright = body()
    assert len(finder.find(FRAME, 0.1)) == 1


def test_what_multipose_hardly_sees_is_not_looked_at(world: World):
    world.whole, world.upright = [(body(), 0.1)], body()
    assert PoseFinder(find_seconds=0).find(FRAME, 0.0) == ()
    assert world.runs == ["whole"]


def test_what_is_built_like_no_body_is_not_told(world: World):
    keypoints = body()
    keypoints[Keypoint.LEFT_ANKLE, :2] += 1
    world.whole = [(keypoints, 0.6)]
    assert PoseFinder(find_seconds=0).find(FRAME, 0.0) == ()


def test_two_poses_of_one_body_are_one_and_two_bodies_are_two(world: World):
    finder = PoseFinder(find_seconds=0)
    world.whole = [(body(x=0.3, score=0.7), 0.6), (body(x=0.32, score=0.6), 0.5), (body(x=0.9), 0.4)]
    for now in (0.0, 0.1):
        first, second = finder.find(FRAME, now)
        assert first.score == pytest.approx(0.8)
        assert second.score == pytest.approx(0.7)
        np.testing.assert_allclose(second.keypoints[:, :2], body(x=0.3)[:, :2], atol=1e-5)


def test_two_that_are_followed_onto_one_body_become_one(world: World):
    finder = PoseFinder(find_seconds=0)
    world.whole = [(body(x=0.3), 0.6), (body(x=0.9), 0.5)]
    assert len(finder.find(FRAME, 0.0)) == 2
    world.whole, world.upright = [], body(x=0.3)
    assert len(finder.find(FRAME, 0.1)) == 1


def test_never_more_than_six(world: World):
    finder = PoseFinder(find_seconds=0)
    world.whole = [(body(x=x, height=0.2), 0.6) for x in np.linspace(0.1, 1.1, 6)]
    assert len(finder.find(FRAME, 0.0)) == 6
    world.whole = [(body(y=0.15, x=x, height=0.2), 0.6) for x in np.linspace(0.1, 1.1, 6)]
    assert len(finder.find(FRAME, 0.1)) <= 6


def test_between_two_looks_at_the_whole_frame_bodies_are_only_followed(world: World):
    finder = PoseFinder()
    world.whole, world.upright = [(body(), 0.6)], body(x=0.62)
    for now in (0.0, 0.2, 0.4):
        (pose,) = finder.find(FRAME, now)
        np.testing.assert_allclose(pose.keypoints, body(x=0.62), atol=1e-5)
    assert world.runs == ["whole", "crop", "crop", "crop"]
    finder.find(FRAME, 0.5)
    assert world.runs[4:] == ["whole", "crop"]


def test_the_whole_frame_is_asked_at_once_when_the_closer_look_is_weak(world: World):
    finder = PoseFinder()
    world.whole, world.upright = [(body(), 0.6)], body()
    finder.find(FRAME, 0.0)
    world.whole, world.upright = [(body(x=0.63), 0.6), (body(x=1.1, height=0.3), 0.5)], None
    assert len(finder.find(FRAME, 0.1)) == 2
    assert world.runs[2:] == ["crop", "whole"]


def test_without_a_follower_multipose_alone_speaks(world: World):
    finder = PoseFinder(follower="none")
    world.whole = [(weak(body()), 0.6)]
    assert len(finder.find(FRAME, 0.0)) == 1
    world.whole = []
    assert finder.find(FRAME, 0.1) == ()
    assert world.runs == ["whole", "whole"]


def test_invokes_of_both_models_are_counted(world: World):
    finder = PoseFinder(find_seconds=0)
    world.whole = [(weak(body()), 0.6)]
    finder.find(FRAME, 0.0)
    assert (finder.invokes, finder.invoke_seconds) == (2, pytest.approx(0.02))


def test_another_frame_size_starts_afresh(world: World):
    finder = PoseFinder(find_seconds=0)
    world.whole, world.upright = [(body(), 0.6)], body()
    finder.find(FRAME, 0.0)
    world.whole = []
    assert finder.find(np.zeros((512, 640, 3), np.uint8), 0.1) == ()


@pytest.mark.parametrize(
    ("size", "factor"), [((240, 320), 1), ((480, 640), 1), ((720, 1280), 2), ((1080, 1920), 3), ((721, 1280), 1)]
)
def test_large_frames_are_reduced_by_a_whole_number(size: tuple[int, int], factor: int):
    reducer = Reducer(*size)
    frame = np.full((*size, 3), 77, np.uint8)
    small = reducer.reduce(frame)
    assert reducer.factor == factor
    assert small.shape == (size[0] // factor, size[1] // factor, 3)
    assert (small == 77).all()
    assert (small is frame) == (factor == 1)


@pytest.fixture(scope="module")
def finder() -> PoseFinder:
    return PoseFinder(threads=1)


def test_an_empty_picture_holds_nobody(finder: PoseFinder):
    for value in (0, 128, 255):
        assert finder.find(np.full((480, 640, 3), value, np.uint8), float(value)) == ()


def test_whatever_is_seen_in_noise_is_finite_and_within_bounds(finder: PoseFinder):
    random = np.random.default_rng(5)
    for now in range(3):
        frame = cv2.resize(random.integers(0, 255, (12, 16, 3), np.uint8), (640, 480))
        for pose in finder.find(frame, 1000.0 + now):
            assert np.isfinite(pose.keypoints).all()
            assert 0 <= pose.score <= 1


def stills(clip: Path, seconds: tuple[float, ...]) -> Iterator[Image]:
    capture = cv2.VideoCapture(str(clip))
    for second in seconds:
        capture.set(cv2.CAP_PROP_POS_MSEC, 1000 * second)
        done, frame = capture.read()
        assert done
        yield frame
    capture.release()


@pytest.mark.clips
def test_a_real_person_is_where_it_was_though_the_frame_is_larger_or_padded(clips: Path, finder: PoseFinder):
    for now, frame in enumerate(stills(clips / "gmdcsa24" / "s3_adl_18.mp4", (3.0, 6.0))):
        wide = cv2.copyMakeBorder(frame, 0, 0, 107, 107, cv2.BORDER_CONSTANT)
        large = cv2.resize(frame, None, fx=2, fy=2)
        (pose,) = finder.find(frame, 2000.0 + now)
        (in_wide,) = finder.find(wide, 2000.0 + now)
        (in_large,) = finder.find(large, 2000.0 + now)
        sure = pose.keypoints[:, 2] > 0.5
        assert np.count_nonzero(sure) >= 8
        for other, shift in ((in_wide, 107 / 480), (in_large, 0.0)):
            apart = other.keypoints[sure, :2] - pose.keypoints[sure, :2] - (0, shift)
            assert np.median(np.hypot(apart[:, 0], apart[:, 1])) < 0.02


@pytest.mark.clips
def test_a_closer_look_at_a_real_person_agrees_with_the_whole_frame(clips: Path):
    both, alone = PoseFinder(find_seconds=10, threads=1), PoseFinder(follower="none", threads=1)
    frames = list(stills(clips / "gmdcsa24" / "s3_adl_18.mp4", (3.0, 3.1, 3.2)))
    for now, frame in enumerate(frames):
        (close,), (whole,) = both.find(frame, now / 10), alone.find(frame, now / 10)
        sure = whole.keypoints[:, 2] > 0.5
        assert np.median(np.abs(close.keypoints[sure, :2] - whole.keypoints[sure, :2])) < 0.02
    assert both.invokes == len(frames) + 1
