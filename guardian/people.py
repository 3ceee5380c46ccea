"""The enrolled people of one box: asked for, kept and erased, in every room; what the page may know of them."""

from collections.abc import Mapping

from guardian.enrolment import CANCELLED
from guardian.events import EnrolmentAsked, EnrolmentEnded, ErasureAsked, Event
from guardian.io.journal import Journal
from guardian.moment import Moment
from guardian.watched import Watched
from guardian.web.household import EnrolmentShown, PeopleShown


class People:
    """Enrols and erases in the `watched` rooms, by name, and keeps that in the `journal`."""

    def __init__(self, watched: Mapping[str, Watched], journal: Journal) -> None:
        self._watched, self._journal = watched, journal
        self._ended: dict[str, EnrolmentShown] = {}

    def take(self, event: EnrolmentAsked | EnrolmentEnded | ErasureAsked, moment: Moment) -> tuple[Event, ...]:
        """Carry out what was asked for, keep what came of it; return what happened by that."""
        match event:
            case EnrolmentAsked():
                self._ended.pop(event.room, None)
                return self._watched[event.room].pipeline.begin_enrolment(event.name, moment.monotonic)
            case EnrolmentEnded() if CANCELLED in event.reasons:
                return ()  # another one goes on there, or nothing may be left of that person
            case EnrolmentEnded():
                self._ended[event.room] = EnrolmentShown(
                    event.person, event.room, 1.0, " ".join(event.reasons), ended=True, kept=event.kept
                )
                if event.kept:
                    self._keep(event, moment)
                return ()
            case ErasureAsked():
                self._ended = {room: each for room, each in self._ended.items() if each.name != event.name}
                self._journal.forget_person(event.name, moment)
                ended = [each.pipeline.forget_person(event.name, moment.monotonic) for each in self._watched.values()]
                return tuple(event for events in ended for event in events)

    def forget_view(self, room: str, moment: Moment) -> None:
        """Forget who was enrolled in a room, whose camera has another view now."""
        self._ended.pop(room, None)
        self._journal.forget_view(room, moment)

    @property
    def shown(self) -> PeopleShown:
        """Who is known where, and how enrolments go."""
        known = [(each.name, room) for room, watched in self._watched.items() for each in watched.pipeline.templates]
        going = {
            room: EnrolmentShown(progress.name, room, progress.share, progress.hint)
            for room, watched in self._watched.items()
            if (progress := watched.pipeline.enrolment) is not None
        }
        return PeopleShown(tuple(sorted(known)), tuple({**self._ended, **going}.values()))

    def _keep(self, event: EnrolmentEnded, moment: Moment) -> None:
        for template in self._watched[event.room].pipeline.templates:
            if template.name == event.person:
                self._journal.save_person(template, moment)
