"""Whether the room can be seen at all: dark, covered, frozen or silent views are lost, and said so."""

from guardian.events import Event, ViewLost, ViewRestored
from guardian.skeleton import Observation

DARK, FLAT = 0.03, 0.012
"""Least mean and least standard deviation of the luma (0-1) at which anything can be made out: in rendered rooms
everybody was found at a mean of 0.033 and a deviation of 0.014 (drawn out, see guardian/eye/light.py), nobody at
0.018 and 0.012 (`python -m guardian.lab.measure_light`). A covered lens is flat whatever its brightness."""
TROUBLE_SECONDS = 5.0
FROZEN_SECONDS = 20.0
"""A live sensor has noise: frames that are the same to the bit for so long come from a camera that has stopped."""
SILENT_SECONDS = 5.0
SEEN_SECONDS = 2.0
MOST_REASONS = 2


class View:
    """Watches the view of one room; `update` with every observation, `tick` when there is none."""

    def __init__(self, room: str, now: float) -> None:
        self._room = room
        self._last = now
        self._changed = now
        self._bad_since: float | None = None
        self._good_since: float | None = None
        self._lost = False
        self._reasons: tuple[str, ...] = ()

    @property
    def lost(self) -> bool:
        """Whether the room cannot be seen."""
        return self._lost

    def update(self, observation: Observation) -> tuple[Event, ...]:
        """Judge one frame; return ViewLost or ViewRestored where that has changed."""
        now = self._last = observation.time
        if observation.change > 0 or observation.held:
            self._changed = now
        trouble = self._trouble(observation)
        if trouble:
            self._good_since = None
            self._bad_since = now if self._bad_since is None else self._bad_since
            return self._lose(now, trouble) if now - self._bad_since >= self._patience(trouble) else ()
        self._bad_since = None
        self._good_since = now if self._good_since is None else self._good_since
        return self._restore(now) if now - self._good_since >= SEEN_SECONDS else ()

    def tick(self, now: float) -> tuple[Event, ...]:
        """Notice that no frame has come for too long."""
        silent = now - self._last
        if self._lost or silent < SILENT_SECONDS:
            return ()
        return self._lose(now, f"No picture from the camera for {silent:.0f} s.")

    def cut(self, now: float, reason: str) -> tuple[Event, ...]:
        """The eye has ended: the view is lost at once. Where it was lost before, it is told now why; and once more
        where the next eye ends for another reason, which may be the one that somebody can mend.
        """
        self._good_since = None
        if reason not in self._reasons and len(self._reasons) < MOST_REASONS:
            self._lost, self._reasons = False, (*self._reasons, reason)
        return self._lose(now, reason)

    def _trouble(self, observation: Observation) -> str:
        if observation.brightness < DARK:
            return f"The room is too dark to see anybody (brightness {observation.brightness:.0%})."
        if observation.contrast < FLAT:
            return f"The camera sees nothing but one surface (contrast {observation.contrast:.1%}): is it covered?"
        if observation.time - self._changed >= FROZEN_SECONDS:
            return f"The picture has not changed for {observation.time - self._changed:.0f} s: the camera is frozen."
        return ""

    def _patience(self, trouble: str) -> float:
        """A frozen picture has been waited for already."""
        return 0.0 if "frozen" in trouble else TROUBLE_SECONDS

    def _lose(self, now: float, reason: str) -> tuple[Event, ...]:
        if self._lost:
            return ()
        self._lost, self._good_since = True, None
        return (ViewLost(time=now, room=self._room, reasons=(reason,)),)

    def _restore(self, now: float) -> tuple[Event, ...]:
        if not self._lost:
            return ()
        self._lost, self._reasons = False, ()
        return (ViewRestored(time=now, room=self._room, reasons=("The room can be seen again.",)),)
