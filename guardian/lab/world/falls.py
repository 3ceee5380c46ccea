"""Falls by physics, as the film language tells them: which kind, from which posture, towards where, how it goes on.

The shares of kinds and postures follow Robinovitch and others, "Video capture of the circumstances of falls in elderly
people residing in long-term care" (Lancet 381, 2013), with more falls from bed and chair, which a camera of a bedroom
sees. Every second one cannot get up alone: Fleming and Brayne, "Inability to get up after falling" (BMJ 337, 2008).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from guardian.lab.physics.course import Kind
from guardian.lab.rotation import about
from guardian.lab.world.homes import Home, between, go, spot

Actions: TypeAlias = list[dict[str, Any]]

SHARES: Mapping[Kind, float] = {
    "imbalance": 0.30,
    "trip": 0.20,
    "slip": 0.08,
    "faint": 0.13,
    "chair": 0.12,
    "bed": 0.08,
    "furniture": 0.09,
}
ATTEMPTS = (0.5, 0.3, 0.2)
"""The shares of falls after which nobody tries to get up, tries once, tries twice."""
WAYS = ("forward", "back", "left", "right")
ONWARD = ("forward", "left", "right")
"""Behind one who gets up there is something to sit on."""
NEAR = 0.7
"""Metres between the feet and the furniture that one falls against."""


@dataclass(frozen=True, slots=True)
class Told:
    """What happens: the actions, the `kind` of fall, the `posture` at its onset, its direction, attempts to rise."""

    does: Actions
    kind: Kind
    posture: str
    towards: str
    rises: int

    @property
    def notes(self) -> str:
        """Direction and attempts, for a human."""
        tries = ("", ", tries to rise", ", tries to rise twice")[self.rises]
        return f"{self.kind} {self.towards}{tries}"


@dataclass(frozen=True, slots=True)
class _Lead:
    """What comes before the onset; the fall cuts it short by `early` seconds."""

    does: Actions
    posture: str
    towards: str
    early: float = 0.0


_Leading: TypeAlias = Callable[[np.random.Generator, Home], _Lead]


def fall(random: np.random.Generator, place: Home, lying: float) -> Told:
    """A fall in that home, after which the body lies for so many seconds."""
    kind = list(SHARES)[int(random.choice(len(SHARES), p=list(SHARES.values())))]
    lead = _LEADS[kind](random, place)
    rises = int(random.choice(len(ATTEMPTS), p=ATTEMPTS)) if kind != "faint" else 0
    action = {
        "towards": lead.towards,
        "kind": kind,
        "seed": int(random.integers(2**31)),
        "rises": rises,
        "early": round(lead.early, 2),
        "pace": place.pace,
        "for": lying,
    }
    return Told([*lead.does, {"fall": action}], kind, lead.posture, lead.towards, rises)


def _one(random: np.random.Generator, among: Sequence[str], shares: Sequence[float] | None = None) -> str:
    return str(random.choice(list(among), p=shares))


def _walking(random: np.random.Generator, towards: str) -> _Lead:
    walk: dict[str, Any] = {"walk": {"to": spot(random)}}
    return _Lead([go(random), walk], "walking", towards, between(random, 1.2, 2.2))


def _standing(random: np.random.Generator, towards: str) -> _Lead:
    return _Lead([go(random), {"wait": {"for": between(random, 0.5, 6.0)}}], "standing", towards)


def _bending(random: np.random.Generator, towards: str) -> _Lead:
    return _Lead(
        [go(random), {"bend": {"for": between(random, 0.7, 3.0)}}], "bending", towards, between(random, 0, 1.8)
    )


def _getting_up(random: np.random.Generator, towards: str) -> _Lead:
    sit = {"sit": {"where": _one(random, ("chair", "rest")), "for": between(random, 2, 20)}}
    return _Lead([go(random), sit, {"stand": {"for": 0.0}}], "getting up", towards, between(random, 0.0, 0.7))


def _losing_balance(random: np.random.Generator, _place: Home) -> _Lead:
    towards = _one(random, WAYS, (0.25, 0.35, 0.2, 0.2))
    lead = [_walking, _standing, _bending, _getting_up][int(random.choice(4, p=(0.4, 0.25, 0.15, 0.2)))]
    return lead(random, towards if lead is not _getting_up or towards != "back" else "forward")


def _tripping(random: np.random.Generator, _place: Home) -> _Lead:
    return _walking(random, _one(random, ("forward", "left", "right"), (0.8, 0.1, 0.1)))


def _slipping(random: np.random.Generator, _place: Home) -> _Lead:
    return _walking(random, _one(random, ("back", "left", "right"), (0.6, 0.2, 0.2)))


def _fainting(random: np.random.Generator, _place: Home) -> _Lead:
    lead = [_walking, _standing, _getting_up][int(random.choice(3, p=(0.3, 0.3, 0.4)))]
    return lead(random, _one(random, WAYS if lead is not _getting_up else ONWARD))


def _off_the_chair(random: np.random.Generator, _place: Home) -> _Lead:
    sit = {"sit": {"where": _one(random, ("chair", "rest"), (0.7, 0.3)), "for": between(random, 2, 20)}}
    return _Lead([go(random), sit], "sitting", "forward")


def _off_the_bed(random: np.random.Generator, _place: Home) -> _Lead:
    lies = random.random() < 0.6  # noqa: PLR2004 - the others sit on the edge
    verb = "lie" if lies else "sit"
    does = [go(random), {verb: {"where": "rest", "for": between(random, 2, 20)}}]
    return _Lead(does, "lying" if lies else "sitting", "forward")


def _against_furniture(random: np.random.Generator, place: Home) -> _Lead:
    """Stand before a piece, with it ahead or at one's side, and fall that way."""
    pieces = [spec.piece() for spec in place.furniture if spec.kind != "mat"]
    piece = pieces[int(random.integers(len(pieces)))]
    away = about("y", piece.facing) @ [0.0, 0.0, piece.size[2] / 2 + NEAR]
    towards = _one(random, ("forward", "left", "right", "back"), (0.5, 0.2, 0.2, 0.1))
    heading = {"forward": 180.0, "left": 90.0, "right": -90.0, "back": 0.0}[towards]
    to = round(piece.x + float(away[0]), 2), round(-(piece.z + float(away[2])), 2)
    walk = {"walk": {"to": to, "facing": piece.facing + heading}}
    return _Lead([go(random), walk, {"wait": {"for": between(random, 0.2, 3.0)}}], "standing", towards)


_LEADS: Mapping[Kind, _Leading] = {
    "imbalance": _losing_balance,
    "trip": _tripping,
    "slip": _slipping,
    "faint": _fainting,
    "chair": _off_the_chair,
    "bed": _off_the_bed,
    "furniture": _against_furniture,
}
