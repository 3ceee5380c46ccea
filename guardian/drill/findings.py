"""What a drill has found, as one noun: for the report, for tools, and for whether it was passed."""

from dataclasses import asdict, dataclass
from typing import Any

from guardian.drill.scene import RoomNow
from guardian.rehearsal import Step
from guardian.walk import RoomSeen, Tick


@dataclass(frozen=True, slots=True)
class Line:
    """What `guardian doctor` says of one part: `state` is ok, warn or fail."""

    state: str
    part: str
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """`began` and `ended` are ISO 8601; `walked` and `fell` say which parts were tried at all, `fall_room` where;
    `told` who was to be told of it, `cut` why it ended before its end ("" where it did not).
    """

    household: str
    version: str
    began: str
    ended: str
    source: str
    rooms: tuple[RoomNow, ...]
    seen: tuple[RoomSeen, ...]
    ticks: tuple[Tick, ...]
    walked: bool
    fall_room: str
    fell: bool
    steps: tuple[Step, ...]
    passed_fall: bool
    told: tuple[str, ...]
    cut: str = ""
    doctor: tuple[Line, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether all that was tried was seen, and worked."""
        seen = not self.walked or all(tick.done for tick in self.ticks)
        return not self.cut and seen and (not self.fell or self.passed_fall)

    def plain(self) -> dict[str, Any]:
        """Everything as JSON has it; keypoints are drawn in the report, and not given away here."""
        return {
            "passed": self.passed,
            **{key: getattr(self, key) for key in ("household", "version", "began", "ended", "source", "cut", "told")},
            "rooms": [
                {**asdict(seen), "coverage": room.coverage, "reason": room.reason, "camera": room.camera}
                for room in self.rooms
                for seen in self.seen
                if seen.room == room.name
            ],
            "walk": [_tick(tick) for tick in self.ticks] if self.walked else None,
            "fall": _fall(self) if self.fell else None,
            "doctor": [asdict(line) for line in self.doctor],
        }


def _tick(tick: Tick) -> dict[str, Any]:
    return {
        "room": tick.target.room,
        "place": tick.target.place,
        "seen": tick.done,
        "seconds": round(tick.seconds, 1),
        "looks": tick.looks,
        "torso": round(tick.torso, 2),
        "posture": tick.posture,
        "expected": round(tick.expected, 1),
        "missed": round(tick.missed, 1),
        "gap": round(tick.gap, 1),
    }


def _fall(found: Findings) -> dict[str, Any]:
    steps = [{**asdict(step), "outcome": step.outcome.value} for step in found.steps]
    return {"room": found.fall_room, "passed": found.passed_fall, "steps": steps}
