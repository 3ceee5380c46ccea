"""The weekly test: when it begins, what came of it, and the fault where nobody has answered.

Pure. It begins at its time by the household's clock, once a week, whatever steps that clock takes. One that could
not begin in time, since the box was off or something was the matter, is made up for within two hours and else left
out, which is told. What is kept says when it was last due: a restart begins no second one.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from guardian.events import Event, FaultCleared, FaultOccurred, WeeklyTestDue, WeeklyTestSkipped
from guardian.incident import Incident
from guardian.moment import Moment
from guardian.transitions import TEST_KIND
from guardian.weekly import WeeklyTest, last_due

PART = "weekly test"
KEPT = "weekly test"
"""Under what name the last one is kept, of no room."""
MAKE_UP_SECONDS = 7_200.0
WRONG_CLOCK = timedelta(days=8)
"""What was last due so far in the future was due by a clock that was wrong."""
OFF = "the box was off at that time, or did not know what o'clock it was"
BUSY = "something else was the matter, or alarms were paused"


class Outcome(str, Enum):
    """What came of a weekly test."""

    NONE = "none"
    WAITING = "waiting"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Trial:
    """The weekly test that was `due` last by the schedule `when`, such as Mon 10:00, and what came of it: `by` whom it
    was answered, or the `reason` why it was left out.
    """

    when: str
    due: datetime
    outcome: Outcome
    by: str = ""
    reason: str = ""

    def encode(self) -> str:
        """Write it as JSON."""
        said = {"when": self.when, "due": self.due.isoformat(), "outcome": self.outcome.value}
        return json.dumps({**said, "by": self.by, "reason": self.reason})


def decode(body: str) -> Trial | None:
    """Read what `encode` wrote; None where it makes no sense."""
    try:
        said = json.loads(body)
        due, outcome = datetime.fromisoformat(said["due"]), Outcome(said["outcome"])
        trial = Trial(str(said["when"]), due, outcome, str(said["by"]), str(said["reason"]))
    except (ValueError, KeyError, TypeError):
        return None
    return trial if due.tzinfo is not None else None


class Trials:
    """Knows the last weekly test. `weekly` is None where there is none."""

    def __init__(self, weekly: WeeklyTest | None) -> None:
        self._weekly = weekly
        self._when = f"{weekly.day} {weekly.time}" if weekly else ""
        self._kept: Trial | None = None
        self._fault = False
        self._waits_for_peace = False
        self.last: Trial | None = None

    def recall(self, body: str, incidents: Iterable[Incident], moment: Moment) -> tuple[Event, ...]:
        """Go on with what was kept, and the open incidents. One that nobody has answered is still a fault; one that was
        to begin when the last process ended, and did not, is due again.
        """
        trial = decode(body)
        if self._weekly is None or trial is None or trial.when != self._when:
            return ()
        self.last = self._kept = replace(trial, due=trial.due.astimezone(moment.wall.tzinfo))
        if trial.outcome is Outcome.WAITING and not any(each.kind == TEST_KIND for each in incidents):
            self.last = replace(self.last, outcome=Outcome.NONE, due=self.last.due - timedelta(days=7))
        return self._judged(moment) if trial.outcome is Outcome.UNANSWERED else ()

    def told_anew(self) -> str | None:
        """What is to be kept; None where nothing is new."""
        if self.last is None or self.last == self._kept:
            return None
        self._kept = self.last
        return self.last.encode()

    def tick(self, moment: Moment, *, busy: bool) -> tuple[Event, ...]:
        """Begin what is due, unless the box is `busy` with what matters more; leave out what comes too late."""
        if self._weekly is None:
            return ()
        due = last_due(self._weekly, moment.wall)
        if self.last is None or self.last.due - moment.wall > WRONG_CLOCK:
            self.last = Trial(self._when, due, Outcome.NONE)
        if due.timestamp() <= self.last.due.timestamp():
            return ()
        late = moment.wall.timestamp() - due.timestamp()
        if late > MAKE_UP_SECONDS:
            return self._skip(due, moment)
        self._waits_for_peace = busy
        if busy:
            return ()
        self.last = Trial(self._when, due, Outcome.WAITING)
        return (WeeklyTestDue(time=moment.monotonic, room="", reasons=("The weekly test.",)),)

    def _skip(self, due: datetime, moment: Moment) -> tuple[Event, ...]:
        reason = BUSY if self._waits_for_peace else OFF
        self._waits_for_peace = False
        self.last = Trial(self._when, due, Outcome.SKIPPED, reason=reason)
        told = f"The weekly test of {due:%Y-%m-%d %H:%M} was left out: {reason}."
        return (WeeklyTestSkipped(time=moment.monotonic, room="", reasons=(told,)),)

    def follow(self, incident: Incident, moment: Moment) -> tuple[Event, ...]:
        """Learn how the test goes on: it is over when somebody has answered, or time is up."""
        if incident.kind != TEST_KIND or incident.open or self.last is None:
            return ()
        by = incident.acknowledged_by
        self.last = replace(self.last, outcome=Outcome.ANSWERED if by else Outcome.UNANSWERED, by=by or "")
        return self._judged(moment)

    def _judged(self, moment: Moment) -> tuple[Event, ...]:
        """Tell of a test that nobody has answered, and of the first one after it that somebody has."""
        assert self.last is not None  # noqa: S101 - only what was due is judged
        failed, was = self.last.outcome is Outcome.UNANSWERED, self._fault
        self._fault = failed
        if failed:
            told = (
                f"The weekly test of {self.last.due:%Y-%m-%d %H:%M} was not answered: see that the phones ring, and"
                " that everybody knows what to press."
            )
            return (FaultOccurred(time=moment.monotonic, room="", part=PART, reasons=(told,)),)
        return (FaultCleared(time=moment.monotonic, room="", part=PART),) if was else ()
