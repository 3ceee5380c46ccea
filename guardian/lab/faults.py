"""Breaks the real daemon in each way that can be brought about from outside, and tells what its household notices.

Everything is read off the page, as somebody in the home would: its headline, its list of faults, and what lamps and
buzzer of the box do. A row is what one run gave; nothing in it is written by hand.

- noticed: the first word of the page that all is not well, and after how long;
- help: somebody calls for help meanwhile; how long until the siren sounds and the contact is told;
- well again: how long after the fault is over (or began, where the box has to help itself) the page says that all is
  well.
"""

import http.client
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from guardian.errors import BrokerError
from guardian.lab.fault_box import CALM, START_SECONDS, Box, wait
from guardian.lab.fault_camera import NetworkCamera
from guardian.lab.fault_kinds import FAULTS, Fault, may_mount, small_disk
from guardian.lab.real_kills import Provider

NOTICE_SECONDS = 60.0
CALL_SECONDS = 30.0
WELL_SECONDS = 120.0
NO_ANSWER = "The page does not answer."


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one fault: seconds, or None where it did not come to that. `wrong`: what should have been."""

    fault: str
    noticed: str = ""
    after: float | None = None
    siren: float | None = None
    phone: float | None = None
    well: float | None = None
    wrong: str = ""


def said(state: dict[str, Any] | None) -> str:
    """What the page says of how it is; nothing where all is well."""
    if state is None:
        return NO_ANSWER
    faults = " ".join(str(fault["reason"]) for fault in state["faults"])
    headline = state["headline"]
    if headline["mood"] == CALM:
        return faults
    told = f"{headline['title']}. {headline['detail']}".strip()
    return " ".join((told, *([] if faults in told else [faults]), f"{state['panel']['says']}."))


def is_well(box: Box) -> bool:
    """Whether the page says that all is well, and nothing else."""
    return box.page.state is not None and not said(box.page.state)


def call(box: Box) -> tuple[float, float]:
    """Call for help; return the seconds until the siren sounds and the contact is told, when it is over again."""
    box.provider.taken.clear()
    wait(lambda: box.page.state is not None, START_SECONDS, "the page answers")
    pressed = _press(box, "help", by="Rosa")
    siren = pressed + wait(lambda: _panel(box, "sound") == "siren", CALL_SECONDS, "the siren sounds")
    phone = siren + wait(lambda: bool(box.provider.taken), CALL_SECONDS, "the contact is told")
    for incident in (box.page.state or {"incidents": ()})["incidents"]:
        _press(box, "resolve", incident=incident["id"], outcome="helped", by="Anna")
    wait(lambda: _panel(box, "sound") == "silent", CALL_SECONDS, "the siren is silent")
    return siren, phone


def _press(box: Box, button: str, **body: str) -> float:
    """Press a button, again and again until it is taken; return how long that took."""

    def taken() -> bool:
        try:
            box.page.press(button, **body)
        except (OSError, http.client.HTTPException):  # the page is full, or the box starts
            return False
        return True

    return wait(taken, CALL_SECONDS, f"{button} is taken")


def _panel(box: Box, name: str) -> str:
    return "" if box.page.state is None else str(box.page.state["panel"][name])


def measure(box: Box, fault: Fault) -> Row:
    """Bring a fault about and undo it; return what came of it, or what should have and did not."""
    try:
        return _measured(box, fault)
    except BrokerError as error:
        box.kill()
        box.start()
        return Row(fault.name, wrong=str(error))


def _measured(box: Box, fault: Fault) -> Row:
    wait(lambda: is_well(box), WELL_SECONDS, f"the box is well before: {fault.name}")
    noticed, after, siren, phone = "", None, None, None
    with cast("Any", fault.breaks(box)):
        if fault.shown:
            after = wait(lambda: fault.shown in said(box.page.state), NOTICE_SECONDS, f"noticed: {fault.name}")
            noticed = said(box.page.state)
        if fault.calls:
            siren, phone = call(box)
        noticed = noticed or said(box.page.state)
        if fault.heals:
            well = wait(lambda: is_well(box), WELL_SECONDS, f"well again: {fault.name}")
    if not fault.heals:
        well = wait(lambda: is_well(box), WELL_SECONDS, f"well again: {fault.name}")
    noticed = noticed.replace(box.camera.source, "the camera").replace(f"{box.state.parent}/", "")
    return Row(fault.name, noticed, after, siren, phone, well + (after or 0.0) * fault.heals)


def rows(faults: Sequence[Fault]) -> Iterable[Row]:
    """One box, broken by each of the faults in turn; those that cannot be brought about here are left out and told."""
    with tempfile.TemporaryDirectory(prefix="guardian-faults-") as name, NetworkCamera() as camera:
        provider = Provider()
        try:
            with Box(Path(name), camera, provider) as box:
                for fault in faults:
                    if fault.needs(box):
                        with small_disk(box) if fault.needs is may_mount else nullcontext():
                            yield measure(box, fault)
                    else:
                        sys.stderr.write(f"{fault.name}: left out, this user may not mount a file system\n")
        finally:
            provider.close()


HEAD = """| fault | what the household notices | after | a call for help: siren, phone | well again after |
|---|---|---|---|---|"""


def line(row: Row) -> str:
    """A row of the table, as Markdown."""
    if row.wrong:
        return f"| {row.fault} | WRONG: {row.wrong} | | | |"
    help_ = "" if row.siren is None or row.phone is None else f"{row.siren:.1f} s, {row.phone:.1f} s"
    return f"| {row.fault} | {row.noticed or 'nothing'} | {_seconds(row.after)} | {help_} | {_seconds(row.well)} |"


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} s"


def run(words: Sequence[str]) -> int:
    """Bring about every fault with one of the words in its name (all of them without words), and print the table; 0
    where all went as it should, else 1.
    """
    wrong = 0
    print(HEAD)
    for row in rows([fault for fault in FAULTS if not words or any(word in fault.name for word in words)]):
        print(line(row), flush=True)
        wrong += bool(row.wrong)
    return int(wrong > 0)
