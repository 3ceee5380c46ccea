"""Events against annotations: which falls were found, how late, and which alarms had no reason. Pure.

A hit is the first alarm from `BEFORE_SECONDS` before the onset of a fall to `WINDOW_SECONDS` after its end. Somebody
found lying (PersonDown, LongLie) up to `LYING_SECONDS` after it is found late. Who gets up again before a fall could be
confirmed is neither. Alarms within `MERGE_SECONDS` are one. An alarm while somebody is known to lie there is not false.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from guardian.events import URGENT_EVENTS, FallSuspected, HelpCalled, LongLie, PersonDown
from guardian.lab.evaluate.manifest import Recording, Row

BEFORE_SECONDS, WINDOW_SECONDS, LYING_SECONDS, MERGE_SECONDS = 1.0, 30.0, 120.0, 60.0
ALARMS = frozenset(kind.__name__ for kind in URGENT_EVENTS if kind is not HelpCalled)
"""What counts as an alarm; a button is pressed by a human, and proves nothing of the eye."""
LYING = frozenset({PersonDown.__name__, LongLie.__name__})
SUSPECTED = FallSuspected.__name__


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it was told: second in the file, name of the event, body, and why."""

    time: float
    event: str
    track: int | None = None
    place: str | None = None
    reasons: tuple[str, ...] = ()


class Verdict(str, Enum):
    """What became of one fall."""

    HIT = "hit"
    LATE = "late"
    MISSED = "missed"
    EXCUSED = "excused"


@dataclass(slots=True)
class Outcome:
    """One fall, what became of it, and by which alarm and suspicion.

    `cut_short` says that it was missed, but that the file ended before anybody could have confirmed it.
    """

    row: Row
    verdict: Verdict
    alarm: Told | None = None
    suspected: Told | None = None
    cut_short: bool = False

    @property
    def alarm_delay(self) -> float | None:
        """Seconds from ground contact to the alarm of a hit; None where either is unknown."""
        return self._since_contact(self.alarm if self.verdict is Verdict.HIT else None)

    @property
    def suspected_delay(self) -> float | None:
        """Seconds from ground contact to the suspicion, negative if it came before; None where either is unknown."""
        return self._since_contact(self.suspected)

    def _since_contact(self, told: Told | None) -> float | None:
        return None if told is None or self.row.contact is None else told.time - self.row.contact


@dataclass(slots=True)
class FalseAlarm:
    """An alarm for nothing: the first one told, and how many more came with it."""

    path: str
    row: Row
    told: Told
    more: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """What came of one file."""

    outcomes: tuple[Outcome, ...]
    false_alarms: tuple[FalseAlarm, ...]
    behaviour: tuple[Told, ...]


@dataclass(slots=True)
class _Incidents:
    """The alarms of one file so far: of whom the last one was, and when."""

    outcomes: list[Outcome]
    by_track: dict[int | None, float] = field(default_factory=dict)
    last: float = float("-inf")
    false: list[FalseAlarm] = field(default_factory=list)
    open: FalseAlarm | None = None


def score(
    recording: Recording,
    told: Sequence[Told],
    *,
    confirm_seconds: float,
    behaviour: Sequence[str] = (),
    ends: float = float("inf"),
) -> Score:
    """Compare what was told of one file, which `ends` at that second, with what happened in it.

    `confirm_seconds` is how long a fall takes to be confirmed; `behaviour` names events that alarm besides.
    """
    outcomes = [Outcome(row, _at_first(row, confirm_seconds)) for row in recording.falls]
    incidents = _Incidents(outcomes)
    for each in sorted(told, key=lambda each: each.time):
        if each.event in ALARMS:
            _place(incidents, recording, each)
    for outcome in outcomes:
        outcome.suspected = _suspicion(outcome, outcomes, told)
        outcome.cut_short = outcome.verdict is Verdict.MISSED and outcome.row.end > ends - confirm_seconds
    return Score(tuple(outcomes), tuple(incidents.false), tuple(each for each in told if each.event in behaviour))


def _at_first(row: Row, confirm_seconds: float) -> Verdict:
    up_soon = row.up is not None and row.up - row.end <= confirm_seconds
    return Verdict.EXCUSED if up_soon else Verdict.MISSED


def _place(incidents: _Incidents, recording: Recording, alarm: Told) -> None:
    """Give an alarm to the fall it belongs to, or to an incident that is open, or count it as false."""
    fall = next(_candidates(incidents, alarm), None)
    if fall is not None:
        fall.verdict = Verdict.HIT if within(fall.row, alarm.time) else Verdict.LATE
        fall.alarm, incidents.open = alarm, None
    elif any(_explains(outcome.row, alarm) for outcome in incidents.outcomes):
        incidents.open = None
    elif alarm.time - incidents.last > MERGE_SECONDS:
        incidents.open = FalseAlarm(recording.path, _row_at(recording, alarm.time), alarm)
        incidents.false.append(incidents.open)
    elif incidents.open is not None:
        incidents.open.more += 1
    incidents.last = incidents.by_track[alarm.track] = alarm.time


def _candidates(incidents: _Incidents, alarm: Told) -> Iterator[Outcome]:
    """The falls not found yet that this alarm can be of, the latest first; those in time before those found lying.

    A body that was already told of is told of again for a later fall only.
    """
    known = float("-inf") if alarm.track is None else incidents.by_track.get(alarm.track, float("-inf"))
    for reach in (WINDOW_SECONDS, LYING_SECONDS if alarm.event in LYING else 0.0):
        for outcome in reversed(incidents.outcomes):
            begins = (outcome.row.onset or 0.0) - BEFORE_SECONDS
            if outcome.verdict is Verdict.MISSED and within(outcome.row, alarm.time, reach) and known < begins:
                yield outcome


def within(row: Row, time: float, reach: float = WINDOW_SECONDS) -> bool:
    """Whether a time is from just before a fall to `reach` seconds after its end."""
    return (row.onset or 0.0) - BEFORE_SECONDS <= time <= row.end + reach


def _explains(row: Row, alarm: Told) -> bool:
    """Whether a fall, found or not, gives a reason for an alarm: in its windows, or while somebody still lies there."""
    lying = row.end <= alarm.time and (row.down_until_end or (row.up is not None and alarm.time <= row.up))
    return lying or within(row, alarm.time, LYING_SECONDS if alarm.event in LYING else WINDOW_SECONDS)


def _row_at(recording: Recording, time: float) -> Row:
    """The row that says what was going on: of those that have begun the latest, everyday life before a fall."""
    begun = [row for row in recording.rows if (row.onset or 0.0) <= time] or recording.rows
    return max(begun, key=lambda row: (row.kind == "adl", row.onset or 0.0))


def _suspicion(outcome: Outcome, outcomes: Sequence[Outcome], told: Sequence[Told]) -> Told | None:
    """The first suspicion of a fall: within its window, before the next fall, and not after its alarm."""
    until = min(
        outcome.row.end + WINDOW_SECONDS,
        outcome.alarm.time if outcome.verdict is Verdict.HIT and outcome.alarm else float("inf"),
        *((other.row.onset or 0.0) for other in outcomes if (other.row.onset or 0.0) > (outcome.row.onset or 0.0)),
        float("inf"),
    )
    first = (outcome.row.onset or 0.0) - BEFORE_SECONDS
    return next((each for each in told if each.event == SUSPECTED and first <= each.time <= until), None)


def rules() -> Mapping[str, float]:
    """The windows, for whoever reads a result."""
    return {
        "before_seconds": BEFORE_SECONDS,
        "window_seconds": WINDOW_SECONDS,
        "lying_seconds": LYING_SECONDS,
        "merge_seconds": MERGE_SECONDS,
    }
