"""Whether the camera still points where it did."""

from hypothesis import given
from hypothesis import strategies as st

from guardian.aim import BACK, MOVED, PATIENCE_SECONDS, Aim
from guardian.events import CameraMoved, CameraReturned, Event
from guardian.skeleton import Observation


class Camera:
    """A camera whose scenery is displaced for so many seconds."""

    def __init__(self) -> None:
        self.aim, self.now, self.frame = Aim("bedroom"), 0.0, 0
        self.events: list[Event] = []

    def show(self, seconds: float, displaced: float) -> "Camera":
        for _ in range(round(seconds)):
            self.now, self.frame = self.now + 1, self.frame + 1
            self.events += self.aim.update(Observation(time=self.now, displaced=displaced, frame=self.frame))
        return self

    def opened_again(self) -> "Camera":
        self.frame = 0
        return self

    def kinds(self) -> list[type[Event]]:
        return [type(event) for event in self.events]


def test_a_camera_that_was_knocked_is_told_of_once_and_again_when_it_is_back():
    camera = Camera().show(60, 0.1).show(300, 0.8)
    assert camera.kinds() == [CameraMoved]
    assert camera.aim.moved
    assert camera.events[0].time == 61 + PATIENCE_SECONDS
    assert camera.events[0].reasons[0].startswith("80% of what the camera sees")
    assert camera.show(300, 0.1).kinds() == [CameraMoved, CameraReturned]
    assert not camera.aim.moved


def test_who_dusts_the_camera_has_not_moved_it():
    assert Camera().show(60, 0.0).show(PATIENCE_SECONDS - 2, 1.0).show(60, 0.0).kinds() == []


def test_somewhat_out_of_place_changes_nothing():
    between = (MOVED + BACK) / 2
    assert Camera().show(600, between).kinds() == []
    assert Camera().show(60, 1.0).show(600, between).kinds() == [CameraMoved]


def test_a_new_eye_knows_no_better_than_the_one_that_told_of_it():
    camera = Camera().show(60, 0.9).opened_again().show(600, 0.0)
    assert camera.kinds() == [CameraMoved]
    assert camera.aim.moved


def test_a_new_eye_that_finds_the_camera_moved_tells_so():
    assert Camera().show(60, 0.0).opened_again().show(60, 0.0).show(60, 0.9).kinds() == [CameraMoved]


@given(st.lists(st.tuples(st.floats(1, 100), st.floats(0, 1)), max_size=20))
def test_what_is_told_takes_turns(history: list[tuple[float, float]]):
    camera = Camera()
    for seconds, share in history:
        camera.show(seconds, share)
    assert camera.kinds() == ([CameraMoved, CameraReturned] * len(history))[: len(camera.events)]
    assert camera.aim.moved == (len(camera.events) % 2 == 1)


def test_a_view_that_a_human_accepts_is_the_view_even_after_a_new_eye():
    camera = Camera().show(60, 0.9).opened_again().show(60, 0.0)
    camera.aim.accept()
    assert not camera.aim.moved
    assert camera.show(300, 0.1).kinds() == [CameraMoved]
    assert camera.show(60, 0.9).kinds() == [CameraMoved, CameraMoved]
    assert camera.show(60, 0.1).kinds()[2:] == [CameraReturned]
