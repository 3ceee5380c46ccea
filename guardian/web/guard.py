"""Who gets through: the way must be one of ours, what is pressed must come from our page, and the role must be enough.

The one place where all of it is decided, before any route is looked for.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from guardian.errors import StoreError
from guardian.phrasebook import ENGLISH, Phrasebook
from guardian.web.audit import THE_BOX, Audit
from guardian.web.doors import Arrival, Doors, Refused
from guardian.web.roles import NEWCOMERS, rule
from guardian.web.sessions import FAMILY, Life
from guardian.web.tongues import Tongues, page, retold
from guardian.web.visitors import Visitor, Visitors, cookie

log = logging.getLogger(__name__)

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src {icon}; media-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
"""On every response. No picture is ever shown but the icon of the page itself, and none may be loaded from anywhere
else: the policy names its whole address, not a folder or a host."""

ICON = "/static/icon.svg"

HSTS = "max-age=31536000"
"""For a year; of the name that was typed alone, since others of the household's names are not ours to speak for."""

SIGN_IN = (Path(__file__).parent / "static" / "sign-in.html").read_text(encoding="utf-8")

LOCKED = (Path(__file__).parent / "static" / "locked.html").read_text(encoding="utf-8")
CHOOSE = (Path(__file__).parent / "static" / "password.html").read_text(encoding="utf-8")


class Guard:
    """Lets a request through to `app` only where all of this holds, and puts HEADERS on whatever is answered.

    Routes find in the scope the "arrival" of the request, the "visitor", who may be None where anybody may come, and
    the "book" of the language in which it is answered.
    """

    def __init__(
        self,
        app: ASGIApp,
        doors: Doors,
        visitors: Visitors,
        audit: Audit,
        *,
        tongues: Tongues | None = None,
        hsts: bool = False,
    ) -> None:
        self._app = app
        self._tongues = tongues or Tongues()
        self._audit = audit
        self._headers = {**HEADERS, **({"Strict-Transport-Security": HSTS} if hsts else {})}
        self._doors = doors
        self._visitors = visitors
        self._saving = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (the ASGI interface)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        arrival = self._doors.arrival(scope)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                headers["Content-Security-Policy"] = headers["Content-Security-Policy"].format(icon=_icon(arrival))
            await send(message)

        answer = self._answer(scope, arrival) or self._app
        await answer(scope, receive, send_guarded)
        await self._save()

    def _answer(self, scope: Scope, arrival: Arrival | Refused) -> Response | None:
        """Return what to say instead of letting the request through, or None."""
        headers, scope["book"] = Headers(scope=scope), self._tongues.of(scope)
        if isinstance(arrival, Refused):
            return refusal(403, arrival.reason)
        if scope["method"] not in {"GET", "HEAD"} and headers.get("origin") != arrival.origin:
            return refusal(403, f"only Guardian's own page may do this; Origin: {arrival.origin} would be right")
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token") if scope["path"] == "/" else None
        if token is not None:
            return self._visit(token[0], arrival, scope["book"])
        return self._role(scope, headers, arrival)

    def _role(self, scope: Scope, headers: Headers, arrival: Arrival) -> Response | None:
        """Find out who it is, and return what to say where that is not enough."""
        cookies, authorization = cookie_parser(headers.get("cookie", "")), headers.get("authorization", "")
        visitor, row = self._visitors.who(cookies, authorization, arrival), rule(scope["method"], scope["path"])
        scope["arrival"], scope["visitor"] = arrival, visitor
        scope["welcome"] = lambda: self._visitors.who(cookies, authorization, arrival) == visitor
        if row is not None and row.needed is None:
            return None
        if visitor is None:
            return self._locked(scope["path"], arrival, scope["book"])
        if row is None:
            return refusal(404, f"there is no {scope['path'][:80]!r} here")
        if visitor.newcomer and row.route not in NEWCOMERS:
            chosen_first = refusal(403, "choose a password of your own first")
            return HTMLResponse(page(CHOOSE, scope["book"])) if row.route == "GET /" else chosen_first
        if not visitor.role.may(row.needed):
            return refusal(403, "only an installer may do this; ask whoever set up the box")
        return None

    def _visit(self, given: str, arrival: Arrival, book: Phrasebook) -> Response:
        """Take the secret from the address, begin a session, and clean the address."""
        if not self._visitors.holds_secret(given, arrival):
            return self._locked("/", arrival, book)
        noted = BackgroundTask(self._audit.note, THE_BOX, "opened the page", arrival.address)
        response = RedirectResponse("/", 303, background=noted)
        keep(response, cookie(arrival), self._visitors.admit_secret(), arrival, FAMILY)
        return response

    def _locked(self, path: str, arrival: Arrival, book: Phrasebook) -> Response:
        if path == "/":
            return HTMLResponse(page(LOCKED if arrival.local and not self._users() else SIGN_IN, book), 401)
        return refusal(401, "nobody is signed in; open the page and sign in")

    def _users(self) -> bool:
        try:
            return bool(self._visitors.users.all())
        except StoreError:
            return True  # the form will say what is wrong

    async def _save(self) -> None:
        """Write the sessions down, one at a time: a disk that does not answer takes one thread and no more."""
        if self._saving or not self._visitors.sessions.due:
            return
        self._saving = True
        try:
            await run_in_threadpool(self._visitors.sessions.save)
        finally:
            self._saving = False


def _icon(arrival: Arrival | Refused) -> str:
    """The one picture that a browser may load, by its whole address; a policy cannot name one of IPv6."""
    if isinstance(arrival, Refused) or "[" in arrival.origin:
        return "'none'"
    return f"{arrival.origin}{ICON}"


def keep(response: Response, name: str, value: str, arrival: Arrival, life: Life) -> None:
    """Put a cookie into the browser that no script can read and no other site can use."""
    age = round(life.whole)
    response.set_cookie(name, value, max_age=age, httponly=True, samesite="strict", secure=arrival.secure)


def drop(response: Response, name: str, arrival: Arrival) -> None:
    """Take a cookie out of the browser."""
    response.delete_cookie(name, httponly=True, samesite="strict", secure=arrival.secure)


class Refusal(Response):
    """Says no to whoever asked, in the language of the request; what is for programs has no translation."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(status_code=status)
        self._reason = reason

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request (the ASGI interface)."""
        headers = {name: value for name, value in self.headers.items() if name != "content-length"}
        answer = JSONResponse({"error": _told(self._reason, scope.get("book", ENGLISH))}, self.status_code, headers)
        answer.background = self.background
        await answer(scope, receive, send)


def _told(reason: str, book: Phrasebook) -> str:
    """Say why not; a reason may be a sentence of the core without its capital and its stop."""
    said = retold(reason, book)
    if said != reason:
        return said
    sentence = f"{reason[:1].upper()}{reason[1:]}."
    return reason if (said := retold(sentence, book)) == sentence else said


def refusal(status: int, reason: str) -> Response:
    """Say no, with what was wrong and what would be right."""
    return Refusal(status, reason)


def visitor_of(scope: Scope) -> Visitor:
    """Return who sent a request that the guard let through; who has signed in, where that is needed."""
    visitor: Visitor | None = scope["visitor"]
    assert visitor is not None  # noqa: S101 - the table of roles asks for one
    return visitor
