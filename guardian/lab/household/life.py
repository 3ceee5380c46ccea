"""How somebody lives: where they are and what they do at every second of a day, as habit, chance and season have it.

All figures are ours, chosen to be plain and varied; nothing here is measured on anybody. Times are minutes after the
midnight with which the day begins, by the wall clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import cos, pi

import numpy as np

DAY = 1_440.0
UNSEEN, OUT = "bedroom", "out"
"""Rooms without a camera: one that is never seen, and the world."""
KITCHEN, LIVING, BATHROOM, HALL = "kitchen", "living room", "bathroom", "hall"
SATURDAY = 5
YEAR_DAYS = 365.25
CROWDED = 0.4
"""Minutes that every stretch has at least."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` on somebody is in `room`: upright, seated or lying, in a `place` of that kind or nowhere in
    particular, and shifts every `stirs` minutes or so; with `guests` others.
    """

    start: float
    room: str
    posture: str = "upright"
    place: str | None = None
    stirs: float = 0.2
    guests: int = 0


@dataclass(frozen=True, slots=True)
class Character:
    """What somebody is like: usual times in minutes after midnight, how much they vary, how often what happens."""

    rises: float
    beds: float
    varies: float
    sleeps_in: float
    night_visits: float
    outings: float
    goes_out: float
    stays_out: float
    naps: float
    reads_unseen: float
    visitors: float
    late_mornings: float
    drifts: float
    exit_drawn: bool

    @staticmethod
    def draw(random: np.random.Generator) -> "Character":
        """Draw somebody."""
        return Character(
            rises=float(np.clip(random.normal(435, 45), 330, 560)),
            beds=float(np.clip(random.normal(1_370, 35), 1_290, 1_430)),
            varies=float(random.uniform(8, 25)),
            sleeps_in=float(random.uniform(0, 45)),
            night_visits=float(random.uniform(0.3, 2.0)),
            outings=float(random.uniform(0.35, 0.85)),
            goes_out=float(random.uniform(560, 900)),
            stays_out=float(random.uniform(50, 120)),
            naps=float(random.uniform(0.1, 0.7)),
            reads_unseen=float(random.uniform(0.1, 0.6)),
            visitors=float(random.uniform(0.05, 0.2)),
            late_mornings=float(random.uniform(0.02, 0.08)),
            drifts=float(random.uniform(0, 30)),
            exit_drawn=bool(random.random() < 0.7),  # noqa: PLR2004 - most households draw their front door
        )


@dataclass(frozen=True, slots=True)
class Mood:
    """What kind of day it is: away on holiday, or ill."""

    away: bool = False
    ill: bool = False


class Life:
    """The days of one character. `plan(day)` is the same whenever it is asked for."""

    def __init__(self, seed: int, first: date, days: int) -> None:
        self._seed, self._first = seed, first
        random = np.random.default_rng((seed, 0))
        self.character = Character.draw(random)
        self._holiday = self._spell(random, days, 5, 9)
        self._illness = self._spell(random, days, 3, 5)

    @staticmethod
    def _spell(random: np.random.Generator, days: int, least: int, most: int) -> range:
        """Some days in a row, once in a hundred days or so, and not while the box still learns."""
        begins = int(random.integers(20, max(21, days)))
        lasts = int(random.integers(least, most + 1))
        return range(begins, begins + lasts) if random.random() < days / 120 else range(0)

    def mood(self, number: int) -> Mood:
        """What kind of day the one of that number is, from 0."""
        return Mood(away=number in self._holiday, ill=number in self._illness and number not in self._holiday)

    def rising(self, number: int) -> float:
        """When one gets up that day."""
        random, day = np.random.default_rng((self._seed, number, 1)), self._first + timedelta(days=number)
        who, mood = self.character, self.mood(number)
        season = who.drifts * cos(2 * pi * day.timetuple().tm_yday / YEAR_DAYS)
        late = random.uniform(30, 90) if random.random() < who.late_mornings else 0.0
        late += who.sleeps_in if day.weekday() >= SATURDAY else 0.0
        late += random.uniform(30, 150) if mood.ill else 0.0
        return float(np.clip(who.rises + season + late + random.normal(0, who.varies), 270, 780))

    def plan(self, number: int) -> tuple[Stretch, ...]:
        """The day, from midnight to midnight: stretches in order, the first at 0."""
        random, mood = np.random.default_rng((self._seed, number, 2)), self.mood(number)
        if mood.away:
            return self._travels(number)
        return laid_out([*self._night(random, number), *self._waking(random, number, mood)])

    def _travels(self, number: int) -> tuple[Stretch, ...]:
        """A day of a holiday: one leaves on the first morning, and is back on the last afternoon."""
        rises, drawn = self.rising(number), self.character.exit_drawn
        out: list[Stretch] = [Stretch(0.0, OUT)]
        if number == self._holiday[0]:
            out = [Stretch(0.0, UNSEEN), Stretch(rises, KITCHEN), *leaving(rises + 60, drawn=drawn)]
        if number == self._holiday[-1]:
            out += [Stretch(1_020.0, HALL), Stretch(1_022.0, LIVING, "seated", "sofa", stirs=3.0)]
            out += [Stretch(self.character.beds, UNSEEN)]
        return laid_out(out)

    def _night(self, random: np.random.Generator, number: int) -> Iterator[Stretch]:
        rises = self.rising(number)
        yield Stretch(0.0, UNSEEN)
        more = 1.0 if self.mood(number).ill else 0.0
        for _ in range(int(random.poisson(self.character.night_visits + more))):
            yield from visit(random, float(random.uniform(10, rises - 30)))

    def _waking(self, random: np.random.Generator, number: int, mood: Mood) -> Iterator[Stretch]:
        who, rises = self.character, self.rising(number)
        beds = who.beds + random.normal(0, who.varies) - (60 if mood.ill else 0)
        yield from visit(random, rises, back=UNSEEN)
        breakfast = rises + random.uniform(12, 25)
        yield from _meal(random, breakfast)
        for at in (random.normal(750, 20), random.normal(1_110, 25)):
            if at > breakfast + 60 and random.random() > (0.4 if mood.ill else 0.02):
                yield from _meal(random, at)
        for _ in range(random.poisson(4.0)):
            yield from visit(random, float(random.uniform(rises + 60, beds - 20)), back=LIVING)
        if random.random() < who.naps or mood.ill:
            yield from self._nap(random, mood)
        if random.random() < who.reads_unseen:
            begins = random.uniform(rises + 90, beds - 120)
            yield Stretch(begins, UNSEEN)
            yield _sofa(random, begins + random.uniform(20, 70))
        if random.random() < who.visitors and not mood.ill:
            begins = random.uniform(870, 960)
            yield replace(_sofa(random, begins), guests=int(random.integers(1, 4)), stirs=0.5)
            yield _sofa(random, begins + random.uniform(60, 180))
        if random.random() < who.outings and not mood.ill:
            yield from self._outing(random, max(who.goes_out + random.normal(0, 30), breakfast + 40))
        yield Stretch(beds, BATHROOM)
        yield Stretch(beds + random.uniform(5, 12), UNSEEN)

    def _nap(self, random: np.random.Generator, mood: Mood) -> Iterator[Stretch]:
        begins = random.normal(840, 20)
        if mood.ill:
            yield Stretch(begins, UNSEEN)
        else:
            yield Stretch(begins, LIVING, "seated", "chair", stirs=float(random.uniform(8, 25)))
        yield _sofa(random, begins + random.uniform(25, 160 if mood.ill else 70))

    def _outing(self, random: np.random.Generator, begins: float) -> Iterator[Stretch]:
        lasts = self.character.stays_out * random.lognormal(0, 0.35)
        lasts += random.uniform(120, 240) if random.random() < 0.08 else 0  # noqa: PLR2004 - now and then a whole afternoon
        yield Stretch(begins, HALL)
        yield from leaving(begins + random.uniform(1, 4), drawn=self.character.exit_drawn)
        yield Stretch(begins + lasts, HALL)
        yield _sofa(random, begins + lasts + random.uniform(1, 3))


def visit(random: np.random.Generator, at: float, back: str = UNSEEN) -> Iterator[Stretch]:
    """A visit to the bathroom, and back to where one was."""
    yield Stretch(at, BATHROOM)
    after = at + random.uniform(3, 8)
    yield Stretch(after, UNSEEN) if back == UNSEEN else _sofa(random, after)


def leaving(at: float, *, drawn: bool = True) -> Iterator[Stretch]:
    """Go out of the home by its door, which is `drawn` as an exit or not."""
    yield Stretch(at - CROWDED, HALL, place="exit" if drawn else None)
    yield Stretch(at, OUT)


def _meal(random: np.random.Generator, at: float) -> Iterator[Stretch]:
    yield Stretch(at, KITCHEN)
    yield Stretch(at + random.uniform(5, 15), KITCHEN, "seated", "chair", stirs=1.0)
    yield _sofa(random, at + random.uniform(18, 40))


def _sofa(random: np.random.Generator, at: float) -> Stretch:
    if random.random() < 0.3:  # noqa: PLR2004 - about the house, and not always on the sofa
        return Stretch(at, LIVING, stirs=0.3)
    return Stretch(at, LIVING, "seated", "sofa", stirs=float(random.uniform(1.5, 8)))


def laid_out(stretches: list[Stretch]) -> tuple[Stretch, ...]:
    """In order, each of some length and within the day."""
    ordered: list[Stretch] = []
    for each in sorted(stretches, key=lambda each: each.start):
        start = max(0.0, each.start, ordered[-1].start + CROWDED if ordered else 0.0)
        if start < DAY:
            ordered.append(replace(each, start=start))
    return tuple(ordered)
