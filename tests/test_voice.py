"""The voice under programs that hang, and sentences that overtake each other."""

import itertools
import threading

import pytest
from brokers import Told

from guardian.commands import Speak
from guardian.events import Event, FaultCleared, FaultOccurred
from guardian.io.utterance import SILENCE
from guardian.io.voice import Mute, Voice

ASKS, CALLS = Speak("Are you all right?", 0.01, 0), Speak("Help is being called.", 60.0, 0)


class Spoken:
    """Stands in for one utterance; `speak` ends when it may."""

    def __init__(self, room: "Room") -> None:
        self.room, self.was_cut, self.hangs = room, False, False
        self.ended = threading.Event()

    def speak(self, text: str, seconds: float) -> str:
        assert seconds > 0
        self.room.heard(text)
        if self.room.slow:
            self.ended.wait(20.0)
        return self.room.broken

    def cut_short(self) -> None:
        self.was_cut = True
        self.ended.set()


class Room:
    """Where the voice is heard."""

    def __init__(self, retry_seconds: float = 60.0) -> None:
        self.heard: Told[str] = Told()
        self.told: Told[Event] = Told()
        self.slow, self.broken = False, ""
        self.made: list[Spoken] = []
        clock = itertools.count(7)
        self.voice = Voice(self.make, self.told, lambda: float(next(clock)), retry_seconds=retry_seconds)

    def make(self) -> Spoken:
        self.made.append(Spoken(self))
        return self.made[-1]

    def sentences(self, count: int) -> list[str]:
        """The first so many that were not silent."""
        found = self.heard.wait_for(lambda things: len([each for each in things if each != SILENCE]) >= count)
        return [each for each in found if each != SILENCE]


@pytest.fixture
def room() -> Room:
    return Room()


def test_it_tries_itself_without_a_sound_at_the_start(room: Room):
    room.voice.start()
    assert list(room.heard.wait_for(bool)) == [SILENCE]
    room.voice.stop()
    assert room.told.things == []


def test_a_sentence_is_said_again_and_again(room: Room):
    room.voice.start()
    room.voice.say(ASKS)
    assert set(room.sentences(4)) == {ASKS.text}
    room.voice.stop()


def test_one_that_is_said_so_often_is_not_said_more_often(room: Room):
    room.voice.start()
    room.voice.say(Speak("The alarm is over.", 0.01, 2))
    room.sentences(2)
    room.voice.say(Speak("The drill is over.", 0.01, 1))
    assert room.sentences(3) == ["The alarm is over.", "The alarm is over.", "The drill is over."]
    room.voice.stop()


def test_the_newest_cuts_short_what_is_being_said_and_what_was_not_said_yet_never_is(room: Room):
    room.slow = True
    room.voice.start()
    room.heard.wait_for(bool)
    for number in range(50):
        room.voice.say(Speak(f"Number {number}.", 60.0, 0))
    room.voice.say(CALLS)
    assert room.heard.wait_for(lambda things: CALLS.text in things)[-1] == CALLS.text
    assert all(sentence.was_cut for sentence in room.made[:-1])
    room.voice.stop()


def test_silence_ends_what_is_being_said(room: Room):
    room.voice.start()
    room.voice.say(ASKS)
    room.sentences(1)
    room.voice.say(Speak(""))
    count = len(room.heard.things)
    room.voice.say(Speak("The alarm is over."))
    later = room.heard.wait_for(lambda things: "The alarm is over." in things)
    assert list(later[count:]).count(ASKS.text) <= 1
    room.voice.stop()


def test_whoever_hands_a_sentence_over_never_waits_for_a_program_that_hangs(room: Room):
    room.slow = True
    room.voice.start()
    room.heard.wait_for(bool)
    handed = threading.Thread(target=lambda: [room.voice.say(CALLS) for _ in range(1_000)])
    handed.start()
    handed.join(10.0)
    assert not handed.is_alive()
    room.voice.stop()


def test_of_programs_that_cannot_be_ended_there_is_never_a_second_one(room: Room):
    room.voice.start()
    room.heard.wait_for(bool)
    room.made[0].hangs = True
    room.voice.say(CALLS)
    room.voice.say(ASKS)
    room.made[0].hangs = False
    assert set(room.sentences(1)) == {ASKS.text}
    room.voice.stop()


def test_a_voice_that_fails_is_one_fault_and_its_end_is_told():
    room = Room(retry_seconds=0.01)
    room.broken = "aplay failed (no such device)"
    room.voice.start()
    room.voice.say(ASKS)
    room.sentences(1)
    room.broken = ""
    room.told.wait_for(lambda things: len(things) >= 2)
    fault, cleared = room.told.things
    assert isinstance(fault, FaultOccurred)
    assert fault.part == "voice"
    assert fault.reasons == ("The box cannot speak: aplay failed (no such device). It rings and calls as ever.",)
    assert isinstance(cleared, FaultCleared)
    assert cleared.part == "voice"
    room.voice.stop()


def test_while_it_fails_it_is_tried_again_without_a_sound():
    room = Room(retry_seconds=0.01)
    room.broken = "espeak-ng is not installed"
    room.voice.start()
    room.heard.wait_for(lambda things: len(things) >= 3)
    assert set(room.heard.things) == {SILENCE}
    room.voice.stop()
    assert len(room.told.things) == 1


def test_stopping_cuts_it_short_and_ends_the_thread(room: Room):
    room.slow = True
    room.voice.start()
    room.heard.wait_for(bool)
    room.voice.stop(20.0)
    assert not room.voice._thread.is_alive()
    assert room.made[-1].was_cut


def test_one_that_never_began_is_stopped_all_the_same(room: Room):
    room.voice.say(CALLS)
    room.voice.stop()
    assert room.heard.things == []


def test_a_box_without_a_voice_says_nothing():
    mute = Mute()
    mute.start()
    mute.say(CALLS)
    mute.stop()
