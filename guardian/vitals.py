"""How the machine was when it was examined: what an engineer asks first of a box that is slow, hot or full."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vitals:
    """As of the monotonic second `time`. `memory` of the box's own processes together, `memory_free` of the machine and
    `disk_free` where the state is kept, in bytes; `temperature` of the processor in degrees Celsius; `throttling` what
    slows the processor down at this moment, in words. None of each where this machine does not tell.
    """

    time: float
    memory: int | None = None
    memory_free: int | None = None
    disk_free: int | None = None
    temperature: float | None = None
    throttling: tuple[str, ...] | None = None
