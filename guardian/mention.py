"""Where a person is named in what was written down: found as a whole word, and taken out."""

import json
import re
from typing import Any, TypeAlias

Json: TypeAlias = Any

SOMEBODY = "somebody"
"""Stands where a name was erased."""
UNSPACED = "\u2e80"
"""From this character on are the scripts of East Asia, which put no spaces between words."""


class Mention:
    """The mentions of a person by `name`, however it is capitalised. `Rosa` is not in `Rosalind`; between characters of
    scripts without spaces, such as Chinese, it is found anywhere. Raises ValueError where the name is empty.
    """

    def __init__(self, name: str) -> None:
        self.name = name.strip()
        if not self.name:
            message = "the name is empty; the name of a person would be right"
            raise ValueError(message)
        begin = r"(?<!\w)" if self.name[0] < UNSPACED else ""
        end = r"(?!\w)" if self.name[-1] < UNSPACED else ""
        self._pattern = re.compile(f"{begin}{re.escape(self.name)}{end}", re.IGNORECASE)

    def within(self, thing: Json) -> bool:
        """Whether a text, or any text in JSON, names the person."""
        if isinstance(thing, str):
            return self._pattern.search(thing) is not None
        if isinstance(thing, dict):
            return any(self.within(key) or self.within(value) for key, value in thing.items())
        return isinstance(thing, list | tuple) and any(self.within(each) for each in thing)

    def without(self, thing: Json) -> Json:
        """The same text, or JSON, with SOMEBODY in place of the name."""
        if isinstance(thing, str):
            return self._pattern.sub(SOMEBODY, thing)
        if isinstance(thing, dict):
            return {self.without(key): self.without(value) for key, value in thing.items()}
        if isinstance(thing, list | tuple):
            return [self.without(each) for each in thing]
        return thing

    def places(self, written: bytes) -> tuple[tuple[int, int], ...]:
        """Where in a file's bytes the name stands, as UTF-8 or as JSON writes it, however its letters of ASCII are
        capitalised: the first byte and how many.
        """
        forms = dict.fromkeys((self.name.encode(), json.dumps(self.name)[1:-1].encode()))
        begin = rb"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf]))" if self.name[0] < UNSPACED else b""  # JSON's line ends
        end = rb"(?![A-Za-z0-9])" if self.name[-1] < UNSPACED else b""
        whole = [begin + re.escape(form) + end for form in forms]
        found = [match.span() for each in whole for match in re.finditer(each, written, re.IGNORECASE)]
        return tuple(sorted((first, last - first) for first, last in found))
