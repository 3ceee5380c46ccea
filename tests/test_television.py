import numpy as np
import pytest

from guardian.lab.render import Film
from guardian.lab.scene import Scene
from guardian.lab.television import FPS, SIZE, Channel, programme


@pytest.fixture(scope="module")
def film() -> Film:
    spec = {
        "scene": 1,
        "camera": {"size": [96, 72], "tilt": 10, "noise": 0.0, "blur": 0.0},
        "furniture": [{"kind": "television", "at": [0, 4.9], "lifted": 0.9, "size": [2.4, 1.4, 0.06]}],
        "seconds": 8,
    }
    return Film(Scene.model_validate(spec))


def test_something_moves_on_the_screen_and_nowhere_else(film: Film):
    frames = [film.frame(time).astype(int) for time in (0.0, 1.0, 2.0)]
    moved = np.max([np.abs(frame - frames[0]).max(axis=2) for frame in frames[1:]], axis=0) > 25
    y, x = np.nonzero(moved)
    assert len(y) > 20
    assert 25 < x.min() < x.max() < 71
    assert y.max() < 45


def test_a_screen_is_bright_in_a_dark_room(film: Film):
    dark = film.scene.model_copy(update={"room": film.scene.room.model_copy(update={"light": 0.05})})
    frame = Film(dark).frame(0.5)
    assert frame[20:30, 40:56].mean() > 5 * frame[55:, :].mean()


@pytest.mark.parametrize("seed", range(6))
def test_every_programme_is_a_scene_with_a_person_of_its_seed(seed: int):
    assert len(Scene.model_validate(programme(seed)).persons) == 1
    assert programme(seed) == programme(seed)


def test_programmes_differ():
    assert len({str(programme(seed)) for seed in range(8)}) == 8


def test_what_is_on_begins_again_and_is_drawn_once():
    asked = []

    def frame(time: float) -> np.ndarray:
        asked.append(time)
        return np.full((SIZE[1], SIZE[0], 3), len(asked), np.uint8)

    channel = Channel(np.arange(3) / FPS, frame)
    shown = [int(channel.picture(number / FPS)[0, 0, 0]) for number in range(7)]
    assert shown == [1, 2, 3, 1, 2, 3, 1]
    assert asked == [0.0, 1 / FPS, 2 / FPS]
