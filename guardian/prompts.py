"""What the box says aloud, and when: of the worst open incident of which SPOKEN says something, and when that is over.

Pure; the voice itself (io.voice) repeats a sentence. Faults, blind cameras and suspicions are not spoken of: at night
the box says nothing that could wait.
"""

from collections.abc import Sequence

from guardian import messages
from guardian.commands import Speak
from guardian.incident import Incident, IncidentState
from guardian.phrasebook import ENGLISH, Phrasebook
from guardian.transitions import SPOKEN, row_of

SILENCE = Speak("")
TAKEN_SECONDS = 600.0
"""What was taken longer ago is not said any more: not after a restart, and not when a worse incident is over."""
OVER_SECONDS = 3_600.0
"""What was taken longer ago ends in silence: somebody may sleep by then."""


class Prompts:
    """Remembers what was last said, and says only what is new."""

    def __init__(self, book: Phrasebook = ENGLISH) -> None:
        self._book = book
        self._about: Incident | None = None
        self._meant = self._said = SILENCE

    def update(self, incidents: Sequence[Incident], now: float) -> tuple[Speak, ...]:
        """Say what is new of the open incidents, worst first, at `now` in monotonic seconds."""
        worst = next((each for each in incidents if row_of(each) in SPOKEN), None)
        if worst is None:
            return self._end(now)
        self._about = worst
        speak = Speak(messages.spoken_text(worst, self._book), *SPOKEN[row_of(worst)])
        if speak == self._meant:
            return ()
        self._meant = speak
        stale = worst.state is IncidentState.ACKNOWLEDGED and now - worst.changed > TAKEN_SECONDS
        return self._say(SILENCE if stale else speak)

    def _end(self, now: float) -> tuple[Speak, ...]:
        """Say once that what was spoken of is over."""
        about, self._about, self._meant = self._about, None, SILENCE
        if about is None:
            return ()
        stale = about.state is IncidentState.ACKNOWLEDGED and now - about.changed > OVER_SECONDS
        return self._say(SILENCE if stale else Speak(messages.spoken_end(about, self._book)))

    def _say(self, speak: Speak) -> tuple[Speak, ...]:
        unchanged = speak == self._said == SILENCE
        self._said = speak
        return () if unchanged else (speak,)
