import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.configuration import languages
from guardian.phrasebook import ENGLISH, FIELD, WORDED, Phrasebook, fields, find

BOOK = Phrasebook(
    "de",
    messages={"{who} has fallen": "{who} ist gestürzt"},
    sentences={
        "Still for {duration}{where}.": "{duration} lang still{where}.",
        "{sense} was pressed.": "Gedrückt wurde: {sense}.",
        "Walked {metres} m.": "Ging {metres} m.",
        "{sense} tells of {what}.": "{sense} meldet {what}.",
        "{sense} tells of {what} again.": "{sense} meldet wieder {what}.",
    },
    words={
        "{number} minutes": "{number} Minuten",
        " on the {place}": " ({place})",
        "sofa {number}": "Couch {number}",
        "button": "Knopf",
        "sense {name}": "Sensor {name}",
    },
    decimal=",",
)
BOOKS = [languages.phrasebook(code) for code in languages.known() if code != "en"]
ENGLISH_WORDS = {
    "days": st.sampled_from(["days", "weekdays", "weekend days"]),
    "doing": st.sampled_from(["up", "in the kitchen"]),
    "duration": st.sampled_from(["45 minutes", "3.5 hours", "4 hours"]),
    "kind": st.sampled_from(["bed", "mat"]),
    "last": st.sampled_from(
        ["today", "3 days ago", "nobody was seen at all.", "the last time that somebody was seen is 2.5 hours ago."]
    ),
    "limit": st.sampled_from(["90 minutes", "12 hours"]),
    "month": st.sampled_from(["January", "May", "December"]),
    "most": st.sampled_from(["90 minutes", "2.5 hours"]),
    "often": st.sampled_from(["0-2 on 19 of 21 days", "1-3 on 8 of 8 weekend days"]),
    "outcome": st.sampled_from(["helped", "false alarm"]),
    "part": st.sampled_from(["camera", "disk", "broker"]),
    "rested": st.sampled_from(["45 s", "12 min", "5 h", "3 days"]),
    "role": st.sampled_from(["caregiver", "installer"]),
    "silence": st.sampled_from(["1 day", "2 days", "10 seconds", "1 hour", "90 seconds", "1 minute"]),
    "tilt": st.sampled_from(["down", "upwards"]),
    "turn": st.sampled_from(["clockwise", "anticlockwise"]),
    "usual": st.sampled_from(["07:40 (06:50-08:30 on 19 of 21 weekdays)", "23:05 (22:00-00:30 on 20 of 20 days)"]),
    "usually": st.sampled_from(["", "; usually 12 minutes"]),
    "when": st.sampled_from(["and everybody had gone out", "at 03:12, when the household is asleep"]),
    "where": st.sampled_from(["", " on the sofa", " in the bed", " at the garden door"]),
}
NUMBERS = ("shoulders", "hips", "seconds", "number", "minutes", "hours", "now", "before", "brightness", "contrast")
names = st.from_regex(r"[A-Za-zÄäßñé浴室0-9]([A-Za-zÄäßñé浴室0-9 -]{0,20}[A-Za-zÄäßñé浴室0-9])?", fullmatch=True)
numbers = st.one_of(st.integers(0, 9_999).map(str), st.floats(0, 99).map(lambda value: f"{value:.1f}"))


def values_of(template: str) -> st.SearchStrategy[dict[str, str]]:
    """What may stand in the places of a template."""
    return st.fixed_dictionaries(
        {name: ENGLISH_WORDS.get(name, numbers if name in NUMBERS else names) for name in fields(template)}
    )


def filled(template: str, values: dict[str, str]) -> str:
    return FIELD.sub(lambda place: values[place[1]], template)


def test_english_is_said_as_it_is_written():
    assert ENGLISH.say("{who} has fallen", who="Mary") == "Mary has fallen"
    assert ENGLISH.retell("Still for 45 minutes.") == "Still for 45 minutes."
    assert ENGLISH.word("button") == ENGLISH.phrase("button") == "button"
    assert ENGLISH.gaps("") == ()


def test_a_message_is_said_by_its_key_with_its_values():
    assert BOOK.say("{who} has fallen", who="Mary") == "Mary ist gestürzt"
    assert BOOK.say("{who} has risen", who="Mary") == "Mary has risen"


@pytest.mark.parametrize("name", ["{who}", "{0}", "{", "100 %s", "button", "45 minutes", "\\1"])
def test_what_somebody_is_called_is_never_taken_for_words_of_ours(name: str):
    assert BOOK.say("{who} has fallen", who=name) == f"{name} ist gestürzt"
    assert BOOK.retell(f"{name} was pressed.") == f"Gedrückt wurde: {name}."


def test_words_within_a_sentence_are_translated_and_may_be_left_out():
    assert BOOK.retell("Still for 45 minutes on the sofa.") == "45 Minuten lang still (sofa)."
    assert BOOK.retell("Still for 45 minutes.") == "45 Minuten lang still."


def test_a_learned_place_is_called_by_its_kind_and_one_that_was_named_by_its_name():
    assert BOOK.retell("Still for 45 minutes on the sofa 2.") == "45 Minuten lang still (Couch 2)."
    assert BOOK.retell("Still for 45 minutes on the sofa bed.") == "45 Minuten lang still (sofa bed)."
    assert BOOK.gaps("Still for 45 minutes on the sofa bed.") == ()


def test_a_number_is_written_as_in_the_language():
    assert BOOK.retell("Walked 0.7 m.") == "Ging 0,7 m."
    assert BOOK.retell("Walked 192.168.1.20 m.") == "Ging 192.168.1.20 m."


def test_of_two_templates_the_one_with_more_of_its_own_counts():
    assert BOOK.retell("Bath radar tells of a fall again.") == "Bath radar meldet wieder a fall."


def test_what_has_no_template_is_told_in_english_and_known_as_a_gap():
    assert BOOK.retell("The sky is falling.") == "The sky is falling."
    assert BOOK.gaps("The sky is falling.") == ("The sky is falling.",)
    assert BOOK.retell("Still for 3 hours.") == "3 hours lang still."
    assert BOOK.gaps("Still for 3 hours.") == ("3 hours",)
    assert BOOK.gaps("Still for 3 minutes on the sofa.") == ()


def test_a_word_is_one_of_ours_or_stays_as_it_is():
    assert (BOOK.word("button"), BOOK.word("Anna")) == ("Knopf", "Anna")
    assert BOOK.word("sense radar") == "sense radar"
    assert (BOOK.phrase("sense radar"), BOOK.phrase("warp drive")) == ("Sensor radar", "warp drive")


def test_every_place_of_words_has_words_to_be_tried_with():
    assert set(ENGLISH_WORDS) == set(WORDED)


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.language)
@given(st.data())
def test_a_sentence_is_found_again_by_its_template_with_the_same_values(book: Phrasebook, data: st.DataObject):
    template = data.draw(st.sampled_from(sorted(book.sentences)))
    values = data.draw(values_of(template))
    assert find(filled(template, values), book.sentences) == (template, values)


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.language)
@given(st.data())
def test_a_sentence_is_told_whole_in_every_language(book: Phrasebook, data: st.DataObject):
    template = data.draw(st.sampled_from(sorted(book.sentences)))
    values = data.draw(values_of(template))
    told = book.retell(filled(template, values))
    assert told != filled(template, values)
    assert not book.gaps(filled(template, values))
    assert "{" not in told
    for name, value in values.items():
        assert name in WORDED or value.replace(".", book.decimal) in told


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.language)
def test_no_template_could_be_another(book: Phrasebook):
    """A sentence may fit a shorter template too ("no longer tells of", of what is called "x no longer"), never an equal
    or a longer one: then it would be chance which is taken.
    """
    shortest = dict.fromkeys(WORDED, "4 hours") | {"days": "days", "month": "May", "usually": "", "where": ""}
    for template in book.sentences:
        text = filled(
            template, {name: shortest.get(name, "1" if name == "number" else "x") for name in fields(template)}
        )
        others = {other: told for other, told in book.sentences.items() if other != template}
        rival = find(text, others)
        assert rival is None or letters(rival[0]) < letters(template)


def letters(template: str) -> int:
    return len(FIELD.sub("", template))
