"""The users of the page, from the command line: who there is, and how a password is asked for."""

import getpass
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from guardian.errors import ConfigurationError, StoreError
from guardian.settings import Settings
from guardian.web.listening import demand_users
from guardian.web.roles import Role
from guardian.web.users import MOST_PASSWORD, Users

__all__ = ["Role", "ask", "listed", "standing", "users"]


def users(state_directory: Path) -> Users:
    """The users of the box whose state is there."""
    return Users(state_directory)


def standing(settings: Settings) -> str:
    """Say who may open the page, for who checks the configuration. Raises ConfigurationError where the page would be
    open to others and nobody may sign in.
    """
    where = f"the page at {settings.web.host} port {settings.web.port}"
    try:
        demand_users(settings.web, users(settings.state_directory))
        count = len(users(settings.state_directory).all())
    except StoreError as error:
        return f"{where}; who may sign in could not be found out ({error})"
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
