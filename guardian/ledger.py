"""The day of one person, or of the household, as it is being counted: from who was where, to the figures of a Day.

Awake and abed are told by how much of the last half hour somebody was up, so that a walk to the bathroom is no rising.
Everything is counted by the wall clock's hours but measured in monotonic seconds: an hour that the wall clock skips, or
shows twice, is as long as it is.
"""

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median

from guardian.behaviour import at_night
from guardian.day import HOURS, Day, Hourly
from guardian.moment import Moment
from guardian.posture import Figure, Posture
from guardian.section import RoomKind
from guardian.settings import Behaviour, Room
from guardian.tracking import TrackState

STEP_SECONDS = 5.0
"""Two looks at a room that lie farther apart count as so far apart only: nobody knows what was between them."""
MORNING, NOON, EVENING = 4, 12, 18
"""Hours: who gets up before the first is up at night; the night belongs to this day until the second, and from then on
to the next; who lies down, or is seen no more, from the third on may have gone to bed."""
LATE, REST_MINUTES = 2 * 60, 2 * 60
"""Minutes after midnight from which who lies down again was awake at night, and went to bed before; and minutes of rest
of which who gets up sooner had not gone to bed."""
RISEN_SECONDS, ABED_SECONDS, WINDOW_SECONDS = 600.0, 120.0, 1_800.0
"""Up for the first of half an hour is risen; up for less than the second of it is abed, or gone."""
JUDGE_SECONDS = 15.0
RISING_GAP, VISIT_GAP = 300.0, 180.0
"""What is so many seconds after the last is another rising at night, another visit."""
KITCHEN_SECONDS = 60.0
MOST_STROLLS = 500
"""Of one day: their middle does not become surer by more."""
DAY_MINUTES = 1_440

Tables = defaultdict[str, list[float]]


def _tables() -> Tables:
    return defaultdict(lambda: [0.0] * HOURS)


@dataclass(slots=True)
class Page:
    """One day that is being counted: as Day, with seconds as they come."""

    postures: Tables = field(default_factory=_tables)
    places: Tables = field(default_factory=_tables)
    rooms: Tables = field(default_factory=_tables)
    still: Tables = field(default_factory=_tables)
    rising: int | None = None
    bedtime: int | None = None
    kitchen: int | None = None
    in_kitchen: float = 0.0
    night_risings: int = 0
    night_visits: int = 0
    visits: int = 0
    visitors: int = 0
    night_up: float = 0.0
    up: float = 0.0
    gap: float = 0.0
    away: float = 0.0
    watched: float = 0.0
    speeds: list[float] = field(default_factory=list)

    def close(self, day: date, who: str) -> Day:
        """Round it to a Day."""
        return Day(
            date=day,
            who=who,
            postures=_whole(self.postures),
            places=_whole(self.places),
            rooms=_whole(self.rooms),
            still=_whole(self.still),
            rising=self.rising,
            bedtime=self.bedtime,
            kitchen=self.kitchen,
            night_risings=self.night_risings,
            night_visits=self.night_visits,
            visits=self.visits,
            visitors=self.visitors,
            night_up=round(self.night_up),
            up=round(self.up),
            gap=round(self.gap),
            away=round(self.away),
            watched=round(self.watched),
            speed=round(1_000 * median(self.speeds)) if self.speeds else None,
            strolls=len(self.speeds),
        )

    @staticmethod
    def reopen(day: Day) -> "Page":
        """Go on with a day that was kept."""
        page = Page(
            rising=day.rising,
            bedtime=day.bedtime,
            kitchen=day.kitchen,
            night_risings=day.night_risings,
            night_visits=day.night_visits,
            visits=day.visits,
            visitors=day.visitors,
            night_up=day.night_up,
            up=day.up,
            gap=day.gap,
            away=day.away,
            watched=day.watched,
            speeds=[] if day.speed is None else [day.speed / 1_000] * day.strolls,
        )
        for name in ("postures", "places", "rooms", "still"):
            for what, seconds in getattr(day, name).items():
                getattr(page, name)[what][:] = seconds
        return page


def _whole(tables: Tables) -> Hourly:
    """The seconds of every hour, without what was never seen."""
    rounded = {what: tuple(round(second) for second in seconds) for what, seconds in sorted(tables.items())}
    return {what: seconds for what, seconds in rounded.items() if any(seconds)}


@dataclass(slots=True)
class _Spell:
    """Something that is counted once, however often it is seen within `gap` seconds."""

    gap: float
    seen: float = float("-inf")

    def begins(self, now: float) -> bool:
        """Take it as seen now; whether that begins a new one."""
        fresh, self.seen = now - self.seen > self.gap, now
        return fresh


@dataclass(slots=True)
class _Minute:
    """For how many `seconds` of it somebody was up; `at` is monotonic."""

    wall: datetime
    at: float
    seconds: float = 0.0


class Ledger:
    """Counts for `who`. Feed it one room's figures at a time, and let the day turn with `turn`."""

    def __init__(self, who: str, limits: Behaviour) -> None:
        self.who = who
        self._limits = limits
        self._pages: dict[date, Page] = {}
        self._minutes: deque[_Minute] = deque()
        self._judged = float("-inf")
        self.up_at = float("-inf")
        """When somebody was last up, monotonic seconds."""
        self._rising, self._visit = _Spell(RISING_GAP), _Spell(VISIT_GAP)
        self.seen = float("-inf")
        """When somebody was last seen, monotonic seconds."""
        self.awake = False
        """Whether somebody is up, and not only for a moment."""

    @property
    def days(self) -> tuple[Day, ...]:
        """Every day that is not over, the oldest first: today, and tomorrow once its night has begun."""
        return tuple(page.close(day, self.who) for day, page in sorted(self._pages.items()))

    def recall(self, day: Day) -> None:
        """Go on with a day that was kept before a restart."""
        self._pages[day.date] = Page.reopen(day)
        if day.rising is not None or day.bedtime is not None:
            self.awake = day.rising is not None

    def look(self, day: date) -> Page:
        """Give the page of a day, to be read: an empty one where nothing was counted of it yet."""
        return self._pages.get(day) or Page()

    def page(self, day: date) -> Page:
        """Give the page of a day, a fresh one where nothing was counted of it yet."""
        page = self._pages.get(day)
        if page is None:
            page = self._pages[day] = Page()
        return page

    def turn(self, today: date) -> tuple[Day, ...]:
        """Close the days before today, and give them."""
        over = sorted(day for day in self._pages if day < today)
        return tuple(self._pages.pop(day).close(day, self.who) for day in over)

    def see(self, room: Room, figures: Iterable[Figure], step: float, moment: Moment) -> None:
        """Count `step` seconds of figures of one room."""
        page, hour = self.page(moment.wall.date()), moment.wall.hour
        for figure in figures:
            page.postures[figure.posture.value][hour] += step
            if figure.place is not None:
                page.places[figure.place.kind][hour] += step
            self._be_in(room.name, room.kind, step, moment, up=is_up(figure))
        self._wake_or_sleep(moment.monotonic)

    def feel(self, room: str, kind: RoomKind, step: float, moment: Moment, *, in_bed: bool) -> None:
        """Count `step` seconds in which a sense that is no camera tells of somebody in a room of that kind."""
        if in_bed:
            self.page(moment.wall.date()).places["bed"][moment.wall.hour] += step
        self._be_in(room, kind, step, moment, up=not in_bed and kind != "bedroom")
        self._wake_or_sleep(moment.monotonic)

    def _be_in(self, room: str, kind: RoomKind, step: float, moment: Moment, *, up: bool) -> None:
        """Count somebody in a room, however that is known."""
        wall, night = moment.wall, at_night(self._limits, moment.wall.hour)
        page = self.page(wall.date())
        self.seen = moment.monotonic
        page.rooms[room][wall.hour] += step
        if kind == "kitchen":
            self._in_kitchen(page, step, wall)
        if kind == "bathroom":
            self._in_bathroom(page, moment, night=night)
        if up:
            self._up(moment, night=night)

    def stroll(self, speed: float, day: date) -> None:
        """Count a walk at so many metres a second."""
        speeds = self.page(day).speeds
        if len(speeds) < MOST_STROLLS:
            speeds.append(speed)

    def _in_kitchen(self, page: Page, step: float, wall: datetime) -> None:
        if wall.hour < MORNING:
            return
        page.in_kitchen += step
        if page.kitchen is None and page.in_kitchen >= KITCHEN_SECONDS:
            page.kitchen = minutes_of(wall, wall.date())

    def _in_bathroom(self, page: Page, moment: Moment, *, night: bool) -> None:
        if not self._visit.begins(moment.monotonic):
            return
        page.visits += 1
        if night:
            self.page(morning_of(moment.wall)).night_visits += 1

    def _up(self, moment: Moment, *, night: bool) -> None:
        """Count the time since somebody was last up, once however many are."""
        wall, now = moment.wall, moment.monotonic
        step = now - self.up_at if now - self.up_at <= STEP_SECONDS else 0.0
        self.up_at = now
        minute = wall.replace(second=0, microsecond=0)
        if not self._minutes or self._minutes[-1].wall != minute:
            self._minutes.append(_Minute(minute, now))
        self._minutes[-1].seconds += step
        if wall.hour >= MORNING:
            self.page(wall.date()).up += step
        tonight = self._pages.get(morning_of(wall))
        if night and tonight is not None and tonight.bedtime is not None and tonight.rising is None:
            tonight.night_up += step
            tonight.night_risings += self._rising.begins(now)

    def _wake_or_sleep(self, now: float) -> None:
        """Tell by the last half hour whether somebody has got up, or gone to bed."""
        if now - self._judged < JUDGE_SECONDS:
            return
        self._judged = now
        minutes = self._minutes
        while len(minutes) > 1 and now - minutes[0].at > WINDOW_SECONDS:
            minutes.popleft()
        up = sum(minute.seconds for minute in minutes if now - minute.at <= WINDOW_SECONDS)
        if not self.awake and up >= RISEN_SECONDS:
            self.awake = True
            self._rise(minutes[0].wall)
        elif self.awake and up < ABED_SECONDS and minutes:
            self.awake = False
            self._lie_down(minutes[-1].wall)

    def _rise(self, at: datetime) -> None:
        page, tonight = self.page(at.date()), self._pages.get(morning_of(at))
        if page.rising is None and at.hour >= MORNING:
            page.rising = minutes_of(at, at.date())
        elif (
            tonight is not None
            and tonight.bedtime is not None
            and minutes_of(at, morning_of(at)) - tonight.bedtime < REST_MINUTES
        ):
            tonight.bedtime, tonight.night_up, tonight.night_risings = None, 0.0, 0

    def _lie_down(self, at: datetime) -> None:
        morning = morning_of(at)
        page, minutes = self.page(morning), minutes_of(at, morning)
        evening = at_night(self._limits, at.hour) or at.hour >= EVENING
        if evening and page.rising is None and (page.bedtime is None or minutes < LATE):
            page.bedtime = minutes


def is_up(figure: Figure) -> bool:
    """Whether a body is out of bed, and not lying elsewhere."""
    return not _in_bed(figure) and figure.posture not in (Posture.LYING, Posture.UNKNOWN)


def counted(figures: Iterable[Figure]) -> tuple[Figure, ...]:
    """The figures that count: who is seen, and who is lost from sight in a bed."""
    return tuple(figure for figure in figures if _counts(figure))


def _counts(figure: Figure) -> bool:
    state = figure.person.track.state
    return state is TrackState.CONFIRMED or (state is TrackState.LOST and _in_bed(figure))


def _in_bed(figure: Figure) -> bool:
    return figure.place is not None and figure.place.kind == "bed"


def morning_of(wall: datetime) -> date:
    """The day to which the night at this hour belongs: the one on which it ends."""
    return wall.date() + timedelta(days=wall.hour >= NOON)


def minutes_of(wall: datetime, day: date) -> int:
    """Minutes after the midnight of a day by the wall clock; negative for the evening before."""
    return (wall.date() - day).days * DAY_MINUTES + wall.hour * 60 + wall.minute
