"""Phones by Pushover: an urgent notice is an emergency there, which the phone repeats by itself until somebody
acknowledges it. That acknowledgement is asked for and counts here; one given elsewhere ends the repeats.

By the protocol as pushover.net/api and pushover.net/api/receipts describe it.
"""

import hashlib
import logging
import re
import threading
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from guardian.commands import Ask, Notify
from guardian.io.answers import Answers
from guardian.io.phone_memory import PhoneMemory, Receipt
from guardian.io.providers import OK, Reply, UnreachableError, ask, plain

API: Final = "https://api.pushover.net/1"
EMERGENCY, HIGH, NORMAL, QUIET = "2", "1", "0", "-1"
RETRY_SECONDS, EXPIRE_SECONDS = 30, 1500
"""The least pause that is allowed, and as long as the phone then repeats, which is 50 times at most. While nobody takes
it, the alarm's own next repeat begins a new one."""
LEAST_RETRY, MOST_EXPIRE = 30, 10_800
TEST_RETRY_SECONDS = 300
"""A test has to be answered as an emergency is, and may wear nobody out."""
POLL_SECONDS = 5.0
"""As often as one may ask for a receipt."""
GRACE_SECONDS = 600.0
MOST_TITLE, MOST_MESSAGE = 250, 1024

Ringing: TypeAlias = Callable[[], tuple[float, frozenset[str]]]
"""Which incidents nobody has taken yet, by their ids, and as of which monotonic second."""

_KEY = re.compile(r"[A-Za-z0-9]{30}")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,25}")
_KNOWN = frozenset({"priority", "sound", "retry", "expire"})

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """Whom to reach: the keys of the user and of our application there, the devices (none: all), and how."""

    user: str = field(repr=False)
    token: str = field(repr=False)
    devices: tuple[str, ...] = ()
    sound: str = ""
    retry: int = RETRY_SECONDS
    expire: int = EXPIRE_SECONDS

    @property
    def fingerprint(self) -> str:
        """Tells this account from another without telling its keys."""
        return hashlib.sha256(f"{self.user}@{self.token}/{self.devices}".encode()).hexdigest()[:16]


def account_of(way: str) -> Account | None:
    """Read a way as apprise writes it, pover://user@token or pover://user@token/device; None where it is another one,
    or says more than is known here.
    """
    try:
        parts = urlsplit(way)
        query = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
        retry, expire = int(query.get("retry", RETRY_SECONDS)), int(query.get("expire", EXPIRE_SECONDS))
    except ValueError:
        return None
    user, _, token = parts.netloc.rpartition("@")
    devices, sound = tuple(name for name in parts.path.split("/") if name), query.get("sound", "")
    known = parts.scheme.lower() == "pover" and not parts.fragment and _KNOWN.issuperset(query)
    urgent = query.get("priority", "emergency").lower() in ("emergency", EMERGENCY)
    keys = _KEY.fullmatch(user) and _KEY.fullmatch(token)
    names = all(_NAME.fullmatch(name) for name in (*devices, *filter(None, [sound])))
    if not (known and urgent and keys and names and retry >= LEAST_RETRY and 0 < expire <= MOST_EXPIRE):
        return None
    return Account(user, token, devices, sound, retry, expire)


class Pushover:
    """Tells notices to one account, and from `start` on follows on a thread what becomes of its emergencies.

    An acknowledgement there is given to `answers`; an incident that no longer rings is cancelled there.
    """

    def __init__(
        self,
        account: Account,
        answers: Answers,
        memory: PhoneMemory,
        ringing: Ringing,
        now: Callable[[], float],
        *,
        api: str = API,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._account, self._answers, self._memory = account, answers, memory
        self._ringing, self._now = ringing, now
        self._api, self._poll_seconds = api, poll_seconds
        self._since: dict[str, float] = {}
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._follow, name="receipts of pover", daemon=True)

    def start(self) -> None:
        """Begin to follow, first what a process before this one left open."""
        self._thread.start()

    def stop(self) -> None:
        """End soon; what hangs is left behind."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def join(self, seconds: float) -> None:
        """Wait for the thread's end."""
        if self._thread.ident is not None:
            self._thread.join(seconds)

    def __call__(self, notice: Notify) -> bool:
        """Tell a notice; whether Pushover took it. While an emergency of the same incident is repeated on the phone,
        more news of it come as ordinary loud messages: one that repeats is enough to acknowledge.
        """
        repeated = any(each.incident == notice.incident for each in self._receipts())
        emergency = notice.urgent and not repeated
        reply = self._post("messages", {**self._message(notice), **self._priority(notice, emergency=emergency)})
        if reply is None or reply.status != OK or reply.fields.get("status") != 1:
            return False
        if emergency:
            self._keep(reply, notice)
        return True

    def show(self, notice: Notify, caption: str, png: bytes) -> bool:
        """Send a drawing as a message without a sound; whether Pushover took it."""
        drawing = {"attachment_base64": b64encode(png).decode("ascii"), "attachment_type": "image/png"}
        said = {**self._message(replace(notice, body=caption)), "priority": QUIET}
        reply = self._post("messages", {**said, **drawing})
        return reply is not None and reply.status == OK and reply.fields.get("status") == 1

    def examine(self) -> str:
        """Ask whether both keys are good; return why not, or nothing. Nobody is told anything."""
        form = {"token": self._account.token, "user": self._account.user}
        try:
            reply = ask("POST", f"{self._api}/users/validate.json", form=form)
        except UnreachableError as error:
            return f"pushover.net: {error}"
        good = reply.status == OK and reply.fields.get("status") == 1
        return "" if good else f"pushover.net does not know the user's or the application's key (HTTP {reply.status})"

    def _message(self, notice: Notify) -> dict[str, str]:
        account = self._account
        optional = {"device": ",".join(account.devices), "sound": account.sound}
        return {
            "token": account.token,
            "user": account.user,
            "title": plain(notice.title, MOST_TITLE),
            "message": plain(notice.body, MOST_MESSAGE),
            **{key: value for key, value in optional.items() if value},
        }

    def _priority(self, notice: Notify, *, emergency: bool) -> dict[str, str]:
        if not emergency:
            return {"priority": HIGH if notice.urgent else NORMAL}
        retry = max(self._account.retry, TEST_RETRY_SECONDS if notice.ask is Ask.TEST else 0)
        return {"priority": EMERGENCY, "retry": str(retry), "expire": str(self._account.expire)}

    def _keep(self, reply: Reply, notice: Notify) -> None:
        number = reply.fields.get("receipt")
        if not isinstance(number, str) or not re.fullmatch(r"[A-Za-z0-9]{1,64}", number):
            log.warning("event=no_receipt way=pover contact=%s", notice.contact)
            return
        receipt = Receipt(id=number, incident=notice.incident, contact=notice.contact, way=self._account.fingerprint)
        with self._changed:
            self._since[number] = self._now()
            self._memory.add(receipt)
            self._changed.notify_all()

    def _receipts(self) -> tuple[Receipt, ...]:
        return self._memory.receipts(self._account.fingerprint)

    # What becomes of the emergencies, on the thread.

    def _follow(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._receipts() or self._stopping)
                if self._changed.wait_for(lambda: self._stopping, self._poll_seconds):
                    return
            for receipt in self._receipts():
                if self._is_over(receipt):
                    self._memory.drop(receipt)
                    self._since.pop(receipt.id, None)

    def _is_over(self, receipt: Receipt) -> bool:
        """Ask what became of one, and see to it; whether there is nothing more to ask."""
        since = self._since.setdefault(receipt.id, self._now())
        as_of, ringing = self._ringing()
        taken = as_of > since and receipt.incident not in ringing
        said = self._get(receipt)
        if said.get("acknowledged") == 1:
            if not taken:  # asked for again until the core shows that it has written it down
                self._answers.acknowledge(receipt.incident, receipt.contact)
            return taken
        if said.get("expired") == 1:
            return True
        if taken and self._cancel(receipt):
            return True
        return self._now() - since > self._account.expire + GRACE_SECONDS

    def _get(self, receipt: Receipt) -> dict[str, object]:
        try:
            reply = ask("GET", f"{self._api}/receipts/{receipt.id}.json?token={self._account.token}")
        except UnreachableError as error:
            log.warning("event=receipt_unknown contact=%s reason=%r", receipt.contact, str(error))
            return {}
        return dict(reply.fields) if reply.status == OK else {}

    def _cancel(self, receipt: Receipt) -> bool:
        reply = self._post(f"receipts/{receipt.id}/cancel", {"token": self._account.token})
        cancelled = reply is not None and reply.status == OK
        if cancelled:
            log.info("event=phone_silenced contact=%s incident=%s", receipt.contact, receipt.incident)
        return cancelled

    def _post(self, what: str, form: dict[str, str]) -> Reply | None:
        try:
            reply = ask("POST", f"{self._api}/{what}.json", form=form)
        except UnreachableError as error:
            log.warning("event=provider_failed way=pover reason=%r", str(error))
            return None
        if reply.status != OK:
            log.warning("event=provider_refused way=pover status=%d", reply.status)
        return reply
