"""How contacts bounce and what a long wire catches, as courses of a button's level. Modelled, not recorded: no licensed
recording was found.

Bounce: a contact that closes is thrown off and comes back; each time off is shorter than the one before by a random
part, the times on are longer. How long it takes is by J. Ganssle, "A Guide to Debouncing" (2004), who measured 18 kinds
of switch 300 times each: 1.6 ms on average, 6.2 ms at most, but for one kind that took up to 157 ms.

Noise: bursts as of IEC 61000-4-4, which is what switches and motors on cables beside a long wire do to it: 15 ms of
spikes, 5 in a millisecond, and a new burst every 300 ms. Each spike is taken as strong enough to look like a press.
"""

import random
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import NamedTuple, TypeAlias

Course: TypeAlias = tuple[tuple[bool, float], ...]
"""Levels and for how many milliseconds each; True is pressed."""


class Contact(NamedTuple):
    """How one contact closes and opens."""

    closing: Course
    opening: Course


def bounce(milliseconds: float, times: int, seed: int) -> Contact:
    """A contact that is thrown off so many times and is at rest after so long."""
    chance = random.Random(seed)  # noqa: S311 - a model, the same each time
    return Contact(
        _settling(milliseconds, times, chance, to=True), _settling(0.6 * milliseconds, times, chance, to=False)
    )


def _settling(milliseconds: float, times: int, chance: random.Random, *, to: bool) -> Course:
    off = [0.75**number * chance.uniform(0.5, 1.5) for number in range(times)]
    on = [chance.uniform(0.2, 1.0) for _ in range(times)]
    scale = milliseconds / (sum(off) + sum(on))
    pairs = (
        (level, length * scale)
        for pair in zip(on, off, strict=True)
        for level, length in zip((to, not to), pair, strict=True)
    )
    return tuple(pairs)


SEALED = bounce(1.6, 4, seed=1)
WORN = bounce(6.2, 9, seed=2)
WORST = bounce(157.0, 30, seed=3)

BURST_MILLISECONDS, BURST_EVERY, SPIKES = 15.0, 300.0, 5.0


def levels(course: Course, rest: bool) -> Callable[[float], bool]:  # noqa: FBT001 - a level
    """The level so many seconds after the course began, and `rest` once it is over."""
    ends = list(accumulate(milliseconds / 1000 for _, milliseconds in course))

    def level(seconds: float) -> bool:
        return next((pressed for (pressed, _), end in zip(course, ends, strict=True) if seconds < end), rest)

    return level


def noisy(level: Callable[[float], bool], seed: int) -> Callable[[float], bool]:
    """The same with bursts of spikes on it; each time a spike lasts is by chance, half of the time on average."""

    def caught(seconds: float) -> bool:
        milliseconds = seconds * 1000
        if milliseconds % BURST_EVERY >= BURST_MILLISECONDS:
            return level(seconds)
        spike = random.Random(f"{seed} {int(milliseconds * SPIKES)}").random()  # noqa: S311 - a model
        return level(seconds) != (spike < 0.5)

    return caught


def press(contact: Contact, held: float) -> Iterator[tuple[bool, float]]:
    """The course of one press that is held for so many seconds, after a second of rest."""
    yield False, 1000.0
    yield from contact.closing
    yield True, held * 1000
    yield from contact.opening
    yield False, 1000.0
