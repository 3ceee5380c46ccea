"""When a rest counts: it is over, the body got up by itself, and nothing was the matter."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from askew import ASPECT
from rests import BEDSIDE, figure, leave, now_seen, rest

from guardian.geometry import middle, turned
from guardian.posture import Figure, Posture
from guardian.settings import Place
from guardian.skeleton import HIPS
from guardian.stays import LEAST_SECONDS, MOST_HELD_BACK, MOST_OPEN, SAMPLES, UNSEEN_SECONDS, Stay, Stays
from guardian.tracking import TrackState

BED = Place(name="bed", kind="bed", polygon=((0, 0), (1, 0), (1, 1)))
FLOOR = Place(name="floor", kind="floor", polygon=((0, 0), (1, 0), (1, 1)))


class Watch:
    """A room that is seen once a second."""

    def __init__(self) -> None:
        self.stays, self.now = Stays(), 0.0
        self.ended: list[Stay] = []

    def see(self, *figures: Figure) -> None:
        self.now += 1.0
        self.ended += self.stays.update([now_seen(each, self.now) for each in figures], self.now)

    def follow(self, figures: Iterable[Figure]) -> list[Stay]:
        for each in figures:
            self.see(each)
        return self.ended


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_who_lies_for_minutes_and_walks_away_has_stayed(watch: Watch):
    (stay,) = watch.follow(rest(seconds=600))
    assert stay.lying == pytest.approx(600, abs=3)
    assert stay.seated == 0
    assert stay.reclined
    assert stay.length == pytest.approx(602, abs=5)
    lying = figure(Posture.LYING)
    assert stay.hips == pytest.approx(lying.hips)
    assert stay.height == pytest.approx((BEDSIDE[0] - lying.hips[0]) / 0.6)  # type: ignore[index]
    assert {stay.hips, lying.shoulders} <= set(stay.points)


def test_who_sits_is_told_by_the_hips_alone_and_need_not_have_stood(watch: Watch):
    (stay,) = watch.follow(rest(Posture.SEATED, floor=None))
    assert not stay.reclined
    assert stay.height is None
    assert set(stay.points) == {stay.hips}


def test_a_long_stay_is_noted_less_and_less_often(watch: Watch):
    (stay,) = watch.follow(rest(seconds=3600))
    assert len(stay.points) <= 9
    (of,) = {len(each.samples) for each in [*watch.stays._rests.values()]} or {0}
    assert of <= SAMPLES


def test_who_sits_down_for_a_moment_does_not_rest(watch: Watch):
    assert not watch.follow(rest(seconds=int(LEAST_SECONDS) - 10))


def test_who_has_not_got_up_or_only_looks_so_has_not_stayed(watch: Watch):
    assert not watch.follow(figure(Posture.LYING) for _ in range(600))
    assert not watch.follow(figure(Posture.UPRIGHT, (0.3, 0.31)) for _ in range(10))
    assert watch.follow(leave())


def test_who_is_misread_for_a_frame_still_rests(watch: Watch):
    def restless() -> Iterable[Figure]:
        for second in range(600):
            yield figure(Posture.UPRIGHT, (0.0, -0.4)) if second % 50 == 49 else figure(Posture.LYING)

    assert not watch.follow(restless())
    assert len(watch.follow(leave())) == 1


def test_who_moves_on_without_having_stood_rests_somewhere_else(watch: Watch):
    watch.follow(figure(Posture.LYING) for _ in range(300))
    (stay,) = watch.follow(rest(seconds=200, shift=(0.0, -0.55)))
    assert stay.lying == pytest.approx(200, abs=3)


def test_a_drawn_place_is_known_and_the_floor_is_none(watch: Watch):
    assert not watch.follow(rest(place=BED))
    assert len(watch.follow(rest(place=FLOOR))) == 1


def test_who_is_helped_up_did_not_get_up_alone(watch: Watch):
    for _ in range(600):
        watch.see(figure(Posture.LYING))
    for each in leave():
        watch.see(each, figure(Posture.BENT, (0.0, -0.3), track=2))
    assert not watch.ended


def test_who_sits_beside_is_no_help(watch: Watch):
    for _ in range(600):
        watch.see(figure(Posture.SEATED), figure(Posture.SEATED, (0.0, 0.4), track=2))
    for each in leave():
        watch.see(each, figure(Posture.SEATED, (0.0, 0.4), track=2))
    assert len(watch.ended) == 1


def test_a_resting_body_that_was_lost_is_the_one_that_gets_up_there(watch: Watch):
    watch.follow(figure(Posture.LYING) for _ in range(600))
    for _ in range(3600):
        watch.see()
    (stay,) = watch.follow(leave(track=2, born=watch.now))
    assert stay.lying == pytest.approx(600, abs=3)
    assert stay.length > 4000


def test_a_body_that_got_up_too_fast_to_be_followed_is_a_new_track_there(watch: Watch):
    lying = figure(Posture.LYING)
    watch.follow(lying for _ in range(600))
    for each in leave(track=2, born=watch.now + 1):
        watch.see(replace(lying, person=replace(lying.person, track=replace(lying.person.track, seen=5.0))), each)
    assert len(watch.ended) == 1


def test_who_appears_elsewhere_is_somebody_else(watch: Watch):
    watch.follow(figure(Posture.LYING) for _ in range(600))
    watch.see()
    assert not watch.follow(leave(track=2, born=watch.now, origin=(0.9, -0.3)))


def test_a_lost_body_is_not_waited_for_for_ever(watch: Watch):
    watch.follow(figure(Posture.LYING) for _ in range(600))
    watch.now += UNSEEN_SECONDS
    watch.see()
    assert not watch.follow(leave(track=2, born=watch.now))


def test_tracks_that_are_not_sure_or_have_no_hips_say_nothing(watch: Watch):
    assert not watch.follow(rest(state=TrackState.TENTATIVE))
    assert not watch.stays._rests


def test_a_body_of_which_only_old_keypoints_are_known_is_not_noted(watch: Watch):
    assert not watch.follow(rest(hit=False))


def test_who_fell_never_rested_unless_nothing_had_happened(watch: Watch):
    watch.follow(figure(Posture.LYING) for _ in range(60))
    watch.stays.fell(1)
    watch.follow(rest())
    assert not watch.ended
    watch.stays.fell(2)
    watch.follow(rest(track=2))
    assert not watch.ended
    assert len(watch.follow(rest(track=2))) == 1


def test_a_stay_during_an_incident_waits_for_a_human(watch: Watch):
    watch.follow(figure(Posture.LYING) for _ in range(60))
    watch.stays.fell(1)
    watch.stays.incident("i-1", is_open=True)
    assert not watch.follow(rest())
    watch.stays.incident("i-1", is_open=False)
    assert not watch.stays.trust("i-2")
    (stay,) = watch.stays.trust("i-1")
    assert stay.lying > 600
    assert not watch.stays.trust("i-1")


def test_what_a_human_calls_false_while_somebody_still_lies_there_counts(watch: Watch):
    watch.stays.incident("i-1", is_open=True)
    watch.follow(figure(Posture.LYING) for _ in range(60))
    watch.stays.fell(1)
    watch.stays.incident("i-2", is_open=True)
    watch.stays.trust("i-2")
    watch.follow(figure(Posture.LYING) for _ in range(60))
    watch.stays.trust("i-1")
    assert len(watch.follow(rest())) == 1


def test_trust_in_another_incident_says_nothing_of_a_fall(watch: Watch):
    watch.follow(figure(Posture.LYING) for _ in range(60))
    watch.stays.fell(1)
    watch.stays.trust("i-9")
    assert not watch.follow(rest())


def test_only_so_many_stays_are_followed_and_held_back(watch: Watch):
    for track in range(1, MOST_OPEN + 3):
        watch.see(figure(Posture.LYING, (0.0, 0.1 * track), track=track))
    assert len(watch.stays._rests) == MOST_OPEN
    watch.stays.incident("i-1", is_open=True)
    for track in range(100, 102 + MOST_HELD_BACK):
        watch.follow(rest(seconds=130, track=track))
    assert len(watch.stays.trust("i-1")) == MOST_HELD_BACK


def test_all_is_let_go_of(watch: Watch):
    watch.follow(figure(Posture.LYING) for _ in range(600))
    watch.stays.forget()
    assert not watch.follow(leave())


def test_a_rest_before_a_camera_that_hangs_askew_is_where_the_picture_shows_it(watch: Watch):
    def as_shown(each: Figure) -> Figure:
        track = each.person.track
        upright = replace(track.pose, askew=turned(track.pose.keypoints, 20.0, ASPECT))
        return replace(each, person=replace(each.person, track=replace(track, pose=upright)))

    (stay,) = watch.follow(map(as_shown, rest(seconds=600)))
    lying = figure(Posture.LYING)
    shown = middle(turned(lying.person.track.pose.keypoints, 20.0, ASPECT), HIPS)
    assert stay.hips == pytest.approx(shown)
    assert stay.hips != pytest.approx(lying.hips)
