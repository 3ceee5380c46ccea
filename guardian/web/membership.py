"""Who may come in, as an installer says it on the page, and the password that everybody chooses for themselves."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timezone
from functools import partial
from math import ceil
from typing import Any, TypeAlias

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from guardian.errors import ConfigurationError
from guardian.web.audit import THE_BOX, Audit
from guardian.web.body import read_json
from guardian.web.guard import keep, visitor_of
from guardian.web.limits import Limits
from guardian.web.roles import Role
from guardian.web.sessions import DAY
from guardian.web.users import MOST_NAME, MOST_PASSWORD, User, one_time_password
from guardian.web.visitors import Visitor, Visitors, cookie, life

Change: TypeAlias = Callable[[str, Mapping[str, str]], "tuple[User | None, str, str]"]
"""Changes a user by name; returns who it is then, what was done, and maybe a one-time password. Waits for a disk."""

INVITED_SECONDS = 7 * DAY
"""How long a one-time password lets in."""
MOST_WAITING = 8
"""Changes that may wait for another: each may take a quarter of a second and 32 MiB."""


class Membership:
    """The routes by which users are changed. `now` gives monotonic seconds."""

    def __init__(self, visitors: Visitors, audit: Audit, now: Callable[[], float]) -> None:
        self._visitors, self._users, self._audit = visitors, visitors.users, audit
        self._limits = Limits(now)
        self._one_by_one = asyncio.Lock()
        self._waiting = 0

    def endpoints(self) -> Mapping[str, Callable[[Request], Awaitable[Response]]]:
        """Return what answers on each of its rows in the table of roles."""
        changes: dict[str, Change] = {
            "add": self._add,
            "role": self._appoint,
            "reset": self._reset,
            "remove": self._remove,
            "sign-out": self._sign_out,
        }
        return {
            "GET /api/users": self.list,
            "POST /api/password": self.choose,
            **{f"POST /api/users/{name}": partial(self.change, change) for name, change in changes.items()},
        }

    async def list(self, _: Request) -> Response:
        """Tell who may sign in, as what, on how many devices they are, and whether they have chosen a password."""
        everybody = await run_in_threadpool(self._users.all)
        return JSONResponse({"users": [self._plain(user) for user in everybody]})

    async def change(self, change: Change, request: Request) -> Response:
        """Change a user as an installer says, who is told a one-time password if there is one: now, and never again."""
        values, visitor, address = await _read(request), visitor_of(request.scope), request.scope["arrival"].address
        wait = self._limits.take(address, visitor.name)
        if wait > 0:
            raise HTTPException(429, "Too many changes at once. Wait a minute, then try again")
        user, done, password = await self._in_turn(change, values.get("name", ""), values)
        noted = BackgroundTask(self._audit.note, visitor.name or THE_BOX, done, address)
        shown = {} if user is None else self._plain(user)
        return JSONResponse({**shown, **({"password": password} if password else {})}, background=noted)

    async def choose(self, request: Request) -> Response:
        """Give whoever asks the password that they choose; those who have one of their own say that first. They stay
        signed in on this device, and on no other.
        """
        values, visitor, arrival = await _read(request), visitor_of(request.scope), request.scope["arrival"]
        if not visitor.name:
            raise HTTPException(409, "who opened the page with the secret of the box has no password")
        wait = self._limits.take(arrival.address, visitor.name)
        if wait > 0:
            minutes = ceil(wait / 60)
            raise HTTPException(429, f"Too many tries. Wait {minutes} minutes, then try again")
        user = await self._in_turn(self._choose, visitor, values)
        self._limits.give_back(arrival.address, visitor.name)
        noted = BackgroundTask(self._audit.note, user.name, "chose another password", arrival.address)
        self._visitors.sessions.close(visitor.session)
        response = Response(status_code=204, background=noted)
        keep(response, cookie(arrival), self._visitors.admit(user), arrival, life(user.role))
        return response

    def _choose(self, visitor: Visitor, values: Mapping[str, str]) -> User:
        old = values.get("old", "")[: 2 * MOST_PASSWORD]
        if not visitor.newcomer and self._users.check(visitor.name, old) is None:
            raise HTTPException(409, "this is not your password until now; look at it letter by letter")
        new = values.get("new", "")
        if self._users.check(visitor.name, new[: 2 * MOST_PASSWORD]) is not None:
            raise HTTPException(400, "this is the password that you have; another one would be right")
        return self._users.change(visitor.name, new)

    def _add(self, name: str, values: Mapping[str, str]) -> tuple[User, str, str]:
        password = one_time_password()
        user = self._users.add(name, _role(values), password, self._until())
        return user, f"let {user.name} in as {user.role.value}", password

    def _appoint(self, name: str, values: Mapping[str, str]) -> tuple[User, str, str]:
        user = self._users.appoint(name, _role(values))
        return user, f"gave {user.name} the role of {user.role.value}", ""

    def _reset(self, name: str, _: Mapping[str, str]) -> tuple[User, str, str]:
        password = one_time_password()
        user = self._users.change(name, password, self._until())
        return user, f"gave {user.name} a one-time password", password

    def _remove(self, name: str, _: Mapping[str, str]) -> tuple[None, str, str]:
        self._users.remove(name, sparing=True)
        return None, f"let {name[:MOST_NAME]} in no more", ""

    def _sign_out(self, name: str, _: Mapping[str, str]) -> tuple[User, str, str]:
        user = self._users.sign_out(name)
        return user, f"signed {user.name} out everywhere", ""

    async def _in_turn(self, work: Callable[..., Any], *arguments: object) -> Any:
        """Do what takes a disk and a hash on another thread, one at a time. Raises HTTPException where it fails."""
        if self._waiting >= MOST_WAITING:
            raise HTTPException(503, "Too many people are signing in just now. Wait a minute and try again")
        self._waiting += 1
        try:
            async with self._one_by_one:
                return await run_in_threadpool(work, *arguments)
        except ConfigurationError as error:
            raise HTTPException(409, str(error)) from error
        finally:
            self._waiting -= 1

    def _until(self) -> float:
        return self._visitors.sessions.now() + INVITED_SECONDS

    def _plain(self, user: User) -> dict[str, object]:
        until = datetime.fromtimestamp(user.until, timezone.utc).isoformat(timespec="seconds") if user.invited else None
        devices = self._visitors.sessions.count(user.name, user.stamp)
        return {"name": user.name, "role": user.role.value, "devices": devices, "invited": until}


async def _read(request: Request) -> Mapping[str, str]:
    """Read texts by their names. Raises HTTPException where a page sends anything else."""
    try:
        values = json.loads(await read_json(request))
    except ValueError as error:
        raise HTTPException(400, '{"name": ...} would be right') from error
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise HTTPException(400, "texts by their names would be right")
    return values


def _role(values: Mapping[str, str]) -> Role:
    try:
        return Role(values.get("role", ""))
    except ValueError as error:
        raise HTTPException(400, f"role is none; {' or '.join(each.value for each in Role)} would be right") from error
