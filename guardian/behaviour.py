"""Stillness that is unusual: a body that has not moved for longer than the limit of its place and of the hour.

One `_Spell` per body holds how it was held when it last moved, and how much of the limit is used up since. Bodies are
compared by the medians of short windows, because keypoints tremble and now and then jump; what lasts has moved. Time in
which the room could not be seen counts for nothing, but is no reason to forget: the spell goes on where it was.
Durations are monotonic; only the limit asks what o'clock it is.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from guardian.course import UPRIGHT_SECONDS
from guardian.events import PersonEvent, PersonRecovered, StillnessExceeded
from guardian.geometry import SEEN, distance
from guardian.moment import Moment
from guardian.posture import Figure, Posture
from guardian.settings import Behaviour
from guardian.skeleton import MIRRORED, TORSO, Keypoints
from guardian.tracking import TrackState, torso_middle
from guardian.view import SILENT_SECONDS

WINDOW_SECONDS, WINDOW_SAMPLES = 8.0, 8
"""A window is as long as both ask for: of a room in which nothing moves the eye reads poses once a second only."""
TORSO_MOVED = 0.1
"""So many statures are a movement of the torso: 17 cm of an adult. Rendered bodies at rest stay within 0.03."""
LIMB_MOVED, LIMBS = 0.15, 2
"""So many keypoints that moved so many statures are a movement of a limb: an arm takes its elbow and wrist along."""
SURE = 0.3
"""Least score of a keypoint that tells of a limb: hidden ones jump from guess to guess, and score below."""
SAME_SPOT = 0.5
"""A track that begins within so many statures of a still body that was lost is that body, found again."""
SETTLED_SECONDS = 60.0
"""Who was still for less and is gone has left; who was still for longer is hidden, and waited for."""
HIDDEN_SECONDS = 1800.0
"""So long a hidden body is waited for, in seconds in which the room can be seen."""
SEATS = ("sofa", "chair")
LIES_IN, LIES_ON = ("bed", "chair"), ("sofa", "mat", "floor")
ELSEWHERE = "elsewhere"
"""In place of a kind of place: where nothing is drawn."""
LEAST_SECONDS = 1_200.0
"""No stillness is told of sooner, however lively somebody usually is: keypoints of one who reads hardly move."""

StillUsual: TypeAlias = Callable[[str, int], float | None]
"""After how many seconds without movement it is unusual, by kind of place and hour; None where that is not known."""


@dataclass(slots=True)
class _Spell:
    """One stillness. `used` is the share of the limit that is used up, `hidden` the seconds since the body was seen,
    `told` whether this stillness was told of, `owing` whether one was and the body has not been on its feet since.
    """

    figure: Figure
    opened: float
    window: list[Keypoints] = field(default_factory=list)
    anchor: Keypoints | None = None
    seconds: float = 0.0
    used: float = 0.0
    hidden: float = 0.0
    told: bool = False
    owing: bool = False
    up: float = 0.0


def nothing_usual(_kind: str, _hour: int) -> None:
    """Nothing was learnt of what is usual."""


class Stillness:
    """Watches every body of one room for stillness beyond the limits, or beyond what is `usual` where that is less."""

    def __init__(self, room: str, limits: Behaviour, usual: StillUsual = nothing_usual) -> None:
        self._room = room
        self._limits = limits
        self._usual = usual
        self._spells: dict[int, _Spell] = {}
        self._last: float | None = None

    @property
    def still(self) -> dict[str, float]:
        """For how many seconds the stillest body that is seen has not moved, by the kind of place where it is."""
        longest: dict[str, float] = {}
        for spell in self._spells.values():
            if spell.hidden == 0:
                kind = kind_of(spell.figure)
                longest[kind] = max(longest.get(kind, 0.0), spell.seconds)
        return longest

    def update(self, figures: Iterable[Figure], moment: Moment, *, in_view: bool = True) -> tuple[PersonEvent, ...]:
        """Take all figures of the frame captured at `moment`; return what happened.

        `in_view` is False while the room cannot be seen. Two frames farther apart than SILENT_SECONDS count as so far
        apart only: nobody knows what happened meanwhile.
        """
        now = moment.monotonic
        step = 0.0 if self._last is None else min(SILENT_SECONDS, now - self._last)
        self._last = now
        if not in_view:
            return ()
        seen = {each.person.track.id: each for each in figures if each.person.track.state is TrackState.CONFIRMED}
        for track, spell in tuple(self._spells.items()):
            if track not in seen:
                spell.hidden += step
                if spell.seconds < SETTLED_SECONDS or spell.hidden > HIDDEN_SECONDS:
                    del self._spells[track]
        return tuple(event for figure in seen.values() for event in self._follow(figure, seen, step, moment))

    def _follow(self, figure: Figure, seen: Iterable[int], step: float, moment: Moment) -> Iterator[PersonEvent]:
        spell = self._spell(figure, seen, moment.monotonic)
        step, spell.hidden, spell.figure = step + spell.hidden, 0.0, figure
        spell.up = spell.up + step if figure.posture is Posture.UPRIGHT else 0.0
        spell.seconds += step
        spell.used += step / self._limit(figure, moment)
        if figure.person.track.hit:
            spell.window.append(figure.person.track.pose.keypoints)
        _compare(spell, moment.monotonic)
        if spell.used >= 1 and not spell.told:
            spell.told = spell.owing = True
            yield self._event(StillnessExceeded, figure, moment, self._reason(spell, moment))
        elif spell.owing and not spell.told and spell.up >= UPRIGHT_SECONDS:
            spell.owing = False
            yield self._event(PersonRecovered, figure, moment, "Has moved again and is on the feet.")

    def _spell(self, figure: Figure, seen: Iterable[int], now: float) -> _Spell:
        """The spell of a body: its own, or that of a hidden one in whose spot its track begins, or a new one."""
        track = figure.person.track
        if track.id not in self._spells:
            spot = torso_middle(track.pose)
            away = {
                lost: distance(torso_middle(spell.figure.person.track.pose), spot)
                for lost, spell in self._spells.items()
                if lost not in seen and spell.figure.person.track.seen <= track.born
            }
            nearest = min(away, key=lambda lost: away[lost], default=None)
            if nearest is not None and away[nearest] < SAME_SPOT * figure.stature:
                self._spells[track.id] = self._spells.pop(nearest)
            else:
                self._spells[track.id] = _Spell(figure, now)
        return self._spells[track.id]

    def _limit(self, figure: Figure, moment: Moment) -> float:
        """Seconds without movement that are usual here at this hour."""
        place = figure.place.kind if figure.place else None
        asleep = place == "bed" or (place not in SEATS and at_night(self._limits, moment.wall.hour))
        most = 60 * (self._limits.stillness_minutes_bed if asleep else self._limits.stillness_minutes)
        usual = self._usual(kind_of(figure), moment.wall.hour)
        return most if usual is None else min(most, max(LEAST_SECONDS, usual))

    def _reason(self, spell: _Spell, moment: Moment) -> str:
        return (
            f"Has not moved for {_minutes(spell.seconds)}{_where(spell.figure)}, at {moment.wall:%H:%M}; "
            f"{_minutes(self._limit(spell.figure, moment))} is the limit here at this hour."
        )

    def _event(self, kind: type[PersonEvent], figure: Figure, moment: Moment, reason: str) -> PersonEvent:
        return kind(
            time=moment.monotonic,
            room=self._room,
            reasons=(reason,),
            track=figure.person.track.id,
            person=figure.person.name,
            place=figure.place.name if figure.place else None,
        )


def at_night(limits: Behaviour, hour: int) -> bool:
    """Whether this hour of the day, 0-23, is night."""
    start, end = limits.night_from, limits.night_to
    return start <= hour < end if start <= end else not end <= hour < start


def kind_of(figure: Figure) -> str:
    """The kind of place where a body is, ELSEWHERE where nothing is drawn."""
    return figure.place.kind if figure.place else ELSEWHERE


def _compare(spell: _Spell, now: float) -> None:
    """Close the window where it is full: a body that is held otherwise than at the spell's beginning begins anew."""
    if now - spell.opened < WINDOW_SECONDS or len(spell.window) < WINDOW_SAMPLES:
        return
    held = typical(spell.window)
    spell.window, spell.opened = [], now
    if spell.anchor is None or moved(spell.anchor, held, spell.figure.stature):
        spell.anchor = held
        spell.seconds = spell.used = 0.0
        spell.told = False


def typical(window: Sequence[Keypoints]) -> Keypoints:
    """Where each keypoint was most of the time, with the score that it reached in three quarters of it."""
    table = np.stack(window)
    held: Keypoints = np.median(table, axis=0)
    held[:, 2] = np.quantile(table[:, :, 2], 0.25, axis=0)
    return held


def moved(before: Keypoints, after: Keypoints, stature: float) -> bool:
    """Whether a body of this stature (frame heights) has moved between two poses: its torso, or a limb."""
    score = np.minimum(before[:, 2], after[:, 2])
    torso = [keypoint for keypoint in TORSO if score[keypoint] >= SEEN]
    if torso:
        y, x = (after[torso, :2] - before[torso, :2]).mean(axis=0)
        if np.hypot(y, x) > TORSO_MOVED * stature:
            return True
    away = np.minimum(*(np.linalg.norm(after[:, :2] - each[:, :2], axis=1) for each in (before, before[MIRRORED])))
    return int(((away > LIMB_MOVED * stature) & (score >= SURE)).sum()) >= LIMBS


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes <= 180 else f"{round(minutes / 60, 1):g} hours"  # noqa: PLR2004 - three hours


def _where(figure: Figure) -> str:
    if figure.place is None:
        return ""
    kind = figure.place.kind
    return f" {'in' if kind in LIES_IN else 'on' if kind in LIES_ON else 'at'} the {figure.place.name}"
