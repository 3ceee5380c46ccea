"""The appliance as the page sees it: what the brain last showed, and what the journal keeps of the past."""

from collections.abc import Callable, Sequence

from guardian import recording
from guardian.brain import Brain
from guardian.day import Day
from guardian.events import HumanEvent
from guardian.habits import needed
from guardian.incident import Incident
from guardian.io.clock import Clock
from guardian.io.journal import Journal
from guardian.io.scenes import DIRECTORY, SceneDirectory
from guardian.moment import Moment
from guardian.pipeline import Pipeline
from guardian.posture import Steady
from guardian.settings import Room, Settings
from guardian.skeleton import Observation
from guardian.web.household import PastIncident, RecordedScene, SceneFrame, Snapshot, persons_shown


class Home:
    """A web.household.Household; called on the page's threads, and never waits for the core."""

    def __init__(
        self, settings: Settings, brain: Brain, journal: Journal, clock: Clock, submit: Callable[[HumanEvent], None]
    ) -> None:
        self._settings, self._brain, self._journal, self._clock = settings, brain, journal, clock
        self._scenes = scenes_of(settings)
        self._submit = submit

    def snapshot(self) -> Snapshot:
        """The home as of the last pass."""
        return self._brain.shown

    def incidents(self, limit: int) -> Sequence[PastIncident]:
        """The latest incidents, newest first. Raises StoreError."""
        moment, scenes, judged = self._clock.moment(), self._journal.scenes(), self._scenes.verdicts()
        found = self._journal.incidents(limit, moment)
        return tuple(past(each, moment, replayable=each.id in scenes, judged=judged.get(each.id)) for each in found)

    def scene(self, incident_id: str) -> RecordedScene | None:
        """The stick figures around an incident, understood by the same stages as they were then. Raises StoreError."""
        lines, moment = self._journal.scene(incident_id), self._clock.moment()
        incident = self._journal.incident(incident_id, moment)
        observations = tuple(recording.read(lines)) if lines else ()
        if incident is None or not observations:
            return None
        room = self._furnished(incident.room, recording.roll_of(lines[0]))
        frames = self._frames(room, observations, moment)
        return RecordedScene(incident.room, observations[-1].aspect, frames, room.places)

    def days(self, who: str) -> Sequence[Day]:
        """Give the days of the last quarter that were counted of somebody and are over. Raises StoreError."""
        today = self._clock.moment().wall.date()
        return tuple(day for day in self._journal.days(needed(today)) if day.who == who and day.date < today)

    def _furnished(self, name: str, roll: float | None) -> Room:
        """The room of that name, else the first, with the places that count now and the roll as it was then."""
        room = next((each for each in self._settings.rooms if each.name == name), self._settings.rooms[0])
        places = next((shown.places for shown in self._brain.shown.rooms if shown.name == room.name), room.places)
        camera = room.camera if roll is None else room.camera.model_copy(update={"roll": roll})
        return room.model_copy(update={"places": places, "camera": camera})

    def submit(self, event: HumanEvent) -> None:
        """Put what a human did into the core's queue."""
        self._submit(event)

    def _frames(self, room: Room, observations: Sequence[Observation], moment: Moment) -> tuple[SceneFrame, ...]:
        pipeline, steady, frames = Pipeline(room, self._settings, observations[0].time), Steady(), []
        for observation in observations:
            pipeline.update(observation, moment)
            frames.append(SceneFrame(observation.time, persons_shown(pipeline.figures, steady)))
        return tuple(frames)


def scenes_of(settings: Settings) -> SceneDirectory:
    """Where this box keeps the scenes to learn from."""
    return SceneDirectory(settings.state_directory / DIRECTORY)


def past(incident: Incident, moment: Moment, *, replayable: bool, judged: str | None = None) -> PastIncident:
    """An incident with its wall times."""
    closed = None if incident.open else moment.wall_at(incident.changed)
    return PastIncident(incident, moment.wall_at(incident.opened), closed, replayable, judged)
