"""What somebody who helps from afar needs to know of a box, in one file, and nothing of the people who live with it."""

import importlib.metadata
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import yaml

from guardian import __version__
from guardian.doctor import redaction
from guardian.doctor.finding import Finding
from guardian.doctor.machine import Facts
from guardian.doctor.redaction import Aliases
from guardian.errors import ConfigurationError
from guardian.settings import Settings

JOURNAL = ("journalctl", "--unit=guardian", "--lines=2000", "--output=short-iso", "--no-hostname", "--no-pager")
SECONDS = 30.0
ABOUT = """What is in here, for you to read before you give it to anybody:

findings.json        what guardian doctor found
configuration.yaml   the settings: numbers and choices; every name, address and text of your own is left out
versions.json        of Guardian, of what it is made of, and of the system
log.txt              when which kind of thing happened or failed; without names, reasons and addresses

A text that was left out bears the same <word> wherever it stood, so that one can see what belongs together. Names of
rooms, people and contacts, passwords and pictures are not in here. Where places are drawn and when things happened is.
"""

Read: TypeAlias = Callable[[], Sequence[str]]


def journal() -> Sequence[str]:
    """The last lines of the service's journal; none where this machine has no journal."""
    try:
        ended = subprocess.run(  # noqa: S603 - a command of the system
            JOURNAL, check=False, capture_output=True, text=True, errors="replace", timeout=SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return ended.stdout.splitlines()


def versions(facts: Facts) -> dict[str, object]:
    """Of Guardian, of every package beside it, and of the system."""
    packages = {found.metadata["Name"]: found.version for found in importlib.metadata.distributions()}
    return {
        "guardian": __version__,
        "python": sys.version.split()[0],
        "board": facts.board,
        "system": f"{facts.system} {facts.release}",
        "architecture": facts.architecture,
        "kernel": facts.kernel,
        "gpio library": facts.library,
        "packages": dict(sorted(packages.items())),
    }


def write(
    path: Path,
    findings: Sequence[Finding],
    settings: Settings | None,
    facts: Facts,
    read: Read = journal,
) -> None:
    """Write the bundle, readable for its writer alone. Raises ConfigurationError where the file cannot be written."""
    aliases = Aliases()
    shown = None if settings is None else redaction.configuration(settings, aliases)
    contents = {
        "about.txt": ABOUT,
        "configuration.yaml": yaml.safe_dump(shown, sort_keys=False, allow_unicode=True),
        "findings.json": json.dumps([redaction.finding(found, aliases) for found in findings], indent=1),
        "versions.json": json.dumps(versions(facts), indent=1),
        "log.txt": "".join(f"{line}\n" for line in redaction.log(iter(read()), aliases)),
    }
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as bundle:
            for name, text in contents.items():
                content = text.encode()
                member = tarfile.TarInfo(f"guardian-bundle/{name}")
                member.size = len(content)
                bundle.addfile(member, io.BytesIO(content))
    except OSError as error:
        message = (
            f"--bundle {path}: cannot be written ({error.strerror}); a file in a directory of yours would be right"
        )
        raise ConfigurationError(message) from error
