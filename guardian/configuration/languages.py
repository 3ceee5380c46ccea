"""The languages that Guardian speaks: one file each in guardian/languages, and English, in which all is written."""

from collections.abc import Mapping
from importlib.resources import files

from guardian.configuration import document
from guardian.configuration.document import Document
from guardian.configuration.fault import Fault, dotted, error
from guardian.errors import ConfigurationError
from guardian.phrasebook import ENGLISH, ENGLISH_CODE, Phrasebook, fields

SECTIONS = ("messages", "page", "sentences", "words")
KEYS = ("name", "decimal", *SECTIONS)
DIRECTORY = files("guardian") / "languages"


def known() -> tuple[str, ...]:
    """The codes of all languages, English first."""
    stems = (each.name.removesuffix(".yaml") for each in DIRECTORY.iterdir() if each.name.endswith(".yaml"))
    return (ENGLISH_CODE, *sorted(stems))


def phrasebook(language: str) -> Phrasebook:
    """Return what is said in a language.

    Raises ConfigurationError where Guardian does not speak it, or where its file is wrong, with a line for each fault.
    """
    if language == ENGLISH_CODE:
        return ENGLISH
    if language not in known():
        message = f"{language[:60]!r} is no language that Guardian speaks; one of {', '.join(known())} would be right"
        raise ConfigurationError(message)
    name = f"{language}.yaml"
    return parse((DIRECTORY / name).read_text(encoding="utf-8"), name, language)


def phrasebooks() -> Mapping[str, Phrasebook]:
    """Return every language by its code, English first."""
    return {code: phrasebook(code) for code in known()}


def parse(text: str, name: str, language: str) -> Phrasebook:
    """Return the phrasebook in a file's text; `name` stands for the file in messages. Touches nothing.

    Raises ConfigurationError with a line for each fault: a section that is missing, a translation that is no text, or
    that has not the same places for values as its key.
    """
    read = document.read(text, name)
    faults = [*read.faults, *_faults(read)]
    if faults:
        raise error(name, faults)
    data = read.data if isinstance(read.data, dict) else {}
    texts = {section: _texts(data.get(section)) for section in SECTIONS}
    own = str(data.get("name", language))
    return Phrasebook(language, own, **texts, decimal=str(data.get("decimal", ".")))


def _texts(section: object) -> dict[str, str]:
    return {key: str(value) for key, value in section.items()} if isinstance(section, dict) else {}


def _faults(read: Document) -> list[Fault]:
    data = read.data if isinstance(read.data, dict) else {}
    faults = [
        Fault(read.line((key,)), key, f"is no part of a language; {', '.join(KEYS)} would be right")
        for key in data
        if key not in KEYS
    ]
    for section in SECTIONS:
        entries = data.get(section)
        if not isinstance(entries, dict):
            faults.append(Fault(1, section, "is missing; a translation for each English text would be right"))
            continue
        for key, value in entries.items():
            path = section, key
            if not isinstance(value, str):
                faults.append(Fault(read.line(path), dotted(path), "is no text; quotes around it would be right"))
            elif sorted(fields(key)) != sorted(fields(value)):
                places = ", ".join(f"{{{each}}}" for each in fields(key)) or "none"
                faults.append(Fault(read.line(path), dotted(path), f"has other places for values; {places} would be"))
    return faults
