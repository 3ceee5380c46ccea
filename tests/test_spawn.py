import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from guardian.errors import ModelError, SandboxError, SourceError, WireError
from guardian.eye import spawn
from guardian.eye.orders import ExitStatus, EyeSettings
from guardian.eye.spawn import EyeProcess, observe_file
from guardian.eye.wire import Confinement, End, Hello, Reason, Record, encode
from guardian.settings import Camera, Models
from guardian.skeleton import Observation

SETTINGS = EyeSettings(camera=Camera(source="rtsp://anna:secret@camera/1"), pace="fast")
"""At that pace the times may be any, as of a film."""
HELLO = Hello(640, 480, Confinement(landlock=7, seccomp=True, no_new_privs=True, undumpable=True))
Script = Callable[..., None]

EYE = """
import json, os, sys, time
settings = json.loads(sys.stdin.readline())
wire = settings["wire"]
def say(*hexadecimal):
    for record in hexadecimal:
        os.write(wire, bytes.fromhex(record))
"""


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Script:
    """Let a script of the test's own stand in for the eye; records are handed to it in hexadecimal."""

    def script(text: str, *records: Record) -> None:
        arguments = [encode(record).hex() for record in records]
        command = [sys.executable, "-c", EYE + text, *arguments]
        monkeypatch.setattr(spawn, "_COMMAND", command)

    return script


def observation(number: int) -> Observation:
    return Observation(time=float(number), frame=number)


def test_records_come_in_order_to_the_end(play: Script):
    sent = [HELLO, observation(1), observation(2), End(Reason.END_OF_FILE)]
    play("say(*sys.argv[1:])", *sent)
    with EyeProcess(SETTINGS) as eye:
        assert list(eye.records()) == sent


def test_records_are_put_together_from_single_bytes(play: Script):
    sent = [HELLO, observation(1), End(Reason.END_OF_FILE)]
    play(
        "for record in sys.argv[1:]:\n  for start in range(0, len(record), 2):\n    say(record[start:start + 2])", *sent
    )
    with EyeProcess(SETTINGS) as eye:
        assert list(eye.records()) == sent


def test_an_eye_that_sends_garbage_is_ended(play: Script):
    play("say(sys.argv[1], '00' * 4000); time.sleep(600)", HELLO)
    eye = EyeProcess(SETTINGS)
    with pytest.raises(WireError, match="magic"):
        list(eye.records())
    assert eye.exit_status is not None


@pytest.mark.parametrize(("late", "said"), [(-5.0, "5 s ahead"), (-1e9, "1000000000 s ahead"), (90.0, "s ago")])
def test_an_eye_that_lives_in_another_time_is_ended(play: Script, late: float, said: str):
    shot = Observation(time=max(0.0, time.monotonic() - late), frame=1)
    play("say(*sys.argv[1:]); time.sleep(600)", HELLO, shot)
    eye = EyeProcess(SETTINGS.model_copy(update={"pace": "live"}))
    with pytest.raises(WireError, match=said):
        list(eye.records())
    assert eye.exit_status is not None


def test_the_frames_of_a_live_eye_are_of_now(play: Script):
    shot = Observation(time=time.monotonic(), frame=1)
    play("say(*sys.argv[1:])", HELLO, shot, End(Reason.END_OF_FILE))
    with EyeProcess(SETTINGS.model_copy(update={"pace": "live"})) as eye:
        assert list(eye.records())[1] == shot


def test_an_eye_that_is_silent_from_the_start_is_ended(play: Script):
    play("time.sleep(600)")
    eye = EyeProcess(SETTINGS, start_seconds=0.2)
    with pytest.raises(SourceError, match=r"rtsp://anna:\*\*\*@camera/1: the eye said nothing for 0\.2 s"):
        list(eye.records())
    assert eye.exit_status == -9


def test_an_eye_that_falls_silent_is_ended(play: Script):
    play("say(*sys.argv[1:]); time.sleep(600)", HELLO, observation(1))
    eye = EyeProcess(SETTINGS, silence_seconds=0.2)
    records = eye.records()
    assert next(records) == HELLO
    assert next(records) == observation(1)
    with pytest.raises(SourceError, match=r"said nothing for 0\.2 s"):
        next(records)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (ExitStatus.NO_SOURCE, SourceError),
        (ExitStatus.NOT_CONFINED, SandboxError),
        (ExitStatus.NO_MODEL, ModelError),
        (ExitStatus.FAULT, SourceError),
    ],
)
def test_an_eye_that_cannot_begin_is_reported_in_its_own_last_words(
    play: Script, status: ExitStatus, error: type[Exception]
):
    play(f"sys.stderr.write('INFO: noise\\neye: the lens is a potato\\nINFO: more noise\\n'); sys.exit({int(status)})")
    with pytest.raises(error, match=r"^the lens is a potato$"):
        list(EyeProcess(SETTINGS).records())


def test_an_eye_that_dies_without_words_is_reported_by_its_signal(play: Script):
    play("sys.stderr.write('INFO: Created a delegate.\\n'); sys.stderr.flush(); os.kill(os.getpid(), 9)")
    with pytest.raises(SourceError, match=r"ended by itself \(signal 9\)$"):
        list(EyeProcess(SETTINGS).records())


def test_an_eye_that_dies_in_a_traceback_is_reported_by_its_last_line(play: Script):
    play("raise ValueError('seven')")
    with pytest.raises(SourceError, match=r"ended by itself \(status 1\): ValueError: seven$"):
        list(EyeProcess(SETTINGS).records())


def test_a_flood_of_words_blocks_nobody(play: Script):
    play("sys.stderr.write('x' * 2_000_000 + '\\n'); say(*sys.argv[1:])", HELLO, End(Reason.END_OF_FILE))
    assert len(list(EyeProcess(SETTINGS, start_seconds=30).records())) == 2


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (End(Reason.LOST), "stopped giving frames"),
        (End(Reason.NO_FRAMES), "has no frame that can be read"),
        (End(Reason.FAULT, module=1, line=12), r"failed in itself \(camera\.py, line 12\)"),
    ],
)
def test_a_bad_end_is_an_error(play: Script, end: End, said: str):
    play("say(*sys.argv[1:])", HELLO, end)
    with pytest.raises(SourceError, match=said):
        list(EyeProcess(SETTINGS).records())


def test_an_eye_that_is_not_confined_is_refused_unless_that_is_allowed(play: Script):
    bare = Hello(640, 480, Confinement(landlock=7))
    play("say(*sys.argv[1:])", bare, End(Reason.END_OF_FILE))
    with pytest.raises(SandboxError, match="not confined"):
        list(EyeProcess(SETTINGS).records())
    allowed = SETTINGS.model_copy(update={"allow_unconfined": True})
    assert next(EyeProcess(allowed).records()) == bare


def test_stop_from_another_thread_ends_the_records_in_peace(play: Script):
    play("say(*sys.argv[1:]); time.sleep(600)", HELLO)
    eye = EyeProcess(SETTINGS)
    records = eye.records()
    next(records)
    stopper = threading.Thread(target=eye.stop)
    stopper.start()
    assert list(records) == []
    stopper.join()
    assert eye.exit_status == -9


def test_nothing_is_left_behind(play: Script):
    play("say(*sys.argv[1:])", HELLO, End(Reason.END_OF_FILE))
    before = os.listdir("/proc/self/fd")  # noqa: PTH208 - it goes with the number of the listing itself
    for _ in range(3):
        list(EyeProcess(SETTINGS).records())
    EyeProcess(SETTINGS).stop()
    assert len(os.listdir("/proc/self/fd")) == len(before)  # noqa: PTH208


def test_the_eye_gets_its_settings_and_no_secret_of_the_brains(play: Script, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MQTT_PASSWORD", "secret")
    play(
        "password = settings['camera']['source'][12:18]\n"
        "assert password[::-1] == 'terces'\n"
        "assert password not in open('/proc/self/cmdline').read() + str(dict(os.environ))\n"
        "assert os.environ['OPENBLAS_NUM_THREADS'] == '1' and os.getpgid(0) == os.getpid()\n"
        "held = sorted(int(n) for n in os.listdir('/proc/self/fd') if os.path.exists(f'/proc/self/fd/{n}'))\n"
        "assert [n for n in held if n > 2 and n != wire] == [], held\n"
        "say(*sys.argv[1:])",
        HELLO,
        End(Reason.END_OF_FILE),
    )
    assert len(list(EyeProcess(SETTINGS).records())) == 2


def test_observe_file_gives_observations_only_and_passes_everything_on(play: Script, tmp_path: Path):
    play(
        "want = ['fast', 2.5, True, 'tflite', 1]\n"
        "assert [settings[k] for k in ('pace', 'hold', 'allow_unconfined', 'runtime', 'threads')] == want, settings\n"
        "say(*sys.argv[1:])",
        HELLO,
        observation(1),
        End(Reason.END_OF_FILE),
    )
    models = Models(runtime="tflite", threads=1, directory=tmp_path)
    seen = observe_file(Camera(source="a.mp4"), models, hold=2.5, allow_unconfined=True)
    assert list(seen) == [observation(1)]


def test_the_brain_stays_light_and_blind():
    script = "import sys, guardian.eye.spawn; sys.exit(bool({'cv2', 'pyseccomp', 'ai_edge_litert'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_an_open_eye_can_be_told_that_what_it_sees_is_its_view(play: Script):
    play(
        "say(sys.argv[1])\nif sys.stdin.read(1) == 'v': say(*sys.argv[2:])",
        HELLO,
        observation(1),
        End(Reason.END_OF_FILE),
    )
    with EyeProcess(SETTINGS) as eye:
        records = eye.records()
        assert next(records) == HELLO
        eye.look_anew()
        assert list(records) == [observation(1), End(Reason.END_OF_FILE)]
        eye.look_anew()  # it has ended, and nothing comes of it


def test_an_eye_that_died_is_told_nothing(play: Script):
    play("")
    with EyeProcess(SETTINGS) as eye:
        eye._process.wait()
        eye.look_anew()
