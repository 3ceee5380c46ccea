"""How well the box does its work, in numbers: how many frames a room gives, how long a frame takes to be decided on,
and how the machine is. Said once a minute, to whoever looks after the box; nothing that rings depends on it. Pure.
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from math import ceil

from guardian import __version__
from guardian.commands import Publish
from guardian.moment import Moment
from guardian.topics import Topics, dumps, iso
from guardian.vitals import Vitals

WINDOW_SECONDS = 60.0
MEGABYTE = 1_000_000
MEDIAN, HIGH = 0.5, 0.95


class Diagnostics:
    """Counts frames as they are decided on, and says what came of it with each examination of the machine. `started` is
    the monotonic second at which the box started.
    """

    def __init__(self, topics: Topics, started: float) -> None:
        self._topics, self._started = topics, started
        self._frames = {room: deque[tuple[float, float]]() for room in topics.rooms}
        self._models = defaultdict[str, str | None](lambda: None)

    def greeted(self, room: str, runtime: str) -> None:
        """Take note of the runtime by which the eye of a room runs its models."""
        self._models[room] = f"MoveNet ({runtime})"

    def decided(self, room: str, captured: float, now: float) -> None:
        """Take note that all that came of a frame, captured at a monotonic second, was on its way at `now`."""
        frames = self._frames[room]
        frames.append((now, max(0.0, now - captured)))
        _forget(frames, now)

    def measured(self, vitals: Vitals, moment: Moment) -> tuple[Publish, ...]:
        """Say how the machine and each room are."""
        said = {
            "software": __version__,
            "started": iso(self._started, moment),
            "uptime": round(moment.monotonic - self._started, 1),
            "memory_mb": _megabytes(vitals.memory),
            "memory_free_mb": _megabytes(vitals.memory_free),
            "disk_free_mb": _megabytes(vitals.disk_free),
            "temperature": vitals.temperature,
            "throttling": vitals.throttling,
            "since": iso(vitals.time, moment),
        }
        box = Publish(self._topics.topic("diagnostics"), dumps(said), retain=True)
        return box, *(self._room(room, moment) for room in self._frames)

    def _room(self, room: str, moment: Moment) -> Publish:
        now, frames = moment.monotonic, self._frames[room]
        _forget(frames, now)
        latencies = sorted(latency for _, latency in frames)
        seconds = min(WINDOW_SECONDS, max(1.0, now - self._started))
        said = {
            "fps": round(len(frames) / seconds, 2),
            "latency_ms": _share(latencies, MEDIAN),
            "latency_p95_ms": _share(latencies, HIGH),
            "model": self._models[room],
            "since": iso(now, moment),
        }
        return Publish(self._topics.topic("room", room, "diagnostics"), dumps(said), retain=True)


def _forget(frames: deque[tuple[float, float]], now: float) -> None:
    while frames and now - frames[0][0] > WINDOW_SECONDS:
        frames.popleft()


def _share(ordered: Sequence[float], share: float) -> float | None:
    """The milliseconds that so large a share of ordered seconds is not above, by the nearest rank; None of none."""
    return round(1000 * ordered[ceil(share * len(ordered)) - 1], 1) if ordered else None


def _megabytes(size: int | None) -> float | None:
    return None if size is None else round(size / MEGABYTE, 1)
