"""All that the box knows of a household, or of one person, as files that anybody can read without it."""

import csv
import io
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypeAlias
from zipfile import ZIP_DEFLATED, ZipFile

from guardian.app import STORE
from guardian.daybook import FORMAT, KIND
from guardian.errors import GuardianError
from guardian.home import scenes_of
from guardian.io.clock import SystemClock
from guardian.io.scenes import MANIFEST, SCENE, UNJUDGED
from guardian.io.store import read_days
from guardian.kept import TABLES, rows
from guardian.mention import Mention
from guardian.private_file import new_private
from guardian.settings import Settings
from guardian.web.audit import AUDIT_FILE
from guardian.web.sessions import SESSIONS_FILE
from guardian.web.users import USERS_FILE

Row: TypeAlias = dict[str, Any]
File: TypeAlias = tuple[str, str]
"""Its name within the archive, and its text."""

SECRET = frozenset({"password", "stamp", "id_hash"})
"""What opens the page is of no use to a reader, and of much to a thief."""
TIMES = ("at", "asked", "opened", "changed", "deadline", "seen")
README = """{title}

Made by `guardian privacy export` on {made}. Whoever has this file knows what the box knows: keep it as you would keep
a diary. It holds no picture, because the box keeps none; and no password.

{contents}

CSV opens in any spreadsheet. JSON is text. A .jsonl scene holds one frame a line: for each body 17 points of a stick
figure as [y, x, score], in parts of the height of the picture; `guardian replay FILE` shows it moving.
days.jsonl is read by `guardian days import`, too. Times are ISO 8601.

Not in here: the configuration (/etc/guardian/guardian.yaml, which is yours already), the service's log
(`journalctl -u guardian`), what others keep of MQTT messages, and messages on phones.
"""


@dataclass(frozen=True, slots=True)
class _Scope:
    """Whether a thing is of the person asked for; of nobody in particular where there is none."""

    mention: Mention | None

    def has(self, thing: object) -> bool:
        return self.mention is None or self.mention.within(thing)


def export(settings: Settings, path: Path, person: str | None = None) -> list[str]:
    """Write the archive to `path`, which only its owner may read, and return the names of the files in it. With
    `person`, what names that person: days, body, alarms with their stick figures, deeds. The box may run meanwhile.
    Raises GuardianError.
    """
    mention = None if person is None else Mention(person)
    files = list(contents(settings, mention))
    listing = "\n".join(f"{name:32} {MEANINGS[name.partition('/')[0]]}" for name, _ in _first_of_each(files))
    title = f"What the box {settings.household.id} knows of {'the household' if mention is None else mention.name}"
    made = SystemClock().moment().wall.isoformat(timespec="seconds")
    readme = README.format(title=title, made=made, contents=listing or "It knows nothing.")
    with new_private(path) as file, ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, text in (("README.txt", readme), *files):
            archive.writestr(name, text)
    return [name for name, _ in files]


MEANINGS = {
    "incidents.json": "alarms, and what was said of them",
    "changes.csv": "when alarms came into which state, by whom",
    "notices.json": "messages to contacts",
    "told.csv": "who was told of which alarm",
    "messages.json": "MQTT messages that wait for the broker",
    "memories.json": "falls that were open",
    "learned.json": "what was learnt of rooms: places, how the camera hangs, where people have been",
    "people.json": "who was enrolled with an earlier Guardian",
    "templates.json": "nine numbers of body and gait of who was enrolled",
    "days.jsonl": "counts and durations of each day",
    "scenes": "stick figures around alarms, a file each",
    "mistakes": "stick figures of mistakes that the box was to learn from, and what was said of them",
    "page-deeds.json": "who did what on the page",
    "page-users.json": "who may sign in on the page",
    "page-sessions.json": "who is signed in on the page",
}
"""What is in each file or folder of the archive."""


def contents(settings: Settings, mention: Mention | None) -> Iterator[File]:
    """Every file of the archive that has something in it. Raises StoreError."""
    state, scope = settings.state_directory, _Scope(mention)
    for kept in TABLES:
        text = FORMS[kept.name](state / STORE, kept.name, scope, settings)
        yield from ((name, body) for name, body in text if body)
    yield from _mistakes(settings, scope)
    deeds = [json.loads(line) for name in (f"{AUDIT_FILE}.1", AUDIT_FILE) for line in _lines(state / name)]
    yield from _json("page-deeds.json", filter(scope.has, deeds))
    for name, file, key in (
        ("page-users.json", USERS_FILE, "users"),
        ("page-sessions.json", SESSIONS_FILE, "sessions"),
    ):
        whole = json.loads("\n".join(_lines(state / file)) or "{}")
        plain = ({word: value for word, value in each.items() if word not in SECRET} for each in whole.get(key, ()))
        yield from _json(name, (_timed(each) for each in plain if scope.has(each)))


def _as_json(path: Path, table: str, scope: _Scope, _: Settings) -> Iterator[File]:
    """Rows with a body of JSON: the body, and beside it what the row says besides."""
    found = [{**row, **_unfolded(row)} for row in rows(path, table)]
    yield from _json(f"{table}.json", (_timed(each) for each in found if scope.has(each)))


def _as_csv(path: Path, table: str, scope: _Scope, _: Settings) -> Iterator[File]:
    ids = _incidents_of(path, scope)
    found = [_timed(row) for row in rows(path, table) if scope.has(row) or row["incident"] in ids]
    if found:
        text = io.StringIO()
        writer = csv.DictWriter(text, found[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)
        yield f"{table}.csv", text.getvalue()


def _as_days(path: Path, _table: str, scope: _Scope, settings: Settings) -> Iterator[File]:
    days = [day.plain() for day in read_days(path) if scope.has(day.who)]
    if days:
        head = {"kind": KIND, "format": FORMAT, "household": settings.household.id}
        yield "days.jsonl", "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in (head, *days))


def _as_scenes(path: Path, table: str, scope: _Scope, _: Settings) -> Iterator[File]:
    ids = _incidents_of(path, scope)
    for row in rows(path, table):
        if row["incident"] in ids:
            yield f"scenes/{row['incident']}{SCENE}", zlib.decompress(row["lines"]).decode() + "\n"


FORMS: dict[str, Callable[[Path, str, _Scope, Settings], Iterator[File]]] = {
    **dict.fromkeys(("incidents", "notices", "messages", "memories", "learned", "people", "templates"), _as_json),
    **dict.fromkeys(("changes", "told"), _as_csv),
    "days": _as_days,
    "scenes": _as_scenes,
}
"""How each table of the database is written; a table without a form fails a test."""


def _mistakes(settings: Settings, scope: _Scope) -> Iterator[File]:
    directory = scenes_of(settings)
    rows_of = {MANIFEST: directory.judged(), UNJUDGED: directory.unjudged()}
    alarms = _incidents_of(settings.state_directory / STORE, scope)
    for table, found in rows_of.items():
        mine = {name: row for name, row in found.items() if scope.has(row) or name in alarms}
        yield from _json(f"mistakes/{table.removesuffix('.csv')}.json", mine.values())
        for name in mine:
            yield f"mistakes/{name}{SCENE}", "".join(f"{line}\n" for line in _lines(directory.path / (name + SCENE)))


def _incidents_of(path: Path, scope: _Scope) -> frozenset[str]:
    return frozenset(str(row["id"]) for row in rows(path, "incidents") if scope.has({**row, **_unfolded(row)}))


def _unfolded(row: Row) -> Row:
    """The texts of a row that are JSON, as what they say; what is damaged stays a text."""
    found: Row = {}
    for column in ("body", "template", "payload"):
        if isinstance(row.get(column), str):
            try:
                found[column] = json.loads(row[column])
            except ValueError:
                continue
    return found


def _timed(row: Row) -> Row:
    """Wall seconds as times that a human can read."""
    return {
        key: _timed(value) if isinstance(value, dict) else _iso(value) if key in TIMES else value
        for key, value in row.items()
    }


def _iso(value: Any) -> Any:
    if not isinstance(value, int | float):
        return value
    return datetime.fromtimestamp(value, timezone.utc).isoformat(timespec="seconds")


def _json(name: str, things: Iterable[Row]) -> Iterator[File]:
    found = list(things)
    if found:
        yield name, json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def _lines(path: Path) -> list[str]:
    """The lines of a file that may not be there. Raises GuardianError where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read ({error}); sudo would be right"
        raise GuardianError(message) from error


def _first_of_each(files: Iterable[File]) -> list[File]:
    """One file of each folder is enough to tell what is in it."""
    found: dict[str, File] = {}
    for name, text in files:
        top, slash, _ = name.partition("/")
        found.setdefault(top, (top + slash, text))
    return list(found.values())
