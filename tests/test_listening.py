"""Where the page listens, over real sockets: on this machine, over TLS, and behind a proxy."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from boxes import KITCHEN
from certificates import certificate

from guardian import accounts, acquaint
from guardian.cli import main
from guardian.entrance import Web, WebTls
from guardian.errors import ConfigurationError, GuardianError
from guardian.settings import Settings
from guardian.web import listening
from guardian.web.fakes import FakeHousehold
from guardian.web.household import RoomShown
from guardian.web.roles import Role
from guardian.web.server import WebServer
from guardian.web.tokens import load_token
from guardian.web.users import USERS_FILE, Users

GOOD = "violin harbour thimble"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - behind TLS
PROXY = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "Host": "home.example.org"}


@pytest.fixture
def users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Users:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(Users.__init__, "__defaults__", (quick,))
    users = Users(tmp_path)
    users.add("Anna", Role.CAREGIVER, GOOD)
    return users


def serve(web: Web, state: Path) -> WebServer:
    server = WebServer(web, FakeHousehold(RoomShown("kitchen")), load_token(state), state, wall=time.time)
    server.start()
    return server


@pytest.fixture
def over_tls(users: Users, tmp_path: Path) -> Iterator[tuple[WebServer, WebTls]]:
    assert users.all()
    tls = certificate(tmp_path)
    server = serve(Web(host=EVERYWHERE, port=0, tls=tls, allowed_hosts=("guardian.local",)), tmp_path)
    yield server, tls
    server.stop()


def test_over_tls_a_telephone_signs_in_and_its_cookies_go_nowhere_else(over_tls: tuple[WebServer, WebTls]):
    server, tls = over_tls
    assert server.origin.startswith("https://127.0.0.1:")
    trusted = ssl.create_default_context(cafile=str(tls.cert_file))
    host = "guardian.local:1"
    headers = {"Host": host, "Origin": f"https://{host}"}
    with httpx.Client(base_url=server.origin, verify=trusted, trust_env=False, headers=headers) as client:
        answer = client.get("/")
        assert (answer.status_code, 'id="sign-in"' in answer.text) == (401, True)
        assert "strict-transport-security" not in answer.headers
        answer = client.post("/api/sign-in", json={"name": "Anna", "password": GOOD})
        cookies = answer.headers.get_list("set-cookie")
        assert [cookie.partition("=")[0] for cookie in cookies] == ["__Host-guardian", "__Host-guardian-device"]
        assert all("secure" in cookie.lower() and "path=/;" in cookie.lower() for cookie in cookies)
        session = cookies[0].partition(";")[0]
        assert client.get("/api/me", headers={"Cookie": session}).json() == {"name": "Anna", "role": "caregiver"}
        token = server.address.partition("=")[2]
        assert client.get("/", params={"token": token}).status_code == 401
        assert client.get("/api/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_without_tls_nobody_is_answered_there(over_tls: tuple[WebServer, WebTls]):
    server, _ = over_tls
    with pytest.raises(httpx.TransportError):
        httpx.get(server.origin.replace("https", "http"), trust_env=False)


def test_old_tls_is_refused(over_tls: tuple[WebServer, WebTls]):
    server, _ = over_tls
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    with pytest.warns(DeprecationWarning, match=r"TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(httpx.TransportError):
        httpx.get(server.origin, verify=old, trust_env=False)


def test_browsers_are_bound_to_tls_only_where_somebody_asked_for_it(users: Users, tmp_path: Path):
    assert users.all()
    tls = certificate(tmp_path).model_copy(update={"hsts": True})
    server = serve(Web(port=0, tls=tls), tmp_path)
    try:
        trusted = ssl.create_default_context(cafile=str(tls.cert_file))
        answer = httpx.get(server.origin, verify=trusted, trust_env=False)
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
    finally:
        server.stop()


def test_the_command_line_asks_over_tls_and_trusts_this_certificate_alone(
    over_tls: tuple[WebServer, WebTls], tmp_path: Path
):
    server, tls = over_tls
    port = int(server.origin.rpartition(":")[2])
    web = Web(host=EVERYWHERE, port=port, tls=tls)
    box = acquaint.Box(Settings(rooms=(KITCHEN,), state_directory=tmp_path, web=web))
    assert box.people() == {"people": [], "enrolments": []}
    other = web.model_copy(update={"tls": certificate(tmp_path, "other")})
    box = acquaint.Box(Settings(rooms=(KITCHEN,), state_directory=tmp_path, web=other))
    with pytest.raises(GuardianError, match=r"does not answer at https://127.0.0.1"):
        box.people()
    tls.cert_file.unlink()
    with pytest.raises(GuardianError, match=r"cannot be read"):
        acquaint.Box(Settings(rooms=(KITCHEN,), state_directory=tmp_path, web=web)).people()


def test_behind_a_proxy_the_family_comes_in_by_its_name(users: Users, tmp_path: Path):
    assert users.all()
    server = serve(Web(port=0, behind_proxy=True, allowed_hosts=("home.example.org",)), tmp_path)
    try:
        headers = {**PROXY, "Origin": "https://home.example.org"}
        with httpx.Client(base_url=server.origin, trust_env=False, headers=headers) as client:
            answer = client.post("/api/sign-in", json={"name": "Anna", "password": GOOD})
            session = answer.headers["set-cookie"].partition(";")[0]
            assert session.startswith("__Host-guardian=")
            assert client.get("/api/me", headers={"Cookie": session}).json()["name"] == "Anna"
            assert client.get("/", params={"token": load_token(tmp_path)}).status_code == 401
            answer = client.post("/api/sign-out", headers={"Cookie": session, "Origin": "http://home.example.org"})
            assert answer.status_code == 403
        assert httpx.get(server.address, trust_env=False).status_code == 303
    finally:
        server.stop()


def test_the_home_s_network_finds_no_page_before_there_are_users(tmp_path: Path):
    tls = certificate(tmp_path)
    server = WebServer(
        Web(host=EVERYWHERE, port=0, tls=tls), FakeHousehold(), load_token(tmp_path), tmp_path, wall=time.time
    )
    with pytest.raises(ConfigurationError, match=r"web.host: .*nobody may sign in yet; .*guardian users add"):
        server.start()
    server.stop()


def test_a_certificate_that_cannot_be_used_is_told_before_anything_is_served(users: Users, tmp_path: Path):
    assert users.all()
    web = Web(port=0, tls=WebTls(cert_file=tmp_path / "none.pem", key_file=tmp_path / "none.key"))
    server = WebServer(web, FakeHousehold(), load_token(tmp_path), tmp_path, wall=time.time)
    with pytest.raises(ConfigurationError, match=r"web.tls: .*none.pem"):
        server.start()
    server.stop()


def test_beside_an_address_of_the_network_it_listens_on_this_machine(monkeypatch: pytest.MonkeyPatch):
    bound = []
    real = listening._bind

    def local(web: Web, host: str, port: int) -> object:
        bound.append((host, port))
        return real(web, "127.0.0.1" if host == "192.0.2.1" else "127.0.0.2", port)  # of this machine, both

    monkeypatch.setattr(listening, "_bind", local)
    web = Web(host="192.0.2.1", port=0, behind_proxy=True, allowed_hosts=("a",))
    first, second = listening.listen(web)
    try:
        assert [host for host, _ in bound] == ["192.0.2.1", "127.0.0.1"]
        assert first.getsockname()[1] == second.getsockname()[1] == bound[1][1]
    finally:
        first.close()
        second.close()


def test_an_address_that_this_machine_has_not_is_told():
    web = Web(host="192.0.2.1", port=0, behind_proxy=True, allowed_hosts=("a",))
    with pytest.raises(ConfigurationError, match=r"web.port: 0 on 192.0.2.1 cannot be used"):
        listening.listen(web)


def callers(listener: listening.Listener, count: int) -> Iterator[socket.socket]:
    """So many connections to a socket that listens, one after the other."""
    for _ in range(count):
        with suppress(ConnectionError):
            yield socket.create_connection(listener.getsockname(), timeout=10)


@pytest.mark.parametrize("stranger", [True, False])
def test_one_stranger_does_not_hold_every_line(monkeypatch: pytest.MonkeyPatch, *, stranger: bool):
    monkeypatch.setattr(listening, "CONNECTIONS", 6)
    monkeypatch.setattr(listening, "EACH", 3)
    if stranger:
        monkeypatch.setattr(listening, "plain", lambda _: "192.168.1.66")
    (listener,) = listening.listen(Web(port=0))
    listener.listen()
    taken: list[socket.socket] = []

    def take() -> int:
        """How many of eight are let in."""
        before, asked = len(taken), list(callers(listener, 8))
        for _ in range(8):
            with suppress(ConnectionAbortedError):
                taken.append(listener.accept()[0])
        for each in asked:
            each.close()
        return len(taken) - before

    try:
        assert take() == (3 if stranger else 6)
        assert take() == 0
        taken[0].close()
        assert take() == 1
    finally:
        for each in (listener, *taken):
            each.close()


def test_a_proxy_brings_many_over_one_address(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(listening, "plain", lambda _: "10.0.0.2")
    web = Web(host="127.0.0.1", port=0, behind_proxy=True, allowed_hosts=("a",), proxies=("10.0.0.2",))
    (listener,) = listening.listen(web)
    listener.listen()
    asked = list(callers(listener, 40))
    taken = [listener.accept()[0] for _ in asked]
    assert len(taken) == 40
    for each in (listener, *asked, *taken):
        each.close()


def test_over_every_address_of_both_kinds_who_sits_at_the_box_is_known(users: Users, tmp_path: Path):
    assert users.all()
    web = Web(host="::", port=0, behind_proxy=True, allowed_hosts=("a",))
    try:
        server = serve(web, tmp_path)
    except ConfigurationError:
        pytest.skip("this machine has no IPv6")
    try:
        assert httpx.get(server.address, trust_env=False).status_code == 303
    finally:
        server.stop()


# What check-config says of it


def test_check_config_refuses_an_open_page_without_users_and_tells_how_many_there_are(
    users: Users, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    tls = certificate(tmp_path)
    tls.key_file.chmod(0o600)
    (tmp_path / "film.mp4").touch()
    path = tmp_path / "guardian.yaml"
    path.write_text(
        f"rooms:\n  - name: kitchen\n    camera: {{source: {tmp_path / 'film.mp4'}}}\nstate_directory: {tmp_path}\n"
        f"web:\n  host: 0.0.0.0\n  tls: {{cert_file: {tls.cert_file}, key_file: {tls.key_file}}}\n"
    )
    assert main(["check-config", str(path)]) == 0
    assert "the page at 0.0.0.0 port 8377 for 1 user, and for who sits at the box" in capsys.readouterr().out
    users.remove("Anna")
    assert main(["check-config", str(path)]) == 2
    assert f"{path}: web.host: the page is open to others" in capsys.readouterr().err
    tls.key_file.chmod(0o644)
    assert main(["check-config", str(path)]) == 2
    assert "web.tls.key_file: every user of this machine can read" in capsys.readouterr().err


def test_who_may_not_read_the_users_is_told_so(tmp_path: Path):
    (tmp_path / USERS_FILE).mkdir()
    web = Web(behind_proxy=True, allowed_hosts=("a",))
    told = accounts.standing(Settings(rooms=(KITCHEN,), state_directory=tmp_path, web=web), tmp_path)
    assert "could not be found out" in told
