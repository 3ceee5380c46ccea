"""The course of one body: its recent path, and the evidence since it came down, across losses and restarts.

It knows how long the body has been down, up or unseen, and on what; the decisions are made in falls.py.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

import numpy as np

from guardian.descent import SHOULDER_DROP, Descent, Path
from guardian.evidence import LAIN_SECONDS, Since
from guardian.geometry import Point, distance, mean_score, middle, torso_tilt
from guardian.identity import Person
from guardian.posture import Figure, Posture, height_above, raised
from guardian.settings import Place
from guardian.skeleton import HIPS, SHOULDERS, TORSO, Pose
from guardian.tracking import Track, TrackState, torso_middle

FLAT_DEGREES = 60.0
"""Tilt of the torso from which on somebody who has come down lies, whatever the legs look like."""
FOLDED = 0.85
"""Score for bent from which on a level torso is that of somebody who bends, and does not lie, """
SUNK = 0.25
"""unless the hips have come down by so many statures: in bending they do by 0.1 to 0.2, in a fall from a chair by
the height of its seat."""
HALF = 0.5
SAT_SECONDS, LAIN_BACK = 1.5, 0.15
"""Who has been seated for so long sits, and whose hips come down from there by less than so many statures lies back: a
seat is 0.25 of the stature high (Drillis and Contini 1966: the knee is at 0.285)."""
REST = ("bed", "sofa")
STEP_LIMIT_SECONDS = 2.0
"""The most that one frame can count for: after a gap nobody knows what happened meanwhile."""
SETTLE_SECONDS = 1.5
"""After a descent so long the limbs still come to rest; movement counts from then on."""
MOVE_SECONDS, MOVED = 1.0, 0.12
"""The middle of a torso that has gone so many statures in so long moves about; at rest it trembles by 0.03-0.06."""
MOVING_COUNTS = 0.3
"""Share of the time in which a body on the floor moves about that counts as lying there: who exercises is well."""
ROSE_SECONDS = 0.3
"""Who was so long on the feet after a descent has come up again, as from bending down, and may fall after all."""
LEFT_COUNTS = 0.2
"""Share of the time out of sight that counts of a body that was last seen at the edge of the picture."""
EDGE_SECONDS = 1.0
OUT_TILTED_SECONDS, OUT_PACE, OUT_SECONDS = 0.3, 0.9, 2.0
"""Who walks out close to a camera sinks below the picture, the torso upright for all but so long and more slowly than
so many statures a second, and is gone within so long after it looked like a descent. Limp and physical bodies of the
simulated world that fall there come down at 0.9 to 1.7, drawn ones that walk out there at 0.3 to 1.1."""
REST_SECONDS = 10.0
BENT_COUNTS = 0.5
"""Share of the time that counts of a body that came down and is bent: it may kneel, crouch or tie a shoe."""
STOOPED_COUNTS = 1 / 3
"""The same where no descent was seen: nobody stays bent for a minute without moving about, and a body that lies along
the line of sight looks so."""
UPRIGHT_SECONDS = 1.5
"""So long on one's feet is up again."""
RISING = 3.0
"""How many seconds of lying a second in another posture takes back: a body that is misread for a frame still lies."""


class Phase(str, Enum):
    """How far a course has come."""

    WATCHING = "watching"
    SUSPECTED = "suspected"
    DOWN = "down"


@dataclass(slots=True)
class Seat:
    """How high the hips were (`level`, y in frame heights) while the body last sat: None before it has done so for long
    enough, and once it has stood up.
    """

    seconds: float = 0.0
    hips: float = 0.0
    level: float | None = None

    def see(self, figure: Figure, step: float) -> None:
        """Take the body as it is now, for `step` seconds."""
        if figure.posture is Posture.UPRIGHT:
            self.seconds = max(0.0, self.seconds - RISING * step)
            self.level = self.level if self.seconds else None
        elif figure.posture is Posture.SEATED and figure.hips is not None:
            self.hips += (figure.hips[0] - self.hips) * (min(1.0, 3 * step / SAT_SECONDS) if self.seconds else 1.0)
            self.seconds = min(self.seconds + step, 2 * SAT_SECONDS)
            if self.seconds >= SAT_SECONDS:
                self.level = self.hips if self.level is None else min(self.level, self.hips)

    def is_left_by_lying_back(self, figure: Figure) -> bool:
        """Whether the body sat, and has lain back there: who slides off a seat comes down by its height."""
        return (
            self.level is not None
            and figure.hips is not None
            and figure.hips[0] - self.level < LAIN_BACK * figure.stature
        )


@dataclass(slots=True)
class Course:
    """The recent path of one body and the evidence since its descent, all in seconds, statures or frame heights."""

    figure: Figure
    updated: float
    path: Path = field(default_factory=Path)
    phase: Phase = Phase.WATCHING
    descent: Descent | None = None
    since: float = 0.0
    level: float = 0.0
    floor: Point | None = None
    evidence: Since = field(default_factory=Since)
    up: float = 0.0
    lying: float = 0.0
    stooped: float = 0.0
    stands: float = 0.0
    seat: Seat = field(default_factory=Seat)
    settled: bool = False
    rest: float = 0.0
    score: float = 0.0
    spot: Point | None = None
    spotted: float = 0.0
    moves: bool = False
    rose: bool = False
    told: bool = False
    lost: bool = False
    at_exit: bool = False
    said: float | None = None
    edge: float = float("-inf")
    told_long_lie: bool = False

    @property
    def is_open(self) -> bool:
        """Whether something is suspected or known."""
        return self.phase is not Phase.WATCHING

    @property
    def fell_fast(self) -> bool:
        """Whether it came down faster than one lets oneself down, and farther than one who sits there lies back."""
        descent = self.descent
        if descent is None or not descent.is_fast:
            return False
        return descent.stood >= HALF or descent.hips >= SUNK or descent.shoulders >= SHOULDER_DROP

    @property
    def resting(self) -> bool:
        """Whether the body has of late mostly been where one may lie."""
        return self.rest >= HALF

    @property
    def exercises(self) -> bool:
        """Whether the body is on an exercise mat."""
        return self._is_on("mat")

    @property
    def may_lie(self) -> bool:
        """Whether the body is on a drawn bed, sofa or mat, where one comes down and lies."""
        return self._is_on("mat", *REST)

    def _is_on(self, *kinds: str) -> bool:
        """Whether the body is on a place of one of these kinds."""
        return self.figure.place is not None and self.figure.place.kind in kinds

    def _rests(self, figure: Figure) -> bool:
        """Whether the body lies where one may lie: on a drawn bed or sofa, or, come down slowly, above the floor where
        nothing is drawn or a chair, in which one leans far back.

        After a fast descent only what is drawn counts: who falls away from the camera, or behind something, comes to
        lie as high in the picture as on a bed.
        """
        place = figure.place
        if place is None or place.kind == "chair":
            return not self.fell_fast and self._on_furniture(figure)
        return place.kind in REST

    @property
    def by_exit(self) -> bool:
        """Whether the body was last seen where people leave."""
        return self.at_exit or self._is_on("door", "exit")

    @property
    def leaving(self) -> bool:
        """Whether the body was last seen where people leave, or at the edge of the picture or just come from there."""
        return self.by_exit or self.figure.person.track.seen - self.edge <= EDGE_SECONDS

    @property
    def walks_out(self) -> bool:
        """Whether the body was last seen at an edge of the picture, coming down as one does who walks out there."""
        path, at_edge = self.path, self.figure.leaving or self.figure.below
        return at_edge and path.tilted < OUT_TILTED_SECONDS and path.pace(self.figure.stature) < OUT_PACE

    @property
    def walked_out(self) -> bool:
        """Whether a body that was taken for one that falls has only walked out of the picture, and is gone."""
        soon = self.figure.person.track.seen - self.since < OUT_SECONDS
        return self.phase is Phase.SUSPECTED and self.lost and soon and self.walks_out

    def see(self, figure: Figure, now: float) -> None:
        """Take the body as it is in the frame captured at `now`."""
        step, self.figure, self.lost = self._step(now), figure, False
        if figure.person.track.hit:
            self.path.add(figure, now)
            self.edge = now if figure.leaving else self.edge
        self._weigh(figure, step, now)

    def miss(self, now: float) -> None:
        """Let time pass in which the body is out of sight: little is said by it where the body was about to leave."""
        self.lost = True
        step = self._step(now)
        self.evidence.gone += step
        self.evidence.hidden += step * (LEFT_COUNTS if self.leaving else 1.0)

    def begin(self, phase: Phase, since: float, descent: Descent | None) -> None:
        """Something is suspected or known since that second."""
        hips = self.figure.hips
        self.phase, self.since, self.descent = phase, since, descent
        self.level = hips[0] if hips else 0.0
        self.floor = self.path.floor or self.figure.floor
        self.evidence, self.up, self.said = Since(), 0.0, None
        self.rose = self.told = self.told_long_lie = False

    def hear(self, said: float | None) -> float | None:
        """Take what the network says of the body now, in nats, and give it back; the most that it said is kept."""
        if said is not None:
            self.said = said if self.said is None else max(self.said, said)
        return said

    def denied(self, unlikely: float) -> bool:
        """Whether the network has never said more than that since the descent: its window soon no longer holds it."""
        return self.said is not None and self.said <= unlikely

    def reset(self) -> None:
        """It was nothing, or is over."""
        self.phase, self.descent = Phase.WATCHING, None
        self.path.clear()
        self.evidence, self.up = Since(), 0.0

    def _step(self, now: float) -> float:
        step, self.updated = min(STEP_LIMIT_SECONDS, now - self.updated), now
        return step

    def _weigh(self, figure: Figure, step: float, now: float) -> None:
        """Count `step` seconds as lying, and once something is suspected for or against a fall."""
        lying = figure.posture is Posture.LYING or (self.is_open and self._flat(figure))
        moves = self._moves(figure, now)
        settles = self.lying == 0 or (self.is_open and now - self.since <= SETTLE_SECONDS)
        fresh = 1.0 if settles else min(1.0, step / REST_SECONDS)  # hips tremble in and out of any outline
        self.rest += (self._rests(figure) - self.rest) * fresh
        self.seat.see(figure, step)
        self._count_lying(figure, step, lying=lying, moves=moves)
        score = mean_score(figure.person.track.pose.keypoints, TORSO)
        if self.phase is Phase.WATCHING:
            self.score += (score - self.score) * min(1.0, step)
            return
        evidence = self.evidence
        seen = figure.posture is not Posture.UNKNOWN
        evidence.before += step * (seen and not lying and evidence.down < LAIN_SECONDS)
        evidence.erect += step * (figure.posture is Posture.SEATED and not lying)
        evidence.moving += step * (moves and now - self.since > SETTLE_SECONDS)
        evidence.faded += (1 - score / max(self.score, 0.1) - evidence.faded) * min(1.0, step)
        if lying:
            self._lie(figure, step)
        else:
            self._be_otherwise(figure, step)

    def _count_lying(self, figure: Figure, step: float, *, lying: bool, moves: bool) -> None:
        """Count how long the body has been lying, or bent for so long that it may lie along the line of sight."""
        self.stands = self.stands + step if figure.posture is Posture.UPRIGHT else 0.0
        if self.stands >= UPRIGHT_SECONDS:
            self.lying = self.stooped = 0.0
        elif lying:
            if self.lying == 0:
                self.settled = self.seat.is_left_by_lying_back(figure)
            self.lying += step * (MOVING_COUNTS if moves else 1.0)
        elif figure.posture is Posture.BENT and not moves and self.is_open:
            self.lying += step * BENT_COUNTS
        elif figure.posture is Posture.BENT and not moves:
            self.stooped += step * STOOPED_COUNTS
            self.lying = max(0.0, self.lying - step)
        elif figure.posture is not Posture.UNKNOWN:
            self.lying = max(0.0, self.lying - RISING * step)
            self.stooped = max(0.0, self.stooped - RISING * step)

    def _be_otherwise(self, figure: Figure, step: float) -> None:
        """Count `step` seconds in which the body did not lie."""
        evidence = self.evidence
        if figure.posture is Posture.UNKNOWN:
            evidence.hidden += step
            evidence.gone += step
        elif figure.posture is Posture.UPRIGHT and not self._low(figure):
            self.up += step
            evidence.up += step
            self.rose = self.rose or self.up >= ROSE_SECONDS
        elif self._low(figure):
            evidence.sat += step * (BENT_COUNTS if figure.posture is Posture.BENT else 1.0)
            self.up = 0.0
        else:
            evidence.sat = 0.0
            evidence.other += step

    def _lie(self, figure: Figure, step: float) -> None:
        evidence, self.up = self.evidence, 0.0
        evidence.down += step
        evidence.up = max(0.0, evidence.up - step)  # misread, or it has come down again
        height = height_above(figure.hips, self.floor, figure.stature)
        if height is not None and evidence.down > 0:
            evidence.held += (height - evidence.held) * min(1.0, step / evidence.down)

    def _moves(self, figure: Figure, now: float) -> bool:
        """Whether the middle of the torso goes somewhere, told once a `MOVE_SECONDS`."""
        spot = torso_middle(figure.person.track.pose)
        if self.spot is None or now - self.spotted >= MOVE_SECONDS:
            gone = 0.0 if self.spot is None else distance(self.spot, spot) / figure.stature
            self.moves = gone > MOVED * max(1.0, now - self.spotted)
            self.spot, self.spotted = spot, now
        return self.moves

    def _flat(self, figure: Figure) -> bool:
        """Whether the torso is level as low as the descent brought it: a body may lie so that its knees look lower."""
        sunk = self.descent is not None and self.descent.hips >= SUNK
        folded = figure.scores[Posture.BENT] >= FOLDED and not sunk
        return figure.tilt is not None and figure.tilt >= FLAT_DEGREES and not folded and self._low(figure)

    def _low(self, figure: Figure) -> bool:
        """Whether the hips are still as low as the descent brought them, and not on furniture."""
        hips = figure.hips
        return hips is not None and hips[0] > self.level - 0.1 * figure.stature and not self._on_furniture(figure)

    def _on_furniture(self, figure: Figure) -> bool:
        """Whether the body rests above the floor on which the feet stood before: a fall takes them along."""
        floor = self.floor if self.phase is Phase.SUSPECTED else figure.floor
        return raised(figure.hips, floor, figure.stature)

    def encode(self, now: float) -> dict[str, Any]:
        """An open course as plain numbers and words, times as seconds before `now`: what must survive a power cut."""
        figure, track = self.figure, self.figure.person.track
        return {
            "phase": self.phase.value,
            "ago": now - self.since,
            "descent": asdict(self.descent) if self.descent else None,
            "evidence": asdict(self.evidence),
            "level": self.level,
            "floor": self.floor,
            "told": self.told,
            "told_long_lie": self.told_long_lie,
            "track": track.id,
            "person": figure.person.name,
            "keypoints": track.pose.keypoints.tolist(),
            "stature": figure.stature,
            "place": figure.place.model_dump(mode="json") if figure.place else None,
        }

    @staticmethod
    def decode(body: Mapping[str, Any], now: float) -> "Course":
        """Read what `encode` wrote. Raises ValueError, KeyError or TypeError where it is damaged."""
        keypoints = np.array(body["keypoints"], np.float32)
        pose = Pose(keypoints, float(keypoints[:, 2].mean()))
        floor = None if body["floor"] is None else (float(body["floor"][0]), float(body["floor"][1]))
        since = now - float(body["ago"])
        track = Track(int(body["track"]), pose, TrackState.LOST, born=since, seen=since, hit=False)
        hips = middle(keypoints, HIPS)
        figure = Figure(
            person=Person(track, None if body["person"] is None else str(body["person"])),
            posture=Posture.UNKNOWN,
            scores=dict.fromkeys((Posture.UPRIGHT, Posture.BENT, Posture.SEATED, Posture.LYING), 0.0),
            place=None if body["place"] is None else Place.model_validate(body["place"]),
            stature=float(body["stature"]),
            tilt=torso_tilt(keypoints),
            head=None,
            shoulders=middle(keypoints, SHOULDERS),
            hips=hips,
            feet=None,
            floor=floor,
            raised=raised(hips, floor, float(body["stature"])),
        )
        return Course(
            figure,
            updated=now,
            phase=Phase(body["phase"]),
            descent=None if body["descent"] is None else Descent(**body["descent"]),
            since=since,
            level=float(body["level"]),
            floor=floor,
            evidence=Since(**{name: float(value) for name, value in body["evidence"].items()}),
            told=bool(body["told"]),
            told_long_lie=bool(body["told_long_lie"]),
        )
