"""Who may come in, by name and password. Of a password only its argon2id hash is kept, in a file of the service's."""

import fcntl
import logging
import os
import secrets
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NoReturn

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from guardian.errors import ConfigurationError, StoreError
from guardian.private_file import OTHERS, write_private
from guardian.section import Section
from guardian.web.roles import Role

log = logging.getLogger(__name__)

USERS_FILE = "web-users.json"
MOST_USERS = 50
MOST_NAME = 40
LEAST_PASSWORD, MOST_PASSWORD = 10, 200
"""Characters. The least is two more than NIST SP 800-63B asks of a password that people choose by themselves."""

LETTERS = "abcdefghjkmnpqrstuvwxyz"
"""Of a one-time password: 16 of them are 72 bits."""

HASHER = PasswordHasher(time_cost=3, memory_cost=32 * 1_024, parallelism=1)
"""argon2id. A little more than the least that OWASP's cheat sheet asks for (19 MiB, 2 passes), and still a quarter of a
second and 32 MiB on a small box, where one password is tried at a time."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in. `stamp` is new with every password: what was signed in with the old one ends. A
    one-time password lets in `until` then, wall seconds, and asks for another; 0 is one's own.
    """

    name: str
    role: Role
    password: str
    stamp: str
    until: float = 0.0

    @property
    def invited(self) -> bool:
        """Whether the password is a one-time one."""
        return self.until > 0


class _File(Section):
    version: Literal[1]
    users: tuple[User, ...]


class Users:
    """The users of one box, in a file that the command line writes and the page reads, each whenever it likes."""

    def __init__(self, state_directory: Path, hasher: PasswordHasher = HASHER) -> None:
        self._path = state_directory / USERS_FILE
        self._hasher = hasher
        self._known: tuple[User, ...] = ()
        self._read: tuple[int, ...] | None = None
        self._nobody = hasher.hash(secrets.token_urlsafe())

    def all(self) -> Sequence[User]:
        """Return everybody, as they were added. Raises StoreError where the file cannot be read."""
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            self._known, self._read = (), None
            return ()
        except OSError as error:
            _fail(self._path, error)
        seen = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if seen != self._read:
            self._known, self._read = self._load(), seen
        return self._known

    def get(self, name: str) -> User | None:
        """Return who has this name, however it is capitalised. Raises StoreError."""
        return next((user for user in self.all() if key(user.name) == key(name)), None)

    def last(self, name: str) -> User | None:
        """Return who had this name when the file was last read; for when it cannot be read now."""
        return next((user for user in self._known if key(user.name) == key(name)), None)

    def check(self, name: str, password: str) -> User | None:
        """Return who has this name and this password; it takes as long for a name of nobody. Raises StoreError."""
        user = self.get(name)
        known = self._nobody if user is None else user.password
        try:
            self._hasher.verify(known, _plain(password).encode("utf-8", "replace"))
        except (VerificationError, InvalidHashError):
            return None
        return user

    def add(self, name: str, role: Role, password: str, until: float = 0.0) -> User:
        """Let somebody in from now on; with a one-time password `until` then. Raises ConfigurationError where name or
        password will not do, and StoreError.
        """
        name = _named(name)
        with self._changing():
            if self.get(name) is not None:
                _refuse(f"there is a user {name!r} already; another name would be right")
            if len(self.all()) >= MOST_USERS:
                _refuse(f"there are {MOST_USERS} users; remove one first")
            user = User(name, role, self._hashed(name, password), secrets.token_hex(16), until)
            self._write((*self.all(), user))
        return user

    def remove(self, name: str, *, sparing: bool = False) -> None:
        """Let somebody in no more; `sparing` the last installer. Raises ConfigurationError where there is no such user,
        and StoreError.
        """
        with self._changing():
            gone = self._existing(name)
            if sparing:
                self._spare(gone)
            self._write([user for user in self.all() if user != gone])

    def change(self, name: str, password: str, until: float = 0.0) -> User:
        """Give somebody another password, which signs them out everywhere; a one-time one `until` then. Raises
        ConfigurationError and StoreError.
        """
        with self._changing():
            old = self._existing(name)
            return self._replace(old, password=self._hashed(old.name, password), until=until)

    def appoint(self, name: str, role: Role) -> User:
        """Give somebody another role, which signs them out everywhere: how long one stays signed in goes by it. Raises
        ConfigurationError where nobody would be an installer then, and StoreError.
        """
        with self._changing():
            old = self._existing(name)
            if role is not Role.INSTALLER:
                self._spare(old)
            return self._replace(old, role=role)

    def sign_out(self, name: str) -> User:
        """End all sessions of somebody. Raises ConfigurationError and StoreError."""
        with self._changing():
            return self._replace(self._existing(name))

    def _replace(self, old: User, **changes: Any) -> User:
        new = replace(old, stamp=secrets.token_hex(16), **changes)
        self._write([new if user == old else user for user in self.all()])
        return new

    def _spare(self, user: User) -> None:
        """Keep the last who may change who comes in."""
        if [each for each in self.all() if each.role is Role.INSTALLER] == [user]:
            _refuse(f"{user.name} is the last installer; make somebody else one first")

    def _existing(self, name: str) -> User:
        user = self.get(name)
        if user is None:
            known = ", ".join(each.name for each in self.all()) or "nobody may sign in yet"
            _refuse(f"there is no user {name[:MOST_NAME]!r}; known: {known}")
        return user

    def _hashed(self, name: str, password: str) -> str:
        plain = _plain(password)
        if not LEAST_PASSWORD <= len(plain) <= MOST_PASSWORD:
            _refuse(
                f"the password has {len(plain)} characters; {LEAST_PASSWORD} to {MOST_PASSWORD} would be right,"
                " such as four words that have nothing to do with each other"
            )
        without = plain.casefold().replace(key(name), "")
        if len(set(plain)) < LEAST_PASSWORD // 2 or len(without) < LEAST_PASSWORD:
            _refuse("the password is easily guessed; more than the name, and many different characters would be right")
        return self._hasher.hash(plain.encode("utf-8", "replace"))

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Keep two command lines from losing what the other wrote."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            _fail(self._path, error)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _load(self) -> tuple[User, ...]:
        try:
            text, mode = self._path.read_text(encoding="utf-8"), self._path.stat().st_mode
            if mode & OTHERS:
                log.warning("event=users_readable_by_others file=%s remedy='chmod 600'", self._path)
            return _File.model_validate_json(text).users
        except OSError as error:
            _fail(self._path, error)
        except ValueError:  # pydantic's own too; what it found may be a part of a secret
            message = f"{self._path}: is damaged; remove it, and add the users anew"
            raise StoreError(message) from None

    def _write(self, users: Sequence[User]) -> None:
        text = _File(version=1, users=tuple(users)).model_dump_json(indent=1)
        try:
            write_private(self._path, f"{text}\n")
        except OSError as error:
            _fail(self._path, error)


def _named(name: str) -> str:
    """Take a name as it may be shown: at most MOST_NAME printable characters."""
    name = unicodedata.normalize("NFC", name).strip()
    if not name or len(name) > MOST_NAME or not name.isprintable():
        _refuse(f"{name[:MOST_NAME]!r} is no name; 1 to {MOST_NAME} printable characters would be right")
    return name


def one_time_password() -> str:
    """Make up a password that can be read out over the telephone: 4 times 4 letters, of 23 that look like no other."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def key(name: str) -> str:
    """What makes two names the same: a telephone writes the first letter large."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _plain(password: str) -> str:
    """The same password whatever keyboard it was typed on."""
    return unicodedata.normalize("NFKC", password)


def _refuse(message: str) -> NoReturn:
    raise ConfigurationError(message)


def _fail(path: Path, error: OSError) -> NoReturn:
    message = f"{path}: {error.strerror}; only who runs the box may read and write it (sudo -u guardian)"
    raise StoreError(message) from error
