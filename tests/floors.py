"""The floors of the house, from the ground up: an import goes down, never up and never sideways.

`python tests/floors.py` prints the files of nouns and stages, whose branches must be covered completely.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "guardian"

NOUNS = (
    "errors",
    "skeleton",
    "geometry",
    "strokes",
    "outline",
    "moment",
    "day",
    "events",
    "incident",
    "header",
    "circuit",
    "commands",
    "section",
    "rota",
    "contacts",
    "devices",
    "sense",
    "entrance",
    "speech",
    "weekly",
    "neighbour",
    "settings",
    "wiring",
    "optics",
    "reach",
    "areas",
    "transitions",
    "durations",
    "phrasebook",
    "messages",
    "recording",
    "vitals",
    "mention",
)
"""Import nothing of ours but each other."""

STAGES = (
    "tracking",
    "screens",
    "roll",
    "gauge",
    "gait",
    "signature",
    "likeness_tables",
    "likeness",
    "identity",
    "enrolment",
    "posture",
    "view",
    "aim",
    "ground",
    "window",
    "trails",
    "opinion",
    "descent",
    "evidence",
    "course",
    "falls",
    "gestures",
    "strolls",
    "handover",
    "usual",
    "trend",
    "behaviour",
    "readings",
    "radar",
    "senses",
    "ledger",
    "diary",
    "routine",
    "strangers",
    "snooze",
    "drills",
    "pause",
    "particulars",
    "same_room",
    "prompts",
    "alarm",
    "trials",
    "pipeline",
    "stays",
    "rest_places",
    "heat",
    "drawn",
    "human_requests",
    "deliveries",
    "walk",
    "rehearsal",
    "sight",
    "topics",
    "diagnostics",
    "hearsay",
    "errands",
    "neighbours",
    "whole_home",
    "entities",
    "discovery",
    "recollection",
    "feedback",
    "payloads",
    "tree",
    "sketch",
)
"""In the order of the flow: a stage may import an earlier one, never a later one."""

BELOW_EDGES = ("private_file",)
"""What more than one edge needs of the system."""

EDGES = ("configuration", "eye", "io", "web")
"""What touches the world; none knows another."""

TOPS = (
    "network",
    "learned",
    "habits",
    "watched",
    "people",
    "late",
    "outputs",
    "timetable",
    "together",
    "cameras",
    "brain",
    "home",
    "inbox",
    "app",
    "doctor",
    "installation",
    "acquaint",
    "drill",
    "daybook",
    "accounts",
    "kept",
    "portable",
    "oblivion",
    "arguments",
)
"""What puts the parts together, each on the one before it, and what examines them."""

SHOWS = ("lab", "demo", "workshop")
"""What measures, improves, shows and builds the product; none knows another."""

COMMANDS = (
    *("users_command", "doctor_command", "install_command", "privacy_command", "workshop_commands"),
    *("cli", "__main__"),
)
"""What a person types."""

FLOORS: tuple[tuple[str, ...], ...] = (
    NOUNS,
    *((stage,) for stage in STAGES),
    BELOW_EDGES,
    EDGES,
    *((top,) for top in TOPS),
    SHOWS,
    COMMANDS,
)

PURE = frozenset(NOUNS + STAGES)


def floor(name: str) -> int:
    """The floor of a module or package directly under guardian, 0 for nouns; KeyError where nobody gave it one."""
    for number, names in enumerate(FLOORS):
        if name in names:
            return number
    raise KeyError(name)


if __name__ == "__main__":
    print(",".join(f"guardian/{name}.py" for name in NOUNS + STAGES if (PACKAGE / f"{name}.py").exists()))  # noqa: T201
