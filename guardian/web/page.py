"""The routes of the page: what it gives, and what it takes from whoever may press something."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from guardian.drawn import Drawing, objection
from guardian.errors import PayloadError
from guardian.events import (
    Acknowledged,
    FallDrillAsked,
    HumanEvent,
    Judged,
    MissReported,
    PauseAsked,
    PlaceAccepted,
    PlaceDeclined,
    PlaceDrawn,
    PlaceRemoved,
    PlaceRestored,
    ViewAccepted,
)
from guardian.feedback import unkept
from guardian.human_requests import SOMEONE, understand
from guardian.pause import refusal as unpausable
from guardian.web import boxes, payload, words
from guardian.web.audit import Audit
from guardian.web.body import read_json
from guardian.web.broadcast import Broadcast
from guardian.web.guard import refusal, visitor_of
from guardian.web.household import Household, RoomShown, Snapshot
from guardian.web.membership import Membership
from guardian.web.roles import ROUTES, buttons
from guardian.web.sign_in import SignIn
from guardian.web.stream import EventStream
from guardian.web.tongues import Tongues, page

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

VIA = "web"
STATIC = Path(__file__).parent / "static"
TYPES: Mapping[str, str] = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
}
"""Of everything that there is to give. The one picture is our own icon: docs/decisions/0015-who-opens-the-page.md."""
LIMIT = 50
MAX_LIMIT = 500
MAX_WHO = 64
DEEDS = 200
"""How many of the latest deeds the page shows."""


class Page:
    """The routes. `now` gives the monotonic seconds that human events carry."""

    def __init__(
        self,
        household: Household,
        sign_in: SignIn,
        membership: Membership,
        audit: Audit,
        now: Callable[[], float],
        *,
        tongues: Tongues,
    ) -> None:
        self.broadcast = Broadcast(household, now)
        self._household = household
        self._sign_in = sign_in
        self._membership = membership
        self._audit = audit
        self._tongues = tongues
        self._now = now
        self._files = {path.name: (path.read_bytes(), TYPES[path.suffix]) for path in STATIC.iterdir()}

    def routes(self) -> list[Route]:
        """Return every path that there is, in the order of the table of roles."""
        endpoints: dict[str, Endpoint] = {
            "GET /": self.index,
            "GET /password": self.password,
            "GET /favicon.ico": self.no_icon,
            "GET /static/texts.js": self.texts,
            "POST /api/sign-in": self._sign_in.sign_in,
            "POST /api/sign-out": self._sign_in.sign_out,
            "GET /api/me": self._sign_in.me,
            **self._membership.endpoints(),
            "GET /api/stream": self.stream,
            "GET /api/people": self.people,
            "GET /api/incidents": self.incidents,
            "GET /api/incidents/{incident}/scene": self.scene,
            "GET /api/days": self.days,
            "GET /api/look": self.look,
            "GET /api/audit": self.audit,
            "GET /api/places": self.places,
            **{f"POST /api/{name}": partial(self.press, name) for name in buttons()},
        }
        rows = [(row, *row.split(" ")) for row in ROUTES]
        return [Route(path, endpoints.get(row, self.static), methods=[method]) for row, method, path in rows]

    async def index(self, request: Request) -> Response:
        """Give the page itself."""
        return self._file("index.html", request)

    async def password(self, request: Request) -> Response:
        """Give the page on which one chooses another password."""
        return self._file("password.html", request)

    async def texts(self, request: Request) -> Response:
        """Give what the scripts say, in the language of whoever asks."""
        return Response(self._tongues.script(request.scope["book"]), media_type=TYPES[".js"])

    async def static(self, request: Request) -> Response:
        """Give a script or the style sheet."""
        return self._file(request.url.path.rpartition("/")[2], request)

    async def no_icon(self, _: Request) -> Response:
        """Browsers ask; there is no picture here, not even that one."""
        return Response(status_code=204)

    async def stream(self, request: Request) -> Response:
        """Tell what happens, as it happens, for as long as whoever listens is welcome."""
        return EventStream(self.broadcast, request.scope["welcome"], request.scope["book"])

    async def people(self, request: Request) -> Response:
        """Tell who is enrolled, and how enrolments go."""
        return JSONResponse(payload.known(self._household.snapshot(), request.scope["book"]))

    async def incidents(self, request: Request) -> Response:
        """Give the latest incidents; `limit` is 1 to MAX_LIMIT."""
        text = request.query_params.get("limit", str(LIMIT))
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_LIMIT):
            raise HTTPException(400, f"limit is {text[:40]!r}; 1 to {MAX_LIMIT} would be right")
        found = await run_in_threadpool(self._household.incidents, int(text))
        return JSONResponse(payload.incidents(found, request.scope["book"]))

    async def scene(self, request: Request) -> Response:
        """Give the stick figures around an incident."""
        recorded = await run_in_threadpool(self._household.scene, request.path_params["incident"])
        if recorded is None:
            raise HTTPException(404, "nothing was recorded around this incident")
        return JSONResponse(payload.scene(recorded, request.scope["book"]))

    async def days(self, request: Request) -> Response:
        """Give the days of `who`; of the household where nobody is named."""
        who = request.query_params.get("who", "")[:MAX_WHO]
        return JSONResponse(payload.days(await run_in_threadpool(self._household.days, who)))

    async def look(self, _: Request) -> Response:
        """Give what the drill looks at."""
        return JSONResponse(payload.look(self._household.snapshot(), self._now()))

    async def audit(self, request: Request) -> Response:
        """Tell who did what, the newest first."""
        zone = self._household.snapshot().moment.wall.tzinfo
        done = await run_in_threadpool(self._audit.latest, DEEDS)
        return JSONResponse(payload.deeds(done, zone, request.scope["book"]))

    async def places(self, request: Request) -> Response:
        """Give what whoever draws the places of `room` goes by."""
        name = request.query_params.get("room", "")
        room = next((each for each in self._household.snapshot().rooms if each.name == name), None)
        if room is None:
            raise HTTPException(404, f"there is no room {name[:40]!r} with a camera")
        return JSONResponse(await run_in_threadpool(payload.places, room))

    async def press(self, name: str, request: Request) -> Response:
        """Take what a human pressed: understood, still possible, and put into the core's queue."""
        body, visitor = await read_json(request), visitor_of(request.scope)
        snapshot = self._household.snapshot()
        rooms = [room.name for room in snapshot.rooms]
        unseen = {sensed.room for sensed in snapshot.senses} - {"", *rooms}
        event = replace(understand(name, body, self._now(), rooms, unseen=sorted(unseen)), via=VIA)
        if visitor.name:
            event = replace(event, by=visitor.name)
        if isinstance(event, Acknowledged) and event.by == SOMEONE:
            raise HTTPException(400, "by is missing; the name of who takes it would be right")
        _check_possible(name, event, snapshot)
        self._household.submit(event)
        noted = BackgroundTask(self._audit.note, event.by, words.deed(name, event), request.scope["arrival"].address)
        return JSONResponse({"accepted": name}, 202, background=noted)

    def _file(self, name: str, request: Request) -> Response:
        if name not in self._files:
            raise HTTPException(404, f"there is no {name[:40]!r} here")
        content, media_type = self._files[name]
        book = request.scope["book"]
        if media_type == TYPES[".html"]:
            return Response(page(content.decode(), book), media_type=media_type)
        if media_type == TYPES[".webmanifest"]:
            return Response(self._tongues.manifest(content, book), media_type=media_type)
        return Response(content, media_type=media_type)


def _check_possible(name: str, event: HumanEvent, snapshot: Snapshot) -> None:
    """Refuse what can no longer be done: somebody else was faster, or time."""
    why_not = _why_not(event, snapshot)
    if why_not:
        raise HTTPException(409, why_not[:1].lower() + why_not[1:].rstrip("."))
    if isinstance(event, Judged) or event.incident is None:
        return
    known = (each.incident for each in boxes.everywhere(snapshot))
    incident = next((each for each in known if each.id == event.incident), None)
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
        case PlaceAccepted() | PlaceDeclined() | PlaceDrawn() | PlaceRemoved() | PlaceRestored():
            return _no_place(event, room, snapshot)
        case ViewAccepted():
            asked = room is not None and (room.moved or (event.fits and room.outdated))
            return "" if asked else "The camera of this room is not moved by now; nothing was changed."
        case PauseAsked() | FallDrillAsked() if event.seconds != 0:
            return _no_pause(event, snapshot) if isinstance(event, PauseAsked) else _no_drill(event.room, snapshot)
        case Judged() if event.incident in {incident.id for incident in snapshot.incidents}:
            return "This incident is still open; close it, as helped or as a false alarm."
        case _:
            return ""


def _no_pause(event: PauseAsked, snapshot: Snapshot) -> str:
    """Why no camera can be paused just now; nothing where one can."""
    snoozed, drill = [each.room for each in snapshot.snoozes], snapshot.drill
    return unpausable(event, snapshot.incidents, snoozed, None if drill is None else drill.room)


def _no_place(event: PlaceAccepted | PlaceDeclined | Drawing, room: RoomShown | None, snapshot: Snapshot) -> str:
    """Why nothing can be said of a place just now; nothing where it can. Of a drawn one the core asks again."""
    if room is None:
        return "There is no such room; nothing was changed."
    if isinstance(event, PlaceAccepted | PlaceDeclined):
        known = event.number in [each.number for each in room.learned]
        return "" if known else "This place is no longer proposed; nothing was changed."
    learned = [each.place.name for each in room.learned if each.accepted]
    return objection(event, room.drawn, learned, incidents=snapshot.incidents, moved=room.moved)


def _no_drill(room: str, snapshot: Snapshot) -> str:
    """Why there can be no fall drill in a room just now; nothing where there can."""
    if any(not each.drill and each.room in ("", room) for each in snapshot.incidents):
        return f"In the {room} something is the matter: see to that first, and close it."
    if any(each.drill for each in snapshot.incidents) or snapshot.drill is not None:
        return "Another drill is on; end it first."
    if any(each.room in ("", room) for each in snapshot.snoozes):
        return f"Alarms of the {room} are paused; end the pause first."
    if any(each.room == room for each in snapshot.pauses):
        return f"The camera of the {room} is paused; end the pause first."
    return ""


async def refuse(_: Request, error: Exception) -> Response:
    """Answer what could not be done, and why."""
    if isinstance(error, HTTPException):
        answer = refusal(error.status_code, error.detail)
        answer.headers.update(error.headers or {})
        return answer
    return refusal(400 if isinstance(error, PayloadError) else 503, str(error))
