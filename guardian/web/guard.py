"""Who may come in: the host must be this machine, the token must be known, and what is pressed must come from our page.

A web site elsewhere can make a browser send requests to loopback. It cannot fake the host of a page (DNS rebinding ends
at the check of Host), has no token, and its Origin is not ours.
"""

import hmac
import re
from collections.abc import Mapping
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "guardian"
COOKIE_SECONDS = 365 * 86_400
OPEN_PATHS = frozenset({"/static/page.css"})
"""What the page that says "no" needs; it tells nothing."""

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'none'; media-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none';"
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
"""On every response. No picture is ever shown, so that none may be loaded either."""

_LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)

LOCKED = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Guardian is locked</title><link rel="stylesheet" href="/static/page.css"></head>
<body class="locked"><main>
<h1>This page is locked</h1>
<p>Guardian shows a home only to those who have its address with the secret in it.</p>
<p>The address is printed where Guardian was started. It ends in <code>/?token=…</code>: open it once in this browser,
and the browser remembers. The secret itself is in the file <code>web-token</code> in Guardian's state directory
(<code>sudo cat /var/lib/guardian/web-token</code> on a usual installation).</p>
<p>You watch over this home and see this page by surprise? The alarm on the box works without this page.</p>
</main></body></html>
"""


class Guard:
    """Lets a request through to `app` only where all of this holds, and puts HEADERS on whatever is answered."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (the ASGI interface)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        answer = self._answer(scope) or self._app
        await answer(scope, receive, send_guarded)

    def _answer(self, scope: Scope) -> Response | None:
        """Return what to say instead of letting the request through, or None."""
        headers, path = Headers(scope=scope), scope["path"]
        host = headers.get("host", "")
        if not _LOOPBACK.fullmatch(host):
            return refusal(403, f"the host {host[:80]!r} is not this machine; http://127.0.0.1 would be right")
        if path in OPEN_PATHS:
            return None
        if path == "/" and scope["query_string"]:
            return self._visit(scope)
        if not self._known(cookie_parser(headers.get("cookie", "")).get(COOKIE, "")):
            return self._locked(path)
        if scope["method"] not in {"GET", "HEAD"} and headers.get("origin") != f"http://{host}":
            return refusal(403, f"only Guardian's own page may do this; Origin: http://{host} would be right")
        return None

    def _visit(self, scope: Scope) -> Response:
        """Take the token from the address, keep it in a cookie that no script can read, and clean the address."""
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if not self._known(given):
            return self._locked("/")
        response = RedirectResponse("/", 303)
        response.set_cookie(COOKIE, given, max_age=COOKIE_SECONDS, httponly=True, samesite="strict")
        return response

    def _known(self, given: str) -> bool:
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._token)

    def _locked(self, path: str) -> Response:
        if path == "/":
            return HTMLResponse(LOCKED, 401)
        return refusal(401, "no token, or a wrong one; open the address that Guardian printed at its start")


def refusal(status: int, reason: str) -> JSONResponse:
    """Say no, with what was wrong and what would be right."""
    return JSONResponse({"error": reason}, status)
