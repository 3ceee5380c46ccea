"""OmniFall's annotations: read from its CSV form, and its segment metrics worked out of our events.

Classes and columns as its data card says (huggingface.co/datasets/simplexsigil2/omnifall, LABELS.md, STRUCTURE.md);
the metrics (arXiv 2505.19889) are sensitivity, specificity and F1 of fall, of fallen, and of either, one segment one
count, and the mean of sensitivity and specificity (balanced accuracy).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any

from guardian.events import FallConfirmed, PersonRecovered
from guardian.lab.evaluate.manifest import Faults, Fields, Manifest, Row, Segment, grouped, lines
from guardian.lab.evaluate.scoring import LYING, SUSPECTED, Told

COLUMNS = ("path", "label", "start", "end", "subject", "cam", "dataset")
VIDEOS = (".mp4", ".avi", ".mkv", ".mov", ".webm", ".jsonl")
"""Paths come without a suffix: the first of these that is there is taken."""
SOON_SECONDS = 0.5
"""A fall whose suspicion comes so soon after its segment is still of it."""
FALL_SECONDS = 30.0
"""A suspicion so long before a confirmation is of the same fall."""
MOSTLY = 0.5


class Label(IntEnum):
    """What is done in a segment."""

    WALK = 0
    FALL = 1
    FALLEN = 2
    SIT_DOWN = 3
    SITTING = 4
    LIE_DOWN = 5
    LYING = 6
    STAND_UP = 7
    STANDING = 8
    OTHER = 9
    KNEEL_DOWN = 10
    KNEELING = 11
    SQUAT_DOWN = 12
    SQUATTING = 13
    CRAWL = 14
    JUMP = 15


_TELLING = (
    *(Label.LIE_DOWN, Label.LYING, Label.SQUAT_DOWN, Label.KNEEL_DOWN, Label.CRAWL, Label.JUMP, Label.SQUATTING),
    *(Label.KNEELING, Label.SIT_DOWN, Label.SITTING, Label.STAND_UP, Label.OTHER, Label.WALK, Label.STANDING),
)
"""Of the activities in one file, that which is most like a fall gives it its name."""


def recognised(header: Sequence[str]) -> bool:
    """Whether a CSV file is in OmniFall's form."""
    return set(COLUMNS) <= set(header)


def read(file: Path) -> Manifest:
    """Read OmniFall's annotations. Raises ConfigurationError, naming file, line and column of each fault."""
    digest, _, found = lines(file)
    faults = Faults(file)
    files: dict[str, list[tuple[Segment, Fields]]] = {}
    for line, values in found:
        fields = Fields(file, line, values, faults)
        segment = _segment(fields)
        if segment is not None:
            files.setdefault(segment.path, []).append((segment, fields))
    rows = [row for path, own in files.items() for row in _rows(_video(path, own[0][1]), own)]
    faults.check()
    segments = tuple(segment for own in files.values() for segment, _ in _sorted(own))
    return Manifest(file, digest, tuple(grouped(rows)), segments)


def _segment(fields: Fields) -> Segment | None:
    """Read one line, and note what is wrong with it."""
    label, start, end = fields.whole("label", len(Label) - 1), fields.seconds("start"), fields.seconds("end")
    for name in ("path", "label", "start", "end"):
        if not fields.text(name):
            fields.wrong(name, "is empty; a value would be right")
    if label is None or start is None or end is None:
        return None
    if end < start:
        fields.wrong("end", f"{end:g} is before start {start:g}; a later time would be right")
    return Segment(fields.text("path"), label, start, end)


def _video(path: str, fields: Fields) -> Path:
    """Find the file that a path without a suffix means."""
    whole = fields.file.parent / path
    for file in (whole, *(whole.with_name(whole.name + suffix) for suffix in VIDEOS)):
        if file.is_file():
            return file
    fields.wrong("path", f"there is no file {path!r} with any of {' '.join(VIDEOS)}; one of them would be right")
    return whole


def _sorted(own: Iterable[tuple[Segment, Fields]]) -> list[tuple[Segment, Fields]]:
    return sorted(own, key=lambda each: (each[0].start, each[0].end))


def _rows(file: Path, own: Sequence[tuple[Segment, Fields]]) -> Iterator[Row]:
    """Turn the segments of one file into falls, or into one row of everyday life.

    A body that lies fallen without a fall before it (the film begins so) is a fall that nobody saw.
    """
    ordered = _sorted(own)
    segments = [segment for segment, _ in ordered]
    begins = [
        n
        for n, each in enumerate(segments)
        if each.label == Label.FALL
        or (each.label == Label.FALLEN and (n == 0 or segments[n - 1].label not in (Label.FALL, Label.FALLEN)))
    ]
    for n in begins:
        yield _fall(file, segments, n, ordered[n][1])
    if not begins:
        done = {segment.label for segment in segments}
        yield _row(file, ordered[0][1], next(label for label in _TELLING if label in done).name.lower())


def _fall(file: Path, segments: Sequence[Segment], n: int, fields: Fields) -> Row:
    fall = segments[n]
    seen = fall.label == Label.FALL
    after = next((each for each in segments[n + 1 :] if each.label != Label.FALLEN), None)
    stays = after is None and any(each.label == Label.FALLEN for each in segments[n:])
    up = after.end if after is not None and after.label == Label.STAND_UP else None
    before = Label(segments[n - 1].label).name.lower() if n else "the start"
    event = f"fall from {before}" if seen else "found lying"
    contact = fall.end if seen else fall.start
    return _row(file, fields, event, kind="fall", onset=fall.start, contact=contact, up=up, down_until_end=stays)


def _row(file: Path, fields: Fields, event: str, **more: Any) -> Row:
    source, subject = fields.text("dataset"), fields.text("subject")
    facts = {"kind": "adl", **more}
    return Row(
        line=fields.line,
        path=fields.text("path"),
        file=file,
        source=source,
        subject=f"{source} {subject}" if subject not in ("", "-1") else "",
        event=event,
        **facts,
    )


def metrics(segments: Iterable[Segment], told: Mapping[str, Sequence[Told]]) -> dict[str, Any]:
    """Return OmniFall's segment metrics of what was told of each file; a file that is not in `told` does not count."""
    pairs: list[tuple[int, int]] = []
    files: dict[str, list[Segment]] = {}
    for segment in segments:
        files.setdefault(segment.path, []).append(segment)
    for path, own in files.items():
        if path in told:
            pairs += zip((each.label for each in own), predicted(own, told[path]), strict=True)
    return {
        "segments": len(pairs),
        "fall": _binary(pairs, {Label.FALL}),
        "fallen": _binary(pairs, {Label.FALLEN}),
        "fall_or_fallen": _binary(pairs, {Label.FALL, Label.FALLEN}),
    }


def predicted(segments: Sequence[Segment], told: Sequence[Told]) -> list[int]:
    """Say of each segment of one file whether our events make it a fall, fallen, or something else.

    Down is from the suspicion of a confirmed fall, or from being found lying, to getting up. The segment in which that
    begins (the earliest, up to half a second after its end) is a fall; one that it fills by half or more is fallen.
    """
    spans = list(_down(told, max((each.end for each in segments), default=0.0)))
    found = [int(Label.OTHER)] * len(segments)
    for n, each in enumerate(segments):
        within = sum(max(0.0, min(each.end, end) - max(each.start, begin)) for begin, end, _ in spans)
        if within >= MOSTLY * (each.end - each.start) and within > 0:
            found[n] = int(Label.FALLEN)
    for begin, _, fell in spans:
        here = [n for n, each in enumerate(segments) if each.start <= begin <= each.end + SOON_SECONDS]
        if fell and here:
            found[here[0]] = int(Label.FALL)
    return found


def _down(told: Sequence[Told], until: float) -> Iterator[tuple[float, float, bool]]:
    """Yield (from, to, whether a fall was seen) of the times for which events say that somebody is down."""
    begin: float | None = None
    fell, suspected = False, float("-inf")
    for each in told:
        if each.event == SUSPECTED:
            suspected = each.time
        elif begin is None and (each.event == FallConfirmed.__name__ or each.event in LYING):
            fell = each.event == FallConfirmed.__name__
            begin = suspected if fell and each.time - suspected <= FALL_SECONDS else each.time
        elif begin is not None and each.event == PersonRecovered.__name__:
            yield begin, each.time, fell
            begin = None
    if begin is not None:
        yield begin, max(begin, until), fell


def _binary(pairs: Sequence[tuple[int, int]], positive: set[Label]) -> dict[str, float | int | None]:
    """One class, or a union of classes, against all others."""
    true = [(label in positive, guess in positive) for label, guess in pairs]
    hits, misses = true.count((True, True)), true.count((True, False))
    false, calm = true.count((False, True)), true.count((False, False))
    sensitivity, specificity = _ratio(hits, hits + misses), _ratio(calm, calm + false)
    both = None if sensitivity is None or specificity is None else (sensitivity + specificity) / 2
    return {
        "segments": hits + misses,
        "sensitivity": sensitivity,
        "specificity": specificity,
        "precision": _ratio(hits, hits + false),
        "f1": _ratio(2 * hits, 2 * hits + false + misses),
        "balanced_accuracy": both,
    }


def _ratio(over: int, under: int) -> float | None:
    return over / under if under else None
