"""The whole: an alarm that is raised goes out to phones, one of them answers, and everybody knows."""

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from phone_servers import TOKEN, USER, Ntfy, NtfyTalk, Pushover, PushoverTalk, serving

from guardian import app
from guardian.app import Guardian
from guardian.commands import Sound
from guardian.contacts import Contact
from guardian.entrance import Web
from guardian.events import Acknowledged, HelpCalled, WeeklyTestDue
from guardian.incident import Incident, IncidentState
from guardian.io.fakes import FakeClock
from guardian.io.panel import SimulatedPanel
from guardian.io.ways import Ways
from guardian.settings import AlarmSettings, Camera, Mqtt, Panel, Room, Settings
from guardian.weekly import WeeklyTest

SECONDS = 30.0
TOPIC, PASSWORD = "topic-s3cr3t", "pa55-s3cr3t"

pytestmark = pytest.mark.usefixtures("quiet")


class Household:
    """A box whose contacts are Anna (ntfy), Bruno (ntfy) and Clara (Pushover), and the servers of both."""

    def __init__(self, directory: Path, stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ntfy, self.pushover, self.clock = Ntfy(), Pushover(), FakeClock()
        host = stack.enter_context(serving(self.ntfy, NtfyTalk)).removeprefix("http://")
        api = stack.enter_context(serving(self.pushover, PushoverTalk))
        monkeypatch.setattr(app, "Ways", partial(Ways, api=f"{api}/1", poll_seconds=0.01))
        way = directory / "anna"
        way.write_text(f"ntfy://box:{PASSWORD}@{host}/{TOPIC}\n")
        way.chmod(0o600)
        self.settings = Settings(
            rooms=(Room(name="kitchen", camera=Camera(source=str(directory / "no such film.mp4"))),),
            contacts=(
                Contact(name="Anna", ways=(f"file:{way}",)),
                Contact(name="Bruno", ways=(f"ntfy://{host}/bruno",)),
                Contact(name="Clara", ways=(f"pover://{USER}@{TOKEN}",)),
            ),
            mqtt=Mqtt(broker="none"),
            panel=Panel(kind="simulated"),
            web=Web(enabled=False),
            state_directory=directory / "state",
        )

    @contextmanager
    def running(self) -> Iterator[Guardian]:
        guardian = Guardian(self.settings, clock=self.clock)
        try:
            guardian.start()
            yield guardian
        finally:
            guardian.stop()

    def call(self, guardian: Guardian) -> None:
        guardian.submit(HelpCalled(time=self.clock.monotonic(), by="Rosa", via="button"))
        wait_for(lambda: incident(guardian) is not None, "raised")

    def repeat(self) -> None:
        """Let nobody answer until the next contact is told."""
        self.clock.advance(self.settings.alarm.repeat_seconds + 1.0)


def incident(guardian: Guardian) -> Incident | None:
    return next(iter(guardian.home.snapshot().incidents), None)


def state(guardian: Guardian) -> IncidentState | None:
    found = incident(guardian)
    return found.state if found else None


def press(message: dict[str, Any], number: int = 0) -> None:
    """Do what the app does when a button is pressed."""
    action = message["actions"][number]
    posted = requests.request(action["method"], action["url"], data=action["body"].encode(), timeout=30)
    assert posted.status_code == 200


def wait_for(wanted: Any, what: str = "") -> None:
    tries = threading.Event()
    for _ in range(int(SECONDS / 0.01)):
        if wanted():
            return
        tries.wait(0.01)
    pytest.fail(f"never so: {what}")


@pytest.fixture
def household(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Household]:
    with ExitStack() as stack:
        yield Household(tmp_path, stack, monkeypatch)


def test_annas_button_takes_the_alarm_silences_the_box_and_bruno_is_told(household: Household):
    with household.running() as guardian:
        panel = guardian.panel
        assert isinstance(panel, SimulatedPanel)
        household.call(guardian)
        (told,) = household.ntfy.told(TOPIC)
        household.repeat()
        household.ntfy.told("bruno")
        wait_for(lambda: panel.sound is Sound.SIREN, "siren")
        press(told)
        wait_for(lambda: state(guardian) is IncidentState.ACKNOWLEDGED, "acknowledged")
        taken = incident(guardian)
        _, news = household.ntfy.told("bruno", 2)
        wait_for(lambda: panel.sound is Sound.SILENT, "silence")
        assert taken is not None
        assert (taken.acknowledged_by, taken.acknowledged_via) == ("Anna", "phone")
        assert news["title"].startswith("Anna has taken it: Somebody is calling for help")
        assert (news["priority"], "actions" in news) == (3, False)
        confirmed = household.ntfy.told(TOPIC, 2)[1]
        assert (confirmed["title"], "actions" in confirmed) == (news["title"], False)


def test_a_false_alarm_is_closed_on_the_phone_in_two_steps_and_rings_until_then(household: Household):
    with household.running() as guardian:
        panel = guardian.panel
        assert isinstance(panel, SimulatedPanel)
        household.call(guardian)
        (told,) = household.ntfy.told(TOPIC)
        press(told, 1)
        question = household.ntfy.told(TOPIC, 2)[1]
        assert question["title"] == "Really a false alarm? Somebody is calling for help"
        assert state(guardian) is IncidentState.RAISED
        wait_for(lambda: panel.sound is Sound.SIREN, "siren")
        household.repeat()
        household.ntfy.told("bruno")
        press(question, 1)
        wait_for(lambda: state(guardian) is None, "closed")
        wait_for(lambda: panel.sound is Sound.SILENT, "silence")
        assert household.ntfy.told("bruno", 2)[1]["title"].startswith("All clear: ")
        (past,) = guardian.journal.incidents(10, household.clock.moment())
        assert (past.outcome, past.closed_by, past.closed_via) == ("false alarm", "Anna", "phone")
        assert past.note == "somebody lay or sat down on purpose"


def test_the_weekly_test_goes_to_every_phone_and_annas_answer_ends_it(household: Household):
    alarm = AlarmSettings(weekly_test=WeeklyTest(day="Mon"))
    household.settings = household.settings.model_copy(update={"alarm": alarm})
    with household.running() as guardian:
        guardian.submit(WeeklyTestDue(time=household.clock.monotonic(), room=""))
        wait_for(lambda: incident(guardian) is not None, "asked")
        told = household.ntfy.told(TOPIC)[0], household.ntfy.told("bruno")[0]
        assert {each["title"] for each in told} == {"TEST: This is the weekly test"}
        assert {each["priority"] for each in told} == {5}
        press(told[0])
        wait_for(lambda: incident(guardian) is None, "answered")
        assert household.ntfy.told("bruno", 2)[1]["title"] == "TEST: Anna has answered"


def test_claras_phone_falls_silent_when_anna_has_taken_it_and_she_is_told(household: Household):
    with household.running() as guardian:
        household.call(guardian)
        (told,) = household.ntfy.told(TOPIC)
        household.repeat()
        household.ntfy.told("bruno")
        household.repeat()
        household.pushover.wait(lambda: household.pushover.receipts, "Clara told")
        press(told)
        wait_for(lambda: state(guardian) is IncidentState.ACKNOWLEDGED, "acknowledged")
        household.clock.advance(1.0)
        household.pushover.wait(lambda: household.pushover.cancelled, "cancelled")
        household.pushover.wait(lambda: len(household.pushover.messages) == 2, "told")
        assert [message["priority"] for message in household.pushover.messages] == ["2", "0"]


def test_claras_acknowledgement_by_pushover_takes_it(household: Household):
    with household.running() as guardian:
        household.call(guardian)
        household.ntfy.told(TOPIC)
        household.repeat()
        household.ntfy.told("bruno")
        household.repeat()
        (receipt,) = household.pushover.wait(lambda: household.pushover.receipts, "Clara told")
        household.pushover.acknowledge(receipt)
        wait_for(lambda: state(guardian) is IncidentState.ACKNOWLEDGED, "acknowledged")
        taken = incident(guardian)
        assert taken is not None
        assert (taken.acknowledged_by, taken.acknowledged_via) == ("Clara", "phone")
        assert household.ntfy.told(TOPIC, 2)[1]["title"].startswith("Clara has taken it")


def test_a_server_that_hangs_holds_up_its_own_way_alone(household: Household):
    clara = Contact(name="Clara", ways=(household.settings.contacts[1].ways[0], f"pover://{USER}@{TOKEN}"))
    household.settings = household.settings.model_copy(update={"contacts": (clara,)})
    with household.running() as guardian:
        household.ntfy.listened()
        household.ntfy.hang = True
        household.call(guardian)
        household.ntfy.wait(lambda: ("POST", "/") in household.ntfy.asked, "asked by ntfy")
        (receipt,) = household.pushover.wait(lambda: household.pushover.receipts, "told by Pushover")
        household.pushover.acknowledge(receipt)
        wait_for(lambda: state(guardian) is IncidentState.ACKNOWLEDGED, "acknowledged")
        assert household.ntfy.of("bruno") == []
        household.ntfy.released.set()


def test_what_anna_answered_while_the_box_was_off_counts_when_it_is_back(household: Household):
    with household.running() as guardian:
        household.call(guardian)
        (told,) = household.ntfy.told(TOPIC)
    press(told)
    with household.running() as again:
        wait_for(lambda: state(again) is IncidentState.ACKNOWLEDGED, "acknowledged")


def test_an_answer_to_an_alarm_that_is_over_acknowledges_no_other(household: Household):
    with household.running() as guardian:
        household.call(guardian)
        (told,) = household.ntfy.told(TOPIC)
        first = incident(guardian)
        assert first is not None
        guardian.submit(Acknowledged(time=household.clock.monotonic(), by="Rosa", via="button"))
        wait_for(lambda: state(guardian) is IncidentState.ACKNOWLEDGED, "acknowledged")
        household.clock.advance(600.0)
        household.call(guardian)
        wait_for(lambda: state(guardian) is IncidentState.RAISED, "another")
        press(told)
        (second,) = (each for each in household.ntfy.told(TOPIC, 3) if "actions" in each and each != told)
        assert state(guardian) is IncidentState.RAISED
        press(second)
        wait_for(lambda: state(guardian) is IncidentState.ACKNOWLEDGED, "the other acknowledged")


def test_nothing_secret_is_logged_while_every_server_fails(household: Household, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    with household.running() as guardian:
        household.call(guardian)
        household.ntfy.told(TOPIC)
        household.ntfy.status = household.pushover.status = 500
        household.ntfy.cut()
        wait_for(lambda: "answers_interrupted" in caplog.text, "broken stream")
        for name in ("Bruno", "Clara"):
            household.repeat()
            wait_for(lambda: f"contact_not_told contact={name}" in caplog.text, f"{name} not told")  # noqa: B023
        faults = repr(guardian.home.snapshot().faults)
        names = repr([thread.name for thread in threading.enumerate()])
    kept = json.loads((household.settings.state_directory / "phones.json").read_text())
    answers = household.ntfy.of(TOPIC)[0]["actions"][0]["url"].rpartition("/")[2]
    for secret in (TOPIC, PASSWORD, USER, TOKEN, answers, kept["secret"]):
        assert secret not in caplog.text + faults + names
