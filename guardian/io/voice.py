"""The box's voice: says what it is told to say, again and again, until it is told otherwise.

It has a thread of its own: programs that hang, fail or are not there are a fault that is told, and delay nobody. Only
the newest sentence counts: one that is being spoken is cut short for it, and one that was not spoken yet never is.
"""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeAlias

from guardian.commands import Speak
from guardian.events import Event, FaultCleared, FaultOccurred
from guardian.io.utterance import SILENCE, Utterance
from guardian.speech import Speech

log = logging.getLogger(__name__)

PART = "voice"
LIMIT_SECONDS = 30.0
"""The longest sentence takes 9 s at 130 words a minute."""
RETRY_SECONDS = 300.0
"""So often it is tried, without a sound, whether it works by now."""
REST_SECONDS = 1.0
"""What fails is not begun again at once, however urgent."""


class Sentence(Protocol):
    """One sentence, spoken once: utterance.Utterance."""

    def speak(self, text: str, seconds: float) -> str:
        """Speak a text within so many seconds; return why that did not work, or nothing."""

    def cut_short(self) -> None:
        """Fall silent at once; never blocks."""

    @property
    def was_cut(self) -> bool:
        """Whether somebody has cut it short."""

    @property
    def hangs(self) -> bool:
        """Whether it has not ended though it was ended."""


MakeSentence: TypeAlias = Callable[[], Sentence]


class AnyVoice(Protocol):
    """What the appliance asks of a voice."""

    def start(self) -> None:
        """Begin."""

    def say(self, command: Speak) -> None:
        """Say this from now on, and nothing else; never blocks."""

    def stop(self) -> None:
        """Fall silent and end."""


class Mute:
    """A box without a voice."""

    def start(self) -> None:
        """Do nothing."""

    def say(self, command: Speak) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""


def choose_voice(speech: Speech, language: str, report: Callable[[Event], None], now: Callable[[], float]) -> AnyVoice:
    """Make the voice that the configuration asks for, in the household's language."""
    return Voice(partial(Utterance, speech, language), report, now) if speech.enabled else Mute()


class Voice:
    """Speaks from `start` to `stop`; each sentence is one of `make`. `report` gets FaultOccurred with part "voice"
    where that does not work, FaultCleared when it does again, at the seconds that `now` gives.

    At the start, and as long as it does not work every `retry_seconds`, it is tried without a sound.
    """

    def __init__(
        self,
        make: MakeSentence,
        report: Callable[[Event], None],
        now: Callable[[], float],
        *,
        limit_seconds: float = LIMIT_SECONDS,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._make, self._report, self._now = make, report, now
        self._limit_seconds, self._retry_seconds = limit_seconds, retry_seconds
        self._changed = threading.Condition()
        self._command, self._said = Speak(""), 0
        self._due = self._tried = float("-inf")
        self._sentence: Sentence | None = None
        self._stopping = self._ill = False
        self._thread = threading.Thread(target=self._run, name="voice", daemon=True)

    def start(self) -> None:
        """Begin, with a trial."""
        self._thread.start()

    def say(self, command: Speak) -> None:
        """Say this from now on, and nothing else; never blocks."""
        with self._changed:
            self._command, self._said, self._due = command, 0, float("-inf")
            self._interrupt()

    def stop(self, seconds: float = 2.0) -> None:
        """Fall silent and end; what hangs is left behind after so many seconds."""
        with self._changed:
            self._stopping = True
            self._interrupt()
        if self._thread.ident is not None:
            self._thread.join(seconds)

    def _interrupt(self) -> None:
        if self._sentence is not None:
            self._sentence.cut_short()
        self._changed.notify_all()

    def _run(self) -> None:
        while (begun := self._next()) is not None:
            sentence, text, pause = begun
            reason = sentence.speak(text or SILENCE, self._limit_seconds)
            with self._changed:
                if sentence.was_cut:
                    continue
                self._tried = time.monotonic()
                self._due = self._tried + max(pause, REST_SECONDS if reason else 0.0)
            self._learn(reason)

    def _next(self) -> tuple[Sentence, str, float] | None:
        """Wait until something is to be said or tried, and begin with it; None where it is time to end."""
        with self._changed:
            while not self._stopping:
                command = self._command
                to_say = bool(command.text) and (not command.times or self._said < command.times)
                due, wait = self._due if to_say else self._trial_due(), None
                if due is not None:
                    wait = due - time.monotonic()
                if wait is not None and wait <= 0 and self._is_free():
                    self._said += to_say
                    self._sentence = self._make()
                    return self._sentence, command.text if to_say else "", command.pause
                self._changed.wait(REST_SECONDS if wait is not None and wait <= 0 else wait)
            return None

    def _trial_due(self) -> float | None:
        """When it is tried without a sound whether it works: at the start, and while it does not."""
        never = self._sentence is None
        return self._tried + self._retry_seconds if self._ill or never else None

    def _is_free(self) -> bool:
        """Whether nothing is left behind of the sentence before: hanging programs may not become many."""
        return self._sentence is None or not self._sentence.hangs

    def _learn(self, reason: str) -> None:
        """Tell of a fault, and of its end, once each."""
        if reason:
            log.warning("event=not_spoken reason=%r", reason)
        if reason and not self._ill:
            told = f"The box cannot speak: {reason}. It rings and calls as ever."
            self._report(FaultOccurred(time=self._now(), room="", part=PART, reasons=(told,)))
        elif self._ill and not reason:
            self._report(FaultCleared(time=self._now(), room="", part=PART))
        self._ill = bool(reason)
