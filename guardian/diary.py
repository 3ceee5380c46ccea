"""What people do all day, counted: the figures of every room become one day of the household, and one of each person
whose name is known.

It alone owns the pages of today. A clock that is wrong after a power cut must not write into days that are over: while
it is earlier than what was counted last, nothing is counted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from guardian.behaviour import at_night
from guardian.day import HOUSEHOLD, MOST_SECONDS, Day
from guardian.devices import Kind, SenseState
from guardian.ledger import STEP_SECONDS, Ledger, counted, minutes_of
from guardian.moment import Moment
from guardian.posture import Figure
from guardian.section import RoomKind
from guardian.senses import Sensed
from guardian.settings import Room, Settings
from guardian.strolls import Stroll

VISITORS_SECONDS, VISITORS_GAP = 300.0, 600.0
"""More people than live here, for so long, are visitors; others, once so much time has passed without them."""
TICK_SECONDS = 60.0
"""What was not ticked for longer was not watched: the box was off."""
PRESENT = frozenset({Kind.PRESENCE, Kind.MOTION, Kind.BED})
"""Senses that tell of somebody who is there."""
PAUSED_SECONDS = 1_800.0
"""After a pause of cameras whoever was unseen meanwhile is not missed for so long."""
ONE_DAY = timedelta(days=1)


@dataclass(slots=True)
class _Company:
    """More people than live here: since when, and when last."""

    since: float = 0.0
    seen: float = float("-inf")
    told: bool = False

    def arrives(self, more: int, now: float) -> bool:
        """Whether so many `more` are visitors from now on; once, while they stay."""
        if more <= 0:
            return False
        if now - self.seen > VISITORS_GAP:
            self.since, self.told = now, False
        self.seen = now
        arrives = not self.told and now - self.since >= VISITORS_SECONDS
        self.told = self.told or arrives
        return arrives


@dataclass(slots=True)
class _Sight:
    """One room: when it was last looked at, who was in it, and whether it can be seen."""

    at: float = float("-inf")
    figures: tuple[Figure, ...] = ()
    in_view: bool = False


class Diary:
    """Counts the days of one home with these `settings`."""

    def __init__(self, settings: Settings) -> None:
        self._rooms: Mapping[str, Room] = {room.name: room for room in settings.rooms}
        self._shares = settings.shares
        self._limits, self._residents = settings.behaviour, settings.household.residents
        self._ledgers = {HOUSEHOLD: Ledger(HOUSEHOLD, self._limits)}
        self._sights = {name: _Sight() for name in self._rooms}
        self._closed: list[Day] = []
        self._earliest = date.min
        self._ticked: float | None = None
        self._company = _Company()
        self._felt: tuple[Sensed, ...] = ()
        self._left = float("-inf")
        self._paused_at, self._paused_on = float("-inf"), date.min
        self._kinds: dict[str, RoomKind] = {each.room: each.room_kind for each in settings.senses if each.room}
        self._kinds |= {room.name: room.kind for room in settings.rooms}
        self.today: date | None = None
        """The day that is being counted; None before the first tick, and while the clock cannot be right."""
        self.away = False
        """Whether whoever was seen last went out of the home, and nobody has come since."""
        self.went_out = False
        """Whether everybody went out, and nobody has come since whose name is known."""

    @property
    def household(self) -> Ledger:
        """What is counted of whoever it was."""
        return self._ledgers[HOUSEHOLD]

    @property
    def ledgers(self) -> tuple[Ledger, ...]:
        """What is counted of the household, and of each person whose name was known today."""
        return tuple(self._ledgers.values())

    @property
    def days(self) -> tuple[Day, ...]:
        """Every day that is not over."""
        return tuple(day for ledger in self._ledgers.values() for day in ledger.days)

    @property
    def present(self) -> tuple[tuple[str, Figure], ...]:
        """Who is seen now, by room."""
        return tuple((room, figure) for room in self.in_view for figure in self._sights[room].figures)

    @property
    def in_view(self) -> tuple[str, ...]:
        """The names of the rooms that can be seen, and were lately looked at."""
        latest = (self._ticked or 0.0) - TICK_SECONDS
        return tuple(name for name, sight in self._sights.items() if sight.in_view and sight.at >= latest)

    def recall(self, days: Iterable[Day]) -> None:
        """Go on with the days that were not over before a restart."""
        for day in sorted(days, key=lambda day: day.date):
            self._ledger(day.who).recall(day)
            self._earliest = day.date - ONE_DAY  # of tomorrow the night may have begun

    def forget(self, who: str) -> None:
        """Erase what is being counted of a person."""
        self._ledgers.pop(who, None)
        self._closed = [day for day in self._closed if day.who != who]
        if who == HOUSEHOLD:
            self._ledgers[HOUSEHOLD] = Ledger(HOUSEHOLD, self._limits)

    def see(
        self, name: str, figures: Iterable[Figure], still: Mapping[str, float], moment: Moment, *, in_view: bool
    ) -> None:
        """Take the figures of one room at `moment`, and for how long the stillest have not moved, in seconds by kind of
        place. `in_view` is False while the room cannot be seen.
        """
        sight, now = self._sights[name], moment.monotonic
        step = 0.0 if sight.at == float("-inf") else min(STEP_SECONDS, max(0.0, now - sight.at))
        sight.at, sight.in_view = now, in_view
        if not in_view:
            return
        self._come_and_go(sight, counted(figures))
        if self.today != moment.wall.date():
            return
        room = self._rooms[name]
        self.household.see(room, sight.figures, step, moment)
        self._note_stillness(still, moment)
        names = {figure.person.name for figure in sight.figures if figure.person.name is not None}
        for who in sorted(names | self._ledgers.keys() - {HOUSEHOLD}):
            own = [figure for figure in sight.figures if figure.person.name == who]
            self._ledger(who).see(room, own, step, moment)

    def feel(self, senses: Iterable[Sensed]) -> None:
        """Take how the senses stand that are no cameras: what they say counts from tick to tick."""
        self._felt = tuple(each for each in senses if each.state is SenseState.ON and each.kind in PRESENT)
        if any(each.since > self._left for each in self._felt):
            self.away = False

    def pause(self, rooms: Iterable[str], moment: Moment) -> None:
        """The cameras of these rooms are closed, as somebody asked: who is there is not known, and not missed."""
        for room in rooms:
            self._sights[room].figures, self._sights[room].in_view = (), False
            self._paused_at, self._paused_on = moment.monotonic, moment.wall.date()

    def lately_paused(self, now: float) -> bool:
        """Whether somebody may not have been seen because a camera is closed, or was until just now."""
        return now - self._paused_at <= PAUSED_SECONDS

    def paused_today(self, today: date) -> bool:
        """Whether a camera was closed today: what was not seen may have happened."""
        return self._paused_on == today

    def stroll(self, strolls: Iterable[Stroll], moment: Moment) -> None:
        """Count walks."""
        for stroll in strolls if self.today == moment.wall.date() else ():
            self.household.stroll(stroll.speed, moment.wall.date())
            if stroll.who is not None:
                self._ledger(stroll.who).stroll(stroll.speed, moment.wall.date())

    def _ledger(self, who: str) -> Ledger:
        return self._ledgers.setdefault(who, Ledger(who, self._limits))

    def _note_stillness(self, still: Mapping[str, float], moment: Moment) -> None:
        tables, hour = self.household.page(moment.wall.date()).still, moment.wall.hour
        for kind, seconds in still.items():
            tables[kind][hour] = max(tables[kind][hour], min(seconds, MOST_SECONDS))

    @property
    def _heads(self) -> int:
        """How many people are seen, at least: two cameras of one room see the same."""
        heads: dict[str, int] = {}
        for room in self.in_view:
            shared = self._shares[room]
            heads[shared] = max(heads.get(shared, 0), len(self._sights[room].figures))
        return sum(heads.values())

    def _come_and_go(self, sight: _Sight, figures: tuple[Figure, ...]) -> None:
        """Tell by where the last of the home was last seen whether everybody has gone out."""
        before, sight.figures = sight.figures, figures
        if figures:
            self.away = False
            self.went_out = self.went_out and all(figure.person.name is None for figure in figures)
        elif before and not self.present:
            place, self._left = before[-1].place, sight.at
            self.away = self.went_out = place is not None and place.kind == "exit"

    def tick(self, moment: Moment) -> None:
        """Let time pass: the day turns, and what was watched counts."""
        today, now = moment.wall.date(), moment.monotonic
        before, self._ticked = self._ticked, now
        if today < max(self._earliest, self.today or date.min):
            return
        if self.today != today:
            self.today = today
            self._closed += [day for ledger in self._ledgers.values() for day in ledger.turn(today)]
            self._ledgers = {who: each for who, each in self._ledgers.items() if who == HOUSEHOLD or each.days}
        if before is not None and now - before <= TICK_SECONDS:
            self._pass(now - before, moment)

    def _pass(self, seconds: float, moment: Moment) -> None:
        """Count so many seconds of the home as a whole."""
        page, now = self.household.page(moment.wall.date()), moment.monotonic
        for each in self._felt:
            self.household.feel(each.room, self._kinds[each.room], seconds, moment, in_bed=each.kind is Kind.BED)
        page.watched += seconds if self.in_view else 0.0
        page.away += seconds if self.away else 0.0
        if self._residents is not None and self._company.arrives(self._heads - self._residents, now):
            page.visitors += 1
        since = self.unseen_since(moment)
        if since is not None:
            page.gap = max(page.gap, now - since)

    def unseen_since(self, moment: Moment) -> float | None:
        """Since when nobody was seen who should be: monotonic seconds, while somebody is up and at home by day."""
        page, now = self.household.page(moment.wall.date()), moment.monotonic
        by_day = page.rising is not None and not at_night(self._limits, moment.wall.hour)
        watched = bool(self.in_view) and not (self.away or self.present or self._felt)
        if not (by_day and watched and now > self.household.seen > float("-inf")) or self.lately_paused(now):
            return None
        dawn = now - 60 * (minutes_of(moment.wall, moment.wall.date()) - 60 * self._limits.night_to)
        return max(self.household.seen, dawn, self._paused_at)

    def closed(self) -> tuple[Day, ...]:
        """Give the days that are over, once."""
        closed, self._closed = tuple(self._closed), []
        return closed
