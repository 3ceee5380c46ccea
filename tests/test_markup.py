from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.web import markup
from guardian.web.page import STATIC

PAGE = """<!doctype html>
<html lang="en">
<head><meta name="viewport" content="width=device-width"><title>A &amp; B</title>
<link rel="manifest" href="/m?language={language}"></head>
<body><p hidden class="x">One
  two <strong>three</strong> <code>sudo four</code> - 12:00</p><input aria-label="five" disabled><br/></body></html>"""


def test_every_text_is_found_once_and_what_is_typed_is_none():
    assert list(markup.texts(PAGE)) == ["A & B", "One two", "three", "five"]


def test_a_page_is_written_in_another_language_and_the_rest_stays():
    book = {"A & B": "<Ä>", "One two": "Eins zwei", "five": 'fünf "5"', "three": "drei", "12:00": "no"}
    written = markup.translated(PAGE, "de", book)
    assert "<title>&lt;Ä&gt;</title>" in written
    assert '<html lang="de">' in written
    assert 'href="/m?language=de"' in written
    assert "Eins zwei <strong>drei</strong> <code>sudo four</code> - 12:00</p>" in written
    assert '<input aria-label="fünf &quot;5&quot;" disabled><br/>' in written
    assert written.startswith("<!doctype html>\n")
    assert '<p hidden class="x">' in written


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.html")), ids=lambda path: path.name)
def test_our_own_pages_come_out_as_they_went_in(path: Path):
    page = path.read_text(encoding="utf-8")
    written = markup.translated(page, "{language}", {})
    page = page.replace("viewBox", "viewbox")  # in HTML it is the same
    assert written.replace('lang="{language}"', 'lang="en"', 1) == page


@given(st.text())
def test_no_translation_can_become_markup(text: str):
    written = markup.translated("<p>word</p>", "de", {"word": text})
    assert written.count("<") == 2
    assert written.startswith("<p>")
    assert written.endswith("</p>")
