"""A room under a virtual clock: the stages as in the home, shown whatever is posed."""

from datetime import datetime, timezone

import numpy as np
from bodies import tilted

from guardian.events import Event
from guardian.io.fakes import FakeClock
from guardian.opinion import Judge
from guardian.pipeline import Pipeline
from guardian.settings import Behaviour, Camera, Falls, Place, Room, Settings
from guardian.skeleton import Observation, Pose

EVERYWHERE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
COMING_AND_GOING = ("PersonAppeared", "PersonLeft", "PersonIdentified")


class Watched:
    """One room; frames come `fps` times a second. It is noon unless `hour` says otherwise."""

    def __init__(
        self,
        *places: Place,
        fps: float = 10.0,
        hour: int = 12,
        behaviour: Behaviour | None = None,
        falls: Falls | None = None,
        network: Judge | None = None,
    ) -> None:
        self.clock = FakeClock(0.0, datetime(2025, 6, 1, hour, 0, tzinfo=timezone.utc))
        self.room = Room(name="kitchen", camera=Camera(source="none"), places=places)
        self.settings = Settings(rooms=(self.room,), behaviour=behaviour or Behaviour(), falls=falls or Falls())
        self.pipeline = Pipeline(self.room, self.settings, 0.0, network=network)
        self.fps, self.events = fps, list[Event]()

    @property
    def now(self) -> float:
        return self.clock.monotonic()

    def show(self, seconds: float, *poses: Pose, **more: float | bool) -> "Watched":
        """Let the eye see these bodies for so long; `more` are fields of the observation."""
        for _ in range(round(seconds * self.fps)):
            now = self.clock.advance(1 / self.fps)
            observation = Observation(time=now, poses=poses, **more)
            self.events += self.pipeline.update(observation, self.clock.moment())
        return self

    def fall(self, degrees: float = 90, seconds: float = 0.8, *beside: Pose) -> "Watched":
        """Somebody who stood goes over in so many seconds, faster and faster."""
        frames = max(1, round(seconds * self.fps))
        for part in np.linspace(0, 1, frames + 1)[1:]:
            self.show(1 / self.fps, tilted(degrees * part**2), *beside)
        return self

    def names(self) -> list[str]:
        """What happened, but for coming and going."""
        return [name for event in self.events if (name := type(event).__name__) not in COMING_AND_GOING]
