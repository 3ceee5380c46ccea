"""The files that go onto the machine as they are: inside the installed package, or beside it in a checkout."""

from pathlib import Path


def shipped(name: str) -> str:
    """The content of a shipped file, such as systemd/guardian.service or config/guardian.yaml."""
    package = Path(__file__).resolve().parent
    installed = package / "shipped"
    base = installed if installed.is_dir() else package.parent.parent
    return (base / name).read_text(encoding="utf-8")
