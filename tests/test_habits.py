import json
from datetime import date, timedelta

import pytest
from bodies import standing
from boxes import SETTINGS, START, Box

from guardian.brain import Brain
from guardian.day import Day
from guardian.events import DaysForgotten
from guardian.habits import KEEP_SECONDS, TOLD, Habits, needed
from guardian.settings import Behaviour, Settings

TODAY = START.date()
HISTORY = [
    Day(date=TODAY - timedelta(days=ago), rising=420, kitchen=None, watched=86_400, gap=1_800) for ago in range(1, 31)
]


THIS_MORNING = Day(date=TODAY, watched=43_200)


def kept(box: Box) -> list[Day]:
    return [day for day in box.log.all("day") if isinstance(day, Day)]


def forget(box: Box, who: str = "") -> None:
    moment = box.at(box.now)
    box.brain.take(DaysForgotten(time=moment.monotonic, by="Anna", via="web", who=who), moment)


def test_the_day_so_far_is_kept_now_and_then_and_goes_on_after_a_restart():
    box = Box()
    box.watch(60.0, standing())
    assert kept(box) == []
    box.let_pass(KEEP_SECONDS)
    (day,) = kept(box)
    assert day.date == TODAY
    assert day.up == pytest.approx(60, abs=5)
    box.let_pass(KEEP_SECONDS)
    assert [each.date for each in kept(box)] == [TODAY, TODAY]
    again = Box(days=kept(box)[-1:])
    again.watch(60.0, standing())
    again.let_pass(KEEP_SECONDS + 5)
    assert kept(again)[-1].up == pytest.approx(120, abs=10)


def test_a_day_that_is_over_is_kept_at_once_and_what_was_said_once_a_day():
    habits = Habits(SETTINGS)
    habits.recall(HISTORY, "", TODAY)
    events = []
    for minutes in range(24 * 60):
        moment = Box.at(60.0 * minutes)
        habits.see("kitchen", (), {}, moment, in_view=True)
        events += habits.tick(moment)
        told = habits.told_anew()
        over = [day for day in habits.due(moment.monotonic) if day.date < moment.wall.date()]
        if over:
            assert (moment.wall.hour, moment.wall.minute) == (0, 0)
            assert over[0].watched == pytest.approx(12 * 3600, abs=120)
        if told:
            assert json.loads(told)[-1][0] == "rising"
    assert [type(event).__name__ for event in events] == ["RoutineBroken"]
    assert events[0].reasons[0].startswith("Usually up by 07:00 (")


def test_what_departs_from_the_usual_is_published_and_an_alarm_where_that_is_wanted():
    wanted = Behaviour(alarm_events=("RoutineBroken",))
    box = Box(SETTINGS.model_copy(update={"behaviour": wanted}), days=[*HISTORY, THIS_MORNING])
    box.watch(40.0, fps=1.0)
    box.let_pass(30.0)
    said = [message.payload for message in box.log.all("publish") if message.topic.endswith("/event")]
    assert any("RoutineBroken" in payload for payload in said)
    (incident,) = box.brain.alarm.incidents
    assert (incident.kind, incident.room) == ("RoutineBroken", "")
    assert incident.reasons[0].startswith("Usually up by 07:00")
    ((room, body), *_) = box.log.all(TOLD)
    assert room == ""
    again = Box(box.brain._settings, days=[*HISTORY, THIS_MORNING], learned={TOLD: {"": body}})
    again.watch(90.0, fps=1.0)
    assert again.brain.alarm.incidents == ()


def test_by_default_it_is_said_and_rings_nowhere():
    box = Box(days=[*HISTORY, THIS_MORNING])
    box.watch(70.0, fps=1.0)
    assert any("RoutineBroken" in message.payload for message in box.log.all("publish"))
    assert box.brain.alarm.incidents == ()


def test_the_page_is_shown_the_day_and_what_is_believed():
    box = Box(days=[*HISTORY, Day(date=TODAY - timedelta(days=1), who="Anna")])
    box.watch(60.0, standing())
    box.let_pass(60.0)
    household, anna = box.brain.shown.habits
    assert (household.who, anna.who) == ("", "Anna")
    assert household.today.up == pytest.approx(60, abs=5)
    assert household.sentences[:2] == (
        "Knows what is usual from 30 days.",
        "Usually up by 07:00 (07:00-07:00 on 9 of 9 weekend days).",
    )
    assert anna.sentences == ("Still learning what is usual: day 0 of 14.",)
    assert anna.today == Day(date=TODAY, who="Anna")


def test_what_was_counted_is_erased_when_asked_here_and_on_the_disk():
    box = Box(days=HISTORY)
    box.watch(60.0, standing())
    forget(box)
    box.let_pass(60.0)
    assert box.log.all("forget days") == [""]
    assert box.brain.shown.habits[0].sentences == ("Still learning what is usual: day 0 of 14.",)
    assert box.brain.shown.habits[0].today.up == 0
    forget(box, "Anna")
    assert box.log.all("forget days") == ["", "Anna"]


def test_who_does_not_want_to_be_learnt_is_not():
    box = Box(SETTINGS.model_copy(update={"behaviour": Behaviour(learn=False)}), days=[*HISTORY, THIS_MORNING])
    box.watch(70.0, standing(), fps=2.0)
    box.let_pass(2 * KEEP_SECONDS)
    assert kept(box) == []
    assert box.brain.shown.habits[0].sentences == ()
    assert not any("RoutineBroken" in message.payload for message in box.log.all("publish"))


@pytest.mark.parametrize("damaged", ["{", "[[1, 2]]", "[3]", '[["rising", "", "no day"]]'])
def test_what_was_said_and_is_damaged_is_left_out_and_told(damaged: str, caplog: pytest.LogCaptureFixture):
    habits = Habits(Settings(rooms=SETTINGS.rooms))
    habits.recall((), damaged, TODAY)
    assert "learned_unreadable" in caplog.text
    assert habits.told_anew() is None


def test_stillness_is_judged_by_what_is_usual_here():
    seconds = tuple(120 if hour == 13 else 0 for hour in range(24))
    box = Box(days=[*(Day(date=day.date, watched=86_400, still={"elsewhere": seconds}) for day in HISTORY)])
    assert isinstance(box.brain, Brain)
    box.watch(2_100.0, standing(), fps=0.5)
    said = [message.payload for message in box.log.all("publish") if '"event":"StillnessExceeded"' in message.payload]
    assert len(said) == 1
    assert "33 minutes is the limit here at this hour." in said[0]


def test_a_quarter_of_a_year_is_enough_to_go_on():
    assert needed(date(2025, 6, 1)) == date(2025, 3, 3)
