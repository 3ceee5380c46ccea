import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from bodies import seen, standing, tilted

from guardian.commands import Glimpse, Notify
from guardian.configuration import languages
from guardian.io.drawings import FALLEN, KEPT, SEEN, Drawing, Drawings, drawing_of

SECONDS = 30.0
NOTICE = Notify("Anna", "Somebody has fallen", "Call.", "i-1", 1)
GLIMPSE = Glimpse("i-1", tuple(seen(step / 10, standing()) for step in range(20)))


class Phone:
    """A way that notes what it is shown, and fails or hangs as it is told."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, str, bytes]] = []
        self.takes, self.hangs = True, False
        self.released = threading.Event()
        self._changed = threading.Condition()

    def __call__(self, _notice: Notify) -> bool:
        return True

    def show(self, notice: Notify, caption: str, png: bytes) -> bool:
        with self._changed:
            self.shown.append((notice.incident, caption, png))
            self._changed.notify_all()
        if self.hangs:
            self.released.wait(SECONDS)
        return self.takes

    def wait(self, count: int = 1) -> list[tuple[str, str, bytes]]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.shown) >= count, SECONDS), f"only {self.shown}"
            return list(self.shown)


def sketchily(glimpse: Glimpse) -> Drawing | None:
    return Drawing("A drawing.", glimpse.incident.encode()) if glimpse.observations else None


@pytest.fixture
def start() -> Iterator[Callable[..., Drawings]]:
    begun: list[Drawings] = []

    def begin() -> Drawings:
        drawings = Drawings(draw=sketchily)
        drawings.start()
        begun.append(drawings)
        return drawings

    yield begin
    for each in begun:
        each.stop()


def test_the_words_are_followed_by_the_drawing_once(start: Callable[..., Drawings]):
    drawings, phone, other = start(), Phone(), Phone()
    drawings.keep(GLIMPSE)
    for step in range(3):
        drawings.told(replace(NOTICE, step=step), phone)
    drawings.told(NOTICE, other)
    other.wait()
    assert phone.shown == [("i-1", "A drawing.", b"i-1")]


def test_good_news_and_ways_that_cannot_show_are_followed_by_nothing(start: Callable[..., Drawings]):
    drawings, phone = start(), Phone()
    drawings.keep(GLIMPSE)
    drawings.told(replace(NOTICE, urgent=False), phone)
    drawings.told(NOTICE, lambda _: True)
    drawings.told(NOTICE, phone)
    assert len(phone.wait()) == 1


def test_of_an_incident_of_which_nothing_was_seen_there_are_words_alone(
    start: Callable[..., Drawings], caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    drawings, phone = start(), Phone()
    drawings.told(NOTICE, phone)
    drawings.keep(Glimpse("i-2", ()))
    drawings.told(replace(NOTICE, incident="i-2"), phone)
    drawings.keep(GLIMPSE)
    drawings.told(NOTICE, phone)
    assert [incident for incident, _, _ in phone.wait()] == ["i-1"]
    assert "event=no_drawing contact=Anna incident=i-2" in caplog.text


def test_a_drawing_that_is_not_taken_is_given_up(start: Callable[..., Drawings], caplog: pytest.LogCaptureFixture):
    drawings, phone = start(), Phone()
    phone.takes = False
    for incident in ("i-1", "i-2"):
        drawings.keep(replace(GLIMPSE, incident=incident))
        drawings.told(replace(NOTICE, incident=incident), phone)
    phone.wait(2)
    assert "event=drawing_not_sent contact=Anna incident=i-1" in caplog.text


def test_a_provider_that_hangs_holds_up_neither_the_words_nor_the_end(start: Callable[..., Drawings]):
    drawings, phone = start(), Phone()
    phone.hangs = True
    drawings.keep(GLIMPSE)
    drawings.told(NOTICE, phone)
    phone.wait()
    for number in range(200):
        drawings.told(replace(NOTICE, incident=f"i-{number}"), Phone())
    drawings.stop(0.01)
    phone.released.set()


def test_old_glimpses_make_room_also_for_one_that_waits(start: Callable[..., Drawings]):
    drawings, phone, other = start(), Phone(), Phone()
    phone.hangs = True
    drawings.keep(GLIMPSE)
    drawings.told(NOTICE, phone)
    phone.wait()
    drawings.told(NOTICE, other)
    for number in range(KEPT):
        drawings.keep(replace(GLIMPSE, incident=f"new-{number}"))
    drawings.told(replace(NOTICE, incident="new-0"), other)
    phone.released.set()
    assert [incident for incident, _, _ in other.wait()] == ["new-0"]


def test_drawings_that_never_began_end():
    Drawings().stop()


@pytest.mark.parametrize("language", languages.known())
def test_a_drawing_says_what_it_is(language: str):
    book = languages.phrasebook(language)
    fallen = tuple(seen(step / 10, tilted(90 * min(1.0, max(0.0, (step - 30) / 8)) ** 2)) for step in range(70))
    drawing = drawing_of(Glimpse("i-1", fallen), book)
    assert drawing is not None
    assert drawing.caption == book.say(FALLEN)
    assert drawing.png.startswith(b"\x89PNG")
    only_seen = drawing_of(GLIMPSE, book)
    assert only_seen is not None
    assert only_seen.caption == book.say(SEEN)
    assert drawing_of(Glimpse("i-1", ())) is None
