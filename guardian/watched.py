"""One room at work: what is drawn and learned of it, the stages that watch it, and what a restart must not forget."""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence

from guardian.areas import sentences
from guardian.behaviour import StillUsual
from guardian.drawn import Drawn
from guardian.events import Event, PlaceProposed
from guardian.feedback import Answer
from guardian.identity import Template
from guardian.incident import Incident
from guardian.learned import VIEW, Learned, Said, recall_one
from guardian.moment import Moment
from guardian.opinion import Judge
from guardian.pipeline import Pipeline
from guardian.posture import Steady
from guardian.rest_places import RestPlaces
from guardian.settings import Room, Settings
from guardian.sight import RoomCoverage
from guardian.skeleton import Observation
from guardian.web.household import Coverage, RoomShown, look_shown, persons_shown

log = logging.getLogger(__name__)

SURE = 0.5
"""Confidence in how the camera hangs from which on it is told how large places are; below it, it was mostly wrong."""


class Watched:
    """One room, furnished with what was `kept` of it, by learned.LEARNED. `people` are those whom it may know by their
    skeletons, `network` judges falls beside the rules, `still_usual` says what stillness is usual there.
    """

    def __init__(
        self,
        room: Room,
        settings: Settings,
        now: float,
        *,
        people: Sequence[Template],
        kept: Mapping[str, str],
        network: Judge | None,
        still_usual: StillUsual,
    ) -> None:
        self._configured = room
        self._drawn = Drawn(room)
        recall_one(room.name, VIEW, kept, self._drawn.recall)
        self.rests = RestPlaces(room.name, self._drawn.room.places)
        self.pipeline = Pipeline(self._drawn.room, settings, now, people, network=network, still_usual=still_usual)
        self._learned = Learned(self._drawn, self.rests, self.pipeline)
        self._learned.recall(kept)
        self._steady = Steady()
        self._remembered: tuple[tuple[int, str, bool], ...] = ()

    def answer(self, event: Said, incidents: Iterable[Incident] = ()) -> Answer:
        """Carry out what a human says of a learned place, of the view, or by drawing; `incidents` are the open ones."""
        return self._learned.answer(event, incidents)

    def see(self, events: Iterable[Event], seen: Moment, aspect: float) -> tuple[PlaceProposed, ...]:
        """Learn from the frame captured at `seen`, which the pipeline has understood, and from what happened in it;
        return what is proposed to a human.
        """
        return self._learned.see(events, seen, aspect)

    def forget_heat(self) -> None:
        """Forget where people have been."""
        self._learned.heat.forget()

    def due(self, now: float) -> Iterator[tuple[str, str]]:
        """What was learned and is to be kept, by its name, where it has changed."""
        return self._learned.due(now)

    def memory(self, now: float) -> str | None:
        """The open falls, where they have changed: a power cut must not make them undone."""
        if self.pipeline.open_falls == self._remembered:
            return None
        self._remembered = self.pipeline.open_falls
        return json.dumps(self.pipeline.remember(now))

    def recall(self, ago: float, memory: str, now: float) -> None:
        """Go on with the falls that were open when they were kept, `ago` seconds ago; damaged ones are left out and
        told.
        """
        try:
            falls = [{**fall, "ago": float(fall["ago"]) + ago} for fall in json.loads(memory)]
            self.pipeline.recall(falls, now)
        except (ValueError, KeyError, TypeError) as error:
            log.error("event=memory_unreadable room=%r error=%r", self._configured.name, str(error))

    def shown(self, coverage: RoomCoverage, last: Observation | None, moment: Moment) -> RoomShown:
        """What the page may know of the room, of which `last` was seen."""
        pipeline = self.pipeline
        places, ground = self.rests.places, self.pipeline.ground
        areas = () if ground is None or ground.confidence < SURE else sentences(places, ground.optics)
        return RoomShown(
            name=self._configured.name,
            coverage=Coverage(coverage.state),
            reason=" ".join(coverage.reasons),
            aspect=last.aspect if last is not None else self._configured.camera.aspect,
            persons=persons_shown(pipeline.figures, self._steady),
            places=places,
            learned=self.rests.shown(moment.wall),
            camera=" ".join((pipeline.camera, *areas)),
            moved=pipeline.moved,
            outdated=self._drawn.outdated,
            drawn=self._drawn.shown,
            heat=self._learned.heat.shown,
            look=look_shown(last, ground, pipeline.turn),
        )
