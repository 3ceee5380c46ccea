"""The one table of who may do what; nothing is reachable that is not in it."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route

from guardian.entrance import Web
from guardian.human_requests import REQUESTS
from guardian.web import page, words
from guardian.web.audit import Audit
from guardian.web.doors import Doors
from guardian.web.fakes import FakeHousehold
from guardian.web.guard import Guard
from guardian.web.roles import ROUTES, Role, buttons, rule
from guardian.web.server import application
from guardian.web.sessions import Sessions
from guardian.web.users import Users
from guardian.web.visitors import Visitors

TOKEN = "t" * 43


def test_an_installer_may_all_that_a_caregiver_may():
    for needed in (None, Role.CAREGIVER):
        assert Role.CAREGIVER.may(needed)
        assert Role.INSTALLER.may(needed)
    assert Role.INSTALLER.may(Role.INSTALLER)
    assert not Role.CAREGIVER.may(Role.INSTALLER)


def test_every_button_has_a_row_and_a_word_in_the_record():
    assert buttons() == tuple(REQUESTS)
    assert set(words.DEEDS) == set(REQUESTS)


@pytest.mark.parametrize(
    ("method", "path", "row"),
    [
        ("GET", "/", "GET /"),
        ("HEAD", "/", "GET /"),
        ("POST", "/", None),
        ("GET", "/static/page.css", "GET /static/page.css"),
        ("GET", "/static/page.js", "GET /static/{name}"),
        ("GET", "/static/a/b", None),
        ("GET", "/api/incidents/x/scene", "GET /api/incidents/{incident}/scene"),
        ("GET", "/api/acknowledge", None),
        ("POST", "/api/launch", None),
        ("DELETE", "/api/people", None),
        ("GET", "//", None),
    ],
)
def test_the_row_of_a_request(method: str, path: str, row: str | None):
    found = rule(method, path)
    assert (found.route if found else None) == row


def told_by(household: FakeHousehold, state: Path) -> tuple[Starlette, Visitors]:
    visitors = Visitors(TOKEN, Users(state), Sessions(state, lambda: 0.0))
    app, _ = application(Web(), household, visitors, Audit(state, lambda: 0.0), lambda: 0.0)
    return app, visitors


def asked(app: Starlette | Guard, method: str, path: str, *, known: bool) -> int:
    """The status of the answer to a request from this machine."""
    headers = [(b"host", b"127.0.0.1"), (b"origin", b"http://127.0.0.1")]
    headers += [(b"authorization", f"Bearer {TOKEN}".encode())] * known
    scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b""}
    scope |= {"scheme": "http", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2), "headers": headers}
    found: list[int] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b""} if not found else {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            found.append(int(str(message["status"])))

    asyncio.run(app(scope, receive, send))
    return found[0]


def test_the_table_and_the_routes_are_the_same(tmp_path: Path):
    app, _ = told_by(FakeHousehold(), tmp_path)
    served = [f"{method} {route.path}" for route in app.routes for method in route.methods - {"HEAD"}]
    assert served == list(ROUTES)


def test_a_route_that_is_in_no_table_is_reached_by_nobody(tmp_path: Path):
    _, visitors = told_by(FakeHousehold(), tmp_path)

    async def secret(_: object) -> Response:
        return Response("secret")

    routes = [Route("/api/secret", secret), Route("/static/x/secret", secret)]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Guard, doors=Doors(Web()), visitors=visitors, audit=Audit(tmp_path, lambda: 0.0))],
    )
    for path in ("/api/secret", "/static/x/secret"):
        assert asked(app, "GET", path, known=False) == 401
        assert asked(app, "GET", path, known=True) == 404


@given(
    st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE"]),
    st.from_regex(r"/(api|static)?/?[a-z./%{}-]{0,12}", fullmatch=True) | st.text(max_size=20).map("/".__add__),
)
def test_without_a_row_that_is_open_to_anybody_a_stranger_gets_nowhere(method: str, path: str):
    row = rule(method, path)
    passed = []

    async def behind(*_: object) -> None:
        passed.append(path)

    class Nobody:
        """Lets nobody in, and has nothing to save."""

        users = sessions = None

        def who(self, *_: object) -> None:
            return None

    doors = Doors(Web())
    guard = Guard(behind, doors, Nobody(), Audit(Path("/nowhere"), lambda: 0.0))
    headers = [(b"host", b"127.0.0.1"), (b"origin", b"http://127.0.0.1")]
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers}
    scope |= {"scheme": "http", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2)}
    answer = guard._answer(scope, doors.arrival(scope)) if path != "/" else "the form"
    assert (answer is None) == (row is not None and row.needed is None and path != "/")


def test_only_what_tells_nothing_of_the_home_is_open():
    opened = [row for row, needed in ROUTES.items() if needed is None]
    assert all(row.startswith("GET /static/") or row in {"GET /worker.js", "POST /api/sign-in"} for row in opened)
    for row in opened:
        if row.startswith("GET /static/"):
            name = row.rpartition("/")[2]
            assert name == "texts.js" or (page.STATIC / name).is_file()
