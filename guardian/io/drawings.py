"""A drawing to those who were told: after the words, on a thread of its own, and given up where anything goes wrong.

It can neither delay nor lose a notice: words are sent before it and do not know of it. What it is drawn from is in
memory alone, so that after a restart there are words only.
"""

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from guardian.commands import Glimpse, Notify
from guardian.io.canvas import drawn
from guardian.phrasebook import ENGLISH, Phrasebook
from guardian.sketch import sketch

log = logging.getLogger(__name__)

FALLEN = "A drawing, no photo: red is now, grey is shortly before. The line is the floor."
SEEN = "A drawing, no photo, of what was seen when this was decided: red is whoever it is about. The line is the floor."
FILE = "guardian.png"
KEPT, WAITING = 8, 64
"""Incidents whose glimpses are kept, and drawings that wait to be sent; beyond them the oldest is dropped."""
STOP_SECONDS = 1.0


@runtime_checkable
class Shows(Protocol):
    """A way that can show a drawing."""

    def show(self, notice: Notify, caption: str, png: bytes) -> bool:
        """Send it, without a sound; whether the provider took it. May take as long as the network does."""
        ...


@dataclass(frozen=True, slots=True)
class Drawing:
    """A PNG, and the sentence that says what it is."""

    caption: str
    png: bytes


class Drawings:
    """Sends a drawing of each incident once by each way that has told of it.

    `keep` and `told` may be called on any thread and return at once.
    """

    def __init__(self, book: Phrasebook = ENGLISH, draw: Callable[[Glimpse], Drawing | None] | None = None) -> None:
        self._draw = draw or (lambda glimpse: drawing_of(glimpse, book))
        self._glimpses: OrderedDict[str, Glimpse] = OrderedDict()
        self._shown: deque[tuple[str, Shows]] = deque(maxlen=WAITING)
        self._waiting: deque[tuple[Notify, Shows]] = deque(maxlen=WAITING)
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="drawings", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """End; a provider that hangs is left behind after `seconds`."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(seconds)

    def keep(self, glimpse: Glimpse) -> None:
        """Keep what was seen of an incident, for whoever will be told of it."""
        with self._changed:
            self._glimpses[glimpse.incident] = glimpse
            while len(self._glimpses) > KEPT:
                self._glimpses.popitem(last=False)

    def told(self, notice: Notify, way: object) -> None:
        """Take note that the words of a notice were taken: what is urgent is followed by the drawing, once."""
        if not notice.urgent or not isinstance(way, Shows):
            return
        with self._changed:
            known = (notice.incident, way) in self._shown or notice.incident not in self._glimpses
            if not known:
                self._shown.append((notice.incident, way))
                self._waiting.append((notice, way))
                self._changed.notify_all()

    def _run(self) -> None:
        while (asked := self._next()) is not None:
            notice, way, glimpse = asked
            drawing = self._draw(glimpse)
            if drawing is None:
                log.info("event=no_drawing contact=%s incident=%s", notice.contact, notice.incident)
            elif way.show(notice, drawing.caption, drawing.png):
                log.info("event=drawing_sent contact=%s incident=%s", notice.contact, notice.incident)
            else:
                log.warning("event=drawing_not_sent contact=%s incident=%s", notice.contact, notice.incident)

    def _next(self) -> tuple[Notify, Shows, Glimpse] | None:
        """Wait for the next drawing to be sent; None where it is time to end."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._waiting or self._stopping)
                if self._stopping:
                    return None
                notice, way = self._waiting.popleft()
                if notice.incident in self._glimpses:
                    return notice, way, self._glimpses[notice.incident]


def drawing_of(glimpse: Glimpse, book: Phrasebook = ENGLISH) -> Drawing | None:
    """Draw what was seen; None where nobody was."""
    chosen = sketch(glimpse)
    if chosen is None:
        return None
    return Drawing(book.say(FALLEN) if chosen.before else book.say(SEEN), drawn(chosen))
