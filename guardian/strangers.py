"""A body that fits nobody who is enrolled, while the household is asleep or away.

Told once of each track, and only once it has been so for some seconds: who has just come in is easily misread.
"""

from guardian.behaviour import at_night
from guardian.diary import Diary
from guardian.events import StrangerSeen
from guardian.identity import Recognition
from guardian.moment import Moment
from guardian.settings import Behaviour

SURE_SECONDS = 10.0


class Strangers:
    """Watches the people of every room of a home."""

    def __init__(self, limits: Behaviour) -> None:
        self._limits = limits
        self._since: dict[tuple[str, int], float] = {}
        self._told: set[tuple[str, int]] = set()

    def tick(self, diary: Diary, moment: Moment) -> tuple[StrangerSeen, ...]:
        """Look at who is seen now; return the strangers of whom nothing was told."""
        now = moment.monotonic
        when = self._when(diary, moment)
        strange = {
            (room, figure.person.track.id): figure
            for room, figure in diary.present
            if figure.person.recognition is Recognition.STRANGER
        }
        self._since = {key: self._since.get(key, now) for key in strange}
        self._told &= {(room, figure.person.track.id) for room, figure in diary.present}
        if when is None:
            return ()
        due = [key for key, since in self._since.items() if now - since >= SURE_SECONDS and key not in self._told]
        self._told.update(due)
        return tuple(
            StrangerSeen(
                time=now,
                room=room,
                reasons=(f"The proportions of the body fit nobody who is enrolled, {when}.",),
                track=track,
                place=place.name if (place := strange[room, track].place) else None,
            )
            for room, track in due
        )

    def _when(self, diary: Diary, moment: Moment) -> str | None:
        """Say when, if it is at night or while everybody is out; None where strangers may be visitors."""
        if diary.went_out:
            return "and everybody had gone out"
        if at_night(self._limits, moment.wall.hour) and not diary.household.awake:
            return f"at {moment.wall:%H:%M}, when the household is asleep"
        return None
