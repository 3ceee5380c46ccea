"""Where the core's commands go: one output for each thing that can be done about an alarm."""

from collections.abc import Callable
from dataclasses import dataclass

from guardian.commands import Glimpse, Notify, Publish, SceneCommand, Speak
from guardian.io.journal import Journal
from guardian.io.panel import Panel


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where commands go. None of them may block. `scenes` keeps what there is to learn from; `look_anew` tells the eye
    of a room that what it sees is its view; `glimpse` keeps what a drawing to the phones is made from; `close_eye` ends
    the eye of a room until `open_eye`; `audit` takes who did what by which way; `speak` says something aloud.
    """

    panel: Panel
    journal: Journal
    publish: Callable[[Publish], None]
    tell: Callable[[Notify], None]
    scenes: Callable[[SceneCommand], None] = lambda _: None
    look_anew: Callable[[str], None] = lambda _: None
    glimpse: Callable[[Glimpse], None] = lambda _: None
    close_eye: Callable[[str], None] = lambda _: None
    open_eye: Callable[[str], None] = lambda _: None
    audit: Callable[[str, str, str], None] = lambda *_: None
    speak: Callable[[Speak], None] = lambda _: None
