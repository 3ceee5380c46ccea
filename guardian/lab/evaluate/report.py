"""The page of an evaluation: one file that needs nothing else, with figures, plots, and every mistake as a strip."""

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from guardian.errors import ConfigurationError
from guardian.lab.evaluate import comparison, plots, table
from guardian.lab.evaluate.evaluation import OURS, Result
from guardian.lab.evaluate.strips import MOST, Strip, windows

STYLE = """
:root { color-scheme: light; --paper: #fffdf8; --ink: #17211d; --soft: #4f5b55; --line: #dcd4c4; --alarm: #b30d1c; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 32px 24px 64px; max-width: 1120px; background: #f4efe4; color: var(--ink);
  font: 16px/1.5 Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 30px; margin: 0; } h2 { font-size: 22px; margin: 44px 0 12px; } h3 { font-size: 17px; margin: 0 0 4px; }
.soft { color: var(--soft); } .alarm { color: var(--alarm); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 14px; margin: 24px 0; }
.card, figure, table, details { background: var(--paper); border: 1px solid var(--line); border-radius: 14px; }
.card { padding: 14px 18px; } .card b { display: block; font-size: 28px; line-height: 1.2; }
figure { margin: 0; padding: 16px 18px; } figcaption { margin-bottom: 8px; font-weight: 600; }
figure > svg, figure > img { width: 100%; height: auto; display: block; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(430px, 1fr)); gap: 14px; align-items: start; }
.strips { display: grid; gap: 20px; }
table { border-collapse: separate; border-spacing: 0; width: 100%; overflow: hidden; margin-bottom: 14px; }
th, td { text-align: left; padding: 7px 14px; border-top: 1px solid var(--line); vertical-align: top; }
tr:first-child > * { border-top: 0; } thead th { background: #f0e9da; }
td { font-variant-numeric: tabular-nums; }
details { padding: 10px 18px; margin-top: 14px; } summary { cursor: pointer; }
pre { overflow-x: auto; font-size: 13px; white-space: pre-wrap; margin: 10px 0 0; }
"""


def write(
    target: Path,
    result: Result,
    found: Mapping[str, Any],
    others: Sequence[Mapping[str, Any]],
    drawn: Sequence[Strip],
) -> None:
    """Write the page. Raises ConfigurationError where it cannot be written."""
    text = "".join(page(result, found, others, drawn))
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"{target}: {error.strerror}; a file in a directory that this user may write would be right"
        raise ConfigurationError(message) from error


def page(
    result: Result, found: Mapping[str, Any], others: Sequence[Mapping[str, Any]], drawn: Sequence[Strip]
) -> Iterator[str]:
    """Yield the page, piece by piece."""
    title = f"{result.detector} on {result.manifest.file.name}"
    yield f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>\n'
    yield f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head><body>\n'
    yield f"<h1>{escape(title)}</h1>\n"
    hold = f", last frames held for {result.hold:g} s" if result.hold else ""
    watched = f"{result.overall.recordings} files, {table.duration(result.overall.seconds)} of watching{hold}"
    yield f'<p class="soft">Guardian {escape(str(found["guardian"]))}; {watched}. Events are counted, not frames.</p>\n'
    yield from _cards(result)
    yield from (f'<p class="soft">{escape(note)}</p>\n' for note in table.notes(result))
    yield from _faults(result)
    yield from _plots(found, others)
    yield "<h2>Figures</h2>\n"
    yield from _table(("", "figure", "95 %"), table.rows(result.overall))
    for dimension, groups in result.by.items():
        yield from _table((dimension, *table.GROUP_HEAD), table.group_rows(groups))
    if result.omnifall is not None:
        yield "<h2>OmniFall's segment metrics</h2>\n"
        yield from _omnifall(result.omnifall)
    for other in others:
        each = comparison.compared(found, other)
        yield f"<h2>Beside {escape(str(each['with']))}</h2>\n"
        yield from (f"<p>{escape(sentence)}</p>\n" for sentence in comparison.sentences(each))
    yield from _mistakes(result, drawn)
    yield "<details><summary>Settings and rules</summary><pre>"
    yield escape(json.dumps({key: found[key] for key in ("manifest", "settings", "hold", "rules")}, indent=1))
    yield "</pre></details>\n</body></html>\n"


def _cards(result: Result) -> Iterator[str]:
    """The figures that matter most, in large type."""
    found = result.overall
    delay = "-" if found.alarm_delay is None else f"{found.alarm_delay['p50']:.1f} s"
    late = "" if found.alarm_delay is None else f"95 % within {found.alarm_delay['p95']:.1f} s"
    share = found.sensitivity
    rate, between = table.rated(found.false_alarms)
    cards = (
        ("falls found in time", f"{share.hits} of {share.of}", f"95 %: {table.between(share.interval)}"),
        ("false alarms", str(found.false_alarms.count), f"a day: {rate}" + (f" (95 %: {between})" if between else "")),
        ("everyday recordings in peace", f"{found.everyday.hits} of {found.everyday.of}", ""),
        ("median time to the alarm", delay, late),
    )
    yield '<div class="cards">'
    for name, value, more in cards:
        yield f'<div class="card"><span class="soft">{name}</span><b>{escape(value)}</b>'
        yield f'<span class="soft">{escape(more)}</span></div>'
    yield "</div>\n"


def _faults(result: Result) -> Iterator[str]:
    for each in result.faults:
        yield f'<p class="alarm">Not watched to the end, and not counted: {escape(each.fault)}</p>\n'


def _plots(found: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield '<h2>At a glance</h2>\n<div class="plots">\n'
    yield _figure("How soon after ground contact", plots.delays(found))
    yield _figure("Falls found against false alarms", plots.runs([found, *others]))
    for dimension, groups in found["by"].items():
        if sum(bool(group["falls"]) for group in groups.values()) > 1:
            yield _figure(f"Falls found by {dimension}", plots.kinds(groups, dimension))
    yield "</div>\n"


def _figure(caption: str, drawing: str) -> str:
    return f"<figure><figcaption>{escape(caption)}</figcaption>{drawing}</figure>\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield "<table><thead><tr>" + "".join(f"<th>{escape(name)}</th>" for name in head) + "</tr></thead><tbody>\n"
    for row in rows:
        yield "<tr>" + "".join(f"<td>{escape(value)}</td>" for value in row) + "</tr>\n"
    yield "</tbody></table>\n"


def _omnifall(metrics: Mapping[str, Any]) -> Iterator[str]:
    rows = []
    for kind in table.POSITIVES:
        of = metrics[kind]
        rows.append((kind.replace("_", " "), str(of["segments"]), *(table.number(of[name]) for name in table.METRICS)))
    yield from _table(("", "segments", *(name.replace("_", " ") for name in table.METRICS)), rows)


def _mistakes(result: Result, drawn: Sequence[Strip]) -> Iterator[str]:
    """Every miss and every false alarm: where, what it looked like, and what was told."""
    total = len(list(windows(result)))
    for kinds, title in ((("missed", "late"), "Falls not found in time"), (("false",), "False alarms")):
        own = [strip for strip in drawn if strip.window.mistake in kinds]
        yield f"<h2>{title}</h2>\n"
        if own and result.detector != OURS:
            yield "<p class=\"soft\">Figures and captions are Guardian's; what was told is the other detector's.</p>\n"
        yield '<div class="strips">\n'
        yield from map(_strip, own)
        yield "</div>\n" if own else '</div>\n<p class="soft">None.</p>\n'
    if total > len(drawn):
        yield f'<p class="alarm">{total - len(drawn)} more mistakes are not drawn: a page shows {MOST}.</p>\n'


def _strip(strip: Strip) -> str:
    """One mistake. The drawing is a picture of its own, since what it names would clash with the other drawings."""
    window = strip.window
    picture = '<p class="soft">There was nothing to be seen.</p>'
    if strip.drawing:
        data = b64encode(strip.drawing.encode()).decode()
        picture = f'<img alt="{escape(window.title)}" src="data:image/svg+xml;base64,{data}">'
    told = "\n".join(strip.told) or "Nothing was told here."
    notes = f'<p class="soft">{escape(window.notes)}</p>' if window.notes else ""
    return (
        f"<figure><h3>{escape(window.path)}</h3>{notes}{picture}"
        f"<details open><summary>What was told</summary><pre>{escape(told)}</pre></details></figure>\n"
    )
