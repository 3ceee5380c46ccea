from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from lived import STEP, Lived, figure

from guardian.day import HOUSEHOLD, Day
from guardian.devices import Kind, SenseState
from guardian.diary import VISITORS_SECONDS
from guardian.ledger import MOST_STROLLS
from guardian.posture import Posture
from guardian.senses import Sensed
from guardian.strolls import Stroll

UP, SLEEPER = figure(), figure(Posture.LYING, "bed")
AT_THE_DOOR = figure(place="exit")


def test_at_midnight_the_day_is_closed_once_and_another_begins():
    lived = Lived("2025-06-04T08:00").until("22:00", "kitchen", UP).until("00:30", "bedroom", SLEEPER)
    (day,) = lived.diary.closed()
    assert day.date == date(2025, 6, 4)
    assert day.rising == pytest.approx(480, abs=1)
    assert day.watched == pytest.approx(16 * 3600, abs=60)
    assert lived.diary.closed() == ()
    assert [each.date for each in lived.diary.days] == [date(2025, 6, 5)]


def test_each_whose_name_is_known_has_a_day_of_their_own():
    lived = Lived("2025-06-04T08:00").be(20, "kitchen", figure(who="Anna"), figure(track=2, who="Bert"))
    lived.be(20, "kitchen", figure(who="Anna")).be(20, "hall", figure())
    minutes = {day.who: day.up / 60 for day in lived.diary.days}
    assert minutes == pytest.approx({HOUSEHOLD: 60, "Anna": 40, "Bert": 20}, abs=1)
    lived.until("01:00")
    assert {day.who for day in lived.diary.closed()} == {HOUSEHOLD, "Anna", "Bert"}
    assert {day.who for day in lived.diary.days} <= {HOUSEHOLD}


def test_who_leaves_by_the_exit_is_away_until_somebody_is_seen():
    lived = Lived("2025-06-04T08:00").be(30, "kitchen", UP).be(1, "hall", AT_THE_DOOR).be(120)
    assert lived.diary.away
    assert lived.today.away == pytest.approx(7200, abs=60)
    assert lived.today.gap == 0
    lived.be(5, "kitchen", UP)
    assert not lived.diary.away


def test_who_leaves_by_another_way_is_only_not_seen():
    lived = Lived("2025-06-04T08:00").be(30, "kitchen", UP).be(120)
    assert not lived.diary.away
    assert lived.today.away == 0
    assert lived.today.gap == pytest.approx(7200, abs=60)


def test_one_of_two_who_goes_out_leaves_nobody_away():
    lived = Lived("2025-06-04T08:00")
    for _ in range(20):
        lived.look({"kitchen": (UP,), "hall": (AT_THE_DOOR,)})
    lived.be(30, "kitchen", UP)
    assert not lived.diary.away


def test_nobody_is_missed_at_night_or_before_anybody_was_up_or_where_nothing_is_seen():
    assert Lived("2025-06-04T00:00").be(1, "kitchen", UP).until("06:30").today.gap == 0
    lived = Lived("2025-06-04T09:00").be(30, "kitchen", UP)
    lived.dark = frozenset({"bedroom", "kitchen", "bathroom", "hall"})
    lived.be(90)
    assert lived.today.gap == 0
    assert lived.today.watched == pytest.approx(1800, abs=60)


def test_nobody_is_missed_while_a_camera_is_paused_nor_for_half_an_hour_after_it():
    lived = Lived("2025-06-04T09:00").be(30, "kitchen", UP)
    lived.paused = frozenset({"kitchen"})
    lived.be(120)
    assert (lived.today.gap, lived.diary.in_view) == (0, ("bedroom", "bathroom", "hall"))
    assert lived.diary.paused_today(date(2025, 6, 4))
    lived.paused = frozenset()
    assert lived.be(29).today.gap == 0
    assert lived.be(10).today.gap == pytest.approx(39 * 60, abs=60)  # and the paused hours are none of it


def test_who_was_in_a_room_that_is_paused_is_present_no_more_and_not_away():
    lived = Lived("2025-06-04T09:00").be(30, "kitchen", UP)
    lived.paused = frozenset({"kitchen"})
    lived.be(1)
    assert (lived.diary.present, lived.diary.away) == ((), False)


def test_what_cannot_be_seen_counts_for_nothing():
    lived = Lived("2025-06-04T09:00")
    lived.dark = frozenset({"kitchen"})
    assert lived.be(10, "kitchen", UP).today.up == 0


def test_more_people_than_live_here_are_visitors_once_while_they_stay():
    home = {"household": {"residents": 1}}
    lived = Lived("2025-06-04T09:00", **home).be(30, "kitchen", UP, figure(track=2)).be(5, "kitchen", UP)
    lived.be(VISITORS_SECONDS / 30, "kitchen", UP, figure(track=2))
    assert lived.today.visitors == 1
    assert lived.be(20, "kitchen", UP).be(10, "kitchen", UP, figure(track=3)).today.visitors == 2
    assert Lived("2025-06-04T09:00").be(30, "kitchen", UP, figure(track=2)).today.visitors == 0


def test_two_cameras_of_one_room_see_the_same_people():
    camera = {"source": "/dev/video0"}
    for same_room, visitors in ((None, 1), ("kitchen", 0)):
        rooms = [{"name": "kitchen", "camera": camera}, {"name": "window", "same_room": same_room, "camera": camera}]
        lived = Lived("2025-06-04T09:00", household={"residents": 1}, rooms=rooms)
        for _ in range(round(2 * VISITORS_SECONDS / STEP)):
            lived.look({"kitchen": (UP,), "window": (UP,)})
        assert lived.diary.today is not None
        assert lived.today.visitors == visitors


def test_the_longest_stillness_of_each_hour_is_kept_by_kind_of_place():
    lived = Lived("2025-06-04T09:50")
    for minutes in range(20):
        lived.be(1, "bedroom", SLEEPER, still={"bed": 60.0 * minutes, "chair": 7.0})
    still = lived.today.still
    assert still["bed"][9] == pytest.approx(540, abs=61)
    assert still["bed"][10] == 1140
    assert max(still["chair"]) == 7


def test_a_clock_that_was_set_back_writes_into_no_day_that_is_over():
    kept = Day(date=date(2025, 6, 4), rising=450)
    lived = Lived("1970-01-02T09:00")
    lived.diary.recall([kept])
    lived.diary.today = None
    lived.be(30, "kitchen", UP)
    assert lived.diary.days == (kept,)
    assert lived.diary.today is None
    lived.clock.step_wall(
        (datetime(2025, 6, 4, 10, tzinfo=ZoneInfo("Europe/Madrid")) - lived.clock.moment().wall).total_seconds()
    )
    day = lived.be(30, "kitchen", UP).today
    assert (day.rising, day.date) == (450, date(2025, 6, 4))
    assert day.up == pytest.approx(1800, abs=30)


@pytest.mark.parametrize(("at", "hours"), [("2025-03-30T00:00", 23), ("2025-10-26T00:00", 25)])
def test_when_summer_time_begins_or_ends_every_second_counts_once(at: str, hours: int):
    lived = Lived(at).until("23:55", "bedroom", SLEEPER)
    day = lived.today
    assert sum(day.rooms["bedroom"]) == pytest.approx(hours * 3600 - 300, abs=30)
    assert day.rooms["bedroom"][2] == pytest.approx({23: 0, 25: 7200}[hours], abs=STEP)
    assert day.watched == pytest.approx(hours * 3600 - 300, abs=60)


def test_what_is_counted_of_somebody_can_be_forgotten():
    lived = (
        Lived("2025-06-04T23:00").be(30, "kitchen", figure(who="Anna")).until("00:10", "kitchen", figure(who="Anna"))
    )
    lived.diary.forget("Anna")
    assert {day.who for day in (*lived.diary.days, *lived.diary.closed())} == {HOUSEHOLD}
    lived.diary.forget(HOUSEHOLD)
    assert lived.diary.days == ()
    lived.diary.forget("Nobody")


def test_a_box_that_was_off_watched_nothing_meanwhile():
    lived = Lived("2025-06-04T08:00").be(10, "kitchen", UP)
    lived.clock.advance(7_200)
    assert lived.be(10, "kitchen", UP).today.watched == pytest.approx(1200, abs=30)


def sensed(kind: Kind, room: str = "bath", since: float = 1e9, state: SenseState = SenseState.ON) -> Sensed:
    return Sensed(name="radar", kind=kind, room=room, state=state, since=since)


def with_senses() -> Lived:
    radar = {"name": "radar", "room": "bath", "room_kind": "bathroom", "topic": "t", "kind": "presence", "on": ["1"]}
    mat = {"name": "mat", "room": "bedroom", "topic": "u", "kind": "bed", "on": ["1"]}
    return Lived("2025-06-04T09:00", senses=[radar, mat]).be(20, "kitchen", UP)


def test_who_is_only_felt_is_there_and_visits_the_bathroom():
    lived = with_senses()
    lived.diary.feel([sensed(Kind.PRESENCE)])
    day = lived.be(90).today
    assert day.visits == 1
    assert sum(day.rooms["bath"]) == pytest.approx(5_400, abs=30)
    assert day.up == pytest.approx(20 * 60 + 5_400, abs=30)
    assert day.gap == 0
    lived.diary.feel([sensed(Kind.PRESENCE, state=SenseState.OFF)])
    assert lived.be(60).today.gap == pytest.approx(3_600, abs=30)


def test_who_is_felt_in_bed_is_in_bed_and_not_up():
    lived = with_senses()
    lived.diary.feel([sensed(Kind.BED, "bedroom"), sensed(Kind.CONTACT, "hall")])
    day = lived.be(60).today
    assert sum(day.places["bed"]) == pytest.approx(3_600, abs=30)
    assert day.up == pytest.approx(1_200, abs=30)


def test_a_motion_sensor_that_still_shows_who_left_does_not_bring_them_back():
    lived = with_senses().be(1, "hall", AT_THE_DOOR).be(1)
    lived.diary.feel([sensed(Kind.MOTION, "hall", since=lived.clock.monotonic() - 80)])
    assert lived.diary.away
    lived.be(10)
    lived.diary.feel([sensed(Kind.MOTION, "kitchen", since=lived.clock.monotonic())])
    assert not lived.diary.away


def test_a_kitchen_without_a_camera_is_one_too():
    radar = {"name": "radar", "room": "k", "room_kind": "kitchen", "topic": "t", "kind": "presence", "on": ["1"]}
    lived = Lived("2025-06-04T09:00", senses=[radar]).be(1)
    lived.diary.feel([sensed(Kind.PRESENCE, "k")])
    assert lived.be(5).today.kitchen == pytest.approx(9 * 60 + 2, abs=1)


def test_the_speed_of_a_day_is_that_of_its_middle_walk_and_survives_a_restart():
    lived = Lived("2025-06-04T09:00").be(1)
    walks = [Stroll("Anna", 0.5), Stroll(None, 0.7), Stroll(None, 0.6)]
    lived.diary.stroll(walks, lived.clock.moment())
    assert (lived.today.speed, lived.today.strolls) == (600, 3)
    assert {day.who: day.speed for day in lived.diary.days} == {HOUSEHOLD: 600, "Anna": 500}
    again = Lived("2025-06-04T09:05")
    again.diary.recall(lived.diary.days)
    again.diary.stroll([Stroll(None, 0.9)], again.clock.moment())
    assert (again.today.speed, again.today.strolls) == (600, 4)


def test_walks_while_the_clock_cannot_be_right_do_not_count():
    lived = Lived("2025-06-04T09:00")
    lived.diary.today = None
    lived.diary.stroll([Stroll(None, 0.9)], lived.clock.moment())
    assert lived.diary.days == ()


def test_of_a_day_only_so_many_walks_are_kept():
    lived = Lived("2025-06-04T09:00").be(1)
    lived.diary.stroll([Stroll(None, 0.5)] * (MOST_STROLLS + 10), lived.clock.moment())
    assert lived.today.strolls == MOST_STROLLS


def test_the_hours_of_the_night_count_for_no_gap():
    lived = Lived("2025-06-04T04:30").be(15, "kitchen", UP).until("07:30")
    assert lived.today.rising is not None
    assert lived.today.gap == pytest.approx(1_800, abs=60)
