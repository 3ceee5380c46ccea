from itertools import islice, pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from guardian.eye.movenet import PoseFinder
from guardian.lab.render import Film, frames, main
from guardian.lab.scene import Scene, load
from guardian.skeleton import Keypoint

DEMO = Path(__file__).resolve().parent.parent / "guardian" / "demo"
SMALL = {"size": [96, 72], "fps": 5, "noise": 1.0}


def scene(**changes: object) -> Scene:
    person = {"at": [0, 3], "does": [{"wait": {"for": 2}}]}
    return Scene.model_validate({"scene": 1, "camera": SMALL, "persons": [person]} | changes)


@pytest.fixture(scope="module")
def film() -> Film:
    return Film(scene())


@pytest.fixture(scope="module")
def empty() -> Film:
    return Film(scene(persons=[], seconds=2))


def difference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.abs(a.astype(int) - b).max(axis=2)


def test_a_film_has_its_frames_at_its_times(film: Film):
    drawn = list(film.frames())
    assert [time for time, _ in drawn] == pytest.approx(np.arange(10) / 5)
    assert {frame.shape for _, frame in drawn} == {(72, 96, 3)}
    assert {frame.dtype for _, frame in drawn} == {np.dtype(np.uint8)}


def test_the_same_scene_is_the_same_film_to_the_bit(film: Film):
    for (_, ours), (_, theirs) in zip(islice(film.frames(), 2), frames(scene()), strict=False):
        assert np.array_equal(ours, theirs)


def test_no_two_frames_are_the_same_even_of_an_empty_room(empty: Film):
    drawn = [frame for _, frame in empty.frames()]
    assert all(not np.array_equal(a, b) for a, b in pairwise(drawn))
    assert max(difference(a, b).mean() for a, b in pairwise(drawn)) < 4


def test_true_keypoints_lie_on_the_drawn_person(film: Film, empty: Film):
    drawn = difference(film.frame(1.0), empty.frame(1.0)) > 12
    (person,) = film.keypoints(1.0)
    y, x = np.round(person[:, :2] * 72).astype(int).T
    spread = cv2.dilate(drawn.astype(np.uint8), np.ones((3, 3), np.uint8))
    assert spread[y, x].mean() > 0.9
    assert (person[:, 2] == 1).all()
    assert person[Keypoint.NOSE, 0] < person[Keypoint.LEFT_HIP, 0] < person[Keypoint.LEFT_ANKLE, 0]


def test_a_person_outside_the_frame_is_told_so():
    (person,) = Film(scene(persons=[{"at": [2.4, 1.0]}])).keypoints(0.0)
    assert (person[:, 2] == 0).all()


def test_furniture_in_front_hides_a_person_and_furniture_behind_does_not(film: Film):
    def shown(away: float) -> int:
        block = {"kind": "block", "at": [0, away], "size": [1.4, 1.0, 0.2]}
        with_person = Film(scene(furniture=[block]))
        without = Film(scene(furniture=[block], persons=[]))
        legs = slice(int(film.keypoints(1.0)[0][Keypoint.LEFT_KNEE, 0] * 72), 72)
        return int((difference(with_person.frame(1.0), without.frame(1.0))[legs, 40:56] > 25).sum())

    assert shown(2.4) < 10
    assert shown(3.8) > 30


def test_a_person_casts_a_shadow_on_the_floor(film: Film, empty: Film):
    (person,) = film.keypoints(1.0)
    y, x = np.round(person[[Keypoint.LEFT_ANKLE, Keypoint.RIGHT_ANKLE], :2].mean(axis=0) * 72).astype(int)
    beside = (slice(y - 2, y + 6), slice(x - 10, x + 10))
    assert film.frame(1.0)[beside].mean() < 0.93 * empty.frame(1.0)[beside].mean()


def test_several_people_are_drawn():
    both = Film(
        scene(persons=[{"name": "anna", "at": [-0.6, 3]}, {"name": "ben", "body": {"sex": "male"}, "at": [0.6, 3]}])
    )
    left, right = both.keypoints(0.5)
    assert left[Keypoint.NOSE, 1] < 96 / 72 / 2 < right[Keypoint.NOSE, 1]


def test_an_open_shutter_smears_what_moves_and_not_what_stays():
    still = {"size": [96, 72], "fps": 5, "noise": 0.0, "blur": 0.0}
    walk = [{"at": [-1.5, 2.5], "does": [{"walk": {"to": [1.5, 2.5], "speed": 1.6}}]}]
    sharp, smeared = (Film(scene(camera=still | {"shutter": each}, persons=walk)) for each in (0.0, 1.0))
    moving = difference(sharp.frame(0.8), smeared.frame(0.8))
    assert moving.max() > 40
    assert (moving[:10] <= 1).all()
    stays = Film(scene(camera=still | {"shutter": 1.0}))
    assert difference(stays.frame(1.0), Film(scene(camera=still)).frame(1.0)).mean() < 1


def test_at_a_higher_pace_the_same_is_done_in_less_time(film: Film):
    quick = Film(scene(pace=2.0))
    assert quick.seconds == pytest.approx(film.seconds / 2)
    assert quick.keypoints(0.5)[0] == pytest.approx(film.keypoints(1.0)[0])


def test_by_infrared_light_there_are_no_colours_and_a_dark_room_is_seen():
    dark = {"wall": "#305080", "light": 0.9}
    frame = Film(scene(camera=SMALL | {"infrared": True}, room=dark)).frame(0.0)
    assert np.ptp(frame, axis=2).max() == 0
    assert frame.mean() > 50


def test_the_command_writes_a_video(tmp_path: Path):
    (tmp_path / "scene.yaml").write_text(
        "scene: 1\nseconds: 1\ncamera: {size: [96, 72], fps: 5}\npersons: [{at: [0, 3]}]\n"
    )
    assert main([str(tmp_path / "scene.yaml"), str(tmp_path / "out.mp4")]) == 0
    capture = cv2.VideoCapture(str(tmp_path / "out.mp4"))
    assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == 5


def test_a_bad_scene_ends_the_command_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "scene.yaml").write_text("scene: 1\nroom: {wide: 100}\n")
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path / "scene.yaml"), str(tmp_path / "out.mp4")])
    assert ended.value.code == 2
    assert "scene.yaml:2: room.wide: Input should be less than or equal to 12" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["fall_at_home", "everyday"])
def test_the_bundled_videos_are_small_and_whole(name: str):
    path = DEMO / f"{name}.mp4"
    capture = cv2.VideoCapture(str(path))
    assert path.stat().st_size < 2_000_000
    assert (capture.get(3), capture.get(4), capture.get(5)) == (640, 480, 15)
    assert 45 <= capture.get(cv2.CAP_PROP_FRAME_COUNT) / 15 <= 70


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fall_at_home", "everyday"])
def test_the_bundled_videos_are_what_their_scenes_give(name: str):
    film = Film(load(DEMO / f"{name}.yaml"))
    capture, seen = cv2.VideoCapture(str(DEMO / f"{name}.mp4")), []
    while True:
        ok, frame = capture.read()
        if not ok:
            break
        seen.append(frame)
    assert len(seen) == len(film.times)
    for number in (0, 200, 400, len(seen) - 1):
        drawn = film.frame(float(film.times[number]))
        assert difference(drawn, seen[number]).mean() < 8, number


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fall_at_home", "everyday"])
def test_the_person_is_found_throughout_the_bundled_videos(name: str):
    finder, scores = PoseFinder(), []
    capture, number = cv2.VideoCapture(str(DEMO / f"{name}.mp4")), 0
    while True:
        ok, frame = capture.read()
        if not ok:
            break
        if number % 3 == 0 and 45 <= number < 720:  # in view from 3 s on, and until 48 s in both
            scores.append(max((pose.score for pose in finder.find(frame, number / 15)), default=0.0))
        number += 1
    assert len(scores) > 200
    assert np.mean(np.array(scores) > 0.25) > 0.97
    assert np.median(scores) > 0.4
