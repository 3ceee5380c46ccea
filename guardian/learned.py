"""What is known of one room beyond its configuration: learnt of its camera and places, or said by a human; kept, and
recalled after a restart.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from guardian.drawn import Drawn
from guardian.events import PlaceAccepted, PlaceDeclined, ViewAccepted
from guardian.feedback import Answer
from guardian.pipeline import Pipeline
from guardian.rest_places import RestPlaces

log = logging.getLogger(__name__)

PLACES, VIEW, OPTICS, ROLL = "places", "view", "optics", "roll"
"""Under which names it is kept where people rest, what is drawn of another view, how high the camera hangs and how far
it looks down, and how far askew."""
LEARNED = (PLACES, VIEW, OPTICS, ROLL)
OPTICS_SECONDS = 600.0
"""How often it is kept how the camera hangs: it becomes surer with everybody who walks by."""
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


class Learned:
    """What is known of one room: by the `drawn` places, the `rests`, and the `pipeline`, which it furnishes."""

    def __init__(self, drawn: Drawn, rests: RestPlaces, pipeline: Pipeline) -> None:
        self._drawn, self._rests, self._pipeline = drawn, rests, pipeline
        self._versions = {PLACES: rests.version, VIEW: drawn.version}
        self._kept = dict.fromkeys((OPTICS, ROLL), (float("-inf"), NOTHING))

    def recall(self, kept: Mapping[str, str]) -> None:
        """Go on with what was kept of the room, by LEARNED; what is damaged is left out and told."""
        pipeline = self._pipeline
        recalls = {PLACES: self._rests.recall, OPTICS: pipeline.recall_ground, ROLL: pipeline.recall_roll}
        for what, recall in recalls.items():
            recall_one(self._drawn.room.name, what, kept, recall)
        pipeline.furnish(self._rests.places)
        self._kept = {what: (float("-inf"), kept.get(what) or NOTHING) for what in self._kept}

    def due(self, now: float) -> Iterator[tuple[str, str]]:
        """What is to be kept, by its name, where it has changed; of how the camera hangs now and then, and at once that
        it is no longer known.
        """
        for what, source in ((PLACES, self._rests), (VIEW, self._drawn)):
            if source.version != self._versions[what]:
                self._versions[what] = source.version
                yield what, json.dumps(source.remember())
        for what, remember in ((OPTICS, self._pipeline.remember_ground), (ROLL, self._pipeline.remember_roll)):
            known, (since, kept) = remember(), self._kept[what]
            if known is not None and now - since < OPTICS_SECONDS:
                continue
            body = json.dumps(known)
            if body != kept:
                self._kept[what] = now, body
                yield what, body

    def answer(self, event: PlaceAccepted | PlaceDeclined | ViewAccepted) -> Answer:
        """Carry out what a human says of a learned place, or of the view."""
        if isinstance(event, ViewAccepted):
            return self._accept_view(fits=event.fits)
        if not self._rests.answer(event):
            return Answer(kept=False, text=NO_PLACE)
        self._pipeline.furnish(self._rests.places)
        return Answer(kept=True, text=COUNTS if isinstance(event, PlaceAccepted) else FORGOTTEN)

    def _accept_view(self, *, fits: bool) -> Answer:
        if not (self._pipeline.moved or (fits and self._drawn.outdated)):
            return Answer(kept=False, text=NOT_MOVED)
        self._drawn.accept(fits=fits)
        self._pipeline.accept_view(self._drawn.room.camera)
        self._rests.accept_view(self._drawn.room.places, fits=fits)
        self._pipeline.furnish(self._rests.places)
        return Answer(kept=True, text=FITS if fits else ANEW)


def recall_one(room: str, what: str, kept: Mapping[str, str], recall: Callable[[Mapping[str, Any]], None]) -> None:
    """Let one kept thing of a room be recalled; where it is damaged that is told, and no reason not to watch."""
    body = kept.get(what, "")
    try:
        if body not in ("", NOTHING):
            recall(json.loads(body))
    except (ValueError, KeyError, TypeError) as error:
        log.error("event=learned_unreadable room=%r what=%s error=%r", room, what, str(error))
