from itertools import pairwise

import pytest
from bodies import seen
from hypothesis import given
from hypothesis import strategies as st

from guardian.events import Event, ViewLost, ViewRestored
from guardian.view import SEEN_SECONDS, SILENT_SECONDS, TROUBLE_SECONDS, View

DARK = {"brightness": 0.01}
COVERED = {"contrast": 0.005}
FROZEN = {"change": 0.0}


class Camera:
    """Ten frames a second of one room, or none."""

    def __init__(self) -> None:
        self.view, self.now, self.events = View("hall", 0.0), 0.0, list[Event]()

    def show(self, seconds: float, **more: float | bool) -> "Camera":
        for _ in range(round(seconds * 10)):
            self.now = round(self.now + 0.1, 3)
            self.events += self.view.update(seen(self.now, **more))
        return self

    def be_silent(self, seconds: float) -> "Camera":
        for _ in range(round(seconds * 2)):
            self.now = round(self.now + 0.5, 3)
            self.events += self.view.tick(self.now)
        return self

    def names(self) -> list[str]:
        return [type(event).__name__ for event in self.events]


def test_a_lit_room_is_seen_and_nothing_is_said_of_it():
    camera = Camera().show(60)
    assert not camera.view.lost
    assert camera.events == []


@pytest.mark.parametrize(
    ("trouble", "after", "said"),
    [
        (DARK, TROUBLE_SECONDS, "The room is too dark to see anybody (brightness 1%)."),
        (COVERED, TROUBLE_SECONDS, "The camera sees nothing but one surface (contrast 0.5%): is it covered?"),
        (FROZEN, 20.0, "The picture has not changed for 20 s: the camera is frozen."),
    ],
)
def test_dark_covered_and_frozen_are_told_once_with_the_measure(trouble: dict[str, float], after: float, said: str):
    camera = Camera().show(3).show(60, **trouble)
    (lost,) = camera.events
    assert isinstance(lost, ViewLost)
    assert lost.room == "hall"
    assert lost.reasons == (said,)
    assert lost.time == pytest.approx(3 + after, abs=0.21)
    assert camera.view.lost


@pytest.mark.parametrize("trouble", [DARK, COVERED])
def test_somebody_who_passes_close_by_the_lens_takes_no_view_away(trouble: dict[str, float]):
    assert Camera().show(3).show(TROUBLE_SECONDS - 0.5, **trouble).show(10).events == []


def test_trouble_that_comes_and_goes_counts_from_its_last_beginning():
    camera = Camera().show(3)
    for _ in range(5):
        camera.show(TROUBLE_SECONDS - 1, **DARK).show(1)
    assert camera.events == []


def test_light_has_to_last_before_the_room_counts_as_seen_again():
    camera = Camera().show(3).show(10, **DARK).show(SEEN_SECONDS - 0.5).show(1, **DARK)
    assert camera.names() == ["ViewLost"]
    camera.show(SEEN_SECONDS + 0.2)
    assert camera.names() == ["ViewLost", "ViewRestored"]
    assert not camera.view.lost
    assert camera.events[-1].reasons == ("The room can be seen again.",)


def test_the_last_frame_of_an_ended_film_is_no_frozen_camera():
    assert Camera().show(3).show(60, change=0.0, held=True).events == []


def test_a_camera_that_gives_no_frame_is_told_by_the_passing_time():
    camera = Camera().show(3).be_silent(60)
    (lost,) = camera.events
    assert lost.time == pytest.approx(3 + SILENT_SECONDS, abs=0.5)
    assert lost.reasons == ("No picture from the camera for 5 s.",)
    assert camera.show(SEEN_SECONDS + 0.2).names() == ["ViewLost", "ViewRestored"]


def test_a_camera_that_never_gave_a_frame_is_told_too():
    assert Camera().be_silent(SILENT_SECONDS - 1).events == []
    assert Camera().be_silent(SILENT_SECONDS + 1).names() == ["ViewLost"]


def test_an_eye_that_has_ended_takes_the_view_away_at_once_and_says_why():
    camera = Camera().show(3)
    (lost,) = camera.view.cut(3.2, "The camera has been unplugged.")
    assert (lost.time, lost.reasons) == (3.2, ("The camera has been unplugged.",))
    assert camera.view.cut(4.0, "The camera has been unplugged.") == ()
    assert camera.be_silent(10).show(SEEN_SECONDS + 0.2).names() == ["ViewRestored"]


@given(
    st.lists(
        st.tuples(st.sampled_from([{}, DARK, COVERED, FROZEN, None, "cut"]), st.floats(0.1, 30.0)),
        min_size=1,
        max_size=12,
    )
)
def test_lost_and_restored_take_turns_whatever_happens(history: list[tuple[dict[str, float] | str | None, float]]):
    camera = Camera()
    for what, seconds in history:
        if isinstance(what, dict):
            camera.show(seconds, **what)
        elif what is None:
            camera.be_silent(seconds)
        else:
            camera.events += camera.view.cut(camera.now, "The eye has ended.")
    explained = [
        after
        for before, after in pairwise(camera.events)
        if isinstance(before, ViewLost) and after.reasons == ("The eye has ended.",) != before.reasons
    ]
    changes = [event for event in camera.events if event not in explained]
    turns = [ViewLost, ViewRestored] * len(history)
    assert [type(event) for event in changes] == turns[: len(changes)]
    assert camera.view.lost == (len(changes) % 2 == 1)
    assert all(event.reasons for event in camera.events)


def test_what_keeps_the_next_eye_from_opening_is_told_as_well_and_then_no_more():
    camera = Camera().show(3)
    told = [camera.view.cut(4.0 + number, why) for number, why in enumerate(["killed", "a model", "killed", "a third"])]
    assert [event.reasons for events in told for event in events] == [("killed",), ("a model",)]
    assert camera.show(SEEN_SECONDS + 0.2).names() == ["ViewRestored"]
    assert [event.reasons for event in camera.view.cut(20.0, "a third")] == [("a third",)]


def test_a_camera_that_was_only_silent_is_told_of_again_once_it_is_known_why():
    camera = Camera().be_silent(SILENT_SECONDS + 1)
    assert camera.names() == ["ViewLost"]
    (known,) = camera.view.cut(7.0, "There is no such film.")
    assert isinstance(known, ViewLost)
    assert known.reasons == ("There is no such film.",)
    assert camera.view.lost
    assert camera.view.cut(8.0, "There is no such film.") == ()
    assert camera.be_silent(10).names() == ["ViewLost"]
