import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lived import Lived, figure

from guardian.day import HOURS, Day
from guardian.events import CheckInMissed, GaitDeclined, NightWandering, PersonRecovered, RoutineBroken
from guardian.posture import Posture
from guardian.routine import Routine, latest
from guardian.usual import Expected

TODAY = date(2025, 6, 4)  # a Wednesday
UP, SLEEPER = figure(), figure(Posture.LYING, "bed")
AT_THE_DOOR = figure(place="exit")


def history(count: int = 30, who: str = "", **fields: object) -> list[Day]:
    usual = {"rising": 450, "kitchen": 480, "bedtime": -90, "night_visits": 1, "watched": 86_400, "gap": 1_800}
    return [
        Day(date=TODAY - timedelta(days=ago), who=who, **{**usual, **fields})  # type: ignore[arg-type]
        for ago in range(1, count + 1)
    ]


def reasons(lived: Lived) -> list[str]:
    return [event.reasons[0] for event in lived.named(RoutineBroken)]


def test_who_is_not_up_by_the_usual_time_is_told_once_and_why():
    lived = Lived("2025-06-04T00:00", days=history()).until("12:00", "bedroom", SLEEPER)
    late, kitchen = lived.named(RoutineBroken)
    assert late.reasons == ("Usually up by 07:30 (07:30-07:30 on 22 of 22 weekdays); today not by 08:31.",)
    assert kitchen.reasons[0].startswith("Usually in the kitchen by 08:00 ")
    assert (late.room, late.person, late.track) == ("", None, 0)


def test_who_gets_up_within_the_usual_range_is_told_nothing_of():
    lived = Lived("2025-06-04T00:00", days=history()).until("08:00", "bedroom", SLEEPER)
    assert reasons(lived.be(30, "kitchen", UP).be(60, "bedroom", UP)) == []


def test_while_learning_nothing_is_expected():
    assert reasons(Lived("2025-06-04T00:00", days=history(13)).until("12:00", "bedroom", SLEEPER)) == []


def test_an_empty_home_is_no_alarm():
    lived = Lived("2025-06-04T05:00", days=history()).be(3, "hall", AT_THE_DOOR).until("18:00")
    assert lived.diary.away
    assert lived.events == []


def test_who_cannot_be_seen_is_not_missed():
    lived = Lived("2025-06-04T00:00", days=history())
    lived.dark = frozenset({"bedroom", "kitchen", "bathroom", "hall"})
    assert reasons(lived.until("12:00")) == []
    lived.dark = frozenset({"kitchen"})
    lived.be(20, "bedroom", UP).until("23:00", "bedroom", UP)
    assert reasons(lived) == []


def test_a_home_that_stays_empty_for_days_is_told_once():
    lived = Lived("2025-06-04T00:00", days=history()).until("12:00").until("12:00")
    assert [reason[:16] for reason in reasons(lived)] == ["Usually up by 07"]
    lived.be(30, "kitchen", UP).until("12:00")
    assert len(reasons(lived)) == 3  # gone again by day, and not up on the next


def test_who_is_up_and_about_and_not_in_the_kitchen_is_told_within_the_hour():
    lived = Lived("2025-06-04T00:00", days=history()).until("07:20", "bedroom", SLEEPER).until("10:00", "bedroom", UP)
    (said,) = reasons(lived)
    assert said == "Usually in the kitchen by 08:00 (08:00-08:00 on 22 of 22 weekdays); today not by 09:01."


def test_who_comes_home_late_in_the_day_is_not_missed_there():
    lived = Lived("2025-06-03T20:00", days=history()).be(10, "kitchen", UP).be(1, "hall", AT_THE_DOOR).until("17:00")
    assert reasons(lived.be(40, "kitchen", UP)) == []


def test_twice_as_many_visits_to_the_bathroom_as_usual_are_told_in_the_night_itself():
    lived = Lived("2025-06-03T23:00", days=history())
    for _ in range(6):
        lived.be(20, "bedroom", SLEEPER).be(4, "bathroom", UP)
    assert reasons(lived) == ["5 visits to the bathroom this night; usually 1 (1-1 on 22 of 22 weekdays)."]
    assert lived.clock.moment().wall.hour == 1


def test_who_vanishes_by_day_is_missed_in_the_end():
    lived = Lived("2025-06-04T07:30", days=history()).until("10:00", "kitchen", UP).until("11:55")
    assert reasons(lived) == []
    lived.until("13:00")
    assert reasons(lived) == ["Nobody was seen since 10:00, and nobody went out; usually that is 30 minutes at most."]
    busy = Lived("2025-06-04T07:30", days=history(gap=9_000)).until("10:00", "kitchen", UP).until("14:00")
    assert reasons(busy) == ["Nobody was seen since 10:00, and nobody went out; usually that is 2.5 hours at most."]


def test_a_person_is_missed_by_name_only_where_the_name_is_mostly_known():
    anna = figure(who="Anna")
    lived = Lived("2025-06-04T00:00", days=[*history(), *history(who="Anna"), *history(who="Bert", rising=None)])
    lived.until("07:20", "bedroom", SLEEPER).be(5, "kitchen", anna).until("12:00", "kitchen", UP)
    assert [event.person for event in lived.named(RoutineBroken)] == ["Anna"]


def test_a_restart_does_not_say_it_again():
    before = Lived("2025-06-04T00:00", days=history()).until("12:00", "bedroom", SLEEPER)
    after = Lived("2025-06-04T12:00", days=history())
    after.routine.recall(before.routine.told)
    after.diary.recall(before.diary.days)
    assert len(before.routine.told) == 2
    assert reasons(after.until("13:00", "bedroom", SLEEPER)) == []
    assert after.routine.told == before.routine.told


def test_what_was_not_seen_while_a_camera_was_paused_is_not_missed_that_day():
    lived = Lived("2025-06-04T00:00", days=history()).until("06:00", "bedroom", SLEEPER)
    lived.paused = frozenset({"bedroom"})
    lived.until("09:00")
    lived.paused = frozenset()
    lived.until("11:00", "bedroom", SLEEPER)
    assert reasons(lived) == []


def test_a_check_in_waits_for_half_an_hour_after_a_pause():
    lived = Lived("2025-06-04T00:00", behaviour={"check_in": "10:00"}).until("09:00", "bedroom", SLEEPER)
    lived.paused = frozenset({"bedroom"})
    lived.until("11:00")
    lived.paused = frozenset()
    assert lived.until("11:29", "bedroom", SLEEPER).named(CheckInMissed) == []
    assert len(lived.until("11:32", "bedroom", SLEEPER).named(CheckInMissed)) == 1


@pytest.mark.parametrize("damaged", [[("rising", "", "yesterday")], [("rising",)], [3]])
def test_what_was_told_and_is_damaged_is_refused(damaged: list[object]):
    with pytest.raises((ValueError, TypeError)):
        Lived().routine.recall(damaged)  # type: ignore[arg-type]


def test_no_sign_of_life_by_the_time_that_was_set_is_told_from_the_first_day():
    lived = Lived("2025-06-04T00:00", behaviour={"check_in": "10:00"}).until("12:00", "bedroom", SLEEPER)
    (missed,) = lived.named(CheckInMissed)
    assert missed.reasons == ("Nobody was up by 10:00; the last time that somebody was seen is 0.0 hours ago.",)
    (up,) = lived.be(5, "kitchen", UP).named(PersonRecovered)
    assert (up.track, up.room) == (missed.track, missed.room)
    assert len(lived.until("15:00", "kitchen", UP).named(PersonRecovered)) == 1


def test_where_nobody_was_ever_seen_that_is_said():
    lived = Lived("2025-06-04T09:00", behaviour={"check_in": "10:00"}).until("11:00")
    (missed,) = lived.named(CheckInMissed)
    assert missed.reasons[0].endswith("nobody was seen at all.")


@pytest.mark.parametrize("sign", ["up", "away", "dark"])
def test_a_sign_of_life_or_an_empty_or_unseen_home_is_no_missed_check_in(sign: str):
    lived = Lived("2025-06-04T05:00", behaviour={"check_in": "10:00"})
    if sign == "up":
        lived.be(5, "kitchen", UP)
    elif sign == "away":
        lived.be(0.2, "hall", AT_THE_DOOR)
    else:
        lived.dark = frozenset({"bedroom", "kitchen", "bathroom", "hall"})
    assert lived.until("12:00").named(CheckInMissed) == []


def test_who_is_up_at_night_for_longer_than_usual_wanders():
    lived = Lived("2025-06-03T21:00", days=history(night_up=600)).until("22:00", "kitchen", UP).until("02:00")
    lived.be(25, "kitchen", UP)
    assert lived.named(NightWandering) == []
    (event,) = lived.be(10, "kitchen", UP).named(NightWandering)
    assert event.room == "kitchen"
    assert event.reasons[0] in {f"Up for {minutes} minutes this night; usually 10 minutes." for minutes in (30, 31)}
    assert len(lived.be(60, "kitchen", UP).named(NightWandering)) == 1


def test_wandering_is_told_from_the_first_night_by_the_fixed_limit():
    lived = Lived("2025-06-03T21:00").until("22:00", "kitchen", figure(place="chair")).until("02:00")
    (event,) = lived.be(60, "kitchen", figure(place="chair")).named(NightWandering)
    assert event.reasons[0] in ("Up for 45 minutes this night.", "Up for 46 minutes this night.")
    assert event.place == "chair"


def still(seconds: int) -> dict[str, tuple[int, ...]]:
    return {"sofa": tuple(seconds if hour == 14 else 0 for hour in range(HOURS))}


def test_the_alert_line_of_stillness_is_learnt_by_place_and_hour():
    routine = Lived("2025-06-04T00:00", days=history(still=still(1_800))).routine
    routine.usual("", TODAY)
    assert routine.still_usual("sofa", 14) == routine.still_usual("sofa", 13) == 1.5 * 1_800 + 1_800
    assert routine.still_usual("sofa", 16) is None
    assert routine.still_usual("bed", 14) is None


def test_what_was_learnt_grows_by_the_day_and_can_be_forgotten():
    lived = Lived("2025-06-04T00:00", days=history(13))
    assert not lived.routine.usual("", TODAY).ready
    lived.routine.learn([*history()[13:14], *history(who="Anna")])
    assert lived.routine.usual("", TODAY).ready
    assert lived.routine.who == ("", "Anna")
    assert [day.date for day in lived.routine.days("Anna")][-1] == TODAY - timedelta(days=1)
    lived.routine.forget("Anna")
    assert lived.routine.who == ("",)
    lived.routine.forget("")
    assert lived.routine.days("") == ()


@given(st.integers(300, 700), st.integers(0, 300), st.integers(0, 300))
def test_late_is_never_within_what_is_usual_and_never_hours_after_it(low: int, to_median: int, to_high: int):
    median, high = low + to_median, low + to_median + to_high
    late = latest(Expected(median, low, high, 1, 1, "days", 1))
    assert late >= high
    assert late <= max(high, median + 240)
    assert late >= min(high + 60, median + 240)


def test_before_the_first_tick_nothing_is_compared():
    lived = Lived("2025-06-04T09:00")
    lived.diary.today = None
    assert Routine(lived.settings).tick(lived.diary, lived.clock.moment()) == ()


def walking(who: str = "", drop: int = 120) -> list[Day]:
    return [
        replace(day, speed=800 + 7 * (number % 5) - (drop if number < 15 else 0), strolls=9)
        for number, day in enumerate(history(60, who))
    ]


def test_who_has_come_to_walk_more_slowly_is_told_once_in_four_weeks():
    alone = {"household": {"residents": 1}}
    lived = Lived("2025-06-04T09:00", days=walking(), **alone).be(10, "kitchen", UP).until("09:00", "kitchen", UP)
    (event,) = lived.named(GaitDeclined)
    assert re.fullmatch(
        r"Walks at about 69 cm/s since (1[89]|2[01]) May; before that it was 81 cm/s\.", event.reasons[0]
    )
    assert event.person is None


def test_of_several_people_together_nothing_is_said_of_how_they_walk_but_of_each_by_name():
    lived = Lived("2025-06-04T09:00", days=[*walking(), *walking("Anna"), *walking("Bert", drop=0)])
    lived.be(10, "kitchen", UP)
    assert [event.person for event in lived.named(GaitDeclined)] == ["Anna"]


def test_days_on_which_somebody_hardly_walked_say_nothing():
    days = [replace(day, strolls=2) for day in walking("Anna")]
    assert Lived("2025-06-04T09:00", days=days).be(10, "kitchen", UP).named(GaitDeclined) == []
