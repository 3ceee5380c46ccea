"""Enrolling somebody: a minute of walking through a room, alone, of which the signature is kept and nothing else.

Nobody is modelled unless asked for. What is seen meanwhile is forgotten when it ends, however it ends.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from guardian.events import EnrolmentEnded
from guardian.gauge import gauge
from guardian.identity import SAMPLE_SECONDS, Template, measurable
from guardian.optics import Optics
from guardian.signature import Signature, sign
from guardian.skeleton import Keypoints
from guardian.tracking import Track, TrackState

LOOKS = 160
"""Half a minute of being seen well: about a minute of walking, turning and leaving the picture."""
SECONDS = 300.0
"""After which it ends, whatever was seen."""
SAME_STATURE = 0.06
"""By how much, as a logarithm, the first and the second half may differ in stature: more are two bodies, or a camera
that was turned meanwhile."""

NOBODY = "Walk through the room now, to and fro, near to the camera and far from it."
ALONE = "Only one person may be in the room; the others please leave it."
CUT = "Walk where the camera sees all of you, from head to feet."
MOVED = "The camera points elsewhere than it did; tell the box first that this is its view."
BLIND = "The camera sees nothing just now; see to it first."
NO_FLOOR = "Walk near to the camera and far from it: the box does not know yet how it looks at the floor."
KEPT = "Enrolled in this room; the box knows this body from now on."
TOO_LITTLE = "Not enrolled: within {minutes} minutes too little was seen of one body alone."
TWO = "Not enrolled: what was seen first and last is not one body of one stature. Please walk alone."
CANCELLED = "Not enrolled: it was called off."


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the enrolment of `name` has come, 0-1, and what the person should do now."""

    name: str
    share: float
    hint: str


class Enrolment:
    """Enrols one person in one room, from `begun` on (monotonic seconds)."""

    def __init__(self, name: str, room: str, begun: float) -> None:
        self.name = name
        self._room, self._begun = room, begun
        self._times: list[float] = []
        self._looks: list[Keypoints] = []
        self._hint = NOBODY
        self.template: Template | None = None

    @property
    def progress(self) -> Progress:
        """How far it has come."""
        return Progress(self.name, min(1.0, len(self._times) / LOOKS), self._hint)

    def update(
        self, tracks: Iterable[Track], now: float, aspect: float, optics: Optics | None, *, moved: bool = False
    ) -> EnrolmentEnded | None:
        """Take the tracks of one frame; say so once it has ended. `template` is what came of it. `optics` are those
        under which the bodies of this room are measured, None while they are not known.
        """
        self._look(tuple(track for track in tracks if _is_there(track)), now, aspect, moved=moved)
        if len(self._times) >= LOOKS:
            if optics is not None:
                return self._finish(optics, now)
            self._hint = NO_FLOOR
        return self.tick(now)

    def tick(self, now: float, *, blind: bool = False) -> EnrolmentEnded | None:
        """Let time pass, with a frame or without; say so once too much has passed. `blind` tells that the room cannot
        be seen now.
        """
        if blind:
            self._hint = BLIND
        if now - self._begun > SECONDS:
            return self._ended(now, f"{TOO_LITTLE.format(minutes=round(SECONDS / 60))} {self._hint}")
        return None

    def begin_anew(self) -> None:
        """Forget what was seen: the camera has another view from now on. The time goes on."""
        self._times, self._looks = [], []

    def cancel(self, now: float) -> EnrolmentEnded:
        """End it; nothing is kept."""
        return self._ended(now, CANCELLED)

    def _look(self, present: tuple[Track, ...], now: float, aspect: float, *, moved: bool) -> None:
        if moved:
            self._hint = MOVED
        elif len(present) != 1:
            self._hint = ALONE if present else NOBODY
        elif not measurable(present[0], aspect):
            self._hint = CUT if present[0].hit else self._hint
        else:
            self._hint = NOBODY
            if not self._times or now - self._times[-1] >= SAMPLE_SECONDS:
                self._times.append(now)
                self._looks.append(present[0].pose.keypoints)

    def _finish(self, optics: Optics, now: float) -> EnrolmentEnded:
        whole, half = self._sign(0, len(self._times), optics), len(self._times) // 2
        first, last = self._sign(0, half, optics), self._sign(half, len(self._times), optics)
        if whole is None or first is None or last is None or abs(first.values[0] - last.values[0]) > SAME_STATURE:
            return self._ended(now, TWO)
        self.template = Template(self.name, self._room, whole, optics)
        return self._ended(now, KEPT)

    def _sign(self, begin: int, end: int, optics: Optics) -> Signature | None:
        return sign(gauge(self._times[begin:end], self._looks[begin:end], optics))

    def _ended(self, now: float, reason: str) -> EnrolmentEnded:
        self._times, self._looks = [], []
        kept = self.template is not None
        return EnrolmentEnded(time=now, room=self._room, person=self.name, kept=kept, reasons=(reason,))


def _is_there(track: Track) -> bool:
    """Whether a track is somebody who is seen now, or was a moment ago."""
    return track.state is TrackState.CONFIRMED
