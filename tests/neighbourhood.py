"""What another box says, as it says it, and a table of neighbours under a clock that is moved by hand."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from guardian.events import Event
from guardian.incident import Incident, IncidentState
from guardian.moment import Moment
from guardian.neighbour import Neighbour
from guardian.neighbours import Neighbours
from guardian.readings import Heard
from guardian.settings import Camera, Room, Settings
from guardian.topics import Topics
from guardian.whole_home import WholeHome

START = datetime(2025, 6, 1, 12, 0, tzinfo=timezone.utc)
UP = Topics("guardian", "up", ("bedroom", "bath"))
OWN = Topics("guardian", "down", ("kitchen",))
UPSTAIRS = Neighbour(id="up", name="Upstairs", page="https://up.local:8377")
CELLAR = Neighbour(id="cellar", name="Cellar", buzzer=False, lamp=False)
RAISED, PENDING, ACKNOWLEDGED, RESOLVED = (
    IncidentState.RAISED,
    IncidentState.PENDING,
    IncidentState.ACKNOWLEDGED,
    IncidentState.RESOLVED,
)


def at(seconds: float) -> Moment:
    return Moment(seconds, START + timedelta(seconds=seconds))


def incident(name: str = "i-7", state: str = RAISED, **fields: object) -> Incident:
    """An incident of a fall in the bedroom."""
    about = {
        "id": name,
        "room": "bedroom",
        "kind": "FallConfirmed",
        "state": IncidentState(state),
        "opened": 0.0,
        "changed": 0.0,
    }
    return Incident(**{**about, "reasons": ("Fell in 0.6 s.",), **fields})  # type: ignore[arg-type]


def settings(*neighbours: Neighbour, own: str = "down") -> Settings:
    household = {"id": own}
    rooms = (Room(name="kitchen", camera=Camera(source="/dev/video0")),)
    return Settings(household=household, rooms=rooms, neighbours=neighbours)  # type: ignore[arg-type]


class Table:
    """The box downstairs, which hears another one upstairs. `home` is it among the others."""

    def __init__(self, *neighbours: Neighbour) -> None:
        self.now, self.beats, self.boot = 0.0, 0, "b1"
        names = iter(f"n-{number}" for number in range(10_000))
        self.home = WholeHome(settings(*(neighbours or (UPSTAIRS,))), OWN, lambda: next(names), 0.0)
        self.events: list[Event] = []

    @property
    def neighbours(self) -> Neighbours:
        return self.home.neighbours

    def hear(self, topic: str, payload: object, *, retained: bool = False, box: str = "up") -> list[Event]:
        """Let a message of the box come."""
        sent = payload if isinstance(payload, bytes) else payload.encode() if isinstance(payload, str) else None
        heard = Heard(
            self.now, f"guardian/{box}/{topic}", json.dumps(payload).encode() if sent is None else sent, retained
        )
        told = list(self.home.hear(heard, at(self.now)))
        self.events += told
        return told

    def beat(self, states: Mapping[str, str] | None = None, *, retained: bool = False, box: str = "up") -> list[Event]:
        """Let the box give a sign of life."""
        self.beats += 1
        said = {"boot": self.boot, "beat": self.beats, "open": states or {}, "rooms": ["bedroom", "bath"]}
        return self.hear("heartbeat", said, retained=retained, box=box)

    def live(self, box: str = "up") -> None:
        """Let the box be known to live."""
        self.beat(box=box)
        self.beat(box=box)

    def tell(self, told: Incident, *, box: str = "up", retained: bool = False) -> None:
        """Let the box say how it stands with an incident, without a heartbeat."""
        for message in Topics("guardian", box).incident(told, at(self.now)):
            self.hear(f"incident/{told.id}", message.payload, box=box, retained=retained)

    def rings(self, told: Incident | None = None, *, box: str = "up") -> Incident:
        """Let an incident be open at a box that lives."""
        made = told or incident()
        self.tell(made, box=box)
        self.beat({made.id: made.state.value}, box=box)
        return made

    def let_pass(self, seconds: float, own: tuple[Incident, ...] = ()) -> list[Event]:
        """Let time pass, second by second; return what happened."""
        told: list[Event] = []
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + 1.0)
            told += self.home.tick(own, self.now)[0]
        self.events += told
        return told
