"""One sentence spoken aloud: espeak-ng makes sound of a text, and aplay plays it on the loudspeaker.

Both are programs of the system, looked for when they are needed, and end in any case: by themselves, when the sentence
is cut short, or when their time is up.
"""

import os
import shutil
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from guardian.speech import Speech

SYNTHESISER, PLAYER = "espeak-ng", "aplay"
PACKAGES = {SYNTHESISER: "espeak-ng", PLAYER: "alsa-utils"}
VOICES: Final = {"zh": "cmn-latn-pinyin"}
"""The voice of a language that is called otherwise there. The voice `cmn` of espeak-ng 1.51 reads Chinese characters as
English letters ("nin two"); this one speaks them."""
SILENCE = " "
"""A text without a sound, which tries both programs and the loudspeaker."""
END_SECONDS = 1.0
"""So long a program that was killed may take to end. One that takes longer hangs in the kernel."""
MOST_BYTES = 4096
KEPT = ("PATH", "HOME", "XDG_RUNTIME_DIR")
"""What of the environment the programs get: where they and their settings are, and no secrets."""

# With vfork the whole process would stand still for as long as a dying disk takes to read the program, siren and all.
subprocess._USE_VFORK = False  # type: ignore[attr-defined,misc,unused-ignore]  # noqa: SLF001


def voice_of(speech: Speech, language: str) -> str:
    """Name espeak-ng's voice: the one that was wished for, or that of the household's language."""
    return speech.voice or VOICES.get(language.partition("-")[0], language.lower())


def synthesis(speech: Speech, language: str) -> tuple[str, ...]:
    """The program that reads a text from its input and writes sound, with its arguments."""
    how = "-v", voice_of(speech, language), "-a", str(speech.volume), "-s", str(speech.speed)
    return SYNTHESISER, *how, "-b", "1", "--stdin", "--stdout"


def playback(speech: Speech) -> tuple[str, ...]:
    """The program that reads sound from its input and plays it, with its arguments."""
    return PLAYER, "-q", "-D", speech.device


class Utterance:
    """One sentence, once. `speak` waits for its end on the thread that calls; `cut_short` ends it from any other."""

    def __init__(self, speech: Speech, language: str) -> None:
        self._programs = synthesis(speech, language), playback(speech)
        self._lock = threading.Lock()
        self._children: list[subprocess.Popen[bytes]] = []
        self._cut = False

    def speak(self, text: str, seconds: float) -> str:
        """Speak a text, which may take so many seconds; return why that did not work, or nothing."""
        for name, *_ in self._programs:
            if shutil.which(name) is None:
                return f"{name} is not installed (sudo apt-get install {PACKAGES[name]})"
        began = time.monotonic()
        try:
            self._begin(text)
        except OSError as error:
            broken, seconds = f"the programs do not start ({error.strerror})", 0.0
        else:
            broken = ""
        late, failed = self._wait(began + seconds), self._failure()
        return broken or late or failed

    @property
    def hangs(self) -> bool:
        """Whether a program was killed and has not ended."""
        return any(child.poll() is None for child in self._children)

    @property
    def was_cut(self) -> bool:
        """Whether somebody has cut it short."""
        return self._cut

    def cut_short(self) -> None:
        """Fall silent at once; never blocks."""
        with self._lock:
            self._cut = True
            children = tuple(self._children)
        for child in children:
            _kill(child)

    def _begin(self, text: str) -> None:
        """Start both programs, and hand the text over. Raises OSError."""
        synthesis, playback = self._programs
        first = self._start(synthesis, subprocess.PIPE, subprocess.PIPE)
        assert first.stdin is not None  # noqa: S101 - it was asked for
        assert first.stdout is not None  # noqa: S101 - as well
        with first.stdout:
            with suppress(OSError), first.stdin:  # where it has ended by now, it says why
                first.stdin.write(text.encode()[:MOST_BYTES])  # less than a pipe holds: nobody waits
            self._start(playback, first.stdout.fileno(), subprocess.DEVNULL)

    def _start(self, program: tuple[str, ...], read: int, written: int) -> "subprocess.Popen[bytes]":
        child = subprocess.Popen(  # noqa: S603 - a fixed program; the text comes by its input
            program,
            stdin=read,
            stdout=written,
            stderr=subprocess.PIPE,
            start_new_session=True,
            cwd=Path("/"),
            env={name: os.environ[name] for name in KEPT if name in os.environ} | {"LC_ALL": "C.UTF-8"},
        )
        with self._lock:
            self._children.append(child)
            cut = self._cut
        if cut:
            _kill(child)
        return child

    def _wait(self, until: float) -> str:
        """Wait for the end of both programs; return which of them had to be ended, or nothing."""
        late = ""
        for child in self._children:
            try:
                child.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                late = late or f"{_name(child)} did not end in time"
        for child in self._children if late else ():
            _kill(child)
            with suppress(subprocess.TimeoutExpired):
                child.wait(END_SECONDS)
        return late

    def _failure(self) -> str:
        """Say which program failed first. One that nobody reads any more is no culprit."""
        complaints = [(child, _said(child)) for child in self._children]
        failed = ((child, said) for child, said in complaints if child.returncode not in (0, -signal.SIGPIPE))
        return next((f"{_name(child)} failed{f' ({said})' if said else ''}" for child, said in failed), "")


def _name(child: "subprocess.Popen[bytes]") -> str:
    return str(child.args[0])  # type: ignore[index]


def _kill(child: "subprocess.Popen[bytes]") -> None:
    """End a program, and whatever it has started."""
    if child.poll() is None:
        with suppress(OSError):
            os.killpg(child.pid, signal.SIGKILL)


def _said(child: "subprocess.Popen[bytes]") -> str:
    """The last line of what a program complained of; what it started may still hold the pipe, so nobody waits."""
    assert child.stderr is not None  # noqa: S101 - it was asked for
    with child.stderr:
        os.set_blocking(child.stderr.fileno(), False)
        said = child.stderr.read(MOST_BYTES) or b""
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1].strip(" .") if lines else ""
