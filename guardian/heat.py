"""Where in a room's view people have been, and how: a coarse map for whoever draws places, with no way back to anybody.

The view is divided into a few hundred cells. In each it is added up how long feet stood there, and how long hips were
there of who sat and of who lay. Old time fades; who was there, and when, is not in it. Cells are of the picture as the
eye gives it, like places: a camera's roll turns neither.
"""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.events import CameraMoved, CameraReturned, Event
from guardian.geometry import Point, middle
from guardian.posture import Figure, Posture
from guardian.skeleton import ANKLES, HIPS
from guardian.tracking import TrackState

Minutes: TypeAlias = NDArray[np.float64]
"""Minutes by layer, row from above and column from the left (LAYERS, ROWS, COLUMNS)."""

COLUMNS, ROWS = 48, 36
"""A cell is 2 % of the picture's width: as fine as a bed's edge is drawn by hand."""
LAYERS = ("upright", "seated", "lying")
LAYER: Mapping[Posture, int] = {Posture.UPRIGHT: 0, Posture.BENT: 0, Posture.SEATED: 1, Posture.LYING: 2}
HALF_LIFE = 14 * 86_400.0
"""After so many watched seconds what was counted is worth half: a bed that was moved is gone from the map in two months
and dim after two weeks."""
AGE_SECONDS = 3_600.0
LEAST, MOST = 1 / 120, 60_000.0
"""Minutes. A cell with less, once it ages, was only passed through; more than forty days of standing on one spot is no
news, and what is kept has no greater number."""
STEP_SECONDS = 1.0
"""Who was not seen for longer was not there meanwhile."""
SHOWN_SECONDS = 5.0
BRIGHTEST = 9
_SHAPE = len(LAYERS), ROWS, COLUMNS
_BYTES = 2 * len(LAYERS) * ROWS * COLUMNS


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap:
    """The map at one moment: `minutes`, not to be written to, and `total` of them."""

    minutes: Minutes
    total: float

    def levels(self) -> dict[str, list[int]]:
        """How warm each cell is by layer, row after row: 0 (nobody was there) to BRIGHTEST. Who sleeps eight hours and
        who walks by for a second are both to be seen, so it goes by the logarithm.
        """
        seconds = np.log1p(60.0 * self.minutes)
        hottest = seconds.max(axis=(1, 2), keepdims=True)
        shares = np.ceil(BRIGHTEST * seconds / np.where(hottest > 0, hottest, 1.0)).astype(int)
        return {name: shares[layer].ravel().tolist() for layer, name in enumerate(LAYERS)}


class Heat:
    """Adds up where people have been in one room. `version` changes with whatever is worth keeping; `shown` is the map
    for any thread to read.
    """

    def __init__(self) -> None:
        self._seen: dict[int, float] = {}
        self._moved = False
        self._aged: float | None = None
        self.version = 0
        self.forget()

    @property
    def is_empty(self) -> bool:
        """Whether nobody was counted since it was begun."""
        return not self._minutes.any()

    def forget(self) -> None:
        """Begin anew with nobody counted."""
        self._minutes: Minutes = np.zeros(_SHAPE)
        self._show(float("-inf"))
        self.version += 1

    def accept_view(self) -> None:
        """What the camera sees now is its view: what was counted is of another one."""
        self._moved = False
        self.forget()

    def update(self, figures: Iterable[Figure], events: Iterable[Event], now: float, aspect: float) -> None:
        """Count who was seen in the frame captured at `now`, whose width / height is `aspect`, and heed what happened:
        a camera that has moved, or is back, begins a new map, and nothing is counted in between.
        """
        for event in events:
            if isinstance(event, CameraMoved | CameraReturned):
                self._moved = isinstance(event, CameraMoved)
                self.forget()
        self._age(now)
        tracks = ((figure.person.track, figure) for figure in figures)
        seen = {track.id: each for track, each in tracks if track.hit and track.state is TrackState.CONFIRMED}
        for track, figure in () if self._moved else seen.items():
            self._count(figure, min(STEP_SECONDS, now - self._seen.get(track, now)), aspect)
        self._seen = dict.fromkeys(seen, now)
        if now - self._drawn >= SHOWN_SECONDS:
            self._show(now)

    def remember(self) -> dict[str, Any] | None:
        """The map as a few thousand characters; None where it is empty."""
        if self.is_empty:
            return None
        packed = b64encode(zlib.compress(self._minutes.astype("<f2").tobytes(), 9)).decode("ascii")
        return {"columns": COLUMNS, "rows": ROWS, "minutes": packed}

    def recall(self, body: Mapping[str, Any]) -> None:
        """Go on with what was remembered. Raises ValueError, KeyError or TypeError where that is damaged, or a map of
        other cells.
        """
        if (body["columns"], body["rows"]) != (COLUMNS, ROWS):
            message = f"a map of {body['columns']} by {body['rows']} cells"
            raise ValueError(message)
        minutes = np.frombuffer(_unpacked(body["minutes"]), "<f2").reshape(_SHAPE).astype(np.float64)
        if not ((minutes >= 0) & (minutes <= MOST)).all():  # not a number is neither
            message = "a map with times that cannot be"
            raise ValueError(message)
        self._minutes = minutes
        self._show(float("-inf"))

    def _count(self, figure: Figure, seconds: float, aspect: float) -> None:
        spot, layer = spot_of(figure), LAYER.get(figure.posture)
        if spot is None or layer is None or seconds <= 0:
            return
        row, column = int(spot[0] * ROWS // 1), int(spot[1] / aspect * COLUMNS // 1)
        if 0 <= row < ROWS and 0 <= column < COLUMNS:
            self._minutes[layer, row, column] = min(MOST, self._minutes[layer, row, column] + seconds / 60)
            self.version += 1

    def _age(self, now: float) -> None:
        if self._aged is None:
            self._aged = now
        if now - self._aged >= AGE_SECONDS:
            self._minutes *= 0.5 ** ((now - self._aged) / HALF_LIFE)
            self._minutes[self._minutes < LEAST] = 0.0
            self._aged = now
            self.version += 1

    def _show(self, now: float) -> None:
        self._drawn = now
        minutes = self._minutes.copy()
        minutes.flags.writeable = False
        self.shown = HeatMap(minutes, float(minutes.sum()))


def spot_of(figure: Figure) -> Point | None:
    """Where a body rests on what is below it, (y, x) in frame heights of the picture: the feet of who is up, the hips
    of who sits or lies; None where they are not seen.
    """
    which = ANKLES if LAYER.get(figure.posture) == 0 else HIPS
    return middle(figure.person.track.pose.picture, which)


def _unpacked(text: str) -> bytes:
    """The bytes of a map, and never more: what is kept may be damaged. Raises ValueError or TypeError."""
    packed = zlib.decompressobj()
    try:
        found = packed.decompress(b64decode(text, validate=True), _BYTES)
    except zlib.error as error:
        message = f"a map that cannot be read: {error}"
        raise ValueError(message) from error
    if len(found) != _BYTES or packed.unconsumed_tail:
        message = f"a map of {len(found)} bytes or more, not {_BYTES}"
        raise ValueError(message)
    return found
