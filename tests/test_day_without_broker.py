"""A day without a broker, with a restart at noon: what happened arrives in its order in the evening, and only once."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from boxes import KITCHEN, SETTINGS, START
from boxes import Box as Core
from brokers import MOSQUITTO, Box, Listener, Mosquitto, running, started

from guardian.commands import Publish
from guardian.events import Acknowledged, Event, FallConfirmed, PersonAppeared, PersonLeft, Resolved
from guardian.io.journal import Journal, MessageShelf
from guardian.io.outbox import EVENTS_KEPT, Outbox
from guardian.moment import Moment
from guardian.topics import topics_of

HOUSE = SETTINGS.model_copy(update={"rooms": (KITCHEN,)})
NOW = Moment(1_000.0, START)
HOUR, DAY = 3_600.0, 86_400.0
FALLS = (3, 9, 15, 21)
EVENT = "guardian/home/event"
LAST = f'"PersonLeft","time":"{(START + timedelta(seconds=DAY - 30)).isoformat(timespec="milliseconds")}"'
STORY = ("FallConfirmed", "Acknowledged", "Resolved")


def story(hours: range) -> list[Event]:
    """Somebody comes and goes every minute, falls at FALLS, is helped, and it is closed."""
    events: list[Event] = []
    for minute in range(hours.start * 60, hours.stop * 60):
        time = 1_000.0 + minute * 60
        events.append(PersonAppeared(time=time, room="kitchen", track=minute))
        events.append(PersonLeft(time=time + 30, room="kitchen", track=minute))
    for hour in set(FALLS) & set(hours):
        time = 1_000.0 + hour * HOUR + 10
        events.append(FallConfirmed(time=time, room="kitchen", track=7, reasons=("Fell.",)))
        events.append(Acknowledged(time=time + 60, room="", by="Anna", via="button"))
        events.append(Resolved(time=time + 600, room="", by="Anna", via="web", outcome="helped"))
    return sorted(events, key=lambda event: event.time)


def live(hours: range, outbox: Outbox) -> None:
    """Live these hours; whatever is published waits in the outbox."""
    core = Core(HOUSE)
    for event in story(hours):
        moment = Moment(event.time, START + timedelta(seconds=event.time - 1_000.0))
        core.brain.take(event, moment)
        for message in core.log.all("publish"):
            assert isinstance(message, Publish)
            outbox.put(message)
        core.log.entries.clear()


def journal_of(path: Path) -> Journal:
    journal = Journal(path / "guardian.db", lambda _event: None)
    journal.open(NOW)
    return journal


@pytest.mark.slow
@pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto here: apt install mosquitto")
def test_after_a_day_without_a_broker_everything_arrives_in_order_and_once(tmp_path: Path) -> None:
    journal = journal_of(tmp_path)
    live(range(12), Outbox(shelf=MessageShelf(journal, lambda: NOW)))
    journal.close()  # the process ends at noon, and what it had in memory is gone
    journal = journal_of(tmp_path)
    outbox = Outbox(shelf=MessageShelf(journal, lambda: NOW), kept=journal.messages())
    live(range(12, 24), outbox)
    assert outbox.dropped > 0
    broker = Mosquitto(tmp_path)
    with (
        running(broker),
        Listener(broker.endpoint, "guardian/home/#") as listener,
        started(Box(broker.endpoint, topics_of(HOUSE), outbox), connected=False),
    ):
        listener.heard.wait_for_one(lambda each: each[0] == EVENT and LAST in each[1])
        needed = json.loads(listener.wait_for("guardian/home/alarm/emergency"))
        happened = [json.loads(payload) for topic, payload, _ in listener.heard.things if topic == EVENT]
    assert needed["state"] == "off"
    assert [each["event"] for each in happened if each["event"] in STORY] == list(STORY * len(FALLS))
    times = [each["time"] for each in happened]
    assert times == sorted(times)
    ended = [json.loads(payload) for topic, payload, _ in listener.heard.things if "/incident/" in topic and payload]
    assert [each["outcome"] for each in ended if each["kind"] == "FallConfirmed"] == ["helped"] * len(FALLS)
    journal.close()
    assert journal_of(tmp_path).messages() == ()


def test_the_story_is_a_day() -> None:
    events = story(range(24))
    assert events[-1].time - events[0].time > DAY - HOUR
    assert len(events) > 2 * EVENTS_KEPT
    assert [type(event).__name__ for event in events if not isinstance(event, (PersonAppeared, PersonLeft))] == list(
        STORY * len(FALLS)
    )
