"""What the drawings of the workshop have in common: one SVG that needs nothing else, for light and dark pages."""

from html import escape

STYLE = """
svg { --paper: #fffdf8; --ink: #17211d; --soft: #4f5b55; --line: #dcd4c4; --board: #24302b; --print: #f2f0e9;
  --faint: #8d9a93; --green: #17803f; --amber: #b26a00; --red: #b30d1c; --blue: #1557a8; --violet: #7a1f9e;
  --sees: #17803f; --whole: #1557a8; }
@media (prefers-color-scheme: dark) {
  svg { --paper: #1c2522; --ink: #f2f0e9; --soft: #abb7b0; --line: #3a4741; --board: #0d1311; --print: #f2f0e9;
    --faint: #7d8a83; --green: #45c07a; --amber: #f0a83a; --red: #ff6b6b; --blue: #6fb1ff; --violet: #d08bf0;
    --sees: #45c07a; --whole: #6fb1ff; }
}
.paper { fill: var(--paper); stroke: var(--line); stroke-width: 2; }
text { font-family: Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-size: 15px; fill: var(--ink); }
.title { font-size: 26px; font-weight: 700; }
.soft { fill: var(--soft); font-size: 14px; }
.strong { font-weight: 700; }
.out { text-anchor: start; } .in { text-anchor: end; } .mid { text-anchor: middle; }
"""


def svg(size: tuple[float, float], title: str, description: str, style: str, body: str) -> str:
    """Return the whole drawing on its paper, `size` wide and high."""
    wide, high = size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:g} {high:g}" role="img" aria-labelledby="t d">\n'
        f'<title id="t">{escape(title)}</title>\n<desc id="d">{escape(description)}</desc>\n'
        f"<style>{STYLE}{style}</style>\n"
        f'<rect class="paper" x="1" y="1" width="{wide - 2:g}" height="{high - 2:g}" rx="18"/>\n{body}</svg>\n'
    )


def text(x: float, y: float, words: str, kind: str = "") -> str:
    """Write words; `kind` are classes of the style."""
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{escape(words)}</text>\n'


def path(points: "str", kind: str = "wire") -> str:
    """Draw a line by the commands of a path."""
    return f'<path class="{kind}" d="{points}"/>\n'
