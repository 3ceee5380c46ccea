from datetime import date

import pytest
from lived import STEP, Lived, figure

from guardian.day import Day
from guardian.ledger import Ledger, counted, is_up, morning_of
from guardian.moment import Moment
from guardian.posture import Posture
from guardian.settings import Behaviour
from guardian.tracking import TrackState

SLEEPER = figure(Posture.LYING, "bed")


def test_seconds_are_counted_by_hour_posture_place_and_room():
    day = Lived("2025-06-04T10:50").be(20, "bedroom", figure(Posture.SEATED, "chair")).today
    assert day.postures["seated"][10] + day.postures["seated"][11] == pytest.approx(1200, abs=2 * STEP)
    assert day.postures["seated"][10] == pytest.approx(600, abs=2 * STEP)
    assert day.places.keys() == {"chair"}
    assert day.rooms.keys() == {"bedroom"}


def test_who_gets_up_in_the_morning_has_risen_when_that_began_and_not_when_it_was_sure():
    lived = Lived("2025-06-04T00:00").until("07:10", "bedroom", SLEEPER)
    assert lived.today.rising is None
    day = lived.be(30, "kitchen", figure()).today
    assert day.rising == pytest.approx(7 * 60 + 10, abs=1)
    assert day.kitchen == pytest.approx(7 * 60 + 11, abs=1)
    assert lived.diary.household.awake


def test_a_walk_to_the_bathroom_at_night_is_a_rising_at_night_and_a_visit_and_no_getting_up():
    lived = Lived("2025-06-03T20:00").until("22:30", "kitchen", figure())
    lived.until("02:00", "bedroom", SLEEPER).be(5, "bathroom", figure())
    lived.until("05:00", "bedroom", SLEEPER).be(5, "bathroom", figure()).until("06:00", "bedroom", SLEEPER)
    day = lived.today
    assert (day.rising, day.night_risings, day.night_visits, day.visits) == (None, 2, 2, 2)
    assert day.night_up == pytest.approx(600, abs=4 * STEP)
    assert day.bedtime == pytest.approx(-90, abs=1)
    assert not lived.diary.household.awake


def test_who_comes_back_to_the_bathroom_at_once_was_there_once():
    lived = Lived("2025-06-04T12:00").be(3, "bathroom", figure()).be(2).be(3, "bathroom", figure())
    assert lived.today.visits == 1
    assert lived.be(4).be(1, "bathroom", figure()).today.visits == 2


def test_an_evening_out_of_sight_is_not_the_night():
    lived = Lived("2025-06-03T17:00").until("19:00", "kitchen", figure()).until("20:30")
    lived.until("23:00", "kitchen", figure()).until("06:00")
    assert lived.today.bedtime == pytest.approx(-60, abs=1)
    assert lived.today.night_up == 0


def test_who_is_up_for_an_hour_at_night_went_to_bed_before():
    lived = Lived("2025-06-03T20:00").until("22:30", "kitchen", figure()).until("02:30")
    lived.be(60, "kitchen", figure()).until("07:00")
    day = lived.today
    assert day.bedtime == pytest.approx(-90, abs=1)
    assert day.night_up == pytest.approx(3600, abs=60)
    assert day.rising is None
    assert lived.be(20, "kitchen", figure()).today.rising == pytest.approx(7 * 60, abs=1)


def test_who_gets_up_again_soon_had_not_gone_to_bed():
    lived = Lived("2025-06-03T20:00").until("22:30", "kitchen", figure()).until("23:30")
    lived.until("00:30", "kitchen", figure()).until("06:00")
    assert lived.today.bedtime == pytest.approx(30, abs=1)
    assert lived.today.night_up == 0


def test_two_who_are_up_together_are_up_once():
    together = Lived("2025-06-04T09:00").be(10, "kitchen", figure(), figure(track=2)).today
    assert together.up == pytest.approx(600, abs=2 * STEP)
    assert together.postures["upright"][9] == pytest.approx(1200, abs=4 * STEP)


def test_a_wall_clock_that_jumps_moves_the_hours_and_nothing_else():
    lived = Lived("2025-06-04T09:00").be(10, "kitchen", figure())
    lived.clock.step_wall(3_600)
    lived.be(10, "kitchen", figure())
    assert lived.today.up == pytest.approx(1200, abs=3 * STEP)
    assert lived.today.rising == pytest.approx(9 * 60, abs=1)


def test_a_restart_goes_on_with_the_day():
    before = Lived("2025-06-03T20:00").until("22:30", "kitchen", figure()).until("23:50", "bedroom", SLEEPER)
    days = before.diary.days
    assert [day.date for day in days] == [date(2025, 6, 3), date(2025, 6, 4)]
    after = Lived("2025-06-03T23:51")
    after.diary.recall(days)
    assert after.diary.days == days
    after.until("02:00", "bedroom", SLEEPER).be(5, "bathroom", figure())
    assert (after.today.night_risings, after.today.night_visits) == (1, 1)
    assert after.today.bedtime == pytest.approx(-90, abs=1)


def test_a_day_that_says_nothing_of_the_night_is_recalled_too():
    ledger = Ledger("Anna", Behaviour())
    day = Day(date=date(2025, 6, 3), who="Anna", visits=2, still={"bed": (5,) * 24}, rooms={"hall": (1,) * 24})
    ledger.recall(day)
    assert ledger.days == (day,)
    assert not ledger.awake


def test_what_counts_is_seen_or_lost_in_bed():
    here, hidden = figure(), figure(Posture.LYING, "bed", state=TrackState.LOST)
    others = figure(state=TrackState.LOST), figure(state=TrackState.TENTATIVE)
    assert counted([here, *others, hidden]) == (here, hidden)


@pytest.mark.parametrize(
    ("posture", "place", "up"),
    [
        (Posture.UPRIGHT, None, True),
        (Posture.SEATED, "chair", True),
        (Posture.BENT, None, True),
        (Posture.SEATED, "bed", False),
        (Posture.LYING, None, False),
        (Posture.UNKNOWN, None, False),
    ],
)
def test_up_is_out_of_bed_and_not_lying(posture: Posture, place: str | None, *, up: bool):
    assert is_up(figure(posture, place)) is up


def test_a_night_belongs_to_the_morning_in_which_it_ends():
    lived = Lived("2025-06-03T11:00")
    walls = []
    for _ in range(3):
        walls.append(lived.clock.moment().wall)
        lived.clock.advance(7 * 3_600)
    assert [morning_of(wall) for wall in walls] == [date(2025, 6, 3), date(2025, 6, 4), date(2025, 6, 4)]
    assert isinstance(lived.clock.moment(), Moment)
