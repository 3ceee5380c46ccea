"""The core at work: takes what the eyes saw, what happened and what humans did, and carries out what comes of it.

It owns the stages, and is called from one thread only. It has no thread and no clock: every call brings its Moment.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TypeAlias

from guardian.alarm import Alarm
from guardian.cameras import Cameras
from guardian.commands import Announce, Command, Glimpse, KeepScene, Notify, Publish, Save, ShowPanel, Speak
from guardian.day import Day
from guardian.deliveries import Deliveries
from guardian.diagnostics import Diagnostics
from guardian.events import (
    ContactNotTold,
    ContactTold,
    DaysForgotten,
    EnrolmentAsked,
    EnrolmentEnded,
    ErasureAsked,
    Event,
    FaultCleared,
    FaultOccurred,
    Judged,
    PauseAsked,
    ScenesChanged,
    ScenesForgotten,
    ViewAccepted,
)
from guardian.eye.watch import Cut, Greeted, Seen, Sight
from guardian.eye.wire import RUNTIMES, Hello
from guardian.feedback import Answer, Feedback, Outcome
from guardian.habits import TOLD, Habits
from guardian.handover import Handover
from guardian.human_requests import KINDS
from guardian.identity import Template
from guardian.incident import Incident, IncidentState
from guardian.learned import NO_PLACE, Said
from guardian.moment import Moment
from guardian.opinion import Judge
from guardian.outputs import Outputs
from guardian.pause import PAUSES
from guardian.people import People
from guardian.phrasebook import ENGLISH, Phrasebook
from guardian.readings import Heard
from guardian.recollection import Recordings
from guardian.senses import Senses
from guardian.settings import Room, Settings
from guardian.timetable import Timetable
from guardian.together import BOXES, Together
from guardian.topics import Bulletin, topics_of
from guardian.vitals import Vitals
from guardian.watched import Watched
from guardian.web.household import FeedbackShown, Snapshot, SnoozeShown

log = logging.getLogger(__name__)

SAVE_SECONDS = 0.2
"""How long an announcement waits for the disk; a card takes some ten milliseconds, and a dead one must not matter."""

Message: TypeAlias = Sight | Heard | Event | Vitals
Known: TypeAlias = DaysForgotten | ScenesForgotten | EnrolmentAsked | EnrolmentEnded | ErasureAsked


class Brain:
    """One box. `new_id` names incidents, `network` judges falls beside the rules, `book` is the household's language;
    `shown` is the home as of the last pass, for any thread to read.
    """

    def __init__(
        self,
        settings: Settings,
        outputs: Outputs,
        new_id: Callable[[], str],
        moment: Moment,
        network: Judge | None = None,
        *,
        book: Phrasebook = ENGLISH,
    ) -> None:
        self._settings, self._outputs, self._network = settings, outputs, network
        events, shares = settings.behaviour.alarm_events, settings.shares
        self._alarm = Alarm(settings.alarm, settings.contacts, new_id, events, book, shares=shares)
        self._timetable = Timetable(settings, self._alarm, outputs.journal)
        self._rooms = {room.name: room for room in settings.rooms}
        self._recordings = Recordings(self._rooms)
        self._watched = dict[str, Watched]()
        self._habits = Habits(settings)
        for room in settings.rooms:
            self._furnish(room, moment)
        self._cameras = Cameras(self._watched, outputs, settings, book)
        self._people = People(self._watched, outputs.journal)
        self._feedback = Feedback(self._rooms, new_id, on=settings.feedback.keep_scenes)
        self._handover = Handover()
        self._scenes_kept = 0
        self._topics = topics_of(settings, book)
        self._senses = Senses(settings.senses, moment.monotonic)
        self._bulletin, self._deliveries = Bulletin(self._topics), Deliveries()
        self._diagnostics = Diagnostics(self._topics, moment.monotonic)
        self._together = Together(settings, self._topics, outputs, new_id, moment.monotonic, book=book)
        self._faults: dict[tuple[str, str], FaultOccurred] = {}
        self._version = 0
        self.shown = self._snapshot(moment)

    @property
    def alarm(self) -> Alarm:
        """The alarm, to be read."""
        return self._alarm

    @property
    def state(self) -> IncidentState | None:
        """The state of the worst of all that the panel shows, of this box or another; for any thread to read."""
        return self._together.state

    @property
    def next_deadline(self) -> float | None:
        """When something happens by itself, in monotonic seconds."""
        return self._alarm.next_deadline

    def begin(
        self,
        stored: Iterable[Incident],
        people: Sequence[Template],
        moment: Moment,
        memories: Mapping[str, tuple[float, str]] = MappingProxyType({}),
        learned: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
        *,
        days: Iterable[Day] = (),
        told: Iterable[ContactTold] = (),
    ) -> None:
        """Go on where the last process ended, and say every state once. `memories` are of each room: how many seconds
        ago they were kept, and the falls that were open; `learned` what was learned of it, by learned.LEARNED, and
        TOLD, PAUSES and trials.KEPT of no room; `days` are those that were counted; `told` says when each contact was
        last told.
        """
        for event in told:
            self._deliveries.note(event)
        self._together.recall(learned.get(BOXES, {}).get("", ""), moment)
        self._habits.recall(days, learned.get(TOLD, {}).get("", ""), moment.wall.date())
        for room in self._rooms.values():
            kept = {what: rooms.get(room.name, "") for what, rooms in learned.items()}
            self._furnish(room, moment, people, kept)
            if room.name in memories:
                ago, memory = memories[room.name]
                self._watched[room.name].recall(ago, memory, moment.monotonic)
        restored = self._alarm.restore(stored, moment.monotonic)
        for incident in self._alarm.incidents:
            self._rest_in(incident, moment)
        self._note(self._cameras.recall(learned.get(PAUSES, {}).get("", ""), moment), moment)
        self._publish(self._bulletin.paused(self._cameras.paused, moment))
        self._publish(self._bulletin.begin(self._alarm.incidents, moment))
        self._publish(self._bulletin.delivered(self._deliveries.all, moment))
        self._carry_out(restored, moment)
        self._note(self._timetable.recall(learned, moment), moment)
        self.tick(moment)

    def _furnish(
        self,
        room: Room,
        moment: Moment,
        people: Sequence[Template] = (),
        kept: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Begin with a room, and what was kept of it."""
        network, usual = self._network, self._habits.still_usual
        self._watched[room.name] = Watched(
            room, self._settings, moment.monotonic, people=people, kept=kept, network=network, still_usual=usual
        )

    def take(self, message: Message, moment: Moment) -> None:
        """Take one message, carry out what comes of it, and let time pass until now."""
        match message:
            case Seen(room) | Greeted(room) | Cut(room) if room in self._cameras.closed:
                pass  # what the eye said just before it was closed
            case Seen(room, observation):
                self._recordings.add(room, observation)
                self._feedback.saw(room, observation)
                self._publish(self._bulletin.seen(room, observation.time, moment))
                watched, pipeline = self._watched[room], self._watched[room].pipeline
                events = pipeline.update(observation, moment)
                self._note(events, moment)
                seen = replace(moment, monotonic=observation.time)
                self._habits.see(room, pipeline.figures, pipeline.still, seen, in_view=not pipeline.view_lost)
                pipeline.hand_over(self._handover.update(room, pipeline.figures, observation.time))
                self._habits.stroll(pipeline.strolls, seen)
                self._note(watched.see(events, seen, observation.aspect), moment)
                self._remember(room, moment)
            case Greeted(room, hello):
                self._diagnostics.greeted(room, RUNTIMES[hello.runtime])
                self._note(self._greeted(room, hello, moment), moment)
            case Cut(room, reason):
                self._note(self._watched[room].pipeline.cut(moment.monotonic, reason), moment)
            case Heard():
                self._note((*self._senses.hear(message), *self._together.hear(message, moment)), moment)
                self._together.show(self._alarm.incidents)
            case Event() if not self._together.pass_on(message, self._alarm.incidents, moment.monotonic):
                self._note((message,), moment)
            case Vitals():
                self._publish(self._diagnostics.measured(message, moment))
        self.tick(moment)

    def decided(self, message: Message, now: float) -> None:
        """Take note that all that came of a message was on its way at the monotonic second `now`."""
        if isinstance(message, Seen):
            self._diagnostics.decided(message.room, message.observation.time, now)

    def tick(self, moment: Moment) -> None:
        """Let time pass: deadlines, silent cameras, the end of a scene."""
        self._note(self._cameras.tick(moment), moment)
        for room in self._watched.keys() - self._cameras.closed:
            self._note(self._watched[room].pipeline.tick(moment), moment)
        self._note(self._senses.tick(moment.monotonic), moment)
        sensed = self._senses.all
        self._publish(self._bulletin.sensed(sensed, moment))
        self._habits.feel(sensed)
        self._note(self._habits.tick(moment, self._cameras.closed), moment)
        self._note(self._timetable.tick(moment), moment)
        self._publish(self._bulletin.tried(self._timetable.trial, moment))
        self._carry_out(self._alarm.tick(moment.monotonic), moment)
        self._note(self._together.tick(self._alarm.incidents, moment), moment)
        self._together.show(self._alarm.incidents)
        self._together.tell(self._alarm.incidents, moment)
        self._heed(self._feedback.tick(moment.monotonic))
        for incident in self._recordings.end(moment.monotonic):
            self._keep_scene(incident, moment)
        self._keep_learned(moment)
        self.shown = self._snapshot(moment)

    def _rest_in(self, incident: Incident, moment: Moment) -> None:
        """Let the rest places know that something was the matter, or was not after all."""
        for watched in self._watched.values():
            self._note(watched.rests.incident(incident, moment), moment)

    def _keep_learned(self, moment: Moment) -> None:
        """Keep what was learned of a room, where it has changed, and what was counted of the days."""
        for day in self._habits.due(moment.monotonic):
            self._outputs.journal.save_day(day, moment)
        told = self._habits.told_anew()
        if told is not None:
            self._outputs.journal.save_learned("", TOLD, told, moment)
        for room, watched in self._watched.items():
            for what, body in watched.due(moment.monotonic):
                self._outputs.journal.save_learned(room, what, body, moment)

    def _answer(self, event: Said | PauseAsked, moment: Moment) -> Answer:
        """Carry out what a human says of a place, of the view, or of the cameras."""
        if isinstance(event, PauseAsked):
            done, answer = self._cameras.ask(event, self._alarm, moment)
            self._note(done, moment)
            return answer
        if event.room not in self._watched:
            return Answer(kept=False, text=NO_PLACE)
        answer = self._watched[event.room].answer(event, self._alarm.incidents)
        if answer.kept and isinstance(event, ViewAccepted):
            self._outputs.look_anew(event.room)
            self._people.forget_view(event.room, moment)
        return answer

    def _remember(self, room: str, moment: Moment) -> None:
        """Keep the open falls of a room where they have changed."""
        memory = self._watched[room].memory(moment.monotonic)
        if memory is not None:
            self._outputs.journal.save_memory(room, memory, moment)

    def _greeted(self, room: str, hello: Hello, moment: Moment) -> tuple[Event, ...]:
        """An eye that may run unconfined is a fault that everybody sees, until a confined one takes its place."""
        if not hello.confinement.complete:
            reason = f"The eye is not confined: {hello.confinement}."
            return (FaultOccurred(time=moment.monotonic, room=room, part="sandbox", reasons=(reason,)),)
        if ("sandbox", room) in self._faults:
            return (FaultCleared(time=moment.monotonic, room=room, part="sandbox"),)
        return ()

    def _note(self, events: Iterable[Event], moment: Moment) -> None:
        for event in events:
            log.info("event=%s room=%r reasons=%r", type(event).__name__, event.room, " ".join(event.reasons))
            self._learn(event, moment)
            self._note(self._cameras.turn(event, moment), moment)
            self._carry_out(self._alarm.handle(event, moment.monotonic), moment)
            self._publish(self._bulletin.note(event, moment))
            self._together.answer(event, self._alarm.incidents)
            self._heed(self._feedback.take(event, moment))

    def _learn(self, event: Event, moment: Moment) -> None:
        """Learn from what is no matter of the alarm."""
        match event:
            case FaultOccurred():
                self._faults[event.part, event.room] = event
            case FaultCleared():
                self._faults.pop((event.part, event.room), None)
            case ContactTold() | ContactNotTold():
                if isinstance(event, ContactTold):
                    self._outputs.journal.save_told(event, moment)
                self._deliveries.note(event)
                self._publish(self._bulletin.delivered(self._deliveries.all, moment))
            case ScenesChanged():
                self._scenes_kept, self._version = event.count, self._version + 1
            case _ if isinstance(event, PauseAsked | Said):
                self._heed((self._answer(event, moment),))
            case DaysForgotten() | ScenesForgotten() | EnrolmentAsked() | EnrolmentEnded() | ErasureAsked():
                self._know(event, moment)
            case Judged() if event.incident is not None and not event.fall:
                for watched in self._watched.values():
                    self._note(watched.rests.trust(event.incident, moment), moment)

    def _know(self, event: Known, moment: Moment) -> None:
        """Get to know somebody, or forget them; or forget where in the rooms people have been."""
        if isinstance(event, ScenesForgotten):
            for watched in self._watched.values():
                watched.forget_heat()
            return
        if isinstance(event, DaysForgotten):
            self._habits.forget(event.who)
            self._outputs.journal.forget_days(event.who, moment)
            return
        if isinstance(event, ErasureAsked):
            self._habits.forget(event.name)
            self._handover.forget()
            self._keep_learned(moment)  # before the erasure, after which nothing may be written of them
        self._note(self._people.take(event, moment), moment)

    def _heed(self, outcomes: Iterable[Outcome]) -> None:
        """Keep what there is to learn from, and tell whoever spoke of a mistake what comes of it."""
        for outcome in outcomes:
            if isinstance(outcome, Answer):
                log.info("event=feedback kept=%s text=%r", outcome.kept, outcome.text)
                self._outputs.publish(self._topics.feedback(kept=outcome.kept, text=outcome.text))
            elif isinstance(outcome, KeepScene):
                self._outputs.scenes(replace(outcome, roll=self._watched[outcome.room].pipeline.turn))
            else:
                self._outputs.scenes(outcome)

    def _carry_out(self, commands: Sequence[Command], moment: Moment) -> None:
        """Hand each command to its output, in order. The box shows it at once; others are told what is on the disk."""
        durable, changed = True, list[Incident]()
        for command in commands:
            match command:
                case Save(incident):
                    told = (each for each in commands if isinstance(each, Notify) and each.incident == incident.id)
                    self._outputs.journal.save(incident, moment, told)
                    if self._recordings.begins(incident, moment.monotonic):
                        self._keep_scene(incident, moment)
                    self._glimpse(incident)
                    durable = False
                    changed.append(incident)
                case ShowPanel():
                    self._together.show(self._alarm.incidents, command)
                case Speak():
                    self._outputs.speak(command)
                case _:
                    if not durable:
                        self._outputs.journal.wait(SAVE_SECONDS, moment)
                        durable = True
                    self._announce(command, moment)
        self._publish(self._bulletin.snoozed(self._alarm.snoozed, moment))
        self._publish(self._bulletin.paused(self._cameras.paused, moment))
        self._publish(self._bulletin.drilled(self._alarm.drills.on, moment))
        for incident in changed:
            self._heed(self._feedback.incident(incident, moment))
            self._rest_in(incident, moment)
            self._note(self._timetable.follow(incident, moment), moment)

    def _glimpse(self, incident: Incident) -> None:
        """Keep what was seen for a drawing to the phones, where the household allows one."""
        seen = self._recordings.glimpse(incident) if self._settings.privacy.send_drawing else ()
        if seen:
            furniture = (place for place in self._watched[incident.room].rests.places if place.kind in KINDS)
            self._outputs.glimpse(Glimpse(incident.id, seen, tuple(place.polygon for place in furniture)))

    def _announce(self, command: Command, moment: Moment) -> None:
        match command:
            case Announce(incident):
                self._version += 1
                self._publish(self._bulletin.announce(incident, self._alarm.incidents, moment))
            case Notify():
                self._outputs.tell(command)
            case Publish():
                self._outputs.publish(command)

    def _publish(self, messages: Iterable[Publish]) -> None:
        for message in messages:
            self._outputs.publish(message)

    def _keep_scene(self, incident: Incident, moment: Moment) -> None:
        turns = {room: watched.pipeline.turn for room, watched in self._watched.items()}
        lines = self._recordings.scene(incident, turns)
        if lines:
            self._outputs.journal.save_scene(incident.id, lines, moment)
            self._version += 1

    def _snapshot(self, moment: Moment) -> Snapshot:
        return Snapshot(
            moment=moment,
            rooms=tuple(
                watched.shown(self._bulletin.coverage(room), self._recordings.last(room), moment)
                for room, watched in self._watched.items()
            ),
            household=self._settings.household.name,
            incidents=self._alarm.incidents,
            panel=self._together.panel,
            faults=tuple(self._faults.values()),
            snoozes=tuple(SnoozeShown(room, until) for room, until in self._alarm.snoozed.items()),
            version=self._version,
            habits=self._habits.shown,
            feedback=FeedbackShown(self._feedback.on, self._scenes_kept, self._feedback.reaches),
            senses=self._senses.all,
            people=self._people.shown,
            deliveries=self._deliveries.all,
            drill=self._alarm.drills.on,
            trial=self._timetable.trial,
            boxes=self._together.boxes,
            unanswered=self._together.unanswered,
            pauses=self._cameras.paused,
        )
