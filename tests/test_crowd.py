import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from guardian.lab import crowd

TOKEN = "secret"  # noqa: S105 - of the stand-in below


class Streams(BaseHTTPRequestHandler):
    """A page that tells each viewer one thing, and counts them."""

    seen = threading.Semaphore(0)
    end = threading.Event()

    def do_GET(self) -> None:
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self.send_error(401)
            return
        self.send_response(200)
        self.end_headers()
        self.seen.release()  # before it is told: who has been told has been counted
        self.wfile.write(f"data: {json.dumps('hello')}\n\n".encode())
        self.end.wait(20.0)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def page() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Streams) as server:
        Streams.end.clear()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/?token="
        Streams.end.set()
        server.shutdown()


def test_so_many_pages_are_open_and_each_was_told_something(page: str) -> None:
    with crowd.viewers(page + TOKEN, 3):
        assert [Streams.seen.acquire(timeout=0) for _ in range(4)] == [True, True, True, False]


def test_pages_that_do_not_open_are_an_error_and_no_figure(page: str) -> None:
    with pytest.raises(OSError, match="3 pages could not be opened"), crowd.viewers(page + "wrong", 3):
        pass


def test_watching_ends_with_the_page(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    threading.Timer(0.2, Streams.end.set).start()
    crowd.watch(page + TOKEN, 2)
    assert capsys.readouterr().out == "2\n"
    assert [Streams.seen.acquire(timeout=0) for _ in range(2)] == [True, True]
    with pytest.raises(OSError, match="no page was told anything"):
        crowd.watch(page + "wrong", 1)


def test_a_hanging_provider_takes_a_call_and_says_nothing() -> None:
    with crowd.hanging_provider() as port, socket.create_connection(("127.0.0.1", port), timeout=0.2) as call:
        call.sendall(b"POST / HTTP/1.1\r\n\r\n")
        with pytest.raises(TimeoutError):
            call.recv(1)
