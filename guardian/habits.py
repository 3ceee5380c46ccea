"""What a home knows of its days: the stages that count and compare them, what is kept, and what the page shows."""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from guardian.day import HOUSEHOLD, Day
from guardian.diary import Diary
from guardian.events import PersonEvent
from guardian.moment import Moment
from guardian.posture import Figure
from guardian.routine import Routine
from guardian.senses import Sensed
from guardian.settings import Settings
from guardian.strangers import Strangers
from guardian.strolls import Stroll
from guardian.usual import LONGEST_DAYS
from guardian.web.household import HabitsShown

log = logging.getLogger(__name__)

TOLD = "told"
"""Under which name it is kept what was said today, of no room in particular."""
KEEP_SECONDS = 600.0
"""How often the days that are not over are kept: a power cut costs so much of them, and a card bears it for years."""
SHOW_SECONDS = 60.0


class Habits:
    """The days of one home with these `settings`."""

    def __init__(self, settings: Settings) -> None:
        self._learns = settings.behaviour.learn
        self._diary, self._routine = Diary(settings), Routine(settings)
        self._strangers = Strangers(settings.behaviour)
        self._kept: float | None = None
        self._showed = float("-inf")
        self._told = self._routine.told
        self._over: list[Day] = []
        self.shown: tuple[HabitsShown, ...] = ()

    def recall(self, days: Iterable[Day], told: str, today: date) -> None:
        """Go on with the days that were kept and what was said; what is damaged is left out and told."""
        days = tuple(days) if self._learns else ()
        self._routine.learn(day for day in days if day.date < today)
        self._diary.recall(day for day in days if day.date >= today)
        try:
            self._routine.recall(json.loads(told) if told else ())
        except (ValueError, TypeError) as error:
            log.error("event=learned_unreadable room='' what=%s error=%r", TOLD, str(error))
        self._told = self._routine.told

    def still_usual(self, kind: str, hour: int) -> float | None:
        """After how many seconds without movement it is unusual; see Routine.still_usual."""
        return self._routine.still_usual(kind, hour)

    def see(
        self, room: str, figures: Iterable[Figure], still: Mapping[str, float], moment: Moment, *, in_view: bool
    ) -> None:
        """Take what is seen of one room; see Diary.see."""
        self._diary.see(room, figures, still, moment, in_view=in_view)

    def stroll(self, strolls: Iterable[Stroll], moment: Moment) -> None:
        """Take the walks that are over."""
        self._diary.stroll(strolls, moment)

    def feel(self, senses: Iterable[Sensed]) -> None:
        """Take how the senses stand that are no cameras."""
        self._diary.feel(senses)

    def tick(self, moment: Moment, paused: Iterable[str] = ()) -> tuple[PersonEvent, ...]:
        """Let time pass; return what departs from the usual. The cameras of the `paused` rooms are closed."""
        self._diary.pause(paused, moment)
        self._diary.tick(moment)
        over = self._diary.closed()
        if self._learns and over:
            self._routine.learn(over)
            self._over += over
        events = (*self._routine.tick(self._diary, moment), *self._strangers.tick(self._diary, moment))
        if self._diary.today is not None and moment.monotonic - self._showed >= SHOW_SECONDS:
            self._showed = moment.monotonic
            self.shown = tuple(self._show(self._diary.today))
        return events

    def _show(self, today: date) -> Iterator[HabitsShown]:
        open_days = {day.who: day for day in self._diary.days if day.date == today}
        for who in sorted({HOUSEHOLD, *self._routine.who, *open_days}):
            day = open_days.get(who, Day(date=today, who=who))
            yield HabitsShown(who, day, self._routine.usual(who, today).sentences() if self._learns else ())

    def due(self, now: float) -> tuple[Day, ...]:
        """The days that are to be kept now: those that are over at once, the others now and then."""
        over, self._over = self._over, []
        if self._kept is None:
            self._kept = now
        if not self._learns or (now - self._kept < KEEP_SECONDS and not over):
            return tuple(over)
        self._kept = now
        return (*over, *self._diary.days)

    def told_anew(self) -> str | None:
        """What was said, as it is kept; None where nothing is new."""
        if self._routine.told == self._told:
            return None
        self._told = self._routine.told
        return json.dumps(self._told)

    def forget(self, who: str) -> None:
        """Forget every day of a person, or of the household."""
        self._diary.forget(who)
        self._routine.forget(who)
        self._over = [day for day in self._over if day.who != who]
        self._showed = float("-inf")


def needed(today: date) -> date:
    """The first day of which anything has to be known to go on."""
    return today - timedelta(days=LONGEST_DAYS)
