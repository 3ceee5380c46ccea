"""The faults: how each is brought about from outside of the daemon, and undone."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from guardian.app import STORE
from guardian.errors import BrokerError
from guardian.lab.fault_box import Box, end_of
from guardian.lab.fault_camera import Picture

EYE, BROKER = "guardian.eye", "IotCoreBroker"
COMMAND, ANSWER = "guardian/home/command/", "guardian/home/feedback"
FLOOD = 2_000
STRANGERS = 100
PATIENCE_SECONDS = 10.0
NONSENSE: tuple[tuple[str, bytes, bool], ...] = (
    ("acknowledge", b"\xff\xfe\x00", False),
    ("resolve", b"[" * 20_000, False),
    ("help", b'{"by": "' + b"x" * 60_000 + b'"}', False),
    ("snooze", b'{"seconds": 1e999}', False),
    ("pause", b'{"seconds": NaN}', False),
    ("acknowledge", b"Mallory", True),
    ("resolve", b'{"by": "Mallory", "outcome": "false alarm"}', True),
)
"""Requests that are none, and such as somebody left at the broker to be carried out again (True: retained)."""
MALFORMED = (
    b"\x16\x03\x01\x02\x00\x01",
    b"GET /\x00 HTTP/9.9\r\n\r\n",
    b"POST /api/help HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
)


Breaks: TypeAlias = Callable[[Box], AbstractContextManager[None]]


@dataclass(frozen=True)
class Fault:
    """`breaks` makes it so while its context lasts; where `heals`, the box is to be well again while it still does.
    `shown`: the page must say this of it; else it may say nothing. `calls`: somebody calls for help during
    it. `needs` says whether it can be brought about on this machine.
    """

    name: str
    breaks: Breaks
    heals: bool = False
    shown: str = ""
    calls: bool = False
    needs: Callable[[Box], bool] = lambda _box: True


def _undone(steps: Callable[[Box], Iterator[None]]) -> Breaks:
    """What stands behind the yield undoes the fault, also where the box did wrong meanwhile."""

    @contextmanager
    def breaks(box: Box) -> Iterator[None]:
        both = steps(box)
        next(both)
        try:
            yield
        finally:
            next(both, None)

    return breaks


def _to_eye(number: signal.Signals) -> Breaks:
    @_undone
    def breaks(box: Box) -> Iterator[None]:
        end_of(box.child(EYE), number)
        yield

    return breaks


def _gives(picture: Picture) -> Breaks:
    @_undone
    def breaks(box: Box) -> Iterator[None]:
        box.camera.picture = picture
        yield
        box.camera.picture = Picture.LIVE

    return breaks


@_undone
def _model_damaged(box: Box) -> Iterator[None]:
    """Every model has one other byte, and the eye has to be opened anew."""
    whole = {path: path.read_bytes() for path in box.models.glob("*.tflite")}
    for path, body in whole.items():
        path.write_bytes(body[:-100] + bytes([body[-100] ^ 0xFF]) + body[-99:])
    end_of(box.child(EYE), signal.SIGKILL)
    yield
    for path, body in whole.items():
        path.write_bytes(body)


@_undone
def _power_cut(box: Box) -> Iterator[None]:
    box.kill()
    yield
    box.start()


@_undone
def _stopped(box: Box) -> Iterator[None]:
    box.signal(signal.SIGSTOP)
    yield
    box.signal(signal.SIGCONT)


@_undone
def _broker_killed(box: Box) -> Iterator[None]:
    end_of(box.child(BROKER), signal.SIGKILL)
    yield


@_undone
def _broker_hangs(box: Box) -> Iterator[None]:
    broker = box.child(BROKER)
    end_of(broker, signal.SIGSTOP)
    yield
    end_of(broker, signal.SIGCONT)


@contextmanager
def _client(box: Box) -> Iterator[paho.Client]:
    """Somebody else at the box's broker."""
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(100)
    client.connect("127.0.0.1", box.broker_port)
    client.loop_start()
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


@_undone
def _hostile_payloads(box: Box) -> Iterator[None]:
    with _client(box) as client:
        answered = threading.Event()
        client.on_message = lambda _client, _data, _answer: answered.set()
        client.subscribe(ANSWER, qos=1)
        for request, body, kept in (*NONSENSE, ("pause", b"OFF", False)):  # the last is sound, and is answered
            client.publish(COMMAND + request, body, qos=1, retain=kept)
        if not answered.wait(PATIENCE_SECONDS):
            message = "the box answers no request any more"
            raise BrokerError(message)
        yield  # what is retained stays there: to take it away again would be a request as well


@_undone
def _flooded(box: Box) -> Iterator[None]:
    """Thousands of messages that are to stay at the broker, in the box's own tree, as fast as they can be sent."""
    with _client(box) as client:
        topics = [f"guardian/home/incident/flood-{number}" for number in range(FLOOD)]
        said = [client.publish(topic, b'{"state": "raised"}' * 20, qos=1, retain=True) for topic in topics]
        yield
        for each in said:
            each.wait_for_publish(PATIENCE_SECONDS)


@_undone
def _locked(box: Box) -> Iterator[None]:
    """Another process holds the database, as a backup does that hangs."""
    with closing(sqlite3.connect(box.state / STORE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def may_mount(box: Box) -> bool:
    """Whether this user may mount a file system of its own."""
    place = box.state.with_name("mount")
    place.mkdir(exist_ok=True)
    mounted = _mount(place)
    if mounted:
        _run("umount", str(place))
    return mounted


def _mount(place: Path) -> bool:
    """Mount 320 MB: with less than 200 free the box complains (guardian/io/health.py)."""
    with suppress(OSError, subprocess.CalledProcessError):
        _run("mount", "-t", "tmpfs", "-o", "size=320m", "none", str(place))
        return True
    return False


def _run(program: str, *arguments: str) -> None:
    """Run a program of the system. Raises OSError or CalledProcessError."""
    subprocess.run((shutil.which(program) or program, *arguments), capture_output=True, check=True)  # noqa: S603


@contextmanager
def small_disk(box: Box) -> Iterator[None]:
    """The box's state lies on a file system of its own; a new daemon runs on it."""
    box.kill()
    _mount(box.state)
    box.start()
    try:
        yield
    finally:
        box.kill()
        _run("umount", "--lazy", str(box.state))
        box.start()


@_undone
def _full(box: Box) -> Iterator[None]:
    filler = box.state / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(1 << 16)):
            pass
    yield
    filler.unlink()


@_undone
def _read_only(box: Box) -> Iterator[None]:
    # The database's files are open to be written, so that the kernel would refuse; a new process finds it so.
    box.kill()
    _run("mount", "-o", "remount,ro", str(box.state))
    box.start()
    box.answers()
    yield
    _run("mount", "-o", "remount,rw", str(box.state))


@_undone
def _store_damaged(box: Box) -> Iterator[None]:
    """Noise in the middle of the database, found at the next start; over with the one after that."""
    box.kill()
    path = box.state / STORE
    with closing(sqlite3.connect(path)) as database:  # all of it into the one file, or nothing in it would be damaged
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    body = path.read_bytes()
    path.write_bytes(body[:4096] + os.urandom(len(body) - 4096))
    box.start()
    box.answers()
    yield
    box.kill()
    box.start()
    box.answers()


@_undone
def _configuration_damaged(box: Box) -> Iterator[None]:
    """The file is overwritten while the daemon runs."""
    whole = box.config.read_bytes()
    box.config.write_bytes(b"rooms: [\x00")
    yield
    box.config.write_bytes(whole)


@_undone
def _crowd(box: Box) -> Iterator[None]:
    """A hundred pages are asked for at once, a hundred connections say nothing, and some talk nonsense."""
    asked = (
        f"GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1:{box.page.port}\r\nAuthorization: {box.page.key}\r\n\r\n".encode()
    )
    with ExitStack() as stack:
        for said in (asked, b"", *MALFORMED) * STRANGERS:
            with suppress(OSError):
                line = stack.enter_context(socket.create_connection(("127.0.0.1", box.page.port), timeout=1))
                line.sendall(said)
        yield


FAULTS = (
    Fault("eye killed", _to_eye(signal.SIGKILL), heals=True, shown="cannot see"),
    Fault("eye hung", _to_eye(signal.SIGSTOP), heals=True, shown="cannot see"),
    Fault("camera unplugged", _gives(Picture.GONE), shown="stopped giving frames"),
    Fault("camera silent", _gives(Picture.SILENT), shown="cannot see"),
    Fault("camera black", _gives(Picture.BLACK), shown="too dark"),
    Fault("camera frozen (the same frame)", _gives(Picture.FROZEN), shown="frozen"),
    Fault("model file damaged", _model_damaged, calls=True, shown=".tflite"),
    Fault("daemon killed (kill -9, power cut)", _power_cut, shown="does not answer"),
    Fault("daemon stands still", _stopped, shown="does not answer"),
    Fault("broker killed", _broker_killed, heals=True, calls=True),
    Fault("broker hangs", _broker_hangs, calls=True, shown="No connection to the broker"),
    Fault("hostile requests at the broker", _hostile_payloads, calls=True),
    Fault("2,000 retained messages at once", _flooded, calls=True),
    Fault("database locked", _locked, calls=True),
    Fault("database damaged", _store_damaged, calls=True, shown="database was damaged"),
    Fault("disk full", _full, calls=True, needs=may_mount),
    Fault("disk read-only at the start", _read_only, calls=True, needs=may_mount, shown=STORE),
    Fault("configuration overwritten", _configuration_damaged, calls=True),
    Fault("a crowd at the page: 500 connections", _crowd, calls=True),
)
