"""What goes by the household's clock: whose hours it is, and the weekly test, kept as soon as anything comes of it."""

from collections.abc import Mapping

from guardian.alarm import Alarm
from guardian.events import Event
from guardian.incident import Incident
from guardian.io.clock import trustworthy
from guardian.io.journal import Journal
from guardian.moment import Moment
from guardian.rota import off_duty, quiet_until
from guardian.settings import Settings
from guardian.trials import KEPT, Trial, Trials


class Timetable:
    """Lets the alarm know the hours, and begins the weekly test. Called from the core's thread alone."""

    def __init__(self, settings: Settings, alarm: Alarm, journal: Journal) -> None:
        self._settings, self._alarm, self._journal = settings, alarm, journal
        self._trials = Trials(settings.alarm.weekly_test)

    @property
    def trial(self) -> Trial | None:
        """The last weekly test; None where there is none."""
        return self._trials.last

    def recall(self, learned: Mapping[str, Mapping[str, str]], moment: Moment) -> tuple[Event, ...]:
        """Go on with what was kept, once the open incidents are known."""
        return self._trials.recall(learned.get(KEPT, {}).get("", ""), self._alarm.incidents, moment)

    def tick(self, moment: Moment) -> tuple[Event, ...]:
        """Let time pass. That a test has begun is kept before it does: no restart begins a second one."""
        contacts = self._settings.contacts
        self._alarm.off_duty = off_duty(contacts, moment.wall)
        self._alarm.quiet_until = quiet_until(contacts, self._settings.household.quiet, moment.wall)
        if not trustworthy(moment.wall):
            return ()
        events = self._trials.tick(moment, busy=self._alarm.busy)
        self._keep(moment)
        return events

    def follow(self, incident: Incident, moment: Moment) -> tuple[Event, ...]:
        """Learn how an incident goes on."""
        events = self._trials.follow(incident, moment)
        self._keep(moment)
        return events

    def _keep(self, moment: Moment) -> None:
        tried = self._trials.told_anew()
        if tried is not None:
            self._journal.save_learned("", KEPT, tried, moment)
