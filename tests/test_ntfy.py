import json
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from brokers import Told
from phone_servers import Ntfy as Server
from phone_servers import NtfyTalk, serving

from guardian.commands import Ask, Notify
from guardian.configuration import languages
from guardian.events import Acknowledged, Event, FalseAlarmSaid, Resolved
from guardian.io import ntfy, providers
from guardian.io.answers import Answers
from guardian.io.drawings import Shows
from guardian.io.mqtt import Backoff
from guardian.io.ntfy import (
    ANSWER_TOPIC,
    BUTTON,
    FALSE_BUTTON,
    MEANT,
    MOST_LINE,
    MOST_MESSAGE_BYTES,
    MOST_TITLE,
    TEST_BUTTON,
    WELL,
    AnswerStream,
    Ntfy,
    Topic,
    answer_topic,
    lines,
    topic_of,
)
from guardian.io.phone_memory import PhoneMemory
from guardian.io.providers import NOBODY, Login, UnreachableError

SECRET = "s3cr3t"  # noqa: S105 - what must not be seen anywhere
TAKEN = Acknowledged(time=7.0, by="Anna", via="phone", incident="i-1")
PRESS = 'Press "I am on my way" below to take it.'

pytestmark = pytest.mark.usefixtures("quiet")


def notice(*, urgent: bool = True, incident: str = "i-1", body: str = "Call or go there.") -> Notify:
    return Notify("Anna", "Rosa has fallen (kitchen)", body, incident, 1, urgent=urgent)


# How a way is written.


@pytest.mark.parametrize(
    ("way", "topic"),
    [
        ("ntfy://alarm-1", Topic("https://ntfy.sh", "alarm-1")),
        ("ntfys://Alarm/", Topic("https://ntfy.sh", "Alarm")),
        ("ntfy://ntfy.sh/alarm", Topic("https://ntfy.sh", "alarm")),
        ("ntfys://ntfy.sh/alarm?mode=cloud", Topic("https://ntfy.sh", "alarm")),
        ("ntfy://Box.local/alarm", Topic("http://box.local", "alarm")),
        ("ntfys://box.local:8443/alarm", Topic("https://box.local:8443", "alarm")),
        ("ntfys://box.local/alarm?priority=max&mode=private", Topic("https://box.local", "alarm")),
        ("NTFYS://anna:p%40ss@box/alarm", Topic("https://box", "alarm", Login.basic("anna", "p@ss"))),
        ("ntfys://anna@box/alarm", Topic("https://box", "alarm", Login.basic("anna", ""))),
        ("ntfys://tk_abc@box/alarm", Topic("https://box", "alarm", Login.bearer("tk_abc"))),
        ("ntfys://tk_abc@alarm", Topic("https://ntfy.sh", "alarm", Login.bearer("tk_abc"))),
        ("ntfys://box/alarm?token=abc", Topic("https://box", "alarm", Login.bearer("abc"))),
        ("ntfys://:abc@box/alarm?auth=token", Topic("https://box", "alarm", Login.bearer("abc"))),
        ("ntfys://abc@box/alarm?auth=token", Topic("https://box", "alarm", Login.bearer("abc"))),
    ],
)
def test_a_way_is_read_as_apprise_writes_it(way: str, topic: Topic):
    assert topic_of(way) == topic
    assert topic_of(way).login.header == topic.login.header  # type: ignore[union-attr]


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
@pytest.mark.parametrize("way", ["ntfys://u:p@box.local:8443/alarm", "ntfy://box.local/alarm", "ntfy://alarm"])
def test_apprise_understands_the_same_of_it(way: str):
    import apprise  # noqa: PLC0415 - slow to import

    theirs, ours = apprise.Apprise.instantiate(way), topic_of(way)
    assert ours is not None
    assert theirs.topics == [ours.name]
    assert (theirs.host or "ntfy.sh") in ours.server
    assert (theirs.user or "") == ("u" if "u:p" in way else "")


@pytest.mark.parametrize(
    "way",
    [
        *("mailto://anna@host", "ntfy://box/one/two", "ntfy://box/bad topic", "ntfy://", "ntfy://:80/x"),
        *("ntfy://box/alarm?click=http://x", "ntfy://box/alarm?priority", "ntfy://box:port/alarm", "ntfy://box/a#b"),
        *("ntfy://topic?verify=no", "ntfy://box/a?mode=odd", "ntfy://[::1/alarm", f"ntfy://{'x' * 65}", "ntfy://-x-/a"),
    ],
)
def test_what_is_not_known_here_is_left_to_apprise(way: str):
    assert topic_of(way) is None


def test_neither_topic_nor_login_is_shown():
    assert SECRET not in repr(topic_of(f"ntfys://{SECRET}:{SECRET}@box/{SECRET}"))


# Telling.


class Box:
    """A server, and a box that tells one topic and hears what is answered."""

    def __init__(self, server: Server, address: str, login: Login) -> None:
        self.server, self.address = server, address
        self.memory, self.events, self.reports = PhoneMemory(), Told[Event](), Told[str]()
        self.answers = Answers(("Anna", "Bruno"), self.events, lambda: 7.0, self.memory)
        self.topic = Topic(address, "alarm", login)
        self.ntfy = Ntfy(self.topic, self.answers, self.memory)
        self.stream = self.new_stream()

    def new_stream(self) -> AnswerStream:
        hear = AnswerStream(
            self.topic, self.answers, self.memory, lambda _, reason: self.reports(reason), backoff=Backoff(0.0, 0.0)
        )
        return hear  # noqa: RET504 - shorter so

    def listen(self) -> None:
        self.stream.start()
        self.server.listened()

    @property
    def answer_topic(self) -> str:
        return answer_topic(self.address, self.memory)

    def press(self, message: dict[str, Any], number: int = 0) -> int:
        """Do what the app does when a button is pressed: what the action says, and nothing that it does not."""
        action = message["actions"][number]
        return requests.request(
            action["method"], action["url"], data=action["body"].encode(), headers=action.get("headers", {}), timeout=30
        ).status_code


@contextmanager
def box(login: Login = NOBODY) -> Iterator[Box]:
    server = Server()
    with serving(server, NtfyTalk) as address:
        made = Box(server, address, login)
        try:
            yield made
        finally:
            made.stream.stop()
            made.stream.join(30.0)
            assert not made.stream.is_alive()


def test_an_urgent_notice_wakes_and_has_buttons_and_others_do_not():
    with box(Login.bearer("tk_1")) as made:
        assert made.ntfy(notice())
        assert made.ntfy(notice(urgent=False))
        urgent, usual = made.server.told("alarm", 2)
    assert urgent["title"] == "Rosa has fallen (kitchen)"
    assert (urgent["message"], usual["message"]) == (f"Call or go there.\n{PRESS}", "Call or go there.")
    assert (urgent["priority"], usual["priority"]) == (5, 3)
    assert "actions" not in usual
    button, doubt = urgent["actions"]
    assert (button["action"], button["label"], button["method"], button["clear"]) == ("http", BUTTON, "POST", True)
    assert button["url"].startswith(f"{made.address}/{ANSWER_TOPIC}")
    assert (doubt["label"], doubt["clear"], doubt["url"]) == (FALSE_BUTTON, False, button["url"])
    assert "tk_1" not in json.dumps(urgent["actions"])
    assert made.server.authorizations == {"Bearer tk_1"}


def test_a_notice_that_is_told_again_takes_its_own_place_and_no_other_s():
    with box() as made:
        first, again, repeat, question = (
            made.ntfy.message(each)["sequence_id"]
            for each in (
                notice(),
                replace(notice(), title="Rosa fell at 10:02 (kitchen)"),
                replace(notice(), step=notice().step + 1),
                replace(notice(), ask=Ask.CONFIRM, urgent=False),
            )
        )
        assert made.ntfy(notice())
        assert made.server.told("alarm")[0]["sequence_id"] == first
    assert isinstance(first, str)
    assert re.fullmatch(r"[-_A-Za-z0-9]{1,64}", first)
    assert again == first
    assert len({first, repeat, question}) == 3


PNG = b"\x89PNG\r\n\x1a\n\x00\xff"


def test_a_drawing_comes_as_a_file_without_a_sound():
    with box(Login.bearer("tk_1")) as made:
        assert isinstance(made.ntfy, Shows)
        assert made.ntfy.show(notice(), "Eine Zeichnung: grün & rot.", PNG)
        (shown,) = made.server.told("alarm")
    assert shown["file"] == PNG
    assert (shown["title"], shown["message"]) == ("Rosa has fallen (kitchen)", "Eine Zeichnung: grün & rot.")
    assert (shown["priority"], shown["filename"]) == ("2", "guardian.png")
    assert made.server.authorizations == {"Bearer tk_1"}


def test_a_server_that_keeps_no_files_or_is_away_shows_no_drawing(caplog: pytest.LogCaptureFixture):
    with box() as made:
        made.server.keeps_files = False
        assert not made.ntfy.show(notice(), "A drawing.", PNG)
        assert made.ntfy(notice())
    assert not made.ntfy.show(Notify("Anna", "\ud83d", "", "i-1", 1), "A drawing.", PNG)
    assert "alarm" not in caplog.text


def test_the_button_speaks_the_household_s_language():
    memory = PhoneMemory()
    answers = Answers(("Anna",), lambda _: None, lambda: 7.0, memory)
    told = Ntfy(Topic("http://box", "alarm"), answers, memory, languages.phrasebook("de")).message(notice())
    assert told["actions"][0]["label"] == "Ich bin unterwegs"  # type: ignore[index]
    assert str(told["message"]).endswith("\nUnten auf „Ich bin unterwegs“ drücken, um zu übernehmen.")


def test_a_long_notice_stays_a_message():
    with box() as made:
        said = made.ntfy.message(Notify("Anna", "ä" * 500, "ü" * 5_000, "i-1", 1))
    assert len(str(said["message"]).encode()) == MOST_MESSAGE_BYTES + len(f"\n{PRESS}")
    assert len(str(said["title"])) == MOST_TITLE
    assert len(json.dumps(said, ensure_ascii=False).encode()) < 2 * 4096


def test_half_a_character_keeps_nobody_from_being_told():
    with box() as made:
        assert made.ntfy(Notify("Anna", "\ud83d has taken it", "By \ud83d", "i-1", 1, urgent=False))
        (told,) = made.server.told("alarm")
    assert (told["title"], told["message"]) == ("? has taken it", "By ?")


@pytest.mark.parametrize("status", [400, 401, 403, 413, 429, 500, 503, 302])
def test_what_the_server_refuses_was_not_told(status: int):
    with box() as made:
        made.server.status = status
        assert not made.ntfy(notice())


def test_a_server_that_hangs_or_is_not_there_has_not_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(providers, "READ_SECONDS", 0.1)
    with box() as made:
        made.server.hang = True
        assert not made.ntfy(notice())
    assert not made.ntfy(notice())


def test_a_test_is_as_loud_and_asks_for_no_more_than_an_answer():
    with box() as made:
        said = made.ntfy.message(replace(notice(), ask=Ask.TEST))
    assert said["priority"] == 5
    assert said["tags"] == ["test_tube"]
    assert [each["label"] for each in said["actions"]] == [TEST_BUTTON]  # type: ignore[attr-defined]
    assert str(said["message"]).endswith(f'Press "{TEST_BUTTON}" below to answer the test.')


def test_the_second_question_has_three_answers_and_rings_nobody_out_of_bed():
    with box() as made:
        said = made.ntfy.message(replace(notice(urgent=False), ask=Ask.CONFIRM))
    assert (said["priority"], said["tags"]) == (3, ["question"])
    assert [each["label"] for each in said["actions"]] == [WELL, MEANT, BUTTON]  # type: ignore[attr-defined]


# Answering.


def test_a_false_alarm_takes_two_messages_and_a_thumb_that_slips_on_the_first_closes_nothing():
    with box() as made:
        made.listen()
        made.ntfy(notice())
        (told,) = made.server.told("alarm")
        made.press(told, 1)
        (doubted,) = made.events.wait_for(len)
        assert isinstance(doubted, FalseAlarmSaid)
        made.ntfy(replace(notice(urgent=False), ask=Ask.CONFIRM))
        question = made.server.told("alarm", 2)[1]
        made.press(question, 0)
        closed = made.events.wait_for(lambda events: len(events) == 2)[1]
        assert isinstance(closed, Resolved)
        assert (closed.incident, closed.by, closed.outcome) == ("i-1", "Anna", "false alarm")
        made.press(question, 0)
        made.press(question, 1)
        made.press(question, 2)
        assert made.events.wait_for(lambda events: len(events) == 3)[2] == TAKEN


def test_the_button_acknowledges_by_the_contact_that_was_told():
    with box() as made:
        made.listen()
        made.ntfy(notice())
        (told,) = made.server.told("alarm")
        assert made.press(told) == 200
        assert made.events.wait_for(len) == [TAKEN]
        assert made.press(told) == 200
        made.ntfy(notice(incident="i-2"))
        made.press(made.server.told("alarm", 2)[1])
        taken = made.events.wait_for(lambda events: len(events) == 2)
    assert [event.incident for event in taken if isinstance(event, Acknowledged)] == ["i-1", "i-2"]


def test_an_answer_while_the_stream_is_broken_is_heard_afterwards(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ntfy, "UNTOLD_SECONDS", 0.0)
    with box() as made:
        made.listen()
        made.ntfy(notice())
        (told,) = made.server.told("alarm")
        made.server.status = 503
        made.server.cut()
        made.reports.wait_for_one(lambda reason: "it refuses (HTTP 503)" in reason)
        made.server.publish({"topic": made.answer_topic, "message": told["actions"][0]["body"]})
        assert made.events.things == []
        made.server.status = None
        assert made.events.wait_for(len) == [TAKEN]
        made.reports.wait_for(lambda reasons: reasons[-1] == "")


def test_a_break_that_lasts_no_minute_is_no_fault():
    with box() as made:
        made.listen()
        made.server.cut()
        made.server.listened(2)
        made.server.publish({"topic": made.answer_topic, "message": made.answers.written("i-1", "Anna")})
        assert made.events.wait_for(len) == [TAKEN]
        assert set(made.reports.things) == {""}


def test_an_answer_is_heard_anew_where_the_box_was_killed_before_it_was_written_down(tmp_path: Path):
    with box() as made:
        made.memory.open(tmp_path)
        made.listen()
        made.server.publish({"topic": made.answer_topic, "message": made.answers.written("i-1", "Anna")})
        made.events.wait_for(len)
        made.server.say(b'{"event":"keepalive"}\n')
    made.memory.close(30.0)
    again = PhoneMemory()
    again.open(tmp_path)
    assert again.last_heard(made.address) == ""


def test_an_answer_while_the_box_was_off_is_heard_and_none_is_heard_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ntfy, "KEEP_SECONDS", 0.0)
    with box() as made:
        made.memory.open(tmp_path)
        made.server.publish({"topic": made.answer_topic, "message": made.answers.written("i-1", "Anna")})
        made.listen()
        made.events.wait_for(len)
        made.stream.stop()
        made.stream.join(30.0)
        made.memory.close(30.0)
        again = PhoneMemory()
        again.open(tmp_path)
        made.memory, made.answers = again, Answers(("Anna", "Bruno"), made.events, lambda: 7.0, again)
        made.server.publish({"topic": made.answer_topic, "message": made.answers.written("i-1", "Bruno")})
        made.stream = made.new_stream()
        made.stream.start()
        heard = made.events.wait_for(lambda events: len(events) == 2)
    assert [event.by for event in heard if isinstance(event, Acknowledged)] == ["Anna", "Bruno"]


def test_what_a_stranger_says_is_refused_and_the_stream_goes_on(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    with box() as made:
        made.listen()
        true = json.loads(made.answers.written("i-1", "Anna"))
        for forged in ({**true, "incident": "i-2"}, {**true, "code": SECRET}, {"by": "Anna"}, SECRET):
            requests.post(f"{made.address}/{made.answer_topic}", data=json.dumps(forged), timeout=30)
        for line in (b"\n", b"no JSON\n", b"[]\n", b"\xff\xfe\n", b'{"event": "message"}\n', b"[" * 9_000 + b"\n"):
            made.server.say(line)
        made.server.say(b'{"event":"message","id":"../x","message":"y"}\n{"event":"message","id":"x1","message":1}\n')
        made.server.say(b'{"event":"message","message":"' + b"x" * 2 * MOST_LINE)
        made.server.say(b'"}\n')
        made.server.say(b'{"event":"keepalive"}\n')
        requests.post(f"{made.address}/{made.answer_topic}", data=json.dumps(true), timeout=30)
        assert made.events.wait_for(len) == [TAKEN]
    assert "answer_refused" in caplog.text
    assert "answer_not_understood" in caplog.text
    assert SECRET not in caplog.text
    assert made.answer_topic not in caplog.text


def test_a_box_that_may_not_read_answers_says_so_at_once():
    with box(Login.basic("box", SECRET)) as made:
        made.server.may = lambda _, topic, write: write or not topic.startswith(ANSWER_TOPIC)
        made.stream.start()
        reason = made.reports.wait_for_one(bool)
    assert reason == f"{made.address}: this box may not read answers there"


def test_a_server_that_falls_silent_is_called_anew(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ntfy, "SILENT_SECONDS", 0.1)
    with box() as made:
        made.stream.start()
        made.server.listened(3)
        made.server.publish({"topic": made.answer_topic, "message": made.answers.written("i-1", "Anna")})
        assert made.events.wait_for(len) == [TAKEN]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_stream_that_ends_by_a_fault_of_our_own_is_told(monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> None:
        message = "a fault of our own"
        raise AttributeError(message)

    monkeypatch.setattr(ntfy, "opened", fail)
    with box() as made:
        made.stream.start()
        made.reports.wait_for_one(lambda reason: "a fault of its own" in reason)


def test_one_that_never_began_ends():
    with box() as made:
        made.stream.stop()


def test_lines_are_cut_whatever_the_pieces_and_too_long_ones_are_passed_over():
    assert list(lines(iter([b"a", b"b\nc\n\nd", b"\ne"]))) == [b"ab", b"c", b"", b"d"]
    long = [b"x" * MOST_LINE, b"x", b"x" * MOST_LINE, b"x\nafter\n"]
    assert list(lines(iter(long))) == [b"after"]
    assert list(lines(iter([b"x" * (MOST_LINE + 1) + b"\nafter\n"]))) == [b"after"]
    with pytest.raises(UnreachableError, match="says nothing that ends"):
        list(lines(iter([b"x", b"x"]), silent_seconds=-1.0))


# Examining.


def test_a_server_is_examined_without_a_word_to_anybody():
    with box(Login.bearer("tk_1")) as made:
        assert made.ntfy.examine() == ""
        assert made.server.of("alarm") == []
        assert made.server.of(made.answer_topic) == []
        made.server.may = lambda who, _, write: bool(who) or not write
        assert made.ntfy.examine() == f"{made.address}: phones may not write to topics named {ANSWER_TOPIC}* (HTTP 403)"
        made.server.may = lambda *_: False
        assert made.ntfy.examine() == f"{made.address}: this box may not read topics named {ANSWER_TOPIC}* (HTTP 403)"
    assert made.ntfy.examine() == f"{made.address}: it cannot be reached"


def test_nothing_is_left_running():
    with box() as made:
        made.listen()
        name = made.stream.name
    assert name not in [thread.name for thread in threading.enumerate()]
    assert SECRET not in name
