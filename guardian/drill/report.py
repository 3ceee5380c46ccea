"""The report of a drill: one file that needs nothing else, to be read on a phone and printed on A4."""

import re
from collections.abc import Iterable, Iterator
from html import escape

import numpy as np

from guardian.drill.conduct import described, measured, tall
from guardian.drill.findings import Findings
from guardian.drill.scene import RoomNow
from guardian.geometry import SEEN
from guardian.rehearsal import Outcome
from guardian.skeleton import HEAD, LIMBS, SHOULDERS, Keypoints
from guardian.walk import RoomSeen, Tick

STYLE = """
@page { size: A4; margin: 14mm 14mm 16mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px 20px 48px; max-width: 820px; color: #17211d; background: #fff;
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 27px; margin: 0 0 2px; } h2 { font-size: 19px; margin: 26px 0 8px; break-after: avoid; }
.soft { color: #4f5b55; } .small { font-size: 13px; }
.verdict { margin: 16px 0; padding: 12px 16px; border: 2px solid; border-radius: 10px; font-size: 18px;
  font-weight: 650; }
.good { color: #10603a; } .bad { color: #a30d1b; } .open { color: #6b5300; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; padding: 5px 8px 5px 0; border-top: 1px solid #cfd5d1; vertical-align: top; }
th { font-weight: 600; color: #4f5b55; border-top: 0; } td { overflow-wrap: anywhere; }
tr, figure, .signatures { break-inside: avoid; }
.rooms { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 16px; }
figure { margin: 0; } figcaption { margin-bottom: 4px; font-weight: 600; }
svg { width: 100%; height: auto; display: block; border: 1px solid #cfd5d1; border-radius: 8px; background: #f7f6f1; }
svg text { font: 0.034px system-ui, sans-serif; fill: #4f5b55; }
.place { fill: #dfe6df; stroke: #8b978f; stroke-width: .003; }
.limb, .head { fill: none; stroke: #123f33; stroke-width: .009; stroke-linecap: round; }
.head { fill: #123f33; }
.signatures { display: grid; grid-template-columns: 1fr 1fr; gap: 40px 32px; margin-top: 56px; }
.signatures div { border-top: 1px solid #17211d; padding-top: 4px; }
@media print { body { padding: 0; max-width: none; font-size: 12.5px; } table { font-size: 11.5px; }
  .rooms { grid-template-columns: 1fr 1fr; } .verdict { font-size: 15px; } }
"""

SIGNS = {
    Outcome.WELL: ("✓", "good"),
    Outcome.FAILED: ("✗", "bad"),
    Outcome.NOT_YET: ("✗", "bad"),
    Outcome.NOT_TRIED: ("○", "open"),
}
STATES = {"ok": ("✓", "good"), "warn": ("!", "open"), "fail": ("✗", "bad")}
_USER = re.compile(r"(?<=://)[^/\s@]*@")
_QUERY = re.compile(r"/?\?token=\S+")


def without_secrets(text: str) -> str:
    """Take users, passwords and the page's secret out of an address."""
    return _QUERY.sub("", _USER.sub("", text))


def report(found: Findings) -> str:
    """Write the page, as HTML."""
    lines = ("<!doctype html>", '<html lang="en">', *_head(found), "<body>", *_body(found), "</body></html>")
    return "\n".join(lines) + "\n"


def _head(found: Findings) -> Iterator[str]:
    yield '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Guardian drill, {escape(found.household)}, {found.began[:10]}</title><style>{STYLE}</style></head>"


def _body(found: Findings) -> Iterator[str]:
    began, ended = found.began.replace("T", " "), found.ended.replace("T", " ")
    yield f"<h1>Drill: {escape(found.household)}</h1>"
    film = f" · a film in place of the camera: {escape(found.source)}" if found.source else ""
    yield f'<p class="soft">{began[:19]} to {ended[11:19]} · Guardian {escape(found.version)}{film}</p>'
    yield from _verdict(found)
    if found.walked:
        yield from _walk(found)
    yield from _rooms(found)
    if found.fell:
        yield from _fall(found)
    if found.doctor:
        yield from _doctor(found)
    yield '<div class="signatures">'
    yield "".join(f"<div>{who}</div>" for who in ("Installer: name, date", "Signature", "Household: name", "Signature"))
    yield "</div>"


def _verdict(found: Findings) -> Iterator[str]:
    mood = "good" if found.passed else "bad"
    said = "Passed: all that was tried was seen, and worked." if found.passed else "Not passed."
    yield f'<p class="verdict {mood}">{said}{f" Ended early: {escape(found.cut)}." if found.cut else ""}</p>'
    parts = [name for name, tried in (("walk test", found.walked), ("fall drill", found.fell)) if not tried]
    if parts:
        yield f'<p class="open">Not tried: {" and ".join(parts)}.</p>'


def _walk(found: Findings) -> Iterator[str]:
    yield "<h2>Walk test: where was I seen?</h2>"
    yield _table(("", "where", "what was seen"), (_tick(tick) for tick in found.ticks))


def _tick(tick: Tick) -> tuple[str, ...]:
    sign = _sign(("✓", "good") if tick.done else ("✗", "bad"))
    missed = ""
    if tick.missed >= 1:
        missed = f"<br><span class=open>Not seen for {tick.missed:.0f} of {tick.expected:.0f} s meanwhile.</span>"
    return sign, escape(described(tick.target)), f"{escape(measured(tick))}.{missed}"


def _rooms(found: Findings) -> Iterator[str]:
    yield "<h2>The rooms</h2><div class=rooms>"
    for room in found.rooms:
        seen = next(each for each in found.seen if each.room == room.name)
        figures = [tick.figure for tick in found.ticks if tick.target.room == room.name and tick.figure is not None]
        yield f"<figure><figcaption>{escape(room.name)}</figcaption>{_drawing(room, figures)}"
        yield f'<p class="small">{" ".join(_sentences(room, seen))}</p></figure>'
    yield "</div>"


def _sentences(room: RoomNow, seen: RoomSeen) -> Iterator[str]:
    watched = room.coverage == "armed"
    yield f'<span class="{"good" if watched else "bad"}">{"Watched" if watched else escape(room.coverage)}.</span>'
    if room.reason:
        yield escape(room.reason)
    yield f"{seen.fps:.0f} frames a second. Brightness {seen.brightness:.0%}, at the darkest {seen.darkest:.0%}."
    yield f"{escape(tall(seen).capitalize())}."
    if seen.most_people > 1:
        yield f"Up to {seen.most_people} people were in view: what is told may be of another one."
    yield escape(room.camera)


def _drawing(room: RoomNow, figures: Iterable[Keypoints]) -> str:
    """Draw the places of a room, and whoever was seen best at each: coordinates are (x, y) in frame heights."""
    parts = []
    for place in room.places:
        corners = [(x * room.aspect, y) for x, y in place.polygon]
        points = " ".join(f"{x:.3f},{y:.3f}" for x, y in corners)
        left, top = min(x for x, _ in corners), min(y for _, y in corners)
        parts.append(f'<polygon class="place" points="{points}"/>')
        parts.append(f'<text x="{left + 0.01:.3f}" y="{top + 0.04:.3f}">{escape(place.name)}</text>')
    parts += [_stick(figure) for figure in figures]
    label = f"{escape(room.name)}: places, and stick figures of whoever was seen"
    return f'<svg viewBox="0 0 {room.aspect:.3f} 1" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def _stick(keypoints: Keypoints) -> str:
    """Draw one body from those of its keypoints that were seen."""
    known = keypoints[:, 2] >= SEEN
    lines = [
        f'<line class="limb" x1="{keypoints[a, 1]:.3f}" y1="{keypoints[a, 0]:.3f}"'
        f' x2="{keypoints[b, 1]:.3f}" y2="{keypoints[b, 0]:.3f}"/>'
        for a, b in LIMBS
        if known[a] and known[b]
    ]
    head = [each for each in HEAD if known[each]]
    if head:
        y, x = keypoints[head, :2].mean(axis=0)
        wide = float(np.hypot(*(keypoints[SHOULDERS[0], :2] - keypoints[SHOULDERS[1], :2])))
        lines.append(f'<circle class="head" cx="{x:.3f}" cy="{y:.3f}" r="{min(0.04, max(0.012, wide / 3)):.3f}"/>')
    return f"<g>{''.join(lines)}</g>"


def _fall(found: Findings) -> Iterator[str]:
    yield f"<h2>Fall drill in the {escape(found.fall_room)}</h2>"
    told = f"Told that it is a drill: {escape(', '.join(found.told))}." if found.told else "Nobody was called."
    yield f"<p>{told} Short times: the box asks for 5 s before it rings, not as long as it does for a fall.</p>"
    if not found.steps:
        yield '<p class="bad">It did not begin.</p>'
        return
    yield _table(
        ("", "step", "after", ""),
        (
            (
                _sign(SIGNS[step.outcome]),
                escape(step.name),
                "" if step.seconds is None else f"{step.seconds:.2f}&nbsp;s",
                escape(step.text or ("" if step.outcome is Outcome.WELL else step.outcome.value)),
            )
            for step in found.steps
        ),
    )
    yield (
        '<p class="small soft">The alarm counts from the confirmed fall, the broker, the phones and the answer from the'
        " alarm; the rest from when the fall was first seen. Whether lamp and siren are heard, only who stands there"
        " can say: <b>heard ☐ &nbsp; seen ☐</b></p>"
    )


def _doctor(found: Findings) -> Iterator[str]:
    amiss = sum(line.state != "ok" for line in found.doctor)
    yield f"<h2>The box: {'nothing amiss' if not amiss else f'{amiss} to look at'}</h2>"
    yield _table(
        ("", "part", "what was found"),
        (
            (
                _sign(STATES[line.state]),
                escape(line.part),
                escape(line.text) + (f"<br><b>{escape(line.remedy)}</b>" if line.remedy else ""),
            )
            for line in found.doctor
        ),
    )


def _sign(sign: tuple[str, str]) -> str:
    mark, mood = sign
    return f'<b class="{mood}">{mark}</b>'


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Write a table; cells are HTML."""
    lines = ["".join(f"<td>{cell}</td>" for cell in row) for row in rows]
    names = "".join(f"<th>{name}</th>" for name in head)
    return f"<table><tr>{names}</tr>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"
