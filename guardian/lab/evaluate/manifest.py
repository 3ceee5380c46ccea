"""MANIFEST.csv: which files there are, and what happened in them."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Literal, TypeVar

from guardian.errors import ConfigurationError

Kind = Literal["fall", "adl"]
REQUIRED = ("path", "kind")
MOST_FAULTS = 10
NOTES_LETTERS = 40
OTHER = "other"

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One annotated fall, or one recording of everyday life. Times in seconds from the start of the file.

    `onset` is when balance is lost, `contact` when the body meets the ground, `up` when it is on its feet again (all
    None if unknown; a fall has an onset). `line` is where it stands in the manifest.
    """

    line: int
    path: str
    file: Path
    kind: Kind
    onset: float | None = None
    contact: float | None = None
    up: float | None = None
    down_until_end: bool = False
    source: str = ""
    subject: str = ""
    event: str = ""
    light: str = ""
    posture: str = ""
    second_person: str = ""
    notes: str = ""

    @property
    def end(self) -> float:
        """When the fall is over: ground contact, or, if nobody noted it, its onset."""
        return self.contact if self.contact is not None else self.onset or 0.0


@dataclass(frozen=True, slots=True)
class Recording:
    """One file, and what happened in it."""

    path: str
    file: Path
    rows: tuple[Row, ...]

    @property
    def falls(self) -> tuple[Row, ...]:
        """Its falls, in the order in which they happened."""
        return tuple(sorted((row for row in self.rows if row.kind == "fall"), key=lambda row: row.onset or 0.0))


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch of a file in OmniFall's annotations: seconds from `start` to `end`, and the number of its class."""

    path: str
    label: int
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Manifest:
    """A whole manifest; `segments` are there if it came in OmniFall's form. `digest` is the SHA-256 of the file."""

    file: Path
    digest: str
    recordings: tuple[Recording, ...]
    segments: tuple[Segment, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, file by file."""
        return tuple(row for recording in self.recordings for row in recording.rows)


@dataclass(slots=True)
class Faults:
    """What is wrong with a file, gathered, so that everything is told at once."""

    file: Path
    told: list[str] = field(default_factory=list)

    def add(self, line: int, column: str, message: str) -> None:
        """Note a fault of one field."""
        self.told.append(f"{self.file}: line {line}, column {column}: {message}")

    def check(self) -> None:
        """Raise ConfigurationError if anything was wrong."""
        if self.told:
            more = [f"... and {len(self.told) - MOST_FAULTS} more"] if len(self.told) > MOST_FAULTS else []
            raise ConfigurationError("\n".join([*self.told[:MOST_FAULTS], *more]))


def lines(file: Path) -> tuple[str, list[str], list[tuple[int, dict[str, str]]]]:
    """Return the digest, the header and (line, fields) of a CSV file.

    Raises ConfigurationError where it is no such file.
    """
    try:
        content = file.read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"byte {error.start} is no UTF-8"
        message = f"{file}: {reason}; a manifest (CSV with the columns path, kind, fall_onset_s ...) would be right"
        raise ConfigurationError(message) from error
    reader = csv.reader(text.splitlines())
    try:
        header = [name.strip() for name in next(reader, [])]
        found = [(reader.line_num, fields) for fields in reader if any(map(str.strip, fields))]
    except csv.Error as error:
        message = f"{file}: line {reader.line_num}: {error}; one row of a CSV file would be right"
        raise ConfigurationError(message) from error
    faults = Faults(file)
    for line, fields in found:
        if len(fields) > len(header):
            faults.add(line, str(len(header) + 1), f"one field too many; {len(header)} as in line 1 would be right")
    faults.check()
    rows = [(line, dict(zip(header, map(str.strip, fields), strict=False))) for line, fields in found]
    return sha256(content).hexdigest(), header, rows


def read(file: Path) -> Manifest:
    """Read a manifest in our form. Raises ConfigurationError, naming file, line and column of each fault."""
    digest, header, found = lines(file)
    faults = Faults(file)
    for name in REQUIRED:
        if name not in header:
            faults.add(1, name, f"is missing; a header with {' and '.join(REQUIRED)} would be right")
    faults.check()
    rows = [_row(Fields(file, line, fields, faults)) for line, fields in found]
    known: dict[tuple[str, float | None], int] = {}
    for row in rows:
        first = known.setdefault((row.path, row.onset), row.line)
        if first != row.line and row.kind == "fall":
            faults.add(row.line, "fall_onset_s", f"the same fall as in line {first}; each once would be right")
    faults.check()
    return Manifest(file, digest, tuple(grouped(rows)))


def grouped(rows: Iterable[Row]) -> Iterator[Recording]:
    """Put the rows of one file together, in the order in which files are first named."""
    files: dict[str, list[Row]] = {}
    for row in rows:
        files.setdefault(row.path, []).append(row)
    for path, own in files.items():
        yield Recording(path, own[0].file, tuple(own))


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one line, with a reader for each kind of value; what is wrong is noted."""

    file: Path
    line: int
    values: Mapping[str, str]
    faults: Faults

    def text(self, name: str) -> str:
        """The text of a field, "" where there is none."""
        return self.values.get(name, "")

    def seconds(self, name: str) -> float | None:
        """A time; None where nothing is written."""
        return self._read(name, float, lambda value: isfinite(value) and value >= 0, "seconds such as 2.75")

    def whole(self, name: str, most: int) -> int | None:
        """A whole number from 0 to `most`; None where nothing is written."""
        return self._read(name, int, lambda value: 0 <= value <= most, f"a whole number from 0 to {most}")

    def one_of(self, name: str, *allowed: str) -> str:
        """One of some words, "" where nothing is written."""
        return self._read(name, str, lambda value: value in allowed, " or ".join(allowed)) or ""

    def wrong(self, name: str, message: str) -> None:
        """Note a fault."""
        self.faults.add(self.line, name, message)

    def _read(self, name: str, kind: Callable[[str], Thing], good: Callable[[Thing], bool], right: str) -> Thing | None:
        text = self.text(name)
        if not text:
            return None
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not good(value):
            self.wrong(name, f"{text!r} is wrong; {right} would be right")
            return None
        return value


def _row(fields: Fields) -> Row:
    """Read one row, and note what is wrong with it."""
    file = fields.file.parent / fields.text("path")
    if not file.is_file():
        near = f"a video or scene, as seen from {fields.file.parent},"
        fields.wrong("path", f"there is no file {fields.text('path')!r}; {near} would be right")
    kind = fields.one_of("kind", "fall", "adl")
    if not fields.text("kind"):
        fields.wrong("kind", "is empty; fall or adl would be right")
    times = [fields.seconds(name) for name in ("fall_onset_s", "ground_contact_s", "up_s")]
    if kind == "fall" and not fields.text("fall_onset_s"):
        fields.wrong("fall_onset_s", "is empty; the second in which the fall begins would be right")
    _in_order(fields, times)
    down = fields.one_of("down_until_end", "yes", "no")
    if down == "yes" and times[2] is not None:
        fields.wrong("up_s", "is there although down_until_end is yes; one of the two would be right")
    words = ("source", "subject", "event", "light", "posture", "second_person", "notes")
    return Row(
        line=fields.line,
        path=fields.text("path"),
        file=file,
        kind="fall" if kind == "fall" else "adl",
        onset=times[0],
        contact=times[1],
        up=times[2],
        down_until_end=down == "yes",
        **{name: fields.text(name) for name in words},
    )


def _in_order(fields: Fields, times: list[float | None]) -> None:
    """Note times that do not follow each other: onset, contact, up."""
    names = ("fall_onset_s", "ground_contact_s", "up_s")
    known = [(name, time) for name, time in zip(names, times, strict=True) if time is not None]
    for (before, first), (after, second) in pairwise(known):
        if second < first:
            fields.wrong(after, f"{second:g} is before {before} {first:g}; a later time would be right")


def kinds(rows: Iterable[Row]) -> dict[int, str]:
    """The kind of each fall or activity, by line: its event; or, where every clip has a name of its own
    for one, what several notes begin with.
    """
    rows = tuple(rows)
    events = [row.event for row in rows]
    named = len(rows) > 1 and len(set(events)) == len(rows) and any(letter.isdigit() for letter in "".join(events))
    if not named:
        return {row.line: row.event for row in rows}
    notes = {row.line: row.notes.partition(";")[0].strip()[:NOTES_LETTERS] for row in rows}
    often = Counter(notes.values())
    return {line: note if often[note] > 1 else OTHER for line, note in notes.items()}
