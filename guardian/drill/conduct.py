"""Leads somebody through a drill: says what to do, looks at what the box sees of it, and says what came of it."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from guardian.drill.ear import Ear
from guardian.drill.findings import Findings, Line
from guardian.drill.scene import RoomNow, Scene
from guardian.errors import GuardianError
from guardian.rehearsal import Outcome, Rehearsal, Step
from guardian.walk import RoomSeen, Target, Tick, Walk, targets

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
DRILL_SECONDS = 300.0
"""What the core is asked for: it ends by itself after that, whatever becomes of the command."""
GONE_SECONDS = 1.0
FALL_SECONDS = 120.0
"""Within which somebody has to have come down."""
RISE_SECONDS = 30.0
"""Within which whoever pressed nothing should have pressed."""
SETTLE_SECONDS = 10.0
"""Given to the broker and the phones after somebody has answered."""
COMMAND_LINE = "the command line"


class Home(Protocol):
    """The running box, as it is asked; every call may raise GuardianError."""

    def scene(self) -> Scene:
        """The home now."""

    def ask(self, request: str, **values: object) -> object:
        """Ask for something, as its page does."""

    def answered(self, incident: str) -> str:
        """Who answered an incident that is over; empty where nobody did."""


class InterruptedByEmergency(GuardianError):  # noqa: N818 - it is no error of ours
    """Something is the matter that is no drill."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done. `seconds` are given for each target; `contacts` are told of the fall drill, and must be
    empty where nobody is; `answer` presses in place of the person; `long_lie` is after how many seconds on the floor
    somebody is in need, drill or no drill; `panel` tells whether the box has lamp and buzzer.
    """

    rooms: tuple[str, ...]
    fall_room: str
    walk: bool = True
    fall: bool = True
    seconds: float = 60.0
    contacts: tuple[str, ...] = ()
    answer: bool = False
    long_lie: float = 60.0
    panel: bool = True


@dataclass(frozen=True, slots=True)
class Stage:
    """What is around a conductor: `tell` says a line, `wait` lets so many seconds pass, `now` gives monotonic seconds,
    `pressed` tells whether somebody has answered at the keyboard.
    """

    tell: Callable[[str], None]
    wait: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic
    pressed: Callable[[], bool] = lambda: False


class Conductor:
    """Conducts one drill in `home`. `ear` listens to the broker; `deaf` says why there is none, None where there is."""

    def __init__(self, home: Home, plan: Plan, stage: Stage, ear: Ear | None = None, deaf: str | None = "") -> None:
        self._home, self._plan, self._stage, self._ear = home, plan, stage, ear
        scene = home.scene()
        self._rooms: tuple[RoomNow, ...] = tuple(room for room in scene.rooms if room.name in plan.rooms)
        self._began = self._ended = scene.wall
        self._walk = Walk([target for room in self._rooms for target in targets(room.name, room.places)])
        self._rehearsal = Rehearsal(plan.fall_room, plan.contacts, deaf=deaf, panel=plan.panel)
        self._fell, self._asked = False, 0.0

    @property
    def steps(self) -> tuple[Step, ...]:
        """How the fall drill went so far; none where it has not begun."""
        return self._rehearsal.steps if self._fell else ()

    def findings(
        self, household: str, version: str, source: str, *, cut: str = "", doctor: tuple[Line, ...] = ()
    ) -> Findings:
        """Put together what was found until now; `cut` says why it ended before its end."""
        return Findings(
            household=household,
            version=version,
            began=self._began,
            ended=self._ended,
            source=source,
            rooms=self._rooms,
            seen=self._walk.rooms,
            ticks=self._walk.ticks,
            walked=self._plan.walk,
            fall_room=self._plan.fall_room,
            fell=self._plan.fall,
            steps=self.steps,
            passed_fall=self._fell and self._rehearsal.passed,
            told=self._plan.contacts,
            cut=cut,
            doctor=doctor,
        )

    def run(self) -> None:
        """Do all of it. Raises GuardianError; what was found until then stays found."""
        self._look()
        if self._plan.walk:
            self._walk_about()
        if self._plan.fall:
            self._fall()

    def _look(self) -> Scene:
        """Look once, and learn what there is to learn."""
        scene = self._home.scene()
        self._ended = scene.wall
        if scene.emergency is not None:
            message = (
                f"this is no drill: in the {scene.emergency.room or 'home'} {scene.emergency.kind} is"
                f" {scene.emergency.state.value}; see to it, close it, and begin the drill anew"
            )
            raise InterruptedByEmergency(message)
        if scene.late:
            message = "the core of the box does not finish its passes; guardian doctor, and its log, tell more"
            raise GuardianError(message)
        if not (self._plan.walk and self._fell):  # once the walk is over, no lying on the mat belongs to it
            self._learn(scene)
        if self._ear is not None:
            for incident, state, arrived in self._ear.heard():
                self._rehearsal.hear(incident, state, arrived)
        return scene

    def _learn(self, scene: Scene) -> None:
        """Tick off what is seen, and say so where somebody walks for it."""
        done = [target for look in scene.looks for target in self._walk.update(look)]
        for target in done if self._plan.walk else ():
            self._stage.tell(f"  ✓ {described(target)}: seen. {self._measured(target)}")

    def _measured(self, target: Target) -> str:
        tick = next(each for each in self._walk.ticks if each.target == target)
        seen = next(each for each in self._walk.rooms if each.room == target.room)
        return f"{measured(tick)}{'' if target.place else f', {tall(seen)}'}."

    # The walk test.

    def _walk_about(self) -> None:
        tell, plan = self._stage.tell, self._plan
        count = len(self._walk.ticks)
        tell(f"Walk test: {count} {'place' if count == 1 else 'places'} to go to, alone please. Ctrl-C ends it.")
        for room in self._rooms:
            if room.coverage != "armed":
                tell(f"  ! {room.name}: {room.coverage}. {room.reason}")
        for tick in self._walk.ticks:
            if tick.target not in self._walk.left:
                continue
            tell(f"→ {_invitation(tick.target)}")
            self._walk.go_to(tick.target)
            for _ in self._passing(plan.seconds):
                self._look()
                if tick.target not in self._walk.left:
                    break
            else:
                tell(f"  ✗ {described(tick.target)}: not seen within {plan.seconds:g} s. {self._measured(tick.target)}")
        self._walk.go_to(None)

    def _passing(self, seconds: float) -> Iterator[float]:
        """Come round every `LOOK_SECONDS` for so many seconds."""
        begun = self._stage.now()
        while (passed := self._stage.now() - begun) < seconds:
            yield passed
            self._stage.wait(LOOK_SECONDS)

    # The fall drill.

    def _fall(self) -> None:
        plan, tell = self._plan, self._stage.tell
        told = f"{', '.join(plan.contacts)} will be told that it is a drill" if plan.contacts else "nobody is called"
        values = {"seconds": DRILL_SECONDS, "contacts": bool(plan.contacts)}
        self._home.ask("drill", room=plan.fall_room, seconds=0)  # a command that was killed may have left one
        self._stage.wait(GONE_SECONDS)
        self._home.ask("drill", room=plan.fall_room, **values)
        self._fell, self._asked = True, self._stage.now()
        try:
            tell(f"Fall drill in the {plan.fall_room}; {told}. A real emergency rings as ever, in every room.")
            tell("→ Walk to the mat, come down onto it as you can, and lie still. When it rings, wait for the siren.")
            tell(f"  Get up within {plan.long_lie:g} s: whoever lies for longer is in need, and called for.")
            self._follow()
        finally:
            self._home.ask("drill", room=plan.fall_room, seconds=0)

    def _follow(self) -> None:
        """Follow the exercise until it is over, or nothing comes any more."""
        rehearsal, tell = self._rehearsal, self._stage.tell
        answered: float | None = None
        for _ in self._passing(DRILL_SECONDS):
            scene, now = self._look(), self._stage.now()
            for state in rehearsal.update(scene.incidents, scene.sound, scene.deliveries):
                tell(f"  {SAYS[state]}")
                if state == "acknowledged":
                    answered = now
            if rehearsal.ended:
                rehearsal.answered(self._home.answered(rehearsal.incident))
                return
            if rehearsal.rang and answered is None and (self._plan.answer or self._stage.pressed()):
                self._press("acknowledge")
                answered = now
            if self._is_over(now, answered):
                break
        if answered is not None:
            self._press("resolve", outcome="drill")

    def _press(self, request: str, **values: object) -> None:
        """Press for the person; somebody may just have been faster, which the next look tells."""
        try:
            self._home.ask(request, incident=self._rehearsal.incident, **values)
        except GuardianError as error:
            log.info("event=drill_not_pressed request=%s reason=%r", request, str(error))

    def _is_over(self, now: float, answered: float | None) -> bool:
        """Whether all has come that can come, or has not for too long."""
        rehearsal = self._rehearsal
        if answered is not None:
            waiting = any(step.outcome in (Outcome.FAILED, Outcome.NOT_YET) for step in rehearsal.steps)
            return now - answered >= (SETTLE_SECONDS if waiting else 0.0)
        if rehearsal.raised is not None:
            return now - rehearsal.raised >= RISE_SECONDS
        return not rehearsal.incident and now - self._asked >= FALL_SECONDS


SAYS = {
    "suspected": "Somebody may have fallen: watching closely.",
    "pending": "✓ The fall is confirmed. The box asks with pips: “Are you all right?”",
    "raised": "✓ It rings. Get up now, and press the button (or Enter here, which tries no button).",
    "acknowledged": "✓ Answered: the siren is silent.",
}


def described(target: Target) -> str:
    """Name a target."""
    return f"{target.room}, {target.place}" if target.place else target.room


def _invitation(target: Target) -> str:
    if target.place:
        return f"{target.room}: go to {target.place} and stay there for {target.seconds:g} s, as one does there."
    return f"{target.room}: walk about for {target.seconds:g} s, near to the camera and far from it."


def measured(tick: Tick) -> str:
    """Say what was seen at a target."""
    if not tick.looks:
        return "Nobody was seen there"
    gap = f", lost from sight for up to {tick.gap:.1f} s" if tick.gap >= 1 else ""
    return f"{tick.seconds:.0f} s, sure to {tick.torso:.0%} of the torso, mostly {tick.posture}{gap}"


def tall(seen: RoomSeen) -> str:
    """Say how tall the person is who walked."""
    stature = seen.stature
    if stature is None:
        return "stature not measured"
    hint = " (the camera's height is learnt, not measured)" if stature.learnt else ""
    return f"{stature.metres:.2f} m tall, give or take {stature.error * 100:.0f} cm{hint}"
