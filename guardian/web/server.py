"""The page's server: a few routes in a thread of its own, which the alarm never waits for."""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from guardian.errors import ConfigurationError, PayloadError, StoreError
from guardian.events import (
    Acknowledged,
    FallDrillAsked,
    HumanEvent,
    Judged,
    MissReported,
    PlaceAccepted,
    PlaceDeclined,
    ViewAccepted,
)
from guardian.feedback import unkept
from guardian.human_requests import REQUESTS, SOMEONE, understand
from guardian.settings import Web
from guardian.web import payload, words
from guardian.web.broadcast import Broadcast
from guardian.web.guard import Guard, refusal
from guardian.web.household import Household, Snapshot
from guardian.web.stream import EventStream

log = logging.getLogger(__name__)

VIA = "web"
STATIC = Path(__file__).parent / "static"
TYPES: Mapping[str, str] = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
MAX_BODY_BYTES = 1_024
LIMIT = 50
MAX_LIMIT = 500
MAX_WHO = 64
START_SECONDS = 10.0
STOP_SECONDS = 5.0


class Page:
    """The routes. `now` gives the monotonic seconds that human events carry."""

    def __init__(self, household: Household, now: Callable[[], float]) -> None:
        self.broadcast = Broadcast(household, now)
        self._household = household
        self._now = now
        self._files = {path.name: (path.read_bytes(), TYPES[path.suffix]) for path in STATIC.iterdir()}

    def routes(self) -> list[Route]:
        """Return every path that there is."""
        return [
            Route("/", self.index),
            Route("/static/{name}", self.static),
            Route("/favicon.ico", self.no_icon),
            Route("/api/stream", self.stream),
            Route("/api/people", self.people),
            Route("/api/incidents", self.incidents),
            Route("/api/incidents/{incident}/scene", self.scene),
            Route("/api/days", self.days),
            Route("/api/look", self.look),
            Route("/api/{request}", self.press, methods=["POST"]),
        ]

    async def index(self, _: Request) -> Response:
        """Give the page itself."""
        return self._file("index.html")

    async def static(self, request: Request) -> Response:
        """Give a script or the style sheet."""
        return self._file(request.path_params["name"])

    async def no_icon(self, _: Request) -> Response:
        """Browsers ask; there is no picture here, not even that one."""
        return Response(status_code=204)

    async def stream(self, _: Request) -> Response:
        """Tell what happens, as it happens."""
        return EventStream(self.broadcast)

    async def people(self, _: Request) -> Response:
        """Tell who is enrolled, and how enrolments go."""
        return JSONResponse(payload.known(self._household.snapshot()))

    async def incidents(self, request: Request) -> Response:
        """Give the latest incidents; `limit` is 1 to MAX_LIMIT."""
        text = request.query_params.get("limit", str(LIMIT))
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_LIMIT):
            raise HTTPException(400, f"limit is {text[:40]!r}; 1 to {MAX_LIMIT} would be right")
        return JSONResponse(payload.incidents(await run_in_threadpool(self._household.incidents, int(text))))

    async def scene(self, request: Request) -> Response:
        """Give the stick figures around an incident."""
        recorded = await run_in_threadpool(self._household.scene, request.path_params["incident"])
        if recorded is None:
            raise HTTPException(404, "nothing was recorded around this incident")
        return JSONResponse(payload.scene(recorded))

    async def look(self, _: Request) -> Response:
        """Give what the drill looks at."""
        return JSONResponse(payload.look(self._household.snapshot(), self._now()))

    async def days(self, request: Request) -> Response:
        """Give the days of `who`; of the household where nobody is named."""
        who = request.query_params.get("who", "")[:MAX_WHO]
        return JSONResponse(payload.days(await run_in_threadpool(self._household.days, who)))

    async def press(self, request: Request) -> Response:
        """Take what a human pressed: understood, still possible, and put into the core's queue."""
        name = request.path_params["request"]
        if name not in REQUESTS:
            raise HTTPException(404, f"there is no button {name[:40]!r}; one of {', '.join(REQUESTS)} would be right")
        body = await _body(request)
        snapshot = self._household.snapshot()
        rooms = [room.name for room in snapshot.rooms]
        unseen = {sensed.room for sensed in snapshot.senses} - {"", *rooms}
        event = replace(understand(name, body, self._now(), rooms, unseen=sorted(unseen)), via=VIA)
        if isinstance(event, Acknowledged) and event.by == SOMEONE:
            raise HTTPException(400, "by is missing; the name of who takes it would be right")
        _check_possible(name, event, snapshot)
        self._household.submit(event)
        return JSONResponse({"accepted": name}, 202)

    def _file(self, name: str) -> Response:
        if name not in self._files:
            raise HTTPException(404, f"there is no {name[:40]!r} here")
        content, media_type = self._files[name]
        return Response(content, media_type=media_type)


async def _body(request: Request) -> bytes:
    """Read a JSON body, but no more than the limit."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "Content-Type: application/json would be right")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(413, f"at most {MAX_BODY_BYTES} bytes would be right")
    return body


def _check_possible(name: str, event: HumanEvent, snapshot: Snapshot) -> None:
    """Refuse what can no longer be done: somebody else was faster, or time."""
    why_not = _why_not(event, snapshot)
    if why_not:
        raise HTTPException(409, why_not[:1].lower() + why_not[1:].rstrip("."))
    if isinstance(event, Judged) or event.incident is None:
        return
    incident = next((each for each in snapshot.incidents if each.id == event.incident), None)
    if incident is None:
        raise HTTPException(409, "this incident is already closed")
    if name not in words.actions(incident):
        possible = ", ".join(words.actions(incident))
        raise HTTPException(409, f"the incident is {incident.state.value} by now; {possible} would be right")


def _why_not(event: HumanEvent, snapshot: Snapshot) -> str:
    """Why what a human says of a room, or of what is over, makes no sense by now; nothing where it does."""
    room = next((each for each in snapshot.rooms if each.name == event.room), None)
    match event:
        case MissReported():
            return unkept(event, snapshot.feedback.reaches, snapshot.moment, on=snapshot.feedback.on)
        case PlaceAccepted() | PlaceDeclined():
            known = room is not None and event.number in [each.number for each in room.learned]
            return "" if known else "This place is no longer proposed; nothing was changed."
        case ViewAccepted():
            asked = room is not None and (room.moved or (event.fits and room.outdated))
            return "" if asked else "The camera of this room is not moved by now; nothing was changed."
        case FallDrillAsked() if event.seconds > 0:
            return _no_drill(event.room, snapshot)
        case Judged() if event.incident in {incident.id for incident in snapshot.incidents}:
            return "This incident is still open; close it, as helped or as a false alarm."
        case _:
            return ""


def _no_drill(room: str, snapshot: Snapshot) -> str:
    """Why there can be no fall drill in a room just now; nothing where there can."""
    if any(not each.drill and each.room in ("", room) for each in snapshot.incidents):
        return f"In the {room} something is the matter: see to that first, and close it."
    if any(each.drill for each in snapshot.incidents) or snapshot.drill is not None:
        return "Another drill is on; end it first."
    if any(each.room in ("", room) for each in snapshot.snoozes):
        return f"Alarms of the {room} are paused; end the pause first."
    return ""


async def _refuse(_: Request, error: Exception) -> Response:
    """Answer what could not be done, and why."""
    if isinstance(error, HTTPException):
        return refusal(error.status_code, error.detail)
    return refusal(400 if isinstance(error, PayloadError) else 503, str(error))


def application(household: Household, token: str, now: Callable[[], float]) -> tuple[Starlette, Broadcast]:
    """Put the page together: everything behind the guard, and the broadcast that lives as long as the application."""
    page = Page(household, now)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        looking = asyncio.create_task(page.broadcast.run())
        yield
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking

    return Starlette(
        routes=page.routes(),
        middleware=[Middleware(Guard, token=token)],
        exception_handlers=dict.fromkeys((HTTPException, PayloadError, StoreError), _refuse),
        lifespan=lifespan,
    ), page.broadcast


class _Server(uvicorn.Server):
    """Says when it is up, and from which loop it can be told to stop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()
        self.loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.loop = asyncio.get_running_loop()
        self.up.set()


class WebServer:
    """The page on loopback, in its own thread. `token` is the secret in its address (tokens.load_token)."""

    def __init__(
        self, settings: Web, household: Household, token: str, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._token = token
        self._socket: socket.socket | None = None
        self._port = settings.port
        app, self._broadcast = application(household, token, now)
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level=logging.WARNING,
            access_log=False,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="on",
            proxy_headers=False,
            server_header=False,
            limit_concurrency=128,
            timeout_graceful_shutdown=2,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._serve, name="web", daemon=True)

    @property
    def origin(self) -> str:
        """Where the page is, without the secret: http://127.0.0.1:8377. Only after `start`."""
        host = f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host
        return f"http://{host}:{self._port}"

    @property
    def address(self) -> str:
        """What a person opens once: the origin with the secret. Never write it to a log."""
        return f"{self.origin}/?token={self._token}"

    @property
    def alive(self) -> bool:
        """Whether it serves."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Bind and serve. Raises ConfigurationError where the port is taken or may not be used."""
        self._socket = self._bind()
        self._port = self._socket.getsockname()[1]
        self._thread.start()
        if not self._server.up.wait(START_SECONDS):
            message = f"the page did not start within {START_SECONDS:.0f} s on {self.origin}"
            raise ConfigurationError(message)
        log.info("event=page_served origin=%s", self.origin)

    def stop(self) -> None:
        """Send the viewers away and end the thread; doing it twice does no harm."""
        if self._server.loop is not None and not self._server.should_exit:
            with suppress(RuntimeError):  # the loop may just have ended by itself
                self._server.loop.call_soon_threadsafe(self._broadcast.close)
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def _bind(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._settings.host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self._settings.host, self._settings.port))
        except OSError as error:
            listener.close()
            message = (
                f"web.port: {self._settings.port} on {self._settings.host} cannot be used ({error.strerror});"
                " another one, or 0 for any that is free, would be right"
            )
            raise ConfigurationError(message) from error
        return listener

    def _serve(self) -> None:
        assert self._socket is not None  # noqa: S101
        self._server.run([self._socket])
