"""What the running box says of itself for a drill, read from its page into the nouns of the core."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from guardian.deliveries import Delivery, DeliveryState
from guardian.errors import GuardianError
from guardian.incident import Incident, IncidentState
from guardian.optics import Optics
from guardian.settings import Place
from guardian.skeleton import KEYPOINTS
from guardian.walk import Body, Look

Json: TypeAlias = Mapping[str, Any]

THOUSANDTHS = 1_000


@dataclass(frozen=True, slots=True)
class RoomNow:
    """A room as it is set up: `coverage` is armed, degraded or blind, with its `reason`; `camera` says how it hangs."""

    name: str
    coverage: str
    reason: str
    aspect: float
    camera: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """The home at one moment, `time` in monotonic seconds of this machine, `wall` as ISO 8601. `late` tells that the
    core has not finished a pass for seconds; `sound` is what the panel plays.
    """

    time: float
    wall: str
    late: bool
    rooms: tuple[RoomNow, ...]
    looks: tuple[Look, ...]
    incidents: tuple[Incident, ...]
    sound: str
    deliveries: tuple[Delivery, ...]

    @property
    def emergency(self) -> Incident | None:
        """What is no drill, and needs a human now; a camera that cannot see is a fault, and told as such."""
        return next((each for each in self.incidents if not each.drill and each.kind != "ViewLost"), None)


def read_scene(told: Json) -> Scene:
    """Read what `/api/look` tells. Raises GuardianError where another Guardian speaks there."""
    try:
        return Scene(
            time=float(told["time"]),
            wall=str(told["wall"]),
            late=bool(told["late"]),
            rooms=tuple(_room(room) for room in told["rooms"]),
            looks=tuple(_look(room) for room in told["rooms"] if room["look"] is not None),
            incidents=tuple(_incident(each) for each in told["incidents"]),
            sound=str(told["panel"]["sound"]),
            deliveries=tuple(
                Delivery(**{**each, "state": DeliveryState(each["state"])}) for each in told["deliveries"]
            ),
        )
    except (KeyError, TypeError, ValueError) as error:
        message = f"the box says what this Guardian does not understand ({error!r}); the same version would be right"
        raise GuardianError(message) from error


def _room(room: Json) -> RoomNow:
    places = tuple(Place.model_validate(place) for place in room["places"])
    return RoomNow(room["name"], room["coverage"], room["reason"], float(room["aspect"]), room["camera"], places)


def _look(room: Json) -> Look:
    look = room["look"]
    return Look(
        room=room["name"],
        time=float(look["time"]),
        frame=int(look["frame"]),
        brightness=float(look["brightness"]),
        aspect=float(room["aspect"]),
        bodies=tuple(_body(person) for person in room["persons"]),
        optics=None if look["optics"] is None else Optics(**look["optics"]),
        sure=float(look["sure"]),
        turn=float(look["turn"]),
    )


def _body(person: Json) -> Body:
    keypoints = (np.array(person["keypoints"]).reshape(KEYPOINTS, 3) / THOUSANDTHS).astype(np.float32)
    return Body(keypoints, str(person["posture"]), str(person["place"] or ""))


def _incident(told: Json) -> Incident:
    return Incident(
        id=told["id"],
        room=told["room"],
        kind=told["kind"],
        state=IncidentState(told["state"]),
        opened=float(told["opened"]),
        changed=float(told["changed"]),
        told=tuple(told["told"]),
        acknowledged_by=told["by"],
        drill=bool(told["drill"]),
    )
