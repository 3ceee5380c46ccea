"""What is drawn and configured of one room's view, as far as it fits what the camera sees.

Places come from the configuration, and from humans who draw on the page: those lie over the configured ones, and win
where the name is the same (docs/decisions/0021-what-is-drawn-on-the-page.md).

A camera that was moved may have a view that a human accepts, but that beds were not drawn for. They then do not count
until they are drawn anew: a bed that is drawn where the floor now is would silence a fall.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from guardian.events import PlaceDrawn, PlaceRemoved, PlaceRestored
from guardian.incident import Incident
from guardian.outline import MOST_PLACES
from guardian.settings import Camera, Place, Room
from guardian.transitions import Course, course_of

HANGS = ("mount_height", "tilt", "roll")
"""What is configured of how a camera hangs, and changes with its view."""

Drawing: TypeAlias = PlaceDrawn | PlaceRemoved | PlaceRestored


class Source(str, Enum):
    """Where a place is from: the configuration; the configuration, though a human has removed it; or a human's hand."""

    CONFIGURED = "configured"
    REMOVED = "removed"
    DRAWN = "drawn"


@dataclass(frozen=True, slots=True)
class DrawnPlace:
    """A place as a human is shown it. `configured` tells that the configuration has one of that name, which may count
    again; `outdated` that it is of another view, and does not count.
    """

    place: Place
    source: Source
    configured: bool
    outdated: bool = False

    @property
    def counts(self) -> bool:
        """Whether it is a place of the room."""
        return self.source is not Source.REMOVED and not self.outdated

    @property
    def origin(self) -> str:
        """In two or three words for an engineer, where it is from; nothing of what is as it was configured."""
        if self.source is Source.REMOVED:
            return "removed on the page"
        return "drawn on the page" if self.source is Source.DRAWN else ""


class Drawn:
    """One room as it is configured and drawn. `room` is the room with what still fits, `shown` all places that there
    are, `version` changes whenever what is remembered is worth keeping.
    """

    def __init__(self, configured: Room) -> None:
        self._configured = configured
        self._known = {place.name: place for place in configured.places}
        self._over: dict[str, Place] = {}
        self._removed: frozenset[str] = frozenset()
        self._places: tuple[Place, ...] = ()
        self._hangs: dict[str, float] = {}
        self.version = 0
        self.room, self.shown = configured, tuple[DrawnPlace, ...]()
        self._lay()

    @property
    def outdated(self) -> str:
        """A sentence on what does not count, since it is of another view; nothing where all does."""
        names = (*(each.place.name for each in self.shown if each.outdated), *self._hangs)
        return f"Of another view, and of no account until changed: {', '.join(names)}." if names else ""

    def accept(self, *, fits: bool) -> None:
        """There is another view, which all of it still `fits`, or none of it."""
        self._places = () if fits else (*self._known.values(), *self._over.values())
        self._hangs = {} if fits else hangs(self._configured.camera)
        self._change()

    def take(self, drawing: Drawing) -> None:
        """Draw, remove or restore a place; what `objection` has a word against makes no sense here."""
        match drawing:
            case PlaceDrawn():
                if drawing.instead not in ("", drawing.name):
                    self._remove(drawing.instead)
                place = place_of(drawing)
                self._places = tuple(each for each in self._places if each != place)  # who draws it has looked
                self._over |= {drawing.name: place}
                self._removed -= {drawing.name}
            case PlaceRemoved():
                self._remove(drawing.name)
            case _:
                self._over.pop(drawing.name, None)
                self._removed -= {drawing.name}
        self._change()

    def remember(self) -> dict[str, Any]:
        """What a restart must not forget, as plain numbers and words."""
        return {
            "places": [place.model_dump(mode="json") for place in self._places],
            "hangs": self._hangs,
            "drawn": [place.model_dump(mode="json") for place in self._over.values()],
            "removed": sorted(self._removed),
        }

    def recall(self, body: Mapping[str, Any]) -> None:
        """What was of another view still is, unless it was changed meanwhile; what was drawn on the page still counts,
        unless the configuration says the same by now.

        Raises ValueError, KeyError or TypeError where what was remembered is damaged.
        """
        over = [Place.model_validate(place) for place in body.get("drawn", ())]
        removed = frozenset(str(name) for name in body.get("removed", ()))
        outdated = [Place.model_validate(place) for place in body["places"]]
        same = dict(body["hangs"]) == hangs(self._configured.camera)
        self._over = {place.name: place for place in over if self._known.get(place.name) != place}
        self._removed = removed & self._known.keys()
        self._places = tuple(place for place in (*self._known.values(), *self._over.values()) if place in outdated)
        self._hangs = hangs(self._configured.camera) if same else {}
        self._lay()
        if (len(self._over), self._removed) != (len(over), removed):
            self.version += 1  # else what was taken over into the configuration would come back after its next change

    def _remove(self, name: str) -> None:
        self._over.pop(name, None)
        self._removed |= {name} & self._known.keys()

    def _change(self) -> None:
        self.version += 1
        self._lay()

    def _lay(self) -> None:
        """Lay what was drawn over what is configured."""
        laid = {**self._known, **self._over}
        self.shown = tuple(
            DrawnPlace(place, self._source(name), name in self._known, place in self._places)
            for name, place in laid.items()
        )
        camera = self._configured.camera.model_copy(update=dict.fromkeys(self._hangs))
        places = tuple(each.place for each in self.shown if each.counts)
        self.room = self._configured.model_copy(update={"camera": camera, "places": places})

    def _source(self, name: str) -> Source:
        if name in self._over:
            return Source.DRAWN
        return Source.REMOVED if name in self._removed else Source.CONFIGURED


def hangs(camera: Camera) -> dict[str, float]:
    """What is configured of how this camera hangs."""
    values = {name: getattr(camera, name) for name in HANGS}
    return {name: value for name, value in values.items() if value is not None}


def place_of(drawing: PlaceDrawn) -> Place:
    """The place as the configuration would have it. Raises ValueError where it would not."""
    return Place.model_validate({"name": drawing.name, "kind": drawing.kind, "polygon": drawing.polygon})


def objection(
    drawing: Drawing,
    shown: Iterable[DrawnPlace],
    learned: Collection[str] = (),
    *,
    incidents: Iterable[Incident] = (),
    moved: bool = False,
) -> str:
    """Say why a place cannot be drawn, removed or restored: given those that are `shown`, the names of those that were
    `learned` and accepted, the open `incidents`, and whether the camera is `moved`; nothing where it can.

    Whoever lies on the floor while a bed is drawn around them would be taken for somebody in bed, so while there is an
    incident the places stay as they are.
    """
    if any(each.room in ("", drawing.room) and course_of(each) is not Course.BLINDNESS for each in incidents):
        return f"Something is the matter in {drawing.room}: see to that first, and close it."
    if moved:
        return "The camera of this room was moved: say first whether this is its view."
    known = {each.place.name: each for each in shown}
    match drawing:
        case PlaceDrawn():
            return _undrawable(drawing, known, {*_there(known), *learned})
        case PlaceRemoved() if drawing.name not in _there(known):
            return f"There is no drawn place “{drawing.name}” any more; nothing was changed."
        case PlaceRestored() if drawing.name not in known or not _differs(known[drawing.name]):
            return f"The place “{drawing.name}” is as it is configured; nothing was changed."
    return ""


def _undrawable(drawing: PlaceDrawn, known: Mapping[str, DrawnPlace], there: Collection[str]) -> str:
    """Why a place cannot be drawn, where these names are known, and there are places of these."""
    if drawing.instead and drawing.instead not in there:
        return f"There is no place “{drawing.instead}” to be changed any more; nothing was changed."
    if drawing.name != drawing.instead and drawing.name in there:
        return f"There is a place “{drawing.name}” already; another name would be right."
    if not drawing.instead and len(known) >= MOST_PLACES:
        return f"{MOST_PLACES} places are enough for one room; remove one first."
    return ""


def _there(known: Mapping[str, DrawnPlace]) -> frozenset[str]:
    """The names of the places that nobody has removed."""
    return frozenset(name for name, each in known.items() if each.source is not Source.REMOVED)


def written(shown: Iterable[DrawnPlace]) -> str:
    """The places that count, as lines for a room of guardian.yaml; a name in quotes is the same in YAML and in JSON."""
    lines = []
    for place in (each.place for each in shown if each.counts):
        corners = ", ".join(f"[{x}, {y}]" for x, y in place.polygon)
        name = json.dumps(place.name, ensure_ascii=False)
        lines += [f"      - name: {name}", f"        kind: {place.kind}", f"        polygon: [{corners}]"]
    return "\n".join(("    places:", *lines) if lines else ("    places: []",)) + "\n"


def _differs(each: DrawnPlace) -> bool:
    """Whether a place of the configuration is not as it is configured."""
    return each.configured and each.source is not Source.CONFIGURED
