"""What is said in the household's language: by its English, which is the key, with the same values in their places.

Every stage composes its sentences in English, they are stored and published so, and they are translated where they are
said to a human. So another language tells of old incidents too, and what has no translation is told in English rather
than not at all. A sentence that was composed long ago is found again by its template: the text with `{name}` for each
value. Values pass through as they are, numbers and what people called their rooms alike, but for those in WORDED, which
are words of ours and are translated in their turn.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

FIELD = re.compile(r"\{(\w+)\}")
"""A value's place in a template."""
_NUMBER = r"\d[\d.]*"
_DURATION = rf"{_NUMBER} \w+"
WORDED: Mapping[str, str] = {
    "days": r"[a-z ]+",
    "doing": r".+?",
    "duration": _DURATION,
    "kind": r"bed|sofa|chair|mat",
    "last": r".+",
    "limit": _DURATION,
    "month": r"[A-Z][a-z]+",
    "most": _DURATION,
    "often": r".+",
    "outcome": r"[a-z ]+",
    "part": r".+?",
    "rested": _DURATION,
    "role": r"caregiver|installer",
    "silence": _DURATION,
    "tilt": r"down|upwards",
    "turn": r"(?:anti)?clockwise",
    "usual": r".+?",
    "usually": r"(?:; .+)?",
    "when": r".+",
    "where": r"(?: (?:in|on|at) the .+?)?",
}
"""The places whose values are words of ours, and what their English looks like."""
PLACE = "place"
"""The place whose value is a word of ours only where nobody has named it, such as that of a learned sofa."""
ENGLISH_CODE = "en"

_SHAPES: Mapping[str, str] = {"number": _NUMBER, **WORDED}
"""What the English looks like in each place; in any other anything may stand."""
_DECIMAL = re.compile(r"-?\d+\.\d+")


@dataclass(frozen=True, slots=True, eq=False)
class Phrasebook:
    """One language, which calls itself `name`. `messages` are said by their key, and so is what stands on the `page`;
    `sentences` and the `words` in them are found again by theirs; `decimal` stands between a number and its fraction.
    All keys are English; English itself needs none.
    """

    language: str = ENGLISH_CODE
    name: str = "English"
    page: Mapping[str, str] = field(default_factory=dict)
    messages: Mapping[str, str] = field(default_factory=dict)
    sentences: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    decimal: str = "."

    def say(self, template: str, /, **values: str) -> str:
        """Say a template with these values in its places."""
        return _filled(self.messages.get(template, template), values)

    def word(self, english: str) -> str:
        """Say a word of ours, or whatever somebody is called as it is."""
        return self.words.get(english, english)

    def phrase(self, english: str) -> str:
        """Say words of ours with values in their places; as they are where they are in no template."""
        return self._told(english, self.words)

    def recall(self, deed: str) -> str:
        """Say what somebody did, of whom or where after a colon: as the record has it."""
        done, colon, details = deed.partition(": ")
        return f"{self.phrase(done)}{colon}{details}"

    def retell(self, sentence: str) -> str:
        """Say a sentence that was composed in English; as it is where it is in no template."""
        return self._told(sentence, self.sentences)

    def gaps(self, sentence: str) -> tuple[str, ...]:
        """The parts of a sentence that stay English for want of a template: all of it, or words in its places."""
        return tuple(self._gaps(sentence, self.sentences))

    def _told(self, text: str, templates: Mapping[str, str]) -> str:
        found = find(text, templates)
        if found is None:
            return text
        template, values = found
        return _filled(templates[template], {name: self._value(name, value) for name, value in values.items()})

    def _value(self, name: str, value: str) -> str:
        if name in WORDED or name == PLACE:
            return self._told(value, self.words)
        return value.replace(".", self.decimal) if _DECIMAL.fullmatch(value) else value

    def _gaps(self, text: str, templates: Mapping[str, str]) -> Iterator[str]:
        found = find(text, templates)
        if found is None:
            yield from [text] if text else []
            return
        for name, value in found[1].items():
            if name in WORDED:
                yield from self._gaps(value, self.words)


ENGLISH = Phrasebook()


def find(text: str, templates: Mapping[str, str]) -> tuple[str, dict[str, str]] | None:
    """Return the template that a text was composed from, with the values in its places; None where there is none.

    Of several, the one that has most letters of its own: what is in it is least likely to be a name.
    """
    if text in templates and not FIELD.search(text):
        return text, {}
    matches = ((template, _pattern(template).fullmatch(text)) for template in templates)
    found = [(template, match.groupdict()) for template, match in matches if match is not None]
    return max(found, key=lambda pair: len(FIELD.sub("", pair[0])), default=None)


def fields(template: str) -> tuple[str, ...]:
    """The names of the places in a template, in order."""
    return tuple(FIELD.findall(template))


def _filled(template: str, values: Mapping[str, str]) -> str:
    return FIELD.sub(lambda place: values.get(place[1], place[0]), template)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """Matches what was composed from a template."""
    parts = FIELD.split(template)
    literals, names = parts[::2], parts[1::2]
    places = (f"(?P<{name}>{_SHAPES.get(name, '.+?')})" for name in names)
    return re.compile("".join(map("".join, zip(map(re.escape, literals), (*places, ""), strict=True))), re.DOTALL)
