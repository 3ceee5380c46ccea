"""The canary: a film with a known picture goes through everything that Guardian does, and is found nowhere.

What each channel is captured by is tried with a picture put there on purpose, in `test_a_picture_put_into_*`.
"""

import http.server
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import cv2
import pytest
import yaml
from brokers import MOSQUITTO, Mosquitto, running
from channels import SECONDS, SHARED, Tap, files, guardian, pictures, shared_memory, visit, wire
from kernel_view import status
from phone_servers import Ntfy, NtfyTalk, serving
from straced import STRACE, Trace, tracing
from waiting import eventually

from guardian.demo.show import FILM
from guardian.eye import spawn
from guardian.eye.wire import RECORD_BYTES, Stream
from guardian.lab.canary.curtain import curtain, write_film
from guardian.skeleton import Observation

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto here: apt install mosquitto"),
]

BEGIN, END = 33.0, 52.0
"""Seconds of the film: she stands, falls after 4.6 s, and lies."""
FPS = 15


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(FILM, tmp_path_factory.mktemp("film") / "curtain.mp4", BEGIN, END)


class Life:
    """The daemon beside a broker and a phone, with its camera on the curtain: all that it does, and all that leaves."""

    def __init__(self, path: Path, film: Path, broker: Mosquitto, ntfy: str) -> None:
        self.path, self.config = path, path / "guardian.yaml"
        settings = {
            "rooms": [{"name": "kitchen", "camera": {"source": str(film)}}],
            "contacts": [{"name": "Anna", "ways": [f"ntfy://{ntfy.removeprefix('http://')}/anna"]}],
            "alarm": {"cancel_seconds": 1},
            "feedback": {"keep_scenes": True},
            "privacy": {"send_drawing": True},
            "mqtt": {"broker": "127.0.0.1", "port": broker.port},
            "panel": {"kind": "simulated"},
            "web": {"port": 0},
            "state_directory": str(path / "state"),
        }
        self.config.write_text(yaml.safe_dump(settings), encoding="utf-8")

    @contextmanager
    def running(self) -> Iterator[None]:
        """The daemon, under strace where that is here; killed at the end, as by a power cut."""
        before = tuple(tracing(self.path / "trace")) if STRACE else ()
        process = guardian("run", "--config", self.config, cwd=self.path / "home", before=before)
        try:
            yield
        finally:
            with suppress(IndexError, ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            process.wait(SECONDS)

    @property
    def said(self) -> str:
        return (self.path / "home" / "said by run").read_text()

    @property
    def pid(self) -> int:
        """The daemon itself; what stands before it in its family is strace."""
        return _with_argument("run", str(self.config))[-1]

    def eye(self) -> int:
        """Its eye, once that is locked in."""
        eventually(lambda: _locked_in(self.pid), "an eye that is locked in", SECONDS)
        return _locked_in(self.pid)[0]

    def origin(self) -> str:
        served = next(line for line in self.said.splitlines() if "event=page_served" in line)
        return f"http://127.0.0.1:{served.partition('port=')[2].split()[0]}"


def _with_argument(*wanted: str) -> list[int]:
    """The processes with these arguments, eldest first."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            arguments = path.read_text().split("\0")
            if set(wanted) <= set(arguments) and "strace" not in arguments[0]:
                found.append(int(path.parent.name))
    return sorted(found)


def _locked_in(pid: int) -> list[int]:
    """The eyes of a daemon that have their filter."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError, KeyError):
            found += [child for child in (task / "children").read_text().split() if status(child)["Seccomp"] == "2"]
    return [int(child) for child in found]


def fall(life: Life, tap: Tap) -> dict[str, bytes]:
    """A fall, with the page open."""
    tap.wait_for("availability", b"online")
    tap.wait_for("alarm", b"raised")
    incident = next(topic for topic, _ in tap.heard if "/incident/" in topic).rpartition("/")[2]
    token = (life.path / "state" / "web-token").read_text().strip()
    return visit(life.origin(), token, incident)


def answered(life: Life, tap: Tap) -> None:
    """Anna takes it; an eye crashes, there is a drill, and an eye is killed."""
    os.kill(life.eye(), signal.SIGSEGV)
    tap.ask("acknowledge", '{"by": "Anna"}')
    tap.wait_for("alarm", b"acknowledged")
    tap.ask("resolve", '{"by": "Anna", "outcome": "helped"}')
    tap.wait_for("alarm/emergency", b'"off"')
    eventually(lambda: life.said.count("event=eye_ended") == 1, "an eye that crashed", SECONDS)
    tap.ask("drill", '{"seconds": 60}')
    tap.wait_for("drill", b'"on"')
    os.kill(life.eye(), signal.SIGKILL)
    eventually(lambda: life.said.count("event=eye_ended") == 2, "an eye that was killed", SECONDS)


def commands(film: Path, home: Path) -> None:
    """What is done with a film by hand: analysed, recorded, and the scene of that drawn; and the demo, killed."""
    demo = guardian("demo", "--source", film, cwd=home)
    for arguments in (
        ("analyse", film, "--json"),
        ("record", film, "scene.jsonl"),
        ("replay", "scene.jsonl", "--gif", "scene.gif", "--svg", "scene.svg"),
    ):
        assert guardian(*arguments, cwd=home).wait(SECONDS) == 0, (home / f"said by {arguments[0]}").read_text()
    demo.kill()
    demo.wait()
    assert list(home.glob("tmp/guardian-demo-*/guardian.db")), "the demo has left nothing to look into"


def examined(film: Path, config: Path, home: Path) -> dict[str, bytes]:
    """A drill and its report, what the doctor says, and all that an eye writes."""
    drill = guardian("drill", "--source", film, "--only", "fall", "--answer", "--report", "drill.html", cwd=home)
    captured = wire(film, FPS)
    assert guardian("doctor", "--config", config, cwd=home).wait(SECONDS) in (0, 1)
    drill.wait(SECONDS)
    return captured


def test_no_picture_is_found_in_anything_that_guardian_keeps_or_sends(film: Path, tmp_path: Path):
    captured: dict[str, bytes] = {}
    broker, phone = Mosquitto(tmp_path), Ntfy()
    with (
        running(broker),
        serving(phone, NtfyTalk) as ntfy,
        shared_memory(captured),
        ThreadPoolExecutor() as beside,
    ):
        tap, life = Tap(broker.port), Life(tmp_path, film, broker, ntfy)
        with life.running():
            captured |= fall(life, tap)
            hands = beside.submit(commands, film, tmp_path / "hands")
            examination = beside.submit(examined, film, life.config, tmp_path / "drill")
            answered(life, tap)
        hands.result(SECONDS)
        captured |= examination.result(SECONDS)
        tap.close()
    captured |= tap.captured()
    captured["phone"] = b"\n".join(repr(message).encode() + message.get("file", b"") for message in phone.messages)
    captured |= files(*(tmp_path / each for each in ("home", "hands", "drill", "state")))

    as_meant(captured, tmp_path)
    assert pictures(captured) == {}
    assert not [name for name in captured if Path(name).name.startswith("core")], "a process that saw left a core"
    if STRACE:
        written(Trace(tmp_path / "trace"), tmp_path)


def as_meant(captured: dict[str, bytes], path: Path) -> None:
    """All was tried, and there was something to find: poses came over the wire, and drawings were made of them."""
    records = Stream().feed(captured["the wire"])
    seen = [record for record in records if isinstance(record, Observation)]
    assert len(seen) == (END - BEGIN) * FPS
    assert sum(bool(each.poses) for each in seen) > len(seen) // 2
    assert len(captured["the wire"]) == len(records) * RECORD_BYTES
    assert b"FallConfirmed" in captured[str(path / "hands" / "said by analyse")]
    assert captured[str(path / "hands" / "scene.gif")].startswith(b"GIF")
    assert b"<svg" in captured[str(path / "hands" / "scene.svg")]
    assert b"\x89PNG" in captured["phone"]
    assert b"keypoints" in captured["HTTP /api/stream"]
    assert len(captured["HTTP /api/incidents/{incident}/scene"]) > 1_000
    assert b"sandbox" in captured[str(path / "drill" / "said by doctor")]
    assert b"DEBUG" in captured[str(path / "home" / "said by run")]


OWN_SWITCHES = {"/dev/null", "/proc/PID/coredump_filter", "/proc/PID/oom_score_adj"}
"""That its memory is in no dump, and that it is ended before the brain where memory runs out."""


def written(trace: Trace, path: Path) -> None:
    """The daemon has written to its state and its log; its eyes to nothing but their pipes."""
    eyes = trace.eyes
    assert len(eyes) >= 2, "one that crashed, and one that was killed"
    for eye in eyes:
        own = {target for target in trace.targets(eye) if not target.startswith("pipe:")}
        assert {target.replace(str(eye[0]), "PID") for target in own} <= OWN_SWITCHES
        locked_in = trace.locked_in(eye)
        assert len({call.target for call in locked_in} - {""}) <= 1, "one pipe"
        assert {call.name for call in locked_in if call.result < 0} <= {"clone3"}, (
            "a denied call that is not meant to be"
        )
        assert "SECCOMP_FILTER_FLAG_LOG" in trace.filter_flags(eye)
    others = [thread for thread in trace.threads if not any(thread in eye for eye in eyes)]
    allowed = (str(path / "state"), str(path / "home" / "said by run"), "/dev/null", "pipe:", "socket:", "anon_inode:")
    assert [target for target in trace.targets(others) if not target.startswith(allowed)] == []


# A picture put into each channel on purpose.

JPEG = bytes(cv2.imencode(".jpg", curtain(480, 640))[1])
LEAK = f"import sys; sys.{{}}.buffer.write(bytes.fromhex({JPEG.hex()!r}))"


@pytest.mark.parametrize("where", ["state/scenes/a.jsonl", "home/tmp/x", "home/core", "state/guardian.db-wal"])
def test_a_picture_put_into_a_file_is_found(tmp_path: Path, where: str):
    (tmp_path / where).parent.mkdir(parents=True)
    (tmp_path / where).write_bytes(b"\0" * 5_000 + curtain(60, 80).tobytes())
    assert list(pictures(files(tmp_path))) == [str(tmp_path / where)]


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_picture_put_into_what_a_process_says_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stream: str):
    monkeypatch.setattr("channels.LOUD", LEAK.format(stream))
    assert guardian("run", cwd=tmp_path).wait(SECONDS) == 0
    assert list(pictures(files(tmp_path))) == [str(tmp_path / "said by run")]


def test_a_picture_put_into_shared_memory_is_found(tmp_path: Path):
    captured: dict[str, bytes] = {}
    leak = SHARED / f"{tmp_path.parent.name}-{tmp_path.name}-{os.getpid()}"
    try:
        with shared_memory(captured):
            leak.write_bytes(curtain(48, 640)[..., 0].tobytes())
    finally:
        leak.unlink()
    assert str(leak) in pictures(captured)


def test_a_picture_put_into_a_message_is_found(tmp_path: Path):
    with running(Mosquitto(tmp_path)) as broker:
        tap = Tap(broker.port)
        tap.client.publish("guardian/home/event", b'{"image": "' + JPEG + b'"}', qos=1)
        tap.wait_for("event", b"image")
        tap.close()
    assert list(pictures(tap.captured())) == ["MQTT"]


def test_a_picture_put_into_an_answer_to_a_browser_is_found():
    class Leak(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            if self.path.startswith("/api/stream"):
                self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            self.wfile.write(JPEG if "stream" in self.path or "me" in self.path else b"")

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Leak) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        captured = visit(f"http://127.0.0.1:{server.server_port}", "token", "i")
        server.shutdown()
        thread.join()
    assert {name: bool(content.endswith(JPEG)) for name, content in captured.items()}["HTTP /api/stream"]
    assert list(pictures({name: captured[name] for name in ("HTTP /api/me", "HTTP /api/stream")}))


def test_a_picture_put_on_the_wire_is_found(film: Path, monkeypatch: pytest.MonkeyPatch):
    leak = "import os, sys, json; os.write(json.loads(sys.stdin.readline())['wire'], bytes.fromhex(sys.argv[1]))"
    small = curtain(24, 32).tobytes()
    monkeypatch.setattr(spawn, "_COMMAND", [sys.executable, "-c", leak, small.hex()])
    assert list(pictures(wire(film, FPS))) == ["the wire"]


CRASH = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"


def test_a_process_like_the_eye_would_leave_a_core_where_the_eye_leaves_none(tmp_path: Path):
    pattern = Path("/proc/sys/kernel/core_pattern").read_text()
    if pattern.startswith(("|", "/")):
        pytest.skip(f"cores go elsewhere on this system: {pattern.strip()}")
    subprocess.run(["prlimit", "--core=unlimited", sys.executable, "-c", CRASH], cwd=tmp_path, check=False)
    assert [name for name in files(tmp_path) if Path(name).name.startswith("core")]


@pytest.mark.skipif(STRACE is None, reason="no strace here: apt install strace")
def test_a_file_that_is_written_and_gone_again_is_traced(tmp_path: Path):
    leak = f"import os; p = {str(tmp_path / 'x')!r}; open(p, 'wb').write(b'x'); os.unlink(p); os.memfd_create('y')"
    subprocess.run([*tracing(tmp_path / "trace"), sys.executable, "-c", leak], check=True)
    trace = Trace(tmp_path / "trace")
    assert {str(tmp_path / "x"), "memory"} <= trace.targets(list(trace.threads))
