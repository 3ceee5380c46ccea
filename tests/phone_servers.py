"""Stand-ins on loopback for an ntfy server and for Pushover: real sockets and the documented protocols, with the faults
that servers and networks have.
"""

import itertools
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SECONDS = 30.0
USER, TOKEN = "u" * 30, "a" * 30


class Server:
    """What both have in common: what was asked, and which fault is on.

    `status` answers everything with that status; `hang` lets everything wait until `released`; `garble` answers with
    what is no JSON.
    """

    def __init__(self) -> None:
        self.status: int | None = None
        self.hang = self.garble = False
        self.asked: list[tuple[str, str]] = []
        self.changed = threading.Condition()
        self.released = threading.Event()
        self.ending = False

    def wait(self, wanted: Callable[[], Any], what: str = "") -> Any:
        """Wait until it is as wanted; give that."""
        with self.changed:
            assert self.changed.wait_for(wanted, SECONDS), f"never so: {what}; asked: {self.asked}"
            return wanted()

    def note(self, change: Callable[[], object]) -> None:
        with self.changed:
            change()
            self.changed.notify_all()


class Talk(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_side: Server

    def log_message(self, *_: object) -> None: ...

    def reply(self, status: int, body: object) -> None:
        data = b"<html>no JSON" if self.server_side.garble else json.dumps(body).encode()
        with suppress(OSError):  # who hung up does not want it
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    def taken(self) -> bytes | None:
        """What was sent, or None where a fault has answered."""
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        side = self.server_side
        side.note(lambda: side.asked.append((self.command, self.path)))
        if side.hang:
            side.released.wait(SECONDS)
        if side.status is not None:
            self.reply(side.status, {"error": "as asked"})
            return None
        return data


@contextmanager
def serving(side: Server, talk: type[Talk], tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve until the end of the block; the address is http://127.0.0.1:port, https with `tls`."""
    handler = type("Handler", (talk,), {"server_side": side})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.daemon_threads = True
        server.block_on_close = False
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
        finally:
            side.released.set()
            side.note(lambda: setattr(side, "ending", True))
            server.shutdown()
            thread.join()


class Ntfy(Server):
    """An ntfy server, with a cache. `may(authorization, topic, write)` says who may do what; everybody everything."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[dict[str, Any]] = []
        self.raw: list[bytes] = []
        self.streams = 0
        self.cuts = 0
        self.keeps_files = True
        self.may: Callable[[str, str, bool], bool] = lambda *_: True
        self._numbers = itertools.count(1)
        self.authorizations: set[str] = set()

    def publish(self, message: dict[str, Any]) -> dict[str, Any]:
        full = {"id": f"m{next(self._numbers):09d}", "time": 1_700_000_000, "event": "message", **message}
        self.note(lambda: self.messages.append(full))
        return full

    def cut(self) -> None:
        """Break every stream that is open."""
        self.note(lambda: setattr(self, "cuts", self.cuts + 1))

    def say(self, line: bytes) -> None:
        """Say these bytes on every stream."""
        self.note(lambda: self.raw.append(line))

    def of(self, topic: str) -> list[dict[str, Any]]:
        return [each for each in self.messages if each["topic"] == topic]

    def told(self, topic: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until so many messages came for a topic."""
        return self.wait(lambda: self.of(topic) if len(self.of(topic)) >= count else None, f"{count} for {topic}")

    def listened(self, streams: int = 1) -> None:
        self.wait(lambda: self.streams >= streams, f"{streams} streams")


class NtfyTalk(Talk):
    server_side: Ntfy

    def do_POST(self) -> None:
        data = self.taken()
        if data is None:
            return
        topic, said = self.path.strip("/"), data.decode()
        message = {"topic": topic, "message": said} if topic else json.loads(said)
        authorization = self.headers.get("Authorization", "")
        self.server_side.authorizations.add(authorization)
        if not self.server_side.may(authorization, message["topic"], True):  # noqa: FBT003 - write
            self.reply(403, {"code": 40301, "http": 403, "error": "forbidden"})
            return
        self.reply(200, self.server_side.publish(message))

    def do_PUT(self) -> None:
        """A file, with what is said of it in the query; a server without room for files refuses it."""
        data = self.taken()
        if data is None:
            return
        parts = urlsplit(self.path)
        said = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if not self.server_side.keeps_files or "filename" not in said:
            self.reply(400, {"code": 40014, "http": 400, "error": "attachments not allowed"})
            return
        topic = parts.path.strip("/")
        self.server_side.authorizations.add(self.headers.get("Authorization", ""))
        full = self.server_side.publish({"topic": topic, **said, "file": data})
        self.reply(200, {"id": full["id"]})

    def do_GET(self) -> None:
        if self.taken() is None:
            return
        side, parts = self.server_side, urlsplit(self.path)
        topic, query = parts.path.split("/")[1], parse_qs(parts.query)
        if not side.may(self.headers.get("Authorization", ""), topic, False):  # noqa: FBT003 - read
            self.reply(403, {"code": 40301, "http": 403, "error": "forbidden"})
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            self.stream(topic, query.get("since", [""])[0], poll="poll" in query)
        except OSError:
            self.close_connection = True

    def chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def stream(self, topic: str, since: str, *, poll: bool) -> None:
        side = self.server_side
        cuts, raw = side.cuts, len(side.raw)
        if not poll:
            self.chunk(json.dumps({"id": "open", "event": "open", "topic": topic}).encode() + b"\n")
        known = [each["id"] for each in side.of(topic)]
        sent = known.index(since) + 1 if since in known else (0 if since == "all" or poll else len(known))
        side.note(lambda: setattr(side, "streams", side.streams + (not poll)))
        while True:
            with side.changed:
                while not (poll or side.ending or side.cuts > cuts or side.of(topic)[sent:] or side.raw[raw:]):
                    side.changed.wait()
                messages, lines = side.of(topic)[sent:], side.raw[raw:]
            for message in messages:
                self.chunk(json.dumps(message).encode() + b"\n")
            for line in lines:
                self.chunk(line)
            sent, raw = sent + len(messages), raw + len(lines)
            if poll:
                self.chunk(b"")
                return
            if side.ending or side.cuts > cuts:
                self.close_connection = True
                return


class Pushover(Server):
    """Pushover, with receipts. `acknowledge(receipt)` is what the user does on the phone."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[dict[str, str]] = []
        self.receipts: dict[str, dict[str, int]] = {}
        self.cancelled: list[str] = []
        self.without_receipt = False

    def acknowledge(self, receipt: str) -> None:
        self.note(lambda: self.receipts[receipt].update(acknowledged=1))

    def expire(self, receipt: str) -> None:
        self.note(lambda: self.receipts[receipt].update(expired=1))

    def asked_of(self, receipt: str) -> int:
        return sum(1 for method, path in self.asked if method == "GET" and f"/{receipt}.json" in path)


class PushoverTalk(Talk):
    server_side: Pushover

    def do_POST(self) -> None:
        data = self.taken()
        if data is None:
            return
        side, form = self.server_side, {key: values[0] for key, values in parse_qs(data.decode()).items()}
        known = form.get("token") == TOKEN
        if self.path == "/1/messages.json":
            self.message(form, known=known and form.get("user") == USER)
        elif self.path == "/1/users/validate.json":
            good = known and form.get("user") == USER
            self.reply(200 if good else 400, {"status": int(good)})
        elif self.path.endswith("/cancel.json") and known:
            side.note(lambda: side.cancelled.append(self.path.split("/")[3]))
            self.reply(200, {"status": 1})
        else:
            self.reply(404, {"status": 0})

    def message(self, form: dict[str, str], *, known: bool) -> None:
        side, emergency = self.server_side, form.get("priority") == "2"
        timed = not emergency or (int(form["retry"]) >= 30 and 0 < int(form["expire"]) <= 10_800)
        if not (known and timed and form.get("message")):
            self.reply(400, {"status": 0, "errors": ["as documented"]})
            return
        body: dict[str, object] = {"status": 1, "request": "r"}
        if emergency and not side.without_receipt:
            receipt = f"r{len(side.receipts):029d}"
            side.receipts[receipt] = {"status": 1, "acknowledged": 0, "expired": 0}
            body["receipt"] = receipt
        side.note(lambda: side.messages.append(form))
        self.reply(200, body)

    def do_GET(self) -> None:
        if self.taken() is None:
            return
        parts = urlsplit(self.path)
        receipt = parts.path.rpartition("/")[2].removesuffix(".json")
        known = parse_qs(parts.query).get("token") == [TOKEN] and receipt in self.server_side.receipts
        self.reply(200 if known else 404, self.server_side.receipts[receipt] if known else {"status": 0})
