"""`guardian doctor`: what is found, for a person, a machine, or somebody who helps from afar."""

import argparse
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from guardian.arguments import Verbs, add_config, add_verb

if TYPE_CHECKING:
    from guardian.doctor import Finding


def add(commands: Verbs) -> None:
    """Add the command."""
    text = "examine camera, models, panel, broker, clock, sandbox, disk ..."
    command = add_verb(commands, "doctor", _doctor, text)
    add_config(command)
    command.add_argument("--json", action="store_true", help="one JSON object a line, for each part that was examined")
    text = "also write what somebody who helps from afar needs (.tar.gz), without names, addresses and secrets"
    command.add_argument("--bundle", type=Path, default=None, metavar="FILE", help=text)


def _doctor(options: argparse.Namespace) -> int:
    from guardian import configuration, doctor

    path = configuration.find(options.config, os.environ)
    examined = doctor.consult(path, demanded=options.config is not None)
    findings = list(_as_json(examined) if options.json else _as_text(examined))
    if options.bundle is not None:
        doctor.bundle_up(options.bundle, path, findings)
        if not options.json:
            print(f"{options.bundle}: written, for your eyes first; about.txt in it says what it holds")
    return int(doctor.worst(findings) is doctor.State.FAIL)


def _as_json(findings: Iterator["Finding"]) -> Iterator["Finding"]:
    for found in findings:
        told = {"part": found.part, "state": found.state.value, "text": found.text, "remedy": found.remedy}
        print(json.dumps(told, ensure_ascii=False), flush=True)
        yield found


def _as_text(findings: Iterator["Finding"]) -> Iterator["Finding"]:
    from rich.console import Console

    console = Console(soft_wrap=True, highlight=False, markup=False)
    for found in findings:
        colour = {"ok": "green", "warn": "yellow", "fail": "bold red"}[found.state.value]
        console.print(f"{found.state.value:4}", style=colour, end="")
        console.print(f"  {found.part:13}  {found.text}")
        if found.remedy:
            console.print(f"{'':21}-> {found.remedy}", style=colour)
        yield found
