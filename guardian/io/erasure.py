"""What has to change in the database so that nothing of one person is left in it."""

import json
from collections.abc import Iterator
from typing import Any, TypeAlias

from guardian.io.database import Database
from guardian.mention import SOMEBODY, Mention

Statement: TypeAlias = tuple[str, tuple[object, ...]]

DRAWN = ("places", "view")
"""What is learned of a room under these names calls places by names that the configuration and the page use, too: one
that is called after a person has to be renamed there."""


def named_in(database: Database, mention: Mention) -> frozenset[str]:
    """The ids of the incidents that name a person, in whatever they say. Raises StoreError."""
    rows = database.read("SELECT id, body FROM incidents")
    return frozenset(str(incident) for incident, body in rows if _says(body, mention))


def statements(database: Database, name: str) -> Iterator[Statement]:
    """The statements that erase the person of that name. Raises StoreError."""
    mention = Mention(name)
    for table, column in (("templates", "name"), ("people", "name"), ("days", "who"), ("told", "contact")):
        yield f"DELETE FROM {table} WHERE {column} = ?", (mention.name,)  # noqa: S608 - the names stand here
    yield from _of_incidents(database, mention)
    for serial, payload in database.read("SELECT serial, payload FROM messages"):
        if _says(payload, mention):
            yield "DELETE FROM messages WHERE serial = ?", (serial,)
    yield from _of_notices(database, mention)
    for room, body in database.read("SELECT room, body FROM memories"):
        yield "UPDATE memories SET body = ? WHERE room = ?", (_without(body, mention), room)
    for room, what, body in database.read("SELECT room, what, body FROM learned"):
        if what not in DRAWN and _says(body, mention):
            yield "UPDATE learned SET body = ? WHERE room = ? AND what = ?", (_without(body, mention), room, what)


def _of_incidents(database: Database, mention: Mention) -> Iterator[Statement]:
    """The incidents stay, without the name; the stick figures of those that named the person go."""
    for incident in sorted(named_in(database, mention)):
        ((text,),) = database.read("SELECT body FROM incidents WHERE id = ?", (incident,))
        yield "UPDATE incidents SET body = ? WHERE id = ?", (_without(text, mention), incident)
        yield "DELETE FROM scenes WHERE incident = ?", (incident,)
    for (who,) in database.read('SELECT DISTINCT "by" FROM changes WHERE "by" IS NOT NULL'):
        if mention.within(who):
            yield 'UPDATE changes SET "by" = ? WHERE "by" = ?', (SOMEBODY, who)


def _of_notices(database: Database, mention: Mention) -> Iterator[Statement]:
    """What is to be told is told all the same, without the name; unless to that person, of an alarm that is over."""
    query = "SELECT incident, contact, body, incident IN (SELECT id FROM incidents WHERE open) FROM notices"
    for incident, contact, body, is_open in database.read(query):
        if mention.within(contact) and not is_open:
            yield "DELETE FROM notices WHERE incident = ? AND contact = ?", (incident, contact)
        elif _says(body, mention):
            values = (_without(body, mention), incident, contact)
            yield "UPDATE notices SET body = ? WHERE incident = ? AND contact = ?", values


def _understood(text: str) -> Any:
    """JSON that was kept; what is damaged is a text like any other: it may name somebody all the same."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _says(text: str, mention: Mention) -> bool:
    return mention.within(_understood(text))


def _without(text: str, mention: Mention) -> str:
    plain = _understood(text)
    return mention.without(text) if plain is text else json.dumps(_nameless(plain, mention))


def _nameless(thing: Any, mention: Mention) -> Any:
    """The same without the name; where it said who a person is, it says nothing of that. Ids stay what they are."""
    if isinstance(thing, list):
        return [_nameless(each, mention) for each in thing]
    if not isinstance(thing, dict):
        return mention.without(thing)
    kept = {key: value if key == "id" else _nameless(value, mention) for key, value in thing.items()}
    return {**kept, "person": None} if mention.within(thing.get("person")) else kept
