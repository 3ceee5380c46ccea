"""`guardian lab reidentify`: whether one can tell from what leaves the box who it was, where nobody is enrolled.

Six people live in each simulated home, and each walks through a room on four days, in an order drawn by chance. All
that the box says of a walk by MQTT goes to somebody who knows who walked on three of the days, and guesses who walked
on the fourth by the most similar walk. The same guess from the body's measures, which never leave the box, shows that
the walks do tell people apart.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from multiprocessing import get_context
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from guardian.commands import Publish
from guardian.lab.analyse import NOON
from guardian.lab.console import stdout
from guardian.lab.identify.walks import APART, DAYS, LIVE_HERE, Walk, place_of, signature_of, walks
from guardian.moment import Moment
from guardian.optics import Optics
from guardian.pipeline import Pipeline
from guardian.settings import Camera, Room, Settings
from guardian.skeleton import Observation
from guardian.topics import Bulletin, topics_of

Features: TypeAlias = Mapping[str, float]
Table: TypeAlias = NDArray[np.float64]

EMPTY_STEP = 1.0
SHUFFLES, RESAMPLES = 999, 999
CHANCE = 1 / LIVE_HERE
SERIAL = frozenset({"track", "time", "since", "changed", "until", "id"})
"""Serial numbers and times of day: they say when somebody walked, and the order was drawn by chance."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Seen:
    """One walk of person number `who` on `day`, by what was `said` of it, and by the body's own `measures`."""

    who: int
    day: int
    said: Features
    measures: Features


@dataclass(frozen=True, slots=True)
class Guess:
    """How often the guess was right, with an interval of 95 % over homes, and the share of shuffles of who walked in
    which it was right as often by chance.
    """

    right: float
    low: float
    high: float
    by_chance: float


def spoken(messages: Sequence[tuple[float, Publish]]) -> Features:
    """What can be counted in messages, each with the seconds since the walk began: how many of each kind there are,
    when the first and the last came, and every number and word in them that is no serial number or time of day.
    """
    found: dict[str, float] = {}
    for after, message in messages:
        payload: Any = json.loads(message.payload) if message.payload.startswith("{") else {"says": message.payload}
        kind = str(payload.get("event", message.topic.rpartition("/")[2]))
        found[f"{kind}: count"] = found.get(f"{kind}: count", 0.0) + 1
        found.setdefault(f"{kind}: first", after)
        found[f"{kind}: last"] = after
        for key, value in _numbers(payload):
            found[f"{kind}: {key}"] = found.get(f"{kind}: {key}", 0.0) + value
    return found


def _numbers(payload: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for key, value in payload.items():
        if key in SERIAL:
            continue
        if isinstance(value, bool | int | float):
            yield key, float(value)
        else:
            text = json.dumps(value)
            words = _NUMBER.sub("#", text)
            yield f"{key} {words}", 1.0
            yield from ((f"{key} {words} {place}", float(each)) for place, each in enumerate(_NUMBER.findall(text)))


class _Box:
    """A box with one room, in which nobody is enrolled, and all that it says."""

    def __init__(self) -> None:
        room = Room(name="room", camera=Camera(source="simulated"))
        settings = Settings(rooms=(room,))
        self._pipeline, self._bulletin = Pipeline(room, settings, 0.0), Bulletin(topics_of(settings))
        self._time = 0.0

    def watch(self, walk: Walk) -> Features:
        """See a walk, after the room was empty for a while; what was said of it."""
        begin, said = self._time + APART, list[tuple[float, Publish]]()
        while self._time + EMPTY_STEP < begin:
            self._look(Observation(time=self._time + EMPTY_STEP))
        for each in walk.seen:
            messages = self._look(replace(each, time=each.time + begin))
            said += [(self._time - begin, message) for message in messages]
        while self._time < begin + walk.seen[-1].time + APART:
            messages = self._look(Observation(time=self._time + EMPTY_STEP))
            said += [(self._time - begin, message) for message in messages]
        return spoken(said)

    def _look(self, seen: Observation) -> list[Publish]:
        self._time = seen.time
        moment = Moment(seen.time, NOON)
        events = self._pipeline.update(seen, moment)
        first = self._bulletin.seen("room", seen.time, moment)
        return [*first, *(message for event in events for message in self._bulletin.note(event, moment))]


def live(seed: int, number: int) -> list[Seen]:
    """The walks of those who live in the home of that number, in an order drawn by chance."""
    camera, box = place_of(seed, number).camera, _Box()
    optics = Optics(camera.height, camera.tilt, camera.fov)
    ordinary = [walk for walk in walks(seed, number) if walk.day > 0 and walk.who < LIVE_HERE]
    random = np.random.default_rng((seed, number, 1))
    found = []
    for each in random.permutation(len(ordinary)):
        walk = ordinary[each]
        signature = signature_of(walk.seen, optics)
        values = () if signature is None else signature.values
        measures = {str(place): value for place, value in enumerate(values) if np.isfinite(value)}
        found.append(Seen(walk.who, walk.day, box.watch(walk), measures))
    return found


def table(features: Sequence[Features]) -> Table:
    """A row for each walk: every feature in its spread, the middle where a walk has it not."""
    keys = sorted({key for each in features for key in each})
    values = np.array([[each.get(key, np.nan) for key in keys] for each in features]).reshape(len(features), -1)
    missing = np.isnan(values)
    known = np.where(missing, np.nanmean(values, axis=0), values)
    spread = known.std(axis=0)
    scaled: Table = (known - known.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return np.hstack([scaled, missing.astype(float)])


def nearest(rows: Table, days: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each walk the number of the most similar one of another day."""
    apart = np.linalg.norm(rows[:, None] - rows[None], axis=2)
    apart[days[:, None] == days[None]] = np.inf
    return np.asarray(apart.argmin(axis=1))


def _duration(walk: Seen) -> Features:
    """How long somebody was there, as the box says it: who walks fast has left soon."""
    first, last = walk.said.get("PersonAppeared: first", np.nan), walk.said.get("PersonLeft: last", np.nan)
    return {"seconds": last - first} if np.isfinite(last - first) else {}


WAYS: Mapping[str, Callable[[Seen], Features]] = {
    "all that leaves the box": lambda walk: walk.said,
    "how long somebody was there": _duration,
    "the body, which stays in it": lambda walk: walk.measures,
}
"""By what one may guess."""


def judge(homes: Sequence[Sequence[Seen]], way: Callable[[Seen], Features], *, seed: int) -> Guess:
    """How well one can guess by one of WAYS."""
    random, known = np.random.default_rng(seed), list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]()
    for home in homes:
        days, who = np.array([each.day for each in home]), np.array([each.who for each in home])
        rows = table([way(each) for each in home])
        known.append((who, days, nearest(rows, days)))
    each_home = np.array([float((who[by] == who).mean()) for who, _, by in known])
    resampled = random.choice(each_home, (RESAMPLES, len(each_home))).mean(axis=1)
    low, high = np.quantile(resampled, (0.025, 0.975))
    shuffled = [np.mean([_shuffled(random, *home) for home in known]) for _ in range(SHUFFLES)]
    as_often = sum(each >= each_home.mean() - 1e-12 for each in shuffled)
    return Guess(float(each_home.mean()), float(low), float(high), (as_often + 1) / (SHUFFLES + 1))


def _shuffled(
    random: np.random.Generator, who: NDArray[np.int64], days: NDArray[np.int64], by: NDArray[np.int64]
) -> float:
    """How often the guess is right where on each day anybody may have walked."""
    anybody = who.copy()
    for day in range(1, DAYS + 1):
        anybody[days == day] = random.permutation(who[days == day])
    return float((anybody[by] == anybody).mean())


def reidentify(*, homes: int, seed: int, jobs: int, as_json: bool) -> int:
    """Print how well one can guess who walked."""
    console = Console(stderr=True)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as workers:
        made = workers.map(partial(live, seed), range(homes))
        found = list(track(made, total=homes, console=console, disable=not console.is_terminal))
    guesses = {name: judge(found, way, seed=seed) for name, way in WAYS.items()}
    if as_json:
        print(json.dumps(document(found, guesses, seed)))
        return 0
    stdout().print(f"Simulated: {homes} homes (seed {seed}), {LIVE_HERE} people each; chance is {CHANCE:.1%}.")
    for name, guess in guesses.items():
        stdout().print(f"guessed by {name:28} {_words(guess)}")
    return 0


def document(homes: Sequence[Sequence[Seen]], guesses: Mapping[str, Guess], seed: int) -> dict[str, object]:
    """The figures, labelled as simulated."""
    keys = sorted({key for home in homes for each in home for key in each.said})
    figures = {name: asdict(guess) for name, guess in guesses.items()}
    return {"simulated": True, "homes": len(homes), "seed": seed, "chance": CHANCE, "guesses": figures, "said": keys}


def _words(guess: Guess) -> str:
    interval = f"{guess.low:.1%} to {guess.high:.1%}"
    return f"{guess.right:.1%} right (95 %: {interval}; p = {guess.by_chance:.3f} that it is chance)"
