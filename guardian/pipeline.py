"""One room from observations to events: the stages, called in the order of the flow; the same for replay and life."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypedDict

from guardian.aim import Aim
from guardian.behaviour import Stillness, StillUsual, nothing_usual
from guardian.enrolment import Enrolment, Progress
from guardian.events import Event, PersonAppeared, PersonLeft
from guardian.evidence import Views
from guardian.falls import FallDetector
from guardian.gestures import Gestures
from guardian.ground import Ground, Known
from guardian.identity import Identity, Template
from guardian.likeness import Earlier
from guardian.moment import Moment
from guardian.opinion import Judge, Opinion
from guardian.posture import Figure, Postures
from guardian.roll import Askew, Roll
from guardian.screens import Screens
from guardian.settings import Camera, Place, Room, Settings
from guardian.skeleton import Observation
from guardian.strolls import Stroll, Strolls
from guardian.tracking import Track, Tracker, TrackState
from guardian.view import View


class _Who(TypedDict):
    track: int
    person: str | None
    place: str | None


class Pipeline:
    """The stages of one room. `now` is the monotonic second at which it begins; `people` are the enrolled ones;
    without a `network` the rules alone decide what is a fall, and without `still_usual` only the configured limits when
    somebody is still for too long.
    """

    def __init__(
        self,
        room: Room,
        settings: Settings,
        now: float,
        people: Iterable[Template] = (),
        *,
        network: Judge | None = None,
        still_usual: StillUsual = nothing_usual,
    ) -> None:
        self._room = room.name
        self._tracker, self._screens = Tracker(), Screens(room.places)
        self._identity = Identity(room.name, people)
        self._enrolment: Enrolment | None = None
        self._postures = Postures(room.places)
        self._roll, self._ground = Roll(room.camera), Ground(room.camera)
        self._opinion = Opinion(network)
        self._falls = FallDetector(room.name, settings.falls, self._opinion)
        self._stillness = Stillness(room.name, settings.behaviour, still_usual)
        self._gestures = Gestures(room.name, on=settings.behaviour.help_gesture)
        self._view, self._aim = View(room.name, now), Aim(room.name)
        self._present: dict[int, Figure] = {}
        self._strolls = Strolls()
        self.strolls: tuple[Stroll, ...] = ()
        """The walks that were over with the last observation."""
        self.figures: tuple[Figure, ...] = ()

    @property
    def still(self) -> Mapping[str, float]:
        """For how long the stillest who is seen has not moved, in seconds by kind of place."""
        return self._stillness.still

    @property
    def view_lost(self) -> bool:
        """Whether the room cannot be seen now."""
        return self._view.lost

    def update(self, observation: Observation, moment: Moment) -> tuple[Event, ...]:
        """Take one observation; return what happened, in the order in which it was understood.

        Every duration counts from the times of capture; `moment` only tells what o'clock it is.
        """
        now, aspect = observation.time, observation.aspect
        if not self._present and not self.open_falls and self._roll.take_up():
            self._ground.forget()
        poses = self._roll.upright(observation.poses, aspect)
        aim = self._aim.update(observation)
        moved = self._aim.moved
        bodies = self._tracker.update(poses, now, looked=observation.looked, aspect=aspect)
        tracks = self._screens.update(bodies, now, aspect, moved=moved)
        persons = self._identity.update(tracks, now, aspect, moved=moved)
        self.figures = self._postures.update(persons, now, aspect, placed=not moved)
        self._roll.update(tracks, now, aspect, moved=moved)
        self._ground.update(self.figures, now, aspect, moved=moved)
        self.strolls = self._strolls.update(persons, now, aspect, self.ground, moved=moved)
        self._opinion.update(self.figures, now)
        return (
            *self._view.update(observation),
            *aim,
            *self._come_and_go(now),
            *self._identity.events,
            *self._enrol(tracks, now, aspect),
            *self._falls.update(self.figures, now),
            *self._gestures.update(self.figures, now),
            *self._stillness.update(self.figures, replace(moment, monotonic=now), in_view=not self._view.lost),
        )

    @property
    def moved(self) -> bool:
        """Whether the camera points elsewhere than it did."""
        return self._aim.moved

    def accept_view(self, camera: Camera) -> None:
        """What the camera sees now is its view, and this is what is configured of it. What was learnt of the old one is
        forgotten.
        """
        self._aim.accept()
        self._roll.begin_anew(camera)
        self._ground = Ground(camera)
        self._falls.forget_exits()
        self._identity.forget_all()
        if self._enrolment is not None:
            self._enrolment.begin_anew()

    @property
    def ground(self) -> Known | None:
        """How the camera looks at the floor, once that is known."""
        return self._ground.known

    @property
    def roll(self) -> Askew | None:
        """By how much the camera hangs askew, once that is known."""
        return self._roll.known

    @property
    def camera(self) -> str:
        """What a human is told of how the camera hangs."""
        return " ".join(known.sentence for known in (self.ground, self.roll) if known is not None).strip()

    def remember_ground(self) -> dict[str, float] | None:
        """What was learnt of the camera, as plain numbers: what a restart need not forget."""
        return self._ground.remember()

    def recall_ground(self, remembered: Mapping[str, Any]) -> None:
        """Take for likely what was learnt of the camera before a restart. Raises as `Ground.recall` does."""
        self._ground.recall(remembered)

    @property
    def turn(self) -> float:
        """By how many degrees poses are turned clockwise now, so that they are upright."""
        return self._roll.turn

    def remember_roll(self) -> dict[str, float] | None:
        """What was learnt of the camera's roll, as plain numbers."""
        return self._roll.remember()

    def recall_roll(self, remembered: Mapping[str, Any]) -> None:
        """Go on with what was learnt of the camera's roll before a restart. Raises as `Roll.recall` does."""
        self._roll.recall(remembered)

    def furnish(self, places: tuple[Place, ...]) -> None:
        """From now on these are the places of the room."""
        self._postures.furnish(places)
        self._screens.furnish(places)

    def remember(self, now: float) -> tuple[dict[str, Any], ...]:
        """The falls that are open, as plain numbers and words: what a restart must not forget."""
        return self._falls.remember(now)

    def recall(self, remembered: Iterable[Mapping[str, Any]], now: float) -> None:
        """Go on with the falls that were open before a restart.

        Raises ValueError, KeyError or TypeError where what was remembered is damaged.
        """
        self._falls.recall(remembered, now)
        if self.open_falls:
            self._screens.expect(now)

    @property
    def suspicions(self) -> tuple[tuple[int, float, Views], ...]:
        """Track, since when, and the evidence, of whoever came down: for the lab to weigh."""
        return self._falls.suspicions

    @property
    def open_falls(self) -> tuple[tuple[int, str, bool], ...]:
        """Which falls are open and how far they have come: what is remembered is worth keeping when this changes."""
        return self._falls.open_falls

    def begin_enrolment(self, name: str, now: float) -> tuple[Event, ...]:
        """Get to know somebody who walks through the room from `now` on; another one in this room is called off."""
        ended = () if self._enrolment is None else (self._enrolment.cancel(now),)
        self._enrolment = Enrolment(name, self._room, now)
        return ended

    @property
    def enrolment(self) -> Progress | None:
        """How far the enrolment has come that is going on."""
        return None if self._enrolment is None else self._enrolment.progress

    @property
    def templates(self) -> tuple[Template, ...]:
        """Who is known in this room."""
        return self._identity.templates

    def hand_over(self, earlier: Mapping[int, Earlier]) -> None:
        """Take what was made of bodies elsewhere that have come in here, by track."""
        self._identity.hand_over(earlier)

    def forget_person(self, name: str, now: float) -> tuple[Event, ...]:
        """Erase what is known of somebody; call off the enrolment, if it is of that person."""
        self._identity.forget(name)
        if self._enrolment is None or self._enrolment.name != name:
            return ()
        ended, self._enrolment = self._enrolment.cancel(now), None
        return (ended,)

    def _enrol(self, tracks: tuple[Track, ...], now: float, aspect: float) -> tuple[Event, ...]:
        """Go on with the enrolment, if there is one: under the optics of who was enrolled before, if anybody was."""
        if self._enrolment is None:
            return ()
        known = self._ground.known
        optics = self._identity.optics or (None if known is None else known.optics)
        ended = self._enrolment.update(tracks, now, aspect, optics, moved=self.moved)
        if ended is None:
            return self._wait(now)
        if self._enrolment.template is not None:
            self._identity.enrol(self._enrolment.template)
        self._enrolment = None
        return (ended,)

    def _wait(self, now: float) -> tuple[Event, ...]:
        """End an enrolment in time, though no frame may come."""
        ended = None if self._enrolment is None else self._enrolment.tick(now, blind=self._view.lost)
        if ended is None:
            return ()
        self._enrolment = None
        return (ended,)

    def tick(self, moment: Moment) -> tuple[Event, ...]:
        """Let time pass without a frame."""
        return (*self._view.tick(moment.monotonic), *self._wait(moment.monotonic))

    def pause(self, now: float) -> tuple[Event, ...]:
        """The camera is closed, as somebody asked: nobody is in sight any more, what happened in the room so far was
        answered, and an enrolment that goes on is called off.
        """
        self.figures, self._present = (), {}
        self._falls.forget()
        ended, self._enrolment = self._enrolment, None
        return () if ended is None else (ended.cancel(now),)

    def resume(self, now: float) -> None:
        """The camera is opened again at `now`: a view that stays away is lost from then on."""
        self._view = View(self._room, now)

    def cut(self, now: float, reason: str) -> tuple[Event, ...]:
        """The eye has ended."""
        return self._view.cut(now, reason)

    def _come_and_go(self, now: float) -> tuple[Event, ...]:
        """Say who has appeared and who has left, by tracks that were confirmed."""
        seen = {figure.person.track.id: figure for figure in self.figures if _confirmed(figure)}
        come = [figure for track, figure in seen.items() if track not in self._present]
        left = [figure for track, figure in self._present.items() if track not in seen]
        self._present = seen
        return (
            *(PersonAppeared(time=now, room=self._room, **_who(figure)) for figure in come),
            *(PersonLeft(time=now, room=self._room, **_who(figure)) for figure in left),
        )


def _confirmed(figure: Figure) -> bool:
    return figure.person.track.state is not TrackState.TENTATIVE


def _who(figure: Figure) -> _Who:
    return {
        "track": figure.person.track.id,
        "person": figure.person.name,
        "place": figure.place.name if figure.place else None,
    }
