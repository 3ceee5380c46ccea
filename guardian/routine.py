"""When a day departs from what is usual: not up by the usual time, no kitchen, many visits to the bathroom at night.

Each rule is one function from the day so far and what is usual to a sentence, or None while all is well. What is usual
is learnt (usual.py); what holds from the first minute is configured. A rule speaks once a day, and what it has said
survives a restart.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from guardian.day import HOURS, HOUSEHOLD, Day
from guardian.diary import Diary
from guardian.events import CheckInMissed, GaitDeclined, NightWandering, PersonEvent, PersonRecovered, RoutineBroken
from guardian.ledger import Ledger, Page, is_up, minutes_of, morning_of
from guardian.moment import Moment
from guardian.settings import Settings
from guardian.trend import Decline, decline
from guardian.usual import LONGEST_DAYS, Expected, Usual, clock, spread, times

CHECK_SECONDS = 60.0
"""The day is compared with what is usual so often."""
UP_SECONDS = 1_800.0
"""Who was up so lately, and be it that they have just come home, is not missed."""
OUT_SECONDS = 7_200.0
"""Who was out for longer has perhaps eaten there."""
SIGN_SECONDS = 30
"""Up for so long since early morning is a sign of life."""
GRACE_MINUTES, MOST_MINUTES = 60, 240
"""Later than on nineteen of twenty days by at least the first, or than the usual time by the second, is late."""
VISITS = 4
"""So few visits to the bathroom in a night are never many."""
NIGHT_UP_SECONDS, NIGHT_UP_TIMES, NIGHT_UP_MORE = 1_200, 1.5, 900
"""Up at night for so long is never unusual; and as many times as long as on most nights, and so much more, is."""
GAP_SECONDS, GAP_MORE = 7_200, 3_600
"""The same, of nobody to be seen by day."""
STROLLS = 3
"""A day on which fewer walks were measured says nothing of how somebody walks."""
SLOWER, AGAIN_DAYS = 0.025, 28
"""Metres a second by which walking has to become slower to be told, and after how many days it is told again."""
RELIABLE = 0.9
"""A person is missed by name only where the name was known on so many of the days."""
STILL_TIMES, STILL_MORE, HOUR_REACH = 1.5, 1_800.0, 1
"""Stillness beyond so many times the longest that is usual, and so many seconds, is unusual; an hour is judged with
those so many before and after."""
NOBODY = 0
"""The track of what is said of nobody in particular."""

Rule: TypeAlias = "Callable[[_Now], str | None]"


@dataclass(frozen=True, slots=True)
class _Now:
    """What a rule looks at: the day of somebody so far, what is usual for them, and how late it is."""

    who: str
    day: Page
    night: Page
    usual: Usual
    watched: float
    up: float
    minutes: int
    unseen: float | None


def _late(name: str, text: str) -> Rule:
    """The rule that something has not happened yet which happens by this time of day."""

    def rule(now: _Now) -> str | None:
        expected = now.usual.expected(lambda day: getattr(day, name))
        if expected is None or getattr(now.day, name) is not None or not _relied_on(expected, now.who):
            return None
        if now.minutes <= latest(expected):
            return None
        return f"Usually {text} by {times(expected)}; today not by {clock(now.minutes)}."

    return rule


def latest(expected: Expected) -> float:
    """The minute of the day from which on something is late."""
    late = expected.high + max(GRACE_MINUTES, expected.high - expected.median)
    return min(late, max(expected.high, expected.median + MOST_MINUTES))


def _relied_on(expected: Expected, who: str) -> bool:
    return who == HOUSEHOLD or expected.known >= RELIABLE * expected.of


def _many_visits(now: _Now) -> str | None:
    expected = now.usual.expected(lambda day: day.night_visits)
    count = now.night.night_visits
    if expected is None or count <= max(VISITS, 2 * expected.median, expected.high + 1):
        return None
    return f"{count} visits to the bathroom this night; usually {expected.median:g} ({spread(expected)})."


def _gone(now: _Now) -> str | None:
    expected = now.usual.expected(lambda day: day.gap)
    if expected is None or now.unseen is None:
        return None
    limit = max(GAP_SECONDS, expected.high + max(GAP_MORE, expected.high - expected.median))
    if now.unseen <= limit:
        return None
    since = clock(now.minutes - now.unseen / 60)
    return f"Nobody was seen since {since}, and nobody went out; usually that is {_hours(expected.high)} at most."


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.1f} hours" if seconds >= GAP_SECONDS else f"{seconds / 60:.0f} minutes"


def _slower(usual: Usual) -> Decline | None:
    """Whether somebody has come to walk more slowly."""
    walked = [(day.date, day.speed / 1_000) for day in usual.days if day.speed and day.strolls >= STROLLS]
    return decline(sorted(walked), SLOWER)


NIGHT_VISITS = "night visits"
ROUTINES: Mapping[str, Rule] = {
    "rising": _late("rising", "up"),
    "kitchen": _late("kitchen", "in the kitchen"),
    NIGHT_VISITS: _many_visits,
    "gone": _gone,
}
"""What RoutineBroken is told of."""
MISSED = frozenset({"rising", "kitchen"})
"""Rules that say that somebody is missed: only where a room was seen for most of the day, and nobody is out."""
CHECK_IN, WANDERING, GAIT = "check-in", "wandering", "gait"
Told: TypeAlias = tuple[str, str, str]


class Routine:
    """Watches the days of one home; `days` are those that are over, and grow by `learn`."""

    def __init__(self, settings: Settings, days: Iterable[Day] = ()) -> None:
        self._limits = settings.behaviour
        self._kitchens = frozenset(room.name for room in settings.rooms if room.kind == "kitchen")
        self._days = list(days)
        self._usual: dict[str, Usual] = {}
        self._still: dict[tuple[str, int], float] = {}
        self._today: date | None = None
        self._checked = float("-inf")
        self._told: frozenset[Told] = frozenset()
        self._awaited = False
        self._missed: dict[str, float] = {}
        self._asked: frozenset[tuple[str, date]] = frozenset()
        self._residents = settings.household.residents

    def learn(self, days: Iterable[Day]) -> None:
        """Take days that are over."""
        self._days += days
        newest = max((day.date for day in self._days), default=date.min)
        self._days = [day for day in self._days if (newest - day.date).days <= LONGEST_DAYS]
        self._today = None

    def forget(self, who: str) -> None:
        """Forget the days of a person."""
        self._days = [day for day in self._days if day.who != who]
        self._told = frozenset(told for told in self._told if told[1] != who)
        self._today = None

    def usual(self, who: str, today: date) -> Usual:
        """What is usual for somebody, as of today."""
        self._turn(today)
        if who not in self._usual:
            self._usual[who] = Usual((day for day in self._days if day.who == who), today)
        return self._usual[who]

    def days(self, who: str) -> tuple[Day, ...]:
        """Every day of somebody that is over, the oldest first."""
        return tuple(sorted((day for day in self._days if day.who == who), key=lambda day: day.date))

    @property
    def who(self) -> tuple[str, ...]:
        """Of whom days are known; the household first."""
        return (HOUSEHOLD, *sorted({day.who for day in self._days} - {HOUSEHOLD}))

    def still_usual(self, kind: str, hour: int) -> float | None:
        """After how many seconds without movement in a place of this kind it is unusual at this hour; None while that
        is not known. Of the hour before, this one and the next the longest counts: a nap begins now sooner, now later.
        """
        return self._still.get((kind, hour))

    @property
    def told(self) -> tuple[Told, ...]:
        """What was said, by rule, person and day, to be remembered."""
        return tuple(sorted(self._told))

    def recall(self, told: Iterable[Iterable[str]]) -> None:
        """Go on with what was said before a restart. Raises ValueError where it is damaged."""
        for rule, who, day in told:
            date.fromisoformat(day)
            self._told |= {(str(rule), str(who), str(day))}

    def tick(self, diary: Diary, moment: Moment) -> tuple[PersonEvent, ...]:
        """Compare the day so far with what is usual; return what has to be told."""
        if diary.today is None or moment.monotonic - self._checked < CHECK_SECONDS:
            return ()
        self._checked = moment.monotonic
        self._turn(diary.today)
        return (
            *self._check_in(diary, moment),
            *(event for ledger in diary.ledgers for event in self._broken(ledger, diary, moment)),
            *self._wandering(diary, moment),
            *(event for who in self.who for event in self._gait(who, moment)),
        )

    def _gait(self, who: str, moment: Moment) -> tuple[PersonEvent, ...]:
        """Whether somebody walks more slowly than weeks ago; asked once a day, and told every four weeks at most. Of
        several people together it would say who was about more.
        """
        today = moment.wall.date()
        if (who, today) in self._asked or (who == HOUSEHOLD and self._residents != 1):
            return ()
        self._asked |= {(who, today)}
        found = _slower(self.usual(who, today))
        lately = any(told[:2] == (GAIT, who) for told in self._told)
        if found is None or lately or not self._say(GAIT, who, today):
            return ()
        reason = (
            f"Walks at about {100 * found.after:.0f} cm/s since {found.since.day} {found.since:%B}; before that it was "
            f"{100 * found.before:.0f} cm/s."
        )
        return (_told(GaitDeclined, moment, reason, who),)

    def _turn(self, today: date) -> None:
        """Begin a day: what is usual is as of today, and what was said of other days is of no use."""
        if today == self._today:
            return
        self._today = today
        self._usual = {}
        self._asked = frozenset(asked for asked in self._asked if asked[1] == today)
        recent = (told for told in self._told if abs((date.fromisoformat(told[2]) - today).days) < AGAIN_DAYS)
        self._told = frozenset(recent)
        household = Usual((day for day in self._days if day.who == HOUSEHOLD), today)
        self._usual[HOUSEHOLD] = household
        self._still = still_limits(household)

    def _broken(self, ledger: Ledger, diary: Diary, moment: Moment) -> tuple[PersonEvent, ...]:
        today, wall = moment.wall.date(), moment.wall
        usual = self.usual(ledger.who, today)
        if not usual.ready or diary.away:
            return ()
        since = diary.unseen_since(moment) if ledger.who == HOUSEHOLD else None
        now = _Now(
            who=ledger.who,
            day=ledger.look(today),
            night=ledger.look(morning_of(wall)),
            usual=usual,
            watched=diary.household.look(today).watched,
            up=moment.monotonic - ledger.up_at,
            minutes=minutes_of(wall, today),
            unseen=None if since is None else moment.monotonic - since,
        )
        found = []
        for name, rule in ROUTINES.items():
            if name in MISSED and (diary.paused_today(today) or not self._can_miss(name, ledger, diary, now)):
                continue
            reason, day = rule(now), morning_of(wall) if name == NIGHT_VISITS else today
            if reason is None or not self._say(name, ledger.who, day):
                continue
            if name in MISSED:
                self._missed[ledger.who] = moment.monotonic
            found.append(_told(RoutineBroken, moment, reason, ledger.who))
        return tuple(found)

    def _can_miss(self, name: str, ledger: Ledger, diary: Diary, now: _Now) -> bool:
        """Whether somebody who is not seen would have been seen, and was since they were missed last: a home that stays
        empty for days is told once.
        """
        if ledger.who in self._missed and ledger.seen <= self._missed[ledger.who]:
            return False
        watched = 2 * now.watched >= 60 * now.minutes
        if name == "kitchen":
            return watched and now.day.away <= OUT_SECONDS and not self._kitchens.isdisjoint(diary.in_view)
        return watched and bool(diary.in_view) and not ledger.awake and now.up > UP_SECONDS

    def _check_in(self, diary: Diary, moment: Moment) -> tuple[PersonEvent, ...]:
        """Whether anybody was up by the time that was set; and that somebody is, once that was missed."""
        if self._limits.check_in is None:
            return ()
        today = moment.wall.date()
        if diary.household.look(today).up >= SIGN_SECONDS:
            missed = (CHECK_IN, HOUSEHOLD, today.isoformat()) in self._told
            self._awaited, awaited = False, self._awaited and missed
            return (_told(PersonRecovered, moment, "Somebody is up now."),) if awaited else ()
        if f"{moment.wall:%H:%M}" < self._limits.check_in or diary.away or not diary.in_view:
            return ()
        if diary.lately_paused(moment.monotonic):
            return ()
        if not self._say(CHECK_IN, HOUSEHOLD, today):
            return ()
        self._awaited = True
        reason = f"Nobody was up by {self._limits.check_in}; {_last_seen(diary, moment)}"
        return (_told(CheckInMissed, moment, reason),)

    def _wandering(self, diary: Diary, moment: Moment) -> tuple[PersonEvent, ...]:
        """Whether somebody is up for longer than is usual at night, right now."""
        up = [(room, figure) for room, figure in diary.present if is_up(figure)]
        morning = morning_of(moment.wall)
        night = diary.household.look(morning)
        expected = self.usual(HOUSEHOLD, moment.wall.date()).expected(lambda day: day.night_up)
        limit = 60 * self._limits.wandering_minutes
        if expected is not None:
            limit = max(NIGHT_UP_SECONDS, NIGHT_UP_TIMES * expected.high + NIGHT_UP_MORE)
        if (
            not up
            or night.rising is not None
            or night.night_up <= limit
            or not self._say(WANDERING, HOUSEHOLD, morning)
        ):
            return ()
        room, figure = up[0]
        usually = f"; usually {expected.median / 60:.0f} minutes" if expected is not None else ""
        reason = f"Up for {night.night_up / 60:.0f} minutes this night{usually}."
        person, place = figure.person.name, figure.place.name if figure.place else None
        return (
            NightWandering(
                time=moment.monotonic,
                room=room,
                reasons=(reason,),
                track=figure.person.track.id,
                person=person,
                place=place,
            ),
        )

    def _say(self, rule: str, who: str, day: date) -> bool:
        """Whether a rule may speak: once a day."""
        told = (rule, who, day.isoformat())
        if told in self._told:
            return False
        self._told |= {told}
        return True


def still_limits(usual: Usual) -> dict[tuple[str, int], float]:
    """The learned alert lines of stillness, in seconds, by kind of place and hour; empty while learning."""
    kinds = {kind for day in usual.days for kind in day.still}
    limits = {}
    for kind in kinds:
        for hour in range(HOURS):
            expected = usual.expected(_Longest(kind, hour))
            if expected is not None:
                limits[kind, hour] = STILL_TIMES * expected.high + STILL_MORE
    return limits


@dataclass(frozen=True, slots=True)
class _Longest:
    """The figure of a day that is its longest stillness in a place of this kind at about this hour."""

    kind: str
    hour: int

    def __call__(self, day: Day) -> float | None:
        seconds = day.still.get(self.kind, (0,) * HOURS)
        return max(seconds[(self.hour + off) % HOURS] for off in range(-HOUR_REACH, HOUR_REACH + 1)) or None


def _last_seen(diary: Diary, moment: Moment) -> str:
    ago = moment.monotonic - diary.household.seen
    if ago == float("inf"):
        return "nobody was seen at all."
    return f"the last time that somebody was seen is {ago / 3600:.1f} hours ago."


def _told(kind: type[PersonEvent], moment: Moment, reason: str, who: str = HOUSEHOLD) -> PersonEvent:
    return kind(time=moment.monotonic, room="", reasons=(reason,), track=NOBODY, person=who or None)
