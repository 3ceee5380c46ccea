"""What the phones' part of the box keeps across restarts, in one small file that only the service can read: the secret
by which an answer is known to be one, which answer of each server was heard last, and the receipts that are still open.
"""

import hashlib
import hmac
import logging
import secrets
import threading
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from guardian.private_file import OTHERS, write_private

FILE = "phones.json"
SECRET_BYTES = 32
MOST_RECEIPTS = 64

log = logging.getLogger(__name__)


class Receipt(BaseModel):
    """A message that a provider repeats until somebody acknowledges it: its `id` there, of which incident, to whom, by
    which way (a fingerprint).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,64}$")]
    incident: Annotated[str, Field(max_length=128)]
    contact: Annotated[str, Field(max_length=64)]
    way: Annotated[str, Field(max_length=64)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    secret: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    heard: dict[str, str] = {}
    receipts: tuple[Receipt, ...] = ()


class PhoneMemory:
    """Kept in memory until `open`, and from then on in a file too, which is written on a thread of its own: nobody who
    tells or answers waits for the disk. One that cannot be written is logged and ends nothing: what is then lost at a
    restart are buttons that were sent before it, and answers to them.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._path: Path | None = None
        self._body = _Body(secret=secrets.token_hex(SECRET_BYTES))
        self._unwritten = self._closing = False
        self._writer = threading.Thread(target=self._write_on, name="phones.json", daemon=True)

    def open(self, directory: Path) -> None:
        """Take up what the file in `directory` keeps. One that is damaged, or that others could read, keeps no secret:
        a new one takes its place, and buttons that were sent before are void.
        """
        self._path = directory / FILE
        kept = _read(self._path)
        if kept is None:
            _write(self._path, self._body.model_dump_json())
        else:
            self._body = kept
        self._writer.start()

    def close(self, seconds: float) -> None:
        """End when everything is written, or after so long."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._writer.ident is not None:
            self._writer.join(seconds)

    def sign(self, *words: str) -> str:
        """The code, 32 hexadecimal digits, that only this box can make of these words."""
        said = "".join(f"{len(word)}:{word}" for word in words)
        key, text = self._body.secret.encode("ascii"), said.encode("utf-8", "surrogatepass")
        return hmac.new(key, text, hashlib.sha256).hexdigest()[:32]

    def last_heard(self, server: str) -> str:
        """The id of the last answer from a server; empty where there was none."""
        return self._body.heard.get(server, "")

    def hear(self, server: str, message: str) -> None:
        """Note the id of the last answer."""
        with self._changed:
            self._body = self._body.model_copy(update={"heard": {**self._body.heard, server: message}})
            self._note()

    def receipts(self, way: str) -> tuple[Receipt, ...]:
        """The open receipts of a way, oldest first."""
        return tuple(each for each in self._body.receipts if each.way == way)

    def add(self, receipt: Receipt) -> None:
        """Keep a receipt; of too many the oldest goes."""
        with self._changed:
            receipts = (*self._body.receipts, receipt)[-MOST_RECEIPTS:]
            self._body = self._body.model_copy(update={"receipts": receipts})
            self._note()

    def drop(self, receipt: Receipt) -> None:
        """Forget a receipt."""
        with self._changed:
            receipts = tuple(each for each in self._body.receipts if each != receipt)
            self._body = self._body.model_copy(update={"receipts": receipts})
            self._note()

    def _note(self) -> None:
        self._unwritten = True
        self._changed.notify_all()

    def _write_on(self) -> None:
        """Write whatever is new, until closed."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._unwritten or self._closing)
                if not self._unwritten or self._path is None:
                    return
                self._unwritten, body = False, self._body
            _write(self._path, body.model_dump_json())


def _write(path: Path, text: str) -> None:
    try:
        write_private(path, f"{text}\n")
    except OSError as error:
        log.error("event=phones_not_kept file=%s reason=%r", path, error.strerror)


def _read(path: Path) -> _Body | None:
    try:
        mode, text = path.stat().st_mode, path.read_bytes()
        if mode & OTHERS:
            log.warning("event=phones_secret_replaced file=%s reason=readable_by_others", path)
            return None
        return _Body.model_validate_json(text)
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        log.warning("event=phones_secret_replaced file=%s reason=%s", path, type(error).__name__)
        return None
