"""The pages' own texts, read out of their HTML and put into it in another language.

Our HTML is plain: every element that is opened is closed but for those that never are, and texts stand in elements and
in the few attributes that are read out or shown. What is typed (`code`) is the same everywhere.
"""

import html
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser

SHOWN = ("aria-label", "title", "placeholder", "alt")
"""The attributes that a human may read, or hear."""
LANGUAGE = "{language}"
"""Where the code of the language stands in an address."""


def texts(page: str) -> Iterator[str]:
    """Yield every text of a page, with single spaces."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    _Writer(note, "").written(page)
    yield from found


def translated(page: str, language: str, book: Mapping[str, str]) -> str:
    """Write a page with the texts of a book; what it has no text for stays."""
    return _Writer(lambda text: book.get(text, text), language).written(page)


class _Writer(HTMLParser):
    """Writes a page as it reads it, each text as `say` says it."""

    def __init__(self, say: Callable[[str], str], language: str) -> None:
        super().__init__(convert_charrefs=True)
        self._say, self._language = say, language
        self._out: list[str] = []
        self._typed = False

    def written(self, page: str) -> str:
        self.feed(page)
        self.close()
        return "".join(self._out)

    def handle_decl(self, decl: str) -> None:
        self._out.append(f"<!{decl}>")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._typed = tag == "code"
        self._out.append(f"<{tag}{''.join(self._attribute(tag, *each) for each in attrs)}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._out.append(f"<{tag}{''.join(self._attribute(tag, *each) for each in attrs)}/>")

    def handle_endtag(self, tag: str) -> None:
        self._typed = False
        self._out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if self._typed or not any(letter.isalpha() for letter in text):
            self._out.append(html.escape(data, quote=False))
            return
        before, after = data[: len(data) - len(data.lstrip())], data[len(data.rstrip()) :]
        self._out.append(f"{before}{html.escape(self._say(text), quote=False)}{after}")

    def _attribute(self, tag: str, name: str, value: str | None) -> str:
        if value is None:
            return f" {name}"
        if name == "lang" and tag == "html":
            value = self._language
        elif name in SHOWN:
            value = self._say(value)
        return f' {name}="{html.escape(value.replace(LANGUAGE, self._language))}"'
