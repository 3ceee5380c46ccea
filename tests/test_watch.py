import threading
from collections.abc import Callable, Iterable, Iterator
from queue import SimpleQueue

import pytest

from guardian.errors import SourceError
from guardian.eye.orders import EyeSettings
from guardian.eye.watch import FILM_ENDED, Cut, Greeted, Seen, Sight, Watch
from guardian.eye.wire import Confinement, End, Hello, Reason, Record
from guardian.settings import Camera
from guardian.skeleton import Observation

HELLO = Hello(640, 480, Confinement(landlock=7, seccomp=True, no_new_privs=True, undumpable=True))
FRAME = Observation(time=1.0, frame=1)
SECONDS = 20.0


class FakeEye:
    """Says its records, then raises or waits to be stopped."""

    pid = 4711

    def __init__(self, records: Iterable[Record], error: Exception | None = None, *, waits: bool = False) -> None:
        self._records, self._error, self._waits = records, error, waits
        self.stopped, self.told = threading.Event(), 0

    def look_anew(self) -> None:
        self.told += 1

    def records(self) -> Iterator[Record]:
        yield from self._records
        if self._waits:
            assert self.stopped.wait(SECONDS)
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        self.stopped.set()

    def end(self) -> None:
        self.stopped.set()

    def __enter__(self) -> "FakeEye":  # noqa: PYI034 - typing has no Self in Python 3.10
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Eyes:
    """Hands out the eyes that it was given, one after the other; the last one is kept open."""

    def __init__(self, *eyes: FakeEye) -> None:
        self._eyes = list(eyes)
        self.opened = 0

    def __call__(self, _: EyeSettings) -> FakeEye:
        self.opened += 1
        return self._eyes.pop(0) if self._eyes else FakeEye((), waits=True)


def orders(source: str) -> EyeSettings:
    return EyeSettings(camera=Camera(source=source))


def watch(source: str, start_eye: Callable[[EyeSettings], object]) -> tuple[Watch, "SimpleQueue[Sight]"]:
    said: SimpleQueue[Sight] = SimpleQueue()
    thread = Watch("kitchen", orders(source), said.put, start_eye=start_eye, pauses=(0.0,))
    thread.start()
    return thread, said


def test_what_the_eye_says_is_passed_on_with_the_name_of_the_room():
    thread, said = watch("/dev/video0", Eyes(FakeEye((HELLO, FRAME), waits=True)))
    assert said.get(timeout=SECONDS) == Greeted("kitchen", HELLO)
    assert said.get(timeout=SECONDS) == Seen("kitchen", FRAME)
    thread.stop()


def test_an_eye_that_dies_is_told_and_another_one_is_opened():
    eyes = Eyes(FakeEye((HELLO,), SourceError("the camera is gone")), FakeEye((HELLO, FRAME), waits=True))
    thread, said = watch("/dev/video0", eyes)
    told = [said.get(timeout=SECONDS) for _ in range(4)]
    assert told == [Greeted("kitchen", HELLO), Cut("kitchen", "the camera is gone"), *_seen_again()]
    thread.stop()
    assert eyes.opened == 2


def _seen_again() -> list[Sight]:
    return [Greeted("kitchen", HELLO), Seen("kitchen", FRAME)]


def test_a_system_that_has_no_process_left_is_tried_again():
    eyes = Eyes(FakeEye((FRAME,), waits=True))
    attempts: list[EyeSettings] = []

    def start_eye(settings: EyeSettings) -> FakeEye:
        attempts.append(settings)
        if len(attempts) == 1:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return eyes(settings)

    thread, said = watch("/dev/video0", start_eye)
    assert said.get(timeout=SECONDS) == Cut("kitchen", "[Errno 11] Resource temporarily unavailable")
    assert said.get(timeout=SECONDS) == Seen("kitchen", FRAME)
    thread.stop()


@pytest.mark.parametrize("source", ["/dev/video0", "rtsp://camera/1", "csi:1"])
def test_a_camera_that_ends_is_opened_again(source: str):
    thread, said = watch(source, Eyes(FakeEye((End(Reason.END_OF_FILE),)), FakeEye((FRAME,), waits=True)))
    assert said.get(timeout=SECONDS) == Cut("kitchen", "The camera gives no more pictures.")
    assert said.get(timeout=SECONDS) == Seen("kitchen", FRAME)
    thread.stop()


def test_a_film_that_has_ended_is_not_played_again():
    eyes = Eyes(FakeEye((FRAME, End(Reason.END_OF_FILE))))
    thread, said = watch("film.mp4", eyes)
    thread.join(SECONDS)
    assert [said.get(timeout=SECONDS), said.get(timeout=SECONDS)] == [
        Seen("kitchen", FRAME),
        Cut("kitchen", FILM_ENDED),
    ]
    assert eyes.opened == 1
    thread.stop()


def test_stopping_ends_the_eye_and_says_nothing_more():
    eye = FakeEye((FRAME,), waits=True)
    thread, said = watch("/dev/video0", Eyes(eye))
    said.get(timeout=SECONDS)
    assert thread.pid == FakeEye.pid
    thread.stop()
    assert eye.stopped.is_set()
    assert not thread.is_alive()
    assert said.empty()
    assert thread.pid is None


def test_a_closed_eye_is_ended_and_nothing_is_said_until_it_is_opened_again():
    first, second = FakeEye((FRAME,), waits=True), FakeEye((HELLO, FRAME), waits=True)
    eyes = Eyes(first, second)
    thread, said = watch("/dev/video0", eyes)
    said.get(timeout=SECONDS)
    thread.close()
    assert first.stopped.is_set()
    wait_for(lambda: thread.pid is None)
    assert (said.empty(), eyes.opened, thread.failed) == (True, 1, False)
    thread.close()
    thread.open()
    assert [said.get(timeout=SECONDS) for _ in range(2)] == _seen_again()
    assert thread.pid == FakeEye.pid
    thread.stop()


def test_one_that_is_closed_from_the_start_opens_no_eye_and_can_be_stopped():
    eyes, said = Eyes(), SimpleQueue[Sight]()
    thread = Watch("kitchen", orders("/dev/video0"), said.put, start_eye=eyes)
    thread.close()
    thread.start()
    thread.stop()
    assert (eyes.opened, said.empty(), thread.is_alive()) == (0, True, False)


def test_closed_and_opened_at_once_it_has_another_eye_and_tells_of_no_end():
    first = FakeEye((FRAME,), waits=True)
    thread, said = watch("/dev/video0", Eyes(first, FakeEye((HELLO, FRAME), waits=True)))
    said.get(timeout=SECONDS)
    thread.close()
    thread.open()
    assert [said.get(timeout=SECONDS) for _ in range(2)] == _seen_again()
    thread.stop()


def test_an_eye_that_starts_while_it_is_closed_is_ended_at_once():
    started, go_on = threading.Event(), threading.Event()
    first = FakeEye((), waits=True)

    def slowly(_: EyeSettings) -> FakeEye:
        started.set()
        assert go_on.wait(SECONDS)
        return first

    thread, said = watch("/dev/video0", slowly)
    assert started.wait(SECONDS)
    closing = threading.Thread(target=thread.close)
    closing.start()
    go_on.set()
    closing.join(SECONDS)
    assert first.stopped.wait(SECONDS)
    wait_for(lambda: thread.pid is None)
    assert said.empty()
    thread.stop()


def test_closed_while_it_waits_for_another_attempt_it_makes_none_until_it_is_opened():
    eyes = Eyes(FakeEye((), SourceError("gone")), FakeEye((FRAME,), waits=True))
    said: SimpleQueue[Sight] = SimpleQueue()
    thread = Watch("kitchen", orders("/dev/video0"), said.put, start_eye=eyes, pauses=(SECONDS * 10,))
    thread.start()
    assert said.get(timeout=SECONDS) == Cut("kitchen", "gone")
    thread.close()
    thread.open()
    wait_for(lambda: eyes.opened == 2)  # and not after the pause that it had begun
    thread.stop()


def wait_for(wanted: Callable[[], bool]) -> None:
    tries = threading.Event()
    assert any(wanted() or tries.wait(0.01) for _ in range(int(SECONDS / 0.01)))


def test_a_fault_of_its_own_is_no_end_that_anybody_wanted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    film, _ = watch("film.mp4", Eyes(FakeEye((End(Reason.END_OF_FILE),))))
    broken, _ = watch("/dev/video0", Eyes(FakeEye((), RuntimeError("a fault in the watch"))))
    stopped, _ = watch("/dev/video0", Eyes(FakeEye((), waits=True)))
    assert not stopped.failed
    stopped.stop()
    film.join(SECONDS)
    broken.join(SECONDS)
    assert [thread.failed for thread in (film, stopped, broken)] == [False, False, True]


def test_one_that_never_ran_can_be_stopped():
    Watch("kitchen", orders("/dev/video0"), lambda _: None, start_eye=Eyes()).stop()


def test_the_eye_that_is_open_is_told_to_look_anew():
    eye = FakeEye((FRAME,), waits=True)
    thread, said = watch("/dev/video0", Eyes(eye))
    said.get(timeout=SECONDS)
    thread.look_anew()
    assert eye.told == 1
    thread.stop()
    thread.look_anew()
    assert eye.told == 1
