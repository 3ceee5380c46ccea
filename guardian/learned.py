"""What is known of one room beyond its configuration: learnt of its camera and places, or said by a human; kept, and
recalled after a restart.
"""

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from guardian.drawn import Drawing, Drawn, objection
from guardian.events import Event, PlaceAccepted, PlaceDeclined, PlaceDrawn, PlaceProposed, PlaceRemoved, ViewAccepted
from guardian.feedback import Answer
from guardian.heat import Heat
from guardian.incident import Incident
from guardian.moment import Moment
from guardian.pipeline import Pipeline
from guardian.rest_places import RestPlaces

log = logging.getLogger(__name__)

PLACES, VIEW, OPTICS, ROLL, HEAT = "places", "view", "optics", "roll", "heat"
"""Under which names it is kept where people rest, what is drawn on the page and what of another view, how high the
camera hangs and how far it looks down, how far askew, and where people have been."""
LEARNED = (PLACES, VIEW, OPTICS, ROLL, HEAT)
Said: TypeAlias = PlaceAccepted | PlaceDeclined | ViewAccepted | Drawing
"""What a human says of the places of a room, or of its view."""
OPTICS_SECONDS = 600.0
"""How often it is kept how the camera hangs: it becomes surer with everybody who walks by."""
HEAT_SECONDS = 1_800.0
"""How often it is kept where people have been: at most 14 thousand characters, and less than a megabyte a day."""
NOTHING = "null"
COUNTS, FORGOTTEN, NO_PLACE = (
    "It counts as a place from now on.",
    "It does not count, and is not proposed again.",
    "There is no such place to be answered for.",
)
FITS, ANEW, NOT_MOVED = (
    "This is the view from now on, and what was drawn counts again.",
    "This is the view from now on; what was drawn does not count until it is drawn anew.",
    "The camera of this room was not moved.",
)


DRAWN, REMOVED, RESTORED = (
    "It counts as it is drawn from now on.",
    "It does not count from now on: whoever lies there is told of.",
    "It counts as it is configured from now on.",
)


class Learned:
    """What is known of one room: by the `drawn` places, the `rests`, and the `pipeline`, which it furnishes; `heat` is
    where people have been.
    """

    def __init__(self, drawn: Drawn, rests: RestPlaces, pipeline: Pipeline) -> None:
        self._drawn, self._rests, self._pipeline = drawn, rests, pipeline
        self.heat = Heat()
        self._versions = {PLACES: rests.version, VIEW: 0, HEAT: self.heat.version}  # what recalling changed is kept
        self._kept = dict.fromkeys((OPTICS, ROLL), (float("-inf"), NOTHING))
        self._heated = float("-inf")

    def recall(self, kept: Mapping[str, str]) -> None:
        """Go on with what was kept of the room, by LEARNED; what is damaged is left out and told."""
        pipeline = self._pipeline
        recalls = {
            PLACES: self._rests.recall,
            OPTICS: pipeline.recall_ground,
            ROLL: pipeline.recall_roll,
            HEAT: self.heat.recall,
        }
        for what, recall in recalls.items():
            recall_one(self._drawn.room.name, what, kept, recall)
        pipeline.furnish(self._rests.places)
        self._kept = {what: (float("-inf"), kept.get(what) or NOTHING) for what in self._kept}

    def see(self, events: Iterable[Event], seen: Moment, aspect: float) -> tuple[PlaceProposed, ...]:
        """Learn from the frame captured at `seen`, which the pipeline has understood, and from what happened in it;
        return what is proposed to a human.
        """
        known, figures = tuple(events), self._pipeline.figures
        self.heat.update(figures, known, seen.monotonic, aspect)
        return self._rests.update(figures, known, seen, aspect)

    def due(self, now: float) -> Iterator[tuple[str, str]]:
        """What is to be kept, by its name, where it has changed; of how the camera hangs and of where people have been
        now and then, and at once that it is no longer known.
        """
        for what, source in ((PLACES, self._rests), (VIEW, self._drawn)):
            if source.version != self._versions[what]:
                self._versions[what] = source.version
                yield what, json.dumps(source.remember())
        if self._is_heat_due(now):
            self._versions[HEAT], self._heated = self.heat.version, now
            yield HEAT, json.dumps(self.heat.remember())
        for what, remember in ((OPTICS, self._pipeline.remember_ground), (ROLL, self._pipeline.remember_roll)):
            known, (since, kept) = remember(), self._kept[what]
            if known is not None and now - since < OPTICS_SECONDS:
                continue
            body = json.dumps(known)
            if body != kept:
                self._kept[what] = now, body
                yield what, body

    def answer(self, event: Said, incidents: Iterable[Incident] = ()) -> Answer:
        """Carry out what a human says of a learned place, of the view, or by drawing; `incidents` are the open ones."""
        match event:
            case ViewAccepted():
                return self._accept_view(fits=event.fits)
            case PlaceAccepted() | PlaceDeclined():
                if not self._rests.answer(event):
                    return Answer(kept=False, text=NO_PLACE)
                self._pipeline.furnish(self._rests.places)
                return Answer(kept=True, text=COUNTS if isinstance(event, PlaceAccepted) else FORGOTTEN)
            case _:
                return self._draw(event, incidents)

    def _draw(self, drawing: Drawing, incidents: Iterable[Incident]) -> Answer:
        shown, learned = self._drawn.shown, self._rests.accepted
        why_not = objection(drawing, shown, learned, incidents=incidents, moved=self._pipeline.moved)
        if why_not:
            return Answer(kept=False, text=why_not)
        self._drawn.take(drawing)
        instead = (drawing.name, drawing.instead) if isinstance(drawing, PlaceDrawn) else ()
        self._rests.furnish(self._drawn.room.places, instead)
        self._pipeline.furnish(self._rests.places)
        if isinstance(drawing, PlaceDrawn):
            return Answer(kept=True, text=DRAWN)
        return Answer(kept=True, text=REMOVED if isinstance(drawing, PlaceRemoved) else RESTORED)

    def _accept_view(self, *, fits: bool) -> Answer:
        if not (self._pipeline.moved or (fits and self._drawn.outdated)):
            return Answer(kept=False, text=NOT_MOVED)
        self._drawn.accept(fits=fits)
        self._pipeline.accept_view(self._drawn.room.camera)
        self._rests.accept_view(self._drawn.room.places, fits=fits)
        self.heat.accept_view()
        self._pipeline.furnish(self._rests.places)
        return Answer(kept=True, text=FITS if fits else ANEW)

    def _is_heat_due(self, now: float) -> bool:
        """Whether it is time to keep where people have been; that it was erased is kept at once."""
        late = self.heat.is_empty or now - self._heated >= HEAT_SECONDS
        return late and self.heat.version != self._versions[HEAT]


def recall_one(room: str, what: str, kept: Mapping[str, str], recall: Callable[[Mapping[str, Any]], None]) -> None:
    """Let one kept thing of a room be recalled; where it is damaged that is told, and no reason not to watch."""
    body = kept.get(what, "")
    try:
        if body not in ("", NOTHING):
            recall(json.loads(body))
    except (ValueError, KeyError, TypeError) as error:
        log.error("event=learned_unreadable room=%r what=%s error=%r", room, what, str(error))
