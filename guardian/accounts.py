"""The users of the page, from the command line: who there is, and how a password is asked for."""

import getpass
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from guardian.errors import ConfigurationError, StoreError
from guardian.io.clock import SystemClock
from guardian.settings import Settings
from guardian.web.audit import THE_COMMAND_LINE, Audit
from guardian.web.listening import demand_users
from guardian.web.roles import Role
from guardian.web.users import MOST_PASSWORD, Users

__all__ = ["Role", "add", "ask", "change", "listed", "remove", "standing", "users"]


def users(state_directory: Path) -> Users:
    """The users of the box whose state is there."""
    return Users(state_directory)


def add(state_directory: Path, name: str, role: Role, password: str) -> str:
    """Let somebody in, and say so. Raises ConfigurationError and StoreError."""
    user = users(state_directory).add(name, role, password)
    _note(state_directory, f"let {user.name} in as {role.value}")
    return f"{user.name} may sign in as {role.value}."


def remove(state_directory: Path, name: str) -> str:
    """Let somebody in no more, and say so. Raises ConfigurationError and StoreError."""
    users(state_directory).remove(name)
    _note(state_directory, f"let {name} in no more")
    return f"{name} may sign in no more."


def change(state_directory: Path, name: str, password: str) -> str:
    """Give somebody another password, and say so. Raises ConfigurationError and StoreError."""
    users(state_directory).change(name, password)
    _note(state_directory, f"gave {name} another password")
    return f"{name} has another password, and has to sign in again."


def _note(state_directory: Path, what: str) -> None:
    now = SystemClock().moment().wall.timestamp()
    Audit(state_directory, lambda: now).note(THE_COMMAND_LINE, what, "this machine")


def standing(settings: Settings, file: Path) -> str:
    """Say who may open the page, for who checks the configuration in `file`. Raises ConfigurationError where the page
    would be open to others and nobody may sign in.
    """
    where = f"the page at {settings.web.host} port {settings.web.port}"
    try:
        demand_users(settings.web, users(settings.state_directory))
        count = len(users(settings.state_directory).all())
    except StoreError as error:
        return f"{where}; who may sign in could not be found out ({error})"
    except ConfigurationError as error:
        message = f"{file}: {error}"
        raise ConfigurationError(message) from error
    return f"{where} for {count} user{'s' * (count != 1)}, and for who sits at the box"


def listed(state_directory: Path) -> Iterator[str]:
    """Say in a line each who may sign in. Raises StoreError."""
    found = users(state_directory).all()
    if not found:
        yield "Nobody may sign in yet; `guardian users add NAME` lets somebody."
    width = max((len(user.name) for user in found), default=0)
    yield from (f"{user.name:{width}}  {user.role.value}" for user in found)


def ask(name: str, stdin: TextIO | None = None, hidden: Callable[[str], str] = getpass.getpass) -> str:
    """Ask for a new password of `name`: twice on a terminal, unseen; else the first line of standard input.

    Raises ConfigurationError where there is none, or the two differ.
    """
    source = stdin if stdin is not None else sys.stdin
    if source.isatty():
        password = hidden(f"New password for {name}: ")
        if hidden("The same again: ") != password:
            message = "the two differ; nothing was changed"
            raise ConfigurationError(message)
        return password
    password = source.readline(MOST_PASSWORD * 4).rstrip("\r\n")
    if not password:
        message = "there is no password on standard input; one line with it would be right"
        raise ConfigurationError(message)
    return password
