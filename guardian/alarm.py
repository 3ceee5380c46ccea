"""From events to commands: each emergency lives its own life, and every step of that life stands in TRANSITIONS.

Pure: no clock, no threads, no outputs. `handle` takes what happened, `tick` lets time pass, `next_deadline` says when
to call `tick` next; all take monotonic seconds. What comes back is to be carried out in its order: first what makes
the incident durable, then the box and its voice, then what publishes it, then the phones.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from types import MappingProxyType

from guardian import messages
from guardian.commands import Announce, Ask, Command, Lamp, Notify, Save, ShowPanel, Sound, Speak
from guardian.contacts import Contact
from guardian.drills import Drills, exercises, is_exercise
from guardian.durations import PATIENT, durations
from guardian.events import (
    DrillStarted,
    Event,
    FalseAlarmSaid,
    FaultCleared,
    FaultOccurred,
    HelpCalled,
    HumanEvent,
    PauseEnded,
    PersonEvent,
    PersonLeft,
    PersonRecovered,
    RoomPaused,
    Snoozed,
    ViewLost,
    ViewRestored,
    WeeklyTestDue,
)
from guardian.incident import Incident, IncidentState
from guardian.particulars import noted, worsened
from guardian.phrasebook import ENGLISH, Phrasebook
from guardian.prompts import Prompts
from guardian.same_room import SameRoom
from guardian.settings import AlarmSettings
from guardian.snooze import Snoozes
from guardian.transitions import (
    ACKNOWLEDGED,
    PANEL,
    RAISED,
    SEVERITY,
    STARTS,
    TRANSITIONS,
    TRIGGERS,
    Course,
    Trigger,
    badness_of,
    course_of,
    row_of,
    steps_of,
)

__all__ = ["PANEL", "TRANSITIONS", "Alarm", "Course", "Trigger"]

MAX_OPEN = 32
SAME_BODY_SECONDS = 300.0
SAME_ROOM_SECONDS = 60.0


class Alarm:
    """The open incidents and what may become one; they are bounded, and each leaves only as TRANSITIONS says.

    `new_id` gives each incident its id, `book` the words for humans. `alarm_events` names the behaviour events that
    open one; ValueError where a name is no event of a person that could. `shares` tells which cameras look at one room,
    as Settings.shares does.
    """

    def __init__(
        self,
        settings: AlarmSettings,
        contacts: tuple[Contact, ...],
        new_id: Callable[[], str],
        alarm_events: tuple[str, ...] = (),
        book: Phrasebook = ENGLISH,
        *,
        shares: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        unknown = set(alarm_events) - set(SEVERITY)
        if unknown:
            message = f"no alarm is made of {', '.join(sorted(unknown))}; one of {', '.join(SEVERITY)} would be right"
            raise ValueError(message)
        self._durations = durations(settings)
        self._view_lost_seconds = settings.view_lost_seconds
        self._contacts = tuple(contact.name for contact in contacts)
        self._tested = self._contacts if settings.weekly_test and settings.weekly_test.contacts else ()
        self._new_id, self._book = new_id, book
        self._triggers = {**dict.fromkeys(alarm_events, Trigger.DANGER), **TRIGGERS}
        self._open: dict[str, Incident] = {}
        self._same_room = SameRoom(shares)
        self._snoozes, self.drills, self._prompts = Snoozes(), Drills(), Prompts(book)
        self._unseen: dict[str, ViewLost] = {}
        self._blind_at: dict[str, float] = {}
        self._faults: dict[tuple[str, str], str] = {}
        self._paused: set[str] = set()
        self._shown: ShowPanel | None = None
        self.off_duty: frozenset[str] = frozenset()
        self.quiet_until: Mapping[str, datetime] = {}
        self._changes: list[tuple[Incident, list[Notify]]] = []

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """The open incidents, worst first."""
        return tuple(sorted(self._open.values(), key=badness_of))

    @property
    def state(self) -> IncidentState | None:
        """The state of the worst open incident, or None where all is well."""
        return next((incident.state for incident in self.incidents), None)

    @property
    def busy(self) -> bool:
        """Whether something is the matter, or held, that a weekly test must not get in the way of; a blind camera is
        not, which may stay blind for weeks.
        """
        matters = any(course_of(incident) is not Course.BLINDNESS for incident in self._open.values())
        return matters or bool(self._snoozes.rooms) or self.drills.on is not None

    @property
    def snoozed(self) -> Mapping[str, float]:
        """Which rooms are snoozed ("" is every room), and until when."""
        return self._snoozes.rooms

    @property
    def next_deadline(self) -> float | None:
        """When the next thing happens by itself; None where nothing will. After `tick(now)` it is later than `now`."""
        moments = [incident.deadline for incident in self._open.values() if incident.deadline is not None]
        moments += [self._blind_from(room) for room in self._blind_at]
        return min([*moments, *self._snoozes.rooms.values(), *self.drills.deadlines], default=None)

    def restore(self, incidents: Iterable[Incident], now: float) -> tuple[Command, ...]:
        """Go on with the stored incidents after a restart: show and publish them.

        Nobody is called for that: what was not told yet is in the store, and who was told is not told again. Tracks of
        the process that has ended mean nothing in this one. A deadline may have moved with the wall clock: it is never
        later than a whole duration from `now`, and where it has passed the next tick acts on it.
        """
        announced: list[Incident] = []
        for stored in incidents:
            if row_of(stored) not in PANEL:
                continue
            wait = self._durations.get(row_of(stored))
            times = () if wait is None else (now + wait, now + wait if stored.deadline is None else stored.deadline)
            incident = replace(stored, track=None, deadline=min(times, default=None))
            self._open[incident.id] = incident
            announced.append(incident)
        return (*self._panel_commands(now), *map(Announce, announced))

    def handle(self, event: Event, now: float) -> tuple[Command, ...]:
        """Take note of what happened."""
        self._note(event, now)
        if isinstance(event, FalseAlarmSaid):
            return self._ask_again(event, now)
        usual = self._triggers.get(type(event).__name__)
        trigger = self.drills.trigger(event, usual, self._open.values(), now)
        if trigger is not None:
            self._apply(trigger, event, now)
        return self._commands(now)

    def tick(self, now: float) -> tuple[Command, ...]:
        """Let time pass: countdowns, repeats, reminders, the end of a snooze or a drill, a view that stays lost."""
        for incident in self.incidents:
            if incident.deadline is not None and incident.deadline <= now:
                self._move(incident, Trigger.TIMEOUT, None, now)
        for held in (*self._snoozes.end(now), *self.drills.end(now)):
            self._apply(self._triggers[type(held).__name__], held, now)
        for room in [room for room in self._blind_at if self._blind_from(room) <= now]:
            del self._blind_at[room]
            self._apply(Trigger.BLINDED, self._unseen[room], now)
        return self._commands(now)

    def _blind_from(self, room: str) -> float:
        return max(self._blind_at[room], self._snoozes.until(room))

    def _note(self, event: Event, now: float) -> None:
        """Remember what is no incident: snoozes, pauses, drills, faults and rooms that cannot be seen."""
        self.drills.note(event, now)
        match event:
            case Snoozed():
                self._snoozes.start(event, now)
            case FaultOccurred():
                self._faults[event.part, event.room] = event.reasons[0] if event.reasons else ""
            case FaultCleared():
                self._faults.pop((event.part, event.room), None)
            case ViewLost() if event.room not in self._unseen:
                self._unseen[event.room] = event
                self._blind_at[event.room] = now + self._view_lost_seconds
            case ViewLost():  # the same, and by now it is known why
                self._unseen[event.room] = replace(event, time=self._unseen[event.room].time)
            case ViewRestored() | RoomPaused():  # who closes a camera need not be told that it cannot see
                self._unseen.pop(event.room, None)
                self._blind_at.pop(event.room, None)
                if isinstance(event, RoomPaused):
                    self._paused.add(event.room)
            case PauseEnded():
                self._paused.discard(event.room)
            case PersonRecovered() | PersonLeft():
                self._snoozes.forget(event)

    def _apply(self, trigger: Trigger, event: Event, now: float) -> None:
        """Move every incident that the event is about; where there is none it may begin one."""
        meant = self._meant(trigger, event, now)
        for incident in meant:
            self._move(incident, trigger, event, now)
            self._follow(incident.id, trigger, event)
        if not meant and trigger in STARTS and not self._is_held(trigger, event, now) and self._has_room(now):
            self._follow(self._begin(trigger, event, now), trigger, event)

    def _follow(self, incident: str, trigger: Trigger, event: Event) -> None:
        """Hold somebody to be down before that camera too; a suspicion may end without a word, and holds nothing."""
        open_ = self._open.get(incident)
        if (
            open_ is not None
            and isinstance(event, PersonEvent)
            and trigger not in (Trigger.SUSPICION, Trigger.RECOVERY)
        ):
            self._same_room.fell(open_, event)
        self._same_room.keep(self._open)

    def _meant(self, trigger: Trigger, event: Event, now: float) -> list[Incident]:
        """Find the open incidents that the event is about."""
        match event:
            case PersonRecovered():
                return [incident for incident in self.incidents if self._same_room.rose(incident, event)]
            case PersonEvent() if is_exercise(trigger):
                return exercises(self.incidents, event.room)
            case PersonEvent() | HelpCalled():
                return self._joined(event, now)
            case DrillStarted() | WeeklyTestDue():
                course = STARTS[trigger][0]
                return [incident for incident in self.incidents if course_of(incident) is course]
            case HumanEvent():
                named = (incident for incident in self.incidents if event.incident in (None, incident.id))
                here = (incident for incident in named if event.room in ("", incident.room))
                return [incident for incident in here if trigger in steps_of(incident)][:1]
            case _:
                blind = (incident for incident in self.incidents if course_of(incident) is Course.BLINDNESS)
                return [incident for incident in blind if incident.room == event.room]

    def _joined(self, event: PersonEvent | HelpCalled, now: float) -> list[Incident]:
        """Find the one emergency that the event adds to, if any: the same body's before another's in the room."""
        near = []
        for incident in self.incidents:
            seconds = self._bond(incident, event)
            if seconds is not None and (incident.state is not ACKNOWLEDGED or now - incident.changed < seconds):
                near.append((seconds, incident))
        return [max(near, key=lambda pair: pair[0])[1]] if near else []

    def _bond(self, incident: Incident, event: PersonEvent | HelpCalled) -> float | None:
        """Say how long after an acknowledgement `event` belongs to `incident`, in seconds; None where it never does.

        Before the acknowledgement it belongs to it at any age, since that rings anyway. A body that was lost and found
        again on the floor has a new track, and before another camera of that room another one: it joins, whatever name
        it bears, since what rings depends on no name. A human's call for help never hides behind an acknowledgement.
        """
        here = event.room == "" or self._same_room.shared(event.room, incident.room)
        if course_of(incident) is not Course.EMERGENCY or not here:
            return None
        if isinstance(event, HelpCalled):
            return 0.0 if event.incident in (None, incident.id) else None
        return SAME_BODY_SECONDS if self._same_room.follows(incident, event) else SAME_ROOM_SECONDS

    def _is_held(self, trigger: Trigger, event: Event, now: float) -> bool:
        """Tell whether a snooze keeps the event from beginning an incident; what a human asks for goes through it."""
        if isinstance(event, HumanEvent) or is_exercise(trigger) or self._snoozes.until(event.room) <= now:
            return False
        if isinstance(event, PersonEvent) and trigger is not Trigger.SUSPICION:
            self._snoozes.hold(event)
        return True

    def _has_room(self, now: float) -> bool:
        """Tell whether one more incident may be open. The oldest that a human took gives way; one that rings never."""
        taken = [incident for incident in self._open.values() if Trigger.CROWDED in steps_of(incident)]
        if len(self._open) >= MAX_OPEN and taken:
            self._move(min(taken, key=lambda incident: incident.changed), Trigger.CROWDED, None, now)
        return len(self._open) < MAX_OPEN

    def _begin(self, trigger: Trigger, event: Event, now: float) -> str:
        """Open an incident; return its id."""
        course, state = STARTS[trigger]
        incident = Incident(
            id=self._new_id(),
            room=event.room,
            kind=type(event).__name__,
            state=state,
            opened=min(event.time, now),
            changed=now,
            deadline=self._deadline(course, state, now, now),
            drill=course in (Course.DRILL, Course.TEST),
        )
        self._record(None, worsened(incident, event), trigger, now)
        return incident.id

    def _move(self, incident: Incident, trigger: Trigger, event: Event | None, now: float) -> None:
        """One step along the table, if it has one."""
        state = steps_of(incident).get(trigger)
        if state is None:
            return
        changed = incident.changed if state is incident.state else now
        after = noted(incident, trigger, event, state)
        if state is not incident.state or trigger is Trigger.TIMEOUT:
            deadline = self._deadline(course_of(incident), state, changed, now)
            after = replace(after, state=state, changed=changed, deadline=deadline)
        if after != incident:
            self._record(incident, after, trigger, now)

    def _deadline(self, course: Course, state: IncidentState, changed: float, now: float) -> float | None:
        seconds = self._durations.get((course, state))
        if seconds is None:
            return None
        return now + (max(seconds, now - changed) if (course, state) in PATIENT else seconds)

    def _record(self, before: Incident | None, after: Incident, trigger: Trigger, now: float) -> None:
        """Keep the incident as it now is, and what has to be said of it to whom."""
        names = self._addressees(before, after, trigger)
        urgent = trigger is not Trigger.RECOVERY
        step = after.step + (1 if names else 0)
        notices = self._notices(after, names, step, now, urgent=urgent)
        told = tuple(dict.fromkeys((*after.told, *names))) if after.state is RAISED else after.told
        incident = replace(after, step=step, told=told)
        if incident.open:
            self._open[incident.id] = incident
        else:
            self._open.pop(incident.id, None)
        self.drills.follow(incident)
        self._changes.append((incident, notices))

    def _addressees(self, before: Incident | None, after: Incident, trigger: Trigger) -> tuple[str, ...]:
        """Say who is told of this step: the next who was not, off duty last; all once each was; else those told."""
        entered = before is None or before.state is not after.state
        if course_of(after) is Course.TEST:
            return self._tested if after.state is RAISED else after.told
        if not (entered or trigger in (Trigger.TIMEOUT, Trigger.RECOVERY)) or not self.drills.may_tell(after):
            return ()
        if after.state is RAISED and trigger is not Trigger.RECOVERY:
            fresh = (name for name in self._contacts if name not in after.told)
            following = tuple(sorted(fresh, key=self.off_duty.__contains__)[:1])
            return self._contacts if after.drill else following or self._contacts
        return after.told  # also who took it: a call that still waits for their phone would frighten them later

    def _notices(
        self, incident: Incident, names: Iterable[str], step: int, now: float, *, urgent: bool = True
    ) -> list[Notify]:
        ringing = urgent and row_of(incident) in ((Course.EMERGENCY, RAISED), (Course.TEST, RAISED))
        ask = Ask.TEST if course_of(incident) is Course.TEST else Ask.TAKE
        title, body = messages.title(incident, self._book), messages.body(incident, now, self._book)
        quiet = self.quiet_until if course_of(incident) is Course.BLINDNESS else {}
        notice = partial(Notify, title=title, body=body, incident=incident.id, step=step, urgent=ringing, asked=now)
        return [notice(name, ask=ask, held_until=quiet.get(name)) for name in names if name in self._contacts]

    def _ask_again(self, event: FalseAlarmSaid, now: float) -> tuple[Notify, ...]:
        """Ask whoever calls an emergency false on the phone whether it is. Until they say so again, all goes on."""
        incident = self._open.get(event.incident or "")
        if incident is None or course_of(incident) is not Course.EMERGENCY or event.by not in self._contacts:
            return ()
        title, body = messages.doubt(incident, self._book)
        return (Notify(event.by, title, body, incident.id, incident.step, urgent=False, asked=now, ask=Ask.CONFIRM),)

    def _commands(self, now: float) -> tuple[Command, ...]:
        changes, self._changes = self._changes, []
        saves = [Save(incident) for incident, _ in changes]
        announces = [Announce(incident) for incident, _ in changes]
        notices = [notice for _, notices in changes for notice in notices]
        return (*saves, *self._panel_commands(now), *announces, *notices)

    def _panel_commands(self, now: float) -> tuple[ShowPanel | Speak, ...]:
        """What the box shows, and what it says aloud."""
        panel = self._panel(now)
        shown = () if panel == self._shown else (panel,)
        self._shown = panel
        return (*shown, *self._prompts.update(self.incidents, now))

    def _panel(self, now: float) -> ShowPanel:
        """Show the worst of all that is the matter; a snooze, a pause and a drill are always told beside it."""
        rooms = [room for room, until in self._snoozes.rooms.items() if until > now]
        drill = self.drills.on
        beside = messages.snooze_text(rooms, self._book) + messages.pause_text(sorted(self._paused), self._book)
        beside += messages.drill_text(drill.room if drill else None, self._book)
        worst = next(iter(self.incidents), None)
        if worst is not None:
            return ShowPanel(*PANEL[row_of(worst)], messages.panel_text(worst, self._book) + beside)
        if self._unseen or self._faults:
            text = messages.fault_text(self._unseen, self._faults, self._book)
            return ShowPanel(Lamp.DOUBLE_BLINK, Sound.SILENT, text + beside)
        lamp = Lamp.WINK if self._paused else Lamp.STEADY
        lamp = lamp if drill is None else Lamp.SLOW_BLINK
        watching = "" if self._paused else self._book.say(messages.WATCHING)
        return ShowPanel(lamp, Sound.SILENT, (watching + beside).strip())
