"""Signing in and out: a name and a password for a session, without telling a stranger which of the two was wrong."""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import NoReturn

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from guardian.web.audit import THE_BOX, Audit
from guardian.web.body import read_json
from guardian.web.doors import Arrival
from guardian.web.guard import drop, keep, refusal, visitor_of
from guardian.web.limits import Limits
from guardian.web.sessions import DEVICE
from guardian.web.users import MOST_NAME, MOST_PASSWORD, User, key
from guardian.web.visitors import Visitors, cookie, life

log = logging.getLogger(__name__)

DEVICE_COOKIE = "guardian-device"
MOST_WAITING = 8
"""Passwords that may wait to be tried: each takes a quarter of a second and 32 MiB, so they are tried one by one."""
WRONG = "This name and this password do not go together. Look at both, letter by letter, and try again"
BUSY = "Too many people are signing in just now. Wait a minute and try again"


@dataclass(frozen=True, slots=True)
class _Try:
    name: str
    password: str
    address: str
    device: str


class SignIn:
    """The routes by which people come and go. `now` gives monotonic seconds."""

    def __init__(self, visitors: Visitors, audit: Audit, now: Callable[[], float]) -> None:
        self._visitors = visitors
        self._audit = audit
        self._limits = Limits(now)
        self._one_by_one = asyncio.Lock()
        self._waiting = 0

    async def sign_in(self, request: Request) -> Response:
        """Begin a session for a name and a password."""
        arrival: Arrival = request.scope["arrival"]
        tried = self._read(await read_json(request), request, arrival)
        wait = self._limits.take(tried.address, tried.name, tried.device)
        if wait > 0:
            self._refuse_for(wait)
        user = await self._check(tried)
        if user is None:
            noted = self._noting(self._shown(tried.name), "tried to sign in, and could not", arrival)
            refused = refusal(401, WRONG)
            refused.background = noted
            return refused
        self._limits.give_back(tried.address, tried.name, tried.device)
        log.info("event=signed_in user=%r address=%s", user.name, arrival.address)
        noted = self._noting(user.name, "signed in", arrival)
        self._visitors.sessions.close(request.cookies.get(cookie(arrival), ""))
        response = JSONResponse({"name": user.name, "role": user.role.value}, background=noted)
        keep(response, cookie(arrival), self._visitors.admit(user), arrival, life(user.role))
        if not tried.device:
            known = self._visitors.sessions.open(user.name, "", DEVICE, device=True)
            keep(response, cookie(arrival, DEVICE_COOKIE), known, arrival, DEVICE)
        return response

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        arrival: Arrival = request.scope["arrival"]
        visitor = visitor_of(request.scope)
        self._visitors.sessions.close(visitor.session)
        response = Response(status_code=204, background=self._noting(visitor.name, "signed out", arrival))
        drop(response, cookie(arrival), arrival)
        return response

    async def me(self, request: Request) -> Response:
        """Tell the page who looks at it."""
        visitor = visitor_of(request.scope)
        return JSONResponse({"name": visitor.name, "role": visitor.role.value})

    def _noting(self, who: str, what: str, arrival: Arrival) -> BackgroundTask:
        """Have it written down once it is answered: nobody waits for a disk."""
        return BackgroundTask(self._audit.note, who or THE_BOX, what, arrival.address)

    def _read(self, body: bytes, request: Request, arrival: Arrival) -> _Try:
        try:
            values = json.loads(body)
            name, password = values["name"], values["password"]
        except (ValueError, KeyError, TypeError) as error:
            raise HTTPException(400, '{"name": ..., "password": ...} would be right') from error
        if not isinstance(name, str) or not isinstance(password, str):
            raise HTTPException(400, "name and password are texts")
        name, password = key(name[: 2 * MOST_NAME]), password[: 2 * MOST_PASSWORD]
        given = request.cookies.get(cookie(arrival, DEVICE_COOKIE), "")
        device = self._visitors.sessions.get(given, device=True) if given else None
        known = device is not None and key(device.name) == name
        return _Try(name, password, arrival.address, given if known else "")

    async def _check(self, tried: _Try) -> User | None:
        if self._waiting >= MOST_WAITING:
            raise HTTPException(503, BUSY)
        self._waiting += 1
        try:
            async with self._one_by_one:
                found = await run_in_threadpool(self._visitors.users.check, tried.name, tried.password)
        finally:
            self._waiting -= 1
        return None if found is not None and self._visitors.lapsed(found) else found

    def _refuse_for(self, wait: float) -> NoReturn:
        minutes = ceil(wait / 60)
        wait_a_while = f"Too many tries. Wait {minutes} minutes, then try again"
        text = wait_a_while if minutes > 1 else "Too many tries. Wait 1 minute, then try again"
        raise HTTPException(429, text, {"Retry-After": str(ceil(wait))})

    def _shown(self, name: str) -> str:
        """A name that may be written down: nobody's own may be a password in the wrong field."""
        user = self._visitors.users.last(name)
        return user.name if user is not None else "somebody unknown"
