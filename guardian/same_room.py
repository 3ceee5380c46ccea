"""Cameras that look at one room: who is down before two of them is one emergency, over once both see them up.

No camera waits for another, and none can take back what another one says: a person who seems to get up before one
camera is still down before the other.
"""

from collections.abc import Iterable, Mapping

from guardian.events import PersonEvent
from guardian.incident import Incident


class SameRoom:
    """Which cameras share a room, and which bodies they follow that are down, by incident and camera. `shares` gives
    for each camera's room the room that it belongs to; one that is not in it is a room of its own.
    """

    def __init__(self, shares: Mapping[str, str]) -> None:
        self._shares = shares
        self._down: dict[str, dict[str, int]] = {}

    def shared(self, one: str, other: str) -> bool:
        """Whether two cameras look at one room."""
        return self._shares.get(one, one) == self._shares.get(other, other)

    def follows(self, incident: Incident, event: PersonEvent) -> bool:
        """Whether the event is about the body that the incident follows, as its camera numbers it. A name is no proof:
        identity may err.
        """
        own = event.room == incident.room and event.track == incident.track
        return own or self._down.get(incident.id, {}).get(event.room) == event.track

    def fell(self, incident: Incident, event: PersonEvent) -> None:
        """Note that a camera holds a body to be down, of which more than a suspicion was told."""
        seen = self._down.setdefault(incident.id, {})
        own = incident.track if event.room == incident.room else None  # a radar beside the camera has no track
        seen[event.room] = event.track if own is None else own

    def rose(self, incident: Incident, event: PersonEvent) -> bool:
        """Note that a camera sees a body upright again; tell whether the incident is over by that: it is that
        incident's, and no other camera holds it to be down.
        """
        if not self.follows(incident, event):
            return False
        seen = self._down.get(incident.id, {})
        seen.pop(event.room, None)
        return not seen

    def keep(self, incidents: Iterable[str]) -> None:
        """Forget the bodies of all but these open `incidents`."""
        self._down = {each: self._down[each] for each in incidents if each in self._down}
