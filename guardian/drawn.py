"""What is drawn and configured of one room's view, as far as it fits what the camera sees.

A camera that was moved may have a view that a human accepts, but that beds were not drawn for. They then do not count
until they are drawn anew: a bed that is drawn where the floor now is would silence a fall.
"""

from collections.abc import Mapping
from typing import Any

from guardian.settings import Camera, Place, Room

HANGS = ("mount_height", "tilt", "roll")
"""What is configured of how a camera hangs, and changes with its view."""


class Drawn:
    """One room as it is configured. `version` changes whenever what is remembered is worth keeping."""

    def __init__(self, configured: Room) -> None:
        self._configured = configured
        self._places: tuple[Place, ...] = ()
        self._hangs: dict[str, float] = {}
        self.version = 0

    @property
    def room(self) -> Room:
        """The room with what still fits."""
        camera = self._configured.camera.model_copy(update=dict.fromkeys(self._hangs))
        places = tuple(place for place in self._configured.places if place not in self._places)
        return self._configured.model_copy(update={"camera": camera, "places": places})

    @property
    def outdated(self) -> str:
        """A sentence on what does not count, since it is of another view; nothing where all does."""
        names = (*(place.name for place in self._places), *self._hangs)
        return f"Of another view, and of no account until changed: {', '.join(names)}." if names else ""

    def accept(self, *, fits: bool) -> None:
        """There is another view, which all of it still `fits`, or none of it."""
        self._places = () if fits else self._configured.places
        self._hangs = {} if fits else hangs(self._configured.camera)
        self.version += 1

    def remember(self) -> dict[str, Any]:
        """What a restart must not forget, as plain numbers and words."""
        return {"places": [place.model_dump(mode="json") for place in self._places], "hangs": self._hangs}

    def recall(self, body: Mapping[str, Any]) -> None:
        """What was of another view still is, unless it was changed meanwhile.

        Raises ValueError, KeyError or TypeError where what was remembered is damaged.
        """
        places = [Place.model_validate(place) for place in body["places"]]
        self._places = tuple(place for place in self._configured.places if place in places)
        configured = hangs(self._configured.camera)
        self._hangs = configured if dict(body["hangs"]) == configured else {}


def hangs(camera: Camera) -> dict[str, float]:
    """What is configured of how this camera hangs."""
    values = {name: getattr(camera, name) for name in HANGS}
    return {name: value for name, value in values.items() if value is not None}
