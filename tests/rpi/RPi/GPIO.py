"""The RPi.GPIO functions that Guardian calls. Each change of an output is a line "pin level" in the file that
GUARDIAN_TEST_PINS names; the button is down while there is a file of that name that ends in .down.
"""

import os
from collections.abc import Sequence
from pathlib import Path

BCM, BOARD, IN, OUT, LOW, HIGH, PUD_OFF, PUD_UP = 11, 10, 1, 0, 0, 1, 20, 22


def _write(channel: int, level: int) -> None:
    with Path(os.environ["GUARDIAN_TEST_PINS"]).open("a", encoding="ascii") as pins:
        pins.write(f"{channel} {int(level)}\n")


def setmode(_mode: int) -> None: ...


def setwarnings(_wanted: object) -> None: ...


def setup(channel: int, direction: int, **options: int) -> None:
    if direction == OUT:
        _write(channel, options.get("initial", LOW))


def output(channel: int, level: int) -> None:
    _write(channel, level)


def input(_channel: int) -> int:  # noqa: A001 - the library's own name
    return LOW if Path(os.environ["GUARDIAN_TEST_PINS"] + ".down").exists() else HIGH


def cleanup(_channels: Sequence[int]) -> None: ...
