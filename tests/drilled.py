"""A home that a drill looks at, played by hand: what happens in it is a list of moments."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from guardian.deliveries import Delivery
from guardian.drill.scene import RoomNow, Scene
from guardian.errors import GuardianError
from guardian.incident import Incident, IncidentState
from guardian.settings import Place
from guardian.walk import Body, Look

SOFA = Place(name="sofa", kind="sofa", polygon=((0.5, 0.5), (0.9, 0.5), (0.9, 0.9)))
HALL = RoomNow("hall", "armed", "", 4 / 3, "The camera hangs high.", (SOFA,))
BATH = RoomNow("bath", "degraded", "It is rather dark.", 4 / 3, "", ())
EXERCISE = Incident(
    id="i", room="hall", kind="FallSuspected", state=IncidentState.SUSPECTED, opened=0.0, changed=0.0, drill=True
)


def body(place: str = "") -> Body:
    keypoints = np.full((17, 3), 0.5, np.float32)
    keypoints[:, 0] = np.linspace(0.2, 0.8, 17)
    keypoints[:, 2] = 0.8
    return Body(keypoints, "upright", place)


@dataclass
class Played:
    """A home under a clock of its own. `walks` says where somebody is (a place, "" for about, None for nowhere) and
    how long in the hall; `falls` that they come down once a drill is on, and `presses` that they press the button.
    """

    walks: list[tuple[str | None, float]] = field(default_factory=list)
    falls: bool = True
    presses: bool = True
    rooms: tuple[RoomNow, ...] = (HALL,)
    emergency: Incident | None = None
    emergency_at: float = 1e9
    late: bool = False
    refuses: str = ""
    time: float = 1_000.0
    asked: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    deliveries: tuple[Delivery, ...] = ()
    began: float | None = None
    answered_at: float | None = None
    closed: bool = False

    # conduct.Home

    def scene(self) -> Scene:
        return Scene(
            time=self.time,
            wall=f"2025-06-01T12:{int(self.time - 1_000) // 60:02}:{int(self.time) % 60:02}+00:00",
            late=self.late,
            rooms=self.rooms,
            looks=(Look("hall", self.time, round(15 * self.time), 0.5, 4 / 3, tuple(self._bodies())),),
            incidents=tuple(self._incidents()),
            sound=self._sound(),
            deliveries=self.deliveries,
        )

    def ask(self, request: str, **values: object) -> object:
        self.asked.append((request, values))
        if request == self.refuses:
            message = "somebody was faster"
            raise GuardianError(message)
        if request == "drill":
            self.began = self.time if values["seconds"] else None
        elif request == "acknowledge":
            self.answered_at = self.time
        elif request == "resolve":
            self.closed = True
        return None

    def answered(self, incident: str) -> str:
        assert incident == "i"
        return "the button" if self.answered_at is not None else ""

    # conduct.Stage

    def wait(self, seconds: float) -> None:
        self.time += seconds

    def now(self) -> float:
        return self.time

    def _bodies(self) -> Iterator[Body]:
        left = self.time - 1_000.0
        for place, seconds in self.walks:
            if left < seconds:
                yield from () if place is None else (body(place),)
                return
            left -= seconds

    def _since(self) -> float:
        return -1.0 if self.began is None or not self.falls or self.closed else self.time - self.began

    def _incidents(self) -> Iterator[Incident]:
        if self.emergency is not None and self.time >= self.emergency_at:
            yield self.emergency
        since, began = self._since(), self.began or 0.0
        if since < 3:
            return
        if self.presses and since > 15 and self.answered_at is None:
            self.answered_at = self.time
        if self.answered_at is not None:
            taken = replace(EXERCISE, kind="FallConfirmed", state=IncidentState.ACKNOWLEDGED)
            yield replace(taken, opened=began + 3, changed=self.answered_at, acknowledged_by="the button")
        elif since >= 7:
            state, after = (IncidentState.RAISED, 12) if since >= 12 else (IncidentState.PENDING, 7)
            yield replace(EXERCISE, kind="FallConfirmed", state=state, opened=began + 3, changed=began + after)
        else:
            yield replace(EXERCISE, opened=began + 3, changed=began + 3)

    def _sound(self) -> str:
        states = {incident.state: True for incident in self._incidents()}
        if IncidentState.RAISED in states:
            return "siren"
        return "pips" if IncidentState.PENDING in states else "silent"
