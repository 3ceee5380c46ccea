"""Getting to know somebody by a minute of walking."""

from dataclasses import replace

import pytest
from strollers import CAMERA, Stroller

from guardian import enrolment
from guardian.enrolment import ALONE, BLIND, CUT, KEPT, LOOKS, MOVED, NO_FLOOR, NOBODY, TWO, Enrolment
from guardian.events import EnrolmentEnded
from guardian.optics import Optics
from guardian.tracking import Track, TrackState


class Minute:
    """One person is asked to walk, and is looked at five times a second."""

    def __init__(self, optics: Optics | None = CAMERA) -> None:
        self.enrolment, self.now, self.optics = Enrolment("Ann", "hall", 0.0), 0.0, optics
        self.ended: EnrolmentEnded | None = None

    def show(self, seconds: float, *who: Stroller, moved: bool = False) -> "Minute":
        for _ in range(round(seconds * 5)):
            self.now += 0.2
            self.take(*(each.track(self.now, number) for number, each in enumerate(who)), moved=moved)
            if self.ended:
                break
        return self

    def take(self, *tracks: Track, moved: bool = False) -> None:
        self.ended = self.enrolment.update(tracks, self.now, 4 / 3, self.optics, moved=moved)

    @property
    def hint(self) -> str:
        return self.enrolment.progress.hint


def test_who_walks_for_long_enough_is_enrolled():
    minute = Minute().show(LOOKS / 10, Stroller())
    assert minute.enrolment.progress.share == pytest.approx(0.5)
    minute.show(60, Stroller())
    assert minute.ended is not None
    assert (minute.ended.kept, minute.ended.person, minute.ended.reasons) == (True, "Ann", (KEPT,))
    made = minute.enrolment.template
    assert made is not None
    assert (made.name, made.room, made.optics) == ("Ann", "hall", CAMERA)
    assert minute.enrolment.progress.share == 0


def test_the_person_is_told_what_to_do():
    minute = Minute()
    assert minute.show(1).hint == NOBODY
    assert minute.show(1, Stroller(), Stroller(tall=1.5)).hint == ALONE
    assert minute.show(1, Stroller(), moved=True).hint == MOVED
    assert minute.show(1, Stroller()).hint == NOBODY
    cut = Stroller().track(minute.now)
    low = cut.pose.keypoints.copy()
    low[:, 0] += 0.5
    minute.take(replace(cut, pose=replace(cut.pose, keypoints=low)))
    assert minute.hint == CUT
    minute.take(replace(cut, hit=False))
    assert minute.hint == CUT
    minute.take(replace(cut, state=TrackState.LOST))
    assert minute.hint == NOBODY


def test_after_darkness_the_person_is_asked_to_walk_again():
    minute = Minute().show(5, Stroller())
    minute.enrolment.tick(minute.now, blind=True)
    assert minute.hint == BLIND
    assert minute.show(1).hint == NOBODY


def test_what_was_seen_under_another_view_does_not_count():
    minute = Minute().show(5, Stroller())
    minute.enrolment.begin_anew()
    assert minute.enrolment.progress.share == 0
    assert minute.show(LOOKS / 5 - 1, Stroller()).ended is None
    minute.show(5, Stroller())
    assert minute.ended is not None
    assert minute.ended.kept


def test_frames_in_quick_succession_count_once():
    minute = Minute()
    for _ in range(20):
        minute.now += 0.02
        minute.take(Stroller().track(minute.now))
    assert minute.enrolment.progress.share < 4 / LOOKS


def test_without_a_floor_nobody_is_enrolled_until_it_is_known():
    minute = Minute(None).show(40, Stroller())
    assert minute.ended is None
    assert minute.hint == NO_FLOOR
    minute.optics = CAMERA
    minute.show(1, Stroller())
    assert minute.ended is not None
    assert minute.ended.kept


def test_two_bodies_one_after_the_other_are_not_enrolled_as_one():
    minute = Minute().show(LOOKS / 10, Stroller()).show(60, Stroller(tall=1.9))
    assert minute.ended is not None
    assert (minute.ended.kept, minute.ended.reasons) == (False, (TWO,))
    assert minute.enrolment.template is None


def test_it_ends_by_itself_and_says_what_was_amiss(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(enrolment, "SECONDS", 60.0)
    minute = Minute().show(61, Stroller(), Stroller(tall=1.5))
    assert minute.ended is not None
    assert not minute.ended.kept
    assert ALONE in minute.ended.reasons[0]


def test_it_ends_though_the_camera_gives_no_picture():
    minute = Minute().show(5, Stroller())
    assert minute.enrolment.tick(enrolment.SECONDS, blind=True) is None
    assert minute.hint == BLIND
    ended = minute.enrolment.tick(enrolment.SECONDS + 1, blind=True)
    assert ended is not None
    assert not ended.kept
    assert BLIND in ended.reasons[0]
    assert minute.enrolment.progress.share == 0


def test_it_can_be_called_off():
    minute = Minute().show(5, Stroller())
    assert not minute.enrolment.cancel(minute.now).kept
    assert minute.enrolment.progress.share == 0
