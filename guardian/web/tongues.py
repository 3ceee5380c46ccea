"""Which language the page speaks: the household's, unless whoever looks at it chose another in this browser."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

from guardian.phrasebook import ENGLISH, ENGLISH_CODE, Phrasebook
from guardian.web import markup

COOKIE = "guardian-language"
"""What a browser keeps that reads another language than the household: it is no secret, and scripts set it."""
QUERY = "language"
"""What an address says instead where a browser sends no cookie, as with the manifest of an app."""
KEPT_SENTENCES = 1_024
"""Sentences whose translation is remembered: ten times a second the page is told much the same ones."""

_NEXT = re.compile(r"(?<=[.!]) (?=\S)")
"""Between two sentences; a question is followed by its answer, in one template."""


class Tongues:
    """The languages that the page speaks, by their codes, of which `household` is the one of the home."""

    def __init__(self, books: Mapping[str, Phrasebook] | None = None, household: str = ENGLISH_CODE) -> None:
        self._books = books or {ENGLISH_CODE: ENGLISH}
        self._household = self._books[household]
        self._known = {code: book.name for code, book in self._books.items()}

    def of(self, scope: Scope) -> Phrasebook:
        """Return what is read by whoever sends a request (an ASGI scope): as its address says, as its browser keeps, or
        as the household does.
        """
        asked = parse_qs(scope["query_string"].decode("latin-1")).get(QUERY, [""])[0]
        kept = cookie_parser(Headers(scope=scope).get("cookie", "")).get(COOKIE, "")
        return self._books.get(asked) or self._books.get(kept) or self._household

    def script(self, book: Phrasebook) -> bytes:
        """Write what the scripts of the page say in a language, as a script: its code, all codes with the languages'
        names, and every text by its English.
        """
        parts = {"LANGUAGE": book.language, "LANGUAGES": self._known, "TEXTS": dict(book.page)}
        return "".join(f"export const {name} = {json.dumps(value)};\n" for name, value in parts.items()).encode()

    @staticmethod
    def manifest(content: bytes, book: Phrasebook) -> bytes:
        """Write the manifest of the app in a language."""
        manifest = json.loads(content)
        manifest |= {"description": book.page.get(manifest["description"], manifest["description"])}
        return json.dumps({**manifest, "lang": book.language}, ensure_ascii=False).encode()


@lru_cache
def page(html: str, book: Phrasebook) -> str:
    """Write one of our pages in a language; its own are few, and stay."""
    return markup.translated(html, book.language, book.page)


@lru_cache(maxsize=KEPT_SENTENCES)
def retold(text: str, book: Phrasebook) -> str:
    """Say in a language what was composed in English: one sentence, or several with a space between them."""
    sentences = _NEXT.split(text)
    each = [book.retell(sentence) for sentence in sentences]
    if all(said != sentence for said, sentence in zip(each, sentences, strict=True)):
        return " ".join(each)  # first, since a name in a template would take in the sentence before
    whole = book.retell(text)
    return whole if whole != text else " ".join(each)
