"""Phones by ntfy: notices with a button, and the stream on which what the button sent comes back.

The button posts to a topic of the same server that nobody can guess, to which this box keeps a subscription open. So an
answer reaches the box though nothing can reach into the home. By the protocol as docs.ntfy.sh/publish and
docs.ntfy.sh/subscribe/api describe it.
"""

import hashlib
import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from guardian.commands import Ask, Notify
from guardian.io.answers import DOUBT, Answers
from guardian.io.drawings import FILE
from guardian.io.mqtt import Backoff
from guardian.io.phone_memory import PhoneMemory
from guardian.io.providers import NOBODY, OK, UNAUTHORISED, Login, UnreachableError, ask, opened, pieces, plain
from guardian.phrasebook import ENGLISH, Phrasebook

CLOUD: Final = "ntfy.sh"
SCHEMES: Final = {"ntfy": "http", "ntfys": "https"}
ANSWER_TOPIC = "guardian-answers-"
BUTTON = "I am on my way"
PRESS = 'Press "{button}" below to take it.'
TEST_BUTTON = "I have read this"
FALSE_BUTTON = "False alarm ..."
WELL = "Yes: all is well"
MEANT = "Yes: done on purpose"
PRESS_TEST = 'Press "{button}" below to answer the test.'
URGENT, USUAL, QUIET = 5, 3, 2
SEQUENCE_LENGTH = 32
"""Of the 64 letters and digits that a server takes."""
MOST_TITLE, MOST_MESSAGE_BYTES = 200, 3000
"""A message above 4096 bytes becomes a file, which nobody opens in a fright; the button needs some of them too."""

SILENT_SECONDS = 120.0
"""The server says every 45 s that it lives; after more than two of those it does not."""
MOST_LINE = 16_384
UNTOLD_SECONDS = 60.0
"""So long without an open stream is the internet as it is; then it is a fault."""
KEEP_SECONDS = 5.0
"""An answer is noted as heard once the core has had time to write it down; a box killed before hears it anew."""
LOCKED_OUT = "this box may not read answers there"

_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_TOKEN = re.compile(r"tk_\S+", re.IGNORECASE)
_KNOWN = frozenset({"priority", "auth", "token", "mode"})

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Topic:
    """Where somebody listens: the `server` as https://host:port, the topic's `name`, and how we are let in."""

    server: str
    name: str = field(repr=False)
    login: Login = NOBODY


def topic_of(way: str) -> Topic | None:
    """Read a way as apprise writes it; None where it is another one, or says more than is known here.

    ntfy://topic is a topic of ntfy.sh; ntfy://host/topic is http, ntfys://host/topic https, with user:password@,
    token@ or ?token= before the host. `priority` is overruled: this box knows what is urgent.
    """
    try:
        parts = urlsplit(way)
        user, password, port = parts.username, parts.password, parts.port
        query = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    except ValueError:
        return None
    host, names = parts.netloc.rpartition("@")[2].partition(":")[0], [name for name in parts.path.split("/") if name]
    mode = query.get("mode", "private" if names else "cloud").lower()
    if parts.scheme.lower() not in SCHEMES or parts.fragment or not _KNOWN.issuperset(query):
        return None
    if mode == "cloud" and port is None:
        names = names if host.lower() == CLOUD else [host, *names]
        server = f"https://{CLOUD}"
    elif mode == "private" and _HOST.fullmatch(host):
        scheme = "https" if host.lower() == CLOUD else SCHEMES[parts.scheme.lower()]
        server = f"{scheme}://{host.lower()}{f':{port}' if port else ''}"
    else:
        return None
    if len(names) != 1 or not _TOPIC.fullmatch(names[0]):
        return None
    return Topic(server, names[0], _login(user, password, query))


def _login(user: str | None, password: str | None, query: dict[str, str]) -> Login:
    user, password = unquote(user or ""), unquote(password or "")
    by_token = query.get("auth", "").lower() == "token" or (not password and bool(_TOKEN.fullmatch(user)))
    token = query.get("token") or ((password or user) if by_token else "")
    if token:
        return Login.bearer(token)
    return Login.basic(user, password) if user else NOBODY


def answer_topic(server: str, memory: PhoneMemory) -> str:
    """Name the topic on which answers come back from a server: always the same one, and known to this box alone."""
    return ANSWER_TOPIC + memory.sign("topic", server)


class Ntfy:
    """Tells notices to one topic, what can be answered with buttons, named in the language of `book`."""

    def __init__(self, topic: Topic, answers: Answers, memory: PhoneMemory, book: Phrasebook = ENGLISH) -> None:
        self._topic, self._answers, self._memory, self._book = topic, answers, memory, book

    def __call__(self, notice: Notify) -> bool:
        """Publish a notice; whether the server took it."""
        try:
            reply = ask("POST", self._topic.server, login=self._topic.login, body=self.message(notice))
        except UnreachableError as error:
            log.warning("event=provider_failed way=ntfy contact=%s reason=%r", notice.contact, str(error))
            return False
        if reply.status != OK:
            log.warning("event=provider_refused way=ntfy contact=%s status=%d", notice.contact, reply.status)
        return reply.status == OK

    def message(self, notice: Notify) -> dict[str, object]:
        """What is published, as JSON."""
        body = plain(notice.body, MOST_MESSAGE_BYTES)
        text = body.encode()[:MOST_MESSAGE_BYTES].decode(errors="ignore")
        buttons, press = self._buttons(notice)
        said: dict[str, object] = {
            "topic": self._topic.name,
            "sequence_id": _sequence(notice),
            "title": plain(notice.title, MOST_TITLE),
            "message": text,
        }
        if buttons:
            said.update(message=f"{text}\n{press}" if press else text, actions=buttons)
        if not notice.urgent:
            return {**said, "priority": USUAL, "tags": ["question" if buttons else "information_source"]}
        return {**said, "priority": URGENT, "tags": ["test_tube" if notice.ask is Ask.TEST else "rotating_light"]}

    def _buttons(self, notice: Notify) -> tuple[list[dict[str, object]], str]:
        """The buttons of a notice, three at most, and what is said of them."""
        incident, contact, book = notice.incident, notice.contact, self._book
        taken, on_my_way = self._answers.written(incident, contact), book.say(BUTTON)
        if notice.ask is Ask.CONFIRM:
            yes = [(book.say(WELL), "well"), (book.say(MEANT), "meant")]
            closing = [self._button(label, self._answers.closing(incident, contact, reason)) for label, reason in yes]
            return [*closing, self._button(on_my_way, taken)], ""
        if not notice.urgent:
            return [], ""
        if notice.ask is Ask.TEST:
            label = book.say(TEST_BUTTON)
            return [self._button(label, taken)], book.say(PRESS_TEST, button=label)
        doubt = self._answers.written(incident, contact, DOUBT)
        buttons = [self._button(on_my_way, taken), self._button(book.say(FALSE_BUTTON), doubt, clear=False)]
        return buttons, book.say(PRESS, button=on_my_way)

    def _button(self, label: str, body: str, *, clear: bool = True) -> dict[str, object]:
        """Describe a button, as docs.ntfy.sh/publish wants it; with `clear` the notice goes away when it is pressed."""
        url = f"{self._topic.server}/{answer_topic(self._topic.server, self._memory)}"
        return {"action": "http", "label": label, "url": url, "method": "POST", "body": body, "clear": clear}

    def show(self, notice: Notify, caption: str, png: bytes) -> bool:
        """Publish a drawing, as a file with words of its own; whether the server took it. One that keeps no files does
        not.
        """
        said = {"title": plain(notice.title, MOST_TITLE), "message": caption, "filename": FILE, "priority": str(QUIET)}
        url = f"{self._topic.server}/{self._topic.name}?{urlencode(said)}"
        try:
            reply = ask("PUT", url, login=self._topic.login, body=png)
        except UnreachableError as error:
            log.warning("event=provider_failed way=ntfy contact=%s reason=%r", notice.contact, str(error))
            return False
        return reply.status == OK

    def examine(self) -> str:
        """See, with a topic of its own that nobody listens to, whether answers could come back; return why not, or
        nothing. A phone posts without our login, so that is tried too. Nobody is told anything.
        """
        url = f"{self._topic.server}/{answer_topic(self._topic.server, PhoneMemory())}"
        try:
            read = ask("GET", f"{url}/json?poll=1", login=self._topic.login).status
            written = ask("POST", url, body="Guardian's doctor was here.").status if read == OK else OK
        except UnreachableError as error:
            return f"{self._topic.server}: {error}"
        if read != OK:
            return f"{self._topic.server}: this box may not read topics named {ANSWER_TOPIC}* (HTTP {read})"
        if written != OK:
            return f"{self._topic.server}: phones may not write to topics named {ANSWER_TOPIC}* (HTTP {written})"
        return ""


def _sequence(notice: Notify) -> str:
    """Name a notice for the server, the same whenever it is told: one that a box told again, since it was killed before
    it could note that it had, takes the place of the first on the phone (from ntfy 2.16; older ones pass it over).
    """
    key = f"{notice.incident}/{notice.step}/{notice.ask.value}"
    return hashlib.sha256(key.encode()).hexdigest()[:SEQUENCE_LENGTH]


class AnswerStream(threading.Thread):
    """Hears the answers from the server of a topic. `report` gets the reason why none can be heard, and an empty
    one once they can.
    """

    def __init__(
        self,
        topic: Topic,
        answers: Answers,
        memory: PhoneMemory,
        report: Callable[["AnswerStream", str], None],
        *,
        backoff: Backoff,
    ) -> None:
        super().__init__(name=f"answers from {topic.server.partition('://')[2]}", daemon=True)
        self.server, self._login = topic.server, topic.login
        self._answers, self._memory, self._report = answers, memory, report
        self._backoff = backoff
        self._since, self._unkept = "", ("", 0.0)
        self._open_at = 0.0
        self._deaf = True
        self._stopping = threading.Event()
        self._hang_up: Callable[[], None] = lambda: None

    def run(self) -> None:
        """Listen until stopped, again and again."""
        self._since = self._memory.last_heard(self.server) or "all"
        self._open_at = time.monotonic()
        try:
            self._listen_on()
        finally:
            if not self._stopping.is_set():
                self._report(self, f"{self.server}: this box has a fault of its own; its log tells it")

    def _listen_on(self) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                self._listen()
                reason = "it hung up"
            except UnreachableError as error:
                reason = str(error)
            self._keep()
            if self._stopping.is_set():
                return
            log.warning("event=answers_interrupted server=%s reason=%r", self.server, reason)
            self._deaf = True
            if reason == LOCKED_OUT or time.monotonic() - self._open_at > UNTOLD_SECONDS:
                self._report(self, f"{self.server}: {reason}")
            self._stopping.wait(self._backoff.after(time.monotonic() - began))

    def stop(self) -> None:
        """End soon; what hangs is left behind."""
        self._stopping.set()
        with suppress(OSError, ValueError, RuntimeError):
            self._hang_up()

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end, if it ever began."""
        if self.ident is not None:
            super().join(timeout)

    def _listen(self) -> None:
        """Hear what comes by one connection, first what was answered while there was none. Raises UnreachableError."""
        url = f"{self.server}/{answer_topic(self.server, self._memory)}/json?since={self._since}"
        with opened("GET", url, login=self._login, read_seconds=SILENT_SECONDS) as response:
            if response.status_code != OK:
                may = response.status_code not in UNAUTHORISED
                reason = f"it refuses (HTTP {response.status_code})" if may else LOCKED_OUT
                raise UnreachableError(reason)
            self._hang_up = response.raw.shutdown
            for line in lines(pieces(response)):
                if self._stopping.is_set():
                    return
                self._hear(line)

    def _hear(self, line: bytes) -> None:
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            log.warning("event=answer_not_understood server=%s reason='no JSON object'", self.server)
            return
        self._open_at = time.monotonic()
        if self._deaf:
            self._deaf = False
            self._report(self, "")
        self._keep()
        number, text = said.get("id"), said.get("message")
        if said.get("event") != "message" or not isinstance(number, str) or not _TOPIC.fullmatch(number):
            return
        self._since = number
        if isinstance(text, str) and self._answers.read(text):
            self._unkept = (number, time.monotonic())
        else:
            log.warning("event=answer_refused server=%s reason='not ours'", self.server)

    def _keep(self) -> None:
        """Note the last answer as heard, once the core has seen to it."""
        number, at = self._unkept
        if number and time.monotonic() - at >= KEEP_SECONDS:
            self._memory.hear(self.server, number)
            self._unkept = ("", 0.0)


def lines(received: Iterator[bytes], *, silent_seconds: float = SILENT_SECONDS) -> Iterator[bytes]:
    """Cut what is received into lines. One above MOST_LINE bytes is passed over; raises UnreachableError where none
    ends for `silent_seconds` though something is received.
    """
    held, too_long, last = bytearray(), False, time.monotonic()
    for piece in received:
        *ended, rest = piece.split(b"\n")
        for part in ended:
            line, passed, held, too_long = bytes(held + part), too_long, bytearray(), False
            last = time.monotonic()
            if not passed and len(line) <= MOST_LINE:
                yield line
        held += rest
        if len(held) > MOST_LINE:
            held, too_long = bytearray(), True
        if time.monotonic() - last > silent_seconds:
            message = "it says nothing that ends"
            raise UnreachableError(message)
