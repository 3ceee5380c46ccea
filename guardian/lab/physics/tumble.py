"""One fall, worked out step by step by MuJoCo: gravity, contact and friction, passive tissue, and what muscles do."""

from collections.abc import Sequence
from types import ModuleType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.errors import ConfigurationError
from guardian.lab import gait
from guardian.lab.figure import SIDES, Figure, Skeleton
from guardian.lab.onset import Onset
from guardian.lab.physics import muscles, stance
from guardian.lab.physics.anatomy import measured, mjcf
from guardian.lab.physics.course import Course
from guardian.lab.room import Box
from guardian.lab.rotation import UP, about

Array: TypeAlias = NDArray[np.float64]

STEP = 1 / 600
STEPS = round(1 / STEP / gait.RATE)
BETWEEN = 2
"""So often a frame the muscles are told anew."""
LEAST, MOST = 1.6, 9.0
"""Seconds that a fall takes from its onset until the body lies still, without attempts to rise."""
STILL, STILL_FOR = 0.06, 0.3
"""A body whose fastest segment is slower than this (metres a second) for so long (seconds) lies still."""
HANGS = 4.0
"""Seconds after which one who is not down yet, and does not move, hangs on something."""
LOW = 0.30
"""Hips lower than this, metres, have landed."""
ASTRAY = 14.0
"""Degrees by which a fall goes off its direction (standard deviation)."""
ICE = 0.04
"""The friction of a sole that slips (Redfern and others, Ergonomics 44, 2001: below 0.1 most people fall)."""
SLIDING = 0.7
"""Metres a second: nobody slides off a seat or a bed faster."""
FASTEST = 1.6
"""Metres a second: nobody at home moves faster before a fall."""
REST, SLACKENS = 0.06, 0.35
"""What tone remains in one who lies, and in how many seconds it sinks to that."""
RISE = (0.9, 1.6, 0.6, 2.0)
"""Seconds of gathering, of pushing, of giving way and of lying, in each attempt to rise."""


def engine() -> ModuleType:
    """Return MuJoCo; ConfigurationError where it is not installed."""
    try:
        import mujoco  # noqa: PLC0415 - an extra, needed for these falls only
    except ImportError as error:
        message = "falls by physics need MuJoCo; `pip install guardian-home[lab]` would be right"
        raise ConfigurationError(message) from error
    module: ModuleType = mujoco
    return module


class Tumble:
    """A body at its onset; `frames` lets it fall."""

    def __init__(self, onset: Onset, course: Course, boxes: Sequence[Box], random: np.random.Generator) -> None:
        """Build the body in the onset's figure and motion, among those boxes."""
        self._engine = engine()
        self._course, self._skeleton = course, onset.skeleton
        self._towards = about("y", float(random.normal(0.0, ASTRAY))) @ [onset.towards[0], 0.0, onset.towards[1]]
        self._ahead = about("y", onset.facing)[:, 2]
        self._side = SIDES[int(random.integers(2))]
        self.model = self._engine.MjModel.from_xml_string(mjcf(measured(onset.skeleton.body), boxes, STEP))
        self.data = self._engine.MjData(self.model)
        names = [self.model.body(number).name for number in range(self.model.nbody)]
        self._bodies = {name: number for number, name in enumerate(names)}
        self._weight = float(self.model.body_mass.sum()) * 9.81
        self._begin(onset)
        self._start: Array = self.data.qpos[7:].copy()
        self._wanted = self._start.copy()
        self._high = float(self._place("pelvis")[1])
        self._level = abs(float(self._turn("pelvis")[1, 1])) < 0.5  # noqa: PLR2004 - lying, not sitting or standing
        self._foot = self._chosen_foot()
        self._landed: float | None = None
        self._lies = "prone"
        self._slick()

    # -- the onset -------------------------------------------------------------------------------------------------

    def _begin(self, onset: Onset) -> None:
        """Take over the figure, its motion, and the topple over the feet."""
        before, now = (self._state(onset.skeleton, figure) for figure in (onset.was, onset.now))
        speed = np.zeros(self.model.nv)
        self._engine.mj_differentiatePos(self.model, speed, onset.gap, before, now)
        speed[:3] *= min(1.0, FASTEST / max(float(np.linalg.norm(speed[:3])), 1e-6))
        speed[3:] = np.clip(speed[3:], -4.0, 4.0)
        self.data.qpos[:] = now
        feet = onset.now.ankles.mean(0)
        spin = np.cross(UP, self._towards) * self._course.lean / max(float(onset.now.hips[1] - feet[1]), 0.4)
        speed[:3] += np.cross(spin, onset.now.hips - feet)
        speed[3:6] += onset.now.pelvis.T @ spin
        self.data.qvel[:] = speed
        self._engine.mj_forward(self.model, self.data)

    def _state(self, skeleton: Skeleton, figure: Figure) -> Array:
        quaternion = np.zeros(4)
        self._engine.mju_mat2Quat(quaternion, np.ascontiguousarray(figure.pelvis).ravel())
        held = np.clip(stance.angles(skeleton, figure), muscles.LIMITS[:, 0], muscles.LIMITS[:, 1])
        return np.concatenate([figure.hips, quaternion, held])

    def _chosen_foot(self) -> str:
        """The foot that is stopped (the higher one) or that slides away (the one farther against the fall)."""
        if self._course.slide:
            return max(SIDES, key=lambda side: -float(self._place(f"foot_{side}") @ self._towards))
        heights = [float(self._place(f"foot_{side}")[1]) for side in SIDES]
        return SIDES[int(np.argmax(heights))] if abs(heights[0] - heights[1]) > 0.01 else self._side  # noqa: PLR2004 - one swings

    def _slick(self) -> None:
        """Let a sliding foot have hardly any hold, and both feet no more than the course says."""
        for side in SIDES:
            slides = bool(self._course.slide) and side == self._foot
            for number in (0, 1):
                sole = self.model.geom(f"sole_{side}_{number}").id
                self.model.geom_priority[sole] = 1
                self.model.geom_friction[sole, 0] = ICE if slides else self._course.soles

    # -- what is seen of the state ---------------------------------------------------------------------------------

    def _place(self, name: str) -> Array:
        place: Array = self.data.xpos[self._bodies[name]]
        return place

    def _turn(self, name: str) -> Array:
        turn: Array = self.data.xmat[self._bodies[name]].reshape(3, 3)
        return turn

    def _speed(self, name: str) -> Array:
        """The velocity of a segment's middle in the world."""
        speed: Array = self.data.cvel[self._bodies[name]]
        away = self.data.xipos[self._bodies[name]] - self.data.subtree_com[1]
        moving: Array = speed[3:] + np.cross(speed[:3], away)
        return moving

    @property
    def energy(self) -> float:
        """Kinetic and potential energy, joules."""
        self._engine.mj_energyPos(self.model, self.data)
        self._engine.mj_energyVel(self.model, self.data)
        return float(self.data.energy.sum())

    def figure(self) -> Figure:
        """How the body is held now."""
        places = {name: self.data.xpos[number].copy() for name, number in self._bodies.items()}
        turns = {name: self.data.xmat[number].reshape(3, 3).copy() for name, number in self._bodies.items()}
        return stance.figure_of(self._skeleton, places, turns)

    # -- time ------------------------------------------------------------------------------------------------------

    def frames(self) -> list[Figure]:
        """Fall, and return the figures until the body lies still, gait.RATE a second."""
        frames, still, rises = [self.figure()], 0.0, 0
        begun: float | None = None
        while self.data.time < MOST + rises * sum(RISE):
            self.advance(begun)
            frames.append(self.figure())
            fastest = max(float(np.linalg.norm(self._speed(name))) for name in self._bodies if name != "world")
            still = still + 1 / gait.RATE if fastest < STILL else 0.0
            if begun is not None and self.data.time - begun > sum(RISE):
                begun = None
            if begun is None and self.data.time > LEAST and still > STILL_FOR:
                if rises == self._course.rises:
                    break
                rises, begun, still = rises + 1, float(self.data.time), 0.0
        return frames

    def advance(self, rising: float | None = None) -> None:
        """Go on by one frame; `rising` is when an attempt to rise has begun."""
        for _ in range(BETWEEN):
            time = float(self.data.time)
            if self._landed is None and self._down():
                self._landed = time
            if rising is not None:
                self._rise(time - rising)
            elif self._landed is None:
                self._fall(time)
            else:
                self._rest(time - self._landed)
            self._disturb(time)
            self._engine.mj_step(self.model, self.data, STEPS // BETWEEN)
        self._engine.mj_forward(self.model, self.data)

    def _down(self) -> bool:
        low = float(self._place("pelvis")[1]) < LOW
        slow = float(np.linalg.norm(self._speed("pelvis"))) < 0.1 and self.data.time > HANGS  # noqa: PLR2004 - it hangs
        return low or slow

    # -- what the muscles do ---------------------------------------------------------------------------------------

    def _fall(self, time: float) -> None:
        """Give way in the knees, bend, put a foot out, reach for the ground."""
        course, wanted = self._course, self._start.copy()
        legs, trunk, arms = course.legs.at(time), course.trunk.at(time), course.arms.at(time)
        given = 1.0 - legs
        for side in SIDES:
            wanted[muscles.PLACE[f"knee_{side}"]] += 1.6 * course.buckle * given
            wanted[muscles.PLACE[f"hip_{side}_flex"]] += 1.0 * course.buckle * given
        bent = min(time / 0.5, 1.0) * course.stoop
        for number in (1, 2, 3):
            wanted[muscles.PLACE[f"trunk{number}_flex"]] += 0.22 * bent
        for side in SIDES:
            wanted[muscles.PLACE[f"hip_{side}_flex"]] += 0.4 * bent
        if course.step is not None and time > course.step:
            self._step(wanted, time - course.step)
        tone = muscles.tones(legs, trunk, arms * 0.5)
        if course.reach is not None and time > course.reach:
            way = self._towards * 0.8 - UP * (0.4 if course.kind == "furniture" and time < 0.8 else 0.9)  # noqa: PLR2004 - grasps first
            muscles.reach(wanted, self._turn("spine_03"), way)
            tone = muscles.tones(legs, trunk, arms)
        self._wanted = wanted
        muscles.drive(self.model, self.data, wanted, tone)

    def _step(self, wanted: Array, since: float) -> None:
        ahead = float(self._towards @ self._ahead)
        aside = float(self._towards @ np.cross(UP, self._ahead))
        side = self._foot if self._course.grip == 0 else SIDES[1 - SIDES.index(self._foot)]
        if abs(aside) > 0.5:  # noqa: PLR2004 - rather to the side: the foot on that side
            side = "l" if aside > 0 else "r"
        muscles.step_out(wanted, side, ahead, abs(aside), since)

    def _rest(self, since: float) -> None:
        """Let the limbs lie where they have come to, with less and less tone."""
        self._wanted += (self.data.qpos[7:] - self._wanted) * min(1 / gait.RATE / BETWEEN / 0.25, 1.0)
        tone = REST + (0.5 - REST) * float(np.exp(-since / SLACKENS))
        if self._course.kind == "faint":
            tone = REST / 2
        calm = float(np.clip(0.03 * (since - 1.0), 0.0, 0.08))
        muscles.drive(self.model, self.data, self._wanted, muscles.tones(tone, tone, tone), calm)

    def _rise(self, since: float) -> None:
        """Gather, push, give way, lie."""
        gather, push, sink = np.cumsum(RISE[:3])
        if since < gather:
            self._lies = self._lying()
            wanted = self.data.qpos[7:].copy()
            tone = muscles.gather(wanted, self._lies)
        elif since < push:
            wanted = self._wanted.copy()
            tone = muscles.press(wanted, self._lies, (since - gather) / RISE[1])
        elif since < sink:
            wanted, left = self._wanted, max(0.4 - (since - push) / RISE[2], REST)
            muscles.sink(wanted)
            tone = muscles.tones(left, left, left)
        else:
            self._rest(since)
            return
        self._wanted = wanted
        muscles.drive(self.model, self.data, wanted, tone)

    def _lying(self) -> str:
        """On the belly, on the back, or on which side."""
        left, _, ahead = self._turn("spine_03")[1]
        if abs(ahead) > 0.5:  # noqa: PLR2004 - the chest looks up or down
            return "supine" if ahead > 0 else "prone"
        return "r" if left > 0 else "l"

    # -- what disturbs ---------------------------------------------------------------------------------------------

    def _disturb(self, time: float) -> None:
        """Stop or carry off a foot; drag the body off what it rests on."""
        course, forces = self._course, self.data.xfrc_applied
        forces[:] = 0.0
        foot = self._bodies[f"foot_{self._foot}"]
        level = self._speed(f"foot_{self._foot}") * [1.0, 0.0, 1.0]
        if time < course.grip:
            forces[foot, :3] = _most(-250.0 * level, 0.5 * self._weight)
        if course.slide and time < 0.4:  # noqa: PLR2004 - a foot's slide
            forces[foot, :3] = _most(60.0 * (-self._towards * course.slide - level), 0.25 * self._weight)
        dropped = self._high - float(self._place("pelvis")[1])
        if course.haul and self._landed is None and dropped < 0.18:  # noqa: PLR2004 - off the edge
            self._haul(course.haul * self._weight * min(time / course.hauled, 1.0))

    def _haul(self, force: float) -> None:
        forces = self.data.xfrc_applied
        force *= float(np.clip(1.0 - self._speed("pelvis") @ self._towards / SLIDING, 0.0, 1.0))
        pelvis, chest = self._bodies["pelvis"], self._bodies["spine_03"]
        if not self._level:
            forces[pelvis, :3] = self._towards * force
            return
        for body in (pelvis, chest):
            forces[body, :3] = self._towards * force * 0.5
            forces[body, 3:] = np.cross(UP, self._towards) * force * 0.06


def _most(force: Array, most: float) -> Array:
    """Return the force, no greater than `most`."""
    return force * min(1.0, most / max(float(np.linalg.norm(force)), 1e-9))
