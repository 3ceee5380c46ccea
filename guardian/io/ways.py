"""Ways to a contact: each is read where it is written, and told by who knows it best: ntfy and Pushover here, so that
an answer on the phone comes back, and everything else by apprise.
"""

import logging
import os
import stat
import threading
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Protocol, TypeVar, cast, runtime_checkable

from guardian.contacts import CREDENTIALS, WAY_FILE, is_way
from guardian.errors import ConfigurationError
from guardian.events import Event, FaultCleared, FaultOccurred
from guardian.io.answers import Answers
from guardian.io.drawings import Drawings
from guardian.io.mqtt import Backoff
from guardian.io.notify import Send, by_apprise
from guardian.io.ntfy import SILENT_SECONDS, AnswerStream, Ntfy, Topic, topic_of
from guardian.io.phone_memory import PhoneMemory
from guardian.io.providers import hush
from guardian.io.pushover import API, POLL_SECONDS, Account, Pushover, Ringing, account_of
from guardian.phrasebook import ENGLISH, Phrasebook

PART = "answers"
MOST_BYTES = 4096
STOP_SECONDS = 1.0
_OTHERS = 0o007

log = logging.getLogger(__name__)

Followed = TypeVar("Followed", AnswerStream, Pushover)


@runtime_checkable
class Examined(Protocol):
    """A way whose provider can be asked, without telling anybody, whether it will work."""

    def examine(self) -> str:
        """Ask; return why it will not, or nothing."""
        ...


def nothing_rings() -> tuple[float, frozenset[str]]:
    """Say so, where no alarm runs."""
    return 0.0, frozenset()


class Ways:
    """Connects ways, and hears from `start` on what is answered: `submit` gets Acknowledged for each, and FaultOccurred
    with part "answers" while those of a server cannot be heard.

    `contacts` are the names of those who may answer; `ringing` says which incidents nobody has taken. `drawings` follow
    what a way has told.
    """

    def __init__(
        self,
        contacts: Collection[str] = (),
        submit: Callable[[Event], None] = lambda _: None,
        now: Callable[[], float] = lambda: 0.0,
        ringing: Ringing = nothing_rings,
        *,
        api: str = API,
        poll_seconds: float = POLL_SECONDS,
        backoff: Callable[[], Backoff] = lambda: Backoff(1.0, 30.0, SILENT_SECONDS),
        book: Phrasebook = ENGLISH,
    ) -> None:
        self._backoff, self._book = backoff, book
        self._submit, self._now, self._ringing = submit, now, ringing
        self._api, self._poll_seconds = api, poll_seconds
        self._memory = PhoneMemory()
        self._answers = Answers(contacts, submit, now, self._memory)
        self._lock = threading.Lock()
        self.drawings = Drawings(book)
        self._heard: dict[object, AnswerStream | Pushover] = {}
        self._deaf: dict[AnswerStream, str] = {}
        self._started = self._stopped = False

    def connect(self, way: str) -> Send:
        """Make the Send of one way. Raises ConfigurationError, without the way, where it is none."""
        hush()
        address = written(way, os.environ)
        topic, account = topic_of(address), account_of(address)
        if topic is not None:
            self._follow((topic.server, topic.login), lambda: self._stream(topic))
            return Ntfy(topic, self._answers, self._memory, self._book)
        if account is not None:
            return self._follow(account, lambda: self._pushover(account))
        return by_apprise(address)

    def start(self, directory: Path) -> None:
        """Begin to hear answers, also to what was sent before a restart; `directory` keeps what that needs."""
        self._memory.open(directory)
        self.drawings.start()
        with self._lock:
            self._started = True
            for each in self._heard.values():
                each.start()

    def stop(self) -> None:
        """End; what hangs is left behind."""
        with self._lock:
            self._stopped = True
            heard = tuple(self._heard.values())
        for each in heard:
            each.stop()
        self.drawings.stop(STOP_SECONDS)
        for each in heard:
            each.join(STOP_SECONDS)
        self._memory.close(STOP_SECONDS)

    def _follow(self, key: object, make: Callable[[], Followed]) -> Followed:
        """Hear from a provider, once for all contacts that share it."""
        with self._lock:
            if key not in self._heard:
                self._heard[key] = made = make()
                if self._started and not self._stopped:
                    made.start()
            return cast("Followed", self._heard[key])

    def _stream(self, topic: Topic) -> AnswerStream:
        return AnswerStream(topic, self._answers, self._memory, self._told, backoff=self._backoff())

    def _pushover(self, account: Account) -> Pushover:
        more = {"api": self._api, "poll_seconds": self._poll_seconds}
        return Pushover(account, self._answers, self._memory, self._ringing, self._now, **more)  # type: ignore[arg-type]

    def _told(self, stream: AnswerStream, reason: str) -> None:
        """Learn that answers from a server are heard (no reason) or why not."""
        with self._lock:
            known, was = reason in self._deaf.values(), bool(self._deaf)
            if reason:
                self._deaf[stream] = reason
            else:
                self._deaf.pop(stream, None)
            over = was and not self._deaf
        if reason and not known:
            said = (
                f"Answers from phones are not heard: {reason}. Phones still ring; acknowledge on the page or the box."
            )
            self._submit(FaultOccurred(time=self._now(), room="", part=PART, reasons=(said,)))
        elif over:
            self._submit(FaultCleared(time=self._now(), room="", part=PART))


def written(way: str, environment: Mapping[str, str]) -> str:
    """The way itself, where it stands in a file. Raises ConfigurationError, without what stands in it, where that file
    cannot be read, is open to others or holds no way.
    """
    if not way.startswith(WAY_FILE):
        return way
    path = way_file(way, environment)
    if path is None:
        message = f"{CREDENTIALS} is not set here; it is so for a service with LoadCredential= in its unit"
        raise ConfigurationError(message)
    try:
        mode, text = path.stat().st_mode, path.read_bytes()[: MOST_BYTES + 1].decode()
    except UnicodeDecodeError:
        message = f"{path} is not text; one line with an address such as ntfys://token@host/topic would be right"
        raise ConfigurationError(message) from None
    except OSError as error:
        message = f"{path} cannot be read ({error.strerror}); a file that this user may read would be right"
        raise ConfigurationError(message) from None
    if mode & _OTHERS and stat.S_ISREG(mode):
        message = f"every user of this machine can read or change {path}; chmod 640 {path} would be right"
        raise ConfigurationError(message)
    address = text.strip()
    if address.startswith(WAY_FILE) or not is_way(address):
        message = f"{path} holds no way; one line with an address such as ntfys://token@host/topic would be right"
        raise ConfigurationError(message)
    return address


def way_file(way: str, environment: Mapping[str, str]) -> Path | None:
    """The path that `file:PATH` names; None where it lies with systemd's credentials and there are none here."""
    place = way.removeprefix(WAY_FILE)
    if not place.startswith(CREDENTIALS):
        return Path(place)
    directory = environment.get(CREDENTIALS[2:-1])
    return Path(directory) / place.removeprefix(CREDENTIALS).lstrip("/") if directory else None
