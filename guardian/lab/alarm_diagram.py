"""Draw the life of an incident from its table into docs/alarm.md: `python -m guardian.lab.alarm_diagram`."""

import re
from pathlib import Path

from guardian.transitions import PANEL, TRANSITIONS, Course, Trigger

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "alarm.md"
EDGE = "[*]"


def diagram(course: Course) -> str:
    """Draw one course as a Mermaid state diagram; triggers that take the same way share an arrow."""
    arrows: dict[tuple[str, str], list[Trigger]] = {}
    for before, steps in TRANSITIONS[course].items():
        for trigger, after in steps.items():
            arrows.setdefault((before.value if before else EDGE, after.value), []).append(trigger)
    lines = [
        f"    {before} --> {after}: {' / '.join(trigger.value for trigger in triggers)}"
        for (before, after), triggers in arrows.items()
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, f"    resolved --> {EDGE}", "```"])


def panel_table() -> str:
    """Write what the box shows, worst first, as a Markdown table."""
    rows = [
        f"| {course.value} | {state.value} | {lamp.value} | {sound.value} |"
        for (course, state), (lamp, sound) in PANEL.items()
    ]
    return "\n".join(["| course | state | lamp | buzzer |", "|---|---|---|---|", *rows])


def write_diagram(document: str) -> str:
    """Replace each generated part of the document, between `<!-- NAME -->` and `<!-- end -->`, by a fresh one."""
    parts = {course.value: diagram(course) for course in Course} | {"panel": panel_table()}
    for name, part in parts.items():
        found = re.search(rf"(?<=<!-- {name} -->\n).*?(?=\n<!-- end -->)", document, re.DOTALL)
        if found is None:
            message = f"{DOCUMENT.name} has no part between '<!-- {name} -->' and '<!-- end -->'"
            raise ValueError(message)
        document = document[: found.start()] + part + document[found.end() :]
    return document


if __name__ == "__main__":
    DOCUMENT.write_text(write_diagram(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
