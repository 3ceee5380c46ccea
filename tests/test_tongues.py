import json

import pytest

from guardian.phrasebook import ENGLISH, Phrasebook
from guardian.web.page import STATIC
from guardian.web.tongues import Tongues, page, retold

GERMAN = Phrasebook(
    "de",
    "Deutsch",
    {"Today": "Heute", "Yes": "Ja"},
    sentences={
        "It is dark.": "Es ist dunkel.",
        "{name}: about {number} m.": "{name}: etwa {number} m.",
        "{name} is off? It is {number} m long.": "{name} ist aus? Er ist {number} m lang.",
        "Gone. Really.": "Ganz weg.",
    },
)
TONGUES = Tongues({"en": ENGLISH, "de": GERMAN}, "de")


def scope(query: str = "", cookie: str = "") -> dict[str, object]:
    return {"type": "http", "query_string": query.encode(), "headers": [(b"cookie", cookie.encode())] * bool(cookie)}


@pytest.mark.parametrize(
    ("query", "cookie", "spoken"),
    [
        ("", "", "de"),
        ("", "guardian-language=en", "en"),
        ("", "guardian=x; guardian-language=en", "en"),
        ("language=en", "", "en"),
        ("language=de", "guardian-language=en", "de"),
        ("language=fr", "guardian-language=en", "en"),
        ("", "guardian-language=fr", "de"),
        ("language=", "guardian-language=", "de"),
        ("language=%00..%2F", "guardian-language=../../etc", "de"),
    ],
)
def test_an_address_comes_before_the_browser_and_that_before_the_household(query: str, cookie: str, spoken: str):
    assert TONGUES.of(scope(query, cookie)).language == spoken


def test_where_nobody_says_anything_it_is_english():
    assert Tongues().of(scope("language=de")) is ENGLISH


def test_the_scripts_are_given_every_text_and_every_language():
    script = TONGUES.script(GERMAN).decode()
    values = dict(line.removeprefix("export const ").removesuffix(";").split(" = ", 1) for line in script.splitlines())
    assert {name: json.loads(value) for name, value in values.items()} == {
        "LANGUAGE": "de",
        "LANGUAGES": {"en": "English", "de": "Deutsch"},
        "TEXTS": {"Today": "Heute", "Yes": "Ja"},
    }


def test_the_manifest_is_of_the_language_and_the_rest_of_it_stays():
    content = (STATIC / "manifest.webmanifest").read_bytes()
    plain = json.loads(content)
    spoken = Phrasebook("de", page={plain["description"]: "Wer wo ist."})
    assert json.loads(Tongues.manifest(content, spoken)) == {**plain, "lang": "de", "description": "Wer wo ist."}
    assert json.loads(Tongues.manifest(content, ENGLISH)) == plain


def test_a_page_is_written_in_the_language():
    assert page("<p>Today</p>", GERMAN) == "<p>Heute</p>"


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("", ""),
        ("It is dark.", "Es ist dunkel."),
        ("It is dark. Lamp: about 3 m.", "Es ist dunkel. Lamp: etwa 3 m."),
        ("Lamp is off? It is 3 m long.", "Lamp ist aus? Er ist 3 m lang."),
        ("Gone. Really.", "Ganz weg."),
        ("It is dark. Nobody knows this.", "Es ist dunkel. Nobody knows this."),
        ("Nobody knows this.", "Nobody knows this."),
    ],
)
def test_several_sentences_are_told_one_by_one_and_what_is_not_known_stays(english: str, german: str):
    assert retold(english, GERMAN) == german
    assert retold(english, ENGLISH) == english
