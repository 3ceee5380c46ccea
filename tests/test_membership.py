"""Who may come in, as an installer says it on the page, over HTTP as a browser speaks it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from browsing import TOKEN

from guardian.entrance import Web
from guardian.web.audit import Audit
from guardian.web.fakes import FakeHousehold
from guardian.web.household import RoomShown
from guardian.web.limits import ADDRESS
from guardian.web.membership import INVITED_SECONDS
from guardian.web.roles import ROUTES, Role
from guardian.web.server import WebServer
from guardian.web.users import Users, one_time_password

GOOD, OTHER, NEW = "violin harbour thimble", "anvil meadow lantern", "teapot gravel orchid"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Box:
    """A box with a caregiver and an installer, and clocks that a test turns."""

    def __init__(self, state: Path) -> None:
        self.state, self.now, self.wall = state, 1_000.0, 1_750_000_000.0
        self.users = Users(state)
        self.users.add("Anna", Role.CAREGIVER, GOOD)
        self.users.add("Otto", Role.INSTALLER, OTHER)
        household = FakeHousehold(RoomShown("kitchen"), monotonic=1_000.0)
        self.web = WebServer(Web(port=0), household, TOKEN, state, lambda: self.now, wall=lambda: self.wall)
        self.web.start()
        self.clients: list[httpx.Client] = []

    def browser(self) -> httpx.Client:
        client = httpx.Client(base_url=self.web.origin, trust_env=False, headers={"Origin": self.web.origin})
        self.clients.append(client)
        return client

    def signed_in(self, name: str, password: str) -> httpx.Client:
        client = self.browser()
        assert enter(client, name, password) == 200
        return client

    def done(self) -> list[tuple[str, str]]:
        return [(deed.who, deed.what) for deed in Audit(self.state, lambda: 0.0).latest(50)]


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    monkeypatch.setattr(Users.__init__, "__defaults__", (QUICK,))
    box = Box(tmp_path)
    yield box
    for client in box.clients:
        client.close()
    box.web.stop()


@pytest.fixture
def otto(box: Box) -> httpx.Client:
    return box.signed_in("Otto", OTHER)


def enter(client: httpx.Client, name: str, password: str) -> int:
    return client.post("/api/sign-in", json={"name": name, "password": password}).status_code


def change(client: httpx.Client, verb: str, **values: str) -> httpx.Response:
    return client.post(f"/api/users/{verb}", json=values)


def inside(client: httpx.Client) -> bool:
    """Whether the home is seen."""
    return client.get("/api/incidents").status_code == 200


def listed(client: httpx.Client) -> dict[str, tuple[str, int, bool]]:
    users = client.get("/api/users").json()["users"]
    return {each["name"]: (each["role"], each["devices"], bool(each["invited"])) for each in users}


def test_an_installer_sees_who_may_come_in_and_where_they_are(box: Box, otto: httpx.Client):
    assert listed(otto) == {"Anna": ("caregiver", 0, False), "Otto": ("installer", 1, False)}
    box.signed_in("Anna", GOOD)
    box.signed_in("Anna", GOOD)
    assert listed(otto)["Anna"] == ("caregiver", 2, False)
    assert "argon2" not in otto.get("/api/users").text


def test_who_is_let_in_gets_a_password_once_and_has_to_choose_another(box: Box, otto: httpx.Client):
    added = change(otto, "add", name="Maria", role="caregiver").json()
    assert added["password"] not in otto.get("/api/users").text
    assert listed(otto)["Maria"] == ("caregiver", 0, True)
    maria = box.signed_in("Maria", added["password"])
    page = maria.get("/")
    assert page.status_code == 200
    assert 'id="choose"' in page.text
    for row in ROUTES:
        method, path = row.split(" ")
        if (method == "GET" and path.startswith("/api/")) or path == "/static/{name}":
            assert maria.get(path.replace("{name}", "page.js")).status_code == 403
    assert maria.post("/api/help", json={}).status_code == 403
    assert maria.post("/api/password", json={"new": NEW}).status_code == 204
    assert inside(maria)
    assert 'id="choose"' not in maria.get("/").text
    assert listed(otto)["Maria"] == ("caregiver", 1, False)
    assert enter(box.browser(), "Maria", added["password"]) == 401
    assert enter(box.browser(), "Maria", NEW) == 200
    assert ("Otto", "let Maria in as caregiver") in box.done()
    assert ("Maria", "chose another password") in box.done()
    assert added["password"] not in str(box.done())


def test_a_one_time_password_cannot_be_kept(box: Box, otto: httpx.Client):
    password = change(otto, "add", name="Maria", role="caregiver").json()["password"]
    maria = box.signed_in("Maria", password)
    answer = maria.post("/api/password", json={"new": password})
    assert (answer.status_code, "another one would be right" in answer.text) == (400, True)
    assert not inside(maria)


def test_a_one_time_password_ends_after_a_week_and_so_does_what_was_begun_with_it(box: Box, otto: httpx.Client):
    password = change(otto, "add", name="Maria", role="caregiver").json()["password"]
    begun = box.signed_in("Maria", password)
    box.wall += INVITED_SECONDS - 1
    assert enter(box.browser(), "Maria", password) == 200
    box.wall += 2
    assert enter(box.browser(), "Maria", password) == 401
    assert begun.post("/api/password", json={"new": NEW}).status_code == 401


def test_another_role_counts_at_once_and_signs_out_everywhere(box: Box, otto: httpx.Client):
    anna = box.signed_in("Anna", GOOD)
    assert change(otto, "role", name="anna", role="installer").json()["role"] == "installer"
    assert not inside(anna)
    anna = box.signed_in("Anna", GOOD)
    assert listed(anna)["Anna"][0] == "installer"
    assert ("Otto", "gave Anna the role of installer") in box.done()


@pytest.mark.parametrize(("verb", "role"), [("remove", ""), ("role", "caregiver")])
def test_the_last_installer_stays(otto: httpx.Client, verb: str, role: str):
    refused = change(otto, verb, name="Otto", role=role)
    assert (refused.status_code, refused.json()["error"][:31]) == (409, "Otto is the last installer; mak")
    assert listed(otto)["Otto"][0] == "installer"
    assert change(otto, "role", name="Anna", role="installer").status_code == 200
    assert change(otto, verb, name="Otto", role=role).status_code == 200
    assert not inside(otto) or verb == "role"


def test_two_installers_who_remove_each_other_leave_one(box: Box, otto: httpx.Client):
    box.users.appoint("Anna", Role.INSTALLER)
    anna = box.signed_in("Anna", GOOD)
    pairs = ((otto, "Anna"), (anna, "Otto"))
    threads = [threading.Thread(target=change, args=(who, "remove"), kwargs={"name": whom}) for who, whom in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([user for user in box.users.all() if user.role is Role.INSTALLER]) == 1


def test_a_forgotten_password_is_replaced_and_a_lost_telephone_is_out(box: Box, otto: httpx.Client):
    lost = box.signed_in("Anna", GOOD)
    assert change(otto, "sign-out", name="Anna").json()["devices"] == 0
    assert not inside(lost)
    assert enter(lost, "Anna", GOOD) == 200
    password = change(otto, "reset", name="Anna").json()["password"]
    assert not inside(lost)
    assert enter(box.browser(), "Anna", GOOD) == 401
    assert enter(box.browser(), "Anna", password) == 200
    assert {("Otto", "signed Anna out everywhere"), ("Otto", "gave Anna a one-time password")} <= set(box.done())


def test_who_is_removed_sees_nothing_from_now_on(box: Box, otto: httpx.Client):
    anna = box.signed_in("Anna", GOOD)
    assert change(otto, "remove", name="Anna").json() == {}
    assert (inside(anna), enter(box.browser(), "Anna", GOOD)) == (False, 401)
    assert "Anna" not in listed(otto)
    assert ("Otto", "let Anna in no more") in box.done()


def test_everybody_chooses_their_own_password_and_only_with_the_old_one(box: Box):
    anna, tablet = box.signed_in("Anna", GOOD), box.signed_in("Anna", GOOD)
    for old in ("", "wrong", OTHER):
        assert anna.post("/api/password", json={"old": old, "new": NEW}).status_code == 409
    assert "10 to 200" in anna.post("/api/password", json={"old": GOOD, "new": "short"}).json()["error"]
    assert inside(tablet)
    assert anna.post("/api/password", json={"old": GOOD, "new": NEW}).status_code == 204
    assert (inside(anna), inside(tablet)) == (True, False)
    assert enter(box.browser(), "Anna", GOOD) == 401


def test_an_old_password_is_not_guessed_on_a_telephone_that_lies_about(box: Box):
    anna = box.signed_in("Anna", GOOD)
    for _ in range(ADDRESS.tries):
        assert anna.post("/api/password", json={"old": "guess", "new": NEW}).status_code == 409
    assert anna.post("/api/password", json={"old": GOOD, "new": NEW}).status_code == 429
    assert inside(anna)
    box.now += ADDRESS.seconds + 1
    assert anna.post("/api/password", json={"old": GOOD, "new": NEW}).status_code == 204


def test_a_page_that_was_taken_over_changes_no_hundred_users(otto: httpx.Client):
    answers = [change(otto, "sign-out", name="Anna").status_code for _ in range(ADDRESS.tries + 1)]
    assert answers == [200] * ADDRESS.tries + [429]


def test_another_web_site_changes_nobody(otto: httpx.Client):
    for path in [row.split(" ")[1] for row in ROUTES if row.startswith("POST /api/users/")] + ["/api/password"]:
        for origin in ("https://elsewhere.example", ""):
            values = {"name": "Anna", "role": "installer", "new": NEW}
            assert otto.post(path, json=values, headers={"Origin": origin}).status_code == 403
    assert listed(otto) == {"Anna": ("caregiver", 0, False), "Otto": ("installer", 1, False)}


def test_who_came_by_the_secret_changes_users_and_has_no_password(box: Box):
    secret = box.browser()
    assert secret.get(box.web.address).status_code == 303
    assert change(secret, "add", name="Maria", role="installer").status_code == 200
    assert secret.post("/api/password", json={"new": NEW}).status_code == 409
    assert change(secret, "remove", name="Otto").status_code == 200
    assert change(secret, "remove", name="Maria").status_code == 409


@pytest.mark.parametrize("body", ["", "[]", '"x"', '{"name": 3}', '{"name": null}', "{"])
def test_what_is_no_request_is_refused(otto: httpx.Client, body: str):
    answer = otto.post("/api/users/add", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


@pytest.mark.parametrize(("values", "status"), [({"name": ""}, 409), ({"role": "king"}, 400), ({"name": "Anna"}, 409)])
def test_nobody_strange_is_let_in(otto: httpx.Client, values: dict[str, str], status: int):
    assert change(otto, "add", **{"name": "Maria", "role": "caregiver", **values}).status_code == status
    assert "password" not in change(otto, "add", name="Anna", role="caregiver").json()


def test_a_one_time_password_can_be_read_out_and_is_long_enough(box: Box):
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert all(len(each) == 19 and set(each) <= set("abcdefghjkmnpqrstuvwxyz-") for each in made)
    for password in list(made)[:20]:
        box.users.change("Anna", password)
