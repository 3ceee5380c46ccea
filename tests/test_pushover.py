import logging
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from brokers import Told
from phone_servers import TOKEN, USER, PushoverTalk, serving
from phone_servers import Pushover as Server

from guardian.commands import Notify
from guardian.events import Acknowledged, Event
from guardian.io import providers
from guardian.io.answers import Answers
from guardian.io.drawings import Shows
from guardian.io.fakes import FakeClock
from guardian.io.phone_memory import PhoneMemory
from guardian.io.pushover import EXPIRE_SECONDS, GRACE_SECONDS, RETRY_SECONDS, Account, Pushover, account_of

WAY = f"pover://{USER}@{TOKEN}"
TAKEN = Acknowledged(time=1_000.0, by="Anna", via="phone", incident="i-1")
POLL = 0.01
FIRST = "r" + "0" * 29

pytestmark = pytest.mark.usefixtures("quiet")


def notice(*, urgent: bool = True, incident: str = "i-1", step: int = 1) -> Notify:
    return Notify("Anna", "Rosa has fallen (kitchen)", f"Told {step} times.", incident, step, urgent=urgent)


# How a way is written.


@pytest.mark.parametrize(
    ("way", "account"),
    [
        (WAY, Account(USER, TOKEN)),
        (f"{WAY}/", Account(USER, TOKEN)),
        (f"{WAY}/iphone/tablet", Account(USER, TOKEN, ("iphone", "tablet"))),
        (f"{WAY}?priority=emergency&retry=60&expire=3600", Account(USER, TOKEN, retry=60, expire=3_600)),
        (f"POVER://{USER}@{TOKEN}?priority=2&sound=siren", Account(USER, TOKEN, sound="siren")),
    ],
)
def test_a_way_is_read_as_apprise_writes_it(way: str, account: Account):
    assert account_of(way) == account


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_apprise_understands_the_same_of_it():
    import apprise  # noqa: PLC0415 - slow to import

    theirs = apprise.Apprise.instantiate(f"{WAY}/iphone")
    assert (theirs.user_key, theirs.token) == (USER, TOKEN)


@pytest.mark.parametrize(
    "way",
    [
        *("ntfy://topic", "pover://short@token", f"pover://{TOKEN}", f"{WAY}/de vice", f"{WAY}#group", f"{WAY}?key=1"),
        *(f"{WAY}?priority=high", f"{WAY}?retry=29", f"{WAY}?expire=10801", f"{WAY}?expire=0", f"{WAY}?retry=x"),
        *(f"{WAY}?sound=a/b", f"{WAY}?priority"),
    ],
)
def test_what_is_not_known_here_is_left_to_apprise(way: str):
    assert account_of(way) is None


def test_no_key_is_shown():
    account = Account(USER, TOKEN)
    assert USER not in repr(account)
    assert TOKEN not in repr(account)
    assert account.fingerprint != Account(USER, TOKEN, ("iphone",)).fingerprint


# Telling and answering.


class Box:
    """Pushover, and a box that tells one account; `ringing` are the incidents that nobody has taken."""

    def __init__(self, server: Server, address: str, memory: PhoneMemory) -> None:
        self.server, self.memory = server, memory
        self.clock, self.events = FakeClock(), Told[Event]()
        self.answers = Answers(("Anna",), self._submitted, self.clock, memory)
        self.killed = False
        self.ringing, self.as_of = {"i-1", "i-2"}, 0.0
        account = Account(USER, TOKEN, ("iphone",), "siren")
        self.pushover = Pushover(
            account, self.answers, memory, self._ringing, self.clock, api=f"{address}/1", poll_seconds=POLL
        )
        self.fingerprint = account.fingerprint

    def _ringing(self) -> tuple[float, frozenset[str]]:
        return self.as_of, frozenset(self.ringing)

    def _submitted(self, event: Event) -> None:
        """Write it down as the core does, unless it is killed before."""
        self.events(event)
        if isinstance(event, Acknowledged) and not self.killed:
            self.taken(event.incident or "")

    def taken(self, incident: str = "i-1") -> None:
        """Let somebody take it elsewhere, a moment later."""
        self.ringing.discard(incident)
        self.as_of = self.clock.advance(1.0)

    def polled(self, receipt: str, times: int = 2) -> None:
        """Wait until it was asked for so many times more."""
        before = self.server.asked_of(receipt)
        self.server.wait(lambda: self.server.asked_of(receipt) >= before + times, f"{times} polls")


@contextmanager
def box(memory: PhoneMemory | None = None, server: Server | None = None) -> Iterator[Box]:
    side = server or Server()
    with serving(side, PushoverTalk) as address:
        made = Box(side, address, memory or PhoneMemory())
        made.pushover.start()
        try:
            yield made
        finally:
            made.pushover.stop()
            side.released.set()
            made.pushover.join(30.0)
            assert not made.pushover._thread.is_alive()


def wait_until_forgotten(made: Box) -> None:
    """Wait until the thread has nothing more to ask."""
    with made.pushover._changed:
        while made.memory.receipts(made.fingerprint):
            made.pushover._changed.wait(0.01)


def test_an_urgent_notice_is_an_emergency_and_others_are_not():
    with box() as made:
        assert made.pushover(notice())
        assert made.pushover(notice(urgent=False, incident="i-9"))
    urgent, usual = made.server.messages
    assert (urgent["title"], urgent["message"]) == ("Rosa has fallen (kitchen)", "Told 1 times.")
    assert (urgent["priority"], urgent["retry"], urgent["expire"]) == ("2", str(RETRY_SECONDS), str(EXPIRE_SECONDS))
    assert (urgent["device"], urgent["sound"]) == ("iphone", "siren")
    assert (usual["priority"], "retry" in usual) == ("0", False)


def test_the_acknowledgement_on_the_phone_counts_here():
    with box() as made:
        made.pushover(notice())
        made.polled(FIRST)
        assert made.events.things == []
        made.server.acknowledge(FIRST)
        assert made.events.wait_for(len) == [TAKEN]
        wait_until_forgotten(made)
        assert made.server.cancelled == []


def test_an_acknowledgement_is_said_until_it_was_written_down():
    with box() as made:
        made.killed = True
        made.pushover(notice())
        made.server.acknowledge(FIRST)
        made.events.wait_for(lambda events: len(events) >= 2)
        assert made.memory.receipts(made.fingerprint)
        made.taken()
        wait_until_forgotten(made)
        assert set(made.events.things) == {TAKEN}


def test_a_repeat_of_the_alarm_is_loud_while_the_phone_repeats_the_first():
    with box() as made:
        for step in (1, 2):
            assert made.pushover(notice(step=step))
        assert made.pushover(notice(incident="i-2"))
    assert [each["priority"] for each in made.server.messages] == ["2", "1", "2"]


def test_once_the_phone_has_given_up_the_next_repeat_is_an_emergency_again():
    with box() as made:
        made.pushover(notice(step=1))
        made.server.expire(FIRST)
        wait_until_forgotten(made)
        made.pushover(notice(step=2))
    assert [each["priority"] for each in made.server.messages] == ["2", "2"]


def test_the_phone_falls_silent_when_somebody_else_has_taken_it():
    with box() as made:
        made.pushover(notice())
        made.pushover(notice(incident="i-2"))
        made.taken("i-1")
        made.server.wait(lambda: made.server.cancelled, "cancelled")
        assert made.server.cancelled == [FIRST]
        made.polled(f"r{1:029d}")
        assert made.server.cancelled == [FIRST]
    assert made.events.things == []


def test_what_the_core_showed_before_the_notice_went_out_cancels_nothing():
    with box() as made:
        made.ringing.clear()
        made.as_of = 1_000.0
        made.pushover(notice())
        made.polled(FIRST)
        assert made.server.cancelled == []


def test_a_cancellation_that_fails_is_tried_again():
    with box() as made:
        made.pushover(notice())
        made.server.status = 500
        made.taken()
        made.server.wait(lambda: any("cancel" in path for _, path in made.server.asked), "a try")
        made.server.status = None
        made.server.wait(lambda: made.server.cancelled, "cancelled")


@pytest.mark.parametrize("fault", ["status", "garble"])
def test_a_receipt_that_cannot_be_read_now_is_read_later(fault: str):
    with box() as made:
        made.pushover(notice())
        setattr(made.server, fault, 500 if fault == "status" else True)
        made.server.acknowledge(FIRST)
        made.polled(FIRST)
        assert made.events.things == []
        setattr(made.server, fault, None if fault == "status" else False)
        assert made.events.wait_for(len) == [TAKEN]


def test_a_receipt_that_nobody_knows_is_forgotten_in_the_end():
    with box() as made:
        made.pushover(notice())
        made.server.note(made.server.receipts.clear)
        made.polled(FIRST)
        assert made.memory.receipts(made.fingerprint)
        made.clock.advance(EXPIRE_SECONDS + GRACE_SECONDS + 1.0)
        wait_until_forgotten(made)
        assert made.server.cancelled == []


def test_a_receipt_survives_a_restart(tmp_path: Path):
    server = Server()
    memories = [PhoneMemory(), PhoneMemory()]
    memories[0].open(tmp_path)
    with box(memories[0], server) as made:
        made.pushover(notice())
    memories[0].close(30.0)
    server.released.clear()
    server.ending = False
    server.acknowledge(FIRST)
    memories[1].open(tmp_path)
    with box(memories[1], server) as again:
        assert again.events.wait_for(len) == [TAKEN]
        wait_until_forgotten(again)
    memories[1].close(30.0)
    assert USER not in (tmp_path / "phones.json").read_text()
    assert TOKEN not in (tmp_path / "phones.json").read_text()


def test_half_a_character_keeps_nobody_from_being_told():
    with box() as made:
        assert made.pushover(Notify("Anna", "\ud83d has taken it", "By \ud83d", "i-1", 1))
    assert (made.server.messages[0]["title"], made.server.messages[0]["message"]) == ("? has taken it", "By ?")


def test_a_message_without_a_receipt_was_told_all_the_same():
    with box() as made:
        made.server.without_receipt = True
        assert made.pushover(notice())
        assert made.memory.receipts(made.fingerprint) == ()


def test_what_was_not_taken_was_not_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(providers, "READ_SECONDS", 0.1)
    with box() as made:
        for status in (400, 429, 500):
            made.server.status = status
            assert not made.pushover(notice())
        made.server.status = None
        made.server.garble = True
        assert not made.pushover(notice(urgent=False))
        made.server.hang = True
        assert not made.pushover(notice())
    assert not made.pushover(notice())


def test_the_keys_are_examined_without_a_word_to_anybody():
    with box() as made:
        assert made.pushover.examine() == ""
        made.server.status = 400
        assert "does not know the user's or the application's key" in made.pushover.examine()
        assert made.server.messages == []
    assert made.pushover.examine() == "pushover.net: it cannot be reached"


def test_no_key_and_no_receipt_is_logged(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    with box() as made:
        made.pushover(notice())
        made.polled(FIRST)
        made.server.status = 500
        made.taken()
        made.polled(FIRST)
        assert not made.pushover(notice(incident="i-3"))
    assert "provider_refused way=pover status=500" in caplog.text
    for secret in (USER, TOKEN, FIRST):
        assert secret not in caplog.text


def test_one_that_never_began_ends():
    made = Box(Server(), "http://127.0.0.1:1", PhoneMemory())
    made.pushover.stop()
    made.pushover.join(1.0)


def test_a_drawing_comes_as_a_message_without_a_sound_that_nobody_has_to_acknowledge():
    with box() as made:
        assert isinstance(made.pushover, Shows)
        assert made.pushover.show(notice(), "A drawing.", b"\x89PNG\x00")
        (shown,) = made.server.messages
        made.server.status = 400
        assert not made.pushover.show(notice(), "A drawing.", b"\x89PNG\x00")
    assert (shown["title"], shown["message"], shown["priority"]) == ("Rosa has fallen (kitchen)", "A drawing.", "-1")
    assert (b64decode(shown["attachment_base64"]), shown["attachment_type"]) == (b"\x89PNG\x00", "image/png")
    assert shown["device"] == "iphone"
    assert not made.pushover._receipts()
