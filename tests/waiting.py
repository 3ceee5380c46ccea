"""Waiting in the tests of whole boxes, which do things in their own time."""

import threading
import time
from collections.abc import Callable


def eventually(wanted: Callable[[], object], what: str, seconds: float) -> None:
    """Look again and again, without holding the processor, until it is so; fail where it never is."""
    between, give_up = threading.Event(), time.monotonic() + seconds
    while not wanted():
        assert time.monotonic() < give_up, f"never so: {what}"
        between.wait(0.05)
