"""What a household reads in its own language: all of it, with every value."""

import calendar
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import golden
import pytest
import sentences
from bodies import seated, standing
from lived import Lived, figure
from watched import EVERYWHERE, Watched

from guardian import configuration, human_requests, messages
from guardian.configuration import languages
from guardian.day import Day
from guardian.errors import ConfigurationError
from guardian.events import StillnessExceeded
from guardian.identity import Recognition
from guardian.incident import Incident, IncidentState
from guardian.phrasebook import ENGLISH, Phrasebook
from guardian.posture import Posture
from guardian.readings import Heard
from guardian.sense import Sense
from guardian.senses import Senses
from guardian.settings import Behaviour, Place
from guardian.transitions import OUTCOMES
from guardian.web.words import DEEDS

TODAY = date(2025, 6, 4)
CODES = [code for code in languages.known() if code != "en"]
LONGEST_TITLE = 75
"""Characters; a phone's lock screen shows two lines of some 40."""
TOLD_OF = ("FallSuspected", "FallConfirmed", "PersonDown", "PersonRecovered", "LongLie", "ViewLost", "ViewRestored")
NOT_SPOKEN = "'fr' is no language that Guardian speaks; one of en, de, es, zh-TW would be right"
ALIKE = {"ALARM: {what}", "{time}, {ago}", " ({place})", "{text}.", ", ", " ", "{box}: {text}", "s", "Alarm", "Live"}
"""Texts that may be the same in another language."""
PROGRAMS = (
    "Content-Type",
    "the body",
    "at most {} bytes",
    "only Guardian's own page",
    "there is no {} here",
    "there is no room {} with a camera",
    "texts by",
    '{"name"',
    "role is none",
    "limit is",
    "by is missing",
    "name and password are",
)
"""What is said to a program that does not ask as the page does, and to nobody else."""
ROOM = "rooms: [{name: kitchen, camera: {source: csi}}]\n"


@pytest.fixture(params=CODES)
def book(request: pytest.FixtureRequest) -> Phrasebook:
    return languages.phrasebook(request.param)


# No key is missing, and none is of nothing.


def test_the_languages_of_the_issue_are_there_and_english_comes_first():
    assert languages.known()[0] == "en"
    assert {"de", "es", "zh-TW"} <= set(CODES)
    assert languages.phrasebook("en") is ENGLISH


def test_every_message_has_a_translation(book: Phrasebook):
    missing = {key: where for key, where in sentences.said_by_key().items() if key not in book.messages}
    assert not missing, f"add to `messages` in guardian/languages/{book.language}.yaml: {missing}"


def test_every_sentence_that_the_code_composes_has_a_translation(book: Phrasebook):
    there = {sentences.skeleton(key) for key in book.sentences}
    missing = {text: where for text, where in sentences.said_to_humans().items() if text not in there}
    assert not missing, f"add to `sentences` in guardian/languages/{book.language}.yaml: {missing}"


def test_every_text_of_the_page_has_a_translation_and_no_other_has(book: Phrasebook):
    missing = {key: where for key, where in sentences.on_the_page().items() if key not in book.page}
    assert not missing, f"add to `page` in guardian/languages/{book.language}.yaml: {missing}"
    assert set(book.page) <= set(sentences.on_the_page())


def test_whoever_is_refused_on_the_page_is_told_why_in_their_language(book: Phrasebook):
    there = {sentences.skeleton(key) for key in book.sentences}
    missing = {text: where for text, where in sentences.refused().items() if text not in there}
    asked_wrongly = {text for text in missing if text.startswith(PROGRAMS)}
    assert set(missing) == asked_wrongly, f"add to `sentences` in guardian/languages/{book.language}.yaml"


def test_what_somebody_did_is_told_in_every_language(book: Phrasebook):
    assert {deed for deed in DEEDS.values() if book.recall(deed) == deed} == set()
    for noted in ("let Anna in as caregiver", "closed an alarm (helped): Flur", "signed in"):
        told = book.recall(noted)
        assert told != noted
        assert not {"helped", "caregiver"} & set(told.replace("(", " ").replace(")", " ").split())


def test_every_word_that_a_message_names_has_a_translation(book: Phrasebook):
    ways = sentences.given("via") - {"mqtt"}  # that is its name everywhere
    named = {*OUTCOMES.values(), *human_requests.OUTCOMES, *ways, *sentences.given("by"), *calendar.month_name[1:]}
    assert named <= set(book.words)
    untold = [part for part in sentences.parts() if book.phrase(f"{part}radar" if part.endswith(" ") else part) == part]
    assert set(untold) <= {"panel", "mqtt"}  # which are the same in some languages
    assert {"panel", "mqtt"} <= set(book.words)
    assert not book.phrase("sense radar").startswith("sense ")


def test_no_translation_is_of_something_that_is_said_no_more(book: Phrasebook):
    assert set(book.messages) <= set(sentences.said_by_key())
    assert {sentences.skeleton(key) for key in book.sentences} <= sentences.everything()


def test_all_languages_say_the_same_things():
    books = [languages.phrasebook(code) for code in CODES]
    for section in languages.SECTIONS:
        assert len({frozenset(getattr(each, section)) for each in books}) == 1


def test_modules_that_tell_nobody_are_still_there_and_still_speak():
    assert set(sentences.NOT_TOLD) <= set(sentences.modules())


def test_no_translation_is_empty_or_left_in_english(book: Phrasebook):
    for key, told in {**book.messages, **book.page, **book.sentences}.items():
        assert told or key == " "
        assert told != key or key in ALIKE, key
    assert all(told for told in book.words.values())


def test_a_title_fits_a_lock_screen(book: Phrasebook):
    for kind in messages.HEADLINES:
        incident = Incident(
            id="i-1",
            room="Wohnzimmer",
            kind=kind,
            state=IncidentState.ACKNOWLEDGED,
            opened=0.0,
            changed=0.0,
            person="Margarete",
            acknowledged_by="Bruno",
        )
        assert len(messages.title(replace(incident, state=IncidentState.RAISED), book)) <= LONGEST_TITLE
        assert len(messages.title(incident, book)) <= LONGEST_TITLE + 25


# What the stages really say is found again.


@pytest.mark.parametrize("name", golden.names())
def test_what_is_seen_in_a_golden_scene_is_told_whole(name: str):
    seen = [event for event in golden.happenings(golden.load(name)) if type(event).__name__ in TOLD_OF]
    assert {gap for code in CODES for event in seen for gap in gaps(code, event.reasons)} == set()


def gaps(code: str, reasons: tuple[str, ...]) -> list[str]:
    return [gap for reason in reasons for gap in languages.phrasebook(code).gaps(reason)]


UP, SLEEPER = figure(), figure(Posture.LYING, "bed")
STRANGER = figure(recognition=Recognition.STRANGER, track=7)


def history(**fields: object) -> list[Day]:
    """Days that are over, all alike."""
    usual = {"rising": 450, "kitchen": 480, "night_visits": 1, "watched": 86_400, "gap": 1_800, "night_up": 600}
    days = (TODAY - timedelta(days=ago) for ago in range(1, 31))
    return [Day(date=day, who="", **{**usual, **fields}) for day in days]  # type: ignore[arg-type]


def late_morning() -> Lived:
    return Lived("2025-06-04T03:00", days=history(), behaviour={"check_in": "10:00"}).until("10:10", "bedroom", SLEEPER)


def restless_night() -> Lived:
    lived = Lived("2025-06-03T23:00", days=history())
    for _ in range(6):
        lived.be(14, "bedroom", SLEEPER).be(10, "bathroom", UP)
    return lived


def first_night() -> Lived:
    return Lived("2025-06-03T21:00").until("22:00", "kitchen", UP).until("02:00").be(60, "kitchen", UP)


def gone_by_day() -> Lived:
    return Lived("2025-06-04T07:30", days=history(gap=9_000)).until("10:00", "kitchen", UP).until("16:00")


def never_seen() -> Lived:
    lived = Lived("2025-06-04T09:00", behaviour={"check_in": "10:00"}).until("11:00")
    return lived.be(5, "kitchen", UP)


def stranger_at_night() -> Lived:
    return Lived("2025-06-04T02:00").be(10, "bedroom", SLEEPER).be(5, "hall", STRANGER)


def stranger_while_out() -> Lived:
    return Lived("2025-06-04T12:00").be(1, "hall", figure(place="exit")).be(60).be(1, "hall", STRANGER)


LIVES = (late_morning, restless_night, first_night, gone_by_day, never_seen, stranger_at_night, stranger_while_out)


@pytest.mark.parametrize("live", LIVES)
def test_what_is_unusual_in_a_home_is_told_whole(live: Callable[[], Lived]):
    events = live().events
    assert events
    assert {gap for code in CODES for event in events for gap in gaps(code, event.reasons)} == set()


@pytest.mark.parametrize(("kind", "hour"), [("", 12), ("sofa", 12), ("chair", 23), ("door", 13)])
def test_who_does_not_move_is_told_of_whole(kind: str, hour: int):
    places = [Place.model_validate({"name": f"the {kind}", "kind": kind, "polygon": EVERYWHERE})] if kind else []
    limits = Behaviour(stillness_minutes=5, stillness_minutes_bed=60)
    watched = Watched(*places, fps=0.5, hour=hour, behaviour=limits).show(10, standing()).show(400, seated())
    told = [event for event in watched.events if isinstance(event, StillnessExceeded)]
    assert told
    assert {gap for code in CODES for event in told for gap in gaps(code, event.reasons)} == set()


@pytest.mark.parametrize("seconds", [10, 60, 75.5, 90, 120, 3_600, 7_200, 86_400, 172_800])
def test_how_long_a_sense_was_silent_is_told_whole(seconds: float):
    sense = {"name": "bath radar", "room": "bath", "topic": "z/bath", "device": "zigbee2mqtt_tuya_fall"}
    senses = Senses([Sense.model_validate({**sense, "stale_after_seconds": seconds})], 0.0)
    (fault,) = senses.tick(seconds + 1)
    assert [gap for code in CODES for gap in gaps(code, fault.reasons)] == []


def test_what_a_radar_and_a_button_tell_of_is_told_whole():
    radar = {"name": "bath radar", "room": "bath", "topic": "z/bath", "device": "esphome_mr24fdb1", "recovery": True}
    button = {"name": "pendant", "topic": "z/pendant", "device": "zigbee2mqtt_button"}
    senses = Senses([Sense.model_validate(each) for each in (radar, button)], 0.0)
    said = ["Suspected", "Real", "None", "Suspected", "None", "Real", "None", "Real"]
    heard = [Heard(2.0 * number, "z/bath", word.encode(), retained=False) for number, word in enumerate(said)]
    heard.append(Heard(50.0, "z/pendant", b'{"action": "emergency"}', retained=False))
    events = [event for each in heard for event in senses.hear(each)]
    events += [event for now in (60, 100) for event in senses.tick(now)]
    heard_none = senses.hear(Heard(101.0, "z/bath", b"None", retained=False))
    events += [*heard_none, *senses.tick(200.0)]
    assert len({reason for event in events for reason in event.reasons}) >= 5
    assert [gap for code in CODES for event in events for gap in gaps(code, event.reasons)] == []


# A file that is wrong is refused with the line.


GOOD = 'name: "x"\nmessages:\n  "{who} has fallen": "{who} fiel"\npage: {}\nsentences: {}\nwords: {}\n'


def test_a_language_is_one_file():
    book = languages.parse(GOOD, "xx.yaml", "xx")
    assert book.say("{who} has fallen", who="Mary") == "Mary fiel"
    assert (book.language, book.name, book.decimal) == ("xx", "x", ".")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            GOOD.replace("{who} fiel", "fiel"),
            "xx.yaml:3: messages.{who} has fallen: has other places for values; {who} would be",
        ),
        (GOOD.replace("{who} fiel", "{wer} fiel"), "has other places for values; {who} would be"),
        (GOOD.replace("{who} fiel", "{who} und {who} fielen"), "has other places for values"),
        (GOOD.replace("words: {}", "words: {up: {a}}"), "xx.yaml:6: words.up: "),
        (
            GOOD.replace("words: {}", "words: {up: 3}"),
            "xx.yaml:6: words.up: is no text; quotes around it would be right",
        ),
        (GOOD.replace("words: {}", "words: {up: '{x}'}"), "has other places for values; none would be"),
        (GOOD.replace("words: {}\n", ""), "xx.yaml:1: words: is missing"),
        (GOOD + "more: {}\n", "xx.yaml:7: more: is no part of a language; name, decimal, messages"),
        ("- a\n", "messages: is missing"),
        (GOOD + "words: {}\n", "xx.yaml:7: words: is given twice"),
    ],
)
def test_a_wrong_file_of_a_language_is_told_with_its_line_and_what_would_be_right(text: str, message: str):
    with pytest.raises(ConfigurationError) as caught:
        languages.parse(text, "xx.yaml", "xx")
    assert message in str(caught.value)


def test_a_language_that_guardian_does_not_speak_is_refused_with_those_that_it_does():
    for code in languages.known():
        settings = configuration.parse(f"{ROOM}household:\n  language: {code}\n", "g.yaml")
        assert languages.phrasebook(settings.household.language).language == code
    with pytest.raises(ConfigurationError) as caught:
        configuration.parse(f"{ROOM}household:\n  id: x\n  language: fr\n", "g.yaml")
    assert str(caught.value) == f"g.yaml:4: household.language: {NOT_SPOKEN}"
    with pytest.raises(ConfigurationError, match=NOT_SPOKEN):
        languages.phrasebook("fr")
