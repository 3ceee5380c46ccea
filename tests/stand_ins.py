"""In the place of a network and of processes, for tests of who judges falls."""

from collections.abc import Iterable
from typing import Any

from guardian.window import Grid


class Low:
    """In the place of a network: low hips are a fall, so many nats sure."""

    def __init__(self, sure: float = 4.0) -> None:
        self.sure, self.asked, self.seconds, self.invokes = sure, 0, 0.0, 0

    def judge(self, grid: Grid) -> float:
        self.asked += 1
        known = grid.keypoints[grid.age < 1]
        return self.sure if len(known) and known[-1, 11:13, 0].mean() > 0.25 else -self.sure


class Always:
    """In the place of a network: says the same of everybody."""

    def __init__(self, nats: float) -> None:
        self.nats = nats

    def judge(self, _grid: Grid) -> float:
        return self.nats


class Here:
    """Instead of a pool of processes: a stand-in for the network would not reach them."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None: ...

    def map(self, function: Any, tasks: Iterable[Any]) -> Any:
        return map(function, tasks)
