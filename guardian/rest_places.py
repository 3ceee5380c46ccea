"""Places where people rest, learned from their stays: proposed to a human, and of no consequence until one accepts.

Stays at one spot are gathered. Once there were several on different occasions the spot is proposed as a bed, a sofa, a
chair or a mat. What is accepted counts as if it were drawn; what is declined is not proposed again. A camera that has
moved makes all that was gathered worthless.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from math import cos, pi, sin
from statistics import median
from typing import Any, Literal, TypeAlias, get_args

from guardian.events import (
    CameraMoved,
    CameraReturned,
    Event,
    FallConfirmed,
    LongLie,
    PersonDown,
    PlaceAccepted,
    PlaceDeclined,
    PlaceProposed,
)
from guardian.geometry import Point, contains, distance, hull
from guardian.incident import Incident, IncidentState
from guardian.messages import relative
from guardian.moment import Moment
from guardian.posture import RAISED, Figure
from guardian.settings import Place
from guardian.stays import Stay, Stays, centre

Kind: TypeAlias = Literal["bed", "sofa", "chair", "mat"]
KINDS: tuple[Kind, ...] = get_args(Kind)

SAME_SPOT = 0.5
"""Whose hips come to rest so near to the middle of where they did before, in statures, rests at the same spot."""
SAME_HEIGHT = 0.3
"""Hips that are higher or lower by more, in statures, rest on something else: a sofa, or the mat before it."""
OCCASIONS, OCCASION = 3, timedelta(minutes=30)
"""So many stays make a proposal, each begun so long after the last: getting up for a glass of water is no occasion."""
LEAST_IN_ALL = 900.0
"""Seconds of rest in all before anything is proposed."""
FORGOTTEN = timedelta(days=30)
"""A spot that nobody has rested at for so long, and that no human has spoken of, is forgotten."""
KEPT_STAYS, MOST_SPOTS = 6, 24
LIES = 0.1
"""Least share of lying in the rest at a bed or sofa; below it people sit there."""
SITS = 0.3
"""Share of sitting in the rest from which on a soft place that people lie on is a sofa, and no bed."""
NAP_SECONDS = 20 * 60.0
"""Nobody lies on a hard floor for so long: a place where one mostly does is soft, however low it looks."""
STRAY = 0.1
"""Share of the points, the ones farthest from their middle, that an outline leaves out."""
AROUND, AROUND_SIDES = 0.1, 8
"""The outline is so far around the points, in statures: hips tremble."""
MOST_CORNERS = 16
DOWN = (FallConfirmed, PersonDown, LongLie)


class Status(str, Enum):
    """What has become of a spot."""

    GATHERED = "gathered"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where people rest: the latest `stays`, of those who lay and of those who sat; of all, how many `times` and on how
    many `occasions`, and the seconds of `lying` and of sitting (`seated`). `last` is when the last one ended, by
    the household's clock. `place` is what is proposed, or was accepted, `by` the human who spoke of it.
    """

    number: int
    stays: tuple[Stay, ...]
    times: int
    occasions: int
    lying: float
    seated: float
    last: datetime
    status: Status = Status.GATHERED
    place: Place | None = None
    by: str = ""

    @property
    def seconds(self) -> float:
        """How long people rested here in all."""
        return self.lying + self.seated

    @property
    def height(self) -> float | None:
        """How high hips are held here, in statures; None where that is not known."""
        heights = [stay.height for stay in self.stays if stay.height is not None]
        return median(heights) if heights else None

    @property
    def kind(self) -> Kind:
        """What people rest on here, by how they are held, how high and how long."""
        raised = self.height is not None and self.height > RAISED
        if self.lying < LIES * self.seconds:
            return "chair" if raised or self.height is None else "mat"
        naps = median(stay.lying for stay in self.stays if stay.lying) >= NAP_SECONDS
        if not raised and not naps:
            return "mat"
        return "sofa" if self.seated > SITS * self.seconds else "bed"

    def sentence(self, wall: datetime) -> str:
        """What speaks for it, for a human."""
        if self.status is Status.ACCEPTED:
            return f"Learned, and accepted by {self.by}."
        rested, last = relative(self.seconds), _ago(self.last, wall)
        sentence = f"Somebody rested here {self.times} times, {rested} in all, last {last}."
        before = f"{self.by} accepted it before the camera was moved."
        return f"{sentence} {before}" if self.by else sentence


@dataclass(frozen=True, slots=True)
class LearnedPlace:
    """A place as a human is shown it: `accepted`, or only proposed."""

    number: int
    place: Place
    sentence: str
    accepted: bool


class RestPlaces:
    """Learns where people rest in one room. `drawn` are the places of the configuration.

    `version` changes whenever what is remembered is worth keeping.
    """

    def __init__(self, room: str, drawn: tuple[Place, ...] = ()) -> None:
        self._room, self._drawn = room, drawn
        self._stays = Stays()
        self._spots: tuple[Spot, ...] = ()
        self._next, self._moved, self._aspect = 1, False, 4 / 3
        self.version = 0

    @property
    def places(self) -> tuple[Place, ...]:
        """The places that count: the drawn ones, and those that were accepted."""
        accepted = (spot.place for spot in self._spots if spot.status is Status.ACCEPTED)
        return (*self._drawn, *(place for place in accepted if place is not None))

    @property
    def accepted(self) -> frozenset[str]:
        """The names of the places that were learned and accepted."""
        return frozenset(spot.place.name for spot in self._spots if spot.place and spot.status is Status.ACCEPTED)

    def furnish(self, drawn: tuple[Place, ...], instead: Collection[str] = ()) -> None:
        """From now on these are the drawn places. One that was accepted under a name in `instead` is drawn by now, and
        no longer learned; nothing is proposed where one is drawn.
        """
        self._drawn = drawn
        spots = tuple(spot for spot in self._spots if not self._is_drawn(spot, instead))
        if spots != self._spots:
            self._spots, self.version = spots, self.version + 1

    def shown(self, wall: datetime) -> tuple[LearnedPlace, ...]:
        """What there is to answer, or to take back."""
        return tuple(
            LearnedPlace(spot.number, spot.place, spot.sentence(wall), spot.status is Status.ACCEPTED)
            for spot in self._spots
            if spot.place is not None and spot.status in (Status.PROPOSED, Status.ACCEPTED)
        )

    def update(
        self, figures: Iterable[Figure], events: Iterable[Event], moment: Moment, aspect: float
    ) -> tuple[PlaceProposed, ...]:
        """Take the figures of the frame captured at `moment` and what happened in it; return what is proposed to a
        human. By itself this changes nothing.
        """
        self._aspect = aspect
        for event in events:
            if isinstance(event, DOWN):
                self._stays.fell(event.track)
            elif isinstance(event, CameraMoved | CameraReturned):
                self._turn(moved=isinstance(event, CameraMoved))
        if self._moved:
            return ()
        return self._learn(self._stays.update(figures, moment.monotonic), moment)

    def incident(self, incident: Incident, moment: Moment) -> tuple[PlaceProposed, ...]:
        """Take note of an incident that began, changed or ended, in this room or in none in particular."""
        if incident.drill or incident.state is IncidentState.SUSPECTED or incident.room not in ("", self._room):
            return ()
        self._stays.incident(incident.id, is_open=incident.open)
        return self.trust(incident.id, moment) if incident.outcome == "false alarm" else ()

    def trust(self, incident: str, moment: Moment) -> tuple[PlaceProposed, ...]:
        """A human says that there was no emergency: who rested meanwhile did so."""
        return self._learn(self._stays.trust(incident), moment)

    def answer(self, event: PlaceAccepted | PlaceDeclined) -> bool:
        """A human speaks of a proposal, or takes back an accepted place; tells whether there is one of that number."""
        spot = next((each for each in self._spots if each.number == event.number), None)
        if spot is None or spot.place is None or spot.status is Status.DECLINED:
            return False
        if isinstance(event, PlaceDeclined):
            self._keep(replace(spot, status=Status.DECLINED, by=event.by))
        elif spot.status is Status.PROPOSED:
            kind = event.kind or spot.place.kind
            place = spot.place.model_copy(update={"kind": kind, "name": self._name(kind, spot.number)})
            self._keep(replace(spot, status=Status.ACCEPTED, place=place, by=event.by))
        return True

    def accept_view(self, drawn: tuple[Place, ...], *, fits: bool) -> None:
        """What the camera sees now is its view, and these are the places that are drawn of it. What was accepted counts
        again where it still `fits`; else all that was learned is forgotten.
        """
        self._drawn = drawn
        self._turn(moved=False)
        self._spots = self._spots if fits else ()

    def _turn(self, *, moved: bool) -> None:
        """The camera has moved, or is back: what was gathered is of another view."""
        self._moved = moved
        self._stays.forget()
        self._spots = tuple(spot for spot in self._spots if spot.status in (Status.ACCEPTED, Status.DECLINED))
        self.version += 1

    def _learn(self, stays: Iterable[Stay], moment: Moment) -> tuple[PlaceProposed, ...]:
        return tuple(proposed for stay in stays for proposed in self._gather(stay, moment))

    def _gather(self, stay: Stay, moment: Moment) -> tuple[PlaceProposed, ...]:
        """Add a stay to its spot; the first time that there is enough of them, propose it."""
        known = min(self._spots, key=lambda spot: _away(spot, stay), default=None)
        if known is None or _away(known, stay) > 1:
            known, self._next = Spot(self._next, (), 0, 0, 0.0, 0.0, moment.wall), self._next + 1
        elif known.status in (Status.ACCEPTED, Status.DECLINED):
            return ()
        fresh = known.times == 0 or moment.wall - timedelta(seconds=stay.length) - known.last >= OCCASION
        spot = replace(
            known,
            stays=_latest((*known.stays, stay)),
            times=known.times + 1,
            occasions=known.occasions + fresh,
            lying=known.lying + stay.lying,
            seated=known.seated + stay.seated,
            last=moment.wall,
        )
        place = self._place(spot) if spot.occasions >= OCCASIONS and spot.seconds >= LEAST_IN_ALL else None
        if place is not None:
            spot = replace(spot, status=Status.PROPOSED, place=place)
        self._keep(spot)
        self._forget(moment.wall)
        if place is None or known.status is Status.PROPOSED:
            return ()
        reasons = (spot.sentence(moment.wall),)
        proposed = PlaceProposed(
            time=moment.monotonic, room=self._room, reasons=reasons, number=spot.number, kind=place.kind
        )
        return (proposed,)

    def _place(self, spot: Spot) -> Place | None:
        """What the spot is proposed as; None where a place is drawn there, or was accepted."""
        corners = tuple((x / self._aspect, y) for y, x in outline(spot.stays))
        if _is_within(corners, self.places):
            return None
        kind = spot.kind
        clipped = tuple((min(1.0, max(0.0, x)), min(1.0, max(0.0, y))) for x, y in corners)
        return Place(name=self._name(kind, spot.number), kind=kind, polygon=clipped)

    def _is_drawn(self, spot: Spot, instead: Collection[str]) -> bool:
        """Whether there is a drawn place by now for what was accepted or proposed."""
        if spot.place is None:
            return False
        if spot.status is Status.ACCEPTED:
            return spot.place.name in instead
        return spot.status is Status.PROPOSED and _is_within(spot.place.polygon, self._drawn)

    def _name(self, kind: str, number: int) -> str:
        """The kind, with a number where there is another place of that name, or one is proposed under it."""
        others = (spot for spot in self._spots if spot.number != number and spot.status is not Status.DECLINED)
        taken = {place.name for place in self._drawn} | {spot.place.name for spot in others if spot.place is not None}
        return next(name for name in (kind, *(f"{kind} {n}" for n in range(2, 1_000))) if name not in taken)

    def _keep(self, spot: Spot) -> None:
        self._spots = (*(each for each in self._spots if each.number != spot.number), spot)
        self.version += 1

    def _forget(self, wall: datetime) -> None:
        """Let go of what is old, and of the oldest where there is too much; of what was accepted last of all."""
        spoken = (Status.ACCEPTED, Status.DECLINED)
        fresh = [spot for spot in self._spots if spot.status in spoken or wall - spot.last < FORGOTTEN]
        worth = sorted(
            fresh, key=lambda spot: (spot.status is Status.ACCEPTED, spot.status is not Status.GATHERED, spot.last)
        )
        self._spots = tuple(spot for spot in fresh if spot in worth[-MOST_SPOTS:])

    def remember(self) -> dict[str, Any]:
        """All that a restart must not forget, as plain numbers and words."""
        return {"next": self._next, "moved": self._moved, "spots": [_encode(spot) for spot in self._spots]}

    def recall(self, body: Mapping[str, Any]) -> None:
        """Go on with what was remembered. What was accepted before the camera moved is only proposed again, since a
        restart takes the view as it is.

        Raises ValueError, KeyError or TypeError where what was remembered is damaged.
        """
        spots = tuple(_decode(each) for each in body["spots"])
        self._next = max((int(body["next"]), *(spot.number + 1 for spot in spots)))
        if body["moved"]:
            spots = tuple(replace(spot, status=Status.PROPOSED) for spot in spots if spot.status is Status.ACCEPTED)
        self._spots = spots


def _is_within(corners: Sequence[Point], places: Iterable[Place]) -> bool:
    """Whether the middle of an outline is on one of these places, other than the floor or a screen."""
    middle = sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners)
    return any(place.kind not in ("floor", "screen") and contains(place.polygon, middle) for place in places)


def _latest(stays: Sequence[Stay]) -> tuple[Stay, ...]:
    """The last few of those who lay, and of those who sat."""
    lay, sat = ([stay for stay in stays if stay.reclined is reclined] for reclined in (True, False))
    return (*lay[-KEPT_STAYS:], *sat[-KEPT_STAYS:])


def outline(stays: Iterable[Stay]) -> tuple[Point, ...]:
    """The corners around where bodies were in these stays, (y, x) in frame heights."""
    whole = tuple(stays)
    points = [point for stay in whole for point in stay.points]
    away = centre(points)
    ordered = sorted(points, key=lambda point: distance(point, away))
    kept = ordered[: max(1, round(len(ordered) * (1 - STRAY)))]
    reach = AROUND * median(stay.stature for stay in whole)
    turns = [2 * pi * side / AROUND_SIDES for side in range(AROUND_SIDES)]
    corners = hull((y + reach * sin(turn), x + reach * cos(turn)) for y, x in kept for turn in turns)
    while len(corners) > MOST_CORNERS:
        corners = _without_the_least(corners)
    return corners


def _without_the_least(corners: tuple[Point, ...]) -> tuple[Point, ...]:
    """The polygon without the corner that stands out least."""

    def stands_out(number: int) -> float:
        (y0, x0), (y1, x1), (y2, x2) = (corners[(number + step) % len(corners)] for step in (-1, 0, 1))
        return abs((y1 - y0) * (x2 - x0) - (x1 - x0) * (y2 - y0))

    least = min(range(len(corners)), key=stands_out)
    return (*corners[:least], *corners[least + 1 :])


def _away(spot: Spot, stay: Stay) -> float:
    """How far a stay is from a spot: at most 1 where it belongs there."""
    away = distance(stay.hips, centre([other.hips for other in spot.stays])) / (SAME_SPOT * stay.stature)
    if stay.height is None or spot.height is None:
        return away
    return max(away, abs(stay.height - spot.height) / SAME_HEIGHT)


def _ago(then: datetime, wall: datetime) -> str:
    days = (wall.date() - then.astimezone(wall.tzinfo).date()).days
    if days <= 1:
        return "yesterday" if days == 1 else "today"
    return f"{days} days ago"


def _encode(spot: Spot) -> dict[str, Any]:
    place = None if spot.place is None else spot.place.model_dump(mode="json")
    return {
        **asdict(replace(spot, place=None)),
        "status": spot.status.value,
        "last": spot.last.isoformat(),
        "place": place,
    }


def _decode(body: Mapping[str, Any]) -> Spot:
    last = datetime.fromisoformat(body["last"])
    if last.tzinfo is None or not body["stays"]:
        message = "a spot without a zone or a stay"
        raise ValueError(message)
    place = None if body["place"] is None else Place.model_validate(body["place"])
    stays = tuple(_stay(each) for each in body["stays"])
    return Spot(**{**body, "stays": stays, "last": last, "status": Status(body["status"]), "place": place})


def _stay(body: Mapping[str, Any]) -> Stay:
    points = tuple((float(y), float(x)) for y, x in body["points"])
    y, x = body["hips"]
    return Stay(**{**body, "hips": (float(y), float(x)), "points": points})
