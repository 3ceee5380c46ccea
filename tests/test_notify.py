import json
import logging
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from guardian.commands import Ask, Notify, Untold
from guardian.configuration import languages
from guardian.contacts import Contact
from guardian.errors import ConfigurationError
from guardian.events import ContactNotTold, ContactTold, Event, FaultCleared, FaultOccurred
from guardian.io import notify as telling
from guardian.io.drawings import Shows
from guardian.io.notify import EXPIRE_SECONDS, WAITING, Phones, Send, by_apprise, labels_of
from guardian.moment import Moment
from guardian.phrasebook import ENGLISH, Phrasebook

SECONDS = 30.0
NEVER = 3_600.0
NOON = datetime(2025, 6, 1, 12, 0, tzinfo=timezone.utc)
SECRET = "s3cr3t-t0ken"  # noqa: S105 - what must not be seen anywhere
ANNA = Contact(name="Anna", ways=(f"ntfy://{SECRET}",))
BRUNO = Contact(name="Bruno", ways=(f"tgram://{SECRET}",))


def notice(contact: str = "Anna", incident: str = "i-1", step: int = 0) -> Notify:
    return Notify(contact, "Fall in the kitchen", f"step {step}", incident, step)


class Providers:
    """Stands in for all providers: notes what each way was asked for, and fails or hangs as it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Notify]] = []
        self.failing: set[str] = set()
        self.hanging: set[str] = set()
        self.unknown: set[str] = set()
        self.released = threading.Event()
        self.reports: list[Event] = []
        self.outcomes: list[ContactTold | ContactNotTold] = []
        self._changed = threading.Condition()

    def connect(self, way: str) -> Send:
        kind = way.partition("://")[0]
        if kind in self.unknown:
            message = "no such way is known"
            raise ConfigurationError(message)

        def send(asked: Notify) -> bool:
            with self._changed:
                self.told.append((kind, asked))
                taken = kind not in self.failing
                self._changed.notify_all()
            if kind in self.hanging:
                self.released.wait(SECONDS)
            return taken

        return send

    def report(self, event: Event) -> None:
        with self._changed:
            if isinstance(event, ContactTold | ContactNotTold):
                self.outcomes.append(event)
            else:
                self.reports.append(event)
            self._changed.notify_all()

    def wait(self, count: int, kind: str | None = None) -> list[Notify]:
        """Wait until so many notices were asked for (by this kind of way); return them."""

        def of_kind() -> list[Notify]:
            return [asked for way, asked in self.told if kind in {None, way}]

        with self._changed:
            assert self._changed.wait_for(lambda: len(of_kind()) >= count, SECONDS), f"only {self.told}"
            return of_kind()

    def wait_for_outcomes(self, count: int) -> list[ContactTold | ContactNotTold]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.outcomes) >= count, SECONDS), f"only {self.outcomes}"
            return list(self.outcomes)

    def wait_for_reports(self, count: int) -> list[Event]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.reports) >= count, SECONDS), f"only {self.reports}"
            return list(self.reports)


@contextmanager
def phones(
    providers: Providers,
    *contacts: Contact,
    pauses: tuple[float, ...] = (NEVER,),
    now: float = 7.0,
    book: Phrasebook = ENGLISH,
    told: Callable[[Notify, Send], None] = lambda _notice, _way: None,
) -> Iterator[Phones]:
    moment = Moment(now, NOON)
    more = {"pauses": pauses, "book": book, "told": told}
    made = Phones(contacts, providers.report, lambda: moment, connect=providers.connect, **more)  # type: ignore[arg-type]
    try:
        yield made
    finally:
        providers.released.set()
        made.stop(SECONDS)


def test_a_contact_is_told_by_all_its_ways():
    providers = Providers()
    anna = Contact(name="Anna", ways=("ntfy://topic", "mailto://host"))
    with phones(providers, anna) as made:
        made.tell(notice())
        providers.wait(2)
    assert sorted(kind for kind, _ in providers.told) == ["mailto", "ntfy"]
    assert {asked for _, asked in providers.told} == {notice()}
    assert providers.reports == []


def test_a_way_is_called_by_its_kind_or_its_file_and_never_by_its_address():
    ways = (f"ntfy://{SECRET}", "file:/etc/guardian/anna", "file:/run/anna", f"NTFY://{SECRET}/2", "mailto://host")
    assert labels_of(ways) == ["ntfy", "anna", "anna 2", "ntfy 2", "mailto"]


def test_nobody_else_is_told():
    providers = Providers()
    with phones(providers, ANNA, BRUNO) as made:
        made.tell(notice("Clara"))
        made.tell(notice("Bruno"))
        providers.wait(1)
    assert [asked.contact for _, asked in providers.told] == ["Bruno"]


def test_what_was_not_taken_is_tried_again_until_it_is_and_what_came_of_it_is_told():
    providers = Providers()
    providers.failing = {"ntfy"}
    with phones(providers, ANNA, pauses=(0.0,)) as made:
        made.tell(notice())
        providers.wait(50)
        providers.failing = set()
        providers.wait_for_outcomes(2)
    about = {"time": 7.0, "room": "", "contact": "Anna", "way": "ntfy", "incident": "i-1", "step": 0}
    reason = "Anna could not be told by ntfy; check the contact's ways and the network."
    assert providers.outcomes == [ContactNotTold(**about, reasons=(reason,)), ContactTold(**about)]


def test_what_nobody_took_for_a_day_is_given_up():
    providers = Providers()
    providers.failing = {"ntfy"}
    with phones(providers, ANNA, pauses=(0.0,), now=EXPIRE_SECONDS + 1.0) as made:
        made.tell(notice())
        (outcome,) = providers.wait_for_outcomes(1)
    assert isinstance(outcome, ContactNotTold)
    assert outcome.given_up
    assert len(providers.told) == 1


def test_what_is_told_late_says_so():
    providers = Providers()
    with phones(providers, ANNA, now=600.0) as made:
        made.tell(notice())
        (told,) = providers.wait(1)
    assert told.title == "Late: Fall in the kitchen"


def test_what_is_told_late_says_so_in_the_household_s_language():
    providers = Providers()
    with phones(providers, ANNA, now=600.0, book=languages.phrasebook("de")) as made:
        made.tell(notice())
        (told,) = providers.wait(1)
    assert told.title == "Verspätet: Fall in the kitchen"
    assert told.body.startswith("Diese Nachricht kommt verspätet: geschrieben um ")


def test_what_is_urgent_goes_before_what_is_not():
    providers = Providers()
    providers.hanging = {"ntfy"}
    with phones(providers, ANNA) as made:
        made.tell(notice(incident="first"))
        providers.wait(1)
        made.tell(replace(notice(incident="all clear"), urgent=False))
        made.tell(notice(incident="fall"))
        providers.released.set()
        assert [each.incident for each in providers.wait(3)] == ["first", "fall", "all clear"]


def test_a_new_process_tells_what_the_old_one_did_not_by_the_ways_that_are_left():
    providers = Providers()
    anna = Contact(name="Anna", ways=("ntfy://one", "ntfy://two", "mailto://host"))
    left = Untold(notice(step=3), told=frozenset({"ntfy 2"}))
    with phones(providers, anna, BRUNO) as made:
        made.resume([left, Untold(notice("Clara"), frozenset())])
        providers.wait_for_outcomes(2)
    assert {(each.contact, each.way, each.step) for each in providers.outcomes} == {
        ("Anna", "ntfy", 3),
        ("Anna", "mailto", 3),
    }


def test_a_contact_that_cannot_be_told_is_one_fault_and_its_end_is_said():
    providers = Providers()
    providers.failing = {"ntfy"}
    with phones(providers, ANNA) as made:
        made.tell(notice())
        (fault,) = providers.wait_for_reports(1)
        providers.failing = set()
        made.tell(notice(incident="i-2"))
        over = providers.wait_for_reports(2)[-1]
    assert isinstance(fault, FaultOccurred)
    assert (fault.part, fault.room, fault.time) == ("phone", "", 7.0)
    assert fault.reasons == ("Anna could not be told by ntfy; check the contact's ways and the network.",)
    assert over == FaultCleared(time=7.0, room="", part="phone")
    assert len(providers.reports) == 2


def test_the_fault_lasts_until_every_way_works():
    providers = Providers()
    providers.failing = {"ntfy", "tgram"}
    with phones(providers, ANNA, BRUNO) as made:
        made.tell(notice("Anna"))
        made.tell(notice("Bruno"))
        faults = providers.wait_for_reports(2)
        providers.failing = {"tgram"}
        made.tell(notice("Anna", "i-2"))
        providers.wait(2, "ntfy")
        made.tell(notice("Anna", "i-3"))  # when this is asked for, what came of the one before has been reported
        providers.wait(3, "ntfy")
        assert providers.reports == faults
        providers.failing = set()
        made.tell(notice("Bruno", "i-2"))
        reports = providers.wait_for_reports(3)
    assert {each.reasons[0].partition(" ")[0] for each in faults} == {"Anna", "Bruno"}
    assert [type(each) for each in reports] == [FaultOccurred, FaultOccurred, FaultCleared]


def test_brunos_phone_rings_while_annas_provider_hangs():
    providers = Providers()
    providers.hanging = {"ntfy"}
    with phones(providers, ANNA, BRUNO) as made:
        made.tell(notice("Anna"))
        providers.wait(1, "ntfy")
        made.tell(notice("Bruno"))
        assert providers.wait(1, "tgram") == [notice("Bruno")]
        assert not providers.released.is_set()


def test_brunos_phone_rings_while_anna_waits_for_her_next_try():
    providers = Providers()
    providers.failing = {"ntfy"}
    with phones(providers, ANNA, BRUNO, pauses=(NEVER,)) as made:
        made.tell(notice("Anna"))
        providers.wait_for_reports(1)
        made.tell(notice("Bruno"))
        assert providers.wait(1, "tgram") == [notice("Bruno")]


def test_one_way_that_hangs_does_not_hold_up_the_other_way_of_the_same_contact():
    providers = Providers()
    providers.hanging = {"mailto"}
    anna = Contact(name="Anna", ways=("mailto://host", "ntfy://topic"))
    with phones(providers, anna) as made:
        made.tell(notice(incident="i-1"))
        providers.wait(1, "mailto")
        made.tell(notice(incident="i-2"))
        assert [asked.incident for asked in providers.wait(2, "ntfy")] == ["i-1", "i-2"]


def test_of_one_incident_the_latest_word_takes_the_place_of_what_waits():
    providers = Providers()
    providers.hanging = {"ntfy"}
    with phones(providers, ANNA) as made:
        made.tell(notice(incident="early"))
        providers.wait(1)
        for step in range(5):
            made.tell(notice(step=step))
        made.tell(notice(incident="late"))
        made.tell(notice(step=9))
        providers.released.set()
        told = providers.wait(3)
    assert [(each.incident, each.step) for each in told] == [("early", 0), ("late", 0), ("i-1", 9)]


def test_a_try_that_waits_gives_way_to_the_latest_word_of_its_incident():
    providers = Providers()
    providers.failing = {"ntfy"}
    with phones(providers, ANNA, pauses=(NEVER,)) as made:
        made.tell(notice(step=0))
        providers.wait_for_reports(1)
        made.tell(notice(step=1))
        assert [each.step for each in providers.wait(2)] == [0, 1]


def test_what_waits_is_bounded_and_the_oldest_is_dropped(caplog: pytest.LogCaptureFixture):
    providers = Providers()
    providers.hanging = {"ntfy"}
    with phones(providers, ANNA) as made:
        made.tell(notice(incident="first"))
        providers.wait(1)
        for number in range(WAITING + 2):
            made.tell(notice(incident=str(number)))
        providers.released.set()
        told = providers.wait(WAITING + 1)
    assert [each.incident for each in told] == ["first", *(str(number) for number in range(2, WAITING + 2))]
    assert caplog.text.count("notice_dropped") == 2


def test_stop_waits_for_no_pause():
    providers = Providers()
    providers.failing = {"ntfy"}
    with phones(providers, ANNA, pauses=(NEVER,)) as made:
        made.tell(notice())
        providers.wait_for_reports(1)
        made.tell(notice(incident="i-2"))
    assert [each.incident for _, each in providers.told] == ["i-1", "i-2"]
    assert not any(way.is_alive() for ways in made._ways.values() for way in ways)


def test_stop_leaves_a_provider_that_hangs_behind():
    providers = Providers()
    providers.hanging = {"ntfy"}
    with phones(providers, ANNA) as made:
        made.tell(notice())
        providers.wait(1)
        made.stop(0.01)
        assert not providers.released.is_set()
        assert all(way.daemon for ways in made._ways.values() for way in ways)


def test_a_way_that_nobody_understands_is_a_fault_from_the_start_and_the_other_works():
    providers = Providers()
    providers.unknown = {"foo"}
    anna = Contact(name="Anna", ways=(f"foo://{SECRET}", "ntfy://topic"))
    with phones(providers, anna) as made:
        (fault,) = providers.wait_for_reports(1)
        made.tell(notice())
        providers.wait(1, "ntfy")
    assert fault.reasons == ("Anna cannot be told by foo: no such way is known.",)
    assert providers.reports == [fault]


def test_no_secret_is_logged_or_reported_or_stands_in_the_name_of_a_thread(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    providers = Providers()
    providers.failing, providers.unknown = {"ntfy"}, {"foo"}
    clara = Contact(name="Clara", ways=(f"foo://{SECRET}",))
    with phones(providers, ANNA, BRUNO, clara) as made:
        made.tell(notice("Anna"))
        made.tell(notice("Bruno"))
        providers.wait_for_outcomes(2)
        names = [thread.name for thread in threading.enumerate()]
    assert "contact_told contact=Bruno way=tgram" in caplog.text
    assert "contact_not_told contact=Anna way=ntfy" in caplog.text
    assert SECRET not in caplog.text + repr(providers.reports) + repr(providers.outcomes) + repr(names)


# The real library, on loopback.

REAL = (
    pytest.mark.usefixtures("quiet"),
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),  # what the library loads
)


def real(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test that uses the library itself."""
    for mark in REAL:
        test = mark(test)
    return test


class Provider(BaseHTTPRequestHandler):
    """Takes what is posted, or refuses it."""

    posted: list[dict[str, object]]
    status = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).posted.append(json.loads(body))
        self.send_response(type(self).status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def provider() -> Iterator[tuple[str, type[Provider]]]:
    """The address of a provider on loopback, and what it was sent."""

    class Fresh(Provider):
        posted: list[dict[str, object]] = []  # noqa: RUF012 - the class is made anew for every test

    with HTTPServer(("127.0.0.1", 0), Fresh) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        try:
            yield f"json://Anna:{SECRET}@127.0.0.1:{server.server_port}", Fresh
        finally:
            server.shutdown()
            serving.join()


@real
def test_apprise_sends_the_title_and_the_body(provider: tuple[str, type[Provider]]):
    address, received = provider
    assert by_apprise(address)(notice(step=3))
    (posted,) = received.posted
    assert (posted["title"], posted["message"]) == ("Fall in the kitchen", "step 3")


@real
def test_apprise_shows_a_drawing_where_the_service_takes_files(provider: tuple[str, type[Provider]]):
    address, received = provider
    way = by_apprise(address)
    assert isinstance(way, Shows)
    assert way.show(notice(), "A drawing.", b"PNG")
    (posted,) = received.posted
    assert (posted["title"], posted["message"]) == ("Fall in the kitchen", "A drawing.")
    (attached,) = posted["attachments"]  # type: ignore[misc]
    assert (attached["filename"], attached["mimetype"]) == ("guardian.png", "image/png")
    assert b64decode(attached["base64"]) == b"PNG"
    received.status = 500
    assert not way.show(notice(), "A drawing.", b"PNG")


@real
def test_an_sms_does_not_come_twice():
    way = by_apprise(f"twilio://AC{'a' * 32}:{'b' * 32}@15551234567/15557654321")
    assert isinstance(way, Shows)
    assert not way.show(notice(), "A drawing.", b"PNG")


def test_what_was_told_is_said_with_its_way_and_what_was_not_is_not():
    providers, told = Providers(), list[Notify]()
    providers.failing = {"tgram"}
    with phones(providers, ANNA, BRUNO, told=lambda asked, _way: told.append(asked)) as made:
        for contact in ("Anna", "Bruno"):
            made.tell(notice(contact))
        providers.wait_for_outcomes(2)
    assert told == [notice("Anna")]


@real
def test_apprise_tells_that_a_provider_refused_and_logs_no_secret(
    provider: tuple[str, type[Provider]], caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    address, received = provider
    received.status = 500
    assert not by_apprise(address)(notice())
    with pytest.raises(ConfigurationError) as refused:
        by_apprise(f"foo://{SECRET}")
    assert SECRET not in str(refused.value)
    assert SECRET not in caplog.text
    assert not [record for record in caplog.records if record.name in {"apprise", "urllib3.connectionpool"}]


# Quiet hours.

MORNING = NOON + timedelta(hours=7)


class Night:
    """A clock that is put on to the morning."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(telling, "LOOK_SECONDS", 0.01)
        self.moment = Moment(7.0, NOON)

    def end(self) -> None:
        self.moment = Moment(7.0 + 7 * 3_600, MORNING)


@pytest.fixture
def night(monkeypatch: pytest.MonkeyPatch) -> Night:
    return Night(monkeypatch)


@contextmanager
def at_night(night: Night, providers: Providers) -> Iterator[Phones]:
    made = Phones((ANNA,), providers.report, lambda: night.moment, connect=providers.connect, pauses=(0.0,))
    try:
        yield made
    finally:
        made.stop(SECONDS)


def held(incident: str, title: str = "Guardian cannot see") -> Notify:
    return Notify("Anna", title, "Where: kitchen", incident, 1, urgent=False, asked=7.0, held_until=MORNING)


def test_what_is_held_back_comes_in_the_morning_in_one_piece_and_what_is_urgent_at_once(night: Night):
    providers = Providers()
    with at_night(night, providers) as made:
        made.tell(held("i-1"))
        made.tell(replace(held("i-2", "All clear: Guardian cannot see"), asked=8.0))
        made.tell(replace(notice(incident="i-3"), asked=7.0))
        assert [asked.incident for asked in providers.wait(1)] == ["i-3"]
        assert providers.told[0][1].title == "Fall in the kitchen"
        night.end()
        assert len(providers.wait(2)) == 2
        told = providers.told[1][1]
        providers.wait_for_outcomes(3)
    assert len(providers.told) == 2
    assert told.title == "2 messages from the quiet hours"
    assert told.body.index("Guardian cannot see") < told.body.index("All clear: Guardian cannot see")
    assert told.body.count("Held back until now by the quiet hours: it was written at 12:00") == 2
    assert [(type(each), each.incident) for each in providers.outcomes] == [
        (ContactTold, "i-3"),
        (ContactTold, "i-1"),
        (ContactTold, "i-2"),
    ]


def test_one_alone_that_was_held_back_keeps_its_title(night: Night):
    providers = Providers()
    with at_night(night, providers) as made:
        made.tell(held("i-1"))
        night.end()
        (told,) = providers.wait(1)
    assert told.title == "Guardian cannot see"
    assert told.body.startswith("Held back until now")


def test_what_was_held_back_and_fails_is_tried_again_all_of_it(night: Night):
    providers = Providers()
    providers.failing = {"ntfy"}
    with at_night(night, providers) as made:
        made.tell(held("i-1"))
        made.tell(held("i-2"))
        night.end()
        providers.wait(3)
        providers.failing = set()
        outcomes = providers.wait_for_outcomes(4)
    assert {each.incident for each in outcomes if isinstance(each, ContactTold)} == {"i-1", "i-2"}


def test_a_box_that_stops_at_night_tells_nobody_what_can_wait_and_the_next_one_does(night: Night):
    providers, again = Providers(), Providers()
    with at_night(night, providers) as made:
        made.tell(held("i-1"))
    assert providers.told == []
    with at_night(night, again) as made:
        made.resume((Untold(held("i-1"), frozenset()),))
        night.end()
        assert [asked.incident for asked in again.wait(1)] == ["i-1"]


def test_an_emergency_is_told_before_a_test():
    providers = Providers()
    providers.hanging = {"ntfy"}
    with phones(providers, ANNA) as made:
        made.tell(notice(incident="i-0"))
        providers.wait(1)
        made.tell(replace(notice(incident="i-1"), urgent=False))
        made.tell(replace(notice(incident="i-2"), ask=Ask.TEST))
        made.tell(notice(incident="i-3"))
        providers.released.set()
        assert [asked.incident for asked in providers.wait(4)] == ["i-0", "i-3", "i-2", "i-1"]


def test_a_second_question_takes_no_call_s_place_and_counts_as_none():
    providers = Providers()
    providers.hanging = {"ntfy"}
    with phones(providers, ANNA) as made:
        made.tell(notice(incident="i-0"))
        providers.wait(1)
        made.tell(notice(incident="i-1", step=1))
        made.tell(replace(notice(incident="i-1", step=1), ask=Ask.CONFIRM, urgent=False))
        providers.released.set()
        told = providers.wait(3)
        providers.wait_for_outcomes(2)
    assert [(each.incident, each.ask) for each in told[1:]] == [("i-1", Ask.TAKE), ("i-1", Ask.CONFIRM)]
    assert [each.incident for each in providers.outcomes] == ["i-0", "i-1"]


def test_a_second_question_that_cannot_be_asked_is_tried_again_and_a_fault():
    providers = Providers()
    providers.failing = {"ntfy"}
    with phones(providers, ANNA, pauses=(0.0,)) as made:
        made.tell(replace(notice(), ask=Ask.CONFIRM, urgent=False))
        providers.wait(3)
        providers.wait_for_reports(1)
    assert providers.outcomes == []
