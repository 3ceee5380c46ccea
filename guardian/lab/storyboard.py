"""A scene as a film strip: one SVG that needs nothing else, with the telling moments and what was said of them."""

from collections.abc import Iterator, Sequence
from html import escape

from guardian.events import FallSuspected
from guardian.lab.drawing import ALARM, COLOURS, DOT, EDGE, STAGE, Stick, Still, before, closer, ghostly, said, telling
from guardian.posture import Posture

PANELS, ACROSS = 6, 3
WIDTH, MARGIN, GAP = 1200, 36, 24
CAPTION, HEAD, RULER = 92, 84, 118
GHOSTS = 5
GHOST_SECONDS = 0.3
LETTERS = 34
"""As many fit under a panel."""

STYLE = f"""
svg {{ --paper: #fffdf8; --ink: #17211d; --soft: #4f5b55; --line: #dcd4c4; --alarm: #b30d1c; --fill: #e9e2d4; }}
@media (prefers-color-scheme: dark) {{
  svg {{ --paper: #1c2522; --ink: #f2f0e9; --soft: #abb7b0; --line: #2a3631; --alarm: {ALARM}; --fill: #26312c; }}
}}
.paper {{ fill: var(--paper); stroke: var(--line); stroke-width: 2; }}
text {{ font-family: Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }}
text {{ fill: var(--ink); }}
.title {{ font-size: 32px; font-weight: 700; }}
.time {{ font-size: 26px; font-weight: 700; font-variant-numeric: tabular-nums; }}
.said {{ font-size: 22px; }}
.soft {{ fill: var(--soft); font-size: 20px; }}
.alarm {{ fill: var(--alarm); font-weight: 700; }}
.edge {{ fill: none; stroke: {ALARM}; stroke-width: 5; }}
.body {{ fill: none; stroke-linecap: round; stroke-linejoin: round; }}
.nobody {{ fill: var(--fill); }}
.tick {{ stroke: var(--alarm); stroke-width: 4; stroke-linecap: round; }}
.mark {{ fill: none; stroke: var(--ink); stroke-width: 2; }}
"""


def storyboard(scene: Sequence[Still], title: str) -> str:
    """Return the SVG of a scene that has at least one still."""
    chosen = telling(scene, PANELS)
    past = before(scene, chosen[0], scene[chosen[0]].time - GHOSTS * GHOST_SECONDS)
    start = scene.index(past)
    near = closer(scene, start, chosen[-1])
    wide = (WIDTH - 2 * MARGIN - (ACROSS - 1) * GAP) / ACROSS
    high = wide / scene[0].aspect
    rows = -(-len(chosen) // ACROSS)
    height = MARGIN + HEAD + rows * (high + CAPTION) + RULER
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img"',
        f' aria-label="{escape(title)}">\n<style>{STYLE}\n</style>\n',
        f'<rect class="paper" x="1" y="1" width="{WIDTH - 2}" height="{height - 2:.0f}" rx="22"/>\n',
        f'<text class="title" x="{MARGIN}" y="{MARGIN + 34}">{escape(title)}</text>\n',
    ]
    for place, number in enumerate(chosen):
        x = MARGIN + place % ACROSS * (wide + GAP)
        y = MARGIN + HEAD + place // ACROSS * (high + CAPTION)
        parts.append(f'<g transform="translate({x:.1f} {y:.1f})">\n')
        parts += [*_panel(near, number - start, place, (wide, high)), *_caption(scene[number], high), "</g>\n"]
    parts += [*_ruler(scene, chosen, height - RULER + 14), "</svg>\n"]
    return "".join(parts)


def _legend(y: float) -> Iterator[str]:
    """Say which colour is which posture."""
    x = WIDTH / 2 - 300
    for posture in (Posture.UPRIGHT, Posture.BENT, Posture.SEATED, Posture.LYING):
        yield f'<rect x="{x:.0f}" y="{y - 12:.1f}" width="30" height="10" rx="5" fill="{COLOURS[posture]}"/>'
        yield f'<text class="soft" x="{x + 40:.0f}" y="{y:.1f}">{posture.value}</text>\n'
        x += 160


def _panel(scene: Sequence[Still], number: int, place: int, size: tuple[float, float]) -> Iterator[str]:
    """The stage of one moment, with the seconds before it as ghosts."""
    still, (wide, high) = scene[number], size
    yield f'<clipPath id="p{place}"><rect width="{wide:.1f}" height="{high:.1f}" rx="14"/></clipPath>\n'
    yield f'<g clip-path="url(#p{place})"><rect width="{wide:.1f}" height="{high:.1f}" fill="{STAGE}"/>\n'
    yield f'<rect y="{0.55 * high:.1f}" width="{wide:.1f}" height="{0.45 * high:.1f}" fill="{EDGE}" opacity="0.6"/>\n'
    for row in range(1, 10):
        y = high * row / 10
        yield f'<line x1="0" x2="{wide:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="{DOT}" stroke-width="2.4"'
        yield f' stroke-linecap="round" stroke-dasharray="0 {high / 10:.1f}"/>\n'
    for age in range(GHOSTS, -1, -1):
        past = before(scene, number, still.time - age * GHOST_SECONDS)
        strength = 1.0 if age == 0 else 0.5 * (1 - age / (GHOSTS + 1))
        for stick in past.sticks:
            yield _body(stick, high, strength)
    yield "</g>\n"
    if still.urgent:
        yield f'<rect class="edge" width="{wide:.1f}" height="{high:.1f}" rx="14"/>\n'


def _body(stick: Stick, high: float, strength: float) -> str:
    lines = "".join(f"M{a[0] * high:.1f} {a[1] * high:.1f}L{b[0] * high:.1f} {b[1] * high:.1f}" for a, b in stick.bones)
    thick = max(3.5, 0.045 * stick.size * high)
    head = ""
    if stick.head is not None:
        (x, y), radius = stick.head
        head = f'<circle cx="{x * high:.1f}" cy="{y * high:.1f}" r="{radius * high:.1f}"/>'
    colour = ghostly(COLOURS[stick.posture], strength)
    group = f'<g class="body" stroke="{colour}" stroke-width="{thick:.1f}">'
    return f'{group}<path d="{lines}"/>{head}</g>\n'


def _caption(still: Still, high: float) -> Iterator[str]:
    """The time, and what was told; where nothing was, how the bodies are held."""
    yield f'<text class="time" x="2" y="{high + 34:.1f}">{still.time:.1f} s</text>\n'
    event = max(still.events, key=lambda e: still.urgent and not isinstance(e, FallSuspected), default=None)
    held = ", ".join(f"{stick.name}, {stick.posture.value}" for stick in still.sticks) or "Nobody in view"
    text = said(event) if event is not None else held
    kind = "alarm" if still.urgent else "said" if event is not None else "soft"
    text = text if len(text) <= LETTERS else text[: LETTERS - 1] + "…"
    yield f'<text class="said {kind}" x="2" y="{high + 64:.1f}">{escape(text)}</text>\n'


def _ruler(scene: Sequence[Still], chosen: Sequence[int], y: float) -> Iterator[str]:
    """The whole scene as a bar in the colours of the postures; the panels are circled, alarms are struck through it."""
    first, span = scene[0].time, max(1e-6, scene[-1].time - scene[0].time)
    wide = WIDTH - 2 * MARGIN

    def at(time: float) -> float:
        return MARGIN + wide * (time - first) / span

    yield f'<clipPath id="bar"><rect x="{MARGIN}" y="{y:.1f}" width="{wide}" height="16" rx="8"/></clipPath>\n'
    yield f'<g clip-path="url(#bar)"><rect class="nobody" x="{MARGIN}" y="{y:.1f}" width="{wide}" height="16"/>\n'
    for start, end, posture in _stretches(scene):
        yield f'<rect x="{at(start):.1f}" y="{y:.1f}" width="{at(end) - at(start):.1f}" height="16"'
        yield f' fill="{COLOURS[posture]}"/>\n'
    yield "</g>\n"
    for number in chosen:
        yield f'<circle class="mark" cx="{at(scene[number].time):.1f}" cy="{y + 8:.1f}" r="7"/>\n'
    for still in scene:
        if still.urgent:
            yield f'<line class="tick" x1="{at(still.time):.1f}" x2="{at(still.time):.1f}"'
            yield f' y1="{y - 9:.1f}" y2="{y + 25:.1f}"/>\n'
    yield from _legend(y + 46)
    for time, anchor in ((first, "start"), (scene[-1].time, "end")):
        yield f'<text class="soft" x="{at(time):.1f}" y="{y + 46:.1f}" text-anchor="{anchor}">{time:.0f} s</text>\n'


def _stretches(scene: Sequence[Still]) -> Iterator[tuple[float, float, Posture]]:
    """Yield (from, to, posture) of the first body in view, wherever somebody is."""
    begun: tuple[float, Posture] | None = None
    for still in scene:
        posture = still.sticks[0].posture if still.sticks else None
        if begun is not None and posture is not begun[1]:
            yield begun[0], still.time, begun[1]
            begun = None
        if begun is None and posture is not None:
            begun = still.time, posture
    if begun is not None:
        yield begun[0], scene[-1].time, begun[1]
