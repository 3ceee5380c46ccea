"""Signing in and out, and what each role may do, over real sockets."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from waiting import eventually

from guardian.entrance import Web
from guardian.events import Acknowledged
from guardian.human_requests import REQUESTS
from guardian.incident import Incident, IncidentState
from guardian.web import body, guard, sign_in, stream, visitors
from guardian.web.audit import Audit
from guardian.web.fakes import FakeHousehold
from guardian.web.household import RoomShown
from guardian.web.limits import ADDRESS, Limits
from guardian.web.roles import ROUTES, Role
from guardian.web.server import WebServer
from guardian.web.sessions import DAY
from guardian.web.users import USERS_FILE, Users

TOKEN = "t" * 43
GOOD, OTHER, GUESS = "violin harbour thimble", "eleven green kettles", "guess guess"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Box:
    """A box whose page is served, with two users, and clocks that a test turns."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.now, self.wall = 1_000.0, 1_750_000_000.0
        self.users = Users(state, QUICK)
        self.users.add("Anna", Role.CAREGIVER, GOOD)
        self.users.add("Otto", Role.INSTALLER, OTHER)
        self.household = FakeHousehold(RoomShown("kitchen"), monotonic=1_000.0)
        self.web = WebServer(Web(port=0), self.household, TOKEN, state, lambda: self.now, wall=lambda: self.wall)
        self.web.start()
        self.clients: list[httpx.Client] = []

    def restart(self) -> None:
        port = int(self.web.origin.rpartition(":")[2])
        self.web.stop()
        self.web = WebServer(
            Web(port=port), self.household, TOKEN, self.state, lambda: self.now, wall=lambda: self.wall
        )
        self.web.start()

    def browser(self) -> httpx.Client:
        client = httpx.Client(base_url=self.web.origin, trust_env=False, headers={"Origin": self.web.origin})
        self.clients.append(client)
        return client

    def signed_in(self, name: str, password: str) -> httpx.Client:
        client = self.browser()
        assert client.post("/api/sign-in", json={"name": name, "password": password}).status_code == 200
        return client


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    monkeypatch.setattr(Users.__init__, "__defaults__", (QUICK,))
    box = Box(tmp_path)
    yield box
    for client in box.clients:
        client.close()
    box.web.stop()


@pytest.fixture
def anna(box: Box) -> httpx.Client:
    return box.signed_in("Anna", GOOD)


@pytest.fixture
def otto(box: Box) -> httpx.Client:
    return box.signed_in("Otto", OTHER)


def enter(client: httpx.Client, name: str = "Anna", password: str = GOOD) -> httpx.Response:
    return client.post("/api/sign-in", json={"name": name, "password": password})


def test_whoever_is_not_signed_in_is_shown_the_form_and_nothing_of_the_home(box: Box):
    answer = box.browser().get("/")
    assert answer.status_code == 401
    assert 'id="sign-in"' in answer.text
    assert "token" not in answer.text
    assert box.household.looked == 0


def test_a_name_and_its_password_open_the_page(box: Box):
    client = box.browser()
    answer = enter(client, " anna ")
    assert answer.json() == {"name": "Anna", "role": "caregiver"}
    session, device = answer.headers.get_list("set-cookie")
    for text in (session, device):
        assert "httponly" in text.lower()
        assert "samesite=strict" in text.lower()
        assert "secure" not in text.lower()
    assert client.get("/").status_code == 200
    assert client.get("/api/me").json() == {"name": "Anna", "role": "caregiver"}


def test_who_signs_out_is_out_everywhere_in_that_browser(box: Box, anna: httpx.Client):
    stolen = dict(anna.cookies)
    assert anna.post("/api/sign-out").status_code == 204
    assert "guardian" not in anna.cookies
    assert anna.get("/api/me").status_code == 401
    thief = box.browser()
    thief.cookies.update(stolen)
    assert thief.get("/api/me").status_code == 401


def test_a_stranger_learns_nothing_from_a_refusal(box: Box):
    answers = [enter(box.browser(), name, "not the password") for name in ("Anna", "Zoe", "")]
    answers.append(enter(box.browser(), "Zoe", GOOD))
    assert {(answer.status_code, answer.text) for answer in answers} == {
        (401, json.dumps({"error": sign_in.WRONG}, separators=(",", ":")))
    }
    assert all("set-cookie" not in answer.headers for answer in answers)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b'{"name": "Anna"}', 400),
        (b'{"name": 1, "password": "x"}', 400),
        (b'{"name": "\\ud800", "password": "\\ud800"}', 401),
        (b'{"name": "' + b"x" * 2_000 + b'"}', 413),
    ],
)
def test_nonsense_is_refused(box: Box, content: bytes, status: int):
    answer = box.browser().post("/api/sign-in", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, bool(answer.json()["error"])) == (status, True)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
def test_no_other_site_signs_anybody_in_or_out(box: Box, anna: httpx.Client, origin: str):
    assert anna.post("/api/sign-out", headers={"Origin": origin}).status_code == 403
    values = {"name": "Anna", "password": GOOD}
    assert box.browser().post("/api/sign-in", json=values, headers={"Origin": origin}).status_code == 403
    assert anna.get("/api/me").status_code == 200


def test_a_machine_that_guesses_is_told_to_wait(box: Box):
    client = box.browser()
    for _ in range(ADDRESS.tries):
        assert enter(client, password=GUESS).status_code == 401
    answer = enter(client)
    assert answer.status_code == 429
    assert answer.json()["error"] == "Too many tries. Wait 1 minute, then try again"
    assert answer.headers["retry-after"] == "60"
    box.now += 60
    assert enter(client).status_code == 200


def test_a_device_that_is_known_comes_in_while_strangers_try_its_name(box: Box, anna: httpx.Client):
    anna.post("/api/sign-out")
    stranger = box.browser()
    for _ in range(ADDRESS.tries):
        enter(stranger, password=GUESS)
    assert enter(stranger).status_code == 429
    assert enter(anna, "Otto", OTHER).status_code == 429
    assert enter(anna).status_code == 200


def test_a_name_has_one_bucket_however_it_is_written(box: Box, monkeypatch: pytest.MonkeyPatch):
    asked = []
    monkeypatch.setattr(Limits, "take", lambda _self, _address, name, _device: asked.append(name) or 0.0)
    for name in ("Anna", " aNNA ", "\uff21nna"):
        assert enter(box.browser(), name, GUESS).status_code == 401
    assert asked == ["anna"] * 3


def test_an_address_with_more_behind_it_is_the_page_too(anna: httpx.Client):
    assert anna.get("/", params={"from": "home screen"}).status_code == 200


def test_passwords_are_tried_one_by_one_and_few_wait(box: Box, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sign_in, "MOST_WAITING", 1)
    trying, go_on = threading.Event(), threading.Event()

    def slow(*_: object) -> None:
        trying.set()
        go_on.wait(10)

    monkeypatch.setattr(Users, "check", slow)
    first = threading.Thread(target=enter, args=(box.browser(),))
    first.start()
    assert trying.wait(10)
    answer = enter(box.browser())
    go_on.set()
    first.join()
    assert (answer.status_code, answer.json()["error"]) == (503, sign_in.BUSY)


def test_a_damaged_file_of_users_is_told_and_keeps_who_is_in(box: Box, anna: httpx.Client):
    (box.state / USERS_FILE).write_text("{")
    answer = enter(box.browser())
    assert (answer.status_code, "is damaged" in answer.json()["error"]) == (503, True)
    assert anna.get("/api/me").status_code == 200
    assert box.browser().get("/").status_code == 401


@pytest.mark.parametrize(
    "end",
    [
        lambda box: box.users.remove("Anna"),
        lambda box: box.users.change("Anna", OTHER),
        lambda box: setattr(box, "wall", box.wall + 400 * DAY),
    ],
)
def test_a_session_ends_with_its_user_its_password_and_its_time(
    box: Box, anna: httpx.Client, end: Callable[[Box], None]
):
    assert anna.get("/api/me").status_code == 200
    end(box)
    assert anna.get("/api/me").status_code == 401


def test_a_restart_signs_nobody_out(box: Box, anna: httpx.Client):
    anna.get("/api/me")
    box.restart()
    assert anna.get("/api/me").json()["name"] == "Anna"


def test_the_stream_ends_soon_after_its_listener_is_no_user_any_more(
    box: Box, anna: httpx.Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(stream, "WELCOME_SECONDS", 0.05)
    with anna.stream("GET", "/api/stream") as response:
        chunks = response.iter_raw()
        next(chunks)
        box.users.remove("Anna")
        tuple(chunks)  # goes on for ever where the stream does not end
    assert anna.get("/api/stream").status_code == 401


def test_what_a_user_does_is_done_by_that_user_whatever_the_page_says(box: Box, anna: httpx.Client):
    raised = Incident(
        id="i1", room="kitchen", kind="FallConfirmed", state=IncidentState.RAISED, opened=990.0, changed=990.0
    )
    box.household.show(incidents=(raised,))
    for values in ({"incident": "i1"}, {"incident": "i1", "by": "Otto"}):
        assert anna.post("/api/acknowledge", json=values).status_code == 202
        assert box.household.submitted.get() == Acknowledged(time=1_000.0, by="Anna", via="web", incident="i1")


NEEDS = {
    "GET /api/incidents/{incident}/scene": ("GET", "/api/incidents/i1/scene"),
    "GET /static/{name}": ("GET", "/static/page.js"),
}
REFUSED = {401, 403}


@pytest.mark.parametrize("row", [row for row in ROUTES if row != "GET /api/stream"])
def test_every_route_is_for_its_role_and_no_other(box: Box, anna: httpx.Client, otto: httpx.Client, row: str):
    method, path = NEEDS.get(row, tuple(row.split(" ")))

    def status(client: httpx.Client) -> int:
        return client.request(method, path, json={} if method == "POST" else None).status_code

    stranger, caregiver, installer = status(box.browser()), status(anna), status(otto)
    needed = ROUTES[row]
    assert (stranger in REFUSED) == (needed is not None)
    assert (caregiver in REFUSED) == (needed is Role.INSTALLER)
    assert installer not in REFUSED
    if needed is Role.INSTALLER:
        assert caregiver == 403
        assert box.household.submitted.qsize() <= 1


def test_a_caregiver_changes_nothing_of_the_box(box: Box, anna: httpx.Client):
    for name in REQUESTS:
        if ROUTES[f"POST /api/{name}"] is Role.INSTALLER:
            answer = anna.post(f"/api/{name}", json={"name": "x", "place": 1, "who": "household"})
            assert answer.status_code == 403
            assert answer.json()["error"] == "only an installer may do this; ask whoever set up the box"
    assert box.household.submitted.empty()


def test_what_was_done_is_told_to_the_installer(box: Box, anna: httpx.Client, otto: httpx.Client):
    done = ["Anna signed in", "Otto signed in"]

    def noted(*deeds: str) -> None:
        """Each is noted after its answer was given, so the next is done once they are told."""
        done.extend(deeds)
        eventually(lambda: len(otto.get("/api/audit").json()["deeds"]) >= len(done), f"told: {done}", 30.0)

    noted()
    enter(box.browser(), "Zoe", "my secret word")
    noted("somebody unknown tried to sign in, and could not")
    enter(box.browser(), "my secret word", "x")
    noted("somebody unknown tried to sign in, and could not")
    anna.post("/api/snooze", json={"seconds": 600, "room": "kitchen"})
    noted("Anna paused alarms for 10 minutes: kitchen")
    anna.post("/api/snooze", json={"seconds": 0})
    noted("Anna ended the pause of alarms")
    otto.post("/api/enrol", json={"name": "Mary", "room": "kitchen"})
    noted("Otto let the box get to know somebody: Mary, kitchen")
    anna.post("/api/sign-out")
    noted("Anna signed out")
    told = otto.get("/api/audit").json()["deeds"]
    said = [f"{deed['who']} {deed['what']}" for deed in reversed(told)]
    assert sorted(said[:2]) == done[:2]
    assert said[2:] == done[2:]
    assert {deed["whence"] for deed in told} == {"127.0.0.1"}
    assert told[0]["when"].startswith("2025-06-15T")
    assert "secret word" not in json.dumps(told)
    assert Audit(box.state, lambda: 0.0).latest(1)[0].what == "signed out"


# Whoever has the secret of the box


def test_the_secret_makes_an_installer_without_a_name(box: Box):
    client = box.browser()
    assert client.get(box.web.address).status_code == 303
    assert TOKEN not in client.cookies.values()
    assert client.get("/api/me").json() == {"name": "", "role": "installer"}
    assert client.post("/api/enrol", json={"name": "Mary", "by": "me"}).status_code == 202
    assert box.household.submitted.get().by == "me"
    client.post("/api/sign-out")
    assert client.get("/api/me").status_code == 401
    done = [(deed.who, deed.what) for deed in reversed(Audit(box.state, lambda: 0.0).latest(9))]
    who = "whoever has the secret of the box"
    enrolled = "let the box get to know somebody: Mary, kitchen"
    assert done == [(who, "opened the page"), ("me", enrolled), (who, "signed out")]


def test_another_secret_ends_what_the_old_one_began(box: Box):
    client = box.browser()
    client.get(box.web.address)
    box.web.stop()
    port = int(box.web.origin.rpartition(":")[2])
    box.web = WebServer(Web(port=port), box.household, "u" * 43, box.state, wall=lambda: box.wall)
    box.web.start()
    assert client.get("/api/me").status_code == 401


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer x", f"Bearer {'u' * 43}", f"Basic {TOKEN}", TOKEN])
def test_a_wrong_secret_opens_nothing(box: Box, given: str):
    assert box.browser().get("/api/me", headers={"Authorization": given}).status_code == 401


def test_the_secret_in_a_header_opens_what_the_command_line_asks_for(box: Box):
    answer = box.browser().get("/api/people", headers={"Authorization": f"{visitors.BEARER}{TOKEN}"})
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers


def test_a_body_that_does_not_come_is_not_waited_for(box: Box, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(body, "BODY_SECONDS", 0.05)
    host = box.web.origin.removeprefix("http://")
    head = f"POST /api/sign-in HTTP/1.1\r\nHost: {host}\r\nOrigin: {box.web.origin}\r\n"
    head += "Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{"
    with socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2])), timeout=10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 408 ")


def test_every_page_that_may_be_shown_has_the_headers(box: Box):
    answer = box.browser().get("/")
    for name, value in guard.HEADERS.items():
        assert answer.headers[name] == value.format(icon=f"{box.web.origin}/static/icon.svg")
