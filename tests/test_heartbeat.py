import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from brokers import Told

from guardian.events import Event, FaultCleared, FaultOccurred
from guardian.io.heartbeat import FAILURES, Heartbeat, fetch

SECRET = "s3cr3t-uuid"  # noqa: S105 - what must not be seen anywhere
URL = f"https://watch.example/{SECRET}"


class Service:
    """Stands in for the service outside."""

    def __init__(self) -> None:
        self.fetched: Told[str] = Told()
        self.error: Exception | None = None
        self.reports: list[Event] = []
        self.alive = True
        self.heart = Heartbeat(URL, 0.001, lambda: self.alive, self.reports.append, lambda: 7.0, fetch=self.fetch)

    def fetch(self, url: str) -> None:
        self.fetched(url)
        if self.error is not None:
            raise self.error


def test_while_the_core_works_it_beats_again_and_again():
    service = Service()
    service.heart.start()
    assert set(service.fetched.wait_for(lambda things: len(things) >= 3)) == {URL}
    service.heart.stop()
    service.heart._thread.join(20.0)
    assert not service.heart._thread.is_alive()


def test_a_core_that_does_not_work_is_given_no_sign_of_life():
    service = Service()
    service.alive = False
    service.heart.beat()
    assert service.fetched.things == []


@pytest.mark.parametrize("error", [OSError(f"no route to {URL}"), ValueError(URL)])
def test_a_service_that_cannot_be_reached_is_a_fault_and_its_end_is_told(
    error: Exception, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    service = Service()
    service.error = error
    for _ in range(FAILURES - 1):
        service.heart.beat()
    assert service.reports == []
    for _ in range(3):
        service.heart.beat()
    (fault,) = service.reports
    assert isinstance(fault, FaultOccurred)
    assert (fault.part, fault.time) == ("supervision", 7.0)
    service.error = None
    service.heart.beat()
    service.heart.beat()
    assert service.reports[1:] == [FaultCleared(time=7.0, room="", part="supervision")]
    assert SECRET not in caplog.text + repr(service.reports)


def test_one_that_fails_now_and_then_is_no_fault():
    service = Service()
    for _ in range(3):
        service.error = OSError()
        service.heart.beat()
        service.error = None
        service.heart.beat()
    assert service.reports == []


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    paths: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(503 if "down" in self.path else 200)
            self.end_headers()
            self.wfile.write(b"OK")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answers) as made:
        serving = threading.Thread(target=made.serve_forever, args=(0.01,))
        serving.start()
        try:
            yield f"http://127.0.0.1:{made.server_port}", paths
        finally:
            made.shutdown()
            serving.join()


def test_the_address_is_really_fetched_and_a_refusal_is_an_error(server: tuple[str, list[str]]):
    address, paths = server
    fetch(f"{address}/ping")
    with pytest.raises(OSError, match="503"):
        fetch(f"{address}/down")
    assert paths == ["/ping", "/down"]
