"""What may stand in an alarm's way: pages that are open, and a phone provider that takes a call and never answers.

`python -m guardian.lab.crowd URL N` holds N pages open in a process of its own, as browsers do: what they cost is the
box's cost of serving them.
"""

import selectors
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import parse_qs, urlsplit

PATIENCE_SECONDS = 20.0
_READ = 65_536


@contextmanager
def viewers(page: str, count: int) -> Iterator[None]:
    """Hold so many pages open; `page` is the page's address with its secret. Raises OSError where they do not open."""
    command = (sys.executable, "-m", "guardian.lab.crowd", page, str(count))
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 - this interpreter
        try:
            if process.stdout is None or not process.stdout.readline():
                message = f"{count} pages could not be opened"
                raise OSError(message)
            yield
        finally:
            process.terminate()


@contextmanager
def hanging_provider() -> Iterator[int]:
    """A server on loopback that takes every connection and never says a word; yields its port."""
    taken: list[socket.socket] = []

    def take() -> None:
        while True:
            try:
                taken.append(server.accept()[0])
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        thread = threading.Thread(target=take, name="hanging provider", daemon=True)
        thread.start()
        try:
            yield int(server.getsockname()[1])
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for each in taken:
                each.close()


def watch(page: str, count: int) -> None:
    """Open so many event streams, say so on the standard output when each has told something, and read until one ends.

    Raises OSError where one does not open.
    """
    address = urlsplit(page)
    host, port = str(address.hostname), int(address.port or 80)
    token = parse_qs(address.query)["token"][0]
    asked = f"GET /api/stream HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        for _ in range(count):
            stream = stack.enter_context(socket.create_connection((host, port), timeout=PATIENCE_SECONDS))
            stream.sendall(asked)
            begun = b""
            while b"data:" not in begun:
                more = stream.recv(_READ)
                if not more:
                    message = f"no page was told anything: {begun[:80]!r}"
                    raise OSError(message)
                begun += more
            selector.register(stream, selectors.EVENT_READ)
        print(count, flush=True)
        while all(each.fileobj.recv(_READ) for each, _ in selector.select()):  # type: ignore[union-attr] # sockets
            pass


if __name__ == "__main__":
    watch(sys.argv[1], int(sys.argv[2]))
