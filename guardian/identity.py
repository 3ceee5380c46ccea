"""Who a track is: by the proportions of the body alone, or nobody in particular, and honestly so.

A camera of a home sees neither a face nor a calibrated height, so what is compared are lengths along the body in parts
of the length from shoulders to feet. They differ little between people and a lot between views; so the answer is often
"undecided", a wrong name being worse than none. Nothing that rings depends on a name (docs/alarm.md).
"""

import json
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.events import PersonIdentified
from guardian.geometry import Point, distance, middle, tilt
from guardian.skeleton import ANKLES, HEAD, HIPS, SHOULDERS, Keypoint, Keypoints
from guardian.tracking import Track, TrackState

Proportions: TypeAlias = NDArray[np.float64]
"""Shape (6,), in the order of FEATURES, each in parts of the length from shoulders to feet."""

FEATURES = ("torso", "thigh", "shoulders", "hips", "upper arm", "head")
QUANTILES = np.array([0.5, 0.5, 0.8, 0.8, 0.8, 0.5])
"""What stands for a feature: the median, of widths and arms a high quantile, since a turn of the body shortens it."""

SURE = 0.4
"""Least score of a keypoint that is measured. Higher than elsewhere: no measurement is better than a wrong one."""
UPRIGHT_DEGREES = 25.0
"""Most tilt of the torso at which the body counts as upright, and so as seen at its full length."""
EVEN, STRAIGHT = 0.7, 0.8
"""Thighs and shanks are as long as each other (0.245 and 0.246 of the stature, Drillis and Contini 1966): thighs that
look much shorter point at the camera, as of somebody seated; and standing legs reach from the hips straight down."""
SAMPLE_SECONDS = 0.2
"""Frames nearer in time repeat each other's errors."""
SAMPLES = 150
ENOUGH = 25
"""Five seconds upright, at SAMPLE_SECONDS, before anything is said."""
FLOOR = 0.02
"""Spread that is always granted, in the same parts: a change of clothes, of view, of lens."""
SAME, OTHER = 1.2, 2.2
"""Distance up to which it is the person, and from which it is not; between them nothing is decided."""
MARGIN = 0.6
"""How much nearer than the next person the nearest must be."""
SPREAD_OF_QUARTILES = 1.349
"""Width between the quartiles of a normal distribution, in standard deviations."""


class Recognition(str, Enum):
    """What is known of who it is."""

    UNDECIDED = "undecided"
    KNOWN = "known"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True)
class Person:
    """A track with what is known of who it is: `name` is None unless known. `score` is how well the body fits the
    nearest enrolled person, 0-1; 0 where nobody is enrolled or too little was seen.
    """

    track: Track
    name: str | None = None
    score: float = 0.0
    recognition: Recognition = Recognition.UNDECIDED


@dataclass(frozen=True, slots=True)
class Template:
    """An enrolled body: `mean` and `spread` of its proportions in the order of FEATURES, from `count` samples.

    Biometric data: kept only where the household has asked for it, erased with one command, never sent anywhere.
    """

    name: str
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    count: int

    def __post_init__(self) -> None:
        """Refuse numbers that no body has: a template that was damaged must not name anybody."""
        values = (*self.mean, *self.spread)
        shaped = len(self.mean) == len(self.spread) == len(FEATURES)
        if not shaped or not np.isfinite(values).all() or min(values) < 0 or self.count < 1:
            message = f"the template of {self.name!r} is damaged; enrol the person again"
            raise ValueError(message)

    def encode(self) -> str:
        """Write the template as one line of JSON, for the store."""
        return json.dumps({"name": self.name, "mean": self.mean, "spread": self.spread, "count": self.count})

    @staticmethod
    def decode(text: str) -> "Template":
        """Read what `encode` wrote. Raises ValueError where the text is no sound template."""
        try:
            data = json.loads(text)
            mean, spread = (tuple(float(value) for value in data[key]) for key in ("mean", "spread"))
            return Template(str(data["name"]), mean, spread, int(data["count"]))
        except (KeyError, TypeError) as error:
            message = f"this is no template: {error}"
            raise ValueError(message) from error


@dataclass(slots=True)
class _Acquaintance:
    """What is remembered of one track."""

    samples: deque[Proportions] = field(default_factory=lambda: deque(maxlen=SAMPLES))
    sampled: float = float("-inf")
    verdict: tuple[str | None, float, Recognition] = (None, 0.0, Recognition.UNDECIDED)


class Identity:
    """Tells who the tracks of one room are, among the enrolled `templates`."""

    def __init__(self, room: str = "", templates: Iterable[Template] = ()) -> None:
        self._room = room
        self._templates = tuple(templates)
        self._known: dict[int, _Acquaintance] = {}
        self._events: tuple[PersonIdentified, ...] = ()

    @property
    def events(self) -> tuple[PersonIdentified, ...]:
        """Whose identity was decided or changed by the last `update`."""
        return self._events

    @property
    def enrolled(self) -> bool:
        """Whether there is anybody to recognise."""
        return bool(self._templates)

    def update(self, tracks: Iterable[Track], now: float) -> tuple[Person, ...]:
        """Return one person per track, in the same order. What was known of ended tracks is forgotten."""
        tracks = tuple(tracks)
        self._known = {track.id: self._known.get(track.id, _Acquaintance()) for track in tracks}
        changed = [track for track in tracks if self._look(track, now)]
        persons = tuple(Person(track, *self._known[track.id].verdict) for track in tracks)
        self._events = tuple(self._event(person, now) for person in persons if person.track in changed)
        return persons

    def enrol(self, name: str, track: int) -> Template | None:
        """Make a template of a track that was seen upright for long enough, and recognise it from now on.

        None where it was not: let the person walk up and down before the camera for some seconds more. An earlier
        template of that name is replaced.
        """
        acquaintance = self._known.get(track)
        if acquaintance is None or len(acquaintance.samples) < ENOUGH:
            return None
        mean, spread = summary(acquaintance.samples)
        template = Template(name, tuple(mean.tolist()), tuple(spread.tolist()), len(acquaintance.samples))
        self.forget(name)
        self._templates = (*self._templates, template)
        return template

    def forget(self, name: str) -> None:
        """Erase the template of a person; tracks that bore the name lose it with their next look."""
        self._templates = tuple(template for template in self._templates if template.name != name)

    def _look(self, track: Track, now: float) -> bool:
        """Take a sample where the body is seen well; return whether the verdict on it changed."""
        acquaintance = self._known[track.id]
        if track.hit and track.state is TrackState.CONFIRMED and now - acquaintance.sampled >= SAMPLE_SECONDS:
            sample = proportions(track.pose.keypoints)
            if sample is not None:
                acquaintance.samples.append(sample)
                acquaintance.sampled = now
                return self._decide(acquaintance)
        return False

    def _decide(self, acquaintance: _Acquaintance) -> bool:
        before = acquaintance.verdict
        if len(acquaintance.samples) >= ENOUGH:
            name, score, recognition = recognise(acquaintance.samples, self._templates)
            erased = before[0] is not None and before[0] not in {template.name for template in self._templates}
            if recognition is Recognition.UNDECIDED and not erased:
                name, recognition = before[0], before[2]
            acquaintance.verdict = name, score, recognition
        return (acquaintance.verdict[0], acquaintance.verdict[2]) != (before[0], before[2])

    def _event(self, person: Person, now: float) -> PersonIdentified:
        who = {
            Recognition.KNOWN: f"Proportions of the body fit {person.name} at {person.score:.0%}.",
            Recognition.STRANGER: f"Proportions of the body fit nobody enrolled; the nearest at {person.score:.0%}.",
        }.get(person.recognition, "The person who this was taken for is no longer enrolled.")
        return PersonIdentified(time=now, room=self._room, track=person.track.id, person=person.name, reasons=(who,))


def proportions(keypoints: Keypoints) -> Proportions | None:
    """Measure an upright body that is seen from head to ankles; None where it is not. See FEATURES."""
    shoulders, hips, feet = (_between_both(keypoints, pair) for pair in (SHOULDERS, HIPS, ANKLES))
    head = middle(keypoints, HEAD, SURE)
    if head is None or shoulders is None or hips is None or feet is None or tilt(shoulders, hips) > UPRIGHT_DEGREES:
        return None
    thigh, shank = _longer(keypoints, "HIP", "KNEE"), _longer(keypoints, "KNEE", "ANKLE")
    torso, arm = distance(shoulders, hips), _longer(keypoints, "SHOULDER", "ELBOW")
    even, straight = min(thigh, shank) > EVEN * max(thigh, shank), feet[0] - hips[0] > STRAIGHT * (thigh + shank)
    if not (even and straight and min(torso, arm) > 0):
        return None
    across = [_apart(keypoints, *pair) for pair in (SHOULDERS, HIPS)]
    return np.array([torso, thigh, *across, arm, distance(head, shoulders)]) / (torso + thigh + shank)


def _between_both(keypoints: Keypoints, pair: tuple[Keypoint, Keypoint]) -> Point | None:
    """The middle of left and right where both are seen: a guessed one would shift it."""
    return middle(keypoints, pair) if keypoints[list(pair), 2].min() >= SURE else None


def _apart(keypoints: Keypoints, a: Keypoint, b: Keypoint) -> float:
    return float(np.hypot(*(keypoints[a, :2] - keypoints[b, :2])))


def _longer(keypoints: Keypoints, upper: str, lower: str) -> float:
    """Length of a limb: the longer of left and right, since pointing at the camera can only shorten it; 0 if unseen."""
    limbs = [(Keypoint[f"{side}_{upper}"], Keypoint[f"{side}_{lower}"]) for side in ("LEFT", "RIGHT")]
    return max((_apart(keypoints, *limb) for limb in limbs if keypoints[list(limb), 2].min() >= SURE), default=0.0)


def summary(samples: Iterable[Proportions]) -> tuple[Proportions, Proportions]:
    """Robust centre and spread of some samples, each of shape (6,)."""
    table = np.stack(list(samples))
    centre = np.array([np.quantile(column, share) for column, share in zip(table.T, QUANTILES, strict=True)])
    low, high = np.quantile(table, [0.25, 0.75], axis=0)
    return centre, (high - low) / SPREAD_OF_QUARTILES


def remoteness(samples: Iterable[Proportions], template: Template) -> float:
    """How unlike the samples a template is: the root mean square over the features, in spreads of both together."""
    centre, spread = summary(samples)
    scale = np.sqrt(FLOOR**2 + spread**2 + np.square(template.spread))
    return float(np.sqrt(np.mean(np.square((centre - np.array(template.mean)) / scale))))


def recognise(samples: Iterable[Proportions], templates: Iterable[Template]) -> tuple[str | None, float, Recognition]:
    """Say who it is among the enrolled, with a score 0-1, or that it is none of them, or that it cannot be told."""
    samples = tuple(samples)
    ranked = sorted((remoteness(samples, template), template.name) for template in templates)
    if not ranked:
        return None, 0.0, Recognition.UNDECIDED
    nearest, name = ranked[0]
    score = float(np.exp(-(nearest**2) / 2))
    if nearest >= OTHER:
        return None, score, Recognition.STRANGER
    if nearest <= SAME and all(other - nearest >= MARGIN for other, _ in ranked[1:]):
        return name, score, Recognition.KNOWN
    return None, score, Recognition.UNDECIDED
