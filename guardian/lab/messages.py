"""Prints what Guardian says in a language, for somebody who speaks it to check: a life, then every text there is.

`python -m guardian.lab.messages tests/lives` spells that life out anew, in every language.
"""

import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from pathlib import Path

from guardian import messages
from guardian.alarm import Alarm
from guardian.commands import Command, Notify, ShowPanel
from guardian.configuration import languages
from guardian.contacts import Contact
from guardian.errors import ConfigurationError
from guardian.events import (
    Acknowledged,
    DrillStarted,
    Event,
    FallConfirmed,
    FallSuspected,
    FaultOccurred,
    LongLie,
    PersonEvent,
    PersonRecovered,
    Resolved,
    Snoozed,
    StillnessExceeded,
    ViewLost,
)
from guardian.moment import Moment
from guardian.phrasebook import Phrasebook
from guardian.settings import AlarmSettings

LATE_SECONDS = 7_300.0
ROOM, PLACE = "ROOM", "PLACE"
"""What a household calls its own is not translated; here it stands out."""
DROP = "Shoulders dropped by 61% of the body's height and hips by 40% in 0.7 s."
LIES = "Lying still on the floor for 6 s."
STILL = f"Has not moved for 95 minutes on the {PLACE}, at 14:05; 90 minutes is the limit here at this hour."
FULL = "Only 150 MB are free on the disk: make room for new incidents."


def _seen(kind: type[PersonEvent], time: float, *reasons: str, person: str | None = None) -> PersonEvent:
    return kind(time=time, room=ROOM, track=1, person=person, place=PLACE, reasons=reasons)


HAPPENINGS: tuple[tuple[float, Event | None], ...] = (
    (10.0, _seen(FallSuspected, 10.0, DROP)),
    (16.0, _seen(FallConfirmed, 16.0, DROP, LIES)),
    (46.0, None),
    (106.0, None),
    (130.0, Acknowledged(time=130.0, by="Anna", via="web")),
    (250.0, _seen(PersonRecovered, 250.0, "On the feet again 240 s after going down.")),
    (300.0, _seen(LongLie, 300.0, "On the floor for 60 s.", person="Rosa")),
    (400.0, Acknowledged(time=400.0, by="the button", via="button")),
    (500.0, Resolved(time=500.0, by="the button", via="button", outcome="helped")),
    (600.0, DrillStarted(time=600.0, by="the button", via="button")),
    (605.0, None),
    (610.0, Acknowledged(time=610.0, by="Anna", via="web")),
    (670.0, None),
    (700.0, Snoozed(time=700.0, room=ROOM, by="Anna", via="web", seconds=60)),
    (761.0, None),
    (770.0, FaultOccurred(time=770.0, room="", part="disk", reasons=(FULL,))),
    (780.0, ViewLost(time=780.0, room=ROOM, reasons=("No picture from the camera for 5 s.",))),
    (961.0, None),
    (8_000.0, _seen(StillnessExceeded, 8_000.0, STILL)),
    (8_030.0, None),
)
"""A life of a box: what happens at which second; None is time that passes."""


def life(book: Phrasebook) -> Iterator[str]:
    """Yield all that the panel and the phones say while HAPPENINGS happen, a paragraph each."""
    contacts = tuple(Contact(name=name, ways=("json://localhost",)) for name in ("Anna", "Bruno"))
    alarm = Alarm(AlarmSettings(), contacts, lambda: "i-1", ("StillnessExceeded",), book)
    yield from _said(alarm.tick(0.0))
    for now, event in HAPPENINGS:
        commands = alarm.tick(now) if event is None else alarm.handle(event, now)
        yield from _said(commands)
    late = next(command for command in commands if isinstance(command, Notify))
    moment = Moment(late.asked + LATE_SECONDS, datetime(2025, 6, 1, 0, 30, tzinfo=timezone.utc))
    yield from _said([messages.as_told(late, moment, book)])


def _said(commands: Iterable[Command]) -> Iterator[str]:
    """What the panel says, after a star, and what is sent to whom: with its title in the first line."""
    for command in commands:
        if isinstance(command, ShowPanel):
            yield f"* {command.text}"
        elif isinstance(command, Notify):
            yield f"{command.contact}: {command.title}\n{command.body}"


def spelled_out(book: Phrasebook) -> str:
    """The life as it stands in a file of tests/lives."""
    return "\n\n".join(life(book)) + "\n"


def write(directory: Path) -> None:
    """Spell a life out in every language, a file each."""
    for code in languages.known():
        (directory / f"{code}.txt").write_text(spelled_out(languages.phrasebook(code)), encoding="utf-8")


def run(language: str) -> int:
    """Print it all; return 0, or 2 where Guardian does not speak the language."""
    try:
        book = languages.phrasebook(language)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 2
    print(spelled_out(book), end="")
    for section in (book.messages, book.page, book.sentences, book.words):
        for english, told in section.items():
            print(f"\n{english}\n{told}")
    return 0


if __name__ == "__main__":
    write(Path(sys.argv[1]))
