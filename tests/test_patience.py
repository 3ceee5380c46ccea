"""Strangers who hold the line: they are hung up on, and the family still comes in."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from guardian.entrance import Web
from guardian.web import patience
from guardian.web.fakes import FakeHousehold
from guardian.web.household import RoomShown
from guardian.web.server import WebServer

TOKEN = "t" * 43
SOON = 0.1


@pytest.fixture
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(patience, "HEAD_SECONDS", SOON)
    web = WebServer(Web(port=0), FakeHousehold(RoomShown("kitchen")), TOKEN, tmp_path, wall=time.time)
    web.start()
    yield int(web.origin.rpartition(":")[2])
    web.stop()


def call(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def hung_up(connection: socket.socket) -> bool:
    """Wait for the end of the line, for as long as the socket's own patience."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("said", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "])
def test_who_does_not_ask_in_time_is_hung_up_on(port: int, said: bytes):
    with call(port) as connection:
        connection.sendall(said)
        assert hung_up(connection)


def test_the_next_request_on_the_same_line_has_its_own_time(port: int):
    whole = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with call(port) as connection:
        connection.sendall(whole)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 401")
        connection.sendall(whole[:10])
        while connection.recv(65_536):  # the rest of the first answer, and then the end
            pass


def test_a_stream_may_last(port: int):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.stream("GET", f"http://127.0.0.1:{port}/api/stream", headers=headers, trust_env=False) as response:
        chunks, since = response.iter_raw(), time.monotonic()
        while time.monotonic() - since < 3 * SOON:
            assert next(chunks)
