"""Which cameras are open: closes and opens the eyes of rooms as the household asks, and keeps that."""

import logging
from collections.abc import Mapping, Sequence

from guardian import messages
from guardian.alarm import Alarm
from guardian.commands import Notify
from guardian.events import Event, PauseAsked, PauseEnded, RoomPaused
from guardian.feedback import Answer
from guardian.moment import Moment
from guardian.outputs import Outputs
from guardian.pause import PAUSES, Pause, Pauses, answer, refusal
from guardian.phrasebook import ENGLISH, Phrasebook
from guardian.settings import Settings
from guardian.watched import Watched

log = logging.getLogger(__name__)

ON_THE_PAGE = "web"
"""What is done there is noted there."""


class Cameras:
    """The cameras of the `watched` rooms, by name; `book` is the household's language. Called on the core's thread."""

    def __init__(
        self, watched: Mapping[str, Watched], outputs: Outputs, settings: Settings, book: Phrasebook = ENGLISH
    ) -> None:
        self._watched, self._outputs, self._book = watched, outputs, book
        self._contacts = tuple(contact.name for contact in settings.contacts)
        self._told_beyond = settings.privacy.tell_pause_seconds
        self._pauses = Pauses([room.name for room in settings.rooms], settings.privacy)

    @property
    def paused(self) -> tuple[Pause, ...]:
        """The pauses that are on."""
        return self._pauses.all

    @property
    def closed(self) -> frozenset[str]:
        """The rooms whose cameras are closed."""
        return frozenset(pause.room for pause in self._pauses.all)

    def recall(self, kept: str, moment: Moment) -> tuple[Event, ...]:
        """Go on with the pauses that were on before a restart; with none, and told, where they cannot be read."""
        try:
            return self._pauses.recall(kept, moment) if kept else ()
        except (ValueError, KeyError, TypeError) as error:
            log.error("event=learned_unreadable room='' what=%s error=%r", PAUSES, str(error))
            return ()

    def ask(self, asked: PauseAsked, alarm: Alarm, moment: Moment) -> tuple[tuple[Event, ...], Answer]:
        """Do what somebody asks for, unless the cameras are needed; return what comes of it, and the answer."""
        drill = alarm.drills.on
        why_not = refusal(asked, alarm.incidents, alarm.snoozed, None if drill is None else drill.room)
        done = () if why_not else self._pauses.ask(asked, moment.monotonic)
        log.info("event=pause by=%r via=%s seconds=%s refused=%r", asked.by, asked.via, asked.seconds, why_not)
        said = why_not or answer(done, moment)
        if done and asked.via != ON_THE_PAGE:
            self._outputs.audit(asked.by, said, asked.via)
        self._tell(asked.by, [pause for pause in self.paused if pause.event in done], moment)
        return done, Answer(kept=bool(done), text=said)

    def _tell(self, by: str, begun: Sequence[Pause], moment: Moment) -> None:
        """Tell the contacts of a pause that is longer than is configured; none of them is woken for it."""
        until = max((pause.until for pause in begun), default=moment.monotonic)
        if self._told_beyond is None or until - moment.monotonic <= self._told_beyond:
            return
        wall, rooms = moment.wall_at(until), [pause.room for pause in begun]
        title, body = messages.paused(rooms, by, wall, self._book)
        about = f"pause {moment.wall:%Y-%m-%d %H:%M:%S}"
        for name in self._contacts:
            self._outputs.tell(Notify(name, title, body, about, 0, urgent=False, asked=moment.monotonic))

    def turn(self, event: Event, moment: Moment) -> tuple[Event, ...]:
        """Close or open the eye of a room where the event says so; return what happened by that."""
        match event:
            case RoomPaused(room=room):
                self._outputs.close_eye(room)
                ended = self._watched[room].pipeline.pause(moment.monotonic)
                memory = self._watched[room].memory(moment.monotonic)
                if memory is not None:
                    self._outputs.journal.save_memory(room, memory, moment)
                return ended
            case PauseEnded(room=room):
                self._watched[room].pipeline.resume(moment.monotonic)
                self._outputs.open_eye(room)
        return ()

    def tick(self, moment: Moment) -> tuple[Event, ...]:
        """Let time pass, and keep what is on; return the ends of what is over."""
        ended = self._pauses.tick(moment.monotonic)
        kept = self._pauses.due(moment)
        if kept is not None:
            self._outputs.journal.save_learned("", PAUSES, kept, moment)
        return ended
