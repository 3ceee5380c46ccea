"""Whether the camera still points where it did: once it does not, drawn places no longer hold, and that is said."""

from guardian.events import CameraMoved, CameraReturned, Event
from guardian.skeleton import Observation

MOVED, BACK = 0.5, 0.3
"""Share of the scenery that is out of its place from which on the camera has moved, and below which it is back. In ten
rendered rooms people, lamps, infrared light and a moved armchair displaced up to 0.43 of it, a turn of the camera by 10
degrees or more 0.45 to 1.0 (`python -m guardian.lab.measure_aim`)."""
PATIENCE_SECONDS = 30.0
"""So long it must be so: somebody may dust the camera, or stand before it."""


class Aim:
    """Watches one camera's aim. The reference ends with the eye: after a new one nothing takes back what was told."""

    def __init__(self, room: str) -> None:
        self._room = room
        self._frame = 0
        self._since: float | None = None
        self._forgotten = False
        self.moved = False

    def update(self, observation: Observation) -> tuple[Event, ...]:
        """Take one observation; return CameraMoved or CameraReturned where that has changed."""
        now = observation.time
        self._forgotten = self.moved and (self._forgotten or observation.frame < self._frame)
        self._frame = observation.frame
        differs = observation.displaced < BACK if self.moved else observation.displaced >= MOVED
        if not differs or self._forgotten:
            self._since = None
            return ()
        self._since = now if self._since is None else self._since
        if now - self._since < PATIENCE_SECONDS:
            return ()
        self._since, self.moved = None, not self.moved
        return (self._moved(now, observation.displaced) if self.moved else self._returned(now),)

    def accept(self) -> None:
        """A human says that what the camera sees now is its view; the eye is told as well."""
        self.moved, self._forgotten, self._since = False, False, None

    def _moved(self, now: float, share: float) -> Event:
        reason = (
            f"{share:.0%} of what the camera sees is no longer where it was: it seems to have been moved. Until it "
            "points there again, or somebody accepts the new view, drawn beds and other places do not count."
        )
        return CameraMoved(time=now, room=self._room, reasons=(reason,))

    def _returned(self, now: float) -> Event:
        return CameraReturned(time=now, room=self._room, reasons=("The camera points where it did.",))
